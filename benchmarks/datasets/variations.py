"""Known variations of a mixture: pairs (P, Q) from identical to disjoint, on which divergence estimators are calibrated.

P is the mixture as it is registered, Q what a function here makes of it; both densities are known exactly, so the true divergences
come by quadrature (``metrics.quadrature``) on the points of :func:`lattice`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from benchmarks.datasets.mixtures import GaussianMixture

Variation = Callable[[GaussianMixture], GaussianMixture]


def identical(mixture: GaussianMixture) -> GaussianMixture:
    """The mixture itself."""
    return mixture


def shifted(mixture: GaussianMixture, by: float) -> GaussianMixture:
    """All components moved along the first coordinate by ``by`` times the smallest scale."""
    means = mixture.means.copy()
    means[:, 0] += by * mixture.scales.min()
    return replace(mixture, means=means)


def widened(mixture: GaussianMixture) -> GaussianMixture:
    """All components with 1.5 times their standard deviation."""
    return replace(mixture, scales=1.5 * mixture.scales)


def halved(mixture: GaussianMixture) -> GaussianMixture:
    """Only the first half of the components, rounded up, in their proportions: half of the modes, or of the curve, are lost."""
    kept = slice((len(mixture.weights) + 1) // 2)
    weights = mixture.weights[kept] / mixture.weights[kept].sum()
    return replace(mixture, weights=weights, means=mixture.means[kept], scales=mixture.scales[kept])


def disjoint(mixture: GaussianMixture) -> GaussianMixture:
    """All components moved along the first coordinate by the window's side: no overlap to speak of."""
    means = mixture.means.copy()
    means[:, 0] += 2 * mixture.window
    return replace(mixture, means=means)


VARIATIONS: dict[str, Variation] = {
    "identical": identical,
    "shifted-0.25": partial(shifted, by=0.25),
    "shifted-0.5": partial(shifted, by=0.5),
    "shifted-1": partial(shifted, by=1.0),
    "shifted-2": partial(shifted, by=2.0),
    "widened": widened,
    "half-lost": halved,
    "disjoint": disjoint,
}
"""Variations by name, from near to far."""


def parameters(name: str, mixture: GaussianMixture) -> dict[str, Any]:
    """A mixture as plain lists under a name, as settings of a model hold it (``models.discriminator.KnownMixture``)."""
    return {
        "name": name,
        "weights": mixture.weights.tolist(),
        "means": mixture.means.tolist(),
        "scales": mixture.scales.tolist(),
    }


REACH = 9
"""A lattice reaches so many standard deviations beyond every mean; what lies outside has a probability below 1e-18."""
POINTS_PER_SCALE = 4


def lattice(p: GaussianMixture, q: GaussianMixture) -> tuple[np.ndarray, float]:
    """Evenly spaced points that hold all of two mixtures, the smallest scale divided in ``POINTS_PER_SCALE``.

    The trapezoidal rule on them (a sum, since the densities vanish at the border) converges faster than any power of the spacing:
    for a Gaussian itself the error is below exp(-2 π² · 16).

    Returns:
        points of shape (m, d), and the volume that each stands for.
    """
    means = np.concatenate([p.means, q.means])
    scales = np.concatenate([p.scales, q.scales])[:, None]
    low, high = (means - REACH * scales).min(axis=0), (means + REACH * scales).max(axis=0)
    spacing = scales.min() / POINTS_PER_SCALE
    axes = [np.arange(a, b + spacing, spacing) for a, b in zip(low, high, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, p.dimensions)
    return points, float(spacing**p.dimensions)
