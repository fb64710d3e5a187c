"""The whole book as one PDF: title page, contents, every chapter on pages of its own.

The pages of the finished site are joined into one, without what serves a screen only; Chromium prints it with the
site's own style for print. It prints twice: where a chapter begins is known after the first time, and stands in the
contents the second time.
"""

import html
import os
import re
from urllib.parse import unquote, urlsplit

import yaml
from bs4 import BeautifulSoup
from sphinx_external_toc.parsing import parse_toc_yaml

from datagravity import __version__
from datagravity.site import browsers

#: What of a page serves a screen only.
_SCREEN_ONLY = ", ".join(
    [
        "script, style, button, .headerlink, .dg-chart-controls, .dg-table-controls, .dg-screen",
        "figure.dg-chart :is(select, input, form, details)",
    ]
)
#: Attributes that name an element of the same page.
_NAMING = ["for", "aria-labelledby", "aria-describedby", "aria-controls", "headers"]
_STYLE = """
@page { @bottom-center { content: counter(page); font: 9pt sans-serif; } }
@page :first { @bottom-center { content: none; } }
.dg-paper-title {
  height: 220mm; display: flex !important; flex-direction: column; justify-content: center; text-align: center;
}
.dg-paper-title h1 { font-size: 34pt; margin: 0 0 10mm; }
.dg-paper-chapter, .dg-paper-contents { break-before: page; }
.dg-paper-part { margin: 4mm 0 1mm; font-weight: 600; }
.dg-paper-contents ol { list-style: none; padding: 0; margin: 0 0 4mm; }
.dg-paper-contents li a { display: flex; color: inherit; text-decoration: none; }
.dg-paper-contents li a span { flex: 1; border-bottom: 1px dotted #888; margin: 0 2mm 1mm; }
.dg-paper-contents b { min-width: 3em; text-align: right; font-weight: 400; font-variant-numeric: tabular-nums; }
"""


class PdfError(ValueError):
    """The PDF could not be made; the text says what is missing."""


def parts(root):
    """The parts of a book (a list of their titles and the names of their pages), from its table of contents.

    Parameters
    ----------
    root : the book's folder
    """
    contents = parse_toc_yaml(root / "_toc.yml", encoding="utf-8")
    first = contents[contents.root.docname]
    return [("", [contents.root.docname])] + [(tree.caption or "", list(tree.files())) for tree in first.subtrees]


def _renamed(page, anchor=""):
    """What an anchor of a page is called where all pages are one."""
    return f"{page}--{anchor}" if anchor else page


def chapter(text, page, pages):
    """The article of a built page, ready to stand beside those of the other pages.

    Parameters
    ----------
    text : HTML of the page
    page : its name
    pages : names of all pages that are joined; links to others lose their address
    """
    article = BeautifulSoup(text, "html.parser").select_one("article.bd-article")
    for still in article.find_all("noscript"):
        still.unwrap()
    for part in article.select(_SCREEN_ONLY):
        part.decompose()
    for part in article.find_all(True):
        if part.find_parent("svg") or part.name == "svg":
            continue  # the names within a picture are its own
        if part.get("id"):
            part["id"] = _renamed(page, part["id"])
        for name in _NAMING:
            if part.get(name):
                part[name] = " ".join(_renamed(page, one) for one in str(part[name]).split())
        if part.get("src") and not urlsplit(part["src"]).scheme:
            part["src"] = f"html/{part['src']}"
    for link in article.select("a[href], svg a"):
        _redirect(link, page, pages)
    for fold in article.find_all("details"):
        fold["open"] = ""
    return article


def _redirect(link, page, pages):
    """Let a link within the book lead to where its target now stands."""
    attribute = "href" if link.get("href") else "xlink:href"
    target = urlsplit(link.get(attribute) or "")
    if target.scheme or target.netloc:
        return
    to = unquote(target.path).removesuffix(".html") or page
    if to in pages and (target.path or target.fragment):
        link[attribute] = f"#{_renamed(to, unquote(target.fragment))}"
    else:
        del link[attribute]


def _contents(book_parts, titles, starts):
    """The contents with the page on which each chapter starts."""
    lines = []
    for caption, pages in book_parts:
        lines.append(f'<p class="dg-paper-part">{html.escape(caption)}</p>' if caption else "")
        items = (
            f'<li><a href="#{page}">{html.escape(titles[page])}<span></span><b>{starts.get(page, "")}</b></a></li>'
            for page in pages
        )
        lines.append(f"<ol>{''.join(items)}</ol>")
    return f'<nav class="dg-paper-contents" aria-label="Contents"><h2>Contents</h2>{"".join(lines)}</nav>'


def _head(first, title):
    """The head of the joined page: the style sheets of the site, and what sets its formulas if a script does."""
    soup = BeautifulSoup(first, "html.parser")
    sheets = [link["href"] for link in soup.select('head link[rel="stylesheet"]') if not link.find_parent("noscript")]
    links = "".join(f'<link rel="stylesheet" href="html/{sheet}">' for sheet in sheets)
    return f'<meta charset="utf-8"><title>{html.escape(title)}</title>{links}'


def _maths(texts):
    """The scripts that set the formulas of pages; none where they are set already."""
    for text in texts:
        head = BeautifulSoup(text, "html.parser").select("head script")
        scripts = [tag for tag in head if "mathjax" in str(tag).lower()]
        if scripts:
            for tag in scripts:
                if tag.get("src"):
                    tag["src"] = f"html/{tag['src']}"
            return "".join(map(str, scripts))
    return ""


class Paper:
    """The joined page of one book."""

    def __init__(self, book):
        """Join the pages of a built `book` (`build.Book`)."""
        self.parts = parts(book.root)
        pages = [page for _, some in self.parts for page in some]
        texts = {page: (book.html / f"{page}.html").read_text(encoding="utf-8") for page in pages}
        articles = {page: chapter(text, page, set(pages)) for page, text in texts.items()}
        self.titles = {page: _title(article) for page, article in articles.items()}
        self.configuration = yaml.safe_load((book.root / "_config.yml").read_text(encoding="utf-8"))
        self.headings = [
            " ".join(heading.get_text().split())
            for article in articles.values()
            for heading in article.find_all(re.compile("h[1-6]"))
        ]
        self.articles = articles
        self._head = _head(texts[pages[0]], self.configuration["title"]) + _maths(texts.values())
        self._body = "".join(
            f'<section class="dg-paper-chapter" id="{page}" style="page: chapter-{number}">{article}</section>'
            for number, (page, article) in enumerate(articles.items())
        )

    def text(self, starts):
        """The HTML of the whole.

        Parameters
        ----------
        starts : name of a page -> number of the sheet on which it starts
        """
        heads = "".join(
            f"@page chapter-{number} {{ @top-right {{ content: {_css_text(title)}; font: 9pt sans-serif; }} }}\n"
            for number, title in enumerate(self.titles.values())
        )
        footer = BeautifulSoup(self.configuration.get("html", {}).get("extra_footer", ""), "html.parser").get_text()
        words = [self.configuration.get("author", ""), footer.strip() or f"Version {__version__}"]
        title = (
            f'<header class="dg-paper-title"><h1>{html.escape(self.configuration["title"])}</h1>'
            f"{''.join(f'<p>{html.escape(part)}</p>' for part in words)}</header>"
        )
        return (
            f'<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head>{self._head}'
            f'<style>{_STYLE}{heads}</style></head><body><main class="bd-article bd-content">{title}'
            f"{_contents(self.parts, self.titles, starts)}{self._body}</main></body></html>"
        )


def _title(article):
    """The title of a chapter in words."""
    return " ".join(article.find("h1").get_text().split())


def _css_text(text):
    """A text between quotation marks, as a style sheet reads it."""
    return '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'


def sheets(path, names):
    """On which sheet of a PDF each named place stands (name -> number, from 1).

    Parameters
    ----------
    path : of the PDF
    names : of the places
    """
    from pypdf import PdfReader

    reader = PdfReader(path)
    places = {name.lstrip("/"): place for name, place in reader.named_destinations.items()}
    return {name: reader.get_destination_page_number(places[name]) + 1 for name in names if name in places}


def told_once(title, headings):
    """The title of a bookmark, of which Chromium may tell the first line twice and lose the spaces between lines.

    Parameters
    ----------
    title : as the PDF has it
    headings : the headings of the book

    Examples
    --------
    >>> told_once("Where theWhere thelaw ends", ["Where the law ends"])
    'Where the law ends'
    """
    spaced = {re.sub(r"\s", "", heading): heading for heading in headings}
    plain = re.sub(r"\s", "", title)
    twice = [size for size in range(1, len(plain)) if plain[size:].startswith(plain[:size])]
    for size in [0, *twice]:
        if plain[size:] in spaced:
            return spaced[plain[size:]]
    return title


def mend(path, headings, about):
    """Give the bookmarks of a PDF the words of the headings, and the file its title and its author.

    Parameters
    ----------
    path : of the PDF
    headings : the headings of the book
    about : what the file says of itself, as in {"/Title": "Data Gravity"}
    """
    from pypdf import PdfWriter
    from pypdf.generic import NameObject, TextStringObject

    writer = PdfWriter(clone_from=path)
    ahead = [writer.root_object.get("/Outlines")]
    while ahead:
        mark = ahead.pop()
        if mark is None:
            continue
        mark = mark.get_object()
        if "/Title" in mark:
            mark[NameObject("/Title")] = TextStringObject(told_once(str(mark["/Title"]), headings))
        ahead += [mark.get("/First"), mark.get("/Next")]
    writer.metadata = about
    writer.write(path)


def _print(page, file, target):
    """Print the joined page to a PDF, when its formulas are set."""
    page.goto(file.as_uri(), wait_until="load")
    page.evaluate("window.MathJax?.startup?.promise?.then(() => true)")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.pdf(path=target, prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def write(book):
    """Print a built book to `book/_build/data-gravity.pdf`; returns its path and its number of sheets.

    Raises
    ------
    PdfError
        If the site is not built, or the browser or a package that prints is missing.
    """
    path = browsers.find_chromium()
    if path is None or not os.path.exists(path):
        found = f"CHROMIUM={path}" if path else "none"
        raise PdfError(f"Chromium: {found}, expected a browser on the path, or its path in the variable CHROMIUM")
    if not (book.html / "index.html").exists():
        raise PdfError(f"{book.html}: no pages, expected a finished site: `make book` builds it")
    try:
        from playwright.sync_api import sync_playwright
        from pypdf import PdfReader
    except ModuleNotFoundError as error:
        raise PdfError(f"{error.name} is missing: pip install 'datagravity[pdf]'") from None
    paper, joined, target = Paper(book), book.build / "data-gravity.html", book.build / "data-gravity.pdf"
    starts = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.arguments())
        page = browser.new_page(color_scheme="light")
        page.set_default_timeout(0)
        # The contents may move what follows them once, by the width of their own numbers.
        for _ in range(3):
            joined.write_text(paper.text(starts), encoding="utf-8")
            _print(page, joined, target)
            before, starts = starts, sheets(target, paper.titles)
            if starts == before:
                break
        browser.close()
    title = paper.configuration["title"]
    mend(target, [*paper.headings, "Contents", title], {"/Title": title, "/Author": paper.configuration["author"]})
    return target, len(PdfReader(target).pages)
