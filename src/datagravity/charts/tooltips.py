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
    row : which rows of the data these are: the name of the table, and the column that holds their ids; None if the
        rows say so themselves (`attrs`, and the column `id`), or are none

    Returns
    -------
    pandas.DataFrame whose `source` is the name to print, and whose `link` leads to the row on the page of its table, or
    to the entry of the source if the rows are none of a table.
    """
    data = rows[[*columns, *(column for column in ORIGIN if column in rows and column not in columns)]]
    if "notes" in data:
        data = data.assign(notes=data["notes"].fillna(""))
    table, column = row or (rows.attrs.get(LOADED_FROM), "id")
    links = rows["source"].map(reference_link)
    if table is not None and column in rows:
        links = rows[column].map(lambda name: row_link(table, name))
    return data.assign(source=rows["source"].map(short_name), link=links)


def about(data, *first):
    """The channels of marks about `described` rows: a tooltip that ends with their origin, a link to it."""
    origin = [word(column, title) for column, title in ORIGIN.items() if column in data]
    return {"href": "link:N", "tooltip": [*first, *origin]}
