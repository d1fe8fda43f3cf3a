"""Pictures of samples over exact densities: what is drawn is the density that the data set has."""

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
from benchmarks.report.figures import draw_mixture


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
