r"""Kullback–Leibler and Jensen–Shannon divergences between samples and a known density, in nats.

P is the data's density, known exactly; Q is the model, known by samples. KL(P ‖ Q) is called *data‖model* and KL(Q ‖ P)
*model‖data*; JSD(P, Q) = ½ KL(P ‖ M) + ½ KL(Q ‖ M) with M = (P + Q) / 2 lies in [0, log 2] (Lin 1991).

Two independent estimators:

* a histogram with the exact probability of every bin, one bin of which is everything outside the window;
* k nearest neighbours (Kozachenko and Leonenko 1987; Wang, Kulkarni and Verdú 2009) and the exact log-density.
"""

from __future__ import annotations

import numpy as np
from scipy.spatial import cKDTree
from scipy.special import digamma, expit, polygamma, rel_entr

PSEUDO_COUNT = 0.01
NEIGHBOURS = 5


def histogram(samples: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts in the bins of a square window and, last, outside it.

    Args:
        samples: shape (n, 2), finite.
        edges: bin edges of either coordinate, shape (b + 1,), increasing.

    Returns:
        shape (b² + 1,), sum n, in the order of ``mass`` below.
    """
    counts, _, _ = np.histogram2d(samples[:, 0], samples[:, 1], bins=[edges, edges])
    return np.append(counts.ravel(), len(samples) - counts.sum())


def kl_data_model_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    r"""KL(data ‖ model) = Σ p log(p / q̃) with smoothed frequencies.

    An empty bin would make it infinite, so every bin gets ``PSEUDO_COUNT`` times its expected count beforehand:
    q̃ = (count + α n p) / (n + α n). The value is therefore at most log((1 + α) / α) ≈ 4.6 nats.

    Args:
        counts: histogram of n samples, shape (bins,).
        mass: exact probability p of each bin under the data, shape (bins,), sum 1.
    """
    n = counts.sum()
    smoothed = (counts + PSEUDO_COUNT * n * mass) / (n * (1 + PSEUDO_COUNT))
    return float(rel_entr(mass, smoothed).sum())


def kl_model_data_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    """KL(model ‖ data) = Σ q̂ log(q̂ / p), frequencies unsmoothed; bins of probability below 1e-300 count as 1e-300."""
    return float(rel_entr(counts / counts.sum(), np.maximum(mass, 1e-300)).sum())


def jsd_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    """JSD(data, model) with unsmoothed frequencies, in [0, log 2]; biased upwards by about (occupied bins) / (8 n)."""
    frequencies = counts / counts.sum()
    middle = 0.5 * (frequencies + mass)
    return float(0.5 * rel_entr(mass, middle).sum() + 0.5 * rel_entr(frequencies, middle).sum())


def log_knn_density(points: np.ndarray, samples: np.ndarray, own: bool, k: int = NEIGHBOURS) -> np.ndarray:
    """Log of the k-nearest-neighbour estimate of the samples' density at points in the plane, bias-corrected.

    log q̂(x) = ψ(k) − ψ(n + 1) − log(π r²), r the distance to the k-th of n neighbours. Its variance is ψ′(k).

    Args:
        points: shape (m, 2).
        samples: model samples, shape (n, 2), n > k.
        own: the points are the samples, and none is its own neighbour.
        k: neighbours.

    Returns:
        shape (m,), nats; +∞ where k + 1 samples coincide.
    """
    samples = np.asarray(samples, dtype=np.float64)
    n = len(samples) - int(own)
    distance = cKDTree(samples).query(points, k=[k + int(own)])[0][:, 0]
    with np.errstate(divide="ignore"):
        return digamma(k) - digamma(n + 1) - np.log(np.pi * distance**2)


def kl_data_model_knn(data_log_density: np.ndarray, data_log_knn: np.ndarray) -> float:
    """KL(data ‖ model) = E_data [log p − log q̂], q̂ from neighbours among the samples.

    Args:
        data_log_density: exact log p at fresh draws from the data's density, shape (m,), nats.
        data_log_knn: estimated log q̂ of the model there (:func:`log_knn_density`), shape (m,).
    """
    return float(np.mean(data_log_density - data_log_knn))


def kl_model_data_knn(sample_log_density: np.ndarray, sample_log_knn: np.ndarray) -> float:
    """KL(model ‖ data) = −H(model) − E_model log p: Kozachenko–Leonenko entropy and the exact log-density.

    +∞ where more than k samples coincide: such a model has no density.

    Args:
        sample_log_density: exact log p at model samples, shape (n,), nats.
        sample_log_knn: estimated log q̂ of the model there, no sample its own neighbour, shape (n,).
    """
    return float(np.mean(sample_log_knn - sample_log_density))


def jsd_knn(
    data_log_density: np.ndarray,
    sample_log_density: np.ndarray,
    data_log_knn: np.ndarray,
    sample_log_knn: np.ndarray,
    k: int = NEIGHBOURS,
) -> float:
    """JSD(data, model) with the exact log p and the neighbour estimate of log q; may fall slightly below 0.

    The integrand g(r) = log 2 − softplus(r) of a log-ratio r is bounded above, so coinciding samples do no harm. It is concave,
    and the estimated log-density has variance ψ′(k), so its mean is too low by ½ ψ′(k) E[σ(r) (1 − σ(r))] to second order
    (0.028 nat at p = q, k = 5); that is added back. Arguments as above.
    """
    on_data = data_log_knn - data_log_density  # log q/p
    on_model = sample_log_density - sample_log_knn  # log p/q
    halves = (
        np.log(2) - np.logaddexp(0, ratio) + 0.5 * polygamma(1, k) * expit(ratio) * expit(-ratio)
        for ratio in (on_data, on_model)
    )
    return float(0.5 * sum(half.mean() for half in halves))
