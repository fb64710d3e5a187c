"""The theorems behind the law: identities, limits, and minima found without the formulas."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize, minimize_scalar

import datagravity as dg
from datagravity import symbolic
from datagravity.compiled import numpy_function
from datagravity.symbolic import MODELS, G_d, beta, r

BETAS = st.floats(1.05, 2.95)
GDS = st.floats(1.5, 1e5)
FEW = settings(max_examples=40)


def least(energy, low=-12.0, high=4.0):
    """Distance and value of the least energy, by a minimiser in ln r."""
    found = minimize_scalar(lambda u: energy(np.exp(u)), bounds=(low, high), options={"xatol": 1e-10})
    return np.exp(found.x), found.fun


# --- Where exponent and interval come from ---------------------------------------------------------------------------


@pytest.mark.parametrize("model", MODELS)
def test_the_slope_of_the_least_energy_is_the_transport_term_over_gd(model):
    for b in (1.2, 2, 2.7):
        energies = [dg.energy(dg.optimal_distance(g, b, model), g, b, model) for g in (40 - 1e-4, 40 + 1e-4)]
        transport = numpy_function(symbolic.transport(model), r, G_d, beta)
        there = transport(dg.optimal_distance(40.0, b, model), 40.0, b)
        assert (energies[1] - energies[0]) / 2e-4 == pytest.approx(there / 40, rel=1e-6)


@pytest.mark.parametrize("core", [0.01, 0.3, 2.0])
@pytest.mark.parametrize("gd", [0.5, 7.0, 3000.0])
def test_bounded_weights_by_integration(core, gd):
    energy = numpy_function(symbolic.bounded_energy, r, G_d, symbolic.core)
    for at in (0.05, 1.0):
        hauled = quad(lambda x: x**2 / (core**2 + x**2), 0, at)[0]
        shipped = quad(lambda x: 1 / (core**2 + x**2), at, np.inf)[0]
        assert energy(at, gd, core) == pytest.approx(gd * hauled + shipped, rel=1e-7)
    place, value = least(lambda x: energy(x, gd, core))
    assert place == pytest.approx(gd**-0.5, rel=1e-4)
    saving = numpy_function(symbolic.bounded_saving, G_d, symbolic.core)
    assert saving(gd, core) == pytest.approx(energy(1.0, gd, core) / value, rel=1e-8)


def test_bounded_weights_save_in_proportion_to_gd_and_pure_ones_to_its_root():
    saving = numpy_function(symbolic.bounded_saving, G_d, symbolic.core)
    assert saving(1e10, 0.1) / saving(1e9, 0.1) == pytest.approx(10, rel=1e-3)
    # As the core shrinks the law returns.
    assert saving(100.0, 1e-6) == pytest.approx(dg.saving(100.0, 2.0), rel=1e-4)


@FEW
@given(GDS, BETAS)
def test_the_larger_term_alone_saves_the_bare_power(gd, b):
    energy = numpy_function(symbolic.overlapped_energy, r, G_d, beta)
    saving = numpy_function(symbolic.overlapped_saving, G_d, beta)
    assert saving(gd, b) == pytest.approx(energy(1.0, gd, b) / energy(gd**-0.5, gd, b), rel=1e-9)
    assert saving(gd, b) == pytest.approx(dg.asymptotic_saving(gd, b), rel=1e-9)
    assert (energy(np.geomspace(1e-4, 10, 200), gd, b) >= energy(gd**-0.5, gd, b) * (1 - 1e-12)).all()


@pytest.mark.parametrize(("rent", "low", "high"), [(0.5, 2, 4), (0.6, 1.8, 3.8), (0.8, 1.4, 3.4), (1, 1, 3)])
def test_rent_moves_the_interval(rent, low, high):
    moved = symbolic.rent_beta.subs(symbolic.rent_exponent, sp.nsimplify(rent))
    assert sp.solve(moved - 1, beta) == [sp.nsimplify(low)]
    assert sp.solve(moved - 3, beta) == [sp.nsimplify(high)]


def test_reuse_lowers_the_exponent_and_ends_the_law():
    exponent = numpy_function(symbolic.reuse_saving_exponent, beta, symbolic.reuse_exponent)
    assert exponent(2.0, 0.0) == 0.5
    assert exponent(2.0, 0.5) == 0
    assert exponent(2.5, 0.5) == pytest.approx(0.5)
    energy = numpy_function(symbolic.reuse_energy, r, G_d, beta, symbolic.reuse_exponent)
    # Matrix products at beta = 1.8: energy falls with distance all the way, whatever G_d.
    assert (np.diff(energy(np.geomspace(1e-4, 1e4, 400), 1e4, 1.8, 0.5)) < 0).all()


# --- What the law rests on -------------------------------------------------------------------------------------------


@FEW
@given(GDS, BETAS, st.floats(0.01, 100), st.sampled_from(MODELS))
def test_kappa_divides_gd(gd, b, kappa, model):
    energy = numpy_function(symbolic.weighted_energy(model), r, G_d, beta, symbolic.operation_cost)
    best = dg.optimal_distance(gd / kappa, b, model)
    saving = energy(1.0, gd, b, kappa) / energy(best, gd, b, kappa)
    assert saving == pytest.approx(dg.saving(gd / kappa, b, model), rel=1e-9)


@pytest.mark.parametrize("b", [1.5, 3.0, 5.0])
def test_a_price_per_place_has_its_exponent_for_every_beta(b):
    energy = numpy_function(symbolic.fixed_place_energy, r, G_d, beta)
    savings = [energy(1.0, g, b) / least(lambda x, g=g: energy(x, g, b))[1] for g in (1e9, 1e10)]
    assert np.log10(savings[1] / savings[0]) == pytest.approx((b - 1) / (b + 1), abs=2e-3)


@pytest.mark.parametrize("model", MODELS)
def test_a_constant_on_the_bill_leaves_the_place_and_dilutes_the_saving(model):
    symbols = (G_d, beta, symbolic.operation_cost, symbolic.C)
    bill = numpy_function(symbolic.full_bill(model), r, *symbols)
    saving = numpy_function(symbolic.full_saving(model), *symbols)
    for gd, b, kappa, constant in [(992, 1.7, 20, 30), (325, 2.5, 1, 1), (25, 1.2, 0.1, 500)]:
        place, value = least(lambda x, at=(gd, b, kappa, constant): bill(x, *at))
        assert place == pytest.approx(dg.optimal_distance(gd / kappa, b, model), rel=1e-4)
        assert saving(gd, b, kappa, constant) == pytest.approx(bill(1.0, gd, b, kappa, constant) / value, rel=1e-9)
        # Amdahl: the constant share waits.
        share = constant / bill(1.0, gd, b, kappa, constant)
        moved = dg.saving(gd / kappa, b, model)
        assert saving(gd, b, kappa, constant) == pytest.approx(1 / (share + (1 - share) / moved), rel=1e-9)


def test_on_shared_wires_the_place_is_free_of_gd_and_the_saving_has_a_ceiling():
    bill = numpy_function(symbolic.shared_wires_energy, r, G_d, beta, symbolic.operand_ratio, symbolic.C)
    saving = numpy_function(symbolic.shared_wires_saving, G_d, beta, symbolic.operand_ratio, symbolic.C)
    found = []
    for gd in (2.0, 100.0, 1e5):
        place, value = least(lambda x, gd=gd: bill(x, gd, 1.8, 50.0, 1.0))
        assert place == pytest.approx(dg.optimal_distance(50.0, 1.8), rel=1e-4)
        found.append(bill(1.0, gd, 1.8, 50.0, 1.0) / value)
        assert saving(gd, 1.8, 50.0, 1.0) == pytest.approx(found[-1], rel=1e-9)
    assert found == sorted(found)
    ceiling = numpy_function(symbolic.shared_wires_ceiling, beta, symbolic.operand_ratio)(1.8, 50.0)
    assert found[-1] < ceiling < found[-1] * 1.001
    # 1 / m: m is the least energy of the two terms over that of r = 1, whatever G_d.
    assert ceiling == pytest.approx(
        1 / least(lambda x: bill(x, 1.0, 1.8, 50.0, 0.0) / bill(1.0, 1.0, 1.8, 50.0, 0.0))[1]
    )


def test_unicast_has_no_best_distance():
    bill = numpy_function(symbolic.unicast_energy, r, G_d, beta, symbolic.operation_cost, symbolic.C)
    near = np.geomspace(1e-9, 1, 200)
    saved = bill(1.0, 992.0, 1.6, 2.0, 1.0) / bill(near, 992.0, 1.6, 2.0, 1.0)
    assert (np.diff(saved) < 0).all()
    assert saved[0] < 1 + 992 / 3


def test_where_a_place_has_a_price_as_many_places_as_gd_are_too_many():
    cost = numpy_function(symbolic.fixed_place_count_cost, G_d, beta)
    assert cost(992.0, np.array([1.4, 2.0])) == pytest.approx([2.52, 5.44], abs=5e-3)
    energy = numpy_function(symbolic.fixed_place_energy, r, G_d, beta)
    assert cost(992.0, 1.4) == pytest.approx(energy(992**-0.5, 992.0, 1.4) / least(lambda x: energy(x, 992.0, 1.4))[1])
    assert cost(1e6, 2.0) / cost(1e3, 2.0) == pytest.approx(1e3 ** (1 / 3), rel=0.05)


@FEW
@given(GDS, BETAS, st.floats(0.01, 0.95), st.sampled_from(MODELS))
def test_the_lid_of_a_fixed_share(gd, b, phi, model):
    if dg.optimal_distance(gd, b, model, phi) < 1:
        assert dg.saving(gd, b, model, phi) < 1 / phi


def test_a_move_that_sheds_boundaries_is_under_another_lid():
    gd, phi, left = 1e5, 0.5, 0.1
    moved = np.geomspace(1e-4, 0.99, 200)
    saved = (gd + 1) / (gd * (left + (1 - phi) * moved) + 1 / moved)
    assert saved.max() > 1 / phi
    assert (saved < 1 / left).all()


def test_the_lid_is_reached():
    assert dg.saving(1e16, 2.0, fixed_share=0.1) == pytest.approx(10, rel=1e-6)


@FEW
@given(GDS, BETAS, st.floats(0.01, 0.99), st.sampled_from(MODELS))
def test_a_nearest_place(gd, b, floor, model):
    if dg.optimal_distance(gd, b, model) >= 1:
        return
    saving = numpy_function(symbolic.nearest_saving(model), G_d, beta, symbolic.nearest)(gd, b, floor)
    assert 1 - 1e-12 <= saving < floor ** (1 - b)
    grid = np.geomspace(floor, 1, 2000)
    assert saving == pytest.approx(dg.energy(1.0, gd, b, model) / dg.energy(grid, gd, b, model).min(), rel=1e-4)


def test_few_levels_at_the_published_value():
    for ratio, counts in [(symbolic.even_level_ratio, np.arange(2, 6)), (symbolic.free_level_ratio, np.arange(1, 5))]:
        loss = numpy_function(symbolic.level_loss.subs(symbolic.level_ratio, ratio), symbolic.levels, G_d, beta)
        assert loss(counts, 992.0, 2.0) == pytest.approx([2.895, 1.3956, 1.1699, 1.0944], rel=2e-4)


@FEW
@given(st.floats(1.01, 1e3), BETAS)
def test_the_worst_optimum_between_two_levels(ratio, b):
    loss = numpy_function(symbolic.level_loss, symbolic.level_ratio, beta)(ratio, b)
    wanted = np.geomspace(1, ratio, 4001)
    paid = np.minimum(dg.excess_energy(1 / wanted, b), dg.excess_energy(ratio / wanted, b))
    assert paid.max() == pytest.approx(loss, rel=2e-3)
    assert paid.max() <= loss * (1 + 1e-12)
    assert loss <= np.cosh(np.log(ratio) / 2) * (1 + 1e-12)


def test_the_energy_in_space_needs_data_enough():
    energy = numpy_function(symbolic.dimension_least_energy, G_d, beta, symbolic.sites, symbolic.dimension)
    # For few data and a steep path the third dimension costs energy instead of saving it.
    assert energy(992.0, 2.5, 992.0, 3) > energy(992.0, 2.5, 992.0, 2)
    assert energy(992.0, 2.5, 1e6, 3) < energy(992.0, 2.5, 1e6, 2)
    for b, n in [(1.5, 1e4), (2.0, 1e5), (2.5, 1e5)]:
        part = (b - 1) / np.array([2, 3])
        entropy = -part * np.log(part) - (1 - part) * np.log(1 - part)
        margin = (n / 992) ** ((b - 1) / 6) / np.exp(entropy[1] - entropy[0])
        assert energy(992.0, b, n, 2) / energy(992.0, b, n, 3) == pytest.approx(margin, rel=1e-9)


@FEW
@given(st.floats(1.01, 50), BETAS)
def test_no_beta_is_worse_than_spechts_ratio(ratio, b):
    bound = numpy_function(symbolic.flatness_bound, symbolic.distance_ratio)(ratio)
    for off in (ratio, 1 / ratio):
        assert dg.excess_energy(off, b) <= bound * (1 + 1e-12)
    assert numpy_function(symbolic.flatness_bound, symbolic.distance_ratio)(1 / ratio) == pytest.approx(bound, rel=1e-9)


@FEW
@given(GDS, BETAS, BETAS)
def test_the_price_of_a_wrong_beta(gd, true, assumed):
    price = numpy_function(symbolic.wrong_beta_cost, beta, symbolic.assumed_beta)(true, assumed)
    energies = dg.energy(np.array([dg.optimal_distance(gd, b) for b in (assumed, true)]), gd, true)
    assert energies[0] / energies[1] == pytest.approx(price, rel=1e-9)
    rule = dg.energy(gd**-0.5, gd, true) / energies[1]
    assert rule == pytest.approx(numpy_function(symbolic.count_cost, beta)(true), rel=1e-9)
    assert rule < 2


# --- Shares ----------------------------------------------------------------------------------------------------------


@pytest.mark.slow
@FEW
@given(st.integers(0, 10**6))
def test_the_saving_lies_between_any_move_and_any_balanced_weights(seed):
    rng = np.random.default_rng(seed)
    exponents = np.vstack([rng.normal(size=(3, 2)), np.zeros(2)])
    weights = rng.dirichlet(np.ones(4))
    # A fifth term balances the others, so that an interior optimum exists.
    weights = np.append(weights * 0.6, 0.4)
    exponents = np.vstack([exponents, -(weights[:4] @ exponents) / 0.4])
    now = rng.dirichlet(np.ones(5)) * 0.95 + 0.01
    found = minimize(lambda x: now @ np.exp(exponents @ x), [0, 0], tol=1e-10)
    saving, bound = 1 / found.fun, np.exp(weights @ np.log(weights / now))
    assert saving <= bound * (1 + 1e-9)
    best = now * np.exp(exponents @ found.x) / found.fun
    assert saving == pytest.approx(np.exp(best @ np.log(best / now)), rel=1e-5)


def test_constant_energy_makes_the_virial_rule_a_bound_on_either_side():
    reading = numpy_function(
        symbolic.corrected_virial_beta, symbolic.measured_share, symbolic.constant_share, symbolic.booked_share
    )
    share = np.linspace(0.3, 0.6, 7)
    assert (reading(share, 0.2, 0.0) < 3 - 2 * share).all()
    assert (reading(share, 0.0, 0.2) > 3 - 2 * share).all()
    assert reading(0.4, 0.12, 0.08) == pytest.approx(3 - 2 * 0.4)


def test_the_two_readings_of_one_source():
    pim = dg.load("pim").set_index("id")
    share, factor = float(pim.loc["P068", "value_low"]), float(pim.loc["P066", "energy_factor_low"])
    assert 3 - 2 * share == pytest.approx(1.746)
    assert dg.implied_beta(factor, share / (1 - share)) == pytest.approx(2.925, abs=1e-3)
    assert 1 / (1 - share) == pytest.approx(2.681, abs=1e-3)
