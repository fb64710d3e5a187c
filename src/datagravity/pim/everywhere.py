"""One row under every specification: what the law says of it, and how much that depends on who asks. [extension]"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks
from datagravity.pim.inputs import brought
from datagravity.pim.multiverse import combinations_of, multiverse
from datagravity.pim.prediction import LEVEL, PREDICTING, path_draws, share_draws, system_saving
from datagravity.pim.reports import scope_group

# Of each specification so many quantiles stand for its draws, each as probable as the next.
_POINTS = (np.arange(40) + 0.5) / 40


class Everywhere(NamedTuple):
    """What all specifications say of one row; factors are energy without PIM over energy with it.

    value, low, high : median and middle 80 % of the draws of all specifications, each with the same weight
    median_low, median_high : the least and the greatest median of one specification
    specifications : their number
    gains : the share of the specifications that compare reports of this scope in which the law beats a constant told
        other origins only; None for a part of a system, of which no specification compares reports
    """

    value: float
    low: float
    high: float
    median_low: float
    median_high: float
    specifications: int
    gains: float | None


def predict(row):
    """What every specification says of a row: its median, its interval, and in what share of them the law gains.

    Parameters
    ----------
    row : as for `predict_pim`

    Raises
    ------
    ValueError
        As `predict_pim`.

    Examples
    --------
    >>> found = predict({"baseline_class": "GPU", "scope": "data_path"})
    >>> found.low < found.value < found.high, 0 <= found.gains <= 1
    (True, True)
    """
    _, every = _points(row)
    return summed(every, _gains(scope_group(_text(row, "scope"))))


def by_choice(row, choice):
    """What every specification says of a row, and what those of each option of one choice say.

    To ask how often the law gains takes the whole multiverse, seconds where it is not stored; nothing here does.

    Parameters
    ----------
    row : as for `predict_pim`
    choice : one of PREDICTING

    Returns
    -------
    (Everywhere, dict): over all specifications, with `gains` None; and option -> Everywhere of those that have it

    Raises
    ------
    ValueError
        As `predict_pim`, or if the choice is none of PREDICTING.

    Examples
    --------
    >>> whole, by_law = by_choice({"baseline_class": "GPU", "scope": "data_path"}, "law")
    >>> whole.specifications == sum(one.specifications for one in by_law.values())
    True
    """
    combos, every = _points(row)
    options = combos[checks.choice("choice", choice, PREDICTING)]
    own = {option: summed(every[(options == option).to_numpy()]) for option in dict.fromkeys(options)}
    return summed(every), own


def summed(every, gains=None):
    """Quantiles of the draws of specifications, shape (specifications, points), as an `Everywhere`."""
    medians = np.median(every, axis=1)
    low, value, high = np.quantile(every, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
    return Everywhere(*(float(one) for one in (value, low, high, medians.min(), medians.max())), len(every), gains)


def _points(row):
    """The specifications for a row, and so many quantiles of the draws of each: shape (specifications, points)."""
    combos = combinations_of(scope_group(_text(row, "scope")))
    parts, paths, rows = [], {}, {}
    for spec in combos.to_dict("records"):
        options = spec["gd_energy"], spec["gd_width"], spec["share"]
        if options not in rows:
            own = brought(row, *options)
            rows[options] = own, share_draws(own.transport_share)
        own, shares = rows[options]
        path = tuple(spec[name] for name in PREDICTING[:-1])
        if path not in paths:
            paths[path] = path_draws(spec, own)
        parts.append(np.quantile(system_saving(paths[path], shares), _POINTS))
    return combos, np.array(parts)


def _gains(group):
    frame = multiverse()
    own = frame[frame["scope"] == group]
    return float((own["gain"] > 0).mean()) if len(own) else None


def _text(row, column):
    """A cell of a row that `brought` has yet to check."""
    value = row.get(column) if isinstance(row, Mapping | pd.Series) else None
    return value.strip() if isinstance(value, str) else None
