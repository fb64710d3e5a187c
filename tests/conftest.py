import contextlib
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
# What is computed for one test, worker, kernel or nested run is there for all others. Before any module computes.
os.environ.setdefault("DATAGRAVITY_STORE", str(ROOT / "book" / "_build" / "store"))

# A worker to a core: a second thread of BLAS would only wait for the first, and take the other worker's core for it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Every process of a run imports this file, the one that only hands out tests too: what few tests need, they import.


def pytest_sessionstart(session):
    if session.config.pluginmanager.hasplugin("dsession"):
        return  # this process only hands out tests
    from hypothesis import settings

    # No test depends on time: how long an example takes says how busy the machine is.
    settings.register_profile("book", deadline=None)
    settings.load_profile("book")


def build(root, *options):
    """What `make book` runs, as a reader's terminal sees it: status, output, errors."""
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(root), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600, env=environment(root))


def environment(root):
    """The environment of a command about a book: one with a package of its own uses that."""
    own = {"PYTHONPATH": str(root / "src")} if (root / "src" / "datagravity").exists() else {}
    return {**os.environ, **own}


#: What a test needs that takes a build, or a program that is no package of Python: `make quick` leaves such tests out.
BUILT = {"book", "site", "browser", "small_book", "own_book", "small_book_of_hostile_tables", "valgrind"}


def pytest_collection_modifyitems(items):
    """Mark what takes a build, and put it first: the second half of the list needs none, and a second worker has it."""
    for item in items:
        if BUILT & set(getattr(item, "fixturenames", ())):
            item.add_marker("built")
    # The longest test of all runs the others once more.
    items.sort(key=lambda item: (item.path.stem != "test_extending", item.get_closest_marker("built") is None))


_opened = {}


def _watched(path):
    """A context that notes what a file of tests opens, if it is one that should open nothing of the book."""
    import opening

    return opening.opening() if path.name in opening.WITHOUT_TABLES else contextlib.nullcontext(set())


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    with _watched(collector.path) as opened:
        report = yield
    _opened.setdefault(collector.path, set()).update(opened)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    with _watched(item.path) as opened:
        yield
    _opened.setdefault(item.path, set()).update(opened)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    with _watched(item.path) as opened:
        yield
    found = sorted(opened | _opened.pop(item.path, set()))
    assert not found or item.get_closest_marker("built"), (
        f"{', '.join(found)}: {item.path.name} is in WITHOUT_TABLES, expected nothing of the book"
    )


@pytest.fixture(scope="session")
def book(tmp_path_factory, worker_id):
    """The real book, built once for all workers of a run."""
    from filelock import FileLock

    from datagravity.site.book import Book

    # The base folder of one worker lies in that of the run.
    folder = tmp_path_factory.getbasetemp()
    folder = folder if worker_id == "master" else folder.parent
    results = ROOT / "book" / "results.json"
    with FileLock(folder / "book.lock"):
        if not (folder / results.name).exists():
            shutil.copyfile(results, folder / results.name)
        run = build(ROOT)
    assert run.returncode == 0, run.stderr
    book = Book(ROOT)
    # A build renews the results, so whether they were current is seen in what was there before.
    book.results_before = folder / results.name
    return book


@pytest.fixture(scope="session")
def site(book):
    """The address of the real book on a local server."""

    from datagravity.site.server import Server

    server = Server(book.html)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.address
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    from datagravity.site import browsers

    path = browsers.find_chromium()
    assert path, "Chromium is missing: `make test` says how to get it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=browsers.arguments())
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def valgrind():
    """Path of Valgrind; it is missing by intent or not at all."""
    from system_packages import WITHOUT_VALGRIND, find_valgrind, without_valgrind

    path = find_valgrind()
    if path is None and without_valgrind():
        pytest.skip(f"{WITHOUT_VALGRIND}=1: nothing is measured")
    assert path, f"Valgrind is missing: install your system's package `valgrind`, or set {WITHOUT_VALGRIND}=1 to skip"
    return path


@pytest.fixture
def monkeypatch(monkeypatch):
    """As pytest's own. While code is another than its sources say, no result of it outlives the test or is shared.

    Which tables are read, and the environment, a test may change: a result rests on the content of the tables alone.
    """
    from datagravity import paths, reads

    plain = monkeypatch.setattr

    def noted(change):
        def changed(target, *args, **options):
            if target is not paths and target is not os.environ:
                plain(reads, "patch", object())
            change(target, *args, **options)

        return changed

    for name in ("setattr", "delattr", "setitem", "delitem"):
        setattr(monkeypatch, name, noted(getattr(monkeypatch, name)))
    return monkeypatch


HEADER = (ROOT / "book" / "references.md").read_text(encoding="utf-8").split("\n---\n")[0] + "\n---\n"


def write_chapter(path, *cells, prose=""):
    """A chapter with a title, these code cells, and prose below them."""
    code = "".join(f"```{{code-cell}} ipython3\n{cell}\n```\n\n" for cell in cells)
    path.write_text(f"{HEADER}\n# Chapter {path.stem}\n\n{code}{prose}\n", encoding="utf-8")
    return path


def write_book(root, chapters, tables=ROOT / "data"):
    """A book of these chapters (name -> path of the file), with the real configuration and a copy of some tables."""
    from datagravity.site.book import Book

    (root / "requirements.lock").write_text("numpy==2.4.6\n")
    shutil.copytree(tables, root / "data")
    shutil.copyfile(ROOT / "_config.yml", root / "_config.yml")
    shutil.copyfile(ROOT / "book" / "favicon.svg", root / "book" / "favicon.svg")
    references = tables / "references.bib"
    shutil.copyfile(
        references if references.exists() else ROOT / "book" / "references.bib", root / "book" / "references.bib"
    )
    contents = "".join(f"- file: {name}\n" for name in chapters)
    (root / "_toc.yml").write_text(f"format: jb-book\nroot: index\nchapters:\n{contents}")
    (root / "book" / "index.md").write_text("# Small\n\nProse.\n")
    return Book(root)


@pytest.fixture
def folder(tmp_path):
    """A copy of `data`, which a test may break."""
    return shutil.copytree(ROOT / "data", tmp_path / "data")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The folder of tables that the package reads during this test: a copy of the small, frozen ones of the tests."""
    from datagravity import paths
    from editing import SMALL

    folder = shutil.copytree(SMALL, tmp_path / "data")
    monkeypatch.setattr(paths, "DATA", folder)
    monkeypatch.setattr(paths, "REFERENCES", folder / "references.bib")
    return folder


@pytest.fixture
def small_book(tmp_path):
    """A whole book of two short chapters and the small tables of the tests."""
    from editing import SMALL

    root = tmp_path / "small"
    (root / "book").mkdir(parents=True)
    for name in ["one", "two"]:
        cell = "from datagravity.chapter import glue\nglue('answer', 42)"
        write_chapter(root / "book" / f"{name}.md", cell, prose="The answer is {glue:text}`answer`.")
    return write_book(root, ["one", "two"], tables=SMALL)


@pytest.fixture
def own_book(tmp_path):
    """A book with a copy of the package, whose chapters read different tables and import different modules."""
    root = tmp_path / "own"
    (root / "book").mkdir(parents=True)
    cells = {
        "brain": "from datagravity import load\nlen(load('brain'))",
        "runs": "from datagravity.evidence import load\nlen(load('measured_inference'))",
        "law": "from datagravity.law import saving\nsaving(100, 2)",
        "survey": "from datagravity.chapter import headlines\nheadlines('survey')",
        "words": None,
    }
    for name, cell in cells.items():
        write_chapter(root / "book" / f"{name}.md", *([cell] if cell else []), prose="Words.")
    shutil.copytree(ROOT / "src", root / "src")
    return write_book(root, list(cells))
