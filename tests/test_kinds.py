"""What every public function says of an argument of the wrong kind, and what it makes of Series and Intervals."""

import datetime
import inspect
from collections.abc import Hashable

import numpy as np
import pandas as pd
import pytest

import datagravity as dg
from datagravity import Interval, chip, symbolic

MODEL, ACCELERATOR = "Llama-2 7B", "A100 SXM4 80GB"
GD, TWO = {"gd": 100.0, "beta": 2.0}, {"fixed_share": 0.1}
#: Arguments that are right, by function.
RIGHT = {
    "Interval": {"value": 2.0, "low": 1.0, "high": 3.0, "level": 0.8},
    "asymptotic_saving": GD,
    "decode_energy": {
        "model": MODEL,
        "accelerator": ACCELERATOR,
        "batch": 8.0,
        "context": 1024.0,
        "prompt": 512.0,
        "gpus": 1,
        "weight_bits": 16.0,
        "kv_bits": 16.0,
        "pj_per_bit": 5.0,
        "calibration": None,
    },
    "disjunction_constant": {"transport_pj": 1300.0, "compute_pj": 1.31},
    "energy": {"distance": 0.5, **GD, "model": "tile", **TWO},
    "excess_energy": {"distance_ratio": 2.0, "beta": 2.0},
    "implied_beta": {"saving": 1.5, "gd": 100.0, "model": "tile", "branch": "high"},
    "load": {"table": "energy", "directory": None, "references": None},
    "optimal_distance": {**GD, "model": "tile", **TWO},
    "place": {
        "masses": [1.0, 2.0],
        "positions": [[0.0], [1.0]],
        "exponent": 2.0,
        "start": [0.0],
        "tolerance": 1e-9,
        "max_iterations": 10,
    },
    "predict_pim": {"row": {"baseline_class": "CPU"}, "level": 0.8},
    "prefill_energy": {
        "model": MODEL,
        "accelerator": ACCELERATOR,
        "prompt": 1024.0,
        "batch": 1.0,
        "gpus": 1,
        "weight_bits": 16.0,
        "kv_bits": 16.0,
        "pj_per_bit": 5.0,
    },
    "propagate": {"function": lambda x: 2 * x, "monotone": False, "draws": 100, "seed": 0, "level": 0.8, "x": 2.0},
    "saving": {**GD, "model": "tile", **TWO},
    "saving_exponent": {"beta": 2.0},
    "saving_from_share": {"transport_share": 0.9, "beta": 2.0},
    "tables": {"directory": None},
    "workload_disjunction_constant": {
        "transport_pj_per_bit": 20.0,
        "compute_pj": 4.0,
        "operands": 2.0,
        "width_bits": 32.0,
        "operations_per_operand": 1.0,
    },
}
#: What is no argument of any function, by its kind.
WRONG = {
    "text": "nonsense",
    "None": None,
    "complex": 2 + 1j,
    "datetime": datetime.datetime(2026, 1, 1),
    "timestamp": pd.Timestamp("2026-01-01"),
    "list of text": ["a", "b"],
    "Series of text": pd.Series(["a", "b"]),
    "bool": True,
    "NaN": float("nan"),
    "infinity": float("inf"),
    "NA": pd.NA,
    "object": object(),
}
#: Where one of these is right: what may be left out, what is a truth value, and a path that leads nowhere.
ADMITTED = {
    *((function, name, "None") for function, given in RIGHT.items() for name, value in given.items() if value is None),
    *(
        (function, name, "None")
        for function, names in {
            "Interval": ["level"],
            "decode_energy": ["weight_bits", "pj_per_bit"],
            "prefill_energy": ["weight_bits", "pj_per_bit"],
            "implied_beta": ["branch"],
            "place": ["start"],
        }.items()
        for name in names
    ),
    ("propagate", "monotone", "bool"),
}
#: A text is a path; one that leads to no package is told as every problem of the tables is.
PATHS = {("load", "directory"), ("load", "references"), ("tables", "directory")}
CASES = [
    (function, name, kind)
    for function, given in RIGHT.items()
    for name in given
    for kind in WRONG
    if (function, name, kind) not in ADMITTED and not (kind == "text" and (function, name) in PATHS)
]
#: Functions of numbers: the arguments that are numbers, and no choice among words.
LAWS = [name for name, home in dg.HOMES.items() if home == "datagravity.law"]
NUMBERS = [(law, name) for law in LAWS for name, value in RIGHT[law].items() if isinstance(value, float)]
#: Arguments of forecasts that may be an Interval.
SPANNED = [
    (function, name)
    for function in ("decode_energy", "prefill_energy")
    for name in ("batch", "context", "prompt", "weight_bits", "kv_bits", "pj_per_bit")
    if name in RIGHT[function]
]
#: Numbers that are no quantity with a range: how sure, how often, where the search may stop, and the power of a
#: distance, for which `place` has a place each.
NO_RANGE = [
    ("place", "exponent"),
    ("place", "tolerance"),
    ("place", "max_iterations"),
    ("predict_pim", "level"),
    ("propagate", "level"),
    ("propagate", "draws"),
    ("propagate", "seed"),
    ("decode_energy", "gpus"),
    ("prefill_energy", "gpus"),
    *(("Interval", name) for name in ("value", "low", "high", "level")),
]


def test_every_public_function_and_every_argument_stands_here():
    functions = {name for name in dg.HOMES if name != "Placement"}
    assert set(RIGHT) == functions, "Placement is what place returns"
    left_out = {"Interval": {"spread", "freedom"}, "predict_pim": {"chosen"}, "propagate": {"arguments"}}
    for name in functions:
        asked = set(inspect.signature(getattr(dg, name)).parameters) - left_out.get(name, set())
        assert asked <= set(RIGHT[name]), name


@pytest.mark.slow
@pytest.mark.parametrize("function", RIGHT)
def test_what_is_right_is_taken(function):
    getattr(dg, function)(**RIGHT[function])


def told(function, name, value):
    """The one line that refuses a value."""
    with pytest.raises((ValueError, TypeError)) as error:
        getattr(dg, function)(**RIGHT[function] | {name: value})
    line = str(error.value)
    assert "\n" not in line
    return line


@pytest.mark.slow
@pytest.mark.parametrize(("function", "name", "kind"), CASES)
def test_a_wrong_kind_gets_one_line_with_argument_value_and_what_is_expected(function, name, kind):
    line = told(function, name, WRONG[kind])
    said, expected = line.split(", expected ", 1)
    assert said.startswith(f"{name}: ")
    assert expected
    value = said.removeprefix(f"{name}: ")
    shown = {"list of text": "'a' (index 0)", "Series of text": "'a' (index 0)"}.get(kind, repr(WRONG[kind]))
    assert value in (shown, repr(WRONG[kind]), f"a value of the kind {type(WRONG[kind]).__name__}") or "shape" in value


@pytest.mark.parametrize("kind", [kind for kind in WRONG if kind != "text"])
def test_a_chips_file_is_a_path(kind):
    with pytest.raises(ValueError, match=r"^path: .+, expected a path, as a text or a pathlib\.Path$"):
        chip.read(WRONG[kind])


@pytest.mark.parametrize("kind", [kind for kind, value in WRONG.items() if isinstance(value, Hashable)])
def test_a_model_of_the_formulas_is_one_of_two_words(kind):
    with pytest.raises(ValueError, match=r"^model: .+, expected one of 'tile', 'patch'$"):
        symbolic.saving(WRONG[kind])


@pytest.mark.parametrize(("law", "name"), NUMBERS)
def test_a_series_gives_a_series_with_its_index(law, name):
    near = RIGHT[law][name] * np.array([0.98, 1.0])
    if (law, name) == ("workload_disjunction_constant", "operands"):
        near = near[::-1]
    index = pd.Index(["first", "second"], name="chip")
    given = RIGHT[law] | {name: pd.Series(near, index=index)}
    found = getattr(dg, law)(**given)
    assert isinstance(found, pd.Series)
    assert found.index.equals(index)
    assert found.index.name == "chip"
    one_by_one = [getattr(dg, law)(**given | {name: float(value)}) for value in near]
    np.testing.assert_allclose(found.to_numpy(), one_by_one, rtol=1e-12)


@pytest.mark.parametrize(("law", "name"), NUMBERS)
def test_an_interval_gives_an_interval_that_holds_the_value(law, name):
    value = RIGHT[law][name]
    found = getattr(dg, law)(**RIGHT[law] | {name: Interval(value, 0.98 * value, 1.01 * value)})
    assert isinstance(found, Interval)
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(getattr(dg, law)(**RIGHT[law]))


@pytest.mark.slow
@pytest.mark.parametrize(("function", "name"), SPANNED)
def test_an_interval_widens_the_band_of_a_forecast(function, name):
    forecast, given = getattr(dg, function), RIGHT[function]
    value = given[name]
    plain, low, high = (forecast(**given | {name: value * share}) for share in (1, 0.9, 1.2))
    found = forecast(**given | {name: Interval(value, value * 0.9, value * 1.2)})
    assert found.joules_per_token == plain.joules_per_token
    assert found.low == min(one.low for one in (plain, low, high))
    assert found.high == max(one.high for one in (plain, low, high))


def test_a_baseline_with_a_range_is_its_two_columns():
    row = {"baseline_class": "CPU", "scope": "whole_system"}
    spread = dg.predict_pim(row | {"pj_per_bit_baseline": Interval(15, 10, 20)})
    assert spread == dg.predict_pim(row | {"pj_per_bit_baseline_low": 10, "pj_per_bit_baseline_high": 20})


def test_propagate_takes_intervals_under_any_name():
    assert dg.propagate(lambda anything: 2 * anything, monotone=True, anything=Interval(2, 1, 3)).high == 6


@pytest.mark.parametrize(("function", "name"), NO_RANGE)
def test_where_a_range_has_no_meaning_an_interval_is_refused_in_one_line(function, name):
    assert told(function, name, Interval(2, 1, 3)).startswith(f"{name}: Interval(value=2.0, low=1.0, high=3.0")


def test_a_row_of_a_data_frame_is_a_model_an_accelerator_and_a_baseline():
    model = dg.load("llm").set_index("name", drop=False).loc[MODEL]
    accelerators = dg.load("accelerators")
    accelerator = accelerators[accelerators["name"] == ACCELERATOR].iloc[-1]
    found = dg.decode_energy(model, accelerator, batch=8, context=1024)
    assert found.joules_per_token == dg.decode_energy(MODEL, ACCELERATOR, batch=8, context=1024).joules_per_token
    row = dg.load("pim").iloc[0]
    assert dg.predict_pim(row) == dg.predict_pim(row.to_dict())


def test_a_column_and_its_positions_place_a_computation():
    frame = pd.DataFrame({"mass": [1.0, 3.0], "x": [0.0, 1.0]}, index=["a", "b"])
    assert dg.place(frame["mass"], frame[["x"]], exponent=2).position == pytest.approx([0.75])
