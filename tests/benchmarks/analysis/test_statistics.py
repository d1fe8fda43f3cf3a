"""The tests behind the verdicts, against SciPy, closed forms and published tables."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from benchmarks.analysis.statistics import (
    benjamini_hochberg,
    detectable_ratio,
    detectable_share,
    detectable_shift,
    deviations,
    holm,
    least_successes,
    minimum_detectable_effect,
    moments,
    more_failures,
    one_sample,
    partial_conjunction,
    proportion,
    rank_association,
    runs_needed,
    spread_ratio,
    studentised_permutation,
    unequal_failures,
    welch,
    welch_power,
)
from benchmarks.specs import InputError

rng = np.random.default_rng(0)
A, B = rng.normal(1.0, 1.0, 8), rng.normal(0.0, 3.0, 6)
VALUES = arrays(float, st.integers(2, 12), elements=st.floats(-100, 100, width=32))


# means


@pytest.mark.parametrize("margin", [-0.5, 0.0, 2.0])
def test_welch_is_that_of_scipy(margin: float) -> None:
    ours = welch(A, B, margin)
    above, below = (stats.ttest_ind(A - margin, B, equal_var=False, alternative=side) for side in ("greater", "less"))
    interval = stats.ttest_ind(A, B, equal_var=False).confidence_interval(0.95)
    assert (ours.p_above, ours.p_below) == pytest.approx((above.pvalue, below.pvalue))
    assert (ours.df, (ours.estimate - margin) / ours.se) == pytest.approx((above.df, above.statistic))
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))


def test_one_sample_is_that_of_scipy() -> None:
    ours = one_sample(A, 0.3)
    assert float(ours.p_above) == pytest.approx(stats.ttest_1samp(A, 0.3, alternative="greater").pvalue)
    assert float(ours.p_below) == pytest.approx(stats.ttest_1samp(A, 0.3, alternative="less").pvalue)
    interval = stats.ttest_1samp(A, 0.3).confidence_interval()
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))


def test_failed_runs_are_left_out_and_repetitions_are_independent() -> None:
    padded = np.concatenate([[np.nan], B, [np.nan]])
    repetitions = welch(np.stack([A, A + 1]), np.stack([padded, padded]), 0.2)
    for i, a in enumerate((A, A + 1)):
        alone = welch(a, B, 0.2)
        assert repetitions.p_above[i] == pytest.approx(float(alone.p_above))
        assert repetitions.high[i] == pytest.approx(float(alone.high))


def test_constant_samples_say_no_more_than_their_order() -> None:
    """Eight equal values are no proof beyond doubt: they gave p = 0, and supported claims on that ground alone."""
    tenth = np.full(3, 0.1)  # its mean by summation is not 0.1
    for margin, above, below in [(0.1, 1 / 20, 1), (0.2, 1, 1), (0.3, 1, 1 / 20)]:
        tests = welch(tenth + 0.2, tenth, margin)
        assert (tests.p_above, tests.p_below) == (pytest.approx(above), pytest.approx(below))
    assert tests.low == tests.high == pytest.approx(0.2)
    assert [float(one_sample(tenth, bound).p_below) for bound in (0.1, 0.2)] == [1, 1 / 8]
    assert float(one_sample(np.append(np.full(8, 1.0), np.nan), 0.5).p_above) == 2**-8
    # as a permutation test, which goes through all orders, says too
    assert welch(tenth + 0.2, tenth).p_above == pytest.approx(studentised_permutation(tenth + 0.2, tenth)[0])


def test_one_constant_sample_leaves_the_others_degrees_of_freedom() -> None:
    tests = welch(A, np.zeros(5))
    assert tests.df == pytest.approx(7)
    assert tests.p_above == pytest.approx(stats.ttest_1samp(A, 0, alternative="greater").pvalue)


@pytest.mark.parametrize("few", [np.array([1.0]), np.array([1.0, np.nan]), np.array([np.nan, np.nan])])
def test_fewer_than_two_values_make_no_test(few: np.ndarray) -> None:
    assert np.isnan([welch(few, B).p_above, welch(A, few).p_below, one_sample(few, 0.0).p_above]).all()
    assert np.isnan(studentised_permutation(few, B)).all()


def test_equal_values_have_no_variance() -> None:
    n, mean, variance = moments(np.array([0.1, 0.1, 0.1, np.nan]))
    assert (n, mean, variance) == (3, 0.1, 0)


@settings(max_examples=50)
@given(VALUES, VALUES, st.floats(-10, 10))
def test_the_two_tests_are_two_tails(a: np.ndarray, b: np.ndarray, margin: float) -> None:
    tests, mirrored = welch(a, b, margin), welch(b, a, -margin)
    total = float(tests.p_above + tests.p_below)
    assert total == pytest.approx(1) or (float(tests.se) == 0 and 1 < total <= 2)  # constant samples say less
    assert float(mirrored.p_below) == pytest.approx(float(tests.p_above))
    assert float(mirrored.p_above) == pytest.approx(float(tests.p_below))


@settings(max_examples=50)
@given(VALUES, VALUES, st.floats(0.1, 10), st.randoms(use_true_random=False))
def test_larger_effects_and_another_order(a: np.ndarray, b: np.ndarray, more: float, random: object) -> None:
    tests, larger = welch(a, b, 1.0), welch(a + more, b, 1.0)
    assert larger.p_above <= tests.p_above + 1e-9
    assert larger.p_below >= tests.p_below - 1e-9
    order = list(range(len(a)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert welch(a[order], b, 1.0).p_above == pytest.approx(float(tests.p_above), abs=1e-9)


# permutations


def by_hand(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Both p-values from all ways to split the pooled values, by SciPy's statistic."""
    pooled = np.concatenate([a, b])
    statistics = []
    for chosen in itertools.combinations(range(len(pooled)), len(a)):
        rest = [i for i in range(len(pooled)) if i not in chosen]
        statistics.append(stats.ttest_ind(pooled[list(chosen)], pooled[rest], equal_var=False).statistic)
    observed = stats.ttest_ind(a, b, equal_var=False).statistic
    values = np.array(statistics)
    return float((values >= observed - 1e-9).mean()), float((values <= observed + 1e-9).mean())


def test_permutations_are_exact_where_few() -> None:
    a, b = A[:4], B[:3]
    assert studentised_permutation(a, b) == pytest.approx(by_hand(a, b))
    assert studentised_permutation(a, b, 0.7) == pytest.approx(by_hand(a - 0.7, b))


def test_complete_separation_of_eight_and_eight() -> None:
    low, high = np.arange(8.0), np.arange(8.0) + 100
    assert studentised_permutation(high, low) == pytest.approx((1 / 12_870, 1))


def test_permutations_of_constant_samples() -> None:
    assert studentised_permutation(np.full(3, 0.3), np.full(3, 0.1)) == pytest.approx((1 / 20, 1))
    assert studentised_permutation(np.full(3, 0.3), np.full(3, 0.1), 0.2) == (1, 1)


def test_drawn_permutations_are_always_the_same_and_agree_with_welch() -> None:
    a, b = np.random.default_rng(1).normal(0.3, 1, (2, 30))
    p = studentised_permutation(a, b)
    assert p == studentised_permutation(a, b)
    assert p[0] == pytest.approx(float(welch(a, b).p_above), abs=0.03)


# spreads


def test_deviations_are_from_the_median() -> None:
    assert deviations(np.array([1.0, 4, 2, 6, np.nan])) == pytest.approx([2, 1, 1, 3, np.nan], nan_ok=True)
    # of an odd number one is the median itself, and says nothing
    assert deviations(np.array([1.0, 4, 2, np.nan])) == pytest.approx([1, 2, np.nan, np.nan], nan_ok=True)
    assert np.isnan(deviations(np.ones(5))).sum() == 1
    assert np.isnan(deviations(np.full((2, 3), np.nan))).all()


def test_equal_spreads_are_tested_as_brown_and_forsythe_do() -> None:
    tests = spread_ratio(A, B)
    of_a, of_b = (np.abs(x - np.median(x)) for x in (A, B))
    assert tests.estimate == pytest.approx(math.log(of_a.mean() / of_b.mean()))
    assert tests.p_below == pytest.approx(stats.ttest_ind(of_a, of_b, equal_var=False, alternative="less").pvalue)
    levene = stats.levene(A, B[:8], center="median").pvalue  # the two-sided test of equal variances of deviations
    assert 2 * float(tests.p_below) == pytest.approx(levene, abs=0.1)


def test_ratio_of_spreads() -> None:
    tests = spread_ratio(5 * A, A + 2, 2.0)
    assert tests.estimate == pytest.approx(math.log(5))
    assert float(spread_ratio(2 * A, A, 2.0).p_above) == pytest.approx(0.5)
    assert float(tests.p_above) < 0.05 < float(tests.p_below)
    with_failed = spread_ratio(5 * np.append(A, np.nan), A + 2, 2.0)
    assert with_failed.p_above == pytest.approx(tests.p_above)


def test_interval_of_spreads_holds_the_ratios_that_are_not_rejected() -> None:
    tests = spread_ratio(5 * A, A)
    assert tests.low < tests.estimate < tests.high
    for end, side in ((tests.low, "p_above"), (tests.high, "p_below")):
        # degrees of freedom are those of the estimate at both ends, so the levels agree only nearly
        assert float(getattr(spread_ratio(5 * A, A, math.exp(end)), side)) == pytest.approx(0.025, abs=0.01)
    noisy = spread_ratio(A, np.array([0.0, 0, 0, 0, 0, 0, 0, 1]))
    assert np.isinf(noisy.high) and np.isfinite(noisy.estimate)


def test_ratio_of_spreads_holds_its_level_with_outliers() -> None:
    """The jackknife of the variance rejected twice as often as its level here, and thrice at one of 0.003."""
    draws = np.random.default_rng(0)
    a, b = (np.where(draws.random((4000, 16)) < 0.1, 5, 1) * draws.normal(size=(4000, 16)) for _ in range(2))
    tests = spread_ratio(2 * b, a, 2.0)
    error = math.sqrt(0.05 * 0.95 / 4000)
    for p in (tests.p_above, tests.p_below):
        assert (p <= 0.05).mean() <= 0.05 + 3 * error


def test_detectable_ratio_has_the_power() -> None:
    """By simulation; and with few values no ratio is found, since the test's statistic has a limit."""
    draws = np.random.default_rng(1)
    a, b = stats.norm.ppf((np.arange(32) + 0.5) / 32), stats.norm.ppf((np.arange(32) + 0.5) / 32)
    ratio = detectable_ratio(a, b, 2.0, 0.003)
    assert ratio > 2
    tests = spread_ratio(ratio * draws.normal(size=(2000, 32)), draws.normal(size=(2000, 32)), 2.0)
    assert (tests.p_above <= 0.003).mean() == pytest.approx(0.8, abs=0.07)
    assert detectable_ratio(a[::4], b[::4], 2.0, 0.003) == np.inf
    assert np.isnan(detectable_ratio(np.ones(8), b, 2.0, 0.003))


@pytest.mark.parametrize("flat", [np.ones(5), np.array([0.1, 0.7]), np.array([1.0, 2.0, np.nan]), np.full(3, np.nan)])
def test_no_ratio_without_spread(flat: np.ndarray) -> None:
    assert np.isnan([spread_ratio(flat, A).p_above, spread_ratio(A, flat).p_below]).all()


# counts


@pytest.mark.parametrize(("k", "n", "bound"), [(0, 8, 0.2), (3, 8, 0.2), (8, 8, 0.5), (5, 32, 0.5)])
def test_proportion_is_the_exact_binomial_test(k: int, n: int, bound: float) -> None:
    tests = proportion(k, n, bound)
    assert float(tests.p_above) == pytest.approx(stats.binomtest(k, n, bound, alternative="greater").pvalue)
    assert float(tests.p_below) == pytest.approx(stats.binomtest(k, n, bound, alternative="less").pvalue)
    interval = stats.binomtest(k, n).proportion_ci(0.95, method="exact")
    assert (tests.low, tests.high) == pytest.approx((interval.low, interval.high))


def test_no_event_in_eight_bounds_the_share_at_31_percent_one_sided() -> None:
    assert float(proportion(0, 8, 1 - 0.05 ** (1 / 8)).p_below) == pytest.approx(0.05)


def test_no_runs_have_no_share() -> None:
    tests = proportion(0, 0, 0.2)
    assert np.isnan([tests.estimate, tests.p_above, tests.p_below, tests.low, tests.high]).all()


def test_more_failures_is_fishers_test() -> None:
    for a, b in itertools.product(range(6), range(4)):
        table = [[a, 5 - a], [b, 3 - b]]
        assert more_failures(a, 5, b, 3) == pytest.approx(stats.fisher_exact(table, alternative="greater").pvalue)
    assert more_failures(3, 4, 1, 4) == pytest.approx(17 / 70)  # the lady tasting tea
    assert more_failures(np.array([8, 0]), 8, np.array([0, 0]), 8) == pytest.approx([1 / 12_870, 1])


def test_unequal_failures_hold_each_group_against_the_others() -> None:
    assert unequal_failures([8, 0], [8, 8]) == pytest.approx(2 / 12_870)  # two-sided
    seven = unequal_failures([4, 0, 0, 0, 0, 0, 0], [8] * 7)
    assert seven == pytest.approx(14 * math.comb(8, 4) / math.comb(56, 4))
    assert unequal_failures([1] * 7, [8] * 7) == 1
    many = unequal_failures([np.array([0, 4]), np.array([0, 0]), np.array([0, 0])], [8, 8, 8])
    assert many == pytest.approx([1, 6 * math.comb(8, 4) / math.comb(24, 4)])


def test_least_successes() -> None:
    runs = least_successes(0.8, 0.00179)
    assert float(proportion(runs, runs, 0.8).p_above) <= 0.00179 < float(proportion(runs - 1, runs - 1, 0.8).p_above)
    assert least_successes(0.5, 0.125) == 3


def test_the_two_routes_to_refutation_hold_the_level_given_that_a_run_failed() -> None:
    """Why it is Fisher's test: over all outcomes with a failure, P(p ≤ α/2) is at most α/2 · P(a failure), for any rate."""
    n, level = 8, 0.05
    counts = np.arange(n + 1)
    p = more_failures(counts[:, None], n, counts[None, :], n)
    for rate in (0.01, 0.1, 0.3, 0.5):
        chance = np.outer(stats.binom.pmf(counts, n, rate), stats.binom.pmf(counts, n, rate))
        assert chance[p <= level / 2].sum() <= level / 2 * (1 - chance[0, 0])


# ranks


def test_rank_correlation_is_spearmans() -> None:
    x, y = rng.normal(size=(2, 15))
    y[3] = y[4]  # ties get mean ranks
    assert float(rank_association(x, y).estimate) == pytest.approx(stats.spearmanr(x, y).statistic)
    x_failed, y_failed = np.append(x, [np.nan, 1]), np.append(y, [2, np.nan])
    assert float(rank_association(x_failed, y_failed).p_above) == pytest.approx(float(rank_association(x, y).p_above))
    highest = int(x.argmax())
    x[highest] = x_failed[highest] = np.inf  # still the highest, and before those that failed
    assert float(rank_association(x_failed, y_failed).estimate) == pytest.approx(stats.spearmanr(x, y).statistic)


def test_interval_of_bonett_and_wright() -> None:
    x = np.arange(12.0)
    y = np.array([1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10.0])
    rho = 1 - 6 * 12 / (12 * 143)
    tests = rank_association(x, y, 0.5)
    error = math.sqrt((1 + rho**2 / 2) / 9)
    z = math.atanh(rho)
    assert (tests.low, tests.high) == pytest.approx((math.tanh(z - 1.959964 * error), math.tanh(z + 1.959964 * error)))
    assert float(tests.p_above) == pytest.approx(stats.norm.sf((z - math.atanh(0.5)) / error))


def test_a_perfect_order_of_few_is_no_proof() -> None:
    four = np.arange(4.0)
    assert 0.04 < float(rank_association(four, four).p_above) < 0.2  # one of 24 orders is perfect
    assert float(rank_association(np.arange(20.0), np.arange(20.0), 0.5).p_above) < 1e-6


def test_no_rank_correlation_of_few_or_equal_values() -> None:
    assert np.isnan(rank_association(A[:3], A[:3]).p_above)
    assert np.isnan(rank_association(np.ones(8), A).p_above)


# many tests


def test_partial_conjunction() -> None:
    p = np.array([0.04, 0.001, np.nan])
    assert [float(partial_conjunction(p, u)) for u in (1, 2, 3)] == pytest.approx([0.003, 0.08, 1])
    with pytest.raises(InputError, match="from 1 to 3"):
        partial_conjunction(p, 4)


def test_adjustment_of_a_known_example() -> None:
    p = np.array([0.01, 0.04, 0.03, 0.005])
    assert holm(p, 4) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p, 4) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_hypotheses_that_are_not_judged_count_as_one() -> None:
    p = np.array([0.001, np.nan, 0.02])
    for adjust in (holm, benjamini_hochberg):
        whole = adjust(np.array([0.001, 1, 0.02, 1, 1]), 5)
        assert adjust(p, 5) == pytest.approx(whole[:3])
        with pytest.raises(InputError, match="do not fit"):
            adjust(p, 2)
        assert len(adjust(np.array([]), 0)) == 0
    assert holm(np.array([0.001]), 14) == pytest.approx([0.014])


@settings(max_examples=50)
@given(arrays(float, st.integers(1, 20), elements=st.floats(0, 1)))
def test_benjamini_hochberg_never_adjusts_more_than_holm(p: np.ndarray) -> None:
    ours, theirs = holm(p, len(p) + 3), benjamini_hochberg(p, len(p) + 3)
    assert (theirs <= ours + 1e-12).all()
    assert (p <= theirs + 1e-12).all() and (ours <= 1).all()


# power


@pytest.mark.parametrize(("effect", "runs"), [(0.5, 64), (0.8, 26), (1.0, 17)])
def test_runs_needed_are_those_of_cohens_tables(effect: float, runs: int) -> None:
    """Cohen (1988), two-sided 5 %, power 0.8, equal spreads."""
    assert runs_needed(effect, (1, 1), 0.025) == runs


def test_detectable_effect_has_the_power() -> None:
    for sds, runs, level in [((1, 1), (8, 8), 0.05), ((1, 3), (8, 16), 0.001), ((2, 0), (4, 9), 0.01)]:
        effect = minimum_detectable_effect(sds, runs, level)
        assert welch_power(effect, sds, runs, level) == pytest.approx(0.8)
    assert minimum_detectable_effect((0, 0), (8, 8), 0.05) == 0
    assert detectable_shift(1.0, np.inf, 0.05) == pytest.approx(stats.norm.ppf(0.95) + stats.norm.ppf(0.8))
    assert np.isnan(detectable_shift(np.nan, 3.0, 0.05))


def test_runs_needed_at_its_ends() -> None:
    assert runs_needed(1e-4, (1, 1), 0.05, most=1000) is None
    assert runs_needed(1e6, (1, 1), 0.05) == 2
    with pytest.raises(InputError, match="not detectable"):
        runs_needed(0.0, (1, 1), 0.05)


def test_detectable_share_is_supported_with_power() -> None:
    share = detectable_share(32, 0.5, 0.01)
    significant = [k for k in range(33) if proportion(k, 32, 0.5).p_below <= 0.01]
    assert stats.binom.cdf(max(significant), 32, share) == pytest.approx(0.8)
    assert np.isnan(detectable_share(8, 0.2, 0.01))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion(1, 8, 1.5), r"bound in \[0, 1\]"),
        (lambda: spread_ratio(A, B, 0.0), "positive factor"),
        (lambda: rank_association(A, A, 1.0), "between −1 and 1"),
    ],
)
def test_bounds_that_no_test_has(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
