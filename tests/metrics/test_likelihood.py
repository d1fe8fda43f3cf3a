"""Bounds and active units against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from torch import tensor
from torch.distributions import Normal, kl_divergence

from metrics.likelihood import active_units, elbo, importance_weighted_elbo, posterior_collapsed, posterior_kl


def test_exact_weights_give_the_likelihood_in_both_bounds() -> None:
    weights = np.tile(np.array([-1.0, -3.0, 2.5]), (7, 1))
    assert elbo(weights) == pytest.approx(-0.5)
    assert importance_weighted_elbo(weights) == pytest.approx(-0.5)


def test_the_weighted_bound_of_gaussian_log_weights() -> None:
    """log w ~ N(m, s²): the mean is m, the log of the mean weight m + s²/2; one draw gives the ELBO itself."""
    weights = np.random.default_rng(0).normal(-2.0, 0.5, (20_000, 40))
    assert elbo(weights) == pytest.approx(-2.0, abs=0.01)
    assert importance_weighted_elbo(weights) == pytest.approx(-2.0 + 0.125, abs=0.01)
    assert importance_weighted_elbo(weights[:1]) == pytest.approx(elbo(weights[:1]))


def test_weights_that_would_overflow() -> None:
    assert importance_weighted_elbo(np.array([[-2000.0], [-2000.0]])) == pytest.approx(-2000.0)


def test_posterior_kl_is_pytorchs() -> None:
    generator = np.random.default_rng(1)
    mean, log_variance = generator.normal(size=(5, 3)), generator.normal(size=(5, 3))
    expected = kl_divergence(Normal(tensor(mean), tensor(np.exp(log_variance / 2))), Normal(0.0, 1.0)).sum(1).mean()
    assert posterior_kl(mean, log_variance) == pytest.approx(float(expected))


def test_active_units_and_collapse() -> None:
    means = np.random.default_rng(2).normal(size=(1000, 3)) * np.array([1.0, 0.05, 0.3]) + 7
    assert active_units(means) == 2
    assert posterior_collapsed(means) == 0
    assert posterior_collapsed(0.01 * means) == 1
