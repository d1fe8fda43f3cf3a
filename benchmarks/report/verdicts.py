"""Verdicts of claims as tables and pictures."""

from __future__ import annotations

import textwrap
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.analysis.comparisons import OF_TWO
from benchmarks.analysis.verdicts import ClaimResult, SettingResult, tables
from benchmarks.claims.spec import ClaimKind
from benchmarks.report.claims import PICTURES
from benchmarks.report.heading import effect_cells, effect_in_short, put_heading, with_unit
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS
from benchmarks.report.table import Cell, Page, table

LEGEND = (
    "The interval is that of the setting that decides, the weakest that the verdict needs (95 %, not adjusted). A verdict "
    "needs p ≤ 0.05 / m, with m primary (P) or secondary (s) claims in the whole registry, whichever of them were judged; "
    "exact (x) and descriptive (d) claims have no p. p adj.: by Holm's procedure over the primary, by Benjamini and "
    "Hochberg's over the secondary claims of this run. A claim is refuted too where its effect is real but smaller than its "
    "margin. A factor of 1/2 is one of 2 the other way round. Claims and margins are committed before the runs that judge them; "
    "what was changed after a verdict had been seen stands in CHANGELOG.md."
)
LABEL_WIDTH = 62
"""Characters in a line of a setting's title."""
KINDS = {"exact": "x", "descriptive": "d"}
FAMILIES = {"primary": "P", "secondary": "s"}


def verdicts_page(results: Results) -> Page | None:
    """Every claim with its verdict, effect, interval, margin and reason, in the registry's order; None where there are none."""
    if not results.verdicts:
        return None
    header = ["claim", "", "verdict", "effect", "95 % interval", "margin", "p", "p adj.", "seeds"]
    texts = ["what is claimed", "reason", "document"]
    body: list[list[str | Cell]] = []
    for result in results.verdicts:
        claim = results.claims[result.claim]
        body.append(
            [
                result.claim,
                FAMILIES.get(claim.family or "", KINDS.get(claim.kind, "")),
                Cell(result.verdict, "strong"),
                *effect_cells(result, claim),
                with_unit(result.margin, result.unit),
                p_value(result.p),
                p_value(result.p_adjusted),
                str(result.n_seeds),
                claim.statement,
                result.reason,
                f"{claim.document}, {claim.passage}",
            ]
        )
    return Page("Verdicts", (table(header + texts, body, brief=len(header)),), notes=(LEGEND,))


def p_value(p: float) -> str:
    """A p-value as it is read; nothing for NaN."""
    return "" if np.isnan(p) else "< 0.0001" if p < 1e-4 else f"{p:.2g}"


def claims_csv(results: Results) -> dict[str, str]:
    """CSV of the claims and of their settings, by name; nothing where there are none."""
    if not results.verdicts:
        return {}
    frames = zip(("claims", "claims_settings"), tables(results.verdicts), strict=True)
    return {name: frame.to_csv(index=False, lineterminator="\n") for name, frame in frames}


def board_figure(results: Results) -> Figure | None:
    """All claims with their verdicts, one line each: what is claimed, and the effect that decides with its interval.

    None where there are none.
    """
    verdicts = results.verdicts
    if not verdicts:
        return None
    figure, axes = plt.subplots(figsize=(14.0, 0.36 * len(verdicts) + 0.5))
    for row, result in enumerate(verdicts):
        badge = {"boxstyle": "round,pad=0.25", "facecolor": VERDICT_COLOURS[result.verdict], "edgecolor": "none"}
        axes.text(0.0, row, result.verdict, color="white", fontweight="bold", va="center", fontsize=8.5, bbox=badge)
        axes.text(0.085, row, result.claim, va="center", fontweight="bold", fontsize=9)
        statement = textwrap.shorten(results.claims[result.claim].statement, 108, placeholder=" …")
        axes.text(0.265, row, statement, va="center", fontsize=8.5, color="#333333")
        axes.text(
            0.785,
            row,
            effect_in_short(result, results.claims[result.claim]),
            va="center",
            fontsize=8.5,
            color="#333333",
        )
    axes.axhline(-0.6, color="#BBBBBB", linewidth=0.8)
    axes.text(0.785, -1.0, "effect that decides (95 % interval)", va="center", fontsize=8.5, color="#767676")
    axes.text(0.265, -1.0, "claim", va="center", fontsize=8.5, color="#767676")
    axes.set(xlim=(-0.01, 1.0), ylim=(len(verdicts) - 0.5, -1.4))
    axes.axis("off")
    return figure


def claim_figure(results: Results, claim: str) -> Figure:
    """A claim's evidence: for each setting the values of every run, and beside them the effect with its interval and margin.

    The settings stand one below the other, the decisive ones first and bold: the claim's specification curve; controls come last.
    Effects in one unit share their axis.
    """
    result = next(one for one in results.verdicts if one.claim == claim)
    entry, values = results.claims[claim], results.claim_values[claim]
    judged = sorted(result.settings, key=lambda setting: not setting.decisive)
    shown = [
        *(setting.label for setting in judged),
        *(control.label for control in entry.controls if control.label in values),
    ]
    heights = [0.3 * len(values.get(label, {})) + 0.75 for label in shown]
    figure, grid = plt.subplots(
        len(shown),
        2,
        figsize=(9.0, sum(heights) + 0.7),
        squeeze=False,
        gridspec_kw={"height_ratios": heights, "width_ratios": [1.6, 1.0]},
    )
    evidence = {setting.label: next(iter(setting.groups.values())) for setting in entry.settings + entry.controls}
    quantities = {setting.label: setting.quantity for setting in entry.settings + entry.controls}
    scales = {setting.label: entry.scale_in(setting) for setting in entry.settings + entry.controls}
    for axes, label in zip(grid[:, 0], shown, strict=True):
        title, event = metric_title(results, evidence[label].metric), evidence[label].event
        if event is None:
            draw_values(axes, values.get(label, {}), label, scales[label] == "ratio" and entry.kind != "variance")
            axes.set_xlabel(quantities[label] or title, fontsize=7.5)
        else:
            draw_shares(axes, values.get(label, {}), label)
            axes.set_xlabel(f"share of runs with {title} {event.side} {event.threshold:g}", fontsize=7.5)
    for axes, setting in zip(grid[:, 1], judged, strict=False):
        draw_effect(axes, setting, entry.kind, scales[setting.label] == "ratio")
    for axes in grid[len(judged) :, 1]:
        axes.axis("off")
        axes.set_title("beside, not judged", loc="left", color="#767676")
    for axes, setting in zip(grid[1:, 1], judged[1:], strict=False):
        if setting.unit == judged[0].unit:
            axes.sharex(grid[0, 1])
    for axes, setting in zip(grid[:, 0], judged, strict=False):
        axes.title.set_fontweight("bold" if setting.decisive else "normal")
    put_heading(figure, results, claim)
    return figure


def claim_figures(results: Results, claim: str) -> dict[str, Figure]:
    """The pictures of a claim by what stands after its name: the telling one, and as ``-settings`` what was measured in every
    setting; that alone, without a suffix, where there is no other."""
    settings = claim_figure(results, claim)
    telling = PICTURES[claim](results) if claim in PICTURES else None
    return {"": settings} if telling is None else {"": telling, "-settings": settings}


def metric_title(results: Results, metric: str) -> str:
    """A metric's name for an axis."""
    known = results.run["metrics"].get(metric.partition("[")[0])
    return known["title"] if known else metric.replace("-", " ")


def draw_values(axes: Axes, groups: dict[str, np.ndarray], label: str, logarithmic: bool) -> None:
    """One dot for every run, a line at the mean of those that did not fail (the geometric mean on a logarithmic axis, which
    values at or below 0 do not allow), the failed ones counted. Of pairs of metrics the second stands above the first."""
    paired = any(values.ndim == 2 for values in groups.values())
    known = (
        np.concatenate([values[np.isfinite(values)].ravel() for values in groups.values()]) if groups else np.empty(0)
    )
    logarithmic = logarithmic and len(known) > 0 and bool((known > 0).all())
    for row, (name, values) in enumerate(groups.items()):
        if paired:
            axes.plot(*values.T, "o", alpha=0.6, markersize=4, label=name)
            continue
        finite = values[np.isfinite(values)]
        axes.plot(finite, np.full(len(finite), row), "o", color="#0072B2", alpha=0.55, markersize=4)
        if len(finite):
            centre = np.exp(np.log(finite).mean()) if logarithmic else finite.mean()
            axes.plot([centre] * 2, [row - 0.3, row + 0.3], color="black", linewidth=1.6)
        if len(finite) < len(values):
            axes.annotate(
                f"{len(values) - len(finite)} failed",
                (1.0, row),
                (0, 3),
                xycoords=("axes fraction", "data"),
                textcoords="offset points",
                ha="right",
                va="bottom",
                fontsize=7,
                color=VERDICT_COLOURS["refuted"],
            )
    if paired:
        axes.legend(fontsize=6, frameon=False, ncols=2)
    else:
        axes.set_yticks(range(len(groups)), list(groups))
        axes.set_ylim(len(groups) - 0.4, -0.6)
    if logarithmic:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_title(fill(label, LABEL_WIDTH), loc="left")
    axes.tick_params(labelsize=7.5)


def draw_shares(axes: Axes, groups: dict[str, np.ndarray], label: str) -> None:
    """For each group the share of its runs with an event as a bar, with the counts; a failed run has none."""
    for row, values in enumerate(groups.values()):
        events, failed = int((values == 1).sum()), int(np.isnan(values).sum())
        axes.barh(row, events / max(1, len(values)), height=0.55, color="#0072B2", alpha=0.55)
        axes.text(
            0.02, row, f"{events} of {len(values)}" + (f", {failed} failed" if failed else ""), va="center", fontsize=7
        )
    axes.set(xlim=(0, 1.02), ylim=(len(groups) - 0.4, -0.6))
    axes.set_yticks(range(len(groups)), list(groups))
    axes.set_title(fill(label, LABEL_WIDTH), loc="left")
    axes.tick_params(labelsize=7.5)


def draw_effect(axes: Axes, setting: SettingResult, kind: ClaimKind, factor: bool) -> None:
    """Effect and interval of a setting's weakest comparison, the margin (of an equivalence both) dashed; where groups are compared
    a thin line for no effect."""
    colour = VERDICT_COLOURS[setting.words.partition(":")[0]]
    axes.set_yticks([])
    if kind in OF_TWO:
        axes.axvline(1.0 if factor else 0.0, color="#BBBBBB", linewidth=0.8)
    if np.isfinite(setting.effect):
        axes.plot([setting.ci_low, setting.ci_high], [0, 0], color=colour, linewidth=2.2)
        axes.plot(setting.effect, 0, "o", color=colour, markersize=6)
    if np.isfinite(setting.margin):
        ends = (
            (setting.margin, 1 / setting.margin if factor else -setting.margin)
            if kind == "equivalence"
            else (setting.margin,)
        )
        for end in ends:
            axes.axvline(end, color="black", linestyle="--", linewidth=1)
    axes.set_title(setting.words, loc="left", color=colour, fontweight="bold" if setting.decisive else "normal")
    axes.set_xlabel(f"effect ({setting.unit}); dashed: margin", fontsize=7.5)
    axes.tick_params(labelsize=7.5)


def verdict_lines(results: list[ClaimResult]) -> list[str]:
    """Verdicts for a terminal, one line each."""
    width = max((len(result.claim) for result in results), default=0)
    return [f"{result.claim:<{width}}  {result.verdict:<16}  {result.reason}" for result in results]
