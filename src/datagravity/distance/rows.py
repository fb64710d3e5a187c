"""The rows of the table `energy` that have a distance, or something that stands in for one, and their bare exponents.

Energies are in pJ/bit, the middle of a published interval; distances in mm. An exponent a is the slope of ln(energy)
against ln(distance). It is that of the whole energy, fixed part and all. [extension]
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.evidence import is_blank, load, plain, remembered
from datagravity.intervals import Interval
from datagravity.series import series_members, series_names

#: Bases that stand in for a distance nobody states; out of a pooled fit unless asked for.
PROXIES = ("capacity", "assumed")

#: The series of rings between tiles of one chip, without those inside a tile.
MESH = "mesh, measured"
#: Why a row that a source quotes per millimetre stays out.
PER_MM = "quoted per mm: linear by definition"
#: What is neither a series nor unusable: one distance of one source. Only a pooled fit can use it.
SINGLE = "one distance"


# --- The rows --------------------------------------------------------------------------------------------------------


# Every prediction of a table of systems asks for the same exponent.
@remembered
def points():
    """Every row of the energy table that has an energy and a distance, or something that stands in for one.

    Returns
    -------
    pandas.DataFrame: id, series (a name of `series_names("exponent")` or "one distance"), origin (wider than a source
    group: budgets of one author share his rules of thumb), basis (stated, derived, maximum reach, or one of PROXIES),
    distance_mm, pj_per_bit_low, pj_per_bit (the middle), pj_per_bit_high, off_chip, operation, node_nm,
    source, source_group, scope, method, status, grey, locator, notes. Recalled rows are out. A distance from a
    capacity is the published length of a larger memory times the root of the capacities' ratio.
    """
    rows = _rows().set_index("id", drop=False)
    members = series_members("exponent").set_index("row")
    frame = rows[[_reason(row, members.index) is None for row in rows.to_dict("records")]]
    own = members.reindex(frame.index)
    lengths = load("distances").set_index("id")[["distance_high_mm", "capacity_kib"]].astype("Float64")
    distances = [
        _distance(row, member, lengths)
        for row, member in zip(frame.to_dict("records"), own.to_dict("records"), strict=True)
    ]
    frame = frame.assign(
        series=own["series"].fillna(SINGLE),
        origin=own["origin"].fillna(frame["source_group"]),
        basis=own["stand_in"].fillna(frame["basis"]),
        distance_mm=distances,
        pj_per_bit_low=frame["energy_pj_per_bit_low"].astype(float),
        pj_per_bit_high=frame["energy_pj_per_bit_high"].astype(float),
        off_chip=frame["kind"].isin(["offchip-link", "dram"]).astype(bool),
        grey=frame["grey"].astype(bool),
    )
    frame["pj_per_bit"] = (frame["pj_per_bit_low"] + frame["pj_per_bit_high"]) / 2
    kept = ["id", "series", "origin", "basis", "distance_mm", "pj_per_bit_low", "pj_per_bit"]
    kept += ["pj_per_bit_high", "off_chip", "operation", "node_nm", "source", "source_group", "scope", "method"]
    return frame[[*kept, "status", "grey", "locator", "notes"]].reset_index(drop=True)


def not_fitted():
    """Every row with a distance that no fit uses, with the reason: id, operation, source, reason."""
    rows, members = _rows(), series_members("exponent")
    rows = rows[rows["distance_mm"].notna()]
    rows = rows.assign(reason=[_reason(row, members["row"].values) for row in rows.to_dict("records")])
    return rows.dropna(subset="reason")[["id", "operation", "source", "reason"]].reset_index(drop=True)


def _rows():
    """The energy table, with what its corrections say: the `basis` of a distance, and whether sources conflict."""
    rows = load("energy")
    basis = rows.get("distance_basis_corrected", rows["distance_basis"])
    return rows.assign(basis=basis, in_conflict=rows.get("out_of_fits", False))


def _reason(row, in_series):
    """Why a row of the energy table stays out of every fit; None if it stays in."""
    row = plain(row)
    if row["distance_mm"] is None and row["id"] not in in_series:
        return "no distance"
    if row["basis"] == "per mm":
        return PER_MM
    if row["in_conflict"]:
        return "a conflict between sources, see the corrections"
    if row["status"] == "recalled":
        return "recalled"
    if row["energy_pj_per_bit_low"] is None:
        return "relative energy only"
    if row["method"] == "projection":
        return "a projection to a node that did not exist"
    return row["excluded_because"]


def _distance(row, member, lengths):
    """The distance in mm: the row's own, from the capacity, or along the path that its series assumes."""
    row, member = plain(row), plain(member)
    if row["distance_mm"] is not None:
        return row["distance_mm"]
    parts = [part for part in (member["path"] or "").split(";") if part]
    path = (member["assumed_mm"] or 0.0) + sum(float(lengths.loc[part, "distance_high_mm"]) for part in parts)
    if member["stand_in"] != "capacity":
        return path
    whole = lengths.loc[parts[0], "capacity_kib"]
    if is_blank(whole):
        raise ValueError(f"distances.csv, row {parts[0]}, capacity_kib: blank, expected the capacity of that length")
    return path * math.sqrt(row["capacity_kib"] / float(whole))


# --- A straight line, as it is usually drawn -------------------------------------------------------------------------


def power_line(frame, energy="pj_per_bit"):
    """The line of ln(energy) against ln(distance) over rows of `points()`: its slope is the bare exponent."""
    return fits.line(np.log(frame["distance_mm"].astype(float)), np.log(frame[energy].astype(float)))


def affine_line(frame, energy="pj_per_bit"):
    """The line of energy against distance: the intercept is the fixed cost in pJ/bit, the slope is per mm."""
    return fits.line(frame["distance_mm"], frame[energy])


def series(name):
    """The rows of `points()` that belong to one series, from near to far.

    Raises
    ------
    ValueError
        If there is no such series.
    """
    checks.there("series", name, series_names("exponent"))
    frame = points()
    return frame[frame["series"] == name].sort_values("distance_mm").reset_index(drop=True)


@remembered
def exponents(level=0.8):
    """The bare exponent of every series.

    Returns
    -------
    pandas.DataFrame: series, basis, origin, growing_part (whether it holds nothing that does not grow), count,
    exponent, standard_error, low, high (t interval at `level`; missing for two points), if_distances_err (the exponent
    if all scatter came from the distances, the other bound of a line with errors in both), beta_reading_a (= a),
    beta_reading_b (= a + 1), scope, grey, source, locator, warning.
    """
    found = []
    for name, members in series_members("exponent").groupby("series", sort=False):
        frame = series(name)
        fitted = power_line(frame)
        interval = fitted.interval(level) if fitted.count > 2 else None
        found.append(
            {
                "series": name,
                "basis": frame["basis"].iloc[0],
                "origin": members["origin"].iloc[0],
                "growing_part": bool(members["growing_part"].iloc[0]),
                "count": fitted.count,
                "exponent": fitted.slope,
                "standard_error": fitted.slope_error if interval else pd.NA,
                "low": interval.low if interval else pd.NA,
                "high": interval.high if interval else pd.NA,
                "if_distances_err": 1 / fits.line(np.log(frame["pj_per_bit"]), np.log(frame["distance_mm"])).slope,
                "beta_reading_a": fitted.slope,
                "beta_reading_b": fitted.slope + 1,
                "scope": "; ".join(dict.fromkeys(frame["scope"])),
                "grey": bool(frame["grey"].any()),
                "source": frame["source"].iloc[0],
                "locator": "; ".join(dict.fromkeys(frame["locator"])),
                "warning": members["warning"].iloc[0],
            }
        )
    columns = ["standard_error", "low", "high"]
    return pd.DataFrame(found).astype(dict.fromkeys(columns, "Float64"))


def exponent_across_sources(*, level=0.8, include_grey=True, include_proxies=True, of_mean=False):
    """The distance exponent a of a further machine, from everything that is not PIM: value and t interval.

    Series of one origin are averaged first, then origins count alike, in logarithms, since an exponent is positive.
    The interval is for one more machine of this kind of evidence; `of_mean` gives the narrower one of their mean. It
    rests on the scatter between origins, because that is several times what any one fit admits. It is the exponent of
    the whole energy: with a fixed share beside it, the fixed cost would count twice.

    Raises
    ------
    ValueError
        If an argument is out of its range, or fewer than two origins remain.
    """
    table = exponents(level)
    if not checks.truth("include_grey", include_grey):
        table = table[~table["grey"]]
    if not checks.truth("include_proxies", include_proxies):
        table = table[~table["basis"].isin(PROXIES)]
    logs = np.log(table["exponent"]).groupby(table["origin"]).mean()
    if len(logs) < 2:
        raise ValueError(f"origins: {len(logs)}, expected two or more to remain: a scatter needs them")
    of_mean = checks.truth("of_mean", of_mean)
    found = fits.mean_interval(logs, level) if of_mean else fits.prediction_interval(logs, level)
    ends = (math.exp(end) for end in (found.value, found.low, found.high))
    return Interval(*ends, level, "log-normal", found.freedom)


def share_of_the_rings(level=0.8):
    """The share of the intercept in the line through six rings between tiles, in the middle of their distances."""
    frame = series(MESH)
    middle = float(np.exp(np.log(frame["distance_mm"]).mean()))
    return affine_line(frame).intercept_share(middle, level)


def marginal_exponent(*, level=0.8):
    """The exponent of the series that hold nothing but growing parts, with its t interval."""
    table = exponents(level)
    growing = table[table["growing_part"]]
    if len(growing) == 1:
        return power_line(series(growing["series"].iloc[0])).interval(level)
    return fits.mean_interval(growing["exponent"], level)
