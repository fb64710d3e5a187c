"""What a further machine pays: its energy over a distance, the share of it that is fixed, and the exponent in between.

The fixed part and the part per mm of every split of the evidence are one pair, with effects of origins and of the
series within them that may correlate. A fixed part of which only a bound is known counts by that bound. From the pair
come draws of further machines, each of an origin of its own, with the tails of Student's t for the origins less one;
energies, shares and exponents are functions of a draw. [extension]
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.distance.cacti import FAMILY, cacti_runs, series_name
from datagravity.distance.parts import KINDS, POOLED, usable_splits
from datagravity.distance.rows import share_of_the_rings
from datagravity.evidence import load, remembered
from datagravity.intervals import Interval
from datagravity.reads import by_value

#: The meters of the splits, and the word for all of them.
METERS = ("board", "rail", "device", "macro", "io")
ALL = "all"
#: Draws of further machines behind every interval.
DRAWS = 20_000
# A covariance between origins holds three numbers: with fewer origins than this the scatter is that of all splits.
_FEWEST_ORIGINS = 4


def energy(d_mm, *, kind=ALL, meter=ALL, reviewed=False, without=None, bounds=True, level=0.8):
    """The energy of a bit over a distance, for a series of an origin that is not among the evidence.

    Parameters
    ----------
    d_mm : distance in mm, above 0
    kind : of the fixed part, "intercept", "anchor", "component", or "all", which is intercepts and components, each
        series once
    meter : what the energy includes, one of METERS or "all"
    reviewed : whether unreviewed sources stay out
    without : the name of an origin to leave out, or a tuple of names
    bounds : whether series count whose fixed part is known by an upper bound only
    level : coverage of the interval, between origins

    Returns
    -------
    Interval: pJ/bit, the median of further machines and quantiles. Where fewer than four origins remain, or none with
    two series, the scatter is that of all splits.

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split with a known fixed part remains.

    Examples
    --------
    >>> found = energy(12)
    >>> found.low < found.value < found.high
    True
    """
    checks.number("d_mm", d_mm, checks.POSITIVE)
    fixed, step, per_mm = _machines(kind, meter, reviewed, without, bounds)
    return _interval(fixed + step + per_mm * d_mm, level, "log-normal")


def fixed_share(d_mm=None, *, kind=ALL, meter=ALL, reviewed=False, without=None, bounds=True, level=0.8):
    """The share phi of the energy over a distance that would stay if the distance went to zero.

    What stays is what its kind says: the intercept of a line, the same transfer inside a tile (an anchor), or the
    components that have no place. The interval is for a series of another origin. It caps a move only as long as no
    boundary is crossed: a move back inside one sheds the price of that boundary too, see `level_ratio`.

    Parameters
    ----------
    d_mm : distance in mm, above 0; None for the share in the line through the rings, which is of one source: there
        is no evidence to choose
    kind, meter, reviewed, without, bounds, level : as in `energy`

    Raises
    ------
    ValueError
        If an argument is out of its range, no split with a known fixed part remains, or evidence is chosen without a
        distance.

    Examples
    --------
    >>> phi = fixed_share(12)
    >>> 0 < phi.low < phi.value < phi.high < 1
    True
    >>> fixed_share(48).value < phi.value
    True
    """
    if d_mm is None:
        chosen = {"kind": kind, "meter": meter, "reviewed": reviewed, "without": without, "bounds": bounds}
        for name, value in chosen.items():
            default = fixed_share.__kwdefaults__[name]
            if value is not default and value != default:
                raise ValueError(f"{name}: {value!r}, expected {default!r} without a distance d_mm")
        return share_of_the_rings(level)
    checks.number("d_mm", d_mm, checks.POSITIVE)
    return _interval(_share(_machines(kind, meter, reviewed, without, bounds), d_mm), level, "normal")


def exponent_between(near_mm, far_mm, *, kind=ALL, meter=ALL, reviewed=False, without=None, bounds=True, level=0.8):
    """The exponent that an instrument would find between two distances, ln(E_far / E_near) / ln(far / near).

    Parameters
    ----------
    near_mm, far_mm : distances in mm, 0 < near < far
    kind, meter, reviewed, without, bounds, level : as in `energy`

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split with a known fixed part remains.

    Examples
    --------
    >>> exponent_between(1, 2).value < exponent_between(50, 100).value
    True
    """
    checks.number("near_mm", near_mm, checks.POSITIVE)
    if not checks.number("far_mm", far_mm, checks.POSITIVE) > near_mm:
        raise ValueError(f"far_mm: {far_mm!r}, expected a number above near_mm = {near_mm!r}")
    fixed, step, per_mm = _machines(kind, meter, reviewed, without, bounds)
    near, far = (fixed + step + per_mm * end for end in (near_mm, far_mm))
    return _interval(np.log(far / near) / math.log(far_mm / near_mm), level, "normal")


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
        If an argument is out of its range, or no split with a known fixed part remains.

    Examples
    --------
    >>> drawn = fixed_share_draws([12, 48], 1000)
    >>> drawn.shape, bool((drawn[:, 0] > drawn[:, 1]).all())
    ((1000, 2), True)
    """
    distances = checks.numbers("d_mm", d_mm, checks.POSITIVE)
    machines = _machines(kind, meter, reviewed, None, True, checks.whole("n", n), seed)
    return _share(machines[(...,) + (None,) * distances.ndim], distances)


def line_draws(n=DRAWS, kind=ALL, reviewed=False, seed=0, *, meter=ALL):
    """Draws of what further machines pay: what no distance changes, and the price of a mm, drawn together.

    Parameters
    ----------
    n : number of draws
    kind, reviewed, meter : as in `energy`
    seed : of numpy's generator

    Returns
    -------
    numpy.ndarray: pJ/bit and pJ/bit/mm, of shape (2, n).

    Raises
    ------
    ValueError
        If an argument is out of its range, or no split with a known fixed part remains.

    Examples
    --------
    >>> fixed, per_mm = line_draws(1000)
    >>> fixed.shape, bool((fixed > 0).all() and (per_mm > 0).all())
    ((1000,), True)
    """
    fixed, step, per_mm = _machines(kind, meter, reviewed, None, True, checks.whole("n", n), seed)
    return np.stack([fixed + step, per_mm])


@remembered(stored=True)
def spreads():
    """How far ln E0 and ln k scatter, between origins and between the series of one origin, and how they correlate.

    Returns
    -------
    pandas.DataFrame: part ("fixed", "per_mm" or "correlation"), which ("between" or "within"), value (a standard
    deviation or a correlation), low, high (80 % of the profile likelihood), origins, series.
    """
    found, fitted = [], _effects()
    for which in ("between", "within"):
        ends = {
            "fixed": _factor(fitted, which, "fixed"),
            "per_mm": _factor(fitted, which, "per_mm"),
            "correlation": _ends(fitted, which, "correlation"),
        }
        for part, (value, low, high) in ends.items():
            row = {"part": part, "which": which, "value": value, "low": low, "high": high}
            found.append(row | {"origins": fitted.groups, "series": fitted.count})
    return pd.DataFrame(found)


@remembered(stored=True)
def which_scatters_more():
    """Is the slope a matter of wires, and the fixed part one of what one calls the end of the path?

    Then ln E0 scatters more than ln k, within an origin and between origins. The alternative is that ln k scatters
    more; a ratio whose interval holds one leaves the question open.

    Returns
    -------
    pandas.DataFrame, one row a choice of evidence and a place of scatter: choice, which ("within" or "between"),
    ratio (of the standard deviations of ln E0 and ln k), low, high (80 % of the profile likelihood), more ("fixed
    part", "slope" or "open"), origins, series. Choices with too few origins to tell scatter are not here.
    """
    found = []
    for name, arguments in choices().items():
        if not _tells_scatter(_chosen(**arguments)):
            continue
        fitted = _effects(**arguments)
        for which in ("within", "between"):
            ratio, low, high = _factor(fitted, which, "ratio")
            more = "fixed part" if low > 1 else "slope" if high < 1 else "open"
            row = {"choice": name, "which": which, "ratio": ratio, "low": low, "high": high, "more": more}
            found.append(row | {"origins": fitted.groups, "series": fitted.count})
    return pd.DataFrame(found)


# What is added to a variance that may be zero.
_TINY = 1e-9


def _log(variance):
    return math.log(variance + _TINY)


#: Numbers of a covariance matrix of ln E0 and ln k: both standard deviations and their ratio, in logarithms, and how
#: the two correlate.
_NUMBERS = {
    "fixed": lambda matrix: _log(matrix[0, 0]) / 2,
    "per_mm": lambda matrix: _log(matrix[1, 1]) / 2,
    "ratio": lambda matrix: (_log(matrix[0, 0]) - _log(matrix[1, 1])) / 2,
    "correlation": lambda matrix: matrix[0, 1] / math.sqrt(matrix[0, 0] * matrix[1, 1] + _TINY),
}


@by_value
def _ends(fitted, which, number):
    """One of _NUMBERS of one covariance matrix of a fit, and both ends of its interval."""
    place = ("between", "within").index(which)
    interval = fitted.interval(lambda *matrices: _NUMBERS[number](matrices[place]))
    return interval.value, interval.low, interval.high


def _factor(fitted, which, number):
    return [math.exp(end) for end in _ends(fitted, which, number)]


@remembered
def choices():
    """Every reasonable choice of evidence that `fixed_share` takes: name, and the arguments that make it.

    Each origin is left out once, and those with bounds once together, if there are several.

    Returns
    -------
    dict: name -> keyword arguments.
    """
    splits = usable_splits()
    found = {"all": {}, "known fixed parts alone": {"bounds": False}}
    found |= {f"kind: {kind}": {"kind": kind} for kind in KINDS}
    found |= {f"meter: {meter}": {"meter": meter} for meter in METERS if meter in set(_chosen()["meter"])}
    found |= {"reviewed": {"reviewed": True}}
    pooled = splits[splits["kind"].isin(POOLED)]
    found |= {f"without {origin}": {"without": origin} for origin in sorted(set(pooled["origin"]))}
    bounded = tuple(sorted(set(pooled.loc[pooled["bounded"], "origin"])))
    return found | ({f"without {' and '.join(bounded)}": {"without": bounded}} if len(bounded) > 1 else {})


@remembered(stored=True)
def shares_by_choice(d_mm, level=0.8):
    """The fixed share at a distance under every choice: choice, share, low, high, origins, series."""
    found = []
    for name, arguments in choices().items():
        phi, fitted = fixed_share(d_mm, level=level, **arguments), _effects(**arguments)
        counts = {"origins": fitted.groups, "series": fitted.count}
        found.append({"choice": name, "share": phi.value, "low": phi.low, "high": phi.high, **counts})
    return pd.DataFrame(found)


@remembered(stored=True)
def share_step_by_step(d_mm):
    """How the fixed share comes to what it is, from a ratio of the parts of some series to the joint fit of all.

    Returns
    -------
    pandas.DataFrame: step, share, low, high (80 %), origins, series. Each step keeps those before.
    """
    every = _chosen()
    known = every[~every["bounded"]]
    runs = cacti_runs()
    runs = runs[(runs["memory"] == "SRAM") & (runs["transistors"] == "itrs-lstp")]
    low_power = {series_name(*family) for family in runs[FAMILY].itertuples(index=False)}
    first = known[~known["series"].isin(low_power)]
    ratio, both = np.array([[1.0, -1.0]]), np.eye(2)
    steps = {
        "E0/k alone, hits in the L3 among the series": (pd.concat([first, _hits_in_the_l3()]), ratio, 0.0),
        "without hits in the L3: one distance": (first, ratio, 0.0),
        "low-power SRAM of CACTI too": (known, ratio, 0.0),
        "errors of the fits": (known, ratio, 1.0),
        "E0 and k jointly": (known, both, 1.0),
        "fixed parts known by a bound too": (every, both, 1.0),
    }
    found = []
    for name, (chosen, outcomes, errors) in steps.items():
        values, groups, covariances, bounds = _pairs(chosen)
        covariances = errors * outcomes @ covariances @ outcomes.T
        fitted = _fitted(values @ outcomes.T, groups, covariances, bounds[:, : len(outcomes)])
        drawn = fitted.draws(DRAWS, np.random.default_rng(0))
        length = np.exp(drawn[:, 0] if len(outcomes) == 1 else drawn @ ratio[0])
        phi = _interval(length / (length + d_mm), 0.8, "normal")
        row = {"step": name, "share": phi.value, "low": phi.low, "high": phi.high}
        found.append(row | {"origins": fitted.groups, "series": fitted.count})
    return pd.DataFrame(found)


def _hits_in_the_l3():
    """A split of one distance and of a home in the own tile, which tells no door from the way."""
    rows = load("distance_rows")
    rows = rows[(rows["experiment"] == "L3 hits") & (rows["meter"] == "board")].set_index("within")
    near, far = rows.loc["shire"], rows.loc["chip"]
    per_mm = (far["pj_per_bit"] - near["pj_per_bit"]) / far["distance_mm"]
    own = {"origin": near["origin"], "fixed": near["pj_per_bit"], "step": 0.0, "per_mm": per_mm, "bounded": False}
    return pd.DataFrame([own | {"variance_fixed": 0.0, "covariance": 0.0, "variance_per_mm": 0.0}])


def _chosen(kind=ALL, meter=ALL, reviewed=False, without=None, bounds=True):
    """The splits that the arguments leave."""
    frame = usable_splits()
    checks.choice("kind", kind, (ALL, *KINDS))
    checks.choice("meter", meter, (ALL, *METERS))
    kept = frame["kind"].isin(POOLED if kind == ALL else [kind])
    if meter != ALL:
        kept &= frame["meter"] == meter
    if checks.truth("reviewed", reviewed):
        kept &= ~frame["grey"].astype(bool)
    if without is not None:
        names = (without,) if isinstance(without, str) else without
        for name in names:
            checks.there("without", name, sorted(set(frame["origin"])))
        kept &= ~frame["origin"].isin(names)
    if not checks.truth("bounds", bounds):
        kept &= ~frame["bounded"]
    if not (kept & ~frame["bounded"]).any():
        message = f"kind, meter: {kind!r}, {meter!r} (reviewed: {reviewed}), expected a choice with a split"
        raise checks.Missing(message, f"no split of an energy is left that is {kind}, by {meter}")
    return frame[kept].reset_index(drop=True)


def _pairs(splits):
    """ln E0, or of its bound, and ln k of every split; the origins, the covariances, and what is a bound."""
    values = np.log(np.stack([splits["fixed"] + splits["step"], splits["per_mm"]], axis=1).astype(float))
    cells = [splits[name].to_numpy(float) for name in ("variance_fixed", "covariance", "covariance", "variance_per_mm")]
    bounds = np.stack([splits["bounded"].to_numpy(bool), np.zeros(len(splits), bool)], axis=1)
    return values, splits["origin"].to_numpy(str), np.stack(cells, axis=1).reshape(-1, 2, 2), bounds


def _tells_scatter(splits):
    """Whether splits tell how far origins lie apart, and the series of one origin."""
    return _FEWEST_ORIGINS <= splits["origin"].nunique() < len(splits)


@remembered(stored=True)
def _effects(kind=ALL, meter=ALL, reviewed=False, without=None, bounds=True):
    """The random effects of ln E0 and ln k over the splits that the arguments leave."""
    chosen = _chosen(kind, meter, reviewed, without, bounds)
    if chosen.equals(_chosen()):
        return _fitted(*_pairs(chosen))
    everything = _effects()
    if _tells_scatter(chosen):
        return _fitted(*_pairs(chosen), start=everything)
    return _fitted(*_pairs(chosen), spread=everything)


_fitted = by_value(fits.random_effects)


@remembered(stored=True)
def _machines(kind, meter, reviewed, without, bounds, n=DRAWS, seed=0):
    """Draws of further machines: fixed part and step in pJ/bit, and pJ/bit/mm, shape (3, n).

    The step has the share of the intercept that it has in one of the splits.
    """
    chosen, generator = _chosen(kind, meter, reviewed, without, bounds), np.random.default_rng(seed)
    drawn = _effects(kind, meter, reviewed, without, bounds).draws(n, generator)
    intercept, per_mm = np.exp(drawn.T)
    step = intercept * generator.choice((chosen["step"] / (chosen["fixed"] + chosen["step"])).to_numpy(float), n)
    return np.stack([intercept - step, step, per_mm])


def _share(machines, d_mm):
    fixed, step, per_mm = machines
    return fixed / (fixed + step + per_mm * d_mm)


def _interval(drawn, level, spread):
    """The median of draws and their central share `level`."""
    checks.number("level", level, checks.OPEN_SHARE)
    low, value, high = np.quantile(drawn, [(1 - level) / 2, 0.5, (1 + level) / 2])
    return Interval(value, low, high, level, spread)
