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


@pytest.mark.slow
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


def marked(masses, moved, exponent):
    """What the map marks: the end of a search that begins at the lowest cell, and what the energy is there."""
    places = np.ravel([*FIXED, moved])

    def lowest(points):
        energies = energy_at()(*points, exponent, *masses, *places)
        return points[:, energies.argmin()], energies.min()

    at, energy = lowest(np.mgrid[0 : gravity.COLUMNS, 0 : gravity.ROWS].reshape(2, -1) / round(1 / gravity.CELL))
    reach = gravity._FINER
    around = np.mgrid[-reach : reach + 1, -reach : reach + 1].reshape(2, -1)
    for number in range(1, gravity._ROUNDS + 1):
        at, energy = lowest(at[:, None] + around * gravity.CELL / reach**number)
    return at, energy


@pytest.mark.parametrize("exponent", EXPONENTS)
@pytest.mark.slow
def test_the_search_agrees_with_place(exponent):
    masses = [*itertools.product(MASSES[::2], repeat=4), (5.5,) * 4]
    for mass, *moved in itertools.product(masses, X_OF_D, Y_OF_D):
        best = place(np.array(mass), np.array([*FIXED, moved]), exponent).position
        found, energy = marked(mass, moved, exponent)
        least = energy_at()(*best, exponent, *mass, *np.ravel([*FIXED, moved]))
        assert energy == pytest.approx(least, rel=1e-5), (mass, moved)
        # At a = 1 the energy is nearly flat between two large masses.
        assert np.abs(found - best).max() <= (gravity.CELL / 3 if exponent == 1 else 4e-4), (mass, moved)
        hull = Delaunay([*FIXED, moved])
        assert hull.find_simplex(best, tol=1e-9) >= 0, (mass, moved)
        assert hull.find_simplex(found, tol=1e-3) >= 0, (mass, moved)


@pytest.mark.slow
@pytest.mark.parametrize("exponent", EXPONENTS)
def test_the_map_marks_the_lowest_point(the_map, exponent):
    for mass, at in [(1.0, 0.0), (5.5, 0.5), (10.0, 1.0)]:
        moved = {"mass_A": 11 - mass, "mass_D": mass, "x_D": 1.2 * at, "y_D": at}
        (label,) = [text for text in texts(the_map, exponent=exponent, **moved) if "optimum" in text]
        shown = [float(number) for number in re.fullmatch(r"optimum at \((\S+), (\S+)\)", label).groups()]
        masses = [11 - mass, *(gravity.DATA_SETS[name][0] for name in "BC"), mass]
        place_of_d = (1.2 * at, at)
        assert shown == pytest.approx(marked(masses, place_of_d, exponent)[0], abs=6e-4)
        best = place(np.array(masses), np.array([*FIXED, place_of_d]), exponent).position
        assert shown == pytest.approx(best, abs=1.1e-3)


def test_what_the_browser_computes_once_is_the_formula():
    squares = {Symbol(f"datum.{name}", positive=True): square for name, square in gravity._squares().items()}
    units = {symbolic.unit_energy: 1, symbolic.unit_distance: 1}
    energy, *pull = gravity._from_squares()
    assert energy.free_symbols >= set(squares)
    assert energy.subs(squares) == symbolic.potential(*gravity._parameters()).subs(units)
    assert [one.subs(squares) for one in pull] == [one.subs(units) for one in symbolic.pull(*gravity._parameters())]


@pytest.mark.slow
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
