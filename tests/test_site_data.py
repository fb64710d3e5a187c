"""The pages of the data in the built book: rows, links to them, the search, downloads, paper, citations."""

import json
import re
from collections import Counter

import pytest

from browser import Visit, wait_for
from conftest import ROOT
from datagravity import citations, sources, tables
from datagravity.site import data_pages
from datagravity.site.build import Book

CHAPTERS = [chapter.stem for chapter in Book(ROOT).chapters()]
#: What is searched for, and a page that has to be among what is found.
WORDS = {
    "MI300A": "data/energy.html",
    "virial": "shares.html",
    "Rent": "origins.html",
    "HBM2": "data/energy.html",
    "P156": "data/energy.html#P156",
    "FastKV": "data/systems.html#S20",
    "kappa": "programs.html",
}

#: Milliseconds that thousands of rows may take on a machine that does much else.
PATIENCE = 200_000


@pytest.fixture(scope="module")
def data():
    return data_pages.Data(ROOT / "data", ROOT / "book" / "references.bib")


def ids(path):
    return re.findall(r'\sid="([^"]+)"', path.read_text(encoding="utf-8"))


def opened(visit):
    wait_for(visit.page, "document.documentElement.dataset.tables === 'live'")
    return visit.page


def test_every_table_has_a_page_and_every_row_its_place(book, data):
    overview = (book.html / "data" / "index.html").read_text(encoding="utf-8")
    for name in tables():
        assert f'href="{name}.html"' in overview
        found = ids(book.html / "data" / f"{name}.html")
        script = book.html / "data" / f"{name}.rows.js"
        if script.exists():
            rest = json.loads(script.read_text(encoding="utf-8").removeprefix("window.dgRest = ").rstrip(";\n"))
            found += [anchor for anchor, *_ in rest]
        assert set(data.anchors[name]) <= set(found), name


def test_downloads_are_the_files(book, data):
    for name in tables():
        assert (book.html / "data" / f"{name}.csv").read_bytes() == (ROOT / "data" / f"{name}.csv").read_bytes()
        assert json.loads((book.html / "data" / f"{name}.json").read_text("utf-8")) == data.tables[name].values
    assert (book.html / "data" / "datapackage.json").read_bytes() == (ROOT / "data" / "datapackage.json").read_bytes()
    assert (book.html / "data" / "datagravity-data.zip").read_bytes() == data_pages.archive(data)


def test_charts_and_tables_lead_to_rows_that_are_there(book, data):
    led = set()
    for name in CHAPTERS:
        page = (book.html / f"{name}.html").read_text(encoding="utf-8")
        # What the page's charts show stands in a file beside it.
        charts = book.html / "_static" / "figures" / f"{name}.js"
        page += charts.read_text(encoding="utf-8") if charts.exists() else ""
        found = set(re.findall(r"\bdata/(\w+)\.html#([\w-]+)", page))
        for table, anchor in found:
            assert anchor in data.anchors[table], (name, table, anchor)
        led |= {(name, table) for table, _ in found}
    expected = {
        ("processors", "energy"),
        ("distance", "distance_rows"),
        ("pim", "pim"),
        ("disjunction-constant", "energy"),
    }
    assert expected | {("systems", "system_claims"), ("claims", "claims")} <= led


def test_an_address_opens_its_row(browser, book):
    with Visit(browser, (book.html / "data" / "energy.html").as_uri() + "#P156") as visit:
        row = opened(visit).locator("#P156")
        assert row.locator("xpath=following-sibling::tr[1]").is_visible()
        assert row.evaluate("(row) => row.getBoundingClientRect().top < innerHeight")
        assert visit.page.locator("tr.dg-extra").first.is_hidden()
        assert visit.complaints == []


@pytest.mark.parametrize("name", ["program_misses", "program_counts"])
def test_a_long_table_opens_quickly_and_has_all_its_rows(browser, book, data, name):
    anchors = data.anchors[name]
    address = (book.html / "data" / f"{name}.html").as_uri()
    with Visit(browser, address) as visit:
        page = opened(visit)
        count = page.locator(".dg-table-count")
        assert page.locator("tbody tr[id]").count() == data_pages.FIRST
        assert count.inner_text() == f"{len(anchors):,} of {len(anchors):,} rows"
        first = data.tables[name].rows[-1]["kernel"]
        page.locator(".dg-table-controls input[type=search]").fill(first)
        page.wait_for_selector("[data-whole=yes]", timeout=PATIENCE)
        expected = sum(first.lower() in " ".join(row.values()).lower() for row in data.tables[name].rows)
        assert count.inner_text() == f"{expected:,} of {len(anchors):,} rows"
        assert visit.complaints == []
    with Visit(browser, f"{address}#{anchors[-1]}") as visit:
        page = opened(visit)
        page.wait_for_selector("[data-whole=yes]", timeout=PATIENCE)
        last = page.locator(f"[id='{anchors[-1]}']")
        assert last.evaluate("(row) => row.getBoundingClientRect().top < innerHeight")
        shown = last.evaluate("(row) => (row.nextElementSibling || row).parentNode && row.textContent")
        assert data.tables[name].rows[-1]["kernel"] in shown
        # A row that came in a script reads like one that stood there.
        assert page.locator("tbody th.number, tbody td.number").first.get_attribute("class") == "number"
        assert visit.complaints == []


def test_a_table_of_the_data_is_searched_sorted_and_filtered(browser, book, data):
    rows = data.tables["energy"].rows
    with Visit(browser, (book.html / "data" / "energy.html").as_uri() + "?search=MI300A") as visit:
        page = opened(visit)
        shown = "Array.from(document.querySelectorAll('tbody tr[id]:not([hidden])'), (row) => row.id)"
        assert "P156" in page.evaluate(shown)
        assert len(page.evaluate(shown)) < len(rows)
        page.locator("button[name=reset]").click()
        page.locator("select[name=Kind]").select_option("dram")
        assert page.evaluate(shown) == [row["id"] for row in rows if row["kind"] == "dram"]
        page.locator("button[name=reset]").click()
        page.locator("select[name=order]").select_option(label="Energy, low end (pJ)")
        known = [row for row in rows if row["energy_low_pj"]]
        expected = [row["id"] for row in sorted(known, key=lambda row: float(row["energy_low_pj"]))]
        assert page.evaluate(shown)[: len(known)] == expected


@pytest.mark.parametrize("name", ["energy", "program_misses"])
def test_without_scripts_rows_stand_open_and_the_files_are_offered(browser, book, data, name):
    with Visit(browser, (book.html / "data" / f"{name}.html").as_uri(), scripts=False) as visit:
        rows = visit.page.locator("tbody tr[id]")
        assert rows.count() == min(
            len(data.anchors[name]), len(data.anchors[name]) if name == "energy" else data_pages.FIRST
        )
        assert rows.last.is_visible()
        assert visit.page.locator(f".dg-downloads a[href='{name}.csv']").is_visible()
        if name == "energy":
            assert visit.page.locator(".dg-extra").last.is_visible()
        else:
            assert "Without JavaScript" in visit.page.locator(".dg-rest-note").inner_text()


def test_on_paper_a_long_table_is_whole(browser, book, data):
    with Visit(browser, (book.html / "data" / "program_misses.html").as_uri()) as visit:
        page = opened(visit)
        page.wait_for_selector("[data-loaded=yes]", state="attached", timeout=PATIENCE)
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.locator("tbody tr[id]").count() == len(data.anchors["program_misses"])
        assert page.locator(".dg-table-controls").is_hidden()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["index", "energy", "related_claims", "program_counts"])
def test_a_page_of_data_does_not_scroll_sideways(browser, book, name, width):
    with Visit(browser, (book.html / "data" / f"{name}.html").as_uri(), width=width) as visit:
        widths = visit.page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        assert widths[0] <= widths[1]


@pytest.mark.parametrize("word", WORDS)
def test_the_search_finds_rows_symbols_and_systems(browser, book, word):
    with Visit(browser, (book.html / "search.html").as_uri() + f"?q={word}") as visit:
        visit.page.wait_for_selector("#search-results li a")
        wait_for(visit.page, "/found|match/.test(document.querySelector('#search-results').textContent)")
        links = visit.page.locator("#search-results li a").evaluate_all(
            "(all) => all.map((a) => a.getAttribute('href'))"
        )
        plain = [link.split("?")[0] for link in links]
        assert WORDS[word] in plain
        assert "titles only" in visit.page.locator(".dg-search-note").inner_text(), "a file may not read other files"


def test_what_the_search_shows_is_text(browser, site):
    with Visit(browser, f"{site}/search.html?q=virial", settled=True) as visit:
        visit.page.wait_for_selector("#search-results p.context")
        shown = " ".join(visit.page.locator("#search-results p.context").all_inner_texts())
        assert "virial" in shown.lower()
        assert "\\" not in shown
        assert "Contents" not in shown
    with Visit(browser, f"{site}/search.html?q=P156", settled=True) as visit:
        entry = visit.page.locator("#search-results li", has=visit.page.locator("a[href$='#P156']"))
        entry.locator("p.context").wait_for()
        excerpt = entry.locator("p.context").inner_text()
        assert "MI300A HBM3" in excerpt
        cells = excerpt.split(" · ")
        assert "P156" in [cell.strip() for cell in cells]
        assert len(cells) >= 5
        assert "Year 2025" in [cell.strip() for cell in cells], "the pairs of a list too"
        assert all(cell.strip() for cell in cells)
        link = visit.page.locator("#search-results a[href='data/energy.html?search=P156']")
        link.click()
        wait_for(visit.page, "document.documentElement.dataset.tables === 'live'")
        assert visit.page.locator(".dg-table-count").inner_text().startswith("1 of")


@pytest.mark.parametrize("name", [*CHAPTERS, "data/index", "data/energy"])
def test_a_page_says_how_to_cite_it_and_what_it_is(book, name):
    page = (book.html / f"{name}.html").read_text(encoding="utf-8")
    box = re.search(r'<details class="dg-cite">.*?</details>', page, re.DOTALL)[0]
    for part in ("BibTeX", "RIS", "TY  - CHAP", "@misc{datagravity-", citations.citation(ROOT).version):
        assert part in box
    commit = citations.commit_of(ROOT)
    assert commit is None or commit[0] in box
    assert re.search(r'<meta property="og:title" content="[^"]+"', page)
    if name in CHAPTERS:
        description = re.search(r'<meta name="description" content="([^"]+)"', page)[1]
        assert len(description) > 20
        assert "\\" not in description
        picture = re.search(r'<meta property="og:image" content="([^"]+)"', page)
        assert bool(picture) == ('<figure class="dg-chart"' in page)
        if picture:
            assert (book.html / picture[1]).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_citation_is_readable_without_scripts_and_copied_with_them(browser, book):
    address = (book.html / "gravity.html").as_uri()
    with Visit(browser, address, scripts=False) as visit:
        visit.page.locator(".dg-cite summary").click()
        assert "Data gravity" in visit.page.locator(".dg-cite pre").first.inner_text()
    with Visit(browser, address) as visit:
        assert visit.page.locator(".dg-cite button.copybtn").count() == 3


@pytest.mark.parametrize("name", [*CHAPTERS, "data/index", "data/energy", "data/claims"])
def test_each_anchor_of_a_page_is_on_one_element(book, name):
    twice = [anchor for anchor, count in Counter(ids(book.html / f"{name}.html")).items() if count > 1]
    assert twice == []


def test_no_page_is_left_that_nothing_leads_to(book):
    assert not (book.html / "prf-prf.html").exists()


def test_references_stand_under_the_names_of_the_text_and_lead_to_their_works(book):
    page = (book.html / "references.html").read_text(encoding="utf-8")
    entries = dict(re.findall(r'<div class="citation" id="([^"]+)"[^>]*>(.*?)</div>', page, re.DOTALL))
    known = sources.bibliography().set_index("key")
    assert len(entries) == len(known)
    for key, row in known.iterrows():
        entry = entries[key.lower().replace("_", "-")]
        label = re.sub(r"<[^>]+>", "", re.search(r'<span class="label">(.*?)</span>\s*<p>', entry, re.DOTALL)[1])
        assert label.strip("[]").replace("\u2019", "'") == row["short_name"].replace("\u2019", "'")
        if row.notna()[["doi", "url"]].any():
            assert 'reference external"' in entry, key


SHOWN = "Array.from(document.querySelectorAll('tbody tr[id]:not([hidden])'), (row) => row.id)"


def test_what_a_reader_sets_stands_in_the_address_and_comes_back(browser, site, data):
    expected = [row for row in data.tables["energy"].rows if row["kind"] == "dram" and "hbm" in str(row).lower()]
    expected.sort(key=lambda row: -float(row["energy_low_pj"] or "-inf"))
    with Visit(browser, f"{site}/data/energy.html") as visit:
        page = opened(visit)
        length = page.evaluate("history.length")
        page.locator("input[name=search]").fill("HBM")
        page.locator("select[name=Kind]").select_option("dram")
        for _ in range(2):
            page.get_by_role("button", name="Energy, low end").click()
        shown = page.evaluate(SHOWN)
        wait_for(page, "location.search.includes('order=-')")
        address = page.url
        assert page.evaluate("history.length") == length
        page.goto(f"{site}/references.html")
        page.go_back()
        assert opened(visit).evaluate(SHOWN) == shown
    assert shown[0] == expected[0]["id"]
    with Visit(browser, address) as visit:
        page = opened(visit)
        assert page.evaluate(SHOWN) == shown
        assert page.locator("th[aria-sort=descending]").inner_text().startswith("Energy, low end")
        page.locator("button[name=reset]").click()
        wait_for(page, "location.search === ''")
        assert visit.complaints == []


def test_back_from_a_row_that_was_sifted_out_brings_the_search_back(browser, book):
    address = (book.html / "data" / "energy.html").as_uri()
    with Visit(browser, f"{address}?search=MI300A&other=1") as visit:
        page = opened(visit)
        shown = page.evaluate(SHOWN)
        page.evaluate("location.hash = 'P001'")
        wait_for(page, "location.search === '?other=1'")
        assert page.locator("input[name=search]").input_value() == ""
        page.go_back()
        wait_for(page, "location.hash === ''")
        assert page.locator("input[name=search]").input_value() == "MI300A"
        assert page.evaluate(SHOWN) == shown
        assert visit.complaints == []


def test_an_address_that_the_table_does_not_offer_leaves_every_row(browser, site, data):
    with Visit(browser, f"{site}/data/energy.html?Kind=none&order=-nothing") as visit:
        assert len(opened(visit).evaluate(SHOWN)) == len(data.anchors["energy"])
        assert visit.complaints == []


def test_two_tables_of_a_page_have_settings_of_their_own(browser, site):
    with Visit(browser, f"{site}/survey.html", live=False) as visit:
        page = opened(visit)
        first, second = page.locator(".dg-table-controls input[type=search]").all()
        first.fill("spectral")
        second.fill("92.19%")
        wait_for(page, "location.search.includes('92.19')")
        counts = page.locator(".dg-table-count").all_inner_texts()
        page.reload()
        assert opened(visit).locator(".dg-table-count").all_inner_texts() == counts
        assert [first.input_value(), second.input_value()] == ["spectral", "92.19%"]


def test_a_long_table_opens_as_its_address_says(browser, site, data):
    wanted = data.tables["program_counts"].rows[-1]["kernel"]
    with Visit(browser, f"{site}/data/program_counts.html?search={wanted}") as visit:
        page = opened(visit)
        page.wait_for_selector("[data-whole=yes]", timeout=PATIENCE)
        expected = sum(wanted in " ".join(row.values()) for row in data.tables["program_counts"].rows)
        assert page.locator(".dg-table-count").inner_text().startswith(f"{expected:,} of")
