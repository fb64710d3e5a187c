"""The charts of the chapter on how energy grows with distance."""

import altair as alt
import numpy as np

from datagravity.charts.controls import drop_down, tick_box
from datagravity.charts.theme import BLUE, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.distance import PROXIES, enough, exponents, fit, points
from datagravity.intervals import text
from datagravity.series import series_members
from datagravity.sources import reference_link, short_name

LEVEL = 0.8
BASES = ["stated", "derived", "maximum reach", "capacity", "assumed"]
BASIS_COLOURS = [BLUE, GREEN, ORANGE, PURPLE, PINK]
#: Choices of rows that are not one series.
WITH_DISTANCE, EVERY_ROW = "all with a distance", "all, stand-ins too"
ALL_SCOPES = "all scopes"
#: The forms that the reader chooses from, by their names in the list.
FORM_NAMES = {"bare power": "power", "fixed + linear": "affine", "broken at the chip edge": "broken"}
_STEPS = 14


def exponents_by_evidence():
    """The bare exponent of every series with its interval, beside what either reading of beta asks for."""
    table = exponents(LEVEL)
    entries = [
        {
            "series": row["series"],
            "basis": row["basis"],
            "exponent": row["exponent"],
            "low": None if np.isnan(row["low"]) else row["low"],
            "high": None if np.isnan(row["high"]) else row["high"],
            "count": row["count"],
            "scope": row["scope"],
            "status": "verified",
            "grey": row["grey"],
            "warning": row["warning"],
            "source": short_name(row["source"]),
            "locator": row["locator"],
            "link": reference_link(row["source"]),
        }
        for row in table.astype({"low": float, "high": float}).to_dict("records")
    ]
    readings = [
        {"series": "(1, 3) if beta = a", "from": 1, "to": 3},
        {"series": "(1, 3) if beta = a + 1", "from": 0, "to": 2},
    ]
    order = [entry["series"] for entry in entries] + [reading["series"] for reading in readings]
    x = alt.X("exponent:Q").scale(domain=[0, 3]).title("exponent a")
    y = alt.Y("series:N").sort(order).title(None).axis(labelLimit=150)
    base = alt.Chart(alt.InlineData(values=entries)).encode(
        y=y,
        color=alt.Color("basis:N")
        .scale(domain=BASES, range=BASIS_COLOURS)
        .title("distance is")
        .legend(columns=2, symbolOpacity=1),
        href="link:N",
        tooltip=[
            alt.Tooltip("series:N", title="what"),
            alt.Tooltip("exponent:Q", title="exponent", format=".2f"),
            alt.Tooltip("low:Q", title="low end, 80 %", format=".2f"),
            alt.Tooltip("high:Q", title="high end, 80 %", format=".2f"),
            alt.Tooltip("count:Q", title="points"),
            alt.Tooltip("basis:N", title="the distance is"),
            alt.Tooltip("warning:N", title="mind"),
            alt.Tooltip("scope:N", title="scope"),
            alt.Tooltip("status:N", title="status"),
            alt.Tooltip("grey:N", title="grey literature"),
            alt.Tooltip("source:N", title="source"),
            alt.Tooltip("locator:N", title="where"),
        ],
    )
    band = alt.Chart(alt.InlineData(values=readings)).mark_bar(color=GREY, opacity=0.5, height=9)
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=3).encode(x=alt.X("low:Q").scale(domain=[0, 3]), x2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(x=x),
            band.encode(x=alt.X("from:Q").scale(domain=[0, 3]), x2="to:Q", y=y, tooltip=[alt.Tooltip("series:N")]),
        ),
        drawn_by=exponents_by_evidence,
        title="The exponents, and what (1, 3) asks for",
        subtitle="bars: 80 %, t; none for two points",
        description=(
            "Dot plot of the exponent of energy against distance for nine series of rows. The measured mesh lies near "
            "0.4, links and GPU levels near 0.5, one SRAM table near 0.3 and the other near 0.9, and the budgets for "
            "wires at one. Two grey bars below show the interval from 1 to 3 under both readings: if beta is the "
            "exponent, only the wires touch it; if beta is the exponent plus one, every series lies inside."
        ),
        sources=set(points()["source"]),
        height=380,
    )


def energy_against_distance():
    """Every row with a distance: the reader chooses rows, scope and form, and sees fit, band or residuals."""
    rows = points()
    counts = series_members("exponent")["series"].value_counts(sort=False)
    choices = [WITH_DISTANCE, EVERY_ROW, *counts[counts > 2].index]
    scopes = [ALL_SCOPES, *sorted(set(rows["scope_class"]))]
    numbers, curves, members = _fits(rows, choices, scopes)

    entries = rows.drop(columns=["source_group", "distance_error"]).rename(
        columns={"pj_per_bit": "middle", "pj_per_bit_low": "low", "pj_per_bit_high": "high", "scope_class": "scope"}
    )
    entries = entries.assign(
        proxy=rows["basis"].isin(PROXIES),
        link=rows["source"].map(reference_link),
        source=rows["source"].map(short_name),
        node=[f"{node} nm" if node == node else "not stated" for node in rows["node_nm"].astype("float64")],
        notes=rows["notes"].fillna(""),
    ).drop(columns="node_nm")
    base = (
        alt.Chart(alt.InlineData(values=entries.to_dict("records")))
        .add_params(
            drop_down("rows", "rows", choices),
            drop_down("scope", "scope", scopes),
            drop_down("form", "form", list(FORM_NAMES)),
            tick_box("divided", "divide by the fit (residuals)", False),
            tick_box("show_grey", "use grey literature", True),
            alt.param(name="fit", expr=f"{_literal(numbers)}[rows + '|' + scope + '|' + form + '|' + show_grey]"),
        )
        .transform_filter(f"rows == '{EVERY_ROW}' || (rows == '{WITH_DISTANCE}' ? !datum.proxy : datum.series == rows)")
        .transform_filter(f"(scope == '{ALL_SCOPES}' || datum.scope == scope) && (show_grey || !datum.grey)")
        .transform_calculate(member="fit + '|' + datum.id")
        .transform_lookup(
            lookup="member",
            from_=alt.LookupData(data=alt.InlineData(values=members), key="member", fields=["fitted"]),
        )
        .transform_filter("!divided || isValid(datum.fitted)")
        .transform_calculate(scale="divided ? datum.fitted : 1")
        .transform_calculate(
            drawn="datum.middle / datum.scale", least="datum.low / datum.scale", most="datum.high / datum.scale"
        )
    )
    x = alt.X("distance_mm:Q").scale(type="log", nice=False, padding=8).title("distance (mm)").axis(format="~g")
    title = "energy (pJ/bit), or its ratio to the fit"

    def y(field):
        return alt.Y(f"{field}:Q").scale(type="log", nice=False, padding=14).title(title).axis(format="~g")

    marked = base.encode(
        x=x,
        color=alt.Color("basis:N")
        .scale(domain=BASES, range=BASIS_COLOURS)
        .title("distance is")
        .legend(columns=2, symbolOpacity=1),
        href="link:N",
        tooltip=[
            alt.Tooltip("operation:N", title="what"),
            alt.Tooltip("middle:Q", title="pJ/bit", format=".3~g"),
            alt.Tooltip("low:Q", title="low end", format=".3~g"),
            alt.Tooltip("high:Q", title="high end", format=".3~g"),
            alt.Tooltip("distance_mm:Q", title="distance (mm)", format=".3~g"),
            alt.Tooltip("basis:N", title="the distance is"),
            alt.Tooltip("fitted:Q", title="fit (pJ/bit)", format=".3~g"),
            alt.Tooltip("series:N", title="series"),
            alt.Tooltip("node:N", title="node"),
            alt.Tooltip("scope:N", title="scope"),
            alt.Tooltip("method:N", title="method"),
            alt.Tooltip("status:N", title="status"),
            alt.Tooltip("grey:N", title="grey literature"),
            alt.Tooltip("source:N", title="source"),
            alt.Tooltip("locator:N", title="where"),
            alt.Tooltip("notes:N", title="notes"),
            alt.Tooltip("id:N", title="row"),
        ],
    )
    curve = (
        alt.Chart(alt.InlineData(values=curves))
        .transform_filter("datum.fit === fit")
        .transform_calculate(scale="divided ? datum.energy : 1")
        .transform_calculate(
            drawn="datum.energy / datum.scale", least="datum.low / datum.scale", most="datum.high / datum.scale"
        )
        .encode(x=x, detail="side:N")
    )
    hint = (
        alt.Chart(alt.InlineData(values=[{"one": 1}]))
        .transform_calculate(hint=f"isValid(fit) ? {_literal(_labels(curves))}[fit] : 'too few rows for this form'")
        .mark_text(align="left", baseline="top", lineBreak="; ", fontSize=12, color=GREY)
        .encode(x=alt.value(8), y=alt.value(4), text="hint:N")
    )
    for entry in curves:
        del entry["label"]
    return finished(
        alt.layer(
            curve.mark_area(color=GREY, opacity=0.3).encode(y=y("least"), y2="most"),
            curve.mark_line(color=GREY, strokeWidth=2).encode(y=y("drawn")),
            marked.mark_rule(strokeWidth=3, opacity=0.5).encode(y=y("least"), y2="most"),
            marked.mark_point(filled=True, size=60, opacity=1).encode(
                y=y("drawn"),
                shape=alt.Shape("off_chip:N").scale(domain=[False, True], range=["circle", "square"]).legend(None),
            ),
            hint,
        ),
        drawn_by=energy_against_distance,
        title="Energy against distance",
        subtitle="squares: off the chip; grey: fit and 80 % band",
        description=(
            "Scatter plot with two logarithmic axes: energy per bit against distance, from a tenth of a millimetre to "
            "a metre, coloured by where the distance comes from. Energies rise from some hundredths of a picojoule to "
            "about ten, with a scatter of a factor of two around any curve. Lists choose the rows, the scope and the "
            "form of the curve; boxes divide by the curve, which shows the residuals, and leave out grey literature."
        ),
        sources=set(rows["source"]),
        height=380,
    )


def _fits(rows, choices, scopes):
    """Every choice's fit: number by choice, curves with bands, and the fitted energy of each row."""
    numbers, curves, members, known = {}, [], [], {}
    for name in choices:
        chosen = rows if name == EVERY_ROW else rows[rows["series"] == name]
        if name == WITH_DISTANCE:
            chosen = rows[~rows["basis"].isin(PROXIES)]
        for scope in scopes:
            of_scope = chosen if scope == ALL_SCOPES else chosen[chosen["scope_class"] == scope]
            for grey in (True, False):
                frame = of_scope if grey else of_scope[~of_scope["grey"]]
                for form_name, form in FORM_NAMES.items():
                    if not enough(frame, form):
                        continue
                    key = (form, *frame["id"])
                    if key not in known:
                        known[key] = len(known)
                        curves += _curve(known[key], frame, form)
                        fitted = fit(frame, form).energy(frame["distance_mm"].to_numpy(), frame["off_chip"].to_numpy())
                        members += [
                            {"member": f"{known[key]}|{row}", "fitted": _short(energy)}
                            for row, energy in zip(frame["id"], fitted, strict=True)
                        ]
                    numbers[f"{name}|{scope}|{form_name}|{str(grey).lower()}"] = known[key]
    return numbers, curves, members


def _curve(number, frame, form):
    """One fit over the distances of its rows, each side of the chip's edge for itself if it has a break there."""
    fitted = fit(frame, form)
    records = []
    for side in (False, True) if form == "broken" else (None,):
        distances = frame.loc[frame["off_chip"] == side, "distance_mm"] if side is not None else frame["distance_mm"]
        along = np.geomspace(distances.min(), distances.max(), _STEPS)
        off = np.full(_STEPS, bool(side))
        low, high = fitted.band(along, off, LEVEL)
        records += [
            {
                "fit": number,
                "side": "off" if side else "on",
                "distance_mm": _short(d),
                "energy": _short(energy),
                "low": _short(least),
                "high": _short(most),
                "label": _label(fitted),
            }
            for d, energy, least, most in zip(along, fitted.energy(along, off), low, high, strict=True)
        ]
    return records


def _label(fitted):
    """The parameters of a fit in words, exponents with their interval and no more digits than it supports."""
    values = fitted.parameters
    if fitted.form == "affine":
        return f"{np.exp(values[0]):.2g} pJ/bit + {np.exp(values[1]):.2g} for each mm"
    if fitted.form == "broken":
        sides = [text(fitted.exponent(off_chip, LEVEL)) for off_chip in (False, True)]
        return f"on the chip {sides[0]}; off the chip {sides[1]}"
    return f"exponent {text(fitted.exponent(level=LEVEL))}"


def _labels(curves):
    return {entry["fit"]: entry["label"] for entry in curves}


def _literal(mapping):
    """A Python mapping as an object of Vega's expression language."""
    return "({" + ", ".join(f"'{key}': {value!r}" for key, value in mapping.items()) + "})"


def _short(number):
    """Five significant digits: more than any of these numbers deserves, and a smaller page."""
    return float(f"{number:.5g}")
