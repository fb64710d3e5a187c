"""Every command with missing and wrong arguments, and away from a checkout: one clear line, no traceback, a status."""

import shutil

import pytest

from commands import answer, refused
from conftest import ROOT
from datagravity import checks
from datagravity.command.answering import CHECKOUT
from datagravity.command.line import SECTIONS, main
from datagravity.paths import DATA

EVERY = [command for commands in SECTIONS.values() for command in commands]
NAMES = [command.name for command in EVERY]
NEEDS = [one.name for one in EVERY if any(parameter.required for parameter in one.params)]
#: Wrong arguments of each command, that are refused before anything is computed.
WRONG = {
    "gd": [["1300"], ["x", "1"], ["0", "1", "2"], ["--memory", "no such"], ["1300", "-1"], ["nan", "1"]],
    "saving": [["x"], ["-1"], ["992", "--beta", "9"], ["992", "--fixed-share", "2"], ["inf"]],
    "energy-per-token": [["no such", "H200"], ["Llama-3 8B", "no such"], ["nothing.json", "H200"]],
    "place": [["nothing.csv"], ["nothing.npy"], ["nothing.parquet"], ["a folder"], ["a folder.csv"], ["nothing.pdf"]],
    "predict": [["nothing.csv"], ["a folder.csv"], ["nothing.json"], ["nothing.pdf"]],
    "tables": [["x"]],
    "show": [["no such"], ["energy", "--where", "x"], ["energy", "--columns", "no such"]],
    "source": [["no such"], [""], ["energy:"], ["placement.nosuch"]],
    "search": [[""], [" "]],
    "results": [["no such number"], ["--diff", "no such revision"]],
    "claims": [["--with", "nothing"], ["x"]],
    "validate": [["nothing"], ["a folder"]],
    "cite": [["no such"], ["--style", "apa"], [""]],
    "measure": [["--limit", "x", "--", "true"], ["--", "no such program"], ["--save", "x.pdf", "--", "true"]],
    "new": [["chips", "x.csv"], ["chip", "x.pdf"], ["chip", "nothing/x.csv"], ["chip", "a folder"]],
    "check": [["nothing.csv"], ["nothing.pdf"], ["a folder.csv"]],
    "report": [["nothing.csv"], ["nothing.csv", "-o", "x.pdf"], ["nothing.csv", "-o", "nothing/x.html"]],
    "add": [["nothing.csv"], ["nothing.csv", "--root", "nothing"]],
    "book": [[], ["--root", "nothing"], ["--workers", "0"]],
    "chapter": [["pim"], ["no such"]],
    "pdf": [[]],
    "serve": [[], ["--port", "x"]],
    "sync": [[], ["--root", "a folder"]],
    "sync-back": [["nothing.ipynb"], ["a folder"]],
    "data-readme": [[], ["--root", "nothing"]],
    "new-chapter": [["my-chapter"], ["My Chapter", "--root", "nothing"]],
    "changes": [["no such revision"], ["nothing.json", "--root", "nothing"]],
    "release-files": [[], ["--root", "nothing"]],
    "picture": [["nothing/x.svg"], ["x.png"], ["a folder"]],
}


@pytest.fixture
def away(tmp_path, monkeypatch):
    """A folder that is no checkout, where the test runs."""
    (tmp_path / "a folder").mkdir()
    (tmp_path / "a folder.csv").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _said(capsys, arguments):
    """What a refused command says, and that it is no accident of the program."""
    status = main(arguments)
    told = capsys.readouterr()
    said = told.err + told.out
    assert status in (1, 2), (arguments, said)
    assert "Traceback" not in said
    assert "Errno" not in said
    lines = [line for line in said.splitlines() if line.strip() and not line.startswith(("Usage:", "Try "))]
    assert lines, arguments
    assert max(map(len, lines)) < 500
    return lines


def test_every_command_is_walked():
    assert list(WRONG) == NAMES


@pytest.mark.parametrize("name", NEEDS)
def test_a_missing_argument_is_one_line(name, away, capsys):
    [line] = _said(capsys, [name])
    assert "issing" in line or "expected" in line


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_wrong_arguments_are_one_clear_line_each(name, away, capsys):
    before = sorted(away.rglob("*"))
    for arguments in WRONG[name]:
        lines = _said(capsys, [name, *arguments])
        # A file that a reader brings says how many problems it has, then each.
        assert len(lines) <= 3, lines
    assert sorted(away.rglob("*")) == before, "nothing is left behind"


@pytest.mark.parametrize("name", NAMES)
def test_an_option_that_is_none_is_a_wrong_argument_and_help_has_an_example(name, away, capsys):
    [line] = _said(capsys, [name, "--no-such"])
    assert "--no-such" in line
    assert f"datagravity {name}" in answer(capsys, name, "--help")


@pytest.mark.parametrize("name", ["book", "chapter", "pdf", "serve", "sync", "data-readme", "add"])
def test_what_writes_into_a_checkout_says_where_there_is_none(name, away, capsys):
    needed = {"chapter": ["pim"], "add": ["x.csv"]}.get(name, [])
    for more in ([], ["--root", "a folder"]):
        said = refused(capsys, name, *needed, *more)
        assert "is no checkout of the book: it lacks _toc.yml, book, data" in said
        assert "--root FOLDER" in said
    assert "--root" in answer(capsys, name, "--help")


def test_the_readme_of_the_data_is_written_into_the_checkout_that_is_meant(tmp_path, monkeypatch, capsys):
    for name in CHECKOUT:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        ignore = {"ignore": lambda folder, found: [one for one in found if not one.endswith(".bib")]}
        copy(ROOT / name, tmp_path / name, **(ignore if name == "book" else {}))
    before = (DATA / "README.md").stat().st_mtime_ns
    for arguments in ([], ["--root", str(tmp_path)]):
        monkeypatch.chdir(tmp_path if not arguments else tmp_path.parent)
        (tmp_path / "data" / "README.md").unlink()
        assert str(tmp_path / "data" / "README.md") in answer(capsys, "data-readme", *arguments)
        assert (tmp_path / "data" / "README.md").read_bytes() == (DATA / "README.md").read_bytes()
    assert (DATA / "README.md").stat().st_mtime_ns == before


def test_a_place_that_cannot_be_written_is_known_before_anything_is_computed(tmp_path, capsys):
    there = tmp_path / "there.html"
    there.write_text("as it was")
    assert checks.writable("-o", there, ".html") == there
    assert there.read_text() == "as it was"
    assert checks.writable("-o", tmp_path / "new.html").exists() is False
    nowhere, chip = "/proc/x", str(ROOT / "examples" / "my_chip.csv")
    for arguments in (
        ["report", chip, "-o", f"{nowhere}.html"],
        ["report", chip, "-o", str(there), "--data", f"{nowhere}.json"],
        ["measure", "--save", f"{nowhere}.json", "--", "true"],
        ["measure", "--output", nowhere, "--", "true"],
        ["new", "chip", f"{nowhere}.csv"],
        ["picture", f"{nowhere}.svg"],
    ):
        assert "expected a file that can be written" in refused(capsys, *arguments)
    assert there.read_text() == "as it was"
