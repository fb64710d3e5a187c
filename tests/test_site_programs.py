"""The valley of real programs in a browser, its sliders moved one after the other in one view."""

import re

import pytest
import vl_convert

from browser import Chart
from conftest import ROOT
from datagravity.charts import programs
from datagravity.site.renderer import VEGALITE_VERSION, figure
from test_charts_programs import counts

SCRIPT = ROOT / "src" / "datagravity" / "site" / "assets" / "charts.js"


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
        row = self.figure.locator(".vega-bind", has=self.page.locator(f"input[name='{name}']"))
        self.page.wait_for_timeout(20)
        return row.locator("input + *").text_content()


@pytest.fixture
def valley(browser):
    libraries = vl_convert.javascript_bundle(vl_version=VEGALITE_VERSION).replace("</script", "<\\/script")
    page = browser.new_page()
    page.set_content(
        f"<script>{libraries}</script><div>{figure(programs.valley(counts()).to_dict(), '')}</div>"
        f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>"
    )
    page.wait_for_function("document.documentElement.dataset.charts === 'drawn'")
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
