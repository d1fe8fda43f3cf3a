"""Kolmogorov–Smirnov: how far the empirical distribution function of a sample is from the exact one, on the line."""

from __future__ import annotations

import numpy as np
from scipy.stats import kstwo


def ks_statistic(uniforms: np.ndarray) -> float:
    """D = sup ``|F_n − F|``, in [0, 1], from the exact distribution function F at the sample.

    Args:
        uniforms: F(x) of n points x, shape (n,), in any order.
    """
    n = len(uniforms)
    ordered, ranks = np.sort(uniforms), np.arange(n + 1) / n
    return float(max((ranks[1:] - ordered).max(), (ordered - ranks[:-1]).max()))


def ks_p_value(uniforms: np.ndarray, effective: float) -> float:
    """Probability that as many independent draws from F are at least as far off, in [0, 1] (exact for whole n; Kolmogorov 1933).

    For the states of a Markov chain it is an approximation: their empirical distribution function varies about as that of so many
    independent draws as the effective sample size says, but not at every point alike.

    Args:
        uniforms: F(x) of the sample, shape (n,).
        effective: how many independent draws it is worth: n, or the effective sample size; rounded, at least 1.
    """
    return float(kstwo.sf(ks_statistic(uniforms), max(1, round(effective))))
