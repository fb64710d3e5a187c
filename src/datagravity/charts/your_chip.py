"""The chart of the chapter that adds a chip."""

import altair as alt

from datagravity.charts.layers import guide, named
from datagravity.charts.processors import POWERS_OF_TEN
from datagravity.charts.theme import GREY, SYMBOLS, finished, hues
from datagravity.charts.tooltips import number, word
from datagravity.charts.words import spans
from datagravity.processors import MEMORY_LEVELS, disjunction_constants

#: The source of the book's chip that the chapter enters as its owner would.
EXAMPLE = "etsoc1_2026"
_NAMES = {"gd_matched": "G_d", "gd_matched_low": "low", "gd_matched_high": "high"}


def among_the_book(constants=None):
    """G_d of one chip by memory level, over what the book's other chips span.

    Parameters
    ----------
    constants : as `processors.disjunction_constants()` has them, of one chip; of the chapter's example if None
    """
    book = disjunction_constants()
    of_example = book["source"] == EXAMPLE
    own = (book[of_example] if constants is None else constants).rename(columns=_NAMES)
    own = own[["memory", "operation", "access", *_NAMES.values()]]
    others = book[~of_example].groupby("memory")["gd_matched"].agg(least="min", most="max", pairs="size").reset_index()
    present = {*others["memory"], *own["memory"]}
    y = alt.Y("memory:N").sort([level for level in MEMORY_LEVELS if level in present]).title(None).axis(labelLimit=110)

    def x(field):
        return (
            alt.X(f"{field}:Q")
            .scale(type="log")
            .axis(format="~g", values=POWERS_OF_TEN)
            .title("G_d, one operand of equal width")
        )

    told = [word("memory"), number("least", "least G_d"), number("most", "most G_d"), number("pairs", unit="count")]
    spanned = alt.Chart(others).mark_rule(strokeWidth=12, color=GREY, opacity=0.35)
    spanned = spanned.encode(y=y, x=x("least"), x2="most:Q", tooltip=told)
    told = [word("memory"), word("operation"), word("access"), number("G_d"), number("low"), number("high")]
    operations = list(dict.fromkeys(own["operation"]))
    points = alt.Chart(own).mark_point(size=70, filled=True, opacity=1, color=hues(["the chip"])[0])
    shape = alt.Shape("operation:N").scale(domain=operations, range=SYMBOLS[: len(operations)]).title(None)
    points = points.encode(y=y, x=x("G_d"), shape=shape.legend(columns=2, orient="top"), tooltip=told)
    return finished(
        alt.layer(guide(x=1), named(spanned, "other chips"), named(points, "the chip")),
        drawn_by=among_the_book,
        title="A chip among the book's",
        subtitle=["points: the chip, by operation; bars: the span", "of all other chips; dashed: one"],
        description=(
            "Dot plot on a logarithmic axis: the disjunction constants of one chip by memory level, one shape an "
            "operation, over a bar from the least to the most of the book's other chips. The chip has "
            f"{spans(own, 'memory', 'low', 'high')}."
        ),
        sources=set(book["source"]),
        height=320,
    )
