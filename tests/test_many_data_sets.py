"""Many data sets: the formulas of the chapter against the solver and against numbers, and its charts."""

import re

import numpy as np
import pytest
import sympy as sp
from scipy.optimize import minimize_scalar
from scipy.spatial.distance import cdist

from charts import texts
from datagravity import symbolic as sym
from datagravity.charts import many_data_sets
from datagravity.compiled import numpy_function
from datagravity.placement import place

TRIANGLE = np.array([[0, 0], [1, 0], [0.5, 3**0.5 / 2]])


@pytest.mark.parametrize("ratio", [1.0, 3.0, 50.0])
@pytest.mark.parametrize("a", [1.3, 2.0, 3.5])
def test_two_bodies(ratio, a):
    gap = numpy_function(sym.neutral_ratio, sym.heavy, sym.light, sym.exponent)(ratio, 1.0, a)
    place_at = numpy_function(sym.neutral_point, sym.separation, sym.gap_ratio)(5.0, gap)
    result = place(np.array([ratio, 1.0]), np.array([[0.0], [5.0]]), a)
    assert result.position[0] == pytest.approx(place_at, rel=1e-6)
    over_light = numpy_function(sym.saving_over_light, sym.gap_ratio, sym.exponent)(gap, a)
    over_heavy = numpy_function(sym.saving_over_heavy, sym.gap_ratio, sym.exponent)(gap, a)
    assert result.saving_over([5.0]) == pytest.approx(over_light, rel=1e-9)
    assert result.saving_over([0.0]) == pytest.approx(over_heavy, rel=1e-9)
    assert over_heavy <= float(sym.saving_over_heavy_bound.subs(sym.exponent, a)) * (1 + 1e-12)


@pytest.mark.parametrize("a", [0.3, 0.6, 0.9])
def test_below_one_the_neutral_point_is_a_ridge_and_the_heavy_one_wins(a):
    line = sym.two_body_energy.subs({sym.light: 1, sym.separation: 1, sym.heavy: 2.5})
    energy = numpy_function(line, sym.path_length, sym.exponent)
    top = minimize_scalar(lambda d: -energy(d, a), bounds=(0, 1), options={"xatol": 1e-10}).x
    ratio = numpy_function(sym.neutral_ratio, sym.heavy, sym.light, sym.exponent)(2.5, 1.0, a)
    assert top == pytest.approx(1 / (1 + ratio), abs=1e-6)
    assert place(np.array([2.5, 1.0]), np.array([[0.0], [1.0]]), a).position == pytest.approx([0.0])


@pytest.mark.slow
def test_triangle_threshold():
    assert float(sym.triangle_threshold) == pytest.approx(0.7381, abs=5e-5)
    at_threshold = {sym.exponent: sym.triangle_threshold}
    assert sp.N((sym.triangle_centre_energy - sym.triangle_corner_energy).subs(at_threshold), 30) == pytest.approx(0)
    grid = np.stack(np.mgrid[0:1:201j, 0:0.87:175j], axis=-1).reshape(-1, 2)
    for a in np.linspace(0.1, 2, 39):
        known = min(2.0, float(sym.triangle_centre_energy.subs(sym.exponent, a)))
        assert (cdist(grid, TRIANGLE) ** a).sum(axis=1).min() >= known - 1e-12
        # Wherever the energies differ, the solver takes the lower one.
        assert place(np.ones(3), TRIANGLE, a).energy == pytest.approx(known, rel=1e-9)


@pytest.mark.parametrize("ratio", [1.0, 2.5, 4.0])
@pytest.mark.parametrize("a", [0.3, 1.0, 1.65, 3.0])
@pytest.mark.slow
def test_the_landscape_marks_the_optimum(a, ratio):
    (label,) = [text for text in texts(many_data_sets.landscape().to_dict(), exponent=a, ratio=ratio) if "best" in text]
    shown = [float(number) for number in re.fullmatch(r"best at (\S+) D, energy (\S+)", label).groups()]
    result = place(np.array([ratio, 1.0]), np.array([[0.0], [1.0]]), a)
    assert shown[1] == pytest.approx(result.energy, abs=6e-4)
    if ratio > 1 or a > 1:
        assert shown[0] == pytest.approx(result.position[0], abs=6e-4)


@pytest.mark.slow
def test_the_triangle_states_the_threshold():
    assert "equal at a = 0.7381" in texts(many_data_sets.triangle().to_dict())
