"""The map of data gravity and the neutral point: drawn, generated from the formulas, and right at the sliders' ends."""

import functools
import itertools
import json
import re

import numpy as np
import pytest
from scipy.spatial import Delaunay
from sympy import Symbol

from charts import texts
from datagravity import symbolic
from datagravity.charts import gravity
from datagravity.compiled import numpy_function
from datagravity.placement import place

EXPONENTS, MASSES = [0.3, 1.0, 1.65, 3.0], [1.0, 5.5, 10.0]
X_OF_D, Y_OF_D = [0.0, 0.6, 1.2], [0.0, 0.5, 1.0]
FIXED = [(x, y) for _, x, y in gravity.DATA_SETS.values()][:-1]


@pytest.fixture(scope="module")
def the_map():
    return gravity.gravity_map().to_dict()


def test_the_map_states_its_cell_and_holds_the_formula(the_map):
    specification = json.dumps(the_map)
    assert f"cells of {gravity.CELL}" in specification
    assert gravity._field()[0] in specification
    assert all(component in specification for component in gravity._field()[1:])


def test_every_data_set_is_a_candidate(the_map):
    sliders = {entry["name"]: entry["bind"] for entry in the_map["params"]}
    for slot in ("x_D", "y_D"):
        assert sliders[slot]["min"] == 0
        assert sliders[slot]["step"] == gravity.CELL
    assert (sliders["x_D"]["max"], sliders["y_D"]["max"]) == (1.2, 1.0)
    cells = np.array([at for _, *at in gravity.DATA_SETS.values()]) / gravity.CELL
    assert cells == pytest.approx(np.round(cells))


@functools.cache
def energy_at():
    """The energy of four data sets as a function of x, y, the exponent, the masses, and their places."""
    masses, places = (
        [Symbol(f"mass_{number}") for number in range(4)],
        [Symbol(f"place_{number}") for number in range(8)],
    )
    units = {symbolic.unit_energy: 1, symbolic.unit_distance: 1}
    energy = symbolic.potential(masses, list(zip(places[::2], places[1::2], strict=True))).subs(units)
    return numpy_function(energy, symbolic.x, symbolic.y, symbolic.exponent, *masses, *places)


@functools.cache
def hull_of(*moved):
    """The hull of the data with the last set moved there, and the points half a cell apart that lie in it."""
    hull = Delaunay([*FIXED, moved])
    grid = np.mgrid[0 : gravity.COLUMNS * 2 - 1, 0 : gravity.ROWS * 2 - 1].reshape(2, -1) * gravity.CELL / 2
    return hull, grid[:, hull.find_simplex(grid.T, tol=1e-9) >= 0]


def lowest_on_grid(masses, moved, exponent):
    """What the map marks: the lowest of the points half a cell apart that lie in the hull of the data."""
    _, grid = hull_of(*moved)
    return grid[:, energy_at()(*grid, exponent, *masses, *np.ravel([*FIXED, moved])).argmin()]


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_the_lowest_cell_agrees_with_place_to_within_one_cell(exponent):
    masses = [*itertools.product(MASSES[::2], repeat=4), (5.5,) * 4]
    for mass, *moved in itertools.product(masses, X_OF_D, Y_OF_D):
        best = place(np.array(mass), np.array([*FIXED, moved]), exponent).position
        lowest = lowest_on_grid(mass, moved, exponent)
        assert np.abs(lowest - best).max() <= gravity.CELL, (mass, moved)
        assert hull_of(*moved)[0].find_simplex(best, tol=1e-9) >= 0, (mass, moved)


@pytest.mark.parametrize("exponent", EXPONENTS)
def test_the_map_marks_the_lowest_point(the_map, exponent):
    for mass, at in [(1.0, 0.0), (5.5, 0.5), (10.0, 1.0)]:
        moved = {"mass_A": 11 - mass, "mass_D": mass, "x_D": 1.2 * at, "y_D": at}
        (label,) = [text for text in texts(the_map, exponent=exponent, **moved) if "optimum" in text]
        shown = [float(number) for number in re.fullmatch(r"optimum at \((\S+), (\S+)\)", label).groups()]
        masses = [11 - mass, *(gravity.DATA_SETS[name][0] for name in "BC"), mass]
        place_of_d = (1.2 * at, at)
        assert shown == pytest.approx(lowest_on_grid(masses, place_of_d, exponent), abs=6e-4)
        places = np.array([*FIXED, place_of_d])
        assert shown == pytest.approx(place(np.array(masses), places, exponent).position, abs=gravity.CELL + 6e-4)


def test_the_neutral_points_are_mirror_images():
    for ratio in [1, 8, 100]:
        words = texts(gravity.neutral_point().to_dict(), log10_ratio=np.log10(ratio))
        newton, data = (float(text.split(": ")[1]) for text in words if ": " in text)
        assert newton == pytest.approx(1 / (1 + ratio**-0.5), abs=6e-4)
        assert newton + data == pytest.approx(1, abs=1.1e-3)


def test_potential_and_pull_are_what_the_page_says():
    masses, places = [2, 5], [(0, 0), (3, 1)]
    units = {symbolic.unit_energy: 3, symbolic.unit_distance: 2, symbolic.exponent: 1.4}
    at = np.array([1.3, 0.4])
    energy = numpy_function(symbolic.potential(masses, places).subs(units), symbolic.x, symbolic.y)
    distances = np.linalg.norm(at - places, axis=1)
    assert energy(*at) == pytest.approx(3 * np.dot(masses, (distances / 2) ** 1.4), rel=1e-12)
    step = 1e-6
    for axis, component in enumerate(symbolic.pull(masses, places)):
        shift = step * np.eye(2)[axis]
        slope = (energy(*(at + shift)) - energy(*(at - shift))) / (2 * step)
        pull = numpy_function(component.subs(units), symbolic.x, symbolic.y)(*at)
        assert pull == pytest.approx(-slope, rel=1e-7)
