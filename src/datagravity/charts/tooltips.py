"""Tooltips: what a mark says of itself, and where its row comes from."""

import altair as alt

from datagravity.evidence import LOADED_FROM
from datagravity.sources import reference_link, row_link, short_name

#: What a row of a table says of its origin, in the order of a tooltip: column -> title.
ORIGIN = {
    "scope": "scope",
    "method": "method",
    "status": "status",
    "grey": "grey literature",
    "source": "source",
    "locator": "where",
    "notes": "notes",
    "id": "row",
}
#: How a number in one of these units reads; any other one has three significant digits and its unit in the title.
FORMATS = {"%": ".3~p", "count": ",.0f", "place": ".3~f", "year": ".6~r"}


def word(field, title=None):
    """A tooltip of a text, under its field's own name if there is no title."""
    return alt.Tooltip(f"{field}:N", title=title or field)


def number(field, title=None, unit=None):
    """A tooltip of a number; its unit decides how it reads."""
    title = title or field
    if unit in FORMATS:
        return alt.Tooltip(f"{field}:Q", title=title, format=FORMATS[unit])
    return alt.Tooltip(f"{field}:Q", title=f"{title} ({unit})" if unit else title, format=",.3~r")


def described(rows, *columns, row=None):
    """Rows of a table as a chart's data: the named columns, and all that the rows say of their origin.

    Parameters
    ----------
    rows : pandas.DataFrame with the column `source`, and any others of ORIGIN
    columns : further columns to keep
    row : which rows of the data these are: the name of the table, and the column that holds their ids, each a text, or
        several in a tuple (`ids_of`); a list of such pairs if there are several columns; None if the rows say so
        themselves (`attrs`, and the column `id`), or are none

    Returns
    -------
    pandas.DataFrame whose `source` is the name to print, and whose `link` leads to the row on the page of its table, or
    to the entry of the source if the rows are none of a table. Where a mark is about several rows, `link` leads to the
    first one and `links` to each, with blanks between; ids that no column of `columns` holds are told in `id`.
    """
    data = rows[[*columns, *(column for column in ORIGIN if column in rows and column not in columns)]]
    if "notes" in data:
        data = data.assign(notes=data["notes"].fillna(""))
    data = data.assign(source=rows["source"].map(short_name), link=rows["source"].map(reference_link))
    pairs = row if isinstance(row, list) else [row or (rows.attrs.get(LOADED_FROM), "id")]
    pairs = [(table, column) for table, column in pairs if table is not None and column in rows]
    cells = [[(table, _ids(cell)) for table, cell in zip(*one, strict=True)] for one in _by_row(rows, pairs)]
    links = [[row_link(table, name) for table, ids in one for name in ids] for one in cells]
    data["link"] = [own[0] if own else other for own, other in zip(links, data["link"], strict=True)]
    if any(len(own) > 1 for own in links):
        data["links"] = [" ".join(own) for own in links]
        if not {column for _, column in pairs} <= set(columns):
            data["id"] = [", ".join(name for _, ids in one for name in ids) for one in cells]
    return data


def ids_of(rows, series, column="id"):
    """The ids of the rows of each series, for `described`.

    Parameters
    ----------
    rows : pandas.DataFrame with the columns `series` and `column`
    series : names, in the order of the answer

    Examples
    --------
    >>> import pandas
    >>> rows = pandas.DataFrame({"series": ["a", "a", "b"], "id": ["P1", "P2", "P3"]})
    >>> ids_of(rows, ["b", "a", "none"])
    [('P3',), ('P1', 'P2'), ()]
    """
    found = {name: tuple(own) for name, own in rows.groupby("series")[column]}
    return [found.get(name, ()) for name in series]


def _by_row(rows, pairs):
    """For each row the tables of the pairs, and what their columns hold."""
    tables = [table for table, _ in pairs]
    cells = zip(*(rows[column] for _, column in pairs), strict=True) if pairs else [()] * len(rows)
    return [(tables, own) for own in cells]


def _ids(cell):
    return cell if isinstance(cell, tuple) else (cell,)


def about(data, *first):
    """The channels of marks about `described` rows: a tooltip that ends with their origin, a link to it."""
    origin = [word(column, title) for column, title in ORIGIN.items() if column in data]
    return {"href": "link:N", "tooltip": [*first, *origin]}
