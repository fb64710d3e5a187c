"""What README, lock, environment and the structure of the package promise."""

import doctest
import inspect
import json
import os
import pydoc
import re
import shlex
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml
from importlinter.cli import lint_imports
from packaging.requirements import Requirement

import datagravity
from conftest import ROOT
from datagravity.command.line import main, top

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT, LINTER = PYPROJECT["project"], PYPROJECT["tool"]["importlinter"]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
LOCKED = dict(re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, re.MULTILINE))


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_digits_of_the_readme():
    block = read("README.md").split("```python\n")[1].split("```")[0]
    test = doctest.DocTestParser().get_doctest(block, {}, "README.md", "README.md", 0)
    result = doctest.DocTestRunner().run(test)
    assert (result.attempted, result.failed) == (5, 0)
    assert len(re.findall(r"^>>> ", block, re.MULTILINE)) == 5


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"])
def test_links_of_the_documents_lead_to_files(file):
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", read(file)):
        assert (ROOT / file).parent.joinpath(target).exists(), target


def test_every_command_of_the_readme_is_a_target():
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), re.MULTILINE))
    for file in ["README.md", "CONTRIBUTING.md", "book/index.md", ".ci/run"]:
        named = set(re.findall(r"`make ([a-z-]+)", read(file))) | set(re.findall(r"^make ([a-z-]+)", read(file), re.M))
        assert named <= targets, file


def test_versions_agree():
    version = datagravity.__version__
    assert PROJECT["dynamic"] == ["version"], "the package's own; the name of the wheel has it"
    citation = yaml.safe_load(read("CITATION.cff"))
    assert citation["version"] == version
    assert f"## {version}" in read("CHANGELOG.md")
    assert f"Version {version}." in read("_config.yml")
    assert f"wheel/datagravity-{version}-py3-none-any.whl" in read("README.md")
    assert json.loads(read("data/datapackage.json"))["version"] == version
    authors = {
        PROJECT["authors"][0]["name"],
        citation["authors"][0]["name"],
        yaml.safe_load(read("_config.yml"))["author"],
    }
    assert authors == {"The Data Gravity book contributors"}
    assert citation["references"][0]["identifiers"][0]["value"] == "arXiv:2603.26053"


def test_the_lock_has_hashes_and_no_address():
    assert "://" not in LOCK
    assert not re.search(r"^\s*(-i|--index|--extra-index|--find-links|-f)\b", LOCK, re.MULTILINE)
    for block in re.split(r"\n(?=\S)", LOCK.strip()):
        if not block.startswith("#"):
            assert "--hash=sha256:" in block, block.splitlines()[0]


def test_the_lock_admits_what_the_project_asks_for():
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["book"], *extras["lab"], *extras["test"]]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(LOCKED[requirement.name]), line


def test_the_conda_environment_pins_the_direct_dependencies_at_the_locks_versions():
    environment = yaml.safe_load(read("environment.yml"))
    pip = next(entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    pins = {Requirement(line).name: str(Requirement(line).specifier) for line in pip if line != "-e ."}
    extras = PROJECT["optional-dependencies"]
    direct = {Requirement(line).name for line in [*PROJECT["dependencies"], *extras["book"], *extras["lab"]]}
    assert pins == {name: f"=={LOCKED[name]}" for name in direct}
    python = next(entry for entry in environment["dependencies"] if str(entry).startswith("python="))
    assert Requirement(f"python{PROJECT['requires-python']}").specifier.contains(f"{python.split('=')[1]}.0")


def test_every_direct_dependency_is_explained():
    contributing = read("CONTRIBUTING.md").split("## Dependencies")[1]
    extras = PROJECT["optional-dependencies"]
    for line in [*PROJECT["dependencies"], *extras["book"], *extras["lab"], *extras["test"]]:
        name = Requirement(line).name
        assert re.search(rf"\b{name}\b", contributing), name


def test_jupyter_book_is_pinned_exactly_with_its_reason():
    text = read("pyproject.toml")
    assert re.search(r"# Jupyter Book 2 [^\n]+\n\s+\"jupyter-book==1\.[\w.]+\"", text)


def test_the_floors_of_the_package_hold(capsys):
    """import-linter's contracts: no import of a module on a higher floor, no circle, and a floor for every module."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0, capsys.readouterr().out


@pytest.mark.parametrize("file", ["README.md", "CONTRIBUTING.md"])
def test_the_order_that_documents_name_is_that_of_the_floors(file):
    [floors] = [contract["layers"] for contract in LINTER["contracts"] if contract["type"] == "layers"]
    height = {module: -place for place, floor in enumerate(floors) for module in floor.split(" | ")}
    arrows = re.findall(r"`(\w+)` →(?=\s`(\w+)`)", read(file))
    assert len(arrows) > 3
    for lower, higher in arrows:
        assert height[lower] < height[higher], f"{lower} → {higher}"


@pytest.mark.slow
@pytest.mark.parametrize("name", datagravity.__all__)
def test_everything_public_is_explained_with_examples_that_run(name):
    found = getattr(datagravity, name)
    public = {each: getattr(datagravity, each) for each in datagravity.__all__}
    [test] = doctest.DocTestFinder(recurse=False).find(found, name, globs=public)
    assert test.examples, "an Examples section"
    assert doctest.DocTestRunner().run(test).failed == 0
    if inspect.isfunction(found):
        # From 3.13 on the compiler takes the indentation out of docstrings.
        explained = inspect.getdoc(found)
        sections = re.findall(r"^(\w+)\n-+$", explained, re.MULTILINE)
        order = ["Parameters", "Returns", "Raises", "Warns", "Notes", "Examples"]
        assert sections == [section for section in order if section in sections], "in the order of numpydoc"
        assert {"Parameters", "Returns", "Examples"} <= set(sections)
        described = explained.split("Parameters\n")[1].split("Returns\n")[0]
        for parameter in inspect.signature(found).parameters:
            assert re.search(rf"\b{parameter}\b", described), parameter


def test_help_begins_with_five_lines_of_use_that_run():
    [test] = doctest.DocTestFinder(recurse=False).find(datagravity, "datagravity", globs={})
    assert len(test.examples) == 5
    assert doctest.DocTestRunner().run(test).failed == 0
    first = pydoc.render_doc(datagravity, renderer=pydoc.plaintext).split("DESCRIPTION\n")[1].splitlines()
    assert [line.strip()[:4] for line in first[:3]] == [">>> "] * 3


def test_style_and_format_are_clean():
    for arguments in (["check"], ["format", "--check"]):
        run = subprocess.run([sys.executable, "-m", "ruff", *arguments, "."], cwd=ROOT, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.slow
def test_the_readmes_picture_is_the_charts(tmp_path):
    main(["picture", str(tmp_path / "picture.svg")])
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8") == read("book/energy-against-distance.svg")


@pytest.mark.built
def test_the_wheel_brings_the_tables(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    command += ["--disable-pip-version-check", "--wheel-dir", str(tmp_path), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob(f"datagravity-{datagravity.__version__}-*.whl"))) as wheel:
        for file in (ROOT / "data").iterdir():
            assert wheel.read(f"datagravity/data/{file.name}") == file.read_bytes()
        for file in [*(ROOT / "book").glob("*.md"), ROOT / "book" / "references.bib", ROOT / "book" / "results.json"]:
            assert wheel.read(f"datagravity/book/{file.name}") == file.read_bytes()
        assert not [name for name in wheel.namelist() if name.endswith(".ipynb")]
        assert wheel.read("datagravity/_toc.yml") == (ROOT / "_toc.yml").read_bytes()
        wheel.extractall(tmp_path / "installed")
    code = "import datagravity; print(len(datagravity.load('energy')), datagravity.__file__)"
    run = subprocess.run(
        [
            sys.executable,
            "-S",
            "-c",
            f"import sys; sys.path[:0] = {[str(tmp_path / 'installed'), *sys.path]!r}; {code}",
        ],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert int(run.stdout.split()[0]) == len(datagravity.load("energy"))
    assert str(tmp_path) in run.stdout


@pytest.mark.parametrize("command", top.list_commands(None))
def test_every_command_says_what_it_does_what_it_takes_and_gives_an_example(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    assert main([command, "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    found = top.get_command(None, command)
    assert " ".join(found.help.replace("\b", "").split()) in text
    for option in found.params:
        if hasattr(option, "help"):
            assert option.help, f"{command} {option.name}"
            assert option.help.split()[0] in text
    assert f"Example: datagravity {command}" in text
    assert "--json" in text


def test_every_command_of_the_readmes_questions_is_one_that_its_options_fit():
    lines = re.findall(r"^\| [^|]+\? [^|]*\|(.+)\|$", read("README.md"), re.MULTILINE)
    asked = [shlex.split(command) for line in lines for command in re.findall(r"`([^`]+)`", line)]
    assert len(asked) > 15
    for name, *arguments in asked:
        command = top.get_command(None, name)
        assert command is not None, name
        command.make_context(name, arguments)  # refuses an option that is none, and an argument too many
    assert {"gd", "measure", "predict", "source"} <= {name for name, *_ in asked}


def test_cite_prints_entries_and_refuses_unknown_keys(capsys):
    assert main(["cite", "paper"]) == 0
    assert "2603.26053" in capsys.readouterr().out
    assert main(["cite", "horowitz2014", "jouppi2021"]) == 0
    assert capsys.readouterr().out.count("@") == 2
    assert main(["cite", "nobody1900"]) == 1
    assert "nobody1900" in capsys.readouterr().err


def test_validate_names_the_problem(tmp_path, capsys):
    import shutil

    shutil.copytree(ROOT / "data", tmp_path / "data")
    path = tmp_path / "data" / "energy.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("int add,8,pJ,0.03,", "int add,8,pJ,-0.03,", 1))
    assert main(["validate", str(tmp_path / "data")]) == 1
    message = capsys.readouterr().err
    assert "energy.csv row 2" in message
    assert "-0.03" in message


def test_a_folder_that_is_not_there_is_one_message(tmp_path, capsys):
    for command in (["picture", str(tmp_path / "no" / "x.svg")], ["book", "--root", str(tmp_path / "no")]):
        assert main(command) == 1
        assert "no" in capsys.readouterr().err


@pytest.mark.slow
def test_a_reader_may_stop_reading():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "datagravity", "cite", "leebruck2026"]
    with os.fdopen(writer, "w") as pipe:
        run = subprocess.run(command, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert run.stderr == ""
    assert run.returncode == 141
