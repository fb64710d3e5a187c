"""The workload that the charts of a token and of its levers share: its lists and sliders, and its formulas."""

import json

import altair as alt

from datagravity import decoding, symbolic
from datagravity.charts.controls import drop_down, log_slider
from datagravity.compiled import vega_expression
from datagravity.decoding import FORMAT_BITS
from datagravity.decoding.quantities import HBM_SERIES
from datagravity.evaluate import evaluate
from datagravity.evidence import is_blank, load
from datagravity.processors import whole_ways
from datagravity.series import labelled_rows

#: The workload that a chart opens with: a measured one.
MODEL, HARDWARE, GPUS, WEIGHT_BITS, BATCH, CONTEXT = "Llama-3 70B", "H100 SXM5 80GB", 4, 16, 8, 275
#: Tokens of prompts for one written that a reader may choose; the first is that of the measured one.
PROMPTS = (round(decoding.PROMPT_TOKENS / (2 * (CONTEXT - decoding.PROMPT_TOKENS)), 3), 0, 1, 4)
OPENING = {
    "model": MODEL,
    "accelerator": HARDWARE,
    "gpus": GPUS,
    "weight_bits": WEIGHT_BITS,
    "batch": BATCH,
    "context": CONTEXT,
    "prompt": decoding.PROMPT_TOKENS,
}
BATCHES, CONTEXTS = (1, 4096), (64, 131072)
_OF_MODEL = ("shared_weights", "routed_weights", "experts", "chosen_experts", "cached_numbers")
_OF_MODEL += ("state_numbers", "attention_flop", "layers", "hidden", "kv_parts", "all_weights")


def models():
    """The models that the charts offer."""
    return list(load("llm")["name"])


def accelerators():
    """The accelerators that the charts offer: those with HBM whose power and 16-bit peak are known."""
    rows = load("accelerators").dropna(subset=["tdp_w", "peak_dense_fp16_bf16_tflops", "mem_bw_gb_s", "memory_gb"])
    return list(rows.loc[rows["memory_level"] == "HBM", "name"])


def bit_prices():
    """What a bit from HBM costs, in pJ: "device", the device alone; "system", what memory and controller add to a
    measured system, the price of the model; "way", the whole way of that system, through its caches.
    """
    ways = whole_ways().set_index("row")["whole"]
    ends = {row: decoding.energy_per_bit(row, end="high") for row in ("device", "system")}
    return ends | {"way": float(ways[labelled_rows(HBM_SERIES)["system"]])}


def _lookup(table, key):
    return f"({json.dumps(table)})[{key}]"


def workload_controls(batch=BATCH):
    """The controls of a workload, and what the formulas need of the chosen model and accelerator."""
    configurations = load("llm").set_index("name").astype(object).to_dict("index")
    hardware = load("accelerators").set_index("name")
    numbers = {name: decoding.parameters(name) for name in models()}
    counts = {"shared": "shared_weights", "routed": "routed_weights", "cached": "cached_numbers"}
    counts |= {"attention": "attention_flop", "state": "state_numbers", "total": "all_weights"}
    values = {symbol: {name: numbers[name][count] for name in numbers} for count, symbol in counts.items()}
    for symbol, column in {"experts": "n_experts", "chosen_experts": "experts_per_token"}.items():
        cells = {name: row[column] for name, row in configurations.items()}
        values[symbol] = {name: 1 if is_blank(cell) else int(cell) for name, cell in cells.items()}
    for symbol in ("layers", "hidden"):
        values[symbol] = {name: int(row[symbol]) for name, row in configurations.items()}
    values["kv_parts"] = {
        name: int(row["kv_heads"]) if is_blank(row["kv_latent"]) else 1 for name, row in configurations.items()
    }
    columns = {"bandwidth": "mem_bw_gb_s", "power": "tdp_w", "memory": "memory_gb"}
    columns |= {"peak_16": "peak_dense_fp16_bf16_tflops", "peak_8": "peak_dense_fp8_tflops"}
    devices = hardware.loc[accelerators()]
    known = {symbol: devices[column].fillna(0).astype(float).to_dict() for symbol, column in columns.items()}
    known["standing_power"] = {name: _standing(name, row) for name, row in devices.to_dict("index").items()}
    return [
        drop_down("model", "model", models(), value=MODEL),
        drop_down("hardware", "accelerator", accelerators(), value=HARDWARE),
        drop_down("gpus", "accelerators", [1, 2, 4, 8], value=GPUS, labels=["1", "2", "4", "8"]),
        drop_down("weight_bits", "bits of a weight", [16, 8, 4.25], WEIGHT_BITS, ["16", "8", "4, with scales"]),
        drop_down("kv_bits", "bits of a cached number", [16, 8], value=16, labels=["16", "8"]),
        drop_down("prompt_per_output", "prompt tokens a token", list(PROMPTS), PROMPTS[0], list(map(str, PROMPTS))),
        *log_slider("batch", "batch", *BATCHES, batch),
        *log_slider("context", "context", *CONTEXTS, CONTEXT),
        *(alt.param(name=symbol, expr=_lookup(values[symbol], "model")) for symbol in _OF_MODEL),
        *(alt.param(name=symbol, expr=_lookup(known[symbol], "hardware")) for symbol in known),
        alt.param(name="peak", expr=f"weight_bits == {FORMAT_BITS['fp8']} && peak_8 > 0 ? peak_8 : peak_16"),
        alt.param(name="kv_copies", expr="max(1, gpus / kv_parts)"),
        alt.param(name="fits", expr="all_weights * weight_bits / 8 <= gpus * memory * 1e9"),
    ]


def _standing(name, row):
    """The standing power of an accelerator, in W."""
    stands = {"power": row["tdp_w"], "idle_power": decoding.idle_power(row | {"name": name})}
    return evaluate("standing", symbolic.standing, awake_share=decoding.calibrate()["awake_share"], **stands)


def sources():
    """What the charts of a workload rest on: its models, the runs of the calibration, and the price of a bit."""
    price = load("energy").set_index("id").loc[labelled_rows(HBM_SERIES)["system"], "source"]
    prompts = decoding.prompts_read()["source"]
    return {price, *load("llm")["source"], *decoding.measured_runs()["source"], *prompts}


def formula(expression, **names):
    """A formula of the workload in the chart's language; the calibrated numbers and the energy per bit are set."""
    fixed = decoding.calibrate() | {"transport_pj_per_bit": decoding.energy_per_bit("system", end="high")}
    return vega_expression(expression, **{name: f"({value!r})" for name, value in fixed.items()} | names)
