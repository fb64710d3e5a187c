"""The chart of the chapter on brains."""

import altair as alt

from datagravity.brains import DEFINITIONS, OWN_DEFINITION, budget_names, ratios
from datagravity.charts.theme import BLUE, GREEN, GREY, ORANGE, PINK, finished
from datagravity.sources import reference_link, short_name


def ratio_by_budget():
    """G_d of a brain: every budget under every definition of what counts as transport."""
    rows = ratios()
    records = rows.assign(
        link=rows["source"].map(reference_link),
        source=rows["source"].map(short_name),
        value=[f"{'at least ' if 'bound' in row['how'] else ''}{row['gd']:.2f}" for _, row in rows.iterrows()],
    ).to_dict("records")
    definitions = [*DEFINITIONS, OWN_DEFINITION]
    colours = alt.Scale(domain=definitions, range=[BLUE, ORANGE, PINK, GREEN])
    x = alt.X("gd:Q").scale(type="log", domain=[0.2, 50], nice=False).title("G_d, transport over computation")
    x = x.axis(values=[0.2, 0.5, 1, 2, 5, 10, 20, 50], format="~g")
    base = alt.Chart(alt.InlineData(values=records)).encode(
        y=alt.Y("budget:N").sort(budget_names()).title(None).axis(labelLimit=150, labelExpr="split(datum.label, ', ')"),
        href="link:N",
        tooltip=[
            alt.Tooltip("budget:N", title="budget"),
            alt.Tooltip("definition:N", title="definition"),
            alt.Tooltip("value:N", title="G_d"),
            alt.Tooltip("tissue:N", title="tissue"),
            alt.Tooltip("how:N", title="how"),
            alt.Tooltip("status:N", title="status"),
            alt.Tooltip("source:N", title="source"),
            alt.Tooltip("locator:N", title="where"),
        ],
    )
    points = base.mark_point(size=130, filled=True, opacity=1).encode(
        x=x,
        color=alt.Color("definition:N").scale(colours).title("what counts as transport").legend(columns=1),
        shape=alt.Shape("definition:N")
        .scale(domain=definitions, range=["circle", "square", "diamond", "triangle-up"])
        .title("what counts as transport"),
    )
    spans = base.mark_line(color=GREY, strokeWidth=1.5).encode(x=x, detail="budget:N")
    one = alt.Chart(alt.InlineData(values=[{"one": 1}])).mark_rule(strokeDash=[4, 4], color=GREY).encode(x="one:Q")
    return finished(
        alt.layer(one, spans, points),
        drawn_by=ratio_by_budget,
        title="G_d of a brain",
        subtitle="dashed: one",
        description=(
            "Dot plot on a logarithmic axis, one line a budget, one shape a definition. The budget for rodent grey "
            "matter of 2001 lies above one under every definition, that for the cortex of 2012 at or below one, that "
            "for the cerebellum on both sides, and the audit of the human cortex at 35, with 20 in its preprint."
        ),
        sources=set(rows["source"]),
        height=300,
    )
