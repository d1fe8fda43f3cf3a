"""Rankings of two images, one real and one corrupted, by a judge."""

from __future__ import annotations

import numpy as np


def first_share(real_badness: np.ndarray, corrupted_badness: np.ndarray) -> float:
    """Share of pairs in which the real image is judged less bad than the corrupted one, ties counting half, in [0, 1].

    Args:
        real_badness: a distance, or a score turned round: larger is worse; shape (n,).
        corrupted_badness: of the corrupted image of the same pair, shape (n,).
    """
    better = real_badness < corrupted_badness
    tied = real_badness == corrupted_badness
    return float((better + 0.5 * tied).mean())


def count(made: np.ndarray) -> float:
    """Number of pairs; made of shape (n, D)."""
    return float(len(made))
