"""Three ways to draw from a density that is known: inverse transform, rejection, Metropolis–Hastings.

Their textbook is Robert and Casella, *Monte Carlo Statistical Methods* (2nd ed. 2004), chapters 2 and 7.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Function = Callable[[np.ndarray], np.ndarray]

PROPOSED_AT_ONCE = 10_000


def inverse_transform(cdf: Function, u: np.ndarray, low: np.ndarray, high: np.ndarray, tolerance: float) -> np.ndarray:
    """CDF⁻¹(u) by bisection: of uniform u it has the distribution that the CDF belongs to.

    Args:
        cdf: continuous distribution function, (n,) → (n,), not decreasing.
        u: in (0, 1), shape (n,).
        low: points with CDF ≤ u, shape (n,).
        high: points with CDF ≥ u, shape (n,).
        tolerance: largest distance of a result from the true quantile, positive; no less than rounding allows.

    Returns:
        shape (n,), float64.
    """
    low, high = np.array(low, dtype=np.float64), np.array(high, dtype=np.float64)
    while (high - low).max() > 2 * tolerance:
        middle = 0.5 * (low + high)
        below = cdf(middle) < u
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return 0.5 * (low + high)


@dataclass(frozen=True)
class Accepted:
    """Outcome of rejection sampling.

    Attributes:
        draws: n accepted proposals, shape (n,).
        accepted: how many were accepted in all, at least n.
        proposed: how many were proposed.
    """

    draws: np.ndarray
    accepted: int
    proposed: int


def rejection(
    log_density: Function, centre: float, scale: float, log_envelope: float, n: int, generator: np.random.Generator
) -> Accepted:
    """n draws by rejection (von Neumann 1951): x ~ g is accepted with probability p(x) / (M g(x)).

    The proposal g is N(centre, scale²); of proposals the share 1 / M is accepted.

    Args:
        log_density: of p, normalised, (m,) → (m,), nats.
        centre: mean of g.
        scale: standard deviation of g, positive.
        log_envelope: log M, with p ≤ M g everywhere.
        n: draws wanted.
        generator: of the random numbers.

    Raises:
        ValueError: p > M g at a proposal: M is no envelope.
    """
    kept: list[np.ndarray] = []
    accepted = proposed = 0
    while accepted < n:
        z = generator.standard_normal(PROPOSED_AT_ONCE)
        x = centre + scale * z
        log_ratio = log_density(x) - (log_normal(z) - np.log(scale)) - log_envelope
        if log_ratio.max() > 0:
            raise ValueError(
                f"the envelope is too low by a factor of {np.exp(log_ratio.max()):.3g}; raise log_envelope"
            )
        kept.append(x[np.log(generator.random(PROPOSED_AT_ONCE)) < log_ratio])
        accepted += len(kept[-1])
        proposed += PROPOSED_AT_ONCE
    return Accepted(np.concatenate(kept)[:n], accepted, proposed)


def log_normal(z: np.ndarray) -> np.ndarray:
    """Log-density of N(0, 1), nats."""
    return -0.5 * z**2 - 0.5 * np.log(2 * np.pi)


def metropolis(
    log_density: Function, start: np.ndarray, step: float, steps: int, generator: np.random.Generator
) -> tuple[np.ndarray, int]:
    """Random-walk Metropolis chains (Metropolis et al. 1953; Hastings 1970), each on its own.

    From x it is proposed to go to x + step · N(0, 1); that is done with probability min(1, p(proposal) / p(x)), otherwise the chain
    stays and x counts once more.

    Args:
        log_density: of p up to a constant, (C,) → (C,), nats.
        start: where the C chains begin, shape (C,); not itself a part of the chains.
        step: standard deviation of a proposed move, positive.
        steps: length of the chains.
        generator: of the random numbers.

    Returns:
        the chains, shape (C, steps), and how many of the C · steps proposals were accepted.
    """
    chains = np.empty((len(start), steps))
    moves = step * generator.standard_normal((steps, len(start)))
    log_uniform = np.log(generator.random((steps, len(start))))
    x, log_p, accepted = np.array(start, dtype=np.float64), log_density(start), 0
    for t in range(steps):
        proposal = x + moves[t]
        log_proposal = log_density(proposal)
        go = log_uniform[t] < log_proposal - log_p
        x, log_p = np.where(go, proposal, x), np.where(go, log_proposal, log_p)
        chains[:, t] = x
        accepted += int(go.sum())
    return chains, accepted


def acceptance_rate(accepted: int, proposed: int) -> float:
    """Share of proposals that were accepted, in [0, 1]."""
    return accepted / proposed


def acceptance_gap(accepted: int, proposed: int, log_envelope: float) -> float:
    """Share of proposals that rejection sampling accepted, less the share 1 / M that theory gives."""
    return accepted / proposed - float(np.exp(-log_envelope))


def inversion_error(uniforms: np.ndarray, drawn: np.ndarray) -> float:
    """Largest ``|CDF(CDF⁻¹(u)) − u|``; both of shape (n,)."""
    return float(np.abs(uniforms - drawn).max())
