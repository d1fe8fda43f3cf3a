"""A discriminator that is trained without a generator, by round: its score, and the samples that a search on it finds."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Arrays, Group, tried
from benchmarks.report.claims.regions import draw_support
from benchmarks.report.claims.samples import samples_side_by_side
from benchmarks.report.figures import DENSITY_COLOUR, SAMPLE_COLOUR, bare
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import model_colour

CLAIM = "discriminator-generates"
BINS = 80
SHOWN_POINTS = 500
PER_LINE = 7
"""Moments side by side; further ones go on below."""


def courses(results: Results) -> dict[int, Group]:
    """Groups whose runs kept scores and samples by round, one on the line (1) and one in the plane (2), where there are."""
    found: dict[int, Group] = {}
    for _, own in tried(results, CLAIM):
        for group in own.values():
            run = group.example
            if {"scores", "points", "positions", "log_density"} <= run.keys():
                found.setdefault(run["points"].shape[-1], group)
    return found


def score_by_round(results: Results) -> Figure | None:
    """Score and samples by round: over the line above the data's density, over the plane below the samples.

    Without such a course the samples that the claim is judged by; None where there are none either.
    """
    found = courses(results)
    if not found:
        return samples_side_by_side(results, CLAIM)
    lengths = {dimensions: len(group.example["scores"]) for dimensions, group in found.items()}
    columns = min(PER_LINE, max(lengths.values()))
    lines_of = {dimensions: ceil(length / columns) for dimensions, length in lengths.items()}
    rows = sum(ROWS[dimensions] * lines for dimensions, lines in lines_of.items())
    size = (1.9 * columns + 0.9, 1.95 * rows + 1.0)
    figure, grid = plt.subplots(rows, columns, figsize=size, squeeze=False)
    for axes in grid.ravel():
        axes.set_visible(False)
    lines = iter(grid)
    for dimensions in sorted(found):
        own = [next(lines) for _ in range(ROWS[dimensions] * lines_of[dimensions])]
        DRAW_COURSE[dimensions](
            [np.concatenate(own[row :: ROWS[dimensions]]) for row in range(ROWS[dimensions])], found[dimensions]
        )
    figure.supxlabel("by share of the training, of one run", fontsize=8)
    put_heading(figure, results, CLAIM)
    return figure


def moments(group: Group, run: Arrays) -> list[str]:
    """Titles of the moments of a course; of a short training the first ones are one and the same."""
    return [f"after {share:.1%}".replace(".0%", "%") for share in group.setting["snapshots"][-len(run["scores"]) :]]


def over_line(rows: list[np.ndarray], group: Group) -> None:
    """The score over the line, and below a histogram of the samples that are found on it, both over the data's density."""
    run = group.example
    low, high = float(run["scores"].min()), float(run["scores"].max())
    peak = float(np.exp(run["log_density"]).max())
    ends = (run["positions"][0], run["positions"][-1])
    for index, (above, below, title) in enumerate(zip(*rows, moments(group, run), strict=False)):
        above.set_visible(True)
        below.set_visible(True)
        draw_density(above, run, low, 0.5 * (high - low))
        above.plot(run["positions"], run["scores"][index], color=model_colour("discriminator"), linewidth=1.4)
        above.set(xlim=ends, ylim=(low, high + 0.05 * (high - low)), title=title)
        draw_density(below, run, 0, peak)
        found = run["points"][index, :, 0]
        counts, edges = np.histogram(found, bins=BINS, range=ends)
        below.stairs(counts / (len(found) * np.diff(edges)), edges, color=SAMPLE_COLOUR, linewidth=1, label="found")
        below.set(xlim=ends, ylim=(0, 2 * peak))
        if index % PER_LINE:
            above.set_yticklabels([])
            below.set_yticklabels([])
    rows[0][0].set_ylabel(f"{group.entries[0]['dataset']}\nscore")
    rows[1][0].set_ylabel("samples found")
    rows[1][0].legend(frameon=False, fontsize=7)


def draw_density(axes: Axes, run: Arrays, low: float, height: float) -> None:
    """The data's density, its peak at ``height`` above ``low``."""
    curve = np.exp(run["log_density"])
    top = low + height * curve / curve.max()
    axes.fill_between(run["positions"], low, top, color=DENSITY_COLOUR, alpha=0.55, linewidth=0, zorder=0, label="data")


def over_plane(rows: list[np.ndarray], group: Group) -> None:
    """The score over the plane in colour, each moment on a scale of its own, with the samples and the data's support."""
    run = group.example
    for index, (axes, title) in enumerate(zip(rows[0], moments(group, run), strict=False)):
        axes.set_visible(True)
        side, points = run["positions"], run["points"][index, :SHOWN_POINTS]
        axes.pcolormesh(side, side, run["scores"][index].T, cmap="Greens", shading="gouraud", rasterized=True)
        draw_support(axes, run)
        axes.scatter(*points.T, s=2, color="#C0392B", linewidths=0, rasterized=True, label="found")
        axes.set(xlim=(side[0], side[-1]), ylim=(side[0], side[-1]), title=title)
        bare(axes)
    for axes in rows[0][::PER_LINE]:
        axes.set_ylabel(f"{group.entries[0]['dataset']}\nscore and samples found")


ROWS = {1: 2, 2: 1}
"""Rows of a course's picture, by number of dimensions."""
DRAW_COURSE: dict[int, Callable[[list[np.ndarray], Group], None]] = {1: over_line, 2: over_plane}
