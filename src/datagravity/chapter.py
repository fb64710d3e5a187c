"""What a chapter calls: store a number for the prose, show a table, typeset a formula."""

import math
import numbers

from datagravity import checks, grid
from datagravity.evidence import LOADED_FROM


def glue(name, value):
    """Store a number or a text under `name`, so that prose can print it: ``{glue:text}`name:.2f` ``.

    Nothing is displayed. Numpy scalars become Python numbers, since their own text would reach the page. Where MyST-NB,
    which prints prose, is not installed, as beside a notebook that a page offers, nothing is stored.

    Raises
    ------
    ValueError
        If a number is not finite, or the value is neither a number nor a text: prose would print nonsense.
    """
    if isinstance(value, numbers.Integral):
        value = int(value)
    elif isinstance(value, numbers.Real):
        value = float(value)
        if not math.isfinite(value):
            raise ValueError(f"glue {name!r}: {value}, expected a finite number")
    elif not isinstance(value, str):
        raise ValueError(f"glue {name!r}: {value!r}, expected a number or a text")
    try:
        from myst_nb import glue as store
    except ModuleNotFoundError:
        return
    store(name, value, display=False)


class Findings:
    """What no longer holds, or cannot be computed, in the running chapter: sentences.

    A build that keeps going collects them in `said`; else it is None, and the first one ends the chapter.
    """

    said = None


class FindingError(AssertionError):
    """A finding of a chapter does not hold by the tables as they are; the text is the sentence that is wrong."""


def finding(holds, sentence):
    """A result that a chapter states and that other tables could turn; code and algebra are held by `assert`.

    A build ends where it does not hold. One that keeps going (`make book KEEP_GOING=1`) names it in a box on the page.

    Parameters
    ----------
    holds : whether it does
    sentence : what holds, in words, without a point at its end

    Raises
    ------
    FindingError
        If it does not hold, unless the build keeps going.

    Examples
    --------
    >>> finding(3 > 2, "three programs gain more than two")
    """
    if not holds:
        if Findings.said is None:
            raise FindingError(f"this no longer holds: {sentence}")
        Findings.said.append(f"This no longer holds: {sentence}.")


#: The kind of output that `headlines` leaves for the build.
HEADLINES = "application/vnd.datagravity.headlines+json"


def headlines(chapter):
    """Store every headline of a chapter for its prose: the one hidden line that a chapter needs.

    The build takes the values for `book/results.json` from here too, as an output that is on no page. In a notebook it
    reads as a list of the numbers. A build that keeps going goes on without those that cannot be computed.

    Parameters
    ----------
    chapter : the name of its page, as in "disjunction-constant"
    """
    from IPython import get_ipython
    from IPython.display import display

    from datagravity.headlines import with_inputs

    lacking = []
    found = with_inputs(chapter, None if Findings.said is None else lacking.append)
    if lacking:
        Findings.said += [f"These numbers cannot be computed: {one}." for one in lacking]
    for name, (headline, _) in found.items():
        glue(name, headline.value)
    if get_ipython() is not None:
        told = [
            {"name": name, **headline._asdict(), "inputs": sorted(inputs)} for name, (headline, inputs) in found.items()
        ]
        lines = "\n".join(f"{name}: {headline.value} ({headline.label})" for name, (headline, _) in found.items())
        display({HEADLINES: told, "text/plain": lines}, raw=True)


def table(
    frame,
    columns=None,
    digits=4,
    *,
    caption=None,
    name=None,
    filters=(),
    sort_by=None,
    blank="not stated",
    side_by_side=grid.SIDE_BY_SIDE,
    rows_of=None,
):
    """A data frame as a table for readers; returns an object that Jupyter displays.

    Parameters
    ----------
    frame : pandas.DataFrame; its index is not shown
    columns : mapping from the columns to show to their headings, the first of which names the row; all columns under
        their own names if None
    digits : significant digits of a number that is not whole
    caption : what the table holds, in words; with one, the page lets readers search, sort and filter the rows, and a
        row opens to show what does not stand beside the first columns
    name : gives the table the anchor `tab-NAME`; one with a caption has an anchor from that if it is None
    filters : columns to filter by, each through a list of its values; needs a caption
    sort_by : mapping from columns of text to columns of numbers that the page sorts them by
    blank : what a blank reads, as one text, or as a mapping from columns to texts; "not stated" in a column without
    side_by_side : how many columns of a table with a caption stand side by side
    rows_of : mapping from columns to the tables of the data whose rows they name, and lead to; the column `id` of a
        frame that was loaded as it is does so by itself

    A column `source` leads to the entries of the bibliography.

    Raises
    ------
    ValueError
        If there are filters but no caption, an argument names a column that is not there or not shown, two columns
        have one name, or a number is infinite.

    Examples
    --------
    >>> from datagravity import load
    >>> "data/trends.html#T001" in table(load("trends"), {"fact": "fact", "id": "row"}).data
    True
    """
    from IPython.display import HTML

    columns = columns or {name: name for name in frame.columns}
    digits, side_by_side = checks.whole("digits", digits), checks.whole("side_by_side", side_by_side)
    keys, blanks = sort_by or {}, blank if isinstance(blank, dict) else dict.fromkeys(columns, blank)
    if not frame.columns.is_unique:
        raise ValueError(f"frame: the columns {', '.join(frame.columns)}, expected each name once")
    if filters and not caption:
        raise ValueError(f"filters: {filters!r}, expected columns of {', '.join(columns)}, and a caption")
    for argument, names, known in (
        ("columns", columns, frame.columns),
        ("filters", filters, columns),
        ("sort_by", keys, columns),
        ("sort_by", keys.values(), frame.columns),
        ("blank", blanks, columns),
        ("rows_of", rows_of or {}, columns),
    ):
        for given in names:
            if given not in known:
                raise ValueError(f"{argument}: {given!r}, expected columns of {', '.join(map(str, known))}")
    named = {"id": frame.attrs.get(LOADED_FROM), **(rows_of or {})}
    rows = [
        grid.Row(
            [
                grid.cell(
                    column,
                    row[column],
                    digits=digits,
                    blank=blanks.get(column, "not stated"),
                    key=row.get(keys.get(column)),
                    table=named.get(column),
                )
                for column in columns
            ]
        )
        for row in frame.to_dict("records")
    ]
    heads = [grid.Column(str(heading), column in filters) for column, heading in columns.items()]
    return HTML(grid.grid(heads, rows, caption=caption, name=name, live=bool(caption), side_by_side=side_by_side))


def show(expression):
    """Typeset a sympy expression or equation in the book's notation; returns an object that Jupyter displays."""
    from IPython.display import Math

    from datagravity.compiled import latex

    return Math(latex(expression))
