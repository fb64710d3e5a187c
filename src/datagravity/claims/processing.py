"""Processing in memory as the claims need it: one pooled estimate for every specification of its multiverse.

Specifications are those of `pim.multiverse`: all options that combine, with three origins at least. [extension]
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import fits, pim
from datagravity.claims.rule import POOLED, Part
from datagravity.evidence import remembered
from datagravity.intervals import Interval

#: The level of the intervals.
LEVEL = 0.8
#: The choices that the page offers; in the others everything stays open there.
OFFERED = ("law", "kappa", "scope", "rows")
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
    are over reports or over origins, as the specification weights them; the intervals rest on origins in either case,
    since reports of one origin are not independent.
    """
    frames, gains, biases = [], [], []
    for group in pim.forecasts():
        law, rival = (_misses(forecast, group.bounds) for forecast in (group.laws[..., 1], group.constants[..., 1]))
        weights = None
        if group.specifications["weighting"].iloc[0] == "row":
            weights = group.rows.groupby("source_group").size().to_numpy() / len(group.rows)
        for values, kept in ((np.abs(rival) - np.abs(law), gains), (law, biases)):
            kept.append(fits.mean_intervals(pim.means_by_origin(values, group.rows), LEVEL, weights))
        frames.append(group.specifications)
    return Estimates(pd.concat(frames, ignore_index=True), np.concatenate(gains), np.concatenate(biases))


def _misses(forecast, bounds):
    """Logarithms from a forecast to the nearest value that a report admits."""
    return np.clip(forecast, bounds[0], bounds[1]) - forecast


def _named(specifications):
    return [", ".join(values) for values in specifications.itertuples(index=False, name=None)]


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
    """Spearman's correlation of forecast and reported savings, with the interval of as many pairs as origins."""
    table = pim.multiverse()
    intervals = [
        fits.rank_interval(row.order, row.origins, LEVEL) if row.origins > 3 else None for row in table.itertuples()
    ]
    return _estimated(table, intervals)


def coverage_of_the_law():
    """Share of reports that the law's 80 % interval admits, with the exact interval of so many trials as origins."""
    table = pim.multiverse()
    hits = (table["coverage"] * table["origins"]).round().astype(int)
    pairs = list(zip(hits.tolist(), table["origins"].tolist(), strict=True))
    known = {pair: fits.proportion_interval(*pair, LEVEL) for pair in set(pairs)}
    intervals = [known[pair] for pair in pairs]
    return _estimated(table, intervals, table["origins"])


def _estimated(table, intervals, trials=None):
    specifications = table[list(pim.CHOICES)]
    counts = trials.tolist() if trials is not None else [None] * len(table)
    return specifications, [
        [Part(name, interval, POOLED, trials=count)]
        for name, interval, count in zip(_named(specifications), intervals, counts, strict=True)
    ]
