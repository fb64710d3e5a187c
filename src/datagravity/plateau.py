"""The plateau: how fast efficiency can rise while compute energy falls faster than transport energy.

Compute energy halves every `compute_halving` years, transport energy every `transport_halving` years, and reuse may
double every `reuse_doubling` years. From this follow the growth of G_d and the rate at which operations per joule
double, for a system that stays as built and for tiles that are realigned every day. All of it is an [extension].

Halving times are then fitted from data sheets. What a data sheet gives, peak rate over rated power, is not a compute
energy: it divides the whole power by the rate of one part. The fits say how these quotients grew, not how E_c and E_t
fell; their ratio, operations per byte, does not depend on the power.

Functions of numbers take arrays, Series and Intervals too, as `datagravity.evaluate` says.
"""

import math
from typing import NamedTuple

import numpy as np
import pandas as pd

from datagravity import checks, fits, symbolic
from datagravity.evaluate import evaluate
from datagravity.evidence import load
from datagravity.intervals import Interval
from datagravity.series import series_members, series_names

_HALVING = ("compute_halving", "transport_halving", "reuse_doubling")
_DAYS = 365.25


def gd_at(years, gd_now, compute_halving, transport_halving, reuse_doubling=math.inf):
    """G_d after some years: G_0 2^(t/T_c - t/T_t - t/T_u). [extension]

    Parameters
    ----------
    years : time from now, any sign
    gd_now : G_d now, above 0
    compute_halving, transport_halving : years in which the energies halve, above 0; infinity for never
    reuse_doubling : years in which operations per operand double; infinity for fixed reuse
    """
    halving = _times(compute_halving, transport_halving, reuse_doubling)
    return evaluate("gd_at", symbolic.gd_after, years=years, gd_now=gd_now, **halving)


def rate(gd, compute_halving, transport_halving, reuse_doubling=math.inf):
    """Doublings a year of operations per joule of a system that stays as built. [extension]

    The mean of the two rates, weighted with the energies: 1/T_c for small G_d, half-way at G_d = 1, and 1/T_t + 1/T_u
    for large G_d. Parameters as for `gd_at`.
    """
    expression = symbolic.logistic_rate.subs(symbolic.paid_ratio, symbolic.G_d)
    return evaluate("rate", expression, gd=gd, **_times(compute_halving, transport_halving, reuse_doubling))


def realigned_rate(gd, beta, compute_halving, transport_halving, reuse_doubling=math.inf, nearest=0.0, fixed_share=0.0):
    """Doublings a year of operations per joule of tiles that sit at their best distance every day. [extension]

    Exactly lambda/T_c + (1-lambda) (1/T_t + 1/T_u) between the G_d where moving begins to pay and the G_d where the
    nearest distance is reached; that of the system as built below; and falling to 1/T_t + 1/T_u above, or with any
    fixed share.

    Parameters
    ----------
    gd, compute_halving, transport_halving, reuse_doubling : as for `gd_at`
    beta : between 1 and 3
    nearest : the nearest distance that can be built, from 0 to 1
    fixed_share : share of the transport energy at distance 1 that no distance shrinks, in [0, 1)
    """
    expression = symbolic.logistic_rate.subs(symbolic.paid_ratio, symbolic.realigned_ratio)
    halving = _times(compute_halving, transport_halving, reuse_doubling)
    placed = {"beta": beta, "nearest": nearest, "fixed_share": fixed_share}
    return evaluate("realigned_rate", expression, gd=gd, **placed, **halving)


def rate_limit(transport_halving, reuse_doubling=math.inf):
    """What the rate falls to while G_d grows: 1/T_t + 1/T_u, doublings a year. [extension]"""
    arguments = {"transport_halving": transport_halving, "reuse_doubling": reuse_doubling}
    return evaluate("rate_limit", symbolic.rate_limit, **arguments)


def gain(years, gd_now, compute_halving, transport_halving, reuse_doubling=math.inf):
    """Operations per joule after some years, over those now, of a system that stays as built. [extension]

    Parameters as for `gd_at`.
    """
    halving = _times(compute_halving, transport_halving, reuse_doubling)
    expression = symbolic.fixed_gain.subs(symbolic.G_d, symbolic.gd_after)
    return evaluate("gain", expression, years=years, gd_now=gd_now, **halving)


def realigned_gain(
    years,
    gd_now,
    beta,
    compute_halving,
    transport_halving,
    reuse_doubling=math.inf,
    nearest=0.0,
    fixed_share=0.0,
):
    """Operations per joule after some years of realigned tiles, over those now of the system as built. [extension]

    Parameters as for `gd_at` and `realigned_rate`.
    """
    halving = _times(compute_halving, transport_halving, reuse_doubling)
    placed = {"beta": beta, "nearest": nearest, "fixed_share": fixed_share}
    expression = symbolic.realigned_gain.subs(symbolic.G_d, symbolic.gd_after)
    return evaluate("realigned_gain", expression, years=years, gd_now=gd_now, **placed, **halving)


def crossing_year(gd, gd_now, compute_halving, transport_halving, reuse_doubling=math.inf):
    """When G_d reaches a value, in years from now; negative for the past. [extension]

    Raises
    ------
    ValueError
        If G_d does not change, because transport keeps up with compute exactly.
    """
    halving = _moving(compute_halving, transport_halving, reuse_doubling)
    return evaluate("crossing_year", symbolic.crossing_year, gd=gd, gd_now=gd_now, **halving)


def distance_halving(compute_halving, transport_halving, reuse_doubling=math.inf):
    """Years in which the best distance halves; negative where it grows. [extension]

    Raises
    ------
    ValueError
        If G_d does not change, because transport keeps up with compute exactly.
    """
    halving = _moving(compute_halving, transport_halving, reuse_doubling)
    return evaluate("distance_halving", symbolic.distance_halving, **halving)


def _times(compute_halving, transport_halving, reuse_doubling):
    return dict(zip(_HALVING, (compute_halving, transport_halving, reuse_doubling), strict=True))


def _moving(*times):
    """The halving times, if G_d changes under them."""
    halving = _times(*times)
    growth = np.asarray(evaluate("gap_growth", symbolic.gap_growth, **halving))
    if (growth == 0).any():
        raise ValueError(f"{', '.join(_HALVING)}: {times}, G_d stays as it is; expected times under which it changes")
    return halving


# --- Fits ------------------------------------------------------------------------------------------------------------

#: What is fitted: name -> (numerator, denominator, factor to the unit of the name).
QUANTITIES = {
    "FLOP/J": ("peak_dense_fp16_bf16_tflops", "tdp_w", 1e12),
    "byte/J": ("mem_bw_gb_s", "tdp_w", 1e9),
    "FLOP/byte": ("peak_dense_fp16_bf16_tflops", "mem_bw_gb_s", 1e3),
}


class Trend(NamedTuple):
    """An exponential fitted to a series.

    `growth` is the factor a year and `rate` the doublings a year, each an Interval; `doubling` the years in which the
    quantity doubles, `doubling_low` and `doubling_high` its ends (infinite where no growth lies in the interval);
    `count` points, and `r2`.
    """

    growth: Interval
    rate: Interval
    doubling: float
    doubling_low: float
    doubling_high: float
    count: int
    r2: float


def points(series):
    """The points of a series: id, name, source, years (fractions for dates) and each of QUANTITIES, sorted by time.

    Raises
    ------
    ValueError
        If there is no such series.
    """
    members = series_members("growth")
    members = members[members["series"] == checks.choice("series", series, series_names("growth"))]
    rows = load("accelerators").set_index("id").loc[members["row"]].reset_index(names="id")
    if members["time_column"].iloc[0] == "year":
        years = rows["year"].astype(float)
    else:
        days = pd.to_datetime(rows["release_date"]) - pd.Timestamp("2000-01-01")
        years = 2000 + days.dt.days / _DAYS
    found = rows[["id", "name", "source"]].assign(years=years)
    for name, (above, below, factor) in QUANTITIES.items():
        found[name] = (factor * rows[above] / rows[below]).astype(float)
    return found.sort_values("years", ignore_index=True)


def trend(series, quantity, level=0.95):
    """The growth of a quantity in a series: a line through its logarithm, with Student's t interval. [extension]

    Parameters
    ----------
    series : name of a series of the table `series` whose use is growth
    quantity : one of QUANTITIES
    level : nominal coverage, between 0 and 1; it takes the residuals for independent

    Returns
    -------
    Trend

    Raises
    ------
    ValueError
        If series, quantity or level is not one of those.
    """
    checks.choice("quantity", quantity, list(QUANTITIES))
    found = points(series)
    line = fits.line(found["years"], np.log2(found[quantity]))
    slope = line.interval(level)
    return Trend(
        Interval(*(2**end for end in (slope.value, slope.low, slope.high)), level),
        slope,
        _time(slope.value),
        _time(slope.high),
        _time(slope.low),
        line.count,
        line.r2,
    )


def _time(slope):
    """Years to double at so many doublings a year; infinity for no growth."""
    return 1 / slope if slope > 0 else math.inf


def growth_table(level=0.95):
    """Every series and quantity as rows: series, quantity, points, growth, low, high, doubling, its ends, r2."""
    rows = []
    for series in series_names("growth"):
        for quantity in QUANTITIES:
            fit = trend(series, quantity, level)
            rows.append(
                {
                    "series": series,
                    "quantity": quantity,
                    "points": fit.count,
                    "growth": fit.growth.value,
                    "low": fit.growth.low,
                    "high": fit.growth.high,
                    "doubling": fit.doubling,
                    "doubling_low": fit.doubling_low,
                    "doubling_high": fit.doubling_high,
                    "r2": fit.r2,
                }
            )
    return pd.DataFrame(rows)


def memory_halving():
    """What the energy per bit of HBM did between two generations: one row for each later one. [extension]

    Returns
    -------
    pandas.DataFrame: part, source, pj_per_bit, years since the first one, and halving: the years in which the energy
    halves at that pace, infinite where it did not fall. Two points make no interval.
    """
    members = series_members("memory generation")
    rows = load("trends").set_index("id").loc[members["row"]].assign(part=members["label"].to_list())
    years, energies = rows["year"].to_numpy(float), rows["value"].to_numpy(float)
    order = np.argsort(years, kind="stable")
    first, later = order[0], order[1:]
    spans = years[later] - years[first]
    falls = np.log2(energies[first] / energies[later])
    return pd.DataFrame(
        {
            "part": rows["part"].to_numpy()[later],
            "source": rows["source"].to_numpy()[later],
            "pj_per_bit": energies[later],
            "years": spans,
            "halving": [span * _time(fall) for span, fall in zip(spans, falls, strict=True)],
        }
    )
