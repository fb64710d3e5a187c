"""Levels of a hierarchy: what is left of an energy when data come from a nearer level, which needs no length.

A ratio of levels needs neither a distance nor a form. It confounds place with technology, as every hierarchy does: the
near level is SRAM and the far one DRAM. Energies that a source prints as increments are cumulated here. [extension]
"""

import math

import numpy as np
import pandas as pd

from datagravity import checks, fits
from datagravity.evidence import load, remembered
from datagravity.intervals import Interval

#: The levels, from near to far.
RUNGS = ("L1", "last level", "DRAM")
MACHINES = ("GPU", "many-core")


@remembered
def levels():
    """The energy of a bit from each level of a chip that one meter saw at all levels.

    Returns
    -------
    pandas.DataFrame: one row a chip: chip, machine, origin, source, grey, and a column of RUNGS each, in pJ/bit.

    Raises
    ------
    ValueError
        If a chip lacks a level.
    """
    rows = load("distance_rows")
    rows = rows[rows["rung"].notna()]
    found = []
    for series, own in rows.groupby("series", sort=False):
        energies = dict(zip(own["rung"], own["pj_per_bit"].astype(float), strict=True))
        missing = [rung for rung in RUNGS if rung not in energies]
        if missing or len(own) != len(RUNGS):
            raise ValueError(
                f"distance_rows.csv, series {series!r}, rung: {list(own['rung'])}, expected each of {RUNGS}"
            )
        near_first = np.array([energies[rung] for rung in RUNGS])
        if own["increment"].all():
            near_first = near_first.cumsum()
        first = own.iloc[0]
        chip = first["sample"] if first["machine"] == "GPU" and pd.notna(first["sample"]) else first["origin"]
        found.append(
            {"chip": chip, **{name: first[name] for name in ("machine", "origin", "source", "grey")}}
            | dict(zip(RUNGS, near_first, strict=True))
        )
    return pd.DataFrame(found)


def level_ratio(near="last level", far="DRAM", *, machine=None, reviewed=False, origin=None, level=0.8):
    """The share of an energy that is left when the data come from a nearer level of the same chip.

    Parameters
    ----------
    near, far : two of RUNGS, the nearer first
    machine : "GPU" or "many-core"; both if None
    reviewed : whether unreviewed sources stay out
    origin : the name of one origin, whose chips alone are averaged; the interval is then that of its mean, and
        collapses to the value for one chip
    level : coverage of the interval

    Returns
    -------
    Interval: E(near) / E(far). The value is the mean over origins, in logarithms; the interval is for one further
    origin.

    Raises
    ------
    ValueError
        If an argument is none of these, or fewer than two origins remain without one being named.

    Examples
    --------
    >>> found = level_ratio("last level", "DRAM", machine="GPU")
    >>> 0 < found.low < found.value < found.high < 1
    True
    """
    checks.choice("far", far, RUNGS[1:])
    checks.choice("near", near, RUNGS[: RUNGS.index(far)])
    table = levels()
    if machine is not None:
        table = table[table["machine"] == checks.choice("machine", machine, MACHINES)]
    if checks.truth("reviewed", reviewed):
        table = table[~table["grey"].astype(bool)]
    logs = np.log(table[near] / table[far])
    if origin is not None:
        own = logs[table["origin"] == checks.there("origin", origin, sorted(set(table["origin"])))]
        if len(own) == 1:
            return Interval(*[math.exp(own.iloc[0])] * 3)
        found = fits.mean_interval(own, level)
    else:
        found = fits.prediction_interval(logs.groupby(table["origin"]).mean(), level)
    return Interval(math.exp(found.value), math.exp(found.low), math.exp(found.high), level, "log-normal")
