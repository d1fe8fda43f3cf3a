r"""Kullback–Leibler and Jensen–Shannon divergences between samples and a known density, in nats.

P is the data's density, known exactly; Q is the model, known by samples. KL(P ‖ Q) is called *data‖model* and KL(Q ‖ P)
*model‖data*; JSD(P, Q) = ½ KL(P ‖ M) + ½ KL(Q ‖ M) with M = (P + Q) / 2 lies in [0, log 2] (Lin 1991).

Three independent estimators:

* a histogram with the exact probability of every bin, one bin of which is everything outside the window;
* k nearest neighbours (Kozachenko and Leonenko 1987; Wang, Kulkarni and Verdú 2009) and the exact log-density;
* a Gaussian kernel density (Parzen 1962), its bandwidth chosen by likelihood, and the exact log-density.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from scipy.special import digamma, expit, gammaln, polygamma, rel_entr

PSEUDO_COUNT = 0.01
NEIGHBOURS = 5
BANDWIDTHS = 11
"""Candidates for the bandwidth of a kernel density."""
BANDWIDTH_POINTS = 500
"""Samples on whose likelihood it is chosen."""
SMALLEST_BANDWIDTH = 1e-9
"""The largest candidate for samples that coincide and have no spread."""
KERNEL_ROWS = 500
"""Points at which a kernel density is computed at a time; bounds the memory."""


def histogram(samples: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Counts in the bins of a window with equal sides and, last, outside it.

    Args:
        samples: shape (n, d), finite.
        edges: bin edges of every coordinate, shape (b + 1,), increasing.

    Returns:
        shape (b^d + 1,), sum n, in the order of ``mass`` below: the last coordinate runs fastest.
    """
    counts, _ = np.histogramdd(samples, bins=[edges] * samples.shape[1])
    return np.append(counts.ravel(), len(samples) - counts.sum())


def _jackknife(terms: Callable[[np.ndarray, float], np.ndarray], counts: np.ndarray) -> float:
    """A sum over bins of terms(counts, n), freed from its bias of order 1 / n by the jackknife (Quenouille 1956; Zahl 1977).

    n F(counts) − (n − 1) × the mean of F over the n histograms with one sample left out. Convex terms of random counts are too
    large on average, by about (occupied bins) / n times 1/8 (JSD) or 1/2 (KL): on thousands of bins much more than what is
    resolved otherwise. A first-order correction as that of Miller (1955) and Madow leaves about three times as much of it as this,
    for it expands around counts that are large, and in most bins they are not.
    """
    n = float(counts.sum())
    others = terms(counts, n - 1)  # bins that lose no sample, in a histogram that lost one elsewhere
    one_less = np.where(counts > 0, terms(np.maximum(counts - 1, 0), n - 1) - others, 0)
    left_out = others.sum() + (counts * one_less).sum() / n
    return float(n * terms(counts, n).sum() - (n - 1) * left_out)


def kl_data_model_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    r"""KL(data ‖ model) = Σ p log(p / q̃) with smoothed frequencies, jackknifed.

    An empty bin would make it infinite, so every bin gets ``PSEUDO_COUNT`` times its expected count beforehand:
    q̃ = (count + α n p) / (n + α n). Bins that stay empty add at most log((1 + α) / α) ≈ 4.6 nats times their mass p.

    Args:
        counts: histogram of n ≥ 2 samples, shape (bins,).
        mass: exact probability p of each bin under the data, shape (bins,), sum 1.
    """

    def terms(counts: np.ndarray, n: float) -> np.ndarray:
        return rel_entr(mass, (counts + PSEUDO_COUNT * n * mass) / (n * (1 + PSEUDO_COUNT)))

    return _jackknife(terms, counts)


def kl_model_data_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    """KL(model ‖ data) = Σ q̂ log(q̂ / p), frequencies unsmoothed, jackknifed; a probability below 1e-300 counts as 1e-300."""
    floor = np.maximum(mass, 1e-300)
    return _jackknife(lambda counts, n: rel_entr(counts / n, floor), counts)


def jsd_histogram(counts: np.ndarray, mass: np.ndarray) -> float:
    """JSD(data, model) with unsmoothed frequencies, jackknifed; may fall slightly below 0.

    Two biases are left. What happens within a bin is not seen, so the value is that of the binned densities, and too low: for modes
    shifted by two standard deviations, on bins of half of one, by about 0.005 nat. And the jackknife leaves some of the bias of
    random counts: on the grid's 25 modes 0.003 nat at n = 30,000, but 0.03 at 3,000 and 0.1 at
    1,000. The experiment ``calibration`` measures both.
    """

    def terms(counts: np.ndarray, n: float) -> np.ndarray:
        frequencies = counts / n
        middle = 0.5 * (frequencies + mass)
        return 0.5 * rel_entr(mass, middle) + 0.5 * rel_entr(frequencies, middle)

    return _jackknife(terms, counts)


def log_knn_density(points: np.ndarray, samples: np.ndarray, own: bool, k: int = NEIGHBOURS) -> np.ndarray:
    """Log of the k-nearest-neighbour estimate of the samples' density at points in d dimensions, bias-corrected.

    log q̂(x) = ψ(k) − ψ(n + 1) − log(V r^d), r the distance to the k-th of n neighbours, V = π^(d/2) / Γ(d/2 + 1) the volume of the
    unit ball. Its variance is ψ′(k).

    Args:
        points: shape (m, d).
        samples: model samples, shape (n, d), n > k.
        own: the points are the samples, and none is its own neighbour.
        k: neighbours.

    Returns:
        shape (m,), nats; +∞ where k + 1 samples coincide.
    """
    samples = np.asarray(samples, dtype=np.float64)
    n, d = len(samples) - int(own), samples.shape[1]
    distance = cKDTree(samples).query(points, k=[k + int(own)])[0][:, 0]
    unit_ball = 0.5 * d * np.log(np.pi) - gammaln(0.5 * d + 1)
    with np.errstate(divide="ignore"):
        return digamma(k) - digamma(n + 1) - unit_ball - d * np.log(distance)


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


def _log_mean_kernel(squared: np.ndarray, n: int, d: int, bandwidth: float) -> np.ndarray:
    """Log of the mean of n Gaussian kernels in d dimensions, from squared distances to their centres (m, ·), ∞ for one left out."""
    nearest = squared.min(
        axis=1, keepdims=True
    )  # summed relative to it, the logarithm stays finite far from all samples
    total = np.exp((nearest - squared) / (2 * bandwidth**2)).sum(axis=1)
    return np.log(total / n) - nearest[:, 0] / (2 * bandwidth**2) - 0.5 * d * np.log(2 * np.pi * bandwidth**2)


def kernel_bandwidth(samples: np.ndarray) -> float:
    """Bandwidth of a Gaussian kernel density under which left-out samples are likeliest (Habbema et al. 1974; Duin 1976).

    Candidates are Scott's bandwidth σ n^(−1 / (d + 4)) (1992), σ² the mean variance of the coordinates, and the ``BANDWIDTHS`` − 1
    smaller ones down to a 32nd of it, each 1 / √2 of the one before. Scott's rule is right for one Gaussian: with several modes σ
    is the distance between them, not their width, and the rule smooths them into one another. Likelihoods are those of up to
    ``BANDWIDTH_POINTS`` samples, each left out of the density at itself.

    Args:
        samples: shape (n, d), n ≥ 2, in random order.
    """
    samples = np.asarray(samples, dtype=np.float64)
    n, d = samples.shape
    scott = np.sqrt(samples.var(axis=0).mean()) * n ** (-1 / (d + 4))
    candidates = np.maximum(scott, SMALLEST_BANDWIDTH) * 2.0 ** (-0.5 * np.arange(BANDWIDTHS))
    squared = cdist(samples[:BANDWIDTH_POINTS], samples, "sqeuclidean")
    np.fill_diagonal(squared, np.inf)
    likelihoods = [_log_mean_kernel(squared, n - 1, d, h).mean() for h in candidates]
    return float(candidates[np.argmax(likelihoods)])


def log_kernel_density(points: np.ndarray, samples: np.ndarray, own: bool, bandwidth: float) -> np.ndarray:
    """Log of the Gaussian kernel density of the samples at points in d dimensions.

    Args:
        points: shape (m, d).
        samples: model samples, shape (n, d), n ≥ 2.
        own: the points are the samples, and each is left out of the density at itself.
        bandwidth: standard deviation of the kernel, positive (:func:`kernel_bandwidth`).

    Returns:
        shape (m,), nats.
    """
    points, samples = np.asarray(points, dtype=np.float64), np.asarray(samples, dtype=np.float64)
    n, d = len(samples) - int(own), samples.shape[1]
    values = np.empty(len(points))
    for start in range(0, len(points), KERNEL_ROWS):
        rows = np.arange(start, min(start + KERNEL_ROWS, len(points)))
        squared = cdist(points[rows], samples, "sqeuclidean")
        if own:
            squared[rows - start, rows] = np.inf
        values[rows] = _log_mean_kernel(squared, n, d, bandwidth)
    return values


def kl_data_model_kernel(data_log_density: np.ndarray, data_log_kernel: np.ndarray) -> float:
    """KL(data ‖ model) = E_data [log p − log q̂], q̂ the kernel density of the samples.

    Where the model has no samples, log q̂ is that of a Gaussian's tail, and the value large but arbitrary.

    Args:
        data_log_density: exact log p at fresh draws from the data's density, shape (m,), nats.
        data_log_kernel: log q̂ of the model there (:func:`log_kernel_density`), shape (m,).
    """
    return float(np.mean(data_log_density - data_log_kernel))


def kl_model_data_kernel(sample_log_density: np.ndarray, sample_log_kernel: np.ndarray) -> float:
    """KL(model ‖ data) = −H(model) − E_model log p: leave-one-out entropy (Ahmad and Lin 1976) and the exact log-density.

    Args:
        sample_log_density: exact log p at model samples, shape (n,), nats.
        sample_log_kernel: log q̂ of the model there, each sample left out at itself, shape (n,).
    """
    return float(np.mean(sample_log_kernel - sample_log_density))


def jsd_kernel(
    data_log_density: np.ndarray,
    sample_log_density: np.ndarray,
    data_log_kernel: np.ndarray,
    sample_log_kernel: np.ndarray,
) -> float:
    """JSD(data, model) with the exact log p and the kernel density as q; may fall slightly below 0. Arguments as above."""
    on_data = data_log_kernel - data_log_density  # log q/p
    on_model = sample_log_density - sample_log_kernel  # log p/q
    return float(np.log(2) - 0.5 * np.logaddexp(0, on_data).mean() - 0.5 * np.logaddexp(0, on_model).mean())
