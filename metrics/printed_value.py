"""The value of a GAN's game as it is, and as one source prints it, point by point.

As it is (Goodfellow et al. 2014, eq. 1), p log D + q log(1 − D) at a point with densities p and q, it has its maximum over D at
p / (p + q). As printed, with 1 − log D in the place of log(1 − D), it is p log D + q (1 − log D) = (p − q) log D + q: monotone in
D, with its maximum at D = 1 where p > q, and without bound as D → 0 where q > p.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

GOLDEN = (np.sqrt(5) - 1) / 2
SHRINKINGS = 60
"""Steps of golden-section search: 0.618⁶⁰ < 1e-12."""


def stated_value(p: np.ndarray, q: np.ndarray, d: np.ndarray) -> np.ndarray:
    """p log D + q log(1 − D) for D in (0, 1); shapes that broadcast."""
    return p * np.log(d) + q * np.log1p(-d)


def printed_value(p: np.ndarray, q: np.ndarray, d: np.ndarray) -> np.ndarray:
    """p log D + q (1 − log D) for D in (0, 1]; shapes that broadcast."""
    return p * np.log(d) + q * (1 - np.log(d))


def maximiser(
    objective: Callable[[np.ndarray], np.ndarray], low: float, high: float, shape: tuple[int, ...]
) -> np.ndarray:
    """Where unimodal functions of D have their maximum in [low, high], by golden-section search (Kiefer 1953).

    Args:
        objective: values of all functions, each at a D of its own; ``shape`` → ``shape``.
        low: end of the interval.
        high: end of the interval.
        shape: of the functions.
    """
    a, b = np.full(shape, low), np.full(shape, high)
    for _ in range(SHRINKINGS):
        left, right = b - GOLDEN * (b - a), a + GOLDEN * (b - a)
        rising = objective(left) < objective(right)
        a, b = np.where(rising, left, a), np.where(rising, b, right)
    return 0.5 * (a + b)


def optimum_error(found: np.ndarray, p: np.ndarray, q: np.ndarray) -> float:
    """Largest ``|D − p / (p + q)|`` of the maximisers D that were found; shape (m,) each."""
    return float(np.abs(found - p / (p + q)).max())


def value_error(value: float, jsd: float) -> float:
    """``|V − (2 JSD − log 4)|``, nats: V the game's value at the best D (Goodfellow et al. 2014, theorem 1)."""
    return abs(value - (2 * jsd - np.log(4)))


def interior_share(values: np.ndarray) -> float:
    """Share of points at which some D within the interval is better than both of its ends, by more than rounding.

    Args:
        values: of m points on a lattice of D, shape (m, D).
    """
    ends = np.maximum(values[:, 0], values[:, -1])
    return float((values[:, 1:-1].max(axis=1) > ends + 1e-9).mean())


def growth(suprema: np.ndarray, smallest: np.ndarray) -> float:
    """By how much the supremum over D in [ε, 1] grows per nat of log 1 / ε; 0 for a bounded objective.

    Args:
        suprema: for each ε, shape (e,).
        smallest: ε, decreasing, shape (e,).
    """
    return float((suprema[-1] - suprema[-2]) / np.log(smallest[-2] / smallest[-1]))
