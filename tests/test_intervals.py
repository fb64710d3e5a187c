"""Intervals: what they accept, how they travel through formulas, and how many digits they are printed with."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity.intervals import Interval, digits, propagate, text

POSITIVE = st.floats(1e-6, 1e6)


@st.composite
def intervals(draw):
    low, value, high = sorted(draw(st.lists(POSITIVE, min_size=3, max_size=3)))
    return Interval(value, low, high)


def area(width, height):
    return width * height


# --- What is an interval


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((3, 4, 5), "value: 3.0, expected low = 4.0 <= value <= high = 5.0"),
        ((6, 4, 5), "value: 6.0, expected low = 4.0 <= value <= high = 5.0"),
        ((math.nan, 4, 5), "value: nan, expected a finite number"),
        ((1, 0, math.inf), "high: inf, expected a finite number"),
        ((1, "x", 2), "low: 'x', expected a number"),
        ((1, 0, 2, 80), "level: 80.0, expected 0 < level < 1"),
        ((1, 0, 2, 0.8, "flat"), "spread: 'flat', expected one of 'log-uniform', 'uniform'"),
        ((1, 0.5, 2, None, "normal"), "level: None, expected a number"),
        ((1, 0, 2, 0.8, "log-normal"), "low: 0.0, expected a number above 0 for a log-normal interval"),
    ],
)
def test_bad_intervals(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        Interval(*arguments)


def test_numbers_of_numpy_become_plain():
    interval = Interval(np.float64(2), np.int64(1), np.float32(3))
    assert [type(end) for end in (interval.value, interval.low, interval.high)] == [float] * 3


@pytest.mark.parametrize(
    ("spread", "median"), [("log-uniform", 2), ("uniform", 2.5), ("log-normal", 3.5), ("normal", 3.5)]
)
def test_draws_follow_the_spread(spread, median):
    interval = Interval(3.5, 1, 4, 0.8, spread)
    drawn = interval.draws(40000, np.random.default_rng(1))
    assert np.median(drawn) == pytest.approx(median, rel=0.02)
    if spread.endswith("uniform"):
        assert drawn.min() >= 1
        assert drawn.max() <= 4
    else:
        assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx([1, 4], rel=0.03), "the ends are quantiles"


def test_a_log_uniform_interval_down_to_zero_says_so():
    with pytest.raises(ValueError, match="give spread='uniform'"):
        Interval(1, 0, 2).draws(3, np.random.default_rng(0))
    assert Interval(0, 0, 0).draws(2, np.random.default_rng(0)).tolist() == [0, 0]


# --- Through formulas


@given(intervals(), intervals())
def test_corners_bound_a_monotone_function(width, height):
    result = propagate(area, monotone=True, width=width, height=height)
    assert (result.low, result.high) == (width.low * height.low, width.high * height.high)
    ratio = propagate(lambda a, b: a / b, monotone=True, a=width, b=height)
    assert (ratio.low, ratio.high) == (width.low / height.high, width.high / height.low)


@given(intervals(), intervals())
def test_sampling_stays_within_the_corners(width, height):
    sampled = propagate(area, draws=200, width=width, height=height)
    corners = propagate(area, monotone=True, width=width, height=height)
    slack = 1e-9 * corners.high
    assert corners.low - slack <= sampled.low <= sampled.value <= sampled.high <= corners.high + slack


def test_the_level_of_one_interval_survives_and_of_several_does_not():
    one = Interval(2, 1, 3, 0.8)
    assert propagate(lambda x: x**2, monotone=True, x=one) == Interval(4, 1, 9, 0.8)
    assert propagate(area, monotone=True, width=one, height=one).level is None
    assert propagate(area, width=one, height=one, level=0.5).level == 0.5
    assert propagate(area, width=2, height=3) == Interval(6, 6, 6)


def test_a_product_of_log_normals_is_known():
    # The logarithm of the product is normal with the root of the sum of squares as its width.
    factor = Interval(1, 1 / 2, 2, 0.8, "log-normal")
    result = propagate(area, width=factor, height=factor)
    assert result.high == pytest.approx(2 ** math.sqrt(2), rel=0.02)
    assert result.low == pytest.approx(2 ** -math.sqrt(2), rel=0.02)


def test_the_same_digits_every_time():
    arguments = {"width": Interval(2, 1, 3), "height": Interval(5, 4, 6)}
    first = propagate(area, **arguments)
    assert propagate(area, **dict(reversed(arguments.items()))) == first
    assert propagate(area, seed=1, **arguments) != first
    assert (round(first.low, 6), round(first.high, 6)) == (5.399287, 13.30723)


def test_a_bent_function_keeps_its_value():
    result = propagate(lambda x: -((x - 2) ** 2), x=Interval(2, 1, 3, spread="uniform"))
    assert result.value == result.high == 0


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: 1.0, "function: results of shape (), expected (20000,)"),
        (lambda x: np.where(x > 1.5, np.inf, x), "every value finite"),
    ],
)
def test_bad_functions(function, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        propagate(function, x=Interval(1.2, 1, 2))


def test_bad_level():
    with pytest.raises(ValueError, match=r"level: 80.0, expected 0 < level < 1"):
        propagate(area, level=80, width=1, height=1)


# --- As text


@pytest.mark.parametrize(
    ("ends", "expected", "count"),
    [
        ((0.360375, 0.2634, 0.4574), "0.36 (0.26 to 0.46)", 2),
        ((8.856, 7.97, 9.74), "8.9 (8.0 to 9.7)", 2),
        ((992.37, 992.37, 992.37), "992.37", 6),
        ((30, 1, 1000), "30 (1 to 1,000)", 1),
        ((0.61, 0.1, 1.4), "0.6 (0.1 to 1.4)", 1),
        ((123456, 120000, 130000), "123,000 (120,000 to 130,000)", 3),
        ((0, -1, 1), "0.0 (-1.0 to 1.0)", 1),
        ((0.04, 0, 10), "0.04 (0 to 10)", 1),
    ],
)
def test_no_more_digits_than_the_interval_supports(ends, expected, count):
    interval = Interval(*ends)
    assert text(interval) == expected
    assert text(interval, "pJ/bit") == f"{expected} pJ/bit"
    assert digits(interval) == count


@given(intervals())
def test_printed_numbers_are_close_to_the_interval(interval):
    printed = [
        float(number.replace(",", "")) for number in re.findall(r"[-+\de.,]+", text(interval).replace("to", "/"))
    ]
    width = interval.high - interval.low
    if not width:
        assert printed == [pytest.approx(interval.value, rel=1e-5)]
        return
    for number, exact in zip(printed, (interval.value, interval.low, interval.high), strict=False):
        # A number keeps one digit, and otherwise loses less than a sixth of the interval.
        assert abs(number - exact) <= max(0.5 * 10 ** math.floor(math.log10(exact)), width / 6) * 1.000001
