"""f-divergences of distributions on finitely many points: closed forms, the axioms, the bound."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.f_divergence import (
    LEAST_MASS,
    excess,
    f_divergence,
    largest_magnitude,
    random_distributions,
    shortfall,
    smallest,
    total_variation,
    vanishing,
    variational_bound,
)

P, Q = np.array([0.7, 0.3]), np.array([0.5, 0.5])


def kl(u: np.ndarray) -> np.ndarray:
    return u * np.log(u)


def test_known_values() -> None:
    """KL Σ p log(p/q); Pearson 0.2² / 0.5 twice; total variation 0.2, itself an f-divergence."""
    assert f_divergence(P, Q, kl) == pytest.approx(0.7 * np.log(1.4) + 0.3 * np.log(0.6))
    assert f_divergence(P, Q, lambda u: (u - 1) ** 2) == pytest.approx(0.16)
    assert f_divergence(P, Q, lambda u: 0.5 * abs(u - 1)) == pytest.approx(total_variation(P, Q)) == pytest.approx(0.2)


def test_vanishing_counts_functions() -> None:
    assert vanishing(np.array([0.1, 1e-9, -1e-12, 2.0])) == 2


@given(
    points=st.integers(2, 12), concentration=st.floats(0.01, 100), power=st.floats(1, 3), seed=st.integers(0, 2**32 - 1)
)
def test_no_convex_f_gives_less_than_zero(points: int, concentration: float, power: float, seed: int) -> None:
    """Jensen's inequality, for f(u) = |u − 1|^power, and for u log u; 0 of a distribution from itself."""
    generator = np.random.default_rng(seed)
    p, q = (random_distributions(points, concentration, 5, generator) for _ in range(2))
    for f in (kl, lambda u: np.abs(u - 1) ** power):
        assert (f_divergence(p, q, f) >= -1e-12).all()
        assert f_divergence(p, p, f) == pytest.approx(np.zeros(5), abs=1e-15)


@given(points=st.integers(2, 12), concentration=st.floats(0.001, 100), seed=st.integers(0, 2**32 - 1))
def test_random_distributions_are_distributions(points: int, concentration: float, seed: int) -> None:
    drawn = random_distributions(points, concentration, 7, np.random.default_rng(seed))
    assert drawn.shape == (7, points)
    assert drawn.sum(axis=1) == pytest.approx(np.ones(7))
    assert (drawn > 0.9 * LEAST_MASS).all()


def test_small_concentrations_are_nearly_degenerate() -> None:
    drawn = random_distributions(5, 0.01, 200, np.random.default_rng(0))
    assert np.median(drawn.max(axis=1)) > 0.99
    assert drawn.min() < 1e-11


@given(real=st.lists(st.floats(-5, 5), min_size=2, max_size=2))
def test_bound_of_kl_is_below_it_and_tight_at_the_optimum(real: list[float]) -> None:
    """f*(t) = exp(t − 1), T* = 1 + log(p / q)."""
    t = np.array(real)
    true = f_divergence(P, Q, kl)
    assert variational_bound(P, Q, t, np.exp(t - 1)) <= true + 1e-12
    best = 1 + np.log(P / Q)
    assert variational_bound(P, Q, best, np.exp(best - 1)) == pytest.approx(true)


def test_summaries() -> None:
    values = np.array([[0.5, -0.25], [0.0, 2.0]])
    assert (shortfall(values), excess(values), largest_magnitude(values), smallest(values)) == (0.25, 2.0, 2.0, -0.25)
    assert shortfall(np.array([0.1])) == excess(np.array([-0.1])) == 0
