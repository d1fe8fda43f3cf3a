"""Table and picture of what the metrics of images notice."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.analysis.sanity import EVERYTHING, SANITY
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS, number
from benchmarks.report.table import Page, table

NOTICED = "yes"
LEGEND = (
    "Real images, split anew for every draw and corrupted by degrees, in the place of samples (of reconstructions: beside "
    "themselves as they were). Units of degrees: blur, its standard deviation in eighths of the height; noise, its standard "
    "deviation; patch swap, pairs of patches that change places in every image; dropped classes, their number. A metric is "
    "expected to get worse with the corruptions of what it is said to measure, and flagged (⚑) where it does not, or goes the "
    "other way between two degrees, by more than two standard errors. Where nothing is expected (–) its course is shown all the "
    "same."
)
TITLES = {True: NOTICED, False: "⚑", None: "–"}
COLOURS = {True: VERDICT_COLOURS["supported"], False: VERDICT_COLOURS["refuted"], None: "#9A9A9A"}


def course(line: pd.Series) -> str:
    """A metric's means by degree, e.g. ``1.9 → 4.2 → 7.9``."""
    return " → ".join(number(mean) for mean in line["means"])


def judgement(line: pd.Series) -> str:
    """Whether the metric notices, in words."""
    if line["notices"] is False and line["wrong"]:
        steps = ", ".join(f"{low:g} to {high:g}" for low, high in line["wrong"])
        return f"⚑ better from degree {steps}"
    return "⚑ hardly moves" if line["notices"] is False else TITLES[line["notices"]]


def metric_name(results: Results, line: pd.Series) -> str:
    """A metric's title with its extractor."""
    facts = results.run["metrics"].get(line["base"], {"title": line["base"]})
    return facts["title"] + str(line["metric"]).removeprefix(str(line["base"]))


def sanity_page(results: Results) -> Page | None:
    """For each data set a line per corruption and metric; None where metrics were not tried on corrupted images."""
    tables = []
    for dataset, lines in results.sanity.groupby("dataset", sort=False):
        for corruption, of_corruption in lines.groupby("corruption", sort=False):
            degrees = " → ".join(f"{degree:g}" for degree in of_corruption["degrees"].iloc[0])
            body = [[metric_name(results, line), course(line), judgement(line)] for _, line in of_corruption.iterrows()]
            header = ["metric", f"degree {degrees}", "gets worse?"]
            tables.append(table(header, body, f"{dataset}, {corruption} ({of_corruption['draws'].min()} draws)"))
    return Page("What the metrics of images notice", tuple(tables), LEGEND) if tables else None


def sanity_figure(results: Results) -> Figure | None:
    """A column for each corruption, with an image at every degree, a row for each metric: its course, coloured by whether it
    gets worse as it should. Of the first data set; None where there is none."""
    if results.sanity.empty:
        return None
    dataset = results.sanity["dataset"].iloc[0]
    table = results.sanity[results.sanity["dataset"] == dataset]
    corruptions = [name for name in EVERYTHING if (table["corruption"] == name).any()]
    metrics = list(dict.fromkeys(table["metric"]))
    figure, grid = plt.subplots(
        len(metrics) + 1, len(corruptions), figsize=(2.5 * len(corruptions), 0.62 * (len(metrics) + 1) + 0.9),
        squeeze=False, sharex="col",
    )  # fmt: skip
    examples = pictures(results, dataset)
    for column, corruption in enumerate(corruptions):
        of_corruption = table[table["corruption"] == corruption].set_index("metric")
        draw_examples(grid[0][column], examples.get(corruption, []), corruption)
        for row, metric in enumerate(metrics, start=1):
            line = of_corruption.loc[metric]
            draw_course(grid[row][column], line)
            if column == 0:
                name = metric_name(results, pd.Series({"metric": line["base"], "base": line["base"]}))
                grid[row][0].set_ylabel(name, rotation=0, ha="right", va="center")
    for axes in grid[-1]:
        axes.set_xlabel("degree")
    figure.suptitle(
        f"{dataset}: what the metrics of images notice\n"
        "green: the worse the images, as it should be; red: not so; grey: nothing is expected"
    )
    return figure


def pictures(results: Results, dataset: str) -> dict[str, list[np.ndarray]]:
    """One image at every degree, by corruption."""
    found: dict[str, list[np.ndarray]] = {}
    for entry in results.entries(dataset, SANITY):
        images = results.example([entry]).get("images")
        if images is not None:
            found.setdefault(json.loads(entry["setting"])["corruption"], []).append(images[0])
    return found


def draw_examples(axes: Axes, images: list[np.ndarray], title: str) -> None:
    """Images side by side."""
    axes.axis("off")
    axes.set_title(title)
    for index, image in enumerate(images):
        inset = axes.inset_axes((index / len(images), 0.0, 0.95 / len(images), 1.0))
        inset.imshow(image if image.ndim == 2 else image.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=255)
        inset.axis("off")


def draw_course(axes: Axes, line: pd.Series) -> None:
    """Means by degree, evenly spaced, with their standard errors."""
    places = np.arange(len(line["degrees"]))
    axes.errorbar(
        places, line["means"], line["errors"], color=COLOURS[line["notices"]], marker="o", markersize=3, linewidth=1.3
    )
    axes.set_xticks(places, [f"{degree:g}" for degree in line["degrees"]])
    axes.tick_params(labelsize=6)
    axes.margins(x=0.1, y=0.2)
