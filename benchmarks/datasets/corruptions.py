"""Known corruptions of images: what a metric of quality must notice, by how much it is spoilt.

Every corruption takes images in [0, 1], shape (n, H, W) or (n, C, H, W), a degree and a generator of random numbers, and gives
images of the same shape. Lengths are in eighths of the image's height, so that a degree means the same on 8 × 8 and on 28 × 28.
Degree 0 changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter1d

Corruption = Callable[[np.ndarray, float, np.random.Generator], np.ndarray]

TILES = 4
"""Patches that are swapped lie on a grid of so many by so many."""


def eighth(images: np.ndarray) -> float:
    """An eighth of the height, in pixels."""
    return images.shape[-2] / 8


def blur(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """Gaussian blur with a standard deviation of ``degree`` eighths of the height; what lies outside is black."""
    scale = degree * eighth(images)
    if scale == 0:
        return images.copy()
    rows = gaussian_filter1d(images, scale, axis=-2, mode="constant")
    return np.clip(gaussian_filter1d(rows, scale, axis=-1, mode="constant"), 0, 1)


def noise(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """Gaussian noise with the standard deviation ``degree`` on every pixel, clipped to [0, 1]."""
    return np.clip(images + degree * generator.standard_normal(images.shape), 0, 1)


def patch_swap(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """``degree`` pairs of patches of each image exchange their places: locally right, globally wrong.

    Args:
        images: see above; sides divisible by ``TILES``.
        degree: a whole number of pairs, at most half of the patches.
        generator: draws the pairs, for each image anew.

    Raises:
        ValueError: sides or degree do not allow it.
    """
    height, width = images.shape[-2:]
    pairs = int(degree)
    if height % TILES or width % TILES:
        raise ValueError(f"patches lie on a grid of {TILES} by {TILES}, which {height} × {width} pixels do not have")
    if pairs != degree or not 0 <= pairs <= TILES**2 // 2:
        raise ValueError(f"{degree:g} pairs of patches: a whole number from 0 to {TILES**2 // 2}")
    channels = images.reshape(len(images), -1, TILES, height // TILES, TILES, width // TILES)
    tiles = channels.transpose(0, 2, 4, 1, 3, 5).reshape(len(images), TILES**2, -1)
    order = np.argsort(generator.random((len(images), TILES**2)), axis=1)
    first, second = order[:, :pairs], order[:, pairs : 2 * pairs]
    source = np.tile(np.arange(TILES**2), (len(images), 1))
    np.put_along_axis(source, first, second, axis=1)
    np.put_along_axis(source, second, first, axis=1)
    moved = np.take_along_axis(tiles, source[..., None], axis=1)
    shape = (len(images), TILES, TILES, channels.shape[1], height // TILES, width // TILES)
    return moved.reshape(shape).transpose(0, 3, 1, 4, 2, 5).reshape(images.shape)


CORRUPTIONS: dict[str, Corruption] = {"blur": blur, "noise": noise, "patch swap": patch_swap}
"""By name; what every image of a set suffers."""
