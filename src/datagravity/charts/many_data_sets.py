"""The charts of the chapter on many data sets: two bodies on a line, and three on a triangle."""

import altair as alt

from datagravity import symbolic
from datagravity.charts.controls import log_slider, slider
from datagravity.charts.curves import curves, one_point
from datagravity.charts.layers import named, readout
from datagravity.charts.theme import GREY, MEANING, finished, hues
from datagravity.charts.tooltips import number
from datagravity.compiled import vega_expression

# Two bodies at distance 1, the light one of mass 1: the heavy one's mass is the ratio of the two.
_UNITS = {symbolic.light: 1, symbolic.separation: 1}
_RATIO = symbolic.neutral_ratio.subs(_UNITS)

_BEST = MEANING["best place"]


def _two_bodies(expression, exponent, **names):
    """An expression of two bodies in Vega's language, with the ratio of their masses in the parameter `ratio`."""
    expression = expression.subs(symbolic.gap_ratio, _RATIO).subs(_UNITS)
    return vega_expression(expression, heavy="ratio", exponent=exponent, **names)


def landscape():
    """Energy on the line between a heavy and a light data set, with its lowest and its neutral point."""
    energy = _two_bodies(symbolic.two_body_energy, "exponent", path_length="datum.d")
    neutral = _two_bodies(symbolic.neutral_point, "exponent")
    x = alt.X("d:Q").scale(domain=[0, 1]).title("distance from the heavy one / D")
    y_title = "energy / energy at the heavy one"
    y = alt.Y("value:Q").scale(zero=True).title(y_title).axis(format="~g")
    curve = (
        alt.Chart(alt.sequence(start=0, stop=1.0025, step=0.005, as_="position"))
        .transform_calculate(d="min(datum.position, 1)")
        .transform_calculate(value=energy)
        .mark_line(strokeWidth=2.5, color=MEANING["energy"])
        .encode(x=x, y=y, tooltip=[number("d", "distance from the heavy one / D", "place"), number("value", y_title)])
    )
    words = "'best at ' + format(datum.d, '.3f') + ' D, energy ' + format(datum.value, '.3f')"
    best = one_point(d="exponent > 1 ? neutral : 0", value=energy, label=words)
    point = best.mark_point(size=110, filled=True, opacity=1, color=_BEST)
    barrier = one_point(d="neutral").transform_filter("exponent < 1").transform_calculate(value=energy)
    square = barrier.mark_point(size=90, filled=True, opacity=1, color=GREY, shape="square")
    chart = alt.layer(
        named(curve, "energy on the line"),
        named(square.encode(x="d:Q", y="value:Q"), "barrier"),
        named(point.encode(x="d:Q", y="value:Q"), "best place"),
        readout(best),
    ).add_params(
        slider("exponent", "exponent a", 0.3, 3, 0.05, 0.5),
        slider("ratio", "mass ratio", 1, 4, 0.1, 1.5),
        alt.param(name="neutral", expr=f"exponent == 1 ? 0 : {neutral}"),
    )
    return finished(
        chart,
        drawn_by=landscape,
        title="Between a heavy and a light data set",
        subtitle=["Pink: the best place. Square: the barrier,", "where the pulls cancel below a = 1."],
        description=(
            "Line chart of the energy on the line between two data sets. Above exponent one it is a valley whose "
            "lowest point lies nearer to the heavy one. Below one it is a hill between two valleys, with a marked "
            "summit; the valley at the heavy one is the lower. Sliders set the exponent and the ratio of the masses."
        ),
        height=320,
    )


def two_body_saving():
    """What the best place between two data sets saves over computing at either of them."""
    lines = {
        "over the light one": symbolic.saving_over_light,
        "over the heavy one": symbolic.saving_over_heavy,
        "bound": symbolic.saving_over_heavy_bound,
    }
    lines = {label: _two_bodies(expression, "datum.a") for label, expression in lines.items()}
    x = alt.X("a:Q").scale(domain=[1, 4], nice=False).title("exponent a").axis(values=[1, 2, 3, 4])
    y = alt.Y("value:Q").scale(type="log", domain=[1, 200], nice=False).title("saving")
    y = y.axis(format="~g", values=[1, 2, 5, 10, 20, 50, 100, 200])
    drawn = curves(
        alt.Chart(alt.sequence(start=1.02, stop=4.01, step=0.02, as_="a")),
        lines,
        x,
        y,
        colors=hues(lines),
        dashes=[[2, 3], [1, 0], [6, 3]],
        tooltip=[number("a", "exponent a"), number("value", "saving")],
        columns=2,
    )
    chart = alt.layer(drawn).add_params(*log_slider("ratio", "mass ratio", 1, 100, 8))
    return finished(
        chart,
        drawn_by=two_body_saving,
        title="What the place between two data sets saves",
        subtitle=["Leaving the heavy one saves less than the bound;", "leaving the light one may save much."],
        description=(
            "Line chart on a logarithmic axis of the saving of the best place between two data sets against the "
            "exponent. Over the light data set the saving is large and grows with the ratio of the masses; over the "
            "heavy one it stays below two to the power of the exponent less one. A slider sets the ratio."
        ),
        height=320,
    )


def triangle():
    """Energy at the centre and at a corner of an equilateral triangle of equal data sets, against the exponent."""
    lines = {"centre": symbolic.triangle_centre_energy, "corner": symbolic.triangle_corner_energy}
    lines = {label: vega_expression(expression, exponent="datum.a") for label, expression in lines.items()}
    x = alt.X("a:Q").scale(domain=[0.2, 2]).title("exponent a")
    y = alt.Y("value:Q").scale(domain=[1, 3]).title("energy").axis(tickCount=5)
    drawn = curves(
        alt.Chart(alt.sequence(start=0.2, stop=2.005, step=0.01, as_="a")),
        lines,
        x,
        y,
        colors=hues(lines),
        dashes=[[1, 0], [6, 3]],
        tooltip=[number("a", "exponent a"), number("value", "energy")],
        columns=2,
    )
    crossing = one_point(
        a=vega_expression(symbolic.triangle_threshold),
        value=vega_expression(symbolic.triangle_corner_energy),
        label="'equal at a = ' + format(datum.a, '.4f')",
    )
    point = crossing.mark_point(size=100, filled=True, opacity=1, color=MEANING["marked"])
    chart = alt.layer(
        drawn,
        named(point.encode(x="a:Q", y="value:Q"), "equal at both"),
        crossing.mark_text(fontSize=13, fontWeight="bold", align="left", dx=10, dy=-12).encode(
            x="a:Q", y="value:Q", text="label:N"
        ),
    )
    return finished(
        chart,
        drawn_by=triangle,
        title="Three equal data sets: centre or corner?",
        subtitle="Side 1, masses 1.",
        description=(
            "Line chart of the energy at the centre and at a corner of an equilateral triangle of three equal data "
            "sets against the exponent. The corner costs the same at every exponent; the centre costs more below a "
            "marked exponent and less above it."
        ),
        height=300,
    )
