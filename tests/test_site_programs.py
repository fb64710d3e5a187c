"""The valley of real programs in a browser, its sliders moved one after the other in one view."""

import re
import shutil

import pytest

from browser import Chart
from conftest import ROOT
from datagravity.charts import programs
from datagravity.site import drawing, figures
from test_charts_programs import counts

SCRIPTS = [ROOT / "src" / "datagravity" / "site" / "assets" / name for name in ("shared.js", "charts.js")]


class Valley(Chart):
    """The valley, and what the line above its axes says."""

    @property
    def said(self):
        return self.figure.locator("svg.marks text", has_text="G_d =").text_content()

    @property
    def ratio(self):
        return float(re.match(r"G_d = ([\d.]+)", self.said)[1])

    def shown(self, name):
        """The text beside a slider."""
        row = self.figure.locator(".dg-control", has=self.page.locator(f"input[name='{name}']"))
        self.page.wait_for_timeout(20)
        return row.locator("output").text_content()


@pytest.fixture
def valley(browser, tmp_path):
    parts = drawing.parts(programs.valley(counts()).to_dict(), "", "valley")
    (tmp_path / "vega.js").write_text(figures.vega(tmp_path), encoding="utf-8")
    (tmp_path / "page.js").write_text(figures.page_file({"fig-valley": parts}), encoding="utf-8")
    for script in SCRIPTS:
        shutil.copy(script, tmp_path)
    page = browser.new_page()
    (tmp_path / "page.html").write_text(
        f"<!DOCTYPE html><meta charset='utf-8'>{figures.figure(parts, 'fig-valley', 1, 'page.js')}"
        "<script src='shared.js'></script><script src='charts.js'></script>",
        encoding="utf-8",
    )
    page.goto((tmp_path / "page.html").as_uri())
    found = Valley(page, "log10_programs_place")
    found.choose("programs_kernel", "sweep")
    yield found
    page.close()


def test_prices_that_are_no_part_of_it_leave_the_ratio_however_often_they_move(valley):
    first = valley.ratio
    for name, values in {"log10_programs_place": [1, 2, 3, 0], "programs_header": [32, 16, 8]}.items():
        for value in values:
            valley.move(name, value)
            assert valley.ratio == first, (name, value)
    valley.move("log10_programs_scale", 1)
    assert valley.ratio == pytest.approx(10 * first, rel=0.01)


def test_moving_a_price_and_back_gives_the_first_bill_again(valley):
    first = valley.said
    valley.move("log10_programs_place", 4)
    assert valley.said != first
    valley.move("log10_programs_place", 0)
    assert valley.said == first


def test_the_slider_of_a_place_shows_its_price_and_nothing_at_its_lower_end(valley):
    assert valley.shown("log10_programs_place") == "0"
    valley.move("log10_programs_place", 2)
    assert valley.shown("log10_programs_place") == "100"
    valley.move("log10_programs_scale", 1)
    assert valley.shown("log10_programs_scale") == "10"
