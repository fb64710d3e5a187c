"""Fits and tests: a line, a fixed and a linear part, random effects, Student's intervals, permutations, leaving out.

Everything is plain statistics and knows nothing of energies. Intervals are Student's t, two-sided: exact where
residuals are independent and normal. [extension]
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import scipy  # its parts are loaded when they are first used: who only reads tables waits for none
from numpy.typing import ArrayLike

from datagravity import checks
from datagravity.intervals import Interval

# Two statistics that differ by rounding only are the same one.
_ROUNDING = 1e-12
# The rows of points over which outcomes below bounds are drawn, at the least.
_FEWEST_ROWS = 4096


# --- Student's t -----------------------------------------------------------------------------------------------------


def t_quantile(level: float, freedom: int) -> float:
    """How many standard errors lie to either side of an estimate at a level, for so many degrees of freedom.

    Raises
    ------
    ValueError
        If the level is not between 0 and 1, or no degree of freedom is left to judge an error by.

    Examples
    --------
    >>> round(t_quantile(0.95, 10), 3)
    2.228
    """
    checks.number("level", level, checks.OPEN_SHARE)
    checks.whole("freedom", freedom)
    return float(scipy.stats.t.ppf((1 + level) / 2, freedom))


def t_interval(value: float, error: float, freedom: int, level: float = 0.8) -> Interval:
    """An estimate with its t interval, from its standard error.

    Its spread is the two-piece normal one and not log-uniform, since an estimate may be negative.

    Examples
    --------
    >>> found = t_interval(1.0, 0.1, freedom=4)
    >>> round(found.low, 3), round(found.high, 3), found.level
    (0.847, 1.153, 0.8)
    """
    half = t_quantile(level, freedom) * error
    return Interval(value, value - half, value + half, level, "normal", freedom)


def mean_interval(values: ArrayLike, level: float = 0.8) -> Interval:
    """The mean of a sample and the t interval of that mean.

    Raises
    ------
    ValueError
        If there are fewer than two values.

    Examples
    --------
    >>> found = mean_interval([1.0, 2.0, 3.0], level=0.9)
    >>> round(found.low, 3), found.value, round(found.high, 3)
    (0.314, 2.0, 3.686)
    """
    return _sample_interval(values, level, further=0)


def mean_intervals(values: ArrayLike, level: float = 0.8, weights: ArrayLike | None = None) -> np.ndarray:
    """Weighted means along the last axis with their t intervals: value, low and high along a new last axis.

    Values are independent, each the mean of a group; of unequal weights the variance is that of a mean of clusters.

    Parameters
    ----------
    values : shape (..., groups)
    level : coverage
    weights : of the groups, shape (groups,), summing to one; all alike if None

    Raises
    ------
    ValueError
        If there are fewer than two values to a mean, which leave no scatter to judge it by, a number is not finite, or
        the weights are negative, of another shape, or do not sum to one.

    Examples
    --------
    >>> mean_intervals([[1.0, 2.0, 3.0]]).round(2).tolist()
    [[2.0, 0.91, 3.09]]
    """
    values = np.atleast_1d(checks.numbers("values", values, checks.FINITE))
    count = values.shape[-1]
    if count < 2:
        raise ValueError(f"values: {count} to a mean, expected two or more")
    weights = checks.numbers("weights", np.full(count, 1 / count) if weights is None else weights, checks.AT_LEAST_ZERO)
    if weights.shape != (count,) or not math.isclose(weights.sum(), 1, rel_tol=1e-9):
        raise ValueError(f"weights: {weights.tolist()!r}, expected {count} that sum to one")
    middle = values @ weights
    variance = count / (count - 1) * (values - middle[..., None]) ** 2 @ weights**2
    half = t_quantile(level, count - 1) * np.sqrt(variance)
    return np.stack([middle, middle - half, middle + half], axis=-1)


def median_intervals(values: ArrayLike, level: float = 0.8, weights: ArrayLike | None = None) -> np.ndarray:
    """Weighted medians along the last axis with Woodruff's intervals: value, low and high along a new last axis.

    The ends are the values where the share below lies as far from one half as that share errs at this level.

    Parameters
    ----------
    values : shape (..., n), independent
    level : coverage
    weights : shape (n,); all alike if None

    Examples
    --------
    >>> median_intervals([[1.0, 2.0, 3.0, 4.0, 50.0]]).tolist()
    [[3.0, 2.0, 4.0]]
    """
    values = np.asarray(values, dtype=float)
    weights = np.ones(values.shape[-1]) if weights is None else np.asarray(weights, dtype=float)
    half = float(scipy.stats.norm.ppf((1 + level) / 2) / 2 * np.sqrt((weights**2).sum()) / weights.sum())
    ends = [weighted_quantile(values, weights, at) for at in (0.5, max(0.5 - half, 1e-9), min(0.5 + half, 1 - 1e-9))]
    return np.stack(ends, axis=-1)


def prediction_interval(values: ArrayLike, level: float = 0.8) -> Interval:
    """The mean of a sample and the t interval of one further value of its kind, which is wider than that of the mean.

    Raises
    ------
    ValueError
        If there are fewer than two values.

    Examples
    --------
    >>> found = prediction_interval([1.0, 2.0, 3.0], level=0.9)
    >>> round(found.low, 3), found.value, round(found.high, 3)
    (-1.372, 2.0, 5.372)
    """
    return _sample_interval(values, level, further=1)


def _sample_interval(values, level, further):
    values = np.asarray(values, dtype=float)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"values: {values.tolist()!r}, expected a list of two or more: a scatter needs them")
    error = values.std(ddof=1) * math.sqrt(further + 1 / len(values))
    return t_interval(values.mean(), error, len(values) - 1, level)


# --- Weights and bounds ----------------------------------------------------------------------------------------------


def weighted_quantile(values: ArrayLike, weights: ArrayLike, level: float) -> np.ndarray | float:
    """The quantile of weighted values along the last axis: the middle of what the weights leave to both sides.

    With equal weights its median is the usual one. numpy's weighted quantiles take the lower of two middles.

    Parameters
    ----------
    values : shape (..., n)
    weights : not negative, of a shape that broadcasts to that of the values
    level : of the quantile, between 0 and 1

    Returns
    -------
    float, or an array of shape (...)

    Raises
    ------
    ValueError
        If a number is not finite, a weight is negative, or all of one row are zero.

    Examples
    --------
    >>> weighted_quantile([1.0, 2.0, 3.0, 4.0], 1.0, 0.5)
    2.5
    >>> weighted_quantile([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 9.0], 0.5)
    4.0
    """
    checks.number("level", level, checks.OPEN_SHARE)
    values = checks.numbers("values", values, checks.FINITE)
    weights = np.broadcast_to(checks.numbers("weights", weights, checks.AT_LEAST_ZERO), values.shape)
    total = weights.sum(axis=-1, keepdims=True)
    if values.ndim == 0 or values.shape[-1] == 0 or np.any(total <= 0):
        raise ValueError(f"weights: {weights.tolist()!r}, expected a value in each row with a weight above 0")
    order = np.argsort(values, axis=-1, kind="stable")
    values = np.take_along_axis(values, order, axis=-1)
    reached = np.cumsum(np.take_along_axis(weights, order, axis=-1), axis=-1) / total
    last = values.shape[-1] - 1
    lower = np.minimum((reached < level - _ROUNDING).sum(axis=-1, keepdims=True), last)
    upper = np.minimum((reached <= level + _ROUNDING).sum(axis=-1, keepdims=True), last)
    found = (np.take_along_axis(values, lower, axis=-1) + np.take_along_axis(values, upper, axis=-1))[..., 0] / 2
    return found if found.ndim else float(found)


def bounded_distribution(low: ArrayLike, high: ArrayLike, weights: ArrayLike = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """The likeliest distribution of values of which some are known by bounds only, after Turnbull (1976).

    Its mass lies on the values that are known, on the middles of ranges, and on the bounds themselves: each bound
    gives its mass to what it admits. scipy's censored data take no weights, and bounds from one side only.

    Parameters
    ----------
    low, high : both ends of what is known of each value, shape (n,); -inf or inf where there is no bound
    weights : of the values

    Returns
    -------
    (support, mass): rising values, and masses that sum to one

    Raises
    ------
    ValueError
        If there is no value, an end is missing on both sides, or low is above high.

    Examples
    --------
    >>> support, mass = bounded_distribution([1.0, 3.0, -math.inf], [1.0, 3.0, 2.0])
    >>> support.tolist(), mass.round(3).tolist()
    ([1.0, 2.0, 3.0], [0.667, 0.0, 0.333])
    """
    low, high = (np.atleast_1d(np.asarray(ends, dtype=float)) for ends in (low, high))
    bounded = np.isfinite(low) | np.isfinite(high)
    if not low.size or low.shape != high.shape or not np.all(bounded & (low <= high)):
        raise ValueError(f"low, high: {low.tolist()}, {high.tolist()}, expected pairs in order with one finite end")
    weights = np.broadcast_to(checks.numbers("weights", weights, checks.POSITIVE), low.shape)
    both = np.isfinite(low) & np.isfinite(high)
    one = np.where(np.isfinite(low), low, high)
    middle = np.where(both, (one + np.where(both, high, 0)) / 2, one)
    support = np.unique(middle)
    admitted = (support >= low[:, None]) & (support <= high[:, None])
    # A bound that admits a known value has no need of a mass of its own.
    start = np.where(np.isin(support, middle[both]), 1.0, 1e-3)
    mass = start / start.sum()
    for _ in range(2000):
        shared = admitted * mass
        found = weights @ (shared / shared.sum(axis=1, keepdims=True)) / weights.sum()
        moved, mass = np.abs(found - mass).max(), found
        if moved < 1e-9:
            break
    return support, mass


def binomial_power(count: int, truth: ArrayLike, nominal: float = 0.8, error: float = 0.05) -> np.ndarray | float:
    """How often so many trials of a true share are told from a nominal one, by the exact two-sided binomial test.

    Raises
    ------
    ValueError
        If a share is not between 0 and 1, or count is no whole number above 0.

    Examples
    --------
    >>> round(binomial_power(20, 0.4), 2), binomial_power(20, 0.8) <= 0.05
    (0.98, True)
    """
    checks.whole("count", count)
    truth = checks.numbers("truth", truth, checks.SHARE)
    hits = np.arange(count + 1)
    rejected = np.array([scipy.stats.binomtest(int(hit), count, nominal).pvalue <= error for hit in hits])
    found = scipy.stats.binom.pmf(hits, count, truth[..., None]) @ rejected
    return found if found.ndim else float(found)


def weighted_hits(weights: ArrayLike, share: float = 0.8) -> float:
    """How often independent hits, each as probable as a share, weigh that share of the whole or more.

    Parameters
    ----------
    weights : of the trials, shape (n,); alike, they make it the upper tail of the binomial distribution
    share : the probability of a hit, and the part of the weight that is to be reached

    Raises
    ------
    ValueError
        If a weight is not above zero, there is none, their sum is no finite number, or the share is not between 0 and
        1.

    Examples
    --------
    >>> round(weighted_hits([1.0] * 20), 2), round(weighted_hits([1.0] * 5), 2)
    (0.63, 0.74)
    """
    checks.number("share", share, checks.OPEN_SHARE)
    weights = np.atleast_1d(checks.numbers("weights", weights, checks.POSITIVE))
    with np.errstate(over="ignore"):
        whole = weights.sum()
    if weights.ndim != 1 or not weights.size or not math.isfinite(whole):
        raise ValueError(f"weights: {weights.tolist()!r}, expected a list of one or more with a finite sum")
    # Few weights differ, so that few sums do.
    sums = {0.0: 1.0}
    for weight in (weights / whole).tolist():
        after: dict[float, float] = {}
        for reached, chance in sums.items():
            for found, part in ((reached, 1 - share), (round(reached + weight, 9), share)):
                after[found] = after.get(found, 0.0) + chance * part
        sums = after
    return sum(chance for reached, chance in sums.items() if reached >= share - 1e-6)


def rank_interval(value: float, count: int, level: float = 0.8) -> Interval:
    """The interval of a rank correlation over so many pairs: Fisher's, with the factor for ranks of Fieller and others.

    Raises
    ------
    ValueError
        If there are fewer than four pairs, which leave no width to estimate, the value is not between -1 and 1, or the
        level is not between 0 and 1.

    Examples
    --------
    >>> found = rank_interval(0.5, 20)
    >>> round(found.low, 2), round(found.high, 2)
    (0.23, 0.7)
    """
    value, count = checks.number("value", value, "[-1, 1]"), checks.whole("count", count, 4)
    checks.number("level", level, checks.OPEN_SHARE)
    half = scipy.stats.norm.ppf((1 + level) / 2) * math.sqrt(1.06 / (count - 3))
    centre = math.atanh(max(-0.999, min(0.999, value)))
    low, high = math.tanh(centre - half), math.tanh(centre + half)
    return Interval(value, min(low, value), max(high, value), level, "uniform")


def proportion_interval(hits: int, count: int, level: float = 0.8) -> Interval:
    """The exact interval of a proportion, after Clopper and Pearson.

    Raises
    ------
    ValueError
        If a number is not whole, there is no trial, there are more hits than trials, or the level is not between 0
        and 1.

    Examples
    --------
    >>> found = proportion_interval(16, 20)
    >>> round(found.low, 2), round(found.high, 2)
    (0.64, 0.91)
    """
    hits, count = checks.whole("hits", hits, 0), checks.whole("count", count)
    if hits > count:
        raise ValueError(f"hits: {hits}, expected a whole number from 0 to count = {count}")
    checks.number("level", level, checks.OPEN_SHARE)
    found = scipy.stats.binomtest(hits, count).proportion_ci(level)
    return Interval(hits / count, float(found.low), float(found.high), level, "uniform")


def variance_shares(frame: pd.DataFrame, outcome: str, factors: list[str]) -> pd.DataFrame:
    """How much of the variance of an outcome each factor explains, by means over every row of a table.

    Parameters
    ----------
    frame : one row a combination of the factors; each counts alike, and combinations may be missing
    outcome : a column of finite numbers
    factors : columns

    Returns
    -------
    pandas.DataFrame: factor; alone, the share of variance that its means explain (Sobol's first order where factors
    are independent); beside, the share that stays unknown where all other factors are known (the total order).

    Raises
    ------
    ValueError
        If a value is not finite.

    Examples
    --------
    >>> table = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "y": [0.0, 1.0, 2.0, 3.0]})
    >>> variance_shares(table, "y", ["a", "b"]).round(2).to_dict("list")
    {'factor': ['a', 'b'], 'alone': [0.8, 0.2], 'beside': [0.8, 0.2]}
    """
    values = checks.numbers("outcome", frame[outcome], checks.FINITE)
    whole, found = values.var(), []
    series = pd.Series(values, index=frame.index)
    for factor in factors:
        alone = series.groupby(frame[factor], observed=True).transform("mean").var(ddof=0)
        others = [frame[other] for other in factors if other != factor]
        rest = (series - series.groupby(others, observed=True).transform("mean")).pow(2).mean() if others else whole
        scale = whole if whole > 0 else 1.0
        found.append({"factor": factor, "alone": float(alone / scale), "beside": float(rest / scale)})
    return pd.DataFrame(found)


# --- A line ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An ordinary least-squares line y = intercept + slope x over `count` points, with standard errors.

    `covariance` is that of slope and intercept, and `r2` the share of the variance of y that the line explains.
    """

    slope: float
    intercept: float
    slope_error: float
    intercept_error: float
    covariance: float
    count: int
    r2: float

    def interval(self, level: float = 0.8) -> Interval:
        """The slope with its t interval, which is wide where points are few.

        Raises
        ------
        ValueError
            If there are fewer than three points: two define the line, and nothing is left to judge it by.
        """
        self._judged()
        return t_interval(self.slope, self.slope_error, self.count - 2, level)

    def intercept_share(self, x: float, level: float = 0.8) -> Interval:
        """The share of the intercept in the line's value at x: intercept / (intercept + slope x).

        The interval is Fieller's, exact for normal residuals: the ratio of two estimates is not normal.

        Raises
        ------
        ValueError
            If there are fewer than three points, or intercept and growth are not both above zero at this level: then
            the interval does not end between 0 and 1.
        """
        self._judged()
        critical = t_quantile(level, self.count - 2)

        def beyond(share, side):
            """How far (1 - share) intercept - share slope x is past its critical error, on one side of zero."""
            near, far = 1 - share, -share * x
            variance = (near * self.intercept_error) ** 2 + (far * self.slope_error) ** 2
            variance += 2 * near * far * self.covariance
            return near * self.intercept + far * self.slope - side * critical * math.sqrt(variance)

        if not (beyond(0, 1) > 0 and beyond(1, -1) < 0):
            raise ValueError(
                f"intercept, slope: {self.intercept:.4g} +- {self.intercept_error:.2g}, {self.slope:.4g} +- "
                f"{self.slope_error:.2g}, expected both above 0 at level = {level}"
            )
        value = self.intercept / (self.intercept + self.slope * x)
        low = scipy.optimize.brentq(beyond, 0, value, args=(1,))
        high = scipy.optimize.brentq(beyond, value, 1, args=(-1,))
        return Interval(value, low, high, level, "normal")

    def _judged(self):
        if self.count < 3:
            raise ValueError(f"count: {self.count}, expected 3 points or more for an interval")


def line(x: ArrayLike, y: ArrayLike) -> Line:
    """The least-squares line through points; of two points the errors are NaN.

    Raises
    ------
    ValueError
        If there are fewer than two different x, or a value is not finite.

    Examples
    --------
    >>> found = line([1, 2, 3, 4], [1.1, 1.9, 3.2, 3.8])
    >>> round(found.slope, 3), round(found.slope_error, 3), round(found.intercept, 3)
    (0.94, 0.091, 0.15)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if x.ndim != 1 or x.shape != y.shape or len(set(x)) < 2 or not np.all(np.isfinite([x, y])):
        message = f"x, y: {x.tolist()}, {y.tolist()}, expected finite pairs with two different x or more"
        missing = checks.Missing(message, "fewer than two different points are left for a line")
        raise missing if len(set(x)) < 2 else ValueError(message)
    fitted = scipy.stats.linregress(x, y)
    errors = np.array([fitted.stderr, fitted.intercept_stderr]) if len(x) > 2 else np.full(2, math.nan)
    return Line(
        slope=float(fitted.slope),
        intercept=float(fitted.intercept),
        slope_error=float(errors[0]),
        intercept_error=float(errors[1]),
        covariance=float(-(errors[0] ** 2) * x.mean()),
        count=len(x),
        r2=float(fitted.rvalue**2),
    )


def slope_change(x: ArrayLike, y: ArrayLike, level: float = 0.8) -> tuple[Interval, Interval]:
    """The slope of the later half of the range of x, and how much it differs from that of the earlier half.

    Each half has a line of its own, and their errors are independent: residuals that follow each other make both
    intervals too narrow.

    Raises
    ------
    ValueError
        If a half has fewer than three points.

    Examples
    --------
    >>> x = np.arange(10.0)
    >>> later, change = slope_change(x, np.minimum(x, 5) + 0.01 * (-1) ** x)
    >>> round(later.value, 1), round(change.value, 1)
    (0.0, -1.0)
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    late = x >= (x.min() + x.max()) / 2
    if min(late.sum(), (~late).sum()) < 3:
        raise ValueError(f"x: {x.tolist()}, expected three points in either half of the range")
    before, after = line(x[~late], y[~late]), line(x[late], y[late])
    error = math.hypot(before.slope_error, after.slope_error)
    return after.interval(level), t_interval(after.slope - before.slope, error, len(x) - 4, level)


# --- Growth against time ---------------------------------------------------------------------------------------------


def growth_models(x: ArrayLike, y: ArrayLike) -> pd.DataFrame:
    """How straight a growth is: a line, a parabola, a broken line and a logistic slope, by least squares.

    Parameters
    ----------
    x : times
    y : logarithms of what grows

    Returns
    -------
    pandas.DataFrame, one row a model, indexed by its name: `first` and `last`, the slopes at both ends of the data;
    `aicc`, the corrected information criterion less that of the line (below 0 the model is better; infinite where
    there are too few points for it); `bend`, the time of the kink or of the middle of a logistic slope.

    The kink is a parameter and leaves two points or more on each side. A logistic slope falls from one level to
    another, as the gain of two costs does that shrink at two paces. [extension]

    Raises
    ------
    ValueError
        If there are fewer than six points, or fewer than six different times.

    Examples
    --------
    >>> x = np.arange(12.0)
    >>> found = growth_models(x, 0.5 * x - 0.02 * x**2)
    >>> found.loc["parabola", ["first", "last"]].round(3).to_list()
    [0.5, 0.06]
    >>> bool(found.loc["parabola", "aicc"] < 0)
    True
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if len(set(x)) < 6 or x.shape != y.shape or not np.all(np.isfinite([x, y])):
        raise ValueError(f"x, y: {x.tolist()}, {y.tolist()}, expected finite pairs with six different x or more")
    straight = _polynomial(x, y, 1)
    curved = _polynomial(x, y, 2)
    broken = min((_broken(x, y, kink) for kink in _kinks(x)), key=lambda fit: fit[0])
    logistic = _logistic(x, y)
    rows = []
    for free, (squares, first, last, bend) in zip((3, 4, 5, 5), (straight, curved, broken, logistic), strict=True):
        rows.append({"first": first, "last": last, "aicc": _aicc_of_squares(squares, len(x), free), "bend": bend})
    found = pd.DataFrame(rows, index=["line", "parabola", "broken line", "logistic"])
    return found.assign(aicc=found["aicc"] - found.loc["line", "aicc"])


def bend_statistic(x: ArrayLike, y: ArrayLike, kept: ArrayLike = True) -> np.ndarray | float:
    """AICc of a parabola less that of a line, with the sign of the bend: negative if the growth slows and the
    parabola is better, or if it quickens and the line is better.

    Parameters
    ----------
    x : times, shape (n,)
    y : logarithms of what grows, shape (..., n): one series, or many on the same times
    kept : which points of each series count, of a shape that broadcasts to that of y

    Returns
    -------
    One number a series; 0 for a series with fewer than six points.

    Examples
    --------
    >>> x = np.arange(12.0)
    >>> bend_statistic(x, x - 0.05 * x**2 + 0.01 * (-1) ** x) < -10
    True
    >>> many = bend_statistic(x, [x - 0.05 * x**2, x + 0.05 * x**2])
    >>> bool(many[0] < 0 < many[1])
    True
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    weights = np.broadcast_to(np.asarray(kept, dtype=float), y.shape)
    count = weights.sum(axis=-1)
    enough = count >= 6
    count = np.where(enough, count, 6)
    weights = weights + ~enough[..., None]  # a series with too few points is fitted whole, and its result is not used

    def mean(values):
        return ((weights * values).sum(axis=-1) / weights.sum(axis=-1))[..., None]

    # Each basis is orthogonal to those before it, so each weight is a ratio of sums.
    centred = x - mean(x)
    square = centred**2 - mean(centred**2)
    square = square - mean(square * centred) / mean(centred**2) * centred
    rest = y - mean(y)
    straight = rest - mean(rest * centred) / mean(centred**2) * centred
    bend = mean(straight * square) / mean(square**2)
    squares = [(weights * left**2).sum(axis=-1) for left in (straight, straight - bend * square)]
    gain = _aicc_of_squares(squares[1], count, 4) - _aicc_of_squares(squares[0], count, 3)
    found = np.where(enough, np.where(bend[..., 0] < 0, gain, -gain), 0.0)
    return found if found.ndim else float(found)


def lag_one(x: ArrayLike, y: ArrayLike) -> float:
    """Correlation of each residual about the line with the next: near 0 for independent points.

    Examples
    --------
    >>> round(lag_one([0, 1, 2, 3, 4, 5], [0, 1, 0, 1, 0, 1]), 1)
    -0.9
    """
    fitted = line(x, y)
    rest = np.asarray(y, dtype=float) - fitted.intercept - fitted.slope * np.asarray(x, dtype=float)
    return float(np.corrcoef(rest[1:], rest[:-1])[0, 1])


def _polynomial(x, y, degree):
    """Squares of the residuals, and the slopes at both ends."""
    middle = x.mean()
    powers = np.vander(x - middle, degree + 1)
    weights = np.linalg.lstsq(powers, y, rcond=None)[0]
    slopes = np.polyval(np.polyder(weights), x[[0, -1]] - middle)
    return _squares(y - powers @ weights), *map(float, slopes), math.nan


def _broken(x, y, kink):
    """The same of a line with a kink."""
    parts = np.stack([np.ones_like(x), np.minimum(x - kink, 0), np.maximum(x - kink, 0)], axis=1)
    weights = np.linalg.lstsq(parts, y, rcond=None)[0]
    return _squares(y - parts @ weights), float(weights[1]), float(weights[2]), float(kink)


def _kinks(x):
    return np.linspace(np.sort(x)[1], np.sort(x)[-2], 101)


def _logistic(x, y):
    """The same of a slope that falls from one level to another, y being minus the logarithm of two falling terms."""
    middle, span = x.mean(), float(np.ptp(x))

    def parts(fall, bend):
        return np.stack([np.ones_like(x), x - middle]), -np.logaddexp(0, fall * (x - middle - bend))

    def linear(fall, bend):
        known, fallen = parts(fall, bend)
        return np.linalg.lstsq(known.T, y - fallen, rcond=None)[0]

    def rest(parameters):
        known, fallen = parts(*parameters)
        return linear(*parameters) @ known + fallen - y

    starts = [(fall / span, bend * span) for fall in (0.5, 1, 2, 4, 8, 16) for bend in np.linspace(-0.6, 0.6, 7)]
    begin = min(starts, key=lambda start: _squares(rest(start)))
    found = scipy.optimize.least_squares(rest, begin, bounds=([0, -span], [50 / span, span]))
    fall, bend = found.x
    first, last = linear(fall, bend)[1] - fall / (1 + np.exp(-fall * (x[[0, -1]] - middle - bend)))
    return _squares(found.fun), float(first), float(last), float(middle + bend)


def _squares(residuals):
    return float(residuals @ residuals)


def _aicc_of_squares(squares, count, free):
    """Akaike's criterion, corrected for few points, of a least-squares fit with so many parameters, the scatter among
    them; infinite where there are too few points for it.
    """
    spare = np.asarray(count - free - 1, dtype=float)
    correction = np.divide(2 * free * (free + 1), spare, out=np.full(spare.shape, np.inf), where=spare > 0)
    return count * np.log(np.maximum(squares, 1e-300) / count) + 2 * free + correction


# --- Random effects --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class RandomEffects:
    """Means of outcomes over groups of cases: what scatters between groups, and what between the cases of one group.

    `mean` has the shape (p,) for p outcomes; `mean_covariance`, `between` and `within` are covariance matrices,
    (p, p). `freedom` is the number of groups that told the scatter, less one; `likelihood` is the logarithm of the
    restricted likelihood, but for a constant.
    """

    mean: np.ndarray
    mean_covariance: np.ndarray
    between: np.ndarray
    within: np.ndarray
    likelihood: float
    freedom: int
    groups: int
    count: int
    _cases: "_Cases"

    def draws(self, count: int, generator: np.random.Generator) -> np.ndarray:
        """Outcomes of further cases, each of a group of its own: shape (count, p), with the tails of Student's t."""
        # A few rows would not tell the bounds' weights.
        uniforms = generator.random((max(count, _FEWEST_ROWS), self._cases.bounds))
        _, logs, centres, rest = self._cases.given(self.between, self.within, uniforms)
        weights = np.exp(logs - logs.max())
        chosen = generator.choice(len(logs), count, p=weights / weights.sum())
        root = np.linalg.cholesky(rest + self.between + self.within)
        tails = np.sqrt(self.freedom / generator.chisquare(self.freedom, count))
        return centres[chosen] + tails[:, None] * (generator.standard_normal((count, len(root))) @ root.T)

    def interval(self, quantity: Callable, level: float = 0.8) -> Interval:
        """A number made of the matrices `between` and `within`, with the interval of its profile likelihood.

        The ends are the extremes of the number over all matrices whose likelihood the level allows.

        Raises
        ------
        RuntimeError
            If an end is not found, as may happen to a number that grows without bound.
        """
        cases = self._cases
        allowed = self.likelihood - scipy.stats.chi2.ppf(level, 1) / 2
        value, ends = float(quantity(self.between, self.within)), []
        # Starts are off the edge on which the best matrices may lie; a second one where the first leads nowhere.
        starts = [cases.inside(self.between, self.within, share) for share in (0.03, 0.1)]
        for sign in (1, -1):
            found = (cases.least(lambda *pair, sign=sign: sign * quantity(*pair), allowed, start) for start in starts)
            end = sign * next((least for least in found if math.isfinite(least)), math.inf)
            if math.isinf(end):
                raise RuntimeError(f"quantity: no end of its interval found beyond {value!r}; try its logarithm")
            ends.append(end)
        return Interval(value, min(value, *ends), max(value, *ends), level, "uniform")


def random_effects(
    values: ArrayLike,
    groups: ArrayLike,
    errors: ArrayLike = 0.0,
    bounds: ArrayLike = False,
    *,
    spread: RandomEffects | None = None,
    start: RandomEffects | None = None,
) -> RandomEffects:
    """Means of one or more outcomes of cases that hang together in groups, by restricted maximum likelihood.

    outcomes = means + effects of the group + effects of the case + errors of known covariance, all normal; effects of
    different outcomes may correlate. A value that is a bound counts by the chance that the outcome, with its error,
    lies below. The likelihood is that of Laird and Ware (1982), the means integrated out, times the chance of all
    bounds given the known values (Hughes 1999), by the algorithm of Genz (1992) on fixed points. statsmodels' MixedLM
    maximises the same one where there are neither errors nor bounds, and a test compares them.

    Parameters
    ----------
    values : shape (n,) for one outcome, or (n, p)
    groups : a label a case
    errors : known covariances of the errors, shape (n, p, p) or one that broadcasts to it
    bounds : whether a value is an upper bound, shape (n, p) or one that broadcasts to it
    spread : another fit whose matrices and degrees of freedom to take, where these groups are too few
    start : another fit at whose matrices the search begins

    Raises
    ------
    ValueError
        If a value is not finite, a variance is negative, a covariance is not symmetric, an outcome is nowhere known, a
        value has no group, or there are fewer than two groups, or as many as cases, and no `spread`.

    Examples
    --------
    >>> found = random_effects([1.0, 1.2, 2.0, 2.2, 3.0, 3.2], ["a", "a", "b", "b", "c", "c"])
    >>> found.mean.round(4).tolist(), found.between.round(3).tolist(), found.within.round(3).tolist()
    ([2.1], [[0.99]], [[0.02]])
    """
    values = checks.numbers("values", values, checks.FINITE)
    values = values.reshape(len(values), -1)
    count, width = values.shape
    errors = np.broadcast_to(checks.numbers("errors", errors, checks.FINITE), (count, width, width))
    checks.numbers("errors", np.diagonal(errors, axis1=1, axis2=2), checks.AT_LEAST_ZERO)
    turned = errors.swapaxes(1, 2)
    near = np.isclose(errors, turned, rtol=1e-9, atol=1e-9 * np.abs(errors).max(initial=0.0))
    checks.every("errors", errors, near, "a symmetric covariance")
    groups = np.asarray(groups, dtype=object)
    if groups.shape != (count,) or pd.isna(groups).any():
        raise ValueError(f"groups: {groups.tolist()!r}, expected a label for each of the {count} cases")
    bounds = np.broadcast_to(bounds, values.shape)
    if bounds.all(axis=0).any():
        raise ValueError(f"bounds: {count} of {count} values of an outcome, expected one that is known")
    names, place = np.unique(groups.tolist(), return_inverse=True)
    cases = _Cases(values, place, errors, bounds)
    if spread is None:
        if len(names) < 2 or count <= len(names):
            raise ValueError(
                f"groups: {count} cases of {len(names)}, expected two groups or more, and one with two cases"
            )
        between, within = cases.likeliest(start)
        freedom = len(names) - 1
    else:
        between, within, freedom = spread.between, spread.within, spread.freedom
    known, logs, centres, rest = cases.given(between, within, cases.points)
    weights = np.exp(logs - logs.max())
    mean = np.average(centres, axis=0, weights=weights)
    scatter = np.einsum("i,ij,ik->jk", weights / weights.sum(), centres - mean, centres - mean)
    likelihood = known + _log_of_mean(logs)
    return RandomEffects(mean, rest + scatter, between, within, likelihood, freedom, len(names), count, cases)


class _Cases:
    """Values of cases in groups, entry by entry, the known ones before the bounds."""

    def __init__(self, values, place, errors, bounds):
        width = values.shape[1]
        order = np.argsort(bounds.ravel(), kind="stable")
        case, outcome = np.divmod(order, width)
        self.known = int((~bounds).sum())
        self.width, self.bounds = width, len(order) - self.known
        self.values, self.design = values[case, outcome], np.eye(width)[outcome]
        self.one_case = np.equal.outer(case, case)
        self.one_group = np.equal.outer(place[case], place[case])
        self.errors = self.one_case * errors[case[:, None], outcome[:, None], outcome]
        self.points = scipy.stats.qmc.Sobol(max(self.bounds, 1), rng=0).random_base2(8)[:, : self.bounds]
        scale = np.nanstd(np.where(bounds, np.nan, values), axis=0)
        self.scale = np.maximum(scale, 1e-6 * max(scale.max(), 1e-3))
        self.lower = np.tril_indices(width)

    def given(self, between, within, uniforms):
        """The logarithm of the restricted likelihood of the known values; for each row of uniforms the logarithm of
        its share in the chance of the bounds, and the means if the outcomes below bounds are those of that row; and
        the covariance of these means.
        """
        of_groups, of_cases = (self.design @ matrix @ self.design.T for matrix in (between, within))
        whole = self.one_group * of_groups + self.one_case * of_cases + self.errors
        n, width = self.known, self.width
        own, across, design, values = whole[:n, :n], whole[n:, :n], self.design[:n], self.values[:n]
        solved = np.linalg.solve(own, np.column_stack([design, values, across.T]))
        by_design, by_values, by_bounds = solved[:, :width], solved[:, width], solved[:, width + 1 :]
        weight = design.T @ by_design
        covariance = np.linalg.inv(weight)
        mean = covariance @ (design.T @ by_values)
        known = -(values @ by_values - mean @ weight @ mean + _log_determinant(own) + _log_determinant(weight)) / 2
        # What the known values and the means, in themselves uncertain, say of the outcomes below bounds.
        design = self.design[n:] - across @ by_design
        root = np.linalg.cholesky(whole[n:, n:] - across @ by_bounds + design @ covariance @ design.T)
        deviations, logs = _below(self.values[n:] - across @ by_values - design @ mean, root, uniforms)
        moved = np.linalg.solve(root, design @ covariance)
        return known, logs, mean + deviations @ moved, covariance - moved.T @ moved

    def likelihood(self, between, within):
        """The logarithm of the restricted likelihood; very small where a value would be exact."""
        try:
            known, logs, _, _ = self.given(between, within, self.points)
        except np.linalg.LinAlgError:
            return -1e9
        return known + _log_of_mean(logs)

    def inside(self, between, within, share):
        """Both matrices as the entries of their roots, which may take any value: a place to begin a search.

        A share of the scatter is added, since at the edge of what is possible the slope across the edge is zero.
        """
        more = np.diag(share * self.scale**2)
        return np.concatenate([np.linalg.cholesky(matrix + more)[self.lower] for matrix in (between, within)])

    def reach(self, parameters):
        """How far each entry may move, alone, until the likelihood has changed by about one half: a search's unit.

        Without it, a search creeps along the edge of matrices that are no more invertible, and ends too early.
        """
        steps = np.diag(0.02 * np.tile(self.scale[self.lower[0]], 2))
        near = [[self.likelihood(*self.matrices(parameters + sign * step)) for sign in (1, 0, -1)] for step in steps]
        bend = np.abs(np.array(near) @ [1, -2, 1])
        return np.diag(steps) / np.sqrt(np.maximum(bend, 0.02**2))

    def least(self, quantity, allowed, start):
        """The least of a number over all matrices whose likelihood is allowed; infinity if none of these is met.

        A search begins again where one ended, in the units of that place, until it gets no further.
        """
        least = math.inf
        for _ in range(8):
            reach = self.reach(start)

            def inside(found, reach=reach):
                return self.likelihood(*self.matrices(reach * found)) - allowed

            end = scipy.optimize.minimize(
                lambda found, reach=reach: quantity(*self.matrices(reach * found)),
                start / reach,
                method="SLSQP",
                constraints={"type": "ineq", "fun": inside},
                options={"ftol": 1e-5},
            )
            start, before = reach * end.x, least
            if inside(end.x) > -0.01:
                least = min(least, float(end.fun))
            if least > before - 1e-3:
                break
        return least

    def matrices(self, parameters):
        """Both matrices from the entries of their roots."""
        roots = np.zeros((2, self.width, self.width))
        roots[:, *self.lower] = parameters.reshape(2, -1)
        return roots @ roots.transpose(0, 2, 1)

    def likeliest(self, start):
        """Both matrices of the greatest likelihood."""
        own = np.diag(self.scale**2)
        pairs = [(own, own), (0.1 * own, own), (own, 0.1 * own)] if start is None else [(start.between, start.within)]
        found = [
            scipy.optimize.minimize(lambda found: -self.likelihood(*self.matrices(found)), self.inside(*pair, 0.1))
            for pair in pairs
        ]
        return self.matrices(min(found, key=lambda one: one.fun).x)


def _log_of_mean(logs):
    """The logarithm of a mean of numbers given by their logarithms; on a few, scipy's logsumexp takes far longer."""
    most = logs.max()
    return float(most + np.log(np.exp(logs - most).mean()))


def _log_determinant(matrix):
    """Of a positive definite matrix; an error of numpy's for another."""
    return 2 * np.log(np.diag(np.linalg.cholesky(matrix))).sum()


def _below(limits, root, uniforms):
    """Independent normal deviations of which `root` makes correlated ones below the limits, one row for each row of
    uniforms, and the logarithm of the chance by which the row counts.
    """
    deviations, chances = np.empty(uniforms.T.shape), np.empty(uniforms.T.shape)
    for n, limit in enumerate(limits):
        chances[n] = np.maximum(scipy.special.ndtr((limit - root[n, :n] @ deviations[:n]) / root[n, n]), 1e-300)
        deviations[n] = scipy.special.ndtri(uniforms[:, n] * chances[n])
    return deviations.T, np.log(chances).sum(axis=0)


# --- A fixed and a linear part ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FixedAndLinear:
    """y = fixed + slope x, fitted in ln y: both parts, at least zero, and the covariance of their logarithms.

    `covariance` is that of (ln fixed, ln slope), of shape (2, 2); zeros for two points, which leave nothing to judge
    by, and for a part that is zero. `scatter` is the root mean square of the residuals of ln y.
    """

    fixed: float
    slope: float
    covariance: np.ndarray
    scatter: float
    count: int


def fixed_and_linear(x: ArrayLike, y: ArrayLike) -> FixedAndLinear:
    """Fit y = fixed + slope x by least squares of ln y, with both parts at least zero.

    Raises
    ------
    ValueError
        If a number is not above zero, or there are fewer than two different x.

    Examples
    --------
    >>> found = fixed_and_linear([1, 2, 4, 8], [3, 4, 6, 10])
    >>> round(found.fixed, 6), round(found.slope, 6)
    (2.0, 1.0)
    """
    x, y = _pairs_above_zero(x, y)
    design = np.stack([np.ones_like(x), x], axis=1)
    scaled = design / y[:, None]
    # Where a part would be negative, least squares with a bound sets it to zero.
    start = np.maximum(scipy.optimize.nnls(scaled, np.ones_like(y))[0], 1e-12 * np.array([y.min(), y.min() / x.max()]))
    fitted = scipy.optimize.least_squares(
        lambda p: np.log(design @ p / y),
        start,
        jac=lambda p: design / (design @ p)[:, None],
        bounds=(0, np.inf),
        x_scale=[y.min(), y.min() / x.max()],
        xtol=1e-14,
        ftol=1e-14,
        gtol=1e-14,
    )
    parts = np.where(fitted.x < 1e-6 * np.array([y.min(), y.min() / x.max()]), 0.0, fitted.x)
    residuals = np.log(design @ parts / y)
    covariance = np.zeros((2, 2))
    if len(x) > 2 and np.all(parts > 0):
        slopes = design * parts / (design @ parts)[:, None]
        covariance = np.linalg.inv(slopes.T @ slopes) * float(residuals @ residuals) / (len(x) - 2)
    elif len(x) > 2 and parts[1] > 0:
        covariance[1, 1] = float(residuals @ residuals) / (len(x) - 1) / len(x)
    scatter = math.sqrt(float(residuals @ residuals) / len(x))
    return FixedAndLinear(float(parts[0]), float(parts[1]), covariance, scatter, len(x))


def _pairs_above_zero(x, y):
    x, y = checks.numbers("x", x, checks.POSITIVE), checks.numbers("y", y, checks.POSITIVE)
    if x.ndim != 1 or x.shape != y.shape or len(set(x.tolist())) < 2:
        raise ValueError(f"x, y: {x.tolist()}, {y.tolist()}, expected pairs with two different x or more")
    return x, y


def fixed_part_bound(x: ArrayLike, y: ArrayLike) -> tuple[float, float]:
    """How large the fixed part may be where the fit of `fixed_and_linear` leaves none.

    The likelihood of a fixed part, the best slope beside it, falls from one at zero. Over ln fixed it falls as a
    normal chance does: the bound is where it is one half, and the error half the way between 0.84 and 0.16.

    Returns
    -------
    (bound, error): in the unit of y, and the standard deviation of its logarithm; both NaN for two points, or where
    points without scatter leave nothing to judge by.

    Raises
    ------
    ValueError
        As `fixed_and_linear`.

    Examples
    --------
    >>> bound, error = fixed_part_bound([1, 2, 4, 8], [0.9, 2.2, 3.7, 8.4])
    >>> round(bound, 2), round(error, 1)
    (0.11, 1.2)
    """
    x, y = _pairs_above_zero(x, y)
    steepest = 2 * float((y / x).max())

    def squares(fixed):
        def rest(share):
            return _squares(np.log((fixed + share * steepest * x) / y))

        return scipy.optimize.minimize_scalar(rest, bounds=(0, 1), method="bounded", options={"xatol": 1e-9}).fun

    least = squares(0.0)
    if len(x) < 3 or least < _ROUNDING:
        return math.nan, math.nan

    def where(chance):
        limit = least * chance ** (-2 / (len(x) - 1))
        return scipy.optimize.brentq(lambda fixed: squares(fixed) - limit, 0, 1e3 * float(y.max()))

    near, bound, far = (where(float(chance)) for chance in scipy.stats.norm.cdf([1, 0, -1]))
    return bound, math.log(far / near) / 2


# --- Permutations ----------------------------------------------------------------------------------------------------

# scipy.stats.permutation_test shuffles one statistic; here one shuffle serves many specifications at once.


def rank_correlations(x: ArrayLike, y: ArrayLike) -> np.ndarray:
    """Spearman's rank correlation of each row of x with y; 0 where all of a row, or all y, are equal.

    Parameters
    ----------
    x : shape (specifications, n)
    y : shape (n,) or (n, m)

    Returns
    -------
    numpy.ndarray, shape (specifications,) or (specifications, m)

    Examples
    --------
    >>> rank_correlations([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0], [1.0, 1.0, 1.0]], [1.0, 4.0, 9.0]).round(3).tolist()
    [1.0, -1.0, 0.0]
    """
    x, y = (checks.numbers(name, values, checks.FINITE) for name, values in (("x", x), ("y", y)))
    x, y = _ranks(x), _ranks(y.T).T
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=0)
    x_size, y_size = np.sqrt((x**2).sum(axis=1)), np.sqrt((y**2).sum(axis=0))
    size = np.multiply.outer(x_size, y_size)
    # Rounding may lead beyond one.
    return np.clip(np.where(size > 0, x @ y / np.where(size > 0, size, 1.0), 0.0), -1.0, 1.0)


def _ranks(values):
    """Ranks along the last axis; values that differ by rounding only share one, as equal values do.

    Else the last bit of a mean, which is another on another machine, would order what is equal.
    """
    order = np.argsort(values, axis=-1)
    rising = np.take_along_axis(values, order, axis=-1)
    above = np.diff(rising) > _ROUNDING * np.maximum(np.abs(rising[..., 1:]), np.abs(rising[..., :-1]))
    places = np.zeros(values.shape, dtype=int)
    np.put_along_axis(places, order[..., 1:], np.cumsum(above, axis=-1), axis=-1)
    return scipy.stats.rankdata(places, axis=-1)


def joint_sign_flip(values: ArrayLike, *, permutations: int = 2000, seed: int = 0) -> tuple[float, float]:
    """Over many specifications at once: the median of their sums, and how often chance signs reach it.

    Parameters
    ----------
    values : shape (specifications, groups); a group keeps one sign in every specification
    permutations : so many random choices of signs; every choice once, where there are no more

    Returns
    -------
    (median, p), p one-sided: for the other side, flip all values

    Examples
    --------
    >>> value, p = joint_sign_flip([[1.0, 2.0, 0.5, 1.5, 3.0, 1.0], [1.0, 2.5, 0.5, 1.5, 2.0, 1.0]])
    >>> value, p
    (8.75, 0.015625)
    """
    values = checks.numbers("values", values, checks.FINITE)
    groups = values.shape[1]
    if 2**groups <= permutations:
        # The first choice leaves every sign, which is what was observed.
        signs = 1.0 - 2 * (np.arange(1, 2**groups) >> np.arange(groups)[:, None] & 1)
    else:
        signs = np.random.default_rng(seed).choice([-1.0, 1.0], size=(groups, permutations))
    observed = float(np.median(values.sum(axis=1)))
    return observed, _reached(np.median(values @ signs, axis=0), observed)


def joint_rank_correlation(
    x: ArrayLike, y: ArrayLike, *, permutations: int = 2000, seed: int = 0
) -> tuple[float, float]:
    """Over many specifications at once: the median rank correlation, and how often shuffled y reach it.

    Parameters
    ----------
    x : shape (specifications, groups)
    y : shape (groups,); it is shuffled for all specifications alike

    Returns
    -------
    (median, p), p one-sided. A specification whose x are all equal correlates with 0.

    Examples
    --------
    >>> joint_rank_correlation([[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]], [1.0, 2.0, 3.0, 4.0, 6.0, 5.0])[1] < 0.05
    True
    """
    y, generator = checks.numbers("y", y, checks.FINITE), np.random.default_rng(seed)
    every = np.stack([y, *(generator.permutation(y) for _ in range(permutations))], axis=1)
    found = rank_correlations(x, every)
    middle = np.median(found, axis=0)
    return float(middle[0]), _reached(middle[1:], middle[0])


def _reached(shuffled, observed):
    """The share of shuffled statistics that reach the observed one, which counts among them.

    What falls short by rounding only reaches it, as in `scipy.stats.permutation_test`; the largest statistic says how
    far sums of their size are rounded, since the observed one may be near zero.
    """
    least = observed - _ROUNDING * max(abs(observed), np.abs(shuffled).max(initial=0))
    return (1 + int((shuffled >= least).sum())) / (1 + len(shuffled))


# --- Leaving out -----------------------------------------------------------------------------------------------------


def leave_one_group_out(frame: pd.DataFrame, by: str) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """For each group of rows, in order of its name: the name, its rows, and all rows but these.

    Examples
    --------
    >>> runs = pd.DataFrame({"source": ["b", "a", "b"], "joules": [1.0, 2.0, 3.0]})
    >>> for name, own, rest in leave_one_group_out(runs, "source"):
    ...     print(name, own["joules"].to_list(), rest["joules"].to_list())
    a [2.0] [1.0, 3.0]
    b [1.0, 3.0] [2.0]
    """
    for name, own in frame.groupby(by):
        yield name, own, frame[frame[by] != name]


# --- Errors of forecasts ---------------------------------------------------------------------------------------------


def factor_errors(ratios: ArrayLike) -> dict:
    """How far ratios of measured to forecast lie from one, as a factor either way: runs, median, p90, largest.

    Examples
    --------
    >>> factor_errors([0.5, 1.0, 2.0])["median"]
    2.0
    """
    factors = np.exp(np.abs(np.log(checks.numbers("ratios", ratios, checks.POSITIVE))))
    median, p90 = np.quantile(factors, [0.5, 0.9])
    return {"runs": len(factors), "median": float(median), "p90": float(p90), "largest": float(factors.max())}


def group_error(errors: ArrayLike, groups: ArrayLike, level: float = 0.8) -> float:
    """Half the band about zero of one further error of a group that was not there, each group counting once.

    Student's t, with a degree of freedom for each group: their errors are measured from zero, and no mean is taken off.

    Raises
    ------
    ValueError
        If there is no group.

    Examples
    --------
    >>> round(group_error([0.1, -0.1, 0.3, 0.3], ["a", "a", "b", "b"]), 3)
    0.422
    """
    squares = pd.Series(checks.numbers("errors", errors, checks.FINITE) ** 2).groupby(np.asarray(groups)).mean()
    return t_quantile(level, len(squares)) * math.sqrt(squares.mean())
