"""The chart of the chapter on the energy of a token."""

import altair as alt
import numpy as np

from datagravity import decoding, symbolic
from datagravity.charts.layers import named
from datagravity.charts.theme import DASHES, GREY, MEANING, finished, hues
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import percent, printed
from datagravity.charts.workload import BATCHES, GPUS, HARDWARE, MODEL, WEIGHT_BITS, formula, sources, workload_controls
from datagravity.decoding import LEVEL

#: The axis stays where it is, so that a choice moves the lines and not the scale.
JOULES = [1e-3, 1e3]
TERMS = {
    "weights": symbolic.weight_energy,
    "KV cache": symbolic.kv_energy,
    "arithmetic, prompt too": symbolic.arithmetic_energy + symbolic.prompt_energy,
    "standing": symbolic.standing_energy,
    "all together": symbolic.token_energy,
}

_JOULES, _BATCH = number("joules", "J per token"), number("batch", "batch", "count")


def _x():
    axis = alt.X("batch:Q").scale(type="log", domain=list(BATCHES))
    return axis.title("batch: sequences in flight").axis(format="~s")


def _y(field="joules"):
    return alt.Y(f"{field}:Q").scale(type="log", domain=JOULES).title("J per token").axis(format="~g")


def _at_batches(**expressions):
    """The chosen workload at batches across the axis, each expression in a column of its name."""
    chart = alt.Chart(alt.InlineData(values=[{"batch": float(batch)} for batch in np.geomspace(*BATCHES, 49)]))
    for name, expression in expressions.items():
        chart = chart.transform_calculate(**{"as": name}, calculate=expression)
    return chart


def _terms():
    """One line for each term of a token's energy."""
    colours = hues(TERMS)
    dashes = [*DASHES[1:], DASHES[0]]  # the sum is the line without gaps
    lines = _at_batches(**{term: formula(energy, batch="datum.batch") for term, energy in TERMS.items()})
    return (
        lines.transform_fold(list(TERMS), as_=["term", "joules"])
        .transform_filter("datum.joules > 0")
        .mark_line(strokeWidth=2.2, clip=True)
        .encode(
            x=_x(),
            y=_y(),
            color=alt.Color("term:N").scale(domain=list(TERMS), range=colours).title(None),
            strokeDash=alt.StrokeDash("term:N").scale(domain=list(TERMS), range=dashes).title(None),
            detail="term:N",
            tooltip=[word("term", "curve"), _BATCH, _JOULES],
        )
    )


def _band():
    """The energy times the interval of the calibration's error, which is another for a mixture of experts."""
    dense, mixture = (decoding.error_interval(kind) for kind in (False, True))
    total = formula(symbolic.token_energy, batch="datum.batch")
    low, high = (
        f"(routed_weights > 0 ? {of_mixture!r} : {of_dense!r}) * ({total})"
        for of_dense, of_mixture in zip(dense, mixture, strict=True)
    )
    return (
        _at_batches(low=low, high=high)
        .mark_area(opacity=0.18, color=GREY, clip=True)
        .encode(x=_x(), y=_y("low"), y2="high:Q")
    )


def _measured(runs):
    """The measured runs of the chosen model and accelerator."""
    runs = runs.assign(batch=runs["batch"].astype(float), joules=runs["measured"].astype(float))
    data = described(runs, "llm", "accelerator", "gpus", "weight_bits", "workload", "batch", "joules")
    return (
        alt.Chart(data)
        .transform_filter("datum.llm == model && datum.accelerator == hardware")
        .transform_filter("datum.gpus == gpus && datum.weight_bits == weight_bits")
        .mark_point(filled=True, size=55, color=MEANING["measured"], opacity=1, clip=True)
        .encode(
            x=_x(),
            y=_y(),
            **about(data, _JOULES, _BATCH, word("workload")),
        )
    )


def _chosen():
    """The batch of the slider, and what a token costs there."""
    words = (
        "fits ? [format(joules_per_token, '.3~g') + ' J per token', 'G_d = ' + format(token_gd, '.3~g'),"
        " format((weight_bytes + kv_bytes) / 1e9, '.3~g') + ' GB read per token']"
        " : ['the weights do not fit', 'on so few accelerators']"
    )
    here = alt.Chart(alt.InlineData(values=[{"here": 1}])).transform_calculate(batch="batch")
    label = (
        here.transform_calculate(text=words)
        .mark_text(align="right", baseline="top", fontSize=13, lineHeight=17)
        .encode(x=alt.value(alt.ExprRef("width - 36")), y=alt.value(4), text="text:N")
    )
    return named(here.mark_rule(strokeDash=[4, 4], color=GREY).encode(x=_x()), "chosen batch"), label


def energy_by_batch():
    """Joules per token against the batch, term by term, with the measured runs of the chosen model and accelerator."""
    runs = decoding.measured_runs()
    opening = (runs["llm"] == MODEL) & (runs["accelerator"] == HARDWARE) & (runs["gpus"] == GPUS)
    opening = runs[opening & (runs["weight_bits"] == WEIGHT_BITS)].sort_values("batch")
    few, many = opening.iloc[0], opening.iloc[-1]
    results = {
        "joules_per_token": symbolic.token_energy,
        "token_gd": symbolic.token_disjunction_constant,
        "weight_bytes": symbolic.weight_bytes,
        "kv_bytes": symbolic.kv_bytes,
    }
    chart = alt.layer(named(_band(), "band"), _terms(), named(_measured(runs), "measured run"), *_chosen()).add_params(
        *workload_controls(),
        *(alt.param(name=name, expr=formula(expression)) for name, expression in results.items()),
    )
    return finished(
        chart,
        drawn_by=energy_by_batch,
        title="Energy of a token",
        subtitle=f"green: measured; grey band: {percent(LEVEL)} for a model left out",
        description=(
            "Lines on two logarithmic axes: joules per token against the batch, for reading weights, reading the KV "
            "cache, arithmetic (of the prompt too), standing power and their sum. Weights fall in proportion to the "
            f"batch, cache and arithmetic stay level. Green points are measured runs; those of {MODEL} on {GPUS} "
            f"{HARDWARE} go from {printed(few['measured'])} J at a batch of {few['batch']:.0f} to "
            f"{printed(many['measured'])} J at {many['batch']:.0f}. Lists and sliders choose the workload."
        ),
        sources=sources(),
        height=400,
    )
