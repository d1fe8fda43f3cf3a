"""The tests that a claim's kind makes of one setting's values.

Groups map names to one value per run (seed), (..., n), NaN where the run failed; leading axes are repetitions. θ is turned so that
larger supports the claim: where lower is better it is the other group minus the first. On the scale ``ratio`` values are
compared by their logarithms and δ is the logarithm of the margin's factor, so that θ and δ read as ratios of geometric means.

====================  ============================================================================================================
kind                  tests of a setting
====================  ============================================================================================================
superiority, optimum  the first group (the interior of the optimum) against each other one: θ at δ by Welch's test
ordering              groups from worst to best: each against the one before, by Welch's test
variance              the spread of each other group over that of the first (claimed steadier), at a factor, by deviations from
                      the median (Brown and Forsythe); on the scale ``ratio`` it is the spread of the logarithms
equivalence           all pairs: supported if θ > −δ and θ < δ, refuted if θ > δ or θ < −δ (two tests, Bonferroni), by Welch's test
bound                 each group's mean at the bound, by Student's test; refuted at ``refuted_beyond``, where there is one
proportion            each group's share of events at the bound, by the exact binomial test; refuted likewise. Values are 0 and 1
association           Spearman's ρ of two metrics at the bound; groups of (..., n, 2), runs of all groups pooled
exact                 each value within the tolerance of 0, of either sign; no p-value
descriptive           nothing is tested
====================  ============================================================================================================

A setting supports the claim if all its tests do (intersection–union: the largest p-value) and refutes it if any does
(Bonferroni: the smallest p-value times their number).

Failed runs. Tests are of the survivors. For comparisons of two groups a second part looks at the failures. Support is withheld
where the group that is claimed better failed in more runs than the other, and the survivors refute nothing where the other failed
in more. The claim is refuted too where it fails more often by Fisher's exact test; where any of these runs failed, the two
routes to refutation share the level (the smaller p-value twice). Fisher's test is exact given the total number of failures, and can
reject only where that is not 0; so to double in just those cases is valid. An equivalence is refuted where some groups
fail more often than the others, by one test for all of them; a bound where more runs fail than not. Any failed run withholds the
support of an equivalence, and of a bound, which has no other group to compare with. In a proportion a failed run counts against
the claim, whatever that is. An association has to be found without failed runs, and with them as the worst in both metrics. An
exact claim is not supported where a run failed.

Runs pooled for an association are seeds within a fixed set of arms: ρ is that of this set, and says nothing of other arms.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

import numpy as np

from benchmarks.analysis.statistics import (
    OneSidedTests,
    detectable_ratio,
    detectable_share,
    detectable_shift,
    more_failures,
    one_sample,
    proportion,
    rank_association,
    spread_ratio,
    studentised_permutation,
    unequal_failures,
    welch,
)
from benchmarks.claims.spec import Claim, ClaimKind, Margin, Setting
from benchmarks.specs import InputError

Groups = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Comparison:
    """One test of a setting.

    Attributes:
        groups: what is compared, the one that is claimed better first.
        tests: of θ, turned so that larger supports the claim.
        margin: δ on the scale of θ.
        p_support: small where the claim holds, (...); NaN where it cannot be tested.
        p_refute: small where it does not.
        show: takes θ, or δ, to the metric's unit, or to a factor.
        detectable: from the level of a one-sided test to the θ that would be supported with power 0.8; for an equivalence to
            the margin within which θ = 0 would be.
        withheld: support is withheld because of failed runs, (...).
        spared: the survivors' refutation is withheld because the group that the claim is held against failed more often, (...).
        by_failures: failures speak more strongly against the claim than the survivors do, (...).
        permutation: the studentised permutation test of θ at δ, as p-values of support and refutation, for one repetition.
        at: the same test at another margin; None where a claim can only fail to hold in one manner.
    """

    groups: tuple[str, ...]
    tests: OneSidedTests
    margin: float
    p_support: np.ndarray
    p_refute: np.ndarray
    show: Callable[[float], float]
    detectable: Callable[[float], float]
    withheld: np.ndarray
    by_failures: np.ndarray
    spared: np.ndarray | None = None
    permutation: Callable[[], tuple[float, float]] | None = None
    at: Callable[[float], OneSidedTests] | None = None

    def interval(self, margin: Margin | None) -> tuple[float, float]:
        """The 95 % interval as shown, its lower end first. No end lies beyond the best value that the quantity can have.

        An interval of Student's test knows no such limit; what is cut off holds no value that there can be.
        """
        low, high = sorted((self.show(float(self.tests.low)), self.show(float(self.tests.high))))
        if margin is None or margin.limit is None:
            return low, high
        estimate = self.show(float(self.tests.estimate))
        if margin.limit > margin.value:
            return low, float(np.maximum(estimate, np.minimum(high, margin.limit)))
        return float(np.minimum(estimate, np.maximum(low, margin.limit))), high


@dataclass(frozen=True)
class Terms:
    """What a claim fixes for one of its settings: ``sign`` is 1 where higher values support it, −1 where lower ones do.

    ``floor`` is what smaller values count as where ratios are formed; None where there is no such.
    """

    claim: str
    margin: Margin
    sign: int
    ratio: bool
    floor: float | None = None

    @property
    def delta(self) -> float:
        """Margin of a comparison of groups: a difference, or the logarithm of a factor above 1."""
        return self.log_factor if self.ratio else self.margin.value

    @property
    def log_factor(self) -> float:
        """Logarithm of a margin that is a factor above 1."""
        if not self.margin.value > 1:
            raise InputError(f"{self.claim}: a margin on a ratio is a factor above 1, not {self.margin.value}")
        return math.log(self.margin.value)

    @property
    def thresholds(self) -> tuple[float, float]:
        """Bounds at which the claim is supported, and refuted, in the metric's unit."""
        supported = self.margin.value
        refuted = supported if self.margin.refuted_beyond is None else self.margin.refuted_beyond
        if self.sign * refuted > self.sign * supported:
            side = "below" if self.sign > 0 else "above"
            raise InputError(f"{self.claim}: refuted_beyond {refuted} must lie {side} the bound {supported}")
        return supported, refuted

    def on_scale(self, name: str, values: np.ndarray) -> np.ndarray:
        """Values, or on the scale ``ratio`` the logarithms of those that are not below the floor, and of the floor."""
        if not self.ratio:
            return values
        if self.floor is not None:
            values = np.maximum(values, self.floor)
        if (values <= 0).any():
            raise InputError(f"{self.claim}: ratios need positive values, but {name} has {np.nanmin(values):g}")
        return np.log(values)

    @property
    def off_scale(self) -> Callable[[float], float]:
        """From θ to a difference, or to a factor."""
        return _exponential if self.ratio else _same


def _same(value: float) -> float:
    return value


def _exponential(value: float) -> float:
    return float(np.exp(value))


def failed_runs(values: np.ndarray, kind: ClaimKind) -> np.ndarray:
    """Number of failed runs, (...): for an association those that lack one of the two values."""
    missing = np.isnan(values)
    return (missing.any(-1) if kind == "association" else missing).sum(-1)


def _no(p: np.ndarray) -> np.ndarray:
    return np.zeros(np.shape(p), bool)


def _shift(tests: OneSidedTests, margin: float) -> Callable[[float], float]:
    """The θ beyond the margin that a t test would find."""
    return lambda level: margin + detectable_shift(float(tests.se), float(tests.df), level)


def _better(
    names: tuple[str, str], groups: Groups, tests: OneSidedTests, delta: float, show: Callable[[float], float]
) -> Comparison:
    """A test that the first of two groups is better, with the part of the failures."""
    first, other = (groups[name] for name in names)
    failed_first, failed_other = np.isnan(first).sum(-1), np.isnan(other).sum(-1)
    withheld, spared = failed_first > failed_other, failed_other > failed_first
    failures = more_failures(failed_first, first.shape[-1], failed_other, other.shape[-1])
    survivors = np.where(np.isnan(tests.p_below) | spared, 1.0, tests.p_below)
    either = np.minimum(1.0, 2 * np.minimum(survivors, failures))
    some_failed = failed_first + failed_other > 0
    return Comparison(
        groups=names,
        tests=tests,
        margin=delta,
        p_support=np.where(withheld, 1.0, tests.p_above),
        p_refute=np.where(some_failed, either, tests.p_below),
        show=show,
        detectable=_shift(tests, delta),
        withheld=withheld,
        by_failures=some_failed & (failures < survivors),
        spared=spared,
    )


def _better_mean(names: tuple[str, str], groups: Groups, terms: Terms) -> Comparison:
    first, other = (terms.sign * terms.on_scale(name, groups[name]) for name in names)

    def at(margin: float) -> OneSidedTests:
        return welch(first, other, margin)

    compared = _better(names, groups, at(terms.delta), terms.delta, terms.off_scale)
    return replace(compared, at=at, permutation=lambda: studentised_permutation(first, other, terms.delta))


def _superiority(groups: Groups, terms: Terms) -> list[Comparison]:
    first, *others = groups
    return [_better_mean((first, other), groups, terms) for other in others]


def _ordering(groups: Groups, terms: Terms) -> list[Comparison]:
    names = list(groups)
    return [_better_mean((better, worse), groups, terms) for worse, better in pairwise(names)]


def _variance(groups: Groups, terms: Terms) -> list[Comparison]:
    first, *others = groups
    return [_steadier((first, other), groups, terms) for other in others]


def _steadier(names: tuple[str, str], groups: Groups, terms: Terms) -> Comparison:
    steady, other = (terms.on_scale(name, groups[name]) for name in names)

    def at(margin: float) -> OneSidedTests:
        return spread_ratio(other, steady, math.exp(margin))

    def detectable(level: float) -> float:
        return math.log(detectable_ratio(other, steady, math.exp(terms.log_factor), level))

    compared = _better(names, groups, at(terms.log_factor), terms.log_factor, _exponential)
    return replace(compared, at=at, detectable=detectable)


def _equivalence(groups: Groups, terms: Terms) -> list[Comparison]:
    return [_equivalent(pair, groups, terms) for pair in combinations(groups, 2)]


def _equivalent(names: tuple[str, str], groups: Groups, terms: Terms) -> Comparison:
    if not terms.delta > 0:
        raise InputError(f"{terms.claim}: the margin of an equivalence is positive, not {terms.margin.value}")
    first, other = (terms.on_scale(name, groups[name]) for name in names)
    upper, lower = welch(first, other, terms.delta), welch(first, other, -terms.delta)
    some_failed = (np.isnan(first).any(-1)) | (np.isnan(other).any(-1))
    return Comparison(
        groups=names,
        tests=upper,
        margin=terms.delta,
        p_support=np.where(some_failed, 1.0, np.maximum(lower.p_above, upper.p_below)),
        p_refute=np.minimum(1.0, 2 * np.minimum(upper.p_above, lower.p_below)),  # on either side
        show=terms.off_scale,
        # both tests reject at θ = 0 with power 0.8 if each does with 0.9
        detectable=lambda level: detectable_shift(float(upper.se), float(upper.df), level, power=0.9),
        withheld=some_failed,
        by_failures=_no(some_failed),
    )


def _bound(groups: Groups, terms: Terms) -> list[Comparison]:
    """Tests the mean of the runs that did not fail; that most runs fail refutes too."""
    compared = []
    supported, refuted = (
        terms.sign * float(terms.on_scale("its bound", np.array(bound))) for bound in terms.thresholds
    )
    for name, values in groups.items():
        turned = terms.sign * terms.on_scale(name, values)
        tests = one_sample(turned, supported)
        failed = np.isnan(values).sum(-1)
        withheld = np.asarray(failed > 0)
        survivors = one_sample(turned, refuted).p_below
        survivors = np.where(np.isnan(survivors), 1.0, survivors)
        failures = proportion(failed, values.shape[-1], 0.5).p_above
        compared.append(
            Comparison(
                groups=(name,),
                tests=tests,
                margin=supported,
                p_support=np.where(withheld, 1.0, tests.p_above),
                p_refute=np.where(withheld, np.minimum(1.0, 2 * np.minimum(survivors, failures)), survivors),
                show=lambda value: terms.off_scale(terms.sign * value),
                detectable=_shift(tests, supported),
                withheld=withheld,
                by_failures=withheld & (failures < survivors),
            )
        )
    return compared


def _proportion(groups: Groups, terms: Terms) -> list[Comparison]:
    """Tests the share of runs that are as the claim says: with the event, or without; a failed run never is."""
    wanted = 1.0 if terms.sign > 0 else 0.0

    def turn(share: float) -> float:
        return share if terms.sign > 0 else 1 - share

    supported, refuted = map(turn, terms.thresholds)
    compared = []
    for name, values in groups.items():
        if not np.isin(values[~np.isnan(values)], (0, 1)).all():
            raise InputError(f"{terms.claim}: a proportion needs values 0 and 1, but {name} has others")
        k, n = (values == wanted).sum(-1), values.shape[-1]
        tests = proportion(k, n, supported)
        compared.append(
            Comparison(
                groups=(name,),
                tests=tests,
                margin=supported,
                p_support=tests.p_above,
                p_refute=proportion(k, n, refuted).p_below,
                show=turn,
                detectable=lambda level, n=n: 1 - detectable_share(n, 1 - supported, level),  # type: ignore[misc]
                withheld=_no(k),
                by_failures=_no(k),
            )
        )
    return compared


def _association(groups: Groups, terms: Terms) -> list[Comparison]:
    """Tests the correlation without failed runs and with them as the worst in both metrics; only what both find counts."""
    pooled = np.concatenate(list(groups.values()), axis=-2)
    x, y = terms.sign * pooled[..., 0], pooled[..., 1]
    supported, refuted = (terms.sign * bound for bound in terms.thresholds)
    tests = rank_association(x, y, supported)
    failed = np.isnan(x) | np.isnan(y)
    worst_x, worst_y = (np.where(failed, _below_all(v), v) for v in (x, y))
    beyond = _shift(tests, math.atanh(supported))
    return [
        Comparison(
            groups=tuple(groups),
            tests=tests,
            margin=supported,
            p_support=np.maximum(tests.p_above, rank_association(worst_x, worst_y, supported).p_above),
            p_refute=np.maximum(
                rank_association(x, y, refuted).p_below, rank_association(worst_x, worst_y, refuted).p_below
            ),
            show=lambda value: terms.sign * value,
            detectable=lambda level: math.tanh(beyond(level)),
            withheld=_no(tests.p_above),
            by_failures=_no(tests.p_above),
        )
    ]


def _below_all(values: np.ndarray) -> np.ndarray:
    """For each repetition a number below all its values, (..., 1)."""
    return np.where(np.isnan(values), np.inf, values).min(-1, keepdims=True) - 1.0


def _exact(groups: Groups, terms: Terms) -> list[Comparison]:
    compared = []
    for name, values in groups.items():
        size = np.abs(values)
        largest = np.where(np.isnan(size), -np.inf, size).max(-1)
        largest = np.where(np.isinf(largest), np.nan, largest)
        nothing = np.full(largest.shape, np.nan)
        beyond, within = (
            np.asarray((size > terms.margin.value).any(-1)),
            np.asarray((size <= terms.margin.value).all(-1)),
        )
        compared.append(
            Comparison(
                groups=(name,),
                tests=OneSidedTests(largest, nothing, nothing, nothing, nothing, nothing, nothing),
                margin=terms.margin.value,
                p_support=np.where(within, 0.0, 1.0),
                p_refute=np.where(beyond, 0.0, 1.0),
                show=_same,
                detectable=lambda level: np.nan,
                withheld=~beyond & ~within,
                by_failures=_no(beyond),
            )
        )
    return compared


COMPARISONS: dict[ClaimKind, Callable[[Groups, Terms], list[Comparison]]] = {
    "superiority": _superiority,
    "ordering": _ordering,
    "optimum": _superiority,
    "equivalence": _equivalence,
    "bound": _bound,
    "proportion": _proportion,
    "association": _association,
    "variance": _variance,
    "exact": _exact,
}
"""The tests of each kind; descriptive claims have none."""
OF_TWO: tuple[ClaimKind, ...] = ("superiority", "ordering", "optimum", "variance", "equivalence")
"""Kinds that compare groups, and so need two."""


def compare(claim: Claim, setting: Setting, groups: Groups) -> list[Comparison]:
    """All tests of a setting.

    Args:
        claim: not descriptive.
        setting: one of its settings.
        groups: values (..., n) of each of the setting's groups, for an association (..., n, 2); NaN where a run failed. An
            infinite value counts as failed, but for an association, which goes by ranks.

    Raises:
        InputError: values or a margin that the kind cannot take.
    """
    margin = claim.margin_in(setting)
    if margin is None:
        raise InputError(f"{claim.id}: a {claim.kind} claim makes no tests")
    if claim.kind in OF_TWO and len(setting.groups) < 2:
        raise InputError(f"{claim.id}: {claim.kind} compares at least two groups; {setting.label} has one")
    sign = 1 if claim.direction_in(setting) == "higher" else -1
    terms = Terms(claim.id, margin, sign, claim.scale_in(setting) == "ratio", setting.floor)
    # a group that has no failed run may be whole numbers; inf and NaN are floats
    values = {name: as_values(claim, name, groups[name]) for name in setting.groups}
    return COMPARISONS[claim.kind](values, terms)


def as_values(claim: Claim, name: str, values: np.ndarray) -> np.ndarray:
    """Values as floats, with NaN in place of infinite ones that cannot be ranked; an association, which can, needs two columns."""
    values = np.asarray(values, float)
    if claim.kind == "association" and (values.ndim < 2 or values.shape[-1] != 2):
        raise InputError(f"{claim.id}: an association needs two metrics of each run, but {name} is {values.shape}")
    return values if claim.kind == "association" else np.where(np.isfinite(values), values, np.nan)


def combine(support: list[np.ndarray], refute: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """p-values of a setting from those of its tests: the largest for support; for refutation the smallest times their number.

    NaN, a test that cannot be made, counts as 1.
    """
    p_support = np.where(np.isnan(support), 1.0, support).max(0)
    p_refute = np.minimum(1.0, len(refute) * np.where(np.isnan(refute), 1.0, refute).min(0))
    return p_support, p_refute


def with_failures(claim: Claim, groups: Groups, p_refute: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Adds to an equivalence what its failed runs say: that some groups fail more often than others refutes it.

    One test for all groups, not one for each pair, shares the level with the values where a run failed at all. The other kinds
    weigh failures in their comparisons.

    Args:
        claim: the claim.
        groups: as those of :func:`compare`.
        p_refute: of the values, by :func:`combine`.

    Returns:
        p-value of refutation, and whether failures speak more strongly than values, (...).
    """
    if claim.kind != "equivalence":
        return p_refute, _no(p_refute)
    values = [as_values(claim, name, groups[name]) for name in groups]
    failed = [np.isnan(each).sum(-1) for each in values]
    failures = unequal_failures(failed, [each.shape[-1] for each in values])
    some = np.sum(failed, axis=0) > 0
    return (
        np.where(some, np.minimum(1.0, 2 * np.minimum(p_refute, failures)), p_refute),
        np.asarray(some & (failures < p_refute)),
    )


def setting_p_values(claim: Claim, setting: Setting, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """p-values of support and of refutation of a setting, (...); arguments as those of :func:`compare`."""
    tests = compare(claim, setting, groups)
    support, refute = combine([test.p_support for test in tests], [test.p_refute for test in tests])
    return support, with_failures(claim, groups, refute)[0]
