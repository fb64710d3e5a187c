"""A reader who only follows links from the first page has an answer after three clicks, in the window."""

import pytest

from browser import Visit, wait_for
from datagravity.processors import by_generation, row_of
from datagravity.site import landing

SIZES = [(1280, 800), (390, 844)]
#: Clicks from the first page to an answer, at most.
CLICKS = 3


class Reader:
    """Somebody on the first page, whose clicks are counted."""

    def __init__(self, visit, height):
        self.page, self.clicks = visit.page, 0
        self.page.set_viewport_size({"width": self.page.viewport_size["width"], "height": height})

    def click(self, link):
        self.clicks += 1
        assert self.clicks <= CLICKS
        link.click()

    def ask(self, words):
        """Follow one of the links of the list of questions, which is in the first window."""
        link = self.page.locator(".dg-ask a", has_text=words).first
        assert self.sees(link)
        self.click(link)
        wait_for(self.page, "document.readyState === 'complete' && !document.querySelector('.dg-ask')")

    def sees(self, found):
        """Whether something is within the window once the page has come to rest, without a scroll of the reader."""
        found.wait_for(timeout=60_000)
        wait_for(self.page, "document.fonts.status === 'loaded'")
        size = self.page.viewport_size
        for _ in range(100):
            box = found.bounding_box()
            if (
                box
                and 0 <= box["y"] <= box["y"] + box["height"] <= size["height"]
                and 0 <= box["x"] < size["width"] - 20
            ):
                return True
            self.page.wait_for_timeout(100)
        return False


@pytest.fixture(params=SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def reader(request, browser, site):
    width, height = request.param
    with Visit(browser, f"{site}/index.html", width=width, live=False) as visit:
        yield Reader(visit, height)
        assert visit.complaints == []


def test_what_is_gd_of_my_hbm(reader):
    reader.ask("HBM2 to HBM3E")
    rows = reader.page.locator("#tab-your-hbm tbody tr")
    multiply = row_of(source="jouppi2021", node_nm=7, operation_class="FP16 multiply")
    expected = by_generation("HBM", [multiply])
    assert {"HBM2", "HBM2E", "HBM3"} <= set(expected["memory"])
    column = reader.page.locator("#tab-your-hbm thead th").all_inner_texts().index("FP16 multiply")
    for row, (memory, answer) in zip(rows.all(), expected[["memory", "FP16 multiply"]].to_numpy(), strict=True):
        assert row.locator("th").inner_text() == memory
        assert row.locator("th, td").nth(column).inner_text() == answer
        assert reader.sees(row.locator("th, td").nth(column)), memory


@pytest.mark.parametrize("name", landing.ASKED)
def test_does_moving_compute_to_memory_pay_for_my_program(reader, name):
    reader.ask(name)
    figure = reader.page.locator("#fig-valley")
    assert figure.locator("[name=programs_kernel]").input_value() == landing.ASKED[name]
    answer = figure.locator("svg.marks text", has_text="saves")
    answer.first.wait_for(timeout=60_000)
    assert reader.sees(answer.first)


def test_where_does_a_number_of_a_table_come_from(reader):
    reader.ask("the rows of a table")
    reader.click(reader.page.locator("#tab-your-hbm a", has_text="P154"))
    wait_for(reader.page, "document.documentElement.dataset.tables === 'live'")
    source = reader.page.locator("#P154 a[href*='references.html']")
    assert reader.sees(source)
    reader.click(source)
    entry = reader.page.locator("#antepara2025")
    entry.wait_for()
    assert reader.sees(entry.locator(".label"))


def test_where_does_a_number_of_a_chart_come_from(reader):
    reader.ask("the points of a chart")
    figure = reader.page.locator("#fig-disjunction-constants-by-memory")
    figure.evaluate("(figure) => figure.chart.start().then(() => true)")
    reader.click(figure.locator("svg.marks .mark-symbol.role-mark path").first)
    link = figure.locator(".dg-chart-told a").first
    assert reader.sees(link)
    reader.click(link)
    wait_for(reader.page, "document.documentElement.dataset.tables === 'live'")
    assert reader.sees(reader.page.locator("tr.dg-here a[href*='references.html']"))
