"""The charts of the chapter on the way of a bit and the doors it goes through."""

import altair as alt
import numpy as np
import pandas as pd

from datagravity import distance as dist
from datagravity import symbolic
from datagravity.charts.controls import drop_down, log_slider, slider
from datagravity.charts.curves import Axis, law_chart, one_point
from datagravity.charts.layers import at_most, guide, hollow_if_grey, named, shapes
from datagravity.charts.theme import DASHES, GREY, MEANING, SYMBOLS, finished, hues, ordered
from datagravity.charts.tooltips import about, described, ids_of, number, word
from datagravity.charts.words import percent, span, spans
from datagravity.compiled import vega_expression
from datagravity.distance import cacti
from datagravity.distance.hops import DIFFERENCE
from datagravity.evidence import load

LEVEL = 0.8
BASES = ["stated", "derived", "maximum reach", "capacity", "assumed"]
#: The conditions of the chip that was measured hop by hop, and its rings.
CONDITIONS = ["board, free links", "board, loaded links", "rail, free links", "rail, loaded links", "board, rings"]
PATTERNS = ["random", "zeros", "ones"]
KINDS = ["intercept", "anchor", "component"]
_DISTANCES = np.geomspace(0.5, 150, 24)


def _name(link_load, meter):
    return f"{meter}, {link_load} links"


def _mean_lines():
    """Both ends of the mean line of each condition and pattern."""
    table = dist.conditions()
    table = table[table["data_pattern"] != DIFFERENCE]
    ends = pd.concat([table.assign(distance_mm=end) for end in (0.0, 24.0)])
    return ends.assign(
        condition=[_name(*cells) for cells in zip(ends["link_load"], ends["meter"], strict=True)],
        pj_per_bit=ends["fixed"] + ends["fj_per_mm"] / 1000 * ends["distance_mm"],
    )[["condition", "data_pattern", "distance_mm", "pj_per_bit"]]


def energy_by_hops():
    """One chip hop by hop: the cards' points, their mean lines from zero, and the rings, inside a tile too."""
    rows = load("distance_rows")
    inside = (rows["within"] == "shire") & rows["link_load"].notna()
    exact = rows[((rows["basis"] == "exact hops") | inside) & rows["link_load"].notna() & ~rows["pooled"]]
    cards = exact.groupby(["experiment", "link_load", "meter", "data_pattern"])["sample"].transform("nunique")
    exact = exact[cards > 1]
    exact = exact.assign(condition=[_name(*cells) for cells in zip(exact["link_load"], exact["meter"], strict=True)])
    rings = dist.rings().assign(condition=CONDITIONS[-1], data_pattern="random")
    data = pd.concat([exact, rings]).assign(scope=lambda frame: frame["meter"])
    data["place"] = data["within"].where(data["within"] != "chip", "over the mesh").fillna("over the mesh")
    kept = ["condition", "data_pattern", "distance_mm", "pj_per_bit", "operation", "sample", "place"]
    data = described(data.astype({"distance_mm": float, "pj_per_bit": float}), *kept)
    chosen = "datum.data_pattern == pattern"
    colour = alt.Color("condition:N").scale(domain=CONDITIONS, range=hues(CONDITIONS)).title(None)
    colour = colour.legend(columns=2, symbolOpacity=1)
    x = alt.X("distance_mm:Q").scale(domain=[0, 24]).title("distance (mm)")
    points = (
        alt.Chart(data)
        .add_params(drop_down("pattern", "data", PATTERNS))
        .transform_filter(chosen)
        .mark_point(filled=True, size=55, opacity=0.9)
        .encode(
            x=x,
            y=alt.Y("pj_per_bit:Q").scale(zero=True).title("energy (pJ/bit)"),
            color=colour,
            shape=alt.Shape("condition:N").scale(domain=CONDITIONS, range=SYMBOLS[: len(CONDITIONS)]).title(None),
            **about(
                data,
                word("condition"),
                word("operation", "what"),
                number("pj_per_bit", "energy", "pJ/bit"),
                number("distance_mm", "distance", "mm"),
                word("place", "path within"),
                word("sample", "card"),
            ),
        )
    )
    lines = alt.Chart(_mean_lines()).transform_filter(chosen).mark_line(strokeWidth=2)
    dash = alt.StrokeDash("condition:N").scale(domain=CONDITIONS, range=DASHES).legend(None)
    shown = data[data["data_pattern"] == PATTERNS[0]]
    means = lines.encode(x=x, y="pj_per_bit:Q", color=colour, strokeDash=dash)
    return finished(
        alt.layer(named(means, "mean of the cards"), named(points, "measured")),
        drawn_by=energy_by_hops,
        title="One chip, hop by hop",
        subtitle="lines: mean of the cards; leftmost points: inside one tile",
        description=(
            "Scatter plot of energy per bit against distance on one chip, with a line for each meter and load of the "
            f"links. With random data: {spans(shown, 'condition', 'pj_per_bit')} pJ/bit over "
            f"{span(shown['distance_mm'])} mm. Lines of one meter have like slopes and unlike ends at zero; the "
            "points inside a tile lie below the lines. A list chooses what data move."
        ),
        sources={*exact["source"], *rings["source"]},
        height=400,
    )


def fixed_and_growing():
    """The growing part of every split against its fixed part, by the kind of the fixed part."""
    table = dist.usable_splits()
    table = table.assign(
        fj_per_mm=1000 * table["per_mm"],
        length=table["fixed"] / table["per_mm"],
        scope=table["meter"],
        known=np.where(table["bounded"], "at most", "known"),
        rows=ids_of(load("distance_rows"), table["series"]),
        runs=ids_of(cacti.series_rows(), table["series"]),
    )
    columns = ["series", "origin", "kind", "known", "fixed", "fj_per_mm", "length", "basis"]
    data = described(table, *columns, row=[("distance_rows", "rows"), ("cacti_runs", "runs")])
    scale = alt.Scale(domain=KINDS, range=hues(KINDS))
    base = alt.Chart(data).encode(
        x=alt.X("fj_per_mm:Q").scale(type="log", nice=False, padding=12).title("growing part (fJ/bit/mm)"),
        y=alt.Y("fixed:Q").scale(type="log", nice=False, padding=16).title("fixed part (pJ/bit)").axis(format="~g"),
    )
    return finished(
        at_most(base, "datum.known == 'at most'")
        + base.mark_point(size=80, strokeWidth=2).encode(
            shape=shapes("kind", KINDS, SYMBOLS[: len(KINDS)], title="kind"),
            **hollow_if_grey("kind", scale, "kind"),
            **about(
                data,
                word("series", "what"),
                word("origin"),
                word("known", "fixed part is"),
                number("fixed", "fixed part", "pJ/bit"),
                number("fj_per_mm", "growing part", "fJ/bit/mm"),
                number("length", "the parts are equal at", "mm"),
                word("basis", "the distance is"),
            ),
        ),
        drawn_by=fixed_and_growing,
        title="What the way costs, and what the doors",
        subtitle=["one point a series; hollow: not reviewed;", "arrow down: the fixed part is at most that"],
        description=(
            "Scatter plot with two logarithmic axes: the fixed part of an energy against the part per mm, coloured by "
            "what kind of fixed part it is; an arrow down marks a bound. "
            f"Growing parts: {span(table['fj_per_mm'])} fJ/bit/mm. Fixed parts: "
            f"{spans(table, 'kind', 'fixed')} pJ/bit."
        ),
        sources=set(table["source"]),
        height=360,
    )


def share_against_distance():
    """The fixed share of a further machine against distance, with its interval, for the evidence that one chooses."""
    choices = list(dist.shares_by_choice(12.0)["choice"])
    frames = [dist.shares_by_choice(float(d), LEVEL).assign(distance_mm=d) for d in _DISTANCES]
    data = pd.concat(frames).astype({"share": float, "low": float, "high": float}).round(4)
    chart = alt.Chart(data).transform_filter("datum.choice == evidence")
    x = alt.X("distance_mm:Q").scale(type="log", nice=False).title("distance (mm)").axis(format="~g")
    tips = [number("distance_mm", "distance", "mm"), number("share", "fixed share"), number("low", "low end")]
    tips += [number("high", "high end"), number("origins", "origins", "count"), number("series", "series", "count")]
    near, far = data[data["choice"] == choices[0]].iloc[[0, -1]].to_dict("records")
    return finished(
        alt.layer(
            chart.mark_area(color=MEANING["fixed share"], opacity=0.25)
            .encode(x=x, y=alt.Y("low:Q").scale(domain=[0, 1]).title("fixed share of the energy"), y2="high:Q")
            .add_params(drop_down("evidence", "evidence", choices)),
            chart.mark_line(color=MEANING["fixed share"], strokeWidth=2).encode(x=x, y="share:Q"),
            chart.mark_point(color=MEANING["fixed share"], filled=True, size=40).encode(x=x, y="share:Q", tooltip=tips),
        ),
        drawn_by=share_against_distance,
        title="What share of the energy is not the way",
        subtitle=f"band: {percent(LEVEL)} of further origins",
        description=(
            f"Line chart of the fixed share against distance with a wide band. It falls from {near['share']:.2f} at "
            f"{near['distance_mm']:.1f} mm to {far['share']:.2f} at {far['distance_mm']:.0f} mm. "
            "A list chooses the evidence: kinds of fixed part, meters, reviewed sources, or all without some origins."
        ),
        sources=set(dist.usable_splits()["source"]),
    )


def levels_left():
    """What is left of the energy of a DRAM access when the bit comes from the last level on the chip."""
    table = dist.levels()
    table = table.assign(left=table["last level"] / table["DRAM"], scope="board")
    rows = load("distance_rows").dropna(subset="rung")
    table["rows"] = ids_of(rows, rows["series"].unique())
    data = described(table, "chip", "machine", "left", "last level", "DRAM", row=("distance_rows", "rows"))
    further = dist.level_ratio(machine="GPU", level=LEVEL)
    band = alt.Chart(alt.InlineData(values=[{"low": further.low, "high": further.high}]))
    band = band.mark_rect(color=GREY, opacity=0.25)
    title = "energy from the last level over energy from DRAM"
    machines = ["GPU", "many-core"]
    scale = alt.Scale(domain=machines, range=hues(machines))
    x = alt.X("left:Q").scale(type="log", domain=[0.05, 1]).title(title)
    points = (
        alt.Chart(data)
        .mark_point(size=90, strokeWidth=2)
        .encode(
            x=x.axis(format="~g"),
            y=alt.Y("chip:N").sort(alt.SortField("left")).title(None),
            shape=shapes("machine", machines, SYMBOLS[: len(machines)], title=None),
            **hollow_if_grey("machine", scale, None),
            **about(
                data,
                word("chip"),
                word("machine", "kind of chip"),
                number("left", "ratio"),
                number("last level", "last level", "pJ/bit"),
                number("DRAM", "DRAM", "pJ/bit"),
            ),
        )
    )
    return finished(
        alt.layer(
            named(band.encode(x=alt.X("low:Q").title(title), x2="high:Q"), "further chips"), named(points, "chip")
        ),
        drawn_by=levels_left,
        title="What is left one level nearer",
        subtitle=f"hollow: not reviewed; band: {percent(LEVEL)} of further GPU sources",
        description=(
            "Dot plot of the energy of a bit from the last level on the chip over that from DRAM, for each chip: "
            f"{spans(table, 'chip', 'left')}. A band goes from {further.low:.2f} to {further.high:.2f}."
        ),
        sources=set(table["source"]),
        height=260,
    )


def what_is_not_wire():
    """The share of a read of SRAM that is not the tree of wires, against capacity, by CACTI."""
    runs = dist.cacti_runs()
    runs = runs[runs["standard"] & (runs["memory"] == "SRAM")]
    runs = runs.assign(line=[f"{size} B" for size in runs["block_bytes"]], kib=runs["capacity_bytes"] / 1024)
    runs = runs.rename(columns={"run": "id"}).assign(grey=False)
    runs = runs.astype({"kib": float})
    data = described(runs, "line", "kib", "not_htree", "node_nm", "transistors", "pj_per_bit", "distance_mm")
    large = runs[runs["kib"] == runs["kib"].max()]
    return finished(
        alt.Chart(data)
        .mark_point(filled=True, size=40, opacity=0.6)
        .encode(
            x=alt.X("kib:Q").scale(type="log", nice=False, padding=10).title("capacity (KiB)").axis(format="~s"),
            y=alt.Y("not_htree:Q").scale(domain=[0, 1]).title("share that is not the tree of wires"),
            color=alt.Color("line:N").scale(domain=["8 B", "64 B"], range=ordered(2)).title("width of a read"),
            shape=alt.Shape("line:N")
            .scale(domain=["8 B", "64 B"], range=["circle", "diamond"])
            .title("width of a read"),
            **about(
                data,
                number("kib", "capacity", "KiB"),
                number("not_htree", "not wires"),
                number("node_nm", "node", "nm"),
                word("transistors"),
                number("pj_per_bit", "read", "pJ/bit"),
                number("distance_mm", "half-perimeter", "mm"),
            ),
        )
        + guide(y=0.5),
        drawn_by=what_is_not_wire,
        title="Modelled: a large SRAM is wire",
        subtitle="CACTI 7, one bank, five nodes",
        description=(
            "Scatter plot of the share of a read that is not the tree of wires against the capacity of a bank, as "
            f"CACTI models it. It is 1 in small banks and {span(large['not_htree'])} in the largest."
        ),
        sources=set(runs["source"]),
        height=280,
    )


def _basis_colour():
    """Where a distance comes from, as a colour."""
    colour = alt.Color("basis:N").scale(domain=BASES, range=hues(BASES))
    return colour.title("distance is").legend(columns=2, symbolOpacity=1)


def exponents_by_evidence():
    """The bare exponent of every series with its interval, beside what either reading of beta asks for."""
    rows = dist.points()
    statuses = rows.groupby("series")["status"].agg(lambda found: ", ".join(sorted(set(found))))
    table = dist.exponents(LEVEL)
    table = table.assign(status=table["series"].map(statuses), rows=ids_of(rows, table["series"]))
    columns = ["series", "basis", "exponent", "low", "high", "count", "warning"]
    data = described(table, *columns, row=("energy", "rows"))
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
    shape = alt.Shape("basis:N").scale(domain=BASES, range=SYMBOLS[: len(BASES)])
    shape = shape.title("distance is").legend(columns=2, symbolOpacity=1)
    bars = pd.DataFrame([{"series": name, "from": low, "to": high} for name, (low, high) in readings.items()])
    band = alt.Chart(bars).mark_bar(color=GREY, opacity=0.5, height=9)
    return finished(
        alt.layer(
            named(base.mark_rule(strokeWidth=3).encode(x=x("low"), x2="high:Q"), "series"),
            base.mark_point(filled=True, size=80, opacity=1).encode(x=x("exponent"), shape=shape),
            named(band.encode(x=x("from"), x2="to:Q", y=y, tooltip=[word("series", "what")]), "asked for"),
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


def staircase():
    """What a path costs if only boundaries are priced: from inside all of them, in a plane, and with a wire beside."""
    x = Axis("distance / that of the innermost boundary", 1.01, 1e5, symbolic.reach, logarithmic=True, format="~s")
    # The lines are dense enough for steps to look upright.
    x = x._replace(ticks=(10, 100, 1e3, 1e4, 1e5), points=801)
    meeting = one_point(reach=vega_expression(symbolic.meeting_reach)).transform_filter(f"{symbolic.exponent} < 1")
    meeting = meeting.mark_rule(strokeDash=[2, 4], strokeWidth=2, color=MEANING["marked"], clip=True)
    return law_chart(
        staircase,
        {
            "from inside all boundaries": symbolic.staircase_energy,
            "with a wire": symbolic.wired_energy,
            "in a plane, mean": symbolic.plane_energy(8),
            "bare power": symbolic.staircase_power,
        },
        x,
        Axis("energy / innermost boundary", 1, 1e5, logarithmic=True, ticks=(1, 10, 100, 1e3, 1e4, 1e5), format="~s"),
        layers=[named(meeting.encode(x="reach:Q"), "wire costs as much as boundaries")],
        parameters=[
            slider(symbolic.level_ratio.name, "spacing R", 2, 16, 0.5, 4),
            slider(symbolic.exponent.name, "exponent a", 0.05, 1.4, 0.05, 0.3),
            *log_slider(symbolic.wire_price.name, "wire slope", 1e-5, 1, 1e-2),
        ],
        title="Boundaries make stairs, stairs a power",
        subtitle="Dotted: where the wire costs as much as boundaries.",
        description=(
            "Line chart on logarithmic axes of energy against distance if only boundaries are priced. From a point "
            "inside all of them the energy is a staircase around a power. The mean between places of a plane, with "
            "eight grids of boundaries, has no steps. With a wire beside it the staircase follows the power up to a "
            "dotted line and rises in proportion beyond. Sliders set spacing, exponent and the slope of the wire."
        ),
    )
