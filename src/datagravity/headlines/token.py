"""The numbers of the chapter on a token's energy budget."""

from scipy.optimize import brentq

from datagravity.decoding import (
    BATCH_NAMES,
    PROMPT_TOKENS,
    SMALLEST,
    calibrate,
    decode_energy,
    energy_per_bit,
    error_table,
    left_out,
    measured_runs,
    nulls,
    predicted,
)
from datagravity.headlines import extension

#: The run that the chapter begins with: a model of the 70B class on four H100.
EXAMPLE = {"model": "Llama-3 70B", "hardware": "H100 SXM5 80GB", "gpus": 4}


def example(batch):
    """The energy of one token of the example at its mean context."""
    return decode_energy(**EXAMPLE, batch=batch, context=375)


def _run(limit):
    """The measured run of the example under this limit of its batch."""
    runs = measured_runs()
    own = runs[["llm", "accelerator", "gpus"]].eq([EXAMPLE["model"], EXAMPLE["hardware"], EXAMPLE["gpus"]]).all(axis=1)
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
        "large_measured": extension(measured[large], "J"),
        "fall": extension(measured[small] / measured[large]),
        "device_bit": extension(energy_per_bit("device", end="high"), "pJ/bit"),
        "system_bit": extension(energy_per_bit("system", end="high"), "pJ/bit"),
        "device_weights": extension(_weights_and_arithmetic(small, "device")[0], "J"),
        "device_small": extension(explained(small, "device"), "%"),
        "device_large": extension(explained(large, "device"), "%"),
        "system_small": extension(explained(small, "system"), "%"),
        "system_large": extension(explained(large, "system"), "%"),
    }


def forecast():
    """How far forecasts of the larger dense models are off, ours and those that know less."""
    larger = predicted(calibrate(SMALLEST)).query("llm not in @SMALLEST and not mixture")
    ours, by_batch = error_table(larger).iloc[0], error_table(larger, "batch_group").set_index("batch_group")
    rivals = error_table(nulls().query("not mixture"), "null").set_index("null")
    return {
        "our_runs": extension(ours["runs"], "runs"),
        "our_median": extension(ours["median"]),
        "our_p90": extension(ours["p90"]),
        "ours_large": extension(by_batch.loc[BATCH_NAMES[-1], "median"]),
        "null_size": extension(rivals.loc["parameters", "median"]),
        "null_time": extension(rivals.loc["measured time", "median"]),
        "null_time_p90": extension(rivals.loc["measured time", "p90"]),
    }


def left_out_of_the_fit():
    """How far the sum is off on an accelerator, or on a mixture of experts, that was not fitted to."""
    device = error_table(left_out("accelerator").query("not mixture")).iloc[0]
    by_model = error_table(left_out(), "llm").set_index("llm")
    return {
        "device_median": extension(device["median"]),
        "device_p90": extension(device["p90"]),
        "gptoss": extension(by_model.loc["gpt-oss-120b", "median"]),
        "deepseek": extension(by_model.loc["DeepSeek-V3", "largest"]),
    }


def third_term():
    """The share of the design power that flows in any case, and the prompts that the fit assumes."""
    return {
        "sigma": extension(100 * calibrate()["static_share"], "%"),
        "prompt": extension(PROMPT_TOKENS, "tokens"),
    }


def the_example():
    """The sum for the example at its smallest batch: G_d, the static part, and how far it is off."""
    here = example(8)
    return {
        "gd_here": extension(here.gd),
        "unity": extension(here.batch_at_unity, "sequences"),
        "static_here": extension(100 * here.shares["static"], "%"),
        "too_high": extension(here.joules_per_token / _run(8)["measured"]),
    }


def longest_context():
    """The context from which on a sequence's cache costs more than its arithmetic, for two widths of the cache."""

    def excess(context, bits):
        terms = decode_energy(**EXAMPLE, batch=1, context=context, kv_bits=bits).terms
        return terms["kv_cache"] - terms["arithmetic"]

    limits = {bits: brentq(excess, 0, 8000, args=(bits,)) for bits in (16, 8)}
    return {"limit_16": extension(limits[16], "tokens"), "limit_8": extension(limits[8], "tokens")}


PARTS = (two_terms, third_term, forecast, left_out_of_the_fit, the_example, longest_context)
