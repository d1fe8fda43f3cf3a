"""What a training had cost when its samples first were good enough."""

from __future__ import annotations

import numpy as np


def cost_to_target(costs: np.ndarray, distances: np.ndarray, target: float) -> float:
    """Cost at the first moment at which the distance to the data is at most the target.

    Args:
        costs: at K moments, ascending, shape (K,).
        distances: of samples to the data then, NaN where there are none yet, shape (K,).
        target: in the distance's unit.

    Raises:
        ValueError: the target is never reached.
    """
    reached = np.flatnonzero(distances <= target)
    if not len(reached):
        raise ValueError(f"no moment of the training reached {target:g}; the best was {np.nanmin(distances):.3g}")
    return float(costs[reached[0]])
