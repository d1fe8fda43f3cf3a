"""Precision, recall, density and coverage where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.manifold import density_coverage, precision_recall


def gaussian(seed: int, n: int, dimensions: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dimensions))


def test_identical_sets() -> None:
    a = gaussian(0, 200)
    assert precision_recall(a, a) == (1, 1)
    density, coverage = density_coverage(a, a)
    assert coverage == 1
    assert 1 <= density <= 6 / 5  # a ball of k = 5 holds its centre, four neighbours, and the fifth up to rounding


def test_disjoint_sets() -> None:
    a = gaussian(0, 200)
    assert precision_recall(a + 100, a) == (0, 0)
    assert density_coverage(a + 100, a) == (0, 0)


def test_on_a_line_by_hand() -> None:
    """Reference 0, 1, 2, 3, 100 with k = 1: radii 1, 1, 1, 1, 97."""
    reference = np.array([[0.0], [1.0], [2.0], [3.0], [100.0]])
    samples = np.array([[0.5], [50.0], [-7.0]])
    # radii of the samples with k = 1: 7.5, 49.5, 7.5
    precision, recall = precision_recall(samples, reference, k=1)
    assert precision == pytest.approx(2 / 3)  # 0.5 and, within the outlier's ball, 50
    assert recall == pytest.approx(4 / 5)  # 100 is 50 away from 50
    # 0.5 is strictly within the balls of 0 and 1, 50 within that of 100, -7 in none
    assert density_coverage(samples, reference, k=1) == pytest.approx((3 / 3, 3 / 5))


def test_collapse_is_precise_and_without_recall() -> None:
    data = gaussian(0, 300)
    collapsed = data[0] + 1e-3 * gaussian(1, 300)
    precision, recall = precision_recall(collapsed, data)
    assert precision == 1
    assert recall < 0.02
    assert density_coverage(collapsed, data).coverage < 0.1


@pytest.mark.parametrize("dimensions", [2, 10])
def test_expectations_for_equal_distributions(dimensions: int) -> None:
    """Whatever the distribution (Naeem et al. 2020, section 3.4): E density = 1, E coverage = 1 − Π (n − i) / (2n − i)."""
    n, k, repeats = 100, 5, 60
    values = [
        density_coverage(gaussian(2 * i, n, dimensions), gaussian(2 * i + 1, n, dimensions)) for i in range(repeats)
    ]
    density, coverage = np.mean(values, axis=0)
    error = np.std(values, axis=0) / np.sqrt(repeats)
    i = np.arange(1, k + 1)
    assert density == pytest.approx(1, abs=4 * error[0])
    assert coverage == pytest.approx(1 - np.prod((n - i) / (2 * n - i)), abs=4 * error[1])


def test_one_outlier_moves_precision_more_than_density() -> None:
    """The reason for density: an outlier in the reference makes a huge ball that any sample falls into."""
    data = np.concatenate([gaussian(0, 300, 2), [[1000.0, 0.0]]])
    noise = np.array([50.0, 0.0]) + gaussian(1, 300, 2)
    assert precision_recall(noise, data).precision == 1
    assert density_coverage(noise, data).density < 0.25


@pytest.mark.parametrize(("metric", "k"), [(precision_recall, 3), (density_coverage, 5)])
def test_too_few_images_are_refused(metric: object, k: int) -> None:
    assert callable(metric)
    with pytest.raises(ValueError, match=f"{k} images are too few for {k} nearest neighbours"):
        metric(gaussian(0, k), gaussian(1, 50))


def test_order_does_not_matter() -> None:
    a, b = gaussian(0, 2100), gaussian(1, 1100) * 1.2  # more than are taken at once
    order = np.random.default_rng(2).permutation(2100)
    assert density_coverage(a[order], b) == pytest.approx(density_coverage(a, b), abs=1e-9)
