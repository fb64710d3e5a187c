"""Rules of the tables `llm`, `measured_inference` and `measured_decoding`."""

# How far a measured energy may lie from measured power over throughput, and joules from watt-hours.
MEASURED_ROUNDING = 2e-2
# The same of means over a run that do not cover the same time.
MEANS_AGREE = 0.1
# A step is long above this many medians, and prompts do not explain it below this many of them a step.
LONG_STEP, FEW_PROMPTS = 1.3, 0.1
# How far a published number of parameters may lie from the one that the configuration gives.
PARAMETERS_AGREE = 0.1
# The same of the energy of a request from that of its tokens, as far as both are printed.
REQUESTS_AGREE = 1e-3
HYBRID = ("attention_layers", "mamba_layers", "mlp_layers")
MAMBA = ("mamba_heads", "mamba_head_dim", "mamba_state", "mamba_groups", "mamba_conv")


def experts_together(row):
    """A mixture says how many experts it has and how many a token uses; a cached head is one of the heads."""
    if (row["n_experts"] is None) != (row["experts_per_token"] is None):
        yield "experts_per_token", "a value exactly where n_experts has one"
    if row["n_experts"] and row["experts_per_token"] and row["experts_per_token"] > row["n_experts"]:
        yield "experts_per_token", f"at most {row['n_experts']}, the experts there are"
    if row["kv_heads"] and row["heads"] and row["kv_heads"] > row["heads"]:
        yield "kv_heads", f"at most {row['heads']}, the heads there are"
    elif row["kv_heads"] and row["heads"] and row["heads"] % row["kv_heads"]:
        yield "kv_heads", f"a divisor of {row['heads']}, the heads there are"


def parameters_agree(row):
    """Published parameters are those of the configuration, to ten per cent, and a token uses at most all of them."""
    for part in ("total", "active"):
        published, computed = row[f"params_{part}_b_published"], row[f"params_{part}_b_computed"]
        if published and computed and abs(published / computed - 1) > PARAMETERS_AGREE:
            yield f"params_{part}_b_published", f"about {computed:g}, which is params_{part}_b_computed"
    for kind in ("published", "computed"):
        active, total = row[f"params_active_b_{kind}"], row[f"params_total_b_{kind}"]
        if active and total and active > total:
            yield f"params_active_b_{kind}", f"at most {total:g}, all of them"


def hybrids_whole(row):
    """A hybrid says how many layers of each kind it has, all of them, and how large the recurrent ones are."""
    hybrid = row["mamba_layers"] is not None
    for column in (*HYBRID, *MAMBA):
        if (row[column] is not None) != hybrid:
            yield column, "a value exactly where mamba_layers has one"
            return
    if hybrid and sum(row[column] for column in HYBRID) != row["layers"]:
        yield "layers", f"{sum(row[column] for column in HYBRID)}, the layers of the three kinds"


def energies_agree(row):
    """Power over throughput is the energy of a token, and a watt-hour is 3600 joules, both to two per cent."""
    power, throughput, energy = row["avg_power_w"], row["throughput_tok_s"], row["j_per_output_token"]
    if power and throughput and energy and abs(energy * throughput / power - 1) > MEASURED_ROUNDING:
        yield "j_per_output_token", f"about {power / throughput:.4g}, which is {power:g} W over {throughput:g} a second"
    joules, hours = row["j_per_request"], row["wh_per_request"]
    if joules and hours and abs(joules / (3600 * hours) - 1) > MEASURED_ROUNDING:
        yield "wh_per_request", f"about {joules / 3600:.4g}, which is {joules:g} J"


def means_agree(row):
    """Power over throughput is the energy of a token, to ten per cent, where both cover prompt and output."""
    power, rate, energy = (
        row[name] for name in ("average_power_w", "throughput_tokens_per_s", "joules_per_output_token")
    )
    if (row["throughput_covers"] is None) != (rate is None):
        yield "throughput_covers", "a value exactly where throughput_tokens_per_s has one"
    whole = row["throughput_covers"] == "prompt and output"
    if whole and power and rate and energy and abs(energy * rate / power - 1) > MEANS_AGREE:
        yield "joules_per_output_token", f"about {power / rate:.4g}, which is {power:g} W over {rate:g} a second"
    if (row["input_energy_is"] is None) != (row["joules_per_input_token"] is None):
        yield "input_energy_is", "a value exactly where joules_per_input_token has one"
    if (row["model_loaded"] is None) != (row["phase"] != "idle"):
        yield "model_loaded", "a value exactly in the rows whose phase is idle"


def request_agrees(row):
    """The energy of a request is that of its output tokens."""
    computed = _request(row)
    if computed and row["joules_per_request"] and abs(row["joules_per_request"] / computed - 1) > REQUESTS_AGREE:
        yield "joules_per_request", f"about {computed:.6g}, which is joules_per_output_token over the mean output"


def _request(row):
    energy, tokens = row["joules_per_output_token"], row["mean_output_tokens"]
    return energy * tokens if energy and tokens else None


def printed_request(_old, new):
    """The energy of a request of a row with new values, by column (texts)."""
    computed = _request(new)
    return {"joules_per_request": f"{computed:.6g}"} if computed else {}


def means_within(row):
    """A mean is at most the maximum, the 90th percentile at least the median, and a part of the chips at most all."""
    for column, bound in (
        ("batch_average", "batch_max"),
        ("step_median_ms", "step_p90_ms"),
        ("tensor_parallel", "gpus"),
        ("expert_parallel", "gpus"),
    ):
        if row[column] and row[bound] and row[column] > row[bound]:
            yield column, f"at most {row[bound]:g}, which is {bound}"


def stalls_follow(row):
    """Host stalls are what the two percentiles of a step say."""
    median, late = row["step_median_ms"], row["step_p90_ms"]
    expected = None
    if median and late:
        expected = "no sign"
        if late > LONG_STEP * median:
            needed = [name for name in ("batch_average", "mean_output_tokens") if row[name] is None]
            if needed:
                yield from ((name, "a value, because step_p90_ms is long") for name in needed)
                return
            few = row["batch_average"] < FEW_PROMPTS * row["mean_output_tokens"]
            expected = "suspected" if few else "prompts may explain it"
    if row["host_stalls"] != expected:
        yield "host_stalls", f"{expected or 'a blank'}, which is what its percentiles say"


RULES = {
    "llm": [experts_together, hybrids_whole, parameters_agree],
    "measured_inference": [energies_agree],
    "measured_decoding": [means_agree, request_agrees, means_within, stalls_follow],
}
FOLLOWS = {"measured_decoding": printed_request}
