"""The chart of the chapter on the five levers."""

import altair as alt

from datagravity import decoding, symbolic
from datagravity.charts.controls import log_slider
from datagravity.charts.theme import MEANING, finished, hues
from datagravity.charts.tooltips import number, word
from datagravity.charts.words import listed, printed
from datagravity.charts.workload import OPENING, formula, sources, workload_controls
from datagravity.decoding import BOUNDS, LEVERS, TIME_BOUNDS, decode_energy

#: What a lever may do, the name that its parameters begin with, what it acts on as a whole, and how far it reaches.
DOES = {
    "saves energy": ("", symbolic.token_energy, BOUNDS),
    "shortens time": ("time_", symbolic.token_seconds, TIME_BOUNDS),
}


def _reach():
    """The parameters that hold each lever's bound, and its gain at the reader's factor, of energy and of time."""
    changes = {
        "distance": {"transport_pj_per_bit": f"({decoding.energy_per_bit('system', end='high')!r} / factor)"},
        "mass": {"weight_bits": "(weight_bits / factor)", "kv_bits": "(kv_bits / factor)"},
        "reuse": {"batch": "(batch * factor)"},
        "work": {"peak": "(peak * factor)"},
        "split": {"standing_power": "(standing_power / factor)"},
    }
    params = []
    for prefix, whole, bounds in DOES.values():
        before = formula(whole)
        for name, changed in changes.items():
            gain = f"({before}) / ({formula(whole, **changed)})"
            params.append(alt.param(name=f"{prefix}bound_{name}", expr=formula(bounds[name])))
            params.append(alt.param(name=f"{prefix}gain_{name}", expr=gain))
    return params


def lever_bounds():
    """What each of the five levers saves and shortens, at a factor of the reader's choice and at most."""
    names = list(LEVERS)
    opening = decode_energy(**OPENING)
    reach = [
        f"{printed(opening.bounds[name])} in energy and {printed(opening.time_bounds[name])} in time ({name})"
        for name in names
    ]
    rows = [{"lever": name, "acts_on": LEVERS[name], "does": does} for name in names for does in DOES]
    bound, gain = (
        "".join(
            f"datum.lever == '{name}' && datum.does == '{does}' ? {prefix}{what}_{name} : "
            for name in names
            for does, (prefix, *_) in DOES.items()
        )
        + "1"
        for what in ("bound", "gain")
    )
    base = alt.Chart(alt.InlineData(values=rows))
    base = base.transform_calculate(bound=bound, gain=gain).encode(
        y=alt.Y("lever:N").sort(names).title(None),
        yOffset=alt.YOffset("does:N").sort(list(DOES)),
        tooltip=[
            word("lever"),
            word("does"),
            word("acts_on", "divides"),
            number("gain", "gain at this factor"),
            number("bound", "gain at most"),
        ],
    )

    def x(field):
        axis = alt.X(f"{field}:Q").scale(type="log", domainMin=1).axis(format="~g")
        return axis.title("before / after")

    colour = alt.Color("does:N").scale(domain=list(DOES), range=hues(DOES)).title(None)
    chart = alt.layer(
        base.mark_bar(opacity=0.35).encode(x=x("bound"), x2=alt.datum(1), color=colour),
        base.mark_tick(thickness=3, opacity=1).encode(x=x("bound"), color=colour),
        base.mark_point(filled=True, size=70, color=MEANING["marked"], opacity=1).encode(x=x("gain")),
    ).add_params(*workload_controls(), *log_slider("factor", "each lever divides by", 1, 100, 2), *_reach())
    return finished(
        chart,
        drawn_by=lever_bounds,
        title="Five levers, and how far each reaches",
        subtitle=["bars: at most; pink: at the chosen factor", "a nearer memory is taken to be no faster"],
        description=(
            "Five pairs of horizontal bars on a logarithmic axis: what distance, mass, reuse, work and split can save "
            "of the energy of one token and shorten of its time at most, with a pink point for the gain at a chosen "
            f"factor. At the workload that the chart opens with they reach {listed(reach)}. Lists and sliders choose "
            "the workload."
        ),
        sources=sources(),
        height=320,
    )
