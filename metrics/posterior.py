"""How near to an image the variants are that a posterior gives of it, by the yardstick of its nearest training image."""

from __future__ import annotations

import numpy as np


def nearer_share(draw_distances: np.ndarray, neighbour_distances: np.ndarray) -> float:
    """Share of variants that are nearer to their image than its nearest training image is, in [0, 1].

    Args:
        draw_distances: of K variants of each of n images to that image, shape (n, K).
        neighbour_distances: of each image to its nearest training image, shape (n,).
    """
    return float((draw_distances < neighbour_distances[:, None]).mean())


def relative_spread(draw_spreads: np.ndarray, neighbour_distances: np.ndarray) -> float:
    """Mean distance between two variants of an image over the mean distance to its nearest training image; 0 if they are all alike.

    Args:
        draw_spreads: distance between two variants of each image, shape (n,).
        neighbour_distances: of each image to its nearest training image, shape (n,).

    Raises:
        ValueError: all images are copies of training images.
    """
    scale = float(neighbour_distances.mean())
    if scale == 0:
        raise ValueError("all images are copies of training images: their distance is no yardstick")
    return float(draw_spreads.mean() / scale)
