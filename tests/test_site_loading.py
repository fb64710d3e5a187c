"""What built pages load and run: nothing of another host, no script of their own text, and formulas without any."""

import re

import pytest

from browser import Visit, wait_for
from conftest import ROOT
from datagravity.site import theme
from datagravity.site.build import Book

#: Pages that are no chapters: what is written from the package, and a page of its source.
OTHERS = ["glossary", "package", "_modules/datagravity/law", "genindex", "search"]
PAGES = [*(chapter.stem for chapter in Book(ROOT).chapters()), *OTHERS]
#: Set before anything of a page runs: what the policy refuses.
REFUSED = """
window.refused = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.refused.push([event.violatedDirective, event.blockedURI, event.sample].join(" ")));
"""


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_refuses_nothing_that_a_page_does(browser, site, name):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.add_init_script(REFUSED)
    page.goto(f"{site}/{name}.html?q=gravity", wait_until="load")
    for figure in page.locator("figure.dg-chart").all():
        figure.scroll_into_view_if_needed()
    if page.locator("figure.dg-chart").count():
        wait_for(page, "document.documentElement.dataset.charts === 'ready'")
        page.evaluate(
            "Promise.all(Array.from(document.querySelectorAll('figure.dg-chart'), (one) => one.chart.start()))"
            ".then(() => true)"
        )
    page.locator(".theme-switch-button:visible").first.click()
    assert page.evaluate("refused") == []
    assert page.evaluate("document.querySelector('meta[http-equiv=Content-Security-Policy]').content") == theme.POLICY
    context.close()


def test_the_policy_refuses_a_script_in_a_page(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        visit.page.evaluate(
            "() => { const script = document.createElement('script'); script.textContent = 'window.stray = 1';"
            " document.body.append(script); document.body.setAttribute('onclick', 'window.stray = 2');"
            " document.body.click(); }"
        )
        assert visit.page.evaluate("window.stray === undefined")
        assert any("Content Security Policy" in text for text in visit.complaints)


def test_no_page_holds_a_script_a_handler_or_an_address_without_digest(book):
    pages = sorted(book.html.glob("*.html"))
    assert len(pages) > 20
    for path in pages:
        page = path.read_text(encoding="utf-8")
        for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL):
            assert 'type="application/json"' in attributes or not body.strip(), (path.name, body[:80])
        assert not re.search(r"<[a-z][^<>]*\son[a-z]+=\"", re.sub(r"<script.*?</script>", "", page, flags=re.DOTALL))
        for address in re.findall(r'(?:src|href)="((?:_static/|searchindex)[^"]*)"', page):
            assert re.fullmatch(r"[^?]+\?v=[0-9a-f]{10}", address), (path.name, address)
            assert (book.html / address.partition("?")[0]).is_file(), (path.name, address)
        assert page.count('rel="stylesheet"') <= 2


def test_nothing_of_the_icon_library_and_of_mathjax_is_left(book):
    names = " ".join(path.name.lower() for path in book.html.rglob("*"))
    for gone in ["fontawesome", "fa-solid", "mathjax", "tex-svg", "thebe", ".map"]:
        assert gone not in names, gone
    # A font of icons that pages name, and of no other.
    assert (book.html / "_static" / "site.css").read_text(encoding="utf-8").count("@font-face") == 2


@pytest.mark.parametrize("name", ["foundations", "origins", "theorems"])
def test_formulas_need_no_script_and_no_sideways_scroll(browser, site, name):
    for width in (390, 320):
        with Visit(browser, f"{site}/{name}.html", width=width, scripts=False) as visit:
            formulas = visit.page.locator(".bd-article math")
            assert formulas.count() > 40
            sizes = formulas.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")
            assert min(sizes) > 5
            # Formulas stay inside the column, or inside a box that scrolls.
            outside = formulas.evaluate_all(
                """(all) => all.filter((one) => {
                  for (let box = one; box.tagName !== "BODY"; box = box.parentElement) {
                    if (["auto", "scroll", "hidden"].includes(getComputedStyle(box).overflowX)) return false;
                  }
                  return one.getBoundingClientRect().right > window.innerWidth;
                }).map((one) => one.textContent)"""
            )
            assert outside == []


def test_formulas_are_drawn_in_their_font_and_read_as_mathematics(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        assert visit.page.evaluate("document.fonts.ready.then(() => document.fonts.check('16px Formulas'))")
        assert visit.page.evaluate("Array.from(document.fonts).find((font) => font.family === 'Formulas').status") == (
            "loaded"
        )
        line = visit.context.new_cdp_session(visit.page)
        tree = line.send("Accessibility.getFullAXTree")["nodes"]
        assert sum(node["role"]["value"] in ("MathMLMath", "math") for node in tree) > 50


def test_a_wide_formula_scrolls_by_keys(browser, site):
    with Visit(browser, f"{site}/shares.html", width=320) as visit:
        wait_for(visit.page, "document.querySelector('.dg-formula[tabindex], .math[tabindex]') !== null")
        boxes = visit.page.locator(".dg-formula, span.math").evaluate_all(
            "(all) => all.map((box) => [box.scrollWidth > box.clientWidth, box.tabIndex === 0])"
        )
        assert any(wide for wide, _ in boxes)
        assert all(wide == reached for wide, reached in boxes)


def test_numbered_formulas_keep_number_anchor_and_links(book):
    numbers, linked = {}, set()
    for path in sorted(book.html.glob("*.html")):
        page = path.read_text(encoding="utf-8")
        for anchor, number in re.findall(r'id="(equation-[^"]+)">\s*<span class="eqno">\((\d+)\)', page):
            numbers[path.name, anchor] = number
        for link, anchor, number in re.findall(r'href="([^"#]*)#(equation-[^"]+)">\((\d+)\)</a>', page):
            linked.add((link or path.name, anchor, number))
    assert sorted(map(int, numbers.values())) == list(range(1, len(numbers) + 1))
    assert len(numbers) > 10
    assert len(linked) > 5
    assert all(numbers[name, anchor] == number for name, anchor, number in linked)


def test_switches_of_the_theme_work(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        page = visit.page
        theme_of = "document.documentElement.dataset.theme"
        seen = []
        for _ in range(3):
            page.locator(".theme-switch-button:visible").first.click()
            seen.append(page.evaluate(theme_of))
        assert set(seen) == {"light", "dark"}
        # Icons are drawn: each is a letter of the font of icons.
        for icon in ["fa-bars", "fa-download", "fa-expand"]:
            box = page.locator(f".bd-header-article .{icon}:visible").first.bounding_box()
            assert box["width"] > 8, icon
        page.locator(".primary-toggle:visible").click()
        assert page.locator("#pst-primary-sidebar").evaluate("(bar) => bar.classList.contains('pst-sidebar-hidden')")
        page.locator(".dropdown-download-buttons > button").click()
        assert page.locator(".btn-download-notebook-button").is_visible()
        page.evaluate("window.print = () => { window.printed = true; }")
        page.locator("[data-action=print]").click()
        assert page.evaluate("window.printed")
        page.locator("[data-action=fullscreen]").click()
        wait_for(page, "document.fullscreenElement !== null")
        assert visit.complaints == []


def test_light_or_dark_is_kept_and_known_before_the_page_is_drawn(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        while visit.page.evaluate("document.documentElement.dataset.mode") != "dark":
            visit.page.locator(".theme-switch-button:visible").first.click()
        # Only what runs before the body sets it: the script of the theme is held back.
        visit.page.route("**/site.js*", lambda route: route.abort())
        visit.page.goto(f"{site}/gravity.html", wait_until="domcontentloaded")
        assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_follows_the_system_is_light_or_dark_before_the_page_is_drawn(browser, site, scheme):
    with Visit(browser, "about:blank", scheme=scheme) as visit:
        visit.page.route("**/site.js*", lambda route: route.abort())
        visit.page.goto(f"{site}/gravity.html", wait_until="domcontentloaded")
        assert visit.page.evaluate("({...document.documentElement.dataset})")["theme"] == scheme


def test_the_sidebar_of_a_phone_opens_and_closes(browser, site):
    with Visit(browser, f"{site}/placement.html", width=390) as visit:
        visit.page.locator(".primary-toggle:visible").click()
        modal = visit.page.locator("#pst-primary-sidebar-modal")
        assert modal.evaluate("(dialog) => dialog.open")
        visit.page.keyboard.press("Escape")
        assert not modal.evaluate("(dialog) => dialog.open")


def test_search_opens_by_key_and_finds(browser, site):
    with Visit(browser, f"{site}/placement.html") as visit:
        visit.page.keyboard.press("Control+k")
        visit.page.locator("#pst-search-dialog input[name=q]").fill("virial")
        visit.page.keyboard.press("Enter")
        visit.page.wait_for_selector("#search-results li a[href*='shares.html']")
        assert visit.complaints == []
