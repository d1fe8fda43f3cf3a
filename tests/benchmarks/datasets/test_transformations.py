"""Transformations by known amounts: on shapes whose result is known, and that the amount for nothing does nothing."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.transformations import TRANSFORMATIONS, faded, padded, sheared, stretched
from metrics.attributes import ATTRIBUTES, height, slant, width


def box() -> np.ndarray:
    image = np.zeros((2, 33, 33))
    image[:, 12:21, 14:19] = 0.8
    return image


@pytest.mark.parametrize("name", TRANSFORMATIONS)
@pytest.mark.parametrize("shape", [(3, 8, 8), (2, 3, 10, 12)])
def test_the_amount_for_nothing_does_nothing(name: str, shape: tuple[int, ...]) -> None:
    images, known = np.random.default_rng(0).random(shape), TRANSFORMATIONS[name]
    np.testing.assert_allclose(known.function(images, known.nothing), images, atol=1e-12)
    assert known.nothing in known.amounts and known.attribute in ATTRIBUTES
    assert list(known.amounts) == sorted(known.amounts)


def test_a_box_is_stretched_and_sheared_as_told() -> None:
    assert width(stretched(box(), 2.0, axis=1)) == pytest.approx(10, rel=0.05)
    assert height(stretched(box(), 2.0, axis=1)) == pytest.approx(height(box()))
    assert height(stretched(box(), 0.5, axis=0)) == pytest.approx(4.5, rel=0.15)
    assert slant(sheared(box(), 0.5)) == pytest.approx(0.5, rel=0.01)
    assert slant(sheared(box(), -0.25)) == pytest.approx(-0.25, rel=0.01)


def test_fading_scales_and_clips() -> None:
    assert faded(box(), 0.5).max() == pytest.approx(0.4) and faded(box(), 2.0).max() == 1


def test_the_rim_is_black_and_half_as_wide() -> None:
    images = np.ones((2, 3, 8, 6))
    rim = padded(images)
    assert rim.shape == (2, 3, 16, 12) and rim.sum() == images.sum()
