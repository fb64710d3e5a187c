"""The map of data gravity in a real browser, moved as a reader would move it."""

import re
from itertools import product

import numpy as np
import pytest
from scipy.spatial import Delaunay

from browser import Chart, Visit
from datagravity.charts import gravity
from datagravity.placement import place


class Map(Chart):
    """The map of the chapter on data gravity, and the place that it marks."""

    def __init__(self, page):
        super().__init__(page, "mass_A")

    @property
    def optimum(self):
        words = self.figure.locator("svg.marks text", has_text="optimum at").text_content()
        return [float(number) for number in re.fullmatch(r"optimum at \((\S+), (\S+)\)", words).groups()]


@pytest.mark.parametrize("exponent", [0.3, 1.0, 1.65, 3.0])
def test_the_optimum_follows_the_sliders_and_stays_among_the_data(browser, site, exponent):
    sets = gravity.DATA_SETS
    seen = set()
    with Visit(browser, f"{site}/gravity.html") as visit:
        chart = Map(visit.page)
        chart.move("exponent", exponent)
        for mass, (x, y) in product([1, 5.5, 10], [(0, 0), (0.6, 0.5), (1.2, 1)]):
            for name, value in {"mass_A": mass, "mass_D": 11 - mass, "x_D": x, "y_D": y}.items():
                chart.move(name, value)
            masses = np.array([mass, sets["B"][0], sets["C"][0], 11 - mass])
            places = np.array([*(sets[name][1:] for name in "ABC"), (x, y)])
            best = place(masses, places, exponent).position
            # The label has three decimals.
            assert chart.optimum == pytest.approx(best, abs=gravity.CELL + 6e-4), (mass, x, y)
            assert Delaunay(places).find_simplex(chart.optimum, tol=1e-3) >= 0
            seen.add((tuple(chart.optimum), chart.drawing))
        assert visit.complaints == []
    # Every move changed the picture.
    assert len({drawing for _, drawing in seen}) == 9
    assert len({optimum for optimum, _ in seen}) >= 3


@pytest.mark.parametrize("width", [390, 1280])
def test_the_map_keeps_its_shape(browser, site, width):
    """A step to the right is as long on the screen as a step upwards."""
    with Visit(browser, f"{site}/gravity.html", width=width) as visit:
        chart = Map(visit.page)
        scales = chart.figure.evaluate(
            "(figure) => ['x', 'y'].map((name) => { const scale = figure.view.scale(name);"
            "return Math.abs(scale(1) - scale(0)); })"
        )
    assert scales[0] == pytest.approx(scales[1], rel=0.01)
    assert scales[0] > 200
