"""What was asked after the frozen test had been read: exploratory, and no part of its plan.

The two terms of G_d and the time rest on the same bytes and operations, so a forecast of both can hardly tell whether
the prices add to the time. Here the runs are told their measured time instead, and the terms are priced or not; and
the levers are asked at other prices of a bit. One number is fitted anew for each case, the share of the power above
idle that stands, to the runs that the frozen model was fitted to. No scored run is fitted to anything.
"""

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from datagravity import checks
from datagravity.decoding.calibration import _ROBUST, calibrate, predicted, prepared
from datagravity.decoding.errors import error_table
from datagravity.decoding.forecast import decode_energy
from datagravity.decoding.freezing import scored
from datagravity.decoding.terms import DYNAMIC, while_decoding
from datagravity.evaluate import evaluate
from datagravity.evidence import remembered

#: What has a price beside the standing power: the energies of `terms.DYNAMIC` that are counted.
PRICED = {
    "bits and operations": ("weights", "kv_cache", "arithmetic", "prompt"),
    "operations alone": ("arithmetic", "prompt"),
    "bits alone": ("weights", "kv_cache"),
    "neither": (),
}
#: The times that a token may be told to have taken: as the formulas forecast it, or as it was measured.
TIMED = ("forecast_seconds", "seconds")


def standing_share(priced="bits and operations", time="forecast_seconds", pj_per_bit=None):
    """The share of the power above idle that stands, fitted to the energy of `measured_runs` as `calibrate` fits it.

    Parameters
    ----------
    priced : one of `PRICED`
    time : one of `TIMED`
    pj_per_bit : energy to move a bit from memory; the measured system value if None

    Returns
    -------
    float, between 0 and 1

    Raises
    ------
    ValueError
        If `priced` or `time` is another word, or `pj_per_bit` is not above 0.

    Examples
    --------
    >>> standing_share(pj_per_bit=18.0) < standing_share() < standing_share("neither")
    True
    """
    runs = predicted()
    moved, idle, above = _parts(runs, _needed_of_fitted(), priced, time, pj_per_bit)
    energy = runs["measured"].to_numpy(dtype=float)
    fitted = least_squares(
        lambda share: np.log((moved + idle + share[0] * above) / energy), [0.3], bounds=([0], [1]), **_ROBUST
    )
    return float(fitted.x[0])


@remembered
def _needed_of_fitted():
    """What the formulas need of each of the `measured_runs`."""
    return prepared(predicted(), while_decoding)[1]


@remembered(stored=True)
def told_time():
    """The runs of `scored`, told how long a token took.

    Returns
    -------
    pandas.DataFrame: the columns of `scored`, and one for each of `PRICED`: measured over what is said by these prices,
    the standing power and the measured time.
    """
    runs = scored()
    energy, ratios = runs["measured"].to_numpy(dtype=float), {}
    _, numbers = prepared(runs, while_decoding)
    for priced in PRICED:
        moved, idle, above = _parts(runs, numbers, priced, "seconds", None)
        ratios[priced] = energy / (moved + idle + standing_share(priced, "seconds") * above)
    return runs.assign(**ratios)


def score_told_time():
    """How far `told_time` is off, without suspected host stalls and recalled configurations.

    Returns
    -------
    pandas.DataFrame: kind, model (one of `PRICED`, or "measured time" of `nulls.NULLS`), runs, median, p90, largest.
    """
    runs = told_time().query("not recalled and not stalls")
    return error_table(runs, "kind", (*PRICED, "measured time"))


def lever_bounds_by_price(prices, measured, **workload):
    """What each lever saves at most, by the price of a bit and by the sum that the bound is of.

    Parameters
    ----------
    prices : name -> energy to move a bit, in pJ/bit; the standing share is fitted anew at each
    measured : joules that a token of this workload took
    workload : arguments of `decode_energy`

    Returns
    -------
    pandas.DataFrame: price (its name), pj_per_bit, over ("modelled" joules, or "measured" ones, of which all that the
    other terms leave is booked as standing), and a column for each lever.
    """
    rows = []
    for name, price in prices.items():
        share = {"awake_share": standing_share(pj_per_bit=price)}
        token = decode_energy(**workload, pj_per_bit=price, calibration=calibrate() | share)
        for over, one in {"modelled": token, "measured": token.summing_to(measured)}.items():
            rows.append({"price": name, "pj_per_bit": price, "over": over} | one.bounds)
    return pd.DataFrame(rows)


def _parts(runs, numbers, priced, time, pj_per_bit):
    """Joules of a token for what is priced, those of idle power, and those of all design power above it."""
    terms, time = PRICED[checks.choice("priced", priced, PRICED)], checks.choice("time", time, TIMED)
    if pj_per_bit is not None:
        price = checks.number("pj_per_bit", pj_per_bit, checks.POSITIVE)
        numbers = numbers | {"transport_pj_per_bit": np.full(len(runs), price)}
    seconds = runs[time].to_numpy(dtype=float)
    moved = sum((evaluate("exploring", DYNAMIC[name], **numbers) for name in terms), np.zeros(len(runs)))
    return moved, numbers["idle_power"] * seconds, (numbers["power"] - numbers["idle_power"]) * seconds
