"""Coverage metrics on points whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.mixtures import ring
from metrics import coverage

MEANS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
WEIGHTS = np.full(3, 1 / 3)


def points(*counts: int) -> np.ndarray:
    return np.repeat(MEANS, counts, axis=0)


def test_captured_needs_a_quarter_of_the_fair_share() -> None:
    # a quarter of 1/3 of 1200 is 100
    assert coverage.modes_captured(points(1000, 100, 100), MEANS, WEIGHTS, 1.0) == 3
    assert coverage.modes_captured(points(1002, 99, 99), MEANS, WEIGHTS, 1.0) == 1


def test_fair_share_follows_the_weights() -> None:
    weights = np.array([0.9, 0.08, 0.02])
    assert coverage.modes_captured(points(970, 25, 5), MEANS, weights, 1.0) == 3
    assert coverage.modes_captured(points(970, 25, 5), MEANS, WEIGHTS, 1.0) == 1


def test_hit_needs_one_sample_within_three_sigma() -> None:
    samples = np.array([[0.0, 2.99], [10.0, 3.01]])
    assert coverage.modes_hit(samples, MEANS, 1.0) == 1
    assert coverage.high_quality_share(samples, MEANS, 1.0) == 0.5


def test_data_have_the_share_of_a_gaussian_within_three_sigma() -> None:
    mixture = ring()
    samples = mixture.sample(100_000, np.random.default_rng(0))
    assert coverage.modes_captured(samples, mixture.means, mixture.weights, mixture.scale) == 8
    expected = 1 - np.exp(-4.5)  # two dimensions
    assert coverage.high_quality_share(samples, mixture.means, mixture.scale) == pytest.approx(expected, abs=0.002)


def test_off_support_of_data_and_of_noise() -> None:
    mixture = ring()
    level = mixture.support_level()
    samples = mixture.sample(100_000, np.random.default_rng(1))
    assert coverage.off_support_share(mixture.log_density(samples), level) == pytest.approx(0.001, abs=0.0005)
    assert coverage.off_support_share(mixture.log_density(np.zeros((10, 2))), level) == 1
