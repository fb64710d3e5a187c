"""Answers as text: tables whose columns stand one below the other, and values that JSON can hold."""

import math

#: A longer cell of a table is cut.
WIDEST = 44


def aligned(rows, headings=None, widest=WIDEST):
    """Rows of texts and numbers as lines, numbers to the right, blanks as a dash.

    Examples
    --------
    >>> print(aligned([["HBM2", 3.9], ["DDR3/4", None]], ["memory", "pJ/bit"]))
    memory  pJ/bit
    HBM2       3.9
    DDR3/4       -
    """
    cells = [[_cell(value, widest) for value in row] for row in rows]
    columns = range(len(headings or (rows[0] if rows else ())))
    right = [_is_numeric([row[place] for row in rows]) for place in columns]
    cells = ([list(map(str, headings))] if headings else []) + cells
    widths = [max(len(row[place]) for row in cells) for place in range(len(right))]
    lines = [
        "  ".join(
            text.rjust(width) if number else text.ljust(width)
            for text, width, number in zip(row, widths, right, strict=True)
        )
        for row in cells
    ]
    return "\n".join(line.rstrip() for line in lines)


def _is_numeric(values):
    known = [value for value in values if value is not None]
    return bool(known) and all(isinstance(value, int | float) and not isinstance(value, bool) for value in known)


def _cell(value, widest):
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = number(value) if isinstance(value, int | float) else "-" if value is None else " ".join(str(value).split())
    return text if widest is None or len(text) <= widest else f"{text[: widest - 1]}…"


def number(value, digits=4):
    """A number for a reader: whole ones as they are, others with so many significant digits.

    Examples
    --------
    >>> number(992.366), number(3), number(0.00012345), number(123456.7)
    ('992.4', '3', '0.0001234', '123457')
    """
    if isinstance(value, int):
        return str(value)
    return f"{value:.0f}" if 10**digits <= abs(value) < 1e15 else f"{value:.{digits}g}"


def between(low, high):
    """An interval for a reader: one number where both ends are the same."""
    return number(low) if low == high else f"{number(low)} to {number(high)}"


def plain(value):
    """A value as JSON can hold it: no NaN, no infinity, no missing value and no number of numpy.

    Examples
    --------
    >>> plain({"a": float("nan"), "b": (1, 2.5)})
    {'a': None, 'b': [1, 2.5]}
    """
    if isinstance(value, dict):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain(one) for one in value]
    if hasattr(value, "item") and not hasattr(value, "__len__"):  # a number of numpy
        value = value.item()
    elif hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | bool | None) else None if str(value) == "<NA>" else str(value)
