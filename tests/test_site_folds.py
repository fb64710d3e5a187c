"""Folded code in a browser: closed at first, one switch, remembered, and open without scripts and on paper."""

import re

import pytest

from browser import Visit
from conftest import ROOT
from datagravity.site import folds
from datagravity.site.build import Book

CHAPTERS = {path.stem: path.read_text(encoding="utf-8") for path in Book(ROOT).chapters()}
WITH_CODE = [name for name, text in CHAPTERS.items() if "dg-code" not in text and "{code-cell}" in text]
OPEN = "() => Array.from(document.querySelectorAll('details.dg-code')).map((fold) => fold.open)"


def _page(book, name):
    return (book.html / f"{name}.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", WITH_CODE)
def test_all_code_of_a_page_is_there_and_folded(book, name):
    page = _page(book, name)
    # No code of a cell stands outside of a fold, and none is lost.
    outside = re.sub(r'<details class="dg-code.*?</details>', "", page, flags=re.DOTALL)
    assert "cell_input" not in outside
    cells = [cell for cell in folds.executed.source(CHAPTERS[name]).cells if cell.cell_type == "code"]
    shown = [cell for cell in cells if not {"remove-cell", "remove-input"} & set(cell.metadata.get("tags", []))]
    assert page.count('<div class="cell_input') == len(shown)


def test_a_check_is_a_line_that_says_what_and_how_often(book):
    lines = [
        " ".join(re.sub(r"<[^>]+>", "", line).split())
        for name in WITH_CODE
        for line in re.findall(
            r'<details class="dg-code dg-check">\s*<summary>(.*?)</summary>', _page(book, name), re.S
        )
    ]
    assert len(lines) > 30
    for line in lines:
        assert re.fullmatch(r"✓ checked(: .+)? \(\d+ (road|assertion)s?\)", line), line
    assert sum("checked: " in line for line in lines) > 0.8 * len(lines)
    assert any("(2 roads)" in line for line in lines)


def test_the_page_of_theorems_counts_the_checks(book):
    found = folds.count(CHAPTERS.values())
    said = re.search(r'<p class="dg-checks">(.*?)</p>', _page(book, "theorems"), re.DOTALL)[1]
    assert [int(number) for number in re.findall(r"\d+", said)] == list(found)


def test_one_switch_opens_all_folds_and_is_remembered(browser, site):
    with Visit(browser, f"{site}/brains.html") as visit:
        page = visit.page
        switch = page.get_by_role("button", name="Show code")
        assert not any(page.evaluate(OPEN))
        switch.click()
        assert all(page.evaluate(OPEN))
        assert page.locator(".dg-code-switch").inner_text() == "Hide code"
        page.goto(f"{site}/levers.html")
        assert all(page.evaluate(OPEN))
        page.get_by_role("button", name="Hide code").press("Enter")
        page.goto(f"{site}/brains.html")
        assert not any(page.evaluate(OPEN))
        assert visit.complaints == []


def test_a_fold_opens_by_keyboard_and_copies_its_code(browser, site):
    with Visit(browser, f"{site}/brains.html") as visit:
        fold = visit.page.locator("details.dg-check").first
        fold.locator("summary").press("Enter")
        assert fold.evaluate("(fold) => fold.open")
        assert fold.locator("button.copybtn").count() == fold.locator(".cell_input").count()


def test_folds_open_without_scripts_and_outputs_stay(browser, site):
    with Visit(browser, f"{site}/brains.html", scripts=False) as visit:
        page = visit.page
        assert not page.locator(".dg-code-switch").is_visible()
        code = page.locator("details.dg-code pre").first
        assert not code.is_visible()
        page.locator("details.dg-code summary").first.click()
        assert code.is_visible()
        assert page.locator("dl.dg-values").first.is_visible()
        assert page.locator(".dg-table table").first.is_visible()


@pytest.mark.parametrize(("scheme", "dark"), [("light", False), ("dark", True)])
def test_without_scripts_a_page_has_the_colours_of_the_readers_system(browser, site, scheme, dark):
    with Visit(browser, f"{site}/brains.html", scripts=False, scheme=scheme) as visit:
        colour = "(element) => getComputedStyle(element).color.match(/[\\d.]+/g).slice(0, 3).map(Number)"
        text = visit.page.locator("article p").first.evaluate(colour)
        link = visit.page.locator("article a.reference:not(.dg-term)").first.evaluate(colour)
        assert (sum(text) > 380) == dark
        assert link != text
        assert (
            visit.page.locator(".dg-table td").first.evaluate("(cell) => getComputedStyle(cell).borderBottomStyle")
            == "solid"
        )


def test_reduced_motion_moves_nothing(browser, site):
    with Visit(browser, f"{site}/brains.html") as visit:
        visit.page.emulate_media(reduced_motion="reduce")
        seconds = visit.page.locator("a").first.evaluate("(link) => getComputedStyle(link).transitionDuration")
        assert max(float(one.rstrip("s")) for one in seconds.split(", ")) < 0.001


@pytest.mark.parametrize("name", WITH_CODE)
def test_a_sentence_leads_to_what_a_cell_gives_and_code_stands_below(book, name):
    page = _page(book, name)
    assert not re.search(r'<details class="dg-code(?:(?!<details).)*</details>\s*<div class="cell_output', page, re.S)


@pytest.mark.parametrize("name", ["placement", "processors", "token"])
def test_the_line_for_code_hangs_at_the_edge_of_its_output(browser, site, name):
    with Visit(browser, f"{site}/{name}.html", live=False) as visit:
        for fold in visit.page.locator(".cell_output + details.dg-code").all():
            line, output = fold.locator("summary").bounding_box(), fold.locator("xpath=..").bounding_box()
            assert line["x"] > output["x"] + output["width"] / 2
            assert line["x"] + line["width"] <= output["x"] + output["width"] + 1
