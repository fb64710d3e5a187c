"""The charts of the chapter on the claims."""

import altair as alt
import numpy as np
import pandas as pd

from datagravity.charts.controls import drop_down
from datagravity.charts.layers import readout
from datagravity.charts.theme import BLUE, GREY, ORANGE, PURPLE, finished
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import percent
from datagravity.choices import options, questions
from datagravity.claims import OPEN, OTHERWISE, POSITIONS, RULE, claims, judged, multiverse, position_of, settings
from datagravity.intervals import text

COLOURS = alt.Scale(domain=list(POSITIONS), range=[BLUE, PURPLE, ORANGE, GREY])
VOID = "these options do not combine"
#: The word that no shares decide.
NOT_TESTABLE = "not testable"


def turned(row):
    """In words, the option that turns a verdict of `judged`."""
    if not row["by_option"]:
        return "nothing to choose"
    if row["turned_to"] == row["verdict"]:
        return "no option alone turns it"
    return f"{row['by_choice'].replace('_', ' ')} {row['by_option']}: {row['turned_to']}"


# --- All claims ------------------------------------------------------------------------------------------------------


def verdicts(whose="abstract"):
    """Every claim with its shares of votes, and under each the option that turns its verdict.

    Parameters
    ----------
    whose : "abstract" or "ours"
    """
    rows = judged(whose)
    rows = rows.assign(
        words=rows["claim"],
        claim=rows["id"] + ": " + rows["verdict"],
        turn=[turned(row) for row in rows.to_dict("records")],
        notes=rows["why"],
    )
    often = ["holds_if_true", "refuted_if_false"]
    columns = ["claim", "words", "quantity", "region", *POSITIONS[:3], *often, "specifications", "turn", "notes"]
    data = described(rows, *columns)
    base = alt.Chart(data).encode(
        y=alt.Y("claim:N").sort(list(data["claim"])).title(None).axis(labelLimit=170, ticks=False, domain=False),
        **about(
            data,
            word("words", "claim"),
            word("quantity"),
            word("region", "holds for"),
            *(number(name, f"votes {name}", "%") for name in POSITIONS[:3]),
            number("holds_if_true", "holds if true", "%"),
            number("refuted_if_false", "refuted if false", "%"),
            number("specifications", "specifications", "count"),
            word("turn", "turned by"),
        ),
    )
    bars = (
        base.transform_fold(list(POSITIONS[:3]), as_=["position", "share"])
        .transform_calculate(place=f"indexof({list(POSITIONS)}, datum.position)")
        .mark_bar(size=12, yOffset=-7)
        .encode(
            x=alt.X("share:Q").stack("zero").scale(domain=[0, 1]).axis(format=".0%").title("share of votes"),
            color=alt.Color("position:N").scale(COLOURS).title("a vote lies").legend(values=list(POSITIONS[:3])),
            order="place:Q",
        )
    )
    under = base.mark_text(align="left", fontSize=11, yOffset=9).encode(x=alt.datum(0), text="turn:N")
    said = "; ".join(f"{row.id} {row.verdict}" for row in rows.itertuples())
    return finished(
        alt.layer(bars, under),
        drawn_by=verdicts,
        title="The claims, over all specifications",
        subtitle=["bar: where the votes lie to the claim's region", "below: the option that turns the word"],
        description=(
            "One bar for each claim, divided into the shares of votes inside the region where the claim holds, across "
            f"an edge of the region, and outside. Under each bar the option that turns its verdict. Read: {said}."
        ),
        sources=set(rows["source"]),
        height=44 * len(rows),
    )


# --- One claim, as the reader chooses --------------------------------------------------------------------------------

#: What a list holds where its choice stays open; otherwise the position of an option.
_ANY = "-"
#: Columns of `settings`, and what they are called in the data of the chart, of which there are many rows.
_SHORT = {
    **{"inside": "i", "across": "a", "outside": "o", "holds_if_true": "t", "refuted_if_false": "f"},
    **{"specifications": "n", "why": "w"},
}
#: Squares a row of parts.
_COLUMNS = 30


def _codes(frame, offered, known):
    """For each row a text with a digit a choice: which of its options, or `_ANY`."""
    digits = [{OPEN: _ANY} | {option: str(at) for at, option in enumerate(known[name])} for name in offered]
    rows = frame[list(offered)].itertuples(index=False, name=None)
    return ["".join(one[option] for one, option in zip(digits, row, strict=True)) for row in rows]


def _settings(claim, offered, known):
    """What follows for every way to choose: one row a way."""
    table = settings(claim["test"]).query("specifications > 0")
    # A comma of a long reason ends a line.
    why = table["why"].str.replace(", so", ",\nso").str.replace(", and", ",\nand")
    keys = [f"{claim['id']} {code}" for code in _codes(table, offered, known)]
    return table[list(_SHORT)].round(4).assign(why=why, key=keys).rename(columns=_SHORT)


def _parts(claim, every, known):
    """Every part with the options under which it is one: its name and place in one list, where it counts in another.

    Of a test with one part a specification, all that agree in what the reader may choose are one part for each place.
    """
    codes = _codes(every.specifications, every.offered, known)
    single = len(every.parts) > len(set(codes))
    chosen = every.specifications[list(every.offered)].agg(", ".join, axis=1) if single else None
    found = {}
    for at, (code, parts) in enumerate(zip(codes, every.parts, strict=True)):
        for part in parts:
            key = (chosen[at] if single else part, position_of(claim, part))
            found.setdefault(key, {}).setdefault(code, []).append(part)
    names, where = [], []
    for (name, place), by_code in found.items():
        first = next(iter(by_code.values()))
        values = [part.interval.value for part in first if part.interval]
        shown = "not stated" if not values else text(first[0].interval)
        if single and values:
            shown = f"{np.median(values):.3g} in the middle"
        named = {"part": name if single else name.name, "origin": first[0].origin or "no data", "shown": shown}
        names.append({"c": claim["id"], "position": place} | named)
        where.extend({"q": len(names) - 1, "k": code, "n": len(own)} for code, own in by_code.items())
    return names, where


def _looked_up():
    """The lists that a reader chooses from, the rows behind them, and which list belongs to which claims."""
    rows, asked, code, tables, names, where = claims().to_dict("records"), {}, "''", [], [], []
    for claim in rows:
        every, known = multiverse(claim["test"]), options(claim["choice_set"])
        for choice in every.offered:
            asked.setdefault((claim["choice_set"], choice), []).append(claim["id"])
        own = " + ".join(["''", *(f"claims_{choice}" for choice in every.offered)])
        code = f"claims_claim == '{claim['id']}' ? {own} : ({code})"
        tables.append(_settings(claim, every.offered, known))
        own, places = _parts(claim, every, known)
        where += [place | {"q": place["q"] + len(names)} for place in places]
        names += own
    lists = [
        drop_down(
            f"claims_{choice}",
            questions(kind)[choice],
            [_ANY, *map(str, range(len(options(kind)[choice])))],
            labels=[OPEN, *options(kind)[choice]],
        )
        for kind in dict.fromkeys(kind for kind, _ in asked)
        for choice in questions(kind)
        if (kind, choice) in asked
    ]
    shown_for = {f"claims_{choice}": ids for (_, choice), ids in asked.items()}
    return rows, lists, code, shown_for, pd.concat(tables), names, where


def _rule():
    """The rule that turns shares into a word, as an expression."""
    expression = f"'{OTHERWISE}'"
    for name, asked in reversed(RULE):
        met = " && ".join(f"datum.{where} >= {least - 1e-9!r}" for where, least in asked.items())
        expression = f"{met} ? '{name}' : {expression}"
    return f"datum.why ? '{NOT_TESTABLE}' : ({expression})"


def one_claim():
    """One claim with the reader's choices: its parts, the shares of votes, the word, and how severe the test is."""
    rows, lists, code, shown_for, table, names, where = _looked_up()
    ids = [claim["id"] for claim in rows]
    which = drop_down("claims_claim", "claim", ids, labels=[f"{claim['id']}: {claim['claim']}" for claim in rows])
    base = (
        alt.Chart(alt.InlineData(values=[{}]))
        .add_params(which, *lists, alt.param(name="claims_code", expr=code))
        .transform_calculate(key="claims_claim + ' ' + claims_code")
        .transform_lookup(lookup="key", from_=alt.LookupData(table, key="key", fields=list(_SHORT.values())))
        .transform_calculate(**{name: f"datum.{short}" for name, short in _SHORT.items()})
        .transform_calculate(verdict=_rule())
    )
    often = "format(datum.holds_if_true, '.0%')", "format(datum.refuted_if_false, '.0%')"
    lines = {
        4: f"isValid(datum.n) ? claims_claim + ': ' + datum.verdict : '{VOID}'",
        54: "isValid(datum.n) ? 'specifications: ' + format(datum.n, ',') : ''",
        72: f"isValid(datum.inside) ? 'true: holds in ' + {often[0]} + '; false: refuted in ' + {often[1]} : ''",
        90: "datum.why",
    }
    labelled = {top: base.transform_calculate(label=said) for top, said in lines.items()}
    texts = [readout(one, size=14 if top == 4 else 12, top=top) for top, one in labelled.items()]
    bars = (
        base.transform_fold(list(POSITIONS[:3]), as_=["position", "share"])
        .transform_filter("isValid(datum.share)")
        .transform_calculate(place=f"indexof({list(POSITIONS)}, datum.position)")
        .transform_window(end="sum(share)", sort=[alt.SortField("place")])
        .transform_calculate(start=f"{_COLUMNS} * (datum.end - datum.share)", stop=f"{_COLUMNS} * datum.end")
        .mark_bar()
        .encode(
            x=alt.X("start:Q").scale(domain=[0, _COLUMNS], nice=False).axis(None),
            x2="stop:Q",
            y=alt.value(28),
            y2=alt.value(46),
            color=alt.Color("position:N").scale(COLOURS).title("a vote or a part lies").legend(columns=4),
            tooltip=[word("position", "votes"), number("share", "share", "%")],
        )
    )
    lookup = alt.LookupData(alt.InlineData(values=[{"q": at} | one for at, one in enumerate(names)]), key="q")
    lookup.fields = ["c", "position", "part", "origin", "shown"]
    squares = (
        alt.Chart(alt.InlineData(values=where))
        .transform_filter(f"test(regexp('^' + replace(claims_code, regexp('{_ANY}', 'g'), '.') + '$'), datum.k)")
        .transform_lookup(lookup="q", from_=lookup)
        .transform_filter("datum.c == claims_claim")
        .transform_aggregate(n="sum(n)", groupby=["q", "position", "part", "origin", "shown"])
        .transform_calculate(place=f"indexof({list(POSITIONS)}, datum.position)")
        .transform_window(at="row_number()", sort=[alt.SortField("place"), alt.SortField("q")])
        .transform_calculate(x=f"(datum.at - 1) % {_COLUMNS} + 0.5", y=f"floor((datum.at - 1) / {_COLUMNS})")
        .mark_square(size=70, opacity=1)
        .encode(
            x="x:Q",
            y=alt.Y("y:Q").scale(domain=[-7.5, 10], reverse=True, nice=False).axis(None),
            color=alt.Color("position:N").scale(COLOURS).title("a vote or a part lies").legend(columns=4),
            tooltip=[
                word("part"),
                word("origin"),
                word("shown", "value"),
                word("position", "which is"),
                number("n", "specifications", "count"),
            ],
        )
    )
    first = judged().iloc[0]
    chart = finished(
        alt.layer(bars, *texts, squares),
        drawn_by=one_claim,
        title="Choose a claim, and what the verdict rests on",
        subtitle=["bar: shares of votes; squares: the parts", "true, false: how often the test would say so"],
        description=(
            "A list of the claims and a list for each choice. They change the shares of votes inside the region of the "
            "claim, across its edge and outside, the word that follows, how often it would come out in worlds where "
            "the claim is true or false, and the parts, one square each. It opens with "
            f"{first['id']}, which reads {first['verdict']}, {percent(first['inside'])} of the votes inside."
        ),
        sources={claim["source"] for claim in rows},
        height=300,
    )
    chart.usermeta = {**chart.usermeta, "shown_for": {"claims_claim": shown_for}}
    return chart
