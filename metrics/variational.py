r"""A discriminator against its optimum between two known densities, by quadrature.

With a row f of the table of f-divergences, a critic T gives the bound (Nguyen, Wainwright and Jordan 2010)

.. math:: F(T) = \int p\, T - \int q\, f^*(T) \;\le\; D_f(P \| Q) = \int q\, f(p / q),

for the GAN's game V(D) ≤ 2 JSD − log 4, attained at D* = p / (p + q) (Goodfellow et al. 2014). Integrals are sums over an even
lattice (``metrics.quadrature``).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.special import expit

Generator = Callable[[np.ndarray], np.ndarray]
CUT = 150.0
"""A divergence must not change when log-ratios are cut at ± this or at twice as much, where their squares do not overflow yet."""
TOLERANCE = 1e-9


def optimum_error(probability: np.ndarray, log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """Mean of ``|D − p / (p + q)|`` under (P + Q) / 2, in [0, 1].

    Args:
        probability: D at the points of the lattice, shape (m,).
        log_p: log-density of P there, shape (m,), nats.
        log_q: log-density of Q there, shape (m,).
        cell: volume that each point stands for.
    """
    weight = 0.5 * (np.exp(log_p) + np.exp(log_q))
    return float(cell * np.sum(weight * np.abs(probability - expit(log_p - log_q))))


def bound(real_term: np.ndarray, fake_term: np.ndarray, log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """F(T) = ∫ p T − ∫ q f*(T).

    Args:
        real_term: T at the points of the lattice, shape (m,).
        fake_term: f*(T) there, shape (m,).
        log_p: log-density of P there, shape (m,), nats; ``log_q`` that of Q; ``cell`` as above.
    """
    p, q = np.exp(log_p), np.exp(log_q)
    # where a density underflows its term adds nothing, however large the critic is
    return float(cell * (np.sum(p[p > 0] * real_term[p > 0]) - np.sum(q[q > 0] * fake_term[q > 0])))


def f_divergence(log_p: np.ndarray, log_q: np.ndarray, cell: float, f: Generator, border: np.ndarray) -> float:
    """D_f(P ‖ Q) = ∫ q f(p / q), or +∞ where the sum cannot be trusted.

    That is where it changes by more than ``TOLERANCE`` with the place at which extreme ratios are cut off, or where the integrand
    does not vanish at the lattice's border. Then the divergence is infinite, as Pearson's is where P has the heavier tails, or too
    large for these points.

    Args:
        log_p: log-density of P at the points of an even lattice, shape (m,), nats; ``log_q`` that of Q; ``cell`` as above.
        f: the divergence's generator f(u) for u > 0, element by element.
        border: which points lie at the lattice's border, shape (m,), bool.
    """

    def terms(cut: float) -> np.ndarray:
        ratio = np.clip(log_p - log_q, -cut, cut)
        # q f(u), or p f(u) / u where u is large: the larger of the two densities does not underflow
        larger = np.exp(np.maximum(log_p, log_q))
        return cell * larger * f(np.exp(ratio)) * np.exp(-np.maximum(ratio, 0))

    with np.errstate(over="ignore", invalid="ignore"):
        values, further = terms(CUT), terms(2 * CUT)
    scale = max(1.0, float(np.abs(values).sum()))
    settled = abs(values.sum() - further.sum()) <= TOLERANCE * scale
    vanishes = np.abs(further[border]).max(initial=0.0) <= TOLERANCE * scale
    return float(values.sum()) if settled and vanishes else float("inf")


def optimum(divergence: float) -> float:
    """What the bound can attain: the divergence itself, as :func:`f_divergence` gives it."""
    return divergence


def gap(
    divergence: float, real_term: np.ndarray, fake_term: np.ndarray, log_p: np.ndarray, log_q: np.ndarray, cell: float
) -> float:
    """D_f(P ‖ Q) − F(T) ≥ 0, up to the quadrature's error; arguments as in :func:`bound`."""
    return divergence - bound(real_term, fake_term, log_p, log_q, cell)
