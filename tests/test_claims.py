"""Verdicts follow from intervals, and every verdict can come out."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagravity import claims, load
from datagravity.charts.claims import verdicts as chart
from datagravity.intervals import Interval

INSIDE, ACROSS, OUTSIDE = Interval(2, 1.5, 2.5), Interval(1, 0.5, 2), Interval(0.3, 0.2, 0.4)


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([INSIDE, INSIDE], "holds"),
        ([INSIDE, OUTSIDE], "holds in part"),
        ([INSIDE, None], "holds in part"),
        ([INSIDE, ACROSS], "holds in part"),
        ([ACROSS], "undecided"),
        ([ACROSS, OUTSIDE], "undecided"),
        ([OUTSIDE], "refuted"),
        ([OUTSIDE, None], "refuted"),
        ([None], "not testable"),
    ],
)
def test_every_verdict_can_come_out(parts, expected):
    assert claims.verdict(dict(enumerate(parts)), 1, 3) == expected


intervals = st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3).map(sorted).map(lambda x: Interval(x[1], x[0], x[2]))


@given(intervals, st.floats(-1e6, 1e6), st.floats(0, 1e6))
def test_a_part_lies_in_one_place(part, low, width):
    high = low + width
    inside = low <= part.low and part.high <= high
    outside = part.high < low or part.low > high
    expected = "inside" if inside else "outside" if outside else "across"
    assert claims.position(part, low, high) == expected
    assert claims.position(part, None, None) == "inside"
    # A wider region never turns an inside part out.
    if inside:
        assert claims.position(part, low - 1, high + 1) == "inside"


def test_gains_at_a_fixed_distance_can_come_out_either_way():
    """Every computed gain counts; had the model computed none above one, the claim would hold."""
    from datagravity import systems

    rows = systems.rows()
    parts = claims.gains_at_fixed_distance(rows)
    assert len(parts) >= 8
    assert any("Keyformer" in name for name in parts), "a claim that falls short counts as well"
    assert not any(name.startswith(("NeuPIMs", "HNLPU", "ENEC")) for name in parts)
    assert claims.verdict(parts, None, 1) == "refuted"
    low = rows.assign(**{name: rows[name] * 0 + 0.9 for name in ("computed", "computed_low", "computed_high")})
    assert claims.verdict(claims.gains_at_fixed_distance(low), None, 1) == "holds"


def test_the_table_names_every_test_and_no_other():
    table = load("claims")
    assert set(table["test"]) == set(claims.TESTS)
    assert table["test"].is_unique


def test_a_verdict_counts_every_part_once():
    judged = claims.judged().set_index("id")
    assert set(judged["verdict"]) <= set(claims.VERDICTS)
    assert judged.loc["C2", "verdict"] == "holds in part", "four of the five published values have rows"
    assert judged.loc["C10", "verdict"] == "holds", "a theorem"
    parts = claims.parts()
    for identifier, row in judged.iterrows():
        own = parts[parts["id"] == identifier]
        assert row["inside"] + row["across"] + row["outside"] + row["no_number"] == len(own) > 0


def test_the_power_holds_for_transport_alone():
    parts = claims.power_law()
    exact = parts["transport alone, at the patches' optimum"]
    assert exact.low == exact.high == 1
    tiles = parts["the whole bill, tiles"]
    assert 0.5 <= tiles.low < 1


def test_beta_under_both_readings():
    parts = claims.beta_range()
    one, other = parts["an access costs d^(beta-1)"], parts["an access costs d^beta"]
    assert one.value == pytest.approx(other.value + 1)
    assert 1 < one.low < one.high < 3
    assert other.low < 1


def test_growth_of_gd_by_memory():
    parts = claims.gd_has_grown()
    # Printed in pJ at 45 and at 7 nm: FP32 multiply 3.7 and 1.31, SRAM of 1 MB 100 and 14, of 8 KB 10 and 7.5.
    assert parts["SRAM, 1 MB"].value == pytest.approx(3.7 / 1.31 / (100 / 14))
    assert parts["SRAM, 8 KB"].value == pytest.approx(3.7 / 1.31 / (10 / 7.5))


def test_the_heavier_mass_attracts():
    for name, part in claims.attraction().items():
        exponent = float(name.split()[-1])
        expected = 0 if exponent <= 1 else (1 / 1.5) ** (1 / (exponent - 1))
        assert math.isclose(part.high, expected, abs_tol=1e-9)


def test_the_chart_shows_every_part():
    specification = chart().to_dict()
    (values,) = specification["datasets"].values()
    assert len(values) == len(claims.parts())
