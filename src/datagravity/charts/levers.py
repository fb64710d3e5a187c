"""The chart of the chapter on the five levers."""

import altair as alt

from datagravity import decoding, symbolic
from datagravity.charts.controls import log_slider
from datagravity.charts.theme import BLUE, ORANGE, finished
from datagravity.charts.tooltips import number, word
from datagravity.charts.words import listed, printed
from datagravity.charts.workload import (
    BATCH,
    CONTEXT,
    GPUS,
    HARDWARE,
    MODEL,
    WEIGHT_BITS,
    formula,
    sources,
    workload_controls,
)
from datagravity.decoding import BOUNDS, LEVERS, decode_energy


def lever_bounds():
    """What each of the five levers gains, at a factor of the reader's choice and at most, for a chosen workload."""
    changes = {
        "distance": {"transport_pj_per_bit": f"({decoding.energy_per_bit('system', end='high')!r} / factor)"},
        "mass": {"weight_bits": "(weight_bits / factor)", "kv_bits": "(kv_bits / factor)"},
        "reuse": {"batch": "(batch * factor)"},
        "work": {"peak": "(peak * factor)"},
        "split": {"static_share": f"({decoding.calibrate()['static_share']!r} / factor)"},
    }
    names = list(LEVERS)
    opening = decode_energy(MODEL, HARDWARE, gpus=GPUS, weight_bits=WEIGHT_BITS, batch=BATCH, context=CONTEXT)
    reach = [f"{printed(opening.bounds[name])} ({name})" for name in names]
    base = alt.Chart(alt.InlineData(values=[{"lever": name, "acts_on": LEVERS[name]} for name in names]))
    bound, gain = (
        "".join(f"datum.lever == '{name}' ? {what}_{name} : " for name in names) + "1" for what in ("bound", "gain")
    )
    base = base.transform_calculate(bound=bound, gain=gain, one="1").encode(
        y=alt.Y("lever:N").sort(names).title(None),
        tooltip=[
            word("lever"),
            word("acts_on", "divides"),
            number("gain", "gain at this factor"),
            number("bound", "gain at most"),
        ],
    )

    def x(field):
        axis = alt.X(f"{field}:Q").scale(type="log", domainMin=1).axis(format="~g")
        return axis.title("energy before / energy after")

    total = formula(symbolic.token_energy)
    params = [alt.param(name=f"bound_{name}", expr=formula(BOUNDS[name])) for name in names]
    params += [
        alt.param(name=f"gain_{name}", expr=f"({total}) / ({formula(symbolic.token_energy, **changes[name])})")
        for name in names
    ]
    chart = alt.layer(
        base.mark_bar(opacity=0.35, color=BLUE, height=18).encode(x=x("bound"), x2="one:Q"),
        base.mark_tick(color=BLUE, thickness=3, size=26, opacity=1).encode(x=x("bound")),
        base.mark_point(filled=True, size=90, color=ORANGE, opacity=1).encode(x=x("gain")),
    ).add_params(*workload_controls(), *log_slider("factor", "each lever divides by", 1, 100, 2), *params)
    return finished(
        chart,
        drawn_by=lever_bounds,
        title="Five levers, and how far each reaches",
        subtitle="blue: at most; orange: at the chosen factor",
        description=(
            "Five horizontal bars on a logarithmic axis: what distance, mass, reuse, work and split can gain at most "
            "for one token, with an orange point for the gain at a chosen factor. At the workload that the chart opens "
            f"with they reach {listed(reach)}. Lists and sliders choose the workload."
        ),
        sources=sources(),
        height=260,
    )
