"""The chart of the chapter on the claims."""

import altair as alt

from datagravity.charts.theme import BLUE, GREY, ORANGE, PURPLE, finished
from datagravity.claims import POSITIONS, judged, parts
from datagravity.sources import reference_link, short_name


def verdicts():
    """Every claim as a row of its parts: how many lie inside the region where it holds, across its edge, outside."""
    claims = judged().set_index("id")
    rows = [
        {
            "claim": f"{row.id}: {claims.loc[row.id, 'verdict']}",
            "words": claims.loc[row.id, "claim"],
            "quantity": claims.loc[row.id, "quantity"],
            "region": claims.loc[row.id, "region"],
            "part": row.part,
            "shown": row.shown,
            "position": row.position,
            "place": POSITIONS.index(row.position),
            "source": short_name(claims.loc[row.id, "source"]),
            "link": reference_link(claims.loc[row.id, "source"]),
        }
        for row in parts().itertuples()
    ]
    order = list(dict.fromkeys(row["claim"] for row in rows))
    chart = (
        alt.Chart(alt.InlineData(values=rows))
        .transform_window(
            number="row_number()",
            groupby=["claim"],
            sort=[alt.SortField("place"), alt.SortField("part")],
        )
        .mark_square(size=110, opacity=1)
        .encode(
            x=alt.X("number:Q").title("parts of the claim, one square each").axis(tickMinStep=1, grid=False),
            y=alt.Y("claim:N").sort(order).title(None).axis(labelLimit=170),
            color=alt.Color("position:N")
            .scale(domain=list(POSITIONS), range=[BLUE, PURPLE, ORANGE, GREY])
            .title("a part lies"),
            href="link:N",
            tooltip=[
                alt.Tooltip("words:N", title="claim"),
                alt.Tooltip("quantity:N", title="quantity"),
                alt.Tooltip("region:N", title="holds for"),
                alt.Tooltip("part:N", title="part"),
                alt.Tooltip("shown:N", title="value"),
                alt.Tooltip("position:N", title="which is"),
                alt.Tooltip("source:N", title="source"),
            ],
        )
    )
    return finished(
        chart,
        drawn_by=verdicts,
        title="The claims, part by part",
        subtitle="where the interval of each part lies, against the region in which the claim holds",
        description=(
            "One row of squares for each claim, each square a part of its test. Its colour says whether the part's "
            "interval lies inside the region where the claim holds, across an edge of the region, outside, or has no "
            "number. The label of a row is the claim's verdict."
        ),
        sources=set(claims["source"]),
        height=340,
    )
