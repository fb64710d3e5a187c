"""The staircase: boundaries counted one by one, grids thrown at random, and the bounds that the theorem states."""

import numpy as np
import pytest
import sympy as sp

from datagravity import symbolic as sym
from datagravity.compiled import numpy_function
from datagravity.symbolic import crossed, exponent, level_ratio, reach, side_ratio, wire_price

energy = numpy_function(sym.staircase_energy, reach, level_ratio, exponent)
crossing = numpy_function(sym.crossing_probability, side_ratio)
MACHINES = [(4.0, 0.3), (2.0, 0.8), (3.0, 1.4)]


def plane(count):
    """The mean energy in a plane with so many grids, one after the other."""
    return lambda far, R, a: sum(R ** (a * b) * crossing(far / R**b) for b in range(count))


def test_the_expression_for_the_plane_adds_its_grids():
    far = np.array([0.2, 1.0, 7.0])
    formula = numpy_function(sym.plane_energy(3), reach, level_ratio, exponent)
    assert formula(far, 4.0, 0.3) == pytest.approx(plane(3)(far, 4.0, 0.3))


@pytest.mark.parametrize(("R", "a"), MACHINES)
def test_the_sum_is_a_count_of_boundaries_and_lies_between_its_bounds(R, a):
    far = np.geomspace(0.3, 1e5, 997)
    counted = [sum(R ** (a * b) for b in range(40) if R**b < d) for d in far]
    assert energy(far, R, a) == pytest.approx(np.array(counted))
    low, high = (numpy_function(bound, reach, level_ratio, exponent)(far, R, a) for bound in sym.staircase_bounds)
    outside = far > 1
    assert (low <= energy(far, R, a) * (1 + 1e-12))[outside].all()
    assert (energy(far, R, a) < high)[outside].all()


def test_a_boundary_is_paid_for_beyond_it():
    assert energy(np.array([0.5, 1.0, 1.001, 4.0, 4.001]), 4.0, 0.5).tolist() == [0, 0, 1, 1, 3]


def test_few_levels_show_a_larger_exponent_than_many():
    local = numpy_function(sym.staircase_exponent, crossed, level_ratio, exponent)
    assert local(np.arange(1, 4), 4.0, 0.3) == pytest.approx([0.67, 0.47, 0.39], abs=5e-3)
    assert local(200, 4.0, 0.3) == pytest.approx(0.3)
    ratio = sym.boundary_exponent.subs({sym.price_ratio: 4.0**0.3, level_ratio: 4})
    assert float(ratio) == pytest.approx(0.3)


def test_a_grid_separates_as_often_as_points_thrown_on_it_say():
    rng = np.random.default_rng(26)
    ends = rng.uniform(size=(200_000, 2))
    turn = rng.uniform(0, 2 * np.pi, len(ends))
    step = np.column_stack([np.cos(turn), np.sin(turn)])
    for t in (0.1, 0.6, 1.0, 1.1):
        found = (np.floor(ends + t * step) != 0).any(axis=1).mean()
        assert crossing(t) == pytest.approx(found, abs=4e-3)
    assert crossing(np.array([1.5, 100])).tolist() == [1, 1]
    t = np.geomspace(1e-3, 10, 500)
    assert (crossing(t) <= 4 / np.pi * np.minimum(t, 1) * (1 + 1e-12)).all()
    assert (crossing(t) >= 3 / np.pi * np.minimum(t, 1) * (1 - 1e-12)).all()


@pytest.mark.parametrize(("R", "a"), MACHINES[:2])
@pytest.mark.parametrize("count", [3, 14])
def test_below_one_the_plane_keeps_the_exponent(R, a, count):
    far = np.geomspace(1, R**count, 500)
    over_power = plane(count)(far, R, a) / far**a
    low, high = (float(bound.subs({level_ratio: R, exponent: a})) for bound in sym.plane_bounds)
    assert low <= over_power.min() < over_power.max() <= high


@pytest.mark.parametrize(("R", "a"), [(3.0, 1.4), (2.0, 1.1)])
def test_above_one_the_plane_is_linear_and_the_largest_grid_decides(R, a):
    count = 12
    far = np.geomspace(1, R ** (count - 1), 500)
    over_length = plane(count)(far, R, a) / far
    values = {level_ratio: R, exponent: a, sym.boundaries: count}
    low, high = (float(bound.subs(values)) for bound in sym.steep_plane_bounds)
    assert low <= over_length.min() < over_length.max() <= high
    # In one dimension the same prices keep their exponent: the theorem's a < 1 is needed in the plane only.
    assert energy(R**11.5, R, a) / energy(R**10.5, R, a) == pytest.approx(R**a, rel=0.02)
    # The outermost grid alone is most of it where each is much dearer than the next inner one.
    largest = R ** (a * (count - 1)) * crossing(far / R ** (count - 1))
    assert (largest / plane(count)(far, R, a) > 0.99 * (1 - R ** (1 - a))).all()


def test_at_one_every_grid_yet_to_cross_adds_the_same():
    R, count = 4.0, 30
    far = np.geomspace(1, R**5, 50)
    over_length = plane(count)(far, R, 1.0) / far
    left = count - 1 - np.log(far) / np.log(R)
    assert (over_length >= 3 / np.pi * left).all()
    assert (over_length <= 4 / np.pi * count).all()
    # So the exponent is one, as the number of grids grows.
    slope = np.polyfit(np.log(far), np.log(plane(400)(far, R, 1.0)), 1)[0]
    assert slope == pytest.approx(1, abs=5e-3)


def test_with_all_grids_inwards_the_plane_repeats_itself_in_the_logarithm():
    R, a = 4.0, 0.3
    # The inner grids separate everything that is farther than their diagonal, so they add one constant.
    shifted = plane(60)(np.array([3.0, 3 * R]), R, a) + 1 / (R**a - 1)
    assert shifted[1] / shifted[0] == pytest.approx(R**a, rel=1e-9)


@pytest.mark.parametrize(("R", "a"), MACHINES[:2])
def test_the_wire_takes_over_where_it_costs_as_much(R, a):
    meeting = numpy_function(sym.meeting_reach, level_ratio, exponent, wire_price)(R, a, 1e-3)
    power = numpy_function(sym.staircase_power, reach, level_ratio, exponent)
    assert power(meeting, R, a) == pytest.approx(1e-3 * meeting)
    assert power(meeting / 10, R, a) > 1e-4 * meeting
    assert power(meeting * 10, R, a) < 1e-2 * meeting
    both = sym.staircase_power + wire_price * reach
    slope = sp.diff(sp.log(both), reach) * reach
    at_meeting = slope.subs({reach: meeting, level_ratio: R, exponent: a, wire_price: 1e-3})
    assert float(at_meeting) == pytest.approx((1 + a) / 2)
