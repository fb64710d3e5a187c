"""The report on a chip as one file of HTML: pictures inside, nothing fetched, no script."""

import html

import altair as alt
import pandas as pd

from datagravity.charts import theme
from datagravity.charts.layers import guide
from datagravity.charts.words import listed, percent, printed, span
from datagravity.processors import MEMORY_LEVELS
from datagravity.site.standalone import HEIGHT, document, figure, table

#: What the picture calls the rows of the file and those of the book; no name of a chip is ever part of a program.
CHIP, BOOK = "this file", "the book's chips"
#: Labels are wider in some browsers' fonts than in the one that a picture is drawn with.
_ROOM = {"left": 22, "right": 8, "top": 5, "bottom": 5}
#: How an axis is marked whose labels stand apart in every browser's font.
_AXIS = {"format": "~g", "tickCount": 5, "labelOverlap": "greedy", "labelSeparation": 12}
_KIND = alt.Scale(domain=[CHIP, BOOK], range=[theme.ORANGE, theme.GREY])
_MANY = {"components": "components", "whole system": "whole systems", "one of each": "a system against a component"}
_ABOUT = {"components": "Components alone", "whole system": "Whole systems", "one of each": "One half a system"}


def page(found, *, data=None):
    """The report of a summary as HTML text.

    Parameters
    ----------
    found : dict, of `chip.reporting.summary`
    data : name of the JSON file that lies beside the page; None if there is none

    Returns
    -------
    str
        It asks no host for anything, and holds no script.
    """
    parts = [part for section in _SECTIONS for part in section(found)]
    if data:
        named = html.escape(data, quote=True)
        parts.append(f'<p><a href="./{named}" download>The same numbers as JSON: {named}</a></p>')
    return document(f"Data gravity of {', '.join(found['chips'])}", parts)


def constants_chart(found, scope):
    """G_d of a file's pairs of one scope among the book's, by memory level."""
    rows = [row for row in found["constants"] if row["scope"] == scope]
    beside = [row for row in found["among"] if row["scope"] == scope]
    frame = pd.DataFrame([{**row, "of": CHIP} for row in rows] + [{**row, "of": BOOK} for row in beside])
    kept = frame[["memory", "gd_matched_low", "gd_matched", "gd_matched_high", "of"]]
    base = alt.Chart(kept).encode(
        y=alt.Y("memory:N", title=None).sort(list(MEMORY_LEVELS)).axis(labelLimit=130, labelFontSize=10),
        yOffset=alt.YOffset("of:N").sort([BOOK, CHIP]),
        color=alt.Color("of:N", title=None, scale=_KIND),
    )

    def x(field):
        axis = alt.X(f"{field}:Q", title="G_d (transport / compute energy)").scale(type="log")
        return axis.axis(**_AXIS)

    return theme.finished(
        alt.layer(
            guide(x=1),
            base.mark_rule(strokeWidth=2, opacity=0.6).encode(x=x("gd_matched_low"), x2="gd_matched_high:Q"),
            base.mark_point(filled=True, size=28, opacity=0.9).encode(x=x("gd_matched")),
        ),
        drawn_by=constants_chart,
        title=f"{_ABOUT[scope]}: G_d by memory level",
        subtitle="one operand of the operation's own width; dashed: 1",
        description=(
            f"Dot plot on a logarithmic axis of G_d by memory level, both energies of {scope}. In this file: "
            f"{span(pd.Series([row['gd_matched'] for row in rows]))}."
        ),
        height=90 + 55 * kept["memory"].nunique(),
    ).properties(padding=_ROOM)


def distance_chart(found):
    """Energy of a bit over the length of its way: the levels of a file among the book's rows that have a distance."""
    points = pd.DataFrame(found["points"]).assign(of=BOOK)
    levels = pd.DataFrame(found["levels"]).assign(of=CHIP)
    colour = alt.Color("of:N", title=None, scale=_KIND)
    x, y = (
        alt.X("mm:Q", title="length of the way (mm)").scale(type="log").axis(**_AXIS),
        alt.Y("pj_per_bit:Q", title="energy (pJ/bit)").scale(type="log").axis(**_AXIS),
    )
    ranges = levels.rename(columns={"near_mm": "mm", "middle": "pj_per_bit"})
    ranges = ranges[["mm", "far_mm", "pj_per_bit", "of"]]
    return theme.finished(
        alt.layer(
            alt.Chart(points[["mm", "pj_per_bit", "of"]])
            .mark_point(size=22, filled=True, opacity=0.6)
            .encode(x=x, y=y, color=colour),
            alt.Chart(ranges).mark_rule(strokeWidth=4).encode(x=x, x2="far_mm:Q", y=y, color=colour),
        ),
        drawn_by=distance_chart,
        title="Energy of a bit against distance",
        subtitle="bars: levels of this file, over the range of their ways",
        description=(
            "Scatter plot on logarithmic axes of the energy of a bit against the length of its way; a bar for each "
            f"level of this file. Its levels take {span(levels['middle'])} pJ/bit."
        ),
        height=HEIGHT,
    )


def saving_chart(found, of):
    """What each law of the book saves at the main memory of each chip: median and middle 80 %."""
    rows = [row for row in found["savings"] if row["of"] == of]
    frame = pd.DataFrame(rows)[["law", "value", "low", "high"]]
    frame = frame.assign(whose=[f"chip {found['chips'].index(row['chip']) + 1}" for row in rows])
    several = frame["whose"].nunique() > 1
    base = alt.Chart(frame).encode(
        color=alt.Color("whose:N", title=None, sort=None, legend=alt.Legend() if several else None).scale(
            range=[theme.BLUE, theme.ORANGE, theme.GREEN, theme.PINK, theme.PURPLE]
        ),
        y=alt.Y("law:N", title=None, sort=None).axis(labelLimit=130, labelFontSize=10),
        yOffset=alt.YOffset("whose:N", sort=None),
    )
    axis = alt.X("low:Q", title="energy without over energy with").scale(type="log").axis(**_AXIS)
    return theme.finished(
        alt.layer(
            guide(x=1),
            base.mark_rule(strokeWidth=3, opacity=0.6).encode(x=axis, x2="high:Q"),
            base.mark_point(filled=True, size=40).encode(x="value:Q"),
        ),
        drawn_by=saving_chart,
        title=f"What computing at the memory would save: {of}",
        subtitle="median and middle 80 % of all specifications",
        description=(
            f"Dot plot on a logarithmic axis of the saving by law, of {of}. Over every law: "
            f"{span(frame.loc[frame['law'] == 'every law', 'value'])}."
        ),
        height=HEIGHT,
    ).properties(padding=_ROOM)


def _range(value, low, high, digits=printed):
    """A number with its ends in brackets, or alone where they read alike."""
    value, low, high = digits(value), digits(low), digits(high)
    return value if low == high else f"{value} ({low} to {high})"


def _of(row, name=""):
    """The same of a row with the columns value, low and high, or NAME, NAME_low and NAME_high."""
    return _range(*(row[end] for end in ([name, f"{name}_low", f"{name}_high"] if name else ["value", "low", "high"])))


def _table(found, names, rows, first_number):
    """A table without the column of the chip where there is one chip."""
    if names[0] == "chip" and len(found["chips"]) == 1:
        names, rows, first_number = names[1:], [row[1:] for row in rows], first_number - 1
    return table(names, rows, first_number)


def _said(text, kind=""):
    return f"<p{kind}>{html.escape(text)}</p>"


def _short(found):
    yield f"<h1>Data gravity of {html.escape(', '.join(found['chips']))}</h1>"
    yield from (_said(line, ' class="short"') for line in found["headlines"])
    yield _said(
        "G_d, the disjunction constant, is the energy of moving the operands of an operation over the energy of the "
        "operation. Above 1, moving costs more than computing."
    )
    scopes = [_MANY[scope] for scope in _ABOUT if any(row["scope"] == scope for row in found["constants"])]
    if scopes:
        said = f"The energies are of {listed(scopes)}. A measurement of a whole system holds instructions and caches "
        yield _said(said + "that a component alone does not, so that the two are never drawn together here.")
    yield from (_said(f"Look at this: {line}") for line in found["warnings"])


def _constants(found):
    yield "<h2>G_d by memory level and operation</h2>"
    rows = [
        (row["chip"], row["memory"], row["operation"], row["scope"], _of(row, "gd"), _of(row, "gd_matched"))
        for row in found["constants"]
    ]
    if rows:
        names = [
            "chip",
            "memory",
            "operation",
            "scope",
            "G_d, two operands of 32 bits",
            "G_d, one operand of its width",
        ]
        yield _table(found, names, rows, 4)
        yield _said(
            "In brackets: from the least transport over the dearest operation to the opposite. The value is the "
            "geometric mean of both.",
            ' class="soft"',
        )
    yield from (_said(f"In no G_d: {line}.", ' class="soft"') for line in found["left_out"])


def _among(found):
    if not found["constants"]:
        return
    yield "<h2>Among the book's chips</h2>"
    for scope in _ABOUT:
        if any(row["scope"] == scope for row in found["constants"]):
            yield figure(constants_chart(found, scope))
            count = sum(row["scope"] == scope for row in found["among"])
            yield _said(
                f"Grey: {count} pairs of the book, both halves of them {scope}."
                if scope != "one of each"
                else f"Grey: {count} pairs of the book with a system on one side and a component on the other.",
                ' class="soft"',
            )


def _distance(found):
    if not found["levels"]:
        return
    yield "<h2>Energy against distance, and from level to level</h2>"
    yield figure(distance_chart(found))
    rows = [
        (
            row["chip"],
            row["level"],
            row["scope"],
            row["distance"],
            _range(row["middle"], row["low"], row["high"]),
            f"{row['near_mm']:g} to {row['far_mm']:g}",
        )
        for row in found["levels"]
    ]
    yield _table(found, ["chip", "level", "scope", "the way is", "pJ/bit", "way (mm)"], rows, 4)
    rows = [
        (
            row["chip"],
            f"{row['near']} over {row['far']}",
            _range(row["ratio"], row["low"], row["high"], percent),
            "" if row["book"] is None else _range(row["book"], row["book_low"], row["book_high"], percent),
        )
        for row in found["ratios"]
    ]
    if rows:
        yield _said("What is left of the energy of a bit when it comes from the nearer level:")
        yield _table(found, ["chip", "levels", "here", "a further chip, by the book (80 %)"], rows, 2)
    if any(not row["one_scope"] for row in found["ratios"]):
        yield _said("Some of these levels differ in scope, so that their ratio is of unlike things.", ' class="soft"')


def _savings(found):
    yield "<h2>What closeness would save</h2>"
    for name in found["without_main_memory"]:
        yield _said(f"{name}: not computed; the file lacks main memory, such as HBM3 or DDR5, to compute at.")
    if not found["savings"]:
        return
    for name in found["chips"]:
        own = {row["of"]: row for row in found["savings"] if row["chip"] == name and row["law"] == "every law"}
        for of, row in own.items():
            yield _said(
                f"{name}: computing at {row['level']} instead of fetching from it would divide the energy of {of} by "
                f"{_of(row)}, over {row['specifications']} specifications; their medians lie from "
                f"{printed(row['median_low'])} to {printed(row['median_high'])}."
            )
    for of in dict.fromkeys(row["of"] for row in found["savings"]):
        yield figure(saving_chart(found, of))
    if len(found["chips"]) > 1:
        yield _said("; ".join(f"chip {place}: {name}" for place, name in enumerate(found["chips"], start=1)))
    yield _said(
        "Each specification is one way to make the book's free choices: the law of placement, what a place costs, the "
        "evidence for the exponent, the convention of G_d, and the share of energy that moves data. The energy of a "
        "bit is this file's own; all else comes from the book. Whether the law forecasts better than a constant is "
        "open: the book's chapter on processing in memory says so.",
        ' class="soft"',
    )


def _tokens(found):
    yield "<h2>Tokens for a joule</h2>"
    rows = [
        (
            row["chip"],
            row["model"],
            str(row["batch"]),
            _of(row),
            printed(row["gd"]),
            percent(row["shares"]["standing"]),
        )
        for row in found["tokens"]
        if not row["lacks"]
    ]
    if rows:
        names = ["chip", "model", "batch", "tokens for a joule", "G_d of decoding", "standing power"]
        yield _table(found, names, rows, 2)
        context = next(row["context"] for row in found["tokens"] if not row["lacks"])
        yield _said(
            f"A forecast of the book's model of decoding, fitted to other accelerators, at a context of {context} "
            "tokens, weights of 16 bits, one accelerator, without host and cooling.",
            ' class="soft"',
        )
    for row in found["tokens"]:
        if row["lacks"]:
            yield _said(f"{row['chip']}: not forecast; the file lacks {'; '.join(row['lacks'])}.")


def _verdicts(found):
    verdicts = found["verdicts"]
    yield "<h2>The claims with this chip among their evidence</h2>"
    rows = [
        (
            row["id"],
            row["quantity"],
            row["before"],
            row["after"],
            f"{row['votes_before']}, {row['votes_after']}",
            f"{_inside(row['shares_before'])}, {_inside(row['shares_after'])}",
        )
        for row in verdicts["computed"]
    ]
    yield _table(
        found,
        ["claim", "quantity", "verdict now", "with the chip", "origins that vote", "votes inside"],
        rows,
        4,
    )
    yield _said(
        "Before the comma without this chip, behind it with it. Origins are all that vote in some specification; the "
        "share of votes inside is the mean over all specifications, in each of which an origin has one vote.",
        ' class="soft"',
    )
    said = f"{listed(verdicts['unmoved'])} read no energy of an unreviewed chip, and stay as they are."
    yield _said(said, ' class="soft"')
    if verdicts["not_computed"]:
        yield _said(
            f"{listed(verdicts['not_computed'])} read rows with a distance, and are not computed here: add the chip to "
            "a checkout, and build the book.",
            ' class="soft"',
        )
    for chip, key in verdicts["one_origin"].items():
        yield _said(
            f"{chip}: the book has this source already ({key}), and one origin votes once; so nothing can change.",
            ' class="soft"',
        )


def _inside(shares):
    return "none" if shares["inside"] is None else percent(shares["inside"])


def _assumed(found):
    yield "<h2>What was entered, and assumed</h2>"
    rows = [
        (
            row["chip"],
            row["part"],
            row["note"],
            _entered(row),
            row["unit"],
            ""
            if row["low_pj"] is None
            else printed(row["low_pj"])
            if row["low_pj"] == row["high_pj"]
            else f"{printed(row['low_pj'])} to {printed(row['high_pj'])}",
            str(row["width_bits"] or ""),
            row["method"],
            row["scope"],
            row["source"],
        )
        for row in found["rows"]
    ]
    names = ["chip", "part", "note", "entered", "unit", "pJ", "bits", "method", "scope", "source"]
    yield _table(found, names, rows, 99)
    lines = [*found["assumptions"], *(f"the file was {remark}" for remark in found["remarks"])]
    lines += [f"G_d is {text}" if name == "gd" else f"or {text}" for name, text in found["conventions"].items()]
    lines.append("nobody reviewed the numbers of this file; the book treats them as grey literature")
    yield "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>"


def _entered(row):
    ends = f"{row['low']} to {row['high']}" if row["low"] else ""
    return f"{row['value']} ({ends})" if row["value"] and ends else row["value"] or ends


def _cited(found):
    yield "<h2>Sources, and how to cite</h2>"
    yield from (_said(f"{chip}: {words}") for chip, words in found["sources"].items())
    yield _said(f"The book's chips: {'; '.join(found['book_sources'])}.", ' class="soft"')
    for entry in found["bibtex"]:
        yield f"<pre><code>{html.escape(entry)}</code></pre>"
    yield _said(f"datagravity {found['version']}, from {found['file']}.", ' class="soft"')


_SECTIONS = (_short, _constants, _among, _distance, _savings, _tokens, _verdicts, _assumed, _cited)
