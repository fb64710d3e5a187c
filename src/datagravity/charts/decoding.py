"""The charts of the chapters on the energy of a token and on the five levers."""

import json

import altair as alt
import numpy as np

from datagravity import decoding, symbolic
from datagravity.charts.common import BLUE, GREEN, GREY, ORANGE, PINK, PURPLE, choice, finished, log_slider
from datagravity.compiled import vega_expression
from datagravity.decoding import BOUNDS, FORMAT_BITS, LEVERS, SYSTEM_ROW
from datagravity.evidence import load
from datagravity.sources import short_name

#: The workload that a chart opens with: a measured one.
MODEL, HARDWARE, GPUS, BATCH, CONTEXT = "Llama-3 70B", "H100 SXM5 80GB", 4, 8, 375
BATCHES, CONTEXTS = (1, 4096), (64, 131072)
#: The axis stays where it is, so that a choice moves the lines and not the scale.
JOULES = [1e-3, 1e3]
TERMS = {
    "weights": (symbolic.weight_energy, BLUE),
    "KV cache": (symbolic.kv_energy, GREEN),
    "arithmetic": (symbolic.arithmetic_energy, ORANGE),
    "static": (symbolic.static_energy, PURPLE),
    "all together": (symbolic.token_energy, GREY),
}
_OF_MODEL = ("shared_weights", "routed_weights", "experts", "chosen_experts", "cached_numbers")
_OF_MODEL += ("attention_flop", "all_weights")


def models():
    """The models that the charts offer."""
    return list(load("llm")["name"])


def accelerators():
    """The accelerators that the charts offer: those with HBM whose power and 16-bit peak are known."""
    rows = load("accelerators").dropna(subset=["tdp_w", "peak_dense_fp16_bf16_tflops", "mem_bw_gb_s", "memory_gb"])
    return list(rows.loc[rows["memory_type"].str.startswith("HBM").fillna(False), "name"])


def _lookup(table, key):
    return f"({json.dumps(table)})[{key}]"


def _workload(batch=BATCH):
    """The controls of a workload, and what the formulas need of the chosen model and accelerator."""
    configurations = load("llm").set_index("name").astype(object).to_dict("index")
    hardware = load("accelerators").set_index("name")
    numbers = {name: decoding.parameters(name) for name in models()}
    counts = {"shared": "shared_weights", "routed": "routed_weights", "cached": "cached_numbers"}
    counts |= {"attention": "attention_flop", "total": "all_weights"}
    values = {symbol: {name: numbers[name][count] for name in numbers} for count, symbol in counts.items()}
    for symbol, column in {"experts": "n_experts", "chosen_experts": "experts_per_token"}.items():
        cells = {name: row[column] for name, row in configurations.items()}
        values[symbol] = {name: 1 if cell is None or cell != cell else int(cell) for name, cell in _blanks(cells)}
    columns = {"bandwidth": "mem_bw_gb_s", "power": "tdp_w", "memory": "memory_gb"}
    columns |= {"peak_16": "peak_dense_fp16_bf16_tflops", "peak_8": "peak_dense_fp8_tflops"}
    devices = hardware.loc[accelerators()]
    known = {symbol: devices[column].fillna(0).astype(float).to_dict() for symbol, column in columns.items()}
    return [
        choice("model", "model", models(), value=MODEL),
        choice("hardware", "accelerator", accelerators(), value=HARDWARE),
        choice("gpus", "accelerators", [1, 2, 4, 8], value=GPUS, labels=["1", "2", "4", "8"]),
        choice("weight_bits", "bits of a weight", [16, 8, 4.25], value=16, labels=["16", "8", "4, with scales"]),
        choice("kv_bits", "bits of a cached number", [16, 8], value=16, labels=["16", "8"]),
        *log_slider("batch", "batch", *BATCHES, batch),
        *log_slider("context", "context", *CONTEXTS, CONTEXT),
        *(alt.param(name=symbol, expr=_lookup(values[symbol], "model")) for symbol in _OF_MODEL),
        *(alt.param(name=symbol, expr=_lookup(known[symbol], "hardware")) for symbol in known),
        alt.param(name="peak", expr=f"weight_bits == {FORMAT_BITS['fp8']} && peak_8 > 0 ? peak_8 : peak_16"),
        alt.param(name="fits", expr="all_weights * weight_bits / 8 <= gpus * memory * 1e9"),
    ]


def _blanks(cells):
    return ((name, None if str(cell) == "<NA>" else cell) for name, cell in cells.items())


def _formula(expression, **names):
    """A formula of the workload in the chart's language; the calibrated numbers and the energy per bit are set."""
    fixed = decoding.calibrate() | {"transport_pj_per_bit": decoding.energy_per_bit(SYSTEM_ROW)}
    return vega_expression(expression, **{name: f"({value!r})" for name, value in fixed.items()} | names)


def energy_by_batch():
    """Joules per token against the batch, term by term, with the measured runs of the chosen model and accelerator."""
    runs = decoding.measured_runs()
    kept = ["id", "llm", "accelerator", "gpus", "weight_bits", "workload", "source", "locator"]
    points = runs[kept].assign(
        batch=runs["batch"].astype(float), joules=runs["measured"].astype(float), source=runs["source"].map(short_name)
    )
    domain = list(TERMS)
    x = alt.X("batch:Q").scale(type="log", domain=list(BATCHES)).title("batch: sequences in flight").axis(format="~s")
    y = alt.Y("joules:Q").scale(type="log", domain=JOULES).title("J per token").axis(format="~g")
    color = alt.Color("term:N").scale(domain=domain, range=[colour for _, colour in TERMS.values()]).title(None)
    grid = [{"batch": float(value)} for value in np.geomspace(*BATCHES, 49)]
    lines = alt.Chart(alt.InlineData(values=grid))
    for term, (expression, _) in TERMS.items():
        lines = lines.transform_calculate(**{"as": term}, calculate=_formula(expression, batch="datum.batch"))
    lines = lines.transform_fold(domain, as_=["term", "joules"]).transform_filter("datum.joules > 0")
    errors = {kind: decoding.error_interval(kind) for kind in (False, True)}
    ends = {"low": 0, "high": 1}
    band = alt.Chart(alt.InlineData(values=grid))
    for end, index in ends.items():
        factor = f"(routed_weights > 0 ? {errors[True][index]!r} : {errors[False][index]!r})"
        total = _formula(symbolic.token_energy, batch="datum.batch")
        band = band.transform_calculate(**{"as": end}, calculate=f"{factor} * ({total})")
    measured = (
        alt.Chart(alt.InlineData(values=points.to_dict("records")))
        .transform_filter("datum.llm == model && datum.accelerator == hardware")
        .transform_filter("datum.gpus == gpus && datum.weight_bits == weight_bits")
        .mark_point(filled=True, size=55, color=PINK, opacity=1, clip=True)
        .encode(
            x=x,
            y=y,
            tooltip=[
                alt.Tooltip("joules:Q", title="J per token", format=".3~g"),
                alt.Tooltip("batch:Q", title="mean batch", format=".0f"),
                alt.Tooltip("workload:N", title="workload"),
                alt.Tooltip("source:N", title="source"),
                alt.Tooltip("locator:N", title="where"),
            ],
        )
    )
    words = (
        "fits ? [format(joules_per_token, '.3~g') + ' J per token', 'G_d = ' + format(token_gd, '.3~g'),"
        " format((weight_bytes + kv_bytes) / 1e9, '.3~g') + ' GB read per token']"
        " : ['the weights do not fit', 'on so few accelerators']"
    )
    here = alt.Chart(alt.InlineData(values=[{"here": 1}])).transform_calculate(batch="batch")
    chosen = here.mark_rule(strokeDash=[4, 4], color=GREY).encode(x=x)
    label = (
        here.transform_calculate(text=words)
        .mark_text(align="right", baseline="top", fontSize=13, lineHeight=17)
        .encode(x=alt.value(alt.ExprRef("width - 36")), y=alt.value(4), text="text:N")
    )
    chart = alt.layer(
        band.mark_area(opacity=0.18, color=GREY, clip=True).encode(
            x=x, y=alt.Y("low:Q").scale(type="log", domain=JOULES), y2="high:Q"
        ),
        lines.mark_line(strokeWidth=2.2, clip=True).encode(x=x, y=y, color=color, detail="term:N"),
        measured,
        chosen,
        label,
    ).add_params(
        *_workload(),
        alt.param(name="joules_per_token", expr=_formula(symbolic.token_energy)),
        alt.param(name="token_gd", expr=_formula(symbolic.token_disjunction_constant)),
        alt.param(name="weight_bytes", expr=_formula(symbolic.weight_bytes)),
        alt.param(name="kv_bytes", expr=_formula(symbolic.kv_bytes)),
    )
    return finished(
        chart,
        drawn_by=energy_by_batch,
        title="Energy of a token",
        subtitle="pink: measured; grey band: 80 % of runs",
        description=(
            "Lines on two logarithmic axes: joules per token against the batch, for reading weights, reading the KV "
            "cache, arithmetic, static power and their sum. Weights fall in proportion to the batch, cache and "
            "arithmetic stay level, static power lies above all three. Pink points are measured runs; for 70 billion "
            "parameters they fall tenfold from batch 8 to a thousand. Lists and sliders choose the workload."
        ),
        sources={*runs["source"], *load("llm")["source"], "antepara2025"},
        height=400,
    )


def lever_bounds():
    """What each of the five levers gains, at a factor of the reader's choice and at most, for a chosen workload."""
    changes = {
        "distance": {"transport_pj_per_bit": f"({decoding.energy_per_bit(SYSTEM_ROW)!r} / factor)"},
        "mass": {"weight_bits": "(weight_bits / factor)", "kv_bits": "(kv_bits / factor)"},
        "reuse": {"batch": "(batch * factor)"},
        "work": {"peak": "(peak * factor)"},
        "split": {"static_share": f"({decoding.calibrate()['static_share']!r} / factor)"},
    }
    names = list(LEVERS)
    base = alt.Chart(alt.InlineData(values=[{"lever": name, "acts_on": LEVERS[name]} for name in names]))
    bound, gain = (
        "".join(f"datum.lever == '{name}' ? {code(name)} : " for name in names) + "1"
        for code in (
            lambda name: f"bound_{name}",
            lambda name: f"gain_{name}",
        )
    )
    base = base.transform_calculate(bound=bound, gain=gain, one="1").encode(
        y=alt.Y("lever:N").sort(names).title(None),
        tooltip=[
            alt.Tooltip("lever:N", title="lever"),
            alt.Tooltip("acts_on:N", title="divides"),
            alt.Tooltip("gain:Q", title="gain at this factor", format=".3~g"),
            alt.Tooltip("bound:Q", title="gain at most", format=".3~g"),
        ],
    )
    title = "energy before / energy after"
    x = alt.X("bound:Q").scale(type="log", domainMin=1).title(title).axis(format="~g")
    total = _formula(symbolic.token_energy)
    params = [alt.param(name=f"bound_{name}", expr=_formula(BOUNDS[name])) for name in names]
    params += [
        alt.param(name=f"gain_{name}", expr=f"({total}) / ({_formula(symbolic.token_energy, **changes[name])})")
        for name in names
    ]
    chart = alt.layer(
        base.mark_bar(opacity=0.35, color=BLUE, height=18).encode(x=x, x2="one:Q"),
        base.mark_tick(color=BLUE, thickness=3, size=26, opacity=1).encode(x=x),
        base.mark_point(filled=True, size=90, color=ORANGE, opacity=1).encode(
            x=alt.X("gain:Q").scale(type="log", domainMin=1).title(title).axis(format="~g")
        ),
    ).add_params(*_workload(), *log_slider("factor", "each lever divides by", 1, 100, 2), *params)
    return finished(
        chart,
        drawn_by=lever_bounds,
        title="Five levers, and how far each reaches",
        subtitle="blue: at most; orange: at the chosen factor",
        description=(
            "Five horizontal bars on a logarithmic axis: what distance, mass, reuse, work and split can gain at most "
            "for one token, with an orange point for the gain at a chosen factor. At a small batch mass and reuse "
            "reach farthest and work almost nowhere; at a large batch work reaches farther than reuse."
        ),
        sources={"antepara2025", *load("llm")["source"], *load("measured_inference").query("batch_avg > 0")["source"]},
        height=260,
    )
