"""The chart of the chapter on the claims."""

import altair as alt

from datagravity.charts.theme import BLUE, GREY, ORANGE, PURPLE, finished
from datagravity.charts.tooltips import about, described, word
from datagravity.claims import POSITIONS, judged, parts


def verdicts():
    """Every claim as a row of its parts: how many lie inside the region where it holds, across its edge, outside."""
    rows = parts().merge(judged(), on="id")
    rows = rows.assign(
        words=rows["claim"],
        claim=rows["id"] + ": " + rows["verdict"],
        place=rows["position"].map(POSITIONS.index),
    )
    data = described(rows, "claim", "words", "quantity", "region", "part", "shown", "position", "place")
    chart = (
        alt.Chart(data)
        .transform_window(
            number="row_number()",
            groupby=["claim"],
            sort=[alt.SortField("place"), alt.SortField("part")],
        )
        .mark_square(size=110, opacity=1)
        .encode(
            x=alt.X("number:Q").title("parts of the claim, one square each").axis(tickMinStep=1, grid=False),
            y=alt.Y("claim:N").sort(list(dict.fromkeys(data["claim"]))).title(None).axis(labelLimit=170),
            color=alt.Color("position:N")
            .scale(domain=list(POSITIONS), range=[BLUE, PURPLE, ORANGE, GREY])
            .title("a part lies"),
            **about(
                data,
                word("words", "claim"),
                word("quantity"),
                word("region", "holds for"),
                word("part"),
                word("shown", "value"),
                word("position", "which is"),
            ),
        )
    )
    return finished(
        chart,
        drawn_by=verdicts,
        title="The claims, part by part",
        subtitle=["where the interval of each part lies,", "against the region in which the claim holds"],
        description=(
            "One row of squares for each claim, each square a part of its test. Its colour says whether the part's "
            "interval lies inside the region where the claim holds, across an edge of the region, outside, or has no "
            "number. The label of a row is the claim's verdict."
        ),
        sources=set(rows["source"]),
        height=340,
    )
