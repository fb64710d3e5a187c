"""Every chapter is two files that say the same, and nothing is lost between them."""

import io
import json
import os
import shutil
import subprocess
import sys

import jupytext
import pytest
from jupytext.compare import compare_notebooks

from conftest import ROOT, write_book
from datagravity.command.line import main
from datagravity.site import notebooks
from datagravity.site.build import Book

CHAPTERS = Book(ROOT).chapters()


@pytest.mark.slow
@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_pair_agrees_and_holds_no_outputs(chapter):
    assert notebooks.difference(chapter) == ""
    notebook = json.loads(notebooks.notebook_of(chapter).read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    identifiers = [cell["id"] for cell in notebook["cells"]]
    assert len(set(identifiers)) == len(identifiers)


@pytest.mark.slow
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


def edit(notebook, sentence):
    """What JupyterLab or VS Code leave of a reader's edit."""
    edited = jupytext.read(notebook)
    edited.cells[0].source += f"\n\n{sentence}"
    jupytext.write(edited, notebook)


def append(source, sentence):
    source.write_text(f"{source.read_text(encoding='utf-8')}\n{sentence}\n", encoding="utf-8")


def git(folder, *arguments):
    who = ["-c", "user.name=a", "-c", "user.email=a@a.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.slow
@pytest.mark.parametrize("with_git", [True, False])
def test_which_of_a_pair_was_edited_is_known_from_the_last_sync_or_the_last_commit(pair, with_git):
    if with_git:
        git(pair.parent, "init")
        git(pair.parent, "add", pair.name, pair.with_suffix(".ipynb").name)
        git(pair.parent, "commit", "-m", "A pair")
    else:
        notebooks.write_notebook(pair)
    assert notebooks.edited(pair) == set()
    append(pair, "A sentence of the source.")
    assert notebooks.edited(pair) == {".md"}
    edit(pair.with_suffix(".ipynb"), "A sentence of the notebook.")
    assert notebooks.edited(pair) == {".md", ".ipynb"}
    notebooks.write_notebook(pair)
    assert notebooks.edited(pair) == set()
    append(pair, "Another.")
    assert notebooks.edited(pair) == {".md"}
    notebooks.write_notebook(pair)
    edit(pair.with_suffix(".ipynb"), "A sentence of the notebook.")
    assert notebooks.edited(pair) == {".ipynb"}


@pytest.fixture
def some_pairs(tmp_path):
    """A book of three real chapters with their notebooks, as after a sync."""
    root = tmp_path / "root"
    (root / "book").mkdir(parents=True)
    names = ["brains", "gravity", "theorems"]
    for name in names:
        for suffix in (".md", ".ipynb"):
            shutil.copy(ROOT / "book" / f"{name}{suffix}", root / "book")
    made = write_book(root, names)
    assert main(["sync", "--root", str(root), "--force"]) == 0
    return made.source


@pytest.mark.slow
def test_sync_overwrites_no_edited_notebook_without_asking(some_pairs, capsys, monkeypatch):
    edited, other = some_pairs / "gravity.ipynb", some_pairs / "brains.ipynb"
    sync = ["sync", "--root", str(some_pairs.parent)]
    append(some_pairs / "brains.md", "A sentence of the source.")
    edit(edited, "A sentence of the notebook.")
    before = {path: path.read_bytes() for path in sorted(some_pairs.glob("*.*"))}
    for answer in ("", "n\n"):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        assert main(sync) == 1
        said = capsys.readouterr().err
        assert "gravity.ipynb was edited, and gravity.md does not say the same." in said
        assert "brains" not in said
        assert "make sync-back NB=book/gravity.ipynb" in said
        assert "make sync FORCE=1" in said
        assert {path: path.read_bytes() for path in sorted(some_pairs.glob("*.*"))} == before

    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(sync) == 0
    assert "sentence of the notebook" not in edited.read_text(encoding="utf-8")
    assert "sentence of the source" in other.read_text(encoding="utf-8")
    edit(edited, "A sentence of the notebook.")
    assert main([*sync, "--force"]) == 0
    assert "sentence of the notebook" not in edited.read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_conflict_of_a_pair_is_explained(some_pairs, capsys):
    source, notebook = some_pairs / "gravity.md", some_pairs / "gravity.ipynb"
    append(source, "A sentence of the source.")
    edit(notebook, "A sentence of the notebook.")
    assert main(["sync", "--root", str(some_pairs.parent)]) == 1
    assert "So was gravity.md." in capsys.readouterr().err
    assert main(["sync-back", str(notebook), "--yes"]) == 0
    said = capsys.readouterr().err
    assert "-A sentence of the source." in said
    assert "+A sentence of the notebook." in said
    assert "gravity.md was edited too since the last sync" in said

    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(f"<<<<<<< HEAD\n{text}=======\n{text}>>>>>>> other\n", encoding="utf-8")
    assert main(["sync", "--root", str(some_pairs.parent)]) == 1
    said = capsys.readouterr().err
    assert "both sides of a merge" in said
    assert "delete gravity.ipynb" in said
    assert main(["sync", "--root", str(some_pairs.parent), "--force"]) == 0
    assert notebooks.difference(source) == ""


@pytest.mark.slow
def test_jupytext_itself_changes_nothing_in_a_pair(some_pairs):
    shutil.copy(ROOT / "pyproject.toml", some_pairs.parent)
    before = {path: path.read_bytes() for path in sorted(some_pairs.glob("*.*"))}
    for files in ([some_pairs / "gravity.md"], [some_pairs / "gravity.ipynb", some_pairs / "brains.ipynb"]):
        command = [sys.executable, "-m", "jupytext", "--sync", *map(str, files)]
        subprocess.run(command, check=True, capture_output=True)
        assert {path: path.read_bytes() for path in sorted(some_pairs.glob("*.*"))} == before
    edit(some_pairs / "gravity.ipynb", "A sentence of the notebook.")
    subprocess.run([*command[:4], str(some_pairs / "gravity.ipynb")], check=True, capture_output=True)
    assert "jupytext_version" not in (some_pairs / "gravity.md").read_text(encoding="utf-8")
    assert "A sentence of the notebook." in (some_pairs / "gravity.md").read_text(encoding="utf-8")


def opened(path):
    """What JupyterLab opens of a notebook."""
    from jupyter_server.services.contents.largefilemanager import LargeFileManager
    from jupytext.sync_contentsmanager import build_sync_jupytext_contents_manager_class

    manager = build_sync_jupytext_contents_manager_class(LargeFileManager)(root_dir=str(path.parent))
    return manager.get(path.name)["content"]


@pytest.mark.slow
@pytest.mark.parametrize("younger", [".md", ".ipynb"])
def test_a_pair_opens_in_jupyterlab_whichever_file_is_younger(some_pairs, younger):
    source = some_pairs / "gravity.md"
    os.utime(source.with_suffix(younger), (2e9, 2e9))
    assert opened(some_pairs / "gravity.ipynb")["cells"][0]["source"].startswith("# ")


@pytest.mark.slow
def test_sync_leaves_no_notebook_younger_than_its_source(some_pairs):
    append(some_pairs / "gravity.md", "A sentence.")
    os.utime(some_pairs / "gravity.md", (1e9, 1e9))
    assert main(["sync", "--root", str(some_pairs.parent)]) == 0
    assert (some_pairs / "gravity.md").stat().st_mtime >= (some_pairs / "gravity.ipynb").stat().st_mtime


def test_sync_back_refuses_what_is_no_notebook(tmp_path, capsys):
    assert main(["sync-back", str(tmp_path / "none.ipynb")]) == 1
    assert "none.ipynb" in capsys.readouterr().err
