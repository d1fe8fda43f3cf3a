"""Attributes of single images: boxes, sheared bars, empty images."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.attributes import ATTRIBUTES, height, ink, mean_slant, mean_width, slant, width


def box(rows: int, columns: int, side: int = 24, grey: float = 0.5) -> np.ndarray:
    image = np.zeros((1, side, side))
    image[0, 3 : 3 + rows, 5 : 5 + columns] = grey
    return image


@given(rows=st.integers(1, 15), columns=st.integers(1, 15), grey=st.floats(0.1, 1))
def test_a_filled_box_is_as_wide_and_high_as_it_is(rows: int, columns: int, grey: float) -> None:
    image = box(rows, columns, grey=grey)
    assert width(image) == pytest.approx(columns) and height(image) == pytest.approx(rows)
    assert ink(image) == pytest.approx(grey * rows * columns / 24**2)


@pytest.mark.parametrize(("by", "expected"), [(0, 0), (1, 1), (-1, -1), (2, 2)])
def test_slant_is_pixels_to_the_right_per_row_upwards(by: int, expected: float) -> None:
    image = np.zeros((1, 24, 40))
    for row in range(6):
        image[0, 5 + row, 20 - by * row : 23 - by * row] = 1
    assert slant(image) == pytest.approx(expected)


def test_empty_images_have_ink_0_and_nothing_else() -> None:
    images = np.concatenate([np.zeros((1, 24, 24)), box(3, 4)])
    for name, attribute in ATTRIBUTES.items():
        first, second = attribute(images)
        assert np.isfinite(second) and (first == 0 if name == "ink" else np.isnan(first))
    assert mean_width(images) == pytest.approx(4)
    assert np.isnan(mean_slant(images[:1]))
    assert np.isnan(slant(np.full((1, 1, 5), 0.5)))  # a single row leans nowhere


def test_channels_are_averaged() -> None:
    grey = box(3, 4)
    colour = np.stack([grey, 0 * grey, 2 * grey], axis=1)
    for attribute in ATTRIBUTES.values():
        np.testing.assert_allclose(attribute(colour), attribute(grey))
