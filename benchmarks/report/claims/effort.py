"""Quality over the course of a training, by what it had cost."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Group, Tried, decisive
from benchmarks.report.claims.scatter import style_of
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

LINEAR_BELOW = 0.01
"""KID may be negative near 0, where its axis is linear."""


def groups_of(settings: Tried, dataset: str) -> list[Group]:
    """All groups on a data set."""
    return [group for setting, groups in settings if setting.dataset == dataset for group in groups.values()]


def quality_by_cost(results: Results) -> Figure | None:
    """KID of every run over the operations of its game, models by colour; dashed the KID that is to be reached. A panel for each
    data set.

    Of runs that never reach it nothing is kept, so they are shown where another target was reached. None where there are none.
    """
    settings = [
        (setting, groups)
        for setting, groups in decisive(results, "codes-save-time")
        if any(group.runs for group in groups.values())
    ]
    datasets = list(dict.fromkeys(setting.dataset for setting, _ in settings))
    if not datasets:
        return None
    figure, grid = plt.subplots(1, len(datasets), figsize=(1.4 + 5.2 * len(datasets), 4.4), squeeze=False)
    for axes, dataset in zip(grid[0], datasets, strict=True):
        drawn: set[str] = set()
        for setting, groups in settings:
            if setting.dataset != dataset:
                continue
            for name, group in groups.items():
                axes.axhline(group.evidence.options["target"], color="black", linestyle="--", linewidth=1)
                if name in drawn or not group.runs:
                    continue
                for index, run in enumerate(group.runs):
                    label = f"{name}, {group.which}" if index == 0 else None
                    playing = run["game_flops"] > 0
                    axes.plot(
                        run["game_flops"][playing],
                        run["kid"][playing],
                        color=style_of(group)[0],
                        alpha=0.6,
                        linewidth=1.3,
                        label=label,
                    )
                drawn.add(name)
        lowest = min(float(run["kid"].min()) for group in groups_of(settings, dataset) for run in group.runs)
        if lowest > 0:
            axes.set_yscale("log")
        else:
            axes.set_yscale("symlog", linthresh=LINEAR_BELOW)
        axes.set(xlabel="floating-point operations of the game", ylabel="KID of samples; dashed: to be reached")
        axes.set_title(dataset, loc="left")
        axes.legend(frameon=False, fontsize=8)
    put_heading(figure, results, "codes-save-time")
    return figure
