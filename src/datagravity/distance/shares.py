"""What a further machine pays: its energy over a distance, the share of it that is fixed, and the exponent in between.

Each split of the evidence gives one number at a distance; a mean with random effects of origins and of the series
within them gives what a series of another origin would have, with Student's t for the origins less one. Shares and
exponents are taken as logits, energies as logarithms. [extension]
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.distance.parts import KINDS, POOLED, usable_splits
from datagravity.distance.rows import share_of_the_rings
from datagravity.evidence import remembered
from datagravity.intervals import Interval

#: The meters of the splits, and the word for all of them.
METERS = ("board", "rail", "device", "macro", "io")
ALL = "all"
# With fewer origins than this the scatter is that of all splits: two cannot tell how far origins lie apart.
_FEWEST_ORIGINS = 3


def energy(d_mm, *, kind=ALL, meter=ALL, reviewed=False, without=None, level=0.8):
    """The energy of a bit over a distance, for a series of an origin that is not among the evidence.

    Parameters
    ----------
    d_mm : distance in mm, above 0
    kind : of the fixed part, "intercept", "anchor", "component", or "all", which is intercepts and components, each
        series once
    meter : what the energy includes, one of METERS or "all"
    reviewed : whether unreviewed sources stay out
    without : the name of an origin to leave out
    level : coverage of the interval, between origins

    Returns
    -------
    Interval: pJ/bit. Where fewer than three origins remain, or none with two series, the scatter is that of all
    splits.

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split remains.

    Examples
    --------
    >>> found = energy(12)
    >>> found.low < found.value < found.high
    True
    """
    return _interval("energy", _fit("energy", d_mm, None, kind, meter, reviewed, without), level)


def fixed_share(d_mm=None, *, kind=ALL, meter=ALL, reviewed=False, without=None, level=0.8):
    """The share phi of the energy over a distance that would stay if the distance went to zero.

    What stays is what its kind says: the intercept of a line, the same transfer inside a tile (an anchor), or the
    components that have no place. The interval is for a series of another origin. It caps a move only as long as no
    boundary is crossed: a move back inside one sheds the price of that boundary too, see `level_ratio`.

    Parameters
    ----------
    d_mm : distance in mm, above 0
    kind, meter, reviewed, without, level : as in `energy`

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split remains.

    Examples
    --------
    >>> phi = fixed_share(12)
    >>> 0 < phi.low < phi.value < phi.high < 1
    True
    >>> fixed_share(48).value < phi.value
    True
    """
    if d_mm is None:
        return share_of_the_rings(level)
    return _interval("share", _fit("share", d_mm, None, kind, meter, reviewed, without), level)


def local_exponent_between(near_mm, far_mm, *, kind=ALL, meter=ALL, reviewed=False, without=None, level=0.8):
    """The exponent that an instrument would find between two distances, ln(E_far / E_near) / ln(far / near).

    Parameters
    ----------
    near_mm, far_mm : distances in mm, 0 < near < far
    kind, meter, reviewed, without, level : as in `energy`

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split remains.

    Examples
    --------
    >>> local_exponent_between(1, 2).value < local_exponent_between(50, 100).value
    True
    """
    checks.number("near_mm", near_mm, checks.POSITIVE)
    if not checks.number("far_mm", far_mm, checks.POSITIVE) > near_mm:
        raise ValueError(f"far_mm: {far_mm!r}, expected a number above near_mm = {near_mm!r}")
    return _interval("exponent", _fit("exponent", near_mm, far_mm, kind, meter, reviewed, without), level)


def fixed_share_draws(d_mm, n, kind=ALL, reviewed=False, seed=0, *, meter=ALL):
    """Draws of the fixed share of further machines, each of an origin of its own.

    Parameters
    ----------
    d_mm : one distance in mm or an array of any shape
    n : number of draws
    kind, reviewed, meter : as in `energy`
    seed : of numpy's generator

    Returns
    -------
    numpy.ndarray: shares, of shape (n, *d_mm.shape). One draw is one machine at all of the distances.

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split remains.

    Examples
    --------
    >>> drawn = fixed_share_draws([12, 48], 1000)
    >>> drawn.shape, bool((drawn[:, 0] > drawn[:, 1]).all())
    ((1000, 2), True)
    """
    distances = checks.numbers("d_mm", d_mm, checks.POSITIVE)
    machines = np.random.default_rng(seed)
    found = [_fit("share", float(d), None, kind, meter, reviewed, None) for d in distances.flat]
    deviations = machines.standard_t(found[0].freedom, checks.whole("n", n)) if found else np.empty((n, 0))
    logits = [one.mean + one.further_error * deviations for one in found]
    return (1 / (1 + np.exp(-np.array(logits)))).T.reshape(n, *distances.shape)


@remembered
def spreads():
    """How far ln E0 and ln k scatter, between origins and between the series of one origin.

    Returns
    -------
    pandas.DataFrame: part ("fixed" or "per_mm"), which ("between" or "within"), deviation, low, high (80 % of the
    profile likelihood), origins, series.
    """
    frame, found = _chosen(ALL, ALL, False, None), []
    for part in ("fixed", "per_mm"):
        values = np.log(frame[part].to_numpy(float))
        variances = frame[f"variance_{part}"].to_numpy(float)
        for which in ("between", "within"):
            interval = fits.deviation_interval(values, frame["origin"], variances, which=which)
            found.append(
                {
                    "part": part,
                    "which": which,
                    "deviation": interval.value,
                    "low": interval.low,
                    "high": interval.high,
                    "origins": frame["origin"].nunique(),
                    "series": len(frame),
                }
            )
    return pd.DataFrame(found)


def choices():
    """Every reasonable choice of evidence that `fixed_share` takes: name, and the arguments that make it.

    Returns
    -------
    dict: name -> keyword arguments.
    """
    splits = usable_splits()
    found = {"all": {}}
    found |= {f"kind: {kind}": {"kind": kind} for kind in KINDS}
    found |= {f"meter: {meter}": {"meter": meter} for meter in METERS if meter in set(_chosen()["meter"])}
    found |= {"reviewed": {"reviewed": True}}
    pooled = splits[splits["kind"].isin(POOLED)]
    return found | {f"without {origin}": {"without": origin} for origin in sorted(set(pooled["origin"]))}


@remembered
def shares_by_choice(d_mm, level=0.8):
    """The fixed share at a distance under every choice: choice, share, low, high, origins, series."""
    found = []
    for name, arguments in choices().items():
        phi, chosen = fixed_share(d_mm, level=level, **arguments), _chosen(**arguments)
        counts = {"origins": chosen["origin"].nunique(), "series": len(chosen)}
        found.append({"choice": name, "share": phi.value, "low": phi.low, "high": phi.high, **counts})
    return pd.DataFrame(found)


def _chosen(kind=ALL, meter=ALL, reviewed=False, without=None):
    """The splits that the arguments leave."""
    frame = usable_splits()
    checks.choice("kind", kind, (ALL, *KINDS))
    checks.choice("meter", meter, (ALL, *METERS))
    kept = frame["kind"].isin(POOLED if kind == ALL else [kind])
    if meter != ALL:
        kept &= frame["meter"] == meter
    if reviewed:
        kept &= ~frame["grey"].astype(bool)
    if without is not None:
        checks.choice("without", without, sorted(set(frame["origin"])))
        kept &= frame["origin"] != without
    if not kept.any():
        raise ValueError(f"kind, meter: {kind!r}, {meter!r} (reviewed: {reviewed}), expected a choice with a split")
    return frame[kept].reset_index(drop=True)


@remembered
def _fit(quantity, d_mm, far_mm, kind, meter, reviewed, without):
    """The random effects of a quantity at a distance, over the splits that the arguments leave."""
    checks.number("d_mm", d_mm, checks.POSITIVE)
    chosen, everything = _chosen(kind, meter, reviewed, without), None
    origins = chosen["origin"].nunique()
    if origins < _FEWEST_ORIGINS or len(chosen) == origins:
        everything = fits.random_effects(*_values(quantity, _chosen(), d_mm, far_mm))
    return fits.random_effects(*_values(quantity, chosen, d_mm, far_mm), spread=everything)


def _values(quantity, splits, d_mm, far_mm):
    """The quantity of every split on its scale, the origins, and the variances, by the rule of small errors."""
    fixed, step, per_mm = (splits[name].to_numpy(float) for name in ("fixed", "step", "per_mm"))

    def scaled(log_fixed, log_per_mm):
        inside, slope = np.exp(log_fixed), np.exp(log_per_mm)
        whole = inside + step + slope * d_mm
        if quantity == "energy":
            return np.log(whole)
        if quantity == "share":
            return np.log(inside / (whole - inside))
        exponent = np.log((inside + step + slope * far_mm) / whole) / math.log(far_mm / d_mm)
        return np.log(exponent / (1 - exponent))

    logs = np.log(fixed), np.log(per_mm)
    small = 1e-5
    slopes = [
        (scaled(logs[0] + small * a, logs[1] + small * b) - scaled(logs[0] - small * a, logs[1] - small * b))
        / (2 * small)
        for a, b in ((1, 0), (0, 1))
    ]
    covariance = [splits[name].to_numpy(float) for name in ("variance_fixed", "covariance", "variance_per_mm")]
    variances = slopes[0] ** 2 * covariance[0] + 2 * slopes[0] * slopes[1] * covariance[1]
    variances = np.maximum(variances + slopes[1] ** 2 * covariance[2], 0)
    return scaled(*logs), splits["origin"].to_numpy(str), variances


def _interval(quantity, found, level):
    """The interval of a further value, off its scale."""
    further = found.further(level)
    ends = np.array([further.value, further.low, further.high])
    if quantity == "energy":
        return Interval(*np.exp(ends), level, "log-normal")
    return Interval(*(1 / (1 + np.exp(-ends))), level, "normal")
