"""The plateau: how fast efficiency can rise while compute energy falls faster than transport energy.

Compute energy halves every `compute_halving` years, transport energy every `transport_halving` years, and reuse may
double every `reuse_doubling` years. From this follow the growth of G_d and the rate at which operations per joule
double, for a system that stays as built and for tiles that are realigned every day. All of it is an [extension].

Halving times are then fitted from data sheets. What a data sheet gives, peak rate over rated power, is not a compute
energy: it divides the whole power by the rate of one part. The fits say how these quotients grew, not how E_c and E_t
fell; their ratio, operations per byte, does not depend on the power.

Whether progress slowed is asked of efficiencies that were measured, series by series: `curvature` sets a parabola, a
broken line and a logistic slope against a constant rate, and asks how often a constant rate would look as bent.
`generation_gains` asks what a token of one model costs on one accelerator and on the next.

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
from datagravity.reads import remembered
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
    members = members[members["series"] == checks.there("series", series, series_names("growth"))]
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
        Interval(*(2**end for end in (slope.value, slope.low, slope.high)), level, freedom=slope.freedom),
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


def successive_rates(series, quantity):
    """Doublings a year from each point of a series to the next: from, to, source, years, times, rate. [extension]

    Raises
    ------
    ValueError
        If series or quantity is not one of those of `trend`, or two points have one date.
    """
    checks.choice("quantity", quantity, list(QUANTITIES))
    found = points(series)
    years = np.diff(found["years"].to_numpy())
    if (years == 0).any():
        raise ValueError(f"series: {series!r}, two points of one date; expected one point a date")
    times = found[quantity].to_numpy()[1:] / found[quantity].to_numpy()[:-1]
    names = found["name"].to_list()
    steps = {"from": names[:-1], "to": names[1:], "source": found["source"].to_list()[1:], "years": years}
    return pd.DataFrame({**steps, "times": times, "rate": np.log2(times) / years})


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


# --- Measured efficiency ---------------------------------------------------------------------------------------------

#: Units in which less is better; of a row in any other unit more is.
LESS_IS_BETTER = ("J/output token", "pJ/bit", "pJ/FLOP")
#: Fewer points than these say nothing about a bend.
LEAST_POINTS = 8
#: The level at which a bend is called one.
BEND_LEVEL = 0.05
#: The two ways in which a constant rate may make records.
CONSTANT_RATES = ("scatter about a line", "jumps")
#: Which points of a list may be asked: its rules changed in 2016, some rows are recalled, and since the middle of 2022
#: vendors have not raised 64-bit rates.
CHOICES = {
    "all records": {},
    "verified rows": {"verified_only": True},
    "to June 2022": {"until": 2022.5},
    "from 2013": {"since": 2013.0},
}
#: The years before which a constant rate may be fitted, and the fewest points that it takes.
CUTS, LEAST_BEFORE = range(2015, 2023), 4


@remembered
def efficiency_series(series, *, since=None, until=None, verified_only=False, records_only=None):
    """One series of the table `efficiency_trend` as a growing efficiency.

    Parameters
    ----------
    series : its name
    since, until : years, as in 2013.0, between which points are kept
    verified_only : leave out recalled rows
    records_only : keep points that exceed every earlier one; None for what the table says, records of a frontier

    Returns
    -------
    pandas.DataFrame, sorted by time: id, name, source, status, years (the middle of the month or of the year), value
    in the unit of the table, and efficiency, which is 1/value where less is better.

    Raises
    ------
    ValueError
        If there is no such series, its rows do not share one unit and stand for one thing, or a choice is neither True
        nor False.
    """
    rows = load("efficiency_trend")
    rows = rows[rows["series"] == checks.there("series", series, sorted(set(rows["series"])))]
    for column in ("unit", "stands_for"):
        if rows[column].nunique() > 1:
            raise ValueError(
                f"efficiency_trend.csv, {column}: {sorted(set(rows[column]))} in series {series!r}, expected one"
            )
    less = rows["unit"].iloc[0] in LESS_IS_BETTER
    value = rows["value"].astype(float)
    found = rows[["id", "name", "source", "status"]].assign(
        years=[_middle(date) for date in rows["date"]], value=value, efficiency=1 / value if less else value
    )
    kept = found["years"].between(-math.inf if since is None else since, math.inf if until is None else until)
    if checks.truth("verified_only", verified_only):
        kept &= found["status"] == "verified"
    found = found[kept].sort_values("years", kind="stable", ignore_index=True)
    if records_only is None:
        records_only = rows["stands_for"].iloc[0] == "frontier"
    if checks.truth("records_only", records_only):
        before = found["efficiency"].cummax().shift(fill_value=0)
        found = found[found["efficiency"] > before].reset_index(drop=True)
    return found


def _middle(date):
    """The middle of a month or of a year, in years."""
    year, _, month = date.partition("-")
    return int(year) + ((int(month) - 0.5) / 12 if month else 0.5)


class Curvature(NamedTuple):
    """How bent the growth of a series is.

    `models` is `fits.growth_models` with growth a year in place of slopes (0.3 for 30 %); `count` points from `first`
    to `last`; `growth` of the line a year; `difference` the parabola's AICc less the line's; `lag_one` the
    correlation of neighbours; `expected` for each of CONSTANT_RATES the difference that 5 % of such series fall below;
    `chance` how often each reaches the difference that was found; `power` how often a series like the fitted parabola
    would be called slowing; and `reading`, what follows.
    """

    models: pd.DataFrame
    count: int
    first: float
    last: float
    growth: float
    difference: float
    lag_one: float
    expected: dict
    chance: dict
    power: float
    reading: str


@remembered(stored=True)
def curvature(series, *, since=None, until=None, verified_only=False, draws=20_000, seed=0):
    """Whether a measured series slows: four models, and what records of a constant rate would show. [extension]

    Two constant rates are simulated on the dates of all points of the series. In the first every list scatters
    about a line, in the second the frontier climbs by jumps whose frequency and mean size are those of the series.
    Of a frontier only the records are kept, as in the series, and each series that comes out is fitted as the real one.

    The reading is "slows" if fewer than BEND_LEVEL of both kinds bend down as much, "slows, unless progress comes in
    jumps" if fewer of the first kind only, "quickens" likewise, else "not decided".

    Parameters
    ----------
    series, since, until, verified_only : as for `efficiency_series`
    draws : simulated series of each kind
    seed : of the random numbers

    Raises
    ------
    ValueError
        If the series has fewer than LEAST_POINTS points.
    """
    chosen = {"since": since, "until": until, "verified_only": verified_only}
    found, every = efficiency_series(series, **chosen), efficiency_series(series, **chosen, records_only=False)
    if len(found) < LEAST_POINTS:
        raise ValueError(f"series: {series!r} has {len(found)} points to fit, expected {LEAST_POINTS} or more")
    x, y = found["years"].to_numpy(), np.log(found["efficiency"].to_numpy())
    records = len(found) < len(every) or _of_frontier(series)
    difference = float(fits.bend_statistic(x, y))
    dates = np.unique(every["years"])
    generator = np.random.default_rng(seed)
    makers = dict(zip(CONSTANT_RATES, (_scattered(x, y, dates, 1), _jumping(x, y, dates)), strict=True))
    drawn = {name: _bends(make, dates, records, draws, generator) for name, make in makers.items()}
    bent = _bends(_scattered(x, y, dates, 2), dates, records, draws, generator)
    reached = {name: float(np.mean(np.r_[values, difference] <= difference)) for name, values in drawn.items()}
    limits = {name: float(np.quantile(values, BEND_LEVEL)) for name, values in drawn.items()}
    models = fits.growth_models(x, y)
    return Curvature(
        models.assign(first=np.expm1(models["first"]), last=np.expm1(models["last"])),
        len(x),
        float(x[0]),
        float(x[-1]),
        float(np.expm1(models.loc["line", "first"])),
        difference,
        fits.lag_one(x, y),
        limits,
        reached,
        float(np.mean(bent <= limits[CONSTANT_RATES[0]])),
        _reading(reached, {name: float(np.mean(np.r_[v, difference] >= difference)) for name, v in drawn.items()}),
    )


def _of_frontier(series):
    rows = load("efficiency_trend")
    return bool((rows.loc[rows["series"] == series, "stands_for"] == "frontier").all())


def _reading(slower, faster):
    for word, chance in (("slows", slower), ("quickens", faster)):
        line, jumps = (chance[name] < BEND_LEVEL for name in CONSTANT_RATES)
        if line:
            return word if jumps else f"{word}, unless progress comes in jumps"
    return "not decided"


def _scattered(x, y, dates, degree):
    """A maker of series that scatter about a polynomial as the points do."""
    middle = x.mean()
    weights = np.polyfit(x - middle, y, degree)
    deviation = np.sqrt(np.sum((y - np.polyval(weights, x - middle)) ** 2) / (len(x) - degree - 1))
    centre = np.polyval(weights, dates - middle)
    return lambda generator, draws: centre + deviation * generator.standard_normal((draws, len(dates)))


def _jumping(x, y, dates):
    """A maker of series that stay, or jump by exponential sizes, at a constant mean rate."""
    steps = np.diff(y)
    rate, size = len(steps) / (x[-1] - x[0]), float(np.abs(steps).mean())
    spans = np.diff(dates)
    share = np.minimum(rate * spans, 1)

    def make(generator, draws):
        jumps = generator.random((draws, len(spans))) < share
        return np.insert(np.cumsum(jumps * generator.exponential(size, jumps.shape), axis=1), 0, 0.0, axis=1)

    return make


def _bends(make, dates, records, draws, generator):
    """The statistic of so many simulated series; 0 for one with too few points."""
    made = make(generator, draws)
    before = np.maximum.accumulate(made, axis=1)[:, :-1]
    kept = np.insert(made[:, 1:] > before, 0, True, axis=1) if records else True
    return fits.bend_statistic(dates, made, kept)


class Forecast(NamedTuple):
    """What a constant rate, fitted before a year, says of the last point: expected, found, their ratio, and by how
    many standard errors of one further point they differ; `count` points were fitted, growing by `growth` a year."""

    expected: float
    found: float
    share: float
    errors: float
    count: int
    growth: float


def forecast(series, before, **chosen):
    """A constant rate fitted to the points of a series before a year, held against its last point. [extension]

    Parameters
    ----------
    series : as for `efficiency_series`, and so are the keywords
    before : year

    Raises
    ------
    ValueError
        If fewer than four points lie before the year, or none after.
    """
    points_ = efficiency_series(series, **chosen)
    at, value = float(points_["years"].iloc[-1]), float(points_["efficiency"].iloc[-1])
    fitted, expected, error = _carried(series, before, points_, at)
    gap = math.log(value / math.exp(expected))
    return Forecast(
        math.exp(expected), value, value / math.exp(expected), gap / error, fitted.count, math.expm1(fitted.slope)
    )


def carried_on(series, before, years, level=0.8):
    """A constant rate fitted to the points of a series before a year, in other years, with the interval of one further
    point: year, value, low, high. [extension]

    Parameters
    ----------
    series, before : as for `forecast`
    years : array of years
    level : of the interval, by Student's t

    Raises
    ------
    ValueError
        As `forecast`.
    """
    years = np.asarray(years, dtype=float)
    fitted, expected, error = _carried(series, before, efficiency_series(series), years)
    reach = fits.t_quantile(level, fitted.count - 2) * error
    ends = {"low": np.exp(expected - reach), "high": np.exp(expected + reach)}
    return pd.DataFrame({"year": years, "value": np.exp(expected), **ends})


def _carried(series, before, points_, at):
    """The line through the logarithms of the points before a year; what it says elsewhere, and the standard error of
    one further point there, both as logarithms."""
    early = points_[points_["years"] < before]
    if len(early) < LEAST_BEFORE or len(early) == len(points_):
        raise ValueError(f"before: {before!r}, expected a year with four points of {series!r} before it and one after")
    x, y = early["years"].to_numpy(), np.log(early["efficiency"].to_numpy())
    fitted = fits.line(x, y)
    scatter = math.sqrt(float(np.sum((y - fitted.intercept - fitted.slope * x) ** 2)) / (len(x) - 2))
    error = np.hypot(scatter * math.sqrt(1 + 1 / len(x)), fitted.slope_error * (at - x.mean()))
    return fitted, fitted.intercept + fitted.slope * at, error


@remembered(stored=True)
def forecasts(series):
    """The forecast of a series with each of CUTS that leaves points enough, from all records and from those since 2013:
    choice, before, points, expected, errors. [extension]"""
    found = []
    for choice in ("all records", "from 2013"):
        years = efficiency_series(series, **CHOICES[choice])["years"]
        for before in CUTS:
            if LEAST_BEFORE <= (years < before).sum() < len(years):
                one = forecast(series, before, **CHOICES[choice])
                found.append([choice, before, one.count, one.expected, one.errors])
    return pd.DataFrame(found, columns=["choice", "before", "points", "expected", "errors"])


@remembered(stored=True)
def bends_by_choice(series):
    """The parabola's difference and the chances under every choice of points in CHOICES: choice, points, difference,
    chance_scatter, chance_jumps, reading. [extension]"""
    found = []
    for choice, chosen in CHOICES.items():
        bent = curvature(series, **chosen)
        line, jumps = (bent.chance[name] for name in CONSTANT_RATES)
        found.append([choice, bent.count, bent.difference, line, jumps, bent.reading])
    columns = ["choice", "points", "difference", "chance_scatter", "chance_jumps", "reading"]
    return pd.DataFrame(found, columns=columns)


@remembered(stored=True)
def curvature_table():
    """Every frontier and every middle with points enough, as rows: series, points, first, last, growth and the ends of
    the parabola (a year), differences of AICc to the line, lag one, chances, power, reading. [extension]

    Series with too few points are listed too, without numbers and with that reading.
    """
    rows = load("efficiency_trend")
    rows = rows[rows["stands_for"].isin(["frontier", "middle"])]
    found = []
    for series in dict.fromkeys(rows["series"]):
        count = len(efficiency_series(series))
        if count < LEAST_POINTS:
            found.append({"series": series, "points": count, "reading": "too few points"})
            continue
        bent = curvature(series)
        found.append(
            {
                "series": series,
                "points": bent.count,
                "first": bent.first,
                "last": bent.last,
                "growth": bent.growth,
                "start": bent.models.loc["parabola", "first"],
                "end": bent.models.loc["parabola", "last"],
                "parabola": bent.difference,
                "broken": bent.models.loc["broken line", "aicc"],
                "logistic": bent.models.loc["logistic", "aicc"],
                "lag_one": bent.lag_one,
                **{f"chance_{name.split()[0]}": chance for name, chance in bent.chance.items()},
                "power": bent.power,
                "reading": bent.reading,
            }
        )
    numbers = {name: "Float64" for name in found[0] if name not in ("series", "points", "reading")}
    return pd.DataFrame(found).astype(numbers)


# --- Joules a token from one accelerator to the next -----------------------------------------------------------------

#: What two runs must share, but for the accelerator, to be one comparison.
SAME = ["table", "source", "phase", "model", "weight_bits", "task", "program", "batch", "input_tokens"]
#: Answers are of one length if neither is longer than so many times the other; a longer one is more work a request.
SAME_LENGTH = 1.2
#: Batches that are summed up together, by the largest of each.
BATCHES = {16: "1 to 16", 64: "17 to 64", 256: "65 to 256", math.inf: "above 256"}
#: Whether a run waited for its host, from best to worst, and what a pair is if one of its rows does not say.
STALLS, NOT_STATED = ("no sign", "prompts may explain it", "suspected"), "not stated"
_RUN_COLUMNS = {
    "measured_decoding": {
        "llm": "model",
        "batch_max": "batch",
        "mean_input_tokens": "input_tokens",
        "mean_output_tokens": "output_tokens",
        "joules_per_output_token": "joules",
        "host_stalls": "stalls",
    },
    "measured_inference": {
        "llm_name": "model",
        "workload": "task",
        "batch_max": "batch",
        "num_gpus": "gpus",
        "avg_output_tokens": "output_tokens",
        "j_per_output_token": "joules",
    },
}


def _token_runs():
    """The measured runs of both tables that state model, batch, accelerator and joules of an output token."""
    found = []
    for table, names in _RUN_COLUMNS.items():
        rows = load(table)
        rows = rows.drop(columns=[name for name in names.values() if name in rows]).rename(columns=names)
        if "derived" in rows:
            rows = rows[(rows["kind"] == "measured") & ~rows["derived"]]
        found.append(rows.assign(table=table))
    rows = pd.concat(found, ignore_index=True)
    return rows.dropna(subset=["model", "batch", "accelerator_name", "gpus", "joules"])


@remembered
def generation_pairs():
    """One model under the same conditions on two accelerators of one vendor, as one was released years after the other.

    Returns
    -------
    pandas.DataFrame, one row a pair of runs that share SAME: old, new (names of accelerators), model (its name in the
    table `llm`), task, program, weight_bits, batch, gpus_old, gpus_new; gain, joules of an output token on the old over
    those on the new; years between the two, and rate, doublings of tokens per joule a year; stalls_old and stalls_new,
    missing where not stated, and stalls, the worse of the two or NOT_STATED; length, tokens of an answer on the new
    over those on the old, and alike, whether these are within SAME_LENGTH; table, source, row_old, row_new. [extension]
    """
    chips = load("accelerators").set_index("name")
    runs = _token_runs()
    runs = runs.assign(
        year=runs["accelerator_name"].map(chips["year"]).astype(float),
        vendor=runs["accelerator_name"].map(chips["vendor"]),
    )
    pairs = runs.merge(runs, on=[*SAME, "vendor"], suffixes=("_old", "_new"))  # pandas joins a blank with a blank
    pairs = pairs[pairs["year_old"] < pairs["year_new"]]
    gain = (pairs["joules_old"] / pairs["joules_new"]).astype(float)
    years = pairs["year_new"] - pairs["year_old"]
    stalls = [
        NOT_STATED if pd.isna(old) or pd.isna(new) else max(old, new, key=STALLS.index)
        for old, new in zip(pairs["stalls_old"], pairs["stalls_new"], strict=True)
    ]
    length = (pairs["output_tokens_new"] / pairs["output_tokens_old"]).astype(float)
    pairs = pairs.assign(gain=gain, years=years, rate=np.log2(gain) / years, stalls=stalls, length=length)
    pairs = pairs.assign(alike=length.between(1 / SAME_LENGTH, SAME_LENGTH))
    pairs = pairs.rename(
        columns={"accelerator_name_old": "old", "accelerator_name_new": "new", "id_old": "row_old", "id_new": "row_new"}
    )
    kept = ["old", "new", "model", "task", "program", "weight_bits", "batch", "gpus_old", "gpus_new", "gain", "years"]
    kept += ["rate", "stalls_old", "stalls_new", "stalls", "length", "alike", "table", "source", "row_old", "row_new"]
    return pairs[kept].sort_values(["row_old", "row_new"], ignore_index=True)


@remembered(stored=True)
def generation_gains():
    """What one generation of accelerators gains in tokens per joule, by size of the batch.

    Returns
    -------
    pandas.DataFrame: old, new, accelerators ("as many" or "fewer" of the new), stalls ("none suspected", "suspected" or
    NOT_STATED), batch (a value of BATCHES), pairs, models, of_one (pairs of the model that has the most), gain (median
    over pairs, above 1 for progress), low, high (the range over pairs), rate, doublings a year at the median, alike
    (pairs with answers of one length) and gain_alike (their median). Pairs with more of the new are left out.
    [extension]
    """
    pairs = generation_pairs()
    pairs = pairs[pairs["gpus_new"] <= pairs["gpus_old"]]
    pairs = pairs.assign(
        accelerators=np.where(pairs["gpus_new"] == pairs["gpus_old"], "as many", "fewer"),
        stalls=pairs["stalls"].where(pairs["stalls"].isin(["suspected", NOT_STATED]), "none suspected"),
        batch=pd.cut(pairs["batch"].astype(float), [0, *BATCHES], labels=list(BATCHES.values())),
        gain_alike=pairs["gain"].where(pairs["alike"]),
    )
    by = ["old", "new", "accelerators", "stalls", "batch"]
    found = pairs.groupby(by, observed=True).agg(
        pairs=("gain", "size"),
        models=("model", "nunique"),
        of_one=("model", lambda names: names.value_counts().iloc[0]),
        gain=("gain", "median"),
        low=("gain", "min"),
        high=("gain", "max"),
        rate=("rate", "median"),
        alike=("alike", "sum"),
        gain_alike=("gain_alike", "median"),
    )
    return found.reset_index().astype({"batch": "string"})
