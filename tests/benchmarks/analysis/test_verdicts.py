"""Verdicts on made-up runs with known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.analysis.statistics import welch
from benchmarks.analysis.verdicts import ALPHA, ClaimResult, judge, judge_setting, tables
from benchmarks.claims.spec import Claim, ClaimKind, Direction, Evidence, Family, Margin, Quantifier, Scale, Setting
from benchmarks.specs import InputError

ALONE: dict[Family, int] = {"primary": 1, "secondary": 1}
SPREAD = np.array([-1.4, -0.9, -0.5, -0.1, 0.1, 0.5, 0.9, 1.4])
WIDE = np.tile(SPREAD, 4)
Values = dict[str, np.ndarray]


def claim_of(
    kind: ClaimKind = "superiority",
    names: str = "ab",
    margin: float = 1.0,
    direction: Direction = "higher",
    scale: Scale = "difference",
    quantifier: Quantifier = "every",
    decisive: int = 1,
    beside: int = 0,
    family: Family | None = "primary",
    identifier: str = "made-up",
) -> Claim:
    groups = {name: Evidence(measure="m", metric="x") for name in names}
    tested = kind not in ("exact", "descriptive")
    return Claim(
        id=identifier,
        statement="made up",
        document="003",
        passage="none",
        kind=kind,
        quantity="JSD",
        contrast="made up",
        direction=direction,
        scale=scale,
        margin=None if kind == "descriptive" else Margin(value=margin, unit="nat", reason="made up"),
        quantifier=quantifier,
        family=family if tested else None,
        settings=tuple(
            Setting(label=f"s{i}", dataset="ring", groups=groups, decisive=i < decisive)
            for i in range(decisive + beside)
        ),
    )


def verdict_of(claim: Claim, *evidence: Values, sizes: dict[Family, int] = ALONE) -> ClaimResult:
    by_setting = {f"s{i}": values for i, values in enumerate(evidence)}
    (result,) = judge([claim], {claim.id: by_setting}, sizes, permutations=False)
    return result


def two(difference: float, runs: np.ndarray = SPREAD) -> Values:
    return {"a": runs + difference, "b": runs}


HOLDS, FAILS, OPEN = two(10.0), two(-10.0), two(1.0)


# every kind, every verdict

KNOWN = [
    (claim_of(), HOLDS, FAILS, OPEN),
    (claim_of(direction="lower"), FAILS, HOLDS, two(-1.0)),
    (claim_of(scale="ratio", margin=2.0), {k: np.exp(v) for k, v in HOLDS.items()}, {k: np.exp(v) for k, v in FAILS.items()},
     {k: np.exp(v) for k, v in two(np.log(2)).items()}),
    (claim_of("optimum", "abc"), HOLDS | {"c": SPREAD + 2}, HOLDS | {"c": SPREAD + 20}, HOLDS | {"c": SPREAD + 9}),
    (claim_of("ordering", "abc"), {"a": SPREAD, "b": SPREAD + 10, "c": SPREAD + 20},
     {"a": SPREAD, "b": SPREAD + 10, "c": SPREAD + 5}, {"a": SPREAD, "b": SPREAD + 10, "c": SPREAD + 11}),
    (claim_of("equivalence", margin=5.0), two(0.0), FAILS, two(5.0)),
    (claim_of("bound", "a"), {"a": SPREAD + 5}, {"a": SPREAD - 5}, {"a": SPREAD + 1}),
    (claim_of("bound", "a", direction="lower"), {"a": SPREAD - 5}, {"a": SPREAD + 5}, {"a": SPREAD + 1}),
    (claim_of("proportion", "a", margin=0.5, direction="lower"), {"a": np.zeros(32)}, {"a": np.ones(32)},
     {"a": np.arange(32) % 2}),
    (claim_of("association", "ab", margin=0.5), {"a": np.stack([WIDE, WIDE], 1), "b": np.stack([WIDE, WIDE], 1)},
     {"a": np.stack([WIDE, -WIDE], 1), "b": np.stack([WIDE, -WIDE], 1)},
     {"a": np.stack([SPREAD, SPREAD], 1), "b": np.stack([SPREAD, np.roll(SPREAD, 4)], 1)}),
    (claim_of("variance", margin=2.0), {"a": SPREAD, "b": 40 * SPREAD}, {"a": 40 * SPREAD, "b": SPREAD},
     {"a": SPREAD, "b": 2 * SPREAD}),
    (claim_of("exact", "a", margin=0.1), {"a": np.zeros(2)}, {"a": np.array([0, 0.2])}, {"a": np.array([0, np.nan])}),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "holds", "fails", "undecided"), KNOWN, ids=lambda v: getattr(v, "kind", ""))
def test_every_kind_has_every_verdict(claim: Claim, holds: Values, fails: Values, undecided: Values) -> None:
    three = claim.model_copy(
        update={"settings": tuple(claim.settings[0].model_copy(update={"label": f"s{i}"}) for i in range(3))}
    )
    for values, verdict in ((holds, "supported"), (fails, "refuted"), (undecided, "inconclusive")):
        single, threefold = verdict_of(claim, values), verdict_of(three, values, values, values)
        assert single.verdict == threefold.verdict == verdict
        assert single.settings[0].words.partition(":")[0] == verdict
        assert threefold.n_settings == 3
        assert "nan" not in single.reason and "\n" not in single.reason
    mixed = verdict_of(three, holds, undecided, fails)
    assert mixed.verdict == "mixed"
    assert "supported in 1 of 3 settings, refuted in 1 of 3 settings, the rest undecided" in mixed.reason
    assert "in s0, but" in mixed.reason and "in s2" in mixed.reason
    missing = verdict_of(three, holds, {}, fails)
    names = " and ".join(claim.settings[0].groups) if len(holds) < 3 else "a, b and c"
    assert (missing.verdict, missing.reason) == ("cannot be judged", f"cannot be judged: no runs of {names} in s1")


def test_descriptive() -> None:
    claim = claim_of("descriptive")
    result = verdict_of(claim, two(1.0) | {"a": np.append(SPREAD + 1, np.nan)})
    assert result.verdict == "descriptive" and np.isnan([result.p, result.p_adjusted]).all()
    assert result.reason == "mean JSD is 1 of a and 0 of b (9 and 8 seeds, of which 1 of a failed), in s0"
    assert verdict_of(claim, {"a": SPREAD}).reason == "cannot be judged: no runs of b in s0"


def test_exact_claims_have_no_p_and_need_no_second_run() -> None:
    result = verdict_of(claim_of("exact", "a", margin=0.1), {"a": np.array([-0.05])}, sizes={})
    assert result.verdict == "supported" and np.isnan([result.p, result.p_adjusted]).all()
    assert result.reason == "JSD of a is at most 0.05 nat (1 computation; tolerance 0.1), in s0"


# what a reason says


def test_reason_of_support_by_the_weakest_setting() -> None:
    claim = claim_of(direction="lower", decisive=3)
    result = verdict_of(claim, two(-5.0), two(-3.0), two(-4.0))
    tests = welch(SPREAD + 3, SPREAD, 1.0)
    assert (result.effect, result.ci_low, result.ci_high) == pytest.approx((3, float(tests.low), float(tests.high)))
    assert result.p == pytest.approx(2 * float(tests.p_above))
    assert result.reason == (
        f"JSD of a is lower than that of b by 3 nat (95 % interval {tests.low:.3g} to {tests.high:.3g}, 8 seeds each; margin 1), "
        "in s1; supported in 3 of 3 settings"
    )
    assert (result.n_seeds, result.n_settings, result.margin, result.unit) == (8, 3, 1.0, "nat")


def test_how_a_claim_is_refuted() -> None:
    narrow = SPREAD / 10
    for difference, words in ((0.2, "refuted: negligible"), (-0.2, "refuted: negligible"), (-5, "refuted: reversed")):
        assert verdict_of(claim_of(), two(difference, narrow)).settings[0].words == words
    result = verdict_of(claim_of(), two(-1.0, narrow))
    assert result.settings[0].words == "refuted"  # neither within the margin nor beyond it on the other side
    assert "JSD of a is lower than that of b by 1 nat" in result.reason
    failed = verdict_of(claim_of(), {"a": np.full(8, np.nan), "b": SPREAD})
    assert failed.settings[0].words == "refuted: failures"
    assert "of which 8 of a failed" in failed.reason and "its failed runs speak against it" in failed.reason


def test_reversed_and_negligible_are_tested_at_the_claims_level() -> None:
    """A 95 % interval beyond the margin is not enough in a large family."""
    slightly = two(-2.4)
    tests = welch(SPREAD - 2.4, SPREAD, -1.0)
    assert 0.0031 < float(tests.p_below) < 0.025
    assert verdict_of(claim_of(), slightly).settings[0].words == "refuted: reversed"
    strict = verdict_of(claim_of(), slightly, sizes={"primary": 8})
    assert strict.verdict == "refuted" and strict.settings[0].words == "refuted"
    assert "reversed" not in strict.reason


def test_the_setting_that_is_reversed_is_named() -> None:
    assert verdict_of(claim_of(decisive=2), HOLDS, FAILS | {"b": FAILS["b"]}).verdict == "mixed"
    result = verdict_of(claim_of(decisive=2), OPEN, FAILS)
    assert result.reason.endswith("the order is reversed in s1")


def test_a_setting_that_points_the_other_way_is_named() -> None:
    """Refuted by one setting, while another, which the level leaves undecided, speaks for the claim."""
    result = verdict_of(claim_of(decisive=2), FAILS, two(2.8), sizes={"primary": 30})
    assert result.verdict == "refuted"
    assert result.reason.endswith("s1 taken alone would say the opposite")
    assert "opposite" not in verdict_of(claim_of(decisive=2), FAILS, OPEN).reason


def test_a_margin_below_zero_is_what_may_be_lost() -> None:
    claim = claim_of(margin=-0.5)
    assert "may be worse by 0.5)" in verdict_of(claim, HOLDS).reason
    worse = verdict_of(claim, FAILS)
    assert worse.settings[0].words == "refuted"  # there is no order to be reversed


def test_too_few_runs_for_a_proportion_are_said_to_be() -> None:
    claim = claim_of("proportion", "a", margin=0.2, direction="lower")
    result = verdict_of(claim, {"a": np.zeros(8)}, sizes={"primary": 8})
    assert result.verdict == "inconclusive"
    assert result.reason.endswith("no outcome of so few runs could support it: that takes at least 26")
    assert verdict_of(claim, {"a": np.zeros(26)}, sizes={"primary": 8}).verdict == "supported"
    assert verdict_of(claim, {"a": np.zeros(25)}, sizes={"primary": 8}).verdict == "inconclusive"


def test_most_runs_failing_refutes_a_bound() -> None:
    result = verdict_of(claim_of("bound", "a"), {"a": np.full(8, np.nan)})
    assert result.verdict == "refuted" and result.settings[0].words == "refuted: failures"


def test_a_failing_arm_refutes_an_equivalence_and_is_named() -> None:
    groups = dict.fromkeys("abcd", SPREAD / 10)
    result = verdict_of(claim_of("equivalence", "abcd", margin=5.0), groups | {"c": np.full(8, np.nan)})
    assert result.verdict == "refuted" and result.settings[0].words == "refuted: failures"
    assert "of which 8 of c failed" in result.reason


def test_ratios_are_shown_as_factors() -> None:
    claim = claim_of(scale="ratio", margin=1.1, direction="lower")
    result = verdict_of(claim, {"a": np.exp(SPREAD), "b": 50 * np.exp(SPREAD)})
    assert result.verdict == "supported"
    assert (result.effect, result.margin) == pytest.approx((50, 1.1))
    assert result.reason.startswith("JSD of a is lower than that of b by a factor of 50 (95 % interval ")
    turned = verdict_of(claim, {"a": 50 * np.exp(SPREAD), "b": np.exp(SPREAD)})
    assert turned.effect == pytest.approx(1 / 50)
    assert turned.reason.startswith("JSD of a is higher than that of b by a factor of 50 (95 % interval ")


def test_inconclusive_says_what_could_have_been_found() -> None:
    result = verdict_of(claim_of(), OPEN, sizes={"primary": 14})
    detectable = result.settings[0].detectable
    assert detectable is not None and detectable > 1
    assert result.reason.endswith(f"this comparison would pass with power 0.8 at a true value of {detectable:.3g} nat")
    # runs at just that distance have a p-value on either side of the level
    assert verdict_of(claim_of(), two(0.8 * detectable), sizes={"primary": 14}).verdict == "inconclusive"
    assert verdict_of(claim_of(), two(1.2 * detectable), sizes={"primary": 14}).verdict == "supported"
    partly = verdict_of(claim_of(decisive=3), HOLDS, OPEN, HOLDS)
    assert "supported in 2 of 3 settings, the rest undecided" in partly.reason
    assert [setting.detectable is None for setting in partly.settings] == [True, False, True]


def test_detectable_margin_of_an_equivalence() -> None:
    claim = claim_of("equivalence", margin=0.8)
    detectable = verdict_of(claim, two(0.0)).settings[0].detectable
    assert detectable is not None
    assert verdict_of(claim_of("equivalence", margin=1.2 * detectable), two(0.0)).verdict == "supported"


def test_withheld_support_is_told() -> None:
    result = verdict_of(claim_of(), HOLDS | {"a": np.append(SPREAD + 10, np.nan)})
    assert result.verdict == "inconclusive"
    assert "9 and 8 seeds, of which 1 of a failed" in result.reason
    assert result.reason.endswith("support is withheld because runs failed in s0")


# several settings


@pytest.mark.parametrize(
    ("quantifier", "evidence", "verdict"),
    [
        ("every", (HOLDS, HOLDS, OPEN), "inconclusive"),
        ("every", (FAILS, OPEN, OPEN), "refuted"),
        ("typical", (HOLDS, HOLDS, OPEN), "supported"),
        ("typical", (HOLDS, OPEN, OPEN), "inconclusive"),
        ("typical", (FAILS, OPEN, OPEN), "inconclusive"),
        ("typical", (FAILS, FAILS, OPEN), "refuted"),
        ("typical", (HOLDS, HOLDS), "supported"),
        ("typical", (HOLDS, OPEN), "inconclusive"),
        ("some", (HOLDS, OPEN, OPEN), "supported"),
        ("some", (FAILS, FAILS, OPEN), "inconclusive"),
        ("some", (FAILS, FAILS, FAILS), "refuted"),
        ("every", (HOLDS, HOLDS, FAILS), "mixed"),
        ("some", (HOLDS, OPEN, FAILS), "mixed"),
    ],
)
def test_quantifiers(quantifier: Quantifier, evidence: tuple[Values, ...], verdict: str) -> None:
    assert verdict_of(claim_of(quantifier=quantifier, decisive=len(evidence)), *evidence).verdict == verdict


@pytest.mark.parametrize(
    ("quantifier", "evidence", "words"),
    [
        ("every", (HOLDS, HOLDS, FAILS), "as it is worded, to hold in every setting, it is refuted"),
        ("typical", (HOLDS, HOLDS, FAILS), "as it is worded, to hold in most settings, it is supported"),
        ("typical", (HOLDS, FAILS, FAILS), "as it is worded, to hold in most settings, it is refuted"),
        ("some", (HOLDS, FAILS, FAILS), "as it is worded, to hold in one setting, it is supported"),
        ("typical", (HOLDS, FAILS, OPEN), ""),
    ],
)
def test_a_mixed_claim_says_what_its_wording_makes_of_it(
    quantifier: Quantifier, evidence: tuple[Values, ...], words: str
) -> None:
    result = verdict_of(claim_of(quantifier=quantifier, decisive=3), *evidence)
    assert result.verdict == "mixed"
    assert result.reason.endswith(words) and ("as it is worded" in result.reason) == bool(words)


def test_spared_refutation_is_told() -> None:
    result = verdict_of(claim_of(), FAILS | {"b": np.append(SPREAD[2:], [np.nan, np.nan])})
    assert result.verdict == "inconclusive"
    assert "refutation is withheld because the other runs failed in s0" in result.reason


def test_no_ratio_of_spreads_is_detectable_with_few_runs() -> None:
    result = verdict_of(claim_of("variance", margin=2.0), {"a": SPREAD, "b": 3 * SPREAD}, sizes={"primary": 8})
    assert result.settings[0].detectable == np.inf
    assert result.reason.endswith("no value that there can be would pass with power 0.8")


def test_a_second_threshold_is_told() -> None:
    claim = claim_of("proportion", "a", margin=0.2, direction="lower")
    margin = Margin(value=0.2, refuted_beyond=0.5, unit="of the runs", reason="made up")
    result = verdict_of(claim.model_copy(update={"margin": margin}), {"a": np.arange(8) % 2})
    assert "bound 0.2, refuted beyond 0.5)" in result.reason


def test_an_order_that_is_not_shown_is_not_asserted() -> None:
    assert "is higher than that of b by 0.2 nat, if at all (95 %" in verdict_of(claim_of(), two(0.2)).reason
    assert "is lower than that of b by 0.3 nat, if at all (" in verdict_of(claim_of("equivalence"), two(-0.3)).reason
    assert "if at all" not in verdict_of(claim_of(), HOLDS).reason


def test_a_mean_of_survivors_says_so() -> None:
    result = verdict_of(claim_of("bound", "a"), {"a": np.append(SPREAD[:6], [np.nan, np.nan])})
    assert "over the 6 that did not fail" in result.reason


def test_one_setting_may_have_another_scale() -> None:
    claim = claim_of("bound", "a", scale="ratio", margin=2.0, beside=1)
    apart = claim.settings[1].model_copy(update={"scale": "difference"})
    claim = claim.model_copy(update={"settings": (claim.settings[0], apart)})
    values = {"a": np.exp(SPREAD)}
    ratio, difference = verdict_of(claim, values, values).settings
    assert ratio.effect == pytest.approx(1) and difference.effect == pytest.approx(np.exp(SPREAD).mean())


def test_one_setting_alone_is_never_mixed() -> None:
    assert verdict_of(claim_of(names="abc"), {"a": SPREAD, "b": SPREAD - 10, "c": SPREAD + 10}).verdict == "refuted"


def test_settings_beside_are_shown_and_do_not_count() -> None:
    result = verdict_of(claim_of(beside=2), HOLDS, FAILS)
    assert (result.verdict, result.n_settings) == ("supported", 1)
    assert [setting.words for setting in result.settings] == ["supported", "refuted: reversed", "cannot be judged"]
    assert result.p == verdict_of(claim_of(), HOLDS).p


# what cannot be judged


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({}, "no runs of a and b in s0"),
        ({"a": SPREAD}, "no runs of b in s0"),
        ({"a": SPREAD, "b": np.array([])}, "no runs of b in s0"),
        ({"a": SPREAD[:1], "b": SPREAD[:1]}, "one run of a and b in s0"),
        ({"a": SPREAD, "b": np.array([np.nan])}, "one run of b in s0"),
    ],
)
def test_cannot_be_judged(values: Values, reason: str) -> None:
    result = verdict_of(claim_of(decisive=2), values, HOLDS)
    assert (result.verdict, result.reason) == ("cannot be judged", f"cannot be judged: {reason}")
    assert np.isnan([result.p, result.p_adjusted, result.effect]).all()


def test_one_run_decides_a_proportion_only_as_far_as_it_goes() -> None:
    result = verdict_of(claim_of("proportion", "a", margin=0.001, direction="lower"), {"a": np.ones(1)})
    assert result.verdict == "refuted" and result.p == pytest.approx(0.002)


def test_all_failed_on_both_sides() -> None:
    nothing = np.full(8, np.nan)
    result = verdict_of(claim_of(), {"a": nothing, "b": nothing})
    assert result.verdict == "inconclusive" and result.p == 1
    assert "cannot be tested (8 seeds each, of which 8 of a and 8 of b failed)" in result.reason


def test_ties() -> None:
    assert (
        verdict_of(claim_of(), {"a": np.full(8, 3.0), "b": np.full(8, 2.0)}).verdict == "inconclusive"
    )  # at the margin
    assert verdict_of(claim_of(), {"a": np.full(8, 2.0), "b": np.full(8, 2.0)}).verdict == "refuted"
    assert verdict_of(claim_of(), {"a": np.full(8, 3.1), "b": np.full(8, 2.0)}).verdict == "supported"


def test_unknown_group() -> None:
    with pytest.raises(InputError, match="unknown group of made-up in s0 'c'"):
        verdict_of(claim_of(), HOLDS | {"c": SPREAD})


# families


def one_of(name: str, family: Family) -> Claim:
    return claim_of(identifier=name, family=family)


def test_the_familys_size_is_the_registrys() -> None:
    values = two(2.3)
    p = verdict_of(claim_of(), values).p
    assert p < ALPHA
    for family in ("primary", "secondary"):
        for size in (1, 5, 500):
            result = verdict_of(claim_of(family=family), values, sizes={family: size})
            assert result.p_adjusted == pytest.approx(min(1, size * p))
            assert result.verdict == ("supported" if size * p <= ALPHA else "inconclusive")


def test_each_family_has_its_own_adjustment() -> None:
    differences = [10.0, 3.0, 2.2, 1.5]
    claims = [one_of(f"{family}-{i}", family) for i in range(4) for family in ("primary", "secondary")]
    evidence = {
        f"{family}-{i}": {"s0": two(d)} for i, d in enumerate(differences) for family in ("primary", "secondary")
    }
    results = {r.claim: r for r in judge(claims, evidence, {"primary": 6, "secondary": 6}, permutations=False)}
    p = [results[f"primary-{i}"].p for i in range(4)]
    holm = np.minimum(1, np.maximum.accumulate([(6 - i) * p[i] for i in range(4)]))
    assert [results[f"primary-{i}"].p_adjusted for i in range(4)] == pytest.approx(holm)
    steps = [6 * p[i] / (i + 1) for i in range(4)]
    assert [results[f"secondary-{i}"].p_adjusted for i in range(4)] == pytest.approx(
        [min([1, *steps[i:]]) for i in range(4)]
    )


def test_a_claim_has_the_same_verdict_alone_and_among_others() -> None:
    """Also where Holm's procedure, knowing the others' p-values, would decide more: the reason says so."""
    sizes: dict[Family, int] = {"primary": 6, "secondary": 6}
    differences = [10.0, 9.0, 8.0, 2.4, 2.2, 2.0]
    claims = [one_of(f"{family}-{i}", family) for i in range(6) for family in ("primary", "secondary")]
    evidence = {claim.id: {"s0": two(differences[int(claim.id[-1])])} for claim in claims}
    among = judge(claims, evidence, sizes, permutations=False)
    later = 0
    for claim, result in zip(claims, among, strict=True):
        (alone,) = judge([claim], evidence, sizes, permutations=False)
        assert (alone.verdict, alone.settings) == (result.verdict, result.settings)
        assert alone.p_adjusted >= result.p_adjusted
        if result.p_adjusted <= ALPHA < alone.p_adjusted:
            assert result.verdict == "inconclusive"
            assert "beside the other claims of this run it would be decided" in result.reason
            later += 1
    assert later


def test_a_claim_that_cannot_be_judged_keeps_its_place_in_the_family() -> None:
    claims = [one_of("x", "primary"), one_of("y", "primary")]
    both = judge(claims, {"x": {"s0": HOLDS}}, {"primary": 3}, permutations=False)
    assert both[0].p_adjusted == pytest.approx(3 * both[0].p)
    assert both[1].verdict == "cannot be judged" and np.isnan(both[1].p_adjusted)


def test_values_that_allow_no_ratio_cannot_be_judged() -> None:
    """A JSD that is corrected for its bias may come out below 0; the report goes on, and says so."""
    claim = claim_of(scale="ratio", margin=1.1)
    result = verdict_of(claim, {"a": np.exp(SPREAD), "b": np.append(np.exp(SPREAD), [-0.001, 0.0])})
    assert result.verdict == "cannot be judged"
    assert result.reason == "cannot be judged: no ratio, since JSD of b is not positive in 2 of 10 runs in s0"


def test_no_effect_is_called_detectable_that_cannot_be() -> None:
    wide = {"a": np.array([0.1, 3.0, 0.2])}
    result = verdict_of(claim_of("bound", "a", margin=1.0, direction="lower"), wide)
    assert result.verdict == "inconclusive"
    assert result.settings[0].detectable is not None and result.settings[0].detectable < 0
    assert result.reason.endswith("no value that there can be would pass with power 0.8")


@pytest.mark.parametrize(
    ("sign", "mean", "ends"), [(1, 0.9, (0.62, 1.0)), (1, 1.1, (0.82, 1.1)), (-1, 0.9, (-1.0, -0.62))]
)
def test_no_interval_goes_beyond_the_limit(sign: int, mean: float, ends: tuple[float, float]) -> None:
    """A mean that does, as chance may have it, is still within its own interval."""
    claim = claim_of("bound", "a", margin=sign * 0.95, direction="higher" if sign > 0 else "lower")
    margin = Margin(value=sign * 0.95, unit="ρ", reason="made up", limit=sign)
    values = sign * (mean + 0.36 * SPREAD)
    free, cut = (verdict_of(each, {"a": values}) for each in (claim, claim.model_copy(update={"margin": margin})))
    assert (cut.ci_low, cut.ci_high) == pytest.approx(ends, abs=0.01)
    assert max(abs(free.ci_low), abs(free.ci_high)) > 1.1 and free.p == cut.p
    assert f"interval {cut.ci_low:.3g} to {cut.ci_high:.3g}," in cut.reason


@pytest.mark.parametrize(("limit", "possible"), [(None, True), (100.0, True), (3.0, False)])
def test_no_effect_beyond_the_limit_is_called_detectable(limit: float | None, possible: bool) -> None:
    claim = claim_of("bound", "a", margin=1.0)
    margin = Margin(value=1.0, unit="|ρ|", reason="made up", limit=limit)
    result = verdict_of(claim.model_copy(update={"margin": margin}), {"a": 3 * SPREAD + 1})
    detectable = result.settings[0].detectable
    assert detectable is not None and 3 < detectable < 100
    assert ("at a true value of" in result.reason) == possible


def test_more_claims_than_the_family_has() -> None:
    with pytest.raises(InputError, match="2 primary claims are judged, in a family of 1"):
        judge([one_of("x", "primary"), one_of("y", "primary")], {}, {"primary": 1})


def test_a_claim_is_mixed_at_its_own_level_only() -> None:
    """One setting refutes beyond doubt; the other supports at the plain level, but not at that of a large family."""
    claim = claim_of(decisive=2)
    slight = two(2.8)
    assert verdict_of(claim, FAILS, slight).verdict == "mixed"
    large = verdict_of(claim, FAILS, slight, sizes={"primary": 30})
    assert large.verdict == "refuted"
    assert large.settings[1].words == "inconclusive"


# properties

RUN = st.lists(st.floats(-50, 50, width=32) | st.just(float("nan")), min_size=2, max_size=9).map(np.array)


@settings(max_examples=40)
@given(RUN, RUN, st.floats(0, 20))
def test_a_larger_effect_never_turns_support_into_refutation(a: np.ndarray, b: np.ndarray, more: float) -> None:
    claim = claim_of()
    now = judge_setting(claim, claim.settings[0], {"a": a, "b": b}, permutations=False)
    then = judge_setting(claim, claim.settings[0], {"a": a + more, "b": b}, permutations=False)
    assert then.p_support <= now.p_support + 1e-9
    assert then.p_refute >= now.p_refute - 1e-9


@settings(max_examples=40)
@given(RUN, RUN, st.sampled_from(["superiority", "equivalence", "variance"]), st.randoms(use_true_random=False))
def test_the_order_of_seeds_does_not_matter(a: np.ndarray, b: np.ndarray, kind: ClaimKind, random: object) -> None:
    claim = claim_of(kind, margin=1.5)
    order = list(range(len(a)))
    random.shuffle(order)  # type: ignore[attr-defined]
    one = judge_setting(claim, claim.settings[0], {"a": a, "b": b}, permutations=False)
    other = judge_setting(claim, claim.settings[0], {"a": a[order], "b": b}, permutations=False)
    assert (other.p_support, other.p_refute) == pytest.approx((one.p_support, one.p_refute), abs=1e-6)


@settings(max_examples=40)
@given(RUN, RUN)
def test_a_setting_never_says_both(a: np.ndarray, b: np.ndarray) -> None:
    for kind, names in (("superiority", "ab"), ("equivalence", "ab"), ("bound", "a")):
        claim = claim_of(kind, names, margin=1.5)  # type: ignore[arg-type]
        values = dict(zip(names, (a, b), strict=False))
        result = judge_setting(claim, claim.settings[0], values, permutations=False)
        assert max(result.p_support, result.p_refute) >= 0.5
        if not np.isnan([*a, *b]).any():  # failed runs are tested apart: their p-value joins that of refutation
            assert result.p_support + result.p_refute >= 1 - 1e-9


# beside the verdict


def test_permutation_test_stands_beside_and_decides_nothing() -> None:
    claim = claim_of(names="abc")
    values = {"a": SPREAD + 10, "b": SPREAD, "c": SPREAD}
    shown = judge_setting(claim, claim.settings[0], values)
    assert shown.p_permutation == pytest.approx(1 / 12_870)
    hidden = judge_setting(claim, claim.settings[0], values, permutations=False)
    assert replace(shown, p_permutation=None) == hidden
    other = judge_setting(claim, claim.settings[0], {"a": SPREAD - 10, "b": SPREAD, "c": SPREAD})
    assert other.p_permutation == pytest.approx(2 / 12_870)  # against either of two
    bound = claim_of("bound", "a")
    assert judge_setting(bound, bound.settings[0], {"a": SPREAD}).p_permutation is None


def test_tables() -> None:
    claims = [claim_of(decisive=2, beside=1), claim_of("descriptive", identifier="shown")]
    evidence = {"made-up": {"s0": HOLDS, "s1": HOLDS}, "shown": {"s0": HOLDS}}
    results = judge(claims, evidence, ALONE, permutations=False)
    by_claim, by_setting = tables(results)
    assert list(by_claim["verdict"]) == ["supported", "descriptive"]
    assert list(by_claim["document"]) == ["003", "003"]
    assert by_claim.loc[0, "reason"] == results[0].reason
    assert list(by_setting["setting"]) == ["s0", "s1", "s2", "s0"]
    assert list(by_setting["n"]) == ["a: 8, b: 8", "a: 8, b: 8", "a: 0, b: 0", "a: 8, b: 8"]
    assert list(by_setting["decisive"]) == [True, True, False, True]
    empty = tables([])
    assert [len(table) for table in empty] == [0, 0] and list(empty[0]) == list(by_claim)
