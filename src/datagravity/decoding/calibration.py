"""Measured runs, the numbers that are fitted to them, and what the formulas then say of them.

Times are fitted first: to the throughput of the runs, and to the time that prompts took in other sources, which pin
the arithmetic. Then the standing power is fitted to the energy of the runs. What is tested is never fitted to.
"""

import math
from functools import partial

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from datagravity import checks, symbolic
from datagravity.decoding.quantities import quantities
from datagravity.decoding.rows import hardware_row, model_row
from datagravity.decoding.terms import DYNAMIC, TIMES, while_decoding, while_prefilling
from datagravity.evaluate import evaluate
from datagravity.evidence import load, remembered

#: Mean tokens of a prompt of the runs of measured_inference, which their source does not print: an assumption, and the
#: range within which we would not argue.
PROMPT_TOKENS, PROMPT_RANGE = 100, (50, 400)
#: Limits of the batches that errors are sorted by.
BATCH_EDGES = (0, 12, 48, 160, 640, math.inf)
BATCH_NAMES = ("about 8", "16 to 32", "64 to 128", "192 to 512", "768 and more")
# Where a residual of a logarithm begins to count less.
_ROBUST = {"loss": "soft_l1", "f_scale": 0.2}
# Fitted as logarithms, in this order: where the search begins, and the largest value.
_START = {
    "memory_efficiency": (0.7, 1),
    "arithmetic_efficiency": (0.5, 1),
    "link_efficiency": (0.05, 1),
    "layer_overhead": (1e-4, 1),
    "host_overhead": (3e-5, 1),
}
_SCALED = {
    "memory_efficiency": ("weights", "kv_cache"),
    "arithmetic_efficiency": ("arithmetic", "prompt"),
    "link_efficiency": ("links",),
}


# --- The runs --------------------------------------------------------------------------------------------------------


@remembered
def _runs(prompt=PROMPT_TOKENS):
    rows = load("measured_inference").query("boundary == 'GPU' and kind == 'measured'")
    stated = ["llm_name", "accelerator_name", "batch_avg", "avg_output_tokens", "throughput_tok_s"]
    stated += ["j_per_output_token", "weight_bits"]
    rows = rows.dropna(subset=stated).reset_index(drop=True)
    names = {"llm_name": "llm", "accelerator_name": "accelerator", "j_per_output_token": "measured"}
    names |= {"batch_avg": "batch", "num_gpus": "gpus", "avg_output_tokens": "output", "throughput_tok_s": "rate"}
    rows = rows.rename(columns=names).assign(prompt=float(prompt))
    return prepared(rows, while_decoding)


@remembered
def _prompts():
    """Prompts whose length and time are known: each row a pass over all prompts of a batch."""
    rows = load("measured_decoding").query("boundary == 'GPU'")
    stated = ["seconds_to_first_token", "mean_input_tokens", "batch_average", "llm", "accelerator_name", "weight_bits"]
    rows = rows.dropna(subset=stated).drop(columns="accelerator").reset_index(drop=True)
    rows = rows.rename(columns={"accelerator_name": "accelerator", "mean_input_tokens": "prompt"})
    # Of accelerators that hold layers in turn one works at a time.
    rows = rows.assign(measured=rows["joules_per_input_token"], working=rows["gpus"].mask(rows["layers_in_turn"], 1))
    rows = rows.assign(batch=rows["batch_average"] * rows["prompt"], output=0.0)
    rows = rows.assign(rate=rows["batch"] / rows["seconds_to_first_token"])
    return prepared(rows.rename(columns={"gpus": "boards", "working": "gpus"}), while_prefilling)


def prepared(rows, phase):
    """Rows of runs, and what the formulas need of each by the names of their symbols.

    Parameters
    ----------
    rows : a frame of llm, accelerator, gpus, weight_bits, batch, prompt, output (tokens of a sequence), rate (tokens a
        second of all accelerators) and measured (J a token)
    phase : `terms.while_decoding`, or `terms.while_prefilling`: then a token is one of the prompt

    Returns
    -------
    The frame with context, seconds (of one accelerator for one token), batch_group and mixture; and a dict of arrays.
    """
    writes = phase is while_decoding
    prompt, output = (rows[name].astype(float) for name in ("prompt", "output"))
    rows = rows.assign(
        context=prompt + output / 2 if writes else prompt / 2,
        prompt_per_output=prompt / output if writes else 0.0,
        seconds=rows["gpus"].astype(float) / rows["rate"].astype(float),
        batch_group=pd.cut(rows["batch"].astype(float), BATCH_EDGES, labels=list(BATCH_NAMES)).astype("string"),
        mixture=rows["llm"].map(load("llm").set_index("name")["n_experts"].notna()).astype(bool),
    )
    numbers = [_of_run(row) for row in rows.to_dict("records")]
    return rows, {key: np.array([n[key] for n in numbers]) for key in (numbers[0] if numbers else ("batch",))}


def _of_run(run):
    _, model = model_row(run["llm"])
    _, accelerator = hardware_row(run["accelerator"])
    found = quantities(model, accelerator, run["weight_bits"], run["gpus"])
    given = {name: float(run[name]) for name in ("batch", "context", "prompt_per_output")}
    return found | given | {"kv_bits": 16.0}


def measured_runs():
    """Every measured run that states batch, throughput and joules per token within the boundary of the accelerator.

    Returns
    -------
    pandas.DataFrame with the columns of the table measured_inference, some renamed (llm, accelerator, batch, gpus,
    output, rate, measured in J), and prompt (assumed), context, prompt_per_output, seconds (of one accelerator, per
    token), batch_group and mixture (of experts).
    """
    return _runs()[0]


# --- Fits ------------------------------------------------------------------------------------------------------------


@remembered
def calibrate(left_out=None, prompt=PROMPT_TOKENS):
    """The numbers of the formulas that no source states, fitted to runs: first to times, then to energy.

    Parameters
    ----------
    left_out : (column, value) of the runs that are kept from the fit, the column "llm" or "accelerator"; None for none
    prompt : mean tokens of a prompt of the runs that do not state it

    Returns
    -------
    dict: memory_efficiency, arithmetic_efficiency, link_efficiency, awake_share, each between 0 and 1; layer_overhead
    and host_overhead in s.

    Raises
    ------
    ValueError
        If no measured run is left, or runs are left out by another column.

    Examples
    --------
    >>> found = calibrate()
    >>> 0 < found["memory_efficiency"] < 1
    True
    """
    rows, numbers = _kept(_runs(prompt), left_out)
    prompts, of_prompts = _kept(_prompts(), left_out)
    if rows.empty:
        raise ValueError(f"left_out: {left_out!r}, expected one that leaves a measured run")
    wanted = np.log(np.concatenate([rows["seconds"].astype(float), prompts["seconds"].astype(float)]))
    units = {
        name: np.concatenate(
            [_times(numbers, while_decoding)[name], _times(of_prompts, while_prefilling)[name]]
            if len(prompts)
            else [_times(numbers, while_decoding)[name]]
        )
        for name in TIMES
    }

    def slowness(logs):
        return np.log(_whole(units, dict(zip(_START, np.exp(logs), strict=True)))) - wanted

    start, most = (np.log([pair[side] for pair in _START.values()]) for side in (0, 1))
    logs = least_squares(slowness, start, bounds=(np.full(len(start), -30), most), x_scale=1.0, **_ROBUST).x
    times = {name: float(min(np.exp(log), _START[name][1])) for name, log in zip(_START, logs, strict=True)}
    seconds = _whole(_times(numbers, while_decoding), times)
    moved = evaluate("calibrate", sum(DYNAMIC.values()), **numbers)
    idle, above = (numbers["idle_power"] * seconds, (numbers["power"] - numbers["idle_power"]) * seconds)
    energy = rows["measured"].to_numpy(dtype=float)
    share = least_squares(
        lambda x: np.log((moved + idle + x[0] * above) / energy), [0.3], bounds=([0], [1]), **_ROBUST
    ).x[0]
    return times | {"awake_share": float(share)}


def _kept(runs, left_out):
    rows, numbers = runs
    if left_out is None:
        return runs
    column, value = left_out
    kept = (rows[checks.choice("left_out", column, ("llm", "accelerator"))] != value).to_numpy(dtype=bool)
    return rows[kept], {name: array[kept] for name, array in numbers.items()}


def _times(numbers, phase):
    """The parts of the time as they are if everything is reached, and if each overhead is one second."""
    if not len(numbers["batch"]):
        return {name: np.array([]) for name in TIMES}
    whole = numbers | dict.fromkeys(_SCALED, 1.0) | {"layer_overhead": 1.0, "host_overhead": 1.0}
    return {name: evaluate("calibrate", phase(seconds), **whole) for name, seconds in TIMES.items()}


def _whole(units, times):
    scaled = sum(units[name] / times[efficiency] for efficiency, parts in _SCALED.items() for name in parts)
    return scaled + units["layers"] * times["layer_overhead"] + units["host"] * times["host_overhead"]


# --- Forecasts of the runs -------------------------------------------------------------------------------------------


def forecasts(rows, numbers, calibration, phase=while_decoding):
    """Rows of `prepared` with the forecast of a calibration: columns predicted (J), forecast_seconds, and ratio =
    measured over predicted.
    """
    value = partial(evaluate, "forecasts", **_with(numbers, calibration))
    energies, seconds = value(phase(symbolic.token_energy)), value(phase(symbolic.token_seconds))
    return rows.assign(predicted=energies, forecast_seconds=seconds, ratio=rows["measured"].astype(float) / energies)


def _with(numbers, calibration):
    stands = {name: numbers[name] for name in ("power", "idle_power")} | {"awake_share": calibration["awake_share"]}
    return numbers | dict(calibration) | {"standing_power": evaluate("forecasts", symbolic.standing, **stands)}


def predicted(calibration=None, prompt=PROMPT_TOKENS):
    """The measured runs, with `predicted` joules per token and `ratio` = measured over predicted; no run left out."""
    return forecasts(*_runs(prompt), calibrate(prompt=prompt) if calibration is None else calibration)


def prompts_read(calibration=None):
    """Rows of measured_decoding whose prompts' length and time are known, with forecast_seconds, seconds and, where
    energy was measured, ratio; one row a pass. Of the columns of the table, gpus is how many work at a time.
    """
    rows, numbers = _prompts()
    found = forecasts(rows, numbers, calibrate() if calibration is None else calibration, while_prefilling)
    waits = (rows["boards"] - rows["gpus"]).astype(float) * numbers["idle_power"] * found["forecast_seconds"]
    joules = found["predicted"] + waits.to_numpy()
    return found.assign(predicted=joules, ratio=rows["measured"].astype(float) / joules)
