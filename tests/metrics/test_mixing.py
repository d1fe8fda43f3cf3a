"""Effective sample size against the theory of autoregressive chains; R̂."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from metrics.mixing import autocovariance, effective_samples, r_hat


def autoregressive(phi: float, chains: int, length: int, seed: int = 0) -> np.ndarray:
    """Stationary chains x_t = φ x_{t−1} + noise, whose autocorrelation at lag t is φ^t; shape (chains, length)."""
    noise = np.random.default_rng(seed).standard_normal((chains, length + 1000))
    return lfilter([1], [1, -phi], noise, axis=1)[:, 1000:]


@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.5, 0.9])
@pytest.mark.parametrize("chains", [1, 5])
def test_effective_samples_of_autoregressive_chains(phi: float, chains: int) -> None:
    """n (1 − φ) / (1 + φ), up to the estimator's spread."""
    n = 100_000
    found = [effective_samples(autoregressive(phi, chains, n // chains, seed)) for seed in range(5)]
    assert np.mean(found) == pytest.approx(n * (1 - phi) / (1 + phi), rel=0.1)


def test_effective_samples_predict_the_spread_of_means() -> None:
    """What the number is for: Var(mean) = Var(x) / effective samples."""
    many = autoregressive(0.8, 400, 2000)
    variance_of_means = many.mean(axis=1).var()
    estimated = np.mean([effective_samples(chain[None]) for chain in many])
    assert many.var() / variance_of_means == pytest.approx(estimated, rel=0.25)


def test_autocovariance_is_the_sum_over_lagged_products() -> None:
    chains = np.random.default_rng(0).standard_normal((2, 30))
    centred = chains - chains.mean(axis=1, keepdims=True)
    found = autocovariance(chains)
    for lag in (0, 1, 7, 29):
        expected = (centred[:, : 30 - lag] * centred[:, lag:]).sum(axis=1) / 30
        np.testing.assert_allclose(found[:, lag], expected, atol=1e-12)


def test_chains_in_different_places_count_for_little_and_disagree() -> None:
    alike = np.random.default_rng(0).standard_normal((4, 5000))
    assert effective_samples(alike) == pytest.approx(20_000, rel=0.1)
    assert r_hat(alike) == pytest.approx(1, abs=1e-3)
    apart = alike + 10 * np.arange(4)[:, None]
    assert effective_samples(apart) < 8
    assert r_hat(apart) == pytest.approx(np.sqrt(1 + 100 * np.arange(4).var(ddof=1)), rel=0.05)


def test_chains_that_stand_still() -> None:
    assert r_hat(np.array([[1.0] * 10, [2.0] * 10])) == np.inf
    with pytest.raises(ValueError, match="never moved"):
        effective_samples(np.ones((2, 10)))
