"""Samples of the groups that a claim compares, side by side: points over the data's density, or grids of images."""

from __future__ import annotations

from functools import partial
from textwrap import fill

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Arrays, Group, tried
from benchmarks.report.figures import DRAW, bare
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import DATA_COLOUR, for_words, model_colour, number

RUNS_OF_ONE = 4
"""So many runs are shown where a claim has one group: the first ones."""
ARRAYS = {"mixture": "points", "images": "images"}
"""The array that holds samples, by kind of data."""
FLOORS = {"mixture": "mixture-floor", "images": "image-floor"}
MODES = "modes"
"""Unit of metrics that count modes."""
LABEL_WIDTH = 24
"""Characters in a line beside a row."""
LEAST_WIDTH = 6.5
"""Of a figure, in inches, so that its heading is read."""

Panel = tuple[Arrays, str, str]
"""Arrays of a run, a title, a colour."""


def panels(results: Results, group: Group, name: str, runs: int) -> list[Panel]:
    """The first runs of a group that did not fail, each with its value of the claim's metric."""
    colour = model_colour(group.entries[0]["model"])
    metric = group.evidence.metric
    words = partial(in_words, results, group.entries[0]["dataset"], metric)
    shown = [(arrays, f"{name}\none run: {words(value)}", colour) for arrays, value in group.runs_with(metric)[:runs]]
    return shown or [({}, f"{name}\nall runs failed", colour)]


def in_words(results: Results, dataset: str, metric: str, value: float) -> str:
    """A metric and its value; of modes, how many there are too."""
    facts = results.run["metrics"][metric.partition("[")[0]]
    if facts["unit"] == MODES:
        return f"{value:g} of {len(results.run['datasets'][dataset]['density']['means'])} {MODES}"
    return f"{facts['title']} {number(value)}"


def real(results: Results, dataset: str) -> list[Panel]:
    """Real data, where the run measured them too."""
    facts = results.run["datasets"][dataset]
    for entry in results.run["measurements"]:
        if entry["dataset"] == dataset and entry["measure"] == FLOORS[facts["kind"]] and not entry["failure"]:
            return [(run, "real data\n", DATA_COLOUR) for run in list(results.runs(entry).values())[:1]]
    return []


def samples_side_by_side(results: Results, claim: str, controls: bool = False) -> Figure | None:
    """A row for each decisive setting, and for each control if they are wanted; a panel for each group, an example run with its
    value.

    A claim with one group shows its first runs. None where no run kept samples.
    """
    entry = results.claims[claim]
    rows: list[tuple[str, str, list[Panel]]] = []
    for setting, groups in tried(results, claim):
        kind = results.run["datasets"][setting.dataset]["kind"]
        if not (controls if setting in entry.controls else setting.decisive):
            continue
        runs = 1 if len(groups) > 1 else RUNS_OF_ONE
        own = [panel for name, group in groups.items() for panel in panels(results, group, name, runs)]
        if any(ARRAYS[kind] in arrays for arrays, _, _ in own):  # a control may measure other things of some group
            own = [panel for panel in own if not panel[0] or ARRAYS[kind] in panel[0]]
            rows.append((setting.label, setting.dataset, [*real(results, setting.dataset), *own]))
    if not rows:
        return None
    columns = max(len(own) for _, _, own in rows)
    size = (max(2.3 * columns + 0.5, LEAST_WIDTH), 2.55 * len(rows) + 0.8)
    figure, grid = plt.subplots(len(rows), columns, figsize=size, squeeze=False)
    for (label, dataset, own), line in zip(rows, grid, strict=True):
        for axes in line[len(own) :]:
            axes.axis("off")
        for axes, panel in zip(line, own, strict=False):
            draw_panel(axes, results, dataset, panel)
        line[0].set_ylabel(fill(label, LABEL_WIDTH), fontweight="bold")
    put_heading(figure, results, claim)
    return figure


def draw_panel(axes: Axes, results: Results, dataset: str, panel: Panel) -> None:
    """Samples of a run over the density, or as a grid."""
    arrays, title, colour = panel
    facts = results.run["datasets"][dataset]
    if arrays:
        DRAW[facts["kind"]](axes, arrays, facts)
    axes.set_title(title, color=for_words(colour))
    bare(axes)
