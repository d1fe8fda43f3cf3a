"""What a discriminator makes of the plane, by the kind of its negatives: its probability, or where it accepts points."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Arrays, Group, tried
from benchmarks.report.figures import bare
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import DATA_COLOUR, number

SUPPORT = 0.999
"""Share of the data inside the support's contour."""
ACCEPTED = 0.95
"""Share of the data that is accepted where discriminators are compared."""
ACCEPTED_COLOUR = "#7FB3D5"


def level(values: np.ndarray, log_density: np.ndarray, share: float) -> float:
    """The value that this share of the data exceed, by the density on a lattice; arrays of one shape."""
    order = np.argsort(values, axis=None)
    mass = np.exp(log_density).ravel()[order]
    below = np.searchsorted(np.cumsum(mass) / mass.sum(), 1 - share)
    return float(values.ravel()[order][below])


def rows_of(results: Results, claim: str) -> dict[str, dict[str, Group]]:
    """Groups with scores over the plane by data set; those of controls stand beside those of settings."""
    rows: dict[str, dict[str, Group]] = {}
    for setting, groups in tried(results, claim):
        for name, group in groups.items():
            if group.example.get("scores", np.empty(0)).ndim == 2:
                rows.setdefault(setting.dataset, {}).setdefault(name, group)
    return rows


def regions_figure(results: Results, claim: str, probability: bool) -> Figure | None:
    """A row for each data set, a panel for each kind of negatives, of one example run; None where no scores were kept.

    Args:
        results: the results directory.
        claim: the claim.
        probability: colour the plane by D = sigmoid(score), or else mark the region that accepts 95 % of the data.
    """
    rows = rows_of(results, claim)
    if not rows:
        return None
    columns = max(map(len, rows.values()))
    figure, grid = plt.subplots(
        len(rows),
        columns,
        figsize=(2.7 * columns + 1.2, 2.75 * len(rows) + 0.9),
        squeeze=False,
        sharex="row",
        sharey="row",
    )
    image = None
    for (dataset, groups), line in zip(rows.items(), grid, strict=True):
        for axes in line[len(groups) :]:
            axes.axis("off")
        for axes, (name, group) in zip(line, groups.items(), strict=False):
            runs = group.runs_with(group.evidence.metric)
            bare(axes)
            if not runs:
                axes.set_title(f"{name}\nall runs failed")
                continue
            run, value = runs[0]
            if probability:
                image = draw_probability(axes, run)
            else:
                draw_accepted(axes, run)
            draw_support(axes, run)
            axes.set_title(f"{name}: {number(value)}")
        line[0].set_ylabel(dataset, fontweight="bold")
    if image is not None:
        figure.colorbar(image, ax=grid, label="D", shrink=0.7)
    note = (
        "number: share of points off the support scored as real"
        if probability
        else "blue: accepted, as 95 % of the data are; number: share of near misses accepted"
    )
    figure.supxlabel(f"black: the data's support. {note}", fontsize=8)
    put_heading(figure, results, claim)
    return figure


def draw_probability(axes: Axes, run: Arrays) -> QuadMesh:
    """D over the plane."""
    side, d = run["positions"], 1 / (1 + np.exp(-run["scores"].T))
    return axes.pcolormesh(side, side, d, cmap="RdYlBu_r", vmin=0, vmax=1, shading="gouraud", rasterized=True)


def draw_accepted(axes: Axes, run: Arrays) -> None:
    """Where the score exceeds that which 95 % of the data exceed."""
    side, scores = run["positions"], run["scores"].T
    edge = level(run["scores"], run["log_density"], ACCEPTED)
    axes.contourf(side, side, scores, levels=[edge, scores.max() + 1], colors=[ACCEPTED_COLOUR])


def draw_support(axes: Axes, run: Arrays) -> None:
    """The contour inside which nearly all data lie."""
    side = run["positions"]
    edge = level(run["log_density"], run["log_density"], SUPPORT)
    axes.contour(
        side, side, run["log_density"].T, levels=[edge], colors=DATA_COLOUR, linewidths=0.9, linestyles="solid"
    )
    axes.set_aspect("equal")


def scores_by_negatives(results: Results) -> Figure | None:
    """D of discriminators without negatives and with noise."""
    return regions_figure(results, "positives-only", probability=True)


def accepted_by_negatives(results: Results) -> Figure | None:
    """Where discriminators trained on each kind of negatives accept points."""
    return regions_figure(results, "noise-negatives-coarse", probability=False)
