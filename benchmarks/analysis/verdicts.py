"""From claims and the values of runs to verdicts, by rules that are fixed in advance.

**A setting.** ``comparisons`` says what the claim's kind tests; it gives a p-value of support (the claim holds by
more than its margin δ) and one of refutation (it does not hold by δ). The margin is that of both: "better, but by
less than δ" is refuted. It is then called negligible where tests at the same level find it inside ±δ, and reversed where
one finds it below −δ.

**A claim** has S decisive settings and a quantifier, which says in how many it must hold: u = S (every), more than
half (typical), 1 (some). It is supported if at least u settings support it, refuted if at least S − u + 1 do not
hold, so that fewer than u can; both by p-values of partial conjunctions (Benjamini and Heller 2008). It is mixed if
one setting supports and another refutes; by Bonferroni over the settings in both directions. Its p-value is twice the
smallest of the three. Twice is enough for three verdicts, since "mixed" asks for two rejections at the level α / 2S.
With "every" these also refute, with "some" they also support, at the same level; and with two of three settings the
chances of all false verdicts add up to less than α, wherever θ lies and however the settings depend. Settings that
are not decisive are judged and shown, and do not count.

**A family** is all primary, or all secondary, claims of the registry: m of them, whatever part is judged. A verdict
is given at the level α / m, α = 0.05: the first step of Holm's procedure and of Benjamini and Hochberg's, and the
only one that does not depend on the p-values of other claims. So a claim has the same verdict alone and among all. It
holds the family-wise error, and with it the false discovery rate. Beside it stands the p-value as Holm's procedure
adjusts it over the primary claims that were judged, and Benjamini and Hochberg's over the secondary ones, those that
were not counting as p = 1; where that is at most α and the verdict undecided, the reason says so. Both are used for
directional verdicts: Holm's holds its level then for independent tests (Shaffer 1980), Benjamini and Hochberg's
likewise (Benjamini and Yekutieli 2005); ``simulate`` checks both where claims share runs. Exact and descriptive
claims have no p-value and no family.

**The verdict** of a claim whose p-value is at most α / m is *mixed* if a setting supports and another refutes at this
level, otherwise *supported* or *refuted*, whichever is significant. Every other is *inconclusive*: the reason says
how many settings are decided, and what effect would have been found with power 0.8. Where a group of a decisive
setting has no runs, or a single one (which has no spread; proportions, exact and descriptive claims do without), the
claim *cannot be judged*, and nothing else is said about it.

How often these rules go wrong is measured by ``python -m benchmarks.analysis.simulate``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from benchmarks.analysis.comparisons import Comparison, as_values, combine, compare, failed_runs, with_failures
from benchmarks.analysis.statistics import benjamini_hochberg, holm, least_successes, partial_conjunction
from benchmarks.analysis.wording import clause, describe, in_words, number
from benchmarks.claims.spec import Claim, ClaimKind, Family, Quantifier, Setting
from benchmarks.specs import InputError, unknown

ALPHA = 0.05
Verdict = Literal["supported", "refuted", "mixed", "inconclusive", "descriptive", "cannot be judged"]

NEEDED: dict[Quantifier, Callable[[int], int]] = {
    "every": lambda settings: settings,
    "typical": lambda settings: settings // 2 + 1,
    "some": lambda settings: 1,
}
"""In how many of its decisive settings a claim must hold."""
ADJUSTMENT: dict[Family, Callable[[np.ndarray, int], np.ndarray]] = {"primary": holm, "secondary": benjamini_hochberg}
WITHOUT_SPREAD: tuple[ClaimKind, ...] = ("proportion", "exact", "descriptive")
"""Kinds that a single run can say something about."""
MANNERS = {
    "negligible": "the difference, if it is one, is smaller than the margin",
    "reversed": "the order is reversed",
    "failures": "its failed runs speak against it",
}
"""How a claim fails to hold."""


@dataclass(frozen=True)
class SettingResult:
    """What one setting says about a claim.

    Attributes:
        label: the setting's name.
        decisive: it counts for the verdict.
        effect: estimate of the weakest comparison, turned so that larger supports the claim where groups are compared: a
            difference, a factor, or what a bound bounds.
        ci_low: lower end of its 95 % interval.
        ci_high: its upper end.
        unit: of effect, interval and margin.
        margin: δ, or the bound.
        p_support: p-value of "the claim does not hold by δ"; small supports it.
        p_refute: p-value of "the claim holds by δ"; small refutes it.
        p_permutation: the smaller of the two by studentised permutation of the survivors, beside Welch's test, which
            decides; None where there is none.
        n: runs of each group.
        failed: runs of each group that failed.
        words: supported, refuted (and how), inconclusive, descriptive or cannot be judged, at the level that the claim got.
        detectable: true effect that would be supported with power 0.8, and for an equivalence the margin within which equal
            groups would be; infinite where none would, None where the setting is decided, or where it is not known.
        clause: the weakest comparison in words and numbers.
        between: whose comparison that is: two of the setting's groups, or those that are held against a bound.
        manners: p-values of the manners in which it fails to hold (``MANNERS``), of those that there may be.
        withheld: support is withheld because of failed runs.
        spared: refutation by the survivors is withheld because what the claim is held against failed more often.
        least: where no outcome of a proportion's runs can support it, how many runs can; otherwise None.
        limit: the best value that there can be, if there is one.
        missing: why it cannot be judged; empty where it can.
    """

    label: str
    decisive: bool
    effect: float
    ci_low: float
    ci_high: float
    unit: str
    margin: float
    p_support: float
    p_refute: float
    p_permutation: float | None
    n: dict[str, int]
    failed: dict[str, int]
    words: str
    detectable: float | None
    clause: str
    between: tuple[str, ...] = ()
    manners: tuple[tuple[str, float], ...] = ()
    withheld: bool = False
    spared: bool = False
    least: int | None = None
    limit: float | None = None
    missing: str = ""


@dataclass(frozen=True)
class ClaimResult:
    """A claim's verdict.

    Attributes:
        claim: its name.
        document: its source.
        verdict: see the module's docstring.
        p: p-value before adjustment; NaN where there is none.
        p_adjusted: over the family.
        effect: of the decisive setting that decides: the weakest that the verdict needs.
        ci_low: lower end of its 95 % interval.
        ci_high: its upper end.
        unit: of effect, interval and margin.
        margin: in that setting.
        n_seeds: runs of the smallest group of a decisive setting.
        n_settings: decisive settings.
        reason: one sentence made from the numbers.
        settings: all settings.
    """

    claim: str
    document: str
    verdict: Verdict
    p: float
    p_adjusted: float
    effect: float
    ci_low: float
    ci_high: float
    unit: str
    margin: float
    n_seeds: int
    n_settings: int
    reason: str
    settings: tuple[SettingResult, ...]


@dataclass(frozen=True)
class _Weights:
    """p-values of a claim's three verdicts; the claim's own is twice the smallest."""

    support: float
    refute: float
    mixed: float

    @property
    def smallest(self) -> float:
        return min(1.0, 2 * min(self.support, self.refute, self.mixed))


# a setting ------------------------------------------------------------------------------------------------------------


def judge_setting(
    claim: Claim,
    setting: Setting,
    groups: Mapping[str, np.ndarray],
    level: float = ALPHA / 2,
    permutations: bool = True,
) -> SettingResult:
    """What one setting says about a claim.

    Args:
        claim: the claim.
        setting: one of its settings.
        groups: values of each of the setting's groups, one per run, (n,), NaN where it failed; for an association two metrics,
            (n, 2). A group may be missing.
        level: of each one-sided test, for the words and the detectable effect.
        permutations: whether the permutation test is made beside Welch's.

    Raises:
        InputError: a group that the setting does not have, or values that the claim's kind cannot take.
    """
    for name in groups:
        if name not in setting.groups:
            raise unknown(f"group of {claim.id} in {setting.label}", name, setting.groups)
    values = {name: as_values(claim, name, groups[name]) for name in setting.groups if len(groups.get(name, ()))}
    runs = {name: len(values.get(name, ())) for name in setting.groups}
    failed = {name: int(failed_runs(values[name], claim.kind)) if name in values else 0 for name in setting.groups}
    margin = claim.margin_in(setting)
    blank = SettingResult(
        label=setting.label,
        decisive=setting.decisive,
        effect=np.nan,
        ci_low=np.nan,
        ci_high=np.nan,
        unit=margin.unit if margin else "",
        margin=margin.value if margin else np.nan,
        p_support=np.nan,
        p_refute=np.nan,
        p_permutation=None,
        n=runs,
        failed=failed,
        words="",
        detectable=None,
        clause="",
    )
    missing = _missing(claim, runs) or _no_ratio(claim, setting, values)
    if missing:
        return replace(blank, words="cannot be judged", missing=f"{missing} in {setting.label}")
    if claim.kind == "descriptive":
        means = {name: float(np.nanmean(v)) if not np.isnan(v).all() else np.nan for name, v in values.items()}
        return replace(blank, words="descriptive", clause=describe(claim, setting, means, runs, failed))
    tests = compare(claim, setting, values)
    support, refute = combine([t.p_support for t in tests], [t.p_refute for t in tests])
    refute, by_failures = with_failures(claim, values, refute)
    p_support, p_refute = float(support), float(refute)
    weakest = _weakest(tests, for_support=p_support <= p_refute)
    if by_failures:
        weakest = max(tests, key=lambda test: abs(failed[test.groups[0]] - failed[test.groups[-1]]))
    ci_low, ci_high = weakest.interval(margin)
    detectable = weakest.show(weakest.detectable(level))
    result = replace(
        blank,
        effect=weakest.show(float(weakest.tests.estimate)),
        ci_low=ci_low,
        ci_high=ci_high,
        margin=weakest.show(weakest.margin),
        p_support=p_support,
        p_refute=p_refute,
        p_permutation=_permutation(tests, for_support=p_support <= p_refute) if permutations else None,
        detectable=None if np.isnan(detectable) or weakest.withheld else detectable,
        clause=clause(claim, setting, weakest, runs, failed),
        between=weakest.groups,
        manners=(("failures", 0.0),) if by_failures else _manners(weakest, len(tests)),
        withheld=any(bool(test.withheld) for test in tests),
        spared=any(test.spared is not None and bool(test.spared) for test in tests),
        least=_least(claim, setting, runs, level),
        limit=margin.limit if margin else None,
    )
    return _worded(result, level, level)


def _missing(claim: Claim, runs: Mapping[str, int]) -> str:
    """Which groups lack runs, in words; empty where none does."""
    none = tuple(name for name, count in runs.items() if count == 0)
    if none:
        return f"no runs of {in_words(none)}"
    one = tuple(name for name, count in runs.items() if count == 1)
    return f"one run of {in_words(one)}" if one and claim.kind not in WITHOUT_SPREAD else ""


def _no_ratio(claim: Claim, setting: Setting, values: Mapping[str, np.ndarray]) -> str:
    """Which group's values allow no ratio, in words; empty where all do, or none is formed.

    An estimate that is corrected for its bias, such as a JSD, may come out below 0 for samples that are as good as data.
    """
    if claim.scale_in(setting) != "ratio" or setting.floor is not None:
        return ""
    for name, of_group in values.items():
        count = int((of_group <= 0).sum())
        if count:
            return f"no ratio, since {claim.quantity_in(setting)} of {name} is not positive in {count} of {len(of_group)} runs"
    return ""


def _weakest(tests: Sequence[Comparison], for_support: bool) -> Comparison:
    """The test that sets the setting's p-value: the least significant of support, or the most significant of refutation."""

    def strength(test: Comparison) -> tuple[float, float]:
        support, refute = combine([test.p_support], [test.p_refute])
        estimate = float(test.tests.estimate) - test.margin
        return (-float(support) if for_support else float(refute)), (estimate if np.isfinite(estimate) else -np.inf)

    return min(tests, key=strength)


def _permutation(tests: Sequence[Comparison], for_support: bool) -> float | None:
    """The setting's p-value by permutation tests, combined like those that decide."""
    p = [test.permutation() for test in tests if test.permutation is not None]
    if not p:
        return None
    support, refute = combine([np.array(above) for above, _ in p], [np.array(below) for _, below in p])
    return float(support) if for_support else float(refute)


def _manners(test: Comparison, tests: int) -> tuple[tuple[str, float], ...]:
    """p-values of the manners in which a comparison, one of so many, may fail to hold by a margin that is not negative."""
    if test.by_failures:
        return (("failures", 0.0),)
    if test.at is None or test.margin < 0:
        return ()
    lower, upper = test.at(-test.margin), test.at(test.margin)
    within = max(float(lower.p_above), float(upper.p_below))
    return ("reversed", min(1.0, tests * float(lower.p_below))), ("negligible", min(1.0, tests * within))


def _least(claim: Claim, setting: Setting, runs: Mapping[str, int], level: float) -> int | None:
    """How many runs a proportion needs if no outcome of those that there are can support it; otherwise None."""
    margin = claim.margin_in(setting)
    if claim.kind != "proportion" or margin is None:
        return None
    share = margin.value if claim.direction_in(setting) == "higher" else 1 - margin.value
    needed = least_successes(share, level)
    return needed if needed > min(runs.values()) else None


def _manner(result: SettingResult, level: float) -> str:
    """How a setting fails to hold at a level: the first of its manners that is significant, or nothing."""
    return next((manner for manner, p in result.manners if p <= level), "")


def _worded(result: SettingResult, support_level: float, refute_level: float) -> SettingResult:
    """The result with its words at these levels; a decided setting has no detectable effect."""
    if not np.isfinite(result.p_support):
        return result
    if result.p_support <= support_level:
        return replace(result, words="supported", detectable=None)
    if result.p_refute <= refute_level:
        words = ": ".join(filter(None, ["refuted", _manner(result, refute_level)]))
        return replace(result, words=words, detectable=None)
    return replace(result, words="inconclusive")


# claims ---------------------------------------------------------------------------------------------------------------


def judge(
    claims: Sequence[Claim],
    evidence: Mapping[str, Mapping[str, Mapping[str, np.ndarray]]],
    family_sizes: Mapping[Family, int],
    permutations: bool = True,
) -> list[ClaimResult]:
    """Verdicts of claims, in their order.

    Args:
        claims: those that are judged.
        evidence: claim's id → setting's label → group's name → values, as :func:`judge_setting` takes them; what there is not
            may be missing.
        family_sizes: claims of each family in the whole registry, judged or not.
        permutations: whether permutation tests are made beside Welch's; verdicts do not depend on them.

    Raises:
        InputError: more claims of a family than it is said to have; or from :func:`judge_setting`.
    """
    for family in ADJUSTMENT:
        count = sum(claim.family == family for claim in claims)
        if count > family_sizes.get(family, 0):
            raise InputError(f"{count} {family} claims are judged, in a family of {family_sizes.get(family, 0)}")
    settings = [_settings(claim, evidence.get(claim.id, {}), family_sizes, permutations) for claim in claims]
    weights = [_weigh(claim, results) for claim, results in zip(claims, settings, strict=True)]
    p = np.array([np.nan if weight is None else weight.smallest for weight in weights])
    adjusted = np.full(len(claims), np.nan)
    for family, adjust in ADJUSTMENT.items():
        members = np.array([claim.family == family for claim in claims], bool)
        adjusted[members] = np.where(np.isnan(p[members]), np.nan, adjust(p[members], family_sizes.get(family, 0)))
    return [
        _verdict(claim, results, weight, float(q), family_sizes[claim.family] if claim.family else 1)
        for claim, results, weight, q in zip(claims, settings, weights, adjusted, strict=True)
    ]


def _needed(claim: Claim) -> tuple[int, int, int]:
    """Decisive settings; how many must support the claim to support it; how many must refute it to refute it."""
    count = sum(setting.decisive for setting in claim.settings)
    needed = NEEDED[claim.quantifier](count)
    return count, needed, count - needed + 1


def _settings(
    claim: Claim,
    evidence: Mapping[str, Mapping[str, np.ndarray]],
    family_sizes: Mapping[Family, int],
    permutations: bool,
) -> tuple[SettingResult, ...]:
    """All settings, their detectable effects at the level that the claim has alone in its family."""
    _, _, against = _needed(claim)
    size = family_sizes[claim.family] if claim.family else 1
    level = ALPHA / (2 * size * against)
    return tuple(
        judge_setting(claim, setting, evidence.get(setting.label, {}), level, permutations)
        for setting in claim.settings
    )


def _decisive(settings: Sequence[SettingResult]) -> list[SettingResult]:
    return [result for result in settings if result.decisive]


def _weigh(claim: Claim, settings: Sequence[SettingResult]) -> _Weights | None:
    """p-values of the three verdicts; None where a claim cannot be judged or is not tested."""
    decisive = _decisive(settings)
    if claim.kind == "descriptive" or any(result.missing for result in decisive):
        return None
    support, refute = (np.array([getattr(r, name) for r in decisive]) for name in ("p_support", "p_refute"))
    count, needed, against = _needed(claim)
    apart = ~np.eye(count, dtype=bool)  # it takes one setting to support and another to refute
    mixed = np.maximum(support[:, None], refute[None, :])[apart].min() if count > 1 else 1.0
    return _Weights(
        support=float(partial_conjunction(support, needed)),
        refute=float(partial_conjunction(refute, against)),
        mixed=min(1.0, count * float(mixed)),
    )


def _verdict(
    claim: Claim, settings: tuple[SettingResult, ...], weights: _Weights | None, adjusted: float, size: int
) -> ClaimResult:
    """The verdict with its reason."""
    decisive = _decisive(settings)
    tested = claim.family is not None
    if weights is None:
        lacking = [result.missing for result in decisive if result.missing]
        verdict: Verdict = "cannot be judged" if lacking else "descriptive"
        reason = f"cannot be judged: {'; '.join(lacking)}" if lacking else "; ".join(_placed(r) for r in decisive)
        shown = next((result for result in decisive if result.missing), decisive[0])
        return _result(claim, verdict, np.nan, np.nan, shown, reason, settings)
    p = weights.smallest
    decided, level = p <= ALPHA / size, ALPHA / size / 2
    count, needed, against = _needed(claim)
    if decided and weights.mixed <= level:
        verdict, levels = "mixed", (level / count, level / count)
    elif decided and weights.support <= level:
        verdict, levels = "supported", (level / against, level / count)
    elif decided:
        verdict, levels = "refuted", (level / count, level / needed)
    else:
        verdict, levels = "inconclusive", (level / against, level / needed)
    # a setting's own level is that at which the verdict counts it; those beside the verdict have Bonferroni's
    settings = tuple(_worded(result, *levels) for result in settings)
    decisive = _decisive(settings)
    by_support = sorted(decisive, key=lambda result: result.p_support)
    by_refute = sorted(decisive, key=lambda result: result.p_refute)
    weakest = {
        "mixed": by_refute[0],
        "supported": by_support[needed - 1],
        "refuted": by_refute[against - 1],
        "inconclusive": by_support[needed - 1] if weights.support <= weights.refute else by_refute[against - 1],
    }[verdict]
    told = [by_support[0], by_refute[0]] if verdict == "mixed" else [weakest]
    remarks = _remarks(claim, verdict, weakest, decisive)
    if verdict == "mixed":
        remarks += _by_wording(claim, weights, level)
    if tested and not decided and adjusted <= ALPHA:
        remarks.append(f"beside the other claims of this run it would be decided (adjusted p = {number(adjusted)})")
    reason = "; ".join([", but ".join(_placed(r) for r in told), *remarks])
    reason = reason[0].upper() + reason[1:]
    return _result(claim, verdict, p if tested else np.nan, adjusted, weakest, reason, settings)


def _placed(result: SettingResult) -> str:
    return f"{result.clause}, in {result.label}"


def _remarks(claim: Claim, verdict: Verdict, weakest: SettingResult, decisive: Sequence[SettingResult]) -> list[str]:
    """What a reason says after the numbers."""
    remarks = []
    if len(decisive) > 1:
        remarks.append(_counts(decisive))
    where = f" in {weakest.label}" if len(decisive) > 1 else ""
    manner = weakest.words.removeprefix("refuted").removeprefix(": ") if weakest.words.startswith("refuted") else ""
    if manner:
        remarks.append(f"{MANNERS[manner]}{where}")
    remarks += _elsewhere(verdict, decisive)
    withheld = tuple(result.label for result in decisive if result.withheld)
    if verdict == "inconclusive" and withheld:
        remarks.append(f"support is withheld because runs failed in {in_words(withheld)}")
    spared = tuple(result.label for result in decisive if result.spared)
    if verdict == "inconclusive" and spared:
        remarks.append(f"refutation is withheld because the other runs failed in {in_words(spared)}")
    if verdict != "inconclusive":
        return remarks
    least = [result.least for result in decisive if result.least is not None]
    if least:
        remarks.append(f"no outcome of so few runs could support it: that takes at least {max(least)}")
    elif weakest.detectable is not None and not _possible(claim.kind, weakest):
        remarks.append("with so few runs, so far apart, no value that there can be would pass with power 0.8")
    elif weakest.detectable is not None:
        unit = f" {weakest.unit}" if weakest.unit else ""
        what = "if equal, at a margin" if claim.kind == "equivalence" else "at a true value"
        remarks.append(f"this comparison would pass with power 0.8 {what} of {number(weakest.detectable)}{unit}")
    return remarks


IN_WORDS: dict[Quantifier, str] = {"every": "every setting", "typical": "most settings", "some": "one setting"}
"""What a quantifier asks for."""


def _by_wording(claim: Claim, weights: _Weights, level: float) -> list[str]:
    """What a mixed claim would be called by its quantifier alone."""
    if weights.refute <= level:
        return [f"as it is worded, to hold in {IN_WORDS[claim.quantifier]}, it is refuted"]
    if weights.support <= level:
        return [f"as it is worded, to hold in {IN_WORDS[claim.quantifier]}, it is supported"]
    return []


def _elsewhere(verdict: Verdict, decisive: Sequence[SettingResult]) -> list[str]:
    """Which undecided settings point the other way than a verdict does: their p-value alone is at most α / 2."""
    other = {"supported": "p_refute", "refuted": "p_support"}.get(verdict)
    if other is None:
        return []
    labels = tuple(
        result.label for result in decisive if result.words == "inconclusive" and getattr(result, other) <= ALPHA / 2
    )
    return [f"{in_words(labels)} taken alone would say the opposite"] if labels else []


def _possible(kind: ClaimKind, result: SettingResult) -> bool:
    """Whether the detectable effect may be: not beyond the limit; of what is bounded, not on the other side of 0 than the bound."""
    detectable = result.detectable or 0.0
    if np.isinf(detectable):
        return False
    if result.limit is not None and (result.limit - result.margin) * (result.limit - detectable) < 0:
        return False
    return kind not in ("bound", "proportion") or detectable * result.margin >= 0


def _counts(decisive: Sequence[SettingResult]) -> str:
    """In how many settings a claim is supported and refuted, in words."""
    count = len(decisive)
    decided = {
        "supported": sum(result.words == "supported" for result in decisive),
        "refuted": sum(result.words.startswith("refuted") for result in decisive),
    }
    parts = [f"{word} in {number_of} of {count} settings" for word, number_of in decided.items() if number_of]
    rest = count - sum(decided.values())
    if rest:
        parts.append("the rest undecided" if parts else f"undecided in all {count} settings")
    return ", ".join(parts)


def _result(
    claim: Claim,
    verdict: Verdict,
    p: float,
    adjusted: float,
    shown: SettingResult,
    reason: str,
    settings: tuple[SettingResult, ...],
) -> ClaimResult:
    decisive = _decisive(settings)
    return ClaimResult(
        claim=claim.id,
        document=claim.document,
        verdict=verdict,
        p=p,
        p_adjusted=adjusted,
        effect=shown.effect,
        ci_low=shown.ci_low,
        ci_high=shown.ci_high,
        unit=shown.unit,
        margin=shown.margin,
        n_seeds=min(count for result in decisive for count in result.n.values()),
        n_settings=len(decisive),
        reason=reason,
        settings=settings,
    )


# tables ---------------------------------------------------------------------------------------------------------------

CLAIM_COLUMNS = ["claim", "verdict", "effect", "unit", "ci_low", "ci_high", "margin", "p", "p_adjusted", "n_seeds",
                 "n_settings", "reason", "document"]  # fmt: skip
SETTING_COLUMNS = ["label", "decisive", "words", "effect", "unit", "ci_low", "ci_high", "margin", "p_support", "p_refute",
                   "p_permutation", "n", "failed", "detectable", "clause", "between", "missing"]  # fmt: skip


def tables(results: Sequence[ClaimResult]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Verdicts as tables: a row per claim, and a row per claim and setting.

    Returns:
        columns ``CLAIM_COLUMNS``; and claim and ``SETTING_COLUMNS``, where the label is called setting, and n and failed
        are written by group, as in ``ae: 8, vae: 8``; between as in ``ae, vae``.
    """
    claims = [{column: getattr(result, column) for column in CLAIM_COLUMNS} for result in results]
    settings = [
        {
            "claim": result.claim,
            **{column: getattr(setting, column) for column in SETTING_COLUMNS},
            "n": _by_group(setting.n),
            "failed": _by_group(setting.failed),
            "between": ", ".join(setting.between),
        }
        for result in results
        for setting in result.settings
    ]
    by_setting = pd.DataFrame(settings, columns=["claim", *SETTING_COLUMNS]).rename(columns={"label": "setting"})
    return pd.DataFrame(claims, columns=CLAIM_COLUMNS), by_setting


def _by_group(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.items())
