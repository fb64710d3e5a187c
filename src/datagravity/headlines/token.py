"""The numbers of the chapter on a token's energy budget."""

import numpy as np
from scipy.optimize import brentq

from datagravity import checks
from datagravity.charts.workload import OPENING, bit_prices
from datagravity.decoding import (
    NULLS,
    PROMPT_RANGE,
    PROMPT_TOKENS,
    calibrate,
    decode_energy,
    error_table,
    frozen,
    idle_powers,
    left_out,
    lever_bounds_by_price,
    measured_runs,
    prompts_read,
    score,
    score_by_model,
    score_told_time,
    scored,
    told_time,
)
from datagravity.evidence import load
from datagravity.headlines import extension

#: The run that the chapter begins with: a model of the 70B class on four H100.
EXAMPLE = {name: OPENING[name] for name in ("model", "accelerator", "gpus")}
#: The same at its mean context and the prompt that we assume.
WORKLOAD = EXAMPLE | {name: OPENING[name] for name in ("context", "prompt")}


def example(batch):
    """The energy of one token of the example."""
    return decode_energy(**WORKLOAD, batch=batch)


def measured_example(limit):
    """The measured run of the example under this limit of its batch."""
    runs = measured_runs()
    own = runs[["llm", "accelerator", "gpus"]].eq(list(EXAMPLE.values())).all(axis=1)
    runs = runs[own].set_index("batch_max")
    return runs.loc[checks.there("batch_max of the example", limit, runs.index)]


def two_terms():
    """What both terms of G_d explain of two measured runs, at three prices of a bit."""
    runs = {"small": measured_example(8), "large": measured_example(1024)}
    found = {
        "small_batch": extension(8, "sequences"),
        "large_batch": extension(1024, "sequences"),
        "small_measured": extension(runs["small"]["measured"], "J"),
        "fall": extension(runs["small"]["measured"] / runs["large"]["measured"]),
    }
    for name, price in bit_prices().items():
        found[f"{name}_bit"] = extension(price, "pJ/bit")
        for size, run in runs.items():
            terms = decode_energy(**EXAMPLE, batch=run["batch"], context=0, pj_per_bit=price).terms
            explained = (terms["weights"] + terms["arithmetic"]) / run["measured"]
            found[f"{name}_{size}"] = extension(100 * explained, "%")
    return found


def what_stands():
    """The power of accelerators that wait, the share that stands above it at work, and the prompts that we assume."""
    idle, found = idle_powers(), {}
    for name, loaded in {"loaded": True, "empty": False}.items():
        shares = idle[idle["model_loaded"] == loaded]["share"]
        found[f"{name}_count"] = extension(len(shares), "accelerators")
        found[f"{name}_least"] = extension(100 * shares.min(), "%")
        found[f"{name}_most"] = extension(100 * shares.max(), "%")
    return found | {
        "awake": extension(100 * calibrate()["awake_share"], "%"),
        "prompt": extension(PROMPT_TOKENS, "tokens"),
        "prompt_low": extension(PROMPT_RANGE[0], "tokens"),
        "prompt_high": extension(PROMPT_RANGE[1], "tokens"),
    }


def forecast():
    """How far forecasts of models left out are off, beside the time alone, dense and mixtures apart."""
    checks.some(measured_runs(), "measured run of decoding")
    found, every = {}, left_out()
    for kind, mixture in (("dense", False), ("mixture", True)):
        runs = checks.some(every[every["mixture"] == mixture], f"measured run of decoding of a model that is {kind}")
        table = error_table(runs, columns=("ratio", "time only")).set_index("model")
        for name, row in {"our": "ratio", "time": "time only"}.items():
            found[f"{name}_{kind}"] = extension(table.loc[row, "median"])
            found[f"{name}_{kind}_p90"] = extension(table.loc[row, "p90"])
    medians = [error_table(left_out(prompt=prompt)).iloc[0]["median"] for prompt in (*PROMPT_RANGE, PROMPT_TOKENS)]
    return found | {
        "prompt_best": extension(min(medians)),
        "prompt_worst": extension(max(medians)),
    }


def which_runs():
    """The runs of the frozen test: how many, which stand apart, and what most of the others have in common."""
    known, runs = frozen(), scored()
    kept = _kept()
    dense, mixtures = (kept[kept["kind"] == kind] for kind in ("dense", "mixture"))
    return {
        "frozen_on": extension(known["date"]),
        "digest": extension(known["digests"]["model"][:12]),
        "unseen": extension(len(runs), "runs"),
        "recalled": extension(int(runs["recalled"].sum()), "runs"),
        "stalled": extension(int((runs["stalls"] & ~runs["recalled"]).sum()), "runs"),
        "counted": extension(len(kept), "runs"),
        "dense": extension(len(dense), "runs"),
        "dense_h100": extension(int((dense["accelerator"] == EXAMPLE["accelerator"]).sum()), "runs"),
        "mixtures": extension(len(mixtures), "runs"),
        "one_mixture": extension(int(mixtures["llm"].value_counts().max()), "runs"),
        "in_trends": extension(int(_printed_before(runs).sum()), "runs"),
        "in_trends_dense": extension(int(_printed_before(dense).sum()), "runs"),
    }


def _kept():
    """The scored runs that headlines count, by the plan."""
    return scored().query("not recalled and not stalls")


def _printed_before(runs):
    """Which runs' energies stood in the table of trends before the model was frozen."""
    return runs["measured"].isin(load("efficiency_trend").query("unit == 'J/output token'")["value"])


def frozen_test():
    """What the frozen model, and those that know less, said of runs that were not there: dense and mixtures apart."""
    table, found = score().set_index(["kind", "stalls", "model"]), {}
    for kind in ("dense", "mixture"):
        for name, model in {"new": "ratio", "new_time": "time only"}.items():
            row = table.loc[(kind, False, model)]
            found |= {f"{name}_{kind}": extension(row["median"]), f"{name}_{kind}_p90": extension(row["p90"])}
        found[f"held_{kind}"] = extension(100 * table.loc[(kind, False, "ratio"), "inside"], "%")
    models = score_by_model().query("not recalled")
    return found | {
        "new_models": extension(len(models), "models"),
        "beats_time": extension(int((models["median"] < models["time_median"]).sum()), "models"),
    }


def never_printed():
    """The frozen test on the dense runs of which no table had the joules before."""
    dense = _kept().query("kind == 'dense'")
    table = error_table(dense[~_printed_before(dense)], columns=("ratio", *NULLS)).set_index("model")
    found = {"new_size_rest": extension(table.loc["parameters", "median"])}
    for name, model in {"new": "ratio", "new_time": "time only"}.items():
        found[f"{name}_rest"] = extension(table.loc[model, "median"])
        found[f"{name}_rest_p90"] = extension(table.loc[model, "p90"])
    return found


def power_of_the_test():
    """How alike the two forecasts are that the frozen test was to tell apart."""
    runs = _kept()
    logs = np.log(runs[["ratio", "time only"]].astype(float).rdiv(runs["measured"].astype(float), axis=0))
    return {
        "alike": extension(np.corrcoef(logs["ratio"], logs["time only"])[0, 1]),
        "apart": extension(100 * (logs["ratio"] - logs["time only"]).std(), "%"),
    }


def measured_time():
    """What prices add where the measured time is told: asked after the runs had been seen."""
    table = score_told_time().set_index(["kind", "model"])
    names, found = {"told": "bits and operations", "told_share": "measured time"}, {}
    for kind in ("dense", "mixture"):
        for name, model in names.items():
            row = table.loc[(kind, model)]
            found |= {f"{name}_{kind}": extension(row["median"]), f"{name}_{kind}_p90": extension(row["p90"])}
        found[f"told_free_{kind}"] = extension(table.loc[(kind, "operations alone"), "median"])
    runs = told_time().query("not recalled and not stalls")
    off = np.abs(np.log(runs[[names["told"], names["told_share"]]].astype(float))).groupby(runs["llm"]).median()
    better = off[names["told"]] < off[names["told_share"]]
    return found | {"told_better": extension(int(better.sum()), "models")}


def prompts():
    """How far the formulas are off for prompts alone, over the rows whose energy was measured and is no bound."""
    checks.some(measured_runs(), "measured run of decoding")
    rows = checks.some(prompts_read().query("input_energy_is == 'measured'"), "prompt whose energy was measured")
    off = error_table(rows).iloc[0]
    return {
        "prompt_runs": extension(off["runs"], "rows"),
        "prompt_median": extension(off["median"]),
        "prompt_p90": extension(off["p90"]),
    }


def the_example():
    """The sum for the example at its smallest batch: G_d, its terms over what was measured, and with the measured time
    in place of the forecast one.
    """
    here, run = example(8), measured_example(8)
    measured, seconds = float(run["measured"]), float(run["seconds"])
    stands = here.quantities["standing_power"] * seconds
    return {
        "gd_here": extension(here.gd),
        "unity": extension(here.batch_at_unity, "sequences"),
        "weights_here": extension(100 * here.terms["weights"] / measured, "%"),
        "standing_here": extension(100 * here.terms["standing"] / measured, "%"),
        "too_high": extension(here.joules_per_token / measured),
        "standing_timed": extension(100 * stands / measured, "%"),
        "too_high_timed": extension((here.joules_per_token - here.terms["standing"] + stands) / measured),
        "idle_here": extension(100 * here.quantities["idle_power"] * seconds / measured, "%"),
    }


def longest_context():
    """The context from which on a sequence's cache costs more than its arithmetic, for two widths of the cache."""

    def excess(context, bits):
        terms = decode_energy(**EXAMPLE, batch=1, context=context, kv_bits=bits).terms
        return terms["kv_cache"] - terms["arithmetic"]

    limits = {bits: brentq(excess, 0, 8000, args=(bits,)) for bits in (16, 8)}
    return {"limit_16": extension(limits[16], "tokens"), "limit_8": extension(limits[8], "tokens")}


def bounds_by_price():
    """How far each lever reaches at the small batch, over modelled and measured joules, at three prices of a bit."""
    return lever_bounds_by_price(bit_prices(), measured_example(8)["measured"], **WORKLOAD, batch=8)


#: The terms of a token's energy, as the prose calls them.
_TERMS = {
    "weights": "reading the weights",
    "kv_cache": "reading the cache",
    "arithmetic": "arithmetic",
    "prompt": "the prompt",
    "standing": "standing power",
}


def largest_term():
    """The largest term of the forecast as the chart opens."""
    terms = example(OPENING["batch"]).terms
    return {"largest_term": extension(_TERMS[max(terms, key=terms.get)])}


def lever_reach():
    """The ends of what distance, mass and reuse can save at the small batch, over three prices and both sums."""
    table, found = bounds_by_price(), {}
    for lever in ("distance", "mass", "reuse"):
        found[f"{lever}_least"] = extension(table[lever].min())
        found[f"{lever}_most"] = extension(table[lever].max())
    return found


PARTS = (
    two_terms,
    what_stands,
    forecast,
    which_runs,
    frozen_test,
    never_printed,
    power_of_the_test,
    measured_time,
    prompts,
    the_example,
    longest_context,
    largest_term,
    lever_reach,
)
