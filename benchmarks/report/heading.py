"""The heading of every picture of a claim."""

from __future__ import annotations

from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure

from benchmarks.analysis.verdicts import ClaimResult
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS, number

CHARACTERS_PER_INCH = 12
"""Of the heading's size of type: where its lines end."""


def with_unit(value: float, unit: str) -> str:
    """A number and its unit; nothing for NaN."""
    return f"{number(value)} {unit}".strip() if np.isfinite(value) else ""


def effect_line(result: ClaimResult) -> str:
    """Effect, interval and margin of the setting that decides, in one line; nothing where there is no effect."""
    parts = []
    if np.isfinite(result.effect):
        parts.append(f"effect {with_unit(result.effect, result.unit)}")
    if np.isfinite(result.ci_low):
        parts.append(f"95 % interval {number(result.ci_low)} to {number(result.ci_high)}")
    if parts and np.isfinite(result.margin):
        parts.append(f"margin {with_unit(result.margin, result.unit)}")
    return ", ".join(parts)


def put_heading(figure: Figure, results: Results, claim: str) -> None:
    """Claim and verdict, the statement, the effect, as wide as the figure, in the verdict's colour."""
    result = next(one for one in results.verdicts if one.claim == claim)
    width = int(CHARACTERS_PER_INCH * figure.get_figwidth())
    texts = (f"{claim}: {result.verdict}", results.claims[claim].statement, effect_line(result))
    lines = [line for text in texts for line in wrap(text, width)]
    figure.suptitle("\n".join(lines), color=VERDICT_COLOURS[result.verdict])
