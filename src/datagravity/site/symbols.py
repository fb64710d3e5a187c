"""The book's symbols in HTML, outside of formulas."""

import html
import re

#: Greek letters by their names.
GREEK = {"beta": "β", "kappa": "κ"}


def in_symbols(text):
    """A text with the book's symbols as HTML: their letters as prose sets them.

    Examples
    --------
    >>> in_symbols("G_d < beta")
    '<i>G</i><sub>d</sub> &lt; <i>β</i>'
    >>> in_symbols("T_c (years)")
    '<i>T</i><sub>c</sub> (years)'
    """
    text = re.sub(r"\b([A-Z])_([a-z0-9])\b", r"<i>\1</i><sub>\2</sub>", html.escape(text))
    return re.sub(rf"\b({'|'.join(GREEK)})\b", lambda found: f"<i>{GREEK[found[0]]}</i>", text)
