"""Pictures of latent spaces: along axes, along lines between two latent vectors, over a plane."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.report.figures import LINE_GREY, bare, channels_last
from benchmarks.report.results import Results
from benchmarks.report.style import DATA_COLOUR, for_words, model_colour

SHOWN_PAIRS = 2
PANELS_PER_ROW = 4

Example = tuple[str, dict[str, np.ndarray]]


def examples(results: Results, dataset: str, name: str) -> dict[str, Example]:
    """By arm the model and the pictures of its first seed that did not fail, of arms that have the picture ``name``."""
    found = {}
    for (arm, _, _), entries in results.arms(dataset, "latent-pictures").items():
        arrays = results.example(entries)
        if name in arrays:
            found[arm] = (entries[0]["model"], arrays)
    return found


def one_per_model(found: dict[str, Example]) -> dict[str, Example]:
    """The last arm of each model."""
    last = {model: arm for arm, (model, _) in found.items()}
    return {arm: found[arm] for arm in last.values()}


def sheet(images: np.ndarray) -> np.ndarray:
    """Images (rows, columns, H, W) or (rows, columns, 3, H, W), uint8, as one picture with grey lines between them."""
    rows, columns = images.shape[:2]
    shown = channels_last(images.reshape(rows * columns, *images.shape[2:]))
    height, width = shown.shape[1:3]
    canvas = np.full((rows * (height + 1) - 1, columns * (width + 1) - 1, *shown.shape[3:]), LINE_GREY, dtype=np.uint8)
    for index, image in enumerate(shown):
        top, left = (index // columns) * (height + 1), (index % columns) * (width + 1)
        canvas[top : top + height, left : left + width] = image
    return canvas


def draw_sheet(axes: Axes, images: np.ndarray) -> None:
    """Draw a sheet of images."""
    axes.imshow(sheet(images), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    bare(axes)


def interpolation_figure(results: Results, dataset: str) -> Figure | None:
    """From a to b along a straight line in latent space, a pixel blend beside it; None where nothing was decoded.

    Models with codes go between the same test images, whose blend stands on top; the others between samples of their own, each with
    its own blend below.
    """
    found = examples(results, dataset, "interpolation")
    if not found:
        return None
    full_size = {arm: example for arm, example in found.items() if "plane" not in example[1]} or found
    coded = {arm: e for arm, e in full_size.items() if e[1]["of_codes"]}
    rows: list[tuple[str, np.ndarray, str, bool]] = []
    if coded:
        rows.append(("test images:\npixel blend", next(iter(coded.values()))[1]["blend"], DATA_COLOUR, True))
    rows += [(arm, arrays["interpolation"], model_colour(model), False) for arm, (model, arrays) in coded.items()]
    others = one_per_model({arm: e for arm, e in full_size.items() if arm not in coded})
    for arm, (model, arrays) in others.items():
        rows.append((arm, arrays["interpolation"], model_colour(model), False))
        rows.append(("its pixel blend", arrays["blend"], DATA_COLOUR, True))
    figure, grid = plt.subplots(
        len(rows), SHOWN_PAIRS, figsize=(4.2 * SHOWN_PAIRS + 1.2, 0.52 * len(rows) + 0.5), squeeze=False
    )
    for line, (label, images, colour, blend) in zip(grid, rows, strict=True):
        for pair, axes in enumerate(line):
            draw_sheet(axes, images[pair : pair + 1])
        weight = "normal" if blend else "bold"
        line[0].set_ylabel(label, rotation=0, ha="right", va="center", color=for_words(colour), fontweight=weight)
    figure.suptitle(f"{dataset}: from a to b in equal steps of the latent vector (first seed that did not fail)")
    return figure


def traversal_figure(results: Results, dataset: str) -> Figure | None:
    """One latent dimension changed at a time, those that change the image most on top; one arm per model."""
    found = examples(results, dataset, "traversal")
    full_size = {arm: example for arm, example in found.items() if "plane" not in example[1]}
    return panels(
        {arm: (model, arrays["traversal"]) for arm, (model, arrays) in one_per_model(full_size).items()},
        f"{dataset}: one latent dimension at a time, −2 to 2 standard deviations; those that change the image most on top",
        2.6,
    )


def plane_figure(results: Results, dataset: str) -> Figure | None:
    """The whole of a two-dimensional latent space, decoded."""
    found = examples(results, dataset, "plane")
    return panels(
        {arm: (model, arrays["plane"]) for arm, (model, arrays) in found.items()},
        f"{dataset}: a latent space of two dimensions, decoded at equal steps of probability",
        4.4,
    )


def panels(sheets: dict[str, tuple[str, Any]], title: str, size: float) -> Figure | None:
    """One sheet per arm side by side; None for none."""
    if not sheets:
        return None
    columns = min(len(sheets), PANELS_PER_ROW)
    rows = -(-len(sheets) // columns)
    figure, grid = plt.subplots(rows, columns, figsize=(size * columns, (size + 0.15) * rows + 0.3), squeeze=False)
    for axes in grid.ravel()[len(sheets) :]:
        axes.set_visible(False)
    for axes, (arm, (model, images)) in zip(grid.ravel(), sheets.items(), strict=False):
        draw_sheet(axes, images)
        axes.set_title(arm, color=for_words(model_colour(model)), fontweight="bold")
    figure.suptitle(title, wrap=True)
    return figure
