"""Distances between images pixel by pixel. Images are float arrays in [0, 1], flattened: shape (n, D)."""

from __future__ import annotations

import numpy as np
import torch


def reconstruction_l2(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Mean over images of the Euclidean distance ‖x − x̂‖₂ to the reconstruction; pixels in [0, 1], so at most √D.

    Args:
        images: shape (n, D).
        reconstructions: shape (n, D), in the same order.

    Raises:
        ValueError: shapes differ.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(f"shapes differ: images {images.shape}, reconstructions {reconstructions.shape}")
    difference = images.astype(np.float64) - reconstructions
    return float(np.linalg.norm(difference, axis=1).mean())


def nearest_l2(samples: np.ndarray, training: np.ndarray) -> float:
    """Mean over samples of the Euclidean distance to the nearest training image; pixels in [0, 1].

    Neither low nor high is good: compare with the same distance of held-out images. Blur shrinks it, noise inflates it.

    Args:
        samples: shape (n, D).
        training: shape (N, D).
    """
    pool = torch.from_numpy(np.ascontiguousarray(training, dtype=np.float32))
    batches = torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32)).split(500)
    nearest = [torch.cdist(batch, pool).amin(1) for batch in batches]
    return float(torch.cat(nearest).double().mean())
