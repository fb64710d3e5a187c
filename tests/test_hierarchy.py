"""The calculator for memory hierarchies: against the law, against plain arithmetic, and against bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import datagravity as dg
from datagravity.hierarchy import Level, compute_at

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
