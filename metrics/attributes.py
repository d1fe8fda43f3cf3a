r"""Attributes of single images: how much ink, how slanted, how wide, how high.

All from moments of the pixels, taken as ink on an empty ground. With rows y downwards, columns x to the right, and μ_pq the central
moments over the total M of the ink,

    slant = −μ₁₁ / μ₀₂,   width = √(12 μ₂₀ + 1),   height = √(12 μ₀₂ + 1).

The slant is the shear that would set the image upright (Teague 1980 has the moments; handwriting is deslanted so since Bozinovic
and Srihari 1989); width and height are those of the evenly filled box of pixels that has the image's second moments.
"""

from __future__ import annotations

import numpy as np

NO_INK = 1e-6
"""A mean pixel of at most so much is an empty image: it has no slant, width or height."""


def ink(images: np.ndarray) -> np.ndarray:
    """Mean pixel of each image, in [0, 1].

    Args:
        images: pixels in [0, 1], shape (n, H, W) or (n, C, H, W), of which the channels are averaged.

    Returns:
        shape (n,).
    """
    return _grey(images).mean((1, 2))


def slant(images: np.ndarray) -> np.ndarray:
    """How far the upper part stands to the right of the lower, in pixels per row; 0 upright, NaN for an empty image.

    Arguments and shape as those of :func:`ink`.
    """
    _, _, mixed, vertical = _moments(images)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(vertical > 0, -mixed / vertical, np.nan)


def width(images: np.ndarray) -> np.ndarray:
    """Width of the evenly filled box with the same second moment, in pixels; NaN for an empty image.

    Arguments and shape as those of :func:`ink`.
    """
    _, horizontal, _, _ = _moments(images)
    return np.sqrt(12 * horizontal + 1)


def height(images: np.ndarray) -> np.ndarray:
    """Height of the evenly filled box with the same second moment, in pixels; NaN for an empty image.

    Arguments and shape as those of :func:`ink`.
    """
    _, _, _, vertical = _moments(images)
    return np.sqrt(12 * vertical + 1)


ATTRIBUTES = {"ink": ink, "slant": slant, "width": width, "height": height}
"""Attributes by name."""


def _grey(images: np.ndarray) -> np.ndarray:
    images = np.asarray(images, float)
    return images.mean(1) if images.ndim == 4 else images


def _moments(images: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean pixel and the central moments μ₂₀, μ₁₁ and μ₀₂ over the ink; NaN for empty images."""
    grey = _grey(images)
    mass = grey.mean((1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = np.where(mass[:, None, None] > NO_INK, grey / grey.sum((1, 2), keepdims=True), np.nan)
    y, x = np.indices(grey.shape[1:])
    centre_x, centre_y = (shares * x).sum((1, 2)), (shares * y).sum((1, 2))
    dx, dy = x - centre_x[:, None, None], y - centre_y[:, None, None]
    return mass, (shares * dx**2).sum((1, 2)), (shares * dx * dy).sum((1, 2)), (shares * dy**2).sum((1, 2))


def mean_ink(images: np.ndarray) -> float:
    """Mean :func:`ink` of images."""
    return float(ink(images).mean())


def mean_slant(images: np.ndarray) -> float:
    """Mean :func:`slant` of the images that are not empty."""
    return _mean(slant(images))


def mean_width(images: np.ndarray) -> float:
    """Mean :func:`width` of the images that are not empty."""
    return _mean(width(images))


def mean_height(images: np.ndarray) -> float:
    """Mean :func:`height` of the images that are not empty."""
    return _mean(height(images))


def _mean(values: np.ndarray) -> float:
    present = values[~np.isnan(values)]
    return float(present.mean()) if len(present) else float("nan")
