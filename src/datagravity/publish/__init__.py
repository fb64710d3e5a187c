"""From chapters to pages: the only part of the package that knows Jupyter, Sphinx and the browser.

Chapters import `glue` and `show`; everything else here is called by the build.
"""

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
            raise ValueError(f"glue {name!r}: value {value}, expected a finite number")
    elif not isinstance(value, str):
        raise ValueError(f"glue {name!r}: value {value!r}, expected a number or a text")
    store(name, value, display=False)


def table(frame, columns=None, digits=4):
    """A data frame as a table for readers; returns an object that Jupyter displays.

    Parameters
    ----------
    frame : pandas.DataFrame; its index is not shown
    columns : mapping from the columns to show to their headings; all columns under their own names if None
    digits : significant digits of a number that is not whole

    A blank reads "not stated", and a column `source` leads to the entries of the bibliography.
    """
    from IPython.display import HTML

    from datagravity.charts.common import reference_link
    from datagravity.evidence import shown
    from datagravity.sources import short_name

    columns = columns or {name: name for name in frame.columns}
    head = "".join(f"<th scope='col'>{html.escape(heading)}</th>" for heading in columns.values())
    body = []
    for row in frame[list(columns)].to_dict("records"):
        cells = []
        for name, value in row.items():
            is_number = isinstance(value, numbers.Real) and not isinstance(value, bool)
            if name == "source":
                text = f'<a href="{reference_link(value)}">{html.escape(short_name(value))}</a>'
            elif isinstance(value, float) and math.isfinite(value):
                text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
            else:
                text = html.escape(shown(value))
            cells.append(f"<td{' class=number' if is_number else ''}>{text}</td>")
        body.append(f"<tr>{''.join(cells)}</tr>")
    return HTML(
        f'<div class="dg-table"><table><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table></div>'
    )


def show(expression):
    """Typeset a sympy expression or equation in the book's notation; returns an object that Jupyter displays."""
    from IPython.display import Math

    from datagravity.compiled import latex

    return Math(latex(expression))
