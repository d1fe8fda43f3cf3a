"""Mixtures of Gaussians on the line and in the plane, whose density is known exactly.

``ring`` and ``grid`` are the usual tests for lost modes (Metz et al., *Unrolled GANs*, ICLR 2017; Srivastava et al.,
*VEEGAN*, NeurIPS 2017), here with modes ten standard deviations apart; ``narrow-ring`` and ``wide-grid`` are those of Lin et
al. (*PacGAN*, NeurIPS 2018), for comparison with their numbers. ``unequal-pair`` has a common and a rare mode, ``comb-1d`` is
the grid's row, on the line. ``pair-1d`` is the mixture that Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016) fit a Gaussian
to; their paper does not give its parameters, and those here are a reconstruction by numerical inversion of the paper's table.
``spiral`` is a curve: so many components, so close together, that none of them shows.
Coordinates carry no unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.integrate import cumulative_simpson
from scipy.spatial.distance import cdist
from scipy.special import logsumexp, ndtr

TRAIN_POINTS = 100_000
TEST_POINTS = 30_000
POINTS_AT_ONCE = 10_000
"""Log-densities are computed for so many points at a time: with hundreds of components, memory would run out otherwise."""
BIN_PRODUCT = {1: "k,ki->i", 2: "k,ki,kj->ij"}
"""Mass of the bins from weights and from each component's mass of the intervals of each coordinate, by number of dimensions."""


@dataclass(frozen=True)
class GaussianMixture:
    """Mixture of K isotropic Gaussians in d dimensions, d = 1 or 2.

    Attributes:
        weights: mixing weights, shape (K,), positive, sum 1.
        means: shape (K, d).
        scales: standard deviation of each component in every coordinate, shape (K,), positive.
        window: half side of [-window, window]^d, on which histograms are taken; it holds all but a negligible mass.
        bins: bins per side; a bin is at most half of the smallest scale wide, for a histogram does not see what is within a bin.
        modes: whether the components are the modes of the density; False for a curve, whose components are too close for that.

    Raises:
        ValueError: shapes that do not fit each other, or another number of dimensions.
    """

    weights: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    window: float
    bins: int
    modes: bool = True

    def __post_init__(self) -> None:
        count = len(self.weights)
        if self.scales.shape != (count,) or self.means.shape not in ((count, 1), (count, 2)):
            raise ValueError(
                f"a mixture with weights {self.weights.shape} needs scales ({count},) and means ({count}, 1) or ({count}, 2), "
                f"not {self.scales.shape} and {self.means.shape}"
            )

    @property
    def dimensions(self) -> int:
        """d."""
        return self.means.shape[1]

    @property
    def edges(self) -> np.ndarray:
        """Bin edges of every coordinate, shape (bins + 1,)."""
        return np.linspace(-self.window, self.window, self.bins + 1)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Log-density in nats at x (n, d), shape (n,), float64."""
        d = self.dimensions
        heights = np.log(self.weights) - d * np.log(self.scales) - 0.5 * d * np.log(2 * np.pi)
        values = np.empty(len(x))
        for start in range(0, len(x), POINTS_AT_ONCE):
            some = slice(start, start + POINTS_AT_ONCE)
            squared = cdist(np.asarray(x[some], dtype=np.float64), self.means, "sqeuclidean") / self.scales**2
            values[some] = logsumexp(heights - 0.5 * squared, axis=1)
        return values

    def bin_mass(self) -> np.ndarray:
        """Exact probability of every bin and, last, of everything outside the window; shape (bins^d + 1,).

        Bins are in the order of a (bins, …, bins) array, the last coordinate running fastest.
        """
        d = self.dimensions
        edges = (self.edges[None, :, None] - self.means[:, None, :]) / self.scales[:, None, None]  # (K, bins + 1, d)
        low, high = edges[:, :-1], edges[:, 1:]
        # on the upper side of a mode differences of CDFs cancel to 0, those of the complements do not
        inside = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
        mass = np.einsum(BIN_PRODUCT[d], self.weights, *np.moveaxis(inside, -1, 0)).ravel()
        beyond = ndtr(edges[:, 0]) + ndtr(-edges[:, -1])  # (K, d)
        outside = np.zeros(len(self.weights))
        for axis in range(d):  # 1 - (1 - a)(1 - b) without cancelling
            outside = outside + (1 - outside) * beyond[:, axis]
        return np.append(mass, self.weights @ outside)

    def sample(self, n: int, generator: np.random.Generator) -> np.ndarray:
        """n independent points, shape (n, d), float32."""
        component = generator.choice(len(self.weights), size=n, p=self.weights)
        noise = generator.standard_normal((n, self.dimensions))
        points = self.means[component] + self.scales[component, None] * noise
        return points.astype(np.float32)

    def support_level(self, mass: float = 0.999) -> float:
        """Log-density above which the fraction ``mass`` of the distribution lies (100,000 fixed draws)."""
        points = self.sample(100_000, np.random.default_rng(0))
        return float(np.quantile(self.log_density(points), 1 - mass))


def ring() -> GaussianMixture:
    """Eight equal modes on a circle of radius 2, standard deviation 0.15."""
    angle = 2 * np.pi * np.arange(8) / 8
    means = 2.0 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return GaussianMixture(np.full(8, 1 / 8), means, np.full(8, 0.15), window=3.0, bins=80)


def grid() -> GaussianMixture:
    """Twenty-five equal modes on {-2, …, 2}², standard deviation 0.1."""
    axis = np.arange(-2.0, 3.0)
    means = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    return GaussianMixture(np.full(25, 1 / 25), means, np.full(25, 0.1), window=3.0, bins=120)


def narrow_ring() -> GaussianMixture:
    """Eight equal modes on a circle of radius 1, standard deviation 0.01 (Lin et al., *PacGAN*, NeurIPS 2018)."""
    angle = 2 * np.pi * np.arange(8) / 8
    means = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return GaussianMixture(np.full(8, 1 / 8), means, np.full(8, 0.01), window=1.5, bins=600)


def wide_grid() -> GaussianMixture:
    """Twenty-five equal modes on {-4, -2, …, 4}², standard deviation 0.05 (Lin et al., *PacGAN*, NeurIPS 2018)."""
    axis = np.arange(-4.0, 5.0, 2.0)
    means = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    return GaussianMixture(np.full(25, 1 / 25), means, np.full(25, 0.05), window=5.0, bins=400)


def unequal_pair() -> GaussianMixture:
    """A mode with weight 0.9 and one with weight 0.1, three apart, standard deviation 0.2."""
    means = np.array([[-1.5, 0.0], [1.5, 0.0]])
    return GaussianMixture(np.array([0.9, 0.1]), means, np.full(2, 0.2), window=3.0, bins=60)


def pair_1d() -> GaussianMixture:
    """0.33 N(-1, 0.255²) + 0.67 N(2, 2) on the line: a reconstruction of the mixture in the f-GAN paper (Nowozin et al. 2016).

    The paper fits a Gaussian to a mixture of two and tables the optimal divergences without giving the mixture. Its parameters
    were found by numerical inversion of that table.
    """
    scales = np.array([0.255, np.sqrt(2)])
    return GaussianMixture(np.array([0.33, 0.67]), np.array([[-1.0], [2.0]]), scales, window=12.0, bins=256)


def comb_1d() -> GaussianMixture:
    """Five equal modes at -2, …, 2 on the line, standard deviation 0.1."""
    means = np.arange(-2.0, 3.0)[:, None]
    return GaussianMixture(np.full(5, 1 / 5), means, np.full(5, 0.1), window=3.0, bins=160)


def spiral() -> GaussianMixture:
    """Two turns of the Archimedean spiral r = 0.4 + 0.9 t with t turns: equal Gaussians along it, standard deviation 0.1.

    The components' means are half a standard deviation apart in arc length. Equal Gaussians at spacing s on a line give an even
    density but for a ripple of relative height 2 exp(-2 π² (scale / s)²) (Poisson's summation formula), here below 1e-33: in
    effect a smooth curve, and yet a mixture, whose density, bin mass and samples are exact.
    """
    scale = 0.1
    turns = np.linspace(0, 2, 20_001)
    radius = 0.4 + 0.9 * turns
    length = cumulative_simpson(np.hypot(0.9, 2 * np.pi * radius), x=turns, initial=0)
    count = int(np.ceil(length[-1] / (scale / 2))) + 1
    at = np.interp(np.linspace(0, length[-1], count), length, turns)
    angle = 2 * np.pi * at
    means = (0.4 + 0.9 * at)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return GaussianMixture(np.full(count, 1 / count), means, np.full(count, scale), window=3.0, bins=120, modes=False)
