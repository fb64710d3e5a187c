"""The benchmark of the pages: what it computes from texts and numbers. How long anything takes is no test."""

import importlib.util
import subprocess
import sys

import pytest
import yaml

from conftest import ROOT

PATH = ROOT / "benchmarks" / "pages.py"


@pytest.fixture(scope="module")
def benchmark():
    specification = importlib.util.spec_from_file_location("benchmark_of_the_pages", PATH)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_the_command_helps_and_refuses():
    for arguments, status in [(["--help"], 0), (["--rounds", "0"], 2)]:
        run = subprocess.run([sys.executable, str(PATH), *arguments], capture_output=True, text=True, check=False)
        assert run.returncode == status
        assert "--rounds" in run.stdout + run.stderr


def test_missing_tools_are_named(benchmark, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "NEEDED", (*benchmark.NEEDED, "no_such_tool"))
    assert benchmark.main([]) == 1
    assert "no_such_tool" in capsys.readouterr().err


def test_blocking_is_what_tasks_take_beyond_fifty_milliseconds(benchmark):
    assert benchmark.blocking([(0, 500), (100, 80), (300, 50), (400, 51)], begin=100) == 31


def test_ratios_are_of_rounds_and_aims_are_said_to_be_met_or_missed(benchmark):
    def found(answer, first):
        return dict.fromkeys(benchmark.AIMS, 1.0) | {"answer": answer, "first": first}

    ours, stock = [found(0.2, 600.0), found(0.4, 700.0), found(0.3, 650.0)], [found(0.4, 1200.0)] * 2 + [found(3, 6500)]
    lines = {line.split()[0]: line for line in benchmark.table(ours, stock)[1:]}
    assert set(lines) == set(benchmark.AIMS)
    assert lines["answer"].split()[2:] == ["0.3", "0.4", "0.5", "at", "most", "0.5:", "met"]
    assert lines["first"].split()[2:] == ["650", "1200", "0.5", "at", "most", "500:", "missed"]


def test_a_chart_that_never_answers_is_a_dash_and_misses(benchmark):
    never = dict.fromkeys(benchmark.AIMS, 1.0) | {"answer": None}
    line = benchmark.table([never], [never])[-1]
    assert line.split()[:5] == ["answer", "s", "-", "-", "-"]
    assert line.endswith("missed")


def test_the_stock_site_is_jupyter_books_own(benchmark):
    config = yaml.safe_load(benchmark.stock_config((ROOT / "_config.yml").read_text(encoding="utf-8")))
    assert "datagravity" not in str(config["sphinx"]["extra_extensions"])
    assert "sphinx_proof" in config["sphinx"]["extra_extensions"]
    assert "html_math_renderer" not in config["sphinx"]["config"]
    assert 'vegaEmbed("#altair-viz-3", {"mark": "bar"}' in benchmark.stock_chart({"mark": "bar"}, 3)
