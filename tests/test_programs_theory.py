"""The law on real programs as formulas: what sympy proves, what a number found on another road says, and the limits."""

import numpy as np
import pytest
import sympy as sp
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from datagravity import symbolic as sym
from datagravity.compiled import numpy_function
from datagravity.symbolic import G_d, p, r

b, q, m = sym.first_step, sym.closeness_exponent, sym.least_transport
SHAPE = (p, b, q)
bill = numpy_function(sym.bent_power_bill, r, *SHAPE)
distance = numpy_function(sym.bent_power_distance, *SHAPE)
least = numpy_function(sym.bent_power_minimum, *SHAPE)
#: p, b and q with p + q > 0, the optimum inside r < 1: q of either sign.
INSIDE = [(0.9, 0.1, 1.0), (0.7, 0.3, -0.4), (1.0, 0.02, 2.0), (0.5, 0.45, 0.01)]


def slope(expression):
    """The slope in ln r."""
    return sp.powsimp(sp.expand(r * sp.diff(expression, r)))


# --- The bent power --------------------------------------------------------------------------------------------------


def test_the_bent_power_is_zero_at_one_place_and_its_first_step_costs_b_whatever_q():
    assert sym.bent_power.subs(r, 1) == 0
    assert sp.simplify(slope(sym.bent_power).subs(r, 1) + b) == 0
    assert sp.limit(sym.bent_power, q, 0) == sym.bent_power_limit
    u = sp.Symbol("u", positive=True)
    assert sp.limit(sym.bent_power.subs(q, -u), r, 0) == sym.bent_power_end.subs(q, -u)


def test_the_bill_is_as_built_at_one_and_stationary_at_one_distance_only():
    assert sym.bent_power_bill.subs(r, 1) == 1
    assert sp.simplify(slope(sym.bent_power_bill) - (p * r**p - b * r**-q)) == 0
    balance = (p * r ** (p + q) / b).subs(r, sym.bent_power_distance)
    assert sp.simplify(sp.powdenest(balance, force=True)) == 1


def test_the_minimum_in_closed_form_is_the_bill_at_its_distance():
    gap = sym.bent_power_bill.subs(r, sym.bent_power_distance) - sym.bent_power_minimum
    for values in INSIDE:
        assert abs(sp.N(gap.subs(dict(zip(SHAPE, map(sp.Rational, map(str, values)), strict=True))), 50)) < 1e-40


@pytest.mark.parametrize("values", INSIDE)
def test_a_minimiser_finds_the_distance_and_the_minimum(values):
    found = minimize_scalar(lambda u: bill(np.exp(u), *values), bounds=(-25, 0), method="bounded")
    assert np.exp(found.x) == pytest.approx(distance(*values), rel=1e-3)
    assert found.fun == pytest.approx(least(*values), rel=1e-9)


def test_the_minimum_tends_to_that_of_the_logarithm():
    at_zero = (b / p) * (1 - sp.log(b / p))
    assert sp.simplify(sp.limit(sym.bent_power_minimum.subs({p: 2, b: 1}), q, 0) - at_zero.subs({p: 2, b: 1})) == 0


def test_b_below_p_decides_on_the_continuum():
    near = np.exp(-1e-4)
    for values in [(0.9, 0.89, 1.5), (0.9, 0.89, -1.5)]:
        assert bill(near, *values) < 1
    for values in [(0.9, 0.91, 1.5), (0.9, 0.91, -0.5)]:
        assert (bill(np.geomspace(1e-6, near, 200), *values) > 1).all()


def test_on_a_grid_b_below_p_is_not_enough_and_the_first_step_decides_where_p_plus_q_is_above_zero():
    first = numpy_function(sym.four_places_ratio, *SHAPE)
    grid = 2.0 ** -np.arange(1, 8)
    edge = (1 - 2**-0.92) * 2 / 3  # the b at which the step to four places costs what it saves, at q = 2
    assert first(0.92, edge, 2.0) == pytest.approx(1)
    assert edge == pytest.approx(0.31, abs=0.005)
    for values in [(0.92, 0.32, 2.0), (0.92, 0.3, 2.0), (0.8, 0.7, -0.3), (0.8, 0.6, -0.3), (0.5, 0.2, 1.0)]:
        assert (first(*values) < 1) == (bill(grid, *values) < 1).any()
    # Where p + q < 0 the first step may lose, and all the way in win.
    assert first(1.0, 1.1, -1.2) > 1
    assert (bill(grid, 1.0, 1.1, -1.2) < 1).any()
    assert numpy_function(sym.bent_power_end, b, q)(1.1, -1.2) == pytest.approx(1.1 / 1.2)


@pytest.mark.parametrize(("values", "inward"), [((1.0, 1.5, -2.0), True), ((1.0, 2.5, -2.0), False)])
def test_below_zero_the_stationary_point_is_the_worst_and_an_end_is_best(values, inward):
    grid = np.geomspace(1e-9, 1, 2001)
    energy = bill(grid, *values)
    assert energy.argmin() == (0 if inward else len(grid) - 1)
    at = distance(*values)
    assert bill(at, *values) == pytest.approx(bill(np.geomspace(1e-9, 100, 4001), *values).max(), rel=1e-4)
    assert (numpy_function(sym.bent_power_end, b, q)(*values[1:]) < 1) == inward


def test_without_p_above_zero_nothing_rises_and_no_step_pays():
    assert (bill(np.geomspace(1e-6, 0.999, 200), -0.2, 0.1, 0.5) > 1).all()


# --- The same wires --------------------------------------------------------------------------------------------------


def test_the_saving_on_the_same_wires_rises_with_gd_to_its_ceiling():
    saving = sym.same_wires_saving
    assert sp.limit(saving, G_d, sp.oo) == sym.saving_ceiling
    rise = sp.factor(sp.diff(saving, G_d))
    assert sp.simplify(rise * (1 + G_d * m) ** 2 - (1 - m)) == 0
    gap = sp.factor(sym.saving_ceiling - saving)
    assert sp.simplify(gap - (1 - m) / (m * (1 + G_d * m))) == 0


def test_the_best_number_of_places_is_free_of_gd_until_a_place_has_a_price():
    grid = 2.0 ** -np.arange(8)
    priced = numpy_function(sym.priced_places_energy, r, G_d, *SHAPE, sym.place_price)
    gds = np.geomspace(0.1, 1e5, 60)[:, None]
    free = priced(grid, gds, 0.9, 0.02, 1.0, 0.0).argmin(axis=1)
    assert set(free) == {bill(grid, 0.9, 0.02, 1.0).argmin()}
    dear = priced(grid, gds, 0.9, 0.02, 1.0, 3.0).argmin(axis=1)
    assert (np.diff(dear) >= 0).all()
    assert dear[0] == 0
    assert dear[-1] == free[0]


def test_operations_over_the_wires_of_their_operands_are_a_case_of_it():
    gamma = sym.operand_ratio
    shared = sym.shared_wires_energy.subs(sym.C, 0)
    at_one = shared.subs(r, 1)
    assert sp.simplify(shared / at_one).free_symbols == {r, sym.beta, gamma}


# --- Needs that are alike at every distance --------------------------------------------------------------------------


def test_the_traffic_of_rents_rule_is_the_bent_power():
    derivative = sp.powsimp(sp.expand(sp.diff(sym.rent_traffic, r) + sym.rent_need * r), force=True)
    assert sp.simplify(derivative) == 0
    assert sym.rent_traffic.subs(r, 1) == 0
    traffic = numpy_function(sym.rent_traffic, r, sym.rent_exponent)
    need = numpy_function(sym.rent_need, r, sym.rent_exponent)
    for at, rent in [(0.1, 0.5), (0.01, 0.75), (0.3, 1.4)]:
        assert quad(lambda x, rent=rent: need(x, rent) * x, at, 1)[0] == pytest.approx(traffic(at, rent), rel=1e-9)
    assert sp.simplify(sym.rent_exponent_of_bytes.subs(q, 2 - 2 * sym.rent_exponent) - sym.rent_exponent) == 0


def test_priced_by_a_power_of_distance_it_is_the_bent_power_with_another_exponent():
    priced = sym.bent_power.subs({b: 1, q: sym.priced_exponent})
    paid = sym.rent_need * r * r**sym.exponent
    assert sp.simplify(sp.powsimp(sp.expand(sp.diff(priced, r) + paid), force=True)) == 0
    assert sp.expand((sym.priced_exponent + sym.rising_exponent) / 2) == 1 - sym.rent_exponent - sym.reuse_exponent


def test_the_books_exponent_is_a_message_whose_size_does_not_depend_on_the_tile():
    of_tiles = {sym.rent_exponent: 0, sym.exponent: sym.beta - 1}
    assert sp.expand(sym.priced_exponent.subs(of_tiles) - (3 - sym.beta)) == 0


@pytest.mark.parametrize(
    ("a", "theta", "rent", "share", "inside"),
    [
        (1.0, 0.1, 0.55, 0.2, True),
        (1.0, 0.1, 0.55, 0.9, False),  # b is not below p
        (0.4, 0.3, 0.55, 0.01, False),  # a is not above 2 theta
        (1.0, 0.3, 0.8, 0.1, False),  # theta + p_R is above 1
    ],
)
def test_an_optimum_inside_needs_all_three_conditions(a, theta, rent, share, inside):
    of = numpy_function(sym.rising_exponent, sym.exponent, sym.reuse_exponent)
    price = numpy_function(sym.priced_exponent, sym.exponent, sym.rent_exponent)
    energy = bill(np.geomspace(1e-9, 1, 4001), of(a, theta), share, price(a, rent))
    assert (0 < energy.argmin() < 4000) == inside
