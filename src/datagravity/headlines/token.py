"""The numbers of the chapter on a token's energy budget."""

import numpy as np
from scipy.optimize import brentq

from datagravity.decoding import (
    PROMPT_RANGE,
    PROMPT_TOKENS,
    calibrate,
    decode_energy,
    energy_per_bit,
    error_table,
    frozen,
    idle_powers,
    left_out,
    measured_runs,
    prompts_read,
    score,
    scored,
)
from datagravity.evidence import load
from datagravity.headlines import extension

#: The run that the chapter begins with: a model of the 70B class on four H100.
EXAMPLE = {"model": "Llama-3 70B", "accelerator": "H100 SXM5 80GB", "gpus": 4}


def example(batch):
    """The energy of one token of the example at its mean context and the prompt that we assume."""
    return decode_energy(**EXAMPLE, batch=batch, context=275, prompt=PROMPT_TOKENS)


def _run(limit):
    """The measured run of the example under this limit of its batch."""
    runs = measured_runs()
    own = runs[["llm", "accelerator", "gpus"]].eq(list(EXAMPLE.values())).all(axis=1)
    return runs[own].set_index("batch_max").loc[limit]


def _weights_and_arithmetic(limit, row):
    """What reading the weights and computing take of a measured run at one row's energy per bit, in J."""
    price = energy_per_bit(row, end="high")
    terms = decode_energy(**EXAMPLE, batch=_run(limit)["batch"], context=0, pj_per_bit=price).terms
    return terms["weights"], terms["arithmetic"]


def two_terms():
    """What both terms of G_d explain of two measured runs, a bit priced at the device and at the system."""
    small, large = 8, 1024
    measured = {limit: _run(limit)["measured"] for limit in (small, large)}

    def explained(limit, row):
        return 100 * sum(_weights_and_arithmetic(limit, row)) / measured[limit]

    return {
        "small_batch": extension(small, "sequences"),
        "large_batch": extension(large, "sequences"),
        "small_measured": extension(measured[small], "J"),
        "fall": extension(measured[small] / measured[large]),
        "device_bit": extension(energy_per_bit("device", end="high"), "pJ/bit"),
        "system_bit": extension(energy_per_bit("system", end="high"), "pJ/bit"),
        "device_small": extension(explained(small, "device"), "%"),
        "device_large": extension(explained(large, "device"), "%"),
        "system_small": extension(explained(small, "system"), "%"),
        "system_large": extension(explained(large, "system"), "%"),
    }


def what_stands():
    """The power of accelerators that wait, the share that stands above it at work, and the prompts that we assume."""
    idle = idle_powers().set_index("accelerator")
    return {
        "idle_least": extension(100 * idle["share"].min(), "%"),
        "idle_most": extension(100 * idle["share"].max(), "%"),
        "awake": extension(100 * calibrate()["awake_share"], "%"),
        "prompt": extension(PROMPT_TOKENS, "tokens"),
        "prompt_low": extension(PROMPT_RANGE[0], "tokens"),
        "prompt_high": extension(PROMPT_RANGE[1], "tokens"),
    }


def forecast():
    """How far forecasts of models left out are off, beside the time alone, dense and mixtures apart."""
    found, every = {}, left_out()
    for kind, mixture in (("dense", False), ("mixture", True)):
        runs = every[every["mixture"] == mixture]
        table = error_table(runs, columns=("ratio", "time only")).set_index("model")
        for name, row in {"our": "ratio", "time": "time only"}.items():
            found[f"{name}_{kind}"] = extension(table.loc[row, "median"])
            found[f"{name}_{kind}_p90"] = extension(table.loc[row, "p90"])
    medians = [error_table(left_out(prompt=prompt)).iloc[0]["median"] for prompt in (*PROMPT_RANGE, PROMPT_TOKENS)]
    return found | {
        "prompt_best": extension(min(medians)),
        "prompt_worst": extension(max(medians)),
    }


def frozen_test():
    """What the frozen model, and those that know less, said of runs that were not there: dense and mixtures apart."""
    known, runs = frozen(), scored()
    table = score().set_index(["kind", "stalls", "model"])
    found = {
        "frozen_on": extension(known["date"]),
        "digest": extension(known["digests"]["model"][:12]),
        "unseen": extension(len(runs), "runs"),
        "stalled": extension(int(runs["stalls"].sum()), "runs"),
    }
    names = {"new": "ratio", "new_time": "time only", "new_size": "parameters"}
    for kind in ("dense", "mixture"):
        for name, model in names.items():
            row = table.loc[(kind, False, model)]
            found |= {f"{name}_{kind}": extension(row["median"]), f"{name}_{kind}_p90": extension(row["p90"])}
        found[f"held_{kind}"] = extension(100 * table.loc[(kind, False, "ratio"), "inside"], "%")
    del found["new_size_mixture_p90"]
    factors = np.exp(np.abs(np.log(runs.query("not stalls")[["ratio", "time only"]].astype(float))))
    medians = factors.groupby(runs["llm"]).median()
    return found | {
        "new_models": extension(len(medians), "models"),
        "beats_time": extension(int((medians["ratio"] < medians["time only"]).sum()), "models"),
    }


def printed_before():
    """How many of the scored runs' energies stood in the table of trends before the model was frozen."""
    printed = load("efficiency_trend").query("unit == 'J/output token'")["value"]
    runs = load("measured_decoding").query("phase == 'serving'")
    return {"in_trends": extension(int(runs["joules_per_output_token"].isin(printed).sum()), "runs")}


def prompts():
    """How far the formulas are off for prompts alone, over the rows whose energy was measured and is no bound."""
    rows = prompts_read().query("input_energy_is == 'measured'")
    off = error_table(rows).iloc[0]
    return {
        "prompt_runs": extension(off["runs"], "rows"),
        "prompt_median": extension(off["median"]),
        "prompt_p90": extension(off["p90"]),
    }


def the_example():
    """The sum for the example at its smallest batch: G_d, and its terms over what was measured."""
    here, run = example(8), _run(8)
    return {
        "gd_here": extension(here.gd),
        "unity": extension(here.batch_at_unity, "sequences"),
        "weights_here": extension(100 * here.terms["weights"] / run["measured"], "%"),
        "standing_here": extension(100 * here.terms["standing"] / run["measured"], "%"),
        "too_high": extension(here.joules_per_token / run["measured"]),
    }


def longest_context():
    """The context from which on a sequence's cache costs more than its arithmetic, for two widths of the cache."""

    def excess(context, bits):
        terms = decode_energy(**EXAMPLE, batch=1, context=context, kv_bits=bits).terms
        return terms["kv_cache"] - terms["arithmetic"]

    limits = {bits: brentq(excess, 0, 8000, args=(bits,)) for bits in (16, 8)}
    return {"limit_16": extension(limits[16], "tokens"), "limit_8": extension(limits[8], "tokens")}


PARTS = (two_terms, what_stands, forecast, frozen_test, printed_before, prompts, the_example, longest_context)
