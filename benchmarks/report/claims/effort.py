"""Quality over the course of a training, by what it had cost."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Group, Tried, counted, decisive
from benchmarks.report.claims.scatter import style_of
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

LINEAR_BELOW = 0.01
"""KID may be negative near 0, where its axis is linear."""


def groups_of(settings: Tried, dataset: str) -> dict[str, list[Group]]:
    """The groups on a data set by name: for each target one, of the same runs."""
    found: dict[str, list[Group]] = {}
    for setting, groups in settings:
        for name, group in groups.items() if setting.dataset == dataset else ():
            found.setdefault(name, []).append(group)
    return found


def quality_by_cost(results: Results) -> Figure | None:
    """KID of every run over the operations of its game, models by colour; dashed the KID that is to be reached. A panel for each
    data set.

    Of runs that never reach a target nothing is kept: shown are those of the target that most reach, the others are counted at the
    name. None where there are none.
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
        own = groups_of(settings, dataset)
        for target in dict.fromkeys(group.evidence.options["target"] for groups in own.values() for group in groups):
            axes.axhline(target, color="black", linestyle="--", linewidth=1)
        for name, groups in own.items():
            group = max(groups, key=lambda one: len(one.runs))
            for index, run in enumerate(group.runs):
                playing = run["game_flops"] > 0
                axes.plot(
                    run["game_flops"][playing],
                    run["kid"][playing],
                    color=style_of(group)[0],
                    alpha=0.6,
                    linewidth=1.3,
                    label=counted(f"{name}, {group.which}", group) if index == 0 else None,
                )
        lowest = min(float(run["kid"].min()) for groups in own.values() for group in groups for run in group.runs)
        if lowest > 0:
            axes.set_yscale("log")
        else:
            axes.set_yscale("symlog", linthresh=LINEAR_BELOW)
        axes.set(xlabel="floating-point operations of the game", ylabel="KID of samples; dashed: to be reached")
        axes.set_title(dataset, loc="left")
        axes.legend(frameon=False, fontsize=8)
    put_heading(figure, results, "codes-save-time")
    return figure
