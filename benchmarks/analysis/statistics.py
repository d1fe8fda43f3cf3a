"""The tests behind the verdicts: pure functions of arrays.

Values are float arrays with the runs on the last axis; NaN is a run that failed, and is left out of the test. Any leading axes are
repetitions, so that a simulation calls the same code as a verdict. Every test of a quantity θ at a margin comes as two
one-sided tests (:class:`OneSidedTests`). A test that cannot be made (too few runs) has the p-value NaN, never a guess.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from scipy import optimize, special, stats

from benchmarks.specs import InputError

CONFIDENCE = 0.95
EXACT_PERMUTATIONS = 12_870
"""Up to so many permutations (those of 8 against 8) are all gone through; beyond, ``DRAWN_PERMUTATIONS`` are drawn."""
DRAWN_PERMUTATIONS = 9_999
PERMUTATION_SEED = 0
ENDLESS = 1e100
"""In place of an infinite statistic, which has no difference to another."""
ROUNDING = 1e-12
"""Two numbers that differ relatively by less are the same number."""


@dataclass(frozen=True)
class OneSidedTests:
    """Both one-sided tests of θ at a margin δ. All fields have the shape of the leading axes.

    Attributes:
        estimate: of θ.
        se: its standard error; NaN for an exact test. For rank correlations on Fisher's z scale.
        df: degrees of freedom of the t distribution; infinite for a normal one.
        low: lower end of the two-sided 95 % interval.
        high: its upper end.
        p_above: p-value of H0: θ ≤ δ. Small: θ lies above δ.
        p_below: p-value of H0: θ ≥ δ. Small: θ lies below δ.
    """

    estimate: np.ndarray
    se: np.ndarray
    df: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p_above: np.ndarray
    p_below: np.ndarray


# means ----------------------------------------------------------------------------------------------------------------


def moments(values: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Number of values, mean and variance (n − 1) over the last axis, without NaN. Equal values have a variance of exactly 0."""
    values = np.asarray(values, float)
    present = ~np.isnan(values)
    n = present.sum(-1)
    # sums of equal values do not divide back exactly, so a constant sample is recognised by its extremes
    lowest = np.where(present, values, np.inf).min(-1, initial=np.inf)
    constant = (n > 0) & (lowest == np.where(present, values, -np.inf).max(-1, initial=-np.inf))
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.where(present, values, 0).sum(-1) / n
        mean = np.where(constant, lowest, mean)
        squares = np.where(present, values - mean[..., None], 0) ** 2
        variance = squares.sum(-1) / np.where(n > 1, n - 1, np.nan)
    return n, mean, np.where(constant & (n > 1), 0.0, variance)


def welch(a: np.ndarray, b: np.ndarray, margin: float = 0.0) -> OneSidedTests:
    """Welch's t tests of θ = mean(a) − mean(b) at a margin, with Satterthwaite's degrees of freedom (Welch 1947).

    Where both samples are constant there is nothing to estimate a spread from, and t would be infinite. What is left is that
    all runs lie on one side of the margin: p is then that of the complete separation of the samples, 1 in the number of
    permutations, on the side where the estimate lies, and 1 on the other; at the margin both are 1. That is no protection from
    rare values that none of the runs has: where these matter, runs are counted (:func:`proportion`).

    Args:
        a: values, (..., n_a); at least two that are not NaN, or the test is NaN.
        b: values, (..., n_b); likewise.
        margin: δ.
    """
    n_a, mean_a, var_a = moments(a)
    n_b, mean_b, var_b = moments(b)
    with np.errstate(invalid="ignore", divide="ignore"):
        part_a, part_b = var_a / n_a, var_b / n_b
        share = part_a / (part_a + part_b)
        df = 1 / (share**2 / (n_a - 1) + (1 - share) ** 2 / (n_b - 1))
        size = np.maximum(np.maximum(np.abs(mean_a), np.abs(mean_b)), abs(margin))
        fewest = 1 / special.comb(n_a + n_b, n_a)
        return _t_tests(mean_a - mean_b, np.sqrt(part_a + part_b), df, margin, size, fewest)


def one_sample(a: np.ndarray, bound: float) -> OneSidedTests:
    """Student's t tests of the mean of ``a``, (..., n), at a bound; a constant sample has the p-value of a sign test, 2⁻ⁿ."""
    n, mean, variance = moments(a)
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.maximum(np.abs(mean), abs(bound))
        return _t_tests(mean, np.sqrt(variance / n), n - 1.0, bound, size, 0.5**n)


def _t_tests(
    estimate: np.ndarray,
    se: np.ndarray,
    df: np.ndarray,
    margin: float,
    size: np.ndarray,
    smallest: np.ndarray | float = 0.0,
) -> OneSidedTests:
    """Both tests from an estimate, its error and its degrees of freedom.

    ``size`` of the numbers says what rounding is; ``smallest`` is the p-value of an estimate without error.
    """
    exact = se == 0
    beyond = estimate - margin
    beyond = np.where(np.abs(beyond) <= ROUNDING * size, 0.0, beyond)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        t = beyond / se
        half = np.where(exact, 0.0, stats.t.isf((1 - CONFIDENCE) / 2, df) * se)
    return OneSidedTests(
        estimate=estimate,
        se=se,
        df=df,
        low=estimate - half,
        high=estimate + half,
        p_above=np.where(exact, np.where(beyond > 0, smallest, 1.0), stats.t.sf(t, df)),
        p_below=np.where(exact, np.where(beyond < 0, smallest, 1.0), stats.t.cdf(t, df)),
    )


def studentised_permutation(a: np.ndarray, b: np.ndarray, margin: float = 0.0) -> tuple[float, float]:
    """Permutation tests of θ = mean(a) − mean(b) at a margin with Welch's t as statistic.

    Studentising makes the test valid, asymptotically, under unequal spreads too (Janssen 1997; Chung and Romano 2013). All
    permutations are gone through where there are at most ``EXACT_PERMUTATIONS``, otherwise some are drawn, always the same.

    Args:
        a: values, (n_a,); NaN left out.
        b: values, (n_b,); likewise.
        margin: δ, subtracted from ``a`` before the values are exchanged.

    Returns:
        p-values of H0: θ ≤ δ and of H0: θ ≥ δ; NaN with fewer than two values on a side.
    """
    a, b = a[~np.isnan(a)] - margin, b[~np.isnan(b)]
    if min(len(a), len(b)) < 2:
        return np.nan, np.nan
    exact = math.comb(len(a) + len(b), len(a)) <= EXACT_PERMUTATIONS
    if exact:
        pooled = np.concatenate([a, b])
        first, second = partitions(len(pooled), len(a))
        drawn, observed = _welch_statistic(pooled[first], pooled[second], 1), _welch_statistic(a, b, 0)
    else:
        result = stats.permutation_test(
            (a, b),
            _welch_statistic,
            permutation_type="independent",
            vectorized=True,
            n_resamples=DRAWN_PERMUTATIONS,
            batch=1_000,
            rng=np.random.default_rng(PERMUTATION_SEED),
        )
        drawn, observed = result.null_distribution, result.statistic
    equal = np.isclose(drawn, observed, rtol=1e-9, atol=1e-9)
    own = 0 if exact else 1  # among all permutations is the observed one; to those drawn it is added
    above, below = (int((side | equal).sum()) for side in (drawn > observed, drawn < observed))
    return (above + own) / (len(drawn) + own), (below + own) / (len(drawn) + own)


@lru_cache(maxsize=8)
def partitions(n: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """All ways to take ``size`` of n values: indices of those taken, (C, size), and of the others, (C, n − size).

    SciPy goes through them anew with every test, one by one.
    """
    taken = np.array(list(combinations(range(n), size)))
    others = np.ones((len(taken), n), bool)
    np.put_along_axis(others, taken, False, 1)
    return taken, np.nonzero(others)[1].reshape(len(taken), n - size)


def _welch_statistic(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
    """Welch's t; 0 where the means are equal, ``ENDLESS`` where they differ and neither sample has a spread."""
    difference = a.mean(axis) - b.mean(axis)
    error = np.sqrt(a.var(axis, ddof=1) / a.shape[axis] + b.var(axis, ddof=1) / b.shape[axis])
    size = np.maximum(np.abs(a).max(axis), np.abs(b).max(axis))
    # rounding leaves constant samples a spread of about 1e-17, and would order equal permutations at random
    difference = np.where(np.abs(difference) <= ROUNDING * size, 0.0, difference)
    error = np.where(error <= ROUNDING * size, 0.0, error)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.clip(np.where(difference == 0, 0.0, difference / error), -ENDLESS, ENDLESS)


# spreads --------------------------------------------------------------------------------------------------------------


def deviations(values: np.ndarray) -> np.ndarray:
    """Absolute deviations from the median, (..., n) as the values; NaN stays NaN.

    Of an odd number of values one is the median itself. Its deviation is 0 by construction and tells nothing of the spread: it
    is left out, as NaN (Hines and Hines 2000).
    """
    values = np.asarray(values, float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # the median of no values is NaN
        apart = np.abs(values - np.nanmedian(values, axis=-1, keepdims=True))
    odd = (~np.isnan(values)).sum(-1, keepdims=True) % 2 == 1
    nearest = np.where(np.isnan(apart), np.inf, apart).argmin(-1)[..., None]
    return np.where(odd & (np.arange(values.shape[-1]) == nearest), np.nan, apart)


def spread_ratio(a: np.ndarray, b: np.ndarray, margin: float = 1.0) -> OneSidedTests:
    """Tests of θ = log(spread of a / spread of b) at log(margin), by the mean absolute deviation from the median.

    Brown and Forsythe's (1974) test after b is stretched by the margin: Welch's test of the deviations of a against those of
    b times the margin. Unlike tests of variances, or of their jackknife, it keeps its level on skewed and heavy-tailed values,
    if both samples are of one shape: outliers that only one of them may have, and seldom has, no test sees in advance.
    The interval is Fieller's (1954), from the same deviations, with the degrees of freedom that the ratio's estimate has.

    Args:
        a: values, (..., n_a); of fewer than four too few deviations are left, and equal values have no spread that a factor
            could be applied to: the test is NaN.
        b: values, (..., n_b); likewise.
        margin: a factor on the ratio of spreads, positive.
    """
    if not margin > 0:
        raise InputError(f"a ratio of spreads is compared with a positive factor, not with {margin}")
    of_a, of_b = deviations(a), deviations(b)
    (n_a, mean_a, var_a), (n_b, mean_b, var_b) = moments(of_a), moments(of_b)
    spread = (n_a > 3) & (n_b > 3) & (mean_a > 0) & (mean_b > 0)
    at_margin = welch(of_a, margin * of_b)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.where(spread, mean_a / mean_b, np.nan)
        at_ratio = welch(of_a, ratio[..., None] * of_b)
        t = stats.t.isf((1 - CONFIDENCE) / 2, at_ratio.df)
        # the θ with (mean_a − θ mean_b)² = t² (part_a + θ² part_b) on either side of the ratio
        part_a, part_b = t**2 * var_a / n_a, t**2 * var_b / n_b
        squared, constant = mean_b**2 - part_b, mean_a**2 - part_a
        root = np.sqrt(np.maximum(mean_a**2 * mean_b**2 - squared * constant, 0))
        low = np.where(constant > 0, constant / (mean_a * mean_b + root), 0.0)
        high = np.where(squared > 0, (mean_a * mean_b + root) / squared, np.inf)
        return OneSidedTests(
            estimate=np.log(ratio),
            se=np.where(spread, at_ratio.se / mean_a, np.nan),
            df=np.where(spread, at_ratio.df, np.nan),
            low=np.where(spread, np.log(low), np.nan),
            high=np.where(spread, np.log(high), np.nan),
            p_above=np.where(spread, at_margin.p_above, np.nan),
            p_below=np.where(spread, at_margin.p_below, np.nan),
        )


def detectable_ratio(a: np.ndarray, b: np.ndarray, margin: float, level: float, power: float = 0.8) -> float:
    """The ratio of spreads that :func:`spread_ratio` would find to lie above a margin with a given power.

    The spread of ``a`` is imagined larger, by a factor on its deviations; their relative error stays, so that the statistic has a
    limit, and with few values no ratio may do.

    Args:
        a: values, (n_a,).
        b: values, (n_b,).
        margin: a factor, positive.
        level: of the one-sided test, in (0, 1).
        power: in (level, 1).

    Returns:
        a factor above the margin; infinite where none would do, NaN where there is no test.
    """
    (n_a, mean_a, var_a), (n_b, mean_b, var_b) = moments(deviations(a)), moments(deviations(b))
    if not (n_a > 3 and n_b > 3 and mean_a > 0 and mean_b > 0 and var_a + var_b > 0):
        return np.nan

    def lacking(log_ratio: float) -> float:
        stretched = np.exp(log_ratio) * mean_b / mean_a
        parts = np.array([stretched**2 * var_a / n_a, margin**2 * var_b / n_b])
        df = parts.sum() ** 2 / (parts**2 / np.array([n_a - 1, n_b - 1])).sum()
        shift = (stretched * mean_a - margin * mean_b) / np.sqrt(parts.sum())
        return float(stats.nct.sf(stats.t.isf(level, df), df, shift)) - power

    low, high = math.log(margin), math.log(margin) + 20
    return float(np.exp(optimize.brentq(lacking, low, high))) if lacking(high) > 0 else np.inf


# counts ---------------------------------------------------------------------------------------------------------------


def proportion(k: np.ndarray | int, n: np.ndarray | int, bound: float) -> OneSidedTests:
    """Exact binomial tests of a share at a bound, with the interval of Clopper and Pearson (1934).

    Args:
        k: events, of any shape.
        n: runs; 0 gives NaN.
        bound: in [0, 1].
    """
    if not 0 <= bound <= 1:
        raise InputError(f"a share is compared with a bound in [0, 1], not with {bound}")
    k, n = np.broadcast_arrays(np.asarray(k, float), np.asarray(n, float))
    n = np.where(n > 0, n, np.nan)
    tail = (1 - CONFIDENCE) / 2
    some, none_missing = k > 0, k < n
    return OneSidedTests(
        estimate=k / n,
        se=np.full(k.shape, np.nan),
        df=np.full(k.shape, np.nan),
        low=np.where(some, stats.beta.ppf(tail, np.where(some, k, 1), n - k + 1), 0 * n),
        high=np.where(none_missing, stats.beta.isf(tail, k + 1, np.where(none_missing, n - k, 1)), 0 * n + 1),
        p_above=stats.binom.sf(k - 1, n, bound),
        p_below=stats.binom.cdf(k, n, bound),
    )


@lru_cache(maxsize=1024)
def _fisher_table(n_a: int, n_b: int) -> np.ndarray:
    """P(at least k_a failures in the first group | k_a + k_b in all), by (k_a, k_b)."""
    k_a, k_b = np.indices((n_a + 1, n_b + 1))
    return stats.hypergeom.sf(k_a - 1, n_a + n_b, k_a + k_b, n_a)


def more_failures(failed_a: np.ndarray | int, n_a: int, failed_b: np.ndarray | int, n_b: int) -> np.ndarray:
    """One-sided p-value of Fisher's exact test of H0: runs of a fail no more often than runs of b.

    Fisher's test and not the more powerful one of Boschloo, because it holds its level given the total number of failures.
    A verdict corrects for a second route only where a run failed at all, and needs a test that is valid given that one did.

    Args:
        failed_a: failed runs, of any shape.
        n_a: runs.
        failed_b: failed runs, of the same shape.
        n_b: runs.
    """
    return _fisher_table(int(n_a), int(n_b))[np.asarray(failed_a, int), np.asarray(failed_b, int)]


def unequal_failures(failed: Sequence[np.ndarray | int], runs: Sequence[int]) -> np.ndarray:
    """p-value of H0: the runs of all groups fail equally often.

    Each group is held against all the others together by Fisher's test, for more failures and for fewer; the smallest p-value
    counts, times the number of these tests (Bonferroni). Two groups make one comparison.

    Args:
        failed: failed runs of each group, all of one shape.
        runs: of each group, in the same order; at least two groups.
    """
    counts = np.array([np.asarray(each, int) for each in failed])
    others, rest = counts.sum(0), sum(runs)
    p = [
        np.minimum(
            more_failures(own, n, others - own, rest - n),
            more_failures(others - own, rest - n, own, n),
        )
        for own, n in zip(counts, runs, strict=True)
    ]
    return np.minimum(1.0, 2 * (len(runs) if len(runs) > 2 else 1) * np.min(p, axis=0))


def least_successes(bound: float, level: float) -> int:
    """The fewest runs with which even a success of all of them is significant evidence of a share above a bound.

    Args:
        bound: in (0, 1).
        level: of the one-sided test, in (0, 1).
    """
    return math.ceil(math.log(level) / math.log(bound) - ROUNDING)


# ranks ----------------------------------------------------------------------------------------------------------------


def rank_association(x: np.ndarray, y: np.ndarray, bound: float = 0.0) -> OneSidedTests:
    """Tests of Spearman's ρ at a bound, on Fisher's z scale with the standard error of Bonett and Wright (2000, equation 4).

    The error is √((1 + ρ²/2) / (n − 3)). A perfect order would be infinitely far from any bound; it is taken half a step below 1,
    where the step is that to the next possible value, 12 / (n (n² − 1)).

    Args:
        x: values, (..., n), n ≥ 4, not all equal, or the test is NaN; a pair with a NaN is left out, ∞ has the last rank.
        y: values, (..., n); likewise.
        bound: in (−1, 1).

    Returns:
        estimate and interval as correlations; the standard error on the z scale.
    """
    if not -1 < bound < 1:
        raise InputError(f"a rank correlation is compared with a bound between −1 and 1, not with {bound}")
    x, y = np.asarray(x, float), np.asarray(y, float)
    present = ~(np.isnan(x) | np.isnan(y))
    n = present.sum(-1)
    # missing pairs come last in both orders, after values that are infinite, and so leave the other ranks alone
    most = np.finfo(float).max
    ordered = [np.where(present, np.clip(v, -most, most), np.inf) for v in (x, y)]
    ranks = [np.where(present, stats.rankdata(v, axis=-1), np.nan) for v in ordered]
    (_, mean_x, var_x), (_, mean_y, var_y) = map(moments, ranks)
    with np.errstate(invalid="ignore", divide="ignore"):
        products = (ranks[0] - mean_x[..., None]) * (ranks[1] - mean_y[..., None])
        rho = np.where(present, products, 0).sum(-1) / ((n - 1) * np.sqrt(var_x * var_y))
        rho = np.where(n >= 4, np.clip(rho, -1, 1), np.nan)
        perfect = 1 - 6 / (n * (n**2.0 - 1))
        z = np.arctanh(np.clip(rho, -perfect, perfect))
        se = np.sqrt((1 + rho**2 / 2) / (n - 3))
    tests = _t_tests(z, se, np.full(rho.shape, np.inf), math.atanh(bound), np.zeros(rho.shape))
    return OneSidedTests(rho, se, tests.df, np.tanh(tests.low), np.tanh(tests.high), tests.p_above, tests.p_below)


# many tests -----------------------------------------------------------------------------------------------------------


def partial_conjunction(p: np.ndarray, u: int) -> np.ndarray:
    """p-value for "at least u of the S null hypotheses are false": (S − u + 1) p_(u), at most 1 (Benjamini and Heller 2008).

    Valid under any dependence. u = S is the intersection–union test, u = 1 Bonferroni's.

    Args:
        p: p-values, (..., S); NaN counts as 1.
        u: from 1 to S.
    """
    p = _missing_as_one(p)
    count = p.shape[-1]
    if not 1 <= u <= count:
        raise InputError(f"at least u of {count} hypotheses: u is from 1 to {count}, not {u}")
    return np.minimum(1.0, (count - u + 1) * np.sort(p, axis=-1)[..., u - 1])


def holm(p: np.ndarray, size: int) -> np.ndarray:
    """p-values adjusted by Holm (1979) in a family of ``size`` hypotheses, of which those not in ``p`` count as p = 1.

    Args:
        p: (m,), m ≤ size; NaN counts as 1.
        size: of the whole family.
    """
    padded = _whole_family(p, size)
    order = np.argsort(padded, kind="stable")
    adjusted = np.empty(size)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate((size - np.arange(size)) * padded[order]))
    return adjusted[: len(p)]


def benjamini_hochberg(p: np.ndarray, size: int) -> np.ndarray:
    """p-values adjusted by Benjamini and Hochberg (1995) in a family of ``size``; arguments as those of :func:`holm`."""
    padded = _whole_family(p, size)
    return stats.false_discovery_control(padded, method="bh")[: len(p)] if size else padded


def _missing_as_one(p: np.ndarray) -> np.ndarray:
    p = np.asarray(p, float)
    return np.where(np.isnan(p), 1.0, p)


def _whole_family(p: np.ndarray, size: int) -> np.ndarray:
    if len(p) > size:
        raise InputError(f"{len(p)} p-values do not fit in a family of {size}")
    return np.concatenate([_missing_as_one(p), np.ones(size - len(p))])


# power ----------------------------------------------------------------------------------------------------------------


def detectable_shift(se: float, df: float, level: float, power: float = 0.8) -> float:
    """How far beyond the margin θ must lie for a one-sided t test to reject with a given power (noncentral t).

    Args:
        se: standard error of the estimate; 0 gives 0, NaN gives NaN.
        df: degrees of freedom; may be infinite (normal).
        level: of the one-sided test, in (0, 1).
        power: in (level, 1).
    """
    if not (np.isfinite(se) and df > 0):
        return np.nan
    if np.isinf(df):
        return float(se * (stats.norm.isf(level) + stats.norm.ppf(power)))
    critical = float(stats.t.isf(level, df))

    def missing(noncentrality: float) -> float:
        return float(stats.nct.sf(critical, df, noncentrality)) - power

    # a noncentral t with ν degrees of freedom is below its noncentrality times √(ν / χ²), so this is far enough
    most = 2 * (critical * np.sqrt(stats.chi2.ppf((1 + power) / 2, df) / df) + stats.norm.ppf((1 + power) / 2))
    return float(se * optimize.brentq(missing, 0.0, most))


def _welch_error(sds: tuple[float, float], runs: tuple[float, float]) -> tuple[float, float]:
    """Standard error and degrees of freedom of Welch's test with these standard deviations and numbers of runs."""
    parts = np.array(sds) ** 2 / np.array(runs)
    if not parts.sum() > 0:
        return 0.0, np.inf
    return float(np.sqrt(parts.sum())), float(parts.sum() ** 2 / (parts**2 / (np.array(runs) - 1)).sum())


def welch_power(effect: float, sds: tuple[float, float], runs: tuple[int, int], level: float) -> float:
    """Power of the one-sided Welch test where θ lies ``effect`` beyond the margin (noncentral t with Satterthwaite's df).

    Args:
        effect: θ − δ.
        sds: standard deviations of the two groups, not both 0.
        runs: of the two groups, at least 2 each.
        level: of the one-sided test.
    """
    se, df = _welch_error(sds, runs)
    return float(stats.nct.sf(stats.t.isf(level, df), df, effect / se))


def minimum_detectable_effect(
    sds: tuple[float, float], runs: tuple[int, int], level: float, power: float = 0.8
) -> float:
    """How far beyond the margin θ must lie for :func:`welch_power` to reach ``power``; arguments as there."""
    se, df = _welch_error(sds, runs)
    return detectable_shift(se, df, level, power)


def runs_needed(
    effect: float, sds: tuple[float, float], level: float, power: float = 0.8, most: int = 100_000
) -> int | None:
    """Runs of each group with which :func:`welch_power` reaches ``power``; None if ``most`` do not.

    Args:
        effect: θ − δ, positive.
        sds: standard deviations of the two groups.
        level: of the one-sided test.
        power: in (level, 1).
        most: the largest number that is tried.
    """
    if not effect > 0:
        raise InputError(f"an effect of {effect} beyond the margin is not detectable with any number of runs")

    def enough(n: int) -> bool:
        return minimum_detectable_effect(sds, (n, n), level, power) <= effect

    low, high = 1, 2
    while not enough(high):
        if high >= most:
            return None
        low, high = high, min(2 * high, most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def detectable_share(n: int, bound: float, level: float, power: float = 0.8) -> float:
    """The largest share that n runs show to lie below a bound with a given power, by the exact test; NaN if none.

    Args:
        n: runs.
        bound: in [0, 1].
        level: of the one-sided test.
        power: in (0, 1).
    """
    counts: Any = np.arange(n + 1)
    significant = counts[stats.binom.cdf(counts, n, bound) <= level]
    if not len(significant):
        return np.nan
    # P(at most k events) = power, solved for the share
    return float(stats.beta.ppf(1 - power, significant[-1] + 1, n - significant[-1])) if significant[-1] < n else 1.0
