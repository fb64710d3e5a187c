"""What the theorems ask for is needed: without one of their hypotheses, an example in which the statement fails.

The staircase has its own in `test_staircase`, the law on real programs in `test_programs_theory`, the placement law
some in `test_law` and `test_foundations`.
"""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

import datagravity as dg
from datagravity import symbolic
from datagravity.compiled import numpy_function
from datagravity.hierarchy import worst_loss
from datagravity.placement import place


def pulls_cancel_at(ratio, exponent):
    """Whether two pulls cancel between masses ratio and 1 at the distance 1, on a fine grid."""
    d = np.linspace(1e-3, 1 - 1e-3, 999)
    pull = ratio * d ** (exponent - 1) - (1 - d) ** (exponent - 1)
    return bool((np.diff(np.sign(pull)) != 0).any() or np.allclose(pull, 0))


def test_mirror_needs_another_exponent_than_one():
    assert pulls_cancel_at(3.0, 1.5)
    assert not pulls_cancel_at(3.0, 1.0)  # the heavier one wins everywhere
    assert pulls_cancel_at(1.0, 1.0)  # equal masses balance anywhere between them
    energy = place(np.ones(2), np.array([[0.0], [1.0]]), 1).energy
    assert energy == pytest.approx(1)
    for x in (0.1, 0.5, 0.9):
        assert abs(x) + abs(1 - x) == pytest.approx(energy)


def test_the_data_point_test_needs_distinct_places():
    masses, places = np.array([1.0, 1.0, 1.5]), np.array([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])
    best = place(masses, places, 1).position
    assert best == pytest.approx([0, 0])
    # Each of the two in one place is too light by itself; their sum is not.
    assert masses[0] < masses[2]
    assert masses[0] + masses[1] >= masses[2]


def test_above_one_a_data_point_is_optimal_only_where_the_others_cancel():
    line = np.array([[-1.0], [0.0], [1.0]])
    assert place(np.ones(3), line, 2).position == pytest.approx([0], abs=1e-9)
    assert place(np.array([1.0, 1.0, 1.1]), line, 2).position[0] > 0.01


def test_the_factor_two_needs_two_data_sets():
    masses = np.ones(1)
    assert masses.sum() - masses.min() == 0  # the bound would divide by it
    alone = place(masses, np.zeros((1, 2)), 0.5)
    assert alone.energy == alone.lower_bound == 0


def test_the_factor_two_and_the_majority_need_an_exponent_of_at_most_one():
    masses, line = np.array([1.1, 1.0]), np.array([[0.0], [1.0]])
    assert place(masses, line, 3).position[0] > 0.1  # no majority
    paths = np.abs(line - line.T) ** 3
    assert (paths @ masses).min() > 2 * place(masses, line, 3).energy


def test_a_share_theorem_needs_positive_coefficients():
    # 3 + 2 r - r^2 is stationary at r = 1, with shares that sum to one; the optimum there is the worst place.
    terms = np.array([3.0, 2.0, -1.0])
    best, now = terms / terms.sum(), terms * [1, 2, 4] / (terms * [1, 2, 4]).sum()
    assert now @ [1, 1, 1] == pytest.approx(1)
    assert best @ [0, 1, 2] == pytest.approx(0)
    factor = np.prod((best / now) ** best)
    assert factor == pytest.approx(3 / 4)  # a relative entropy could not be below 0


def test_a_share_theorem_needs_an_optimum_at_a_finite_distance():
    now, powers = np.array([0.5, 0.5]), np.array([1.0, 2.0])
    far = [now @ np.exp(powers * x) for x in (-1, -10, -100)]
    assert far == sorted(far, reverse=True)
    assert far[-1] < 1e-40


def test_one_law_needs_that_nothing_is_fixed():
    gd, b, share = 50.0, 1.6, 0.2
    equivalent = numpy_function(symbolic.equivalent_tile_gd, symbolic.G_d, symbolic.beta)(gd, b)
    assert dg.saving(gd, b, "patch") == pytest.approx(dg.saving(equivalent, b))
    assert dg.saving(gd, b, "patch") == pytest.approx(dg.saving(1 / gd, 4 - b, "patch"))
    assert dg.saving(gd, b, fixed_share=share) != pytest.approx(dg.saving(1 / gd, 4 - b, fixed_share=share), rel=0.1)


@pytest.mark.parametrize(("booked", "side"), [(False, -1), (True, 1)])
def test_the_virial_rule_bounds_beta_from_the_side_on_which_the_constant_is_booked(booked, side):
    gd, b, constant = 300.0, 1.7, 20.0
    best = dg.optimal_distance(gd, b)
    moved, whole = gd * best ** (b - 1), dg.energy(best, gd, b) + constant
    read = 3 - 2 * (moved + booked * constant) / whole
    assert (b - read) * side > 0.05


def test_the_nearly_optimal_share_needs_that_nothing_is_constant():
    # A constant makes every place nearly optimal, and the share small.
    gd, b, constant = 300.0, 1.2, 5000.0
    best = dg.optimal_distance(gd, b)
    share = gd * best ** (b - 1) / (dg.energy(best, gd, b) + constant)
    assert abs(b - (3 - 2 * share)) > np.sqrt(2 * np.log(1.05))


def test_shares_follow_from_exponents_only_with_one_term_more_than_variables():
    powers = np.array([1.0, 2.0, -1.0])
    found = []
    for prices in (np.ones(3), np.array([10.0, 0.1, 1.0])):
        bill = minimize_scalar(lambda x, prices=prices: prices @ np.exp(powers * x), bounds=(-9, 9))
        found.append(prices * np.exp(powers * bill.x) / bill.fun)
        assert found[-1] @ powers == pytest.approx(0, abs=1e-4)
    assert abs(found[0] - found[1]).max() > 0.1


def test_few_levels_need_a_best_distance_among_those_they_serve():
    gd = 992.0
    beyond = dg.excess_energy(gd**-0.5 / gd**-1.0, 2.0)  # a best distance of 1/G, past the nearest of two built ends
    assert beyond > worst_loss(2, gd, ends_built=True)


def test_a_wrong_exponent_costs_more_than_two_where_a_place_has_a_price():
    cost = numpy_function(symbolic.fixed_place_count_cost, symbolic.G_d, symbolic.beta)
    assert numpy_function(symbolic.count_cost, symbolic.beta)(1.4) < 2 < cost(992.0, 1.4)


def test_two_valleys_below_one_and_a_flat_floor_on_a_line_at_one():
    line, masses = np.array([[0.0], [1.0]]), np.ones(2)

    def energy(x, exponent):
        return masses @ np.abs(line[:, 0] - x) ** exponent

    assert energy(0.5, 0.5) > energy(0, 0.5)  # not convex
    assert energy(0.5, 1) == energy(0, 1)  # convex, not strictly
    assert minimize(lambda x: energy(x[0], 1.5), [0.2]).x == pytest.approx([0.5], abs=1e-4)
