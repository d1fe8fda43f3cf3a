r"""How well Markov chains mix: effective sample size and :math:`\hat R`.

.. math:: n_{eff} = C N / \tau, \qquad \tau = 1 + 2 \sum_{t \ge 1} \rho_t

for C chains of N states with autocorrelations ρ. The sum is cut off as Geyer does (*Practical Markov Chain Monte Carlo*,
Statistical Science 1992): sums of neighbouring pairs ρ_2k + ρ_2k+1 are positive and decrease for a reversible chain; it ends at the
first that is not positive, and none may exceed its predecessor (initial monotone sequence). ρ is measured against the variance
between chains too (Vehtari et al., *Rank-Normalization, Folding, and Localization*, Bayesian Analysis 2021, eq. 10), so that chains
which are stuck in different places count for little. One chain that never leaves a mode cannot know that there are others.
"""

from __future__ import annotations

import numpy as np


def _variances(chains: np.ndarray) -> tuple[float, float]:
    """Mean variance within chains, and the variance that counts the differences between chains as well."""
    length = chains.shape[1]
    within = float(chains.var(axis=1, ddof=1).mean())
    between = float(chains.mean(axis=1).var(ddof=1)) if len(chains) > 1 else 0.0
    return within, within * (length - 1) / length + between


def autocovariance(chains: np.ndarray) -> np.ndarray:
    """Autocovariance of each chain at lags 0 … N − 1, divided by N at every lag; shape of ``chains``, (C, N)."""
    length = chains.shape[1]
    centred = chains - chains.mean(axis=1, keepdims=True)
    spectrum = np.fft.rfft(centred, 2 * length, axis=1)  # padded, so that the ends do not meet
    return np.fft.irfft(np.abs(spectrum) ** 2, 2 * length, axis=1)[:, :length] / length


def effective_samples(chains: np.ndarray) -> float:
    """How many independent draws the mean over all states is worth, at most C N log10(C N).

    Args:
        chains: shape (C, N), N ≥ 4.

    Raises:
        ValueError: all states are equal.
    """
    count, length = chains.shape
    within, total = _variances(chains)
    if total == 0:
        raise ValueError("the chains never moved; their effective sample size is not defined")
    correlation = 1 - (within - autocovariance(chains).mean(axis=0)) / total
    correlation[0] = 1
    pairs = correlation[: length // 2 * 2].reshape(-1, 2).sum(axis=1)
    ends = np.flatnonzero(pairs <= 0)
    pairs = np.minimum.accumulate(pairs[: ends[0]] if len(ends) else pairs)
    time = 2 * pairs.sum() - 1
    n = count * length
    return float(n / max(time, 1 / np.log10(n)))


def r_hat(chains: np.ndarray) -> float:
    """√(variance with between chains / variance within), near 1 for chains that agree (Gelman and Rubin 1992); ∞ if none moved.

    Args:
        chains: shape (C, N), C ≥ 2.
    """
    within, total = _variances(chains)
    return float(np.sqrt(total / within)) if within > 0 else float("inf")
