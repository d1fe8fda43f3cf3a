"""How far samples lie from the nearest training examples, beside how far held-out examples lie.

The distance to the nearest training example tells copies from new examples: the probability that a sample is farther from it
than a held-out example is ½ for draws from the data's own distribution, and 0 for copies (the Mann–Whitney statistic of Meehan,
Chaudhuri and Dasgupta, *A Non-Parametric Test to Detect Data-Copying in Generative Models*, AISTATS 2020, without their cells).
The ratio of the nearest to the second distance tells whether a sample follows one example or lies among many.

Neither says whether samples are any good: blur shrinks distances, and garbage is far from everything. So they are read of samples
on the data's support: no farther from the training examples than 99 % of held-out examples are, in a classifier's features and in
pixels, and classified with no more doubt. None of these does alone: to a classifier an evenly grey image may look like a digit, a
few wrong pixels are a small distance, and two examples laid over each other are near to both.
"""

from __future__ import annotations

import numpy as np
import torch

from metrics.discrimination import auc

SUPPORT_QUANTILE = 0.99
"""Share of held-out examples that count as on the data's support."""
AT_ONCE = 500


def nearest_distances(points: np.ndarray, pool: np.ndarray, k: int = 1) -> np.ndarray:
    """Euclidean distances to the k nearest of a pool, the nearest first; shape (n, k), float64, with the accuracy of float32.

    Args:
        points: shape (n, F).
        pool: shape (N, F), N ≥ k.
        k: at least 1.

    Raises:
        ValueError: the pool is smaller than k.
    """
    return nearest_examples(points, pool, k)[0]


def nearest_examples(points: np.ndarray, pool: np.ndarray, k: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Distances as by :func:`nearest_distances`, and which examples of the pool they lead to; both of shape (n, k)."""
    if len(pool) < k:
        raise ValueError(f"{len(pool)} examples have no {k} nearest ones; give at least {k}")
    those = torch.from_numpy(np.ascontiguousarray(pool, dtype=np.float32))
    batches = torch.from_numpy(np.ascontiguousarray(points, dtype=np.float32)).split(AT_ONCE)
    found = [torch.cdist(batch, those).topk(k, dim=1, largest=False) for batch in batches]
    distances = torch.cat([one.values for one in found]).double().numpy()
    return distances, torch.cat([one.indices for one in found]).numpy()


def support_radius(held_out_distances: np.ndarray) -> float:
    """The distance to the nearest training example that 99 % of held-out examples stay within; distances of shape (m,)."""
    return float(np.quantile(held_out_distances, SUPPORT_QUANTILE))


def off_data_share(excess: np.ndarray) -> float:
    """Share of samples off the data's support, in [0, 1]; 0.01 to 0.03 for held-out examples.

    Args:
        excess: for each sample its distance to the nearest training example, or what else is asked of it, over the
            :func:`support_radius` of that; the largest such ratio; shape (n,).
    """
    return float((excess > 1).mean())


def novelty(distances: np.ndarray, held_out_distances: np.ndarray) -> float:
    """Probability that a sample is farther from its nearest training example than a held-out example is, ties counting half.

    In [0, 1]: 0 for copies of training examples, ½ for draws from the data's distribution.

    Args:
        distances: of samples, shape (n,).
        held_out_distances: shape (m,).
    """
    return auc(distances, held_out_distances)


def relative_distance(distances: np.ndarray, held_out_distances: np.ndarray) -> float:
    """Mean distance to the nearest training example relative to that of held-out examples: 0 for copies, 1 for draws from the data.

    Arguments as those of :func:`novelty`, whose order it keeps where all distances are smaller than any held-out one.

    Raises:
        ValueError: all held-out examples are copies of training examples.
    """
    scale = float(held_out_distances.mean())
    if scale == 0:
        raise ValueError("all held-out examples are copies of training examples: their distance is no yardstick")
    return float(distances.mean()) / scale


def nearest_to_second(distances: np.ndarray) -> np.ndarray:
    """Ratio of the nearest to the second distance, in [0, 1]; 1 where both are 0 (an example that occurs twice).

    Args:
        distances: to the two nearest, shape (n, 2).

    Returns:
        shape (n,).
    """
    return np.divide(distances[:, 0], distances[:, 1], out=np.ones(len(distances)), where=distances[:, 1] > 0)
