"""The figures of the built book in a browser: still first, live near a reader, and places to return to."""

import csv
import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from browser import Chart, Visit, wait_for
from conftest import ROOT
from datagravity.site import drawing, figures, renderer
from datagravity.site.build import Book

CHAPTERS = [chapter.stem for chapter in Book(ROOT).chapters()]
ENERGY = "fig-energy-against-distance"
NO_EVAL = "script-src 'self' 'unsafe-inline'"


def figure_of(visit, name):
    return visit.page.locator(f"figure#{name}")


@pytest.mark.parametrize("name", CHAPTERS)
def test_names_and_numbers_of_figures_are_unique_and_in_order(book, name):
    page = (book.html / f"{name}.html").read_text(encoding="utf-8")
    names = re.findall(r'<figure class="dg-chart" id="([^"]+)"', page)
    assert "data-drawn" not in page
    for one in names:
        assert len(re.findall(rf'\bid="{one}"', page)) == 1, one
    numbers = re.findall(r'class="dg-figure-number" href="#(fig-[^"]+)">Figure (\d+)<', page)
    assert numbers == [(one, str(number)) for number, one in enumerate(names, start=1)]
    if names:
        told = (book.html / "_static" / "figures" / f"{name}.js").read_text(encoding="utf-8")
        found = json.loads(told.removeprefix("window.datagravityFigures = ").rstrip(";\n"))
        assert list(found["figures"]) == names
        assert re.search(
            rf"Figure {len(names)} of .*commit \w+.*{{link}}", found["figures"][names[-1]]["cite"]["plain"]
        )


def test_a_reference_reads_as_its_figure_is_called_and_names_another_page(book):
    pages = {name: (book.html / f"{name}.html").read_text(encoding="utf-8") for name in CHAPTERS}
    titles = {name: re.search(r"<h1>(.*?)<", page)[1] for name, page in pages.items()}
    called = {
        (name, figure): text
        for name, page in pages.items()
        for figure, text in re.findall(r'class="dg-figure-number" href="#(fig-[^"]+)">([^<]+)<', page)
    }
    link = re.compile(r'<a class="reference internal" href="([^"#]*)#(fig-[^"]+)">(.*?)</a>')
    here, elsewhere = set(), set()
    for name, page in pages.items():
        for at, figure, shown in link.findall(page):
            other = at.removesuffix(".html") or name
            expected = called[other, figure] + (f" of “{titles[other]}”" if other != name else "")
            assert re.sub(r"<[^>]+>", "", shown) == expected
            (here if other == name else elsewhere).add((other, figure))
    assert here == set(called)
    assert ("programs", "fig-miss-curves") in elsewhere


def test_a_page_asks_for_vega_only_near_a_chart(browser, site):
    with Visit(browser, f"{site}/brains.html", live=False, settled=True) as visit:
        # The chart of this page stands far below the first screen.
        assert not any("vega.js" in url or "/figures/" in url for url in visit.requests)
        assert visit.live_charts == 0
        visit.page.locator("figure.dg-chart").scroll_into_view_if_needed()
        visit.page.locator("figure[data-live]").wait_for(timeout=60_000)
        assert visit.live_charts == 1
        assert visit.complaints == []


def test_a_chart_on_the_first_screen_is_fetched_and_waits_for_a_touch(browser, site):
    with Visit(browser, f"{site}/placement.html", live=False, settled=True) as visit:
        figure = visit.page.locator("figure.dg-chart").first
        wait_for(visit.page, "performance.getEntriesByType('resource').some((one) => one.name.endsWith('vega.js'))")
        wait_for(visit.page, "window.datagravityVega !== undefined")
        assert figure.get_attribute("data-live") is None
        visit.page.mouse.move(5, 5)
        figure.locator("svg.marks").wait_for(timeout=60_000)
        assert visit.complaints == []


def test_a_picture_far_away_has_its_size_before_a_browser_looks_into_it(browser, site):
    looked_into = "(svg) => svg.querySelector('text').checkVisibility({contentVisibilityAuto: true})"
    with Visit(browser, f"{site}/placement.html", live=False) as visit:
        picture = visit.page.locator(".dg-still-wide").last
        far = picture.bounding_box()
        assert not picture.evaluate(looked_into)
        shape = picture.evaluate("(svg) => svg.viewBox.baseVal.width / svg.viewBox.baseVal.height")
        assert far["width"] / far["height"] == pytest.approx(shape, rel=0.01)
        picture.scroll_into_view_if_needed()
        wait_for(visit.page, f"({looked_into})(Array.from(document.querySelectorAll('.dg-still-wide')).at(-1))")


def test_vega_is_fetched_but_not_run_once_a_reader_does_something(browser, site):
    with Visit(browser, f"{site}/brains.html", live=False, settled=True) as visit:
        with visit.page.expect_event("requestfinished", lambda request: "vega.js" in request.url):
            visit.page.mouse.move(100, 100)
        assert visit.page.evaluate("window.datagravityVega === undefined")
        visit.start_charts()
        assert visit.live_charts == 1
        assert visit.complaints == []


@pytest.mark.parametrize("width", [1280, 390, 320])
def test_the_still_picture_has_the_size_of_the_live_chart(browser, site, width):
    with Visit(browser, f"{site}/placement.html", width=width, live=False) as visit:
        # The last one: the first one may be near the first screen, and live.
        figure = visit.page.locator("figure.dg-chart").last
        view, visible = figure.locator(".dg-chart-view"), figure.locator(".dg-chart-pictures svg:visible")
        assert visible.count() == 1
        before, place = visible.bounding_box(), view.bounding_box()
        visit.start_charts()
        live = figure.locator("svg.marks")
        assert visible.count() == 0
        after = live.bounding_box()
        assert after == pytest.approx(before, abs=0.6)
        assert view.bounding_box() == pytest.approx(place, abs=0.6)
        assert after["width"] <= width
        assert figure.get_attribute("data-live") == ("wide" if width > 600 else "phone")
        # As large on the screen as a line of small print, at least.
        sizes = live.evaluate(
            "(svg) => Array.from(svg.querySelectorAll('text'), (text) => "
            "parseFloat(getComputedStyle(text).fontSize) * Math.hypot(text.getScreenCTM().a, text.getScreenCTM().b))"
        )
        assert min(sizes) > 9


def test_charts_are_drawn_where_a_policy_forbids_code_made_from_text(browser, site):
    with Visit(browser, f"{site}/placement.html", policy=NO_EVAL) as visit:
        # Later, since what a test evaluates itself is allowed everything.
        visit.page.evaluate("setTimeout(() => { try { new Function('1') } catch { window.refused = true } })")
        wait_for(visit.page, "window.refused")
        assert visit.live_charts == visit.figures
        chart = Chart(visit.page)
        chart.move("beta", 1.5)
        assert chart.signal("beta") == 1.5
        assert not [text for text in visit.complaints if "unsafe-eval" not in text]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_without_scripts_the_picture_has_its_words_and_axes_in_legible_colours(browser, site, scheme, width):
    with Visit(browser, f"{site}/placement.html", scripts=False, scheme=scheme, width=width) as visit:
        pictures = visit.page.locator("figure.dg-chart .dg-chart-pictures svg:visible")
        assert pictures.count() == visit.figures
        assert pictures.first.bounding_box()["height"] > 100
        assert visit.page.locator(".dg-chart-controls:visible, .dg-chart-menu:visible").count() == 0
        ground = visit.page.locator("figure.dg-chart").first.evaluate(
            "(figure) => getComputedStyle(figure).backgroundColor"
        )
        for marks, colour in [("text", "fill"), (".role-axis-tick line", "stroke")]:
            found = set(
                visit.page.locator(f"figure.dg-chart svg:visible {marks}").evaluate_all(
                    "(marks, colour) => marks.map((mark) => getComputedStyle(mark)[colour])", colour
                )
            )
            assert found, marks
            for one in found:
                light = sum(map(int, re.findall(r"\d+", one)[:3])) / 3
                assert light > 140 if scheme == "dark" else light < 130, (marks, one)
        assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 120) or scheme == "light"


def test_moving_a_control_writes_the_address_and_the_address_moves_the_control(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        length = visit.page.evaluate("history.length")
        chart.move("beta", 1.5)
        chart.choose("model", "patch")
        wait_for(visit.page, "location.hash.includes('?')")
        wait_for(visit.page, "location.hash.includes('model=patch')")
        assert visit.page.evaluate("location.hash") == f"#{ENERGY}?beta=1.5&model=patch"
        assert visit.page.evaluate("history.length") == length
        address = visit.page.url
        chart.move("beta", 2)
        chart.choose("model", "tile")
        wait_for(visit.page, "!location.hash.includes('?')")
        assert visit.page.evaluate("location.hash") == f"#{ENERGY}"
    with Visit(browser, address, live=False) as visit:
        figure = figure_of(visit, ENERGY)
        figure.locator("svg.marks").wait_for(timeout=60_000)
        chart = Chart(visit.page)
        assert (chart.signal("beta"), chart.signal("model")) == (1.5, "patch")
        assert figure.locator("[name=beta]").input_value() == "1.5"
        assert figure.locator("[name=model]").input_value() == "patch"
        assert figure.bounding_box()["y"] < 450
        # Away and back: what the address says stands there again.
        visit.page.goto(f"{site}/references.html")
        visit.page.go_back()
        visit.start_charts()
        wait_for(visit.page, f"document.getElementById('{ENERGY}').view.signal('beta') === 1.5")
        assert figure.locator("[name=model]").input_value() == Chart(visit.page).signal("model") == "patch"
        assert visit.complaints == []


def test_an_address_with_nonsense_leaves_the_chart_as_it_opens(browser, site):
    nonsense = f"#{ENERGY}?beta=high&model=none&fixed_share=1e9&spare=1"
    with Visit(browser, f"{site}/placement.html{nonsense}") as visit:
        chart = Chart(visit.page)
        assert (chart.signal("beta"), chart.signal("model"), chart.signal("fixed_share")) == (2, "tile", 0.9)
        assert visit.complaints == []


def test_the_menu_gives_link_citation_and_files_and_closes(browser, site):
    with Visit(browser, f"{site}/placement.html", live=False) as visit:
        visit.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page, figure = visit.page, figure_of(visit, ENERGY)
        menu = figure.locator(".dg-chart-menu")
        menu.locator("summary").focus()
        page.keyboard.press("ArrowDown")
        assert menu.get_attribute("open") is not None
        assert page.evaluate("document.activeElement.dataset.do") == "link"
        page.keyboard.press("ArrowUp")
        assert page.evaluate("document.activeElement.dataset.do") == "bibtex"
        page.keyboard.press("Escape")
        assert menu.get_attribute("open") is None
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        Chart(page).move("beta", 1.5)
        link = f"{site}/placement.html#{ENERGY}?beta=1.5"
        for button, words in {"link": "", "cite": "Figure 1 of The placement law", "bibtex": "@misc{"}.items():
            menu.locator("summary").click()
            menu.locator(f"[data-do={button}]").click()
            wait_for(page, f"document.querySelector('#{ENERGY} .dg-chart-told').textContent.includes('copied')")
            copied = page.evaluate("navigator.clipboard.readText()")
            assert link in copied
            assert words in copied
            page.evaluate(f"document.querySelector('#{ENERGY} .dg-chart-told').textContent = ''")
        for button, first in {"csv": b"curve,", "svg": b"<svg", "png": b"\x89PNG"}.items():
            menu.locator("summary").click()
            with page.expect_download() as download:
                menu.locator(f"[data-do={button}]").click()
            assert download.value.suggested_filename == f"{ENERGY}.{button}"
            saved = Path(download.value.path()).read_bytes()
            assert saved.startswith(first)
            if button == "svg":
                words = " ".join(ElementTree.fromstring(saved).itertext())
                for part in ("Figure 1", "Moving closer", "Drawn by", f"#{ENERGY}?beta=1.5", "as built"):
                    assert part in words
        assert visit.complaints == []


def test_the_table_holds_what_the_file_holds_and_follows_the_chart(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        chart.figure.locator("[data-do=rows]").evaluate("(button) => button.click()")
        table = chart.figure.locator(".dg-chart-rows table")
        table.wait_for()
        rows = chart.rows()
        heads = table.locator("thead th").all_inner_texts()
        assert heads == [title for title in rows[0] if not title.startswith("setting: ")]
        assert table.locator("tbody tr").count() == len(rows)
        first = table.locator("tbody").inner_text()
        chart.move("log10_G_d", 1)
        assert table.locator("tbody").inner_text() != first


def test_the_file_says_what_the_controls_are_set_to(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        chart = Chart(visit.page)
        opened = {title: text for title, text in chart.rows()[0].items() if title.startswith("setting: ")}
        assert list(opened) == ["setting: G_d", "setting: beta", "setting: fixed share", "setting: model"]
        assert float(opened["setting: G_d"]) == pytest.approx(992)
        assert (opened["setting: beta"], opened["setting: model"]) == ("2", "tiles")
        chart.move("beta", 1.5)
        chart.choose("model", "patch")
        rows = chart.rows()
        assert {row["setting: beta"] for row in rows} == {"1.5"}
        assert {row["setting: model"] for row in rows} == {"patches"}


def test_the_names_of_rows_lead_to_the_rows(browser, site):
    with Visit(browser, f"{site}/disjunction-constant.html") as visit:
        figure = figure_of(visit, "fig-reuse-crossing")
        view = figure.locator(".dg-chart-view")
        view.focus()
        visit.page.keyboard.press("ArrowRight")
        told = figure.locator(".dg-chart-told a")
        assert told.evaluate_all("(links) => links.map((one) => [one.textContent, one.getAttribute('href')])") == [
            ["P028", "data/energy.html#P028"],
            ["P027", "data/energy.html#P027"],
        ]
        figure.locator("[data-do=rows]").evaluate("(button) => button.click()")
        cells = figure.locator(".dg-chart-rows tbody tr").first.locator("a")
        assert cells.all_inner_texts() == ["P028", "P027"]
        cells.first.click()
        visit.page.locator("#P028").wait_for()
        assert visit.page.url.endswith("/data/energy.html#P028")


def test_the_arrow_keys_walk_through_the_points_and_say_them(browser, site):
    with Visit(browser, f"{site}/disjunction-constant.html") as visit:
        figure = figure_of(visit, "fig-published-values")
        view = figure.locator(".dg-chart-view")
        assert view.get_attribute("role") == "application"
        view.focus()
        seen = []
        for key in ("ArrowRight", "ArrowRight", "End", "Home", "ArrowDown"):
            visit.page.keyboard.press(key)
            seen.append(figure.locator(".dg-chart-told").inner_text())
        assert all("point 1 of" in seen[number] for number in (0, 3))
        assert "point 2 of" in seen[1]
        assert seen[0] == seen[3] != seen[1]
        assert seen[4].startswith("Series 2")
        assert all("source" in text for text in seen)
        assert figure.locator("circle.dg-chart-ring").count() == 1
        visit.page.keyboard.press("Escape")
        assert figure.locator("circle.dg-chart-ring").count() == 0
        assert figure.locator(".dg-chart-told").inner_text() == ""
        assert visit.complaints == []


def test_a_tap_says_what_a_point_is_before_it_leads_away(browser, site):
    with Visit(browser, f"{site}/disjunction-constant.html", width=390) as visit:
        figure = figure_of(visit, "fig-published-values")
        address = visit.page.url
        figure.locator(".dg-chart-live .mark-symbol.role-mark path").first.click(force=True)
        told = figure.locator(".dg-chart-told")
        told.locator("dt", has_text="source").wait_for()
        assert visit.page.url == address
        assert told.locator("a").get_attribute("href").split("#")[0].endswith(".html")


def test_a_control_is_heard_before_vega_is_there(browser, site):
    with Visit(browser, f"{site}/placement.html", live=False) as visit:
        # The last one: the first one is near the first screen, and may be live.
        figure = visit.page.locator("figure.dg-chart", has=visit.page.locator("[name=beta]")).last
        name = figure.get_attribute("id")
        assert figure.get_attribute("data-live") is None
        figure.locator("[name=beta]").evaluate(
            "(input) => { input.value = 1.5; input.dispatchEvent(new Event('input', {bubbles: true})) }"
        )
        wait_for(visit.page, f"document.getElementById('{name}').view?.signal('beta') === 1.5")
        assert figure.locator("[name=beta] + output").inner_text() == "1.5"


def test_still_pictures_are_those_of_the_specifications_sent(book):
    """The picture that stands first shows what Vega draws: the same axes, with the same words."""
    page = (book.html / "placement.html").read_text(encoding="utf-8")
    told = (book.html / "_static" / "figures" / "placement.js").read_text(encoding="utf-8")
    found = json.loads(told.removeprefix("window.datagravityFigures = ").rstrip(";\n"))
    for name, figure in found["figures"].items():
        titles = [axis["title"] for axis in figure["vega"]["axes"] if isinstance(axis.get("title"), str)]
        own = page[page.index(f'id="{name}"') :].partition("</figure>")[0]
        assert titles
        assert all(title.replace("<", "&lt;") in own for title in titles)


def test_files_of_kept_parts_are_those_of_the_pages(book):
    kept = {path.stem for path in book.figures.glob("*.json")}
    specifications = []
    for path in book.executed.glob("*.ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        outputs = [output for cell in notebook["cells"] for output in cell.get("outputs", [])]
        specifications += [output for output in outputs if renderer.VEGALITE_MIME in output.get("data", {})]
    assert 0 < len(kept) <= len(specifications)
    assert all(isinstance(drawing.by_key(key, book.figures), drawing.Parts) for key in kept)


def test_the_values_of_every_chart_are_rows_with_names(browser, site):
    with Visit(browser, f"{site}/pim.html") as visit:
        for figure in visit.page.locator("figure.dg-chart").all():
            text = figure.evaluate(
                "(figure) => { const made = []; const old = URL.createObjectURL;"
                "URL.createObjectURL = (blob) => { made.push(blob); return old(blob); };"
                "figure.querySelector('[data-do=csv]').click();"
                "return new Promise((resolve) => setTimeout(async () => {"
                "URL.createObjectURL = old; resolve(await made[0].text()); }, 300)); }"
            )
            rows = list(csv.DictReader(text.splitlines()))
            assert rows
            assert all(title == title.strip() and title for title in rows[0])


MOVED = (
    f"(() => {{ const beta = document.querySelector('#{ENERGY} [name=beta]'); beta.value = 1.5;"
    "beta.dispatchEvent(new Event('input', {bubbles: true})); })()"
)


@pytest.mark.parametrize(
    "leave",
    ["document.querySelector('a[href=\"#tiles\"]').click()", "location.hash = '#tiles'"],
    ids=["click", "script"],
)
def test_a_setting_and_a_jump_at_once_both_stand_in_the_history(browser, site, leave):
    with Visit(browser, f"{site}/placement.html") as visit:
        page = visit.page
        page.evaluate(f"{MOVED}; {leave}")
        # Longer than a setting waits until it is noted.
        page.wait_for_timeout(400)
        assert page.evaluate("location.hash") == "#tiles"
        page.go_back()
        if "click" in leave:
            wait_for(page, f"location.hash === '#{ENERGY}?beta=1.5'")
            assert Chart(page).signal("beta") == 1.5
        else:
            wait_for(page, "location.hash === ''")
        assert visit.complaints == []


@pytest.mark.parametrize("name", ["pim", "systems", "placement"])
def test_a_long_list_of_sources_is_folded_and_whole(browser, site, name):
    with Visit(browser, f"{site}/{name}.html", width=390, live=False) as visit:
        folded = 0
        for line in visit.page.locator(".dg-chart-source").all():
            links = line.locator("a").count()
            folded += links > figures.SOURCES
            assert line.locator("details").count() == (links > figures.SOURCES)
            assert line.evaluate("(line) => line.offsetHeight / parseFloat(getComputedStyle(line).lineHeight)") <= 10.5
        assert bool(folded) == (name != "placement")
        if folded:
            line = visit.page.locator(".dg-chart-source:has(details)").first
            assert not line.locator("a").first.is_visible()
            line.locator("summary").click()
            assert line.locator("a").last.is_visible()
            assert f"{line.locator('a').count()} sources:" in line.locator("summary").inner_text()
