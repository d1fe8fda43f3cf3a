"""The tests that each kind of claim makes of a setting: against the statistics they rest on, with failed runs, and bad input."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.analysis.comparisons import compare, setting_p_values
from benchmarks.analysis.statistics import more_failures, rank_association, spread_ratio, unequal_failures, welch
from benchmarks.claims.spec import Claim, ClaimKind, Direction, Evidence, Margin, Scale, Setting
from benchmarks.specs import InputError

rng = np.random.default_rng(0)
RUNS = rng.normal(size=(3, 8))


def claim_of(
    kind: ClaimKind,
    names: str,
    margin: float,
    direction: Direction = "higher",
    scale: Scale = "difference",
    refuted_beyond: float | None = None,
) -> Claim:
    groups = {name: Evidence(measure="m", metric="x") for name in names}
    return Claim(
        id="made-up",
        statement="made up",
        document="000",
        passage="none",
        kind=kind,
        quantity="x",
        contrast="made up",
        direction=direction,
        scale=scale,
        margin=Margin(value=margin, unit="nat", reason="made up", refuted_beyond=refuted_beyond),
        family=None if kind == "exact" else "primary",
        settings=(Setting(label="ring", dataset="ring", groups=groups),),
    )


def p_values(claim: Claim, *values: np.ndarray) -> tuple[float, float]:
    setting = claim.settings[0]
    support, refute = setting_p_values(claim, setting, dict(zip(setting.groups, values, strict=True)))
    return float(support), float(refute)


def of(tests: object) -> tuple[float, float]:
    return float(tests.p_above), float(tests.p_below)  # type: ignore[attr-defined]


def failing(values: np.ndarray, count: int) -> np.ndarray:
    return np.where(np.arange(len(values)) < count, np.nan, values)


def test_superiority_is_welchs_test_in_the_claims_direction() -> None:
    a, b, _ = RUNS
    assert p_values(claim_of("superiority", "ab", 0.3), a, b) == pytest.approx(of(welch(a, b, 0.3)))
    assert p_values(claim_of("superiority", "ab", 0.3, "lower"), a, b) == pytest.approx(of(welch(b, a, 0.3)))


def test_ratios_are_differences_of_logarithms() -> None:
    a, b, _ = np.exp(RUNS)
    claim = claim_of("superiority", "ab", 1.1, "lower", "ratio")
    assert p_values(claim, a, b) == pytest.approx(of(welch(np.log(b), np.log(a), np.log(1.1))))
    # units do not matter
    assert p_values(claim, 1000 * a, 1000 * b) == pytest.approx(p_values(claim, a, b))


@pytest.mark.parametrize("kind", ["superiority", "optimum"])
def test_first_against_every_other(kind: ClaimKind) -> None:
    a, b, c = RUNS
    single = [welch(a, b, 0.1), welch(a, c, 0.1)]
    support, refute = p_values(claim_of(kind, "abc", 0.1), a, b, c)
    assert support == pytest.approx(max(float(t.p_above) for t in single))
    assert refute == pytest.approx(min(1, 2 * min(float(t.p_below) for t in single)))


def test_ordering_is_from_worst_to_best() -> None:
    a, b, c = RUNS
    claim = claim_of("ordering", "abc", 0.1)
    single = [welch(b, a, 0.1), welch(c, b, 0.1)]
    assert p_values(claim, a, b, c)[0] == pytest.approx(max(float(t.p_above) for t in single))
    tests = compare(claim, claim.settings[0], {"a": a, "b": b, "c": c})
    assert [test.groups for test in tests] == [("b", "a"), ("c", "b")]


def test_equivalence_is_two_one_sided_tests_of_all_pairs() -> None:
    pairs = [(RUNS[i], RUNS[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
    support, refute = p_values(claim_of("equivalence", "abc", 2.0), *RUNS)
    inside = [max(float(welch(a, b, -2).p_above), float(welch(a, b, 2).p_below)) for a, b in pairs]
    beyond = [min(float(welch(a, b, 2).p_above), float(welch(a, b, -2).p_below)) for a, b in pairs]
    assert support == pytest.approx(max(inside))
    assert refute == pytest.approx(min(1, 6 * min(beyond)))


@pytest.mark.parametrize(("direction", "sides"), [("higher", ("greater", "less")), ("lower", ("less", "greater"))])
def test_bound_has_two_thresholds(direction: Direction, sides: tuple[str, str]) -> None:
    a = RUNS[0]
    beyond = {"higher": -0.4, "lower": 0.8}[direction]
    support, refute = p_values(claim_of("bound", "a", 0.2, direction, refuted_beyond=beyond), a)
    assert support == pytest.approx(stats.ttest_1samp(a, 0.2, alternative=sides[0]).pvalue)
    assert refute == pytest.approx(stats.ttest_1samp(a, beyond, alternative=sides[1]).pvalue)


def test_bound_of_several_groups_and_of_geometric_means() -> None:
    a, b, _ = np.exp(RUNS)
    support, refute = p_values(claim_of("bound", "ab", 0.9, "lower", "ratio"), a, b)
    tests = [
        [stats.ttest_1samp(np.log(x), np.log(0.9), alternative=side).pvalue for x in (a, b)]
        for side in ("less", "greater")
    ]
    assert (support, refute) == pytest.approx((max(tests[0]), min(1, 2 * min(tests[1]))))


def test_proportion_counts_failed_runs_against_the_claim() -> None:
    events = np.array([1, 0, 0, 0, 0, 0, 0, np.nan])
    rare = p_values(claim_of("proportion", "a", 0.5, "lower", refuted_beyond=0.7), events)
    assert rare == pytest.approx(
        (
            stats.binomtest(2, 8, 0.5, alternative="less").pvalue,
            stats.binomtest(2, 8, 0.7, alternative="greater").pvalue,
        )
    )
    often = p_values(claim_of("proportion", "a", 0.5, "higher", refuted_beyond=0.3), events)
    assert often == pytest.approx(
        (
            stats.binomtest(1, 8, 0.5, alternative="greater").pvalue,
            stats.binomtest(1, 8, 0.3, alternative="less").pvalue,
        )
    )


def test_association_pools_groups_and_knows_directions() -> None:
    x, y, _ = RUNS
    pairs = np.stack([x, x + y], axis=-1)
    higher = p_values(claim_of("association", "ab", 0.3), pairs[:5], pairs[5:])
    assert higher == pytest.approx(p_values(claim_of("association", "a", 0.3), pairs))
    mirrored = pairs * np.array([-1, 1])
    assert p_values(claim_of("association", "a", -0.3, "lower"), mirrored) == pytest.approx(higher)


def test_variance_is_the_second_spread_over_the_first() -> None:
    a, b, _ = RUNS
    tests = spread_ratio(5 * b, a, 2.0)
    assert p_values(claim_of("variance", "ab", 2.0), a, 5 * b) == pytest.approx(of(tests))
    relative = claim_of("variance", "ab", 2.0, scale="ratio")
    assert p_values(relative, np.exp(a), 7 * np.exp(5 * b)) == pytest.approx(of(tests))  # a common factor is no spread


@pytest.mark.parametrize(
    ("values", "expected"),
    [([0.0, -0.1, 0.1], (0, 1)), ([0.0, -0.2], (1, 0)), ([0.0, np.nan], (1, 1)), ([0.2, np.nan], (1, 0))],
)
def test_exact(values: list[float], expected: tuple[float, float]) -> None:
    assert p_values(claim_of("exact", "a", 0.1), np.array(values)) == expected


# failed runs


@pytest.mark.parametrize("kind", ["superiority", "variance"])
def test_failures_of_the_better_withhold_support_and_may_refute(kind: ClaimKind) -> None:
    good, bad = (RUNS[0] + 100, 3 * RUNS[1]) if kind == "superiority" else (0.01 * RUNS[0], RUNS[1])
    claim = claim_of(kind, "ab", 2.0)
    assert p_values(claim, good, bad)[0] < 0.02
    assert p_values(claim, failing(good, 1), bad)[0] == 1
    assert p_values(claim, failing(good, 1), failing(bad, 1))[0] < 0.05
    assert p_values(claim, good, failing(bad, 4))[0] < 0.05
    assert p_values(claim, failing(good, 8), bad) == pytest.approx((1, 2 / 12_870))
    assert p_values(claim, good, failing(bad, 8)) == (1, 1)  # nothing to compare with, and no failure of the better
    assert p_values(claim, failing(good, 8), failing(bad, 8)) == (1, 1)
    six = p_values(claim, failing(good, 5), bad)[1]
    assert six == pytest.approx(2 * float(more_failures(5, 8, 0, 8)))


@pytest.mark.parametrize("kind", ["superiority", "variance"])
def test_survivors_of_an_arm_that_fails_more_often_refute_nothing(kind: ClaimKind) -> None:
    """A GAN that diverges in every third run was "steadier" by those that were left."""
    steady, other = (RUNS[0], RUNS[1] + 9) if kind == "superiority" else (RUNS[0], 0.01 * RUNS[1])
    claim = claim_of(kind, "ab", 2.0)
    assert p_values(claim, steady, other)[1] < 0.05
    (test,) = compare(claim, claim.settings[0], {"a": steady, "b": failing(other, 2)})
    assert test.spared is not None and bool(test.spared)
    assert float(test.p_refute) == 1
    assert p_values(claim, failing(steady, 2), failing(other, 2))[1] < 0.2


def test_both_routes_to_refutation_share_the_level() -> None:
    worse, better = failing(RUNS[0] - 3, 2), RUNS[1]
    survivors = float(welch(worse, better, 0.0).p_below)
    assert survivors < float(more_failures(2, 8, 0, 8))
    assert p_values(claim_of("superiority", "ab", 0.0), worse, better)[1] == pytest.approx(2 * survivors)


def test_failures_and_equivalence() -> None:
    a, b, _ = RUNS
    claim = claim_of("equivalence", "ab", 10.0)
    assert p_values(claim, a, b)[0] < 1e-6
    assert p_values(claim, failing(a, 1), failing(b, 1))[0] == 1
    for pair in ((failing(a, 8), b), (b, failing(a, 8))):
        assert p_values(claim, *pair) == pytest.approx((1, 4 / 12_870))


def test_failures_and_bound() -> None:
    claim = claim_of("bound", "a", -5.0)
    assert p_values(claim, RUNS[0])[0] < 1e-4
    assert p_values(claim, failing(RUNS[0], 1))[0] == 1
    assert p_values(claim, failing(RUNS[0] - 10, 1))[1] < 1e-2
    assert p_values(claim, failing(RUNS[0], 7)) == pytest.approx((1, 2 * 9 / 2**8))  # more fail than not
    assert p_values(claim, failing(RUNS[0], 8)) == pytest.approx((1, 2 / 2**8))


def test_failures_among_many_groups_are_one_test() -> None:
    """One arm of seven that fails in five runs of eight refutes; divided among 21 pairs no number of failures could."""
    groups = [RUNS[i % 3] for i in range(7)]
    claim = claim_of("equivalence", "abcdefg", 10.0)
    support, refute = p_values(claim, failing(groups[0], 5), *groups[1:])
    assert support == 1
    assert refute == pytest.approx(2 * float(unequal_failures([5, 0, 0, 0, 0, 0, 0], [8] * 7)))
    assert refute < 0.05 / 16


def test_failed_runs_count_as_the_worst_of_an_association() -> None:
    """Left out, runs that failed could not speak; only what holds without them and with them counts."""
    x = np.arange(12.0)
    pairs = np.stack([x, x], axis=-1)
    pairs[8:, 1] = np.nan  # the largest x, without a quality
    claim = claim_of("association", "a", 0.3)
    without = rank_association(x[:8], x[:8], 0.3)
    with_worst = rank_association(np.append(x[:8], [-1] * 4), np.append(x[:8], [-1] * 4), 0.3)
    support, refute = p_values(claim, pairs)
    assert support == pytest.approx(max(float(without.p_above), float(with_worst.p_above)))
    assert refute == pytest.approx(max(float(without.p_below), float(with_worst.p_below)))


def test_an_infinite_value_has_the_last_rank_in_an_association() -> None:
    """A run of infinite KL and the best quality is what speaks most against "the smaller the better"; it is no failed run."""
    x = np.arange(12.0)
    claim = claim_of("association", "a", -0.3, "lower")
    agreeing = np.stack([np.append(x[:-1], np.inf), -x], axis=-1)
    assert p_values(claim, agreeing) == p_values(claim, np.stack([x, -x], axis=-1))
    contrary = np.stack([np.append(x[:4], [np.inf] * 8), np.append(-x[:4], [1.0] * 8)], axis=-1)
    support, refute = p_values(claim, contrary)
    assert support > 0.9 and refute < 0.01


def test_smaller_values_count_as_the_floor_where_ratios_are_formed() -> None:
    a, b, _ = np.exp(RUNS)
    low = np.append(a[:-1], -0.001)
    plain = claim_of("superiority", "ab", 1.1, "lower", "ratio")
    setting = plain.settings[0].model_copy(update={"floor": 0.01})
    floored = plain.model_copy(update={"settings": (setting,)})
    assert p_values(floored, low, b) == pytest.approx(p_values(plain, np.append(a[:-1], 0.01), b))
    assert p_values(floored, np.append(a[:-1], np.nan), b) == p_values(plain, np.append(a[:-1], np.nan), b)


def test_an_infinite_value_is_a_failed_run() -> None:
    a, b, _ = RUNS
    infinite = np.where(np.isnan(failing(a, 2)), np.inf, a)
    claim = claim_of("superiority", "ab", 0.0)
    assert p_values(claim, infinite, b) == p_values(claim, failing(a, 2), b)


def test_leading_axes_are_repetitions() -> None:
    values = np.random.default_rng(1).normal(size=(3, 5, 8))
    values[0, 2, :3] = np.nan
    for kind in ("superiority", "ordering", "equivalence", "variance"):
        claim = claim_of(kind, "abc", 1.5)
        support, refute = setting_p_values(claim, claim.settings[0], dict(zip("abc", values, strict=True)))
        for i in range(5):
            assert (support[i], refute[i]) == pytest.approx(p_values(claim, *values[:, i]))


# bad input


@pytest.mark.parametrize(
    ("claim", "values", "message"),
    [
        (claim_of("superiority", "ab", 1.1, scale="ratio"), [[1.0, 2], [1, 0]], "ratios need positive values, but b has 0"),
        (claim_of("superiority", "ab", 0.5, scale="ratio"), [[1.0, 2], [1, 2]], "a factor above 1, not 0.5"),
        (claim_of("variance", "ab", 1.0), [[1.0, 2], [1, 2]], "a factor above 1, not 1.0"),
        (claim_of("superiority", "a", 0.5), [[1.0, 2]], "compares at least two groups; ring has one"),
        (claim_of("equivalence", "ab", 0.0), [[1.0, 2], [1, 2]], "margin of an equivalence is positive"),
        (claim_of("proportion", "a", 0.5), [[0.0, 0.5]], "needs values 0 and 1, but a has others"),
        (claim_of("association", "a", 0.5), [[0.0, 0.5]], "needs two metrics of each run"),
        (claim_of("bound", "a", 0.5, "lower", refuted_beyond=0.4), [[0.0, 0.5]], "must lie above the bound 0.5"),
        (claim_of("bound", "a", 0.5, "higher", refuted_beyond=0.6), [[0.0, 0.5]], "must lie below the bound 0.5"),
        (claim_of("bound", "a", 0.0, "lower", "ratio"), [[1.0, 0.5]], "ratios need positive values, but its bound has 0"),
    ],
)  # fmt: skip
def test_bad_input_is_told_in_one_line(claim: Claim, values: list[list[float]], message: str) -> None:
    with pytest.raises(InputError, match=message):
        p_values(claim, *map(np.array, values))
