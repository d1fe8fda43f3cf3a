"""Rows of images under each other, one column an image: what goes in, and what each of the groups makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.claims.spec import Setting
from benchmarks.report.claims.evidence import Group, decisive
from benchmarks.report.claims.samples import in_words
from benchmarks.report.figures import LINE_GREY, bare, channels_last
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

Row = tuple[np.ndarray, str]
"""Images and what stands beside them."""
COLUMNS = 16
LABEL_WIDTH = 30
"""Characters in a line beside a row."""
ROW_INCHES = 0.5
INCHES_OF_LABEL = 2.2


@dataclass(frozen=True)
class Rows:
    """Which arrays of a claim's evidence are shown.

    Attributes:
        shared: array → label: what all groups of a setting have in common, shown once, above.
        own: array → label, of every group; the first bears the group's name and what the claim measures, too.
    """

    shared: Mapping[str, str]
    own: Mapping[str, str]


ROWS: dict[str, Rows] = {
    "ae-beats-pca": Rows({"inputs": "test images"}, {"reconstructions": ""}),
    "random-codes-fail": Rows({"inputs": "training images"}, {"images": ""}),
    "codes-vary-smoothly": Rows({}, {"paths": ""}),
    "ae-decoder-generates": Rows({}, {"images": "", "nearest": "nearest training images"}),
    "ae-decoder-off-codes": Rows(
        {"first": "a", "second": "b", "blends": "½ a + ½ b, pixel by pixel"}, {"images": "½ a + ½ b in codes"}
    ),
    "dae-generalises": Rows({"inputs": "what goes in"}, {"images": ""}),
    "vae-posterior-variants": Rows({"inputs": "test images"}, {"images": "draws"}),
    "novelty-order": Rows({}, {"images": "", "nearest": "nearest training images"}),
    "code-controls-attribute": Rows({}, {"images": "the element moved"}),
    "pixel-error-misleads": Rows(
        {"clean": "image", "real": "a real one of its class"}, {"corrupted": "nearer in pixels"}
    ),
    "discriminator-sees-relations": Rows({"inputs": "test images"}, {"images": "corrupted"}),
}
"""Claims that are shown so."""


def strip_rows(images: np.ndarray, shape: tuple[int, ...]) -> list[np.ndarray]:
    """Images (n, \\*shape) as one row, (m, n, \\*shape) as m rows; of each the first ``COLUMNS``."""
    rows = images[None] if images.ndim == len(shape) + 1 else images
    return [row[:COLUMNS] for row in rows]


def joined(row: np.ndarray) -> np.ndarray:
    """Images (n, \\*shape) side by side, a grey line between them."""
    images = channels_last(row)
    height, width = images.shape[1:3]
    canvas = np.full((height, len(images) * (width + 1) - 1, *images.shape[3:]), LINE_GREY, dtype=np.uint8)
    for index, image in enumerate(images):
        canvas[:, index * (width + 1) : index * (width + 1) + width] = image
    return canvas


def value_of(results: Results, dataset: str, group: Group) -> str:
    """The mean over a group's runs of what the claim measures, in words."""
    values = group.values()
    if not np.isfinite(values).any():
        return "all failed"
    return in_words(results, dataset, group.evidence.metric, float(np.nanmean(values)))


def labelled(results: Results, dataset: str, name: str, alike: list[Group], rows: Rows) -> list[Row]:
    """The rows of one group: those of its example run, the first with all that was measured of its images.

    Args:
        results: the results directory.
        dataset: whose images they are.
        name: of the group.
        alike: the group in each of the settings that look at the same images.
        rows: what is shown.
    """
    arrays, shape = alike[0].example, tuple(results.run["datasets"][dataset]["shape"])
    measured = "\n".join([name, *(value_of(results, dataset, group) for group in alike)])
    found: list[Row] = []
    for array, words in rows.own.items():
        for index, row in enumerate(strip_rows(arrays[array], shape) if array in arrays else ()):
            label = words if found else "\n".join(filter(None, [words, measured]))
            found.append((row, label if index == 0 else ""))
    return found


def image_strips(results: Results, claim: str) -> Figure | None:
    """A block of rows for each decisive setting whose runs kept images; None where none did.

    Beside a group's own row stands the mean over its seeds of what the claim measures; the images are those of an example run.
    Settings that measure different things of the same images share their rows.
    """
    wanted = ROWS[claim]
    blocks: dict[str, tuple[Setting, dict[str, list[Group]]]] = {}
    for setting, groups in decisive(results, claim):
        same = str([[entry["key"] for entry in group.entries] for group in groups.values()])
        _, known = blocks.setdefault(same, (setting, {name: [] for name in groups}))
        for (name, group), alike in zip(groups.items(), known.values(), strict=True):
            assert name in known, "the same runs have the same names"
            alike.append(group)
    drawn: list[tuple[str, list[Row]]] = []
    for setting, known in blocks.values():
        shape = tuple(results.run["datasets"][setting.dataset]["shape"])
        first = next(iter(known.values()))[0].example
        shared = [
            (row, words if index == 0 else "")
            for array, words in wanted.shared.items()
            if array in first
            for index, row in enumerate(strip_rows(first[array], shape))
        ]
        own = [row for name, alike in known.items() for row in labelled(results, setting.dataset, name, alike, wanted)]
        if own:
            drawn.append((setting.label, shared + own))
    if not drawn:
        return None
    heights = [len(rows) for _, rows in drawn]
    columns = max(len(row) for _, rows in drawn for row, _ in rows)
    size = (INCHES_OF_LABEL + max(columns * ROW_INCHES, 4.5), ROW_INCHES * sum(heights) + 0.45 * len(drawn) + 0.9)
    figure = plt.figure(figsize=size)
    parts = figure.add_gridspec(len(drawn), 1, height_ratios=heights, hspace=0.35)
    for place, (label, rows) in enumerate(drawn):
        lines = parts[place].subgridspec(len(rows), 1, hspace=0.06)
        for index, (row, words) in enumerate(rows):
            axes = figure.add_subplot(lines[index])
            draw_row(axes, row, words)
            if index == 0:
                axes.set_title(label, loc="left", fontweight="bold")
    put_heading(figure, results, claim)
    return figure


def draw_row(axes: Axes, row: np.ndarray, label: str) -> None:
    """One row of images with its label to the left."""
    axes.imshow(joined(row), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    axes.set_anchor("W")
    bare(axes)
    text = "\n".join(fill(line, LABEL_WIDTH) for line in label.split("\n"))
    axes.set_ylabel(text, rotation=0, ha="right", va="center", fontsize=7.5)
