"""How an effect is written, in tables and above pictures, and the heading of every picture of a claim."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure

from benchmarks.analysis.verdicts import ClaimResult, SettingResult
from benchmarks.analysis.wording import are_factors, factor
from benchmarks.claims.spec import Claim
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS, number

CHARACTERS_PER_INCH = 12
"""Of the heading's size of type: where its lines end."""


def with_unit(value: float, unit: str) -> str:
    """A number and its unit; nothing for NaN."""
    return f"{number(value)} {unit}".strip() if np.isfinite(value) else ""


def effect_cells(result: ClaimResult | SettingResult, claim: Claim) -> tuple[str, str]:
    """Effect with its unit, and its interval; nothing where there is none.

    Of groups that are compared a factor below 1, which is one the other way round, is written as a fraction. In a setting with more
    than two groups it is said which two have this effect.
    """
    factors = are_factors(claim, result.unit)
    effect, low, high = (
        factor(value, number) if factors else number(value) for value in (result.effect, result.ci_low, result.ci_high)
    )
    between = ""
    if isinstance(result, SettingResult) and len(result.between) == 2 < len(result.n):
        between = f", {' against '.join(result.between)}"
    return (
        f"{effect} {result.unit}".strip() + between if np.isfinite(result.effect) else "",
        f"{low} to {high}" if np.isfinite(result.ci_low) else "",
    )


def effect_in_short(result: ClaimResult | SettingResult, claim: Claim) -> str:
    """Effect with unit and interval, as far as there are any."""
    effect, interval = effect_cells(result, claim)
    return f"{effect} ({interval})" if interval else effect


def effect_line(result: ClaimResult, claim: Claim) -> str:
    """Effect, interval and margin of the setting that decides, in one line; nothing where there is no effect."""
    effect, interval = effect_cells(result, claim)
    parts = []
    if effect:
        parts.append(f"effect {effect}")
    if interval:
        parts.append(f"95 % interval {interval}")
    if parts and np.isfinite(result.margin):
        parts.append(f"margin {with_unit(result.margin, result.unit)}")
    return ", ".join(parts)


def put_heading(figure: Figure, results: Results, claim: str) -> None:
    """Claim and verdict, the statement, the effect, as wide as the figure, in the verdict's colour."""
    result = next(one for one in results.verdicts if one.claim == claim)
    width = int(CHARACTERS_PER_INCH * figure.get_figwidth())
    entry = results.claims[claim]
    texts = (f"{claim}: {result.verdict}", entry.statement, effect_line(result, entry))
    lines = [line for text in texts for line in wrap(text, width)]
    figure.suptitle("\n".join(lines), color=VERDICT_COLOURS[result.verdict])
