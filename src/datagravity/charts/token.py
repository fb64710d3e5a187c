"""The chart of the chapter on the energy of a token."""

import altair as alt
import numpy as np

from datagravity import decoding, symbolic
from datagravity.charts.theme import BLUE, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.charts.workload import BATCHES, formula, workload_controls
from datagravity.evidence import load
from datagravity.sources import short_name

#: The axis stays where it is, so that a choice moves the lines and not the scale.
JOULES = [1e-3, 1e3]
TERMS = {
    "weights": (symbolic.weight_energy, BLUE),
    "KV cache": (symbolic.kv_energy, GREEN),
    "arithmetic": (symbolic.arithmetic_energy, ORANGE),
    "static": (symbolic.static_energy, PURPLE),
    "all together": (symbolic.token_energy, GREY),
}


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
        lines = lines.transform_calculate(**{"as": term}, calculate=formula(expression, batch="datum.batch"))
    lines = lines.transform_fold(domain, as_=["term", "joules"]).transform_filter("datum.joules > 0")
    errors = {kind: decoding.error_interval(kind) for kind in (False, True)}
    ends = {"low": 0, "high": 1}
    band = alt.Chart(alt.InlineData(values=grid))
    for end, index in ends.items():
        factor = f"(routed_weights > 0 ? {errors[True][index]!r} : {errors[False][index]!r})"
        total = formula(symbolic.token_energy, batch="datum.batch")
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
        *workload_controls(),
        alt.param(name="joules_per_token", expr=formula(symbolic.token_energy)),
        alt.param(name="token_gd", expr=formula(symbolic.token_disjunction_constant)),
        alt.param(name="weight_bytes", expr=formula(symbolic.weight_bytes)),
        alt.param(name="kv_bytes", expr=formula(symbolic.kv_bytes)),
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
