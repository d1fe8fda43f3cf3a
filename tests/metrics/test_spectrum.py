"""Sharpness of images whose spectrum is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.images import digits
from metrics.spectrum import high_frequency_power, sharpness


def real() -> np.ndarray:
    return digits()[1].reshape(-1, 8, 8)


def test_of_the_same_images_is_one() -> None:
    assert sharpness(real(), real()) == 1
    assert sharpness(real()[::-1], real()) == pytest.approx(1)


def test_blur_lowers_and_noise_raises_it() -> None:
    blurred = np.stack([gaussian_filter(image, 0.8) for image in real()])
    assert sharpness(blurred, real()) < 0.5
    grey = 64 + real() // 2  # room for noise on either side
    noise = np.random.default_rng(0).integers(-60, 61, grey.shape)
    assert sharpness((grey + noise).astype(np.uint8), grey) > 1.2


@pytest.mark.parametrize(("cycles", "high"), [(0.125, False), (0.1875, False), (0.25, True), (0.4375, True)])
def test_a_wave_counts_from_a_quarter_cycle_per_pixel_on(cycles: float, high: bool) -> None:
    """The transform's own waves of one frequency: power is half the squared amplitude, all of it or nothing."""
    wave = np.cos(2 * np.pi * cycles * (np.arange(16) + 0.5))
    image = np.tile(np.rint(127.5 + 120 * wave).astype(np.uint8), (1, 16, 1))
    expected = 0.5 * (120 / 255) ** 2 if high else 0
    for turned in (image, image.transpose(0, 2, 1)):
        assert high_frequency_power(turned) == pytest.approx(expected, abs=1e-3)  # grey levels are rounded


def test_white_noise_has_the_share_of_frequencies_that_are_high() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4000, 8, 8))
    k = np.arange(8) / 16
    share = (np.hypot(k[:, None], k) >= 0.25).mean()
    assert high_frequency_power(noise.astype(np.uint8)) == pytest.approx(share * (256**2 - 1) / 12 / 255**2, rel=0.01)


def test_colour_is_the_mean_of_its_channels() -> None:
    images = np.random.default_rng(0).integers(0, 256, (20, 3, 8, 8), dtype=np.uint8)
    channels = [high_frequency_power(images[:, channel]) for channel in range(3)]
    assert high_frequency_power(images) == pytest.approx(np.mean(channels))


@given(st.integers(2, 5), st.integers(0, 100))
def test_darker_by_a_factor_is_less_sharp_by_its_square(factor: int, seed: int) -> None:
    images = np.random.default_rng(seed).integers(0, 51, (10, 6, 9), dtype=np.uint8)
    assert sharpness(images * np.uint8(factor), images) == pytest.approx(factor**2)


def test_constant_real_images_are_refused() -> None:
    with pytest.raises(ValueError, match="no power above"):
        sharpness(real(), np.zeros((10, 8, 8), np.uint8))
