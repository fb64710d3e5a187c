"""Calls every public function with what readers may give it, legal and not, and holds it to one promise each time.

    PYTHONPATH=src:tests python tests/torture/fuzz.py [--inputs 500] [--seed 1] [--json FILE] [FUNCTION ...]

The promise: no NaN, no infinity and no warning of numpy's comes out; what is refused is refused by ValueError,
OverflowError or TypeError, in words that name an argument and what was expected; no argument changes; no call takes
more than five seconds of a processor; and no position that a random search finds refutes a certificate of `place`.

Hypothesis draws the inputs. Where atheris is installed (`.venv/bin/python -m pip install atheris`; it is not in the
lock, since it has no wheels for macOS and Windows), it draws as many again, led by which lines of the package they
reach.
"""

import argparse
import contextlib
import functools
import importlib.util
import inspect
import json
import math
import os
import pickle
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import datagravity
from datagravity import Interval, chip, decoding, evidence, intervals, law, symbolic
from datagravity.checks import Range
from datagravity.choices import options
from datagravity.pim.prediction import PREDICTING, SET
from datagravity.site.package_page import QUESTIONS, found

#: Seconds of a processor that a call may take.
LIMIT = 5.0
#: What no call may raise anything else than.
REFUSALS = (ValueError, OverflowError, TypeError)
#: Attributes that may be infinite, because their docstrings say when they are.
MAY_BE_INFINITE = ("batch_at_unity",)


class BrokenPromiseError(AssertionError):
    """A call that broke the promise."""


@dataclass(frozen=True)
class Target:
    """A function, the strategy of its arguments by name, and what else its result must hold: a text if it does not."""

    function: Callable
    arguments: st.SearchStrategy
    check: Callable = lambda result, arguments: ""


# --- What is drawn ---------------------------------------------------------------------------------------------------

JUNK = st.sampled_from(
    (
        *(None, True, "", "x", math.nan, math.inf, -math.inf, -1.0, 0, 10**400, -(10**400), 1.7e308, 5e-324, 1j),
        *([], [1, "x"], [math.nan], {}, {"a": 1}, (1,), b"x", object, np.array([]), np.datetime64("NaT"), pd.NA),
    )
)
WIDE = st.floats(-307, 307).map(lambda exponent: 10.0**exponent)
USUAL = st.floats(1e-3, 1e6)


def mostly(strategy, junk=JUNK):
    """What the strategy draws, and once in ten times junk."""
    return st.integers(0, 9).flatmap(lambda draw: junk if draw == 9 else strategy)


def of_interval(text):
    """Numbers in a range such as "(1, 3)", its ends and the doubles beside them among them."""
    low, high, *_ = Range.read(text)
    if low == -math.inf:
        return st.floats(allow_nan=False, allow_infinity=False)
    if high == math.inf:
        return st.one_of(USUAL, WIDE)
    ends = [low, math.nextafter(low, high), math.nextafter(high, low), high]
    return st.one_of(st.floats(low, high), st.sampled_from(ends))


def spans(numbers):
    """Intervals whose value and ends a strategy draws."""
    three = st.lists(numbers, min_size=3, max_size=3).map(sorted)
    return three.map(lambda ends: Interval(ends[1], ends[0], ends[2]) if all(map(math.isfinite, ends)) else ends[1])


def values(numbers):
    """A number, an array, a list, a Series or an Interval."""
    several = st.lists(numbers, min_size=0, max_size=3)
    kinds = (numbers, numbers, several, several.map(np.array), several.map(pd.Series), spans(numbers))
    return mostly(st.one_of(*kinds))


def of_formula(function):
    """Arguments of a function of the law, each from the range of its symbol."""
    drawn = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "model":
            drawn[name] = mostly(st.sampled_from(symbolic.MODELS))
        elif name == "branch":
            drawn[name] = mostly(st.sampled_from([None, *law.BRANCHES]))
        else:
            symbol = symbolic.SYMBOLS.get(name)
            drawn[name] = values(of_interval(symbolic.NOTATION[symbol].interval if symbol is not None else "(0, inf)"))
        if parameter.default is not inspect.Parameter.empty:
            drawn[name] = st.one_of(st.just(parameter.default), drawn[name])
    return st.fixed_dictionaries(drawn)


@st.composite
def placed(draw):
    """Arguments of `place`: few masses, many of them at one place or on a grid, at scales far apart."""
    rows, dimensions = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    scale = 10.0 ** draw(st.sampled_from([0, 0, 0, -9, 9, -90, 90, -200, 200]))
    coordinate = st.one_of(st.integers(-3, 3).map(float), st.floats(-10, 10)).map(lambda x: x * scale)
    mass = st.one_of(st.sampled_from([0.0, 1.0]), st.floats(1e-3, 1e3), WIDE)
    positions = draw(
        st.lists(st.lists(coordinate, min_size=dimensions, max_size=dimensions), min_size=rows, max_size=rows)
    )
    masses = draw(st.lists(mass, min_size=rows, max_size=rows))
    exponent = st.one_of(st.sampled_from([0.5, 1, 1.5, 2, 3, 4]), st.floats(0.05, 8), WIDE)
    return {
        "masses": draw(mostly(st.sampled_from([masses, np.array(masses), pd.Series(masses)]))),
        "positions": draw(mostly(st.sampled_from([positions, np.array(positions), pd.DataFrame(positions)]))),
        "exponent": draw(mostly(exponent)),
        "start": draw(st.one_of(st.none(), mostly(st.just([scale] * dimensions)))),
        "tolerance": draw(mostly(st.sampled_from([1e-10, 0.0, 1e-3, 2.0, 1e-300]))),
        "max_iterations": draw(mostly(st.sampled_from([100, 1, 2]))),
    }


def not_refuted(placement, arguments):
    """Whether positions drawn at random leave the certificate of a placement as it is; else a text."""
    masses = np.asarray(arguments["masses"], dtype=float)
    positions = np.asarray(arguments["positions"], dtype=float)
    random, low, high = np.random.default_rng(0), positions.min(axis=0), positions.max(axis=0)
    spread = (high - low).max() or 1.0
    near = placement.position + spread * 10 ** random.uniform(-12, 0, (64, 1)) * random.normal(size=(64, len(low)))
    trials = np.concatenate([positions, random.uniform(low, high, (64, len(low))), near])
    scaled = np.linalg.norm((trials[:, None] - positions) / spread, axis=2) ** float(arguments["exponent"])
    least = float((scaled @ masses).min()) * spread ** float(arguments["exponent"])
    if least < placement.lower_bound * (1 - 1e-12):
        return f"a position costs {least!r}, below the lower bound {placement.lower_bound!r}"
    if placement.certified and placement.energy > least + (float(arguments["tolerance"]) + 1e-12) * placement.energy:
        return f"certified at {placement.energy!r}, and a position costs {least!r}"
    return ""


POINTS = datagravity.place([1, 1, 2], [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0]], 1.5)
MODELS = ("Llama-2 7B", "Mixtral 8x7B")
ACCELERATORS = ("A100 SXM4 80GB", "H200 SXM")
TOKEN = datagravity.decode_energy(MODELS[0], ACCELERATORS[0], batch=8, context=1024)


def tokens(**own):
    """Arguments of a forecast of a token."""
    amount = mostly(st.one_of(USUAL, WIDE, st.integers(0, 10**6), spans(USUAL)))
    return st.fixed_dictionaries(
        {
            "model": mostly(st.one_of(st.sampled_from(MODELS), rows_of("llm"))),
            "accelerator": mostly(st.one_of(st.sampled_from(ACCELERATORS), rows_of("accelerators"))),
            "batch": amount,
            **own,
        },
        optional={
            "gpus": mostly(st.integers(1, 64)),
            "weight_bits": amount,
            "kv_bits": amount,
            "pj_per_bit": amount,
        },
    )


@functools.cache
def _rows(table):
    return tuple(evidence.load(table).astype(object).to_dict("records"))


def rows_of(table):
    """Rows of a table as mappings, with one cell of them drawn anew."""
    rows = st.sampled_from(_rows(table))
    return rows.flatmap(
        lambda row: st.tuples(st.sampled_from(list(row)), st.one_of(WIDE, JUNK)).map(
            lambda cell: {**row, cell[0]: cell[1]}
        )
    )


ROWS_OF_PIM = st.fixed_dictionaries(
    {},
    optional={
        "id": mostly(st.text(max_size=4)),
        "source": mostly(st.text(max_size=4)),
        "baseline_class": mostly(st.sampled_from(["CPU", "GPU", "FPGA", "digital", "PIM"])),
        "baseline_memory": mostly(st.sampled_from(["HBM2", "DDR4", "LPDDR5", "SRAM"])),
        "scope": mostly(st.sampled_from(["whole_system", "macro", "device"])),
        "pj_per_bit_baseline": mostly(st.one_of(USUAL, WIDE, spans(USUAL), st.text(max_size=3))),
        "pj_per_bit_baseline_low": mostly(USUAL),
        "pj_per_bit_baseline_high": mostly(USUAL),
    },
)


def pim_arguments():
    """Arguments of `predict_pim`."""
    known = options(SET)
    chosen = {name: mostly(st.sampled_from(list(known[name]))) for name in PREDICTING}
    one = st.sampled_from(PREDICTING).flatmap(lambda name: chosen[name].map(lambda option: {name: option}))
    level = st.one_of(st.just({}), mostly(st.floats(0, 1)).map(lambda value: {"level": value}))
    rows = mostly(st.one_of(ROWS_OF_PIM, ROWS_OF_PIM.map(pd.Series)))
    return st.tuples(rows, st.one_of(st.just({}), one), level).map(
        lambda three: {"row": three[0], **three[1], **three[2]}
    )


FUNCTIONS = {
    "product": lambda x=1.0, y=1.0: x * y,
    "quotient": lambda x=1.0, y=1.0: x / y,
    "power": lambda x=1.0, y=1.0: abs(x) ** y,
    "logarithm": lambda x=1.0, y=1.0: np.log(x) + y,
    "constant": lambda x=1.0, y=1.0: 1.0,
    "text": lambda x=1.0, y=1.0: "x",
}


def propagate(function, **arguments):
    """`datagravity.propagate` of a function by its name here, so that a failure can be read."""
    with np.errstate(all="ignore"):  # what a reader's own function warns of is the reader's
        return datagravity.propagate(FUNCTIONS.get(function, function) if function else function, **arguments)


NUMBERS = st.one_of(USUAL, st.floats(-1e3, 1e3), WIDE)
FILES = st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode))


@functools.cache
def _template():
    return Path(chip.EXAMPLE).read_bytes()


@st.composite
def chip_files(draw):
    """The example of a chip's file with some bytes of it replaced, or bytes alone, and the end of the file's name."""
    text = bytearray(_template())
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(text)))
        text[start : start + draw(st.integers(0, 12))] = draw(FILES)[:12]
    return {"content": draw(st.one_of(st.just(bytes(text)), FILES)), "end": draw(st.sampled_from([".csv", ".json"]))}


def read_chip(content, end):
    """`chip.read` of a file with this content."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"chip{end}"
        path.write_bytes(content)
        return chip.read(path)


def chip_problems(found, arguments):
    """Whether what `chip.read` lists is in words."""
    return "" if all(str(one) for one in (*found.problems, *found.warnings)) else "a problem without words"


def constants_of_chip(content, end):
    """`Chip.disjunction_constants` of a file with this content."""
    return read_chip(content, end).disjunction_constants()


FOLDERS = st.one_of(st.none(), JUNK, st.sampled_from(["/nowhere", "/dev/null", ".", "\0"]))
INTERVALS = spans(NUMBERS).filter(lambda value: isinstance(value, Interval))


def targets():
    """The public functions, by the path below `datagravity` under which the reference lists them."""
    formulas = [name for name, home in datagravity.HOMES.items() if home == "datagravity.law"]
    amount = mostly(st.one_of(USUAL, WIDE, spans(USUAL)))
    prompt = st.one_of(amount, st.lists(USUAL, min_size=2, max_size=2), st.tuples(USUAL, USUAL))
    levers = st.fixed_dictionaries(
        {"lever": mostly(st.sampled_from(list(decoding.LEVERS))), "factor": mostly(st.one_of(st.floats(1, 1e3), WIDE))}
    )
    tables = mostly(st.sampled_from(["energy", "sources", "pim", "choices"]))
    frames = st.fixed_dictionaries({"table": tables, "rows": st.just(evidence.load("llm"))}, optional={"name": JUNK})
    several = st.fixed_dictionaries(
        {"function": mostly(st.sampled_from(list(FUNCTIONS)))},
        optional={
            "x": mostly(st.one_of(NUMBERS, INTERVALS)),
            "y": mostly(st.one_of(NUMBERS, INTERVALS)),
            "monotone": mostly(st.booleans()),
            "draws": mostly(st.sampled_from([1, 50])),
            "level": mostly(st.floats(0, 1)),
        },
    )
    fixed = {
        "place": Target(datagravity.place, placed(), not_refuted),
        "Placement.saving_over": Target(
            POINTS.saving_over, st.fixed_dictionaries({"position": mostly(st.lists(NUMBERS, min_size=2, max_size=2))})
        ),
        "predict_pim": Target(datagravity.predict_pim, pim_arguments()),
        "decode_energy": Target(
            datagravity.decode_energy,
            st.tuples(
                tokens(context=amount), st.fixed_dictionaries({}, optional={"prompt": prompt, "calibration": JUNK})
            ).map(lambda two: {**two[0], **two[1]}),
        ),
        "prefill_energy": Target(datagravity.prefill_energy, tokens(prompt=amount)),
        "decoding.Decoding.gain": Target(TOKEN.gain, levers),
        "decoding.Decoding.speedup": Target(TOKEN.speedup, levers),
        "Interval": Target(
            Interval,
            st.fixed_dictionaries(
                {name: mostly(NUMBERS) for name in ("value", "low", "high")},
                optional={
                    "level": mostly(st.floats(0, 1)),
                    "spread": mostly(st.sampled_from(intervals.SPREADS)),
                    "freedom": mostly(st.integers(1, 9)),
                },
            ),
        ),
        "propagate": Target(propagate, several),
        "intervals.text": Target(intervals.text, st.fixed_dictionaries({"interval": INTERVALS})),
        "intervals.digits": Target(intervals.digits, st.fixed_dictionaries({"interval": INTERVALS})),
        "load": Target(evidence.load, st.fixed_dictionaries({"table": tables}, optional={"directory": FOLDERS})),
        "tables": Target(evidence.tables, st.fixed_dictionaries({}, optional={"directory": FOLDERS})),
        "evidence.one_row": Target(evidence.one_row, frames),
        "evidence.validate": Target(evidence.validate, st.fixed_dictionaries({"directory": FOLDERS.filter(bool)})),
        "chip.read": Target(read_chip, chip_files(), chip_problems),
        "chip.Chip.disjunction_constants": Target(constants_of_chip, chip_files()),
    }
    return {name: Target(getattr(law, name), of_formula(getattr(law, name))) for name in sorted(formulas)} | fixed


#: What the reference lists and no input goes into, or what only carries what another one computed.
NOT_CALLED = {
    *("chip.Chip", "chip.Chip.valid", "chip.ChipError", "evidence.TableError", "Placement", "decoding.Decoding"),
    *("pim.Prediction", "pim.Input"),
    # Writes files; `chip.read` and `Chip.disjunction_constants` take what a reader gives it.
    "chip.Chip.report",
}


# --- The promise -----------------------------------------------------------------------------------------------------


def told(value):
    """The whole of a value as text or bytes, to see whether a call changed it."""
    if isinstance(value, np.ndarray | pd.Series | pd.DataFrame):
        return pickle.dumps(value)
    return repr(value)


def not_finite(value, where="the result"):
    """Where a NaN or an infinity stands in a result; "" if nowhere. A blank in a table is none."""
    if isinstance(value, float | np.floating | np.ndarray | pd.Series):
        numbers = np.asarray(value)
        return where if numbers.dtype.kind == "f" and not np.isfinite(numbers).all() else ""
    if is_dataclass(value) and not isinstance(value, type):
        value = {f.name: getattr(value, f.name) for f in fields(value) if f.name not in MAY_BE_INFINITE}
    if isinstance(value, Mapping):
        return next(filter(None, (not_finite(one, f"{where}, {name}") for name, one in value.items())), "")
    if isinstance(value, list | tuple):
        return next(filter(None, (not_finite(one, f"{where}, {place}") for place, one in enumerate(value))), "")
    return ""


def in_words(error, arguments):
    """Whether a refusal names an argument, or what stands in it, and says what was expected."""
    text = str(error)
    return "expected" in text and "\n" not in text.splitlines()[0] and bool(text.partition("expected")[0].strip())


def wrong(target, arguments):
    """What is wrong with one call, as a text; "" if the promise holds."""
    before = {name: told(value) for name, value in arguments.items()}
    started, result, refusal = time.process_time(), None, None
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            result = target.function(**arguments)
        except REFUSALS as error:
            refusal = error
        except Exception as error:
            return f"{type(error).__name__}: {error}, expected ValueError, OverflowError or TypeError"
    seconds = time.process_time() - started
    if seconds > LIMIT:
        return f"took {seconds:.1f} s of a processor, expected at most {LIMIT:g}"
    if changed := [name for name, value in arguments.items() if told(value) != before[name]]:
        return f"{changed[0]} is another one after the call"
    if refusal is not None:
        return "" if in_words(refusal, arguments) else f"refused in other words: {type(refusal).__name__}: {refusal}"
    if place := not_finite(result):
        return f"not finite: {place}: {result!r}"
    return target.check(result, arguments)


def property_of(name, target, counted):
    """The promise of one function as a property; `counted` gets the number of inputs as its `tries`."""

    @settings(max_examples=counted["inputs"], deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @seed(counted["seed"])
    @given(target.arguments)
    def holds(arguments):
        if not counted["wrong"]:  # what is tried after a failure only makes it smaller
            counted["tries"] += 1
        text = wrong(target, arguments)
        if text:
            counted["wrong"] = f"{name}(**{arguments!r}): {text}"[:1000]
            raise BrokenPromiseError(text)
        if counted.get("file") and counted["tries"] >= counted["inputs"]:
            ended(counted)

    return holds


def new_count(inputs, number, file=None):
    """What is known of a function before it is called."""
    return {"inputs": inputs, "seed": number, "tries": 0, "wrong": "", "file": file}


def by_hypothesis(name, target, inputs, number):
    """Call a function with inputs that hypothesis draws; how many, and what was wrong."""
    counted = new_count(inputs, number)
    with contextlib.suppress(BrokenPromiseError):
        property_of(name, target, counted)()
    return {"function": name, "tries": counted["tries"], "wrong": counted["wrong"]}


# --- Atheris ---------------------------------------------------------------------------------------------------------


def ended(counted):
    """Write what atheris found and end its process, which it never does by itself."""
    found_here = {"tries": counted["tries"], "wrong": counted["wrong"]}
    Path(counted["file"]).write_text(json.dumps(found_here), encoding="utf-8")
    os._exit(0)


def fuzz_here(name, inputs, number, file):
    """In a process of its own: let atheris draw inputs until there are enough, or one breaks the promise."""
    import atheris

    atheris.instrument_all()
    counted = new_count(inputs, number, file)
    one = property_of(name, targets()[name], counted).hypothesis.fuzz_one_input

    def tried(data):
        try:
            one(data)
        except BrokenPromiseError:
            ended(counted)

    atheris.Setup([sys.argv[0], f"-seed={number}", "-max_len=4096", "-verbosity=0"], tried)
    atheris.Fuzz()


def by_atheris(name, inputs, number, seconds=600):
    """Call a function with inputs that atheris draws; how many, and what was wrong."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "found.json"
        command = [
            sys.executable,
            __file__,
            "--atheris",
            str(file),
            "--inputs",
            str(inputs),
            "--seed",
            str(number),
            name,
        ]
        try:
            run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
        except subprocess.TimeoutExpired:
            return {"function": name, "tries": 0, "wrong": f"{name}: no end within {seconds} s"}
        if not file.exists():
            return {"function": name, "tries": 0, "wrong": f"{name}: atheris ended: {run.stderr[-500:]}"}
        return {"function": name, **json.loads(file.read_text(encoding="utf-8"))}


# --- All of them -----------------------------------------------------------------------------------------------------


def listed():
    """The paths that the reference lists by question, and that take inputs."""
    paths = {path for paths in QUESTIONS.values() for path in paths}
    return {path for path in paths - NOT_CALLED if callable(found(path))}


def main(arguments=None):
    """Call what is asked for; the status is 1 if a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("functions", nargs="*", metavar="FUNCTION", help="only these, as the reference names them")
    parser.add_argument("--inputs", type=int, default=500, help="inputs of each function and engine")
    parser.add_argument("--seed", type=int, default=1, help="of the draws")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was found to this file, too")
    parser.add_argument("--atheris", metavar="FILE", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.atheris:
        fuzz_here(chosen.functions[0], chosen.inputs, chosen.seed, chosen.atheris)
    known = targets()
    if unknown := [name for name in chosen.functions if name not in known]:
        parser.error(f"FUNCTION: {unknown[0]!r}, expected one of {', '.join(known)}")
    names = chosen.functions or list(known)
    engines = {"hypothesis": lambda name: by_hypothesis(name, known[name], chosen.inputs, chosen.seed)}
    if importlib.util.find_spec("atheris"):
        engines["atheris"] = lambda name: by_atheris(name, chosen.inputs, chosen.seed)
    results = []
    for engine, tried in engines.items():
        for name in names:
            started = time.perf_counter()
            results.append({"engine": engine, **tried(name)})
            one, seconds = results[-1], time.perf_counter() - started
            print(f"{engine:12} {name:34} {one['tries']:7} inputs {seconds:6.1f} s  {one['wrong']}", flush=True)
    if chosen.json:
        chosen.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    failed = sum(bool(one["wrong"]) for one in results)
    print(
        f"{sum(one['tries'] for one in results):,} inputs, {failed} of {len(results)} runs ended with a broken promise."
    )
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
