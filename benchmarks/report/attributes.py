"""Table and picture of what the attributes of images report of known transformations."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.analysis.attributes import CHANGES, TOLERANCE, TRANSFORMED, validated
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS, number
from benchmarks.report.table import Page, table

UNITS = {
    "fade": "pixels times",
    "shear": "pixels to the right per row",
    "widen": "columns times",
    "heighten": "rows times",
}
"""What a transformation does by its amount."""
LEGEND = (
    "Test images on a black rim, transformed by known amounts; what the attribute reports of it: the slant as a difference in "
    f"pixels per row, the others as factors. ✓: never off by more than {TOLERANCE:g}."
)
OTHERS = "#B5B5B5"


def attributes_page(results: Results) -> Page | None:
    """For each data set a line per transformation; None where attributes were not tried on transformed images."""
    if results.attributes.empty:
        return None
    tables = []
    for dataset, lines in results.attributes.groupby("dataset", sort=False):
        body = []
        for name, group in lines.groupby("transformation", sort=False):
            own = group[group["attribute"] == CHANGES[str(name)][0]]
            verdict = validated(own).iloc[0]
            body.append(
                [
                    f"{name} ({UNITS[str(name)]})",
                    str(verdict["attribute"]),
                    " → ".join(f"{amount:g}" for amount in own["amount"]),
                    " → ".join(number(value) for value in own["response"]),
                    f"{number(float(verdict['largest']))} {'✓' if verdict['valid'] else '✗'}",
                ]
            )
        header = ["transformation", "attribute", "amount", "reported", "largest error"]
        tables.append(table(header, body, str(dataset)))
    return Page("What the attributes of images report", tuple(tables), LEGEND)


def attributes_figure(results: Results) -> Figure | None:
    """A panel for each transformation: what its attribute reports against what was done, the others in grey; above, one image at
    every amount. Of the first data set; None where there is none."""
    table = results.attributes
    if table.empty:
        return None
    dataset = table["dataset"].iloc[0]
    table = table[table["dataset"] == dataset]
    names = [name for name in CHANGES if (table["transformation"] == name).any()]
    figure, grid = plt.subplots(
        2, len(names), figsize=(3.1 * len(names), 4.2), squeeze=False, gridspec_kw={"height_ratios": (1, 4)}
    )
    for (above, axes), name in zip(grid.T, names, strict=True):
        draw_examples(above, results, dataset, name)
        draw_responses(axes, table[table["transformation"] == name], name)
    figure.suptitle(f"{dataset}: what attributes report of images transformed by known amounts (dashed: what was done)")
    return figure


def draw_examples(axes: Axes, results: Results, dataset: str, name: str) -> None:
    """One image at every amount, side by side."""
    axes.axis("off")
    axes.set_title(f"{name}: {CHANGES[name][0]}")
    images = {}
    for entry in results.entries(dataset, TRANSFORMED):
        setting = json.loads(entry["setting"])
        shown = results.example([entry]).get("images") if setting["transformation"] == name else None
        if shown is not None:
            images[float(setting["amount"])] = shown[0]
    for index, (_, image) in enumerate(sorted(images.items())):
        inset = axes.inset_axes((index / len(images), 0.0, 0.95 / len(images), 1.0))
        inset.imshow(image if image.ndim == 2 else image.transpose(1, 2, 0), cmap="gray", vmin=0, vmax=255)
        inset.axis("off")


def draw_responses(axes: Axes, lines: pd.DataFrame, name: str) -> None:
    """Reported against done."""
    own, adds = CHANGES[name]
    for attribute, group in lines.groupby("attribute", sort=False):
        is_slant = attribute == "slant"
        if attribute != own and is_slant != adds:
            continue  # a difference and a factor have no common axis
        style = {"color": VERDICT_COLOURS["supported"], "zorder": 3} if attribute == own else {"color": OTHERS}
        axes.plot(group["amount"], group["response"], "o-", markersize=4, linewidth=1.4, label=str(attribute), **style)
    amounts = np.array(sorted(lines["amount"].unique()))
    axes.plot(amounts, amounts, "--", color="black", linewidth=1, zorder=2)
    axes.set(xlabel=UNITS[name], ylabel="reported")
    axes.legend(frameon=False, fontsize=7)
