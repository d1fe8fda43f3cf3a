"""How near a generator on the line, x = G(u), is to the inverse distribution function.

A decreasing G that maps u to CDF⁻¹(1 − u) gives the same samples, so all of these are the same for G(u) and G(1 − u).
"""

from __future__ import annotations

import numpy as np
from scipy.stats import spearmanr


def rank_correlation(generated: np.ndarray) -> float:
    """``|Spearman's rank correlation|`` of G(u) with u, in [0, 1]; 1 for a monotone map, 0 for a constant one.

    Args:
        generated: G at increasing u, shape (m,).
    """
    if (generated == generated[0]).all():
        return 0.0
    return abs(float(spearmanr(np.arange(len(generated)), generated).statistic))


def monotone_share(generated: np.ndarray) -> float:
    """Share of the steps of G that go in its prevailing direction, in [0, 1]; 1 for a strictly monotone map.

    Args:
        generated: G at increasing u, shape (m,).
    """
    steps = np.diff(generated)
    return float(max((steps > 0).mean(), (steps < 0).mean()))


def quantile_error(generated: np.ndarray, quantiles: np.ndarray) -> float:
    """Mean ``|G(u) − CDF⁻¹(u)|``, or with CDF⁻¹(1 − u) if that is less.

    Args:
        generated: G at u, evenly spaced and symmetric about ½, shape (m,).
        quantiles: CDF⁻¹ there, shape (m,).
    """
    return float(min(np.abs(generated - quantiles).mean(), np.abs(generated - quantiles[::-1]).mean()))


def wasserstein(generated: np.ndarray, quantiles: np.ndarray) -> float:
    """1-Wasserstein distance, mean ``|G sorted − CDF⁻¹(u)|``: what is left of :func:`quantile_error` if G's order is put right.

    Args:
        generated: G at evenly spaced u, shape (m,), in any order.
        quantiles: CDF⁻¹ there, increasing, shape (m,).
    """
    return float(np.abs(np.sort(generated) - quantiles).mean())
