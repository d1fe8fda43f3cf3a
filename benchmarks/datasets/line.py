"""Mixtures of Gaussians on the line: moments, distribution function and quantiles, which the plane has not or not so simply."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr, ndtri

from benchmarks.datasets.mixtures import GaussianMixture

QUANTILE_TOLERANCE = 1e-9
"""Quantiles are found to within this distance."""


def require_line(mixture: GaussianMixture | None) -> GaussianMixture:
    """The mixture itself.

    Raises:
        ValueError: there is none, or it has more than one dimension.
    """
    if mixture is None or mixture.dimensions != 1:
        raise ValueError("only for mixtures on the line, such as pair-1d and comb-1d")
    return mixture


def moments(mixture: GaussianMixture) -> tuple[float, float]:
    """Mean and variance of a mixture on the line."""
    means = mixture.means[:, 0]
    mean = mixture.weights @ means
    return float(mean), float(mixture.weights @ (mixture.scales**2 + (means - mean) ** 2))


def cdf(mixture: GaussianMixture, x: np.ndarray) -> np.ndarray:
    """Distribution function of a mixture on the line at x (n,), shape (n,), in [0, 1]."""
    return ndtr((x[:, None] - mixture.means[:, 0]) / mixture.scales) @ mixture.weights


def quantile_bracket(mixture: GaussianMixture, u: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Between which points the quantiles of u (n,) in (0, 1) lie: the smallest and the largest of the components' own."""
    own = mixture.means[:, 0] + mixture.scales * ndtri(u)[:, None]
    return own.min(axis=1), own.max(axis=1)


def gaussian_like(density: GaussianMixture, mean: float, scale: float) -> GaussianMixture:
    """N(mean, scale²) on the line, with the density's window and bins."""
    return GaussianMixture(np.ones(1), np.array([[mean]]), np.array([scale]), density.window, density.bins)
