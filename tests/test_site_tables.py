"""Tables to open, search, filter and sort, in a real browser: by mouse, by keyboard, on a phone, without scripts."""

import csv
import json
import re
from pathlib import Path

import pytest

from browser import Visit, wait_for
from datagravity import load, systems
from datagravity.grid import words

HEADS = ["system", "claim", "as printed", "computed", "finding", "ratio", "lever", "kind", "lesson", "which is"]


class Table:
    """One of the tables of a page, and its controls."""

    def __init__(self, page, caption):
        self.page = page
        self.box = page.locator(f".dg-table-live[aria-label='{caption}']")
        self.controls = self.box.locator("xpath=preceding-sibling::div[contains(@class, 'dg-table-controls')][1]")
        self.heads = self.box.locator("thead th").all_inner_texts()
        self.heads = [head.rstrip("↕↑↓ ").strip() for head in self.heads]
        self.beside = len(self.heads)
        self.heads += [head for head, _ in json.loads(self.box.locator("table").get_attribute("data-more") or "[]")]

    def column(self, head):
        """The cells of a column, of the rows that are shown, from top to bottom; "none" for a blank below its row."""
        return self.box.evaluate(
            """(box, [column, beside]) => Array.from(box.querySelectorAll("tbody tr:not([hidden]):not(.dg-extra)"))
               .map((row) => column < beside ? row.cells[column]
                 : row.nextElementSibling.querySelector(`[data-column="${column}"]`))
               .map((cell) => cell ? cell.textContent : "none")""",
            [self.heads.index(head), self.beside],
        )

    def filter(self, head, value):
        self.controls.locator(f"select[name='{head}']").select_option(value)

    def search(self, words):
        self.controls.locator("input[type=search]").fill(words)

    def sort(self, head):
        column = self.heads.index(head)
        if column < self.beside:
            self.box.locator("thead th").nth(column).locator("button").click()
        else:
            self.controls.locator("select[name=order]").select_option(str(column))

    @property
    def count(self):
        return self.controls.locator("output").inner_text()


@pytest.fixture
def visit(browser, site):
    with Visit(browser, f"{site}/systems.html") as visit:
        wait_for(visit.page, "document.documentElement.dataset.tables === 'live'")
        yield visit


@pytest.fixture
def table(visit):
    return Table(visit.page, "Claims of thirty systems")


def test_the_count_is_right_for_every_filter(table):
    rows = systems.rows()
    assert table.heads[: len(HEADS)] == HEADS
    assert table.count == f"{len(rows)} of {len(rows)} rows"
    for head, column in {"lever": "lever", "kind": "kind", "tier": "tier", "finding": "finding"}.items():
        for value, expected in rows[column].value_counts().items():
            table.filter(head, words(value))
            assert table.count == f"{expected} of {len(rows)} rows"
            assert table.column(head) == [words(value)] * expected
        table.filter(head, "")
    assert table.count.startswith(f"{len(rows)} of")


def test_filters_and_words_narrow_together(table):
    rows = systems.rows()
    table.filter("lever", "mass")
    table.filter("finding", "agrees as assumed")
    both = rows[(rows["lever"] == "mass") & (rows["finding"] == "agrees as assumed")]
    assert table.column("system") == list(both["name"])
    table.search("FASTKV  prompts")
    assert table.column("system") == ["FastKV"]
    assert table.count == f"1 of {len(rows)} rows"
    table.search("no such word")
    assert table.count == f"0 of {len(rows)} rows"
    none = table.box.locator("xpath=following-sibling::p[1]")
    assert none.inner_text() == "No row matches."
    table.controls.locator("button[name=reset]").click()
    assert table.count == f"{len(rows)} of {len(rows)} rows"
    assert not none.is_visible()
    assert table.column("system") == list(rows["name"])


def test_numbers_sort_as_numbers_and_blanks_come_last(table):
    expected = [row for row in systems.rows().itertuples() if str(row.claim) != "<NA>"]
    for falling in (False, True):
        table.sort("as printed")
        # Stable in both directions, as Python is; the second click sorts what the first one left.
        expected.sort(key=lambda row: row.claim, reverse=falling)
        assert table.column("system")[: len(expected)] == [row.name for row in expected]
    table.controls.locator("button[name=reset]").click()
    table.sort("ratio")
    expected = list(systems.rows().itertuples())
    known = sorted((row for row in expected if str(row.ratio) != "<NA>"), key=lambda row: row.ratio)
    expected = known + [row for row in expected if str(row.ratio) == "<NA>"]
    assert table.column("system") == [row.name for row in expected]
    table.sort("bound")
    known = sorted((row for row in expected if str(row.bound) != "<NA>"), key=lambda row: row.bound)
    assert table.column("system")[: len(known)] == [row.name for row in known], "a column that stands below its row"


def test_texts_with_numbers_sort_by_the_numbers(table):
    known = [row for row in systems.rows().itertuples() if str(row.ratio) != "<NA>"]
    known.sort(key=lambda row: row.ratio)
    table.sort("ratio")
    assert table.column("ratio")[: len(known)] == [row.ratio_text for row in known]
    assert set(table.column("ratio")[len(known) :]) == {"none"}
    table.sort("computed")
    computed = [row for row in systems.rows().itertuples() if str(row.computed) != "<NA>"]
    shown = table.column("computed")
    assert set(shown[: len(computed)]) == {row.computed_text for row in computed}
    assert all(text.startswith("not computable") for text in shown[len(computed) :])
    table.sort("computed")
    assert all(text.startswith("not computable") for text in table.column("computed")[len(computed) :])


def test_sorting_is_stable(table):
    rows = sorted(systems.rows().itertuples(), key=lambda row: row.kind)
    rows.sort(key=lambda row: row.lever)
    table.sort("kind")
    table.sort("lever")
    assert table.column("kind") == [words(row.kind) for row in rows]
    assert table.column("lever") == [words(row.lever) for row in rows]
    assert table.column("claim") == [row.words for row in rows]
    table.sort("system")
    head = table.box.locator("th[aria-sort]")
    assert head.count() == 1
    assert head.get_attribute("aria-sort") == "ascending"


def test_the_keyboard_does_all_of_it(visit, table):
    search = table.controls.locator("input[type=search]")
    search.focus()
    visit.page.keyboard.type("fusemax")
    assert set(table.column("system")) == {"FuseMax"}
    seen = []
    for _ in range(16):
        visit.page.keyboard.press("Tab")
        seen.append(visit.page.evaluate("document.activeElement.tagName + ' ' + (document.activeElement.name || '')"))
        if seen[-1].strip() == "BUTTON":
            break
    assert [name for name in seen if name.startswith("SELECT")] == [
        "SELECT finding",
        "SELECT lever",
        "SELECT kind",
        "SELECT tier",
        "SELECT order",
    ]
    assert {"BUTTON reset", "BUTTON csv"} <= set(seen)
    # What takes the focus next is the table itself, then the heads of its columns.
    before = table.column("kind")
    visit.page.keyboard.press("Enter")
    assert table.box.locator("th").first.get_attribute("aria-sort") == "ascending"
    assert table.column("kind") == before, "one system only: all tie, and the order stays"
    # The box itself takes the focus, so that arrows scroll it.
    assert table.box.get_attribute("tabindex") == "0"
    table.controls.locator("button[name=reset]").focus()
    visit.page.keyboard.press("Enter")
    table.box.focus()
    for _ in range(8):
        visit.page.keyboard.press("ArrowDown")
    visit.page.wait_for_function("(box) => box.scrollTop > 0", arg=table.box.element_handle())
    # A row opens by its button, and shows what does not stand beside it.
    opener = table.box.locator("tbody .dg-open").first
    below = table.box.locator("tbody .dg-extra").first
    assert not below.is_visible()
    opener.focus()
    visit.page.keyboard.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    assert "lesson" in below.inner_text() or "lever" in below.inner_text()


def test_every_control_has_a_name(visit):
    for control in visit.page.locator(".dg-table-controls input, .dg-table-controls select").all():
        assert control.evaluate("(control) => control.labels.length") == 1
    assert visit.page.locator(".dg-table-live").count() == visit.page.locator(".dg-table-controls").count() == 2


def test_a_phone_shows_cards_and_scrolls_neither_table_nor_page_sideways(browser, site):
    with Visit(browser, f"{site}/systems.html", width=390) as visit:
        table = Table(visit.page, "Claims of thirty systems")
        box = table.box.evaluate("(box) => [box.scrollWidth, box.clientWidth, box.clientHeight, window.innerHeight]")
        assert box[0] <= box[1] <= 390, "rows are cards"
        assert box[2] < box[3], "the reader can get past it"
        table.filter("lever", "distance")
        assert set(table.column("lever")) == {"distance"}
        for control in table.controls.locator("input, select").all():
            edge = control.bounding_box()
            assert edge["x"] + edge["width"] <= 390


def test_without_scripts_every_row_is_there(browser, site):
    with Visit(browser, f"{site}/survey.html", scripts=False) as visit:
        papers = visit.page.locator(".dg-table-live").first
        assert papers.locator("tbody tr:not(.dg-extra)").count() == len(load("related_papers"))
        assert papers.locator("tbody .dg-extra").first.is_visible()
        assert visit.page.locator(".dg-table-controls").count() == 0


def test_the_survey_is_searchable(browser, site):
    with Visit(browser, f"{site}/survey.html") as visit:
        table = Table(visit.page, "The surveyed papers")
        papers = load("related_papers")
        for lever, expected in papers["lever"].fillna("none").value_counts().items():
            table.filter("lever", lever)
            assert table.count == f"{expected} of {len(papers)} rows"
        table.filter("lever", "")
        table.search("spectral, not joules")
        assert table.column("paper") == [papers.set_index("reason_if_none").loc["spectral, not joules", "title"]]
        claims = Table(visit.page, "Claims of the surveyed papers")
        claims.search("92.19%")
        assert claims.count == f"1 of {len(load('related_claims'))} rows"


def test_a_page_without_such_a_table_loads_no_script_for_it(book):
    assert 'src="_static/tables.js' in (book.html / "systems.html").read_text(encoding="utf-8")
    assert 'src="_static/tables.js' not in (book.html / "levers.html").read_text(encoding="utf-8")


def test_the_file_holds_the_rows_on_view_with_every_column(visit, table):
    table.filter("lever", "mass")
    with visit.page.expect_download() as download:
        table.controls.locator("button[name=csv]").click()
    assert download.value.suggested_filename == "claims-of-thirty-systems.csv"
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    expected = systems.rows().query("lever == 'mass'")
    assert [row["system"] for row in rows] == list(expected["name"])
    assert list(rows[0]) == table.heads
    known = [(row["bound"], bound) for row, bound in zip(rows, expected["bound"], strict=True) if str(bound) != "<NA>"]
    assert known
    assert all(float(text) == bound for text, bound in known), "numbers are there in full"


def test_a_table_says_what_it_is_and_heads_its_rows(visit):
    box = visit.page.locator("#tab-claims-of-thirty-systems")
    assert re.fullmatch(r"Table \d+ Claims of thirty systems", box.locator("caption").inner_text())
    assert box.locator("tbody tr:not(.dg-extra) > th[scope=row]").count() == len(systems.rows())
    assert visit.page.locator(".dg-table thead th:not([scope=col])").count() == 0


@pytest.mark.parametrize("name", ["systems", "survey"])
def test_on_paper_every_row_and_column_is_there(browser, site, name):
    with Visit(browser, f"{site}/{name}.html") as visit:
        visit.page.emulate_media(media="print")
        for box in visit.page.locator(".dg-table-live").all():
            assert (
                box.evaluate("(box) => [box.scrollHeight - box.clientHeight, getComputedStyle(box).maxHeight]")[1]
                == "none"
            )
            below = box.locator("tbody .dg-extra")
            assert below.count() == box.locator("tbody tr:not(.dg-extra)").count()
            assert below.last.is_visible()
