"""The charts of the chapter on the disjunction constant."""

import altair as alt
import pandas as pd

from datagravity import symbolic
from datagravity.charts.controls import drop_down, slider
from datagravity.charts.curves import Axis, law_chart
from datagravity.charts.layers import guide
from datagravity.charts.theme import DASHES, SYMBOLS, finished, hues, ordered
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import spans
from datagravity.compiled import vega_expression
from datagravity.evidence import load, shown
from datagravity.processors import machine_balances, published_ratios


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
        means=dict.fromkeys(["the larger one", "twice the larger one"], "bound"),
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
    # The sizes of one memory have an order, kinds of memory have none.
    sizes = [name for name in memories if name.startswith("SRAM")]
    kinds = [name for name in memories if name not in sizes]
    own = dict(zip([*sizes, *kinds], [*ordered(len(sizes)), *hues(kinds)], strict=True))
    colours = [own[name] for name in memories]
    dashes = [DASHES[(sizes if name in sizes else kinds).index(name)] for name in memories]
    columns = ["memory", "operation", "transport_pj_per_bit", "compute_pj", "width_bits"]
    data = described(rows, *columns, row=[("energy", "transport_row"), ("energy", "compute_row")])
    reuse = [round(10 ** (exponent / 16), 4) for exponent in range(65)]
    constant = vega_expression(
        symbolic.workload_disjunction_constant,
        **{name: f"datum.{name}" for name in ("transport_pj_per_bit", "compute_pj", "width_bits")},
        operations_per_operand="datum.reuse",
    )
    base = (
        alt.Chart(data)
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
            color=alt.Color("memory:N").scale(domain=memories, range=colours).title(None),
            strokeDash=alt.StrokeDash("memory:N").scale(domain=memories, range=dashes).title(None),
            **about(
                data,
                word("memory"),
                word("operation"),
                number("reuse", "operations per operand"),
                number("G_d"),
                number("transport_pj_per_bit", "transport", "pJ/bit"),
                number("compute_pj", "compute", "pJ"),
            ),
        )
    )
    return finished(
        alt.layer(base.mark_line(strokeWidth=2.5), guide(y=1)),
        drawn_by=reuse_crossing,
        title="Reuse lowers G_d, to balance at one",
        subtitle=[
            "tabulated energies at 7 nm; scope: macro for SRAM,",
            "interface for DRAM, datapath for the operation",
        ],
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
    kinds, left_edge = {"published": "gd", "from the tables": "recomputed"}, 0.1
    ranges = pd.concat(
        rows.assign(level=rows["label"], kind=kind, start=rows[f"{column}_low"], high=rows[f"{column}_high"])
        for kind, column in kinds.items()
    )
    cited = pd.concat(rows[column].dropna() for column in ("transport_low_row", "transport_high_row", "compute_row"))
    ranges = ranges.dropna(subset="high").sort_index(kind="stable")
    ranges = ranges.assign(
        bounded=ranges["start"].notna(), low=ranges["start"].map(shown), start=ranges["start"].fillna(left_edge)
    )
    data = described(ranges, "level", "kind", "start", "low", "high", "bounded", "note")
    base = alt.Chart(data).encode(
        y=alt.Y("level:N").sort(list(rows["label"])).title(None).axis(labelLimit=130),
        yOffset=alt.YOffset("kind:N").sort(list(kinds)),
        color=alt.Color("kind:N").scale(domain=list(kinds), range=hues(kinds)).title(None),
        **about(data, word("level", "value"), word("kind", "which"), word("low"), number("high"), word("note")),
    )
    shape = alt.Shape("kind:N").scale(domain=list(kinds), range=SYMBOLS[: len(kinds)]).title(None)
    points = base.mark_point(filled=True, size=60, opacity=1).encode(shape=shape)
    start = alt.X("start:Q").scale(type="log", domain=[left_edge, 2000], nice=False).axis(format="~g")
    start = start.title("G_d (transport energy / compute energy)")
    return finished(
        alt.layer(
            base.mark_rule(strokeWidth=4).encode(x=start, x2="high:Q"),
            points.encode(x=start).transform_filter("datum.bounded"),
            points.encode(x="high:Q"),
        ),
        drawn_by=published_values,
        title="Published values, and what their sources give",
        subtitle=[
            "one 64-bit access per FP32 multiply;",
            "a bar that starts at the edge has no stated low end",
        ],
        description=(
            "Horizontal ranges on a logarithmic axis, the published ones beside those computed from the cited tables. "
            f"Published: {spans(rows, 'label', 'gd_low', 'gd_high')}. From the tables: "
            f"{spans(rows.dropna(subset='recomputed_high'), 'label', 'recomputed_low', 'recomputed_high')}."
        ),
        sources={*rows["source"], *load("energy").set_index("id").loc[cited, "source"]},
        height=260,
    )
