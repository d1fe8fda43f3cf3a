r"""f-divergences of distributions on finitely many points, and what the theory says of them.

.. math:: D_f(P \| Q) = \sum q f(p / q) \ge \sum p T - \sum q f^*(T)

for convex f with f(1) = 0 and any T in the domain of its conjugate f* (Csiszár 1963; Nguyen, Wainwright and Jordan 2010).
Densities on an even lattice are of this kind too, each point with the mass of its cell.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

LEAST_MASS = 1e-12
"""Smallest probability of a point in a random distribution."""
NOTHING = 1e-6
"""A divergence of at most so much is 0."""


def f_divergence(p: np.ndarray, q: np.ndarray, f: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """D_f(P ‖ Q) of distributions along the last axis.

    Args:
        p: positive probabilities, shape (…, k).
        q: positive probabilities, shape (…, k).
        f: element-wise.

    Returns:
        shape (…).
    """
    return (q * f(p / q)).sum(axis=-1)


def variational_bound(p: np.ndarray, q: np.ndarray, real: np.ndarray, fake: np.ndarray) -> np.ndarray:
    """Σ p T − Σ q f*(T).

    Args:
        p: shape (…, k).
        q: shape (…, k).
        real: T at the points, shape (…, k).
        fake: f*(T) there, shape (…, k).
    """
    return (p * real).sum(axis=-1) - (q * fake).sum(axis=-1)


def total_variation(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """½ Σ ``|p − q|``, in [0, 1]; along the last axis."""
    return 0.5 * np.abs(p - q).sum(axis=-1)


def random_distributions(points: int, concentration: float, count: int, generator: np.random.Generator) -> np.ndarray:
    """``count`` draws from a symmetric Dirichlet distribution, no probability below about ``LEAST_MASS``; shape (count, points).

    A small concentration puts nearly all mass on few points.
    """
    drawn = generator.dirichlet(np.full(points, concentration), count) + LEAST_MASS
    return drawn / drawn.sum(axis=1, keepdims=True)


def shortfall(values: np.ndarray) -> float:
    """How far the smallest value lies below 0; 0 if none does."""
    return float(max(0.0, -values.min()))


def excess(values: np.ndarray) -> float:
    """How far the largest value lies above 0; 0 if none does."""
    return float(max(0.0, values.max()))


def largest_magnitude(values: np.ndarray) -> float:
    """The largest absolute value."""
    return float(np.abs(values).max())


def vanishing(smallest_apart: np.ndarray) -> float:
    """How many functions f have D_f = 0 for distributions that are not equal.

    Args:
        smallest_apart: the smallest D_f of unequal distributions, for each f, shape (functions,).
    """
    return float((np.abs(smallest_apart) <= NOTHING).sum())


def smallest(values: np.ndarray) -> float:
    """The smallest value."""
    return float(values.min())
