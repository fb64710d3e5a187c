"""The types that the package promises, as a reader's own type checker sees them."""

import os
import re
import subprocess
import sys

import pytest

import datagravity
from conftest import ROOT

# A reader's checker finds the package by `py.typed`; here it reads the sources.
SOURCES = {"MYPYPATH": str(ROOT / "src")}
TYPES = ROOT / "tests" / "types"


def checked(tmp_path, module, *arguments):
    command = [sys.executable, "-m", module, *arguments]
    environment = {**os.environ, **SOURCES, "MYPY_CACHE_DIR": str(tmp_path)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """What the type checker remembers of numpy and pandas."""
    return tmp_path_factory.mktemp("mypy")


@pytest.mark.slow
def test_a_program_that_keeps_to_the_types_is_accepted(cache):
    run = checked(cache, "mypy", "tests/types/right.py")
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.slow
def test_of_a_program_with_mistakes_each_is_found_and_nothing_else(cache):
    run = checked(cache, "mypy", "tests/types/wrong.py")
    found = {int(line) for line in re.findall(r"wrong\.py:(\d+): error:", run.stdout)}
    lines = (TYPES / "wrong.py").read_text(encoding="utf-8").splitlines()
    assert found == {number for number, line in enumerate(lines, start=1) if line.endswith("# mistake")}, run.stdout


def test_the_programs_use_every_public_name():
    text = (TYPES / "right.py").read_text(encoding="utf-8")
    assert [name for name in datagravity.__all__ if not re.search(rf"\b(?:dg\.)?{name}\b", text)] == []


@pytest.mark.slow
def test_the_stub_of_the_law_is_what_the_law_takes(cache):
    run = checked(cache, "mypy.stubtest", "datagravity.law", "--mypy-config-file", "pyproject.toml")
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_package_says_that_it_is_typed():
    assert (ROOT / "src" / "datagravity" / "py.typed").read_text(encoding="utf-8") == ""
