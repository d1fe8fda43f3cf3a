"""Mixtures on the line: moments, distribution function, quantiles."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from benchmarks.datasets.line import cdf, gaussian_like, moments, quantile_bracket, require_line
from benchmarks.datasets.mixtures import GaussianMixture, comb_1d, pair_1d, ring

ON_LINE = pytest.mark.parametrize("mixture", [pair_1d(), comb_1d()], ids=["pair-1d", "comb-1d"])


def test_moments_by_hand() -> None:
    """0.33 (−1) + 0.67 · 2; the comb is symmetric with variance (4 + 1 + 0 + 1 + 4) / 5 + 0.01."""
    mean, variance = moments(pair_1d())
    assert mean == pytest.approx(1.01)
    assert variance == pytest.approx(0.33 * (0.255**2 + 2.01**2) + 0.67 * (2 + 0.99**2))
    assert moments(comb_1d()) == pytest.approx((0, 2.01))


@ON_LINE
def test_the_distribution_functions_slope_is_the_density(mixture: GaussianMixture) -> None:
    x, step = np.linspace(-4, 4, 101), 1e-5
    slope = (cdf(mixture, x + step) - cdf(mixture, x - step)) / (2 * step)
    np.testing.assert_allclose(slope, np.exp(mixture.log_density(x[:, None])), atol=1e-6)


@ON_LINE
def test_draws_follow_the_distribution_function(mixture: GaussianMixture) -> None:
    draws = mixture.sample(5000, np.random.default_rng(0))[:, 0].astype(np.float64)
    assert stats.kstest(draws, lambda x: cdf(mixture, x)).pvalue > 0.001


@ON_LINE
def test_quantiles_lie_in_their_bracket(mixture: GaussianMixture) -> None:
    u = np.array([1e-9, 0.01, 0.2, 0.5, 0.8, 0.99, 1 - 1e-9])
    low, high = quantile_bracket(mixture, u)
    assert (cdf(mixture, low) <= u + 1e-15).all()
    assert (cdf(mixture, high) >= u - 1e-15).all()


def test_gaussian_like_is_the_normal_distribution() -> None:
    x = np.linspace(-3, 3, 7)
    found = gaussian_like(pair_1d(), 0.5, 1.5)
    np.testing.assert_allclose(found.log_density(x[:, None]), stats.norm.logpdf(x, 0.5, 1.5))
    assert found.window == pair_1d().window


def test_the_plane_is_refused() -> None:
    assert require_line(pair_1d()).dimensions == 1
    for other in (ring(), None):
        with pytest.raises(ValueError, match="only for mixtures on the line"):
            require_line(other)
