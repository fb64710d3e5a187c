"""Brains: what their energy budgets give for G_d, under each definition of what counts as transport. [extension]

A budget lists what signalling costs; a definition says which items move information and which transform it. Neither
side is given by nature, so every ratio here names both. Housekeeping belongs to neither side and stays out.
"""

import pandas as pd

from datagravity import checks
from datagravity.evidence import load, remembered
from datagravity.series import labelled_rows, series_members, series_names

#: Which items count as transport and as computation: the column with the classes, and the classes of transport.
DEFINITIONS = {
    "spikes only": ("class_a_synaptic_is_compute", ("transport",)),
    "spikes and release": ("class_b_levy_calvert", ("transport",)),
    "spikes, release and rest": ("class_b_levy_calvert", ("transport", "ambiguous")),
}
#: The definition of the audit by Levy and Calvert, which its authors applied to a model of their own.
OWN_DEFINITION = "the audit's own"
#: How a ratio was had of which the source prints no more than a lower bound.
LOWER_BOUND = "lower bound as printed"

_REMAINDER = "presynaptic release and recycling, the remainder"


def budget_names():
    """The names of the budgets, oldest first."""
    return series_names("budget")


@remembered
def _members(name):
    """The rows of one budget, its items and the ratios printed of it, with `definition` where a ratio names one.

    Raises
    ------
    ValueError
        If there is no such budget.
    """
    checks.there("budget", name, budget_names())
    members = series_members("budget").query("series == @name")
    definitions = members[["row", "label"]].rename(columns={"row": "id", "label": "definition"})
    return load("brain").merge(definitions, on="id", validate="one_to_one")


def budget(name):
    """The items of one budget.

    Parameters
    ----------
    name : one of `budget_names()`

    Returns
    -------
    pandas.DataFrame: the columns of `load("brain")`, one row an item. What the listed shares leave open to 100 % is
    an item of its own; the sources say that it is presynaptic release and recycling.

    Raises
    ------
    ValueError
        If there is no such budget.
    """
    rows = _members(name).query("unit != 'ratio'").drop(columns="definition").reset_index(drop=True)
    if _has_shares(rows) and rows["value"].sum() < 100:
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


def _has_shares(items):
    """Whether a budget lists shares of the whole; else it lists powers."""
    return (items["unit"] == "percent").all()


def ratio(name, definition):
    """Transport over computation of one budget under one definition. [extension]

    Parameters
    ----------
    name : one of `budget_names()`, a budget with shares
    definition : a key of DEFINITIONS

    Returns
    -------
    float, a pure number

    Raises
    ------
    ValueError
        If there is no such budget or definition, or the budget does not list items that the definition could class, or
        none that it counts as computation.
    """
    checks.choice("definition", definition, DEFINITIONS)
    items = budget(name)
    if not _has_shares(items):
        raise ValueError(f"budget: {name!r}, which has a definition of its own, expected one with shares")
    column, transport = DEFINITIONS[definition]
    moved = items.loc[items[column].isin(transport), "value"].sum()
    computed = items.loc[items[column] == "compute", "value"].sum()
    if not computed > 0:
        raise ValueError(f"budget: {name!r} has {computed:g} of computation by {column}, expected more than 0")
    return float(moved / computed)


def audit_ratio(name="Levy and Calvert, human cortex"):
    """Communication over computation of the audit by Levy and Calvert: (value, how it was had). [extension]

    The paper gives both powers in W. The preprint gives the power of computation and a lower bound of the ratio.

    Raises
    ------
    ValueError
        If the budget is not one of the two versions.
    """
    checks.there("budget", name, [other for other in budget_names() if not _has_shares(budget(other))])
    items = budget(name)
    powers = items.query("class_b_levy_calvert in ['compute', 'transport'] and status == 'verified'")
    by_class = powers.set_index("class_b_levy_calvert")["value"]
    if "transport" in by_class:
        return float(by_class["transport"] / by_class["compute"]), "ratio of the two powers"
    return float(_members(name).query("unit == 'ratio'")["value"].iloc[0]), LOWER_BOUND


@remembered(stored=True)
def ratios():
    """G_d of every budget under every definition that applies to it.

    Returns
    -------
    pandas.DataFrame: budget, definition, gd, below_one, tissue, how, status, source, locator
    """
    found = []
    for name in budget_names():
        items = budget(name)
        if _has_shares(items):
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
                    "tissue": items["tissue_species"].iloc[0],
                    "how": how,
                    "status": "recalled" if (items["status"] == "recalled").all() else "verified",
                    "source": items["source"].iloc[0],
                    "locator": "; ".join(dict.fromkeys(items["locator"])),
                }
            )
    return pd.DataFrame(found)


def recorded_ratios():
    """The ratios that the table itself records, beside what its other rows give: id, item, recorded, computed, source.

    They agree to the digits of the record: a test of the rows, not of the brain.
    """
    computed = ratios().query("how != @LOWER_BOUND").set_index(["budget", "definition"])["gd"]
    rows = pd.concat([_members(name).assign(budget=name) for name in budget_names()])
    rows = rows.merge(computed.rename("computed").reset_index(), on=["budget", "definition"])
    return rows.rename(columns={"value": "recorded"})[["id", "item", "recorded", "source", "computed"]]


def per_bit_ratio():
    """Energy per bit of signalling along a cell over that of a chemical synapse, in a fly's eye: (low, high)."""
    rows, members = load("brain").set_index("id"), labelled_rows("blowfly, one bit")
    synapse, cell = rows.loc[members["synapse"]], rows.loc[members["along the cell"]]
    return float(cell["value_low"] / synapse["value"]), float(cell["value_high"] / synapse["value"])
