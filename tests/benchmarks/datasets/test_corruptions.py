"""Corruptions of images: each does by its degree what it says, and nothing at degree 0."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datasets.corruptions import CORRUPTIONS, TILES, blur, noise, patch_swap

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
