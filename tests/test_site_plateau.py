"""The scenarios of the plateau on the built page: curves and bands are Python's, and follow the sliders."""

import csv
from pathlib import Path

import pytest

from datagravity import plateau
from test_site import Visit


def rows(visit, name):
    figure = visit.page.locator("figure.dg-chart", has_text=name).first
    with visit.page.expect_download() as download:
        figure.locator(".dg-chart-data").click()
    return list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))


def move(visit, name, parameter, value):
    figure = visit.page.locator("figure.dg-chart", has_text=name).first
    figure.locator(f"[name='{parameter}']").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', {bubbles: true}));"
        "input.dispatchEvent(new Event('change', {bubbles: true})); }",
        str(value),
    )
    figure.evaluate("(figure) => figure.view.runAsync().then(() => true)")


@pytest.mark.parametrize("uncertainty", [1, 1.5, 2])
def test_curve_and_band_of_the_rate(browser, site, uncertainty):
    with Visit(browser, f"{site}/plateau.html") as visit:
        move(visit, "How fast can", "uncertainty", uncertainty)
        found = rows(visit, "How fast can")
        curve = {round(float(row["years"]), 6): float(row["value"]) for row in found if row["line"] == "stays as built"}
        bands = [row for row in found if row["low"]]
        layers = sorted({row["layer"] for row in bands}, key=int)
        assert len(layers) == 2
        band = {round(float(row["years"]), 6): row for row in bands if row["layer"] == layers[0]}
        for year in [-10.0, 0.0, 10.0, 30.0]:
            times = {"compute_halving": 2, "transport_halving": 5.3}
            expected = plateau.rate(plateau.gd_at(year, 1, **times), **times)
            assert curve[year] == pytest.approx(expected, rel=1e-9)
            corners = []
            for compute in (2 * uncertainty, 2 / uncertainty):
                for transport in (5.3 * uncertainty, 5.3 / uncertainty):
                    clocks = {"compute_halving": compute, "transport_halving": transport}
                    corners.append(plateau.rate(plateau.gd_at(year, 1, **clocks), **clocks))
            assert float(band[year]["low"]) == pytest.approx(min(corners), rel=1e-9)
            assert float(band[year]["high"]) == pytest.approx(max(corners), rel=1e-9)
