"""Every chapter is two files that say the same, and nothing is lost between them."""

import io
import json
import shutil

import jupytext
import pytest
from jupytext.compare import compare_notebooks

from conftest import ROOT
from datagravity.command.line import main
from datagravity.site import notebooks
from datagravity.site.build import Book

CHAPTERS = Book(ROOT).chapters()


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_pair_agrees_and_holds_no_outputs(chapter):
    assert notebooks.difference(chapter) == ""
    notebook = json.loads(notebooks.notebook_of(chapter).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    identifiers = [cell["id"] for cell in notebook["cells"]]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_round_trip_loses_nothing(chapter):
    original = jupytext.read(chapter)
    through = jupytext.reads(jupytext.writes(original, fmt="ipynb"), fmt="ipynb")
    text = jupytext.writes(through, fmt=notebooks.FORMAT)
    compare_notebooks(jupytext.reads(text, fmt=notebooks.FORMAT), original, fmt=notebooks.FORMAT)
    # jupytext may quote a header's value differently; the body is the same to the letter.
    body = chapter.read_text(encoding="utf-8").split("\n---\n", 1)[1]
    assert text.split("\n---\n", 1)[1].rstrip() == body.rstrip()


@pytest.fixture
def pair(tmp_path):
    """A copy of one chapter's pair."""
    for suffix in [".md", ".ipynb"]:
        shutil.copy(CHAPTERS[1].with_suffix(suffix), tmp_path)
    return tmp_path / CHAPTERS[1].name


def test_drift_is_seen_in_either_file(pair):
    pair.write_text(pair.read_text() + "\nOne more sentence.\n")
    assert "sentence" in notebooks.difference(pair)
    notebooks.write_notebook(pair)
    assert notebooks.difference(pair) == ""
    notebook = jupytext.read(pair.with_suffix(".ipynb"))
    notebook.cells[1].source += "\nx = 1"
    jupytext.write(notebook, pair.with_suffix(".ipynb"))
    assert notebooks.difference(pair)
    pair.with_suffix(".ipynb").unlink()
    assert "missing" in notebooks.difference(pair)


def test_writing_keeps_cell_ids_and_is_repeatable(pair):
    notebook = notebooks.notebook_of(pair)
    before = notebook.read_bytes()
    assert not notebooks.write_notebook(pair)
    assert notebook.read_bytes() == before
    old = {cell.id for cell in jupytext.read(notebook).cells}
    pair.write_text(pair.read_text() + "\n```{code-cell} ipython3\nx = 1\n```\n")
    assert notebooks.write_notebook(pair)
    new = {cell.id for cell in jupytext.read(notebook).cells}
    assert old < new
    again = notebook.read_bytes()
    notebooks.write_notebook(pair)
    assert notebook.read_bytes() == again


def test_a_new_notebook_is_the_same_for_everyone(pair):
    notebook = notebooks.notebook_of(pair)
    notebook.unlink()
    notebooks.write_notebook(pair)
    first = notebook.read_bytes()
    notebook.unlink()
    notebooks.write_notebook(pair)
    assert notebook.read_bytes() == first


def test_sync_back_shows_the_change_and_takes_it(pair, capsys, monkeypatch):
    path = notebooks.notebook_of(pair)
    header = pair.read_text().split("\n---\n")[0]
    assert main(["sync-back", str(path)]) == 0
    assert "nothing to take" in capsys.readouterr().out

    notebook = jupytext.read(path)
    notebook.cells[0].source += "\n\nA sentence from a notebook."
    jupytext.write(notebook, path)
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["sync-back", str(path)]) == 0
    assert "+A sentence from a notebook." in capsys.readouterr().err
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert main(["sync-back", str(path)]) == 1
    assert "--yes writes without asking" in capsys.readouterr().err
    assert "A sentence from a notebook" not in pair.read_text()

    assert main(["sync-back", str(path), "--yes"]) == 0
    assert "A sentence from a notebook." in pair.read_text()
    assert pair.read_text().split("\n---\n")[0] == header
    assert notebooks.difference(pair) == ""


def test_sync_back_refuses_what_is_no_notebook(tmp_path, capsys):
    assert main(["sync-back", str(tmp_path / "none.ipynb")]) == 1
    assert "none.ipynb" in capsys.readouterr().err
