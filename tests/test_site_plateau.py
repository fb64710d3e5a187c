"""The scenarios of the plateau on the built page: curves and bands are Python's, and follow the sliders."""

import pytest

from browser import Chart, Visit
from datagravity import plateau


@pytest.mark.parametrize("uncertainty", [1, 1.5, 2])
def test_curve_and_band_of_the_rate(browser, site, uncertainty):
    with Visit(browser, f"{site}/plateau.html") as visit:
        chart = Chart(visit.page, "uncertainty")
        chart.move("uncertainty", uncertainty)
        found = chart.rows()
        years, value, low, high = "years from now", "doublings a year", "doublings a year, from", "doublings a year, to"
        curve = {round(float(row[years]), 6): float(row[value]) for row in found if row["curve"] == "stays as built"}
        assert {row["curve"] for row in found if row[low]} == {"band of stays as built", "band of realigned"}
        band = {round(float(row[years]), 6): row for row in found if row["curve"] == "band of stays as built"}
        for year in [-10.0, 0.0, 10.0, 30.0]:
            times = {"compute_halving": 2, "transport_halving": 6.4}
            expected = plateau.rate(plateau.gd_at(year, 1, **times), **times)
            assert curve[year] == pytest.approx(expected, rel=1e-9)
            corners = []
            for compute in (2 * uncertainty, 2 / uncertainty):
                for transport in (6.4 * uncertainty, 6.4 / uncertainty):
                    clocks = {"compute_halving": compute, "transport_halving": transport}
                    corners.append(plateau.rate(plateau.gd_at(year, 1, **clocks), **clocks))
            assert float(band[year][low]) == pytest.approx(min(corners), rel=1e-9)
            assert float(band[year][high]) == pytest.approx(max(corners), rel=1e-9)
