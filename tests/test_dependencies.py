"""After an edit exactly the chapters run again that rest on what was edited."""

import json
import re
import subprocess
import sys

import pytest

from conftest import ROOT, environment
from datagravity import store
from datagravity.modules import Modules
from datagravity.site import executed
from datagravity.site.build import Book
from datagravity.site.dependencies import Dependencies, closure
from datagravity.site.kernels import Kernels

EXECUTE = """
import sys
from datagravity.site.build import Book, execute_chapters
from datagravity.site.dependencies import Dependencies
book = Book(sys.argv[1])
execute_chapters(book, Dependencies(book.data, book.references, book.lock), 2)
"""


def executed_again(book):
    """Run what a build would run now: name of a chapter -> why."""
    command = [sys.executable, "-c", EXECUTE, str(book.root)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment(book.root), check=False)
    assert run.returncode == 0, run.stderr
    rows = re.findall(r"^  \[\d+/\d+\] (\w+)\.md +[\d.]+ s   (.+)$", run.stdout, re.MULTILINE)
    assert f"to execute: {len(rows)}\n" in run.stdout
    return dict(rows)


def kept(book, name):
    return executed.read(book.executed_path(book.source / f"{name}.md")).metadata[executed.KEY]


def append(path, text):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def without_last_row(path):
    path.write_text("\n".join(path.read_text(encoding="utf-8").splitlines()[:-1]) + "\n", encoding="utf-8")


def test_exactly_the_chapters_that_rest_on_an_edited_thing_run_again(own_book):
    book, package = own_book, own_book.root / "src" / "datagravity"
    with_code = {"brain", "runs", "law", "survey"}
    assert executed_again(book) == dict.fromkeys(with_code, "new")
    assert executed_again(book) == {}
    assert set(kept(book, "brain")["tables"]) >= {"brain", "corrections"}
    assert kept(book, "runs")["tables"] == ["corrections", "measured_inference"]
    assert kept(book, "law")["tables"] == []

    append(book.source / "brain.md", "\nMore prose.\n")
    append(book.data / "README.md", "\nMore words.\n")
    assert executed_again(book) == {}

    without_last_row(book.data / "measured_inference.csv")
    assert executed_again(book) == {"runs": "table measured_inference"}
    without_last_row(book.data / "related_claims.csv")
    assert executed_again(book) == {"survey": "table related_claims"}

    description = json.loads((book.data / "datapackage.json").read_text(encoding="utf-8"))
    table = next(table for table in description["resources"] if table["name"] == "brain")
    table["schema"]["fields"][0]["description"] += " (a key)"
    (book.data / "datapackage.json").write_text(json.dumps(description), encoding="utf-8")
    assert executed_again(book) == {"brain": "table brain"}

    append(package / "headlines" / "survey.py", "\n# A remark.\n")
    assert executed_again(book) == {"survey": "datagravity.headlines.survey"}
    append(package / "charts" / "pim.py", "\n# A remark.\n")
    assert executed_again(book) == {}
    resting = {name for name in with_code if "datagravity.law" in kept(book, name)["rests_on"]}
    append(package / "law.py", "\n# A remark.\n")
    assert executed_again(book) == dict.fromkeys(resting, "datagravity.law")
    assert "law" in resting

    (book.source / "law.md").write_text(
        (book.source / "law.md").read_text(encoding="utf-8").replace("saving(100, 2)", "saving(200, 2)"),
        encoding="utf-8",
    )
    assert executed_again(book) == {"law": "its cells"}
    book.executed_path(book.source / "law.md").write_bytes(book.executed_path(book.source / "brain.md").read_bytes())
    assert set(executed_again(book)) == {"law"}
    append(book.lock, "pandas==3.0.0\n")
    assert executed_again(book) == dict.fromkeys(with_code, "requirements.lock")


@pytest.mark.built
@pytest.mark.parametrize("name", ["foundations", "levers", "claims"])
def test_what_a_chapter_imports_while_it_runs_is_seen_in_its_source(name, tmp_path, monkeypatch):
    # Who finds a result imports nothing to compute it.
    monkeypatch.delenv(store.VARIABLE)
    chapter = ROOT / "book" / f"{name}.md"
    with (tmp_path / "log").open("wb") as log, Kernels(log, fork=False) as kernels:
        notebook, report, _ = kernels.execute(chapter)
    seen = closure(Modules(), [cell.source for cell in notebook.cells if cell.cell_type == "code"])
    assert set(report["modules"]) <= seen
    assert f"datagravity.headlines.{name}" in report["modules"]


@pytest.fixture(scope="module")
def modules():
    return Modules()


def test_imports_are_found_in_any_form(modules):
    def found(*cells):
        return closure(modules, cells) - closure(modules, [])

    assert "datagravity.pim" in found("from datagravity.charts import pim") | closure(modules, [])
    for cell in [
        "from datagravity.charts import gravity as charts",
        "import datagravity.charts.gravity",
        "def f():\n    from datagravity.charts.gravity import wells",
        "import datagravity as dg\ndg.charts\nimport datagravity.charts.gravity as g",
        "%matplotlib inline\nimport datagravity.charts.gravity",
    ]:
        assert {"datagravity.charts", "datagravity.charts.gravity"} <= found(cell), cell
    assert "datagravity.headlines.disjunction_constant" in found("headlines('disjunction-constant')")
    assert "datagravity.headlines.gravity" not in found("headlines('disjunction-constant')")
    every = found("name = 'gravity'\nheadlines(name)")
    assert {"datagravity.headlines.gravity", "datagravity.headlines.pim"} <= every
    assert found("this is no Python") == found("import numpy") == set()


@pytest.mark.slow
def test_a_chapter_without_tables_rests_on_cells_python_lock_and_modules():
    book = Book(ROOT)
    notebook = executed.source((book.source / "gravity.md").read_text(encoding="utf-8"))
    rests_on = Dependencies(book.data, book.references, book.lock).of(notebook, [])
    assert {"its cells", "Python", "requirements.lock", "datagravity.charts.gravity"} <= set(rests_on)
    assert all(re.fullmatch("[0-9a-f]{16}", digest) for name, digest in rests_on.items() if name != "Python")
