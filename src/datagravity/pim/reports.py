"""What was reported of processing in memory: which rows can be compared with a prediction, and what each admits.

A report is a point, a range, or a bound: a best case says that what is usual saves at most so much. [extension]
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.evidence import load, one_row, remembered
from datagravity.series import series_members

#: Scopes by what the number counts. In the first two all energy is spent on data; the others hold a rest beside it.
SCOPES = {
    "data_path": "path",
    "data_transfer_only": "path",
    "memory_only": "memory",
    "whole_system": "system",
}
#: The groups of scopes. A part of a system has no published share of data movement, and stands in no specification.
SCOPE_GROUPS = ("path", "memory", "system", "part of a system")
#: The kinds of quantity of data/pim.csv, in words.
QUANTITIES = {
    "energy": "energy",
    "path_energy": "energy of the path",
    "energy_efficiency": "work per watt",
    "power": "power",
    "edp": "energy times delay",
    "performance_only": "speed alone",
    "energy_share": "share of an energy",
    "tops_per_watt_absolute": "work per watt without a baseline",
    "idle_power": "idle power",
}
#: What rows a specification compares: option of the choice `rows` -> whether a row of `reports` is one.
FILTERS = {
    "all": lambda rows: rows["id"].notna(),
    "reviewed": lambda rows: ~rows["grey"],
    "silicon": lambda rows: rows["real_silicon"] != "no",
    "only the place": lambda rows: rows["confound"] == "only the place",
    "no other difference known": lambda rows: rows["confound"].isna() | (rows["confound"] == "only the place"),
}


def why_not_usable(row):
    """Why a row of `load("pim")` cannot be compared with a prediction; None if it can."""
    if row["quantity_kind"] not in ("energy", "path_energy"):
        return f"{QUANTITIES[row['quantity_kind']]}, which is no energy ratio"
    if pd.isna(row["value_low"]):
        return "no value, a sign or an anchor only"
    if row["baseline_class"] == "PIM":
        return "the baseline is itself PIM, at about the same distance"
    if row["pim_class"] == "in-storage":
        return "in storage: the energy table has no flash"
    return None


def row_of(**columns):
    """The one row of `load("pim")` whose columns hold these values.

    Returns
    -------
    pandas.Series

    Raises
    ------
    ValueError
        If no row holds them, or more than one does.

    Examples
    --------
    >>> float(row_of(source="farmahini2015nda", scope="data_transfer_only")["energy_factor_low"])
    3.125
    """
    return one_row("pim", load("pim"), **columns)


def not_usable():
    """The rows that are not compared: id, system, reason, sign, source; recalled ones among them."""
    rows = load("pim")
    rows["reason"] = rows.apply(why_not_usable, axis=1)
    columns = ["id", "system", "reason", "quantity_kind", "reported_text", "sign", "status", "source", "locator"]
    return rows.dropna(subset="reason")[columns].reset_index(drop=True)


def scope_group(scope):
    """One of SCOPE_GROUPS for a scope of data/pim.csv; a scope that is blank or unknown is a part of a system."""
    return SCOPES.get(scope, SCOPE_GROUPS[-1])


@remembered
def reports(*, include_recalled=False):
    """Every row that can be compared with a prediction.

    Parameters
    ----------
    include_recalled : also rows whose number was not checked again

    Returns
    -------
    pandas.DataFrame: the columns of `load("pim")`; group (one of SCOPE_GROUPS); reported_low, reported and
    reported_high (the printed saving and its ends, their geometric mean between); admitted_low and admitted_high: the
    savings that the report admits, from 0 where it is a best case, to infinity where it is a least one.

    Examples
    --------
    >>> rows = reports().set_index("id")
    >>> rows.loc["P016", ["admitted_low", "admitted_high"]].to_list()
    [0.0, 6.6667]
    """
    rows = load("pim")
    rows = rows[[why_not_usable(row) is None for row in rows.to_dict("records")]]
    if not include_recalled:
        rows = rows[rows["status"] != "recalled"]
    ends = {end: rows[f"energy_factor_{end}"].fillna(rows[f"value_{end}"]).astype(float) for end in ("low", "high")}
    ends["high"] = ends["high"].fillna(ends["low"])
    return rows.assign(
        group=rows["scope"].map(scope_group),
        reported_low=ends["low"],
        reported=np.sqrt(ends["low"] * ends["high"]),
        reported_high=ends["high"],
        admitted_low=ends["low"].where(rows["report"] != "at most", 0.0),
        admitted_high=ends["high"].where(rows["report"] != "at least", math.inf),
    ).reset_index(drop=True)


def compared(rows, scope, which):
    """The reports that a specification compares.

    Parameters
    ----------
    rows : of `reports`
    scope, which : options of the choices `scope` and `rows`
    """
    checks.choice("scope", scope, SCOPE_GROUPS)
    chosen = FILTERS[checks.choice("rows", which, tuple(FILTERS))](rows)
    return rows[(rows["group"] == scope) & chosen.fillna(False).astype(bool)]


@remembered
def published_shares():
    """The published shares of data movement in the energy of a system without PIM: id, source, stat, share, locator."""
    rows = load("pim").query("quantity_kind == 'energy_share' and status == 'verified'")
    return rows.assign(share=rows["value_low"].astype(float))[["id", "source", "stat", "workload", "share", "locator"]]


def losses():
    """Negative and null results: the rows whose sign is not positive.

    Returns
    -------
    pandas.DataFrame: the columns of `load("pim")`, `reported` (the baseline over PIM in the row's own quantity, never
    converted, missing where only the sign is known) and `comparable` (whether that quantity is energy).
    """
    rows = load("pim")
    rows = rows[rows["sign"] != "positive"].reset_index(drop=True)
    return rows.assign(
        group=rows["scope"].map(scope_group),
        reported=[_without_over_with(row) for row in rows.to_dict("records")],
        comparable=rows["quantity_kind"].isin(["energy", "path_energy"]) & rows["value_low"].notna(),
    )


def _without_over_with(row):
    low, high = row["value_low"], row["value_high"]
    if pd.isna(low) or pd.isna(high):
        return math.nan
    middle = math.sqrt(low * high)
    return 1 / middle if row["value_unit"] == "ratio alternative/baseline" else middle


def ladders():
    """Rows whose only difference is how close to the cells the computation sits: the doors on the way, one by one.

    Returns
    -------
    pandas.DataFrame: id, ladder, rung, step (from far to near), the columns of `reports`, left (energy of a bit over
    that of the baseline) and of_before (over that of the rung before; over the baseline's for the farthest rung).
    """
    members = series_members("ladder").rename(columns={"series": "ladder", "row": "id", "label": "rung"})
    members["step"] = members.groupby("ladder").cumcount() + 1
    rows = members[["id", "ladder", "rung", "step"]].merge(reports(), on="id", validate="one_to_one")
    left = 1 / rows["reported"]
    return rows.assign(left=left, of_before=left / left.groupby(rows["ladder"]).shift().fillna(1.0))
