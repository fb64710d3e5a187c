"""The charts of the chapter on the disjunction constant."""

import altair as alt
import pandas as pd

from datagravity import symbolic
from datagravity.charts.controls import drop_down, slider
from datagravity.charts.curves import Axis, law_chart
from datagravity.charts.theme import BLUE, GREY, ORANGE, PALETTE, finished
from datagravity.compiled import vega_expression
from datagravity.evidence import shown
from datagravity.processors import machine_balances, published_ratios
from datagravity.sources import reference_link, short_name


def sum_and_bound():
    """Energy of one operation against G_d: the sum of the two energies between its two bounds."""
    powers = [10.0**exponent for exponent in range(-3, 4)]
    return law_chart(
        sum_and_bound,
        {
            "both energies together": symbolic.both_energies,
            "the larger one": symbolic.larger_energy,
            "twice the larger one": 2 * symbolic.larger_energy,
        },
        Axis(
            "G_d = transport energy / compute energy",
            1e-3,
            1e3,
            symbolic.G_d,
            logarithmic=True,
            ticks=powers,
            format="~s",
        ),
        Axis(
            "energy per operation / compute energy",
            0.5,
            2e3,
            logarithmic=True,
            ticks=[1, 2, 10, 100, 1000],
            format="~s",
        ),
        title="Two energies for one job",
        description=(
            "Line chart on logarithmic axes. The energy of an operation, in units of its compute energy, stays near "
            "one while the disjunction constant is below one, and follows it above one. Its two bounds touch it far "
            "from one and are a factor of two apart everywhere."
        ),
        height=340,
    )


def reuse_crossing():
    """G_d against operations per fetched operand for each memory, for an operation of the reader's choice."""
    rows = machine_balances()
    operations = list(dict.fromkeys(rows["operation"]))
    memories = list(dict.fromkeys(rows["memory"]))
    columns = ["memory", "operation", "transport_pj_per_bit", "compute_pj", "width_bits", "locator"]
    data = rows[columns].assign(source=rows["source"].map(short_name), link=rows["source"].map(reference_link))
    reuse = [round(10 ** (exponent / 16), 4) for exponent in range(65)]
    constant = vega_expression(
        symbolic.workload_disjunction_constant,
        **{name: f"datum.{name}" for name in ("transport_pj_per_bit", "compute_pj", "width_bits")},
        operations_per_operand="datum.reuse",
    )
    base = (
        alt.Chart(alt.Data(values=data.to_dict("records")))
        .add_params(
            drop_down("operation", "operation", operations, value="FP32 multiply"),
            slider("operands", "operands per operation", 1, 3, 1, 2),
        )
        .transform_filter("datum.operation == operation")
        .transform_calculate(reuse=str(reuse))
        .transform_flatten(["reuse"])
        .transform_calculate(G_d=constant)
        .encode(
            x=alt.X("reuse:Q").scale(type="log").title("operations per fetched operand").axis(format="~g"),
            y=alt.Y("G_d:Q").scale(type="log").title("G_d (transport energy / compute energy)").axis(format="~g"),
            color=alt.Color("memory:N").scale(domain=memories, range=PALETTE[: len(memories)]).title(None),
            href="link:N",
            tooltip=[
                alt.Tooltip("memory:N", title="memory"),
                alt.Tooltip("operation:N", title="operation"),
                alt.Tooltip("reuse:Q", title="operations per operand", format=".3~g"),
                alt.Tooltip("G_d:Q", title="G_d", format=".3~g"),
                alt.Tooltip("transport_pj_per_bit:Q", title="transport (pJ/bit)", format=".3~g"),
                alt.Tooltip("compute_pj:Q", title="compute (pJ)", format=".3~g"),
                alt.Tooltip("source:N", title="source"),
                alt.Tooltip("locator:N", title="where"),
            ],
        )
    )
    unity = alt.Chart(alt.Data(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color=GREY).encode(y="one:Q")
    return finished(
        alt.layer(base.mark_line(strokeWidth=2.5), unity),
        drawn_by=reuse_crossing,
        title="Reuse lowers G_d; where it reaches one, the machine is in balance",
        subtitle="tabulated energies at 7 nm; scope: macro for SRAM, interface for DRAM, datapath for the operation",
        description=(
            "Line chart on logarithmic axes: the disjunction constant falls in proportion as one fetched operand "
            "serves more operations, one line for each memory. A dashed line marks the value one, where transport and "
            "compute cost the same. A list chooses the operation, a slider the number of operands."
        ),
        sources=set(rows["source"]),
    )


def published_values():
    """The five published values of G_d as ranges, with what the cited rows give beside them."""
    rows = published_ratios()
    kinds, left_edge = ["published", "from the tables"], 0.1
    ranges = []
    for row in rows.to_dict("records"):
        for kind, low, high in zip(kinds, ["gd_low", "recomputed_low"], ["gd_high", "recomputed_high"], strict=True):
            if pd.isna(row[high]):
                continue
            bounded = pd.notna(row[low])
            ranges.append(
                {"level": row["label"], "kind": kind, "high": row[high], "note": row["note"], "where": row["locator"]}
                | {"start": row[low] if bounded else left_edge, "low": shown(row[low]), "bounded": bounded}
                | {"source": short_name(row["source"]), "link": reference_link(row["source"])}
            )
    base = alt.Chart(alt.Data(values=ranges)).encode(
        y=alt.Y("level:N").sort(list(rows["label"])).title(None).axis(labelLimit=130),
        yOffset=alt.YOffset("kind:N").sort(kinds),
        color=alt.Color("kind:N").scale(domain=kinds, range=[BLUE, ORANGE]).title(None),
        href="link:N",
        tooltip=[
            alt.Tooltip("level:N", title="value"),
            alt.Tooltip("kind:N", title="which"),
            alt.Tooltip("low:N", title="low"),
            alt.Tooltip("high:Q", title="high", format=".4~g"),
            alt.Tooltip("note:N", title="note"),
            alt.Tooltip("source:N", title="source"),
            alt.Tooltip("where:N", title="where"),
        ],
    )
    start = alt.X("start:Q").scale(type="log", domain=[left_edge, 2000], nice=False).axis(format="~g")
    start = start.title("G_d (transport energy / compute energy)")
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=4).encode(x=start, x2="high:Q"),
            base.mark_point(filled=True, size=60, opacity=1).encode(x=start).transform_filter("datum.bounded"),
            base.mark_point(filled=True, size=60, opacity=1).encode(x="high:Q"),
        ),
        drawn_by=published_values,
        title="The five published values, and what their sources give",
        subtitle="one 64-bit access per FP32 multiply; a bar that starts at the edge has no stated low end",
        description=(
            "Five horizontal ranges on a logarithmic axis: cache and DRAM at 45 nm, HBM and DRAM at 7 nm, and biology, "
            "of which only an upper end of one is given. Beside the first four lies the range computed from the cited "
            "tables; each pair covers the same range."
        ),
        sources={*rows["source"], "horowitz2014", "horowitz2014slides", "jouppi2021"},
        height=260,
    )
