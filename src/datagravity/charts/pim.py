"""The charts of the chapter on processing in memory."""

import altair as alt
import numpy as np
import pandas as pd

from datagravity.charts.controls import admitting, drop_down
from datagravity.charts.layers import diagonal, guide, hollow_if_grey, shapes
from datagravity.charts.theme import BLUE, BROWN, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import percent, span, spans
from datagravity.evidence import shown
from datagravity.pim import (
    COMPARED_SETS,
    LAWS,
    LEVEL,
    SCOPE_GROUPS,
    calibration,
    ladders,
    losses,
    predictions,
)
from datagravity.series import series_members, series_names

ALL_SCOPES = "all scopes"
SILICON = {"yes": "silicon", "partial": "silicon in part", "no": "simulated or modelled"}
#: What is no energy ratio stands in a shape of its own.
NOT_CONVERTED = "a loss in another quantity, not converted"
#: Where a loss without a value, or one far below the axis, is drawn.
LOWEST = 0.4
#: The rows that the chart of coverage opens with.
OPENING_SET = "whole system"
FIXED, FREE = "predicted, with a fixed share", "predicted, nothing fixed"
FORECASTS = ["the law, with a fixed share", "the law, nothing fixed", "constant of other sources"]

#: What each model predicts of a row, with its interval, as columns numbered by the model.
_PREDICTED = {"predicted": "v", "predicted_low": "l", "predicted_high": "h"}
_SYSTEM = ["system", "baseline", "silicon", "stat", "confound"]


def _of_system():
    """What every tooltip says of the system that a row reports on."""
    return [
        word("system"),
        word("baseline", "compared with"),
        word("silicon", "evidence"),
        word("stat", "statistic"),
        word("confound", "what else differs"),
    ]


def _readable(rows):
    """Rows of the PIM table in the words of a tooltip."""
    return rows.assign(
        silicon=rows["real_silicon"].map(SILICON), confound=rows["confound"].map(shown), text=rows["reported_text"]
    )


def _by_model(rows, every):
    """The rows with the prediction of each model, taken from `every`, the same rows under that model."""
    for model, frame in enumerate(every):
        found = frame.set_index("id").loc[rows["id"], list(_PREDICTED)].round(4)
        rows = rows.assign(**{f"{letter}{model}": found[name].to_numpy() for name, letter in _PREDICTED.items()})
    return rows


def _usable():
    """Every usable row: where its report and each model's prediction lie."""
    every = [predictions(model=model, include_recalled=True) for model in LAWS]
    rows = _by_model(_readable(every[0]), every)
    return rows.assign(
        shape=rows["silicon"],
        at=rows["reported"],
        low=rows["reported_low"],
        high=rows["reported_high"],
        printed=[f"{value:.3g}" for value in rows["reported"]],
    )


def _unconverted():
    """Every loss that is no ratio of energies: where it is drawn, in a shape of its own."""
    every = [losses(model=model) for model in LAWS]
    rows = _by_model(_readable(every[0][~every[0]["comparable"]]), every)
    at = rows["reported"].fillna(LOWEST).clip(lower=LOWEST)
    return rows.assign(
        shape=NOT_CONVERTED,
        at=at,
        low=at,
        high=at,
        printed=[
            "less than 1, value not stated" if pd.isna(value) else f"{value:.3g} ({kind.replace('_', ' ')})"
            for value, kind in zip(rows["reported"], rows["quantity_kind"], strict=True)
        ],
    )


def _scatter(rows):
    """The rows that the reader admits, with what the chosen law predicts of each."""
    predicted = [f"{letter}{model}" for model in range(len(LAWS)) for letter in _PREDICTED.values()]
    data = described(rows, *_SYSTEM, "text", "group", "shape", "at", "low", "high", "printed", *predicted)
    chosen = (
        alt.Chart(data)
        .add_params(
            drop_down("law", "law", list(range(len(LAWS))), labels=list(LAWS)),
            drop_down("scopes", "scope", [ALL_SCOPES, *SCOPE_GROUPS]),
        )
        .transform_filter(f"scopes == '{ALL_SCOPES}' || datum.group == scopes")
    )
    return (
        admitting(chosen)
        .transform_calculate(value="datum['v' + law]", p_low="datum['l' + law]", p_high="datum['h' + law]")
        .transform_calculate(interval="format(datum.p_low, '.3~g') + ' to ' + format(datum.p_high, '.3~g')")
        .encode(
            **about(
                data,
                number("value", "predicted"),
                word("interval", f"{percent(LEVEL)} interval"),
                word("printed", "reported"),
                *_of_system(),
            )
        )
    )


def predicted_and_reported():
    """Every usable row and every loss: the law's prediction with its interval against what was reported."""
    rows = pd.concat([_usable(), _unconverted()])
    base = _scatter(rows)
    opening = rows[(rows["shape"] != NOT_CONVERTED) & (rows["status"] != "recalled")]
    above = int((opening["reported"] > opening["predicted"]).sum())

    def x(field):
        axis = alt.X(f"{field}:Q").scale(type="log", domain=[0.9, 50], nice=False).title("predicted, times less energy")
        return axis.axis(format="~g", values=[1, 2, 5, 10, 20, 50])

    def y(field):
        axis = alt.Y(f"{field}:Q").scale(type="log", domain=[LOWEST * 0.8, 3000], nice=False)
        return axis.title("reported, times less energy").axis(format="~g", values=[0.5, 1, 2, 5, 10, 100, 1000])

    colours = alt.Scale(domain=list(SCOPE_GROUPS), range=[ORANGE, GREEN, BLUE, PURPLE])
    legend = {"columns": 2, "symbolOpacity": 1, "symbolStrokeWidth": 4}
    coloured = hollow_if_grey("group", colours, "scope", filled=0.8, **legend)
    kinds, symbols = [*SILICON.values(), NOT_CONVERTED], ["square", "diamond", "circle", "triangle-down"]
    rules = base.mark_rule(opacity=0.35, strokeWidth=2).encode(stroke=coloured["stroke"])
    points = base.mark_point(size=75, opacity=1, strokeWidth=1.5).encode(
        x=x("value"),
        y=y("at"),
        shape=shapes("shape", kinds, symbols, title="evidence", columns=1, orient="top"),
        **coloured,
    )
    return finished(
        alt.layer(
            guide(y=1, dash=(2, 3)),
            diagonal(0.9, 50),
            rules.encode(x=x("p_low"), x2="p_high:Q", y=y("at")),
            rules.encode(x=x("value"), y=y("low"), y2="high:Q"),
            points,
        ),
        drawn_by=predicted_and_reported,
        title="PIM: predicted and reported",
        subtitle=["dashed: equal; dotted: no saving", "hollow: unreviewed source"],
        description=(
            "Scatter plot on two logarithmic axes: what the law predicts for each published result, with its "
            f"{percent(LEVEL)} interval, against what was reported. For the {len(opening)} ratios of energies that the "
            f"chart opens with, the law with a fixed share predicts {span(opening['predicted'])}. Reported was "
            f"{span(opening['reported'])}, and {above} of them lie above the dashed line of equality. Losses stand "
            "below the dotted line at one. Lists choose the form of the law and the scope; two boxes admit recalled "
            "numbers and grey literature."
        ),
        sources=set(rows["source"]),
        height=420,
    )


def _of_rung(field):
    """The encodings of the two ladders: what is saved at each rung, in the colour of who says so."""
    x = alt.X(f"{field}:Q").scale(type="log", domain=[0.9, 100]).axis(values=[1, 2, 5, 10, 20, 50, 100])
    rungs = list(series_members("ladder")["label"])
    says = [*(f"reported, {ladder}" for ladder in series_names("ladder")), FIXED, FREE]
    color = alt.Color("what:N").scale(domain=says, range=[BLUE, PINK, BROWN, GREY]).title(None)
    return {
        "x": x.title("times less energy"),
        "y": alt.Y("rung:N").sort(rungs).title(None).axis(labelLimit=150),
        "color": color.legend(columns=1, symbolOpacity=1),
    }


def _law_on_ladders():
    """The interval of the law at each rung, with a fixed share and without."""
    rows = pd.concat([ladders(model=LAWS[2]).assign(what=FREE), ladders().assign(what=FIXED)])
    data = described(rows, "rung", "what", "predicted", "predicted_low", "predicted_high")
    return (
        alt.Chart(data)
        .mark_rule(opacity=0.55)
        .encode(
            x2="predicted_high:Q",
            strokeWidth=alt.condition(f"datum.what == '{FIXED}'", alt.value(14), alt.value(5)),
            **_of_rung("predicted_low"),
            **about(
                data,
                word("rung", "place"),
                word("what"),
                number("predicted"),
                number("predicted_low", "low end"),
                number("predicted_high", "high end"),
            ),
        )
    )


def _reports_on_ladders():
    """What was reported at each rung."""
    rows = _readable(ladders())
    data = described(
        rows.assign(what="reported, " + rows["ladder"]), *_SYSTEM, "text", "ladder", "rung", "reported", "what"
    )
    return (
        alt.Chart(data)
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            shape=alt.Shape("ladder:N").scale(domain=series_names("ladder"), range=["circle", "diamond"]).legend(None),
            **_of_rung("reported"),
            **about(
                data,
                word("ladder"),
                word("rung", "place"),
                number("reported"),
                word("text", "as reported"),
                *_of_system(),
            ),
        )
    )


def two_ladders():
    """What each step closer to the cells saves, on two ladders that change nothing but the place."""
    rows = ladders()
    return finished(
        alt.layer(_law_on_ladders(), _reports_on_ladders()),
        drawn_by=two_ladders,
        title="Two ladders towards the cells",
        subtitle=["each ladder: farthest place on top", f"bars: {percent(LEVEL)} interval of the law"],
        description=(
            f"Dot plot on a logarithmic axis of the reported savings: {spans(rows, 'rung', 'reported')}. "
            "Bars show the interval of the law, which knows the baseline and not the rung; with a fixed share they "
            f"cover {span(rows['predicted_low'], rows['predicted_high'])}."
        ),
        sources=set(rows["source"]),
        height=300,
    )


def calibration_by_level():
    """How often a forecast's interval holds what was reported, at four nominal levels, for a chosen set of rows."""
    fixed, free = calibration(), calibration(model=LAWS[2])
    parts = [
        fixed[fixed["forecast"] == "law"].assign(forecast=FORECASTS[0]),
        free[free["forecast"] == "law"].assign(forecast=FORECASTS[1]),
        fixed[fixed["forecast"] == "constant"].assign(forecast=FORECASTS[2]),
    ]
    data = pd.concat(parts)
    opening = data[(data["set"] == OPENING_SET) & np.isclose(data["level"], LEVEL)]
    held = [f"{percent(row.covered)} by {row.forecast}" for row in opening.itertuples()]
    base = (
        alt.Chart(data)
        .add_params(drop_down("rows_of", "rows", list(COMPARED_SETS), value=OPENING_SET))
        .transform_filter("datum.set == rows_of")
        .encode(
            x=alt.X("level:Q").scale(domain=[0.45, 1]).title("nominal level of the interval").axis(format=".0%"),
            y=alt.Y("covered:Q").scale(domain=[0, 1]).title("reports inside").axis(format=".0%"),
            color=alt.Color("forecast:N")
            .scale(domain=FORECASTS, range=[BROWN, GREY, BLUE])
            .title(None)
            .legend(columns=1),
            tooltip=[
                word("forecast"),
                word("set", "scope"),
                number("level", "nominal", "%"),
                number("covered", "inside", "%"),
                number("rows", "rows", "count"),
            ],
        )
    )
    shape = alt.Shape("forecast:N").scale(domain=FORECASTS, range=["circle", "square", "triangle-up"]).title(None)
    return finished(
        alt.layer(
            diagonal(0.45, 1),
            base.mark_line(strokeWidth=2),
            base.mark_point(size=80, filled=True, opacity=1).encode(shape=shape),
        ),
        drawn_by=calibration_by_level,
        title="How often the interval holds the report",
        subtitle="dashed: an honest interval",
        description=(
            "Lines of observed against nominal coverage; an honest forecast lies on the dashed diagonal. At a nominal "
            f"{percent(LEVEL)} the intervals hold, of the reports on a {OPENING_SET}: {'; '.join(held)}. A list "
            "chooses the rows."
        ),
        sources=set(predictions()["source"]),
        height=340,
    )
