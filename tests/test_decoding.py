"""The energy of a token: counts, terms, forecasts against measurements, levers, and bad input."""

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagravity import load, paths, reads, symbolic
from datagravity.charts.workload import bit_prices
from datagravity.decoding import (
    BIT_PRICES,
    FITTED,
    LEVERS,
    PRICED,
    PROMPT_TOKENS,
    SAVED,
    SHORTENED,
    calibrate,
    decode_energy,
    energy_per_bit,
    error_interval,
    error_table,
    frozen,
    idle_power,
    idle_powers,
    in_words,
    left_out,
    lever_bounds_by_price,
    measured_powers,
    measured_runs,
    parameters,
    predicted,
    prefill_energy,
    quantities,
    score,
    score_by_model,
    score_told_time,
    scored,
    standing_share,
    told_time,
)
from datagravity.decoding.freezing import PLAN, digests
from datagravity.decoding.nulls import fit_nulls, null_ratios
from datagravity.evaluate import evaluate
from datagravity.site import results
from editing import broken
from frozen import freeze

MODELS = load("llm").set_index("name")
WORKLOAD = {"model": "Llama-3 70B", "accelerator": "H100 SXM5 80GB", "batch": 8, "context": 375, "gpus": 4}
# What the source prints is not the sum of its own table: 174.604 rounds to 175, printed as 175.0.
PRINTED_COARSER = {"GPT-3 175B": 0}


def decode(**changes):
    return decode_energy(**(WORKLOAD | changes))


@pytest.mark.parametrize("name", MODELS.index)
def test_parameter_counts_match_the_published_ones_to_the_printed_digits(name):
    row, counted = MODELS.loc[name], parameters(name)
    assert counted["total"] / 1e9 == pytest.approx(row["params_total_b_computed"], abs=6e-4)
    if row["published_counts"] != "these weights":
        assert counted["total"] / 1e9 == pytest.approx(row["params_total_b_published"], rel=0.05)
        return
    published = row["params_total_b_published"]
    places = PRINTED_COARSER.get(name, len(f"{published:g}".partition(".")[2]))
    assert round(counted["total"] / 1e9, places) == pytest.approx(published)
    # The published active counts of two mixtures leave out the table of input embeddings.
    table = row["vocab"] * row["hidden"] if name in ("DeepSeek-V3", "gpt-oss-120b") else 0
    printed = row["params_active_b_published"]
    places = PRINTED_COARSER.get(name, len(f"{printed:g}".partition(".")[2]))
    assert round((counted["active"] - table) / 1e9, places) == pytest.approx(printed)


def test_a_hybrid_keeps_a_state_instead_of_a_cache_in_most_of_its_layers():
    counts = parameters("Nemotron-Nano-12B-v2")
    # By hand: 128 heads of 80, a state of 128, 8 groups, a convolution over 4 tokens, in 28 layers of 62.
    assert counts["state"] == 28 * (128 * 80 * 128 + (128 * 80 + 2 * 8 * 128) * 3)
    assert counts["attention"] == 6 * 4 * 40 * 128
    assert parameters("Qwen3-14B")["state"] == 0


def test_kv_bytes_match():
    for name, row in MODELS.iterrows():
        assert parameters(name)["cached"] * 2 == row["kv_bytes_per_token_bf16"], name


def test_the_weights_of_the_measured_run_cost_what_the_evidence_says():
    run = measured_runs().query("llm == 'Llama-3 70B' and accelerator == 'H100 SXM5 80GB' and batch_max == 8").iloc[0]
    found = decode(batch=run["batch"], pj_per_bit=energy_per_bit("device"))
    # Each parameter is 16 bits, read once for the whole batch.
    assert found.weight_bytes == pytest.approx(2 * parameters("Llama-3 70B")["shared"] / run["batch"])
    assert found.terms["weights"] == pytest.approx(8 * found.weight_bytes * 3.92e-12)
    assert run["measured"] == pytest.approx(3.76, abs=0.005)


def test_a_huge_batch_leaves_cache_and_computation():
    with pytest.warns(UserWarning, match="weights and caches take"):
        found = decode(batch=1e12)
    left = found.terms["kv_cache"] + found.terms["arithmetic"]
    left += sum(found.standing_parts[name] for name in ("kv_cache", "arithmetic", "links", "host"))
    assert found.joules_per_token == pytest.approx(left, rel=1e-9)
    assert found.bounds["reuse"] == pytest.approx(1)


def test_terms_add_up_and_gd_is_their_ratio():
    found = decode()
    assert sum(found.terms.values()) == pytest.approx(found.joules_per_token)
    assert sum(found.shares.values()) == pytest.approx(1)
    assert sum(found.standing_parts.values()) == pytest.approx(found.terms["standing"])
    assert sum(found.seconds.values()) * 8 / 4 == pytest.approx(found.step_seconds)
    assert found.gd == pytest.approx((found.terms["weights"] + found.terms["kv_cache"]) / found.terms["arithmetic"])
    assert found.low < found.joules_per_token < found.high
    assert found.tokens_per_joule * found.joules_per_token == pytest.approx(1)


def test_gd_does_not_depend_on_units():
    """Twice the price of everything that moves and computes, and G_d stays."""
    hardware = load("accelerators").set_index("name", drop=False).loc["H100 SXM5 80GB"].to_dict()
    before = decode(accelerator=hardware, pj_per_bit=4.0)
    thousand = {"tdp_w": hardware["tdp_w"] * 1000, "idle_w": 1000 * idle_power(hardware)}
    after = decode(accelerator=hardware | thousand, pj_per_bit=4000.0)
    assert after.gd == pytest.approx(before.gd)
    assert after.joules_per_token == pytest.approx(1000 * before.joules_per_token)


@pytest.mark.parametrize("model", ["Llama-3 70B", "Mixtral 8x7B", "DeepSeek-V3", "gpt-oss-120b"])
def test_at_the_batch_of_unity_gd_is_one(model):
    batch = decode(model=model, accelerator="B200 SXM", gpus=8, context=0).batch_at_unity
    assert decode(model=model, accelerator="B200 SXM", gpus=8, batch=batch, context=0).gd == pytest.approx(1)
    assert math.isinf(decode(model="GPT-2 XL", context=1000).batch_at_unity)


def test_a_mixture_reads_the_union_of_experts():
    one, many = (decode(model="Mixtral 8x7B", accelerator="B200 SXM", batch=batch) for batch in (1, 512))
    counts = parameters("Mixtral 8x7B")
    assert one.weight_bytes == pytest.approx(2 * (counts["shared"] + counts["routed"] / 4))
    assert many.weight_bytes * 512 == pytest.approx(2 * (counts["shared"] + counts["routed"]), rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["llm", "accelerator"])
def test_nothing_is_tested_on_what_it_was_fitted_to(by):
    runs = left_out(by)
    assert len(runs) == len(measured_runs())
    for name in set(runs[by]):
        own = runs[by] == name
        again = predicted(calibrate((by, name)))
        assert np.allclose(again[own]["predicted"], runs[own]["predicted"])
        assert not np.allclose(again[own]["predicted"], predicted()[own]["predicted"], rtol=1e-9)


def test_boundaries_never_mix():
    ids = set(measured_runs()["id"])
    rows = load("measured_inference").set_index("id").loc[sorted(ids)]
    assert set(rows["boundary"]) == {"GPU"}


def test_the_band_is_that_of_models_left_out():
    runs = left_out().query("not mixture")
    squares = (np.log(runs["ratio"].astype(float)) ** 2).groupby(runs["llm"]).mean()
    found = decode()
    # Three dense models: Student's t of 90 % with three degrees of freedom is 1.638.
    assert found.high / found.joules_per_token == pytest.approx(math.exp(1.638 * math.sqrt(squares.mean())), rel=1e-3)
    assert found.low * found.high == pytest.approx(found.joules_per_token**2)
    assert decode(model="gpt-oss-120b").high / decode(model="gpt-oss-120b").joules_per_token > 1.5


def test_a_prompt_is_computed_and_not_read():
    without, with_prompt = decode(context=275), decode(context=275, prompt=100)
    assert with_prompt.terms["prompt"] / with_prompt.terms["arithmetic"] == pytest.approx(100 / 350, rel=0.01)
    assert with_prompt.terms["weights"] == without.terms["weights"]
    assert with_prompt.gd == without.gd
    low, high = (decode(context=275, prompt=prompt) for prompt in (50, 200))
    unknown = decode(context=275, prompt=(50, 200))
    assert unknown.joules_per_token == pytest.approx(with_prompt.joules_per_token)
    assert (unknown.low, unknown.high) == (low.low, high.high)


def test_accelerators_that_wait_draw_what_was_measured():
    known = idle_powers().set_index("accelerator")
    # The median of thirteen rows of H100 with a model loaded, over the accelerators of each.
    assert known.loc["H100 SXM5 80GB", "idle_power"] == pytest.approx(119.5)
    rows = load("accelerators").set_index("name", drop=False)
    assert idle_power(rows.loc["H100 SXM5 80GB"].to_dict()) == known.loc["H100 SXM5 80GB", "idle_power"]
    assert idle_power(rows.loc["A100 SXM4 40GB"].to_dict()) == pytest.approx(400 * known["share"].median())
    assert idle_power({"tdp_w": 500, "idle_w": 30}) == 30


def test_heads_that_are_not_cut_are_read_more_than_once():
    latent = {gpus: decode(model="DeepSeek-V3", accelerator="B200 SXM", gpus=gpus, weight_bits=8) for gpus in (4, 8)}
    assert latent[8].kv_bytes == 2 * latent[4].kv_bytes
    grouped = {gpus: decode(gpus=gpus) for gpus in (4, 8)}
    assert grouped[8].kv_bytes == grouped[4].kv_bytes


CONFIGURATIONS = {
    "DeepSeek-V3": "hidden_size=7168 num_hidden_layers=61 num_attention_heads=128 num_key_value_heads=128 "
    "intermediate_size=18432 moe_intermediate_size=2048 n_routed_experts=256 num_experts_per_tok=8 n_shared_experts=1 "
    "first_k_dense_replace=3 kv_lora_rank=512 q_lora_rank=1536 qk_rope_head_dim=64 qk_nope_head_dim=128 "
    "vocab_size=129280 max_position_embeddings=131072",
    "Mixtral 8x7B": "hidden_size=4096 num_hidden_layers=32 num_attention_heads=32 num_key_value_heads=8 "
    "intermediate_size=14336 num_local_experts=8 num_experts_per_tok=2 vocab_size=32000 max_position_embeddings=32768",
}


def configuration(name):
    pairs = (pair.split("=") for pair in CONFIGURATIONS[name].split())
    return {key: int(value) for key, value in pairs} | {"tie_word_embeddings": False, "torch_dtype": "bfloat16"}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_a_published_configuration_counts_as_the_row_of_the_table(name):
    assert parameters(configuration(name)) == parameters(name)
    found = decode(model=configuration(name), accelerator="B200 SXM", gpus=8)
    assert found.terms == decode(model=name, accelerator="B200 SXM", gpus=8).terms
    halved = configuration(name) | {"torch_dtype": "float8_e4m3fn"}
    assert decode(model=halved, accelerator="B200 SXM", gpus=8).weight_bytes == found.weight_bytes / 2


# --- Runs of its own, made by the formulas

TRUE = {"memory_efficiency": 0.6, "arithmetic_efficiency": 0.3, "link_efficiency": 0.05, "layer_overhead": 1e-5}
TRUE |= {"host_overhead": 2e-6, "awake_share": 0.4}
IDLE = 80.0
SHAPE = {"heads": 8, "kv_heads": 8, "head_dim": 16, "ffn_hidden": 512, "vocab": 1000, "context": 4096}
CHIP = {"id": "A901", "name": "chip", "year": 2027, "mem_bw_gb_s": 1000.0, "tdp_w": 500.0, "memory_gb": 80.0}
CHIP |= {"peak_dense_fp16_bf16_tflops": 100.0}
PRICES = {"P901": ("system", 10), "P902": ("device", 4)}


def frozen_model(id, name, layers):
    """A row of the table of models, with what can be counted in it."""
    row = SHAPE | {"id": id, "name": name, "layers": layers, "hidden": 128, "tied_embeddings": False}
    counts = parameters(row)
    row |= {"kv_bytes_per_token_bf16": int(2 * counts["cached"])}
    ways = [(kind, how) for kind in ("total", "active") for how in ("published", "computed")]
    return row | {f"params_{kind}_b_{how}": counts[kind] / 1e9 for kind, how in ways}


def frozen_run(id, model, batch, output, gpus):
    """A run as it would be measured if the formulas held exactly."""
    numbers = quantities(model, CHIP | {"idle_w": IDLE}, 16, gpus, 10.0, TRUE) | {"batch": batch, "kv_bits": 16.0}
    numbers |= {"context": PROMPT_TOKENS + output / 2, "prompt_per_output": PROMPT_TOKENS / output}
    run = {"id": id, "model": model["name"], "llm_name": model["name"], "accelerator_name": "chip", "num_gpus": gpus}
    return run | {
        "batch_max": batch,
        "batch_avg": batch,
        "weight_bits": 16,
        "params_active_b": model["params_active_b_computed"],
        "avg_output_tokens": output,
        "throughput_tok_s": gpus / evaluate("seconds", symbolic.token_seconds, **numbers),
        "j_per_output_token": evaluate("joules", symbolic.token_energy, **numbers),
    }


@pytest.fixture
def frozen_runs(tmp_path, monkeypatch):
    """Twelve runs of a small and twelve of a large model, of which the last is off by half."""
    models = [frozen_model("L901", "small", 4), frozen_model("L902", "large", 16)]
    settings = [
        (model, batch, output, gpus)
        for model in models
        for gpus in (1, 2)
        for batch in (1, 60, 800)
        for output in (250, 900)
    ]
    runs = [frozen_run(f"I9{n:02}", *setting) for n, setting in enumerate(settings)]
    runs[-1]["j_per_output_token"] *= 1.5
    bit = {"kind": "dram", "width_bits": 1, "memory_level": "HBM", "memory_type": "HBM3"}
    waits = {"id": "MP901", "phase": "idle", "accelerator_name": "chip", "average_power_w": IDLE}
    freeze(
        tmp_path,
        monkeypatch,
        energy=[bit | {"id": id, "pj": pj} for id, (_, pj) in PRICES.items()],
        accelerators=[CHIP],
        llm=[model | {"tied_embeddings": "false"} for model in models],
        measured_inference=runs,
        measured_decoding=[waits | {"model_loaded": "true"}],
        series=[{"name": "HBM, one bit", "use": "energy of a bit", "table": "energy"}],
        series_rows=[
            {"id": f"M{id[1:]}", "series": "HBM, one bit", "label": label, "row": id}
            for id, (label, _) in PRICES.items()
        ],
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"MD002__batch_average": ""}, "column batch_average: value ''; expected a value, because step_p90_ms is long"),
        (
            {"MD002__mean_output_tokens": ""},
            "column mean_output_tokens: value ''; expected a value, because step_p90_ms is long",
        ),
        ({"MD002__host_stalls": "no sign"}, "column host_stalls: value 'no sign'; expected suspected"),
        (
            {"MD002__throughput_tokens_per_s": ""},
            "column throughput_covers: value 'prompt and output'; expected a value exactly where",
        ),
    ],
)
def test_a_bad_run_is_named(folder, cells, words):
    message = broken(folder, "measured_decoding", **cells)
    assert message.startswith("1 problem in")
    assert f"data/measured_decoding.csv row 3 (id MD002), {words}" in message


@pytest.mark.slow
@pytest.mark.usefixtures("frozen_runs")
def test_a_fit_finds_what_made_the_runs():
    assert {label: energy_per_bit(label) for label, _ in PRICES.values()} == {"system": 10, "device": 4}
    assert calibrate(("llm", "large")) == pytest.approx(TRUE, rel=1e-3)
    assert calibrate() == pytest.approx(TRUE, rel=0.1)
    with pytest.raises(ValueError, match=r"left_out: .'accelerator', 'chip'., expected one that leaves a measured run"):
        calibrate(("accelerator", "chip"))


@pytest.mark.slow
@pytest.mark.usefixtures("frozen_runs")
def test_errors_are_those_that_were_put_in():
    found = predicted(TRUE)
    assert found["ratio"].to_list() == pytest.approx([1.0] * 23 + [1.5])
    assert found["batch_group"].to_list()[:6] == ["about 8"] * 2 + ["64 to 128"] * 2 + ["768 and more"] * 2
    [row] = error_table(found).to_dict("records")
    assert (row["runs"], row["median"], row["largest"]) == (24, pytest.approx(1), pytest.approx(1.5))
    groups = error_table(found, "batch_group").set_index("batch_group")
    assert groups["largest"].to_list() == pytest.approx([1, 1, 1.5])
    apart = left_out("llm").set_index("llm")["ratio"]
    assert apart["large"].to_list() == pytest.approx([1] * 11 + [1.5], rel=1e-2), "fitted to the small one alone"
    # What is told the measured time errs by the share of the standing power, whatever made the time.
    known = fit_nulls(found)
    assert null_ratios(found, known)["measured time"].median() == pytest.approx(1)
    assert known["time only"] == pytest.approx(known["measured time"]), "the forecast time is the measured one here"


@pytest.mark.slow
@pytest.mark.usefixtures("frozen_runs")
def test_a_standing_share_is_found_whatever_time_and_price_made_the_runs():
    for time in ("forecast_seconds", "seconds"):
        assert standing_share(time=time) == pytest.approx(TRUE["awake_share"], rel=0.1)
    assert standing_share() == pytest.approx(calibrate()["awake_share"], rel=1e-6)
    shares = [standing_share(pj_per_bit=price) for price in (4.0, 10.0, 20.0)]
    assert shares[0] > shares[1] == standing_share() > shares[2], "what a bit does not cost stands"
    assert standing_share("neither") > max(standing_share("bits alone"), standing_share("operations alone"))
    with pytest.raises(ValueError, match="priced: 'bits', expected one of 'bits and operations'"):
        standing_share("bits")
    with pytest.raises(ValueError, match="time: 'hours', expected one of 'forecast_seconds', 'seconds'"):
        standing_share(time="hours")
    with pytest.raises(ValueError, match=r"pj_per_bit: 0\.0, expected a finite number above 0"):
        standing_share(pj_per_bit=0)


def test_accelerators_at_work_stand_beside_those_that_wait():
    found = measured_powers().set_index("accelerator")
    assert found["idle_power"].to_dict() == idle_powers().set_index("accelerator")["idle_power"].to_dict()
    rows = load("measured_decoding").query("phase == 'busy' and accelerator_name == 'H100 SXM5 80GB'")
    assert found.loc["H100 SXM5 80GB", "busy_power"] == (rows["average_power_w"] / rows["gpus"]).median()


# --- The levers


@pytest.mark.slow
@settings(max_examples=30)
@given(
    model=st.sampled_from(["Llama-3 8B", "Llama-3 70B", "Mixtral 8x7B", "DeepSeek-V3"]),
    batch=st.floats(0.5, 400),
    context=st.floats(0, 4000),
    lever=st.sampled_from(list(LEVERS)),
    factor=st.floats(1, 1e6),
    beta=st.floats(1.05, 2.95),
)
def test_no_lever_gains_more_than_its_bound(model, batch, context, lever, factor, beta):
    found = decode_energy(model, "Instinct MI325X", batch=batch, context=context, gpus=16)
    gain = found.gain(lever, factor)
    assert 1 - 1e-12 <= gain <= found.bounds[lever] * (1 + 1e-9)
    assert 1 - 1e-12 <= found.speedup(lever, factor) <= found.time_bounds[lever] * (1 + 1e-9)
    assert 1 <= found.placement_gain(beta) <= found.bounds["distance"] * (1 + 1e-9)


def test_levers_reach_their_bounds():
    found = decode()
    for lever in LEVERS:
        assert found.gain(lever, 1) == pytest.approx(1)
        assert found.gain(lever, 1e12) == pytest.approx(found.bounds[lever], rel=1e-6)
        assert found.speedup(lever, 1e12) == pytest.approx(found.time_bounds[lever], rel=1e-6)
    assert [lever for lever in LEVERS if found.time_bounds[lever] == 1] == ["distance", "split"]


def test_a_lever_saves_and_shortens_what_its_two_columns_name():
    """Of energy and of time, the bound is the whole over what the columns leave: counted from the terms of a token."""
    found = decode()
    for lever in LEVERS:
        time = sum(seconds for name, seconds in found.seconds.items() if name not in SHORTENED[lever])
        assert found.time_bounds[lever] == pytest.approx(sum(found.seconds.values()) / time)
        saved = sum(found.terms[name] for name in SAVED[lever])
        if "standing" not in SAVED[lever]:
            saved += sum(found.standing_parts[name] for name in SHORTENED[lever])
        assert found.bounds[lever] == pytest.approx(found.joules_per_token / (found.joules_per_token - saved))


def test_what_other_terms_leave_of_a_measured_sum_stands():
    found = decode()
    over = found.summing_to(3.0)
    assert over.joules_per_token == over.low == over.high == pytest.approx(3.0)
    moved = {name: term for name, term in found.terms.items() if name != "standing"}
    assert over.terms == pytest.approx(moved | {"standing": 3.0 - sum(moved.values())})
    assert over.seconds == found.seconds
    assert over.bounds["distance"] == pytest.approx(3 / (3 - moved["weights"] - moved["kv_cache"]))
    assert over.bounds["split"] == pytest.approx(3 / sum(moved.values()))
    with pytest.raises(ValueError, match=r"joules: 1\.0, expected a finite number above 1\.7"):
        found.summing_to(1)


@pytest.mark.slow
def test_bounds_by_price_are_those_of_each_price_and_sum():
    workload = WORKLOAD | {"batch": 8}
    table = lever_bounds_by_price({"cheap": 4.0, "dear": 18.0}, 3.0, **workload).set_index(["price", "over"])
    assert list(table.index) == [(p, over) for p in ("cheap", "dear") for over in ("modelled", "measured")]
    share = calibrate() | {"awake_share": standing_share(pj_per_bit=18.0)}
    token = decode(pj_per_bit=18.0, calibration=share)
    for lever in LEVERS:
        assert table.loc[("dear", "modelled"), lever] == token.bounds[lever]
        assert table.loc[("dear", "measured"), lever] == token.summing_to(3.0).bounds[lever]


def test_a_nearer_memory_that_is_as_much_faster_has_the_bounds_of_mass():
    assert SAVED["distance"] == SAVED["mass"]
    assert SHORTENED["distance"] == (), "as defined: no faster"
    found = decode()
    left = found.terms["arithmetic"] + found.terms["prompt"]
    left += sum(e for name, e in found.standing_parts.items() if name not in ("weights", "kv_cache"))
    assert found.bounds["mass"] == pytest.approx(found.joules_per_token / left)


@pytest.mark.slow
def test_a_long_prompt_shares_one_read_of_the_weights():
    token, prompt = decode(batch=1), prefill_energy("Llama-3 70B", "H100 SXM5 80GB", prompt=1000, gpus=4)
    assert prompt.weight_bytes == pytest.approx(token.weight_bytes / 1000)
    assert prompt.gd < 1 < token.gd


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"model": "Llama-9"}, "model: 'Llama-9', expected one of 'GPT-2 XL'"),
        ({"accelerator": "H101"}, "accelerator: 'H101', expected one of"),
        ({"model": 7}, "expected a name or a mapping"),
        ({"model": configuration("Mixtral 8x7B") | {"hidden_size": None}}, "hidden_size: missing, expected a key"),
        ({"model": configuration("Mixtral 8x7B") | {"num_experts_per_tok": None}}, "num_experts_per_tok: missing"),
        ({"model": configuration("Mixtral 8x7B") | {"vocab_size": 3.5}}, "vocab_size: 3.5, expected a whole number"),
        ({"model": configuration("Mixtral 8x7B") | {"torch_dtype": "int3"}}, "torch_dtype: 'int3', expected one of"),
        ({"model": {"layers": 2, "mlp": "gatd"}}, "mlp: 'gatd', expected one of plain, gated"),
        ({"model": {"layer": 2}}, "layer: 2, expected a column of the table llm: id, name"),
        ({"accelerator": {"tdp_w": -1}}, "tdp_w: -1, expected a number, above 0"),
        ({"accelerator": {"tdp_w": 500}}, "peak_dense_fp16_bf16_tflops of 'a row of your own': a blank"),
        ({"model": {"layers": 2}}, "hidden of 'a row of your own': a blank, expected a value"),
        ({"batch": 0}, "batch: 0.0, expected a finite number above 0"),
        ({"batch": math.inf}, "batch: inf"),
        ({"context": -1}, "context: -1.0, expected a finite number of at least 0"),
        ({"gpus": 0}, "gpus: 0, expected a whole number of at least 1"),
        ({"gpus": 1.5}, "gpus: 1.5"),
        ({"weight_bits": 0}, "weight_bits: 0.0"),
        ({"gpus": 1}, "expected at least the 141.* GB of the weights of Llama-3 70B"),
        ({"accelerator": "Groq LPU v1 (TSP)"}, "only HBM has a measured energy"),
        ({"accelerator": "TPU v5e"}, "tdp_w of 'TPU v5e': a blank"),
        ({"pj_per_bit": -1}, "pj_per_bit: -1.0"),
    ],
)
def test_bad_input_is_named(changes, message):
    with pytest.raises(ValueError, match=message):
        decode(**changes)


@pytest.mark.parametrize(
    "calibration", [{}, TRUE | {"power": 1.0}, {"awake_share": 0.4}, list(TRUE)], ids=["none", "power", "one", "list"]
)
def test_a_calibration_has_every_name_and_no_other(calibration):
    assert decode(calibration=TRUE).terms["standing"] > 0
    with pytest.raises(ValueError, match=r"calibration: .*, expected exactly memory_efficiency, "):
        decode(calibration=calibration)


def test_bad_levers_groups_and_a_context_too_long():
    with pytest.raises(ValueError, match="lever: 'luck', expected one of 'distance', 'mass'"):
        decode().gain("luck", 2)
    with pytest.raises(ValueError, match=r"factor: 0\.5, expected a finite number of at least 1"):
        decode().gain("mass", 0.5)
    with pytest.raises(ValueError, match="left_out: 'batch', expected one of 'llm', 'accelerator'"):
        calibrate(("batch", 8))
    with pytest.raises(ValueError, match="prompt: 400, expected less than the context of 375"):
        decode(prompt=400)
    with pytest.raises(ValueError, match=r"prompt: \(9.0, 3.0\), expected a number, or a pair of low and high"):
        decode(prompt=(9, 3))
    with pytest.raises(ValueError, match="by: 'batch', expected one of 'llm', 'accelerator'"):
        left_out("batch")
    with pytest.warns(UserWarning, match="was made for 8192 tokens"):
        decode(context=9000)


@pytest.mark.slow
@pytest.mark.parametrize("model", ["Llama-3 70B", "Mixtral 8x7B"])
@pytest.mark.parametrize("pj_per_bit", [1e-200, 1e-9, 1e-6, 1e-3, 1.0])
def test_the_batch_of_unity_is_found_however_little_a_bit_costs(model, pj_per_bit):
    found = decode(model=model, context=0, pj_per_bit=pj_per_bit)
    again = decode(model=model, context=0, pj_per_bit=pj_per_bit, batch=found.batch_at_unity)
    assert again.gd == pytest.approx(1)


def test_a_prompt_writes_its_cache_once_and_attends_to_half_of_itself():
    found = prefill_energy("Llama-3 70B", "H100 SXM5 80GB", prompt=1000, batch=3, gpus=4)
    counts = parameters("Llama-3 70B")
    assert found.kv_bytes == 2 * counts["cached"]
    assert found.flop == pytest.approx(2 * counts["shared"] + 500 * counts["attention"])
    stands = found.quantities["standing_power"]
    assert found.step_seconds == pytest.approx(3000 * found.terms["standing"] / (stands * 4))
    assert found.seconds["host"] == found.terms["prompt"] == 0, "nothing is written yet"
    for lever in LEVERS:
        assert found.gain(lever, 1) == pytest.approx(1)
        assert found.gain(lever, 1e12) == pytest.approx(found.bounds[lever], rel=1e-6)
    with pytest.raises(ValueError, match=r"batch: 0\.0, expected"):
        prefill_energy("Llama-3 70B", "H100 SXM5 80GB", prompt=1000, batch=0, gpus=4)


def test_a_price_says_which_end_of_its_range_it_is():
    ranged = load("energy").query("energy_low_pj < energy_high_pj").dropna(subset="energy_pj_per_bit_low").iloc[0]
    ends = [energy_per_bit(ranged["id"], end=end) for end in ("low", "high")]
    assert ends == [ranged["energy_pj_per_bit_low"], ranged["energy_pj_per_bit_high"]]
    assert ends[0] < ends[1] == energy_per_bit(ranged["id"])
    assert energy_per_bit("device") < energy_per_bit("system") == energy_per_bit("P154")
    with pytest.raises(ValueError, match="row: 'P999', expected 'system', 'device' or an id of the table of energies"):
        energy_per_bit("P999")
    with pytest.raises(ValueError, match="end: 'middle', expected one of 'high', 'low'"):
        energy_per_bit("system", end="middle")


def test_a_formula_without_one_of_its_numbers_is_an_error():
    found = decode()
    del found.quantities["power"]
    with pytest.raises(ValueError, match="expected also power"):
        found.gain("mass", 2)


# --- The frozen test


def test_the_frozen_file_is_of_the_code_the_tables_and_the_numbers_that_score():
    known = frozen()
    assert digests(known) == known["digests"], "a change of the model is a new freeze, with its own date"
    assert known["plan"] == PLAN
    assert calibrate() == pytest.approx(known["calibration"], rel=1e-6)
    assert {kind: error_interval(kind == "mixture") for kind in known["bands"]} == {
        kind: pytest.approx(tuple(ends), rel=1e-6) for kind, ends in known["bands"].items()
    }


@pytest.mark.slow
def test_a_change_of_a_number_or_of_a_cell_changes_its_digest(monkeypatch):
    known = frozen()
    other = known | {"calibration": known["calibration"] | {"awake_share": 0.5}}
    assert [key for key in known["digests"] if digests(other)[key] != known["digests"][key]] == ["numbers"]
    monkeypatch.setattr("datagravity.decoding.freezing.MODEL", ("symbolic/token.py",))
    monkeypatch.setattr("datagravity.decoding.freezing.energy_per_bit", lambda name: 1.0)
    assert [key for key in known["digests"] if digests(known)[key] != known["digests"][key]] == ["model", "tables"]


def test_what_is_scored_was_not_fitted_to_and_stalls_stand_apart():
    runs = scored()
    assert len(runs) == 214
    assert not set(runs["llm"]) & (set(measured_runs()["llm"]) - {"DeepSeek-V3"})
    one = runs[runs["llm"] == "Qwen3-14B"].iloc[0]
    again = decode(
        model="Qwen3-14B",
        accelerator=one["accelerator"],
        gpus=int(one["gpus"]),
        batch=one["batch"],
        context=one["context"],
        prompt=PROMPT_TOKENS,
        calibration=frozen()["calibration"],
    )
    assert one["predicted"] == pytest.approx(again.joules_per_token)
    table = score()
    assert table.query("model == 'ratio'")["runs"].sum() == (~runs["recalled"]).sum()
    stalled = table.query("stalls and model == 'ratio'")["runs"].sum()
    assert stalled == (runs["stalls"] & ~runs["recalled"]).sum() > 0


def test_the_table_of_models_has_every_model_and_says_which_are_recalled():
    table, runs = score_by_model().set_index("llm"), scored().query("not stalls")
    assert table["runs"].to_dict() == runs["llm"].value_counts().to_dict()
    recalled = load("llm").query("status == 'recalled'")["name"]
    assert set(table.index[table["recalled"]]) == set(table.index) & set(recalled)
    own = runs[runs["llm"] == "Qwen3-14B"]
    factors = np.exp(np.abs(np.log(own[["ratio", "time only"]].astype(float)))).median()
    assert table.loc["Qwen3-14B", ["median", "time_median"]].to_list() == pytest.approx(factors.to_list())
    assert table.loc["Qwen3-14B", "inside"] == own["inside"].mean()


def test_runs_that_are_told_the_time_rest_on_the_frozen_numbers_but_for_the_standing_share():
    runs = told_time()
    one = runs[runs["llm"] == "Qwen3-14B"].iloc[0]
    token = decode(
        model="Qwen3-14B",
        accelerator=one["accelerator"],
        gpus=int(one["gpus"]),
        batch=one["batch"],
        context=one["context"],
        prompt=PROMPT_TOKENS,
        calibration=frozen()["calibration"] | {"awake_share": standing_share(time="seconds")},
    )
    stands = token.quantities["standing_power"] * one["seconds"]
    said = token.joules_per_token - token.terms["standing"] + stands
    assert one["bits and operations"] == pytest.approx(one["measured"] / said)
    assert set(score_told_time()["model"]) == {*PRICED, "measured time"}
    assert score_told_time().groupby("model")["runs"].sum().unique().tolist() == [
        len(runs.query("not recalled and not stalls"))
    ]


def test_tables_of_errors_are_read_in_words():
    for frame in (score(), score_by_model(), score_told_time()):
        told = in_words(frame)
        assert len(told) == len(frame)
        assert not [name for name in told if "_" in name]
        assert not {"True", "False", "ratio"} & set(told.astype(str).to_numpy().ravel())
    assert set(FITTED) == set(calibrate())
    assert set(BIT_PRICES) == set(bit_prices())


def test_the_frozen_file_is_noted_as_a_table_is(folder, monkeypatch):
    """A result that rests on it is computed anew when it changes."""
    monkeypatch.setattr(paths, "DATA", folder)
    with reads.reading() as read:
        frozen()
    assert read == {"frozen_decoding.json"}
    before = reads.digest("frozen_decoding.json")
    (folder / "frozen_decoding.json").write_text(json.dumps(frozen() | {"date": "2027-01-01"}), encoding="utf-8")
    assert reads.digest("frozen_decoding.json") != before
    assert results.digests_of_tables(folder, paths.REFERENCES)["frozen_decoding.json"]
