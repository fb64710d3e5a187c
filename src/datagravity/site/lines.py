"""What the lines of a page look like: where they may end, where a link's line begins, and symbols in tables."""

import html
import re

from datagravity.site.symbols import in_symbols

#: Units that stay with the number before them, as a pattern.
UNITS = r"%|bits?|bytes?|nm|mm|cm|V|[kM]?W|[kmunpf]?J|[KMGT]i?B|[GT]B/s|pJ/bit|pJ/byte|fJ/bit|fJ/bit/mm"
_PARAGRAPH = re.compile(r"<p\b[^>]*>.*?</p>", re.DOTALL)
# A number that a cell computed stands in an element of its own.
_NUMBER = re.compile(rf"(\d(?:</span>)?)[ \n](?=(?:{UNITS})(?![\w/]))")
# Python writes a percent sign at its digit, and typed prose apart. Tags have their own, as in a width.
_SIGN = re.compile(r"(\d(?:</span>)?)%(?![^<]*>)")
# Live tables are searched, sorted and saved by the text of their cells, which stays as the data have it.
_TABLE = re.compile(r'<div class="dg-table"[^>]*>.*?</table>', re.DOTALL)
_CELL = re.compile(r"(<t[hd]\b[^>]*>)([^<]+)(?=</t[hd]>)")
_TITLE = re.compile(r'(<p class="admonition-title">[^<]*\S)(<a\b[^>]*>)\s+')


def spaced(text):
    """The text with a blank between each percent sign and its number.

    Examples
    --------
    >>> spaced('<p style="top: 5%"><span>26</span>% and 80 %</p>')
    '<p style="top: 5%"><span>26</span> % and 80 %</p>'
    """
    return _SIGN.sub(r"\1 %", text)


def unbroken(page):
    """The page with a space that does not break between each number of a paragraph and its unit.

    Examples
    --------
    >>> unbroken("<p>It takes <span>17</span> % of 3 pJ/bit.</p>").replace("\\xa0", "~")
    '<p>It takes <span>17</span>~% of 3~pJ/bit.</p>'
    >>> unbroken('<p class="admonition-title">Solution to<a href="#x"> Exercise 1</a></p>')
    '<p class="admonition-title">Solution to <a href="#x">Exercise 1</a></p>'
    """
    page = _PARAGRAPH.sub(lambda found: _NUMBER.sub("\\1\N{NO-BREAK SPACE}", spaced(found[0])), page)
    return _TITLE.sub(r"\1 \2", page)


def lettered(page):
    """The page with the book's symbols in its tables as prose sets them, except in those that readers sort.

    Examples
    --------
    >>> lettered('<div class="dg-table"><table><tr><th scope="col">G_d, low</th></tr></table></div>')
    '<div class="dg-table"><table><tr><th scope="col"><i>G</i><sub>d</sub>, low</th></tr></table></div>'
    """

    def cell(found):
        return found[1] + in_symbols(html.unescape(found[2]))

    return _TABLE.sub(lambda table: _CELL.sub(cell, table[0]), page)
