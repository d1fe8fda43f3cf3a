"""Whether two trainings end with the same weights."""

from __future__ import annotations

import numpy as np


def largest_difference(first: np.ndarray, second: np.ndarray) -> float:
    """Largest absolute difference of two vectors of weights, shape (m,) each; 0 only if they are equal throughout."""
    return float(np.abs(first.astype(np.float64) - second.astype(np.float64)).max())
