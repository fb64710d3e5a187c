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
#: The choices that the page offers, since it has to stay light; in the others everything stays open there.
OFFERED = ("law", "kappa", "rows")
#: The law that the abstract states; the others are ours.
ABSTRACT = "bare power"


class Estimates(NamedTuple):
    """Specifications, and for each one value, low and high of `gain` and of `bias`, shape (specifications, 3); the
    degrees of freedom of a t interval, 0 where a median has another, shape (specifications,)."""

    specifications: pd.DataFrame
    gain: np.ndarray
    bias: np.ndarray
    freedom: np.ndarray


@remembered(stored=True)
def estimates():
    """How far the law's forecasts are from the reports, and on which side, in natural logarithms.

    `gain` is the mean error of a constant that is told other origins only, less that of the law; `bias` the mean of
    what was reported over what was forecast. A report that is a bound errs only where it excludes the forecast. Means
    are over reports or over origins, as the specification weights them, or the median over the means of origins; the
    intervals rest on origins in either case, since reports of one origin are not independent.
    """
    frames, gains, biases, freedoms = [], [], [], []
    for group in pim.forecasts():
        law, rival = (_misses(forecast, group.bounds) for forecast in (group.laws[..., 1], group.constants[..., 1]))
        sizes = group.rows.groupby("source_group").size().to_numpy()
        weighting, summary = group.specifications.iloc[0][["weighting", "error_summary"]]
        weights = sizes / sizes.sum() if weighting == "row" else None
        middle = {"mean": fits.mean_intervals, "median": fits.median_intervals}[summary]
        for values, kept in ((np.abs(rival) - np.abs(law), gains), (law, biases)):
            kept.append(middle(pim.means_by_origin(values, group.rows), LEVEL, weights))
        frames.append(group.specifications)
        freedoms.append(np.full(len(group.specifications), len(sizes) - 1 if summary == "mean" else 0))
    return Estimates(pd.concat(frames, ignore_index=True), *map(np.concatenate, (gains, biases, freedoms)))


def _misses(forecast, bounds):
    """Logarithms from a forecast to the nearest value that a report admits."""
    return np.clip(forecast, bounds[0], bounds[1]) - forecast


def _named(specifications):
    return [", ".join(values) for values in specifications.astype(object).itertuples(index=False, name=None)]


def _parts(specifications, cells, freedom):
    names = _named(specifications)
    return [
        [Part(name, Interval(value, low, high, LEVEL, "uniform", free or None), POOLED)]
        for name, (value, low, high), free in zip(names, cells.tolist(), freedom.tolist(), strict=True)
    ]


def placement_saves():
    """Reported over forecast saving, the geometric mean, where the forecast is the power that the abstract states."""
    found = estimates()
    table = found.specifications[found.specifications["law"] == ABSTRACT]
    table = _asked(table, "constant")
    return table.reset_index(drop=True), _parts(table, np.exp(found.bias[table.index]), found.freedom[table.index])


def processing_follows():
    """How much better than a constant a law forecasts reported savings: the difference of mean log errors."""
    found = estimates()
    return found.specifications, _parts(found.specifications, found.gain, found.freedom)


def order_of_savings():
    """Spearman's correlation of forecast and reported savings, with the interval of as many pairs as origins."""
    table = _asked(pim.multiverse(), "constant", "error_summary")
    return _estimated(table, zip(table["order"], table["origins"], strict=True), _rank_interval)


def coverage_of_the_law():
    """Share of reports that the law's 80 % interval admits, with the exact interval of so many trials as origins."""
    table = _asked(pim.multiverse(), "constant", "error_summary")
    hits = (table["coverage"] * table["origins"]).round().astype(int)
    pairs = zip(hits, table["origins"], strict=True)
    return _estimated(table, pairs, fits.proportion_interval, table["origins"])


def _rank_interval(order, origins, level):
    return fits.rank_interval(order, origins, level) if origins > 3 else None


def _asked(table, *without):
    """The specifications without choices that a test does not ask, each once; the index stays."""
    table = table.drop(columns=list(without))
    return table[~table.duplicated([name for name in pim.CHOICES if name not in without])]


def _estimated(table, pairs, interval, trials=None):
    """The specifications of a table, and for each the part of its pair of a number and a count, of which few differ."""
    pairs = list(pairs)
    known = {pair: interval(*pair, LEVEL) for pair in set(pairs)}
    specifications = table[[name for name in pim.CHOICES if name in table]].reset_index(drop=True)
    counts = trials.tolist() if trials is not None else [None] * len(table)
    return specifications, [
        [Part(name, known[pair], POOLED, trials=count)]
        for name, pair, count in zip(_named(specifications), pairs, counts, strict=True)
    ]
