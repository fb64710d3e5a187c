"""Fits, intervals and permutations against statsmodels, scipy and what can be computed by hand."""

import doctest
import math
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats

from datagravity import fits

# Pearson's points of 1901, on which York showed his fit.
X = np.array([0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4])
Y = np.array([5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5])
X_ERROR = 1 / np.sqrt([1000, 1000, 500, 800, 200, 80, 60, 20, 1.8, 1.0])
DESIGN = sm.add_constant(X)
GROUPS = list("aabbbccddd")
RISING = np.array([1.5, 2.1, 2.9, 4.2, 4.8])


def fit_line(x_error=0.0, groups=("a",) * 10, least_scatter=1e-3, **changes):
    """The points fitted by `curve` with a line."""
    arguments = {"start": [0.0, 0.0], "y": Y, "x_error": x_error, "groups": groups, "least_scatter": least_scatter}
    return fits.curve(lambda p: p[0] + p[1] * X, lambda p: p[1], lambda p: DESIGN, **arguments | changes)


# --- Student's t


def test_the_quantiles_are_those_of_the_tables():
    printed = {(0.95, 1): 12.706, (0.95, 10): 2.228, (0.8, 4): 1.533, (0.99, 30): 2.750}
    assert {key: round(fits.t_quantile(*key), 3) for key in printed} == printed


def test_a_mean_and_one_further_value():
    values = [2.0, 3.5, 1.0, 4.0, 2.5]
    low, high = stats.ttest_1samp(values, 0).confidence_interval(0.9)
    mean = fits.mean_interval(values, 0.9)
    assert (mean.value, mean.low, mean.high) == pytest.approx((np.mean(values), low, high))
    assert (mean.level, mean.spread) == (0.9, "normal")
    # The prediction of a regression on nothing but a constant is the same statement.
    fitted = sm.OLS(values, np.ones(5)).fit().get_prediction([1.0]).summary_frame(alpha=0.1)
    further = fits.prediction_interval(values, 0.9)
    assert (further.low, further.high) == pytest.approx((fitted["obs_ci_lower"][0], fitted["obs_ci_upper"][0]))


# --- The line


def test_statsmodels_draws_the_same_line():
    fitted, ours = sm.OLS(Y, DESIGN).fit(), fits.line(X, Y)
    assert [ours.intercept, ours.slope] == pytest.approx(fitted.params)
    assert [ours.intercept_error, ours.slope_error] == pytest.approx(fitted.bse)
    assert ours.covariance == pytest.approx(fitted.cov_params()[0, 1])
    assert (ours.r2, ours.count) == (pytest.approx(fitted.rsquared), 10)
    interval = ours.interval(0.95)
    assert [interval.low, interval.high] == pytest.approx(fitted.conf_int()[1])


def test_two_points_make_a_line_without_errors():
    found = fits.line([1, 3], [2, 8])
    assert (found.slope, found.intercept) == pytest.approx((3, -1))
    assert math.isnan(found.slope_error)
    assert math.isnan(found.covariance)
    for judge in (found.interval, lambda: found.intercept_share(1.0)):
        with pytest.raises(ValueError, match="count: 2, expected 3 points or more"):
            judge()


def test_the_share_of_the_intercept_is_fiellers():
    found = fits.line(np.arange(5), RISING)
    share = found.intercept_share(2.0, 0.9)
    assert share.value == pytest.approx(found.intercept / (found.intercept + 2 * found.slope))
    # By hand: the ends solve (a - s (a + b x))^2 = t^2 var, a quadratic in s.
    fitted = sm.OLS(RISING, sm.add_constant(np.arange(5))).fit()
    (a, b), covariance, t2 = fitted.params, fitted.cov_params(), stats.t.ppf(0.95, 3) ** 2
    sum_variance = covariance[0, 0] + 4 * covariance[0, 1] + 4 * covariance[1, 1]
    ends = np.roots(
        [
            (a + 2 * b) ** 2 - t2 * sum_variance,
            -2 * (a * (a + 2 * b) - t2 * (covariance[0, 0] + 2 * covariance[0, 1])),
            a**2 - t2 * covariance[0, 0],
        ]
    )
    assert (share.low, share.high) == pytest.approx(tuple(sorted(ends)))


def test_a_share_needs_an_intercept_and_a_slope():
    with pytest.raises(ValueError, match=r"intercept, slope: 5.* expected both above 0 at level = 0.8"):
        fits.line(X, Y).intercept_share(1.0)


# --- The curve


def test_without_errors_in_x_it_is_least_squares():
    fitted, ours = sm.OLS(Y, DESIGN).fit(), fit_line()
    assert ours.parameters == pytest.approx(fitted.params)
    assert ours.covariance == pytest.approx(fitted.cov_params())
    assert ours.scatter == pytest.approx(math.sqrt(fitted.ssr / 10))
    assert ours.freedom == 8
    slope = ours.interval([0, 1], 0.95)
    assert [slope.low, slope.high] == pytest.approx(fitted.conf_int()[1])
    mean = fitted.get_prediction(DESIGN).summary_frame(alpha=0.2)
    assert ours.half_width(DESIGN) == pytest.approx((mean["mean_ci_upper"] - mean["mean_ci_lower"]) / 2)


def test_its_criterion_is_akaikes_with_the_correction():
    fitted = sm.OLS(Y, DESIGN).fit()
    # Three free numbers: the scatter is fitted too.
    assert fit_line().aicc == pytest.approx(-2 * fitted.llf + 2 * 3 + 2 * 3 * 4 / (10 - 3 - 1))


def test_groups_give_the_cluster_robust_covariance():
    ours = fit_line(groups=GROUPS)
    robust = sm.OLS(Y, DESIGN).fit(
        cov_type="cluster",
        cov_kwds={"groups": pd.factorize(np.array(GROUPS))[0], "use_correction": False},
    )
    assert ours.covariance == pytest.approx(robust.cov_params() * 4 / 3)
    assert (ours.groups, ours.freedom) == (4, 3)


def test_errors_in_x_end_in_weights_that_agree_with_the_slope():
    ours = fit_line(X_ERROR)
    variance = ours.scatter**2 + (ours.parameters[1] * X_ERROR) ** 2
    fitted = sm.WLS(Y, DESIGN, weights=1 / variance).fit()
    assert ours.parameters == pytest.approx(fitted.params)
    # York found -0.4805 with errors in y that are known as well.
    assert ours.parameters[1] == pytest.approx(-0.48, abs=0.05)


def test_the_scatter_is_the_likeliest_one():
    ours = fit_line(X_ERROR)
    residuals, known = Y - DESIGN @ ours.parameters, (ours.parameters[1] * X_ERROR) ** 2

    def log_likelihood(scatter):
        return stats.norm.logpdf(residuals, scale=np.sqrt(scatter**2 + known)).sum()

    assert all(log_likelihood(ours.scatter) > log_likelihood(ours.scatter * factor) for factor in (0.99, 1.01))
    assert fit_line(X_ERROR, least_scatter=5.0).scatter == 5.0


# --- Permutations


def test_a_rank_correlation_is_scipys_and_its_p_the_exact_one():
    x, y = [1, 2, 3, 4, 5, 6], [2.0, 1.0, 4.0, 3.0, 6.0, 6.0]
    value, p = fits.rank_correlation(x, y, permutations=20000)
    assert value == pytest.approx(stats.spearmanr(x, y).statistic)
    exact = np.mean([abs(stats.spearmanr(x, one).statistic) >= value - 1e-12 for one in permutations(y)])
    assert p == pytest.approx(exact, abs=4 * math.sqrt(exact / 20000))


def test_the_other_direction_counts_too():
    rising = fits.rank_correlation(range(8), range(8))
    falling = fits.rank_correlation(range(8), range(8, 0, -1))
    assert (rising[0], falling[0]) == pytest.approx((1, -1))
    assert max(rising[1], falling[1]) < 0.01
    assert fits.rank_correlation([1, 1, 1], [1, 2, 3]) == (0.0, 1.0)


def test_flipped_signs_have_the_exact_p():
    values = np.array([0.4, -0.1, 0.7, 0.2, -0.3, 0.5])
    exact = np.mean([np.dot(signs, values) >= values.sum() - 1e-12 for signs in product([-1, 1], repeat=6)])
    scipys = stats.permutation_test(
        (values,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", alternative="greater"
    )
    assert scipys.pvalue == pytest.approx(exact)
    assert fits.sign_flip_p(values, permutations=20000) == pytest.approx(exact, abs=4 * math.sqrt(exact / 20000))


def test_a_seed_makes_the_same_p():
    values = np.random.default_rng(0).normal(size=12)
    assert fits.sign_flip_p(values, seed=3) == fits.sign_flip_p(values, seed=3) != fits.sign_flip_p(values, seed=4)


# --- Leaving out


def test_no_row_is_on_both_sides():
    frame = pd.DataFrame({"source": ["b", "a", "c", "b"], "value": range(4)}, index=[7, 5, 3, 1])
    parts = {
        name: (own.index.to_list(), rest.index.to_list())
        for name, own, rest in fits.leave_one_group_out(frame, "source")
    }
    assert parts == {"a": ([5], [7, 3, 1]), "b": ([7, 1], [5, 3]), "c": ([3], [7, 5, 1])}


# --- Bad input


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: fits.t_quantile(1, 3), "level: 1.0, expected 0 < level < 1"),
        (lambda: fits.t_interval(1, 1, 0), "freedom: 0, expected a whole number of at least 1"),
        (lambda: fits.mean_interval([1.0]), r"values: \[1.0\], expected a list of two or more"),
        (lambda: fits.line([1, 1], [2, 3]), "two different x or more"),
        (lambda: fits.line([1, math.nan], [2, 3]), "expected finite pairs"),
        (lambda: fits.line([1, 2, 3], [2, 3]), "expected finite pairs"),
        (lambda: fit_line(least_scatter=0), "least_scatter: 0.0, expected a finite number above 0"),
        (lambda: fit_line(y=Y[:2], groups=["a", "a"]), "y: 2 points, expected more than the 2 parameters"),
        (lambda: fits.rank_correlation([1, 2], [1, 2]), "x, y: 2 and 2 values, expected pairs, at least 3"),
    ],
)
def test_bad_arguments(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_examples_of_the_docstrings():
    done = doctest.testmod(fits)
    assert (done.failed, done.attempted > 10) == (0, True)


@pytest.mark.parametrize("bad", [math.nan, math.inf, None])
def test_no_number_is_significant(bad):
    with pytest.raises(ValueError, match=r"^values: .* \(index 0\), expected a"):
        fits.sign_flip_p([bad, 1.0])
    with pytest.raises(ValueError, match=r"^x: .* \(index 2\), expected a"):
        fits.rank_correlation([1.0, 2.0, bad], [1.0, 2.0, 3.0])
