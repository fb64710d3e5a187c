"""What a bit pays for the way, and what for the doors it goes through.

`parts` splits each published series into a fixed and a growing part, and names the kind of the former; `shares` says
from them what a further machine pays; `hops` compares three cards hop by hop; `ladder` takes ratios of levels, which
need no length; `cacti` is the field's model of an array; `rows` are those of the table `energy` with their bare
exponents. [extension]
"""

from datagravity.distance.cacti import cacti_exponents, runs
from datagravity.distance.ladder import MACHINES, RUNGS, level_ratio, levels
from datagravity.distance.parts import KINDS, lines, shares_by, splits, usable_splits
from datagravity.distance.rows import (
    DISTANCE_ERROR,
    FORMS,
    MESH,
    PER_MM,
    PROXIES,
    SINGLE,
    affine_line,
    akaike_weights,
    bootstrap,
    comparison,
    enough,
    exponents,
    fit,
    left_out_errors,
    local_exponent,
    marginal_exponent,
    mesh_by_card,
    not_fitted,
    points,
    pool,
    power_line,
    series,
)
from datagravity.distance.rows import exponent_across_sources as _exponent_across_sources
from datagravity.distance.shares import (
    ALL,
    METERS,
    choices,
    energy,
    fixed_share,
    fixed_share_draws,
    local_exponent_between,
    shares_by_choice,
    spreads,
)

__all__ = [
    "ALL",
    "DISTANCE_ERROR",
    "FORMS",
    "KINDS",
    "MACHINES",
    "MESH",
    "METERS",
    "PER_MM",
    "PROXIES",
    "RUNGS",
    "SINGLE",
    "affine_line",
    "akaike_weights",
    "bootstrap",
    "cacti_exponents",
    "choices",
    "comparison",
    "energy",
    "enough",
    "exponent",
    "exponents",
    "fit",
    "fixed_share",
    "fixed_share_draws",
    "left_out_errors",
    "level_ratio",
    "levels",
    "lines",
    "local_exponent",
    "local_exponent_between",
    "marginal_exponent",
    "mesh_by_card",
    "not_fitted",
    "points",
    "pool",
    "power_line",
    "runs",
    "series",
    "shares_by",
    "shares_by_choice",
    "splits",
    "spreads",
    "usable_splits",
]


def exponent(near_mm=None, far_mm=None, **choice):
    """The exponent that an instrument would find between two distances; see `local_exponent_between`.

    Without distances it is the bare exponent of a further machine, across the series of the table `energy`.

    Examples
    --------
    >>> exponent(1, 2).value < exponent(50, 100).value
    True
    """
    if near_mm is None and far_mm is None:
        return _exponent_across_sources(**choice)
    return local_exponent_between(near_mm, far_mm, **choice)
