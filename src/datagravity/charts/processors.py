"""The charts of the chapter on processors from 45 nm to 7 nm."""

import altair as alt

from datagravity import symbolic
from datagravity.charts.controls import drop_down, log_slider, slider, tick_box
from datagravity.charts.theme import BLUE, BROWN, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.compiled import vega_expression
from datagravity.processors import (
    MEMORY_LEVELS,
    PUBLISHED_CONVENTION,
    disjunction_constants,
    improvement_of,
    improvements,
)
from datagravity.sources import reference_link, short_name

ALL_OPERATIONS = "all operations"
#: From the oldest node to the newest; the last one is for a node that the source does not state.
NODE_COLOURS = [BLUE, GREEN, PINK, PURPLE, BROWN, ORANGE, GREY]
POWERS_OF_TEN = [10.0**exponent for exponent in range(-3, 7)]
WIDTHS = {"as published, 32 bits": "published", "the operation's own": "own"}


def disjunction_constants_by_memory():
    """G_d by memory level and node: the reader chooses operation, convention, and what kinds of rows to admit."""
    rows = disjunction_constants(include_recalled=True)
    operations = [ALL_OPERATIONS, *sorted(set(rows["operation"]))]
    nodes = sorted(set(rows["node"]), key=lambda node: -float(node.split()[0]) if node[0].isdigit() else 0)
    scopes = sorted(set(rows["scope"]))
    names = {
        "transport_row": "transport",
        "compute_row": "compute",
        "transport_pj_per_bit_low": "t_low",
        "transport_pj_per_bit_high": "t_high",
        "compute_pj_low": "c_low",
        "compute_pj_high": "c_high",
    }
    kept = ["memory", "access", "operation", "node", "width_bits", "scope", "method", "status", "grey", "locator"]
    data = rows[[*kept, "notes", *names]].rename(columns=names)
    data = data.assign(source=rows["source"].map(short_name), link=rows["source"].map(reference_link))

    def constant(transport, compute):
        return vega_expression(
            symbolic.workload_disjunction_constant,
            transport_pj_per_bit=f"datum.{transport}",
            compute_pj=f"datum.{compute}",
            width_bits="datum.width",
        )

    published_width = PUBLISHED_CONVENTION["width_bits"]
    base = (
        alt.Chart(alt.InlineData(values=data.to_dict("records")))
        .add_params(
            drop_down("operation", "operation", operations, value="FP32 multiply"),
            drop_down("width_choice", "width of an operand", list(WIDTHS.values()), labels=list(WIDTHS)),
            slider("operands", "operands per operation", 1, 3, 1, PUBLISHED_CONVENTION["operands"]),
            *log_slider("operations_per_operand", "operations per operand", 1, 1000, 1),
            tick_box("show_recalled", "show recalled numbers", False),
            tick_box("show_grey", "show grey literature", True),
        )
        .transform_filter(f"operation == '{ALL_OPERATIONS}' || datum.operation == operation")
        .transform_filter("(show_recalled || datum.status != 'recalled') && (show_grey || !datum.grey)")
        .transform_calculate(width=f"width_choice == 'own' ? datum.width_bits : {published_width}")
        .transform_calculate(low=constant("t_low", "c_high"), high=constant("t_high", "c_low"))
        .transform_calculate(G_d="sqrt(datum.low * datum.high)")
        .encode(
            y=alt.Y("memory:N").sort(list(MEMORY_LEVELS)).title(None).axis(labelLimit=110),
            yOffset=alt.YOffset("node:N").sort(nodes),
            href="link:N",
            tooltip=[
                alt.Tooltip("memory:N", title="memory"),
                alt.Tooltip("access:N", title="access"),
                alt.Tooltip("operation:N", title="operation"),
                alt.Tooltip("node:N", title="node"),
                alt.Tooltip("G_d:Q", title="G_d", format=".3~g"),
                alt.Tooltip("low:Q", title="low end", format=".3~g"),
                alt.Tooltip("high:Q", title="high end", format=".3~g"),
                alt.Tooltip("scope:N", title="scope"),
                alt.Tooltip("method:N", title="method"),
                alt.Tooltip("status:N", title="status"),
                alt.Tooltip("grey:N", title="grey literature"),
                alt.Tooltip("source:N", title="source"),
                alt.Tooltip("locator:N", title="where"),
                alt.Tooltip("notes:N", title="notes"),
                alt.Tooltip("transport:N", title="transport row"),
                alt.Tooltip("compute:N", title="operation row"),
            ],
        )
    )
    title = "G_d (transport / compute energy)"
    colours = alt.Scale(domain=nodes, range=NODE_COLOURS)
    shapes = alt.Scale(domain=scopes, range=["circle", "square", "triangle-up", "diamond", "cross"][: len(scopes)])
    # Grey symbols, because black ones would vanish on a dark page; on top, because two legends do not fit side by side.
    scope_legend = alt.Legend(columns=1, orient="top", symbolFillColor=GREY, symbolStrokeColor=GREY)
    points = base.mark_point(size=70, strokeWidth=1.5, opacity=1).encode(
        x=alt.X("G_d:Q").scale(type="log").title(title).axis(format="~g", values=POWERS_OF_TEN),
        stroke=alt.Stroke("node:N").scale(colours).title("node").legend(columns=3),
        fill=alt.Fill("node:N").scale(colours).title("node").legend(columns=3),
        fillOpacity=alt.condition("datum.grey", alt.value(0), alt.value(1)),
        shape=alt.Shape("scope:N").scale(shapes).title("scope: transport / operation").legend(scope_legend),
    )
    intervals = base.mark_rule(strokeWidth=3).encode(
        x=alt.X("low:Q").scale(type="log").title(title).axis(format="~g", values=POWERS_OF_TEN),
        x2="high:Q",
        stroke=alt.Stroke("node:N").scale(colours).title("node").legend(columns=3),
    )
    one = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color=GREY).encode(x="one:Q")
    return finished(
        alt.layer(one, intervals, points),
        drawn_by=disjunction_constants_by_memory,
        title="G_d by memory and node",
        subtitle=["one access over one operation of a source", "hollow: unreviewed source"],
        description=(
            "Dot plot on a logarithmic axis: the disjunction constant of each memory level, from registers to DRAM, "
            "one colour a process node, one shape a scope, with the published interval as a bar. For an FP32 multiply "
            "the on-chip memories lie within a factor of thirty above one, the memories on another chip two to three "
            "orders of magnitude above it. A dashed line marks one. Lists and sliders choose the operation and the "
            "convention; two boxes admit recalled numbers and grey literature."
        ),
        sources=set(rows["source"]),
        height=440,
    )


def improvement_by_part():
    """How many times less energy at 7 nm than at 45 nm: every operation and memory of the table that prints both."""
    table = improvements()
    parts = list(dict.fromkeys(table["part"]))
    single = table.assign(
        kind="one row of the table",
        energies=[f"{a:g} to {b:g} pJ" for a, b in zip(table["energy_45_nm_pj"], table["energy_7_nm_pj"], strict=True)],
    )
    columns = ["item", "part", "improvement", "kind", "energies", "scope", "source", "locator"]
    entries = []
    for part in parts:
        rows = single[single["part"] == part].sort_values("improvement")
        entries += rows[columns].to_dict("records")
        if len(rows) > 1:
            mean = {"item": f"{part}, mean", "part": part, "improvement": improvement_of(part).value}
            entries.append({**rows.iloc[0][["scope", "source", "locator"]], **mean, "kind": "geometric mean"})
    for entry in entries:
        entry |= {"link": reference_link(entry["source"]), "source": short_name(entry["source"])}
    kinds = ["one row of the table", "geometric mean"]
    x = alt.X("improvement:Q").scale(type="log", base=2, domain=[0.9, 9]).axis(values=[1, 2, 3, 4, 6, 8], format="~g")
    x = x.title("energy at 45 nm / energy at 7 nm")
    base = alt.Chart(alt.InlineData(values=entries)).encode(
        y=alt.Y("item:N").sort([entry["item"] for entry in entries]).title(None).axis(labelLimit=110),
        color=alt.Color("part:N").scale(domain=parts, range=[BLUE, ORANGE, PURPLE]).title(None),
        href="link:N",
        tooltip=[
            alt.Tooltip("item:N", title="what"),
            alt.Tooltip("improvement:Q", title="times less energy", format=".2f"),
            alt.Tooltip("energies:N", title="energy"),
            alt.Tooltip("scope:N", title="scope"),
            alt.Tooltip("source:N", title="source"),
            alt.Tooltip("locator:N", title="where"),
        ],
    )
    return finished(
        alt.layer(
            base.transform_calculate(one="1").mark_rule(strokeWidth=2, opacity=0.6).encode(x=x, x2="one:Q"),
            base.mark_point(filled=True, opacity=1).encode(
                x=x,
                shape=alt.Shape("kind:N").scale(domain=kinds, range=["circle", "diamond"]).legend(None),
                size=alt.condition("datum.kind == 'geometric mean'", alt.value(170), alt.value(60)),
            ),
        ),
        drawn_by=improvement_by_part,
        title="From 45 to 7 nm: what improved",
        subtitle="diamonds: geometric means",
        description=(
            "Dot plot of improvement factors on a logarithmic axis. Arithmetic improved between two and a bit more "
            "than four times. Reading SRAM improved more the larger it is: little at 8 KB, seven times at 1 MB. DRAM "
            "stands at exactly one. Diamonds mark the geometric means of logic and of SRAM."
        ),
        sources=set(table["source"]),
        height=400,
    )
