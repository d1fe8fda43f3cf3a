r"""Structural similarity of images and their reconstructions (SSIM; Wang, Bovik, Sheikh and Simoncelli 2004).

Around every pixel, with means μ, variances σ² and covariance σ_xy under a Gaussian window,

    SSIM = (2 μ_x μ_y + C₁) (2 σ_xy + C₂) / ((μ_x² + μ_y² + C₁) (σ_x² + σ_y² + C₂))   (their equation 13)

with C₁ = (0.01 L)², C₂ = (0.03 L)² and L = 1, the range of pixel values. The window has the paper's standard deviation
of 1.5 pixels, cut to 7 × 7 instead of 11 × 11, so that it fits into an 8 × 8 image (to the largest odd size that fits into a
smaller one); only places where it lies wholly inside the image count. Values compare only with values of the same window.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import correlate1d

WINDOW = 7
WINDOW_SCALE = 1.5
C1, C2 = 0.01**2, 0.03**2
IMAGES_AT_ONCE = 1000


def window_size(height: int, width: int) -> int:
    """Side of the window in pixels: 7, or the largest odd number that fits."""
    side = min(WINDOW, height, width)
    return side - (side + 1) % 2


def _window(side: int) -> np.ndarray:
    offsets = np.arange(side) - side // 2
    weights = np.exp(-0.5 * (offsets / WINDOW_SCALE) ** 2)
    return weights / weights.sum()


def _local_mean(images: np.ndarray) -> np.ndarray:
    side = window_size(*images.shape[-2:])
    margin, weights = side // 2, _window(side)
    mean = correlate1d(correlate1d(images, weights, axis=-2), weights, axis=-1)
    return mean[..., margin : images.shape[-2] - margin, margin : images.shape[-1] - margin]


def ssim_map(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """SSIM at every place where the window fits, shape (…, H − w + 1, W − w + 1), in [−1, 1].

    Args:
        x: pixels in [0, 1], shape (…, H, W), float64.
        y: likewise, the same shape.
    """
    mean_x, mean_y = _local_mean(x), _local_mean(y)
    variances = _local_mean(x * x) + _local_mean(y * y) - mean_x**2 - mean_y**2
    covariance = _local_mean(x * y) - mean_x * mean_y
    luminance = (2 * mean_x * mean_y + C1) / (mean_x**2 + mean_y**2 + C1)
    return luminance * (2 * covariance + C2) / (variances + C2)


def ssim(images: np.ndarray, reconstructions: np.ndarray) -> float:
    """Mean SSIM over images, channels and places, in [−1, 1]; 1 for equal images.

    Args:
        images: pixels in [0, 1], shape (n, H, W) or (n, 3, H, W).
        reconstructions: likewise, in the same order.

    Raises:
        ValueError: shapes differ.
    """
    if images.shape != reconstructions.shape:
        raise ValueError(f"shapes differ: images {images.shape}, reconstructions {reconstructions.shape}")
    total = 0.0
    for start in range(0, len(images), IMAGES_AT_ONCE):
        part = slice(start, start + IMAGES_AT_ONCE)
        similarity = ssim_map(images[part].astype(np.float64), reconstructions[part].astype(np.float64))
        total += float(similarity.mean(axis=tuple(range(1, similarity.ndim))).sum())
    return total / len(images)
