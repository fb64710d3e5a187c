"""A book of hostile tables, built and read in a browser: nothing runs, is fetched or cut off, and text stays text."""

import re
import shutil
import threading

import pytest

import hostile
from browser import Visit
from conftest import ROOT, build, write_book, write_chapter
from datagravity.site.server import Server

CHART = "from datagravity.charts import processors as charts\ncharts.disjunction_constants_by_memory()"
TABLE = (
    "from datagravity import load\nfrom datagravity.chapter import table\n"
    "table(load('pim')[['system', 'workload', 'notes']], caption='Reports')"
)


@pytest.fixture(scope="module")
def small_book_of_hostile_tables(tmp_path_factory):
    """A small book whose chapter has a chart and a table, and a page for each hostile table; texts by table."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "book").mkdir()
    write_chapter(root / "book" / "one.md", CHART, TABLE)
    # Its chapter reads its own tables.
    shutil.copytree(ROOT / "src", root / "src", ignore=shutil.ignore_patterns("__pycache__"))
    book = write_book(root, ["one"])
    texts = hostile.spoil(root / "data", root / "book" / "references.bib")
    run = build(root)
    assert run.returncode == 0, run.stderr
    server = Server(book.html)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield book, server.address, texts
    server.shutdown()
    thread.join()
    server.server_close()


def test_nothing_of_a_hostile_table_runs_is_fetched_or_cuts_a_page_off(small_book_of_hostile_tables, browser):
    book, address, texts = small_book_of_hostile_tables
    assert len(texts) > 20
    pages = ["one", "data/energy", "data/pim", "data/brain", "data/related_papers", "data/claims"]
    assert {name: hostile.harm(browser, f"{address}/{name}.html") for name in pages} == {name: [] for name in pages}
    for table, own in texts.items():
        files = [book.html / "data" / f"{table}.html", book.html / "data" / f"{table}.rows.js"]
        said = "".join(file.read_text(encoding="utf-8") for file in files if file.exists())
        lost = [text for text in own if not any(way in said for way in hostile.in_html(text))]
        assert lost == [], table
    with Visit(browser, f"{address}/one.html") as visit:
        assert visit.live_charts == visit.figures == 1
        told = visit.page.locator(".dg-table-live").text_content()
        assert any(text in told for text in texts["pim"])


def test_no_page_of_it_holds_a_script_or_a_handler(small_book_of_hostile_tables):
    book, *_ = small_book_of_hostile_tables
    for path in sorted(book.html.rglob("*.html")):
        if "_static" in path.parts:
            continue
        page = path.read_text(encoding="utf-8")
        assert page.rstrip().endswith("</html>"), path.name
        assert not [body for body in re.findall(r"<script\b[^>]*>(.*?)</script>", page, re.DOTALL) if "alert" in body]
        assert not re.search(r"<(?:img|svg|iframe|style|base|meta)\b[^<>]*alert", page), path.name
