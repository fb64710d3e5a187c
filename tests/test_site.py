"""The built book in a real browser."""

import importlib
import math
import re
from itertools import product
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

import datagravity
from browser import Chart, Visit
from conftest import ROOT
from datagravity import symbolic
from datagravity.compiled import numpy_function, vega_expression
from datagravity.site.build import Book

CONTRAST = (Path(__file__).parent / "contrast.js").read_text()
CHAPTERS = [chapter.stem for chapter in Book(ROOT).chapters()]
PAGES = [*CHAPTERS, "data/index", "data/energy", "genindex", "search"]


# One visit serves all tests of a page that leave it as it is.


@pytest.fixture(scope="module", params=PAGES)
def by_day(request, browser, site):
    """A page at desktop width, in light colours, from a server."""
    with Visit(browser, f"{site}/{request.param}.html", settled=True) as visit:
        visit.name = request.param
        yield visit


@pytest.fixture(scope="module", params=PAGES)
def by_night(request, browser, site, book):
    """A page in dark colours; a chapter as a file, without a server."""
    file = (book.html / f"{request.param}.html").as_uri()
    with Visit(
        browser, file if request.param in CHAPTERS else f"{site}/{request.param}.html", scheme="dark", settled=True
    ) as visit:
        visit.name = request.param
        yield visit


def is_whole_and_legible(visit, scheme):
    assert visit.complaints == []
    assert visit.live_charts == visit.figures
    assert visit.page.locator("merror").count() == 0
    assert visit.page.evaluate("document.documentElement.dataset.theme") == scheme
    # Colours as they end up, not half-way through a transition.
    visit.page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
    assert visit.page.evaluate(CONTRAST) == []


def test_a_page_is_whole_and_legible(by_day, site):
    assert {urlsplit(url).netloc for url in by_day.requests} == {urlsplit(site).netloc}
    is_whole_and_legible(by_day, "light")


def test_a_page_is_whole_and_legible_in_the_dark_and_as_a_file(by_night):
    if by_night.name in CHAPTERS:
        assert {urlsplit(url).scheme for url in by_night.requests} <= {"file", "data"}
    is_whole_and_legible(by_night, "dark")


@pytest.mark.parametrize("name", PAGES)
def test_a_phone_does_not_scroll_sideways(browser, site, name):
    with Visit(browser, f"{site}/{name}.html", width=390) as visit:
        width = visit.page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]
        for chart in visit.page.locator(".dg-chart-view svg:visible").all():
            assert chart.bounding_box()["width"] <= 390


#: The texts of a chart's legends and axes that leave its picture.
CUT = """(figure) => {
  const picture = figure.querySelector("svg.marks").getBoundingClientRect();
  const words = figure.querySelectorAll("svg.marks :is(.role-legend, .role-axis) text");
  return Array.from(words).filter(function (text) {
    const box = text.getBoundingClientRect();
    const inside = box.left > picture.left - 1 && box.right < picture.right + 1;
    return box.width && !(inside && box.top > picture.top - 1 && box.bottom < picture.bottom + 1);
  }).map((text) => text.textContent);
}"""


@pytest.mark.parametrize("name", ["pim", "distance", "plateau", "claims"])
def test_a_phone_cuts_no_words_of_legends_and_axes(browser, site, name):
    with Visit(browser, f"{site}/{name}.html", width=390) as visit:
        assert visit.page.locator("svg.marks .role-legend text").count() > 1
        for figure in visit.page.locator("figure.dg-chart").all():
            assert figure.evaluate(CUT) == []


def test_formulas_are_set_and_charts_explain_themselves(by_day, book):
    source = (book.html / f"{by_day.name}.html").read_text(encoding="utf-8")
    formulas = len(re.findall(r'class="[^"]*\bmath\b', source))
    assert by_day.page.locator("math").count() == formulas
    assert not re.search(r"\\[(\[]", re.sub(r"<script.*?</script>|<pre.*?</pre>", "", source, flags=re.DOTALL))
    for figure in by_day.page.locator("figure.dg-chart").all():
        drawn, *tables = figure.locator(".dg-chart-source code").all_inner_texts()
        assert drawn.startswith("datagravity.charts.")
        assert all((ROOT / table).is_file() for table in tables)
        label = figure.locator("[role='application']").get_attribute("aria-label")
        for picture in figure.locator(".dg-chart-pictures svg[role='img']").all():
            assert picture.get_attribute("aria-label") in label
            assert len(picture.get_attribute("aria-label")) > 100


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_chapter_that_imports_charts_shows_them(book, name):
    source = (ROOT / "book" / f"{name}.md").read_text(encoding="utf-8")
    page = (book.html / f"{name}.html").read_text(encoding="utf-8")
    drawn = re.findall(r"Drawn by <code>([\w.]+)</code>", page)
    assert bool(drawn) == ("from datagravity.charts import" in source)
    for function in drawn:
        module, _, attribute = function.rpartition(".")
        assert callable(getattr(importlib.import_module(module), attribute))


def test_every_link_within_the_book_leads_somewhere(by_day, book):
    identifiers = {}
    for link in by_day.page.locator("a[href]").all():
        target = link.get_attribute("href") or link.get_attribute("xlink:href") or ""
        target = urlsplit(target)
        if target.netloc or target.scheme or not (target.path or target.fragment):
            continue
        here = book.html / f"{by_day.name}.html"
        path = (here.parent / unquote(target.path)).resolve() if target.path else here
        assert path.exists(), path
        if path.suffix == ".html" and target.fragment:
            if path not in identifiers:
                identifiers[path] = set(re.findall(r'\bid="([^"]+)"', path.read_text(encoding="utf-8")))
            # Behind the figure's name stands how its controls are set.
            assert unquote(target.fragment).partition("?")[0] in identifiers[path], target.geturl()


def test_every_chart_offers_its_data(by_day):
    for figure in by_day.page.locator("figure.dg-chart").all():
        chart = Chart(by_day.page, figure=figure)
        rows = chart.rows()
        assert chart.file.endswith(".csv")
        assert rows, chart.file
        assert len(rows[0]) >= 2
        # Names of fields have words on both sides of the line; symbols have a letter or two.
        assert not [title for title in rows[0] if "_" in re.sub(r"\b[A-Z]_\w\b", "", title)], chart.file
        assert all(None not in row and None not in row.values() for row in rows)
        # Beside each row stands what the reader set; the row itself is more than one number.
        settings = [title for title in rows[0] if title.startswith("setting: ")]
        assert len(settings) == figure.locator(".dg-control:not([hidden])").count(), chart.file
        assert all(row[title] for row in rows for title in settings), chart.file
        own = [title for title in rows[0] if title not in settings]
        assert not [title for title in own if len(title) == 1], chart.file
        assert all(sum(bool(row[title]) for title in own) >= 2 for row in rows), chart.file
        if "curve" in own:
            assert all(row["curve"] for row in rows), chart.file


def test_sources_of_charts_are_entries_of_the_references(book):
    entries = (book.html / "references.html").read_text(encoding="utf-8")
    keys = set(datagravity.load("sources")["key"])
    for name in CHAPTERS:
        page = (book.html / f"{name}.html").read_text(encoding="utf-8")
        for line in re.findall(r'<p class="dg-chart-source">(.*?)</p>', page, re.DOTALL):
            for key in re.findall(r'href="references.html#([^"]+)"', line):
                assert key in {known.replace("_", "-") for known in keys}
                assert f'id="{key}"' in entries


def test_the_root_has_its_icon_and_each_page_its_downloads(browser, site, book):
    assert (book.html / "favicon.ico").read_bytes()[:4] == b"\0\0\1\0"
    for name in CHAPTERS:
        page = (book.html / f"{name}.html").read_text(encoding="utf-8")
        for suffix in ["md", "ipynb"]:
            assert f'href="_sources/{name}.{suffix}"' in page
            assert (book.html / "_sources" / f"{name}.{suffix}").exists()


LAWS = {
    "energy tile": symbolic.energy("tile", symbolic.fixed_share),
    "energy patch": symbolic.energy("patch", symbolic.fixed_share),
    "optimal distance tile": symbolic.optimal_distance("tile", symbolic.fixed_share),
    "optimal distance patch": symbolic.optimal_distance("patch", symbolic.fixed_share),
    "saving tile": symbolic.saving("tile", symbolic.fixed_share),
    "saving patch": symbolic.saving("patch", symbolic.fixed_share),
    "disjunction constant": symbolic.disjunction_constant,
    "workload disjunction constant": symbolic.workload_disjunction_constant,
    "asymptotic saving": symbolic.asymptotic_saving,
    "saving exponent": symbolic.saving_exponent,
    "saving from share": symbolic.saving_from_share,
    "excess energy": symbolic.excess_energy,
}
# Three values of each symbol, the ends and the middle of what the sliders offer.
VALUES = {
    "G_d": [0.01, 31.0, 1e4],
    "beta": [1.05, 2.0, 2.95],
    "r": [0.001, 0.5, 10.0],
    "fixed_share": [0.0, 0.45, 0.9],
    "transport_share": [0.01, 0.5, 0.99],
    "distance_ratio": [0.01, 1.0, 100.0],
}


@pytest.fixture(scope="module")
def vega(browser, site):
    """A page with the book's Vega."""
    with Visit(browser, f"{site}/placement.html") as visit:
        yield visit.page


@pytest.mark.parametrize("law", LAWS)
def test_vega_computes_what_numpy_computes(vega, law):
    symbols = sorted(LAWS[law].free_symbols, key=str)
    grid = list(product(*(VALUES.get(symbol.name, [0.5, 2.0, 64.0]) for symbol in symbols)))
    expected = [float(numpy_function(LAWS[law], *symbols)(*point)) for point in grid]
    expression = vega_expression(LAWS[law], **{symbol.name: f"datum.{symbol.name}" for symbol in symbols})
    points = [dict(zip([symbol.name for symbol in symbols], point, strict=True)) for point in grid]
    computed = vega.evaluate(
        """async ([values, expr]) => {
          const data = [{name: "grid", values, transform: [{type: "formula", as: "value", expr}]}];
          const {View, parse, expressionInterpreter} = window.datagravityVega;
          const view = new View(parse({data}, {}, {ast: true}), {expr: expressionInterpreter});
          await view.runAsync();
          return view.data("grid").map((datum) => datum.value);
        }""",
        [points, expression],
    )
    assert computed == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("model", ["tile", "patch"])
def test_the_sliders_move_the_optimum_and_the_saving(browser, site, model):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        chart.choose("model", model)
        seen = {}
        for gd, beta in product([1.0, 100.0, 1e4], [1.05, 2.0, 2.95]):
            chart.move("log10_G_d", math.log10(gd))
            chart.move("beta", beta)
            assert chart.signal("G_d") == pytest.approx(gd, rel=1e-9)
            distance, saving = chart.signal("optimal_distance"), chart.signal("saving")
            assert distance == pytest.approx(datagravity.optimal_distance(gd, beta, model=model), rel=1e-9)
            assert saving == pytest.approx(datagravity.saving(gd, beta, model=model), rel=1e-9)
            seen[gd, beta] = distance, saving, chart.drawing
        # They did change, and so did the picture.
        for beta in [1.05, 2.0, 2.95]:
            assert seen[1.0, beta][0] > seen[100.0, beta][0] > seen[1e4, beta][0]
        assert len({saving for gd, saving, _ in (seen[100.0, beta] for beta in [1.05, 2.0, 2.95])}) == 3
        if model == "tile":
            assert len({round(seen[100.0, beta][0], 6) for beta in [1.05, 2.0, 2.95]}) == 3
        assert len({drawing for _, _, drawing in seen.values()}) == len(seen)


def test_a_logarithmic_slider_shows_the_value(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        chart.move("log10_G_d", 3)
        row = chart.figure.locator(".dg-control", has=visit.page.locator("input[name='log10_G_d']"))
        assert "1,000" in row.inner_text()


def test_the_data_follow_the_sliders(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        for gd in [10.0, 1000.0]:
            chart.move("log10_G_d", math.log10(gd))
            total = [row for row in chart.rows() if row["curve"] == "total"]
            assert len(total) > 100
            for row in total[::20]:
                energy = datagravity.energy(float(row["distance"]), gd, 2.0)
                assert float(row["energy / compute energy"]) == pytest.approx(energy, rel=1e-9)


def test_a_slider_answers_to_the_keyboard(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        before = chart.signal("optimal_distance")
        chart.figure.locator("input[name='log10_G_d']").focus()
        for _ in range(5):
            visit.page.keyboard.press("ArrowLeft")
        assert chart.signal("optimal_distance") > before


_PUNCTUATION = """(tied) => {
  const formula = tied.querySelector(".math").getBoundingClientRect(), range = document.createRange();
  range.selectNodeContents(tied.lastChild);
  const sign = range.getBoundingClientRect();
  return sign.height === 0 || (sign.left >= formula.left && sign.right <= window.innerWidth &&
    sign.top < formula.bottom && sign.bottom > formula.top);
}"""


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", ["placement", "foundations", "origins", "plateau"])
def test_no_line_begins_with_the_punctuation_behind_a_formula(browser, site, name, width):
    with Visit(browser, f"{site}/{name}.html", width=width, live=False) as visit:
        visit.page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true; })")
        tied = visit.page.locator(".bd-article .dg-tied")
        assert tied.count() > 20
        wrong = tied.evaluate_all(f"(all) => all.filter((one) => !({_PUNCTUATION})(one)).map((one) => one.outerHTML)")
        assert wrong == []
        loose = visit.page.locator("span.math").evaluate_all(
            "(all) => all.filter((one) => !one.closest('.dg-tied') && one.nextSibling && "
            "/^[,.;:!?)]/.test(one.nextSibling.textContent)).map((one) => one.outerHTML)"
        )
        assert loose == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
