"""The one evaluator and the one place for rules of arguments: what they take, what they return, what they refuse."""

import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity import checks, law, plateau, symbolic
from datagravity.evaluate import apply, checked, evaluate, symbol_of
from datagravity.intervals import Interval, propagate

EXPRESSION = symbolic.asymptotic_saving  # of G_d and beta


# --- The registry ----------------------------------------------------------------------------------------------------


def test_every_symbol_is_known_by_its_name_and_by_that_of_its_argument():
    for symbol, entry in symbolic.NOTATION.items():
        assert symbol_of(symbol.name) is symbol_of(entry.argument) is symbol
        assert entry.argument.isidentifier()
        allowed = checks.Range.read(entry.interval)
        assert allowed.low < allowed.high, symbol
    names = [{symbol.name, entry.argument} for symbol, entry in symbolic.NOTATION.items()]
    assert len(symbolic.SYMBOLS) == sum(map(len, names)), "no name stands for two symbols"


def test_inputs_of_the_systems_lie_in_the_intervals_of_their_symbols():
    from datagravity.evidence import load

    rows = load("system_inputs").astype(object)
    for row in rows[rows["value"].notna()].to_dict("records"):
        checked(row["symbol"], [row[end] for end in ("value", "low", "high") if pd.notna(row[end])])


# --- Kinds of arguments ----------------------------------------------------------------------------------------------


def test_numbers_give_a_float_and_arrays_an_array():
    assert evaluate("f", EXPRESSION, gd=25, beta=2) == evaluate("f", EXPRESSION, G_d=25, beta=2) == 5.0
    assert type(evaluate("f", EXPRESSION, gd=np.int64(25), beta=2)) is float
    found = evaluate("f", EXPRESSION, gd=[[25.0], [100.0]], beta=[2, 2.0, 2])
    assert found.shape == (2, 3)
    assert found[1].tolist() == [10.0, 10.0, 10.0]
    found[0, 0] = 0  # the result is the caller's own
    # An argument that the expression does not hold counts for the shape, and a constant has it too.
    assert evaluate("f", symbolic.G_d, gd=2, beta=[1.5, 2.5]).tolist() == [2.0, 2.0]
    assert evaluate("f", symbolic.triangle_corner_energy) == 2.0


def test_a_series_gives_a_series_with_its_index():
    gd = pd.Series([25.0, 100.0], index=["chip", "board"], name="gd")
    found = evaluate("f", EXPRESSION, gd=gd, beta=2)
    pd.testing.assert_series_equal(found, pd.Series([5.0, 10.0], index=["chip", "board"]))
    pd.testing.assert_series_equal(evaluate("f", EXPRESSION, gd=gd, beta=pd.Series(2.0, index=gd.index)), found)
    pd.testing.assert_series_equal(evaluate("f", EXPRESSION, gd=gd.astype("Float64"), beta=2), found)
    implied = law.implied_beta(law.saving(gd, 2.5), gd, branch="high")
    pd.testing.assert_series_equal(implied, pd.Series([2.5, 2.5], index=gd.index))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"beta": pd.Series([2.0, 2.0])}, "beta: a Series with another index, expected the index of gd"),
        ({"beta": [2.0, 2.0]}, "beta: an array, expected a number or a Series with the index of gd"),
        ({"gd": pd.Series([25, None], dtype="Float64"), "beta": 2}, "gd: nan (index 1), expected a finite number"),
        ({"gd": pd.Series([25, -1.0], index=["a", "b"]), "beta": 2}, "gd: -1.0 (index 1), expected a finite number"),
    ],
)
def test_a_series_refuses_what_does_not_share_its_index(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        evaluate("f", EXPRESSION, **{"gd": pd.Series([25.0, 4.0], index=["a", "b"]), **arguments})


def test_an_interval_gives_an_interval():
    gd, beta = Interval(25, 20, 30), Interval(2, 1.8, 2.2, spread="uniform")
    found = evaluate("f", EXPRESSION, gd=gd, beta=beta)
    by_hand = propagate(lambda gd, beta: gd ** ((beta - 1) / 2), gd=gd, beta=beta)
    assert [found.value, found.low, found.high] == pytest.approx([by_hand.value, by_hand.low, by_hand.high])
    assert (found.value, found.level) == (5.0, 0.8)
    assert law.saving(gd, 2) == propagate(lambda gd: law.saving(gd, 2), gd=gd)
    # The bound holds for the draws too: no saving below 1.
    assert law.saving(Interval(1, 0.9, 1.1), 2).low == 1
    assert law.implied_beta(law.saving(gd, 2.5), 25, branch="high").value == pytest.approx(2.5)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"beta": [2.0, 2.5]}, "beta: [2.0, 2.5], expected one number or an Interval, as another argument is one"),
        ({"beta": Interval(2, 2, 3)}, "beta: 3.0, expected 1 < beta < 3"),
        ({"beta": 0.5}, "beta: 0.5, expected 1 < beta < 3"),
    ],
)
def test_an_interval_stays_in_the_interval_of_its_symbol(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        evaluate("f", EXPRESSION, gd=Interval(25, 20, 30), **arguments)


# --- What is refused -------------------------------------------------------------------------------------------------


def test_a_missing_symbol_is_an_error():
    with pytest.raises(ValueError, match=r"symbols: \[G_d\], expected also beta"):
        evaluate("f", EXPRESSION, gd=25)


def test_an_unknown_name_is_an_error():
    with pytest.raises(ValueError, match=r"name: 'gamma', expected the name of a symbol of symbolic.NOTATION"):
        evaluate("f", EXPRESSION, gd=25, beta=2, gamma=1)


def test_a_result_past_double_precision_is_an_error():
    with pytest.raises(OverflowError, match=r"^f: inf \(index 1\) at gd = 1e\+300, beta = 2.0, expected a result"):
        evaluate("f", EXPRESSION**3, gd=[1, 1e300], beta=2)
    with pytest.raises(OverflowError, match=r"^g: nan at gd = 1.0, expected a result within double precision"):
        apply("g", lambda gd: gd * math.nan, gd=1)


@given(st.floats(0.1, 10), st.integers(1, 4))
def test_apply_is_the_function_itself(gd, count):
    found = apply("double", lambda gd: 2 * gd, gd=[gd] * count)
    assert found.tolist() == [2 * gd] * count
    assert apply("double", lambda gd: 2 * gd, least=30, gd=gd) == 30


# --- The rules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("interval", "good", "bad", "words"),
    [
        ("(0, inf)", [5e-324, 1e308], [0, -1, math.inf, math.nan], "a finite number above 0"),
        ("[0, inf)", [0], [-1e-9, math.inf], "a finite number of at least 0"),
        ("[2, inf)", [2], [1], "a finite number of at least 2"),
        ("(0, inf]", [1, math.inf], [0, math.nan], "a number above 0, or infinity"),
        ("(-inf, inf)", [-1e308, 0], [-math.inf, math.nan], "a finite number"),
        ("(1, 3)", [1.5], [1, 3], "1 < it < 3"),
        ("[0, 1)", [0, 0.5], [1], "0 <= it < 1"),
        ("(0, 1]", [1], [0], "0 < it <= 1"),
    ],
)
def test_an_interval_holds_its_closed_ends(interval, good, bad, words):
    assert checks.numbers("it", good, interval).tolist() == good
    for value in bad:
        with pytest.raises(ValueError, match=re.escape(f"it: {float(value)!r}, expected {words}")):
            checks.number("it", value, interval)
        with pytest.raises(ValueError, match=re.escape(f"it: {float(value)!r} (index 1), expected {words}")):
            checks.numbers("it", [good[0], value], interval)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: checks.number("it", [1.0], checks.POSITIVE), "it: [1.0], expected one number, not an array"),
        (
            lambda: checks.numbers("it", [[1], [2, 3]], checks.POSITIVE),
            "it: [[1], [2, 3]], expected a number or",
        ),
        (lambda: checks.numbers("it", [[1, "x"]], checks.POSITIVE), "it: 'x' (index 0, 1), expected a number"),
        (
            lambda: law.saving(np.ma.masked_array([10, 999, 30], [0, 1, 0]), 2),
            "gd: masked (index 1), expected a number",
        ),
        (lambda: checks.number("it", np.ma.masked, checks.FINITE), "it: masked, expected a number"),
        (lambda: checks.whole("it", 0), "it: 0, expected a whole number of at least 1"),
        (lambda: checks.whole("it", 2.0), "it: 2.0, expected a whole number of at least 1"),
        (lambda: checks.whole("it", True, least=0), "it: True, expected a whole number of at least 0"),
        (lambda: checks.truth("it", "no"), "it: 'no', expected True or False"),
        (lambda: checks.truth("it", 1), "it: 1, expected True or False"),
        (lambda: checks.truth("it", None), "it: None, expected True or False"),
        (lambda: checks.choice("it", "c", {"a": 1, "b": 2}), "it: 'c', expected one of 'a', 'b'"),
        (lambda: checks.choice("it", None, "ab"), "it: None, expected one of 'a', 'b'"),
        (lambda: checks.choice("it", ["a"], ["a"]), "it: ['a'], expected one of 'a'"),
        (lambda: checks.choice("it", 3, (8.0, 32.0)), "it: 3, expected one of 8.0, 32.0"),
    ],
)
def test_every_rule_has_the_one_form_of_message(call, words):
    with pytest.raises(ValueError, match=f"^{re.escape(words)}"):
        call()


def test_rules_return_the_value():
    assert checks.choice("it", 8, (8.0, 32.0)) == 8
    assert checks.whole("it", np.int64(3)) == 3
    assert checks.numbers("it", np.ma.masked_array([1, 2], [0, 0]), checks.FINITE).tolist() == [1, 2]
    assert type(checks.whole("it", np.int64(3))) is int
    assert checks.truth("it", np.False_) is False
    assert checks.truth("it", True) is True
    assert checks.number("it", np.float32(0.5), checks.SHARE) == 0.5


def test_an_interval_stands_beside_an_infinite_number():
    found = plateau.rate(Interval(100, 50, 200), 2, 4, reuse_doubling=math.inf)
    assert found.low < found.value == plateau.rate(100, 2, 4) < found.high
