"""Pictures of the course of a training: its losses, and samples at several of its moments."""

from __future__ import annotations

import json

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from benchmarks.report.figures import PANELS_PER_ROW, bare, draw_mixture
from benchmarks.report.results import Results
from benchmarks.report.style import CURVE_STYLES, DATA_COLOUR, for_words, model_colour

STRIP_MOMENTS = 7
"""Moments of a training that a strip shows; the web report plays all of them."""


def curves_figure(results: Results, dataset: str) -> Figure | None:
    """Recorded losses of every arm, a thin line per seed and the median over seeds; None where nothing was trained."""
    arms = {
        arm: entries
        for arm, entries in results.arms(dataset, "training").items()
        if any(name.startswith("curve/") for name in results.arrays(entries[0]))  # a model that is fitted has none
    }
    if not arms:
        return None
    rows = -(-len(arms) // PANELS_PER_ROW)
    figure, grid = plt.subplots(rows, PANELS_PER_ROW, figsize=(2.2 * PANELS_PER_ROW, 2.0 * rows), squeeze=False)
    for axes in grid.ravel():
        axes.set_visible(False)
    for axes, (arm, entries) in zip(grid.ravel(), arms.items(), strict=False):
        axes.set_visible(True)
        colour = model_colour(entries[0]["model"])
        parts = [results.arrays(entry) for entry in entries]
        curves = [name for name in parts[0] if name.startswith("curve/") and not name.endswith("_scale")]
        low, high = [], []
        for name, style in zip(curves, CURVE_STYLES, strict=False):
            lines = np.concatenate([part[name] for part in parts])
            recorded = ~np.isnan(lines).all(0)  # a player of a later phase has no values before it begins
            lines, steps = lines[:, recorded], parts[0]["steps"][0][recorded]
            axes.plot(steps, lines.T, color=colour, alpha=0.25, linewidth=0.6, linestyle=style)
            median = (
                np.nanmedian(np.where(np.isfinite(lines), lines, np.nan), axis=0) if np.isfinite(lines).any() else None
            )
            if median is not None:
                label = name.removeprefix("curve/").replace("_", " ").removesuffix(" loss")
                axes.plot(steps, median, color=colour, linewidth=1.4, linestyle=style, label=label)
                settled = lines[:, len(steps) // 20 :]
                settled = settled[np.isfinite(settled)] if np.isfinite(settled).any() else lines[np.isfinite(lines)]
                low.append(np.percentile(settled, 0.5))
                high.append(np.percentile(settled, 99.5))
        if low:
            margin = 0.08 * (max(high) - min(low)) or 1.0
            axes.set_ylim(min(low) - margin, max(high) + margin)
        axes.set_title(arm[0], color=for_words(colour), fontweight="bold")
        axes.legend(fontsize=6.5, frameon=False, loc="best")
        axes.tick_params(labelsize=7)
    figure.suptitle(f"{dataset}: training losses over updates; thin lines are seeds, thick ones their median")
    return figure


def strip_figure(results: Results, dataset: str) -> Figure | None:
    """Samples from the prior at several moments of a training, a row per arm; None where no moments were kept."""
    arms = results.arms(dataset, "training-strip")
    examples = {arm[0]: (results.example(entries), entries[0]) for arm, entries in arms.items()}
    examples = {arm: example for arm, example in examples.items() if example[0]}
    if not examples:
        return None
    facts = results.datasets[dataset]
    shares = [json.loads(entry["setting"])["snapshots"] for _, entry in examples.values()]
    kept = max(arrays["strip"].shape[1] for arrays, _ in examples.values())
    moments = min(kept, STRIP_MOMENTS)
    shown = np.linspace(0, kept - 1, moments).round().astype(int)
    figure, grid = plt.subplots(
        len(examples), moments, figsize=(1.05 * moments + 1.6, 1.05 * len(examples) + 0.6), squeeze=False
    )
    for index, (row, (arm, (arrays, entry)), share) in enumerate(zip(grid, examples.items(), shares, strict=True)):
        missing = kept - arrays["strip"].shape[1]  # of a short training the first moments are one and the same
        for moment, axes in zip(shown, row, strict=True):
            draw_mixture(axes, {"points": arrays["strip"][:, max(moment - missing, 0)]}, facts)
            bare(axes)
            if index == 0:
                axes.set_title(f"{share[-kept:][moment]:.1%}".replace(".0%", "%"), color=DATA_COLOUR)
        colour = model_colour(entry["model"])
        row[0].set_ylabel(arm, rotation=0, ha="right", va="center", color=for_words(colour), fontweight="bold")
    figure.suptitle(
        f"{dataset}: draws from the model after shares of its training (first seed that did not fail);\n"
        "a latent GAN's first half trains its autoencoder"
    )
    return figure
