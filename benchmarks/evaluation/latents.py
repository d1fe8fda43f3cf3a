"""What is known of the distributions of latent noise."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from models.base import NoiseKind


@dataclass(frozen=True)
class Latent:
    """The distribution of one latent number.

    Attributes:
        quantile: inverse distribution function, of probabilities in (0, 1), any shape.
        mean: its mean.
        spread: its standard deviation.
        reach: how many standard deviations a traversal goes to either side; of a cube to its faces.
    """

    quantile: Callable[[np.ndarray], np.ndarray]
    mean: float
    spread: float
    reach: float

    def standardised(self, probability: np.ndarray) -> np.ndarray:
        """Quantiles of the distribution of the same shape with mean 0 and standard deviation 1."""
        return (self.quantile(probability) - self.mean) / self.spread


LATENTS: dict[NoiseKind, Latent] = {
    "normal": Latent(ndtri, 0.0, 1.0, 2.0),
    "uniform": Latent(lambda u: u, 0.5, 1 / math.sqrt(12), math.sqrt(3)),
    "standardised-uniform": Latent(lambda u: math.sqrt(12) * (u - 0.5), 0.0, 1.0, math.sqrt(3)),
}
"""By kind of noise (``models.base.Noise``)."""
