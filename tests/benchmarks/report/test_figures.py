"""Pictures: images pixel by pixel, and samples over the exact density that the data set has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import PatchCollection, PolyCollection
from matplotlib.patches import StepPatch

from benchmarks.datasets import load
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.outputs import dataset_facts
from benchmarks.report.figures import LINE_GREY, channels_last, draw_mixture, mosaic, set_range, strip

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


@pytest.fixture
def axes() -> Iterator[Axes]:
    figure, axes = plt.subplots()
    yield axes
    plt.close(figure)


def drawn(name: str, axes: Axes) -> GaussianMixture:
    """Draw 2000 test points of a data set from facts as ``run.json`` holds them."""
    data = load(name, Path(), offline=True)
    draw_mixture(axes, {"points": data.test[:2000]}, json.loads(json.dumps(dataset_facts(data))))
    assert data.density is not None
    return data.density


def test_line_is_a_histogram_of_area_one_over_the_density(axes: Axes) -> None:
    density = drawn("pair-1d", axes)
    (steps,) = [patch for patch in axes.patches if isinstance(patch, StepPatch)]
    heights, edges, _ = steps.get_data()
    assert (heights * np.diff(edges)).sum() == pytest.approx(1, abs=0.01)
    (shade,) = [c for c in axes.collections if isinstance(c, PolyCollection)]
    curve = np.asarray(shade.get_paths()[0].vertices)
    above = curve[curve[:, 1] > 0]
    np.testing.assert_allclose(above[:, 1], np.exp(density.log_density(above[:, :1])), rtol=1e-9)


def test_curve_is_an_image_of_the_density(axes: Axes) -> None:
    density = drawn("spiral", axes)
    (image,) = axes.images
    values = np.asarray(image.get_array())
    at = np.linspace(-density.window, density.window, len(values))
    # rows are the second coordinate, from below
    for row, column in ((120, 160), (60, 140), (185, 90)):
        exact = np.exp(density.log_density(np.array([[at[column], at[row]]])))[0]
        assert values[row, column] == pytest.approx(exact, rel=1e-9)


def test_modes_are_circles_of_their_own_size(axes: Axes) -> None:
    density = drawn("unequal-pair", axes)
    rings = [c for c in axes.collections if isinstance(c, PatchCollection)]
    assert [len(c.get_paths()) for c in rings] == [2, 2, 2]
    widths = [np.ptp(np.asarray(c.get_paths()[0].vertices)[:, 0]) / 2 for c in rings]
    assert widths == pytest.approx([density.scales[0] * k for k in (1, 2, 3)], rel=1e-6)


def test_values_that_are_not_finite_do_not_set_a_range(axes: Axes) -> None:
    """Real images may have no finite value of a metric."""
    before = axes.get_xlim()
    set_range(axes, "sharpness", np.array([np.nan, np.inf]))
    assert axes.get_xlim() == before
    set_range(axes, "sharpness", np.array([np.nan, 1.0, 2.0]))
    low, high = axes.get_xlim()
    assert low < 1 < 2 < high < 3
