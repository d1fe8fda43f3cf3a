"""One metric of every run against another."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from benchmarks.report.claims.evidence import Group, counted, decisive, tried
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import MODEL_MARKERS, OTHER_MARKER, model_colour

LINEAR_BELOW = 0.1
"""Nat; a KL estimate may be negative near 0, where its axis is linear."""
BESIDE = {"mixture": ("mixture-samples", "jsd-hist"), "images": ("image-samples", "fid")}
"""The measure, and its metric, that give distances to the data of the same samples, by kind of data."""


def style_of(group: Group) -> tuple[str, str]:
    """Colour and marker of a group's model."""
    model = group.entries[0]["model"] or ""
    return model_colour(model), MODEL_MARKERS.get(model, OTHER_MARKER)


def title_of(results: Results, metric: str) -> str:
    """A metric's name for an axis, with its unit."""
    facts = results.run["metrics"][metric.partition("[")[0]]
    return f"{facts['title']} ({facts['unit']})" if facts["unit"] else facts["title"]


def kl_against_quality(results: Results) -> Figure | None:
    """Quality of every run's samples against their KL divergence, models by colour; a panel for each decisive setting."""
    settings = decisive(results, "kl-tracks-quality")
    if not settings:
        return None
    figure, grid = plt.subplots(1, len(settings), figsize=(1.0 + 4.4 * len(settings), 4.4), squeeze=False)
    for axes, (setting, groups) in zip(grid[0], settings, strict=True):
        named: set[tuple[str, str]] = set()
        for name, group in groups.items():
            colour, marker = style_of(group)
            against = group.evidence.against
            assert against is not None, "an association has two metrics"
            axes.plot(
                group.values(),
                group.values(against),
                marker,
                color=colour,
                alpha=0.6,
                markersize=6,
                linestyle="",
                label=None if (colour, marker) in named else name.partition(" (")[0],
            )
            named.add((colour, marker))
        evidence = next(iter(groups.values())).evidence
        set_scale(axes, np.concatenate([group.values() for group in groups.values()]))
        axes.set(xlabel=title_of(results, evidence.metric), ylabel=title_of(results, str(evidence.against)))
        axes.yaxis.get_major_locator().set_params(integer=evidence.against == "modes-captured")
        axes.set_title(counted(setting.label, *groups.values()), loc="left")
    grid[0][-1].legend(frameon=False, fontsize=8)
    put_heading(figure, results, "kl-tracks-quality")
    return figure


def set_scale(axes: Axes, values: np.ndarray) -> None:
    """A logarithmic axis for estimates of a divergence, with few ticks; linear near 0 where some are not above it."""
    if np.nanmin(values) > 0:
        axes.set_xscale("log")
        wide = np.nanmax(values) > 1e3 * np.nanmin(values)
        axes.xaxis.set_major_locator(LogLocator(subs=(1.0,) if wide else (1.0, 2.0, 5.0), numticks=8))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.set_xscale("symlog", linthresh=LINEAR_BELOW)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))


def distances(results: Results, group: Group) -> np.ndarray | None:
    """JSD or FID of the samples of every run of a group; None where the run did not take it."""
    measure, metric = BESIDE[results.run["datasets"][group.entries[0]["dataset"]]["kind"]]
    found = []
    for own in group.entries:
        same = ("block", "sampler", "weights", "observation", "seeds")
        beside = [
            entry
            for entry in results.run["measurements"]
            if entry["measure"] == measure and not entry["failure"] and all(entry[name] == own[name] for name in same)
        ]
        if not beside:
            return None
        found.append(results.evidence.metric(beside[0]["key"], metric).to_numpy(float))
    return np.concatenate(found)


def classifier_against_distance(results: Results) -> Figure | None:
    """What classifiers make of samples against how far these are from the data, every run a mark.

    None where no run has both.
    """
    settings = [
        (setting, {name: (group, x) for name, group in groups.items() if (x := distances(results, group)) is not None})
        for setting, groups in tried(results, "two-sample-classifier")
    ]
    settings = [(setting, groups) for setting, groups in settings if groups]
    if not settings:
        return None
    figure, grid = plt.subplots(1, len(settings), figsize=(1.4 + 4.6 * len(settings), 4.4), squeeze=False)
    for axes, (setting, groups) in zip(grid[0], settings, strict=True):
        for (name, (group, x)), marker in zip(groups.items(), "o^sDvP<>*X", strict=False):
            label = counted(name, group)
            axes.plot(
                x, group.values(), marker, color=style_of(group)[0], alpha=0.65, markersize=6, linestyle="", label=label
            )
        axes.axhline(0.5, color="#BBBBBB", linewidth=0.8)
        _, metric = BESIDE[results.run["datasets"][setting.dataset]["kind"]]
        axes.set(xlabel=title_of(results, metric), ylabel="accuracy; line: chance")
        axes.set_title(setting.label, loc="left")
        axes.legend(frameon=False, fontsize=8)
    put_heading(figure, results, "two-sample-classifier")
    return figure
