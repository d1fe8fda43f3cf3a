"""Distances between images pixel by pixel. Images are float arrays in [0, 1], flattened: shape (n, D)."""

from __future__ import annotations

import numpy as np

from metrics.neighbours import nearest_distances


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


def reconstruction_mse(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Mean squared error, over images and pixels, of reconstructions; pixels in [0, 1].

    Arguments and errors as those of :func:`reconstruction_l2`.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(f"shapes differ: images {images.shape}, reconstructions {reconstructions.shape}")
    return float(np.square(images.astype(np.float64) - reconstructions).mean())


def unexplained_share(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Squared error of reconstructions over the images' variance about their mean image: 0 for perfect ones, 1 for the mean image.

    Arguments and errors as those of :func:`reconstruction_l2`; and:

    Raises:
        ValueError: all images are the same.
    """
    variance = float(images.astype(np.float64).var(0).mean())
    if variance == 0:
        raise ValueError("all images are the same; there is no variance to be explained")
    return reconstruction_mse(images, reconstructions) / variance


def nearest_l2(samples: np.ndarray, training: np.ndarray) -> float:
    """Mean over samples of the Euclidean distance to the nearest training image; pixels in [0, 1].

    Neither low nor high is good: compare with the same distance of held-out images. Blur shrinks it, noise inflates it.

    Args:
        samples: shape (n, D).
        training: shape (N, D).
    """
    return float(nearest_distances(samples, training)[:, 0].mean())
