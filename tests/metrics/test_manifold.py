"""Precision, recall, density and coverage where the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.spatial.distance import cdist
from sklearn.neighbors import NearestNeighbors
from torch_fidelity.metric_prc import prc_features_to_metric

from metrics.manifold import manifold, radii


def gaussian(seed: int, n: int, dimensions: int = 3) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dimensions))


def test_identical_sets() -> None:
    a = gaussian(0, 200)
    precision, recall, density, coverage = manifold(a, a)
    assert precision == recall == coverage == 1
    assert 1 <= density <= 6 / 5  # a ball of k = 5 holds its centre, four neighbours, and the fifth up to rounding


def test_disjoint_sets() -> None:
    a = gaussian(0, 200)
    assert manifold(a + 100, a) == (0, 0, 0, 0)


def test_on_a_line_by_hand() -> None:
    """Reference 0, 1, 2, 3, 100 with k = 1: radii 1, 1, 1, 1, 97."""
    reference = np.array([[0.0], [1.0], [2.0], [3.0], [100.0]])
    samples = np.array([[0.5], [50.0], [-7.0]])
    # radii of the samples with k = 1: 7.5, 49.5, 7.5
    precision, recall, density, coverage = manifold(samples, reference, ks=(1, 1))
    assert precision == pytest.approx(2 / 3)  # 0.5 and, within the outlier's ball, 50
    assert recall == pytest.approx(4 / 5)  # 100 is 50 away from 50
    # 0.5 is strictly within the balls of 0 and 1, 50 within that of 100, -7 in none
    assert (density, coverage) == pytest.approx((3 / 3, 3 / 5))


def test_collapse_is_precise_and_without_recall() -> None:
    data = gaussian(0, 300)
    collapsed = data[0] + 1e-3 * gaussian(1, 300)
    found = manifold(collapsed, data)
    assert found.precision == 1
    assert found.recall < 0.02
    assert found.coverage < 0.1


@pytest.mark.parametrize("dimensions", [2, 10])
def test_expectations_for_equal_distributions(dimensions: int) -> None:
    """Whatever the distribution (Naeem et al. 2020, section 3.4): E density = 1, E coverage = 1 − Π (n − i) / (2n − i)."""
    n, k, repeats = 100, 5, 60
    values = [manifold(gaussian(2 * i, n, dimensions), gaussian(2 * i + 1, n, dimensions))[2:] for i in range(repeats)]
    density, coverage = np.mean(values, axis=0)
    error = np.std(values, axis=0) / np.sqrt(repeats)
    i = np.arange(1, k + 1)
    assert density == pytest.approx(1, abs=4 * error[0])
    assert coverage == pytest.approx(1 - np.prod((n - i) / (2 * n - i)), abs=4 * error[1])


def test_one_outlier_moves_precision_more_than_density() -> None:
    """The reason for density: an outlier in the reference makes a huge ball that any sample falls into."""
    data = np.concatenate([gaussian(0, 300, 2), [[1000.0, 0.0]]])
    noise = np.array([50.0, 0.0]) + gaussian(1, 300, 2)
    found = manifold(noise, data)
    assert found.precision == 1
    assert found.density < 0.25


@pytest.mark.parametrize(("n", "m", "k"), [(3, 50, 3), (50, 5, 5)])
def test_too_few_images_are_refused(n: int, m: int, k: int) -> None:
    """Balls around samples reach to their third neighbour, balls around the reference to their fifth too."""
    with pytest.raises(ValueError, match=f"{k} images are too few for {k} nearest neighbours"):
        manifold(gaussian(0, n), gaussian(1, m))


def test_order_does_not_matter() -> None:
    a, b = gaussian(0, 2100), gaussian(1, 1100) * 1.2  # more than are taken at once
    order = np.random.default_rng(2).permutation(2100)
    assert manifold(a[order], b) == pytest.approx(manifold(a, b), abs=1e-9)


@pytest.mark.parametrize("dimensions", [2, 64])
def test_against_libraries(dimensions: int) -> None:
    """torch-fidelity has precision and recall, scikit-learn the neighbours; with points that occur often, as after a collapse."""
    b = gaussian(0, 700, dimensions)
    a = np.concatenate([1.1 * gaussian(1, 450, dimensions), np.tile(gaussian(2, 1, dimensions), (50, 1))])
    given = prc_features_to_metric(
        torch.from_numpy(a),
        torch.from_numpy(b),
        prc_neighborhood=3,
        prc_batch_size=100,
        save_cpu_ram=True,
        verbose=False,
    )
    found = manifold(a, b, reference_radii=radii(b))
    assert found[:2] == (given["precision"], given["recall"])
    radius = NearestNeighbors(n_neighbors=5).fit(b).kneighbors()[0][:, -1]
    inside = cdist(a, b) < radius
    assert found[2:] == (inside.sum() / (5 * len(a)), inside.any(0).mean())
    for k, own in zip((3, 5), radii(b), strict=True):
        expected = NearestNeighbors(n_neighbors=k).fit(b).kneighbors()[0][:, -1]
        assert own.numpy() == pytest.approx(expected, rel=1e-9)
