"""Colours, order and names in tables and pictures, in one place."""

from __future__ import annotations

from typing import Any

MODEL_COLOURS = {
    "pca": "#888888",
    "ae": "#E69F00",
    "dae": "#D55E00",
    "vae": "#009E73",
    "gan": "#0072B2",
    "fgan": "#AA4499",
    "latent-gan": "#56B4E9",
}
"""One colour per model, told apart by colour-blind readers (Okabe and Ito; Tol)."""
MODEL_MARKERS = {"pca": "P", "ae": "o", "dae": "s", "vae": "D", "gan": "^", "fgan": "v", "latent-gan": "<"}
DATASET_MARKERS = {"ring": "o", "grid": "s", "unequal-pair": "^", "pair-1d": "<", "comb-1d": "D", "spiral": "P"}
ESTIMATORS = {"hist": "histogram", "knn": "nearest neighbours", "kde": "kernel density"}
ESTIMATOR_COLOURS = {"hist": "#0072B2", "knn": "#D55E00", "kde": "#009E73"}
OTHER_COLOUR, OTHER_MARKER = "#555555", "o"
DATA_COLOUR = "#333333"
CURVE_STYLES = ("-", "--", ":")

SAMPLERS = {"prior": "N(0, I)", "gaussian": "Gaussian on codes", "gmm": "GMM on codes"}
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
}


def sampler_label(sampler: str, observation: str, several_observations: bool) -> str:
    """How an arm was sampled, in words; the observation is named where the arm has several."""
    label = SAMPLERS.get(sampler, sampler)
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
