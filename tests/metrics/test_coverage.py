"""Coverage metrics on points whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.mixtures import ring
from metrics import coverage

MEANS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
WEIGHTS = np.full(3, 1 / 3)
SCALES = np.ones(3)


def points(*counts: int) -> np.ndarray:
    return np.repeat(MEANS, counts, axis=0)


def test_captured_needs_a_quarter_of_the_fair_share() -> None:
    # a quarter of 1/3 of 1200 is 100
    assert coverage.modes_captured(points(1000, 100, 100), MEANS, WEIGHTS, SCALES) == 3
    assert coverage.modes_captured(points(1002, 99, 99), MEANS, WEIGHTS, SCALES) == 1


def test_fair_share_follows_the_weights() -> None:
    weights = np.array([0.9, 0.08, 0.02])
    assert coverage.modes_captured(points(970, 25, 5), MEANS, weights, SCALES) == 3
    assert coverage.modes_captured(points(970, 25, 5), MEANS, WEIGHTS, SCALES) == 1


def test_hit_needs_one_sample_within_three_sigma() -> None:
    samples = np.array([[0.0, 2.99], [10.0, 3.01]])
    assert coverage.modes_hit(samples, MEANS, SCALES) == 1
    assert coverage.high_quality_share(samples, MEANS, SCALES) == 0.5


def test_data_have_the_share_of_a_gaussian_within_three_sigma() -> None:
    mixture = ring()
    samples = mixture.sample(100_000, np.random.default_rng(0))
    assert coverage.modes_captured(samples, mixture.means, mixture.weights, mixture.scales) == 8
    expected = 1 - np.exp(-4.5)  # two dimensions
    assert coverage.high_quality_share(samples, mixture.means, mixture.scales) == pytest.approx(expected, abs=0.002)


def test_off_support_of_data_and_of_noise() -> None:
    mixture = ring()
    level = mixture.support_level()
    samples = mixture.sample(100_000, np.random.default_rng(1))
    assert coverage.off_support_share(mixture.log_density(samples), level) == pytest.approx(0.001, abs=0.0005)
    assert coverage.off_support_share(mixture.log_density(np.zeros((10, 2))), level) == 1


def test_each_mode_has_its_own_width_and_a_sample_belongs_to_the_nearest_in_widths() -> None:
    """On the line: 0.8 is nearer to the wide mode's centre in coordinates, and 4 widths from the narrow one's."""
    means, scales = np.array([[0.0], [3.0]]), np.array([0.2, 2.0])
    assert coverage.modes_hit(np.array([[0.8]]), means, scales) == 1
    assert coverage.modes_hit(np.array([[0.8], [0.1]]), means, scales) == 2
    assert coverage.high_quality_share(np.array([[8.9], [9.1], [-0.59], [0.5]]), means, scales) == 0.75
    # the wide mode's own samples in the narrow one's place do not capture it
    samples = 3 + 2 * np.random.default_rng(0).standard_normal((10_000, 1))
    assert coverage.modes_captured(samples, means, np.full(2, 0.5), scales) == 1


def test_modes_per_chain() -> None:
    """One chain visits two modes, the other stays in the second."""
    states = np.array([[0.0, 1.0, 10.0, 9.0], [10.0, 12.0, 9.0, 10.0]])
    assert coverage.modes_per_chain(states, np.array([[0.0], [10.0]]), np.ones(2)) == 1.5


def test_mode_divergence_is_that_of_the_shares() -> None:
    assert coverage.mode_divergence(points(5, 5, 5), MEANS, WEIGHTS, SCALES) == pytest.approx(0, abs=1e-12)
    assert coverage.mode_divergence(points(9, 0, 0), MEANS, WEIGHTS, SCALES) == pytest.approx(np.log(3))
    half = coverage.mode_divergence(points(4, 4, 0), MEANS, WEIGHTS, SCALES)
    assert half == pytest.approx(np.log(3) - np.log(2))
    far = np.full((50, 2), 100.0)
    assert coverage.mode_divergence(np.concatenate([points(4, 4, 0), far]), MEANS, WEIGHTS, SCALES) == pytest.approx(
        half
    )
    assert coverage.mode_divergence(far, MEANS, WEIGHTS, SCALES) == np.inf
