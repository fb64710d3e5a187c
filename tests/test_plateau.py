"""The plateau: closed forms against integration and differentiation, limits, fits, and bad input."""

import math

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

import datagravity as dg
from datagravity import fits, load, plateau, symbolic
from datagravity.charts import plateau as charts
from datagravity.compiled import vega_expression
from datagravity.evidence.rules import RULES
from datagravity.series import series_names
from frozen import freeze

TIMES = {"compute_halving": 2.0, "transport_halving": 6.4}

halving = st.floats(0.5, 50)
gds = st.floats(1e-3, 1e6)
betas = st.floats(1.05, 2.95)
shares = st.floats(0, 0.9)
nearests = st.floats(0, 1)


def slope(function, at, step=1e-4):
    """The derivative of log2 of a function."""
    return (math.log2(function(at + step)) - math.log2(function(at - step))) / (2 * step)


# --- The model


def test_the_numbers_of_the_illustration():
    assert plateau.distance_halving(**TIMES) == pytest.approx(64 / 11)
    limit = plateau.rate_limit(6.4)
    assert 1 < plateau.rate(992, **TIMES) / limit < 1.003
    assert plateau.rate(1, **TIMES) == pytest.approx((1 / 2 + limit) / 2)
    assert plateau.rate(1e-9, **TIMES) == pytest.approx(1 / 2)
    assert plateau.realigned_rate(992, 1.8, **TIMES) == pytest.approx(0.4 / 2 + 0.6 / 6.4)


@given(st.floats(-20, 40), st.floats(0.01, 1e3), halving, halving, halving)
def test_the_rate_is_the_slope_of_the_gain(years, gd_now, compute, transport, reuse):
    times = (compute, transport, reuse)
    found = slope(lambda t: plateau.gain(t, gd_now, *times), years)
    assert found == pytest.approx(plateau.rate(plateau.gd_at(years, gd_now, *times), *times), rel=1e-5, abs=1e-7)


@pytest.mark.slow
@pytest.mark.parametrize("ends", [{}, {"nearest": 0.1}, {"fixed_share": 0.2}, {"nearest": 0.3, "fixed_share": 0.05}])
@pytest.mark.parametrize("beta", [1.3, 2.0, 2.7])
def test_summed_rates_are_the_gain(beta, ends):
    # A chosen G_0 starts as built, so that nothing is saved at once.
    start = {"gd_now": 0.05, **TIMES, "reuse_doubling": 30}
    times = {**TIMES, "reuse_doubling": 30}
    summed, _ = quad(
        lambda t: plateau.realigned_rate(plateau.gd_at(t, **start), beta, **ends, **times), 0, 50, limit=400
    )
    assert summed == pytest.approx(math.log2(plateau.realigned_gain(50, beta=beta, **start, **ends)), rel=1e-6)


@pytest.mark.slow
@given(st.floats(0, 40), gds, betas, shares, st.floats(0.01, 1))
def test_the_gain_is_that_of_the_law_at_the_distance_of_the_day(years, gd_now, beta, share, nearest):
    gd = plateau.gd_at(years, gd_now, **TIMES)
    distance = max(nearest, min(1.0, dg.optimal_distance(gd, beta, fixed_share=share)))
    expected = 2 ** (years / 2) * (1 + gd_now) / dg.energy(distance, gd, beta, fixed_share=share)
    found = plateau.realigned_gain(years, gd_now, beta, **TIMES, nearest=nearest, fixed_share=share)
    assert found == pytest.approx(expected, rel=1e-9)
    assert found >= plateau.gain(years, gd_now, **TIMES) * (1 - 1e-12)


@given(gds, betas, shares, nearests, halving, halving)
def test_rates_lie_between_the_two_clocks(gd, beta, share, nearest, compute, transport):
    low, high = sorted((1 / compute, 1 / transport))
    for rate in (
        plateau.rate(gd, compute, transport),
        plateau.realigned_rate(gd, beta, compute, transport, nearest=nearest, fixed_share=share),
    ):
        assert low * (1 - 1e-9) <= rate <= high * (1 + 1e-9)


@given(gds, betas, st.floats(0.01, 0.9))
def test_where_moving_begins_to_pay_and_ends(gd, beta, nearest):
    begin = (3 - beta) / (beta - 1)
    steady = (beta - 1) / 2 / 2 + (3 - beta) / 2 / 6.4
    found = plateau.realigned_rate(gd, beta, **TIMES, nearest=nearest)
    if gd <= begin:
        assert found == pytest.approx(plateau.rate(gd, **TIMES))
        assert found >= steady * (1 - 1e-9)
    elif gd <= begin / nearest**2:
        assert found == pytest.approx(steady)
        assert found >= plateau.rate(gd, **TIMES) * (1 - 1e-9)
    else:
        assert found == pytest.approx(plateau.rate(gd * nearest**2, **TIMES))
        assert found <= steady * (1 + 1e-9)


@given(gds, st.floats(0.01, 1e3), halving, st.floats(1.1, 5))
def test_crossing_years(gd, gd_now, compute, slower):
    year = plateau.crossing_year(gd, gd_now, compute, compute * slower)
    assert plateau.gd_at(year, gd_now, compute, compute * slower) == pytest.approx(gd, rel=1e-9)


def test_the_best_distance_halves_in_its_time():
    span = plateau.distance_halving(**TIMES)
    now, then = (dg.optimal_distance(plateau.gd_at(t, 50, **TIMES), 1.8) for t in (0, span))
    assert then / now == pytest.approx(0.5)


def test_reuse_lifts_the_limit_and_may_undo_the_gap():
    assert plateau.rate_limit(6.4, 4) == pytest.approx(1 / 6.4 + 1 / 4)
    assert plateau.rate(1e12, **TIMES, reuse_doubling=4) == pytest.approx(1 / 6.4 + 1 / 4)
    assert plateau.gd_at(10, 50, **TIMES, reuse_doubling=2) < 50
    assert plateau.distance_halving(**TIMES, reuse_doubling=2) < 0


def test_a_fixed_share_ends_in_the_limit():
    late = plateau.realigned_rate(1e14, 1.8, **TIMES, fixed_share=0.05)
    assert late == pytest.approx(1 / 6.4, rel=1e-3)


def test_symbolic_identities():
    assert sp.simplify(symbolic.mean_rate - symbolic.logistic_rate) == 0
    at_best = symbolic.logistic_rate.subs(symbolic.paid_ratio, symbolic.realigned_from)
    assert sp.simplify(at_best - symbolic.realigned_rate) == 0
    at_floor = (symbolic.realigned_until * symbolic.nearest**2 - symbolic.realigned_from).simplify()
    assert at_floor == 0


def test_functions_broadcast():
    found = plateau.rate(np.array([[1.0], [10.0]]), [1.0, 2.0, 3.0], 6.4)
    assert found.shape == (2, 3)
    assert isinstance(plateau.rate(1, 2, 6.4), float)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plateau.rate(0, 2, 6.4), "gd: 0.0, expected a finite number above 0"),
        (lambda: plateau.rate(1, -2, 6.4), "compute_halving: -2.0, expected a number above 0, or infinity"),
        (lambda: plateau.rate(1, [2, 0], 6.4), r"compute_halving: 0.0 \(index 1\)"),
        (lambda: plateau.rate(1, 2, math.nan), "transport_halving: nan"),
        (lambda: plateau.gd_at(math.inf, 1, 2, 6.4), "years: inf, expected a finite number"),
        (lambda: plateau.gd_at(1, math.inf, 2, 6.4), "gd_now: inf, expected a finite number"),
        (lambda: plateau.gd_at("soon", 1, 2, 6.4), "years: 'soon', expected a number"),
        (lambda: plateau.realigned_rate(1, 3, 2, 6.4), "beta: 3.0, expected 1 < beta < 3"),
        (lambda: plateau.realigned_rate(1, 2, 2, 6.4, nearest=2), "nearest: 2.0, expected 0 <= nearest <= 1"),
        (lambda: plateau.realigned_rate(1, 2, 2, 6.4, fixed_share=1), "fixed_share: 1.0"),
        (lambda: plateau.rate([1, 2], [1, 2, 3], 6.4), "expected shapes that broadcast"),
        (lambda: plateau.crossing_year(10, 1, 2, 2), "G_d stays as it is"),
        (lambda: plateau.distance_halving(math.inf, math.inf), "G_d stays as it is"),
        (lambda: plateau.trend("flagships", "FLOP/J"), "series: 'flagships', expected one of"),
        (lambda: plateau.trend("AMD, by year", "FLOPS"), "quantity: 'FLOPS', expected one of"),
        (lambda: plateau.trend("AMD, by year", "FLOP/J", level=1), r"level: 1\.0, expected 0 < level < 1"),
    ],
)
def test_bad_input_is_a_clear_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_overflow_is_an_error():
    with pytest.raises(OverflowError, match=r"gd_at: inf at years = 10000.0, .*, expected a result"):
        plateau.gd_at(1e4, 1, 2, 6.4)


# --- The fits


def test_every_series_has_a_fit_of_every_quantity():
    table = plateau.growth_table()
    assert len(table) == len(series_names("growth")) * len(plateau.QUANTITIES)
    assert (table["low"] < table["growth"]).all()
    assert (table["growth"] < table["high"]).all()


def test_slopes_add_up():
    for series in series_names("growth"):
        up, down, ratio = (plateau.trend(series, name).rate.value for name in ("FLOP/J", "byte/J", "FLOP/byte"))
        assert up - down == pytest.approx(ratio)


# --- The fits, on tables of their own


def chips(**columns):
    return [
        {"id": f"A90{n}", "name": f"chip {n}"} | dict(zip(columns, cells, strict=True))
        for n, cells in enumerate(zip(*columns.values(), strict=True), 1)
    ]


def members(series, rows, labels=None):
    labels = labels or [None] * len(rows)
    pairs = enumerate(zip(rows, labels, strict=True), 1)
    return [{"id": f"M90{n}", "series": series, "row": row, "label": label} for n, (row, label) in pairs]


def test_a_series_is_fitted_as_the_tables_list_it(tmp_path, monkeypatch):
    rows = chips(
        year=[2020, 2024, 2022, 2022],
        release_date=["2020-07-01", "2024-07-01", "2022-07-01", "2022-07-01"],
        peak_dense_fp16_bf16_tflops=[100, 410, 190, 9000],
        mem_bw_gb_s=[1000, 2000, 1500, 1],
        tdp_w=[100, 100, 100, 1],
    )
    series = [
        {"name": name, "use": "growth", "table": "accelerators", "time_column": column}
        for name, column in {"ours, by year": "year", "ours, by date": "release_date"}.items()
    ]
    by_year = members("ours, by year", ["A902", "A901", "A903"])
    by_date = [row | {"id": f"{row['id']}1", "series": "ours, by date"} for row in by_year]
    freeze(tmp_path, monkeypatch, accelerators=rows, series=series, series_rows=by_year + by_date)
    found = plateau.points("ours, by year")
    assert found["name"].to_list() == ["chip 1", "chip 3", "chip 2"], "from early to late, and the fourth is not of it"
    assert found["FLOP/J"].to_list() == pytest.approx([1e12, 1.9e12, 4.1e12])
    fit = plateau.trend("ours, by year", "FLOP/J", level=0.9)
    logs = np.log2([1.0, 1.9, 4.1])
    slope = (logs[2] - logs[0]) / 4
    residual = (logs[0] - 2 * logs[1] + logs[2]) / np.sqrt(6)
    # One degree of freedom: 90 % of Student's t lie within tan(0.45 pi).
    half = math.tan(0.45 * math.pi) * abs(residual) / np.sqrt(8)
    assert (fit.rate.value, fit.rate.high - fit.rate.value) == pytest.approx((slope, half))
    assert fit.growth.value == pytest.approx(2**slope)
    assert (fit.doubling, fit.count) == (pytest.approx(1 / slope), 3)
    assert (fit.doubling_low, fit.doubling_high) == pytest.approx((1 / (slope + half), 1 / (slope - half)))
    assert plateau.points("ours, by date")["years"].to_list() == pytest.approx([2020.5, 2022.5, 2024.5], abs=0.01)
    assert plateau.trend("ours, by date", "FLOP/J").rate.value == pytest.approx(slope, rel=1e-3)


def test_no_growth_inside_the_interval_never_doubles(tmp_path, monkeypatch):
    rows = chips(
        year=[2020, 2021, 2022], peak_dense_fp16_bf16_tflops=[100, 300, 110], mem_bw_gb_s=[1] * 3, tdp_w=[100] * 3
    )
    series = [{"name": "ours", "use": "growth", "table": "accelerators", "time_column": "year"}]
    freeze(
        tmp_path,
        monkeypatch,
        accelerators=rows,
        series=series,
        series_rows=members("ours", ["A901", "A902", "A903"]),
    )
    fit = plateau.trend("ours", "FLOP/J")
    assert fit.rate.low < 0 < fit.rate.value
    assert (fit.doubling_high, fit.doubling) == (math.inf, pytest.approx(1 / fit.rate.value))


def test_memories_halve_from_the_first_generation_on(tmp_path, monkeypatch):
    rows = [
        {"id": f"T90{n}", "fact": "anything", "value": value, "period": str(year), "year": year}
        for n, (value, year) in enumerate([(2.0, 2024), (4.0, 2020), (5.0, 2022)], 1)
    ]
    series = [{"name": "ours", "use": "memory generation", "table": "trends", "time_column": "year"}]
    both = members("ours", ["T902", "T903", "T901"], ["first", "worse", "half"])
    freeze(tmp_path, monkeypatch, trends=rows, series=series, series_rows=both)
    found = plateau.memory_halving().set_index("part")
    assert found["halving"].to_dict() == {"worse": math.inf, "half": pytest.approx(4)}
    assert found["years"].to_dict() == {"worse": 2, "half": 4}


# --- Measured efficiency

#: The records of the Green500, November 2007 to November 2025, in GFLOPS/W.
RECORDS = (
    "2007-11 0.35723 2008-06 0.48814 2008-11 0.53624 2009-11 0.72298 2010-06 0.77338 2010-11 1.684 2011-06 2.097 "
    "2012-06 2.10088 2012-11 2.499 2013-06 3.208 2013-11 4.50317 2014-11 5.271 2015-06 7.032 2016-11 9.46 2017-06 "
    "14.11 2017-11 17.009 2018-06 18.404 2020-06 21.108 2020-11 26.195 2021-06 29.7 2021-11 39.38 2022-06 62.684 "
    "2022-11 65.091 2023-06 65.396 2024-06 72.733 2025-11 73.282 "
)


def measured(dates, values, **cells):
    """Rows of the table of measured efficiency, a frontier unless told otherwise."""
    row = {"series": "ours", "stands_for": "frontier", "unit": "GFLOPS/W", "quantity": "system", "method": "measured"}
    return [
        {"id": f"Y9{n:02}", "name": "a system", **row, **cells, "date": date, "value": value}
        for n, (date, value) in enumerate(zip(dates, values, strict=True))
    ]


@pytest.fixture
def green(tmp_path, monkeypatch):
    words = RECORDS.split()
    rows = measured(words[::2], words[1::2])
    rows.append(rows[-1] | {"id": "Y999", "date": "2025-12", "value": 50})
    freeze(tmp_path, monkeypatch, efficiency_trend=rows)


def test_the_records_of_the_green500_bend(green):
    bent = plateau.curvature("ours", draws=200)
    assert (bent.count, bent.difference) == (26, pytest.approx(-18.7, abs=0.05))
    assert bent.models.loc["parabola", ["first", "last"]].to_list() == pytest.approx([0.573, 0.176], abs=1e-3)
    assert bent.chance["scatter about a line"] < plateau.BEND_LEVEL
    assert plateau.curvature("ours", since=2013.0, draws=50).difference == pytest.approx(-1.6, abs=0.05)
    found = plateau.forecast("ours", 2019)
    assert (found.expected, found.found) == (pytest.approx(324.2, abs=0.1), pytest.approx(73.28, abs=0.01))
    assert found.errors == pytest.approx(-6.3, abs=0.05)
    last = plateau.carried_on("ours", 2019, [2010.0, plateau.efficiency_series("ours")["years"].iloc[-1]]).iloc[-1]
    assert last["value"] == pytest.approx(found.expected)
    # So many errors away as Student's t has 80 % within, the number found is outside.
    reach = math.log(last["high"] / last["value"])
    assert found.errors * reach / fits.t_quantile(0.8, found.count - 2) == pytest.approx(math.log(found.share))
    assert last["low"] > found.found


def test_how_far_a_forecast_misses_depends_on_the_cut(green):
    cuts = plateau.forecasts("ours").set_index(["choice", "before"])
    errors = cuts["errors"]
    assert errors["all records"].to_list() == pytest.approx([-4.5, -5.1, -4.8, -6.1, -6.3, -6.3, -3.5, -3.0], abs=0.05)
    assert list(errors["from 2013"].index) == list(range(2016, 2023)), "before 2015 there are too few of these records"
    last = cuts.loc[("from 2013", 2021)]
    assert last[["points", "expected", "errors"]].to_list() == pytest.approx([10, 117.7, -1.69], abs=0.05)
    assert errors["all records", 2019] == plateau.forecast("ours", 2019).errors


def test_the_chances_of_a_bend_are_no_matter_of_the_seed(green):
    one, other = (plateau.curvature("ours", seed=seed) for seed in (0, 1))
    for name in plateau.CONSTANT_RATES:
        error = math.sqrt(one.chance[name] * (1 - one.chance[name]) / 20_000)
        assert abs(one.chance[name] - other.chance[name]) < 5 * error
    assert one.chance["scatter about a line"] < 0.003


@pytest.mark.parametrize(("bend", "reading"), [(0, "not decided"), (-0.03, "slows"), (0.03, "quickens")])
def test_the_reading_follows_the_bend(tmp_path, monkeypatch, bend, reading):
    years = np.arange(2000, 2016)
    t = years - 2000
    values = np.exp(0.5 * t + (bend * t * (t - 15)) + 0.05 * np.sin(37.0 * t**2))
    rows = measured([str(year) for year in years], values, stands_for="middle")
    freeze(tmp_path, monkeypatch, efficiency_trend=rows)
    assert plateau.curvature("ours", draws=100).reading.split(",")[0] == reading


def test_joules_turn_into_efficiency_and_units_do_not_mix(tmp_path, monkeypatch):
    rows = measured(["2020", "2021-07"], [4.0, 2.0], unit="pJ/bit")
    freeze(tmp_path, monkeypatch, efficiency_trend=rows)
    found = plateau.efficiency_series("ours")
    assert found["efficiency"].to_list() == [0.25, 0.5]
    assert found["years"].to_list() == pytest.approx([2020.5, 2021 + 6.5 / 12])
    with pytest.raises(ValueError, match="2 points to fit, expected 8 or more"):
        plateau.curvature("ours")
    with pytest.raises(ValueError, match="before: 2021"):
        plateau.forecast("ours", 2021)


@pytest.mark.parametrize("name", ["verified_only", "records_only"])
def test_a_choice_of_points_is_true_or_false(green, name):
    with pytest.raises(ValueError, match=f"{name}: 'no', expected True or False"):
        plateau.efficiency_series("ours", **{name: "no"})


def test_a_series_of_two_units_is_an_error(tmp_path, monkeypatch):
    rows = [*measured(["2020"], [4.0]), measured(["2021"], [2.0], unit="tokens/J")[0] | {"id": "Y950"}]
    freeze(tmp_path, monkeypatch, efficiency_trend=rows)
    with pytest.raises(
        ValueError, match=r"efficiency_trend\.csv row 3 .*column unit: value 'tokens/J'; expected GFLOPS/W"
    ):
        plateau.efficiency_series("ours")


# --- Joules a token from one accelerator to the next


def token_run(number, accelerator, joules, **cells):
    """A measured run of one model on one accelerator; its steps say nothing of stalls unless told."""
    row = {"phase": "serving", "llm": "a model", "task": "chat", "program": "a server", "batch_max": 8}
    row |= {"id": f"MD9{number:02}", "accelerator_name": accelerator, "joules_per_output_token": joules}
    return row | {"weight_bits": 16, "batch_average": 8, "mean_output_tokens": 400} | cells


STEADY = {"step_median_ms": 10, "step_p90_ms": 11, "host_stalls": "no sign"}
STALLED = {"step_median_ms": 10, "step_p90_ms": 20, "host_stalls": "suspected"}


@pytest.fixture
def token_runs(tmp_path, monkeypatch):
    years = {"old": 2020, "new": 2024, "of another vendor": 2024}
    rows = chips(year=list(years.values()), peak_dense_fp16_bf16_tflops=[1] * 3, mem_bw_gb_s=[1] * 3, tdp_w=[100] * 3)
    rows = [row | {"name": name} for row, name in zip(rows, years, strict=True)]
    rows[2]["vendor"] = "somebody else"
    runs = [
        token_run(1, "old", 4.0, **STEADY),
        token_run(2, "new", 2.0, **STEADY),
        token_run(3, "new", 5.0, **STALLED, mean_output_tokens=900),
        token_run(4, "of another vendor", 1.0, **STEADY),
        token_run(5, "old", 6.0, gpus=2, **STEADY),
        # Nothing to compare them with: another task, other weights, another prompt, no energy.
        token_run(6, "new", 1.0, task="code", **STEADY),
        token_run(7, "new", 1.0, weight_bits=8, **STEADY),
        token_run(8, "new", 1.0, mean_input_tokens=100, **STEADY),
        token_run(9, "new", None, batch_max=16, **STEADY),
        token_run(10, "old", 1.0, batch_max=16, **STEADY),
        # A pair of larger batches whose rows do not say how long a step lasts.
        token_run(11, "old", 3.0, batch_max=300),
        token_run(12, "new", 4.0, batch_max=300),
    ]
    # The other table: a pair, and a number that somebody derived.
    cells = {"model": "a model", "llm_name": "a model", "num_gpus": 1, "batch_max": 8}
    others = [("old", 9.0, "false"), ("new", 4.5, "false"), ("new", 1.0, "true")]
    others = [
        cells | {"id": f"I90{n}", "accelerator_name": name, "j_per_output_token": joules, "derived": derived}
        for n, (name, joules, derived) in enumerate(others, 1)
    ]
    tables = {"accelerators": rows, "measured_decoding": runs, "measured_inference": others}
    freeze(tmp_path, monkeypatch, **tables)
    return tables


def test_two_runs_are_a_pair_if_they_share_all_but_the_accelerator(token_runs):
    pairs = plateau.generation_pairs().set_index(["row_old", "row_new"])
    assert pairs["gain"].to_dict() == {
        ("MD901", "MD902"): 2.0,
        ("MD901", "MD903"): 0.8,
        ("MD905", "MD902"): 3.0,
        ("MD905", "MD903"): 1.2,
        ("MD911", "MD912"): 0.75,
        ("I901", "I902"): 2.0,
    }
    assert pairs["rate"].to_list() == pytest.approx(np.log2(pairs["gain"]) / 4)
    assert pairs["stalls"].to_dict() == {
        ("MD901", "MD902"): "no sign",
        ("MD901", "MD903"): "suspected",
        ("MD905", "MD902"): "no sign",
        ("MD905", "MD903"): "suspected",
        ("MD911", "MD912"): "not stated",
        ("I901", "I902"): "not stated",
    }
    lengths = pairs["length"]
    assert lengths[["MD901"]].to_list() == [1.0, 2.25]
    assert pairs.index[~pairs["alike"]].get_level_values("row_new").to_list() == ["I902", "MD903", "MD903"]


def test_gains_are_medians_apart_by_number_stalls_and_batch(token_runs):
    gains = plateau.generation_gains().set_index(["accelerators", "stalls", "batch"])
    assert gains["gain"].to_dict() == {
        ("as many", "none suspected", "1 to 16"): 2.0,
        ("as many", "suspected", "1 to 16"): 0.8,
        ("as many", "not stated", "1 to 16"): 2.0,
        ("as many", "not stated", "above 256"): 0.75,
        ("fewer", "none suspected", "1 to 16"): 3.0,
        ("fewer", "suspected", "1 to 16"): 1.2,
    }
    assert (gains["pairs"] == 1).all()
    stalled = gains.index.get_level_values("stalls") == "suspected"
    assert gains["gain_alike"].isna().to_list() == ((gains["alike"] == 0).to_list())
    assert (gains.loc[stalled, "alike"] == 0).all(), "their answers are longer"
    assert gains.loc[("as many", "none suspected", "1 to 16"), "rate"] == pytest.approx(1 / 4)


def test_a_further_run_moves_only_its_own_group(tmp_path, monkeypatch, token_runs):
    before = plateau.generation_gains().set_index(["accelerators", "stalls", "batch"])
    (tmp_path / "more").mkdir()
    more = [*token_runs["measured_decoding"], token_run(13, "new", 1.0, **STEADY)]
    freeze(tmp_path / "more", monkeypatch, **token_runs | {"measured_decoding": more})
    after = plateau.generation_gains().set_index(["accelerators", "stalls", "batch"])
    moved = before["gain"] != after["gain"]
    assert set(moved[moved].index) == {(many, "none suspected", "1 to 16") for many in ("as many", "fewer")}
    assert after.loc[("as many", "none suspected", "1 to 16"), ["gain", "low", "high"]].to_list() == [3.0, 2.0, 4.0]


def test_the_published_ratios_are_those_of_the_runs():
    # The notes on the runs print 14 ratios: medians for the newest step, geometric means for the earlier one.
    rows = load("efficiency_trend").query("stands_for == 'ratio of generations'").set_index(["series", "name"])["value"]
    gains = plateau.generation_gains().query("new == 'B200 SXM' and stalls == 'none suspected'")
    for number, words in {"as many": "same number of GPUs", "fewer": "half or a quarter of the GPUs"}.items():
        own = gains[gains["accelerators"] == number].set_index("batch")["gain"]
        published = rows[f"J/token, gain from H100 to B200, {words}"]
        assert len(published) == 3
        for batches, value in published.items():
            assert own[batches.removeprefix("batch ")] == pytest.approx(value, abs=6e-4)
    pairs = plateau.generation_pairs()
    apart = pairs["length"].where(pairs["length"] > 1, 1 / pairs["length"])
    assert not apart.between(plateau.SAME_LENGTH * 0.96, 2).any(), (
        "where one length ends decides nothing up to twice it"
    )
    pairs = pairs.query("old == 'A100 SXM4 40GB'")
    logs = np.log(pairs["gain"]).groupby(pairs["batch"]).mean()
    for batch, value in rows["J/token, gain from A100 to H100"].items():
        assert math.exp(logs[int(batch.removeprefix("batch "))]) == pytest.approx(value, abs=6e-4)


def test_successive_rates_multiply_to_the_whole():
    for quantity in plateau.QUANTITIES:
        whole = plateau.points("flagships, by year")[quantity]
        steps = plateau.successive_rates("flagships, by year", quantity)
        assert steps["times"].prod() == pytest.approx(whole.iloc[-1] / whole.iloc[0])
    steps = plateau.successive_rates("flagships, by year", "FLOP/J")
    assert steps["times"].iloc[0] == pytest.approx(5.896, abs=1e-3)
    assert steps["rate"].iloc[1:].to_list() == pytest.approx([0.302, 0.429, 0.335], abs=1e-3)


# --- The tables


def test_rows_as_published():
    rows = load("accelerators").set_index("id")
    assert rows.loc["A028", "peak_dense_fp16_bf16_tflops"] == 18.7
    assert "tdp 300 W" in rows.loc["A009", "recalled_fields"]


GOOD = {
    "year": 2020,
    "peak_dense_fp16_bf16_tflops": 312.0,
    "mem_bw_gb_s": 2039.0,
    "tdp_w": 400.0,
    "flop_per_byte": 153.0,
    "gflop_per_s_per_w": 780.0,
    "release_date": "2020-11-16",
    "status": "verified",
    "checked": "read in the source",
}
FACT = {"value": 2.0, "low": None, "high": None, "status": "verified", "checked": "read in the source"}
FACT |= {"period": "2016", "year": 2016}


@pytest.mark.parametrize(
    ("table", "row", "change", "column"),
    [
        ("accelerators", GOOD, {}, None),
        ("accelerators", GOOD, {"flop_per_byte": 154.0}, "flop_per_byte"),
        ("accelerators", GOOD, {"tdp_w": None}, "gflop_per_s_per_w"),
        ("accelerators", GOOD, {"gflop_per_s_per_w": None}, "gflop_per_s_per_w"),
        ("accelerators", GOOD, {"release_date": "2021-11-16"}, "release_date"),
        ("accelerators", GOOD, {"release_date": "2020-13-16"}, "release_date"),
        ("accelerators", GOOD, {"status": "recalled"}, "checked"),
        ("trends", FACT, {}, None),
        ("trends", FACT, {"value": None}, "value"),
        ("trends", FACT, {"value": None, "high": 1.0}, None),
        ("trends", FACT, {"low": 3.0}, "value"),
        ("trends", FACT, {"checked": "recalled"}, "checked"),
        ("trends", FACT, {"year": 2017}, "year"),
        ("trends", FACT, {"period": None, "year": None}, None),
    ],
)
def test_the_rules_of_the_tables(table, row, change, column):
    found = [place for rule in RULES[table] for place, _ in rule(row | change)]
    assert found == ([column] if column else [])


# --- The charts


def test_fixed_reuse_is_infinity_on_the_page():
    # On the page reuse is 1 over its rate; its expression must not do anything else with it.
    assert vega_expression(symbolic.rate_limit) == "1/transport_halving + 1/reuse_doubling"
    parameters = {parameter["name"]: parameter for parameter in charts.rates().to_dict()["params"]}
    assert parameters["reuse_doubling"]["expr"] == "1 / reuse_rate"
