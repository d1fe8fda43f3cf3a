"""Colours, order and names in tables and pictures, in one place."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

from benchmarks.specs import RECALIBRATED

MODEL_COLOURS = {
    "pca": "#888888",
    "ae": "#E69F00",
    "dae": "#D55E00",
    "vae": "#009E73",
    "gan": "#0072B2",
    "fgan": "#AA4499",
    "latent-gan": "#56B4E9",
    "regression": "#882255",
    "discriminator": "#117733",
}
"""One colour per model, told apart by colour-blind readers (Okabe and Ito; Tol)."""
MODEL_MARKERS = {
    "pca": "P", "ae": "o", "dae": "s", "vae": "D", "gan": "^", "fgan": "v", "latent-gan": "<", "regression": "X",
    "discriminator": "*",
}  # fmt: skip
DATASET_COLOURS = {
    "ring": "#0072B2", "grid": "#009E73", "unequal-pair": "#AA4499", "pair-1d": "#D55E00", "comb-1d": "#E69F00",
    "spiral": "#56B4E9",
}  # fmt: skip
DATASET_MARKERS = {"ring": "o", "grid": "s", "unequal-pair": "^", "pair-1d": "<", "comb-1d": "D", "spiral": "P"}
ESTIMATORS = {"hist": "histogram", "knn": "nearest neighbours", "kde": "kernel density"}
ESTIMATOR_COLOURS = {"hist": "#0072B2", "knn": "#D55E00", "kde": "#009E73"}
OTHER_COLOUR, OTHER_MARKER = "#555555", "o"
PLUGIN_COLOURS = ("#332288", "#999933", "#661100", "#AA3377")
"""Of models that are not the suite's own."""
DATA_COLOUR = "#333333"
VERDICT_COLOURS = {
    "supported": "#00785A",
    "refuted": "#B4472E",
    "mixed": "#8A5A9E",
    "inconclusive": "#767676",
    "descriptive": "#3B6FA0",
    "cannot be judged": "#A0A0A0",
}
"""Colours of verdicts, told apart by colour-blind readers; the word always stands beside."""
CURVE_STYLES = ("-", "--", ":")

NORMAL_PRIOR, OTHER_PRIOR = "N(0, I)", "prior"
SAMPLERS = {
    "prior": NORMAL_PRIOR,
    RECALIBRATED: f"{NORMAL_PRIOR}, recalibrated",
    "gaussian": "Gaussian on codes",
    "gmm": "GMM on codes",
}
OBSERVATIONS = {"mean": "mean", "draw": "draw"}

RC: Any = {
    "figure.dpi": 110,
    "savefig.dpi": 110,
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "svg.hashsalt": "fairtrial",
    "svg.fonttype": "none",
}


def model_colour(model: str | None, without: str = OTHER_COLOUR) -> str:
    """A model's colour; ``without`` where there is none, as of data alone. A model from outside has one that goes by its name."""
    if not model:
        return without
    return MODEL_COLOURS.get(model) or PLUGIN_COLOURS[zlib.crc32(model.encode()) % len(PLUGIN_COLOURS)]


READABLE = 4.5
"""Contrast that words need to their ground (WCAG 2.2, 1.4.3)."""


def contrast_to_white(colour: str) -> float:
    """WCAG's contrast of a colour to white, 1 to 21.

    Args:
        colour: ``#RRGGBB``.
    """
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05)


def for_words(colour: str) -> str:
    """The colour, darkened until words in it can be read on white.

    Args:
        colour: ``#RRGGBB``.
    """
    while contrast_to_white(colour) < READABLE:
        colour = "#" + "".join(f"{int(int(colour[start : start + 2], 16) * 0.97):02X}" for start in (1, 3, 5))
    return colour


def has_normal_prior(model: str | None, settings: Mapping[str, Any]) -> bool:
    """Whether latent vectors are draws of N(0, I): not with another prior, nor where samples are found by search.

    Args:
        model: name of the model; None for data alone.
        settings: its settings.
    """
    return model != "discriminator" and settings.get("prior", "normal") == "normal"


def sampler_label(sampler: str, observation: str, several_observations: bool, normal_prior: bool = True) -> str:
    """How an arm was sampled, in words; the observation is named where the arm has several.

    Args:
        sampler: where latent vectors come from.
        observation: the likelihood's mean, or a draw.
        several_observations: the arm was measured with both.
        normal_prior: its prior is N(0, I).
    """
    label = OTHER_PRIOR if sampler == "prior" and not normal_prior else SAMPLERS.get(sampler, sampler)
    return f"{label}, {OBSERVATIONS[observation]}" if several_observations and observation else label


def number(value: float, half_width: float | None = None) -> str:
    """A number with the digits that its interval supports: two significant digits of the half-width.

    Examples:
        >>> number(12.3456, 0.123)
        '12.35 ± 0.12'
        >>> number(0.5)
        '0.500'
    """
    if value != value:
        return "–"
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "-∞"
    if half_width is None or half_width != half_width:
        return (
            f"{value:.3g}" if abs(value) >= 1000 or (value != 0 and abs(value) < 0.001) else f"{value:#.3g}".rstrip(".")
        )
    if half_width == 0:
        return f"{value:.4g} ± 0"
    decimals = max(0, 1 - _exponent(half_width))
    return f"{value:.{decimals}f} ± {half_width:.{decimals}f}"


def _exponent(value: float) -> int:
    return int(f"{value:e}".partition("e")[2])
