"""What one test says, in words and numbers: a clause for each kind of claim, made from the values alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.analysis.comparisons import OF_TWO, Comparison
from benchmarks.claims.spec import Claim, ClaimKind, Direction, Margin, Setting

OPPOSITE: dict[Direction, Direction] = {"higher": "lower", "lower": "higher"}


@dataclass(frozen=True)
class Told:
    """What a clause is made of: one test in the metric's unit.

    Attributes:
        quantity: what is measured.
        names: the groups that are compared, the one that is claimed better first.
        direction: of the claim in this setting.
        ratio: the groups are compared by ratio.
        factors: effect and interval are factors between groups.
        unit: of the margin, as a suffix; empty for ratios.
        effect: the estimate.
        low: lower end of its interval.
        high: its upper end.
        margin: as shown.
        counts: number of runs, and of failed ones, in words.
        beyond: bound beyond which a claim is refuted, where it is another one.
        remaining: over how many runs a mean is, where some failed.
    """

    quantity: str
    names: tuple[str, ...]
    direction: Direction
    ratio: bool
    factors: bool
    unit: str
    effect: float
    low: float
    high: float
    margin: float
    counts: str
    beyond: float | None = None
    remaining: str = ""

    def evidence(self, low: float, high: float, name: str = "margin") -> str:
        """The bracket after an estimate: interval, runs, and the margin by its name."""
        if name == "margin" and self.margin < 0:
            margin = f"may be worse by {number(-self.margin)}"
        else:
            margin = f"{name} {number(self.margin)}"
        if self.beyond is not None:
            margin += f", refuted beyond {number(self.beyond)}"
        write = factor if self.factors else number
        return f"(95 % interval {write(low)} to {write(high)}, {self.counts}; {margin})"


def number(value: float) -> str:
    """A number with three significant digits.

    Examples:
        >>> number(0.12345), number(1234.5), number(-0.0)
        ('0.123', '1234', '0')
    """
    if abs(value) >= 1000 and np.isfinite(value):
        return f"{value:.0f}" if abs(value) < 1e6 else f"{value:.2e}"
    return f"{value + 0.0:.3g}"


def factor(value: float, write: Callable[[float], str] = number) -> str:
    """A factor between two groups: below 1, which is one the other way round, as a fraction.

    Examples:
        >>> factor(0.25), factor(2.5), factor(0.0)
        ('1/4', '2.5', '0')
    """
    return f"1/{write(1 / value)}" if 0 < value < 1 else write(value)


def in_words(names: tuple[str, ...]) -> str:
    """Names joined by commas and "and".

    Example:
        >>> in_words(("a", "b", "c"))
        'a, b and c'
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def seeds_in_words(seeds: Sequence[int]) -> str:
    """The seeds of a run."""
    return f"{seeds[0]}–{seeds[-1]}" if len(seeds) > 1 else "".join(map(str, seeds))


def runs_in_words(
    names: tuple[str, ...], runs: Mapping[str, int], failed: Mapping[str, int], what: str = "seed"
) -> str:
    """How many seeds, and how many of them failed, e.g. "8 seeds each, of which 2 of gan failed"."""
    counts = [runs[name] for name in names]
    each = " each" if len(names) > 1 else ""
    plural = what if set(counts) == {1} else f"{what}s"
    seeds = f"{counts[0]} {plural}{each}" if len(set(counts)) == 1 else f"{in_words(tuple(map(str, counts)))} {plural}"
    broken = tuple(f"{failed[name]} of {name}" for name in names if failed[name])
    return f"{seeds}, of which {in_words(broken)} failed" if broken else seeds


def _comparison(told: Told) -> str:
    """By how much, with the sign that the values have: the interval turns with it."""
    first, other = told.names
    turned = told.effect < (1 if told.ratio else 0)
    direction = OPPOSITE[told.direction] if turned else told.direction
    effect, low, high = told.effect, told.low, told.high
    if turned:
        effect, low, high = (1 / effect, 1 / high, 1 / low) if told.ratio else (-effect, -high, -low)
    by = f"by a factor of {number(effect)}" if told.ratio else f"by {number(effect)}{told.unit}"
    by = f"{by}, if at all" if low < (1 if told.ratio else 0) < high else by
    return f"{told.quantity} of {first} is {direction} than that of {other} {by} {told.evidence(low, high)}"


def _equivalence(told: Told) -> str:
    """Values are not turned here, whatever supports the claim: larger is higher."""
    return _comparison(replace(told, direction="higher"))


def _bound(told: Told) -> str:
    mean = "geometric mean" if told.ratio else "mean"
    bracket = told.evidence(told.low, told.high, "bound")
    over = told.remaining or "seeds"
    return f"{told.quantity} of {told.names[0]} has the {mean} {number(told.effect)}{told.unit} over {over} {bracket}"


def _proportion(told: Told) -> str:
    bracket = told.evidence(told.low, told.high, "bound")
    return f"{told.quantity} of {told.names[0]} is {number(told.effect)} {bracket}"


def _association(told: Told) -> str:
    bracket = told.evidence(told.low, told.high, "bound")
    return f"{told.quantity} is {number(told.effect)} over runs of {in_words(told.names)} {bracket}"


def _variance(told: Told) -> str:
    first, other = told.names
    bracket = told.evidence(told.low, told.high)
    return f"{told.quantity} is {factor(told.effect)} times as large for {other} as for {first} {bracket}"


def _exact(told: Told) -> str:
    bracket = f"({told.counts}; tolerance {number(told.margin)})"
    most = "at most" if told.effect <= told.margin else "as much as"
    return f"{told.quantity} of {told.names[0]} is {most} {number(told.effect)}{told.unit} {bracket}"


CLAUSES: dict[ClaimKind, Callable[[Told], str]] = {
    "superiority": _comparison,
    "ordering": _comparison,
    "optimum": _comparison,
    "equivalence": _equivalence,
    "bound": _bound,
    "proportion": _proportion,
    "association": _association,
    "variance": _variance,
    "exact": _exact,
}
"""A clause for each kind; descriptive claims are told by :func:`describe`."""


def are_factors(claim: Claim, unit: str) -> bool:
    """Whether effects in this unit are factors between groups."""
    return claim.kind in OF_TWO and unit == "times"


def clause(claim: Claim, setting: Setting, test: Comparison, runs: Mapping[str, int], failed: Mapping[str, int]) -> str:
    """One test in words and numbers.

    Args:
        claim: not descriptive.
        setting: where the test was made.
        test: of one repetition.
        runs: of each group.
        failed: likewise.
    """
    counts = runs_in_words(test.groups, runs, failed, "computation" if claim.kind == "exact" else "seed")
    quantity = claim.quantity_in(setting)
    if claim.kind != "exact" and np.isnan(test.tests.p_above):
        return (
            f"{quantity} of {in_words(test.groups)} cannot be tested ({counts}): too few values, or no spread in them"
        )
    margin: Margin | None = claim.margin_in(setting)
    assert margin is not None
    low, high = test.interval(margin)
    told = Told(
        quantity=quantity,
        names=test.groups,
        direction=claim.direction_in(setting),
        ratio=claim.scale_in(setting) == "ratio",
        factors=are_factors(claim, margin.unit),
        unit=f" {margin.unit}" if margin.unit else "",
        effect=test.show(float(test.tests.estimate)),
        low=low,
        high=high,
        margin=test.show(test.margin),
        counts=counts,
        beyond=margin.refuted_beyond,
        remaining=f"the {runs[test.groups[0]] - failed[test.groups[0]]} that did not fail"
        if failed[test.groups[0]]
        else "",
    )
    return CLAUSES[claim.kind](told)


def describe(
    claim: Claim, setting: Setting, means: Mapping[str, float], runs: Mapping[str, int], failed: Mapping[str, int]
) -> str:
    """Means over the seeds that did not fail, for a descriptive claim."""
    names = tuple(means)
    values = in_words(tuple(f"{number(means[name])} of {name}" for name in names))
    return f"mean {claim.quantity_in(setting)} is {values} ({runs_in_words(names, runs, failed)})"
