"""A table for readers as HTML, in a chapter or on the page of a table of the data: five columns, the rest by the row.

`assets/tables.js` makes such a table live: it hides the rest of each row behind a button, searches, sorts, filters and
writes CSV. Without scripts every row and every column stands there.
"""

import html
import json
import math
import numbers
import re
from typing import NamedTuple

from datagravity.evidence import is_blank, shown
from datagravity.naming import slug
from datagravity.sources import SAFE_ADDRESS, reference_link, row_link, short_name

#: How many columns of a live table stand side by side; what the row holds beyond them opens below it.
SIDE_BY_SIDE = 5
#: What the data call by a word of a program, in a reader's words; of other such words only the underscores go.
WORDS = {
    "edp": "energy times delay",
    "tops_per_watt_absolute": "TOPS per watt, absolute",
    "primary_fulltext_copy": "copy of the full text",
    "repo_code": "code of a repository",
    "gd_energy": "G_d, energy",
    "gd_width": "G_d, width",
    "pj_per_bit": "pJ per bit",
    "way_mm": "way (mm)",
}
_MACHINE_WORD = re.compile(r"[a-z]+(_[a-z]+)+")
#: From how many characters on a text gets a wide column, by the class of its cell.
_WIDTHS = {"long": 90, "text": 36}
#: Longer fractions than this do not push the numbers of their column to the left.
_LONGEST_FRACTION = 8


class Cell(NamedTuple):
    """What stands in one place of a table.

    text : as a reader sees it
    kind : "number", "blank", or the width of a text: "long", "text" or ""
    key : the number that sorting goes by; None for a text
    href : where the text leads; None if nowhere
    """

    text: str
    kind: str = ""
    key: float | None = None
    href: str | None = None

    @property
    def content(self):
        """The text as HTML, with its link if it is one that may be followed."""
        text = html.escape(self.text)
        if self.href is None or not SAFE_ADDRESS.match(self.href):
            return text
        return f'<a href="{html.escape(self.href, quote=True)}">{text}</a>'

    def attributes(self, pad="", numeric=False):
        """The attributes of its element.

        Parameters
        ----------
        pad : the invisible signs that bring its decimal point into line
        numeric : whether it stands in a column of numbers
        """
        said = f' class="{self.kind}"' if self.kind and self.kind != "blank" else ""
        said += ' class="numeric"' if self.kind == "blank" and numeric else ""
        said += " data-blank" if self.kind == "blank" else ""
        said += f' data-value="{self.key!r}"' if self.key is not None else ""
        return said + (f' data-pad="{pad}"' if pad else "")


class Column(NamedTuple):
    """A column of a table: its heading, whether readers may filter by it, and what its heading says when asked."""

    heading: str
    filtered: bool = False
    about: str = ""


class Row(NamedTuple):
    """A row: its cells, and the anchor that others link to, if it has one."""

    cells: list
    anchor: str | None = None


def words(text):
    """A word of a program as words: "up_to" reads "up to"; any other text stays as it is.

    Examples
    --------
    >>> words("up_to"), words("edp"), words("HBM2E_x")
    ('up to', 'energy times delay', 'HBM2E_x')
    """
    if text in WORDS:
        return WORDS[text]
    return text.replace("_", " ") if _MACHINE_WORD.fullmatch(text) else text


def width(text):
    """The class of a text's cell, by its length."""
    return next((name for name, least in _WIDTHS.items() if len(text) >= least), "")


def cell(name, value, *, digits=4, blank="not stated", key=None, table=None):
    """A value of a data frame as a cell.

    Parameters
    ----------
    name : its column; `source` leads to the bibliography
    value : the value
    digits : significant digits of a number that is not whole
    blank : what a blank reads
    key : a number that a text is sorted by; a blank if there is none
    table : the table of the data whose row the value names, if it names one
    """
    if is_blank(value):
        return Cell(blank, "blank")
    if name == "source":
        return Cell(short_name(value), href=reference_link(value))
    if table is not None:
        return Cell(str(value), href=row_link(table, value))
    if isinstance(value, numbers.Real) and not _is_boolean(value):
        if not math.isfinite(value):
            raise ValueError(f"{name}: {value}, expected a finite number or a blank")
        text = shown(value)
        if isinstance(value, float):
            text = f"{value:,.0f}" if abs(value) >= 10**digits else f"{value:.{digits}g}"
        return Cell(text, "number", float(value))
    text = ("yes" if value else "no") if _is_boolean(value) else words(shown(value))
    known = isinstance(key, numbers.Real) and math.isfinite(key)
    return Cell(text, width(text), float(key) if known else None)


def _is_boolean(value):
    return type(value).__name__ in ("bool", "bool_")


def pads(cells):
    """What each number of a column lacks behind its decimal point: texts of the same width as the longest fraction.

    Examples
    --------
    >>> pads([Cell("1.25", "number", 1.25), Cell("3", "number", 3.0), Cell("none", "blank")])
    ['', '.00', '']
    """
    fractions = [cell.text.partition(".") if cell.kind == "number" else ("", "", "") for cell in cells]
    lengths = [len(fraction) for _, _, fraction in fractions if len(fraction) <= _LONGEST_FRACTION]
    longest = max(lengths, default=0)
    if not longest:
        return [""] * len(cells)
    return [
        "" if cell.kind != "number" else ("" if point else ".") + "0" * (longest - len(fraction))
        for cell, (_, point, fraction) in zip(cells, fractions, strict=True)
    ]


def grid(columns, rows, *, caption=None, name=None, live=False, side_by_side=SIDE_BY_SIDE, attributes=""):
    """The HTML of a table.

    Parameters
    ----------
    columns : list of Column
    rows : list of Row; the first cell of each names it
    caption : what the table holds, in words; needed if it is live
    name : gives the table the anchor `tab-NAME`; a live table has one from its caption if it is None
    live : whether readers may search, sort and filter
    side_by_side : of a live table, how many columns stand side by side
    attributes : further attributes of its box, as HTML
    """
    beside = columns[:side_by_side] if live else columns
    beyond = columns[len(beside) :]
    name = name or (slug(caption) if live and caption else None)
    anchor = f' id="tab-{html.escape(name, quote=True)}"' if name else ""
    label = caption or f"Table of {', '.join(column.heading for column in columns)}"
    padded = list(zip(*(pads([row.cells[i] for row in rows]) for i in range(len(columns))), strict=True))
    numeric = [_is_numeric(row.cells[i] for row in rows) for i in range(len(beside))]
    body = "".join(
        _row(row, padding, columns, numeric) for row, padding in zip(rows, padded or [()] * len(rows), strict=True)
    )
    head = "".join(map(_heading, beside, numeric))
    more = [[column.heading, int(column.filtered)] for column in beyond]
    said = f' data-more="{html.escape(json.dumps(more), quote=True)}"' if more else ""
    titled = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="dg-table{" dg-table-live" if live else ""}"{anchor} role="region" tabindex="0"'
        f' aria-label="{html.escape(label, quote=True)}"{attributes}>'
        f"<table{said}>{titled}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _is_numeric(cells):
    """Whether a column has numbers, and beside them nothing but blanks."""
    kinds = {cell.kind for cell in cells}
    return "number" in kinds and kinds <= {"number", "blank"}


def _heading(column, numeric):
    kind = ' class="numeric"' if numeric else ""
    filtered = " data-filter" if column.filtered else ""
    about = f' title="{html.escape(column.about, quote=True)}"' if column.about else ""
    return f'<th scope="col"{kind}{filtered}{about}>{html.escape(column.heading)}</th>'


def _row(row, padding, columns, numeric):
    """A row, and below it what does not stand beside; the blanks of that are named in one line."""
    beside = len(numeric)
    first, *others = zip(row.cells[:beside], padding[:beside], numeric, strict=True)
    anchor = f' id="{html.escape(row.anchor, quote=True)}"' if row.anchor else ""
    cells = f'<th scope="row"{first[0].attributes(*first[1:])}>{first[0].content}</th>'
    cells += "".join(f"<td{cell.attributes(*column)}>{cell.content}</td>" for cell, *column in others)
    if beside == len(columns):
        return f"<tr{anchor}>{cells}</tr>"
    said, blanks = "", {}
    for number in range(beside, len(columns)):
        cell, heading = row.cells[number], columns[number].heading
        if cell.kind == "blank":
            blanks.setdefault(cell.text, []).append(heading)
        else:
            said += (
                f"<div><dt>{html.escape(heading)}</dt>"
                f'<dd data-column="{number}"{cell.attributes()}>{cell.content}</dd></div>'
            )
    for text, headings in blanks.items():
        title = (text[:1].upper() + text[1:]) or "Blank"
        said += f"<div class=dg-blanks><dt>{html.escape(title)}</dt><dd>{html.escape(', '.join(headings))}</dd></div>"
    return f'<tr{anchor}>{cells}</tr><tr class="dg-extra"><td colspan="{beside}"><dl>{said}</dl></td></tr>'
