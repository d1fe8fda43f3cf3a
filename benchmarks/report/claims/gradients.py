"""What a discriminator leaves of the generator's gradient as it gets better."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Arrays, Group, tried
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

LOSSES = {"saturating": ("#B4472E", "log(1 − D(G(z)))", "o"), "non-saturating": ("#0072B2", "−log D(G(z))", "^")}
"""Colour, formula and marker of each loss."""
EXACT = 1e-12
"""An error rate below this is none, but for rounding."""


def gradient_against_output(results: Results) -> Figure | None:
    """The gradient's norm under both losses against the mean of D(G(z)), over the course of D's training; all runs.

    D soon errs nowhere, while D(G(z)) goes on falling: so that, not the accuracy, is the axis. Norms are in those of the same run
    before its training; the claim's margin for each loss is a dashed line. None where the courses are not there.
    """
    groups: dict[str, Group] = {}
    margins: dict[str, float] = {}
    claim = results.claims["saturation"]
    for setting, own in tried(results, claim.id):
        for group in own.values():
            loss = group.evidence.metric.removeprefix("gradient-").removesuffix("-relative")
            margin = claim.margin_in(setting)
            if "discriminator-accuracy" in group.example and margin is not None:
                groups.setdefault(setting.dataset, group)  # the settings of one data set share their runs
                margins[loss] = margin.value
    if not groups:
        return None
    figure, grid = plt.subplots(1, len(groups), figsize=(2.2 + 4.6 * len(groups), 4.6), sharey=True, squeeze=False)
    for axes, (dataset, group) in zip(grid[0], groups.items(), strict=True):
        draw_courses(axes, group.runs)
        for loss, value in margins.items():
            axes.axhline(value, color=LOSSES[loss][0], linestyle="--", linewidth=1)
        axes.set_title(dataset, loc="left")
    grid[0][0].set_ylabel("norm of the generator's gradient, in that before training\n(dashed: margins)")
    which = next(iter(groups.values())).which
    grid[0][0].legend(frameon=False, fontsize=8, title=f"{which}; hollow: D still errs", title_fontsize=8)
    put_heading(figure, results, claim.id)
    return figure


def draw_courses(axes: Axes, runs: list[Arrays]) -> None:
    """The course of every run under both losses; hollow marks where D still errs."""
    for loss, (colour, formula, marker) in LOSSES.items():
        for number, run in enumerate(runs):
            output = run["discriminator-output"]
            with np.errstate(invalid="ignore"):  # where D saturates at once every gradient is 0: no course
                norm = run[f"gradient-{loss}"] / run[f"gradient-{loss}"][0]
            errs = 1 - run["discriminator-accuracy"] > EXACT
            label = f"{loss}: {formula}" if number == 0 else None
            axes.plot(output, norm, f"{marker}-", color=colour, alpha=0.6, markersize=5, linewidth=0.9, label=label)
            axes.plot(output[errs], norm[errs], marker, color=colour, markerfacecolor="white", markersize=5, zorder=3)
    axes.set(xscale="log", yscale="log", xlabel="D(G(z)), mean (left: a more perfect D)")
