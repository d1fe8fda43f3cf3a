"""FID and KID through torch-fidelity against known answers and an independent route."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch
import torch_fidelity
from numpy.linalg import eigh
from torch import Tensor

from benchmarks.datasets.images import digits
from metrics import features, frechet

EXTRACTOR = features.extractor_for("digits")
_names = (f"identity-{i}" for i in itertools.count())


def images(seed: int, n: int = 400, side: int = 8) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, side, side), dtype=np.uint8)


def symmetric_frechet(a: np.ndarray, b: np.ndarray) -> float:
    """‖Δμ‖² + tr Σ₁ + tr Σ₂ − 2 tr (Σ₁^½ Σ₂ Σ₁^½)^½ by symmetric eigenvalues: the independent route."""
    mean_a, mean_b = a.mean(0), b.mean(0)
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    values, vectors = eigh(cov_a)
    root = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    cross = np.sqrt(eigh(root @ cov_b @ root)[0].clip(0)).sum()
    return float(((mean_a - mean_b) ** 2).sum() + np.trace(cov_a) + np.trace(cov_b) - 2 * cross)


def extracted(pictures: np.ndarray) -> np.ndarray:
    return features.FidelityExtractor(EXTRACTOR, ["64"])(torch.from_numpy(pictures)[:, None])[0].numpy()


@pytest.fixture
def pixel_extractor(monkeypatch: pytest.MonkeyPatch) -> str:
    """An extractor whose features are the pixels themselves, in units of 1/255."""

    class Pixels(features.FidelityExtractor):
        def __init__(self, name: str, features_list: list[str], **kwargs: object) -> None:
            torch_fidelity.FeatureExtractorBase.__init__(self, name, features_list)

        def forward(self, batch: Tensor) -> tuple[Tensor]:
            return (batch.double().flatten(1),)

    name = next(_names)
    torch_fidelity.register_feature_extractor(name, Pixels)
    return name


def test_fid_of_shifted_images_is_the_squared_shift(pixel_extractor: str) -> None:
    """Equal covariances, means apart by Δμ: the Fréchet distance is ‖Δμ‖²."""
    base = (images(0) // 4).astype(np.uint8)
    assert frechet.fid(base + 10, base, pixel_extractor) == pytest.approx(64 * 10**2, rel=1e-9)


def test_kid_against_the_textbook_estimate(pixel_extractor: str) -> None:
    """The unbiased estimate of the squared maximum mean discrepancy with kernel (x·y / d + 1)³, written out."""
    a, b = (images(0, 100) // 64), (images(1, 100) // 48)
    x, y = a.reshape(100, -1).astype(float), b.reshape(100, -1).astype(float)

    def kernel(u: np.ndarray, v: np.ndarray) -> np.ndarray:
        return (u @ v.T / 64 + 1) ** 3

    def off_diagonal(matrix: np.ndarray) -> float:
        return (matrix.sum() - np.trace(matrix)) / (100 * 99)

    expected = off_diagonal(kernel(x, x)) + off_diagonal(kernel(y, y)) - 2 * kernel(x, y).mean()
    assert frechet.kid(a, b, pixel_extractor) == pytest.approx(expected, rel=1e-9)


def test_fid_by_an_independent_route() -> None:
    a, b = images(0), images(1, 500) // 2
    assert frechet.fid(a, b, EXTRACTOR) == pytest.approx(symmetric_frechet(extracted(a), extracted(b)), rel=1e-6)


@pytest.mark.parametrize("metric", [frechet.fid, frechet.kid])
def test_order_does_not_matter(metric: object) -> None:
    assert callable(metric)
    a, b = images(0), images(1)
    value = metric(a, b, EXTRACTOR)
    assert metric(a[::-1], b, EXTRACTOR) == pytest.approx(value, rel=1e-6)
    assert metric(b, a, EXTRACTOR) == pytest.approx(value, rel=1e-6)


def test_batch_size_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = images(0, 300), images(1, 300)
    value = frechet.fid(a, b, EXTRACTOR)
    calculate = torch_fidelity.calculate_metrics
    monkeypatch.setattr(torch_fidelity, "calculate_metrics", lambda **given: calculate(**{**given, "batch_size": 7}))
    assert frechet.fid(a, b, EXTRACTOR) == pytest.approx(value, rel=1e-6)


def test_identical_sets() -> None:
    a = images(0)
    assert frechet.fid(a, a, EXTRACTOR) == pytest.approx(0, abs=1e-6)
    assert frechet.kid(a, a, EXTRACTOR) < 0.01


def test_a_second_call_with_other_data_is_not_answered_from_a_cache() -> None:
    assert frechet.fid(images(0), images(1), EXTRACTOR) != frechet.fid(images(0) // 2, images(1), EXTRACTOR)


def test_real_digits_are_nearer_to_each_other_than_noise() -> None:
    train, test, _, _ = digits()
    real, held_out = train.reshape(-1, 8, 8), test.reshape(-1, 8, 8)
    assert frechet.fid(real, held_out, EXTRACTOR) < 1
    assert frechet.fid(images(0, 899), held_out, EXTRACTOR) > 20
    assert abs(frechet.kid(real, held_out, EXTRACTOR)) < 0.02


@pytest.mark.parametrize("n", [2, 64])
def test_no_more_images_than_features_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"{n} images are too few for 64 features"):
        frechet.fid(images(0, n), images(1), EXTRACTOR)


@pytest.mark.parametrize("bad", [np.zeros((100, 8, 8)), np.zeros((100, 64), np.uint8)])
def test_other_than_uint8_images_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"must be uint8 of shape \(n, H, W\)"):
        frechet.fid(bad, images(1), EXTRACTOR)


def test_extractor_names_carry_their_weights_hash() -> None:
    for name in features.extractor_names():
        assert features.load_extractor(name).training is False
        stem, _, _ = name.rpartition("-")
        with pytest.raises(ValueError, match="promises deadbeef"):
            features.load_extractor(f"{stem}-deadbeef")


def test_extractor_classifies_held_out_digits() -> None:
    """The committed weights are those of a trained classifier with standardised features."""
    train, test, _, labels = digits()
    classifier = features.load_extractor(EXTRACTOR)
    predicted = classifier(torch.from_numpy(test).view(-1, 1, 8, 8) / 255).argmax(1).numpy()
    assert (predicted == labels).mean() > 0.97
    values = classifier.features(torch.from_numpy(train).view(-1, 1, 8, 8) / 255)
    torch.testing.assert_close(values.mean(0), torch.zeros(64), atol=1e-3, rtol=0)
    torch.testing.assert_close(values.std(0), torch.ones(64), atol=1e-3, rtol=0)


def test_mnist_extractor_classifies_held_out_digits(mnist_dir: object) -> None:
    from pathlib import Path

    from benchmarks.datasets.images import mnist

    assert isinstance(mnist_dir, Path)
    _, test, _, labels = mnist(mnist_dir, offline=True)
    classifier = features.load_extractor(features.extractor_for("mnist"))
    predicted = classifier(torch.from_numpy(test[:2000]).view(-1, 1, 28, 28) / 255).argmax(1).numpy()
    assert (predicted == labels[:2000]).mean() > 0.97
