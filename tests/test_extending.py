"""An extender adds the chip of CONTRIBUTING to a copy of the repository, renews the results; the quick tests pass."""

import os
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT
from datagravity.site import results
from opening import WITHOUT_TABLES
from test_contributing import add_example

pytestmark = pytest.mark.built

# What git does not hold. What chapters of the built book left is kept: those that read nothing new do not run again.
# The store need not be copied, since the environment names it.
NOT_COPIED = (".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "dist", "html", ".doctrees", "store")
NOT_COPIED += ("snapshot",)
#: What `make book` does before it writes pages.
RENEW = """
from datagravity.site.build import Book, check_tables, execute_chapters, write_results
from datagravity.site.dependencies import Dependencies
book = Book(".")
check_tables(book)
dependencies = Dependencies(book.data, book.references, book.lock)
write_results(book, execute_chapters(book, dependencies, 2), dependencies.tables)
"""


def test_a_chip_more_moves_results_and_fails_no_test(book, tmp_path):
    copy = shutil.copytree(book.root, tmp_path / "copy", ignore=shutil.ignore_patterns(*NOT_COPIED))
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(copy / "src")

    def run(*arguments):
        done = subprocess.run([sys.executable, *arguments], cwd=copy, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-4000:]
        return done.stdout

    add_example(copy / "data", copy / "book" / "references.bib")
    run("-m", "datagravity", "data-readme")
    said = run("-c", RENEW)
    old, new = (results.read(root / "book" / "results.json") for root in (ROOT, copy))
    changed = results.compare(old, new)
    assert {line.split(":")[0] for line in changed} >= {"processors.measured_count", "processors.measured_high"}
    assert all(f"\n  {line}\n" in said for line in changed)
    # In one process, since another worker of this run is busy with the other core. What opens nothing of the book has
    # the same answer as in this run, and so has what is about types alone, or compares two copies of the same tables.
    without = [f"--ignore=tests/{name}" for name in sorted({*WITHOUT_TABLES, "test_types.py", "test_notes.py"})]
    assert "passed" in run(
        "-m", "pytest", "-q", "-m", "not built and not slow", "-n", "0", "-p", "no:cacheprovider", *without
    )
