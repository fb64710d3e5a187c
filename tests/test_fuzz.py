"""What calls every public function with drawn inputs misses none of them, and sees each broken promise."""

import importlib.util
import math
import sys
import time
from dataclasses import replace

import pytest

from conftest import ROOT


@pytest.fixture(scope="module")
def fuzz():
    path = ROOT / "tests" / "torture" / "fuzz.py"
    specification = importlib.util.spec_from_file_location("torture_fuzz", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module  # dataclasses look it up
    specification.loader.exec_module(module)
    return module


def test_every_function_of_the_reference_is_called(fuzz):
    assert set(fuzz.targets()) >= fuzz.listed()
    assert len(fuzz.listed()) > 20


def refuse(error):
    raise error


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda x: x["numbers"][0], ""),
        (lambda x: {"energy": [1.0, math.nan]}, "not finite: the result, energy, 1"),
        (lambda x: math.inf, "not finite: the result"),
        (lambda x: x["nothing"], "KeyError: 'nothing', expected ValueError, OverflowError or TypeError"),
        (lambda x: x["numbers"].append(2.0), "x is another one after the call"),
        (lambda x: refuse(ValueError("wrong")), "refused in other words: ValueError: wrong"),
        (lambda x: refuse(ValueError("x: 3, expected a number below 2")), ""),
    ],
)
def test_a_broken_promise_is_seen(fuzz, function, said):
    found = fuzz.wrong(fuzz.Target(function, None), {"x": {"numbers": [1.0]}})
    assert found.startswith(said)
    assert bool(found) == bool(said)


def test_a_call_that_takes_long_is_seen(fuzz, monkeypatch):
    seconds = iter([0.0, 6.0])
    monkeypatch.setattr(time, "process_time", lambda: next(seconds))
    assert fuzz.wrong(fuzz.Target(lambda x: x, None), {"x": 1}).startswith("took 6.0 s")


def test_a_certificate_that_a_better_position_refutes_is_seen(fuzz):
    masses, positions = [1.0, 1.0], [[0.0, 0.0], [2.0, 0.0]]
    arguments = {"masses": masses, "positions": positions, "exponent": 2.0, "tolerance": 1e-10}
    found = fuzz.datagravity.place(**arguments)
    assert fuzz.not_refuted(found, arguments) == ""
    assert fuzz.not_refuted(replace(found, energy=3 * found.energy), arguments).startswith("certified at 6.0")
    assert "below the lower bound" in fuzz.not_refuted(replace(found, lower_bound=3.0), arguments)
