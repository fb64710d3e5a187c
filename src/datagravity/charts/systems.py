"""The charts of the chapter on thirty systems."""

import altair as alt

from datagravity import systems
from datagravity.charts.controls import drop_down
from datagravity.charts.theme import BLUE, BROWN, GREEN, GREY, ORANGE, PINK, PURPLE, finished
from datagravity.decoding import LEVERS
from datagravity.sources import reference_link, short_name

#: Colours of the levers, the same in both charts.
COLOURS = dict(zip(LEVERS, [ORANGE, BLUE, GREEN, PURPLE, BROWN], strict=True))
COMPUTED, BOUND = "computed", "a bound only"
#: What the second chart counts as; the order is that of the bars.
GROUPS = {
    "agrees": GREEN,
    "falls short": ORANGE,
    "exceeds": PURPLE,
    "too wide to tell": BROWN,
    "within its bound": BLUE,
    "above its bound": PINK,
    "not computable": GREY,
}
_ALL = "all five"
_TIERS = ["all thirty", "A, read one by one", "B, computed and listed"]
_X, _Y = (0.9, 8000), (0.7, 100)


def claimed_and_computed():
    """Every claim with a number against what the model computes, or the bound that it allows, on two log axes."""
    frame = systems.counted()
    frame = frame[frame["computed"].notna() | frame["bound"].notna()]
    records = [
        {
            "id": row["id"],
            "name": row["name"],
            "lever": row["lever"],
            "tier": _TIERS[1] if row["tier"] == "A" else _TIERS[2],
            "kind": row["kind"],
            "words": row["words"],
            "printed": f"{row['extent']} {row['printed']}".removeprefix("stated "),
            "baseline": row["baseline"],
            "shape": COMPUTED if row["known"] else BOUND,
            "claim": row["claim"],
            "claim_low": row["claim_low"],
            "claim_high": row["claim_high"],
            "y": row["computed"] if row["known"] else row["bound"],
            "low": row["computed_low"] if row["known"] else row["bound"],
            "high": row["computed_high"] if row["known"] else row["bound"],
            "text": row["computed_text"],
            "finding": row["finding"],
            "source": short_name(row["source"]),
            "link": reference_link(row["source"]),
        }
        for row in frame.assign(known=frame["computed"].notna()).astype(object).to_dict("records")
    ]
    across, up = (alt.Scale(type="log", domain=list(ends), nice=False) for ends in (_X, _Y))
    axis = alt.Axis(format="~s", values=[1, 2, 5, 10, 20, 50, 100, 1000])
    x = alt.X("claim:Q").scale(across).title("claimed: better over worse").axis(axis)
    y = alt.Y("y:Q").scale(up).title("computed, or its bound").axis(axis)
    colour = alt.Color("lever:N").scale(domain=list(COLOURS), range=list(COLOURS.values())).title("lever")
    chosen = f"(tier == '{_TIERS[0]}' || datum.tier == tier) && (lever == '{_ALL}' || datum.lever == lever)"
    base = alt.Chart(alt.InlineData(values=records)).transform_filter(chosen)
    identity = alt.Chart(alt.InlineData(values=[{"at": end} for end in _X]))
    points = base.mark_point(size=90, filled=True, clip=True).encode(
        x=x,
        y=y,
        color=colour,
        shape=alt.Shape("shape:N")
        .scale(domain=[COMPUTED, BOUND], range=["circle", "triangle-down"])
        .legend(title=None, symbolFillColor=GREY, symbolStrokeColor=GREY),
        href="link:N",
        tooltip=[
            alt.Tooltip("name:N", title="system"),
            alt.Tooltip("words:N", title="claim"),
            alt.Tooltip("printed:N", title="as printed"),
            alt.Tooltip("baseline:N", title="against"),
            alt.Tooltip("kind:N", title="kind"),
            alt.Tooltip("text:N", title="computed"),
            alt.Tooltip("y:Q", title="drawn at", format=".3~g"),
            alt.Tooltip("finding:N", title="finding"),
            alt.Tooltip("source:N", title="source"),
        ],
    )
    chart = alt.layer(
        identity.mark_line(color=GREY, strokeDash=[5, 4], clip=True).encode(
            x=alt.X("at:Q").scale(across), y=alt.Y("at:Q").scale(up)
        ),
        base.mark_rule(strokeWidth=2, clip=True).encode(x=x, y=alt.Y("low:Q").scale(up), y2="high:Q", color=colour),
        base.mark_rule(strokeWidth=2, clip=True).encode(
            x=alt.X("claim_low:Q").scale(across), x2="claim_high:Q", y=y, color=colour
        ),
        points,
    ).add_params(drop_down("lever", "lever", [_ALL, *LEVERS]), drop_down("tier", "systems", _TIERS))
    return finished(
        chart,
        drawn_by=claimed_and_computed,
        title="What is claimed, and what the model computes",
        subtitle="on the dashed line both are equal; a triangle is a bound, which the claim may lie below",
        description=(
            "A scatter on two logarithmic axes: what a system claims against what the model computes for it, with "
            "intervals, in the colours of five levers. Circles are computed; triangles are bounds where an input is "
            "missing. Most circles lie near or below the dashed line of equality; two claims of a thousand and more "
            "lie far below it."
        ),
        sources=set(frame["source"]),
        height=430,
    )


def findings_by_lever():
    """How the claims of each lever came out: a bar of counts for each."""
    frame = systems.counted()
    order = list(GROUPS)
    records = [
        {
            "lever": lever,
            "finding": finding,
            "claims": len(rows),
            "order": order.index(finding),
            "who": ", ".join(dict.fromkeys(rows["name"])),
        }
        for (lever, finding), rows in frame.groupby(["lever", "finding"])
    ]
    chart = (
        alt.Chart(alt.InlineData(values=records))
        .mark_bar(height=24)
        .encode(
            x=alt.X("claims:Q").title("claims").axis(tickMinStep=1, tickCount=6),
            y=alt.Y("lever:N").sort(list(LEVERS)).title(None),
            color=alt.Color("finding:N").scale(domain=order, range=list(GROUPS.values())).title("the claim"),
            order="order:Q",
            tooltip=[
                alt.Tooltip("lever:N", title="lever"),
                alt.Tooltip("finding:N", title="the claim"),
                alt.Tooltip("claims:Q", title="claims"),
                alt.Tooltip("who:N", title="of"),
            ],
        )
    )
    return finished(
        chart,
        drawn_by=findings_by_lever,
        title="How the claims came out, lever by lever",
        description=(
            "One horizontal bar for each lever, divided by how its claims came out: agrees with what is computed, "
            "falls short, exceeds, is too wide to tell, lies within or above a bound, or is not computable. Mass has "
            "the longest bar; most claims of reuse cannot be computed from what their abstracts state."
        ),
        sources=set(frame["source"]),
        height=230,
    )
