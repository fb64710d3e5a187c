import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from playwright.sync_api import sync_playwright

from chromium import find_chromium
from datagravity import paths
from datagravity.site.build import Book
from editing import SMALL

ROOT = Path(__file__).resolve().parents[1]
# No test depends on time: how long an example takes says how busy the machine is.
settings.register_profile("book", deadline=None)
settings.load_profile("book")
# A browser under test asks nothing of its maker, and root has no sandbox.
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def build(root):
    """What `make book` runs, as a reader's terminal sees it: status, output, errors."""
    command = [sys.executable, "-m", "datagravity", "book", "--root", str(root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


#: What a test needs that takes a build: `make quick` leaves such tests out.
BUILT = {"book", "site", "browser", "small_book"}


def pytest_collection_modifyitems(items):
    for item in items:
        if BUILT & set(getattr(item, "fixturenames", ())):
            item.add_marker("built")


@pytest.fixture(scope="session")
def book(tmp_path_factory, worker_id):
    """The real book, built once for all workers of a run."""
    # The base folder of one worker lies in that of the run.
    folder = tmp_path_factory.getbasetemp()
    with FileLock((folder if worker_id == "master" else folder.parent) / "book.lock"):
        run = build(ROOT)
    assert run.returncode == 0, run.stderr
    return Book(ROOT)


@pytest.fixture(scope="session")
def site(book):
    """The address of the real book on a local server."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=book.html))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser():
    path = find_chromium()
    assert path, "Chromium is missing: `make test` says how to get it"
    arguments = ARGUMENTS + (["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def small_book(tmp_path):
    """A whole book of two short chapters, with the real configuration and the real tables."""
    root = tmp_path / "small"
    (root / "book").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src" / "helper.py").write_text("answer = 42\n")
    (root / "requirements.lock").write_text("numpy==2.4.6\n")
    shutil.copytree(ROOT / "data", root / "data")
    shutil.copyfile(ROOT / "_config.yml", root / "_config.yml")
    for name in ["references.bib", "favicon.svg"]:
        shutil.copyfile(ROOT / "book" / name, root / "book" / name)
    (root / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: one\n- file: two\n")
    (root / "book" / "index.md").write_text("# Small\n\nProse.\n")
    header = (ROOT / "book" / "references.md").read_text().split("\n---\n")[0] + "\n---\n"
    cell = "```{code-cell} ipython3\nfrom datagravity.chapter import glue\nglue('answer', 42)\n```\n"
    for name in ["one", "two"]:
        text = f"{header}\n# Chapter {name}\n\n{cell}\nThe answer is {{glue:text}}`answer`.\n"
        (root / "book" / f"{name}.md").write_text(text)
    return Book(root)


@pytest.fixture
def folder(tmp_path):
    """A copy of `data`, which a test may break."""
    return shutil.copytree(ROOT / "data", tmp_path / "data")


@pytest.fixture
def small(tmp_path, monkeypatch):
    """The folder of tables that the package reads during this test: a copy of the small, frozen ones of the tests."""
    folder = shutil.copytree(SMALL, tmp_path / "data")
    monkeypatch.setattr(paths, "DATA", folder)
    monkeypatch.setattr(paths, "REFERENCES", folder / "references.bib")
    return folder
