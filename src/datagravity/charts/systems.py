"""The chart of the chapter on thirty systems."""

import altair as alt

from datagravity import systems
from datagravity.charts.controls import drop_down
from datagravity.charts.layers import at_most, diagonal, none_left, shapes
from datagravity.charts.theme import SYMBOLS, finished, hues
from datagravity.charts.tooltips import about, described, number, word
from datagravity.decoding import LEVERS

#: Colours of the levers.
COLOURS = dict(zip(LEVERS, hues(LEVERS), strict=True))
COMPUTED, BOUND = "computed", "a bound only"
_ALL = "all five"
_TIERS = ["all thirty", "A, read one by one", "B, computed and listed"]
_X, _Y = (0.9, 8000), (0.7, 100)


def _drawn(frame):
    """Every claim with a number, and where it stands: at what the model computes, or else at the bound it allows."""
    frame = frame[frame["computed"].notna() | frame["bound"].notna()]
    known = frame["computed"].notna()
    frame = frame.assign(
        tier=frame["tier"].map(dict(zip("AB", _TIERS[1:], strict=True))),
        printed=(frame["extent"] + " " + frame["printed"]).str.removeprefix("stated "),
        shape=known.map({True: COMPUTED, False: BOUND}),
        y=frame["computed"].where(known, frame["bound"]),
        low=frame["computed_low"].where(known, frame["bound"]),
        high=frame["computed_high"].where(known, frame["bound"]),
        text=frame["computed_text"],
    )
    columns = ["name", "lever", "tier", "kind", "words", "printed", "baseline", "shape"]
    columns += ["claim", "claim_low", "claim_high", "y", "low", "high", "text", "finding"]
    return described(frame, *columns, row=("system_claims", "id"))


def claimed_and_computed():
    """Every claim with a number against what the model computes, or the bound that it allows, on two log axes."""
    frame = systems.counted()
    data = _drawn(frame)
    circles = data[data["shape"] == COMPUTED]
    below = int((circles["y"] < circles["claim"]).sum())
    axis = alt.Axis(format="~s", values=[1, 2, 5, 10, 20, 50, 100, 1000])

    def along(channel, field, ends, title):
        scale = alt.Scale(type="log", domain=list(ends), nice=False)
        return channel(f"{field}:Q").scale(scale).title(title).axis(axis)

    x = {field: along(alt.X, field, _X, "claimed: better over worse") for field in ("claim", "claim_low")}
    y = {field: along(alt.Y, field, _Y, "computed, or its bound") for field in ("y", "low")}
    colour = alt.Color("lever:N").scale(domain=list(COLOURS), range=list(COLOURS.values())).title("lever")
    chosen = f"(tier == '{_TIERS[0]}' || datum.tier == tier) && (lever == '{_ALL}' || datum.lever == lever)"
    of, choose = "'claim on ' + lever + ' in systems ' + tier", f"'choose another lever, or {_TIERS[0]}'"
    base = alt.Chart(data).transform_filter(chosen).encode(color=colour)
    points = base.mark_point(size=90, filled=True, clip=True).encode(
        x=x["claim"],
        y=y["y"],
        shape=shapes("lever", list(COLOURS), SYMBOLS[: len(COLOURS)], title="lever"),
        **about(
            data,
            word("name", "system"),
            word("words", "claim"),
            word("printed", "as printed"),
            word("baseline", "against"),
            word("kind"),
            word("shape", "drawn"),
            word("text", "computed"),
            word("shape", "drawn is"),
            number("y", "drawn at"),
            word("finding"),
        ),
    )
    chart = alt.layer(
        diagonal(*_X),
        *none_left(data, chosen, of, choose),
        at_most(base.encode(x=x["claim"], y=y["y"]), f"datum.shape == '{BOUND}'"),
        base.mark_rule(strokeWidth=2, clip=True).encode(x=x["claim"], y=y["low"], y2="high:Q"),
        base.mark_rule(strokeWidth=2, clip=True).encode(x=x["claim_low"], x2="claim_high:Q", y=y["y"]),
        points,
    ).add_params(drop_down("lever", "lever", [_ALL, *LEVERS]), drop_down("tier", "systems", _TIERS))
    return finished(
        chart,
        drawn_by=claimed_and_computed,
        title="What is claimed, and what the model computes",
        subtitle=["on the dashed line both are equal;", "arrow down: a bound, which the claim may lie below"],
        description=(
            "A scatter on two logarithmic axes: what a system claims against what the model computes for it, with "
            "intervals, in the colours of five levers. An arrow down marks a bound, where an input is "
            f"missing. Of {len(circles)} computed ones {below} lie below the dashed line of equality."
        ),
        sources=set(frame.loc[data.index, "source"]),
        height=430,
    )
