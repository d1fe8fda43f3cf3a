"""Made images with a known relation between their components: one straight stroke from the left edge to the right.

In column j of N the centre is y_j = a + (b − a) j / (N − 1), with a and b drawn evenly and independently, and row i has the
pixel exp(−(i − y_j)² / (2 s²)). So every column for itself may look as it likes, but neighbours must fit: centres lie on a line.
"""

from __future__ import annotations

import numpy as np

SIDE = 12
MARGIN = 2.0
"""Pixels that the stroke's ends keep from the upper and the lower edge, so that no ink is cut off."""
WIDTH = 0.7
"""s, in pixels."""
TRAIN, TEST = 2_000, 1_000


def strokes(n: int, generator: np.random.Generator) -> np.ndarray:
    """n images, uint8, flattened, shape (n, SIDE²)."""
    ends = generator.uniform(MARGIN, SIDE - 1 - MARGIN, (n, 2))
    along = np.linspace(0, 1, SIDE)
    centres = ends[:, :1] + (ends[:, 1:] - ends[:, :1]) * along  # (n, columns)
    rows = np.arange(SIDE)
    ink = np.exp(-((rows[None, :, None] - centres[:, None, :]) ** 2) / (2 * WIDTH**2))
    return np.rint(255 * ink).astype(np.uint8).reshape(n, -1)
