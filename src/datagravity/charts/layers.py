"""Layers and encodings that charts of several chapters share."""

import re

import altair as alt

from datagravity.charts.theme import GREY


def named(layer, name):
    """A layer whose rows say what they are: `name` stands beside them where a reader takes a chart's values.

    Of marks with a column called "curve" that column says it. A layer without a name adds no rows of its own.

    Parameters
    ----------
    layer : chart of one kind of mark, or several layers of one thing
    name : letters and single blanks, as in "fitted line"; no other layer of the chart has it

    Raises
    ------
    ValueError
        If the name is none.

    Examples
    --------
    >>> named(guide(x=1), "limit").to_dict()["name"]
    'limit'
    """
    # Vega-Lite keeps letters of a name and turns all else into underscores.
    if not re.fullmatch(r"[A-Za-z]+( [A-Za-z]+)*", name):
        raise ValueError(f"name: {name!r}, expected letters and single blanks")
    return layer.properties(name=name)


def guide(*, dash=(4, 4), **at):
    """A dashed rule across the chart, as in ``guide(x=1)``."""
    rule = alt.Chart(alt.InlineData(values=[at])).mark_rule(strokeDash=list(dash), color=GREY)
    return rule.encode(**{axis: f"{axis}:Q" for axis in at})


def diagonal(low, high):
    """A dashed line on which both axes say the same."""
    ends = alt.InlineData(values=[{"both": low}, {"both": high}])
    return alt.Chart(ends).mark_line(strokeDash=[5, 4], color=GREY, clip=True).encode(x="both:Q", y="both:Q")


def readout(chart, *, size=14, top=4, **mark):
    """The chart's field `label` in bold, in the middle of the upper edge: what the sliders give, in numbers.

    It may have several lines; on a phone the page breaks a long one (`site.renderer.narrow`).

    Further arguments are properties of the mark.
    """
    mark = {"lineBreak": "\n", **mark}
    return chart.mark_text(fontSize=size, fontWeight="bold", baseline="top", **mark).encode(
        x=alt.value(alt.ExprRef("width / 2")), y=alt.value(top), text="label:N"
    )


def at_most(chart, bound):
    """Arrows down from the points of a chart that are bounds: those of which the condition `bound` holds."""
    return chart.transform_filter(bound).mark_text(text="↓", fontSize=15, dy=14, tooltip=None)


def none_left(rows, kept, of, choose, **axes):
    """The layers of a chart whose controls leave no row: words that say so, and axes that stay.

    Parameters
    ----------
    rows : the rows that the controls choose among, as the chart's marks have them
    kept : the condition that leaves a row, in Vega's language
    of, choose : expressions of what there is none of, and of what to do: "No row of X;", "choose another operation"
    axes : encodings of the axes that would lose their marks; they show every row's place where none is left

    Returns
    -------
    list of altair charts, to stand among the first layers
    """
    nothing = (
        alt.Chart(rows)
        .transform_calculate(is_left=f"({kept}) ? 1 : 0")
        .transform_joinaggregate(left="sum(is_left)")
        .transform_filter("datum.left == 0")
    )
    said = nothing.transform_aggregate(count="count()").transform_filter("datum.count > 0")
    said = said.transform_calculate(label=f"'No ' + {of} + ';\\n' + {choose}")
    words = readout(said, size=12, top=16)
    return [*([nothing.mark_point(opacity=0, tooltip=None).encode(**axes)] if axes else []), words]


def hollow_if_grey(field, scale, title, *, filled=1, **legend):
    """Symbols in the colour of `field`, and hollow where they rest on grey literature."""
    # One legend: Vega-Lite joins it from channels of one field that ask for the same.
    return {
        "stroke": alt.Stroke(f"{field}:N").scale(scale).title(title).legend(**legend),
        "fill": alt.Fill(f"{field}:N").scale(scale).title(title).legend(**legend),
        "fillOpacity": alt.condition("datum.grey", alt.value(0), alt.value(filled)),
    }


def shapes(field, domain, symbols, *, title, **legend):
    """The shape of symbols by `field`. Its legend is grey, because black symbols would vanish on a dark page."""
    shape = alt.Shape(f"{field}:N").scale(domain=list(domain), range=list(symbols)).title(title)
    return shape.legend(symbolFillColor=GREY, symbolStrokeColor=GREY, **legend)
