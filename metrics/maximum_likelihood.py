r"""Maximum likelihood and Kullback–Leibler divergence, for Gaussian models of a known density.

.. math:: E_P \log q_\theta(x) = -H(P) - KL(P \| Q_\theta)

The entropy H(P) does not depend on θ: whatever maximises the expected log-likelihood minimises the divergence.
"""

from __future__ import annotations

import numpy as np


def expected_log_likelihood(mean: float, variance: float, means: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """E_P log N(x; μ, σ²) = −½ log 2πσ² − (variance + (mean − μ)²) / 2σ², nats: P enters by its mean and variance alone.

    Args:
        mean: of P.
        variance: of P.
        means: μ, shape (…).
        scales: σ, shape (…).
    """
    return -0.5 * np.log(2 * np.pi * scales**2) - (variance + (mean - means) ** 2) / (2 * scales**2)


def identity_gap(likelihoods: np.ndarray, divergences: np.ndarray, entropy: float) -> float:
    """Largest ``|E_P log q + H(P) + KL(P ‖ Q)|`` over models, nats.

    Args:
        likelihoods: expected log-likelihoods, any shape.
        divergences: KL(P ‖ Q) of the same models.
        entropy: H(P).
    """
    return float(np.abs(likelihoods + entropy + divergences).max())


def argmax_distance(likelihoods: np.ndarray, divergences: np.ndarray) -> float:
    """How many steps of the lattice of models lie between the largest likelihood and the smallest divergence, along any axis.

    Args:
        likelihoods: on a lattice of models, one axis per parameter.
        divergences: the same shape.
    """
    best = np.unravel_index(likelihoods.argmax(), likelihoods.shape)
    least = np.unravel_index(divergences.argmin(), divergences.shape)
    return float(max(abs(int(a) - int(b)) for a, b in zip(best, least, strict=True)))


def estimate_error(estimate: float, best: float) -> float:
    """``|estimate − best|``."""
    return abs(estimate - best)
