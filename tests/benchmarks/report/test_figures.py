"""Pictures of images, grey and in colour, pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.report.figures import LINE_GREY, channels_last, mosaic, strip

GREY = np.arange(1, 25, dtype=np.uint8).reshape(4, 2, 3)
COLOUR = np.arange(72, dtype=np.uint8).reshape(4, 3, 2, 3)
EITHER = pytest.mark.parametrize("images", [GREY, COLOUR], ids=["grey", "colour"])


def test_channels_come_last() -> None:
    assert channels_last(GREY) is GREY
    drawn = channels_last(COLOUR)
    assert drawn.shape == (4, 2, 3, 3)
    assert drawn[2, 1, 0, 1] == COLOUR[2, 1, 1, 0]


@EITHER
def test_a_mosaic_holds_every_image_and_lines_between(images: np.ndarray) -> None:
    canvas = mosaic(images, side=2)
    shown = channels_last(images)
    assert canvas.shape[:2] == (2 * 3 - 1, 2 * 4 - 1)
    assert canvas.shape[2:] == images.shape[1:-2]
    for index, (top, left) in enumerate([(0, 0), (0, 4), (3, 0), (3, 4)]):
        np.testing.assert_array_equal(canvas[top : top + 2, left : left + 3], shown[index])
    assert (canvas[2] == LINE_GREY).all()
    assert (canvas[:, 3] == LINE_GREY).all()
    assert (mosaic(images[:1], side=2)[3:] == LINE_GREY).all()  # places without an image


@EITHER
def test_a_strip_holds_images_side_by_side(images: np.ndarray) -> None:
    row = strip(images)
    assert row.shape[:2] == (2, 4 * 4)
    for index, image in enumerate(channels_last(images)):
        np.testing.assert_array_equal(row[:, 4 * index : 4 * index + 3], image)
        assert (row[:, 4 * index + 3] == LINE_GREY).all()
