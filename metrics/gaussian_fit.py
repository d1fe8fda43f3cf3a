"""The Gaussian N(μ, σ²) that is nearest to a density on the line under some divergence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import minimize

LARGE = 1e300
"""In the place of an infinite divergence, with which a search cannot reckon."""
SAME = 1e-2
"""Minima that differ by less than this in both parameters count as one."""


def minima(divergence: Callable[[float, float], float], starts: np.ndarray) -> np.ndarray:
    """Where a search from each start ends (Nelder and Mead 1965, over μ and log σ).

    Args:
        divergence: of (μ, σ), to be minimised; may be infinite.
        starts: μ and σ, shape (s, 2), σ positive. Those at which the divergence is infinite are left out.

    Returns:
        μ, σ and the divergence there, shape (searches, 3), the smallest divergence first.
    """

    def finite(at: np.ndarray) -> float:
        return min(divergence(float(at[0]), float(np.exp(at[1]))), LARGE)

    found = []
    for mean, scale in starts:
        if not np.isfinite(divergence(mean, scale)):
            continue
        end = minimize(
            finite,
            np.array([mean, np.log(scale)]),
            method="Nelder-Mead",
            options={"xatol": 1e-7, "fatol": 1e-12, "maxiter": 2000},
        )
        found.append((end.x[0], np.exp(end.x[1]), end.fun))
    return np.array(sorted(found, key=lambda one: one[2]))


def count_distinct(found: np.ndarray) -> float:
    """How many different minima there are.

    Args:
        found: as :func:`minima` gives them.
    """
    kept: list[np.ndarray] = []
    for one in found[:, :2]:
        if all(np.abs(one - other).max() >= SAME for other in kept):
            kept.append(one)
    return float(len(kept))


def mean(fit: np.ndarray) -> float:
    """μ of (μ, σ)."""
    return float(fit[0])


def scale(fit: np.ndarray) -> float:
    """σ of (μ, σ), without its sign: σ z and −σ z are one distribution."""
    return float(abs(fit[1]))


def slack(divergence: float, bound: float) -> float:
    """D − F: by how much a critic's bound stays below the divergence; never negative but for rounding."""
    return divergence - bound
