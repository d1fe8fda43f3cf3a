"""Inverse transform, rejection and Metropolis–Hastings on densities whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import ndtr, ndtri

from metrics.kolmogorov import ks_p_value
from metrics.mixing import effective_samples
from metrics.sampling_methods import (
    acceptance_gap,
    acceptance_rate,
    inverse_transform,
    inversion_error,
    metropolis,
    rejection,
)


@given(u=st.lists(st.floats(1e-6, 1 - 1e-6), min_size=1, max_size=20), tolerance=st.floats(1e-9, 0.1))
def test_inverse_transform_of_the_normal_distribution(u: list[float], tolerance: float) -> None:
    low, high = np.full(len(u), -10.0), np.full(len(u), 10.0)
    found = inverse_transform(ndtr, np.array(u), low, high, tolerance)
    assert np.abs(found - ndtri(u)).max() <= tolerance + 1e-10  # rounding of the distribution function
    assert (low == -10).all()  # what was given is not changed
    assert inversion_error(ndtr(found), np.array(u)) <= 0.4 * tolerance + 1e-10


def narrow(x: np.ndarray) -> np.ndarray:
    """N(0.5, 0.5²), within 2 exp(0.5² / 1.5) of a standard normal: its ratio has its maximum at x = 2/3."""
    return stats.norm.logpdf(x, 0.5, 0.5)


LOG_M = np.log(2) + 0.5**2 / 1.5


def test_rejection_accepts_one_in_m_and_draws_from_the_density() -> None:
    n = 20_000
    outcome = rejection(narrow, 0.0, 1.0, LOG_M + 1e-9, n, np.random.default_rng(0))
    assert outcome.draws.shape == (n,)
    assert outcome.accepted >= n
    rate, expected = acceptance_rate(outcome.accepted, outcome.proposed), np.exp(-LOG_M)
    assert abs(rate - expected) < 4 * np.sqrt(expected * (1 - expected) / outcome.proposed)
    assert acceptance_gap(outcome.accepted, outcome.proposed, LOG_M) == pytest.approx(rate - expected)
    assert ks_p_value(stats.norm.cdf(outcome.draws, 0.5, 0.5), n) > 0.001
    # a looser envelope accepts fewer, of the same distribution
    loose = rejection(narrow, 0.0, 1.0, LOG_M + np.log(3), n, np.random.default_rng(1))
    assert loose.accepted / loose.proposed == pytest.approx(expected / 3, rel=0.05)
    assert ks_p_value(stats.norm.cdf(loose.draws, 0.5, 0.5), n) > 0.001


def test_an_envelope_that_is_too_low_is_refused() -> None:
    with pytest.raises(ValueError, match="too low by a factor of"):
        rejection(narrow, 0.0, 1.0, LOG_M - 0.1, 10, np.random.default_rng(0))


def test_metropolis_draws_from_the_density_and_starts_do_not_matter() -> None:
    chains, accepted = metropolis(narrow, np.array([-5.0, 0.5, 5.0]), 1.2, 6000, np.random.default_rng(0))
    assert chains.shape == (3, 6000)
    uniforms = stats.norm.cdf(chains[:, 1000:], 0.5, 0.5)
    effective = effective_samples(uniforms)
    assert 1000 < effective < 6000
    assert ks_p_value(uniforms.ravel(), effective) > 0.001
    assert 0.3 < acceptance_rate(accepted, chains.size) < 0.6
    moved = (np.diff(chains, axis=1) != 0).sum()
    assert accepted - 3 <= moved <= accepted


def test_acceptance_of_metropolis_on_a_normal_distribution() -> None:
    """2/π arctan(2 / step) in standard deviations (Gelman, Roberts and Gilks 1996)."""
    for step in (0.5, 2.4):
        chains, accepted = metropolis(
            lambda x: -0.5 * x**2, np.random.default_rng(1).standard_normal(50), step, 2000, np.random.default_rng(0)
        )
        assert accepted / chains.size == pytest.approx(2 / np.pi * np.arctan(2 / step), abs=0.01)


def test_metropolis_with_small_steps_stays_in_its_mode() -> None:
    def log_density(x: np.ndarray) -> np.ndarray:
        return np.logaddexp(-0.5 * (x + 10) ** 2, -0.5 * (x - 10) ** 2)

    chains, _ = metropolis(log_density, np.array([-10.0, 10.0]), 1.0, 3000, np.random.default_rng(0))
    assert chains[0].max() < 0 < chains[1].min()
    assert effective_samples(chains) < 4
