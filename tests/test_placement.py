"""The solver `place`: closed forms, dense grids, symmetries, certificates, hard instances, bad arguments, dask."""

import itertools
import subprocess
import sys
import tracemalloc

import dask.array
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from datagravity.placement import Placement, place

TRIANGLE = np.array([[0, 0], [1, 0], [0.5, np.sqrt(0.75)]])
SQUARE = np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
CONVEX = (1, 1.01, 1.5, 2, 2.5, 4)
EXPONENTS = (0.2, 0.5, 0.9, *CONVEX)


def energy(masses, positions, exponent, point):
    """U by its definition."""
    distances = np.sqrt(((np.asarray(positions, dtype=float) - point) ** 2).sum(axis=1))
    return float(np.asarray(masses, dtype=float) @ distances**exponent)


def gap(placement):
    """The certified relative gap."""
    return (placement.energy - placement.lower_bound) / placement.energy if placement.energy else 0.0


def cloud(n, seed=0, dimensions=2):
    """A skew cloud with log-normal masses."""
    random = np.random.default_rng(seed)
    centres = 3 * random.normal(size=(3, dimensions))
    return random.lognormal(size=n), centres[random.integers(3, size=n)] + random.normal(size=(n, dimensions)) ** 3


# --- Closed forms ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [0, 1e3, 1e9])
@pytest.mark.parametrize(("n", "dimensions"), [(1, 1), (7, 1), (7, 3), (3000, 2), (100_000, 2)])
def test_exponent_2_is_the_centre_of_mass(n, dimensions, offset):
    masses, positions = cloud(n, dimensions=dimensions)
    positions = positions + offset
    first = positions[0]
    mean = first + masses @ (positions - first) / masses.sum()
    placement = place(masses, positions, 2)
    np.testing.assert_allclose(placement.position, mean, rtol=0, atol=1e-12 * np.abs(positions).max())
    assert placement.certified


def test_four_corners():
    placement = place(np.ones(4), SQUARE, 1)
    np.testing.assert_allclose(placement.position, [0.5, 0.5], atol=1e-12)
    assert placement.energy == pytest.approx(np.sqrt(8), rel=1e-15)
    assert placement.certified
    assert placement.converged


@pytest.mark.parametrize("exponent", [0.2, 0.5, 0.99, 1])
@pytest.mark.parametrize("copies", [1, 10, 3000])
def test_a_mass_above_half_is_the_optimum(exponent, copies):
    masses, positions = [6.0, 1.0, 2.0, 2.5], [[0.1, 0.7], [3, 0], [0, 4], [-1, -1]]
    placement = place(np.repeat(masses, copies), np.repeat(positions, copies, axis=0), exponent)
    assert placement.position.tolist() == [0.1, 0.7]
    assert placement.certified
    assert placement.energy == pytest.approx(copies * energy(masses, positions, exponent, [0.1, 0.7]), rel=1e-12)


def test_exactly_half_is_enough():
    placement = place([2.0, 1.0, 1.0], TRIANGLE, 0.6)
    assert placement.position.tolist() == [0, 0]
    assert placement.certified


def test_a_median_at_a_data_point_below_half():
    # 120 degrees at the middle point: a mass of 1 holds against sqrt(3 / 4) < 1 of two unit pulls at 60 degrees.
    positions = [[0, 0], [1, 0], [np.cos(2), np.sin(2)]]
    pull = np.hypot(1 + np.cos(2), np.sin(2))
    inside = place([1.01 * pull, 1, 1], positions, 1)
    assert inside.position.tolist() == [0, 0]
    assert inside.certified
    outside = place([0.99 * pull, 1, 1], positions, 1)
    assert np.linalg.norm(outside.position) > 1e-3
    assert outside.certified


def test_two_bodies():
    placement = place([8.0, 1.0], [[0.0, 0.0], [0.6, 0.8]], 3)
    assert np.linalg.norm(placement.position) == pytest.approx(1 / (1 + np.sqrt(8)), rel=1e-10)
    assert placement.certified
    ratio = (1 / 8) ** (1 / 2)
    assert placement.saving_over([0.6, 0.8]) == pytest.approx((1 + 1 / ratio) ** 2, rel=1e-12)
    assert placement.saving_over([0, 0]) == pytest.approx((1 + ratio) ** 2, rel=1e-12)


@pytest.mark.parametrize(("exponent", "corner"), [(0.72, True), (0.75, False)])
def test_the_triangle_changes_sides(exponent, corner):
    placement = place(np.ones(3), TRIANGLE, exponent)
    if corner:
        assert placement.position.tolist() in TRIANGLE.tolist()
        assert placement.energy == pytest.approx(2, rel=1e-15)
    else:
        np.testing.assert_allclose(placement.position, TRIANGLE.mean(axis=0), atol=1e-7)
        assert placement.energy == pytest.approx(3 ** (1 - exponent / 2), rel=1e-14)
    assert not placement.certified  # 3/2 is the bound, 2 and 1.987 the energies: no proof
    assert placement.lower_bound == pytest.approx(1.5, rel=1e-12)


def test_flat_median_between_two_halves():
    placement = place([1.0, 1.0], [[0.0], [1.0]], 1)
    assert placement.energy == 1
    assert placement.certified


# --- Against dense grids ---------------------------------------------------------------------------------------------

weights = st.floats(-2, 2).map(lambda exponent: 10**exponent)
coordinates = st.integers(-8, 8).map(float) | st.floats(-8, 8).map(lambda x: round(x, 3))
exponents = st.sampled_from([0.3, 0.5, 0.8, 1.0, 1.1, 1.5, 2.0, 3.0, 3.5]) | st.floats(0.3, 3.5)


def compare_with_grid(masses, positions, exponent, grid):
    trials = np.concatenate([grid, positions])
    distances = np.sqrt(((trials[:, None, :] - positions) ** 2).sum(axis=2))
    best = (distances**exponent @ masses).min()
    placement = place(masses, positions, exponent)
    assert placement.energy == pytest.approx(energy(masses, positions, exponent, placement.position), rel=1e-12)
    assert placement.energy <= best * (1 + 1e-10)
    assert 0 <= placement.lower_bound <= min(best, placement.energy)
    assert placement.converged
    assert placement.certified == (gap(placement) <= 1e-10)
    if exponent >= 1 or positions.shape[1] == 1:
        assert placement.certified
    else:
        assert placement.energy <= 2 * placement.lower_bound * (1 + 1e-12)


@pytest.mark.slow
@settings(max_examples=100)
@given(st.lists(st.tuples(weights, coordinates), min_size=1, max_size=9), exponents)
def test_against_a_grid_on_a_line(points, exponent):
    masses, positions = np.array(points).T
    grid = np.linspace(-8, 8, 2001)[:, None]
    compare_with_grid(masses, positions[:, None], exponent, grid)


@settings(max_examples=100)
@given(st.lists(st.tuples(weights, coordinates, coordinates), min_size=1, max_size=7), exponents)
@pytest.mark.slow
def test_against_a_grid_in_the_plane(points, exponent):
    points = np.array(points)
    grid = np.stack(np.meshgrid(np.linspace(-8, 8, 121), np.linspace(-8, 8, 121)), axis=-1).reshape(-1, 2)
    compare_with_grid(points[:, 0], points[:, 1:], exponent, grid)


@pytest.mark.slow
@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(2, 40), exponents, st.floats(-3, 3), st.floats(-6, 6), st.floats(-100, 100))
def test_translation_rotation_scale(seed, n, exponent, angle, log_scale, shift):
    masses, positions = cloud(n, seed)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    scale = 10**log_scale
    here = place(masses, positions, exponent)
    there = place(7 * masses, scale * (positions @ turn.T + shift), exponent)
    assert there.energy == pytest.approx(7 * scale**exponent * here.energy, rel=1e-9)
    mapped = scale * (here.position @ turn.T + shift)
    np.testing.assert_allclose(there.position, mapped, rtol=0, atol=1e-5 * scale * np.ptp(positions))
    if exponent >= 1:
        assert there.saving_over(mapped) == pytest.approx(1, abs=1e-9)


# --- Many masses -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [1, 1.2, 1.5, 2.5, 3.3])
@pytest.mark.parametrize("dimensions", [1, 2])
def test_many_masses_against_another_minimiser(dimensions, exponent):
    masses, positions = cloud(20_000, dimensions=dimensions)
    placement = place(masses, positions, exponent)
    start = masses @ positions / masses.sum()
    unit = energy(masses, positions, exponent, start)
    other = minimize(
        lambda x: energy(masses, positions, exponent, x) / unit, start, method="Nelder-Mead", options={"fatol": 1e-13}
    )
    assert placement.certified
    assert placement.lower_bound <= other.fun * unit
    assert placement.energy == pytest.approx(other.fun * unit, rel=1e-9)
    assert placement.iterations <= 8
    assert placement.energy == pytest.approx(energy(masses, positions, exponent, placement.position), rel=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [1, 1.5, 2.5])
def test_few_readings_of_a_million_masses(exponent):
    masses, positions = cloud(1_000_000)
    placement = place(masses, positions, exponent)
    assert placement.certified
    assert placement.iterations <= 4


@pytest.mark.slow
def test_memory_stays_bounded():
    masses, positions = np.ones(2_000_000), np.random.default_rng(0).normal(size=(2_000_000, 2))
    place(masses[:10], positions[:10], 1.5)
    tracemalloc.start()
    placement = place(masses, positions, 1.5)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert placement.certified
    assert peak < 32e6 < positions.nbytes + masses.nbytes


def test_order_of_the_masses_does_not_matter():
    masses, positions = cloud(50_000)
    order = np.lexsort(positions.T)
    one, other = place(masses, positions, 1), place(masses[order], positions[order], 1)
    assert one.certified
    assert other.certified
    assert one.energy == pytest.approx(other.energy, rel=2e-10)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [0.3, 0.7])
def test_many_masses_below_1(exponent):
    masses, positions = cloud(6000)
    placement = place(masses, positions, exponent)
    random = np.random.default_rng(1)
    trials = np.concatenate(
        [positions[random.integers(6000, size=300)], placement.position + random.normal(size=(99, 2))]
    )
    energies = [energy(masses, positions, exponent, trial) for trial in trials]
    assert placement.energy <= min(energies)
    assert 0.25 * placement.energy < placement.lower_bound < placement.energy
    assert placement.converged
    assert not placement.certified


def test_below_1_one_heavy_mass_among_many():
    masses, positions = cloud(300_000)
    masses[123_456] = masses.sum()
    placement = place(masses, positions, 0.5)
    assert placement.position.tolist() == positions[123_456].tolist()
    assert placement.certified


def test_below_1_the_heavy_site_of_many_masses():
    masses, positions = cloud(20_000)
    positions[:8000] = [0.5, 0.25]
    masses[:8000] *= 4
    placement = place(masses, positions, 0.5)
    assert placement.position.tolist() == [0.5, 0.25]
    assert placement.certified


# --- Hard instances --------------------------------------------------------------------------------------------------


def sites(n, seed=0):
    """Instances that break careless solvers: name -> masses, positions."""
    random = np.random.default_rng(seed)
    flat = random.normal(size=(n, 2))
    ones = np.ones(n)
    heavy = np.where(np.arange(n) < 3, 1.0, 1e-9)
    nested = flat * np.where(np.arange(n) < n // 2, 1, 1e-9)[:, None]
    return {
        "integers": (ones, random.integers(0, 9, size=(n, 2))),
        "on a line": (random.random(n), flat[:, :1] * [1, 2, 3] + 1),
        "nearly on a line": (random.random(n), flat * [1, 1e-6]),
        "on a circle": (ones, flat / np.linalg.norm(flat, axis=1)[:, None]),
        "one place": (ones, np.full((n, 3), 0.3)),
        "one place but one": (ones, np.eye(1, n).T * [1.0, 0.0]),
        "mostly without mass": (np.eye(1, n)[0], flat),
        "a few heavy": (heavy, flat),
        "masses of all sizes": (10 ** random.uniform(-12, 12, n), flat),
        "distances of all sizes": (ones, 10 ** random.uniform(-12, 12, (n, 2))),
        "one cluster in another": (ones, nested),
        "large": (1e12 * random.random(n), 1e12 * flat),
        "small": (1e-12 * random.random(n), 1e-12 * flat),
        "ten dimensions": (ones, random.normal(size=(n, 10))),
    }


@pytest.mark.slow
@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.parametrize("n", [1, 2, 3, 60, 9000])
def test_hard_instances(n, exponent):
    for name, (masses, positions) in sites(n).items():
        if exponent < 1 and n > 60 and name != "integers":
            continue
        placement = place(masses, positions, exponent)
        assert placement.position.shape == positions.shape[1:], name
        assert np.isfinite(placement.lower_bound), name
        assert placement.lower_bound <= placement.energy, name
        assert placement.converged, name
        assert placement.energy == pytest.approx(energy(masses, positions, exponent, placement.position), rel=1e-11)
        # Beside a mass a trillion times the others the optimum may lie closer than the next double.
        rounded = name == "masses of all sizes" and exponent > 1 and gap(placement) < 1e-6
        assert placement.certified or exponent < 1 or rounded, (name, placement)
        # No data point and not the centre of mass is better.
        for other in [*positions[:20], masses @ positions / masses.sum()]:
            there = energy(masses, positions, exponent, other)
            assert placement.lower_bound <= there * (1 + 1e-14), name
            assert placement.energy <= there * (1 + 1e-10), name


@pytest.mark.parametrize("exponent", CONVEX)
@pytest.mark.slow
def test_no_bound_on_the_way_exceeds_the_least_energy(exponent):
    for name, (masses, positions) in sites(6000).items():
        least = place(masses, positions, exponent)
        starts = [None, positions[0], positions.mean(axis=0) + positions.std()]
        for start, iterations in [(starts[0], 1), (starts[0], 2), (starts[1], 1), (starts[2], 1), (starts[2], 2)]:
            placement = place(masses, positions, exponent, start=start, max_iterations=iterations, tolerance=1e-14)
            assert placement.lower_bound <= least.energy, name
            assert placement.energy >= least.lower_bound, name


@pytest.mark.parametrize("exponent", CONVEX)
@pytest.mark.parametrize("n", [5, 20_000])
def test_an_offset_of_a_billion_spreads(n, exponent):
    masses, positions = cloud(n)
    near = place(masses, positions, exponent)
    positions = positions + 1e9
    placement = place(masses, positions, exponent)
    assert placement.energy == pytest.approx(near.energy, rel=1e-6)
    if n > 5:  # with five masses the optimum may be a kink that no double hits
        assert placement.certified


def test_where_rounding_forbids_a_certificate_none_is_given():
    # The three points differ by one spacing of the doubles: no double lies near their median.
    spacing = np.spacing(1e9)
    positions = 1e9 + spacing * np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    placement = place(np.ones(3), positions, 1)
    assert not placement.certified
    assert placement.converged
    assert placement.energy == pytest.approx(2 * spacing, rel=1e-12)
    assert placement.lower_bound == pytest.approx((np.sqrt(6) + np.sqrt(2)) / 2 * spacing, rel=1e-9)


def test_start_tolerance_and_iterations():
    masses, positions = cloud(20_000)
    placement = place(masses, positions, 1.5)
    for start in (placement.position, [1e9, -1e9], positions[5]):
        again = place(masses, positions, 1.5, start=start)
        assert again.certified
        assert again.energy == pytest.approx(placement.energy, rel=1e-10)
    short = place(masses, positions, 1.05, max_iterations=1)
    assert short.iterations == 2  # the reading that checks, and one trial position
    assert not short.converged
    assert not short.certified
    assert 0 <= short.lower_bound <= placement.energy * 100
    loose = place(masses, positions, 1.5, tolerance=1e-3)
    assert loose.certified
    assert gap(loose) <= 1e-3
    assert loose.iterations <= placement.iterations
    strict = place(masses, positions, 1.5, tolerance=0)
    assert not strict.certified
    assert strict.converged
    assert gap(strict) < 1e-12


def test_saving_over():
    placement = place([1.0, 0.0, 0.0], TRIANGLE, 1.5)
    assert placement.energy == placement.lower_bound == 0
    assert placement.certified
    assert placement.saving_over([1, 1]) == np.inf
    assert placement.saving_over(placement.position) == 1
    assert isinstance(placement, Placement)
    placement = place([1, 2, 3], TRIANGLE, 1.5)
    assert placement.saving_over(placement.position) == 1
    for corner in TRIANGLE:
        expected = energy([1, 2, 3], TRIANGLE, 1.5, corner) / placement.energy
        assert placement.saving_over(corner) == pytest.approx(expected, rel=1e-14)
    with pytest.raises(ValueError, match=r"position: shape \(3,\), expected \(2,\)"):
        placement.saving_over([1, 2, 3])


def test_kinds_of_numbers():
    masses, positions = cloud(5000)
    single = place(masses.astype(np.float32), positions.astype(np.float32), 1.5)
    double = place(masses.astype(np.float32).astype(float), positions.astype(np.float32).astype(float), 1.5)
    assert single.position.dtype == np.float64
    assert single.position.tolist() == double.position.tolist()
    assert single.energy == double.energy
    assert place([1, 2], [[0, 0], [3, 4]], 2).position.tolist() == pytest.approx([2, 8 / 3])
    wide = np.zeros((5000, 6))
    wide[:, ::3] = positions
    assert place(masses, wide[:, ::3], 1.5).energy == pytest.approx(place(masses, positions, 1.5).energy, rel=1e-13)


# --- Arguments -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1, np.nan], [[0], [1]], 1), r"masses: nan \(index 1\), expected a finite number of at least 0"),
        (([np.inf, 1], [[0], [1]], 1), r"masses: inf \(index 0\), expected a finite number of at least 0"),
        (([1, 1, -2.5], [[0], [1], [2]], 1), r"masses: -2.5 \(index 2\), expected a finite number of at least 0"),
        (([0, 0], [[0], [1]], 1), r"masses: 0.0 everywhere, expected one above 0 at least"),
        (([1, 1], [[0, 0], [1, np.nan]], 1), r"positions: nan \(index 1, 1\), expected a finite number"),
        (([1, 1], [[-np.inf, 0], [1, np.inf]], 1), r"positions: -inf \(index 0, 0\), expected a finite number"),
        (([1, 1], [0, 1], 1), r"positions: shape \(2,\), .* pass x\[:, None\]"),
        (([1, 1], [[[0]], [[1]]], 1), r"positions: shape \(2, 1, 1\), expected \(n, d\)"),
        (([1, 1], np.zeros((2, 0)), 1), r"positions: shape \(2, 0\), expected \(n, d\)"),
        (([[1, 1]], [[0], [1]], 1), r"masses: shape \(1, 2\), expected \(n,\)"),
        (([1, 1, 1], [[0], [1]], 1), r"masses, positions: shapes \(3,\), \(2, 1\), expected \(n,\), \(n, d\)"),
        (([], np.zeros((0, 2)), 1), r"masses: shape \(0,\), expected at least one mass"),
        (([1, "x"], [[0], [1]], 1), r"masses: 'x' \(index 1\), expected a number"),
        (([1], [[0]], 0), r"exponent: 0.0, expected a finite number above 0"),
        (([1], [[0]], -1.5), r"exponent: -1.5, expected a finite number above 0"),
        (([1], [[0]], np.nan), r"exponent: nan, expected a finite number above 0"),
        (([1], [[0]], np.inf), r"exponent: inf, expected a finite number above 0"),
        (([1], [[0]], [1, 2]), r"exponent: \[1, 2\], expected one number, not an array"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        place(*arguments)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"start": [0, 0]}, r"start: shape \(2,\), expected \(1,\), as positions have"),
        ({"start": [np.nan]}, r"start: nan \(index 0\), expected a finite number"),
        ({"tolerance": -1e-3}, r"tolerance: -0.001, expected a finite number of at least 0"),
        ({"max_iterations": 0}, r"max_iterations: 0, expected a whole number of at least 1"),
        ({"max_iterations": 2.5}, r"max_iterations: 2.5, expected a whole number of at least 1"),
    ],
)
def test_bad_options(options, message):
    with pytest.raises(ValueError, match=message):
        place([1, 2], [[0], [1]], 1, **options)


def test_bad_value_far_into_the_data_is_named():
    masses, positions = np.ones(600_000), np.zeros((600_000, 2), dtype=np.float32)
    positions[412_345, 1] = np.nan
    with pytest.raises(ValueError, match=r"positions: nan \(index 412345, 1\)"):
        place(masses, positions, 1)
    masses[599_999] = -1
    with pytest.raises(ValueError, match=r"positions: nan \(index 412345, 1\)"):
        place(masses, positions, 1)


@pytest.mark.parametrize(
    ("masses", "positions", "exponent"),
    [
        ([1, 1], [[1e200], [0]], 2),
        ([1, 1], [[1e-200], [0]], 2),
        ([1e300, 1e300], [[1], [0]], 1),
        ([1, 1], [[9], [0]], 999),
    ],
)
def test_overflow_is_an_error(masses, positions, exponent):
    with pytest.raises(OverflowError, match="place leaves the range of double precision"):
        place(masses, positions, exponent)


# --- dask ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exponent", [0.5, 1, 1.5, 2.5])
@pytest.mark.slow
def test_dask_arrays_give_the_same_answer(exponent):
    masses, positions = cloud(20_000)
    expected = place(masses, positions, exponent)
    lazy_masses = dask.array.from_array(masses, chunks=7000)
    lazy_positions = dask.array.from_array(positions, chunks=(3000, 1))
    for pair in ((lazy_masses, lazy_positions), (masses, lazy_positions), (lazy_masses, positions)):
        placement = place(*pair, exponent)
        # Below 1 another sample may find another one of many local minima.
        close = 1e-10 if exponent >= 1 else 1e-3
        assert placement.energy == pytest.approx(expected.energy, rel=close)
        assert placement.certified == expected.certified
        assert placement.saving_over(expected.position) == pytest.approx(1, abs=close)


def test_dask_arguments_are_checked():
    positions = dask.array.zeros((100, 2), chunks=(30, 2))
    masses = dask.array.ones(100, chunks=25)
    with pytest.raises(ValueError, match=r"masses: -1.0 \(index 77\)"):
        place(dask.array.where(dask.array.arange(100, chunks=25) == 77, -1.0, masses), positions, 1)
    with pytest.raises(ValueError, match=r"masses, positions: shapes \(99,\), \(100, 2\)"):
        place(masses[:99], positions, 1)
    with pytest.raises(ValueError, match=r"pass x\[:, None\]"):
        place(masses, masses, 1)
    unknown = positions[positions[:, 0] == 0]
    with pytest.raises(ValueError, match="positions: blocks of unknown length beside a numpy array"):
        place(np.ones(100), unknown, 1)
    with pytest.raises(ValueError, match="masses, positions: 3 and 4 blocks of unknown length"):
        place(dask.array.ones(100, chunks=40), unknown, 1)
    shorter = positions[dask.array.arange(100, chunks=30) != 31]
    with pytest.raises(ValueError, match="masses, positions: 30 and 29 rows in block 1"):
        place(dask.array.ones(100, chunks=30), shorter, 1)


# Rows of one file of the Parquet data set, files, and the memory that the solver may add to what the imports took.
ROWS, FILES, ALLOWED = 250_000, 32, 144_000_000

#: Runs by itself, so that its limit is its own. The first, small placement brings threads and pools into being.
LIMITED = """
import resource, sys
import dask, dask.dataframe, numpy
from datagravity.placement import place

folder, allowed = sys.argv[1], int(sys.argv[2])
def placed(pattern):
    frame = dask.dataframe.read_parquet(f"{folder}/{pattern}")
    table = frame[["mass", "x", "y"]].values
    return place(table[:, 0], table[:, 1:], 1.5)

with dask.config.set(scheduler="threads", num_workers=2):
    placed("part-00.parquet")
    status = open("/proc/self/status").read()
    used = 1024 * int(status.split("VmData:")[1].split()[0])
    resource.setrlimit(resource.RLIMIT_DATA, (used + allowed, used + allowed))
    found = placed("part-*.parquet")
print(found.energy.hex(), *(value.hex() for value in found.position.tolist()), found.certified)
"""


def parquet_part(number):
    random = np.random.default_rng(number)
    x, y = np.round(random.normal(size=(2, ROWS)) + np.array([[number % 3], [number % 5]]), 2)
    return random.integers(1, 10, ROWS).astype(float), x, y


@pytest.mark.built
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the limit on memory is Linux's")
def test_a_parquet_data_set_larger_than_memory(tmp_path):
    import pyarrow as pa
    from pyarrow import parquet

    parts = []
    for number in range(FILES):
        parts.append(parquet_part(number))
        parquet.write_table(
            pa.table(dict(zip(["mass", "x", "y"], parts[-1], strict=True))), tmp_path / f"part-{number:02}.parquet"
        )
    masses = np.concatenate([part[0] for part in parts])
    positions = np.concatenate([np.stack(part[1:], axis=1) for part in parts])
    assert masses.nbytes + positions.nbytes > ALLOWED
    run = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), str(ALLOWED)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    found, x, y = map(float.fromhex, run.stdout.split()[:3])
    assert run.stdout.split()[3] == "True"
    expected = place(masses, positions, 1.5)
    assert found == pytest.approx(expected.energy, rel=1e-10)
    np.testing.assert_allclose([x, y], expected.position, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", [0.3, 0.5, 1.0, 1.5])
def test_more_repeated_points_than_are_looked_at_one_by_one(exponent):
    positions = np.random.default_rng(0).integers(0, 2, (4097, 3)).astype(float)
    found = place(np.ones(4097), positions, exponent)
    corners = np.array(list(itertools.product((0.0, 1.0), repeat=3)))
    at_corners = min((np.linalg.norm(positions - corner, axis=1) ** exponent).sum() for corner in corners)
    assert found.lower_bound <= found.energy <= at_corners * (1 + 1e-12)


def test_masked_cells_are_no_positions():
    positions = np.ma.masked_array([[0.0, 0.0], [1.0, 1.0]], mask=[[0, 0], [1, 0]])
    with pytest.raises(ValueError, match=r"positions: .*index 1, 0.*expected a number"):
        place([1, 1], positions, 1.5)
    whole = place([1, 1], np.ma.masked_array([[0.0, 0.0], [1.0, 1.0]]), 1.5)
    assert type(whole.position) is np.ndarray
