"""What every chapter keeps to, read from its source."""

import ast
import functools
import re

import jupytext
import pytest

from conftest import ROOT
from datagravity.site import checked, glossary, package_page
from datagravity.site.build import Book
from datagravity.site.folds import kind

CHAPTERS = {path.stem: path for path in Book(ROOT).chapters()}
LECTURES = [name for name in CHAPTERS if name not in ("index", "theorems", "survey", "references")]
# A line of 80 characters fits the column of a page at desktop width.
LONGEST_CELL, LONGEST_LINE = 25, 80


@functools.cache
def notebook(name):
    return jupytext.read(CHAPTERS[name])


def cells(name, kind, hidden=True):
    """The sources of a chapter's cells of one kind; without those that the page leaves out, if `hidden` is False."""
    every = [cell for cell in notebook(name).cells if cell.cell_type == kind]
    return [cell.source for cell in every if hidden or "remove-cell" not in cell.metadata.get("tags", [])]


def code(name):
    return ast.parse("\n".join(cells(name, "code")))


@pytest.mark.slow
@pytest.mark.parametrize("name", CHAPTERS)
def test_cells_are_short_and_define_nothing(name):
    for cell in cells(name, "code"):
        assert len(cell.splitlines()) <= LONGEST_CELL, cell
    for cell in cells(name, "code", hidden=False):
        assert max(map(len, cell.splitlines())) <= LONGEST_LINE, cell
    for node in ast.walk(code(name)):
        assert not isinstance(node, ast.FunctionDef | ast.ClassDef), f"line {node.lineno}: it belongs into the package"


@pytest.mark.parametrize("name", LECTURES)
def test_most_cells_are_a_few_lines(name):
    lengths = sorted(len(cell.splitlines()) for cell in cells(name, "code", hidden=False))
    assert lengths[len(lengths) // 2] <= 6


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_opens_with_a_question_and_ends_with_takeaway_and_problem(name):
    prose = "\n\n".join(cells(name, "markdown"))
    opening = prose.split("\n\n")[1]
    assert "?" in opening
    assert prose.count(":class: takeaway") == 1
    assert prose.count("```{exercise}") == prose.count("```{solution-start}") == prose.count("```{solution-end}") == 1
    assert prose.index(":class: takeaway") < prose.index("```{exercise}")
    answer = CHAPTERS[name].read_text(encoding="utf-8").split("```{solution-start}")[1]
    assert "```{code-cell}" in answer


@pytest.mark.parametrize("name", LECTURES)
def test_a_lecture_labels_its_results_and_checks_them(name):
    text = CHAPTERS[name].read_text(encoding="utf-8")
    assert {"abstract", "reconstruction", "extension"} & set(re.findall(r"\{\.label-(\w+)\}", text))
    assert not re.search(r"\[(abstract|reconstruction|extension)\](?!\{\.label-\1\})", text)
    assert any(kind(cell).assertions for cell in cells(name, "code"))


def test_every_chapter_is_in_the_contents_and_nothing_else_is():
    # The glossary is written from the registries, the reference from docstrings, and nothing in them runs.
    written = {checked.PAGE, glossary.PAGE, package_page.PAGE}
    assert {path.name for path in (ROOT / "book").glob("*.md")} == {f"{name}.md" for name in CHAPTERS} | written
    assert {path.stem for path in (ROOT / "book").glob("*.ipynb")} == set(CHAPTERS)


@pytest.mark.slow
def test_every_citation_is_in_the_bibliography_and_every_entry_is_used():
    from datagravity import load, tables

    keys = set(load("sources")["key"])
    cited = {
        key.strip()
        for path in CHAPTERS.values()
        for group in re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", path.read_text(encoding="utf-8"))
        for key in group.split(",")
    }
    assert cited <= keys
    frames = [load(name) for name in tables() if name != "sources"]
    columns = [frame[column].dropna() for frame in frames for column in ("source", "second_source") if column in frame]
    in_tables = {key for column in columns for cell in column for key in cell.split(";")}
    assert keys == in_tables | cited
