"""What a chapter calls: store a number for the prose, show a table, typeset a formula."""

import html
import math
import numbers


def glue(name, value):
    """Store a number or a text under `name`, so that prose can print it: ``{glue:text}`name:.2f` ``.

    Nothing is displayed. Numpy scalars become Python numbers, since their own text would reach the page.

    Raises
    ------
    ValueError
        If a number is not finite, or the value is neither a number nor a text: prose would print nonsense.
    """
    from myst_nb import glue as store

    if isinstance(value, numbers.Integral):
        value = int(value)
    elif isinstance(value, numbers.Real):
        value = float(value)
        if not math.isfinite(value):
            raise ValueError(f"glue {name!r}: {value}, expected a finite number")
    elif not isinstance(value, str):
        raise ValueError(f"glue {name!r}: {value!r}, expected a number or a text")
    store(name, value, display=False)


#: The kind of output that `headlines` leaves for the build.
HEADLINES = "application/vnd.datagravity.headlines+json"


def headlines(chapter):
    """Store every headline of a chapter for its prose: the one hidden line that a chapter needs.

    The build takes the values for `book/results.json` from here too, as an output that is on no page.

    Parameters
    ----------
    chapter : the name of its page, as in "disjunction-constant"
    """
    from IPython import get_ipython
    from IPython.display import display

    from datagravity.headlines import with_inputs

    found = with_inputs(chapter)
    for name, (headline, _) in found.items():
        glue(name, headline.value)
    if get_ipython() is not None:
        told = [
            {"name": name, **headline._asdict(), "inputs": sorted(inputs)} for name, (headline, inputs) in found.items()
        ]
        display({HEADLINES: told}, raw=True)


def table(frame, columns=None, digits=4, *, caption=None, filters=(), sort_by=None, blank="not stated"):
    """A data frame as a table for readers; returns an object that Jupyter displays.

    Parameters
    ----------
    frame : pandas.DataFrame; its index is not shown
    columns : mapping from the columns to show to their headings; all columns under their own names if None
    digits : significant digits of a number that is not whole
    caption : what the table holds, in words; with one, the page lets readers search, sort and filter the rows, and
        the table scrolls in a box of its own
    filters : columns to filter by, each through a list of its values; needs a caption
    sort_by : mapping from columns of text to columns of numbers that the page sorts them by
    blank : what a blank reads

    A column `source` leads to the entries of the bibliography.

    Raises
    ------
    ValueError
        If there are filters but no caption, or a filter is not a column that is shown.
    """
    from IPython.display import HTML

    columns = columns or {name: name for name in frame.columns}
    unknown = [name for name in filters if name not in columns]
    if unknown or (filters and not caption):
        raise ValueError(f"filters: {filters!r}, expected columns of {', '.join(columns)}, and a caption")
    head = "".join(
        f"<th scope='col'{' data-filter' if name in filters else ''}>{html.escape(heading)}</th>"
        for name, heading in columns.items()
    )
    keys = sort_by or {}
    body = ""
    for row in frame.to_dict("records"):
        cells = (_cell(name, row[name], digits, blank, row.get(keys.get(name))) for name in columns)
        body += f"<tr>{''.join(cells)}</tr>"
    inner = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    if not caption:
        return HTML(f'<div class="dg-table"><table>{inner}</table></div>')
    label = html.escape(caption, quote=True)
    return HTML(
        f'<div class="dg-table dg-table-live" role="region" tabindex="0" aria-label="{label}">'
        f"<table>{inner}</table></div>"
    )


#: From how many characters on a text gets a wide column, by the class of its cell.
_WIDTHS = {"long": 90, "text": 36}


def _cell(name, value, digits, blank, key):
    """One cell of a table; a number carries its full value, which sorting goes by, and a text its key if it has one."""
    from datagravity.evidence import is_blank, shown
    from datagravity.sources import reference_link, short_name

    if is_blank(value):
        return f"<td data-blank>{html.escape(blank)}</td>"
    text = shown(value)
    if name == "source":
        return f'<td><a href="{reference_link(value)}">{html.escape(short_name(value))}</a></td>'
    if isinstance(value, numbers.Real) and not isinstance(value, bool):
        if isinstance(value, float) and math.isfinite(value):
            text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
        return f'<td class="number" data-value="{float(value)!r}">{html.escape(text)}</td>'
    width = next((name for name, least in _WIDTHS.items() if len(text) >= least), "")
    style = f" class={width}" if width else ""
    if isinstance(key, numbers.Real) and math.isfinite(key):
        style += f' data-value="{float(key)!r}"'
    return f"<td{style}>{html.escape(text)}</td>"


def show(expression):
    """Typeset a sympy expression or equation in the book's notation; returns an object that Jupyter displays."""
    from IPython.display import Math

    from datagravity.compiled import latex

    return Math(latex(expression))
