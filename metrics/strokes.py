"""Whether the components of an image of a stroke fit together: one straight stroke from edge to edge, one centre a column."""

from __future__ import annotations

import numpy as np

OFF_LINE = 0.25
"""Pixels: root-mean-square distance of the columns' centres from a straight line, from which on a stroke is broken."""
LEAST_INK = 0.5
"""Of a column, in those of the real strokes' mean column: with less the stroke has a gap."""


def broken_strokes(images: np.ndarray, column_ink: float) -> np.ndarray:
    """Which strokes are broken: their columns' centres of ink are off a straight line, or some column has too little ink.

    Args:
        images: pixels in [0, 1], shape (n, H, W).
        column_ink: mean ink of a column of real strokes, the sum of its pixels.

    Returns:
        mask of shape (n,).
    """
    ink = images.astype(np.float64).sum(1)  # (n, W)
    gap = (ink < LEAST_INK * column_ink).any(1)
    rows = np.arange(images.shape[1])[None, :, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        centres = (images * rows).sum(1) / ink
    places = np.linspace(-1, 1, images.shape[2])
    slope = (centres * places).sum(1) / (places**2).sum()
    residual = centres - centres.mean(1, keepdims=True) - slope[:, None] * places
    off = np.sqrt((residual**2).mean(1)) > OFF_LINE
    return gap | off


def broken_share(images: np.ndarray, column_ink: float) -> float:
    """Share of :func:`broken_strokes`, in [0, 1]; 0 for real ones."""
    return float(broken_strokes(images, column_ink).mean())
