"""What a book is made from, whether its site is whole, and that one build at a time works in it."""

import os
import shutil
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from datagravity import citations
from datagravity.site import executed
from datagravity.site.book import RESULTS, Book
from datagravity.site.build import BuildError, write_pages
from test_kept import DAMAGES


@pytest.fixture
def made(tmp_path):
    """A book that says it was built."""
    root = tmp_path / "ein Büchlein"
    for name in ("_config.yml", "_toc.yml", "book/one.md", "book/parts/two.md", "data/a.csv"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(f"of {name}")
    book = Book(root)
    (book.html / "data").mkdir(parents=True)
    for name in ("index.html", "data/a.html"):
        (book.html / name).write_text("A page.")
    book.results.write_text("{}")
    book.note_success(book.sources())
    assert book.is_built()
    return book


CHANGES = {
    "a page is gone": lambda made: (made.html / "data" / "a.html").unlink(),
    "a page is another": lambda made: (made.html / "index.html").write_text("A pagf."),
    "a page too many": lambda made: (made.html / "stray.html").write_text(""),
    "a page is a folder": lambda made: ((made.html / "index.html").unlink(), (made.html / "index.html").mkdir()),
    "no site": lambda made: shutil.rmtree(made.html),
    "other results": lambda made: made.results.write_text("{ }"),
    "no results": lambda made: made.results.unlink(),
    "a source": lambda made: (made.data / "a.csv").write_text("other"),
    "a source more": lambda made: (made.data / "b.csv").write_text(""),
    "below a folder": lambda made: (made.source / "parts" / "two.md").write_text("other"),
    "an address": lambda made: os.environ.update(DATAGRAVITY_ADDRESS="https://a.org/"),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", CHANGES)
def test_a_site_that_is_not_as_it_was_built_is_built_again(made, change, monkeypatch):
    monkeypatch.setenv("DATAGRAVITY_ADDRESS", "")
    CHANGES[change](made)
    assert not made.is_built()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_known_of_the_last_build_is_verified(made, damage):
    said = made.built_from.read_bytes()
    changed = said[:-3] + b'42"}}' if damage == "one digit" else DAMAGES[damage](said)
    made.built_from.write_bytes(changed)
    assert not made.is_built()


@pytest.mark.parametrize(
    "name", [".#one.md", "#one.md#", "one.md~", ".one.md.swp", "~$a.xlsx", ".~lock.a.csv#", "b.tmp"]
)
def test_what_an_editor_puts_beside_a_source_is_none(made, name):
    (made.source / name).write_text("of an editor")
    (made.data / name).symlink_to("user@host.1234")
    assert made.is_built()


def test_a_site_may_be_moved(made):
    away = made.root.with_name("away")
    made.root.rename(away)
    assert Book(away).is_built()


def test_a_snapshot_keeps_what_was_there(made, monkeypatch):
    monkeypatch.setattr(citations, "commit_of", lambda root: ("0123456789ab with changes", "2026-11-30"))
    made.take_snapshot()
    monkeypatch.undo()
    frozen = Book(made.root, made.snapshot)
    before = frozen.sources()
    (made.source / "one.md").write_text("edited")
    (made.data / "a.csv").unlink()
    assert (frozen.source / "one.md").read_text() == "of book/one.md"
    assert (frozen.data / "a.csv").read_text() == "of data/a.csv"
    assert (frozen.top / "src" / "datagravity" / "law.py").is_file()
    assert (frozen.top / RESULTS).read_text() == "{}"
    assert frozen.sources() == before
    assert citations.commit_of(frozen.top) == ("0123456789ab with changes", "2026-11-30")
    assert (frozen.html, frozen.results) == (made.html, made.results)
    assert citations.commit_of(made.root) is None


HOLD = """
import sys
from datagravity.site.book import Book
Book(sys.argv[1]).wait_for_others(print)
print("alone", flush=True)
sys.stdin.read()
"""


@pytest.mark.slow
def test_a_second_build_waits_and_says_for_whom(made):
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", HOLD, str(made.root)]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as first:
        assert first.stdout.readline() == "alone\n"
        second = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        assert f"(process {first.pid}, since" in second.stdout.readline()
        shutil.rmtree(made.build)  # as `make clean` does
        assert second.poll() is None
        first.kill()
        assert second.stdout.readline() == "alone\n"
        second.communicate()


#: What the build says of an executed chapter.
ABOUT = {"rests_on": {}, "tables": [], "headlines": [], "seconds": 0.1}


@pytest.mark.parametrize("damage", DAMAGES)
def test_an_executed_chapter_that_is_damaged_is_none(tmp_path, damage):
    path = tmp_path / "executed" / "one.ipynb"
    cell = nbformat.v4.new_code_cell("40 + 2", outputs=[nbformat.v4.new_output("stream", text="42")])
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={executed.KEY: ABOUT | {"rests_on": {"law": "0"}}})
    executed.write(path, notebook)
    assert executed.read(path).cells[0].outputs[0].text == "42"
    assert executed.read(path).metadata[executed.KEY]["rests_on"] == {"law": "0"}
    path.write_bytes(DAMAGES[damage](path.read_bytes()))
    assert executed.read(path) is None


def test_a_folder_in_the_place_of_an_executed_chapter_goes(tmp_path):
    path = tmp_path / "one.ipynb"
    path.mkdir()
    assert executed.read(path) is None
    executed.write(path, nbformat.v4.new_notebook(metadata={executed.KEY: ABOUT.copy()}))
    assert executed.read(path).cells == []


def test_folders_of_the_build_take_the_place_of_files(made):
    made.executed.write_text("a file")
    made.figures.mkdir()
    for name in ("a.json", ".b.json.123-456"):
        (made.figures / name).write_text("")
    made.mend_folders()
    assert not made.executed.exists()
    assert [path.name for path in made.figures.iterdir()] == ["a.json"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("execute: {execute_notebooks: auto}", "execute_notebooks: 'auto', expected \"off\""),
        ("title: A", "execute_notebooks: 'auto', expected \"off\""),
        ("a: [", "expected a configuration of Jupyter Book"),
        ("words", "expected a configuration of Jupyter Book"),
    ],
)
def test_a_configuration_by_which_sphinx_would_execute_is_refused(made, text, said):
    (made.top / "_config.yml").write_text(text)
    with pytest.raises(BuildError, match=rf"^_config\.yml: .*{said}"):
        write_pages(made, [])
    assert (made.html / "index.html").exists()


@pytest.mark.slow
def test_who_serves_a_site_of_other_sources_is_told(made):
    command = [sys.executable, "-m", "datagravity", "serve", "--port", "0", "--root", str(made.root)]
    for said in ["", "The site is not that of the sources as they are: `make book` builds it.\n"]:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
            assert "http://127.0.0.1:" in run.stdout.readline()
            run.kill()
            assert run.stderr.read() == said
        (made.source / "one.md").write_text("edited")


STOP = """
import threading, time
from datagravity.command.waiting import stop_at_once
stop_at_once("Stopped. All is kept.")
threading.Thread(target=time.sleep, args=(600,)).start()
print("runs", flush=True)
time.sleep(600)
"""


def test_ctrl_c_ends_a_build_at_once_and_a_second_one_changes_nothing():
    pipe = subprocess.PIPE
    run = subprocess.Popen([sys.executable, "-c", STOP], stdout=pipe, stderr=pipe, text=True)
    assert run.stdout.readline() == "runs\n"
    for _ in range(2):
        run.send_signal(signal.SIGINT)
        time.sleep(0.001)
    _, errors = run.communicate()
    assert (run.returncode, errors) == (130, "\nStopped. All is kept.\n")
