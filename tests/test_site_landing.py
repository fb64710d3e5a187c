"""The first page as a stranger meets it: a picture that answers to keyboard and mouse, and says what it shows."""

import gzip
import re

import pytest

from browser import Visit, wait_for
from datagravity.site import landing


@pytest.fixture
def visit(site, browser):
    with Visit(browser, f"{site}/index.html", settled=True) as found:
        wait_for(found.page, "document.documentElement.dataset.landing === 'live'")
        yield found


def _words(page):
    page.wait_for_timeout(150)
    return page.locator(".dg-landing-words").text_content()


def test_the_first_screen_asks_and_shows(visit):
    asked = " ".join(visit.page.locator("h1 ~ p").first.text_content().split())
    assert re.search(r"costs \d+ \(one operand, measured\) to \d+ \(two, quoted\) times the energy", asked)
    assert visit.page.locator("figure.dg-landing").bounding_box()["y"] < 500
    assert visit.complaints == []


def test_the_keyboard_moves_the_computation_and_a_sentence_says_so(visit):
    slider = visit.page.locator("input[name='places']")
    slider.focus()
    assert f"{landing.OPENING} on one place" in _words(visit.page)
    visit.page.keyboard.press("ArrowRight")
    assert f"{landing.OPENING} on 4 places" in _words(visit.page)
    assert slider.get_attribute("aria-valuetext") == "4 places"


def test_the_sentence_says_the_best_place_of_each_program(visit):
    for program in landing.numbers():
        visit.page.locator("select[name='program']").select_option(program["name"])
        said = landing.sentence(program).removeprefix(f"{program['name']}: ")
        assert _words(visit.page).endswith(f"{said[0].upper()}{said[1:]}")


def test_a_price_of_a_place_lifts_the_bars_and_moves_the_best_place(visit):
    best = visit.page.locator(".dg-landing-best")
    before = float(best.get_attribute("x"))
    slider = visit.page.locator("input[name='price']")
    slider.focus()
    visit.page.keyboard.press("End")
    assert float(best.get_attribute("x")) < before
    assert slider.get_attribute("aria-valuetext") == "1,000,000 pJ a phase"


def test_dragging_the_picture_moves_the_computation(visit):
    visit.page.locator(".dg-landing-bars").scroll_into_view_if_needed()
    box = visit.page.locator(".dg-landing-bars").bounding_box()
    visit.page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 50)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 50, steps=4)
    visit.page.mouse.up()
    assert f"{landing.OPENING} on 256 places" in _words(visit.page)


def test_dragging_the_processor_moves_it_and_cuts_the_data(visit):
    box = visit.page.locator(".dg-landing-tiles").bounding_box()
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.mouse.down()
    visit.page.mouse.move(box["x"] + box["width"] / 8, box["y"] + box["height"] / 8, steps=4)
    visit.page.mouse.up()
    assert f"{landing.OPENING} on 16 places" in _words(visit.page)
    assert float(visit.page.locator(".dg-landing-processor").get_attribute("cx")) == landing.SIDE / 8


def test_without_scripts_the_picture_and_a_sentence_stand_there(site, browser):
    with Visit(browser, f"{site}/index.html", scripts=False) as visit:
        assert max(_bars_still(visit.page)) > 10
        (opening,) = (one for one in landing.numbers() if one["name"] == landing.OPENING)
        assert visit.page.locator(".dg-landing-words").text_content() == landing.sentence(opening)


def _bars_still(page):
    text = page.locator(".dg-landing-stacks").inner_html()
    return [float(height) for height in re.findall(r'data-part="closeness"[^>]* height="([\d.]+)"', text)]


def test_the_page_is_small_without_the_files_of_the_theme(book):
    page = (book.html / "index.html").read_bytes() + (book.html / "_static" / "landing.js").read_bytes()
    assert len(gzip.compress(page)) < 60_000


@pytest.mark.parametrize("width", [320, 390])
def test_a_phone_shows_it_whole(site, browser, width):
    with Visit(browser, f"{site}/index.html", width=width, settled=True) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
