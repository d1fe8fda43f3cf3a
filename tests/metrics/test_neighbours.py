"""Distances to a training set on points whose place is known."""

from __future__ import annotations

import numpy as np
import pytest

from metrics import neighbours

LINE = np.arange(10, dtype=np.float32)[:, None]


def test_the_nearest_come_first_and_are_named() -> None:
    distances, which = neighbours.nearest_examples(np.array([[2.2], [-1.0]], dtype=np.float32), LINE, 2)
    np.testing.assert_allclose(distances, [[0.2, 0.8], [1.0, 2.0]], atol=1e-5)
    np.testing.assert_array_equal(which, [[2, 3], [0, 1]])


def test_batches_do_not_matter() -> None:
    points = np.random.default_rng(0).random((neighbours.AT_ONCE + 7, 3)).astype(np.float32)
    whole = neighbours.nearest_distances(points, LINE.repeat(3, 1), 3)
    np.testing.assert_allclose(whole[-7:], neighbours.nearest_distances(points[-7:], LINE.repeat(3, 1), 3), rtol=1e-5)


def test_a_pool_too_small_is_refused() -> None:
    with pytest.raises(ValueError, match="3 examples have no 4 nearest ones"):
        neighbours.nearest_distances(LINE, LINE[:3], 4)


def test_a_hundredth_of_held_out_data_is_off_the_support() -> None:
    distances = np.random.default_rng(0).random(10_000)
    radius = neighbours.support_radius(distances)
    assert neighbours.off_data_share(distances / radius) == pytest.approx(0.01, abs=1e-3)
    assert neighbours.off_data_share((distances + 1) / radius) == 1.0


def test_novelty_of_copies_of_data_and_of_strangers() -> None:
    held_out = np.random.default_rng(0).random(500)
    assert neighbours.novelty(np.zeros(50), held_out) == 0.0
    assert neighbours.novelty(held_out, held_out) == pytest.approx(0.5)
    assert neighbours.novelty(held_out + 2, held_out) == 1.0
    assert neighbours.relative_distance(np.zeros(50), held_out) == 0.0
    assert neighbours.relative_distance(3 * held_out, held_out) == pytest.approx(3)


def test_copies_are_no_yardstick() -> None:
    with pytest.raises(ValueError, match="no yardstick"):
        neighbours.relative_distance(np.ones(3), np.zeros(3))


def test_near_one_example_or_between_two() -> None:
    ratios = neighbours.nearest_to_second(np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [1.0, 4.0]]))
    np.testing.assert_allclose(ratios, [0, 1, 1, 0.25])
