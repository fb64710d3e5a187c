"""The numbers of the chapter on the plateau."""

import math

from datagravity import checks, claims
from datagravity import plateau as pl
from datagravity.charts.words import moved as word_of
from datagravity.charts.words import side
from datagravity.headlines import extension
from datagravity.headlines.placement import dram_gd
from datagravity.series import series_names

FLAGSHIPS = "flagships, by year"
WITHOUT_P100 = "without the P100, by year"
#: The list whose records are asked for a bend, and the middle of another.
GREEN500, MEDIAN = "Green500 number 1", "TOP500 median Rmax over power"
#: The two steps from one accelerator to the next over which tokens are compared.
AMPERE, HOPPER = ("A100 SXM4 40GB", "H100 SXM5 80GB"), ("H100 SXM5 80GB", "B200 SXM")
#: A constant rate is fitted to what came before this year.
HELD_OUT_FROM = 2019
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
        "b_told": extension(side(both.low, both.high, "is less than", "cannot be told from", "is more than")),
        "flagships": extension(pl.trend(FLAGSHIPS, "FLOP/byte").count, "accelerators"),
        "series_count": extension(len(series_names("growth")), "series"),
    }


def doubling_of_the_flagships():
    """The doubling times of the flagships, and the rate that bytes per joule set as the limit."""
    compute, moved = pl.trend(FLAGSHIPS, "FLOP/J"), pl.trend(FLAGSHIPS, "byte/J")
    return {
        "c_years": extension(compute.doubling, "years"),
        "t_years": extension(moved.doubling, "years"),
        "limit": extension(moved.rate.value, "doublings/year"),
        "limit_low": extension(moved.rate.low, "doublings/year"),
        "limit_high": extension(moved.rate.high, "doublings/year"),
    }


def steps_of_the_flagships():
    """The first step of the flagships' operations per joule, and the slowest and the quickest of the later ones."""
    steps = pl.successive_rates(FLAGSHIPS, "FLOP/J")
    later = steps["rate"].iloc[1:]
    return {
        "first_step": extension(steps["times"].iloc[0]),
        "later_low": extension(later.min(), "doublings/year"),
        "later_high": extension(later.max(), "doublings/year"),
        "n_c_years": extension(pl.trend(WITHOUT_P100, "FLOP/J").doubling, "years"),
        "n_t_years": extension(pl.trend(WITHOUT_P100, "byte/J").doubling, "years"),
    }


def bend_of_the_records():
    """The parabola of the records, what constant rates would give, and in how many choices the bend stands."""
    bent = pl.curvature(GREEN500)
    parabola = bent.models.loc["parabola"]
    by_choice = pl.bends_by_choice(GREEN500)
    bends = by_choice[["chance_scatter", "chance_jumps"]] < pl.BEND_LEVEL
    line, jumps = pl.CONSTANT_RATES
    return {
        "green_count": extension(bent.count, "records"),
        "green_start": extension(parabola["first"]),
        "green_end": extension(parabola["last"]),
        "green_moves": extension(word_of(parabola["first"], parabola["last"])),
        "green_aicc": extension(bent.difference),
        "expected_line": extension(bent.expected[line]),
        "expected_jumps": extension(bent.expected[jumps]),
        "chance_line": extension(bent.chance[line]),
        "chance_jumps": extension(bent.chance[jumps]),
        "late_aicc": extension(by_choice.set_index("choice").loc["from 2013", "difference"]),
        "bends": extension(int(bends.to_numpy().sum()), "choices"),
        "bend_choices": extension(bends.size, "choices"),
        "bend_rows": extension(len(bends), "sets of rows"),
    }


def held_out():
    """What a constant rate before 2019 forecasts for the last list, what was found, and what other cuts would say."""
    green, median = (pl.forecast(series, HELD_OUT_FROM) for series in (GREEN500, MEDIAN))
    cuts = pl.forecasts(GREEN500)
    below = -cuts.set_index("choice")["errors"]
    return {
        "forecast": extension(green.expected, "GFLOPS/W"),
        "found": extension(green.found, "GFLOPS/W"),
        "forecast_errors": extension(-green.errors, "standard errors"),
        "cut_first": extension(cuts["before"].min()),
        "cut_last": extension(cuts["before"].max()),
        "cut_least": extension(below["all records"].min(), "standard errors"),
        "cut_late_least": extension(below["from 2013"].min(), "standard errors"),
        "cut_late_most": extension(below["from 2013"].max(), "standard errors"),
        "median_share": extension(median.share),
        "median_errors": extension(-median.errors, "standard errors"),
    }


def other_series():
    """How many series have points enough, how many of these slow whatever a constant rate looks like, and the rest."""
    table = pl.curvature_table()
    judged = table[table["growth"].notna()]
    return {
        "judged": extension(len(judged), "series"),
        "slowing": extension((judged["reading"] == "slows").sum(), "series"),
        "too_few": extension(len(table) - len(judged), "series"),
    }


def tokens_of_the_next_generation():
    """Joules a token on one accelerator over those on the next, for small and for large batches, with the range."""
    gains = pl.generation_gains().set_index(["old", "new", "accelerators", "stalls", "batch"])
    chosen = {
        "ampere_low": (*AMPERE, "as many", pl.NOT_STATED, "1 to 16"),
        "ampere_high": (*AMPERE, "as many", pl.NOT_STATED, "17 to 64"),
        "same_low": (*HOPPER, "as many", "none suspected", "1 to 16"),
        "same_high": (*HOPPER, "as many", "none suspected", "65 to 256"),
        "fewer_low": (*HOPPER, "fewer", "none suspected", "1 to 16"),
        "fewer_high": (*HOPPER, "fewer", "none suspected", "65 to 256"),
        "older_low": (*HOPPER, "as many", pl.NOT_STATED, "1 to 16"),
    }
    found = {}
    for name, group in chosen.items():
        one = gains.loc[checks.there("group of pairs", group, gains.index)]
        found[name] = extension(one["gain"])
        found[f"{name}_range"] = extension(
            f"{one['low']:.2f} to {one['high']:.2f}; pairs: {one['pairs']:.0f}, models: {one['models']:.0f}, "
            f"of one: {one['of_one']:.0f}"
        )
    stalled = gains.loc[(*HOPPER, "as many", "suspected", "1 to 16")]
    return found | {
        "same_high_alike": extension(gains.loc[chosen["same_high"], "gain_alike"]),
        "same_length": extension(pl.SAME_LENGTH - 1),
        "stalled_low": extension(stalled["gain"]),
        "stalled_low_alike": extension(stalled["gain_alike"]),
    }


def who_stands_behind_the_tokens():
    """Of pairs of H100 and as many B200: the models of small batches, the longest answers, and which side stalls."""
    pairs = pl.generation_pairs()
    pairs = pairs[(pairs["old"] == HOPPER[0]) & (pairs["new"] == HOPPER[1]) & (pairs["gpus_old"] == pairs["gpus_new"])]
    pairs = pairs[pairs["stalls"] != pl.NOT_STATED]
    small = pairs[(pairs["batch"] <= min(pl.BATCHES)) & (pairs["stalls"] != "suspected")]
    if small.empty:
        raise checks.Missing("no pair of H100 and B200 with a small batch is left")
    model = small["model"].value_counts().idxmax()
    old, new = (pairs[f"stalls_{which}"] for which in ("old", "new"))
    return {
        "same_low_model": extension(model),
        "same_low_rest": extension(small.loc[small["model"] != model, "gain"].median()),
        "length_most": extension(pairs["length"].max()),
        "stall_pairs": extension(len(pairs), "pairs"),
        "stall_none": extension((pairs["stalls"] == "no sign").sum(), "pairs"),
        "stall_new": extension(((new == "suspected") & (old != "suspected")).sum(), "pairs"),
    }


def stacked_memory():
    """How fast the energy of a bit of stacked memory halves at best."""
    memory = pl.memory_halving()
    return {
        "hbm_halving": extension(memory["halving"].min(), "years"),
        "hbm_count": extension(len(memory), "memories"),
        "hbm_not_fallen": extension((memory["halving"] == math.inf).sum(), "memories"),
    }


def verdict():
    """The verdicts on growing disjunction and on an end of progress, and the series behind the first."""
    places = claims.parts("gap_grows")["position"]
    return {
        "verdict": extension(claims.judge("gap_grows")["verdict"]),
        "inside": extension((places == "inside").sum(), "series"),
        "across": extension((places == "across").sum(), "series"),
        "verdict_limit": extension(claims.judge("progress_ends")["verdict"]),
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
    steps_of_the_flagships,
    bend_of_the_records,
    held_out,
    other_series,
    tokens_of_the_next_generation,
    who_stands_behind_the_tokens,
    stacked_memory,
    verdict,
    half_the_rate,
)
