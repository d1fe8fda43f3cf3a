"""Pixel distances on images whose distance is known."""

from __future__ import annotations

import numpy as np
import pytest

from metrics import pixel


def test_reconstruction_is_the_mean_euclidean_distance() -> None:
    images = np.zeros((2, 4), dtype=np.float32)
    decoded = np.array([[1, 1, 1, 1], [0, 0, 0, 0]], dtype=np.float32)
    assert pixel.reconstruction_l2(images, decoded) == pytest.approx((2 + 0) / 2)


def test_reconstruction_of_other_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        pixel.reconstruction_l2(np.zeros((2, 4)), np.zeros((2, 5)))


def test_nearest_is_the_nearest() -> None:
    training = np.array([[0.0, 0.0], [1.0, 1.0]], dtype=np.float32)
    samples = np.array([[0.0, 0.3], [1.0, 0.6]], dtype=np.float32)
    assert pixel.nearest_l2(samples, training) == pytest.approx(0.35, abs=1e-6)


def test_copies_have_distance_zero_and_batches_do_not_matter() -> None:
    training = np.random.default_rng(0).random((1200, 16)).astype(np.float32)
    assert pixel.nearest_l2(training, training) == pytest.approx(0, abs=2e-3)  # cdist by matrix product
    samples = np.random.default_rng(1).random((1200, 16)).astype(np.float32)
    whole = pixel.nearest_l2(samples, training)
    parts = [pixel.nearest_l2(samples[i : i + 300], training) for i in range(0, 1200, 300)]
    assert whole == pytest.approx(np.mean(parts), rel=1e-6)
    assert whole == pytest.approx(pixel.nearest_l2(samples[::-1], training[::-1]), rel=1e-6)
