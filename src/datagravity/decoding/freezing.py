"""The frozen test: what was fitted before certain runs were read, kept in a file, and held against them once.

`data/frozen_decoding.json` holds the numbers that the formulas were fitted with, those of the models that know less,
the bands, the day, and three digests: of the source files of the model, of the cells of the tables that it rests on,
and of the fitted numbers. A change of any of them is seen, and needs a freeze of its own, with a new date: the runs
that were scored are then runs that the model has seen, and the file says so.
"""

import ast
import hashlib
import json
from pathlib import Path

import pandas as pd

from datagravity import checks, paths
from datagravity.decoding.calibration import (
    PROMPT_TOKENS,
    calibrate,
    forecasts,
    measured_runs,
    predicted,
    prepared,
    prompts_read,
)
from datagravity.decoding.errors import LEVEL, error_interval, error_table
from datagravity.decoding.nulls import NULLS, fit_nulls, null_ratios
from datagravity.decoding.quantities import HBM_SERIES, energy_per_bit
from datagravity.decoding.terms import while_decoding
from datagravity.evidence import load, remembered
from datagravity.reads import record
from datagravity.series import labelled_rows

FILE = "frozen_decoding.json"
#: The source files whose change would change a forecast, a null or a band. What they share with the other chapters,
#: `fits` and `evaluate`, is not among them: a test holds the numbers and the bands of the file to those fitted now.
MODEL = (
    "symbolic/token.py",
    *(f"decoding/{name}.py" for name in ["transformer", "terms", "quantities", "calibration", "nulls", "errors"]),
)

#: How the runs are scored: said before they are read.
PLAN = {
    "runs": "every row of measured_decoding whose phase is serving",
    "forecast": "decode_energy at the mean batch and output, the prompt as for the fit, "
    "all accelerators sharing layers",
    "groups": "dense models and mixtures of experts apart; a hybrid is dense",
    "apart": "rows whose host_stalls is suspected, by the two percentiles of a step, whatever their energy",
    "headline without": "models whose configuration is recalled; they are printed in the table of models",
    "rivals": "the models that know less, with the numbers in this file",
    "printed": "median and 90th percentile of the factor either way, and the share of runs inside the band",
}


def frozen():
    """The frozen numbers and digests, as the file has them; a dict."""
    record(FILE)
    return json.loads((Path(paths.DATA) / FILE).read_text(encoding="utf-8"))


def freeze(date):
    """The content of a new file: what is fitted now, on the day `date` (as in "2026-11-29").

    Returns
    -------
    dict: date, plan, prompt, level, calibration, nulls, bands, digests.
    """
    found = {
        "date": date,
        "plan": PLAN,
        "prompt": PROMPT_TOKENS,
        "level": LEVEL,
        "calibration": calibrate(),
        "nulls": fit_nulls(predicted()),
        "bands": {name: error_interval(mixture) for name, mixture in (("dense", False), ("mixture", True))},
    }
    return found | {"digests": digests(found)}


@remembered(stored=True)
def scored():
    """The runs that were not there when the model was frozen, each with what the frozen numbers say of it.

    Returns
    -------
    pandas.DataFrame with the columns of measured_decoding, some renamed as by `measured_runs`, and predicted (J),
    ratio = measured over predicted, one column of such a ratio for each of `nulls.NULLS`, inside (the band), kind
    ("dense" or "mixture"), stalls (host stalls suspected) and recalled (the configuration of the model is).
    """
    known = frozen()
    names = {"accelerator_name": "accelerator", "batch_average": "batch", "mean_output_tokens": "output"}
    names |= {"throughput_tokens_per_s": "rate", "joules_per_output_token": "measured"}
    rows = load("measured_decoding").query("phase == 'serving'").drop(columns="accelerator").rename(columns=names)
    rows = rows.assign(prompt=float(known["prompt"])).reset_index(drop=True)
    rows, numbers = prepared(rows, while_decoding)
    found = forecasts(checks.some(rows, "run of serving on a known accelerator"), numbers, known["calibration"])
    found = null_ratios(found, known["nulls"])
    kind = found["mixture"].map({True: "mixture", False: "dense"})
    low, high = (kind.map({name: ends[side] for name, ends in known["bands"].items()}) for side in (0, 1))
    return found.assign(
        kind=kind,
        inside=found["ratio"].between(low, high),
        stalls=found["host_stalls"] == "suspected",
        recalled=found["llm"].map(load("llm").set_index("name")["status"]) == "recalled",
    )


def score(runs=None):
    """How far the frozen model and its rivals were off, by `PLAN`: a row for each kind, with and without suspected
    host stalls, and each of them.

    Parameters
    ----------
    runs : rows of `scored`; all whose configuration is not recalled if None

    Returns
    -------
    pandas.DataFrame: kind, stalls, model ("ratio" or one of `nulls.NULLS`), runs, median, p90, largest, inside (of the
    band; blank for a rival).
    """
    runs = scored().query("not recalled") if runs is None else runs
    tables = []
    for (kind, stalls), own in runs.groupby(["kind", "stalls"]):
        table = error_table(own, "kind", ("ratio", *NULLS)).assign(kind=kind, stalls=stalls)
        inside = pd.Series(float(own["inside"].mean()), index=table.index, dtype="Float64")
        tables.append(table.assign(inside=inside.where(table["model"] == "ratio")))
    return pd.concat(tables, ignore_index=True)


def score_by_model():
    """The table of models that `PLAN` asks for: how far the frozen model was off, without suspected host stalls.

    Returns
    -------
    pandas.DataFrame: kind, llm, recalled (its configuration is), runs, median, p90, largest, inside (of the band), and
    time_median and time_p90 of the forecast time alone.
    """
    rows = []
    for (kind, llm, recalled), own in scored().query("not stalls").groupby(["kind", "llm", "recalled"]):
        ours, time = error_table(own, columns=("ratio", "time only")).to_dict("records")
        found = {name: ours[name] for name in ("runs", "median", "p90", "largest")}
        found |= {"inside": float(own["inside"].mean()), "time_median": time["median"], "time_p90": time["p90"]}
        rows.append({"kind": kind, "llm": llm, "recalled": recalled} | found)
    return pd.DataFrame(rows)


def digests(found):
    """The three digests of `FILE`: of the source files now, of the tables now, and of the numbers of `found`."""
    numbers = {name: value for name, value in found.items() if name != "digests"}
    return {
        "model": _digest([_without_words(Path(__file__).parent.parent / name) for name in MODEL]),
        "tables": _digest(_cells()),
        "numbers": _digest(numbers),
    }


def _digest(content):
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _without_words(path):
    """The lines of a source file that do something: no docstring, no comment line, no empty line."""
    text = path.read_text(encoding="utf-8")
    dropped = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            dropped |= set(range(node.lineno, node.end_lineno + 1))
    lines = (line.rstrip() for number, line in enumerate(text.splitlines(), 1) if number not in dropped)
    return [line for line in lines if line and not line.lstrip().startswith("#")]


# What the fits read of each table.
_READ = {
    "measured_inference": "id llm_name accelerator_name num_gpus weight_bits batch_avg avg_output_tokens"
    " throughput_tok_s j_per_output_token",
    "measured_decoding": "id phase llm accelerator_name gpus layers_in_turn weight_bits batch_average mean_input_tokens"
    " seconds_to_first_token average_power_w model_loaded",
    "llm": "name layers hidden heads kv_heads head_dim ffn_hidden biases mlp positions n_experts experts_per_token"
    " shared_experts dense_layers dense_ffn_hidden kv_latent q_latent rope_dim vocab context tied_embeddings"
    " attention_layers mamba_layers mlp_layers",
    "accelerators": "name peak_dense_fp16_bf16_tflops peak_dense_fp8_tflops mem_bw_gb_s tdp_w memory_level",
}


def _cells():
    """The cells that the fits rest on, as the tables have them."""
    runs, prompts = measured_runs(), prompts_read()
    idle = load("measured_decoding").query("phase == 'idle'")
    return {
        "measured_inference": _rows("measured_inference", runs["id"]),
        "measured_decoding": _rows("measured_decoding", [*prompts["id"], *idle["id"]]),
        "llm": _rows("llm", [*runs["llm"], *prompts["llm"]]),
        "accelerators": _rows("accelerators", [*runs["accelerator"], *prompts["accelerator"]]),
        "energy": {name: energy_per_bit(name) for name in labelled_rows(HBM_SERIES)},
    }


def _rows(table, names):
    columns = _READ[table].split()
    frame = load(table)[columns]
    kept = frame[frame[columns[0]].isin(set(names))].sort_values(columns[0]).astype(object)
    return kept.where(kept.notna(), None).to_dict("records")
