"""Small charts of effects, as coordinates that a template draws: an interval, and where it would support the claim."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.analysis.comparisons import OF_TWO
from benchmarks.analysis.verdicts import SettingResult
from benchmarks.claims.spec import Claim, Setting

WIDTH, HEIGHT = 180.0, 20.0
"""Of a chart's coordinates."""
RIM = 6.0
ROOM = 0.12
"""Room at either end, in lengths of what is shown."""
FAR = 4.0
"""An end of an interval that lies farther from everything else than so many of its lengths is not shown: an arrow is."""


@dataclass(frozen=True)
class Chart:
    """Coordinates, all within (0, ``WIDTH``).

    Attributes:
        low: left end of the interval; None where there is none.
        high: its right end.
        at: the effect; None where there is none.
        margins: dashed lines.
        zero: no effect; None where that is no question.
        support: from where to where an effect supports the claim.
        cut: whether the interval goes on beyond the left or right end.
    """

    low: float | None
    high: float | None
    at: float | None
    margins: tuple[float, ...]
    zero: float | None
    support: tuple[float, float]
    cut: tuple[bool, bool]


def margins_of(claim: Claim, result: SettingResult, factor: bool) -> tuple[float, ...]:
    """Where the margin lies: for an equivalence on either side of no effect."""
    if not np.isfinite(result.margin):
        return ()
    if claim.kind == "equivalence":
        return (1 / result.margin, result.margin) if factor else (-result.margin, result.margin)
    return (result.margin,)


def supporting(claim: Claim, setting: Setting, margins: tuple[float, ...]) -> tuple[float, float]:
    """Effects that support the claim, from … to; nothing where there is no margin."""
    if not margins:
        return math.nan, math.nan
    if claim.kind == "equivalence":
        return margins[0], margins[1]
    if claim.kind in OF_TWO or claim.kind in ("ordering", "optimum", "variance"):
        return margins[0], math.inf
    if claim.kind == "exact":
        return -math.inf, margins[0]
    return (margins[0], math.inf) if claim.direction_in(setting) == "higher" else (-math.inf, margins[0])


def charts(claim: Claim, results: Sequence[SettingResult]) -> list[Chart | None]:
    """A chart for each setting, those with one unit and scale on one axis; None where there is no effect."""
    settings = {setting.label: setting for setting in claim.settings}
    groups: dict[tuple[str, bool], list[int]] = {}
    for index, result in enumerate(results):
        factor = claim.scale_in(settings[result.label]) == "ratio"
        if np.isfinite(result.effect) and not (factor and min(result.effect, result.margin) <= 0):
            groups.setdefault((result.unit, factor), []).append(index)
    drawn: list[Chart | None] = [None] * len(results)
    for (_, factor), indices in groups.items():
        chosen = [results[index] for index in indices]
        for index, chart in zip(indices, on_one_axis(claim, settings, chosen, factor), strict=True):
            drawn[index] = chart
    return drawn


def on_one_axis(
    claim: Claim, settings: dict[str, Setting], results: Sequence[SettingResult], factor: bool
) -> list[Chart]:
    """Charts that share an axis, logarithmic for factors."""

    def scaled(value: float) -> float:
        if not factor:
            return value
        return math.log(value) if value > 0 else -math.inf

    zero = scaled(1.0 if factor else 0.0) if claim.kind in OF_TWO else None
    near = [scaled(value) for one in results for value in (one.effect, *margins_of(claim, one, factor))]
    near += [] if zero is None else [zero]
    span = max(near) - min(near) or max(abs(near[0]), 1.0)
    ends = [scaled(value) for one in results for value in (one.ci_low, one.ci_high)]
    ends = [e for e in ends if np.isfinite(e) and min(near) - FAR * span <= e <= max(near) + FAR * span]
    first, last = min([*near, *ends]), max([*near, *ends])
    length = (last - first) or max(abs(first), 1.0)
    first, last = first - ROOM * length, last + ROOM * length

    def place(value: float) -> float:
        share = (min(max(scaled(value), first), last) - first) / (last - first)
        return round(RIM + share * (WIDTH - 2 * RIM), 1)

    made = []
    for one in results:
        margins = margins_of(claim, one, factor)
        low, high = supporting(claim, settings[one.label], margins)
        known = np.isfinite(one.ci_low)
        made.append(
            Chart(
                low=place(one.ci_low) if known else None,
                high=place(one.ci_high) if known else None,
                at=place(one.effect),
                margins=tuple(map(place, margins)),
                zero=None if zero is None else place(1.0 if factor else 0.0),
                support=(0.0, 0.0)
                if math.isnan(low)
                else (0.0 if low == -math.inf else place(low), WIDTH if high == math.inf else place(high)),
                cut=(known and scaled(one.ci_low) < first, known and scaled(one.ci_high) > last),
            )
        )
    return made
