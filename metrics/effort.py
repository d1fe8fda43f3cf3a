"""What a training had cost when its samples first were good enough."""

from __future__ import annotations

import numpy as np


def cost_to_target(costs: np.ndarray, distances: np.ndarray, target: float) -> float:
    """Cost when the distance to the data first is at most the target.

    Between the moments that were looked at the distance is taken to fall evenly: else a training that is looked at less often would
    seem to cost more.

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
    first = reached[0]
    if first == 0 or np.isnan(distances[first - 1]):
        return float(costs[first])
    before = slice(first - 1, first + 1)
    return float(np.interp(-target, -distances[before], costs[before]))
