r"""True Kullback–Leibler and Jensen–Shannon divergences of two known densities, by quadrature, in nats.

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
