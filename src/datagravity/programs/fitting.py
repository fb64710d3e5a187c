"""Curves over the number of places in a few numbers: how transport falls, and what the first steps inward cost.

Everything is relative to local transport at one place, so that under a price without a fixed part no unit is left.
The numbers describe the counted places; they say nothing beyond them. [extension]
"""

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.programs import reuse
from datagravity.programs.bill import (
    ACCESS_BYTES,
    COPIES,
    CURVE,
    MIGRATION_BYTES,
    curves,
    numbered,
    savings_of_curves,
    with_gd,
)
from datagravity.programs.shapes import bent_shape

#: Curves with fewer numbers of places from 4 on leave nothing to judge a form by.
FEWEST_PLACES = 3
#: Exponents among which the bent power is sought, and how the search closes in.
_EXPONENTS = np.linspace(-8.0, 8.0, 321)
_ZOOMS, _ZOOMED = 4, np.linspace(-1.0, 1.0, 41)


def fit(bills):
    """The rising and the falling part of each curve, in both forms, from k = 4 on.

    p is the slope of ln(local transport) on ln r over all places, one place among them. The price of closeness over
    local transport of one place is fitted as a pure power kappa/G_d r^-q and as the bent power b (r^-q - 1)/q, by
    least squares of its logarithm.

    Parameters
    ----------
    bills : of `bill.energies`

    Returns
    -------
    pandas.DataFrame, a row a curve: the columns of `bill.savings`, and p; kappa_over_gd, kappa and pure_q of the pure
    power; b and q of the bent one; pure_error and bent_error, the root mean square error of ln(price) of each;
    first_step_pays, whether b < p, which is a condition of the continuum and not of the counted places. Curves with
    fewer than three numbers of places from 4 on are left out.

    Raises
    ------
    ValueError
        If a run has no row of one place, or closeness costs nothing somewhere.
    """
    whole = curves(with_gd(bills))
    wide = _wide(whole, "local", "closeness")
    base, r = wide["local"][:, :1], wide["r"]
    rising, falling = wide["local"] / base, wide["closeness"][:, 1:] / base
    enough = np.isfinite(falling).sum(axis=1) >= FEWEST_PLACES
    rising, falling = rising[enough], falling[enough]
    checks.every("closeness", falling, ~(falling <= 0), "a price above 0 from 4 places on")
    pure = pure_power(r[1:], falling)
    bent = bent_power(r[1:], falling)
    found = savings_of_curves(whole)[enough].reset_index(drop=True)
    found = found.assign(p=_slopes(np.log(r), np.log(rising))[0], kappa_over_gd=pure["coefficient"], pure_q=pure["q"])
    found = found.assign(b=bent["b"], q=bent["q"], pure_error=pure["error"], bent_error=bent["error"])
    found["kappa"] = found["kappa_over_gd"] * found["gd"]
    found["first_step_pays"] = found["b"] < found["p"]
    return found


def byte_fit(counts, copies="unlimited"):
    """The bytes between places over all bytes as b_0 (r^-q_b - 1) / q_b, and how far they go: no price is in it.

    A migration counts as 16 bytes.

    Parameters
    ----------
    counts : as for `bill.energies`
    copies : which remote accesses, see there

    Returns
    -------
    pandas.DataFrame, a row a curve: the columns that name it; b_0, q_b, byte_error; p_r = 1 - q_b/2; rent_exponent,
    which is p_r where that lies between 0 and 1 and blank elsewhere; delta, the slope of ln(mean distance) on ln r.
    All of them are blank where fewer than three numbers of places share anything.
    """
    checks.choice("copies", copies, COPIES)
    stem = {"copies": "", "no copies": "_no_copies", "unlimited": "_unlimited"}[copies]
    split = counts[counts["places"] > 1]
    needed = [f"remote_bytes{stem}", f"remote_distance{stem}_whole", "migrations", "migration_distance_whole"]
    remote, way, moves, move_way = split[needed].to_numpy(dtype=float, na_value=0.0).T
    remote, way, moves, move_way = (np.nan_to_num(values) for values in (remote, way, moves, move_way))
    moved = remote + MIGRATION_BYTES * moves
    path = remote * way + MIGRATION_BYTES * moves * move_way
    sent = moved > 0
    share = np.where(sent, moved / (ACCESS_BYTES * split["accesses"].to_numpy(dtype=float)), np.nan)
    mean = np.where(sent, path / np.where(sent, moved, 1.0), np.nan)
    wide = _wide(split.assign(share=share, mean=mean), "share", "mean")
    enough = np.isfinite(wide["share"]).sum(axis=1) >= FEWEST_PLACES
    found = wide["names"]
    blank = {name: np.full(len(found), np.nan) for name in ("b_0", "q_b", "byte_error", "delta")}
    if enough.any():
        bent = bent_power(wide["r"], wide["share"][enough])
        blank["b_0"][enough], blank["q_b"][enough] = bent["b"], bent["q"]
        blank["byte_error"][enough] = bent["error"]
        blank["delta"][enough] = _slopes(np.log(wide["r"]), np.log(wide["mean"][enough]))[0]
    found = found.assign(**blank)
    found["p_r"] = 1 - found["q_b"] / 2
    found["rent_exponent"] = found["p_r"].where(found["p_r"].between(0, 1, inclusive="neither"))
    return found


def theta(misses, unit_bytes=8):
    """The reuse exponent of each run: minus the slope of ln(misses) on ln(capacity), first touches included.

    Parameters
    ----------
    misses : pandas.DataFrame with kernel, size, seed, unit_bytes, capacity_bytes, misses, footprint_bytes; capacities
        from 64 bytes to a quarter of the footprint count
    unit_bytes : 8 for words, 64 for lines

    Returns
    -------
    pandas.DataFrame: kernel, size, seed, theta, theta_lowest and theta_highest (between neighbouring capacities). A
    miss curve of a regular program is a stair, so that the slope is a summary and no law. Runs with fewer than two
    such capacities are left out.
    """
    used = misses[misses["unit_bytes"] == checks.choice("unit_bytes", unit_bytes, reuse.UNITS)]
    found = []
    for name, rows in used.sort_values("capacity_bytes").groupby(["kernel", "size", "seed"]):
        footprint = float(rows["footprint_bytes"].iloc[0])
        rows = rows[rows["capacity_bytes"].between(reuse.SMALLEST_CAPACITY, footprint / 4)]
        if rows["capacity_bytes"].nunique() > 1:
            local = reuse.local_exponents(rows)
            found.append([*name, -reuse.theta(rows, footprint).slope, local.min(), local.max()])
    return pd.DataFrame(found, columns=["kernel", "size", "seed", "theta", "theta_lowest", "theta_highest"])


def pure_power(r, values):
    """Least squares of ln(values) = ln(coefficient) - q ln r, row by row.

    Parameters
    ----------
    r : shape (places,)
    values : shape (curves, places), above 0; NaN where a curve has no value

    Returns
    -------
    dict of arrays (curves,): coefficient, q, error (root mean square of the logarithms)

    Examples
    --------
    >>> found = pure_power(np.array([0.5, 0.25, 0.125]), np.array([[2.0, 4.0, 8.0]]))
    >>> round(float(found["coefficient"][0]), 6), round(float(found["q"][0]), 6)
    (1.0, 1.0)
    """
    slope, intercept, error = _slopes(np.log(r), np.log(values))
    return {"coefficient": np.exp(intercept), "q": -slope, "error": error}


def bent_power(r, values):
    """Least squares of ln(values) = ln b + ln((r^-q - 1)/q), row by row, for q between -8 and 8.

    Parameters
    ----------
    r : shape (places,), below 1
    values : shape (curves, places), above 0; NaN where a curve has no value

    Returns
    -------
    dict of arrays (curves,): b, q, error (root mean square of the logarithms)

    Examples
    --------
    >>> r = np.array([0.5, 0.25, 0.125, 0.0625])
    >>> found = bent_power(r, 0.3 * np.array([bent_shape(r, -1.0), bent_shape(r, 0.7)]))
    >>> found["b"].round(4).tolist(), found["q"].round(4).tolist()
    ([0.3, 0.3], [-1.0, 0.7])
    """
    logs = np.log(values)
    tried, step = np.broadcast_to(_EXPONENTS, (len(logs), len(_EXPONENTS))), _EXPONENTS[1] - _EXPONENTS[0]
    for _ in range(_ZOOMS):
        q, level, squares = _best_exponent(r, logs, tried)
        tried, step = q[:, None] + step * _ZOOMED, step * (_ZOOMED[1] - _ZOOMED[0])
    q, level, squares = _best_exponent(r, logs, tried)
    return {"b": np.exp(level), "q": q, "error": np.sqrt(squares)}


def _best_exponent(r, logs, tried):
    """Of the exponents tried for each curve the best one, the level that goes with it and the mean square."""
    shape = np.log(bent_shape(r, tried[..., None]))
    rest = logs[:, None, :] - shape
    level = np.nanmean(rest, axis=-1)
    squares = np.nanmean((rest - level[..., None]) ** 2, axis=-1)
    at = squares.argmin(axis=1)[:, None]
    return tuple(np.take_along_axis(array, at, axis=1)[:, 0] for array in (tried, level, squares))


def _slopes(x, y):
    """Slope, intercept and root mean square error of the least-squares line of each row of y; NaN in y is left out."""
    x = np.where(np.isfinite(y), x, np.nan)
    x_mean, y_mean = np.nanmean(x, axis=1, keepdims=True), np.nanmean(y, axis=1, keepdims=True)
    slope = np.nansum((x - x_mean) * (y - y_mean), axis=1) / np.nansum((x - x_mean) ** 2, axis=1)
    intercept = y_mean[:, 0] - slope * x_mean[:, 0]
    squares = np.nanmean((y - intercept[:, None] - slope[:, None] * x) ** 2, axis=1)
    return slope, intercept, np.sqrt(squares)


def _wide(frame, *columns):
    """Columns as arrays (curves, places), the sides of tiles (places,) and the names of the curves."""
    _, first, curve = np.unique(numbered(frame, CURVE), return_index=True, return_inverse=True)
    places, column = np.unique(frame["places"].to_numpy(dtype=float), return_inverse=True)
    cell, found = curve * len(places) + column, {}
    if len(np.unique(cell)) < len(cell):
        raise ValueError("places: two rows of a curve with the same number of them, expected one")
    for name in columns:
        found[name] = np.full(len(first) * len(places), np.nan)
        found[name][cell] = frame[name].to_numpy(dtype=float)
        found[name] = found[name].reshape(len(first), len(places))
    names = frame[list(CURVE)].iloc[first].reset_index(drop=True)
    return found | {"r": places**-0.5, "names": names.astype({"size": "int64", "seed": "int64"})}
