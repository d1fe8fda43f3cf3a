"""A trained discriminator beside what theory says is best: D against p / (p + q), and its value against 2 JSD − log 4."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Group, alike, tried
from benchmarks.report.figures import DENSITY_COLOUR, gaussians
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import DATASET_COLOURS, DATASET_MARKERS, OTHER_COLOUR, OTHER_MARKER, model_colour

LOG_4 = float(np.log(4))
RESOLVED = 1e-3
"""Intervals of p / (p + q) with less mass than this are not drawn: hardly a point of training lies there."""

TAIL = 1e-3
"""Share of the mass under (p + q) / 2 beyond either end of the line that is shown."""


def d_against_formula(results: Results) -> Figure | None:
    """D of every run over the line, and for pairs in the plane its mean in intervals of p / (p + q), on the diagonal.

    None where no pair on the line was run.
    """
    judged = [
        (setting, group) for setting, groups in tried(results, "optimal-discriminator") for group in groups.values()
    ]
    judged = [(setting, group) for setting, group in judged if "mean" in group.example]
    lines = [(setting, group) for setting, group in judged if "positions" in group.example]
    planes = [(setting, group) for setting, group in judged if "positions" not in group.example]
    if not lines:
        return None
    shown, on_line = next(((setting, group) for setting, group in lines if setting.decisive), lines[0])
    figure, grid = plt.subplots(1, 2, figsize=(9.5, 4.4), width_ratios=(1.35, 1))
    draw_over_line(grid[0], results, on_line, shown.dataset)
    grid[0].set_title(f"over the line ({shown.label})", loc="left")
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.8, max(len(planes), 1)))
    for (setting, group), colour in zip(planes or lines, colours, strict=False):
        for number, run in enumerate(group.runs):
            kept = run["mass"] > RESOLVED
            centres = (np.arange(len(kept)) + 0.5) / len(kept)
            label = setting.label if number == 0 else None
            grid[1].plot(
                centres[kept],
                run["mean"][kept],
                "o-",
                color=colour,
                markersize=3,
                linewidth=0.6,
                alpha=0.7,
                label=label,
            )
    draw_diagonal(grid[1], 0, 1)
    grid[1].set_title("in the plane" if planes else "in intervals of the formula", loc="left")
    grid[1].set(xlabel="p / (p + q)", ylabel="D of the trained discriminator, mean", aspect="equal")
    grid[1].legend(frameon=False, fontsize=7.5, loc="upper left")
    put_heading(figure, results, "optimal-discriminator")
    return figure


def draw_over_line(axes: Axes, results: Results, group: Group, dataset: str) -> None:
    """D of every run, the formula, and below them the two densities."""
    runs = group.runs
    for number, run in enumerate(runs):
        label = f"trained D, {group.which}" if number == 0 else None
        axes.plot(
            run["positions"],
            run["probability"],
            color=model_colour("discriminator"),
            linewidth=0.9,
            alpha=0.6,
            label=label,
        )
    at, optimum = runs[0]["positions"], runs[0]["optimum"]
    axes.plot(at, optimum, "k--", linewidth=1.4, label="p / (p + q)")
    densities = {"p": results.run["datasets"][dataset]["density"], "q": group.setting["mixture"]}
    curves = {name: density_over(at, density) for name, density in densities.items()}
    for (name, curve), colour in zip(curves.items(), (DENSITY_COLOUR, "#9AA5B1"), strict=True):
        axes.fill_between(
            at, 0.3 * curve / curve.max(), color=colour, alpha=0.45, linewidth=0, label=f"{name}, not to scale"
        )
    mass = np.cumsum(sum(curves.values()))
    low, high = np.searchsorted(mass / mass[-1], (TAIL, 1 - TAIL))
    axes.set(xlabel="x", ylabel="D(x)", ylim=(0, 1.02), xlim=(at[low], at[high]))
    axes.legend(frameon=False, fontsize=7.5, loc="upper right")


def density_over(at: np.ndarray, density: Mapping[str, Any]) -> np.ndarray:
    """A mixture's density at points (m,) of the line."""
    parts = {name: np.array(density[name]) for name in ("weights", "means", "scales")}
    return parts["weights"] @ gaussians(at, parts, 0)


def draw_diagonal(axes: Axes, low: float, high: float) -> None:
    """The line on which both axes agree."""
    axes.plot([low, high], [low, high], color="black", linestyle="--", linewidth=1, zorder=0, label="_diagonal")


def value_against_jsd(results: Results) -> Figure | None:
    """The value that each run's discriminator attains against 2 JSD − log 4, on the diagonal; None where no pair was run."""
    settings = alike(tried(results, "value-is-jsd"))
    if not settings:
        return None
    margin = results.claims["value-is-jsd"].margin
    figure, axes = plt.subplots(figsize=(6.6, 6.2))
    low, high = -LOG_4 - 0.12, 0.12
    draw_diagonal(axes, low, high)
    if margin is not None:
        ends = np.array([low, high])
        axes.fill_between(ends, ends - margin.value, ends + margin.value, color="#DDDDDD", linewidth=0, zorder=-1)
        axes.plot([], [], color="#DDDDDD", linewidth=6, label=f"within the margin, {margin.value:g} {margin.unit}")
    named = set()
    for setting, groups in settings:
        pair = setting.label.removeprefix(f"{setting.dataset}, ")
        for group in groups.values():
            best, value = group.values("bound-optimum"), group.values("bound-value")
            label = None if setting.dataset in named else setting.dataset
            named.add(setting.dataset)
            colour = DATASET_COLOURS.get(setting.dataset, OTHER_COLOUR)
            axes.plot(
                best,
                value,
                DATASET_MARKERS.get(setting.dataset, OTHER_MARKER),
                color=colour,
                markersize=6,
                alpha=0.6,
                label=label,
            )
            if np.isfinite(value).any():
                first = (
                    setting.dataset == settings[0][0].dataset
                )  # its names stand left of the marks, the others' right
                axes.annotate(
                    pair,
                    (float(np.nanmean(best)), float(np.nanmean(value))),
                    textcoords="offset points",
                    xytext=(-10, 3) if first else (10, -8),
                    ha="right" if first else "left",
                    fontsize=7,
                    color=colour,
                )
    ticks = [-LOG_4, -1.0, -0.5, 0.0]
    names = ["−log 4", "−1", "−0.5", "0"]
    axes.set(xlim=(low, high), ylim=(low, high), aspect="equal", xlabel="2 JSD(p, q) − log 4, by quadrature (nat)",
             ylabel="value V of the trained discriminator (nat)")  # fmt: skip
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    axes.legend(frameon=False, fontsize=8, loc="lower right", title="every run a mark")
    put_heading(figure, results, "value-is-jsd")
    return figure
