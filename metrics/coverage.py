"""How samples cover the modes and the support of a known mixture of Gaussians."""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree


def _share_by_mode(samples: np.ndarray, means: np.ndarray, scale: float) -> np.ndarray:
    """Share of all samples whose nearest mode is k and lies within 3 standard deviations; shape (K,)."""
    distance, nearest = cKDTree(means).query(samples)
    close = distance <= 3 * scale
    return np.bincount(nearest[close], minlength=len(means)) / len(samples)


def modes_captured(samples: np.ndarray, means: np.ndarray, weights: np.ndarray, scale: float) -> float:
    """Number of modes that get at least a quarter of their fair share of the samples within 3 standard deviations.

    Args:
        samples: shape (n, 2).
        means: mode centres, shape (K, 2).
        weights: fair shares, shape (K,).
        scale: standard deviation of a mode.
    """
    return float((_share_by_mode(samples, means, scale) >= 0.25 * weights).sum())


def modes_hit(samples: np.ndarray, means: np.ndarray, scale: float) -> float:
    """Number of modes with at least one sample within 3 standard deviations (the literature's count, e.g. VEEGAN 2017)."""
    return float((_share_by_mode(samples, means, scale) > 0).sum())


def high_quality_share(samples: np.ndarray, means: np.ndarray, scale: float) -> float:
    """Share of samples within 3 standard deviations of a mode, in [0, 1] (VEEGAN 2017); 0.989 for the data in the plane."""
    return float(_share_by_mode(samples, means, scale).sum())


def off_support_share(sample_log_density: np.ndarray, support_level: float) -> float:
    """Share of samples where the data's log-density is below ``support_level``, in [0, 1].

    With the level that 99.9 % of the data exceed, the data themselves score 0.001.

    Args:
        sample_log_density: the data's log-density at the samples, shape (n,), nats.
        support_level: a log-density, nats.
    """
    return float((sample_log_density < support_level).mean())
