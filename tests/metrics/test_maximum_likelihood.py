"""Expected log-likelihoods against quadrature and samples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from metrics.maximum_likelihood import argmax_distance, estimate_error, expected_log_likelihood, identity_gap


@settings(max_examples=15)
@given(mean=st.floats(-2, 2), scale=st.floats(0.5, 2), mu=st.floats(-2, 2), sigma=st.floats(0.5, 2))
def test_expected_log_likelihood_by_quadrature(mean: float, scale: float, mu: float, sigma: float) -> None:
    expected, _ = quad(
        lambda x: norm.pdf(x, mean, scale) * norm.logpdf(x, mu, sigma), mean - 12 * scale, mean + 12 * scale
    )
    found = expected_log_likelihood(mean, scale**2, np.array([mu]), np.array([sigma]))
    assert found[0] == pytest.approx(expected, abs=1e-7)


def test_mean_log_likelihood_of_draws_is_that_under_their_own_distribution() -> None:
    draws = np.random.default_rng(0).exponential(size=50)
    found = expected_log_likelihood(draws.mean(), draws.var(), np.array(0.3), np.array(1.7))
    assert found == pytest.approx(norm.logpdf(draws, 0.3, 1.7).mean())


def test_the_identity_for_gaussians_in_closed_form() -> None:
    """H = ½ log 2πe, KL(N(0,1) ‖ N(μ,σ²)) = log σ + (1 + μ²) / 2σ² − ½; a wrong entropy is found out."""
    means, scales = np.linspace(-2, 2, 21)[:, None], np.geomspace(0.5, 2, 11)[None]
    likelihoods = expected_log_likelihood(0, 1, means, scales)
    divergences = np.log(scales) + (1 + means**2) / (2 * scales**2) - 0.5
    entropy = 0.5 * np.log(2 * np.pi * np.e)
    assert identity_gap(likelihoods, divergences, entropy) < 1e-12
    assert identity_gap(likelihoods, divergences, entropy + 0.1) == pytest.approx(0.1)
    assert argmax_distance(likelihoods, divergences) == 0
    assert np.unravel_index(likelihoods.argmax(), likelihoods.shape) == (10, 5)  # μ = 0, σ = 1


def test_distances() -> None:
    likelihoods, divergences = np.zeros((5, 5)), np.zeros((5, 5))
    likelihoods[1, 4], divergences[3, 3] = 1, -1
    assert argmax_distance(likelihoods, divergences) == 2
    assert estimate_error(1.5, 2.0) == 0.5
