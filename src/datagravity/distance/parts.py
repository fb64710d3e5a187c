"""Energy over a distance in two parts: what a bit pays for the way, and what for the doors it goes through.

E(d) = fixed + step + per_mm d. A split is one series of the evidence with these three numbers. The fixed part is one of
four kinds, and which one decides what it means (the column `kind`):

- "intercept": the line through measured distances, extended to zero; the step is zero.
- "anchor": the energy of the same transfer inside one tile; what leaving the tile costs beside it is the step.
- "component": a part that has no place, such as an interface or an activation, as the source splits it.
- Splits by data and by access pattern have no part per mm: they are shares of an energy, not of a way (`shares_by`).

[extension] The energies are the sources', the lines are fitted here.
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.distance.cacti import cacti_series
from datagravity.evidence import is_blank, load, remembered

#: The kinds of fixed part that are parts of a way.
KINDS = ("intercept", "anchor", "component")
#: The kinds that a share without a named kind is made of: each series once.
POOLED = ("intercept", "component")
#: The patterns of data that stand for data as they come; zeros and ones are for differences.
AS_THEY_COME = ("random", "mixed", "not stated")
_COLUMNS = ["series", "origin", "source", "kind", "meter", "method", "grey", "basis", "samples", "points", "near_mm"]
_COLUMNS += [
    "far_mm",
    "fixed",
    "bounded",
    "step",
    "per_mm",
    "scatter",
    "variance_fixed",
    "variance_per_mm",
    "covariance",
    "reason",
]


@remembered(stored=True)
def splits():
    """Every split of an energy into a fixed part and one that grows with distance.

    Returns
    -------
    pandas.DataFrame: one row a series and kind, samples averaged in logarithms: series, origin, source, kind, meter,
    method, grey, basis (of the distance), samples, points, near_mm and far_mm (the distances that were fitted; missing
    for a component), fixed and step (pJ/bit), bounded (whether the line has no intercept above zero, and fixed is a
    bound, see `fits.fixed_part_bound`), per_mm (pJ/bit/mm), scatter (root mean square of the residuals of ln E),
    variance_fixed, variance_per_mm, covariance (of ln (fixed + step) and ln per_mm; zero where the source gives no
    error, which leaves it to the scatter between series), and reason: why no share is made of it, missing where one is.
    """
    rows = load("distance_rows")
    found = [*_fitted(rows), *_printed(rows), *cacti_series()]
    frame = pd.DataFrame(found, columns=_COLUMNS)
    # Intercepts that a source prints repeat what its rows say, where there are such.
    return frame.astype({"reason": "string", "bounded": bool}).reset_index(drop=True)


def usable_splits():
    """The rows of `splits` that a share can be made of."""
    frame = splits()
    return frame[frame["reason"].isna()].reset_index(drop=True)


@remembered(stored=True)
def lines():
    """Every line that was fitted, sample by sample, before any average.

    Returns
    -------
    pandas.DataFrame: series, experiment, sample, origin, source, meter, data_pattern, link_load, grey, points, near_mm,
    far_mm, fixed, per_mm, fixed_error and per_mm_error (standard errors of the logarithms), covariance (a matrix),
    bound and bound_error (where fixed is zero: see `fits.fixed_part_bound`), scatter, exponent and exponent_error (of a
    bare power), anchor (energy inside the tile; missing without one), length (fixed / per_mm in mm).
    """
    rows = load("distance_rows")
    return pd.DataFrame([_line(rows, own) for own in _series_of(rows)])


def _series_of(rows):
    """The rows of each series of one sample that differ in distance alone, from near to far, levels cumulated."""
    chosen = rows[rows["experiment"].notna() & rows["pj_per_bit"].notna() & ~rows["linear_by_construction"]]
    chosen = chosen[~chosen["pooled"]]
    for _, own in chosen.groupby(["series", "sample"], sort=False, dropna=False):
        own = own[own["distance_mm"].notna() & (own["within"].isna() | (own["within"] == "chip"))]
        own = own.sort_values("distance_mm")
        if own["increment"].any():
            own = own.assign(pj_per_bit=own["pj_per_bit"].cumsum())
        if own["distance_mm"].nunique() >= 2 and (own["pj_per_bit"] > 0).all():
            yield own


def _line(rows, own):
    """One line: what it is of, and its numbers."""
    distance, energy = own["distance_mm"].to_numpy(float), own["pj_per_bit"].to_numpy(float)
    fitted = fits.fixed_and_linear(distance, energy)
    power = fits.line(np.log(distance), np.log(energy))
    bound, bound_error = (math.nan, math.nan) if fitted.fixed > 0 else fits.fixed_part_bound(distance, energy)
    first = own.iloc[0]
    kept = [
        "series",
        "experiment",
        "sample",
        "origin",
        "source",
        "meter",
        "method",
        "data_pattern",
        "link_load",
        "grey",
    ]
    return {name: first[name] for name in kept} | {
        "basis": own["basis"].iloc[-1],
        "points": len(own),
        "near_mm": distance[0],
        "far_mm": distance[-1],
        "fixed": fitted.fixed,
        "per_mm": fitted.slope,
        "fixed_error": math.sqrt(fitted.covariance[0, 0]),
        "per_mm_error": math.sqrt(fitted.covariance[1, 1]),
        "covariance": fitted.covariance,
        "bound": bound,
        "bound_error": bound_error,
        "scatter": fitted.scatter,
        "exponent": power.slope,
        "exponent_error": power.slope_error,
        "anchor": _anchor(rows, first),
        "length": fitted.fixed / fitted.slope if fitted.slope else math.inf,
    }


def _anchor(rows, first, within="shire"):
    """The energy of the same transfer inside one tile: same experiment, sample, meter and data."""
    same = rows["within"] == within
    for name in ("source", "experiment", "sample", "meter", "data_pattern"):
        same &= rows[name].isna() if is_blank(first[name]) else rows[name] == first[name]
    found = rows[same.fillna(False) & ~rows["pooled"]]["pj_per_bit"].dropna()
    return float(found.iloc[0]) if len(found) else math.nan


def _fitted(rows):
    """The splits of fitted lines, samples averaged: by intercept, and by anchor where there is one."""
    table = lines()
    for _, own in table[table["data_pattern"].isin(AS_THEY_COME)].groupby("series", sort=False):
        yield _averaged(own, "intercept")
        if own["anchor"].notna().all():
            yield _averaged(own, "anchor")


def _averaged(own, kind):
    """One split from the lines of the samples of one series."""
    first, count = own.iloc[0], len(own)
    split = {name: first[name] for name in ("series", "origin", "source", "meter", "method", "grey", "basis")}
    split |= {"kind": kind, "samples": count, "points": int(own["points"].sum())}
    split |= {"near_mm": own["near_mm"].min(), "far_mm": own["far_mm"].max(), "scatter": own["scatter"].max()}
    bounded = bool((own["fixed"] <= 0).any())
    split |= {"bounded": bounded, "fixed": own["fixed"].mean(), "step": math.nan, "per_mm": own["per_mm"].mean()}
    reason = _why_not(own, kind, bounded)
    if reason:
        return split | {"reason": reason}
    intercept = own["fixed"].where(own["fixed"] > 0, own["bound"])
    logs = np.log(np.stack([intercept, own["per_mm"]]).astype(float))
    covariance = np.mean(own["covariance"].to_list(), axis=0) / count
    covariance[0, 0] += (own["bound_error"].fillna(0) ** 2).mean() / count
    if count > 1:
        covariance = covariance + np.cov(logs) / count
    intercept, per_mm = np.exp(logs.mean(axis=1))
    fixed = math.exp(np.log(own["anchor"]).mean()) if kind == "anchor" else intercept
    return split | {
        "fixed": fixed,
        "step": max(intercept - fixed, 0.0),
        "per_mm": per_mm,
        "variance_fixed": covariance[0, 0],
        "variance_per_mm": covariance[1, 1],
        "covariance": covariance[0, 1],
    }


def _why_not(own, kind, bounded):
    """Why the lines of a series give no share; None if they do."""
    if (own["per_mm"] <= 0).any():
        return "does not grow with distance"
    if kind == "anchor" and own["meter"].iloc[0] == "rail":
        return "nothing inside a tile is on this rail"
    if kind == "anchor" and (own["points"] < 3).any():
        return "one distance beside the anchor: step and slope are one number"
    if kind == "anchor" and bounded:
        return "no intercept above zero: step and fixed part are one number"
    if bounded and own["bound"][own["fixed"] <= 0].isna().any():
        return "no intercept above zero, and nothing to tell a bound by"
    return None


def _printed(rows):
    """The splits that sources print, by component or as an intercept, where no rows of the same thing were fitted."""
    printed = rows[rows["fixed_kind"].isin(POOLED) & rows["per_mm_pj_per_bit"].notna()]
    printed = printed.drop_duplicates(["series", "sample", "fixed_pj_per_bit", "per_mm_pj_per_bit"])
    printed = printed[printed["data_pattern"].isin(AS_THEY_COME)]
    fitted = lines()
    keys = ["experiment", "sample", "meter", "data_pattern"]
    known = set(fitted[keys].dropna().itertuples(index=False, name=None))
    for _, own in printed.groupby("series", sort=False):
        own = own[[tuple(cells) not in known for cells in own[keys].fillna("").itertuples(index=False, name=None)]]
        if own.empty:
            continue
        first, count = own.iloc[0], len(own)
        logs = np.log(own[["fixed_pj_per_bit", "per_mm_pj_per_bit"]].to_numpy(float)).T
        covariance = np.cov(logs) / count if count > 1 else np.zeros((2, 2))
        means = np.exp(logs.mean(axis=1))
        split = {name: first[name] for name in ("series", "origin", "source", "meter", "method", "grey", "basis")}
        yield split | {
            "kind": first["fixed_kind"],
            "samples": count,
            "points": count,
            "near_mm": math.nan,
            "far_mm": math.nan,
            "fixed": means[0],
            "bounded": False,
            "step": 0.0,
            "per_mm": means[1],
            "scatter": math.nan,
            "variance_fixed": covariance[0, 0],
            "variance_per_mm": covariance[1, 1],
            "covariance": covariance[0, 1],
        }


def shares_by(kind):
    """Shares of an energy that are there whatever the data ("data_pattern") or that an access spreads over its bits
    ("access_pattern"): splits that say nothing of distance.

    Returns
    -------
    pandas.DataFrame: id, source, operation, sample, share, grey. For an access pattern the energy is that of one burst
    and of the activation that it needs if no other burst shares it.

    Raises
    ------
    ValueError
        If the kind is another one.

    Examples
    --------
    >>> float(shares_by("data_pattern").set_index("id").loc["R315", "share"].round(2))
    0.79
    """
    checks.choice("kind", kind, ("data_pattern", "access_pattern"))
    rows = load("distance_rows")
    rows = rows[rows["fixed_kind"] == kind]
    whole = rows["pj_per_bit"] + (rows["fixed_pj_per_bit"] if kind == "access_pattern" else 0)
    rows = rows.assign(share=(rows["fixed_pj_per_bit"] / whole).astype(float))
    return rows[["id", "source", "operation", "sample", "share", "grey"]].reset_index(drop=True)
