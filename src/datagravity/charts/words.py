"""The words in which a chart's description, or the prose of a chapter, says what the data show."""

import pandas as pd

#: What a chart says of a choice that makes no specification.
VOID = "No specification: these options do not combine, choose others"


def printed(number):
    """Three significant digits, and a comma in the thousands."""
    return f"{float(f'{number:.3g}'):,.12g}"


def percent(share):
    """A share as a whole percentage: "80 %"."""
    return f"{100 * share:.0f} %"


def listed(texts):
    """Texts in a row: "registers, SRAM and DRAM"."""
    *first, last = texts
    return f"{', '.join(first)} and {last}" if first else last


def agreeing(count, one, many):
    """The word that agrees with a count: "is" for one, "are" for any other number.

    Examples
    --------
    >>> [f"{count} {agreeing(count, 'is', 'are')}" for count in (0, 1, 2)]
    ['0 are', '1 is', '2 are']
    """
    return one if count == 1 else many


def side(low, high, below, across, above, edge=1):
    """The word for where an interval lies: below an edge, across it, or above it.

    Examples
    --------
    >>> side(0.5, 0.8, "fell", "may have done either", "rose"), side(0.5, 2, "fell", "may have done either", "rose")
    ('fell', 'may have done either')
    """
    if high < edge:
        return below
    return above if low > edge else across


def moved(before, after, up="rises", down="falls", level="stays"):
    """The word for how a number goes to another one.

    Examples
    --------
    >>> moved(1, 2), moved(2, 1), moved(1, 1)
    ('rises', 'falls', 'stays')
    """
    return side(after, after, down, level, up, edge=before)


def span(low, high=None):
    """From the least of a column to the greatest, of another one if there are two: "2.09 to 4.29", or "at most 1"."""
    low, high = low.min(), printed((low if high is None else high).max())
    if pd.isna(low):
        return f"at most {high}"
    return " to ".join(dict.fromkeys([printed(low), high]))


def spans(rows, by, low, high=None):
    """The span of each group of rows, in their order: "logic: 2.09 to 4.29; SRAM: 1.33 to 7.14; DRAM: 1"."""
    return "; ".join(f"{name}: {span(group[low], group[high or low])}" for name, group in rows.groupby(by, sort=False))
