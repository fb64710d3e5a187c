"""Tests that need no table are known as such, and what one opens is seen."""

import re
import shutil
import subprocess
import sys

import pytest

from conftest import ROOT
from datagravity.evidence import load
from opening import WITHOUT_TABLES, opening


def test_what_is_opened_is_seen():
    with opening() as opened:
        pass
    assert opened == set()
    load("energy")
    with opening() as opened:
        load("energy")  # read before, and remembered
        (ROOT / "book" / "intro.md").exists()
        (ROOT / "book" / "results.json").read_text(encoding="utf-8")
        (ROOT / "README.md").read_text(encoding="utf-8")
        subprocess.run([sys.executable, "-c", ""], check=True)
    assert opened >= {"table energy", "book/results.json", f"the program {sys.executable}"}
    assert not any("README" in one or "intro" in one for one in opened)


@pytest.mark.parametrize("name", sorted(WITHOUT_TABLES))
def test_a_file_of_tests_without_tables_takes_nothing_from_one_that_may_have_read_some(name):
    code = (ROOT / "tests" / name).read_text(encoding="utf-8")
    assert not re.search(r"^\s*(?:from|import) test_", code, re.MULTILINE)


FILE = """
import pytest

def test_it(request):
    {read}

@pytest.fixture
def made():
    {read}

def test_its_fixture(made):
    pass
"""


@pytest.mark.slow
def test_a_test_that_opens_a_table_after_all_fails(tmp_path):
    """In a run of its own, with the hooks of the real one."""
    tests = tmp_path / "tests"
    for folder in ("tests", "data", "book"):
        (tmp_path / folder).mkdir()
    for name in ("tests/conftest.py", "tests/opening.py", "book/references.md"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / "data" / "a.csv").write_text("a\n", encoding="utf-8")
    read = f"open({str(tmp_path / 'data' / 'a.csv')!r}).close()"
    (tests / "test_law.py").write_text(FILE.format(read=read), encoding="utf-8")
    (tests / "test_brains.py").write_text(FILE.format(read=read), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests"]
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "2 failed, 2 passed" in run.stdout, run.stdout + run.stderr
    assert "data/a.csv: test_law.py is in WITHOUT_TABLES, expected nothing of the book" in run.stdout
