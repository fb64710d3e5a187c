"""A chapter that `new-chapter` begins keeps to all that is asked of one, and no other file is touched."""

import os
import shutil
import subprocess
import sys

import pytest

from commands import answer, refused
from conftest import ROOT

# What a chapter is begun in: the sources, without what is built.
PARTS = ["src", "tests", "data", "examples"]
FILES = [
    *("_config.yml", "_toc.yml", "pyproject.toml", "requirements.lock"),
    *("CITATION.cff", "README.md", "CHANGELOG.md", "CONTRIBUTING.md"),
]
NAME = "my-own-chapter"
WRITTEN = {
    f"book/{NAME}.md",
    f"book/{NAME}.ipynb",
    "src/datagravity/headlines/my_own_chapter.py",
    "tests/test_my_own_chapter_chapter.py",
    "_toc.yml",
}
#: The tests that ask something of every chapter.
TESTS = ["chapters", "prose", "headlines", "reading", "notebooks", "my_own_chapter_chapter"]


@pytest.fixture
def checkout(tmp_path):
    """A copy of the sources."""
    root = tmp_path / "copy"
    nothing_built = shutil.ignore_patterns("_build", "__pycache__")
    for name in [*PARTS, "book"]:
        shutil.copytree(ROOT / name, root / name, ignore=nothing_built)
    for name in FILES:
        shutil.copyfile(ROOT / name, root / name)
    return root


def contents(root):
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and not {"__pycache__", "_build"} & set(path.parts)
    }


def run(root, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environment["PYTHONPATH"] = str(root / "src")
    done = subprocess.run([sys.executable, *arguments], cwd=root, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-4000:]
    return done.stdout


@pytest.mark.built
def test_a_new_chapter_runs_and_passes_what_is_asked_of_a_chapter(checkout):
    before = contents(checkout)
    run(checkout, "-m", "datagravity", "new-chapter", NAME, "--title", "A question of my own")
    after = contents(checkout)
    assert {path for path in after if after[path] != before.get(path)} == WRITTEN
    assert set(before) <= set(after)
    lines = (checkout / "_toc.yml").read_text(encoding="utf-8").splitlines()
    assert lines[lines.index(f"      - file: {NAME}") + 1] == "      - file: theorems"
    said = run(checkout, "-m", "datagravity", "chapter", NAME)
    assert f"{NAME}: 3 headlines in " in said
    assert "my_own_chapter_saving" in said
    files = [f"tests/test_{name}.py" for name in TESTS]
    chosen = f"{NAME} or my_own_chapter or contents_and_nothing_else or module_belongs"
    passed = run(checkout, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "-k", chosen, *files)
    assert int(passed.split(" passed")[0].split()[-1]) > 15
    run(checkout, "-m", "ruff", "check", ".")
    run(checkout, "-m", "ruff", "format", "--check", ".")


def test_a_name_that_is_taken_or_none_is_refused_and_nothing_is_written(checkout, capsys):
    before = contents(checkout)
    for name, said in {
        "pim": "book/pim.md is there already",
        "glossary": "book/glossary.md is there already",
        "My chapter": "expected small letters, digits and hyphens, as in my-chapter",
        "../elsewhere": "expected small letters",
        "two--hyphens": "expected small letters",
        "1st": "expected small letters",
        "lambda": "expected no word of Python",
        "": "expected small letters",
    }.items():
        assert said in refused(capsys, "new-chapter", name, "--root", checkout)
    for title in ("two\nlines", 'a "quoted" one', "$x$"):
        assert "expected one line of plain words" in refused(
            capsys, "new-chapter", NAME, "--title", title, "--root", checkout
        )
    assert contents(checkout) == before


def test_a_folder_that_is_no_checkout_is_refused(tmp_path, capsys):
    assert "is no checkout of the book" in refused(capsys, "new-chapter", NAME, "--root", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_title_follows_from_the_name(checkout, capsys):
    told = answer(capsys, "new-chapter", NAME, "--root", checkout)
    assert all(path in told for path in WRITTEN)
    assert "\n# My own chapter\n" in (checkout / "book" / f"{NAME}.md").read_text(encoding="utf-8")
