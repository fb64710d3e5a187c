"""The words in which a chart's description says what its data show."""

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


def span(low, high=None):
    """From the least of a column to the greatest, of another one if there are two: "2.09 to 4.29", or "at most 1"."""
    low, high = low.min(), printed((low if high is None else high).max())
    if pd.isna(low):
        return f"at most {high}"
    return " to ".join(dict.fromkeys([printed(low), high]))


def spans(rows, by, low, high=None):
    """The span of each group of rows, in their order: "logic: 2.09 to 4.29; SRAM: 1.33 to 7.14; DRAM: 1"."""
    return "; ".join(f"{name}: {span(group[low], group[high or low])}" for name, group in rows.groupby(by, sort=False))
