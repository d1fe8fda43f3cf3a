"""Extractors: the weights are those that the name promises, and images of every allowed form go in."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from benchmarks.datasets.images import digits, mnist
from metrics import features
from metrics.features import Classifier, Extractor, extract, extractor_names, in_domain_extractor


@pytest.fixture
def own() -> Extractor:
    extractor = in_domain_extractor("digits")
    assert extractor is not None
    return extractor


def images(seed: int, n: int = 50) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (n, 8, 8), dtype=np.uint8)


def test_names_carry_their_weights_hash() -> None:
    for name in extractor_names():
        stem, _, digest = name.rpartition("-")
        path = features.FOLDER / f"{stem}.safetensors"
        assert features.sha256_of(path.read_bytes()).startswith(digest)
    assert in_domain_extractor("no such data") is None


def test_changed_weights_are_refused(own: Extractor, tmp_path: Path) -> None:
    """Also in a worker, which loads the weights long after the plan was made."""
    copy = tmp_path / "digits-cnn.safetensors"
    shutil.copyfile(own.path, copy)
    changed = dataclasses.replace(own, path=copy)
    assert extract(changed, images(0)).values.shape == (50, 64)
    copy.write_bytes(copy.read_bytes()[:-1] + b"x")
    features.loaded.cache_clear()
    with pytest.raises(ValueError, match=f"but {own.name} expects {own.sha256}"):
        extract(changed, images(0))


def test_weights_of_something_else_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    path = features.weights_file("digits")
    path.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="damaged or no network of this suite"):
        in_domain_extractor("digits")
    save_file({"other": torch.zeros(3)}, path)
    with pytest.raises(ValueError, match="damaged or no network of this suite"):
        in_domain_extractor("digits")


def test_classifies_held_out_digits_in_standardised_features(own: Extractor) -> None:
    train, test, _, labels = digits()
    held_out = extract(own, test.reshape(-1, 8, 8))
    assert held_out.probabilities is not None
    assert (held_out.probabilities.argmax(1) == labels).mean() > 0.97
    np.testing.assert_allclose(held_out.probabilities.sum(1), 1)
    values = extract(own, train.reshape(-1, 8, 8)).values
    assert values.dtype == np.float64
    np.testing.assert_allclose(values.mean(0), 0, atol=1e-3)
    np.testing.assert_allclose(values.std(0), 1, atol=1e-3)


def test_mnist_extractor_classifies_held_out_digits(mnist_dir: Path) -> None:
    _, test, _, labels = mnist(mnist_dir, offline=True)
    extractor = in_domain_extractor("mnist")
    assert extractor is not None
    found = extract(extractor, test[:2000].reshape(-1, 28, 28)).probabilities
    assert found is not None
    assert (found.argmax(1) == labels[:2000]).mean() > 0.97


def test_batch_size_does_not_matter(own: Extractor) -> None:
    whole, parts = (extract(dataclasses.replace(own, batch=size), images(0)) for size in (500, 7))
    np.testing.assert_allclose(whole.values, parts.values, atol=1e-5)


@pytest.mark.parametrize(
    "bad", [np.zeros((9, 8, 8)), np.zeros((9, 64), np.uint8), np.zeros((9, 8, 8, 3), np.uint8), np.zeros((), np.uint8)]
)
def test_other_than_uint8_images_is_refused(own: Extractor, bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"must be uint8 of shape \(n, H, W\) or \(n, 3, H, W\)"):
        extract(own, bad)


def test_colour_images_in_a_grey_extractor_are_refused(own: Extractor) -> None:
    with pytest.raises(ValueError, match="takes images of 1 channel, not of 3"):
        extract(own, np.zeros((9, 3, 8, 8), np.uint8))


@pytest.mark.parametrize(("height", "width", "classes"), [(8, 8, 2), (10, 13, 7), (5, 3, 100)])
def test_colour_images_of_any_size_and_any_number_of_classes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, height: int, width: int, classes: int
) -> None:
    """A classifier is rebuilt from its weights alone; grey images are repeated to its three channels."""
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    model = Classifier(height, width, channels=3, classes=classes)
    save_file(model.state_dict(), features.weights_file("some"))
    extractor = in_domain_extractor("some")
    assert extractor is not None
    pixels = np.random.default_rng(0).integers(0, 256, (9, 3, height, width), dtype=np.uint8)
    found = extract(extractor, pixels)
    assert found.values.shape == (9, 64)
    assert found.probabilities is not None
    with torch.no_grad():
        expected = model(torch.from_numpy(pixels) / 255).softmax(1).numpy()
    np.testing.assert_allclose(found.probabilities, expected, atol=1e-6)
    grey = extract(extractor, pixels[:, 0])
    np.testing.assert_array_equal(grey.values, extract(extractor, pixels[:, [0, 0, 0]]).values)
