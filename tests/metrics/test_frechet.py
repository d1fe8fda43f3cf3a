"""FID and KID on features: known answers, an independent route, and torch-fidelity from end to end."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch_fidelity
from scipy.linalg import sqrtm
from torch import Tensor
from torch.utils.data import Dataset

from benchmarks.datasets.images import digits
from metrics import frechet, manifold
from metrics.features import CLASSIFIER, extract, in_domain_extractor

EXTRACTOR = in_domain_extractor("digits")
assert EXTRACTOR is not None


def images(seed: int, n: int = 400) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 8, 8), dtype=np.uint8)


def features(pictures: np.ndarray) -> np.ndarray:
    assert EXTRACTOR is not None
    return extract(EXTRACTOR, pictures).values


def gaussian(seed: int, n: int = 400, dimensions: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dimensions))


def frechet_by_root(a: np.ndarray, b: np.ndarray) -> float:
    """‖Δμ‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁ Σ₂)^½ with the product's root itself: the independent route."""
    mean_a, mean_b = a.mean(0), b.mean(0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a + cov_b - 2 * sqrtm(cov_a @ cov_b).real))


class Pictures(Dataset[Tensor]):
    """Images as the data object that torch-fidelity reads."""

    def __init__(self, pictures: np.ndarray) -> None:
        self.pictures = torch.from_numpy(pictures)[:, None]

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Tensor:
        return self.pictures[index]


@pytest.mark.parametrize("n", [400, 1300])
def test_values_are_those_of_torch_fidelity_from_end_to_end(n: int) -> None:
    """Features extracted once and its arithmetic on them: what its own entry point gives for the same weights."""
    assert EXTRACTOR is not None
    a, b = images(0, n), images(1, n + 50) // 2
    size = min(n, frechet.KID_SUBSET)
    expected = torch_fidelity.calculate_metrics(
        input1=Pictures(a),
        input2=Pictures(b),
        fid=True,
        kid=True,
        prc=True,
        feature_extractor=CLASSIFIER,
        feature_extractor_weights_path=EXTRACTOR.path,
        kid_subset_size=size,
        kid_subsets=n // size,
        prc_neighborhood=manifold.PRECISION_NEIGHBOURS,
        batch_size=37,
        cuda=False,
        cache=False,
        save_cpu_ram=True,
        verbose=False,
    )
    x, y = features(a), features(b)
    assert frechet.fid(x, y) == pytest.approx(expected["frechet_inception_distance"], rel=1e-6)
    assert frechet.kid(x, y) == pytest.approx(expected["kernel_inception_distance_mean"], rel=1e-6)
    assert manifold.manifold(x, y)[:2] == pytest.approx((expected["precision"], expected["recall"]), abs=1e-3)


def test_fid_of_a_shift_is_its_square() -> None:
    """Equal covariances, means apart by Δμ: the Fréchet distance is ‖Δμ‖²."""
    a = gaussian(0)
    assert frechet.fid(a + 10, a) == pytest.approx(8 * 10**2, rel=1e-9)


def test_kid_against_the_textbook_estimate() -> None:
    """The unbiased estimate of the squared maximum mean discrepancy with kernel (x·y / d + 1)³, written out."""
    x, y = gaussian(0, 100), 1.3 * gaussian(1, 100)

    def kernel(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return (u @ v.T / 8 + 1) ** 3

    def off_diagonal(matrix: np.ndarray) -> float:
        return (matrix.sum() - np.trace(matrix)) / (100 * 99)

    expected = off_diagonal(kernel(x, x)) + off_diagonal(kernel(y, y)) - 2 * kernel(x, y).mean()
    assert frechet.kid(x, y) == pytest.approx(expected, rel=1e-9)


def test_fid_by_an_independent_route() -> None:
    a, b = features(images(0)), features(images(1, 500) // 2)
    assert frechet.fid(a, b) == pytest.approx(frechet_by_root(a, b), rel=1e-6)


def test_fid_of_features_that_never_vary() -> None:
    """A unit that no image turns on leaves the covariance singular: it adds nothing, wherever it is dead."""
    a, b = gaussian(0), gaussian(1) * 1.5
    value = frechet.fid(a, b)
    dead = np.zeros((400, 3))
    assert frechet.fid(np.hstack([a, dead]), np.hstack([b, dead])) == pytest.approx(value, rel=1e-9)
    alive = gaussian(2, dimensions=3)
    one_sided = (alive.mean(0) ** 2).sum() + np.trace(np.cov(alive, rowvar=False))
    for first, second in ((dead, alive), (alive, dead)):
        joined = frechet.fid(np.hstack([a - a.mean(0), first]), np.hstack([a - a.mean(0), second]))
        assert joined == pytest.approx(one_sided, rel=1e-6)


@pytest.mark.parametrize("metric", [frechet.fid, frechet.kid])
def test_order_does_not_matter(metric: object) -> None:
    assert callable(metric)
    a, b = gaussian(0), gaussian(1) * 1.1
    value = metric(a, b)
    assert metric(a[::-1], b) == pytest.approx(value, rel=1e-6)
    assert metric(b, a) == pytest.approx(value, rel=1e-6)


def test_identical_sets() -> None:
    a = gaussian(0)
    assert frechet.fid(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet.kid(a, a) <= 0  # unbiased: the diagonal, its largest terms, is left out within the sets only


def test_real_digits_are_nearer_to_each_other_than_noise() -> None:
    train, test, _, _ = digits()
    real, held_out, noise = (features(x) for x in (train.reshape(-1, 8, 8), test.reshape(-1, 8, 8), images(0, 899)))
    assert frechet.fid(real, held_out) < 1
    assert frechet.fid(noise, held_out) > 20
    assert abs(frechet.kid(real, held_out)) < 0.02


@pytest.mark.parametrize("n", [2, 64])
def test_no_more_images_than_features_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} images are too few for 64 features"):
        frechet.fid(gaussian(0, n, 64), gaussian(1, 100, 64))
    with pytest.raises(ValueError, match=f"{n} images are too few for 64 features"):
        frechet.fid(gaussian(0, 100, 64), gaussian(1, n, 64))
