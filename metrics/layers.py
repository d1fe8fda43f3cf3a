"""How unequal the gradients of a network's layers are: where they vanish or explode from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def gradient_range(networks: Sequence[np.ndarray]) -> float:
    """Largest over smallest root-mean-square gradient of a layer, of the worse network; at least 1.

    It is the geometric mean over the course of a training.

    Args:
        networks: for each network the root-mean-square gradient of each of its layers' weights at K moments of a training, shape
            (K, L); positive.

    Raises:
        ValueError: a layer has no gradient at all.
    """
    ranges = []
    for layers in networks:
        if not (layers > 0).all():
            raise ValueError("a layer's gradient is exactly 0")
        ranges.append(float(np.exp(np.log(layers.max(1) / layers.min(1)).mean())))
    return max(ranges)
