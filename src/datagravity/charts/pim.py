"""The charts of the chapter on processing in memory."""

import altair as alt
import pandas as pd

from datagravity.charts.controls import drop_down, tick_box
from datagravity.charts.theme import BLUE, BROWN, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.evidence import shown
from datagravity.pim import (
    COMPARED_SETS,
    GROUPS,
    LEVEL,
    MODELS,
    calibration,
    ladders,
    losses,
    predictions,
)
from datagravity.series import series_members, series_names
from datagravity.sources import reference_link, short_name

ALL_SCOPES = "all scopes"
SILICON = {"yes": "silicon", "partial": "silicon in part", "no": "simulated or modelled"}
#: What is no energy ratio stands in a shape of its own.
NOT_CONVERTED = "a loss in another quantity, not converted"
#: Where a loss without a value, or one far below the axis, is drawn.
LOWEST = 0.4
FORECASTS = ["the law, with a fixed share", "the law, nothing fixed", "constant of other sources"]


def _described(rows):
    """The columns of every tooltip, from rows of the PIM table."""
    return {
        "id": rows["id"],
        "system": rows["system"],
        "baseline": rows["baseline"],
        "scope": rows["scope"],
        "silicon": rows["real_silicon"].map(SILICON),
        "stat": rows["stat"],
        "confound": rows["confound"].map(shown),
        "text": rows["reported_text"],
        "status": rows["status"],
        "grey": rows["grey"].astype(bool),
        "source": rows["source"].map(short_name),
        "locator": rows["locator"],
        "link": rows["source"].map(reference_link),
    }


def _tooltips(*first):
    names = {
        "system": "system",
        "baseline": "compared with",
        "scope": "scope",
        "silicon": "evidence",
        "stat": "statistic",
        "confound": "what else differs",
        "status": "status",
        "grey": "grey literature",
        "source": "source",
        "locator": "where",
        "id": "row",
    }
    return [*first, *(alt.Tooltip(f"{name}:N", title=title) for name, title in names.items())]


def predicted_and_reported():
    """Every usable row and every loss: the law's prediction with its interval against what was reported."""
    models = [predictions(model=model, include_recalled=True) for model in MODELS]
    rows = models[0]
    data = pd.DataFrame(_described(rows)).assign(
        group=rows["group"],
        shape=rows["real_silicon"].map(SILICON),
        low=rows["reported_low"],
        high=rows["reported_high"],
        at=rows["reported"],
        reported=[f"{value:.3g}" for value in rows["reported"]],
    )
    bad = losses()
    bad = bad[~bad["comparable"]].reset_index(drop=True)
    negative = pd.DataFrame(_described(bad)).assign(
        group=bad["group"],
        shape=NOT_CONVERTED,
        at=bad["reported"].fillna(LOWEST).clip(lower=LOWEST),
        reported=[
            "less than 1, value not stated" if pd.isna(value) else f"{value:.3g} ({kind.replace('_', ' ')})"
            for value, kind in zip(bad["reported"], bad["quantity_kind"], strict=True)
        ],
    )
    negative = negative.assign(low=negative["at"], high=negative["at"])
    for number, model in enumerate(MODELS):
        every = predictions(model=model, include_recalled=True)
        other = losses(model=model).set_index("id").loc[bad["id"]]
        for column, letter in [("predicted", "v"), ("predicted_low", "l"), ("predicted_high", "h")]:
            data[f"{letter}{number}"] = every[column].round(4)
            negative[f"{letter}{number}"] = other[column].round(4).to_list()
    records = pd.concat([data, negative]).to_dict("records")

    shapes = [*SILICON.values(), NOT_CONVERTED]
    scale_x = alt.Scale(type="log", domain=[0.9, 50], nice=False)
    scale_y = alt.Scale(type="log", domain=[LOWEST * 0.8, 3000], nice=False)
    colours = alt.Scale(domain=list(GROUPS), range=[ORANGE, GREEN, BLUE, PURPLE])
    base = (
        alt.Chart(alt.InlineData(values=records))
        .add_params(
            drop_down("law", "law", list(range(len(MODELS))), labels=list(MODELS)),
            drop_down("scopes", "scope", [ALL_SCOPES, *GROUPS]),
            tick_box("show_recalled", "show recalled numbers", False),
            tick_box("show_grey", "show grey literature", True),
        )
        .transform_filter(f"scopes == '{ALL_SCOPES}' || datum.group == scopes")
        .transform_filter("(show_recalled || datum.status != 'recalled') && (show_grey || !datum.grey)")
        .transform_calculate(value="datum['v' + law]", p_low="datum['l' + law]", p_high="datum['h' + law]")
        .transform_calculate(interval="format(datum.p_low, '.3~g') + ' to ' + format(datum.p_high, '.3~g')")
        .encode(
            href="link:N",
            tooltip=_tooltips(
                alt.Tooltip("value:Q", title="predicted", format=".3~g"),
                alt.Tooltip("interval:N", title=f"{LEVEL:.0%} interval"),
                alt.Tooltip("reported:N", title="reported"),
            ),
        )
    )
    x = alt.X("value:Q").scale(scale_x).title("predicted, times less energy")
    x = x.axis(format="~g", values=[1, 2, 5, 10, 20, 50])
    y = alt.Y("at:Q").scale(scale_y).title("reported, times less energy")
    y = y.axis(format="~g", values=[0.5, 1, 2, 5, 10, 100, 1000])
    # One legend: Vega-Lite joins it from channels of one field that ask for the same.
    legend = {"columns": 2, "symbolOpacity": 1, "symbolStrokeWidth": 4}
    stroke = alt.Stroke("group:N").scale(colours).title("scope").legend(**legend)
    fill = alt.Fill("group:N").scale(colours).title("scope").legend(**legend)
    across = base.mark_rule(opacity=0.35, strokeWidth=2).encode(
        x=alt.X("p_low:Q").scale(scale_x).title("predicted, times less energy"), x2="p_high:Q", y=y, stroke=stroke
    )
    along = base.mark_rule(opacity=0.35, strokeWidth=2).encode(
        x=x, y=alt.Y("low:Q").scale(scale_y).title("reported, times less energy"), y2="high:Q", stroke=stroke
    )
    points = base.mark_point(size=75, opacity=1, strokeWidth=1.5).encode(
        x=x,
        y=y,
        shape=alt.Shape("shape:N")
        .scale(domain=shapes, range=["square", "diamond", "circle", "triangle-down"])
        .title("evidence")
        .legend(columns=1, orient="top", symbolStrokeColor=GREY, symbolFillColor=GREY),
        stroke=stroke,
        fill=fill,
        fillOpacity=alt.condition("datum.grey", alt.value(0), alt.value(0.8)),
    )
    same = alt.Chart(alt.InlineData(values=[{"a": 0.9}, {"a": 50}])).mark_line(strokeDash=[5, 4], color=GREY)
    same = same.encode(x=alt.X("a:Q").scale(scale_x), y=alt.Y("a:Q").scale(scale_y))
    none = alt.Chart(alt.InlineData(values=[{"a": 1}])).mark_rule(strokeDash=[2, 3], color=GREY)
    return finished(
        alt.layer(none.encode(y=alt.Y("a:Q").scale(scale_y)), same, across, along, points),
        drawn_by=predicted_and_reported,
        title="PIM: predicted and reported",
        subtitle=["dashed: equal; dotted: no saving", "hollow: unreviewed source"],
        description=(
            "Scatter plot on two logarithmic axes: what the law predicts for each published result, with its 80 % "
            "interval, against what was reported. With a fixed share the predictions crowd between 1.2 and 1.7 while "
            "reports run from a loss to more than a thousand, nearly all of them above the dashed line of equality. "
            "Results in which memory needs more energy stand below the dotted line at one. Lists choose the form of "
            "the law and the scope; two boxes admit recalled numbers and grey literature."
        ),
        sources=set(rows["source"]) | set(bad["source"]),
        height=420,
    )


def two_ladders():
    """What each step closer to the cells saves, on two ladders that change nothing but the place."""
    rows = ladders()
    open_end = ladders(model=MODELS[2])
    what = [
        *(f"reported, {ladder}" for ladder in series_names("ladder")),
        "predicted, with a fixed share",
        "predicted, nothing fixed",
    ]
    records = pd.DataFrame(_described(rows)).assign(
        ladder=rows["ladder"],
        rung=rows["rung"],
        reported=rows["reported"],
        what="reported, " + rows["ladder"],
    )
    intervals = [
        {
            "rung": row["rung"],
            "what": name,
            "value": row["predicted"],
            "low": row["predicted_low"],
            "high": row["predicted_high"],
            "scope": row["scope"],
            "source": short_name(row["source"]),
            "locator": row["locator"],
            "status": row["status"],
            "link": reference_link(row["source"]),
        }
        for name, frame in [(what[3], open_end), (what[2], rows)]
        for _, row in frame.iterrows()
    ]
    order = list(series_members("ladder")["label"])
    y = alt.Y("rung:N").sort(order).title(None).axis(labelLimit=150)
    x = {"scale": alt.Scale(type="log", domain=[0.9, 100]), "axis": alt.Axis(values=[1, 2, 5, 10, 20, 50, 100])}
    colour = (
        alt.Color("what:N")
        .scale(domain=what, range=[BLUE, PINK, BROWN, GREY])
        .title(None)
        .legend(columns=1, symbolOpacity=1)
    )
    bars = (
        alt.Chart(alt.InlineData(values=intervals))
        .mark_rule(opacity=0.55)
        .encode(
            x=alt.X("low:Q", **x).title("times less energy"),
            x2="high:Q",
            y=y,
            color=colour,
            strokeWidth=alt.condition(f"datum.what == '{what[2]}'", alt.value(14), alt.value(5)),
            href="link:N",
            tooltip=[
                alt.Tooltip("rung:N", title="place"),
                alt.Tooltip("what:N", title="what"),
                alt.Tooltip("value:Q", title="predicted", format=".3~g"),
                alt.Tooltip("low:Q", title="low end", format=".3~g"),
                alt.Tooltip("high:Q", title="high end", format=".3~g"),
                alt.Tooltip("scope:N", title="scope"),
                alt.Tooltip("status:N", title="status of the report"),
                alt.Tooltip("source:N", title="source"),
                alt.Tooltip("locator:N", title="where"),
            ],
        )
    )
    points = (
        alt.Chart(alt.InlineData(values=records.to_dict("records")))
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            x=alt.X("reported:Q", **x).title("times less energy"),
            y=y,
            color=colour,
            shape=alt.Shape("ladder:N").scale(domain=series_names("ladder"), range=["circle", "diamond"]).legend(None),
            href="link:N",
            tooltip=_tooltips(
                alt.Tooltip("ladder:N", title="ladder"),
                alt.Tooltip("rung:N", title="place"),
                alt.Tooltip("reported:Q", title="reported", format=".3~g"),
                alt.Tooltip("text:N", title="as reported"),
            ),
        )
    )
    return finished(
        alt.layer(bars, points),
        drawn_by=two_ladders,
        title="Two ladders towards the cells",
        subtitle=["each ladder: farthest place on top", "bars: 80 % interval of the law"],
        description=(
            "Dot plot on a logarithmic axis. For reading HBM the saving is next to nothing at the logic die, about "
            "two at the bank group and six and a half at the bank. For copying 4 KB it is 1.5 on a detour within a "
            "bank, 3.2 from bank to bank and 74 within a subarray. The law's bars are the same on every rung of a "
            "ladder, because it knows the baseline and not the rung; with a fixed share they are short and end below "
            "two."
        ),
        sources=set(rows["source"]),
        height=300,
    )


def calibration_by_level():
    """How often a forecast's interval holds what was reported, at four nominal levels, for a chosen set of rows."""
    fixed, free = calibration(), calibration(model=MODELS[2])
    parts = [
        fixed[fixed["forecast"] == "law"].assign(forecast=FORECASTS[0]),
        free[free["forecast"] == "law"].assign(forecast=FORECASTS[1]),
        fixed[fixed["forecast"] == "constant"].assign(forecast=FORECASTS[2]),
    ]
    records = pd.concat(parts).to_dict("records")
    base = (
        alt.Chart(alt.InlineData(values=records))
        .add_params(drop_down("rows_of", "rows", list(COMPARED_SETS), value="whole system"))
        .transform_filter("datum.set == rows_of")
        .encode(
            x=alt.X("level:Q").scale(domain=[0.45, 1]).title("nominal level of the interval").axis(format=".0%"),
            y=alt.Y("covered:Q").scale(domain=[0, 1]).title("reports inside").axis(format=".0%"),
            color=alt.Color("forecast:N")
            .scale(domain=FORECASTS, range=[BROWN, GREY, BLUE])
            .title(None)
            .legend(columns=1),
            tooltip=[
                alt.Tooltip("forecast:N", title="forecast"),
                alt.Tooltip("set:N", title="scope"),
                alt.Tooltip("level:Q", title="nominal", format=".0%"),
                alt.Tooltip("covered:Q", title="inside", format=".0%"),
                alt.Tooltip("rows:Q", title="rows"),
            ],
        )
    )
    shape = alt.Shape("forecast:N").scale(domain=FORECASTS, range=["circle", "square", "triangle-up"]).title(None)
    ideal = alt.Chart(alt.InlineData(values=[{"p": 0.45}, {"p": 1}])).mark_line(strokeDash=[5, 4], color=GREY)
    return finished(
        alt.layer(
            ideal.encode(x="p:Q", y="p:Q"),
            base.mark_line(strokeWidth=2),
            base.mark_point(size=80, filled=True, opacity=1).encode(shape=shape),
        ),
        drawn_by=calibration_by_level,
        title="How often the interval holds the report",
        subtitle="dashed: an honest interval",
        description=(
            "Lines of observed against nominal coverage. An honest forecast lies on the dashed diagonal. The law with "
            "a fixed share stays near zero, the law without one holds about half of the whole systems, and a constant "
            "taken from the other sources comes closest to the diagonal. A list chooses the rows."
        ),
        sources=set(predictions()["source"]),
        height=340,
    )
