"""Brains: what their energy budgets give for G_d, under each definition of what counts as transport. [extension]

A budget lists what signalling costs; a definition says which items move information and which transform it. Neither
side is given by nature, so every ratio here names both. Housekeeping belongs to neither side and stays out.
"""

from typing import NamedTuple

import pandas as pd

from datagravity.evidence import load, remembered

#: Which items count as transport and as computation: the column with the classes, and the classes of transport.
DEFINITIONS = {
    "spikes only": ("class_a_synaptic_is_compute", ("transport",)),
    "spikes and release": ("class_b_levy_calvert", ("transport",)),
    "spikes, release and rest": ("class_b_levy_calvert", ("transport", "ambiguous")),
}
#: The definition of the audit by Levy and Calvert, which its authors applied to a model of their own.
OWN_DEFINITION = "the audit's own"

_SHARES = "share of signalling ATP"
_REMAINDER = "presynaptic release and recycling, the remainder"


class Budget(NamedTuple):
    """Where the rows of a budget stand: source, tissue, basis and unit, as in `load("brain")`."""

    source: str
    tissue: str
    basis: str
    unit: str


#: The budgets by name, oldest first.
BUDGETS = {
    "Attwell and Laughlin, grey matter": Budget("attwell2001", "rodent grey matter", _SHARES, "percent"),
    "Howarth et al., cortex": Budget("howarth2012", "cerebral cortex (rat model)", _SHARES, "percent"),
    "Howarth et al., cerebellum": Budget("howarth2012", "cerebellar cortex", _SHARES, "percent"),
    "Levy and Calvert, human cortex": Budget("levy2021", "human cortex", "absolute", "W"),
    "Levy and Calvert, preprint": Budget("levy2020preprint", "human cortex", "absolute", "W"),
}


def budget(name):
    """The items of one budget.

    Parameters
    ----------
    name : a key of BUDGETS

    Returns
    -------
    pandas.DataFrame: the columns of `load("brain")`, one row an item. What the listed shares leave open to 100 % is
    an item of its own; the sources say that it is presynaptic release and recycling.

    Raises
    ------
    ValueError
        If there is no such budget.
    """
    if name not in BUDGETS:
        raise ValueError(f"budget = {name!r}, expected one of {', '.join(BUDGETS)}")
    chosen = BUDGETS[name]
    rows = load("brain")
    rows = rows[
        (rows["source"] == chosen.source)
        & (rows["tissue_species"] == chosen.tissue)
        & (rows["basis"] == chosen.basis)
        & (rows["unit"] == chosen.unit)
    ].reset_index(drop=True)
    if chosen.unit == "percent" and rows["value"].sum() < 100:
        rest = rows.iloc[[0]].assign(
            id="remainder",
            item=_REMAINDER,
            value=100 - rows["value"].sum(),
            class_a_synaptic_is_compute="compute",
            class_b_levy_calvert="transport",
            class_note=pd.NA,
            locator="computed: 100 % minus the listed shares",
        )
        rows = pd.concat([rows, rest], ignore_index=True)
    return rows


def ratio(name, definition):
    """Transport over computation of one budget under one definition. [extension]

    Parameters
    ----------
    name : a key of BUDGETS with shares of a budget
    definition : a key of DEFINITIONS

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If there is no such budget or definition, or the budget does not list items that the definition could class.
    """
    if definition not in DEFINITIONS:
        raise ValueError(f"definition = {definition!r}, expected one of {', '.join(DEFINITIONS)}")
    items = budget(name)
    if BUDGETS[name].unit != "percent":
        raise ValueError(f"budget = {name!r} has a definition of its own; expected one with shares")
    column, transport = DEFINITIONS[definition]
    moved = items.loc[items[column].isin(transport), "value"].sum()
    return float(moved / items.loc[items[column] == "compute", "value"].sum())


def audit_ratio(name="Levy and Calvert, human cortex"):
    """Communication over computation of the audit by Levy and Calvert: (value, how it was had). [extension]

    The paper gives both powers in W. The preprint gives the power of computation and a lower bound of the ratio.

    Raises
    ------
    ValueError
        If the budget is not one of the two versions.
    """
    if name not in BUDGETS or BUDGETS[name].unit != "W":
        raise ValueError(f"budget = {name!r}, expected one of {', '.join(b for b in BUDGETS if 'Levy' in b)}")
    powers = budget(name).query("class_b_levy_calvert in ['compute', 'transport'] and status == 'verified'")
    by_class = powers.set_index("class_b_levy_calvert")["value"]
    if "transport" in by_class:
        return float(by_class["transport"] / by_class["compute"]), "ratio of the two powers"
    rows = load("brain")
    printed = rows[(rows["source"] == BUDGETS[name].source) & (rows["unit"] == "ratio")]
    return float(printed["value"].iloc[0]), "lower bound as printed"


@remembered
def ratios():
    """G_d of every budget under every definition that applies to it.

    Returns
    -------
    pandas.DataFrame: budget, definition, gd, below_one, tissue, how, status, source, locator
    """
    found = []
    for name, chosen in BUDGETS.items():
        items = budget(name)
        if chosen.unit == "percent":
            values = [(definition, ratio(name, definition), "sum of shares") for definition in DEFINITIONS]
        else:
            values = [(OWN_DEFINITION, *audit_ratio(name))]
        for definition, gd, how in values:
            found.append(
                {
                    "budget": name,
                    "definition": definition,
                    "gd": gd,
                    "below_one": gd < 1,
                    "tissue": chosen.tissue,
                    "how": how,
                    "status": "recalled" if (items["status"] == "recalled").all() else "verified",
                    "source": chosen.source,
                    "locator": "; ".join(dict.fromkeys(items["locator"])),
                }
            )
    return pd.DataFrame(found)


def recorded_ratios():
    """The ratios that the table itself records, beside what its other rows give: id, item, recorded, computed, source.

    They agree to the digits of the record: a test of the rows, not of the brain.
    """
    names = {"attwell2001": "Attwell and Laughlin, grey matter", "howarth2012": "Howarth et al., cortex"}
    schemes = dict(zip(("scheme a", "scheme b"), DEFINITIONS, strict=False))
    rows = load("brain")
    rows = rows[rows["item"].str.startswith("G_d")]
    computed = [
        ratio(names[row["source"]], schemes[row["item"].rsplit(", ", 1)[1]])
        if row["source"] in names
        else audit_ratio()[0]
        for _, row in rows.iterrows()
    ]
    kept = rows[["id", "item", "value", "source"]].rename(columns={"value": "recorded"})
    return kept.assign(computed=computed).reset_index(drop=True)


def per_bit_ratio():
    """Energy per bit of signalling along a cell over that of a chemical synapse, in a fly's eye: (low, high)."""
    rows = load("brain").query("unit == 'ATP/bit'").set_index("class_a_synaptic_is_compute")
    synapse, axon = rows.loc["compute"], rows.loc["transport"]
    return float(axon["value_low"] / synapse["value"]), float(axon["value_high"] / synapse["value"])
