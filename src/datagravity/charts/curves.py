"""Curves of formulas: expressions of `datagravity.symbolic` drawn by the browser from data that it generates itself.

`law_chart` draws expressions against one symbol; the pieces below it serve charts that need more.
"""

from typing import NamedTuple

import altair as alt

from datagravity.charts.controls import slider
from datagravity.charts.layers import named
from datagravity.charts.theme import DASHES, MEANING, finished, hues
from datagravity.charts.tooltips import number, word
from datagravity.compiled import vega_expression

# 0.1, 1, 1k, 1M: short labels on both sides of one.
SHORT = "datum.value < 1 ? format(datum.value, '~g') : format(datum.value, '~s')"


def evenly(name, start, stop, count, *, logarithmic=False):
    """A chart on data generated in the browser: `name` in even steps, or 10**`name` where logarithmic."""
    step = (stop - start) / (count - 1)
    data = alt.sequence(start=start, stop=stop + step / 2, step=step, as_="position")
    return alt.Chart(data).transform_calculate(**{name: "pow(10, datum.position)" if logarithmic else "datum.position"})


def one_point(**calculations):
    """A chart on a single datum, for a mark that follows the sliders; each calculation may use the ones before it."""
    chart = alt.Chart(alt.Data(values=[{}]))
    for name, expression in calculations.items():
        chart = chart.transform_calculate(**{name: expression})
    return chart


def curves(chart, lines, x, y, *, colors, dashes, tooltip, points=False, columns=3):
    """One line for each label of `lines` (label -> Vega expression), with a legend of `columns`.

    `x` and `y` are encodings, `y` of the field "value"; the tooltips of `tooltip` follow the line's own name.
    """
    keys = [f"line_{number}" for number in range(len(lines))]
    labels = " : ".join(f"datum.key == '{key}' ? '{label}'" for key, label in zip(keys, lines, strict=True))
    scale = {"domain": list(lines)}
    return (
        chart.transform_calculate(**dict(zip(keys, lines.values(), strict=True)))
        .transform_fold(keys, as_=["key", "value"])
        .transform_calculate(line=f"{labels} : ''")
        .transform_filter("isFinite(datum.value)")
        .mark_line(strokeWidth=2.5, clip=True, point=points)
        .encode(
            x=x,
            y=y,
            color=alt.Color("line:N").scale(range=list(colors), **scale).title(None).legend(columns=columns),
            strokeDash=alt.StrokeDash("line:N").scale(range=list(dashes), **scale).title(None),
            tooltip=[word("line", "curve"), *tooltip],
        )
    )


class Axis(NamedTuple):
    """A symbol along the horizontal axis, or the values along the vertical one (`symbol` None)."""

    title: str
    low: float
    high: float
    symbol: object = None
    logarithmic: bool = False
    ticks: tuple = ()
    format: str = ".3~g"
    points: int = 161

    def encode(self, channel, field):
        """The encoding of `field` along this axis."""
        label = {"labelExpr": SHORT} if self.format == "~s" else {"format": self.format}
        scale = alt.Scale(type="log" if self.logarithmic else "linear", domain=[self.low, self.high], nice=False)
        return channel(f"{field}:Q", scale=scale, title=self.title, axis=alt.Axis(values=list(self.ticks), **label))

    def chart(self):
        """A chart on data generated in the browser, with the symbol in even steps along the axis."""
        low, high = (alt.expr.log(end) / alt.expr.LN10 if self.logarithmic else end for end in (self.low, self.high))
        at = f"{low} + datum.position * ({high} - {low})"
        step = 1 / (self.points - 1)
        data = alt.sequence(start=0, stop=1 + step / 2, step=step, as_="position")
        return alt.Chart(data).transform_calculate(
            **{self.symbol.name: f"pow(10, {at})" if self.logarithmic else at},
        )


def along(expression, axis):
    """The expression in Vega's language with the axis' symbol as a column; other symbols are the chart's parameters."""
    return vega_expression(expression, **{axis.symbol.name: f"datum.{axis.symbol.name}"})


def law_chart(
    function, lines, x, y, *, means=None, parameters=(), layers=(), points=False, height=280, sources=(), **words
):
    """Expressions against one symbol, as a finished chart.

    Parameters
    ----------
    function : the chart function that asks; the line under the chart names it
    lines : mapping from label to sympy expression, at most four
    x, y : `Axis`
    means : what lines stand for, as for `hues`
    parameters : sliders and choices; each is named like a symbol of the expressions
    layers : further layers
    points : mark the points too, where x counts something
    words : title, subtitle, description, as for `finished`
    """
    drawn = curves(
        x.chart(),
        {label: along(expression, x) for label, expression in lines.items()},
        x.encode(alt.X, x.symbol.name),
        y.encode(alt.Y, "value"),
        colors=hues(lines, means),
        dashes=DASHES[: len(lines)],
        tooltip=[number(x.symbol.name, x.title), number("value", y.title)],
        points=points,
    )
    chart = alt.layer(drawn, *layers).add_params(*parameters)
    return finished(chart, drawn_by=function, height=height, sources=sources, **words)


def level_line(value, name, means="bound"):
    """A dashed horizontal rule at an expression in the chart's parameters, in the colour of what it means.

    `name` is as in `layers.named`.
    """
    color = MEANING[means]
    rule = one_point(value=vega_expression(value)).mark_rule(strokeDash=[2, 4], strokeWidth=2, color=color, clip=True)
    return named(rule.encode(y="value:Q"), name)


def beta_slider(value=2.0):
    """The slider of beta that most charts have."""
    return slider("beta", "beta", 1.05, 2.95, 0.05, value)
