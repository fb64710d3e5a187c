"""The benchmark of the build: what it computes from outputs, texts and times. How long anything takes is no test."""

import importlib.util
import os
import subprocess
import sys

import pytest
import yaml

from conftest import ROOT


@pytest.fixture(scope="module")
def benchmark():
    specification = importlib.util.spec_from_file_location("benchmark_of_the_build", ROOT / "benchmarks" / "build.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def run(*arguments, **environment):
    command = [sys.executable, str(ROOT / "benchmarks" / "build.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | environment)


def test_the_command_helps_and_refuses():
    helped = run("--help")
    assert helped.returncode == 0
    assert {"--rounds", "--workers"} <= set(helped.stdout.split())
    refused = run("--rounds", "0")
    assert refused.returncode == 2
    assert "--rounds: 0, expected at least 1" in refused.stderr


def test_missing_tools_are_named(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "NEEDED", (*benchmark.NEEDED, "no_such_tool"))
    assert benchmark.main(["--rounds", "1"]) == 1
    assert capsys.readouterr().err.startswith("Not installed: no_such_tool. `make book`")


def test_ratios_are_of_pairs(benchmark):
    pairs = [
        (benchmark.Times(4, 6), benchmark.Times(10, 10)),
        (benchmark.Times(30, 5), benchmark.Times(60, 10)),
        (benchmark.Times(3, 9), benchmark.Times(10, 10)),
    ]
    assert benchmark.ratios(pairs) == ("0.40 [0.30, 0.50]", "0.60 [0.50, 0.90]")


@pytest.mark.parametrize(("wall", "words"), [(40, ": met"), (55, ": missed, within"), (56, "and so is the limit")])
def test_the_aim_is_said_with_the_ratio(benchmark, wall, words):
    said = benchmark.verdict([(benchmark.Times(wall, 1), benchmark.Times(100, 1))])
    assert said.startswith("aim 0.40, at most 0.55")
    assert words in said


def test_what_ran_is_read_from_the_output_of_a_build(benchmark):
    output = """Tables: energy (3 rows)
Chapters: 19, to execute: 2
  [1/2] systems.md                 7.2 s   table brain
  [2/2] disjunction-constant.md  103.3 s   table brain, datagravity.brains
Chapters: executed in 7.9 s
"""
    assert benchmark.ran(output) == ["disjunction-constant", "systems"]
    assert benchmark.ran("Chapters: 19, to execute: 0\nPages: written in 9.1 s\n") == []
    assert benchmark.ran("Nothing changed since the last build. Open file:///index.html\n") == []
    for broken in ("", output.replace("to execute: 2", "to execute: 3")):
        with pytest.raises(benchmark.BenchmarkError, match="expected a line for each chapter"):
            benchmark.ran(broken)


def test_the_stock_build_differs_in_the_execution_alone(benchmark):
    text = (ROOT / "_config.yml").read_text(encoding="utf-8")
    ours, stock = yaml.safe_load(text), yaml.safe_load(benchmark.stock_config(text))
    assert stock.pop("execute") == ours.pop("execute") | {"execute_notebooks": "force", "timeout": 300}
    assert stock == ours


def test_each_edit_changes_its_file_each_time(benchmark):
    for file, edit in benchmark.EDITS.values():
        if file is not None:
            text = (ROOT / file).read_text(encoding="utf-8")
            once = edit(text, "Edited in round 1.")
            assert len({text, once, edit(once, "Edited in round 2.")}) == 3


def test_pages_that_differ_are_named(benchmark):
    benchmark.compare_pages({"a.html": "x"}, {"a.html": "x"})
    with pytest.raises(benchmark.BenchmarkError, match=r"only one build has b\.html"):
        benchmark.compare_pages({"a.html": "x"}, {"a.html": "x", "b.html": "x"})
    with pytest.raises(benchmark.BenchmarkError, match=r"a\.html differs.*\n.*\n.*\n.*\n-x\n\+y"):
        benchmark.compare_pages({"a.html": "x"}, {"a.html": "y"})


@pytest.mark.slow
@pytest.mark.parametrize("git", [True, False])
def test_a_copy_has_what_a_build_reads(benchmark, tmp_path, monkeypatch, git):
    if not git:
        monkeypatch.setattr(benchmark.shutil, "which", lambda name: None)
    benchmark.copy_sources(tmp_path / "copy")
    for name in ("_config.yml", "_toc.yml", "requirements.lock", "book/index.md", "data/energy.csv"):
        assert (tmp_path / "copy" / name).is_file()
    assert (tmp_path / "copy" / "src" / "datagravity" / "site" / "assets").is_dir()
    assert not (tmp_path / "copy" / "book" / "_build").exists()
