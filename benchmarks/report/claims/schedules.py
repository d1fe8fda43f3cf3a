"""JSD of samples by how the two players' updates are put together: by k, and by schedule."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Group, alike, counted, tried
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import model_colour

COLOURS = ("#0072B2", "#D55E00", "#009E73")
BASELINE = "alternating"


def k_of(group: Group) -> float:
    """Discriminator updates per generator update."""
    return group.setting.get("discriminator_steps", 1) / group.setting.get("generator_steps", 1)


def jsd_against_k(results: Results) -> Figure | None:
    """JSD of every run against k, a line through the means for each way of matching, a panel for each data set."""
    settings = alike(tried(results, "balance-k"))
    if not settings:
        return None
    datasets = list(dict.fromkeys(setting.dataset for setting, _ in settings))
    figure, grid = plt.subplots(1, len(datasets), figsize=(1.4 + 4.4 * len(datasets), 4.4), squeeze=False, sharey=True)
    for axes, dataset in zip(grid[0], datasets, strict=True):
        own = [(setting, groups) for setting, groups in settings if setting.dataset == dataset]
        for (setting, groups), colour, shift in zip(own, COLOURS, (0.96, 1.04, 1.0), strict=False):
            ordered = sorted(groups.items(), key=lambda item: k_of(item[1]))
            for _, group in ordered:
                values = group.values()
                axes.plot(
                    np.full(len(values), shift * k_of(group)), values, "o", color=colour, alpha=0.5, markersize=4.5
                )
            means = [np.nanmean(group.values()) for _, group in ordered]
            label = setting.label.removeprefix(f"{dataset}, ")
            axes.plot(
                [shift * k_of(group) for _, group in ordered],
                means,
                "-",
                color=colour,
                linewidth=1.6,
                label=counted(f"{label}, mean", *groups.values()),
            )
        ticks = {k_of(group): name.removeprefix("k = ") for _, groups in own for name, group in groups.items()}
        axes.set_xscale("log")
        axes.set_xticks(list(ticks), list(ticks.values()))
        axes.minorticks_off()
        axes.set(xlabel="k, updates of D per update of G")
        axes.set_title(dataset, loc="left")
        axes.legend(frameon=False, fontsize=8)
    grid[0][0].set_ylabel("JSD of samples (nat)")
    put_heading(figure, results, "balance-k")
    return figure


def jsd_by_schedule(results: Results) -> Figure | None:
    """JSD of every run by schedule, the runs of alternating updates as a band; a panel for each data set."""
    settings = alike(tried(results, "schedules"))
    if not settings:
        return None
    datasets = list(dict.fromkeys(setting.dataset for setting, _ in settings))
    rows = max(sum(setting.dataset == dataset for setting, _ in settings) for dataset in datasets)
    size = (1.4 + 3.4 * len(datasets), 1.6 + 0.45 * rows)
    figure, grid = plt.subplots(1, len(datasets), figsize=size, squeeze=False)
    for axes, dataset in zip(grid[0], datasets, strict=True):
        own = [groups for setting, groups in settings if setting.dataset == dataset]
        baseline = next((groups[BASELINE] for groups in own if BASELINE in groups), None)  # None: its runs crashed
        if baseline is not None:
            draw_band(axes, baseline.values(), counted(BASELINE, baseline))
        others = {name: group for groups in own for name, group in groups.items() if name != BASELINE}
        for row, group in enumerate(others.values()):
            values = group.values()
            axes.plot(values, np.full(len(values), row), "o", color=model_colour("gan"), alpha=0.55, markersize=5)
            axes.plot([np.nanmean(values)] * 2, [row - 0.28, row + 0.28], color="black", linewidth=1.8)
        axes.set_yticks(range(len(others)), [counted(name, group) for name, group in others.items()])
        axes.set(ylim=(len(others) - 0.4, -0.6), xlabel="JSD of samples (nat)")
        every = np.concatenate([group.values() for groups in own for group in groups.values()])
        axes.set_xlim(0, 1.06 * np.nanmax(every))
        axes.set_title(dataset, loc="left")
    if grid[0][0].get_legend_handles_labels()[0]:
        grid[0][0].legend(frameon=False, fontsize=7.5, loc="best")
    put_heading(figure, results, "schedules")
    return figure


def draw_band(axes: Axes, values: np.ndarray, name: str) -> None:
    """Runs of the baseline: from the best to the worst, and their mean."""
    axes.axvspan(
        np.nanmin(values), np.nanmax(values), color="#CFE3CF", linewidth=0, zorder=0, label=f"{name}, all runs"
    )
    axes.axvline(np.nanmean(values), color="#3C8D40", linewidth=1.4, zorder=1, label=f"{name}, mean")
