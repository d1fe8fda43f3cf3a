"""What codes are worth under noise and in search: reconstructions of corrupted images, and image search by image."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.datasets.corruptions import CORRUPTIONS
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite
from benchmarks.evaluation.images import as_pixels, pixels_in_unit
from benchmarks.evaluation.reconstruction import RECONSTRUCTION_METRICS, compared, shown_test_images
from benchmarks.training.randomness import derived_seed

RETRIEVAL_METRICS = ("retrieval-error",)


def labels_of(subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Labels of the images that the model was trained on and of the test images.

    Raises:
        ValueError: the data set has none.
    """
    train, test = subject.dataset.train_labels, subject.dataset.test_labels
    if train is None or test is None:
        raise ValueError(f"{subject.dataset.label} has no labels; retrieval goes by class")
    return train[: len(subject.training)], test


def corrupted_test(subject: Subject, index: int) -> np.ndarray:
    """The test images (m, D) in [0, 1], float32, corrupted as the options say; ``corruption`` None leaves them."""
    data, corruption = subject.dataset, subject.options["corruption"]
    images = data.test / 255.0
    if corruption is not None:
        generator = np.random.default_rng(derived_seed(subject.seeds[index], "corruption"))
        spoilt = CORRUPTIONS[corruption](images.reshape(-1, *data.shape), subject.options["degree"], generator)
        images = spoilt.reshape(len(images), -1)
    return images.astype(np.float32)


@torch.no_grad()
def retrieval(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Test images as queries, corrupted as the options say; training images searched by the distance of codes."""
    model = subject.model(index)
    train_labels, test_labels = labels_of(subject)
    queries, pool = (
        finite(model.encode(subject.tensor(images), {}), "codes")
        for images in (corrupted_test(subject, index), subject.training)
    )
    facts = {
        "query_codes": queries,
        "query_labels": test_labels,
        "pool_codes": pool,
        "pool_labels": train_labels,
    }
    return compute(RETRIEVAL_METRICS, facts), {}


def pixel_retrieval(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same by the distance of pixels, without any model."""
    train_labels, test_labels = labels_of(subject)
    facts = {
        "query_codes": corrupted_test(subject, index),
        "query_labels": test_labels,
        "pool_codes": pixels_in_unit(subject.training),
        "pool_labels": train_labels,
    }
    return compute(RETRIEVAL_METRICS, facts), {}


@torch.no_grad()
def denoising(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Reconstructions of corrupted test images held against the clean ones."""
    model, data = subject.model(index), subject.dataset
    spoilt = corrupted_test(subject, index)
    decoded = finite(model.decode(model.encode(subject.tensor(spoilt), {}), {}), "reconstructions")
    shown = shown_test_images(data)
    arrays = {
        "inputs": as_pixels(spoilt[shown]).reshape(-1, *data.shape),
        "images": as_pixels(decoded[shown]).reshape(-1, *data.shape),
    }
    return compared(subject, pixels_in_unit(data.test), decoded), arrays


MEASURES: dict[str, Measure] = {
    "retrieval": Measure(retrieval, lambda dataset: RETRIEVAL_METRICS, "image search by the distance of codes"),
    "pixel-retrieval": Measure(
        pixel_retrieval, lambda dataset: RETRIEVAL_METRICS, "image search by the distance of pixels"
    ),
    "denoising": Measure(
        denoising,
        lambda dataset: RECONSTRUCTION_METRICS,
        "reconstructions of corrupted test images, against the clean ones",
    ),
}
