"""Processing in memory as the claims need it: one pooled estimate for every specification of its multiverse.

Specifications are those of `pim.multiverse`: all options that combine, with three origins at least. [extension]
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import fits, pim
from datagravity.claims.rule import Part
from datagravity.evidence import remembered
from datagravity.intervals import Interval

#: Estimates that rest on several origins have one vote under this name.
POOLED = "several origins"
#: The level of the intervals.
LEVEL = 0.8
#: The choices that the page offers; in the others everything stays open.
OFFERED = ("law", "evidence", "scope", "rows")
#: The law that the abstract states; the others are ours.
ABSTRACT = "bare power"


class Estimates(NamedTuple):
    """Specifications, and for each one value, low and high of `gain` and of `bias`, shape (specifications, 3)."""

    specifications: pd.DataFrame
    gain: np.ndarray
    bias: np.ndarray


@remembered
def estimates():
    """How far the law's forecasts are from the reports, and on which side, in natural logarithms.

    `gain` is the mean error of a constant that is told other origins only, less that of the law; `bias` the mean of
    what was reported over what was forecast. A report that is a bound errs only where it excludes the forecast. Means
    are over reports or over origins, as the specification weights them.
    """
    frames, gains, biases = [], [], []
    for group in pim.forecasts():
        law, rival = (_misses(forecast, group.bounds) for forecast in (group.laws[..., 1], group.constants[..., 1]))
        gain = np.abs(rival) - np.abs(law)
        if group.specifications["weighting"].iloc[0] == "origin":
            member = pd.get_dummies(group.rows["source_group"]).to_numpy(float)
            gain, law = (values @ (member / member.sum(axis=0)) for values in (gain, law))
        frames.append(group.specifications)
        gains.append(fits.mean_intervals(gain, LEVEL))
        biases.append(fits.mean_intervals(law, LEVEL))
    return Estimates(pd.concat(frames, ignore_index=True), np.concatenate(gains), np.concatenate(biases))


def _misses(forecast, bounds):
    """Logarithms from a forecast to the nearest value that a report admits."""
    return np.clip(forecast, bounds[0], bounds[1]) - forecast


def _named(specifications):
    names = (", ".join(values) for values in specifications.itertuples(index=False, name=None))
    return [f"{name}" for name in names]


def _parts(specifications, cells):
    names = _named(specifications)
    return [
        [Part(name, Interval(value, low, high, LEVEL, "uniform"), POOLED)]
        for name, (value, low, high) in zip(names, cells, strict=True)
    ]


def placement_saves():
    """Reported over forecast saving, the geometric mean, where the forecast is the power that the abstract states."""
    found = estimates()
    kept = (found.specifications["law"] == ABSTRACT).to_numpy()
    specifications = found.specifications[kept].reset_index(drop=True)
    return specifications, _parts(specifications, np.exp(found.bias[kept]))


def processing_follows():
    """How much better than a constant a law forecasts reported savings: the difference of mean log errors."""
    found = estimates()
    return found.specifications, _parts(found.specifications, found.gain)


def order_of_savings():
    """Spearman's correlation of forecast and reported savings, over reports or origins as the specification weights."""
    table = _counted()
    intervals = [
        fits.rank_interval(row.order, row.count_, LEVEL) if row.count_ > 3 else None for row in table.itertuples()
    ]
    return _estimated(table, intervals)


def coverage_of_the_law():
    """Share of reports, or of origins, that the law's 80 % interval admits, with its exact interval."""
    table = _counted()
    hits = (table["coverage"] * table["count_"]).round().astype(int)
    intervals = [fits.proportion_interval(*pair, LEVEL) for pair in zip(hits, table["count_"], strict=True)]
    return _estimated(table, intervals, table["count_"])


def _counted():
    table = pim.multiverse()
    return table.assign(count_=table["reports"].where(table["weighting"] == "row", table["origins"]).astype(int))


def _estimated(table, intervals, trials=None):
    specifications = table[list(pim.CHOICES)]
    counts = trials.tolist() if trials is not None else [None] * len(table)
    return specifications, [
        [Part(name, interval, POOLED, trials=count)]
        for name, interval, count in zip(_named(specifications), intervals, counts, strict=True)
    ]
