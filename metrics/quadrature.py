r"""True divergences of two known densities, by quadrature, in nats where they have logarithms.

The trapezoidal rule on an even lattice outside of which both densities vanish: a sum times the volume of a cell. For smooth
densities it converges faster than any power of the spacing (Trefethen and Weideman 2014). Densities are given by their logarithms,
so that a ratio stays exact where both densities are too small for a floating-point number.
"""

from __future__ import annotations

import numpy as np


def _kl(log_a: np.ndarray, log_b: np.ndarray, cell: float) -> float:
    """∫ a log(a / b); points where a vanishes add nothing."""
    there = log_a > -np.inf
    return float(cell * np.sum(np.exp(log_a[there]) * (log_a[there] - log_b[there])))


def kl_data_model(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """KL(P ‖ Q), +∞ where Q vanishes at a point of the lattice and P does not.

    Args:
        log_p: log-density of P at the points of an even lattice, shape (m,), nats.
        log_q: log-density of Q there, shape (m,).
        cell: volume that each point stands for.
    """
    return _kl(log_p, log_q, cell)


def kl_model_data(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """KL(Q ‖ P); arguments as in :func:`kl_data_model`."""
    return _kl(log_q, log_p, cell)


def jsd(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """JSD(P, Q) = ½ KL(P ‖ M) + ½ KL(Q ‖ M), M = (P + Q) / 2, in [0, log 2]; arguments as in :func:`kl_data_model`."""
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    return 0.5 * _kl(log_p, log_m, cell) + 0.5 * _kl(log_q, log_m, cell)


def jensen_shannon(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """2 JSD(P, Q), in [0, log 4]: what the f-GAN paper calls Jensen–Shannon; arguments as in :func:`kl_data_model`."""
    return 2 * jsd(log_p, log_q, cell)


def jeffrey(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """Jeffrey's divergence KL(P ‖ Q) + KL(Q ‖ P); arguments as in :func:`kl_data_model`."""
    return _kl(log_p, log_q, cell) + _kl(log_q, log_p, cell)


def pearson(log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """Pearson's χ², ∫ (p − q)² / q; arguments as in :func:`kl_data_model`.

    It is infinite where the tails of P are more than √2 times as wide as those of Q. A sum over a lattice cannot tell: it is then
    only large.
    """
    log_ratio = log_p - log_q
    near = np.exp(log_q) * np.expm1(np.minimum(log_ratio, 1)) ** 2
    with np.errstate(over="ignore"):
        far = np.exp(log_p + np.maximum(log_ratio, 1)) - 2 * np.exp(log_p) + np.exp(log_q)
    return float(cell * np.where(log_ratio < 1, near, far).sum())


def entropy(log_p: np.ndarray, cell: float) -> float:
    """Differential entropy −∫ p log p; arguments as in :func:`kl_data_model`."""
    return float(-cell * np.sum(np.exp(log_p) * log_p))


def bound(log_p: np.ndarray, log_q: np.ndarray, real: np.ndarray, fake: np.ndarray, cell: float) -> float:
    """The variational bound ∫ p T − ∫ q f*(T) of an f-divergence (Nowozin et al. 2016, eq. 4).

    Args:
        log_p: as in :func:`kl_data_model`, as are ``log_q`` and ``cell``.
        log_q: see ``log_p``.
        real: T at the points of the lattice, shape (m,).
        fake: f*(T) there, shape (m,).
        cell: see ``log_p``.
    """
    return float(cell * np.sum(np.exp(log_p) * real - np.exp(log_q) * fake))
