"""The charts of the chapter on the placement law: formulas alone, generated from `datagravity.symbolic`.

Data are generated in the browser, so that a page carries expressions and no tables of points.
"""

import altair as alt

from datagravity import symbolic
from datagravity.charts.controls import drop_down, log_slider, slider
from datagravity.charts.curves import SHORT, beta_slider, curves, evenly, one_point
from datagravity.charts.layers import named, readout
from datagravity.charts.theme import GREY, MEANING, SCHEME, finished, hues
from datagravity.charts.tooltips import number
from datagravity.charts.words import percent
from datagravity.compiled import vega_expression

_BEST = MEANING["best place"]
_MODELS = {"tile": "tiles", "patch": "patches"}


def _of_model(law, *arguments, **names):
    """A law as an expression that follows the chart's choice of model."""
    tile, patch = (vega_expression(law(model, *arguments), **names) for model in ("tile", "patch"))
    return f"(model == 'tile' ? {tile} : {patch})"


def _model_choice():
    return drop_down("model", "model", list(_MODELS), labels=_MODELS.values())


def energy_against_distance():
    """Energy per operation against distance, for a machine and a model that the reader moves."""
    share = symbolic.fixed_share
    energy = _of_model(symbolic.energy, share, r="datum.r")
    lines = {
        "transport": _of_model(symbolic.transport, share, r="datum.r"),
        "proximity": _of_model(symbolic.proximity, r="datum.r"),
        "total": energy,
    }
    x = alt.X("r:Q").scale(type="log", domain=[1e-3, 32], nice=False).title("distance r (1 = as built)")
    x = x.axis(format="~g", values=[0.001, 0.01, 0.1, 1, 10])
    y = alt.Y("value:Q").scale(type="log", domain=[0.1, 1e6]).title("energy / compute energy")
    y = y.axis(labelExpr=SHORT, values=[10**exponent for exponent in range(-1, 7)])
    drawn = curves(
        evenly("r", -3, 1.5, 181, logarithmic=True),
        lines,
        x,
        y,
        colors=hues(lines),
        dashes=[[6, 3], [2, 3], [1, 0]],
        tooltip=[number("r", "distance"), number("value", "energy / compute energy")],
    )
    optimum = one_point(r="optimal_distance", value=energy, built=energy.replace("datum.r", "1"))
    built = one_point(r="1", value=energy, label="'as built'")
    rule = optimum.mark_rule(strokeWidth=2, color=_BEST, clip=True)
    square = built.mark_point(size=70, filled=True, opacity=1, color=GREY, shape="square")
    words = "'r* = ' + format(optimal_distance, '.2~r') + ', saving ' + format(saving, '.3~r') + 'x'"
    chart = alt.layer(
        drawn,
        # The saving is the height of this rule, since the axis is logarithmic.
        named(rule.encode(x="r:Q", y="value:Q", y2="built:Q"), "best distance"),
        optimum.mark_rule(strokeDash=[2, 4], color=_BEST, clip=True).encode(x="r:Q", x2=alt.datum(1), y="built:Q"),
        optimum.mark_point(size=90, filled=True, opacity=1, color=_BEST, clip=True).encode(x="r:Q", y="value:Q"),
        named(square.encode(x="r:Q", y="value:Q"), "as built"),
        built.mark_text(align="left", dx=9, dy=14, fontSize=12).encode(x="r:Q", y="value:Q", text="label:N"),
        readout(one_point(label=words), top=6),
    ).add_params(
        *log_slider("G_d", "G_d", 1, 1e4, 992),
        beta_slider(),
        slider("fixed_share", "fixed share", 0, 0.9, 0.05, 0),
        _model_choice(),
        alt.param(name="optimal_distance", expr=_of_model(symbolic.optimal_distance, share)),
        alt.param(name="saving", expr=_of_model(symbolic.saving, share)),
    )
    return finished(
        chart,
        drawn_by=energy_against_distance,
        title="Moving closer, until closeness costs more",
        subtitle="Pink rule: the saving, since the axis is logarithmic.",
        description=(
            "Line chart on logarithmic axes. Transport energy rises with distance, proximity energy falls, and their "
            "total has one minimum, which is marked with its distance and the saving against the system as built at "
            "distance one. Sliders set the disjunction constant, beta and the fixed share of transport."
        ),
        height=380,
    )


def _saving_cells():
    """The saving of each cell of the map, as a colour."""
    beta_step, gd_step = 0.05, 0.1
    overlap = 1.6  # hides the seams between cells
    return (
        evenly("G_d", -1 + gd_step / 2, 4 - gd_step / 2, 50, logarithmic=True)
        .transform_calculate(
            beta=f"sequence({1 + beta_step / 2}, 3, {beta_step})",
            low=f"pow(10, datum.position - {gd_step / 2})",
            high=f"pow(10, datum.position + {overlap * gd_step / 2})",
        )
        .transform_flatten(["beta"])
        .transform_calculate(
            bottom=f"datum.beta - {beta_step / 2}",
            top=f"datum.beta + {overlap * beta_step / 2}",
            saving=_of_model(symbolic.saving, G_d="datum.G_d", beta="datum.beta"),
            r=_of_model(symbolic.optimal_distance, G_d="datum.G_d", beta="datum.beta"),
        )
        .mark_rect(clip=True)
        .encode(
            x2="high:Q",
            y2="top:Q",
            color=alt.Color("saving:Q")
            .scale(type="log", domain=[1, 1e4], scheme=SCHEME)
            .legend(title="saving", format="~s", gradientLength=240, values=[1, 10, 100, 1000, 10000]),
            tooltip=[number("G_d"), number("beta"), number("saving"), number("r", "optimal distance")],
        )
    )


def _where_nothing_is_saved():
    """The side of the map where moving closer does not pay, and the edge at which it begins to."""
    threshold = _of_model(symbolic.inward_threshold, beta="datum.beta")
    at_threshold = f"clamp({threshold}, 0.1, 1e4)"
    border = evenly("beta", 1, 3, 201).transform_calculate(bottom="clamp(datum.beta, 1, 3)")
    area = border.transform_calculate(low="0.1", high=at_threshold)
    area = area.mark_area(orient="horizontal", color=GREY, opacity=0.75, tooltip=None).encode(x2="high:Q")
    edge = border.transform_calculate(low=at_threshold).transform_filter("0.1 < datum.low && datum.low < 1e4")
    edge = edge.mark_line(color=MEANING["marked"], strokeWidth=2.5, strokeDash=[6, 3]).encode(order="beta:Q")
    return [named(area, "where nothing is saved"), named(edge, "edge")]


def saving_map():
    """The saving over G_d and beta as a map of colours, with the line beyond which moving closer pays."""
    x = alt.X("low:Q").scale(type="log", domain=[0.1, 1e4], nice=False).title("G_d")
    x = x.axis(labelExpr=SHORT, values=[0.1, 1, 10, 100, 1000, 10000], grid=False)
    y = alt.Y("bottom:Q").scale(domain=[1, 3], nice=False).title("beta").axis(grid=False)
    layers = [named(_saving_cells(), "cell of the map"), *_where_nothing_is_saved()]
    chart = alt.layer(*(layer.encode(x=x, y=y) for layer in layers)).add_params(_model_choice())
    return finished(
        chart,
        drawn_by=saving_map,
        title="Saving over G_d and beta",
        subtitle=["Dashed: the system as built is at its optimum.", "In colour, right of it: moving closer pays."],
        description=(
            "Map of the saving over the disjunction constant and beta, in colours on a logarithmic scale. A dashed "
            "line marks where nothing can be saved. To its right, moving closer pays. In the tile model the saving "
            "grows towards large values of both; in the patch model it falls again as beta nears three."
        ),
        height=360,
    )


def saving_against_share():
    """The saving from the transport share alone, between Amdahl's bound and the bound from the difference of shares."""
    lines = {
        "saving": symbolic.saving_from_share,
        "Amdahl: transport free": symbolic.amdahl_bound,
        "lower bound": symbolic.share_lower_bound,
    }
    lines = {label: vega_expression(expression, transport_share="datum.tau") for label, expression in lines.items()}
    x = (
        alt.X("tau:Q")
        .scale(domain=[0, 1])
        .title("transport share of the energy as built")
        .axis(format="%", tickCount=5)
    )
    y = alt.Y("value:Q").scale(type="log", domain=[0.9, 200], nice=False).title("saving S")
    y = y.axis(format="~g", values=[1, 2, 5, 10, 20, 50, 100, 200])
    drawn = curves(
        evenly("tau", 0.005, 0.995, 199),
        lines,
        x,
        y,
        colors=hues(lines, {"Amdahl: transport free": "bound"}),
        dashes=[[1, 0], [6, 3], [2, 3]],
        tooltip=[number("tau", "transport share", "%"), number("value", "factor")],
    )
    virial = one_point(tau="optimal_share", value="1", label="'optimum at ' + format(optimal_share, '.1%')")
    rule = virial.mark_rule(strokeDash=[2, 4], color=_BEST)
    chart = alt.layer(
        drawn,
        named(rule.encode(x="tau:Q", y="value:Q", y2=alt.value(30)), "optimum"),
        virial.mark_point(size=90, filled=True, opacity=1, color=_BEST).encode(x="tau:Q", y="value:Q"),
        readout(virial, size=13, top=6),
    ).add_params(
        beta_slider(),
        alt.param(name="optimal_share", expr=vega_expression(symbolic.optimal_share)),
    )
    return finished(
        chart,
        drawn_by=saving_against_share,
        title="Two shares decide the saving",
        subtitle=["Right of the point: move closer, and stay below Amdahl.", "Left of it: too close already."],
        description=(
            "Line chart of the saving against the share of transport in the energy of the system as built. The saving "
            "is one at the share that the virial rule gives and grows to both sides. To the right it stays below "
            "Amdahl's bound; everywhere it stays above a bound from the difference of the two shares."
        ),
    )


def flatness():
    """What a misplaced operation costs: energy over least energy against distance over optimal distance."""
    excess = vega_expression(symbolic.excess_energy, distance_ratio="datum.rho")
    even = vega_expression(symbolic.excess_energy.subs(symbolic.beta, 2), distance_ratio="datum.rho")
    x = alt.X("rho:Q").scale(type="log", domain=[0.1, 10]).title("distance / optimal distance").axis(format="~g")
    y = alt.Y("value:Q").scale(type="log", domain=[1, 10], nice=False).title("energy / least energy")
    y = y.axis(format="~g", values=[1, 1.25, 2, 5, 10])
    drawn = curves(
        evenly("rho", -1, 1, 161, logarithmic=True),
        {"at the chosen beta": excess, "at beta = 2": even},
        x,
        y,
        colors=hues(["at the chosen beta", "at beta = 2"], {"at beta = 2": "reference"}),
        dashes=[[1, 0], [6, 3]],
        tooltip=[number("rho", "distance / optimal"), number("value", "energy / least")],
    )
    twice_off = (
        alt.Chart(alt.Data(values=[{"rho": 0.5}, {"rho": 2}]))
        .transform_calculate(value=excess)
        .transform_calculate(label="'+' + format(datum.value - 1, '.0%')")
    )
    points = twice_off.mark_point(size=80, filled=True, opacity=1, color=MEANING["marked"])
    text = twice_off.encode(x="rho:Q", y="value:Q", text="label:N")
    chart = alt.layer(
        drawn,
        named(points.encode(x="rho:Q", y="value:Q"), "a factor of two off"),
        # Beside the curve, on the outside.
        text.transform_filter("datum.rho < 1").mark_text(fontSize=13, fontWeight="bold", align="right", dx=-10, dy=6),
        text.transform_filter("datum.rho > 1").mark_text(fontSize=13, fontWeight="bold", align="left", dx=10, dy=6),
    ).add_params(beta_slider(1.5))
    return finished(
        chart,
        drawn_by=flatness,
        title="The optimum is flat",
        subtitle="Pink: a factor of two too close, and too far.",
        description=(
            "Line chart on logarithmic axes of energy over least energy against distance over optimal distance. The "
            "curve is flat at its minimum; two points mark half and double the best distance, which at beta two cost "
            f"{percent(float(symbolic.excess_energy.subs({symbolic.distance_ratio: 2, symbolic.beta: 2})) - 1)} more. "
            "A slider sets beta."
        ),
        height=300,
    )
