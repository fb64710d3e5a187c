"""The charts of the chapter on the plateau: scenarios of the rate and of the gain, fitted growth, measured records,
and tokens on one accelerator and on the next.

The sliders of a scenario start at the times that the flagships' data sheets give, rounded; they are settings, not
results. Reuse is set by its doublings a year, so that 0 means that it stays as it is.
"""

import altair as alt
import numpy as np
import pandas as pd
from sympy import Integer

from datagravity import plateau, symbolic
from datagravity.charts.controls import log_slider, slider
from datagravity.charts.curves import Axis, beta_slider, law_chart, level_line
from datagravity.charts.layers import guide, named
from datagravity.charts.theme import DASHES, MEANING, finished, hues
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import listed, percent, spans
from datagravity.compiled import vega_expression
from datagravity.intervals import text
from datagravity.series import series_names
from datagravity.symbolic import G_d

#: Level of the intervals of the fitted slopes.
LEVEL = 0.95
_YEARS = Axis("years from now", -10, 30, symbolic.years, ticks=(-10, 0, 10, 20, 30))
_AFTER = {G_d: symbolic.gd_after}


def _scenario():
    """The sliders of a scenario; each is named like a symbol, reuse by way of its rate."""
    return [
        slider("compute_halving", "T_c (years)", 1, 10, 0.1, 2),
        slider("transport_halving", "T_t (years)", 1, 40, 0.1, 6.4),
        slider("reuse_rate", "reuse, doublings a year", 0, 0.6, 0.02, 0),
        alt.param(name="reuse_doubling", expr="1 / reuse_rate"),
        *log_slider("gd_now", "G_0", 0.01, 1000, 1),
        beta_slider(1.8),
        *log_slider("nearest", "nearest distance", 0.01, 1, 0.1),
        slider("fixed_share", "fixed share", 0, 0.9, 0.02, 0),
        slider("uncertainty", "both times known to a factor of", 1, 2, 0.05, 1.2),
    ]


def _band(expression, y, color, name):
    """The range of an expression while both halving times are off by the factor of the slider, either way."""
    corners = ", ".join(
        vega_expression(
            expression,
            years="datum.years",
            compute_halving=f"(compute_halving {compute} uncertainty)",
            transport_halving=f"(transport_halving {transport} uncertainty)",
        )
        for compute in "*/"
        for transport in "*/"
    )
    area = (
        _YEARS.chart()
        .transform_calculate(low=f"min({corners})", high=f"max({corners})")
        .mark_area(opacity=0.15, color=color, clip=True)
        .encode(x=_YEARS.encode(alt.X, "years"), y=y.encode(alt.Y, "low"), y2="high:Q")
    )
    return named(area, f"band of {name}")


def _bands(fixed, realigned, y):
    """The bands of the system as built and of the realigned one."""
    named_bands = {"stays as built": fixed, "realigned": realigned}
    return [_band(expression, y, MEANING[name], name) for name, expression in named_bands.items()]


def rates():
    """Doublings of operations per joule a year, against time: as built, realigned, and realigned without an end."""
    fixed = symbolic.logistic_rate.subs(symbolic.paid_ratio, G_d).subs(_AFTER)
    realigned = symbolic.logistic_rate.subs(symbolic.paid_ratio, symbolic.realigned_ratio).subs(_AFTER)
    y = Axis("doublings a year", 0, 1, ticks=(0, 0.25, 0.5, 0.75, 1))
    return law_chart(
        rates,
        {"stays as built": fixed, "realigned": realigned, "no floor": symbolic.realigned_rate},
        _YEARS,
        y,
        layers=[level_line(symbolic.rate_limit, "limit", "transport"), *_bands(fixed, realigned, y)],
        means={"no floor": "law"},
        parameters=_scenario(),
        title="How fast can operations per joule double?",
        subtitle=[
            "Orange, level: the limit while transport lags behind.",
            "No floor: realigned, and any distance can be built.",
            "Bands: both times off by the factor of the last slider.",
        ],
        description=(
            "Line chart of doublings of operations per joule a year against the years from now. The system as built "
            "falls along a logistic curve from the rate of compute to the orange rate of transport. The realigned "
            "system starts to leave it where moving pays, keeps a constant rate between the two while a nearer place "
            "exists, and falls to the same line once the nearest distance is reached. Bands show the two curves "
            "for halving times that are off by a chosen factor."
        ),
    )


def gains():
    """Operations per joule against time, over those of the system as built in year 0."""
    fixed, realigned = symbolic.fixed_gain.subs(_AFTER), symbolic.realigned_gain.subs(_AFTER)
    ticks = (0.01, 1, 100, 1e4)
    y = Axis("operations per joule, now = 1", 0.01, 1e5, logarithmic=True, ticks=ticks, format="~s")
    return law_chart(
        gains,
        {
            "stays as built": fixed,
            "realigned": realigned,
            "compute alone": 2 ** (symbolic.years / symbolic.compute_halving),
        },
        _YEARS,
        y,
        layers=[level_line(Integer(1), "as built now", "reference"), *_bands(fixed, realigned, y)],
        parameters=_scenario(),
        title="What the gap costs in joules",
        subtitle=["Grey, level: the system as built, now.", "Bands: both times off by the factor of the last slider."],
        description=(
            "Line chart with a logarithmic vertical axis of operations per joule against the years from now. If "
            "compute were all, the line would be straight. The system as built bends away from it to a flatter line; "
            "the realigned system lies between the two, until no nearer place is left."
        ),
    )


def _growth(series, slopes):
    """Each quantity of a series over its first value: the accelerators, and the fitted lines with their bands."""
    found = plateau.points(series)
    years, middle = np.linspace(found["years"].min(), found["years"].max(), 33), float(found["years"].mean())
    marks, bands = [], []
    for quantity, slope in slopes.items():
        values = found[quantity] / found[quantity].iloc[0]
        centre = float(np.exp(np.log(values).mean()))
        marks.append(found.assign(quantity=quantity, year=found["years"], value=values))
        line, *ends = (centre * 2 ** (rate * (years - middle)) for rate in (slope.value, slope.low, slope.high))
        band = {"value": line, "low": np.minimum(*ends), "high": np.maximum(*ends)}
        bands.append(pd.DataFrame({"quantity": quantity, "year": years, **band}))
    return pd.concat(marks), pd.concat(bands)


def fitted_growth():
    """FLOP/J, byte/J and FLOP/byte of the flagships over the first of them, with lines and their bands."""
    series = series_names("growth")[0]
    slopes = {quantity: plateau.trend(series, quantity, LEVEL).rate for quantity in plateau.QUANTITIES}
    marks, bands = _growth(series, slopes)
    data = described(marks, "quantity", "year", "value", "name")
    colours = dict(zip(slopes, hues(slopes), strict=True))
    color = alt.Color("quantity:N").scale(domain=list(colours), range=list(colours.values())).title(None)
    x = alt.X("year:Q", title="year").scale(domain=[2015, 2027], nice=False).axis(format="d", tickCount=5)
    y = alt.Y("value:Q", title="times the first").scale(type="log", domain=[0.5, 100], nice=False)
    y = y.axis(format="~g", values=[1, 2, 5, 10, 20, 50])
    lines = alt.Chart(bands).encode(x=x)
    # One layer a colour: an area in the legend's own layer would wash the legend out.
    areas = [
        lines.transform_filter(f"datum.quantity == '{name}'")
        .mark_area(opacity=0.2, color=hue, clip=True)
        .encode(y=alt.Y("low:Q").title("times the first"), y2="high:Q")
        for name, hue in colours.items()
    ]
    shape = alt.Shape("quantity:N").scale(domain=list(colours)).title(None)
    tips = [word("name"), word("quantity"), number("year", unit="year"), number("value", "times the first")]
    points = alt.Chart(data).mark_point(filled=True, size=70, opacity=1)
    labels = alt.Chart(bands[bands["year"] == bands["year"].max()]).mark_text(align="left", dx=7, fontSize=12)
    first, last = marks["year"].min(), marks["year"].max()
    return finished(
        alt.layer(
            named(alt.layer(*areas, lines.mark_line(strokeWidth=2).encode(y=y, color=color)), "fitted line and band"),
            named(points.encode(x=x, y=y, color=color, shape=shape, **about(data, *tips)), "accelerator"),
            labels.encode(x=x, y=y, text="quantity:N"),
        ),
        drawn_by=fitted_growth,
        title="Flagships, over the first of them",
        subtitle=[f"Bands: slopes inside the {percent(LEVEL)} interval,", "through the middle of the points."],
        description=(
            "Scatter chart with a logarithmic vertical axis of operations per joule, bytes per joule and operations "
            f"per byte of flagship accelerators from {first:.0f} to {last:.0f}, each over its first value, with fitted "
            "lines and bands. The slopes, in doublings a year: "
            f"{listed([f'{name} {text(slope)}' for name, slope in slopes.items()])}."
        ),
        sources=set(marks["source"]),
    )


def measured_records(series="Green500 number 1", before=2019):
    """The records of a list over time, a constant rate fitted before a year and carried on, and the parabola of all."""
    found = plateau.efficiency_series(series)
    x, y = found["years"], np.log(found["efficiency"])
    early = x < before
    years, middle = np.linspace(x.min(), x.max(), 49), float(x.mean())
    straight, curved = np.polyfit(x[early] - middle, y[early], 1), np.polyfit(x - middle, y, 2)
    names = [f"constant, from records before {before}", "slowing, from all records"]
    means = dict(zip(names, ["reference", "fitted"], strict=True))
    dash = alt.StrokeDash("fit:N").scale(domain=names, range=[DASHES[1], DASHES[0]]).title(None).legend(columns=1)
    fitted = zip(names, (straight, curved), strict=True)
    lines = [
        pd.DataFrame({"fit": name, "year": years, "value": np.exp(np.polyval(weights, years - middle))})
        for name, weights in fitted
    ]
    data = described(found.assign(year=x), "name", "year", "value", "status")
    x_axis = alt.X("year:Q", title="year").scale(domain=[2007, 2027], nice=False).axis(format="d", tickCount=5)
    y_axis = alt.Y("value:Q", title="GFLOPS/W").scale(type="log", domain=[0.3, 500], nice=False)
    y_axis = y_axis.axis(format="~g", values=[1, 3, 10, 30, 100, 300])
    color = alt.Color("fit:N").scale(domain=names, range=hues(names, means)).title(None).legend(columns=1)
    tips = [word("name"), number("year", unit="year"), number("value", "efficiency", "GFLOPS/W"), word("status")]
    points = alt.Chart(data).mark_point(filled=True, size=60, opacity=1, color=MEANING["measured"])
    carried = plateau.forecast(series, before)
    further = plateau.carried_on(series, before, np.linspace(x[~early].min(), x.max(), 13))
    band = alt.Chart(further).mark_area(color=MEANING["reference"], opacity=0.25, clip=True)
    band = band.encode(x=x_axis, y=alt.Y("low:Q"), y2="high:Q")
    return finished(
        alt.layer(
            named(band, "interval of further records"),
            alt.Chart(pd.concat(lines))
            .mark_line(strokeWidth=2, clip=True)
            .encode(x=x_axis, y=y_axis, color=color, strokeDash=dash, tooltip=[word("fit", "curve"), *tips[1:3]]),
            named(points.encode(x=x_axis, y=y_axis, **about(data, *tips)), "record"),
        ),
        drawn_by=measured_records,
        title="Records of a list, and a rate that stayed",
        subtitle=["64-bit HPL, whole systems", "band: 80 % of further records at the constant rate"],
        description=(
            f"Scatter chart with a logarithmic vertical axis of {len(found)} records in GFLOPS per watt from "
            f"{x.min():.0f} to {x.max():.0f}, with two lines. A constant rate fitted to the records before {before} "
            f"reaches {carried.expected:.0f} at the end, where {carried.found:.0f} was found; a parabola through all "
            "records bends down to them."
        ),
        sources=set(found["source"]),
    )


def generations():
    """What a token of one model gains from one accelerator to the next, against the batch: one point a pair of runs."""
    pairs = plateau.generation_pairs()
    pairs = pairs[pairs["gpus_new"] <= pairs["gpus_old"]]
    as_many = np.where(pairs["gpus_new"] == pairs["gpus_old"], "as many", "fewer")
    old, new = (pairs[column].str.extract(r"([A-Z]+\d+)", expand=False) for column in ("old", "new"))
    data = pairs.assign(step=old + " to " + new + ", " + as_many, batch=pairs["batch"].astype(int))
    data = data.sort_values(["years", "step"])
    columns = ["step", "batch", "gain", "model", "weight_bits", "gpus_old", "gpus_new", "length", "stalls"]
    rows = list(zip(data["row_old"], data["row_new"], strict=True))
    tables = list(dict.fromkeys(data["table"]))
    for table in tables:
        data[table] = [own if of == table else () for own, of in zip(rows, data["table"], strict=True)]
    drawn = described(data, *columns, row=[(table, table) for table in tables])
    steps = sorted(set(data["step"]))
    color = alt.Color("step:N").scale(domain=steps, range=hues(steps))
    kinds = [*plateau.STALLS, plateau.NOT_STATED]
    shape = alt.Shape("stalls:N").scale(domain=kinds, range=["circle", "diamond", "cross", "square"])
    x = alt.X("batch:Q", title="batch").scale(type="log", domain=[0.8, 4000], nice=False)
    y = alt.Y("gain:Q", title="joules a token, old over new").scale(type="log", domain=[0.4, 2.6], nice=False)
    tips = [
        word("step", "from and to"),
        word("model"),
        number("weight_bits", "bits of a weight"),
        number("batch", unit="count"),
    ]
    tips += [
        number("gain", "old over new"),
        number("gpus_old", "accelerators, old"),
        number("gpus_new", "accelerators, new"),
    ]
    tips += [number("length", "answer, new over old"), word("stalls", "host stalls")]
    marks = alt.Chart(drawn).mark_point(size=60, strokeWidth=1.5, opacity=0.9)
    return finished(
        alt.layer(
            guide(y=1),
            marks.encode(
                x=x.axis(format=",d", values=[1, 4, 16, 64, 256, 1024]),
                y=y.axis(format="~g", values=[0.5, 0.7, 1, 1.4, 2]),
                color=color.title(None).legend(columns=1),
                shape=shape.title("host stalls").legend(columns=2),
                **about(drawn, *tips),
            ),
        ),
        drawn_by=generations,
        title="A token on the next accelerator",
        subtitle="Above the line the newer one needs less energy.",
        description=(
            f"Scatter chart with two logarithmic axes: {len(data)} pairs of runs of one model on two accelerators, "
            "joules of a token on the old over those on the new, against the batch, and a dashed line at one. Ranges, "
            f"by step and by how many of the new ones do the work: {spans(data, 'step', 'gain')}."
        ),
        sources=set(data["source"]),
    )
