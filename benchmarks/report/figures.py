"""Pictures of a results directory, as PNG."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import SymmetricalLogLocator

from benchmarks.analysis.summary import FLOORS
from benchmarks.report.results import Results
from benchmarks.report.style import (
    DATA_COLOUR,
    MODEL_MARKERS,
    NORMAL_PRIOR,
    OTHER_MARKER,
    for_words,
    model_colour,
    number,
    sampler_label,
)
from benchmarks.report.tables import arm_label, lines_of, title_of

HEADLINE = {"images": "fid", "mixture": "jsd-hist"}
"""The metric that stands under a panel of samples."""
INTERVAL_METRICS = {
    "images": ("fid", "kid", "precision", "recall", "sharpness", "nearest-l2"),
    "mixture": ("jsd-hist", "kl-data-model-knn", "kl-model-data-knn", "modes-captured", "high-quality-share"),
}
LOG_METRICS = frozenset({"fid"})
SYMLOG_METRICS = {"jsd-hist": 0.001, "kid": 0.01, "kl-data-model-knn": 0.1, "kl-model-data-knn": 0.1}
"""Metrics that may be negative at their floor, and the value below which their axis is linear."""
PANELS_PER_ROW = 5
INTERVALS_PER_ROW = 6
MOSAIC_SIDE = 6
LINE_GREY = 110
DENSITY_COLOUR, SAMPLE_COLOUR = "#F0B400", "#1B2A49"

Arm = tuple[str, str, str]
Draw = Callable[[Axes, dict[str, np.ndarray], dict[str, Any]], None]


def channels_last(images: np.ndarray) -> np.ndarray:
    """Images as matplotlib draws them: grey ones (n, H, W) as they are, colour (n, 3, H, W) as (n, H, W, 3)."""
    return np.moveaxis(images, 1, -1) if images.ndim == 4 else images


def mosaic(images: np.ndarray, side: int = MOSAIC_SIDE) -> np.ndarray:
    """The first side² images, uint8 (n, H, W) or (n, 3, H, W), as one picture with a grey line between them.

    Returns:
        (side (H + 1) − 1, side (W + 1) − 1), with a last axis of 3 for colour.
    """
    height, width = images.shape[-2:]
    shape = (side * (height + 1) - 1, side * (width + 1) - 1, *images.shape[1:-2])
    canvas = np.full(shape, LINE_GREY, dtype=np.uint8)
    for index, image in enumerate(channels_last(images[: side * side])):
        top, left = (index // side) * (height + 1), (index % side) * (width + 1)
        canvas[top : top + height, left : left + width] = image
    return canvas


def draw_images(axes: Axes, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """A mosaic of samples."""
    axes.imshow(mosaic(arrays["images"]), cmap="gray", vmin=0, vmax=255, interpolation="nearest")


def draw_mixture(axes: Axes, arrays: dict[str, np.ndarray], facts: dict[str, Any]) -> None:
    """Samples over the true density: a histogram on the line, points in the plane."""
    density = {name: np.array(value) for name, value in facts["density"].items()}
    if density["means"].shape[1] == 1:
        draw_line(axes, arrays["points"][:, 0], density)
        return
    (draw_modes if density["modes"] else draw_shade)(axes, density)
    points = arrays["points"][:1000]
    axes.scatter(
        points[:, 0], points[:, 1], s=1.6, color=SAMPLE_COLOUR, alpha=0.65, linewidths=0, zorder=2, rasterized=True
    )
    window = density["window"]
    axes.set(xlim=(-window, window), ylim=(-window, window), aspect="equal")


def draw_modes(axes: Axes, density: dict[str, np.ndarray]) -> None:
    """One-, two- and three-sigma circles of a mixture's modes, the shade by weight."""
    shades = 0.20 + 0.25 * density["weights"] / density["weights"].max()
    for sigmas in (1, 2, 3):
        circles = [Circle((x, y), sigmas * s) for (x, y), s in zip(density["means"], density["scales"], strict=True)]
        axes.add_collection(
            PatchCollection(circles, facecolor=DENSITY_COLOUR, edgecolor="none", alpha=shades, zorder=1)
        )


def gaussians(at: np.ndarray, density: dict[str, np.ndarray], coordinate: int) -> np.ndarray:
    """Each component's density in one coordinate at points (m,), shape (K, m)."""
    scales = density["scales"][:, None]
    z = (at - density["means"][:, coordinate, None]) / scales
    return np.exp(-0.5 * z**2) / (np.sqrt(2 * np.pi) * scales)


def draw_shade(axes: Axes, density: dict[str, np.ndarray]) -> None:
    """The density of a curve as a shaded image."""
    window = float(density["window"])
    at = np.linspace(-window, window, 241)
    values = np.einsum("k,ki,kj->ji", density["weights"], gaussians(at, density, 0), gaussians(at, density, 1))
    shades = LinearSegmentedColormap.from_list("density", ["white", DENSITY_COLOUR])
    axes.imshow(values, extent=(-window, window, -window, window), origin="lower", cmap=shades, zorder=1)


def draw_line(axes: Axes, points: np.ndarray, density: dict[str, np.ndarray]) -> None:
    """A histogram of samples on the line over the density's curve; what lies beyond four sigma is not shown."""
    reach = 4 * density["scales"]
    low, high = (density["means"][:, 0] - reach).min(), (density["means"][:, 0] + reach).max()
    at = np.linspace(low, high, 600)
    curve = density["weights"] @ gaussians(at, density, 0)
    counts, edges = np.histogram(points, bins=60, range=(low, high))
    axes.fill_between(at, curve, color=DENSITY_COLOUR, alpha=0.55, linewidth=0, zorder=1)
    # heights over all samples, shown or not
    axes.stairs(counts / (len(points) * np.diff(edges)), edges, color=SAMPLE_COLOUR, linewidth=0.9, zorder=2)
    axes.set(xlim=(low, high), ylim=(0, 1.5 * curve.max()), box_aspect=1)


DRAW: dict[str, Draw] = {"images": draw_images, "mixture": draw_mixture}
SAMPLES = {"images": ("image-samples", "image-floor"), "mixture": ("mixture-samples", "mixture-floor")}


def bare(axes: Axes) -> None:
    """No ticks, a thin frame."""
    axes.set(xticks=[], yticks=[])
    for spine in axes.spines.values():
        spine.set(visible=True, color="#BBBBBB", linewidth=0.6)


def headline_metric(results: Results, dataset: str) -> str | None:
    """The metric, with its extractor, that stands under a panel; None for images without a feature extractor."""
    lines = lines_of(results, dataset)
    metrics = lines.loc[lines["base"] == HEADLINE[results.datasets[dataset]["kind"]], "metric"]
    return None if metrics.empty else str(metrics.iloc[0])


def headline(results: Results, dataset: str, arm: Arm) -> str:
    """The headline metric of an arm: mean over its seeds; nothing where there is no such metric."""
    kind = results.datasets[dataset]["kind"]
    lines = lines_of(results, dataset)
    metric = headline_metric(results, dataset)
    if metric is None:
        return ""
    chosen = lines[
        (lines["metric"] == metric)
        & (lines["arm"] == arm[0])
        & (lines["sampler"] == arm[1])
        & (lines["observation"] == arm[2])
    ]
    if chosen.empty or not np.isfinite(chosen["mean"].iloc[0]):
        return "failed"
    title = results.run["metrics"][HEADLINE[kind]]["title"]
    failed = f" ({chosen['failed'].iloc[0]} failed)" if chosen["failed"].iloc[0] else ""
    return f"{title} {number(chosen['mean'].iloc[0])}{failed}"


def panel(axes: Axes, results: Results, dataset: str, arm: Arm, entries: list[dict[str, Any]], subtitle: str) -> None:
    """Samples of an arm's first seed that did not fail, with its name and headline metric."""
    facts = results.datasets[dataset]
    arrays = results.example(entries)
    if arrays:
        DRAW[facts["kind"]](axes, arrays, facts)
    else:
        axes.text(0.5, 0.5, "all seeds failed", ha="center", va="center", transform=axes.transAxes)
    colour = model_colour(entries[0]["model"], DATA_COLOUR)
    axes.set_title(arm[0] or "real data", color=for_words(colour), fontweight="bold", pad=14)
    axes.text(0.5, 1.02, subtitle, transform=axes.transAxes, ha="center", va="bottom", fontsize=7.5, color="#444444")
    bare(axes)


def shown_arms(results: Results, dataset: str) -> dict[Arm, list[dict[str, Any]]]:
    """Arms in the sample grid: every model under the prior, and those with codes under the GMM too; a model with a drawn
    observation shows it under the GMM, so that both kinds are seen."""
    measure, _ = SAMPLES[results.datasets[dataset]["kind"]]
    arms = results.arms(dataset, measure)
    shown = {}
    for (arm, sampler, observation), entries in arms.items():
        draws = (arm, sampler, "draw") in arms
        wanted = "draw" if sampler == "gmm" and draws else "mean"
        if sampler in ("prior", "gmm") and observation == wanted:
            shown[arm, sampler, observation] = entries
    return shown


def samples_figure(results: Results, dataset: str) -> Figure | None:
    """Samples of all models side by side, real data first; None where nothing was sampled."""
    kind = results.datasets[dataset]["kind"]
    measure, floor = SAMPLES[kind]
    arms = shown_arms(results, dataset)
    real = results.arms(dataset, floor)
    count = len(arms) + len(real)
    if count == 0:
        return None
    rows = -(-count // PANELS_PER_ROW)
    figure, grid = plt.subplots(rows, PANELS_PER_ROW, figsize=(1.9 * PANELS_PER_ROW, 2.35 * rows), squeeze=False)
    for axes in grid.ravel():
        axes.set_visible(False)
    panels = iter(grid.ravel())
    for arm, entries in (*real.items(), *arms.items()):
        axes = next(panels)
        axes.set_visible(True)
        several = any(a == arm[0] and o == "draw" for a, _, o in results.arms(dataset, measure))
        how = sampler_label(arm[1], arm[2], several, arm[0] not in results.other_priors) if arm[0] else "floor"
        panel(axes, results, dataset, arm, entries, f"{how} · {headline(results, dataset, arm)}".removesuffix(" · "))
    number_is = "; the number is the mean over such seeds (lower is better)"
    figure.suptitle(
        f"{dataset}: samples of the first seed that did not fail{number_is if headline_metric(results, dataset) else ''}"
    )
    return figure


def strip(images: np.ndarray) -> np.ndarray:
    """Images, uint8 (n, H, W) or (n, 3, H, W), side by side with a grey line after each: (H, n (W + 1)), and 3 for colour."""
    shown = channels_last(images)
    line = np.full((shown.shape[1], 1, *shown.shape[3:]), LINE_GREY, dtype=np.uint8)
    return np.concatenate([part for image in shown for part in (image, line)], axis=1)


def reconstructions_figure(results: Results, dataset: str) -> Figure | None:
    """Test images and their reconstructions; None where no model reconstructs."""
    arms = {**results.arms(dataset, "reconstruction"), **results.arms(dataset, "inversion")}
    examples = {arm[0]: (results.example(entries), entries[0]["model"]) for arm, entries in arms.items()}
    examples = {name: example for name, example in examples.items() if example[0]}
    if not examples:
        return None
    lines = lines_of(results, dataset)
    errors = lines[lines["base"] == "reconstruction-l2"].set_index("arm")["mean"]
    rows = [("test image", next(iter(examples.values()))[0]["inputs"], DATA_COLOUR, "")]
    for name, (arrays, model) in examples.items():
        rows.append((name, arrays["reconstructions"], model_colour(model), f"L2 {errors[name]:.3g}"))
    figure, grid = plt.subplots(len(rows), 1, figsize=(9, 0.62 * len(rows) + 0.5))
    for axes, (name, images, colour, note) in zip(grid, rows, strict=True):
        axes.imshow(strip(images), cmap="gray", vmin=0, vmax=255, interpolation="nearest")
        axes.set_ylabel(
            f"{name}\n{note}".strip(), rotation=0, ha="right", va="center", color=for_words(colour), fontweight="bold"
        )
        bare(axes)
    figure.suptitle(
        f"{dataset}: reconstructions by the first seed that did not fail; L2 is the mean over test set and seeds"
    )
    return figure


def intervals_figure(results: Results, dataset: str) -> Figure | None:
    """Means over seeds with 95 % t intervals, single seeds as faint marks, real data as a dashed line."""
    kind = results.datasets[dataset]["kind"]
    lines = lines_of(results, dataset)
    lines = lines[~lines["measure"].isin(FLOORS)]
    lines = lines[lines["base"].isin(INTERVAL_METRICS[kind])]
    shown = [
        (metric, base)
        for base in INTERVAL_METRICS[kind]
        for metric in lines.loc[lines["base"] == base, "metric"].unique()
    ]
    if not shown:
        return None
    rows = results.rows[results.rows["dataset"] == dataset]
    labels = {index: " · ".join(arm_label(line, lines, results.other_priors)) for index, line in lines.iterrows()}
    failed = {labels[index]: line["failed"] for index, line in lines.iterrows()}
    position = {name: -index for index, name in enumerate(failed)}
    height, columns = -(-len(shown) // INTERVALS_PER_ROW), min(len(shown), INTERVALS_PER_ROW)
    size = (2.5 * columns + 2.2, (0.21 * len(position) + 1.1) * height)
    figure, grid = plt.subplots(height, columns, figsize=size, sharey=True, squeeze=False)
    for axes in grid.ravel()[len(shown) :]:
        axes.set_visible(False)
    several = len({metric[len(base) :] for metric, base in shown if metric != base}) > 1
    for axes, (metric, base) in zip(grid.ravel(), shown, strict=False):
        chosen = lines[lines["metric"] == metric]
        for index, line in chosen.iterrows():
            interval_line(axes, rows, line, position[labels[index]])
        floor = results.floors.get((dataset, metric))
        if floor is not None:
            axes.axvline(floor, color=DATA_COLOUR, linestyle="--", linewidth=0.9, zorder=0)
        values = rows.loc[(rows["metric"] == metric) & (rows["status"] == "ok"), "value"].to_numpy(float)
        set_range(axes, base, np.append(values[np.isfinite(values)], [] if floor is None else [floor]))
        axes.set_title(title_of(results, base, base) + (f"\n{metric[len(base) :]}" if several else ""))
        axes.grid(axis="x", color="#E6E6E6", linewidth=0.6)
        axes.tick_params(axis="y", length=0)
    names = [f"{name} ({count} failed)" if count else name for name, count in failed.items()]
    grid[0][0].set_yticks(list(position.values()), names)
    figure.suptitle(f"{dataset}: mean over seeds, 95 % t interval, seeds as dots; dashed: real data")
    return figure


def set_range(axes: Axes, base: str, values: np.ndarray) -> None:
    """Scale and limits of an axis that hold all values; an interval of a few wild seeds may reach beyond."""
    values = values[np.isfinite(values)]
    if len(values) == 0:
        return
    low, high = float(values.min()), float(values.max())
    if base in LOG_METRICS and low > 0:
        axes.set_xscale("log")
        axes.set_xlim(low / 1.4, high * 1.4)
    elif base in SYMLOG_METRICS:
        threshold = SYMLOG_METRICS[base]
        axes.set_xscale("symlog", linthresh=threshold)
        axes.set_xlim(min(low, 0) - threshold, max(high, threshold) * 2)
        ticks = SymmetricalLogLocator(base=10, linthresh=threshold)
        ticks.set_params(numticks=5)
        axes.xaxis.set_major_locator(ticks)
    else:
        margin = 0.05 * (high - low) or 0.5
        axes.set_xlim(low - margin, high + margin)


def interval_line(axes: Axes, rows: pd.DataFrame, line: pd.Series, y: float) -> None:
    """One arm in an interval plot."""
    same = (rows["metric"] == line["metric"]) & (rows["arm"] == line["arm"])
    same &= (rows["sampler"] == line["sampler"]) & (rows["observation"] == line["observation"])
    values = rows.loc[same & (rows["status"] == "ok"), "value"]
    values = values[np.isfinite(values)]
    colour = model_colour(line["model"])
    axes.scatter(values, np.full(len(values), y), s=9, color=colour, alpha=0.3, linewidths=0)
    if line["mean"] == np.inf:
        axes.annotate(
            "∞ ", (1, y), xycoords=("axes fraction", "data"), ha="right", va="center", color=for_words(colour)
        )
    if np.isfinite(line["mean"]):
        axes.plot([line["ci_low"], line["ci_high"]], [y, y], color=colour, linewidth=2)
        axes.plot(line["mean"], y, MODEL_MARKERS.get(line["model"], OTHER_MARKER), color=colour, markersize=5)


def overview_figure(results: Results) -> Figure | None:
    """One picture of the comparison: for each of two data sets, real data and one arm per model under the prior."""
    kinds = {facts["kind"]: name for name, facts in reversed(results.datasets.items())}
    names = [kinds[kind] for kind in ("images", "mixture") if kind in kinds]
    rows = []
    for name in names:
        measure, floor = SAMPLES[results.datasets[name]["kind"]]
        # the last arm of each model, with a drawn observation where the model has one
        per_model = {
            entries[0]["model"]: (arm, entries)
            for arm, entries in results.arms(name, measure).items()
            if arm[1] == "prior"
        }
        real = next(iter(results.arms(name, floor).items()), None)
        rows.append((name, [*([real] if real else []), *per_model.values()]))
    columns = max((len(members) for _, members in rows), default=0)
    if columns == 0:
        return None
    figure, grid = plt.subplots(len(rows), columns, figsize=(1.75 * columns, 2.15 * len(rows) + 0.3), squeeze=False)
    for (name, members), line in zip(rows, grid, strict=True):
        for axes in line[len(members) :]:
            axes.set_visible(False)
        for axes, (arm, entries) in zip(line, members, strict=False):
            panel(axes, results, name, arm, entries, headline(results, name, arm))
        line[0].set_ylabel(name, fontweight="bold")
    arms = {arm[0] for _, members in rows for arm, _ in members}
    prior = "the prior" if arms & results.other_priors else NORMAL_PRIOR
    figure.suptitle(f"One decoder, one budget, one data order; latents from {prior}. Means over seeds, lower is better")
    return figure
