r"""What scores of data and of samples say about a discriminator: ranking, decisions, indecision.

A score is any real number that is larger for what looks more like data; a probability is D = p / (p + q) in [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import rankdata


def auc(real: np.ndarray, fake: np.ndarray) -> float:
    """Area under the ROC curve: the probability that data score above samples, ties counting half (Mann and Whitney 1947).

    Args:
        real: scores of data, shape (n,).
        fake: scores of samples, shape (m,).
    """
    n, m = len(real), len(fake)
    ranks = rankdata(np.concatenate([real, fake]))
    return float((ranks[:n].sum() - n * (n + 1) / 2) / (n * m))


def accuracy(real: np.ndarray, fake: np.ndarray, threshold: float) -> float:
    """Share of right decisions, data and samples counting half each, in [0, 1]; what scores above ``threshold`` is called data."""
    return float(0.5 * (real > threshold).mean() + 0.5 * (fake <= threshold).mean())


def indecision_error(real: np.ndarray, fake: np.ndarray) -> float:
    """Mean of ``|D − ½|`` under the half-half mixture of data and samples, in [0, ½]; 0 if D = ½ everywhere.

    Args:
        real: D at data, shape (n,).
        fake: D at samples, shape (m,).
    """
    return float(0.5 * np.abs(real - 0.5).mean() + 0.5 * np.abs(fake - 0.5).mean())


def share_above(scores: np.ndarray, level: float) -> float:
    """Share of points that score above ``level``, in [0, 1]; scores of shape (n,)."""
    return float((scores > level).mean())


def mean_share_above(groups: Sequence[np.ndarray], level: float) -> float:
    """Mean over groups of :func:`share_above`; a list of score arrays, each of shape (n_i,)."""
    return float(np.mean([share_above(scores, level) for scores in groups]))


def game_value(loss: float) -> float:
    """Value of the game at a discriminator's loss, in nats: −loss, that is −log 4 for the GAN's where D = ½."""
    return -loss
