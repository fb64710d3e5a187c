"""The charts of the chapter on processing in memory."""

import altair as alt
import numpy as np
import pandas as pd

from datagravity.charts.controls import drop_down
from datagravity.charts.layers import diagonal, guide, hollow_if_grey, named, readout, shapes
from datagravity.charts.packing import DIGITS, packed, unpacked
from datagravity.charts.theme import GREY, finished, hues, ordered
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import VOID, percent, printed, span, spans
from datagravity.choices import defaults, options
from datagravity.distance import level_ratio
from datagravity.evidence import load, shown
from datagravity.pim import (
    LEVEL,
    PREDICTING,
    SCOPE_GROUPS,
    by_option,
    ladders,
    multiverse,
    power_curve,
    predicted,
    reports,
    samples,
    shares,
    spread_shares,
    told_apart,
)
from datagravity.series import series_members, series_names

SILICON = {"yes": "silicon", "partial": "silicon in part", "no": "simulated or modelled"}
SCOPES = SCOPE_GROUPS[:3]
SCOPE_COLOURS = alt.Scale(domain=list(SCOPES), range=hues(SCOPES))
#: A kind of report, and its symbol: a best case points down, to where what is usual lies.
KINDS = {"point": "circle", "range": "diamond", "at most": "triangle-down", "at least": "triangle-up"}
#: What a choice is called in a chart.
CALLED = {
    "fixed_cost": "fixed cost",
    "gd_energy": "energy in G_d",
    "gd_width": "bits in G_d",
    "share": "share of data",
    "weighting": "what counts alike",
    "error_summary": "errors summed by",
}
GAIN, COVERAGE = "gain over the constant", "coverage"
OUTCOMES = {"gain": GAIN, "coverage": COVERAGE}
#: With which probability a coverage is to be told from the nominal one.
POWER = 0.8


def _called(choice):
    return CALLED.get(choice, choice)


# --- One specification -----------------------------------------------------------------------------------------------

# Two digits are a logarithm in steps of 1/_STEPS.
_STEPS = 400


def _packed(logs):
    """Logarithms from 0 to about 10 as a text, two digits each."""
    return packed(np.clip(np.round(_STEPS * logs), 0, len(DIGITS) ** 2 - 1), 2)


def _unpacked(place):
    """The expression that takes a number out of the text `datum.p`."""
    return f"exp({unpacked('datum.p', place, 2, 'pim_digits')} / {_STEPS})"


def _codes():
    """The combinations as texts, a digit a choice: which of its options. The index is the row of `predicted()`.

    Combinations that take the row's own share come first, since a path knows no other.
    """
    table, known = predicted()[0], options("pim")
    places = [table[name].map({option: str(place) for place, option in enumerate(known[name])}) for name in PREDICTING]
    codes = places[0].str.cat(places[1:])
    return codes.sort_values(key=lambda code: code.str[-1], kind="stable")


def _rows():
    """The reports of the three scopes, and which of them share every prediction: a number in `key`."""
    rows, logs = reports(), predicted()[1]
    _, first = np.unique(logs.transpose(1, 0, 2).reshape(len(rows), -1), axis=0, return_inverse=True)
    rows = rows.assign(
        key=np.ravel(first),
        silicon=rows["real_silicon"].map(SILICON),
        text=rows["reported_text"],
        confound=rows["confound"].map(shown),
        # A least or a largest saving is drawn at its bound.
        at=rows["reported"].where(rows["report"] != "at most", rows["reported_high"]),
        least=rows["admitted_low"].clip(lower=1e-3),
        most=rows["admitted_high"].clip(upper=1e3),
    )
    return rows[rows["group"].isin(SCOPES)]


def _predictions(rows, codes):
    """What every combination predicts of the rows of a key; of a path only those that take its own share."""
    logs, own, found = predicted()[1], codes.str[-1] == "0", {}
    for place, row in rows.iterrows():
        chosen = codes.index if row["group"] == "system" else codes.index[own]
        found[row["key"]] = {"key": row["key"], "p": _packed(logs[chosen, place])}
    return list(found.values())


def _looked_up(rows):
    """The rows of the chosen scope with what the chosen combination predicts: l, v, h, and whether it holds."""
    known, first, codes = options("pim"), defaults("pim"), _codes()
    lists = [
        drop_down(
            f"pim_{name}", _called(name), list(range(len(known[name]))), known[name].index(first[name]), known[name]
        )
        for name in PREDICTING
    ]
    scopes = drop_down("pim_scope", "scope", list(SCOPES), value=first["scope"])
    places = alt.param(name="pim_places", value={code: place for place, code in enumerate(codes)})
    columns = ["system", "baseline", "silicon", "confound", "text", "report", "group", "key", "at", "least", "most"]
    data = described(rows, *columns)
    code = " + ".join(["''", *(f"pim_{name}" for name in PREDICTING[:-1])])
    code += " + (datum.group == 'system' ? pim_share : 0)"
    packed = alt.LookupData(alt.InlineData(values=_predictions(rows, codes)), key="key", fields=["p"])
    numbers = {name: _unpacked(f"(6 * datum.place + {2 * place})") for place, name in enumerate("lvh")}
    chart = (
        alt.Chart(data)
        .add_params(*lists, scopes, places, alt.param(name="pim_digits", value=DIGITS))
        .transform_filter("datum.group == pim_scope")
        .transform_lookup(lookup="key", from_=packed)
        .transform_calculate(place=f"pim_places[{code}]")
        .transform_calculate(**{name: f"isValid(datum.place) ? {text} : null" for name, text in numbers.items()})
        .transform_calculate(
            inside="isValid(datum.v) && datum.l <= datum.most && datum.h >= datum.least ? 1 : 0",
            off="max(log(datum.least / datum.v), log(datum.v / datum.most), 0)",
        )
    )
    return data, chart


def _said(chart):
    """The line above the points: how many intervals admit their report, and how far the law is typically off."""
    counted = chart.transform_aggregate(
        admitted="sum(inside)", valid="valid(v)", count="count()", typical="median(off)", groupby=[]
    )
    words = "datum.admitted + ' of ' + datum.count + ' intervals admit the report; typically off by a factor '"
    return counted.transform_calculate(label=f"datum.valid ? {words} + format(exp(datum.typical), '.2f') : '{VOID}'")


def predicted_and_reported():
    """What the law predicts of each report under any combination of options, against what was reported."""
    rows, scope = _rows(), defaults("pim")["scope"]
    data, base = _looked_up(rows)
    marks = base.transform_filter("isValid(datum.v)").transform_calculate(
        interval="format(datum.l, '.3~g') + ' to ' + format(datum.h, '.3~g')"
    )
    tips = about(
        data,
        number("v", "predicted"),
        word("interval", f"{percent(LEVEL)} interval"),
        word("text", "reported"),
        word("report", "what it bounds"),
        word("system"),
        word("baseline", "compared with"),
        word("silicon", "evidence"),
        word("confound", "what else differs"),
    )
    scale = alt.Scale(type="log", domain=[0.9, 100], nice=False, clamp=True)
    axis = alt.Axis(format="~g", values=[1, 2, 5, 10, 20, 50, 100])
    x = alt.X("v:Q", scale=scale, axis=axis, title="predicted, times less energy")
    y = alt.Y("at:Q", scale=scale, axis=axis, title="reported, times less energy")
    legend = {"columns": 3, "symbolOpacity": 1, "symbolStrokeWidth": 4}
    coloured = hollow_if_grey("group", SCOPE_COLOURS, "scope", filled=0.8, **legend)
    rules = marks.mark_rule(opacity=0.35, strokeWidth=2).encode(stroke=coloured["stroke"])
    shape = shapes("report", KINDS, KINDS.values(), title="report", columns=4)
    points = marks.mark_point(size=75, opacity=1, strokeWidth=1.5).encode(x=x, y=y, shape=shape, **coloured, **tips)
    across = rules.encode(x=alt.X("l:Q", scale=scale), x2="h:Q", y=y)
    upright = rules.encode(x=x, y=alt.Y("least:Q", scale=scale), y2="most:Q")
    return finished(
        alt.layer(guide(y=1, dash=(2, 3)), diagonal(0.9, 100), across, upright, points, readout(_said(base), size=12)),
        drawn_by=predicted_and_reported,
        title="One specification: predicted and reported",
        subtitle=["dashed: equal; dotted: no saving;", "hollow: unreviewed source"],
        description=(
            "Scatter plot on two logarithmic axes: what the law predicts of each report, with its "
            f"{percent(LEVEL)} interval, against what the report admits. It opens with reports of the scope {scope}, "
            f"which save {span(rows.loc[rows['group'] == scope, 'reported'])}. A list for each choice changes the "
            "prediction; a line above the points says how many intervals admit their report, and by which factor the "
            "law is typically off."
        ),
        sources=set(rows["source"]),
        height=420,
    )


# --- All specifications ----------------------------------------------------------------------------------------------


def specification_curve():
    """The gain of every specification over the constant, from the worst to the best, scope by scope."""
    frame, parts = multiverse(), []
    for scope, own in frame.groupby("scope", sort=False):
        levels = np.linspace(0, 1, 101)
        found = pd.DataFrame({"share": levels, "gain": own["gain"].quantile(levels).to_numpy(), "scope": scope})
        parts.append(found.assign(specifications=len(own)))
    data = pd.concat(parts)
    gains = {scope: shares(own)["gains"] for scope, own in frame.groupby("scope", sort=False)}
    curve = (
        alt.Chart(data)
        .mark_line(strokeWidth=2.5)
        .encode(
            x=alt.X("share:Q").title("share of the specifications, from the worst").axis(format=".0%"),
            y=alt.Y("gain:Q").title(f"{GAIN} (ln)"),
            color=alt.Color("scope:N").scale(SCOPE_COLOURS).title("scope"),
            strokeDash=alt.StrokeDash("scope:N")
            .scale(domain=list(SCOPES), range=[[1, 0], [6, 3], [2, 2]])
            .title("scope"),
            tooltip=[
                word("scope"),
                number("share", "share of specifications", "%"),
                number("gain", GAIN),
                number("specifications", "specifications", "count"),
            ],
        )
    )
    said = "; ".join(f"{scope}: {percent(value)}" for scope, value in gains.items())
    return finished(
        alt.layer(guide(y=0), curve),
        drawn_by=specification_curve,
        title="Every specification against a constant",
        subtitle="above the dashed line the law is better",
        description=(
            f"Lines of the gain of the law over a constant in each of {len(frame):,} specifications, sorted, for each "
            f"scope. The share of specifications in which the law is better: {said}."
        ),
        sources=set(reports()["source"]),
        height=300,
    )


def what_each_option_does():
    """The spread of coverage and gain over the specifications that hold an option, for every option."""
    data = by_option().query("specifications > 0")
    data = data.assign(label=data["choice"].map(_called) + ": " + data["option"], outcome=data["outcome"].map(OUTCOMES))
    order = list(dict.fromkeys(data["label"]))
    base = (
        alt.Chart(data)
        .add_params(drop_down("pim_outcome", "outcome", list(OUTCOMES.values())))
        .transform_filter("datum.outcome == pim_outcome")
        .encode(
            y=alt.Y("label:N").sort(order).title(None).axis(labelLimit=190),
            color=alt.Color("choice:N").legend(None),
            tooltip=[
                word("label", "option"),
                number("p50", "median"),
                number("p10", "10th percentile"),
                number("p90", "90th percentile"),
                number("specifications", "specifications", "count"),
                number("gains", "law better than the constant in", "%"),
            ],
        )
    )
    lines = pd.DataFrame({"outcome": list(OUTCOMES.values()), "at": [0, LEVEL]})
    line = alt.Chart(lines).transform_filter("datum.outcome == pim_outcome")
    line = line.mark_rule(strokeDash=[4, 4], color=GREY).encode(x="at:Q")
    x = alt.X("p10:Q").title("coverage, or gain in logarithms")
    gain = data[data["outcome"] == GAIN]
    worst, best = (gain.loc[gain["gains"] == extreme(gain["gains"])].iloc[0] for extreme in (min, max))
    return finished(
        alt.layer(
            line,
            base.mark_rule(strokeWidth=2, opacity=0.6).encode(x=x, x2="p90:Q"),
            base.mark_rule(strokeWidth=7, opacity=0.6).encode(x="p25:Q", x2="p75:Q"),
            base.mark_point(size=60, filled=True, opacity=1).encode(x="p50:Q"),
        ),
        drawn_by=what_each_option_does,
        title="What each option does",
        subtitle=[
            "dot: median; bar: middle half; line: middle 80 %;",
            "dashed: no gain, or an honest interval",
        ],
        description=(
            "Dots and bars: the spread of the gain over a constant, or of the coverage, over all specifications that "
            f"hold an option. The law is better than the constant in the fewest of them for {worst['label']}, "
            f"{percent(worst['gains'])}, and in the most for {best['label']}, {percent(best['gains'])}."
        ),
        sources=set(reports()["source"]),
        height=640,
    )


def spread_by_choice():
    """How much of the spread of gain and coverage each choice explains, alone and beside all others."""
    data = spread_shares()
    data = data.assign(choice=data["factor"].map(_called), outcome=data["outcome"].map(OUTCOMES))
    both = data.melt(["choice", "outcome"], ["alone", "beside"], var_name="how", value_name="part")
    hows = ["known alone", "unknown while all others are known"]
    both["how"] = both["how"].map(dict(zip(["alone", "beside"], hows, strict=True)))
    order = list(data[data["outcome"] == GAIN].sort_values("beside", ascending=False)["choice"])
    most = {name: own.loc[own["beside"].idxmax()] for name, own in data.groupby("outcome", sort=False)}
    said = "; ".join(f"{name}: {row['choice']}, {percent(row['beside'])}" for name, row in most.items())
    bars = (
        alt.Chart(both)
        .add_params(drop_down("pim_spread", "outcome", list(OUTCOMES.values())))
        .transform_filter("datum.outcome == pim_spread")
        .mark_bar()
        .encode(
            x=alt.X("part:Q").title("share of the variance").axis(format=".0%"),
            y=alt.Y("choice:N").sort(order).title(None).axis(labelLimit=150),
            yOffset=alt.YOffset("how:N"),
            color=alt.Color("how:N")
            .scale(domain=hows, range=hues(hows))
            .title("explained by the choice")
            .legend(columns=1),
            tooltip=[word("choice"), word("how", "explained"), number("part", "of the variance", "%")],
        )
    )
    return finished(
        bars,
        drawn_by=spread_by_choice,
        title="Which choice explains the spread",
        description=(
            "Bars: the share of the variance over all specifications that a choice explains alone, and the share that "
            f"stays unknown where all other choices are known. The largest of the latter, {said}."
        ),
        sources=set(reports()["source"]),
        height=340,
    )


def power():
    """How often a true coverage is told from the nominal one, for the numbers of reports and of origins there are."""
    rows = samples().query("rows == 'all' and void.isna()")
    named = {}
    for row in rows.itertuples():
        named.setdefault(row.reports, []).append(f"{row.reports} reports ({row.scope})")
        named.setdefault(row.origins, []).append(f"{row.origins} origins ({row.scope})")
    named = {count: ", ".join(names) for count, names in sorted(named.items())}
    data = power_curve(list(named)).assign(name=lambda frame: frame["reports"].map(named))
    shades = ordered(len(named))[::-1]
    most = max(rows["reports"])
    below, _ = told_apart(int(most), POWER)
    curve = (
        alt.Chart(data)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("coverage:Q").title("true coverage").axis(format=".0%"),
            y=alt.Y("power:Q").title("how often it is told from the nominal one").axis(format=".0%"),
            color=alt.Color("name:N").scale(domain=list(named.values()), range=shades).title(None).legend(columns=1),
            # One legend: Vega-Lite joins two of one field that ask for the same.
            strokeDash=alt.StrokeDash("name:N").scale(domain=list(named.values())).title(None).legend(columns=1),
            tooltip=[word("name", "sample"), number("coverage", "true coverage", "%"), number("power", "told", "%")],
        )
    )
    return finished(
        alt.layer(guide(x=LEVEL), guide(y=POWER, dash=(2, 3)), curve),
        drawn_by=power,
        title="What so few reports can tell",
        subtitle=f"dashed: the nominal coverage; dotted: told in {percent(POWER)}",
        description=(
            "Lines of the power of an exact binomial test against the true coverage, one a number of reports or "
            f"origins. With {most} independent reports a coverage of {percent(below)} or less is told from "
            f"{percent(LEVEL)} in {percent(POWER)} of the samples; nearer ones are not."
        ),
        sources=set(reports()["source"]),
        height=300,
    )


# --- Ladders ---------------------------------------------------------------------------------------------------------


def two_ladders():
    """What is left of the energy of a bit at each rung of two ladders, beside the ratio of levels of chips."""
    rows = ladders()
    rows = rows.assign(
        silicon=rows["real_silicon"].map(SILICON), text=rows["reported_text"], said="reported, " + rows["ladder"]
    )
    chips = level_ratio("last level", "DRAM")
    rungs = list(series_members("ladder")["label"])
    says = [*(f"reported, {ladder}" for ladder in series_names("ladder"))]
    columns = ["system", "baseline", "silicon", "text", "ladder", "rung", "left", "of_before", "said"]
    data = described(rows, *columns, row=("pim", "id"))
    dots = (
        alt.Chart(data)
        .mark_point(size=110, filled=True, opacity=1)
        .encode(
            x=alt.X("left:Q")
            .scale(type="log", domain=[0.01, 1.2], nice=False)
            .axis(values=[0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1], format="~g")
            .title("energy left, of that of the baseline"),
            y=alt.Y("rung:N").sort(rungs).title(None).axis(labelLimit=150),
            color=alt.Color("said:N").scale(domain=says, range=hues(says)).title(None).legend(columns=1),
            shape=alt.Shape("said:N").scale(domain=says, range=["circle", "diamond"]).title(None),
            **about(
                data,
                word("said", "ladder"),
                word("rung", "place"),
                number("left", "left of the baseline"),
                number("of_before", "left of the rung before"),
                word("text", "as reported"),
                word("system"),
                word("baseline", "compared with"),
                word("silicon", "evidence"),
            ),
        )
    )
    band = pd.DataFrame({"low": [chips.low], "high": [chips.high], "value": [chips.value]})
    tips = [number("value", "last level over DRAM"), number("low", "low end"), number("high", "high end")]
    levels = alt.Chart(band).mark_rect(color=GREY, opacity=0.18).encode(x="low:Q", x2="high:Q", tooltip=tips)
    middle = alt.Chart(band).mark_rule(color=GREY).encode(x="value:Q", tooltip=tips)
    return finished(
        alt.layer(named(levels, "last level over DRAM"), middle, named(dots, "rung")),
        drawn_by=two_ladders,
        title="Two ladders towards the cells",
        subtitle=[
            "each ladder: farthest place on top;",
            "grey: last level over DRAM, 80 % of further chips",
        ],
        description=(
            "Dot plot on a logarithmic axis of what is left of the baseline's energy at each rung: "
            f"{spans(rows, 'rung', 'left')}. A grey band shows the energy of the last level of a chip over that of "
            f"DRAM, {printed(chips.low)} to {printed(chips.high)}."
        ),
        sources=set(rows["source"]) | set(load("distance_rows").dropna(subset="rung")["source"]),
        height=300,
    )
