"""Intervals, carried through formulas: corners where a formula is monotone, seeded sampling elsewhere.

An interval says what it is by its level: 0.8 for a range that is meant to hold the truth four times in five, None for
a range that a source merely states. Results are the same to the last digit on every run, because every draw is seeded,
and printed results carry no more digits than their interval supports. [extension]
"""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datagravity import checks

#: How values between the ends are drawn. The two normal ones take the ends for quantiles at the level and the value
#: for the median, each side with a width of its own; the two uniform ones never leave the ends.
SPREADS = ("log-uniform", "uniform", "log-normal", "normal")

# The larger of two errors that are still printed with two digits, as particle physicists do: 0.36 +- 0.10, 0.4 +- 0.4.
_TWO_DIGITS_UP_TO = 3.5


@dataclass(frozen=True)
class Interval:
    """A value and the range around it.

    Parameters
    ----------
    value, low, high : finite numbers, low <= value <= high; the unit is the caller's
    level : nominal coverage, between 0 and 1; None for a stated range
    spread : one of SPREADS; how `propagate` draws from it
    freedom : degrees of freedom of a t interval, whose ends lie farther out than those of a known error; else None

    Raises
    ------
    ValueError
        If a number is not finite, the order is wrong, or level and spread do not fit.

    Examples
    --------
    >>> Interval(0.36, 0.26, 0.46, level=0.8)
    Interval(value=0.36, low=0.26, high=0.46, level=0.8, spread='log-uniform')
    """

    value: float
    low: float
    high: float
    level: float | None = None
    spread: str = "log-uniform"
    freedom: int | None = field(default=None, repr=False, compare=False)

    def __post_init__(self):
        """Check, and turn numpy's numbers into plain ones."""
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, checks.number(name, getattr(self, name), checks.FINITE))
        if not self.low <= self.value <= self.high:
            raise ValueError(f"value: {self.value!r}, expected low = {self.low!r} <= value <= high = {self.high!r}")
        if self.level is not None:
            checks.number("level", self.level, checks.OPEN_SHARE)
        checks.choice("spread", self.spread, SPREADS)
        if self.freedom is not None:
            checks.whole("freedom", self.freedom)
        if self.spread.endswith("normal") and self.level is None:
            raise ValueError(f"level: None, expected a number: the ends of a {self.spread} interval are quantiles")
        if self.spread == "log-normal" and self.low <= 0:
            raise ValueError(f"low: {self.low!r}, expected a number above 0 for a log-normal interval")

    def draws(self, count: int, generator: np.random.Generator) -> NDArray[np.float64]:
        """`count` values from it, shape (count,), by a numpy random generator.

        Raises
        ------
        ValueError
            If it is log-uniform and reaches down to zero.
        """
        if self.low == self.high:
            return np.full(count, self.value)
        if self.spread.startswith("log") and self.low <= 0:
            raise ValueError(
                f"low: {self.low!r}, expected a number above 0 for a log-uniform interval; give spread='uniform'"
            )
        ends = np.array([self.low, self.value, self.high])
        low, value, high = np.log(ends) if self.spread.startswith("log") else ends
        if self.spread.endswith("uniform"):
            drawn = generator.uniform(low, high, count)
        else:
            from scipy.special import ndtri  # the quantile of the standard normal distribution

            deviations = generator.standard_normal(count) / ndtri((1 + self.level) / 2)
            drawn = value + deviations * np.where(deviations > 0, high - value, value - low)
        return np.exp(drawn) if self.spread.startswith("log") else drawn


def propagate(
    function: Callable[..., Any],
    *,
    monotone: bool = False,
    draws: int = 20000,
    seed: int = 0,
    level: float = 0.8,
    **arguments: float | Interval,
) -> Interval:
    """The interval of a function of intervals, taken as independent.

    Parameters
    ----------
    function : of the named arguments; without `monotone` it is called once, on arrays of shape (draws,)
    monotone : whether it rises or falls steadily in every argument that is an interval; then the corners bound it
    draws, seed, level : of the sampling, with the central share `level` of the draws between low and high
    arguments : Intervals or numbers

    Returns
    -------
    Interval: `value` is the function of the values. At corners the level is that of the one interval among the
    arguments, and None if there are several, since a box of several intervals has no level of its own. A sampled
    interval is widened to hold its value, should the function be so bent that the value lies outside.

    Raises
    ------
    ValueError
        If level is not between 0 and 1, or the function returns something of another shape or not finite.

    Examples
    --------
    >>> width, height = Interval(2, 1, 3), Interval(5, 4, 6)
    >>> propagate(lambda width, height: width * height, monotone=True, width=width, height=height)
    Interval(value=10.0, low=4.0, high=18.0, level=None, spread='log-uniform')
    >>> area = propagate(lambda width, height: width * height, width=width, height=height)
    >>> f"{area.low:.1f} to {area.high:.1f}, level {area.level}"
    '5.4 to 13.3, level 0.8'
    """
    if not callable(function):
        raise ValueError(f"function: {checks.in_line(function)}, expected a function of the named arguments")
    checks.number("level", level, checks.OPEN_SHARE)
    checks.truth("monotone", monotone)
    checks.whole("draws", draws)
    checks.whole("seed", seed, least=0)
    given = {name: _as_interval(name, argument) for name, argument in arguments.items()}
    value = float(function(**{name: argument.value for name, argument in given.items()}))
    uncertain = [argument for argument in given.values() if argument.low < argument.high]
    if not uncertain:
        return Interval(value, value, value)
    if monotone:
        corners = itertools.product(*({argument.low, argument.high} for argument in given.values()))
        results = [value, *(float(function(**dict(zip(given, corner, strict=True)))) for corner in corners)]
        return Interval(value, min(results), max(results), uncertain[0].level if len(uncertain) == 1 else None)
    generator = np.random.default_rng(seed)
    # In the order of the names, so that the digits do not depend on the order in which a call writes them.
    drawn = {name: given[name].draws(draws, generator) for name in sorted(given)}
    results = np.asarray(function(**drawn), dtype=float)
    if results.shape != (draws,) or not np.all(np.isfinite(results)):
        raise ValueError(f"function: results of shape {results.shape}, expected ({draws},) and every value finite")
    low, high = np.quantile(results, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, min(low, value), max(high, value), level)


def _as_interval(name, argument):
    if isinstance(argument, Interval):
        return argument
    number = checks.number(name, argument, checks.FINITE)
    return Interval(number, number, number)


def digits(interval: Interval) -> int:
    """How many significant digits of the value the interval supports: at least 1, and 6 for an exact value."""
    if interval.low == interval.high:
        return 6
    return max(1, _exponent(interval.value) - _place(interval) + 1)


def text(interval: Interval, unit: str = "") -> str:
    """The interval as a reader sees it, "0.36 (0.26 to 0.46) pJ/bit", with no more digits than it supports.

    Each of the three numbers is rounded at the same decimal place, but keeps one digit at least.
    """
    tail = f" {unit}" if unit else ""
    if interval.low == interval.high:
        return f"{interval.value:.6g}{tail}"
    value, low, high = (_rounded(number, _place(interval)) for number in (interval.value, interval.low, interval.high))
    return f"{value} ({low} to {high}){tail}"


def _place(interval):
    """The power of ten of the last digit worth printing."""
    return _exponent((interval.high - interval.low) / 2 / _TWO_DIGITS_UP_TO)


def _exponent(number):
    """The power of ten of the first digit; very small for zero."""
    return math.floor(math.log10(abs(number))) if number else -300


def _rounded(number, place):
    """The number with its last digit at this power of ten, or with one digit if it is smaller than that."""
    place = min(place, _exponent(number)) if number else place
    return f"{round(number, -place):,.{max(0, -place)}f}"
