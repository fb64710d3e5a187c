"""Every page against the rules of axe-core, in both themes, on a desk and on a phone."""

from pathlib import Path

import axe_playwright_python
import pytest

from browser import Visit
from conftest import ROOT
from datagravity.site.build import Book

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
#: Pages that are no chapters: what is written from the package, and a page of its source.
OTHERS = ["glossary", "package", "_modules/datagravity/law", "genindex", "search"]
PAGES = [*(chapter.stem for chapter in Book(ROOT).chapters()), *OTHERS]
#: Rules that axe leaves out unless it is asked.
ALSO = ["label-content-name-mismatch", "target-size"]
RUN = """(also) => axe.run(document, {
  resultTypes: ["violations"], rules: Object.fromEntries(also.map((rule) => [rule, {enabled: true}])),
}).then((found) => found.violations.map((rule) => [rule.id, rule.nodes.map((node) => node.html.slice(0, 200))]))"""


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (390, "light"), (390, "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_keeps_the_rules(browser, site, name, width, scheme):
    with Visit(browser, f"{site}/{name}.html", width=width, scheme=scheme) as visit:
        # Colours as they end up, not half-way through a transition.
        visit.page.add_style_tag(content="* { transition: none !important; animation: none !important; }")
        visit.page.evaluate(AXE)
        assert visit.page.evaluate(RUN, ALSO) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_320_pixels_does_not_scroll_sideways(browser, site, name):
    """As at 1,280 pixels and four times the size."""
    with Visit(browser, f"{site}/{name}.html", width=320) as visit:
        width = visit.page.evaluate("[document.scrollingElement.scrollWidth, window.innerWidth]")
        assert width[0] <= width[1]


def test_the_keyboard_shows_where_it_is(browser, site):
    with Visit(browser, f"{site}/brains.html") as visit:
        page = visit.page
        seen = set()
        for _ in range(60):
            page.keyboard.press("Tab")
            tag, outline, width = page.evaluate(
                "() => { const here = document.activeElement; const style = getComputedStyle(here);"
                "return [here.tagName, style.outlineStyle, parseFloat(style.outlineWidth)]; }"
            )
            seen.add(tag)
            assert tag == "BODY" or (outline != "none" and width >= 2), tag
        assert {"A", "BUTTON", "SUMMARY"} <= seen
