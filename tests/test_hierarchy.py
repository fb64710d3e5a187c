"""The calculator for memory hierarchies: against the law, against plain arithmetic, and against bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import datagravity as dg
from datagravity import symbolic
from datagravity.hierarchy import Level, compute_at, worst_loss

LEVELS = [Level("near", 64, 0.05, 1), Level("middle", 4096, 0.4, 8), Level("far", 262144, 3.2, 64)]


def on_the_law(gd, beta, ratio, count):
    """Levels whose energy is a power of distance, with the given G_d at the farthest (two 32-bit operands, 1 pJ)."""
    distance = ratio ** np.arange(-count + 1.0, 1.0)
    return [
        Level(f"level {number}", 1e6 * d**2, gd / 64 * d ** (beta - 1), d) for number, d in enumerate(distance.tolist())
    ]


def test_plain_arithmetic():
    found = compute_at(LEVELS, 2.0)
    assert found.beta == pytest.approx(2)
    assert found.gd == pytest.approx((1.6, 12.8, 102.4))
    assert found.places == (4096, 64, 1)
    # Transport, and one link of the relative length for each place.
    assert found.energy == pytest.approx((1.6 + 4096 / 64, 12.8 + 64 / 8, 102.4 + 1))
    assert found.best.name == "middle"
    assert found.saving == pytest.approx(103.4 / 20.8)
    assert found.continuum_energy == pytest.approx(2 * 102.4**0.5)
    assert found.loss == pytest.approx(20.8 / (2 * 102.4**0.5))


def test_reuse_keeps_the_operation_far_out():
    assert compute_at(LEVELS, 2.0, operations_per_operand=1000).best.name == "far"
    assert compute_at(LEVELS, 2.0, operations_per_operand=1000).continuum_distance == 1


def test_order_and_unit_of_distance_do_not_matter():
    shuffled = [tuple(level._replace(distance=level.distance * 0.013)) for level in LEVELS[::-1]]
    one, two = compute_at(LEVELS, 2.0, beta=1.7), compute_at(shuffled, 2.0, beta=1.7)
    assert two.energy == pytest.approx(one.energy)
    assert two.best.name == one.best.name


@settings(max_examples=40)
@given(st.floats(2, 1e4), st.floats(1.1, 2.9), st.floats(1.2, 6), st.integers(2, 9))
def test_on_the_law_the_loss_is_the_price_of_the_wrong_distance(gd, beta, ratio, count):
    found = compute_at(on_the_law(gd, beta, ratio, count), 1.0)
    assert found.beta == pytest.approx(beta, abs=1e-9)
    best = dg.optimal_distance(gd, beta)
    if best < 1:
        wrong = found.best.distance / best
        assert found.loss == pytest.approx(dg.excess_energy(wrong, beta), rel=1e-9)
        if best >= ratio ** (1 - count):
            assert found.loss <= np.cosh(np.log(ratio) / 2) * (1 + 1e-9)
    else:
        assert found.best.name == f"level {count - 1}"
        assert found.loss == pytest.approx(1)


def test_the_table_names_the_best_level_once():
    table = compute_at(LEVELS, 2.0).table()
    assert table["level"].tolist() == ["near", "middle", "far"]
    assert table["best"].tolist() == ["", "best", ""]
    assert table["distance"].tolist() == [1 / 64, 1 / 8, 1]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"capacity_kib": -1}, r"levels\[1\].capacity_kib: -1.0, expected a finite number above 0"),
        ({"energy_pj_per_bit": float("nan")}, "energy_pj_per_bit: nan"),
        ({"distance": float("inf")}, "distance: inf"),
        ({"distance": True}, "distance: True"),
        ({"distance": "8"}, "distance: '8'"),
        ({"distance": 1}, "distance of level 'middle': 1, expected more than the 1 of the nearer level 'near'"),
        (
            {"capacity_kib": 64},
            "capacity_kib of level 'middle': 64, expected more than the 64 of",
        ),
        ({"name": " "}, r"levels\[1\].name: ' ', expected words"),
    ],
)
def test_a_bad_level_is_named(change, words):
    with pytest.raises(ValueError, match=words):
        compute_at([LEVELS[0], LEVELS[1]._replace(**change), LEVELS[2]], 2.0)


def test_bad_arguments():
    with pytest.raises(ValueError, match="levels: 1 given, expected at least two"):
        compute_at(LEVELS[:1], 2.0)
    with pytest.raises(ValueError, match=r"levels: \('near', 64\) \(index 0\), expected name, capacity_kib"):
        compute_at([("near", 64), LEVELS[1]], 2.0)
    with pytest.raises(ValueError, match="compute_pj"):
        compute_at(LEVELS, 0.0)
    with pytest.raises(ValueError, match="beta"):
        compute_at(LEVELS, 2.0, beta=3.0)
    flat = [level._replace(energy_pj_per_bit=1.0) for level in LEVELS]
    with pytest.raises(ValueError, match="state beta yourself"):
        compute_at(flat, 2.0)
    assert compute_at(flat, 2.0, beta=1.5).best.name == "far"


# --- Few levels ------------------------------------------------------------------------------------------------------


def test_one_free_level_is_as_good_as_two_with_both_ends_built():
    free = [worst_loss(count, 992) for count in (1, 2, 3)]
    assert free == pytest.approx([2.895, 1.396, 1.170], abs=5e-4)
    assert [worst_loss(count, 992, ends_built=True) for count in (2, 3, 4)] == pytest.approx(free)
    # One level at the geometric middle, by hand.
    assert free[0] == pytest.approx(np.cosh(np.log(992) / 4))


@pytest.mark.slow
@pytest.mark.parametrize("beta", [1.4, 2.0, 2.7])
@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_place_of_free_levels_has_a_smaller_worst_case(beta, count):
    wanted = np.linspace(-np.log(992) / 2, 0, 801)

    def worst(places):
        return dg.excess_energy(np.exp(np.subtract.outer(places, wanted)), beta).min(axis=0).max()

    # Each level serves an equal part of the range, from where its two losses are equal.
    step = np.log(992) / 2 / count
    ratio = float(symbolic.worst_distance_ratio.subs({symbolic.level_ratio: np.exp(step), symbolic.beta: beta}))
    best = wanted[0] + step * np.arange(count) + np.log(ratio)
    least = worst(best)
    assert least == pytest.approx(worst_loss(count, 992, beta), rel=1e-3)
    rng = np.random.default_rng(3)
    for places in best + rng.normal(scale=0.3, size=(100, count)):
        assert worst(places) >= least * (1 - 1e-3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"levels": 0}, "levels: 0, expected a whole number of at least 1"),
        ({"levels": 1, "ends_built": True}, "levels: 1, expected a whole number of at least 2"),
        ({"gd": 1.0}, "gd: 1.0, expected a finite number above 1"),
        ({"beta": 3}, "beta: 3.0, expected 1 < beta < 3"),
    ],
)
def test_bad_arguments_of_the_worst_loss(arguments, words):
    with pytest.raises(ValueError, match=words):
        worst_loss(**{"levels": 2, "gd": 992.0} | arguments)
