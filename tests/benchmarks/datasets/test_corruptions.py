"""Corruptions of images: each does by its degree what it says, and nothing at degree 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datasets.corruptions import (
    CORRUPTIONS,
    TILES,
    blur,
    broken_stroke,
    masking,
    noise,
    patch_swap,
    salt_and_pepper,
    stray_pixels,
)

SHAPES = [(5, 8, 8), (3, 28, 28), (4, 3, 32, 32)]


def images_of(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random(shape)


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_shape_and_range_stay_and_degree_0_changes_nothing(name: str, shape: tuple[int, ...]) -> None:
    images = images_of(shape)
    before = images.copy()
    for degree in (0, 1, 2):
        spoilt = CORRUPTIONS[name](images, degree, np.random.default_rng(1))
        assert spoilt.shape == shape and spoilt.min() >= 0 and spoilt.max() <= 1
        assert np.array_equal(spoilt, images) == (degree == 0)
    np.testing.assert_array_equal(images, before)


def test_blur_of_a_point_has_the_standard_deviation_it_says() -> None:
    point = np.zeros((1, 65, 65))
    point[0, 32, 32] = 1
    spread = blur(point, 0.5, np.random.default_rng(0))[0]
    assert spread.sum() == pytest.approx(1)
    places = np.arange(65) - 32
    assert np.sqrt((spread.sum(axis=0) * places**2).sum()) == pytest.approx(0.5 * 65 / 8, rel=0.01)


def test_noise_has_the_standard_deviation_it_says() -> None:
    grey = np.full((200, 8, 8), 0.5)
    assert noise(grey, 0.1, np.random.default_rng(0)).std() == pytest.approx(0.1, rel=0.03)


@given(pairs=st.integers(0, TILES**2 // 2), seed=st.integers(0, 100))
def test_swapped_patches_are_the_same_patches_in_so_many_other_places(pairs: int, seed: int) -> None:
    images = images_of((3, 3, 8, 8), seed)
    moved = patch_swap(images, pairs, np.random.default_rng(seed))

    def patches(of: np.ndarray) -> np.ndarray:
        tiles = of.reshape(3, 3, TILES, 2, TILES, 2).transpose(0, 2, 4, 1, 3, 5)
        return tiles.reshape(3, TILES**2, -1)

    for before, after in zip(patches(images), patches(moved), strict=True):
        assert (before != after).any(axis=1).sum() == 2 * pairs
        assert sorted(map(tuple, before)) == sorted(map(tuple, after))


@pytest.mark.parametrize(
    ("shape", "degree", "message"),
    [((2, 7, 8), 1, "7 × 8 pixels"), ((2, 8, 8), 9, "from 0 to 8"), ((2, 8, 8), 0.5, "a whole number")],
)
def test_patches_that_cannot_be_swapped(shape: tuple[int, ...], degree: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        patch_swap(images_of(shape), degree, np.random.default_rng(0))


@pytest.mark.parametrize("degree", [0.1, 0.25])
def test_masking_and_salt_and_pepper_hit_the_share_of_pixels_they_say(degree: float) -> None:
    grey = np.full((300, 8, 8), 0.5)
    masked = masking(grey, degree, np.random.default_rng(0))
    assert (masked == 0).mean() == pytest.approx(degree, rel=0.05)
    spoilt = salt_and_pepper(grey, degree, np.random.default_rng(0))
    for value in (0, 1):
        assert (spoilt == value).mean() == pytest.approx(degree / 2, rel=0.07)


@pytest.mark.parametrize("count", [1, 3, 8])
def test_stray_pixels_are_so_many_and_away_from_the_ink(count: int) -> None:
    images = np.zeros((6, 8, 8))
    images[:, 2:5, 2:4] = 0.8
    spoilt = stray_pixels(images, count, np.random.default_rng(0))
    changed = spoilt != images
    assert (changed.sum((1, 2)) == count).all()
    assert (spoilt[changed] == 1).all()
    assert not changed[:, 1:6, 1:5].any()  # the ink and what touches it


def test_stray_pixels_are_a_whole_number() -> None:
    with pytest.raises(ValueError, match=r"1.5 stray pixels: a whole number from 0 to 32"):
        stray_pixels(images_of((1, 8, 8)), 1.5, np.random.default_rng(0))


def test_a_broken_stroke_lacks_ink_around_one_inked_pixel() -> None:
    images = np.zeros((40, 8, 8))
    images[:, 3, :] = 1.0
    broken = broken_stroke(images, 1.5, np.random.default_rng(0))
    missing = images.sum((1, 2)) - broken.sum((1, 2))
    assert set(missing) <= {2.0, 3.0}  # of a horizontal stroke, at its end or within
    assert (broken[:, 3, :] <= 1).all() and (broken.sum((1, 2)) > 0).all()
    assert len({tuple(row) for row in broken[:, 3, :]}) > 3
