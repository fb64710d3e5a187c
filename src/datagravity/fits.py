"""Fits and tests: a line, a curve whose points lie uncertain along x, Student's intervals, permutations, leaving out.

Everything is plain statistics and knows nothing of energies. Intervals are Student's t, two-sided: exact where
residuals are independent and normal. [extension]
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import optimize, stats

from datagravity import checks
from datagravity.intervals import Interval

# Two statistics that differ by rounding only are the same one.
_ROUNDING = 1e-12


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
    return float(stats.t.ppf((1 + level) / 2, freedom))


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
    return Interval(value, value - half, value + half, level, "normal")


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
        low = optimize.brentq(beyond, 0, value, args=(1,))
        high = optimize.brentq(beyond, value, 1, args=(-1,))
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
        raise ValueError(f"x, y: {x.tolist()}, {y.tolist()}, expected finite pairs with two different x or more")
    fitted = stats.linregress(x, y)
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


# --- A curve with errors in both coordinates -------------------------------------------------------------------------


@dataclass(frozen=True)
class Curve:
    """A curve fitted to points: its parameters and how well it does.

    `covariance` is that of the parameters, `scatter` the standard deviation of y that errors in x do not explain,
    `aicc` the corrected information criterion (the smaller, the better), and `groups` how many groups the points are
    of.
    """

    parameters: np.ndarray
    covariance: np.ndarray
    scatter: float
    aicc: float
    count: int
    groups: int

    @property
    def freedom(self) -> int:
        """Degrees of freedom of its intervals: points less parameters, or groups less one if there are several."""
        return self.count - len(self.parameters) if self.groups < 3 else self.groups - 1

    def half_width(self, slopes: ArrayLike, level: float = 0.8) -> np.ndarray:
        """Half the t interval of something whose slopes against the parameters stand along the last axis."""
        slopes = np.asarray(slopes, dtype=float)
        variance = np.einsum("...i,ij,...j->...", slopes, self.covariance, slopes)
        return t_quantile(level, self.freedom) * np.sqrt(np.maximum(variance, 0))

    def interval(self, weights: ArrayLike, level: float = 0.8) -> Interval:
        """A weighted sum of the parameters with its t interval."""
        value = float(np.asarray(weights, dtype=float) @ self.parameters)
        half = float(self.half_width(weights, level))
        return Interval(value, value - half, value + half, level, "normal")


def curve(
    values: Callable,
    slope: Callable,
    jacobian: Callable,
    *,
    start: ArrayLike,
    y: ArrayLike,
    x_error: ArrayLike,
    groups: ArrayLike,
    least_scatter: float,
) -> Curve:
    """Fit a curve to points with errors in both coordinates: known ones in x, and in y a scatter that is fitted too.

    Errors in x become variance in y, slope times error, and the weights follow the slope until both agree, as in York's
    fit of a line. scipy.odr does it for known errors only and is deprecated; here the scatter has to be found as well.

    Parameters
    ----------
    values, slope, jacobian : functions of the parameters that give, at every point, y, dy/dx, and the slopes of y
        against each parameter (along the last axis)
    start : parameters to begin with
    y : where the points lie
    x_error : standard errors of x, one for all or one a point
    groups : a label a point; with three groups or more the covariance comes from the scatter between groups
    least_scatter : above 0; nothing repeats to better than this

    Raises
    ------
    ValueError
        If there are not more points than parameters, or least_scatter is not above 0.

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 3.0])
    >>> found = curve(
    ...     lambda p: p[0] + p[1] * x, lambda p: p[1], lambda p: np.stack([x**0, x], axis=-1), start=[0, 0],
    ...     y=1 + 2 * x, x_error=0.1, groups=["a"] * 4, least_scatter=0.01,
    ... )
    >>> found.parameters.round(6).tolist()
    [1.0, 2.0]
    """
    parameters, y = np.array(start, dtype=float), np.asarray(y, dtype=float)
    x_error, groups = np.broadcast_to(np.asarray(x_error, dtype=float), y.shape), np.asarray(groups)
    if len(y) <= len(parameters):
        raise ValueError(f"y: {len(y)} points, expected more than the {len(parameters)} parameters")
    checks.number("least_scatter", least_scatter, checks.POSITIVE)
    for _ in range(200):
        residuals = y - values(parameters)
        known = (slope(parameters) * x_error) ** 2
        scatter = _likeliest_scatter(residuals, known, least_scatter)
        deviation = np.sqrt(scatter**2 + known)
        # A step in closed form: exact where the curve is linear in its parameters, Gauss-Newton elsewhere.
        step = np.linalg.lstsq(jacobian(parameters) / deviation[:, None], residuals / deviation, rcond=1e-8)[0]
        parameters = parameters + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-10:
            break
    variance = deviation**2
    minus_two_log_likelihood = (residuals**2 / variance + np.log(2 * math.pi * variance)).sum()
    return Curve(
        parameters,
        _covariance(jacobian(parameters), residuals, variance, groups),
        scatter,
        _aicc(minus_two_log_likelihood, len(y), len(parameters) + 1),
        len(y),
        len(set(groups.tolist())),
    )


def _likeliest_scatter(residuals, known, least):
    """The standard deviation beside the known variances that makes the residuals likeliest."""

    def score(scatter):
        variance = scatter**2 + known
        return ((residuals**2 - variance) / variance**2).sum()

    most = max(float(np.abs(residuals).max()), 2 * least)
    return least if score(least) <= 0 else float(optimize.brentq(score, least, most))


def _aicc(minus_two_log_likelihood, count, free):
    """Akaike's criterion with its correction for few points; infinite where there are too few for it."""
    spare = count - free - 1
    if spare <= 0:
        return math.inf
    return float(minus_two_log_likelihood + 2 * free + 2 * free * (free + 1) / spare)


def _covariance(jacobian, residuals, variance, groups):
    """Of the parameters: from the scatter of the points, or from that between groups if there are several."""
    weighted = jacobian / variance[:, None]
    inverse = np.linalg.pinv(jacobian.T @ weighted)
    names = sorted(set(groups.tolist()))
    if len(names) < 3:
        count, known = jacobian.shape
        return inverse * count / (count - known)
    scores = np.array([(weighted[groups == name] * residuals[groups == name, None]).sum(axis=0) for name in names])
    return inverse @ (scores.T @ scores) @ inverse * len(names) / (len(names) - 1)


# --- Permutations ----------------------------------------------------------------------------------------------------

# scipy.stats.permutation_test draws another stream, and doubles the smaller tail where "at least as far from zero" is
# meant here; the p values of the book would move. The tests hold both to the same exact p.


def rank_correlation(x: ArrayLike, y: ArrayLike, *, permutations: int = 5000, seed: int = 0) -> tuple[float, float]:
    """Spearman's rank correlation and its permutation p: how often shuffled pairs correlate as much, either way.

    Where all x or all y are equal the correlation is 0 and p is 1.

    Raises
    ------
    ValueError
        If there are fewer than three pairs.

    Examples
    --------
    >>> value, p = rank_correlation([1, 2, 3, 4, 5, 6], [1, 4, 9, 16, 36, 25])
    >>> round(value, 3), p < 0.05
    (0.943, True)
    """
    if len(x) != len(y) or len(x) < 3:
        raise ValueError(f"x, y: {len(x)} and {len(y)} values, expected pairs, at least 3")
    x, y = (stats.rankdata(checks.numbers(name, values, checks.FINITE)) for name, values in (("x", x), ("y", y)))
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0, 1.0
    x, y = x - x.mean(), y - y.mean()
    generator = np.random.default_rng(seed)
    scale = np.sqrt((x**2).sum() * (y**2).sum())
    shuffled = np.array([x @ generator.permutation(y) for _ in range(permutations)]) / scale
    value = float(x @ y / scale)
    return value, _reached(np.abs(shuffled), abs(value))


def sign_flip_p(values: ArrayLike, *, permutations: int = 5000, seed: int = 0) -> float:
    """The permutation p of a sum above zero: how often it is reached where each value has its sign by chance.

    One-sided. Values that hang together belong in one value, their sum: signs are taken to be independent.

    Examples
    --------
    >>> sign_flip_p([1.0, 2.0, 0.5, 1.5, 3.0, 1.0, 2.0, 0.5]) < 0.01
    True
    """
    values = checks.numbers("values", values, checks.FINITE)
    generator = np.random.default_rng(seed)
    signs = generator.choice([-1, 1], size=(permutations, len(values)))
    return _reached(signs @ values, values.sum())


def _reached(shuffled, observed):
    """The share of shuffled statistics that reach the observed one, which counts among them."""
    return (1 + int((shuffled >= observed - _ROUNDING).sum())) / (1 + len(shuffled))


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
