"""The numbers of the chapter on the plateau."""

from datagravity import claims
from datagravity import plateau as pl
from datagravity.headlines import extension
from datagravity.headlines.placement import dram_gd
from datagravity.series import series_names

FLAGSHIPS = "flagships, by year"
BY_DATE = "flagships, P100 PCIe, by date"
WITHOUT_P100 = "without the P100, by year"
#: The halving times that illustrate the theorem.
TIMES = {"compute_halving": 2, "transport_halving": 6.4}


def illustration():
    """What two halving times of 2 and 6.4 years imply, with the published G_d of DRAM."""
    ends = [1 / years for years in TIMES.values()]
    return {
        "near_limit": extension(pl.rate(dram_gd(), **TIMES) / pl.rate_limit(TIMES["transport_halving"]) - 1),
        "decade": extension(pl.crossing_year(10, 1, **TIMES), "years"),
        "halves": extension(pl.distance_halving(**TIMES), "years"),
        "standstill": extension(1 / (max(ends) - min(ends)), "years"),
    }


def growth_of_the_flagships():
    """The factors a year of the flagships, and how many series there are."""
    compute, moved, both = (pl.trend(FLAGSHIPS, name).growth for name in ("FLOP/J", "byte/J", "FLOP/byte"))
    return {
        "c_growth": extension(compute.value),
        "c_low": extension(compute.low),
        "c_high": extension(compute.high),
        "t_growth": extension(moved.value),
        "t_low": extension(moved.low),
        "t_high": extension(moved.high),
        "b_growth": extension(both.value),
        "b_low": extension(both.low),
        "b_high": extension(both.high),
        "series_count": extension(len(series_names("growth")), "series"),
    }


def doubling_of_the_flagships():
    """The doubling times of the flagships, and the rate that bytes per joule set as the limit."""
    compute, moved = pl.trend(FLAGSHIPS, "FLOP/J"), pl.trend(FLAGSHIPS, "byte/J")
    return {
        "c_years": extension(compute.doubling, "years"),
        "c_fast": extension(compute.doubling_low, "years"),
        "c_slow": extension(compute.doubling_high, "years"),
        "t_years": extension(moved.doubling, "years"),
        "t_fast": extension(moved.doubling_low, "years"),
        "t_slow": extension(moved.doubling_high, "years"),
        "limit": extension(moved.rate.value, "doublings/year"),
        "limit_low": extension(moved.rate.low, "doublings/year"),
        "limit_high": extension(moved.rate.high, "doublings/year"),
    }


def without_the_first_point():
    """The same with the other form of the P100, and without it."""
    return {
        "d_c_growth": extension(pl.trend(BY_DATE, "FLOP/J").growth.value),
        "d_t_growth": extension(pl.trend(BY_DATE, "byte/J").growth.value),
        "d_b_growth": extension(pl.trend(BY_DATE, "FLOP/byte").growth.value),
        "n_c_years": extension(pl.trend(WITHOUT_P100, "FLOP/J").doubling, "years"),
        "n_t_years": extension(pl.trend(WITHOUT_P100, "byte/J").doubling, "years"),
    }


def stacked_memory():
    """How fast the energy of a bit of stacked memory halves at best."""
    memory = pl.memory_halving()
    return {
        "hbm_halving": extension(memory["halving"].min(), "years"),
        "hbm_count": extension(len(memory), "memories"),
    }


def verdict():
    """The verdicts on the plateau and on its end, and the series behind the first."""
    verdicts = claims.judged().set_index("id")
    own = verdicts.loc["C11"]
    return {
        "verdict": extension(own["verdict"]),
        "inside": extension(own["inside"], "series"),
        "across": extension(own["across"], "series"),
        "verdict_limit": extension(verdicts.loc["C12", "verdict"]),
    }


def half_the_rate():
    """When the flagships' clocks halve the rate of compute from G_d = 1, and what growing reuse leaves of it."""
    times = [pl.trend(FLAGSHIPS, name).doubling for name in ("FLOP/J", "byte/J")]
    compute, moved = (1 / time for time in times)
    wanted = compute / (compute - 2 * moved)
    return {
        "when": extension(pl.crossing_year(wanted, 1, *times), "years"),
        "least_share": extension(pl.rate_limit(times[1], reuse_doubling=5) / compute),
    }


PARTS = (
    illustration,
    growth_of_the_flagships,
    doubling_of_the_flagships,
    without_the_first_point,
    stacked_memory,
    verdict,
    half_the_rate,
)
