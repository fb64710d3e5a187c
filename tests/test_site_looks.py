"""How pages look: distances, sizes and alignment that a designer would measure, at a desk and on a phone."""

from itertools import pairwise

import pytest

from browser import Visit

#: For each cell that text follows: how far the text is from what the cell gives.
GAPS = """() => Array.from(document.querySelectorAll("article div.cell + p"), (text) => {
  const parts = text.previousElementSibling.querySelectorAll("summary, table, dl, .dg-formula, .dg-chart-foot");
  const bottoms = Array.from(parts, (part) => part.checkVisibility() ? part.getBoundingClientRect().bottom : 0);
  return text.getBoundingClientRect().top - Math.max(...bottoms);
})"""
SIZES = """() => ["h1", "h2", "h3"].map((name) => document.querySelector(`article ${name}`)).filter(Boolean)
  .map((title) => parseFloat(getComputedStyle(title).fontSize))"""
LEFTS = "(parts) => parts.map((part) => Math.round(part.getBoundingClientRect().left))"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_short_formula_keeps_its_comma(browser, site, width):
    with Visit(browser, f"{site}/placement.html", width=width, live=False) as visit:
        tied = visit.page.locator("article .dg-tied:visible")
        lines = "(parts) => parts.map((part) => new Set(Array.from(part.getClientRects(), (box) => box.top)).size)"
        counts = tied.evaluate_all(lines)
    assert len(counts) > 20
    assert set(counts) == {1}


@pytest.mark.parametrize("name", ["placement", "distance", "gravity"])
def test_text_stands_a_paragraph_away_from_what_a_cell_gives(browser, site, name):
    with Visit(browser, f"{site}/{name}.html", live=False) as visit:
        gaps = visit.page.evaluate(GAPS)
    assert len(gaps) > 3
    assert min(gaps) >= 14
    assert max(gaps) <= 40


@pytest.mark.parametrize("width", [1280, 390])
def test_titles_step_down(browser, site, width):
    with Visit(browser, f"{site}/programs.html", width=width, live=False) as visit:
        sizes = visit.page.evaluate(SIZES)
    assert len(sizes) == 3
    assert all(larger >= 1.2 * smaller for larger, smaller in pairwise(sizes))
    assert sizes[0] <= (32 if width == 390 else 40)


def test_charts_tables_and_text_begin_at_one_edge(browser, site):
    with Visit(browser, f"{site}/brains.html") as visit:
        parts = visit.page.locator("article > section > p, article .dg-table, article figcaption, .dg-chart-source")
        assert len(set(parts.evaluate_all(LEFTS))) == 1


def test_tables_of_the_text_look_as_those_of_cells(browser, site):
    look = """(cell) => { const style = getComputedStyle(cell);
      return [style.fontSize, style.padding, style.borderBottomWidth, style.borderLeftWidth, style.verticalAlign]; }"""
    with Visit(browser, f"{site}/gravity.html", live=False) as visit:
        written = visit.page.locator("article table.table td").first.evaluate(look)
    with Visit(browser, f"{site}/brains.html", live=False) as visit:
        computed = visit.page.locator("article .dg-table td").first.evaluate(look)
    assert written == computed


def test_the_head_of_numbers_ends_where_they_end(browser, site):
    with Visit(browser, f"{site}/processors.html", live=False) as visit:
        columns = visit.page.locator("article .dg-table thead th.numeric")
        assert columns.count() > 10
        aligned = "(heads) => heads.map((head) => getComputedStyle(head).textAlign)"
        assert set(columns.evaluate_all(aligned)) == {"right"}
        blanks = visit.page.locator("article .dg-table td.numeric[data-blank]")
        assert set(blanks.evaluate_all(aligned)) == {"right"}


def test_a_wide_table_on_a_phone_stacks_no_words(browser, site):
    with Visit(browser, f"{site}/brains.html", width=390, live=False) as visit:
        heads = visit.page.locator("article .dg-table:has(th:nth-child(5)) tbody th")
        lines = """(cells) => cells.map((cell) => { const range = document.createRange();
          range.selectNodeContents(cell);
          return new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size; })"""
        assert max(heads.evaluate_all(lines)) <= 3


def test_the_sliders_of_a_chart_on_a_phone_begin_at_one_edge(browser, site):
    with Visit(browser, f"{site}/programs.html", width=390) as visit:
        sliders = visit.page.locator("figure.dg-chart").first.locator("input[type=range]:visible, select:visible")
        assert sliders.count() > 4
        assert len(set(sliders.evaluate_all(LEFTS))) == 1


def test_the_survey_fits_its_page(browser, site):
    with Visit(browser, f"{site}/survey.html") as visit:
        over = "(boxes) => boxes.map((box) => box.scrollWidth - box.clientWidth)"
        assert max(visit.page.locator(".dg-table-live").evaluate_all(over)) <= 1


def test_controls_of_a_table_stand_side_by_side(browser, site):
    with Visit(browser, f"{site}/data/pim.html") as visit:
        gap = """(list) => list.closest("label").getBoundingClientRect().right - list.getBoundingClientRect().right"""
        lists = visit.page.locator(".dg-table-controls select")
        assert lists.count() > 3
        assert max(one.evaluate(gap) for one in lists.all()) <= 1


def test_entries_of_the_references_stand_apart(browser, site):
    with Visit(browser, f"{site}/references.html", live=False) as visit:
        gaps = visit.page.evaluate(
            """() => { const entries = Array.from(document.querySelectorAll(".citation"));
              const boxes = entries.map((entry) => entry.getBoundingClientRect());
              return boxes.slice(1).map((box, i) => box.top - boxes[i].bottom); }"""
        )
    assert len(gaps) > 100
    assert min(gaps) >= 6


def test_no_title_on_a_phone_has_an_empty_line(browser, site):
    with Visit(browser, f"{site}/brains.html", width=390, live=False) as visit:
        below = """(titles) => titles.map((title) => { const range = document.createRange();
          range.selectNodeContents(title.firstChild);
          return title.getBoundingClientRect().bottom - range.getBoundingClientRect().bottom; })"""
        assert max(visit.page.locator("article :is(h1, h2)").evaluate_all(below)) <= 6


def test_a_row_on_paper_and_its_details_are_one(browser, site):
    with Visit(browser, f"{site}/survey.html", width=643) as visit:
        visit.page.emulate_media(media="print")
        row = "document.querySelector('article .dg-extra').previousElementSibling.cells[1]"
        assert visit.page.evaluate(f"getComputedStyle({row}).borderBottomWidth") == "0px"
