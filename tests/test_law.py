"""The placement law in numbers: published figures, minima found without the formula, properties, bad arguments."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from datagravity import law

MODELS = ("tile", "patch")

betas = st.floats(1, 3, exclude_min=True, exclude_max=True)
gds = st.floats(-300, 300).map(lambda exponent: 10.0**exponent)
machine_gds = st.floats(-3, 6).map(lambda exponent: 10.0**exponent)
machine_betas = st.floats(1.01, 2.99)
shares = st.floats(0, 0.99)
models = st.sampled_from(MODELS)


# --- Numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "beta", "gd", "expected"),
    [
        ("patch", 1.5, 25, 1.69941),
        ("patch", 1.5, 325, 3.18770),
        ("patch", 1.5, 992, 4.21051),
        ("patch", 2.0, 2.5, 1.10680),
        ("patch", 2.0, 25, 2.60000),
        ("patch", 2.0, 325, 9.04161),
        ("patch", 2.0, 650, 12.7672),
        ("patch", 2.0, 992, 15.7639),
        ("patch", 2.5, 25, 3.13050),
        ("patch", 2.5, 992, 44.3236),
        ("tile", 1.5, 992, 3.2014),
        ("tile", 2.0, 2.5, 1.10680),
        ("tile", 2.0, 650, 12.7672),
        ("tile", 2.0, 992, 15.7639),
        ("tile", 2.5, 992, 100.833),
    ],
)
def test_savings(model, beta, gd, expected):
    digits = len(str(expected).replace(".", ""))
    assert float(f"{law.saving(gd, beta, model):.{digits}g}") == expected


def test_other_numbers():
    assert law.optimal_distance(100, 2.0, model="patch") == pytest.approx(0.1, rel=1e-15)
    assert law.saving_from_share(0.627, 2.9248) == pytest.approx(2.24, abs=5e-4)
    assert law.saving(1e12, 2, fixed_share=0.5) == pytest.approx(2, rel=1e-5)
    assert law.excess_energy(2.0, 2.0) == pytest.approx(1.25)
    assert law.asymptotic_saving(992, 2.0) == pytest.approx(np.sqrt(992))
    assert law.saving_exponent(2.5) == 0.75
    assert [law.saving(gd, law.implied_beta(s, gd, "patch"), "patch") for gd, s in ((25, 3.136), (992, 53.2))] == (
        pytest.approx([3.136, 53.2])
    )


@pytest.mark.parametrize(("gd", "most"), [(25, 3.137), (325, 20.98), (992, 53.21)])
def test_patch_maximum(gd, most):
    best = minimize_scalar(lambda beta: -law.saving(gd, beta, "patch"), bounds=(1.001, 2.999), method="bounded")
    assert -best.fun == pytest.approx(most, abs=5e-4 * 10 ** (most > 10))


def test_disjunction_constants():
    assert law.disjunction_constant(2600, 4) == 650
    assert law.disjunction_constant(1300, 1.31) == pytest.approx(992.366, abs=1e-3)
    # One 64-bit access for the two 32-bit operands of a multiply.
    assert law.workload_disjunction_constant(1300 / 64, 4) == pytest.approx(325)
    assert law.workload_disjunction_constant(10, 2, operands=3, width_bits=8, operations_per_operand=60) == 2


# --- Minima found without the formula --------------------------------------------------------------------------------


def tile_by_definition(distance, gd, beta):
    tiles = distance**-2
    return gd * distance ** (beta - 1) + tiles * distance ** (beta - 1)


def patch_by_definition(distance, gd, beta):
    """Operands within the distance are hauled; beyond it the operation is shipped and serves a patch."""
    hauled = quad(lambda x: gd * x ** (beta - 1) * x**-2 * x, 0, distance)[0]
    shipped = quad(lambda x: x ** (beta - 1) / x**2 * x**-2 * x, distance, np.inf)[0]
    return hauled + shipped


@pytest.mark.parametrize("beta", [1.6, 2.0, 2.4])
@pytest.mark.parametrize("gd", [0.2, 25, 992])
@pytest.mark.parametrize(("model", "definition"), [("tile", tile_by_definition), ("patch", patch_by_definition)])
def test_against_a_minimum_of_the_definition(model, definition, gd, beta):
    best = minimize_scalar(
        lambda log_r: np.log(definition(np.exp(log_r), gd, beta)), bounds=(-9, 4), options={"xatol": 1e-9}
    )
    assert law.optimal_distance(gd, beta, model) == pytest.approx(np.exp(best.x), rel=1e-5)
    assert law.saving(gd, beta, model) == pytest.approx(definition(1, gd, beta) / np.exp(best.fun), rel=1e-8)
    assert law.energy(0.3, gd, beta, model) == pytest.approx(definition(0.3, gd, beta), rel=1e-8)


@pytest.mark.parametrize("share", [0.1, 0.51, 0.9])
@pytest.mark.parametrize("model", MODELS)
def test_fixed_share_against_a_numeric_minimum(model, share):
    plain = [law.energy(distance, 325, 1.7, model) for distance in (1, 0.05)]
    transport = 325 / (0.7 if model == "patch" else 1)
    expected = plain[1] + share * transport * (1 - 0.05**0.7)
    assert law.energy(0.05, 325, 1.7, model, share) == pytest.approx(expected)
    assert law.energy(1, 325, 1.7, model, share) == pytest.approx(plain[0])
    best = minimize_scalar(lambda log_r: law.energy(np.exp(log_r), 325, 1.7, model, share), bracket=(-5, 0))
    assert law.optimal_distance(325, 1.7, model, share) == pytest.approx(np.exp(best.x), rel=1e-5)
    assert law.saving(325, 1.7, model, share) == pytest.approx(plain[0] / best.fun, rel=1e-10)


# --- Properties over the whole domain --------------------------------------------------------------------------------


@given(gds, betas, models, shares, st.floats(-3, 3))
def test_no_distance_beats_the_optimum(gd, beta, model, share, log_ratio):
    best = law.optimal_distance(gd, beta, model, share)
    assume(1e-140 < best < 1e140)
    least = law.energy(best, gd, beta, model, share)
    assert least <= law.energy(best * np.exp(log_ratio), gd, beta, model, share) * (1 + 1e-12)
    assert law.saving(gd, beta, model, share) * least == pytest.approx(law.energy(1, gd, beta, model, share), rel=1e-11)


@given(gds, betas, models, shares)
def test_saving_is_finite_and_at_least_one(gd, beta, model, share):
    assert 1 <= law.saving(gd, beta, model, share) < np.inf


@given(gds, betas)
def test_patch_bounds(gd, beta):
    exponent = law.saving_exponent(beta)
    saving = law.saving(gd, beta, "patch")
    assert saving <= max(gd**exponent, gd ** (exponent - 1)) * (1 + 1e-12)
    if gd != 1:
        specht = (gd - 1) * gd ** (1 / (gd - 1)) / (np.e * np.log(gd))
        assert saving <= specht * (1 + 1e-12)


@given(gds, betas)
def test_tile_bounds(gd, beta):
    whole = (gd + 1) / gd ** (1 - law.saving_exponent(beta))
    assert (1 - 1e-12) * whole / 2 <= law.saving(gd, beta) <= max(1, whole * (1 + 1e-12))


@given(machine_gds, betas, models)
def test_duality(gd, beta, model):
    assume(1 < 4 - beta < 3)
    mirrored = law.saving(1 / gd, 4 - beta, model)
    assert law.saving(gd, beta, model) == pytest.approx(mirrored, rel=1e-9)


@given(machine_gds, machine_betas)
def test_patch_is_tile_at_another_gd(gd, beta):
    exponent = law.saving_exponent(beta)
    assert law.saving(gd * (1 - exponent) / exponent, beta) == pytest.approx(law.saving(gd, beta, "patch"), rel=1e-12)


@given(machine_gds, machine_betas)
def test_the_saving_needs_only_the_share(gd, beta):
    share = gd / (1 + gd)
    saving = law.saving_from_share(share, beta)
    assert saving == pytest.approx(law.saving(gd, beta), rel=1e-9)
    optimal_share = 1 - law.saving_exponent(beta)
    assert np.log(saving) >= 2 * (share - optimal_share) ** 2 - 1e-12
    if optimal_share < share:  # the inward moves
        assert saving < 1 / (1 - share)


@given(machine_betas, st.floats(-5, 5), machine_gds, models)
def test_excess_energy_is_free_of_gd(beta, log_ratio, gd, model):
    ratio = np.exp(log_ratio)
    best = law.optimal_distance(gd, beta, model)
    expected = law.energy(ratio * best, gd, beta, model) / law.energy(best, gd, beta, model)
    assert law.excess_energy(ratio, beta) == pytest.approx(expected, rel=1e-10)


@given(machine_gds, machine_betas, models, st.floats(0.01, 0.99))
def test_a_fixed_share_lowers_and_caps_the_saving(gd, beta, model, share):
    assume(law.optimal_distance(gd, beta, model, share) < 1)
    saving = law.saving(gd, beta, model, share)
    assert saving <= law.saving(gd, beta, model) * (1 + 1e-12)
    assert saving < 1 / share


# --- The inverse -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@given(gds, betas, models)
def test_round_trip(gd, beta, model):
    saving = law.saving(gd, beta, model)
    assume(model == "tile" or saving > 1)
    found = law.implied_beta(saving, gd, model)
    assert 1 < found < 3
    # At its ends the patch model is so steep that the spacing of the doubles next to 1 and 3 shows.
    spacing = 4.5e-16 * max(gd, 1 / gd) if model == "patch" else 0
    assert law.saving(gd, found, model) == pytest.approx(saving, rel=1e-10 + spacing)


@pytest.mark.slow
@given(machine_gds, machine_betas, models)
def test_round_trip_on_the_branch_of_beta(gd, beta, model):
    saving = law.saving(gd, beta, model)
    # Away from the turning point, where beta itself is lost to rounding.
    slope = (law.saving(gd, beta + 1e-4, model) - law.saving(gd, beta - 1e-4, model)) / 2e-4
    assume(abs(slope) > 1e-3 * saving)
    branch = "high" if (slope > 0) == (model == "tile") else "low"
    assert law.implied_beta(saving, gd, model, branch) == pytest.approx(beta, abs=1e-9)


@pytest.mark.parametrize("gd", [1e-12, 0.3, 1.0, 25.0, 992.0, 1e20])
def test_double_root_of_tile_at_the_minimum(gd):
    for branch in ("low", "high", None):
        for saving in (1.0, 1 - 1e-13):
            found = law.implied_beta(saving, gd, branch=branch)
            assert found == pytest.approx(1 + 2 / (1 + gd), abs=1e-7)
            assert law.saving(gd, found) == pytest.approx(1, rel=1e-10)


@pytest.mark.parametrize("gd", [1e-9, 0.3, 1.001, 25.0, 992.0, 1e20])
def test_double_root_of_patch_at_the_maximum(gd):
    most = (gd - 1) * gd ** (1 / (gd - 1)) / (np.e * np.log(gd))
    turn = 1 + 2 * (gd / (gd - 1) - 1 / np.log(gd))
    for saving in (most, most * (1 + 5e-13)):
        low, high = (law.implied_beta(saving, gd, "patch", branch) for branch in ("low", "high"))
        assert low == pytest.approx(turn, abs=1e-4)
        assert high == pytest.approx(turn, abs=1e-4)
        assert law.saving(gd, [low, high], "patch") == pytest.approx([most, most], rel=1e-10)
    with pytest.raises(ValueError, match=r", expected 1 < saving <= .* for a beta of model 'patch'"):
        law.implied_beta(most * (1 + 1e-10), gd, "patch")


def test_branches():
    low, high = law.implied_beta(2.0, 25, "patch", "low"), law.implied_beta(2.0, 25, "patch", "high")
    assert 1 < low < high < 3
    assert law.implied_beta(2.0, 25, "patch") == low
    # Tile at 992: two betas below 1 + 1/992, one above.
    assert law.implied_beta(1.0005, 992) == law.implied_beta(1.0005, 992, branch="low") < 1 + 2 / 993
    assert law.implied_beta(2.24, 992) == law.implied_beta(2.24, 992, branch="high") > 1 + 2 / 993
    np.testing.assert_allclose(
        law.implied_beta([1.0005, 2.24], 992), [law.implied_beta(1.0005, 992), law.implied_beta(2.24, 992)], rtol=1e-14
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((30.0, 25), r"saving: 30.0 at gd = 25.0, expected 1 <= saving < 26 for a beta of model 'tile'"),
        ((26.0, 25), "saving: 26.0 at gd = 25.0, expected 1 <= saving < 26 for a beta"),
        ((0.9, 25), "saving: 0.9 at gd = 25.0, expected 1 <= saving < 26 for a beta"),
        (([1.5, 0.5], 25), r"saving: 0.5 \(index 1\) at gd = 25.0"),
        ((1.5, 25, "tile", "low"), "expected 1 <= saving < 1.04 for a beta on the low branch"),
        ((4.0, 25, "patch"), "saving: 4.0 at gd = 25.0, expected 1 < saving <= 3.136"),
        ((1.0, 25, "patch"), "saving: 1.0 at gd = 25.0, expected 1 < saving <= 3.136"),
        (
            (2.0, [25, 1], "patch"),
            r"gd: 1.0 \(index 1\), expected any other value: there every beta of model 'patch'",
        ),
        ((2.0, 25, "tile", "middle"), "branch: 'middle', expected one of 'low', 'high'"),
        ((2.0, 25, "tiles"), "model: 'tiles', expected one of 'tile', 'patch'"),
        ((-2.0, 25), "saving: -2.0, expected a finite number above 0"),
    ],
)
def test_implied_beta_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        law.implied_beta(*arguments)


# --- Arguments and results -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [1, 3, 0.5, 3.5, np.nan, np.inf, -np.inf])
def test_beta_outside_its_range(bad):
    for function, arguments in (
        (law.saving_exponent, ()),
        (law.asymptotic_saving, (25,)),
        (law.energy, (0.5, 25)),
        (law.optimal_distance, (25,)),
        (law.saving, (25,)),
        (law.saving_from_share, (0.5,)),
        (law.excess_energy, (2,)),
    ):
        with pytest.raises(ValueError, match=r"beta: .*, expected 1 < beta < 3"):
            function(*arguments, bad)


@pytest.mark.parametrize(
    "bad", [0, -1, np.nan, np.inf, 10**400, "25", None, True, 1j, [], {}, [[1], [2, 3]], [25, "x"]]
)
def test_bad_gd_is_named(bad):
    if bad == []:
        assert law.saving(bad, 2.0).shape == (0,)
        return
    with pytest.raises(ValueError, match=r"^gd"):
        law.saving(bad, 2.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: law.energy(-0.1, 25, 2), r"distance: -0.1, expected a finite number above 0"),
        (lambda: law.saving(25, 2, fixed_share=1), r"fixed_share: 1.0, expected 0 <= fixed_share < 1"),
        (lambda: law.saving(25, 2, fixed_share=-0.1), r"fixed_share: -0.1"),
        (lambda: law.saving_from_share(1, 2), r"transport_share: 1.0, expected 0 < transport_share < 1"),
        (lambda: law.excess_energy(0, 2), r"distance_ratio: 0.0"),
        (lambda: law.disjunction_constant(0, 2), r"transport_pj: 0.0"),
        (lambda: law.workload_disjunction_constant(1, 2, operands=0), r"operands: 0.0"),
        (lambda: law.saving([[25, 1], [3, -4]], 2), r"gd: -4.0 \(index 1, 1\)"),
        (lambda: law.saving([25, np.nan, -1], 2), r"gd: nan \(index 1\)"),
        (lambda: law.saving([25, "x"], 2), r"gd: 'x' \(index 1\), expected a number"),
        (lambda: law.saving(25, 2, model=None), r"model: None, expected one of 'tile', 'patch'"),
        (
            lambda: law.energy([1, 2], [1, 2, 3], 2),
            r"distance, gd, .*: shapes \(2,\), \(3,\), .*, expected shapes that",
        ),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_overflow_is_an_error():
    with pytest.raises(
        OverflowError, match=r"energy: inf at distance = 1e-300, gd = 1.0, beta = 1.1, .*, expected a result"
    ):
        law.energy(1e-300, 1, 1.1)
    with pytest.raises(
        OverflowError,
        match=r": inf \(index 1\) at transport_pj = 1e\+300, compute_pj = 1e-300, expected",
    ):
        law.disjunction_constant([1, 1e300], 1e-300)
    with pytest.raises(OverflowError, match=r"implied_beta: nan at saving = 1e\+308, gd = 5e-324, expected a result"):
        law.implied_beta(1e308, 5e-324)


def test_scalars_give_floats_and_arrays_broadcast():
    for result in (
        law.saving(992, 2),
        law.saving(np.float32(992), np.array(2.0)),
        law.energy(1, 10**20, 2.5, "patch"),
        law.implied_beta(3, 992),
        law.optimal_distance(4, 1.5),
        law.disjunction_constant(1, 2),
    ):
        assert type(result) is float
    table = law.saving(np.array([[2.5], [25], [992]]), [1.5, 2.0], fixed_share=0.1)
    assert table.shape == (3, 2)
    assert table.dtype == np.float64
    assert table[2, 1] == law.saving(992, 2.0, fixed_share=0.1)
    # Also where the formula does not depend on beta.
    assert law.optimal_distance(100, [1.5, 2.0, 2.5], "patch") == pytest.approx([0.1] * 3)
    assert law.implied_beta(np.full((2, 1), 3.0), [25, 992, 10]).shape == (2, 3)
    assert law.implied_beta([], 25).shape == (0,)
    table[0, 0] = 0  # the result is the caller's own
