"""The charts of the chapter on processors from 45 nm to 7 nm."""

import altair as alt
import pandas as pd

from datagravity import symbolic
from datagravity.charts.controls import ADMIT_MORE, ADMITTED, admitting, drop_down, log_slider, slider
from datagravity.charts.layers import guide, hollow_if_grey, none_left, shapes
from datagravity.charts.theme import GREY, finished, hues, ordered
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import spans
from datagravity.compiled import vega_expression
from datagravity.processors import (
    MEMORY_LEVELS,
    PUBLISHED_CONVENTION,
    disjunction_constants,
    improvement_of,
    improvements,
)

#: The operation that the chart opens with.
OPERATION, ALL_OPERATIONS = "FP32 multiply", "all operations"
#: From the oldest node to the newest, and again from the start if there are more.
NOT_STATED = "not stated"
POWERS_OF_TEN = [10.0**exponent for exponent in range(-3, 7)]
WIDTHS = {"as published, 32 bits": "published", "the operation's own": "own"}
_CHOSEN = f"operation == '{ALL_OPERATIONS}' || datum.operation == operation"
SINGLE, MEAN = "one row of the table", "geometric mean"


def _constant(transport, compute):
    """G_d in Vega's language, from the columns that hold the two energies of a pair."""
    return vega_expression(
        symbolic.workload_disjunction_constant,
        transport_pj_per_bit=f"datum.{transport}",
        compute_pj=f"datum.{compute}",
        width_bits="datum.width",
    )


def _pairs(rows):
    """Every pair of a transport row and an operation row as data, and a chart of G_d by what the reader chooses."""
    # Short names, since the page carries them once for each pair.
    names = {
        "transport_row": "transport",
        "compute_row": "compute",
        "transport_pj_per_bit_low": "t_low",
        "transport_pj_per_bit_high": "t_high",
        "compute_pj_low": "c_low",
        "compute_pj_high": "c_high",
    }
    columns = ["memory", "access", "operation", "node", "width_bits", *names.values()]
    data = described(rows.rename(columns=names), *columns, row=[("energy", "transport"), ("energy", "compute")])
    width = PUBLISHED_CONVENTION["width_bits"]
    chosen = (
        alt.Chart(data)
        .add_params(
            drop_down("operation", "operation", [ALL_OPERATIONS, *sorted(set(rows["operation"]))], OPERATION),
            drop_down("width_choice", "width of an operand", list(WIDTHS.values()), labels=list(WIDTHS)),
            slider("operands", "operands per operation", 1, 3, 1, PUBLISHED_CONVENTION["operands"]),
            *log_slider("operations_per_operand", "operations per operand", 1, 1000, 1),
        )
        .transform_filter(_CHOSEN)
    )
    return data, (
        admitting(chosen)
        .transform_calculate(width=f"width_choice == 'own' ? datum.width_bits : {width}")
        .transform_calculate(low=_constant("t_low", "c_high"), high=_constant("t_high", "c_low"))
        .transform_calculate(G_d="sqrt(datum.low * datum.high)")
        .encode(
            **about(
                data,
                word("memory"),
                word("access"),
                word("operation"),
                word("node"),
                number("G_d"),
                number("low", "low end"),
                number("high", "high end"),
                word("transport", "transport row"),
                word("compute", "operation row"),
            )
        )
    )


def disjunction_constants_by_memory():
    """G_d by memory level and node: the reader chooses operation, convention, and what kinds of rows to admit."""
    rows = disjunction_constants(include_recalled=True)
    opening = rows[(rows["operation"] == OPERATION) & (rows["status"] != "recalled")]
    nodes = sorted(set(rows["node"]) - {NOT_STATED}, key=lambda node: -float(node.split()[0]))
    # From the oldest node on; the same order as of the places within a row.
    node_colours = [*ordered(len(nodes)), GREY]
    nodes.append(NOT_STATED)
    scopes = sorted(set(rows["scope"]))
    symbols = ["circle", "square", "triangle-up", "diamond", "cross"][: len(scopes)]
    y = alt.Y("memory:N").sort(list(MEMORY_LEVELS)).title(None).axis(labelLimit=110)
    data, base = _pairs(rows)
    base = base.encode(
        y=y,
        yOffset=alt.YOffset("node:N").sort(nodes),
    )
    colours = hollow_if_grey("node", alt.Scale(domain=nodes, range=node_colours), "node", columns=3)

    def x(field):
        # So wide at least, also where no row is left.
        ends = alt.DomainUnionWith(unionWith=[1, 1000])
        axis = alt.X(f"{field}:Q").scale(type="log", domain=ends).axis(format="~g", values=POWERS_OF_TEN)
        return axis.title("G_d (transport / compute energy)")

    points = base.mark_point(size=70, strokeWidth=1.5, opacity=1).encode(
        x=x("G_d"),
        # On top, because two legends do not fit side by side.
        shape=shapes("scope", scopes, symbols, title="scope: transport / operation", columns=1, orient="top"),
        **colours,
    )
    intervals = base.mark_rule(strokeWidth=3).encode(x=x("low"), x2="high:Q", stroke=colours["stroke"])
    choose = f"{ADMIT_MORE} + 'or choose another operation'"
    nothing = none_left(data, f"({_CHOSEN}) && {ADMITTED}", "'row of ' + operation", choose, y=y)
    return finished(
        alt.layer(guide(x=1), *nothing, intervals, points),
        drawn_by=disjunction_constants_by_memory,
        title="G_d by memory and node",
        subtitle=["one access over one operation of a source;", "hollow: unreviewed source"],
        description=(
            "Dot plot on a logarithmic axis: the disjunction constant of each memory level, from registers to DRAM, "
            "one colour a process node, one shape a scope, with the published interval as a bar, and a dashed line at "
            f"one. For an {OPERATION}, recalled numbers left out: {spans(opening, 'memory', 'gd_low', 'gd_high')}. "
            "Lists and sliders choose the operation and the convention; two boxes admit recalled numbers and grey "
            "literature."
        ),
        sources=set(rows["source"]),
        height=440,
    )


def _with_means(table):
    """The rows of the table, part by part and least improvement first, each part with its geometric mean."""
    energies = [f"{a:g} to {b:g} pJ" for a, b in zip(table["energy_45_nm_pj"], table["energy_7_nm_pj"], strict=True)]
    rows = list(zip(table["row_45_nm"], table["row_7_nm"], strict=True))
    both = {"low": table["improvement"], "high": table["improvement"]}
    single = table.assign(kind=SINGLE, energies=energies, rows=rows, **both)
    frames = []
    for part, rows in single.groupby("part", sort=False):
        frames.append(rows.sort_values("improvement"))
        if len(rows) > 1:
            mean = rows[["part", "scope", "source", "locator"]].head(1)
            found = improvement_of(part)
            mean = mean.assign(item=f"{part}, mean", improvement=found.value, low=found.low, high=found.high)
            every = tuple(name for pair in rows["rows"] for name in pair)
            frames.append(mean.assign(kind=MEAN, energies=f"of {len(rows)} rows", rows=[every]))
    return pd.concat(frames)


def improvement_by_part():
    """How many times less energy at 7 nm than at 45 nm: every operation and memory of the table that prints both."""
    table = improvements()
    parts = list(dict.fromkeys(table["part"]))
    columns = ["item", "part", "improvement", "low", "high", "kind", "energies"]
    data = described(_with_means(table), *columns, row=("energy", "rows"))

    def x(field):
        scaled = alt.X(f"{field}:Q").scale(type="log", base=2, domain=[0.9, 9])
        return scaled.axis(values=[1, 2, 3, 4, 6, 8], format="~g").title("energy at 45 nm / energy at 7 nm")

    told = [number("improvement", "times less energy"), number("low", "at least"), number("high", "at most")]
    base = alt.Chart(data).encode(
        y=alt.Y("item:N").sort(list(data["item"])).title(None).axis(labelLimit=110),
        color=alt.Color("part:N").scale(domain=parts, range=hues(parts)).title(None),
        **about(data, word("item", "what"), word("part"), *told, word("energies", "energy")),
    )
    return finished(
        alt.layer(
            base.transform_filter(f"datum.kind == '{SINGLE}'")
            .mark_rule(strokeWidth=2, opacity=0.6)
            .encode(x=x("improvement"), x2=alt.datum(1)),
            base.transform_filter(f"datum.kind == '{MEAN}'")
            .mark_rule(strokeWidth=5, opacity=0.6)
            .encode(x=x("low"), x2="high:Q"),
            base.mark_point(filled=True, opacity=1).encode(
                x=x("improvement"),
                shape=alt.Shape("kind:N").scale(domain=[SINGLE, MEAN], range=["circle", "diamond"]).legend(None),
                size=alt.condition(f"datum.kind == '{MEAN}'", alt.value(170), alt.value(60)),
            ),
        ),
        drawn_by=improvement_by_part,
        title="From 45 to 7 nm: what improved",
        subtitle="diamonds: geometric means, from least to most",
        description=(
            "Dot plot of improvement factors on a logarithmic axis, one row an operation or a memory: "
            f"{spans(table, 'part', 'improvement')}. A diamond marks the geometric mean of a part, a bar its range."
        ),
        sources=set(table["source"]),
        height=400,
    )
