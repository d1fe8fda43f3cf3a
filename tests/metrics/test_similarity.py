"""SSIM where it has a closed form."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.similarity import C1, C2, WINDOW_SCALE, ssim, window_size


def images(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("shape", [(5, 8, 8), (5, 28, 28), (5, 3, 9, 12), (5, 4, 6), (5, 1, 1)])
def test_identical_images_have_one(shape: tuple[int, ...]) -> None:
    assert ssim(images(0, *shape), images(0, *shape)) == pytest.approx(1)


@given(st.floats(0, 1), st.floats(0, 1))
def test_constant_images(a: float, b: float) -> None:
    """Only luminance differs: (2ab + C₁) / (a² + b² + C₁)."""
    expected = (2 * a * b + C1) / (a * a + b * b + C1)
    assert ssim(np.full((2, 8, 8), a), np.full((2, 8, 8), b)) == pytest.approx(expected, abs=1e-9)


def test_by_definition_at_one_place() -> None:
    """A 7 × 7 image has one place for the window: weighted moments written out."""
    x, y = images(0, 7, 7), images(1, 7, 7)
    squares = np.add.outer((np.arange(7) - 3.0) ** 2, (np.arange(7) - 3.0) ** 2)
    w = np.exp(-squares / (2 * WINDOW_SCALE**2))
    w /= w.sum()
    mx, my = (w * x).sum(), (w * y).sum()
    vx, vy, cxy = (w * (x - mx) ** 2).sum(), (w * (y - my) ** 2).sum(), (w * (x - mx) * (y - my)).sum()
    expected = (2 * mx * my + C1) * (2 * cxy + C2) / ((mx**2 + my**2 + C1) * (vx + vy + C2))
    assert ssim(x[None], y[None]) == pytest.approx(expected)


def test_a_negative_is_unlike() -> None:
    x = images(0, 20, 8, 8)
    assert ssim(x, 1 - x) < -0.8


def test_mean_over_images_and_channels() -> None:
    x, y = images(0, 1003, 3, 8, 8), images(1, 1003, 3, 8, 8)  # more than are taken at once
    each = [ssim(x[:, channel], y[:, channel]) for channel in range(3)]
    assert ssim(x, y) == pytest.approx(np.mean(each))
    assert ssim(x[:1], y[:1]) / 2 + ssim(x[1:2], y[1:2]) / 2 == pytest.approx(ssim(x[:2], y[:2]))


@pytest.mark.parametrize(("height", "width", "size"), [(28, 28, 7), (8, 8, 7), (7, 9, 7), (6, 20, 5), (2, 2, 1)])
def test_window_is_odd_and_fits(height: int, width: int, size: int) -> None:
    assert window_size(height, width) == size


def test_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="shapes differ"):
        ssim(images(0, 2, 8, 8), images(0, 3, 8, 8))
