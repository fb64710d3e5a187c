"""The charts of the chapter on how energy grows with distance."""

from typing import NamedTuple

import altair as alt
import numpy as np
import pandas as pd

from datagravity.charts.controls import drop_down, tick_box
from datagravity.charts.theme import BLUE, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import percent, span, spans
from datagravity.distance import PROXIES, enough, exponents, fit, points
from datagravity.intervals import text
from datagravity.series import series_members

LEVEL = 0.8
BASES = ["stated", "derived", "maximum reach", "capacity", "assumed"]
BASIS_COLOURS = [BLUE, GREEN, ORANGE, PURPLE, PINK]
#: Choices of rows that are not one series.
WITH_DISTANCE, EVERY_ROW = "all with a distance", "all, stand-ins too"
ALL_SCOPES = "all scopes"
#: The forms that the reader chooses from, by their names in the list.
FORM_NAMES = {"bare power": "power", "fixed + linear": "affine", "broken at the chip edge": "broken"}
_STEPS = 14


def _basis_colour():
    """Where a distance comes from, as a colour."""
    colour = alt.Color("basis:N").scale(domain=BASES, range=BASIS_COLOURS)
    return colour.title("distance is").legend(columns=2, symbolOpacity=1)


def exponents_by_evidence():
    """The bare exponent of every series with its interval, beside what either reading of beta asks for."""
    rows = points()
    statuses = rows.groupby("series")["status"].agg(lambda found: ", ".join(sorted(set(found))))
    table = exponents(LEVEL)
    table = table.assign(status=table["series"].map(statuses))
    data = described(table, "series", "basis", "exponent", "low", "high", "count", "warning")
    readings = {"(1, 3) if beta = a": (1, 3), "(1, 3) if beta = a + 1": (0, 2)}
    # Rounded, since the exponent of a budget may be one, which is an edge.
    on_bar = [int(table["exponent"].round(6).between(*ends).sum()) for ends in readings.values()]
    order = [*data["series"], *readings]
    y = alt.Y("series:N").sort(order).title(None).axis(labelLimit=150)

    def x(field):
        return alt.X(f"{field}:Q").scale(domain=[0, 3]).title("exponent a")

    base = alt.Chart(data).encode(
        y=y,
        color=_basis_colour(),
        **about(
            data,
            word("series", "what"),
            number("exponent"),
            number("low", f"low end, {percent(LEVEL)}"),
            number("high", f"high end, {percent(LEVEL)}"),
            number("count", "points", "count"),
            word("basis", "the distance is"),
            word("warning", "mind"),
        ),
    )
    bars = pd.DataFrame([{"series": name, "from": low, "to": high} for name, (low, high) in readings.items()])
    band = alt.Chart(bars).mark_bar(color=GREY, opacity=0.5, height=9)
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=3).encode(x=x("low"), x2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(x=x("exponent")),
            band.encode(x=x("from"), x2="to:Q", y=y, tooltip=[word("series")]),
        ),
        drawn_by=exponents_by_evidence,
        title="The exponents, and what (1, 3) asks for",
        subtitle=f"bars: {percent(LEVEL)}, t; none for two points",
        description=(
            "Dot plot of the exponent of energy against distance for each series of rows: "
            f"{spans(table, 'series', 'exponent')}. Two grey bars below show what the interval from 1 to 3 "
            f"asks of the exponent. {on_bar[0]} of {len(table)} lie on the bar if beta is the exponent, {on_bar[1]} if "
            "beta is the exponent plus one."
        ),
        sources=set(rows["source"]),
        height=380,
    )


class _Fits(NamedTuple):
    """Every fit that the reader can choose, each once."""

    #: The fit's number, by what is chosen: rows, scope, form, and whether grey literature counts.
    chosen: dict
    #: What the fit says, by its number.
    labels: dict
    #: Points of the curves with their bands.
    curves: list
    #: The fitted energy of each row of each fit.
    members: list


def _subsets(rows, choices, scopes):
    """The rows of each choice: name, scope, whether grey literature counts, and the rows."""
    for name in choices:
        if name == WITH_DISTANCE:
            chosen = rows[~rows["basis"].isin(PROXIES)]
        else:
            chosen = rows if name == EVERY_ROW else rows[rows["series"] == name]
        for scope in scopes:
            of_scope = chosen if scope == ALL_SCOPES else chosen[chosen["scope"] == scope]
            for grey in (True, False):
                yield name, scope, grey, of_scope if grey else of_scope[~of_scope["grey"]]


def _fits(rows, choices, scopes):
    """The fit of every form to every choice of rows that has enough of them."""
    fits, known = _Fits({}, {}, [], []), {}
    for name, scope, grey, frame in _subsets(rows, choices, scopes):
        for form_name, form in FORM_NAMES.items():
            if not enough(frame, form):
                continue
            key = (form, *frame["id"])
            if key not in known:
                this = known[key] = len(known)
                fitted = fit(frame, form)
                fits.labels[this] = _label(fitted)
                fits.curves.extend({"fit": this, **point} for point in _curve(frame, fitted))
                energies = fitted.energy(frame["distance_mm"].to_numpy(), frame["off_chip"].to_numpy())
                fits.members.extend(
                    {"member": f"{this}|{row}", "fitted": _short(energy)}
                    for row, energy in zip(frame["id"], energies, strict=True)
                )
            fits.chosen[f"{name}|{scope}|{form_name}|{str(grey).lower()}"] = known[key]
    return fits


def _curve(frame, fitted):
    """A fit over the distances of its rows, each side of the chip's edge for itself if it has a break there."""
    for side in (False, True) if fitted.form == "broken" else (None,):
        distances = frame.loc[frame["off_chip"] == side, "distance_mm"] if side is not None else frame["distance_mm"]
        along = np.geomspace(distances.min(), distances.max(), _STEPS)
        off = np.full(_STEPS, bool(side))
        columns = {"distance_mm": along, "energy": fitted.energy(along, off)}
        columns["low"], columns["high"] = fitted.band(along, off, LEVEL)
        for values in zip(*columns.values(), strict=True):
            yield {"side": "off" if side else "on", **dict(zip(columns, map(_short, values), strict=True))}


def _label(fitted):
    """The parameters of a fit in words, exponents with their interval and no more digits than it supports."""
    values = fitted.parameters
    if fitted.form == "affine":
        return f"{np.exp(values[0]):.2g} pJ/bit + {np.exp(values[1]):.2g} for each mm"
    if fitted.form == "broken":
        sides = [text(fitted.exponent(off_chip, LEVEL)) for off_chip in (False, True)]
        return f"on the chip {sides[0]}; off the chip {sides[1]}"
    return f"exponent {text(fitted.exponent(level=LEVEL))}"


def _literal(mapping):
    """A Python mapping as an object of Vega's expression language."""
    return "({" + ", ".join(f"'{key}': {value!r}" for key, value in mapping.items()) + "})"


def _short(number):
    """Five significant digits: more than any of these numbers deserves, and a smaller page."""
    return float(f"{number:.5g}")


def _over_fit(chart, energy, fitted):
    """The chart with what it draws: an energy and its ends, or their ratios to the fit where the box asks for them."""
    return chart.transform_calculate(scale=f"divided ? datum.{fitted} : 1").transform_calculate(
        drawn=f"datum.{energy} / datum.scale", least="datum.low / datum.scale", most="datum.high / datum.scale"
    )


def _rows(rows, members, controls):
    """The chosen rows as marks, with what the chosen fit says of each."""
    rows = rows.assign(
        middle=rows["pj_per_bit"],
        low=rows["pj_per_bit_low"],
        high=rows["pj_per_bit_high"],
        proxy=rows["basis"].isin(PROXIES),
        node=[f"{node} nm" if node == node else "not stated" for node in rows["node_nm"].astype("float64")],
    )
    columns = ["series", "origin", "basis", "distance_mm", "off_chip", "operation", "middle", "low", "high"]
    data = described(rows, *columns, "proxy", "node")
    chosen = (
        alt.Chart(data)
        .add_params(*controls)
        .transform_filter(f"rows == '{EVERY_ROW}' || (rows == '{WITH_DISTANCE}' ? !datum.proxy : datum.series == rows)")
        .transform_filter(f"(scope == '{ALL_SCOPES}' || datum.scope == scope) && (show_grey || !datum.grey)")
        .transform_calculate(member="fit + '|' + datum.id")
        .transform_lookup(
            lookup="member",
            from_=alt.LookupData(data=alt.InlineData(values=members), key="member", fields=["fitted"]),
        )
        .transform_filter("!divided || isValid(datum.fitted)")
    )
    return _over_fit(chosen, "middle", "fitted").encode(
        color=_basis_colour(),
        **about(
            data,
            word("operation", "what"),
            number("middle", "energy", "pJ/bit"),
            number("low", "low end", "pJ/bit"),
            number("high", "high end", "pJ/bit"),
            number("distance_mm", "distance", "mm"),
            word("basis", "the distance is"),
            number("fitted", "fit", "pJ/bit"),
            word("series"),
            word("node"),
        ),
    )


def energy_against_distance():
    """Every row with a distance: the reader chooses rows, scope and form, and sees fit, band or residuals."""
    rows = points()
    opening = rows[~rows["basis"].isin(PROXIES)]
    counts = series_members("exponent")["series"].value_counts(sort=False)
    choices = [WITH_DISTANCE, EVERY_ROW, *counts[counts > 2].index]
    scopes = [ALL_SCOPES, *sorted(set(rows["scope"]))]
    fits = _fits(rows, choices, scopes)
    controls = [
        drop_down("rows", "rows", choices),
        drop_down("scope", "scope", scopes),
        drop_down("form", "form", list(FORM_NAMES)),
        tick_box("divided", "divide by the fit (residuals)", False),
        tick_box("show_grey", "use grey literature", True),
        alt.param(name="fit", expr=f"{_literal(fits.chosen)}[rows + '|' + scope + '|' + form + '|' + show_grey]"),
    ]
    x = alt.X("distance_mm:Q").scale(type="log", nice=False, padding=8).title("distance (mm)").axis(format="~g")

    def y(field):
        scaled = alt.Y(f"{field}:Q").scale(type="log", nice=False, padding=14).axis(format="~g")
        return scaled.title("energy (pJ/bit), or its ratio to the fit")

    marked = _rows(rows, fits.members, controls).encode(x=x)
    curve = alt.Chart(alt.InlineData(values=fits.curves)).transform_filter("datum.fit === fit")
    curve = _over_fit(curve, "energy", "energy").encode(x=x, detail="side:N")
    hint = (
        alt.Chart(alt.InlineData(values=[{"one": 1}]))
        .transform_calculate(hint=f"isValid(fit) ? {_literal(fits.labels)}[fit] : 'too few rows for this form'")
        .mark_text(align="left", baseline="top", lineBreak="; ", fontSize=12, color=GREY)
        .encode(x=alt.value(8), y=alt.value(4), text="hint:N")
    )
    off_chip = alt.Shape("off_chip:N").scale(domain=[False, True], range=["circle", "square"]).legend(None)
    return finished(
        alt.layer(
            curve.mark_area(color=GREY, opacity=0.3).encode(y=y("least"), y2="most"),
            curve.mark_line(color=GREY, strokeWidth=2).encode(y=y("drawn")),
            marked.mark_rule(strokeWidth=3, opacity=0.5).encode(y=y("least"), y2="most"),
            marked.mark_point(filled=True, size=60, opacity=1).encode(y=y("drawn"), shape=off_chip),
            hint,
        ),
        drawn_by=energy_against_distance,
        title="Energy against distance",
        subtitle=f"squares: off the chip; grey: fit and {percent(LEVEL)} band",
        description=(
            "Scatter plot with two logarithmic axes: energy per bit against distance, coloured by where the distance "
            f"comes from. It opens with {span(opening['pj_per_bit_low'], opening['pj_per_bit_high'])} pJ/bit over "
            f"{span(opening['distance_mm'])} mm. Lists choose the rows, the scope and the form of the curve; boxes "
            "divide by the curve, which shows the residuals, and leave out grey literature."
        ),
        sources=set(rows["source"]),
        height=380,
    )
