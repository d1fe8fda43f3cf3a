"""How evenly decoded data change along straight lines between codes.

A path is a sequence of data decoded at equal steps from one code to another. For a plain blend of the two ends both numbers are 1.
"""

from __future__ import annotations

import numpy as np


def _steps(paths: np.ndarray) -> np.ndarray:
    return np.linalg.norm(np.diff(paths.astype(np.float64), axis=1), axis=-1)


def path_length_ratio(paths: np.ndarray) -> float:
    """Mean over paths of their length relative to the straight distance of their ends, at least 1.

    Args:
        paths: shape (m, T, D), T ≥ 2. A path whose ends coincide is left out.

    Raises:
        ValueError: the ends of all paths coincide.
    """
    straight = np.linalg.norm(paths[:, -1].astype(np.float64) - paths[:, 0], axis=-1)
    apart = straight > 0
    if not apart.any():
        raise ValueError("the ends of all paths coincide")
    return float((_steps(paths)[apart].sum(1) / straight[apart]).mean())


def largest_step_ratio(paths: np.ndarray) -> float:
    """Mean over paths of their largest step relative to their mean step: 1 for even change, T − 1 for one jump.

    Args:
        paths: shape (m, T, D), T ≥ 2. A path that does not move is left out.

    Raises:
        ValueError: no path moves.
    """
    steps = _steps(paths)
    moving = steps.sum(1) > 0
    if not moving.any():
        raise ValueError("no path moves")
    return float((steps[moving].max(1) / steps[moving].mean(1)).mean())
