"""The share theorem on bills that were counted: does a bill's shares now and at its best tell what the best saves?

For sums of powers E/E* = exp KL(s* || s) exactly. A counted bill is no sum of powers, so this is a measurement. The
part of a price that no distance changes belongs to the constant, not to transport. [extension]
"""

import numpy as np
import pandas as pd
from scipy import optimize
from scipy.interpolate import PchipInterpolator
from scipy.special import rel_entr

from datagravity.programs.bill import CURVE, curves
from datagravity.programs.fitting import FEWEST_PLACES

#: Parts of a bill that scale alike, as far as it is a sum of powers.
GROUPS = ("constant", "moving", "closeness", "place_price")
LAST = "last"
# Steps of the interpolation between two counted numbers of places.
_STEPS = 50


def shares(bills):
    """The shares of every row of bills: constant (compute, and what of local transport no distance changes), moving
    (the rest of local transport), closeness and place_price; they sum to one.

    Parameters
    ----------
    bills : of `bill.energies`

    Returns
    -------
    pandas.DataFrame with the index of `bills` and the columns `GROUPS`
    """
    parts = {
        "constant": bills["compute"] + bills["local_fixed"],
        "moving": bills["local"] - bills["local_fixed"],
        "closeness": bills["closeness"],
        "place_price": bills["place_price"],
    }
    return pd.DataFrame(parts).div(bills["total"], axis=0)


def compared(bills, starts=(4, LAST)):
    """What the best number of places saves against other numbers of places, counted and by the share theorem.

    The theorem speaks of a stationary point, and counts are a factor of four apart: between them the logarithm of each
    part is interpolated in ln k (monotone cubics), from four places on. Only curves whose least bill lies inside that
    range take part.

    Parameters
    ----------
    bills : of `bill.energies`
    starts : numbers of places to start from, or "last"; from one place the theorem says infinity, since closeness has
        no share there

    Returns
    -------
    pandas.DataFrame, a row a curve and a start: the columns that name the curve, places (of the start), best_places
    (of the interpolated least bill, no whole number), counted (the bill at the start over the least), foretold (exp of
    the divergence of shares), moving_share and closeness_share (at the least). Curves with fewer than three numbers of
    places from four on are left out.

    Examples
    --------
    The theorem is exact for powers of r; here closeness weighs as much as transport at 16 places:

    >>> places = np.array([1, 4, 16, 64])
    >>> curve = {"kernel": "a", "size": 1, "seed": 0, "partition": ["one place", *3 * ["natural"]], "owner": "output"}
    >>> own = pd.DataFrame(curve | {"places": places, "compute": 0.0, "local_fixed": 0.0, "place_price": 0.0})
    >>> own = own.assign(local=places**-0.5, closeness=places**0.5 / 16)
    >>> own = own.assign(total=own["local"] + own["closeness"])
    >>> compared(own, starts=[64])[["best_places", "counted", "foretold"]].round(4).to_dict("records")
    [{'best_places': 16.0, 'counted': 1.25, 'foretold': 1.25}]
    """
    whole = curves(bills)
    whole[list(GROUPS)] = shares(whole).mul(whole["total"], axis=0)
    rows = []
    for name, own in whole.groupby(list(CURVE)):
        least = _least(own[own["places"] >= 4])
        if least is None:
            continue
        best_places, parts = least
        own = own.set_index("places")
        for start in dict.fromkeys(int(own.index.max()) if start == LAST else start for start in starts):
            if start not in own.index:
                continue
            now = own.loc[start, list(GROUPS)].to_numpy(dtype=float)
            divergence = rel_entr(parts / parts.sum(), now / now.sum()).sum()
            row = dict(zip(CURVE, name, strict=True)) | {"places": start, "best_places": best_places}
            row |= {"counted": now.sum() / parts.sum(), "foretold": float(np.exp(divergence))}
            share = dict(zip(GROUPS, parts / parts.sum(), strict=True))
            rows.append(row | {f"{part}_share": share[part] for part in ("moving", "closeness")})
    columns = [*CURVE, "places", "best_places", "counted", "foretold", "moving_share", "closeness_share"]
    return pd.DataFrame(rows, columns=columns)


def _least(rows):
    """Places and parts of the least interpolated bill; None if it is not inside, or too few places were counted."""
    if len(rows) < FEWEST_PLACES:
        return None
    x = np.log(rows["places"].to_numpy(dtype=float))
    values = rows[list(GROUPS)].to_numpy(dtype=float)
    there = (values > 0).all(axis=0)
    logs = PchipInterpolator(x, np.log(values[:, there]))

    rates = logs.derivative()

    def slope(at):
        return (np.exp(logs(at)) * rates(at)).sum()

    # The grid finds the valley; what is least to a step is no stationary point yet. The slope finds that one to all
    # digits, where totals that differ in their last digit only would find half of them.
    dense = np.linspace(x[0], x[-1], _STEPS * (len(x) - 1) + 1)
    low = np.exp(logs(dense)).sum(axis=-1).argmin()
    if low in (0, len(dense) - 1):
        return None
    before, after = dense[[low - 1, low + 1]]
    at = optimize.brentq(slope, before, after, xtol=1e-13) if slope(before) < 0 < slope(after) else dense[low]
    parts = np.zeros(len(GROUPS))
    parts[there] = np.exp(logs(at))
    return float(np.exp(at)), parts
