"""The chart of the chapter on brains."""

import altair as alt

from datagravity.brains import DEFINITIONS, LOWER_BOUND, OWN_DEFINITION, budget_names, ratios
from datagravity.charts.layers import guide
from datagravity.charts.theme import GREY, SYMBOLS, finished, hues
from datagravity.charts.tooltips import about, described, ids_of, word
from datagravity.series import series_members


def ratio_by_budget():
    """G_d of a brain: every budget under every definition of what counts as transport."""
    rows = ratios()
    bound = (rows["how"] == LOWER_BOUND).map({True: "at least ", False: ""})
    printed = rows.assign(value=bound + rows["gd"].map("{:.2f}".format))
    ids = ids_of(series_members("budget"), printed["budget"], "row")
    columns = ["budget", "definition", "gd", "value", "tissue", "how"]
    data = described(printed.assign(rows=ids), *columns, row=("brain", "rows"))
    budgets = [
        f"{name}: {' to '.join(dict.fromkeys(of_budget['value'].iloc[[0, -1]]))}"
        for name, of_budget in printed.sort_values("gd").groupby("budget")
    ]
    definitions = [*DEFINITIONS, OWN_DEFINITION]
    colours = alt.Scale(domain=definitions, range=hues(definitions))
    x = alt.X("gd:Q").scale(type="log", domain=[0.2, 50], nice=False).title("G_d, transport over computation")
    x = x.axis(values=[0.2, 0.5, 1, 2, 5, 10, 20, 50], format="~g")
    base = alt.Chart(data).encode(
        y=alt.Y("budget:N").sort(budget_names()).title(None).axis(labelLimit=150, labelExpr="split(datum.label, ', ')"),
        **about(data, word("budget"), word("definition"), word("value", "G_d"), word("tissue"), word("how")),
    )
    points = base.mark_point(size=130, filled=True, opacity=1).encode(
        x=x,
        color=alt.Color("definition:N").scale(colours).title("what counts as transport").legend(columns=1),
        shape=alt.Shape("definition:N")
        .scale(domain=definitions, range=SYMBOLS[: len(definitions)])
        .title("what counts as transport"),
    )
    # A lower bound may lie anywhere to the right of its point.
    bounds = base.transform_filter(f"datum.how == '{LOWER_BOUND}'").mark_text(
        text="→", fontSize=18, dx=18, tooltip=None
    )
    lines = base.mark_line(color=GREY, strokeWidth=1.5).encode(x=x, detail="budget:N")
    return finished(
        alt.layer(guide(x=1), lines, points, bounds.encode(x=x)),
        drawn_by=ratio_by_budget,
        title="G_d of a brain",
        subtitle="dashed: one; arrow: at least that",
        description=(
            "Dot plot on a logarithmic axis, one line a budget, one shape a definition, and a dashed line at one. "
            f"Over the definitions the budgets give: {'; '.join(budgets)}."
        ),
        sources=set(rows["source"]),
        height=300,
    )
