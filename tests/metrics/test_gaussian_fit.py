"""Searches for the nearest Gaussian, on divergences whose minima are known."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.gaussian_fit import count_distinct, mean, minima, scale, slack


def kl_from_gaussian(mu: float, sigma: float) -> float:
    """KL(N(1, 2²) ‖ N(mu, sigma²))."""
    return float(np.log(sigma / 2) + (4 + (mu - 1) ** 2) / (2 * sigma**2) - 0.5)


def test_the_minimum_of_a_closed_form() -> None:
    found = minima(kl_from_gaussian, np.array([[0.0, 1.0], [5.0, 0.3], [-4.0, 9.0]]))
    np.testing.assert_allclose(found, [[1, 2, 0]] * 3, atol=1e-4)
    assert count_distinct(found) == 1


def test_local_minima_are_told_apart_and_the_smallest_comes_first() -> None:
    def two_wells(mu: float, sigma: float) -> float:
        return min((mu - 3) ** 2 + 0.5, (mu + 3) ** 2) + np.log(sigma) ** 2

    found = minima(two_wells, np.array([[2.0, 1.0], [-2.0, 1.0], [4.0, 2.0]]))
    np.testing.assert_allclose(found[:, 0], [-3, 3, 3], atol=1e-4)
    assert count_distinct(found) == 2


def test_starts_at_which_the_divergence_is_infinite_are_left_out() -> None:
    def walled(mu: float, sigma: float) -> float:
        return kl_from_gaussian(mu, sigma) if sigma > 1.5 else float("inf")

    found = minima(walled, np.array([[0.0, 1.0], [0.0, 1.6]]))
    np.testing.assert_allclose(found, [[1, 2, 0]], atol=1e-4)


def test_parameters() -> None:
    assert (mean(np.array([1.0, -2.0])), scale(np.array([1.0, -2.0]))) == (1, 2)
    assert slack(0.5, 0.4) == pytest.approx(0.1)
