"""The charts of the chapter on the claims."""

import math
import textwrap
from collections import Counter

import altair as alt
import numpy as np

from datagravity.charts.controls import drop_down
from datagravity.charts.layers import named, readout
from datagravity.charts.packing import DIGITS, packed, unpacked
from datagravity.charts.theme import finished, hues
from datagravity.charts.tooltips import about, described, number, word
from datagravity.charts.words import VOID, percent
from datagravity.choices import options, questions
from datagravity.claims import (
    OPEN,
    OTHERWISE,
    POOLED,
    POSITIONS,
    RULE,
    claims,
    judged,
    multiverse,
    position_of,
    settings,
)
from datagravity.claims.processing import OFFERED
from datagravity.intervals import text

COLOURS = alt.Scale(domain=list(POSITIONS), range=hues(POSITIONS))
#: The word that no shares decide.
NOT_TESTABLE = "not testable"


def _turned(row):
    """In words, the option that turns a verdict of `judged`."""
    if not row["by_option"]:
        return "nothing to choose"
    if row["turned_to"] == row["verdict"]:
        return "no option alone turns it"
    return f"{row['by_choice'].replace('_', ' ')} {row['by_option']}: {row['turned_to']}"


#: The symbol of a part at each of the positions.
_SYMBOLS = ["square", "diamond", "triangle-up", "circle"]
#: Pixels of a claim, its words and its bar, and characters of a line of its words.
_CLAIM, _LINE = 84, 46


def _lines(words, *, last=False):
    """Words in at most two lines; a single one is the second if `last`, so that it stands next to the bar."""
    lines = textwrap.wrap(words, _LINE)
    return "\n".join(["", *lines] if last and len(lines) == 1 else lines)


# --- All claims ------------------------------------------------------------------------------------------------------


def verdicts(whose="abstract"):
    """Every claim with its shares of votes, and under each the option that turns its verdict.

    Parameters
    ----------
    whose : "abstract" or "ours"
    """
    rows = judged(whose)
    turned = [_turned(row) for row in rows.to_dict("records")]
    rows = rows.assign(
        words=rows["claim"],
        claim=rows["id"] + ": " + rows["verdict"],
        turn=turned,
        above=[_lines(f"{row.id}: {row.claim}", last=True) for row in rows.itertuples()],
        below=[_lines(f"{row.verdict}; {turn}") for row, turn in zip(rows.itertuples(), turned, strict=True)],
        notes=rows["why"],
    )
    often = ["holds_if_true", "refuted_if_false"]
    columns = ["claim", "words", "above", "below", "quantity", "region", *POSITIONS[:3], *often, "specifications"]
    home = ("claims" if whose == "abstract" else "own_claims", "id")
    data = described(rows, *columns, "turn", "notes", row=home)
    layers = _claim_layers(data)
    said = "; ".join(f"{row.id} {row.verdict}" for row in rows.itertuples())
    return finished(
        alt.layer(*layers),
        drawn_by=verdicts,
        title="The claims, over all specifications",
        subtitle=[
            "bar: where the votes lie to the claim's region;",
            "below: the verdict, and the option that turns it",
        ],
        description=(
            "One bar for each claim, divided into the shares of votes inside the region where the claim holds, across "
            "an edge of the region, and outside. Above each bar the claim in words, below it the verdict and the "
            f"option that turns it. Read: {said}."
        ),
        sources=set(rows["source"]),
        height=_CLAIM * len(rows),
    )


def _claim_layers(data):
    """The bars of the claims, and the words above and below each."""
    base = alt.Chart(data).encode(
        y=alt.Y("claim:N").sort(list(data["claim"])).axis(None),
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
        .mark_bar(size=12)
        .encode(
            x=alt.X("share:Q").stack("zero").scale(domain=[0, 1]).axis(format=".0%").title("share of votes"),
            color=alt.Color("position:N").scale(COLOURS).title("a vote lies").legend(values=list(POSITIONS[:3])),
            order="place:Q",
        )
    )
    words = {"align": "left", "baseline": "top", "lineBreak": "\n"}
    above = base.mark_text(fontSize=12, fontWeight=600, yOffset=-36, **words).encode(x=alt.datum(0), text="above:N")
    below = base.mark_text(fontSize=11, yOffset=10, **words).encode(x=alt.datum(0), text="below:N")
    return named(bars, "share of votes"), named(above, "verdict"), below


# --- One claim, as the reader chooses --------------------------------------------------------------------------------

#: Squares a row of parts, and pixels: of the words above the squares, and of a row.
_COLUMNS, _ABOVE, _ROW = 30, 128, 17
#: Steps of a share in the packed numbers, and the code of a share that is missing.
_STEPS, _MISSING = 4000, 4095
#: What of `settings` is packed, and with how many digits; the place in the list of reasons comes last.
_PACKED = dict.fromkeys(["inside", "outside", "holds_if_true", "refuted_if_false"], 2) | {"specifications": 3, "why": 1}


def _places(frame, offered, known):
    """For each row one number a choice: 0 where it stays open, else the place of its option from 1 on."""
    ranks = [{OPEN: 0} | {option: at for at, option in enumerate(known[name], 1)} for name in offered]
    rows = frame[list(offered)].itertuples(index=False, name=None)
    return [[one[option] for one, option in zip(ranks, row, strict=True)] for row in rows]


def _settings(claim, offered, known, reasons):
    """Every way to choose as one text, and the expression of the way that the lists make."""
    table, width = settings(claim["test"]), sum(_PACKED.values())
    strides = [int(np.prod([len(known[later]) + 1 for later in offered[at + 1 :]])) for at in range(len(offered))]
    # A comma of a long reason ends a line.
    lines = table["why"].str.replace(", so", ",\nso").str.replace(", and", ",\nand")
    numbers = table[list(_PACKED)].assign(why=[reasons.setdefault(line, len(reasons)) for line in lines])
    for name in [name for name, digits in _PACKED.items() if digits == 2]:
        numbers[name] = (numbers[name] * _STEPS).round().fillna(_MISSING)
    empty = packed([0] * width, 1)
    ways = [empty] * int(np.prod([len(known[name]) + 1 for name in offered]))
    for place, row in zip(_places(table, offered, known), numbers.to_dict("records"), strict=True):
        ways[int(np.dot(place, strides))] = "".join(packed([row[name]], digits) for name, digits in _PACKED.items())
    at = " + ".join(["0", *(f"{stride} * claims_{name}" for stride, name in zip(strides, offered, strict=True))])
    return {"c": claim["id"], "p": "".join(ways)}, f"{width} * ({at})"


def _parts(claim, every, known):
    """Every part with the options under which it is one, each a text with a digit a choice.

    Of a test with one part a specification, all that agree in what the reader may choose are one part for each place:
    its code names it, and its value is their median.
    """
    codes = ["".join(map(str, place)) for place in _places(every.specifications, every.offered, known)]
    single = len(every.parts) > len(set(codes))
    found = {}
    for code, parts in zip(codes, every.parts, strict=True):
        for part in parts:
            key = (code if single else part, position_of(claim, part))
            found.setdefault(key, {}).setdefault(code, []).append(part)
    rows = []
    for (name, place), by_code in found.items():
        row = {"c": claim["id"], "z": POSITIONS.index(place), "k": " ".join(by_code)}
        if single:
            (parts,) = by_code.values()
            values = [part.interval.value for part in parts if part.interval]
            row |= {"n": len(parts), "s": f"{np.median(values):.2g}" if values else "not stated"}
        else:
            row |= {"p": name.name, "s": text(name.interval) if name.interval else "not stated"}
            row |= {"o": name.origin or "no data"}
        rows.append(row)
    return rows


def _left(rows):
    """Set of choices -> choice -> its options that leave a specification in some claim, in the order of the table.

    Parameters
    ----------
    rows : list of rows of `claims`
    """
    found = {}
    for claim in rows:
        every = multiverse(claim["test"])
        for name in every.offered:
            found.setdefault(claim["choice_set"], {}).setdefault(name, set()).update(every.specifications[name])
    return {
        kind: {name: [option for option in options(kind)[name] if option in own] for name, own in known.items()}
        for kind, known in found.items()
    }


def _looked_up():
    """What a reader chooses from, and what it is looked up in.

    Returns
    -------
    (parameters, asked, texts, parts): the parameters of the chart; a dict from list to the claims that ask for it; rows
    of one packed text a claim; rows of parts
    """
    asked, names, reasons, texts, parts, at, pattern = {}, {}, {"": 0}, [], [], "0", "''"
    rows = claims().to_dict("records")
    left = _left(rows)
    for claim in rows:
        every, known = multiverse(claim["test"]), left.get(claim["choice_set"], {})
        own, place = _settings(claim, every.offered, known, reasons)
        chosen = [f"(claims_{name} > 0 ? claims_{name} : '[0-9]')" for name in every.offered]
        at = f"claims_claim == '{claim['id']}' ? {place} : ({at})"
        pattern = f"claims_claim == '{claim['id']}' ? {' + '.join([repr(''), *chosen])} : ({pattern})"
        texts.append(own)
        parts += _parts(claim, every, known)
        names[claim["id"]] = [known[name] for name in every.offered]
        for name in every.offered:
            asked.setdefault((claim["choice_set"], name), []).append(claim["id"])
    which = [claim["id"] for claim in rows]
    parameters = [drop_down("claims_claim", "claim", which, labels=[f"{one['id']}: {one['claim']}" for one in rows])]
    for kind in dict.fromkeys(claim["choice_set"] for claim in rows):
        for name, question in questions(kind).items():
            if (kind, name) in asked:
                known = left[kind][name]
                parameters.append(drop_down(f"claims_{name}", question, range(len(known) + 1), labels=[OPEN, *known]))
    parameters += [alt.param(name=f"claims_{name}", expr=found) for name, found in (("at", at), ("pattern", pattern))]
    parameters += [
        alt.param(name=f"claims_{name}", value=found)
        for name, found in (("digits", DIGITS), ("reasons", list(reasons)), ("names", names))
    ]
    return parameters, {f"claims_{name}": ids for (_, name), ids in asked.items()}, texts, parts


def _unpacking():
    """Name -> expression that takes a number of `_PACKED` out of the text `datum.p` at `datum.at`."""
    found, place = {}, 0
    for name, digits in _PACKED.items():
        number_ = unpacked("datum.p", f"datum.at + {place}", digits, "claims_digits")
        found[name] = number_
        if digits == 2:
            found[name] = f"{number_} == {_MISSING} ? null : {number_} / {_STEPS}"
        place += digits
    return found | {"why": f"claims_reasons[{found['why']}]"}


def _rule():
    """The rule that turns shares into a word, as an expression."""
    expression = f"'{OTHERWISE}'"
    for name, asked in reversed(RULE):
        met = " && ".join(f"datum.{where} >= {least - 1e-9!r}" for where, least in asked.items())
        expression = f"{met} ? '{name}' : {expression}"
    return f"datum.why ? '{NOT_TESTABLE}' : ({expression})"


def _texts(base):
    """The lines above the parts."""
    often = "format(datum.holds_if_true, '.0%')", "format(datum.refuted_if_false, '.0%')"
    # A test without choices has no list below that of the claims.
    nothing = "(length(claims_names[claims_claim]) ? '' : '; this test leaves nothing to choose')"
    lines = {
        4: f"datum.specifications ? claims_claim + ': ' + datum.verdict : '{VOID}'",
        54: f"datum.specifications ? 'specifications: ' + format(datum.specifications, ',') + {nothing} : ''",
        72: f"isValid(datum.inside) ? 'true: holds in ' + {often[0]} + '; false: refuted in ' + {often[1]} : ''",
        90: "datum.specifications ? datum.why : ''",
    }
    labelled = {top: base.transform_calculate(label=said) for top, said in lines.items()}
    return [readout(one, size=14 if top == 4 else 12, top=top) for top, one in labelled.items()]


def _bars(base, colour):
    """The shares of votes, one beside the other."""
    return (
        base.transform_fold(list(POSITIONS[:3]), as_=["position", "share"])
        .transform_filter("datum.specifications > 0 && isValid(datum.share)")
        .transform_calculate(place=f"indexof({list(POSITIONS)}, datum.position)")
        .transform_window(end="sum(share)", sort=[alt.SortField("place")])
        .transform_calculate(start=f"{_COLUMNS} * (datum.end - datum.share)", stop=f"{_COLUMNS} * datum.end")
        .mark_bar()
        .encode(
            x=alt.X("start:Q").scale(domain=[0, _COLUMNS], nice=False).axis(None),
            x2="stop:Q",
            y=alt.value(28),
            y2=alt.value(46),
            color=colour,
            tooltip=[word("position", "votes"), number("share", "share", "%")],
        )
    )


def _squares(parts, rows, colour):
    """Every part that stands in a specification which the reader's choices admit, in at most so many rows."""
    pattern = "regexp(claims_pattern, 'g')"
    # A part without a name is called by its options.
    option = "claims_names[claims_claim][{0}][toNumber(slice(datum.k, {0}, {0} + 1)) - 1]"
    called = [f"(length(datum.k) > {at} ? {option.format(at)} + '; ' : '')" for at in range(len(OFFERED))]
    return (
        alt.Chart(alt.InlineData(values=parts))
        .transform_filter(f"datum.c == claims_claim && test({pattern}, datum.k)")
        .transform_calculate(
            position=f"{list(POSITIONS)}[datum.z]",
            part=f"datum.p || {' + '.join(called)}",
            # Of a part with several codes, each of them is one specification.
            count=f"datum.n || length(split(replace(datum.k, {pattern}, '#'), '#')) - 1",
            origin=f"datum.o || '{POOLED}'",
        )
        .transform_window(at="row_number()", sort=[alt.SortField("z"), alt.SortField("k")])
        .transform_calculate(x=f"(datum.at - 1) % {_COLUMNS} + 0.5", y=f"floor((datum.at - 1) / {_COLUMNS})")
        .mark_point(size=70, filled=True, opacity=1)
        .encode(
            x="x:Q",
            y=alt.Y("y:Q").scale(domain=[-_ABOVE / _ROW, rows], reverse=True, nice=False).axis(None),
            color=colour,
            shape=alt.Shape("position:N").scale(domain=list(POSITIONS), range=_SYMBOLS).legend(None),
            tooltip=[
                word("part"),
                word("origin"),
                word("s", "value"),
                word("position", "which is"),
                number("count", "specifications", "count"),
            ],
        )
    )


def one_claim():
    """One claim with the reader's choices: its parts, the shares of votes, the word, and how severe the test is."""
    parameters, asked, texts, parts = _looked_up()
    rows = math.ceil(max(Counter(part["c"] for part in parts).values()) / _COLUMNS)
    base = (
        alt.Chart(alt.InlineData(values=texts))
        .add_params(*parameters)
        .transform_filter("datum.c == claims_claim")
        .transform_calculate(at="claims_at")
        .transform_calculate(**_unpacking())
        .transform_calculate(across="isValid(datum.inside) ? 1 - datum.inside - datum.outside : null", verdict=_rule())
    )
    colour = alt.Color("position:N").scale(COLOURS).title("a vote or a part lies").legend(columns=4)
    first = judged().iloc[0]
    chart = finished(
        alt.layer(
            named(_bars(base, colour), "share of votes"), *_texts(base), named(_squares(parts, rows, colour), "part")
        ),
        drawn_by=one_claim,
        title="Choose a claim, and what the verdict rests on",
        subtitle=["bar: shares of votes; symbols: the parts;", "true, false: how often the test would say so"],
        description=(
            "A list of the claims and a list for each choice. They change the shares of votes inside the region of the "
            "claim, across its edge and outside, the word that follows, how often it would come out in worlds where "
            "the claim is true or false, and the parts, one symbol each. It opens with "
            f"{first['id']}, which reads {first['verdict']}, {percent(first['inside'])} of the votes inside."
        ),
        sources=set(claims()["source"]),
        height=_ABOVE + _ROW * rows,
    )
    chart.usermeta = {**chart.usermeta, "shown_for": {"claims_claim": asked}}
    return chart
