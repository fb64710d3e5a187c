"""What a bit pays for the way, and what for the doors it goes through.

`parts` splits each published series into a fixed and a growing part, and names the kind of the former; `shares` says
from them what a further machine pays; `hops` compares three cards hop by hop; `ladder` takes ratios of levels, which
need no length; `cacti` is the field's model of an array; `rows` are those of the table `energy` with their bare
exponents. [extension]
"""

from datagravity.distance.cacti import cacti_exponents, cacti_runs
from datagravity.distance.hops import condition, conditions, paired_difference, ring_line, rings
from datagravity.distance.ladder import level_ratio, levels
from datagravity.distance.parts import lines, shares_by, splits, usable_splits
from datagravity.distance.rows import (
    MESH,
    PER_MM,
    PROXIES,
    affine_line,
    exponents,
    marginal_exponent,
    not_fitted,
    points,
    power_line,
    series,
)
from datagravity.distance.rows import exponent_across_sources as _exponent_across_sources
from datagravity.distance.shares import (
    energy,
    exponent_between,
    fixed_share,
    fixed_share_draws,
    line_draws,
    share_step_by_step,
    shares_by_choice,
    spreads,
    which_scatters_more,
)

__all__ = [
    "MESH",
    "PER_MM",
    "PROXIES",
    "affine_line",
    "cacti_exponents",
    "cacti_runs",
    "condition",
    "conditions",
    "energy",
    "exponent",
    "exponent_between",
    "exponents",
    "fixed_share",
    "fixed_share_draws",
    "level_ratio",
    "levels",
    "line_draws",
    "lines",
    "marginal_exponent",
    "not_fitted",
    "paired_difference",
    "points",
    "power_line",
    "ring_line",
    "rings",
    "series",
    "share_step_by_step",
    "shares_by",
    "shares_by_choice",
    "splits",
    "spreads",
    "usable_splits",
    "which_scatters_more",
]


def exponent(near_mm=None, far_mm=None, **choice):
    """The exponent that an instrument would find between two distances; see `exponent_between`.

    Without distances it is the bare exponent of a further machine, across the series of the table `energy`.

    Examples
    --------
    >>> exponent(1, 2).value < exponent(50, 100).value
    True
    """
    if near_mm is None and far_mm is None:
        return _exponent_across_sources(**choice)
    return exponent_between(near_mm, far_mm, **choice)
