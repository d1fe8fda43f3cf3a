"""Mixtures of Gaussians in the plane, whose density is known exactly.

``ring`` and ``grid`` are the usual tests for lost modes (Metz et al., *Unrolled GANs*, ICLR 2017; Srivastava et al., *VEEGAN*,
NeurIPS 2017; Lin et al., *PacGAN*, NeurIPS 2018), here with modes ten standard deviations apart; ``unequal-pair`` has a
common and a rare mode. Coordinates carry no unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp, ndtr

TRAIN_POINTS = 100_000
TEST_POINTS = 30_000


@dataclass(frozen=True)
class GaussianMixture:
    """Mixture of K isotropic Gaussians in two dimensions.

    Attributes:
        weights: mixing weights, shape (K,), positive, sum 1.
        means: shape (K, 2).
        scale: standard deviation of every component in each coordinate.
        window: side interval [-window, window]² on which histograms are taken; it holds all but a negligible mass.
        bins: bins per side; a bin is at most 0.75 scale wide.
    """

    weights: np.ndarray
    means: np.ndarray
    scale: float
    window: float
    bins: int

    @property
    def edges(self) -> np.ndarray:
        """Bin edges of either coordinate, shape (bins + 1,)."""
        return np.linspace(-self.window, self.window, self.bins + 1)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Log-density in nats at x (n, 2), shape (n,), float64."""
        squared = cdist(np.asarray(x, dtype=np.float64), self.means, "sqeuclidean") / self.scale**2
        return logsumexp(np.log(self.weights) - 0.5 * squared, axis=1) - np.log(2 * np.pi * self.scale**2)

    def bin_mass(self) -> np.ndarray:
        """Exact probability of every bin and, last, of everything outside the window; shape (bins² + 1,)."""
        edges = (self.edges[None, :, None] - self.means[:, None, :]) / self.scale  # (K, bins + 1, 2)
        low, high = edges[:, :-1], edges[:, 1:]
        # on the upper side of a mode differences of CDFs cancel to 0, those of the complements do not
        inside = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
        mass = np.einsum("k,ki,kj->ij", self.weights, inside[..., 0], inside[..., 1]).ravel()
        beyond = ndtr(edges[:, 0]) + ndtr(-edges[:, -1])  # (K, 2)
        outside = beyond.sum(1) - beyond.prod(1)
        return np.append(mass, self.weights @ outside)

    def sample(self, n: int, generator: np.random.Generator) -> np.ndarray:
        """n independent points, shape (n, 2), float32."""
        component = generator.choice(len(self.weights), size=n, p=self.weights)
        points = self.means[component] + self.scale * generator.standard_normal((n, 2))
        return points.astype(np.float32)

    def support_level(self, mass: float = 0.999) -> float:
        """Log-density above which the fraction ``mass`` of the distribution lies (100,000 fixed draws)."""
        points = self.sample(100_000, np.random.default_rng(0))
        return float(np.quantile(self.log_density(points), 1 - mass))


def ring() -> GaussianMixture:
    """Eight equal modes on a circle of radius 2, standard deviation 0.15."""
    angle = 2 * np.pi * np.arange(8) / 8
    means = 2.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return GaussianMixture(np.full(8, 1 / 8), means, scale=0.15, window=3.0, bins=60)


def grid() -> GaussianMixture:
    """Twenty-five equal modes on {-2, …, 2}², standard deviation 0.1."""
    axis = np.arange(-2.0, 3.0)
    means = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    return GaussianMixture(np.full(25, 1 / 25), means, scale=0.1, window=3.0, bins=80)


def unequal_pair() -> GaussianMixture:
    """A mode with weight 0.9 and one with weight 0.1, three apart, standard deviation 0.2."""
    return GaussianMixture(np.array([0.9, 0.1]), np.array([[-1.5, 0.0], [1.5, 0.0]]), scale=0.2, window=3.0, bins=40)
