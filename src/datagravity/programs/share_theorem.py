"""The share theorem on bills that were counted: does a bill's shares now and at its best tell what the best saves?

For sums of powers E/E* = exp KL(s* || s) exactly. A counted bill is no sum of powers, so this is a measurement. The
part of a price that no distance changes belongs to the constant, not to transport. [extension]
"""

import numpy as np
import pandas as pd
from scipy.special import rel_entr

from datagravity.programs.bill import CURVE, curves

#: Parts of a bill that scale alike, as far as it is a sum of powers.
GROUPS = ("constant", "moving", "closeness", "place_price")
LAST = "last"


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

    Only curves whose best lies between one place and the last counted number take part: there alone the counts show
    an optimum.

    Parameters
    ----------
    bills : of `bill.energies`
    starts : numbers of places to start from, or "last"; from one place the theorem says infinity, since closeness has
        no share there

    Returns
    -------
    pandas.DataFrame, a row a curve and a start: the columns that name the curve, places (of the start), best_places,
    counted (the ratio of totals), foretold (exp of the divergence of shares), moving_share and closeness_share (at
    the best). Starts that are the best are left out.

    Examples
    --------
    The theorem is exact for powers of r, here at one place, four and sixteen:

    >>> r = pd.Series([1.0, 0.5, 0.25])
    >>> curve = {"kernel": "a", "size": 1, "seed": 0, "partition": ["one place", "natural", "natural"]}
    >>> own = pd.DataFrame(curve | {"owner": "output", "places": [1, 4, 16], "compute": 0.0, "local_fixed": 0.0})
    >>> own = own.assign(local=r, closeness=0.25 / r, place_price=0.0, total=r + 0.25 / r)
    >>> compared(own, starts=[16])[["counted", "foretold"]].round(6).to_dict("records")
    [{'counted': 1.25, 'foretold': 1.25}]
    """
    whole = curves(bills)
    whole[list(GROUPS)] = shares(whole)
    rows = []
    for name, own in whole.groupby(list(CURVE)):
        own = own.set_index("places")
        best, last = int(own["total"].idxmin()), int(own.index.max())
        if best in (1, last):
            continue
        there = own.loc[best]
        for start in dict.fromkeys(last if start == LAST else start for start in starts):
            if start == best or start not in own.index:
                continue
            now = own.loc[start]
            divergence = rel_entr(*(row[list(GROUPS)].to_numpy(dtype=float) for row in (there, now))).sum()
            row = dict(zip(CURVE, name, strict=True)) | {"places": start, "best_places": best}
            row |= {"counted": now["total"] / there["total"], "foretold": float(np.exp(divergence))}
            rows.append(row | {f"{part}_share": there[part] for part in ("moving", "closeness")})
    columns = [*CURVE, "places", "best_places", "counted", "foretold", "moving_share", "closeness_share"]
    return pd.DataFrame(rows, columns=columns)
