"""Known corruptions of images: what a metric of quality must notice, by how much it is spoilt.

Every corruption takes images in [0, 1], shape (n, H, W) or (n, C, H, W), a degree and a generator of random numbers, and gives
images of the same shape. Lengths are in eighths of the image's height, so that a degree means the same on 8 × 8 and on 28 × 28.
Degree 0 changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.ndimage import gaussian_filter1d, uniform_filter

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


def masking(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """The share ``degree`` of the pixels is set to 0 (Vincent et al. 2010, section 3.3)."""
    return images * (generator.random(images.shape) >= degree)


def salt_and_pepper(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """The share ``degree`` of the pixels is set to 0 or to 1, half of it to each (Vincent et al. 2010, section 3.3)."""
    drawn = generator.random(images.shape)
    return np.where(drawn < degree / 2, 1.0, np.where(drawn < degree, 0.0, images))


def stray_pixels(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """``degree`` pixels of each image become white, at random among those whose surroundings, 3 × 3 pixels, have least ink.

    Args:
        images: see above.
        degree: a whole number of pixels, at most half of them.
        generator: draws the pixels, for each image anew.

    Raises:
        ValueError: the degree is none of those.
    """
    height, width = images.shape[-2:]
    count = int(degree)
    if count != degree or not 0 <= count <= height * width // 2:
        raise ValueError(f"{degree:g} stray pixels: a whole number from 0 to {height * width // 2}")
    stacked = images.reshape(len(images), -1, height, width)
    around = uniform_filter(stacked.mean(1), (0, 3, 3), mode="constant").reshape(len(images), -1)
    # equally empty places in random order
    order = np.lexsort((generator.random(around.shape), np.round(around, 2)), axis=1)
    spoilt = stacked.reshape(len(images), stacked.shape[1], -1).copy()
    np.put_along_axis(spoilt, order[:, None, :count], 1.0, axis=2)
    return spoilt.reshape(images.shape)


def broken_stroke(images: np.ndarray, degree: float, generator: np.random.Generator) -> np.ndarray:
    """All ink is erased within ``degree`` eighths of the height around one inked pixel of each image.

    The pixel is drawn with a probability proportional to its ink; an empty image stays as it is.
    """
    height, width = images.shape[-2:]
    stacked = images.reshape(len(images), -1, height, width)
    ink = stacked.mean(1).reshape(len(images), -1)
    drawn = generator.random((len(images), 1)) * ink.sum(1, keepdims=True)
    centre = np.minimum((ink.cumsum(1) < drawn).sum(1), height * width - 1)
    rows, columns = np.indices((height, width))
    distance = np.hypot(rows - (centre // width)[:, None, None], columns - (centre % width)[:, None, None])  # (n, H, W)
    kept = distance >= degree * eighth(images)
    return (stacked * kept[:, None]).reshape(images.shape)


CORRUPTIONS: dict[str, Corruption] = {
    "blur": blur,
    "noise": noise,
    "masking": masking,
    "salt and pepper": salt_and_pepper,
    "patch swap": patch_swap,
    "stray pixels": stray_pixels,
    "broken stroke": broken_stroke,
}
"""By name; what every image of a set suffers."""
FAMILIES: dict[str, tuple[float, ...]] = {
    "stray pixels": (1, 2, 3, 4, 6, 8, 12, 16, 24, 32),
    "broken stroke": (0.75, 1, 1.25, 1.5, 1.75, 2, 2.5, 3),
    "patch swap": (1, 2, 3, 4, 5, 6),
    "blur": (0.4, 0.5, 0.6, 0.75, 1, 1.25, 1.5, 2),
}
"""The ways of spoiling a copy of an image that judges of images are put to, with the degrees that are tried, from slight to bad."""
ALL_FAMILIES = "all"
"""In the place of one of them: of every image a copy by each."""
