"""Retrieval, variants, rankings, layers and effort on small cases that can be counted."""

from __future__ import annotations

import numpy as np
import pytest

from metrics import effort, layers, pairs, pixel, posterior, retrieval


def test_retrieval_counts_other_classes_among_the_ten_nearest() -> None:
    pool = np.arange(20, dtype=float)[:, None]
    labels = np.repeat([0, 1], 10)
    assert retrieval.retrieval_error(np.array([[4.4]]), np.array([0]), pool, labels) == 0.0
    assert retrieval.retrieval_error(np.array([[9.5]]), np.array([0]), pool, labels) == 0.5
    assert retrieval.retrieval_error(np.array([[4.4], [9.5]]), np.array([1, 0]), pool, labels) == 0.75


def test_variants_by_the_yardstick_of_the_neighbour() -> None:
    draws = np.array([[0.5, 2.0], [0.1, 0.2]])
    assert posterior.nearer_share(draws, np.array([1.0, 1.0])) == 0.75
    assert posterior.relative_spread(np.array([1.0, 3.0]), np.array([2.0, 6.0])) == 0.5
    with pytest.raises(ValueError, match="no yardstick"):
        posterior.relative_spread(np.ones(2), np.zeros(2))


def test_rankings_count_ties_half() -> None:
    assert pairs.first_share(np.array([1.0, 2.0, 3.0, 1.0]), np.array([2.0, 1.0, 3.0, 5.0])) == 0.625


def test_range_of_layers_is_that_of_the_worse_network() -> None:
    even, uneven = np.ones((2, 3)), np.array([[1.0, 10.0], [1.0, 1000.0]])
    assert layers.gradient_range([even, even]) == 1.0
    assert layers.gradient_range([even, uneven]) == pytest.approx(100.0)
    with pytest.raises(ValueError, match="exactly 0"):
        layers.gradient_range([np.array([[0.0, 1.0]])])


def test_cost_is_that_of_the_first_crossing_of_the_target() -> None:
    costs, distances = np.array([1.0, 2.0, 3.0, 4.0]), np.array([np.nan, 0.5, 0.1, 0.3])
    assert effort.cost_to_target(costs, distances, 0.5) == 2.0
    assert effort.cost_to_target(costs, distances, 0.3) == pytest.approx(2.5)
    assert effort.cost_to_target(costs, distances, 0.1) == pytest.approx(3.0)
    assert effort.cost_to_target(costs[1:], distances[1:], 0.6) == 2.0
    with pytest.raises(ValueError, match=r"no moment of the training reached 0.05; the best was 0\.1"):
        effort.cost_to_target(costs, distances, 0.05)


@pytest.mark.parametrize("every", [1, 2, 5])
def test_cost_does_not_depend_on_how_often_a_training_is_looked_at(every: int) -> None:
    costs = np.arange(0.0, 101.0)[::every]
    assert effort.cost_to_target(costs, 1 - costs / 100, 0.37) == pytest.approx(63)


def test_missed_variance_of_perfect_and_of_mean_images() -> None:
    images = np.random.default_rng(0).random((50, 8))
    assert pixel.unexplained_share(images, images) == 0.0
    assert pixel.unexplained_share(images, np.broadcast_to(images.mean(0), images.shape)) == pytest.approx(1.0)
    with pytest.raises(ValueError, match="all images are the same"):
        pixel.unexplained_share(np.ones((3, 2)), np.ones((3, 2)))


def test_squared_error_is_per_pixel() -> None:
    images, decoded = np.zeros((2, 4)), np.array([[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.0]])
    assert pixel.reconstruction_mse(images, decoded) == 0.5
    with pytest.raises(ValueError, match="shapes differ"):
        pixel.reconstruction_mse(np.zeros((2, 4)), np.zeros((2, 5)))
