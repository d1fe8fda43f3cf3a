"""Every run of the arms that a claim compares, on one axis: by step size, or within a band of equivalence."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.report.claims.evidence import Group, counted, decisive, tried
from benchmarks.report.claims.scatter import style_of, title_of
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

SIDES = {"VAE": -0.14, "GAN": 0.14}
"""Where the runs of each group stand beside their step size."""
OTHER_SCALE = "fixed"
"""Settings with this word in their label are of the VAE's other likelihood."""


def step_size(group: Group) -> float:
    """The step size that all of a model's players have."""
    own = group.setting
    return float(own.get("learning_rate", own.get("generator_learning_rate", np.nan)))


def values_by_step_size(results: Results) -> Figure | None:
    """JSD or FID of every run by step size, VAE beside GAN, on a logarithmic axis; a panel for each data set."""
    controls = results.claims["vae-is-stabler"].controls
    settings = [
        (setting, groups)
        for setting, groups in tried(results, "vae-is-stabler")
        if OTHER_SCALE not in setting.label and setting not in controls
    ]
    if not settings:
        return None
    datasets = list(dict.fromkeys(setting.dataset for setting, _ in settings))
    figure, grid = plt.subplots(1, len(datasets), figsize=(1.0 + 3.2 * len(datasets), 4.2), squeeze=False)
    for axes, dataset in zip(grid[0], datasets, strict=True):
        own = [groups for setting, groups in settings if setting.dataset == dataset]
        rates = [step_size(next(iter(groups.values()))) for groups in own]
        for place, groups in enumerate(own):
            for name, group in groups.items():
                colour, marker = style_of(group)
                values = group.values()
                x = place + SIDES.get(name, 0)
                axes.plot(
                    np.full(len(values), x),
                    values,
                    marker,
                    color=colour,
                    alpha=0.55,
                    markersize=5,
                    label=name if place == 0 else None,
                )
                draw_spread(axes, x, values, colour)
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=8))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
        axes.yaxis.set_minor_locator(NullLocator())
        failures = [
            [said for name, group in groups.items() if (said := counted(name, group)) != name] for groups in own
        ]
        ticks = ["\n".join([f"{rate:g}", *failed]) for rate, failed in zip(rates, failures, strict=True)]
        axes.set_xticks(range(len(rates)), ticks)
        axes.set(
            xlim=(-0.5, len(rates) - 0.5),
            xlabel="step size",
            ylabel=title_of(results, next(iter(own[0].values())).evidence.metric),
        )
        axes.set_title(dataset, loc="left")
    grid[0][0].legend(frameon=False, fontsize=8, title="bar: mean ± SD of the log", title_fontsize=8)
    put_heading(figure, results, "vae-is-stabler")
    return figure


def draw_spread(axes: Axes, x: float, values: np.ndarray, colour: str) -> None:
    """One standard deviation of the logarithm to either side of the geometric mean."""
    logs = np.log(values[np.isfinite(values) & (values > 0)])
    if len(logs) > 1:
        middle, spread = logs.mean(), logs.std(ddof=1)
        axes.plot([x + 0.07] * 2, np.exp([middle - spread, middle + spread]), color=colour, linewidth=3, alpha=0.8)


def arms_in_band(results: Results) -> Figure | None:
    """Every run by arm, with the band that two means must share to be equivalent; models beside the claim below a line."""
    claim = results.claims["gans-differ-little"]
    settings = tried(results, claim.id)
    judged = decisive(results, claim.id)
    if not judged:
        return None
    rows = 1 + max(len(groups) for _, groups in judged)
    figure, grid = plt.subplots(1, len(judged), figsize=(1.6 + 4.2 * len(judged), 1.7 + 0.34 * rows), squeeze=False)
    controls = [(setting, groups) for setting, groups in settings if setting in claim.controls]
    for axes, (setting, groups) in zip(grid[0], judged, strict=True):
        beside = {
            name: group
            for control, others in controls
            if control.dataset == setting.dataset
            for name, group in others.items()
            if name not in groups and group.evidence.metric == next(iter(groups.values())).evidence.metric
        }
        margin = claim.margin_in(setting)
        middle = float(np.mean([np.nanmean(group.values()) for group in groups.values()]))
        assert margin is not None, "only a descriptive claim has no margin"
        axes.axvspan(middle - margin.value / 2, middle + margin.value / 2, color="#E3E3E3", linewidth=0, zorder=0,
                     label=f"means within differ by less than {margin.value:g} {margin.unit}")  # fmt: skip
        for row, group in enumerate([*groups.values(), *beside.values()]):
            colour, marker = style_of(group)
            values = group.values()
            axes.plot(values, np.full(len(values), row), marker, color=colour, alpha=0.5, markersize=5)
            axes.plot([np.nanmean(values)] * 2, [row - 0.3, row + 0.3], color="black", linewidth=1.8)
        names = [counted(name, group) for name, group in groups.items()]
        names += [counted(f"{name} (beside)", group) for name, group in beside.items()]
        axes.set_yticks(range(len(names)), names)
        axes.set(ylim=(len(names) - 0.4, -0.6), xlabel=title_of(results, next(iter(groups.values())).evidence.metric))
        axes.set_title(setting.label, loc="left")
        axes.legend(frameon=False, fontsize=7.5, loc="upper center", bbox_to_anchor=(0.5, -0.18))
    put_heading(figure, results, claim.id)
    return figure
