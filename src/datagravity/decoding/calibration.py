"""Measured runs: the three numbers that are fitted to them, and how far forecasts lie from them."""

import math

import numpy as np
import pandas as pd
from scipy.optimize import least_squares

from datagravity import checks, fits, symbolic
from datagravity.decoding.rows import hardware_row, model_row
from datagravity.decoding.terms import DYNAMIC
from datagravity.decoding.token import quantities
from datagravity.evaluate import evaluate
from datagravity.evidence import is_blank, load, remembered

#: The one that is given to a forecast of the two larger ones, and to the models that know less.
SMALLEST = ("Llama-3 8B",)
#: The mean prompt of the measured runs, which their source does not print: an assumption.
PROMPT_TOKENS = 200
#: Nominal level of the interval of errors.
LEVEL = 0.8
#: Limits of the batches that errors are sorted by.
BATCH_EDGES = (0, 12, 48, 160, 640, math.inf)
BATCH_NAMES = ("about 8", "16 to 32", "64 to 128", "192 to 512", "768 and more")


@remembered
def _runs():
    rows = load("measured_inference").query("boundary == 'GPU' and kind == 'measured'")
    stated = ["llm_name", "accelerator_name", "batch_avg", "avg_output_tokens", "throughput_tok_s"]
    stated += ["j_per_output_token", "weight_bits"]
    rows = rows.dropna(subset=stated).reset_index(drop=True)
    rows = rows.rename(columns={"llm_name": "llm", "accelerator_name": "accelerator", "j_per_output_token": "measured"})
    rows["context"] = PROMPT_TOKENS + rows["avg_output_tokens"] / 2
    # Seconds of one accelerator for one token.
    rows["seconds"] = rows["num_gpus"] / rows["throughput_tok_s"]
    edges = pd.cut(rows["batch_avg"].astype(float), BATCH_EDGES, labels=list(BATCH_NAMES))
    rows["batch_group"] = edges.astype("string")
    rows["mixture"] = rows["llm"].map(load("llm").set_index("name")["n_experts"].notna())
    names = {"batch_avg": "batch", "num_gpus": "gpus"}
    numbers = [_of_run(row) for row in rows.rename(columns=names).to_dict("records")]
    return rows.rename(columns=names), {key: np.array([n[key] for n in numbers]) for key in numbers[0]}


def _of_run(run):
    _, model = model_row(run["llm"])
    _, hardware = hardware_row(run["accelerator"])
    found = quantities(model, hardware, run["weight_bits"])
    return found | {"batch": float(run["batch"]), "context": float(run["context"]), "kv_bits": 16.0}


def measured_runs():
    """Every measured run that states batch, throughput and joules per token within the boundary of the accelerator.

    Returns
    -------
    pandas.DataFrame with the columns of the table, some renamed (llm, accelerator, batch, gpus, measured in J), and
    weight_bits, context, seconds (of one accelerator, per token), batch_group and mixture (of experts).
    """
    return _runs()[0]


@remembered
def calibrate(models=None, accelerators=None):
    """The two efficiencies, fitted to throughput alone, and then the static share, fitted to energy.

    Parameters
    ----------
    models : tuple of names of models whose runs are used; every dense one if None
    accelerators : tuple of names of accelerators; all if None

    Returns
    -------
    dict: memory_efficiency, arithmetic_efficiency, static_share; each between 0 and 1.

    Raises
    ------
    ValueError
        If no measured run is of these.
    """
    rows, numbers = _runs()
    chosen = ~rows["mixture"] if models is None else rows["llm"].isin(models)
    chosen &= True if accelerators is None else rows["accelerator"].isin(accelerators)
    if not chosen.any():
        raise ValueError(f"models, accelerators: {models!r}, {accelerators!r}, expected some with a measured run")
    chosen = chosen.to_numpy(dtype=bool)
    numbers = {name: array[chosen] for name, array in numbers.items()}
    seconds, energy = (rows.loc[chosen, name].to_numpy(dtype=float) for name in ("seconds", "measured"))
    memory = evaluate("calibrate", symbolic.weight_seconds + symbolic.kv_seconds, **numbers)
    arithmetic = evaluate("calibrate", symbolic.arithmetic_seconds, **numbers)

    def slowness(logs):
        return np.log((memory / np.exp(logs[0]) + arithmetic / np.exp(logs[1])) / seconds)

    robust = {"loss": "soft_l1", "f_scale": 0.2}
    logs = least_squares(slowness, [-0.3, -0.7], bounds=([-20, -20], [0, 0]), **robust).x
    efficiencies = {"memory_efficiency": float(np.exp(logs[0])), "arithmetic_efficiency": float(np.exp(logs[1]))}
    busy = memory / np.exp(logs[0]) + arithmetic / np.exp(logs[1])
    moved = evaluate("calibrate", sum(DYNAMIC.values()), **numbers)
    share = least_squares(
        lambda x: np.log((moved + x[0] * numbers["power"] * busy) / energy), [0.3], bounds=([0], [1]), **robust
    ).x[0]
    return efficiencies | {"static_share": float(share)}


def predicted(calibration=None):
    """The measured runs, with `predicted` joules per token and `ratio` = measured over predicted; no run left out."""
    rows, numbers = _runs()
    numbers |= calibrate() if calibration is None else calibration
    energies = evaluate("predicted", symbolic.token_energy, **numbers)
    return rows.assign(predicted=energies, ratio=rows["measured"].astype(float) / energies)


def left_out(by="llm"):
    """Each group of runs predicted from the runs of dense models in all other groups; `by` is llm or accelerator.

    Raises
    ------
    ValueError
        If runs are to be grouped by anything else.
    """
    checks.choice("by", by, ("llm", "accelerator"))
    parts = []
    for _, own, rest in fits.leave_one_group_out(measured_runs(), by):
        dense = rest[~rest["mixture"]]
        found = calibrate(tuple(sorted(set(dense["llm"]))), tuple(sorted(set(dense["accelerator"]))))
        parts.append(predicted(found).loc[own.index])
    return pd.concat(parts).sort_index()


def nulls():
    """Two models that know less, each calibrated on the runs of the smallest model: columns `ratio` and `null`.

    "parameters": joules of the calibrated model at the same batch and accelerator, times bytes of active weights.
    "measured time": a constant share of the design power times the time that was measured, which no forecast has.
    """
    rows, numbers = _runs()
    known = rows["llm"].isin(SMALLEST)
    drawn = numbers["power"] * rows["seconds"].astype(float)
    share = np.exp(np.median(np.log((rows["measured"] / drawn)[known].astype(float))))
    timed = rows.assign(null="measured time", ratio=rows["measured"].astype(float) / (share * drawn))
    active = rows["params_active_b"].astype(float) * rows["weight_bits"]
    base = {
        (row.accelerator, row.batch_max): row.measured / size
        for row, size in zip(rows[known].itertuples(), active[known], strict=True)
        if not is_blank(row.batch_max)
    }
    keys = list(zip(rows["accelerator"], rows["batch_max"], strict=True))
    scaled = active * [base.get(key, math.nan) for key in keys]
    sized = rows.assign(null="parameters", ratio=rows["measured"].astype(float) / scaled).dropna(subset=["ratio"])
    return pd.concat([sized, timed])[lambda frame: ~frame["llm"].isin(SMALLEST)].reset_index(drop=True)


def error_table(runs, by=None):
    """How far predictions lie from measurements, as a factor either way: count, median, p90 and largest.

    Parameters
    ----------
    runs : a frame with `ratio`, as from `predicted`
    by : a column to sort by; one row for all runs if None
    """
    factor = np.exp(np.abs(np.log(runs["ratio"].astype(float))))
    groups = factor.groupby(runs[by] if by else np.full(len(runs), "all runs"))
    table = groups.agg(
        runs="count", median="median", p90=lambda values: values.quantile(0.9), largest="max"
    ).rename_axis(by or "group")
    order = [name for name in BATCH_NAMES if name in table.index]
    return (table.loc[order] if order else table).reset_index()


@remembered
def error_interval(mixture):
    """The central LEVEL of measured over predicted, (low, high): of mixtures, or of dense models, each left out."""
    runs = left_out()
    rows = runs[runs["mixture"] == mixture]
    low, high = np.quantile(rows["ratio"].astype(float), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)
