"""Pages on paper: what a reader who prints one gets, and the whole book as one PDF."""

import re
import subprocess
import sys
from unicodedata import normalize

import pytest
from pypdf import PdfReader

from browser import Visit
from conftest import environment
from datagravity.site import browsers, pdf
from datagravity.site.build import Book

#: The text of what is seen of an article on paper, words that scripts draw left out.
WORDS = """() => {
  const left = "script, style, noscript, svg, mjx-container, math, .math, .headerlink, button, [aria-hidden=true]";
  const walker = document.createTreeWalker(document.querySelector("article.bd-article"), NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!element.closest(left) && element.checkVisibility({visibilityProperty: true})) texts.push(node.data);
  }
  return texts.join(" ");
}"""


def _plain(text):
    """Letters and digits of a text: lines and hyphens fall elsewhere on paper, and letters are joined."""
    return re.sub(r"[^0-9a-z]", "", normalize("NFKC", text).lower())


def _missing(words, paper):
    """The words of some length that are nowhere on the paper."""
    return sorted({word for word in re.findall(r"[A-Za-z]{5,}", words) if _plain(word) not in paper})


@pytest.mark.parametrize("name", ["brains", "systems", "levers"])
def test_a_printed_page_is_whole(browser, site, name, tmp_path):
    with Visit(browser, f"{site}/{name}.html") as visit:
        page = visit.page
        page.emulate_media(media="print")
        # The style alone opens folds and boxes; scripts are not asked.
        width = "(element) => element.scrollWidth - element.clientWidth"
        for box in page.locator("article .dg-table, article pre").all():
            assert box.evaluate(width) <= 1
        rows = page.locator("article tbody tr").count()
        words = page.evaluate(WORDS)
        for chart in page.locator("article figure.dg-chart svg").all():
            box = chart.bounding_box()
            assert box is None or box["width"] <= 1280
        page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    paper = _plain("".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "page.pdf").pages))
    assert rows > 0
    assert _missing(words, paper) == []
    assert "showcode" not in paper
    assert "toggleprimarysidebar" not in paper


@pytest.mark.parametrize(("name", "title"), [("survey", "The survey"), ("data/pim", "Processing in memory")])
def test_a_printed_page_begins_with_its_title(browser, site, name, title, tmp_path):
    with Visit(browser, f"{site}/{name}.html") as visit:
        visit.page.pdf(path=tmp_path / "page.pdf", prefer_css_page_size=True)
    text = PdfReader(tmp_path / "page.pdf").pages[0].extract_text().strip()
    assert text.startswith(title)
    # Once: the theme has a box with the title and a list of sections for paper.
    assert not text[len(title) :].strip().startswith((title, "Contents"))


def test_no_word_of_a_printed_table_is_stacked_and_details_are_text(browser, site):
    with Visit(browser, f"{site}/survey.html", width=643) as visit:
        page = visit.page
        page.emulate_media(media="print")
        for box in page.locator("article .dg-table").all():
            assert box.evaluate("(box) => box.scrollWidth - box.clientWidth") <= 1
        # Each of these words stands in a line.
        words = "td:text-is('none'), td:text-is('reuse')"
        lines = """(cells) => cells.map((cell) => {
          const range = document.createRange();
          range.selectNodeContents(cell);
          return range.getClientRects().length;
        })"""
        assert set(page.locator("article .dg-table").first.locator(words).evaluate_all(lines)) == {1}
        details = page.locator("article .dg-extra").first
        assert details.locator("dt").first.evaluate("(term) => getComputedStyle(term).display") == "inline"
        assert not details.locator(".dg-blanks").first.is_visible()


def test_a_chart_shrinks_to_the_paper(browser, site):
    with Visit(browser, f"{site}/brains.html", width=700) as visit:
        visit.page.emulate_media(media="print")
        visit.page.set_viewport_size({"width": 400, "height": 900})
        for picture in visit.page.locator("figure.dg-chart svg.marks").all():
            assert picture.bounding_box()["width"] <= 400


def test_a_missing_browser_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(browsers, "find_chromium", lambda: None)
    with pytest.raises(pdf.PdfError, match="Chromium: none, expected a browser"):
        pdf.write(Book(tmp_path))


def test_a_missing_site_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(browsers, "find_chromium", lambda: __file__)
    with pytest.raises(pdf.PdfError, match="make book"):
        pdf.write(Book(tmp_path))


PAGE = """<html><head><link rel="stylesheet" href="_static/a.css"></head><body><article class="bd-article">
<h1 id="one">One <a class="headerlink" href="#one">#</a></h1>
<p><a href="two.html#there">there</a> <a href="#one">here</a> <a href="data/x.html">rows</a> <a href="https://a.b">out</a></p>
<figure class="dg-chart"><div class="dg-chart-controls"><select></select></div><script>x</script>
<noscript><svg id="kept"><a xlink:href="references.html#k"></a></svg></noscript></figure>
<details><summary>Code</summary><pre>x</pre></details><button>Show code</button></article></body></html>"""


def test_a_chapter_stands_beside_others():
    article = pdf.chapter(PAGE, "one", {"one", "two", "references"})
    links = {link.get_text(): link.get("href") for link in article.select("p a")}
    assert links == {"there": "#two--there", "here": "#one--one", "rows": None, "out": "https://a.b"}
    assert article.h1["id"] == "one--one"
    assert article.select_one("svg#kept a")["xlink:href"] == "#references--k"
    assert article.details.has_attr("open")
    assert not article.select("script, button, select, noscript, .headerlink")


@pytest.fixture(scope="module")
def printed(book):
    """The PDF of the whole book, its text, and the joined page that it was printed from."""
    command = [sys.executable, "-m", "datagravity", "pdf", "--root", str(book.root)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=environment(book.root))
    assert run.returncode == 0, run.stderr
    reader = PdfReader(book.build / "data-gravity.pdf")
    assert run.stdout.strip().endswith(f"{len(reader.pages)} pages")
    return reader, [page.extract_text() for page in reader.pages], pdf.Paper(book)


def test_the_book_prints_to_a_tagged_pdf_with_its_chapters(printed):
    reader, texts, paper = printed
    assert 100 < len(texts) < 500
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    chapters = [mark["/Title"] for mark in reader.outline if not isinstance(mark, list)]
    assert [title for title in paper.titles.values() if title not in chapters] == []
    # The contents name the sheet on which each chapter begins, and it does.
    starts = pdf.sheets(reader.stream, paper.titles)
    contents = normalize("NFKC", " ".join(texts[1].split()))
    for page, title in paper.titles.items():
        assert f"{title} {starts[page]}" in contents, title
        assert _plain(title) in _plain(texts[starts[page] - 1])
    assert len(set(starts.values())) == len(starts)


def test_no_word_of_the_book_is_cut_and_no_sign_is_missing(printed):
    _, texts, paper = printed
    whole = _plain("".join(texts))
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(texts)
    words = [
        str(text)
        for article in paper.articles.values()
        for text in article.find_all(string=True)
        if not text.find_parent(["svg", "math", "style"]) and not text.find_parent(class_="math")
    ]
    assert len(words) > 10_000
    assert _missing(" ".join(words), whole) == []


def test_every_figure_has_its_words_for_who_does_not_see(printed):
    reader, _, paper = printed
    told = [str(element["/Alt"]) for element in _elements(reader) if "/Alt" in element]
    pictures = [picture for article in paper.articles.values() for picture in article.select("figure svg[aria-label]")]
    assert len(pictures) > 30
    assert [picture["aria-label"] for picture in pictures if picture["aria-label"] not in told] == []


def _elements(reader):
    """The elements of a PDF's tree of tags."""
    ahead = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while ahead:
        element = ahead.pop().get_object()
        if isinstance(element, list):
            ahead += [child for child in element if hasattr(child, "get_object")]
        elif hasattr(element, "get"):
            yield element
            if "/K" in element:
                ahead.append(element["/K"])
