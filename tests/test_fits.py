"""Fits, intervals and permutations against statsmodels, scipy and what can be computed by hand."""

import doctest
import math
import re
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.tools import add_constant

from datagravity import fits

# Pearson's points of 1901, on which York showed his fit.
X = np.array([0.0, 0.9, 1.8, 2.6, 3.3, 4.4, 5.2, 6.1, 6.5, 7.4])
Y = np.array([5.9, 5.4, 4.4, 4.6, 3.5, 3.7, 2.8, 2.8, 2.4, 1.5])
DESIGN = add_constant(X)
RISING = np.array([1.5, 2.1, 2.9, 4.2, 4.8])


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
    fitted = OLS(values, np.ones(5)).fit().get_prediction([1.0]).summary_frame(alpha=0.1)
    further = fits.prediction_interval(values, 0.9)
    assert (further.low, further.high) == pytest.approx((fitted["obs_ci_lower"][0], fitted["obs_ci_upper"][0]))


# --- Growth against time


def test_the_bend_is_the_difference_of_two_least_squares_fits():
    random = np.random.default_rng(4)
    x = np.sort(random.uniform(2000, 2026, 14))
    many = random.normal(size=(40, len(x))).cumsum(axis=1) + 0.3 * (x - 2000)
    kept = random.random(many.shape) < 0.7
    found = fits.bend_statistic(x, many, kept)
    for y, some, value in zip(many, kept, found, strict=True):
        if some.sum() < 6:
            assert value == 0
            continue
        times, squares = x[some] - 2013, []
        for degree in (1, 2):
            fitted = OLS(y[some], np.vander(times, degree + 1)).fit()
            free, count = degree + 2, some.sum()
            correction = 2 * free * (free + 1) / (count - free - 1)
            squares.append(count * math.log(fitted.ssr / count) + 2 * free + correction)
        gain = squares[1] - squares[0]
        assert value == pytest.approx(gain if fitted.params[0] < 0 else -gain, abs=1e-8)
        assert fits.bend_statistic(x[some], y[some]) == pytest.approx(value, abs=1e-8)


def test_the_bend_is_that_of_the_models_of_growth():
    found = fits.growth_models(X, Y)
    assert abs(fits.bend_statistic(X, Y)) == pytest.approx(abs(found.loc["parabola", "aicc"]))
    assert fits.bend_statistic(X[:5], Y[:5]) == 0.0


# --- The line


def test_statsmodels_draws_the_same_line():
    fitted, ours = OLS(Y, DESIGN).fit(), fits.line(X, Y)
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
    fitted = OLS(RISING, add_constant(np.arange(5))).fit()
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


# --- Random effects


def nested(seed=1, groups=6, each=5):
    generator = np.random.default_rng(seed)
    labels = np.repeat([f"g{number}" for number in range(groups)], each)
    effects = np.repeat(generator.normal(0, 0.8, groups), each)
    return 3 + effects + generator.normal(0, 0.5, groups * each), labels


def test_statsmodels_finds_the_same_random_effects():
    values, labels = nested()
    # A group of another size, so that no closed form of a balanced design could pass.
    values, labels = values[:-3], labels[:-3]
    fitted = MixedLM(values, np.ones(len(values)), groups=labels).fit(reml=True)
    ours = fits.random_effects(values, labels)
    assert ours.mean[0] == pytest.approx(fitted.fe_params[0], abs=1e-5)
    assert math.sqrt(ours.mean_covariance[0, 0]) == pytest.approx(fitted.bse_fe[0], rel=1e-4)
    assert ours.between[0, 0] == pytest.approx(fitted.cov_re[0, 0], rel=1e-3)
    assert ours.within[0, 0] == pytest.approx(fitted.scale, rel=1e-3)
    assert (ours.freedom, ours.groups, ours.count) == (5, 6, 27)


def paired(seed=2, groups=8, each=4):
    """Two outcomes whose effects correlate, between groups and within; the first scatters more within."""
    generator = np.random.default_rng(seed)
    labels = np.repeat([f"g{number}" for number in range(groups)], each)
    effects = generator.multivariate_normal([0, 0], [[0.5, 0.4], [0.4, 0.9]], groups)
    own = generator.multivariate_normal([0, 0], [[1.0, 0.2], [0.2, 0.3]], groups * each)
    return np.array([1.0, -2.0]) + np.repeat(effects, each, axis=0) + own, labels


@pytest.mark.slow
def test_statsmodels_finds_the_same_effects_of_two_outcomes():
    values, labels = paired()
    count = len(values)
    stacked = pd.DataFrame({"y": values.ravel(), "first": np.tile([1.0, 0.0], count), "group": np.repeat(labels, 2)})
    stacked = stacked.assign(second=1 - stacked["first"], case=np.repeat(np.arange(count), 2))
    # Within a case: an effect that both outcomes share, one of the first alone, and the rest.
    fitted = MixedLM.from_formula(
        "y ~ 0 + first + second",
        stacked,
        groups="group",
        re_formula="0 + first + second",
        vc_formula={"shared": "0 + C(case)", "alone": "0 + C(case):first"},
    ).fit(reml=True)
    ours = fits.random_effects(values, labels)
    shared, alone = (fitted.vcomp[fitted.model.exog_vc.names.index(name)] for name in ("shared", "alone"))
    within = [[shared + alone + fitted.scale, shared], [shared, shared + fitted.scale]]
    assert ours.mean == pytest.approx(fitted.fe_params.to_numpy(), abs=1e-3)
    assert ours.between == pytest.approx(fitted.cov_re.to_numpy(), abs=5e-3)
    assert ours.within == pytest.approx(np.array(within), abs=5e-3)


def test_a_balanced_design_has_the_variances_of_its_table():
    values, labels = nested()
    table = values.reshape(6, 5)
    within = table.var(axis=1, ddof=1).mean()
    between = table.mean(axis=1).var(ddof=1) - within / 5
    ours = fits.random_effects(values, labels)
    assert (ours.within[0, 0], ours.between[0, 0]) == pytest.approx((within, between), rel=1e-3)


def test_known_errors_are_taken_off_the_scatter():
    values, labels = nested()
    ours, known = fits.random_effects(values, labels), fits.random_effects(values, labels, 0.04)
    assert known.within[0, 0] + 0.04 == pytest.approx(ours.within[0, 0], rel=1e-3)
    errors = np.array([1e6, 1e-9, 1e-9, 1e-9]).reshape(4, 1, 1)
    exact = fits.random_effects([0.0, 2.0, 5.0, 5.1], ["a", "a", "b", "b"], errors, spread=ours)
    sure = fits.random_effects([2.0, 5.0, 5.1], ["a", "b", "b"], spread=ours)
    assert exact.mean == pytest.approx(sure.mean, abs=1e-5), "a value without information does not count"


@pytest.mark.slow
def test_bounds_count_by_the_chance_of_lying_below():
    """The likelihood by another road: the density of the values times scipy's chance of the bounds, over the mean."""
    values, labels = np.array([0.0, 0.5, 1.0, 2.0, 0.2, 1.1]), np.array(list("aabbcc"))
    errors = np.full((6, 1, 1), 0.01)
    errors[[1, 4]] = 0.09
    bounds = np.array([0, 1, 0, 0, 1, 0], dtype=bool)[:, None]
    spread = fits.random_effects(values, labels)
    between, within = np.array([[0.3]]), np.array([[0.2]])
    ours = fits.random_effects(values, labels, errors, bounds, spread=replace(spread, between=between, within=within))
    whole = 0.3 * np.equal.outer(labels, labels) + np.diag(0.2 + errors[:, 0, 0])
    known, bound = ~bounds[:, 0], bounds[:, 0]
    across = whole[np.ix_(bound, known)] @ np.linalg.inv(whole[np.ix_(known, known)])
    rest = whole[np.ix_(bound, bound)] - across @ whole[np.ix_(known, bound)]

    def likelihood(mean):
        density = stats.multivariate_normal(np.full(4, mean), whole[np.ix_(known, known)]).pdf(values[known])
        return density * stats.multivariate_normal(mean + across @ (values[known] - mean), rest).cdf(values[bound])

    grid = np.linspace(-6, 7, 1301)
    weights = np.array([likelihood(mean) for mean in grid])
    # The constant that the restricted likelihood leaves out: three factors of the square root of 2 pi.
    constant = 1.5 * math.log(2 * math.pi)
    assert ours.likelihood == pytest.approx(math.log(weights.sum() * 0.01) + constant, abs=2e-3)
    mean = np.average(grid, weights=weights)
    assert ours.mean[0] == pytest.approx(mean, abs=2e-3)
    assert ours.mean_covariance[0, 0] == pytest.approx(np.average((grid - mean) ** 2, weights=weights), rel=1e-2)
    drawn = replace(ours, freedom=10**6).draws(200_000, np.random.default_rng(0))
    assert drawn.mean() == pytest.approx(mean, abs=0.01)
    assert drawn.var() == pytest.approx(ours.mean_covariance[0, 0] + 0.5, rel=0.02)


@pytest.mark.slow
def test_bounds_bring_back_what_leaving_out_would_hide():
    values, labels = paired(groups=8, each=3)
    bounds = np.column_stack([values[:, 0] < 1, np.zeros(len(values), bool)])
    censored = np.where(bounds, 1.0, values)
    left_out = ~bounds[:, 0]
    truth = fits.random_effects(values, labels).mean[0]
    with_bounds = fits.random_effects(censored, labels, bounds=bounds).mean[0]
    without = fits.random_effects(values[left_out], labels[left_out]).mean[0]
    assert without > truth + 0.4
    assert with_bounds == pytest.approx(truth, abs=0.15)


@pytest.mark.slow
def test_a_further_case_scatters_more_than_the_mean():
    ours = fits.random_effects(*nested())
    drawn = ours.draws(200_000, np.random.default_rng(0))[:, 0]
    half = stats.t.ppf(0.9, 5) * math.sqrt(ours.mean_covariance[0, 0] + ours.between[0, 0] + ours.within[0, 0])
    assert np.quantile(drawn, [0.1, 0.9]) == pytest.approx([ours.mean[0] - half, ours.mean[0] + half], abs=0.02)
    pairs = fits.random_effects(*paired())
    drawn = pairs.draws(200_000, np.random.default_rng(0))
    whole = pairs.mean_covariance + pairs.between + pairs.within
    # Student's t of 7 degrees of freedom has 7/5 of the variance.
    assert np.cov(drawn.T) == pytest.approx(whole * 7 / 5, rel=0.03)


def test_the_interval_of_a_deviation_ends_where_the_likelihood_allows():
    values, labels = nested()
    found = fits.random_effects(values, labels).interval(lambda between, within: math.log(within[0, 0]))
    # With 24 degrees of freedom within groups the variance is nearly a multiple of chi squared.
    scale = found.value + np.log(24 / stats.chi2.ppf([0.9, 0.1], 24))
    assert [found.low, found.high] == pytest.approx(scale, abs=0.06)
    flat = fits.random_effects([1.0, 3.0, 1.1, 2.9, 2.0, 2.1], list("aabbcc"))
    none = flat.interval(lambda between, within: math.log(between[0, 0] + 1e-9))
    assert math.exp(none.value) < 1e-6
    assert math.exp(none.high) > 0.1


@pytest.mark.slow
def test_the_interval_of_a_ratio_ends_where_the_likelihood_allows_on_an_edge_too():
    # Between few groups the effects of two outcomes correlate fully: the best matrices lie on an edge.
    generator = np.random.default_rng(13)
    labels = np.repeat(list("abcde"), [7, 3, 1, 1, 1])
    effects = np.repeat(generator.normal(size=5), [7, 3, 1, 1, 1])[:, None] * [0.7, 1.4]
    values = effects + generator.normal(size=(13, 2)) * [0.8, 0.2]
    ours = fits.random_effects(values, labels)
    found = ours.interval(lambda between, within: math.log(between[0, 0] / between[1, 1]) / 2)

    def short(parts, ratio):
        """By how much the likelihood of matrices with this ratio of deviations is below the greatest of all."""
        size, bend, *own = parts
        root = np.array([[own[0], 0], own[1:]])
        between = np.exp(2 * size) * np.array([[ratio**2, ratio * np.tanh(bend)], [ratio * np.tanh(bend), 1]])
        return ours.likelihood - ours._cases.likelihood(between, root @ root.T)

    start = [math.log(ours.between[1, 1]) / 2, 2.0, *np.linalg.cholesky(ours.within)[np.tril_indices(2)]]
    for end in (found.low, found.high):
        best = optimize.minimize(short, start, math.exp(end), method="Nelder-Mead", options={"maxiter": 4000})
        assert best.fun == pytest.approx(stats.chi2.ppf(0.8, 1) / 2, abs=0.02)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (([1.0, 2.0], ["a", "a"]), "groups: 2 cases of 1, expected two groups or more"),
        (([1.0, 2.0], ["a", "b"]), "groups: 2 cases of 2, expected two groups or more, and one with two cases"),
        (([1.0, math.nan, 2.0], ["a", "a", "b"]), "values: nan (index 1), expected a finite number"),
        (([1.0, 2.0, 3.0], ["a", "a", "b"], -1.0), "errors: -1.0"),
        (([1.0, 2.0, 3.0], ["a", "b"]), "groups: ['a', 'b'], expected a label for each of the 3 cases"),
        (([1.0, 2.0, 3.0], ["a", "a", math.nan]), "groups: ['a', 'a', nan], expected a label for each of the 3 cases"),
        (([1.0, 2.0, 3.0], ["a", "a", None]), "groups: ['a', 'a', None], expected a label for each of the 3 cases"),
        (
            ([[1.0, 2.0], [2.0, 3.0], [3.0, 5.0]], ["a", "a", "b"], [[1.0, 0.5], [0.2, 1.0]]),
            "errors: 0.5 (index 0, 0, 1), expected a symmetric covariance",
        ),
        (([1.0, 2.0, 3.0], ["a", "a", "b"], 0.0, True), "bounds: 3 of 3 values of an outcome, expected one"),
    ],
)
def test_what_random_effects_refuse(arguments, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        fits.random_effects(*arguments)


# --- A fixed and a linear part


def test_a_fixed_and_a_linear_part_have_the_least_squares_of_the_logarithm():
    x = np.array([1.0, 2, 5, 9, 14])
    y = (0.9 + 0.1 * x) * np.exp([0.02, -0.03, 0.01, 0.02, -0.02])
    ours = fits.fixed_and_linear(x, y)
    # At the least squares of ln y both slopes of the sum of squares vanish.
    fitted = ours.fixed + ours.slope * x
    residuals = np.log(y / fitted)
    assert [(residuals / fitted).sum(), (residuals * x / fitted).sum()] == pytest.approx([0, 0], abs=1e-6)
    assert ours.scatter == pytest.approx(math.sqrt((residuals**2).mean()))
    design = np.stack([ours.fixed / fitted, ours.slope * x / fitted], axis=1)
    assert ours.covariance == pytest.approx(
        OLS(residuals, design).fit().normalized_cov_params * (residuals @ residuals) / 3
    )


def test_a_part_below_zero_is_zero():
    ours = fits.fixed_and_linear([1, 2, 3, 4], [0.5, 1.5, 2.5, 3.5])
    assert ours.fixed == 0
    # One part is left to fit: the mean of ln(y / x), with the error of a mean.
    logs = np.log(np.array([0.5, 0.75, 2.5 / 3, 0.875]))
    assert ours.slope == pytest.approx(math.exp(logs.mean()))
    assert ours.covariance == pytest.approx(np.diag([0, logs.var(ddof=1) / 4]))
    two = fits.fixed_and_linear([2, 25], [0.25, 0.5])
    assert (two.fixed, two.slope, two.scatter) == pytest.approx((0.25 - 2 * 0.25 / 23, 0.25 / 23, 0), abs=1e-9)


def test_a_part_that_is_zero_has_the_bound_of_its_likelihood():
    x, y = np.array([1.0, 2.0, 4.0, 8.0, 16.0]), np.array([0.9, 2.1, 3.8, 8.9, 17.0])
    assert fits.fixed_and_linear(x, y).fixed == 0
    bound, error = fits.fixed_part_bound(x, y)

    def likelihood(fixed):
        slopes = np.linspace(0.5, 1.5, 2001)
        squares = (np.log((fixed + slopes[:, None] * x) / y) ** 2).sum(axis=1)
        return squares.min() ** (-(len(x) - 1) / 2)

    assert likelihood(bound) / likelihood(0.0) == pytest.approx(0.5, rel=1e-3)
    # The error is half the way in ln fixed between the two places that a normal chance sets a deviation off its middle.
    grid = np.geomspace(bound / 50, bound * 50, 801)
    fall = np.array([likelihood(fixed) for fixed in grid]) / likelihood(0.0)
    near, far = (grid[np.argmax(fall < stats.norm.cdf(side))] for side in (1, -1))
    assert error == pytest.approx(math.log(far / near) / 2, rel=2e-2)
    assert fits.fixed_part_bound(x, 10 * y) == pytest.approx((10 * bound, error))
    assert np.isnan(fits.fixed_part_bound(x[:2], y[:2])).all()
    assert np.isnan(fits.fixed_part_bound(x, 3 * x)).all()


# --- Permutations


@pytest.mark.slow
def test_rank_correlations_are_scipys_and_their_p_the_exact_one():
    x, y = [1, 2, 3, 4, 5, 6], [2.0, 1.0, 4.0, 3.0, 6.0, 6.0]
    value, p = fits.joint_rank_correlation([x], y, permutations=20000)
    assert value == pytest.approx(stats.spearmanr(x, y).statistic)
    exact = np.mean([stats.spearmanr(x, one).statistic >= value - 1e-12 for one in permutations(y)])
    assert p == pytest.approx(exact, abs=4 * math.sqrt(exact / 20000))
    assert fits.rank_correlations([x, x[::-1], [1] * 6], y) == pytest.approx([value, -value, 0])


def test_a_tie_is_one_down_to_rounding():
    third, other = 0.1 + 0.2, 0.3
    assert third != other
    y = [1.0, 2.0, 3.0, 4.0]
    ranked = [
        fits.rank_correlations([x], y)[0] for x in ([other, third, 1, 2], [third, other, 1, 2], [third] * 2 + [1, 2])
    ]
    assert ranked == [ranked[-1]] * 3
    assert ranked[0] == pytest.approx(stats.spearmanr([1, 1, 2, 3], y).statistic)
    assert fits.rank_correlations([y], np.array([[other, third, 1, 2], y]).T)[0] == pytest.approx([ranked[0], 1])
    apart = [0.3, 0.3 * (1 + 1e-9), 1, 2]
    assert fits.rank_correlations([apart], y)[0] == pytest.approx(1), "what is no rounding is no tie"


@pytest.mark.parametrize("size", [1e-15, 1.0, 1e15])
def test_a_shuffle_that_falls_short_by_rounding_reaches_what_was_observed(size):
    values = size * np.array([0.1, 0.2, 0.3, -0.3])
    exact = np.mean([np.dot(signs, [1, 2, 3, -3]) >= 3 for signs in product([-1, 1], repeat=4)])
    assert fits.joint_sign_flip([values])[1] == exact
    assert fits.joint_sign_flip([np.zeros(3)]) == (0, 1)


def test_flipped_signs_have_the_exact_p():
    values = np.array([0.4, -0.1, 0.7, 0.2, -0.3, 0.5])
    exact = np.mean([np.dot(signs, values) >= values.sum() - 1e-12 for signs in product([-1, 1], repeat=6)])
    scipys = stats.permutation_test(
        (values,), lambda x, axis: x.sum(axis=axis), permutation_type="samples", alternative="greater"
    )
    assert scipys.pvalue == pytest.approx(exact)
    value, p = fits.joint_sign_flip([values], permutations=64)
    assert value == pytest.approx(values.sum())
    assert p == pytest.approx(exact), "every choice of signs is tried once"
    few = [fits.joint_sign_flip([values], permutations=63, seed=seed)[1] for seed in range(300)]
    assert np.mean(few) == pytest.approx((1 + 63 * exact) / 64, abs=4 * math.sqrt(exact / 63 / 300))


def test_weighted_hits_are_the_binomial_tail_and_every_outcome_counted():
    assert fits.weighted_hits(np.ones(20)) == pytest.approx(stats.binom.sf(15, 20, 0.8))
    weights = np.array([1, 1, 2, 3, 3.5, 7])
    outcomes = np.array(list(product([0, 1], repeat=6)))
    chances = np.prod(np.where(outcomes == 1, 0.6, 0.4), axis=1)
    reached = outcomes @ weights >= 0.6 * weights.sum()
    assert fits.weighted_hits(weights, 0.6) == pytest.approx(chances[reached].sum())
    with pytest.raises(ValueError, match=r"share: 1\.0, expected 0 < share < 1"):
        fits.weighted_hits([1.0], 1)


def test_a_joint_test_finds_what_is_there_and_not_what_is_not():
    generator, order = np.random.default_rng(1), np.arange(10.0)
    better = generator.normal(1, 0.3, (20, 10))
    assert fits.joint_sign_flip(better)[1] < 0.01
    assert fits.joint_sign_flip(-better)[1] > 0.99
    assert fits.joint_rank_correlation(order + generator.normal(0, 1, (20, 10)), order)[1] < 0.01
    assert fits.joint_rank_correlation(-order[None], order)[1] > 0.99
    assert fits.joint_rank_correlation(np.ones((3, 10)), order) == (0, 1)


# --- Weights and bounds


def test_a_weighted_quantile_is_the_one_of_repeated_values():
    values, counts = [3.0, 1.0, 2.0, 7.0], [2, 1, 3, 1]
    repeated = np.repeat(values, counts)
    for level in (0.1, 0.5, 0.8):
        expected = np.quantile(repeated, level, method="averaged_inverted_cdf")
        assert fits.weighted_quantile(values, counts, level) == expected


def test_bounds_give_their_mass_to_what_they_admit():
    support, mass = fits.bounded_distribution([1.0, 3.0, 2.0, 5.0], [1.0, 3.0, math.inf, 5.0])
    known = dict(zip(support.tolist(), mass.round(3).tolist(), strict=True))
    assert known == {1.0: 0.25, 2.0: 0.0, 3.0: 0.375, 5.0: 0.375}
    points, equal = fits.bounded_distribution([4.0, 1.0], [4.0, 1.0])
    assert (points.tolist(), equal.tolist()) == ([1, 4], [0.5, 0.5])
    alone, _ = fits.bounded_distribution([-math.inf], [2.0])
    assert alone.tolist() == [2]


def test_shares_of_variance_by_hand():
    table = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "y": [0.0, 0.0, 0.0, 1.0]})
    found = fits.variance_shares(table, "y", ["a", "b"])
    # Half of the variance is an interaction: neither factor explains it alone, both need it.
    assert found["alone"].to_list() == pytest.approx([1 / 3, 1 / 3])
    assert found["beside"].to_list() == pytest.approx([2 / 3, 2 / 3])


# --- Means of groups, halves of a span


def test_means_of_groups_are_student_and_heed_their_weights():
    values = np.array([[1.0, 4.0, 2.0], [0.0, 0.5, 7.0]])
    for row, found in zip(values, fits.mean_intervals(values, 0.9), strict=True):
        one = fits.mean_interval(row, 0.9)
        assert found == pytest.approx([one.value, one.low, one.high])
    weights = np.array([0.5, 0.25, 0.25])
    value, low, high = fits.mean_intervals(values[0], 0.8, weights)
    assert value == pytest.approx(2.0)
    variance = 3 / 2 * sum(weights**2 * (values[0] - 2.0) ** 2)
    assert (high - low) / 2 == pytest.approx(fits.t_quantile(0.8, 2) * math.sqrt(variance))


def test_the_halves_of_a_span_have_lines_of_their_own():
    x = np.array([0.0, 1, 2, 3, 6, 7, 8, 10])
    y = np.array([0.0, 1.1, 1.9, 3, 4, 4.4, 4.6, 5.5])
    later, change = fits.slope_change(x, y, 0.8)
    first, second = fits.line(x[:4], y[:4]), fits.line(x[4:], y[4:])
    assert later == second.interval(0.8)
    assert change.value == pytest.approx(second.slope - first.slope)
    error = math.hypot(first.slope_error, second.slope_error)
    assert change.high - change.value == pytest.approx(fits.t_quantile(0.8, 4) * error)


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
        (lambda: fits.rank_interval(0.5, 3), "count: 3, expected a whole number of at least 4"),
        (lambda: fits.rank_interval(0.5, 20.5), r"count: 20\.5, expected a whole number of at least 4"),
        (lambda: fits.rank_interval(1.5, 20), r"value: 1\.5, expected -1 <= value <= 1"),
        (lambda: fits.rank_interval(0.5, 20, 1), r"level: 1\.0, expected 0 < level < 1"),
        (lambda: fits.mean_intervals([[1.0]]), "values: 1 to a mean, expected two or more"),
        (lambda: fits.mean_intervals([1.0, math.nan]), r"values: nan \(index 1\), expected a finite number"),
        (lambda: fits.mean_intervals([1.0, math.inf]), r"values: inf \(index 1\), expected a finite number"),
        (lambda: fits.mean_intervals([1.0, 2.0], weights=[1.0]), r"weights: \[1\.0\], expected 2 that sum to one"),
        (lambda: fits.mean_intervals([1.0, 2.0], weights=[2.0, -1.0]), r"weights: -1\.0 \(index 1\), expected"),
        (lambda: fits.mean_intervals([1.0, 2.0], weights=[1.0, 1.0]), "expected 2 that sum to one"),
        (lambda: fits.weighted_hits([]), r"weights: \[\], expected a list of one or more with a finite sum"),
        (lambda: fits.weighted_hits([[1.0, 2.0]]), r"weights: \[\[1\.0, 2\.0\]\], expected a list of one or more"),
        (lambda: fits.weighted_hits([1e308, 1e308]), "expected a list of one or more with a finite sum"),
        (lambda: fits.fixed_part_bound([1, 2, 3], [2, 3]), "expected pairs with two different x or more"),
        (lambda: fits.fixed_part_bound([1, 1, 1], [2, 3, 4]), "expected pairs with two different x or more"),
        (lambda: fits.slope_change([0, 1, 2, 8, 9], [1, 2, 3, 4, 5]), "expected three points in either half"),
        (lambda: fits.proportion_interval(3, 2), "hits: 3, expected a whole number from 0 to count = 2"),
        (lambda: fits.proportion_interval(1.5, 2), r"hits: 1\.5, expected a whole number of at least 0"),
        (lambda: fits.proportion_interval(0, 0), "count: 0, expected a whole number of at least 1"),
        (lambda: fits.proportion_interval(1, 2, 0), r"level: 0\.0, expected 0 < level < 1"),
        (lambda: fits.bounded_distribution([-math.inf], [math.inf]), "expected pairs in order with one finite end"),
        (lambda: fits.weighted_quantile([1.0], [0.0], 0.5), "expected a value in each row with a weight above 0"),
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
    with pytest.raises(ValueError, match=r"^values: .* \(index 0, 0\), expected a"):
        fits.joint_sign_flip([[bad, 1.0]])
    with pytest.raises(ValueError, match=r"^x: .* \(index 0, 2\), expected a"):
        fits.rank_correlations([[1.0, 2.0, bad]], [1.0, 2.0, 3.0])
