"""Samples of images against held-out ones, in features and in pixels, and whether a classifier tells them apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from benchmarks.evaluation.base import CLASS_METRICS, FEW, Arrays, Measure, Subject, Values, compute, named
from benchmarks.evaluation.sampling import sampled
from benchmarks.training.randomness import derived_seed
from metrics.features import Extractor, Features, extract
from metrics.manifold import manifold
from metrics.two_sample import held_out

SHOWN_IMAGES = 64
FEATURE_METRICS = ("fid", "kid", "precision", "recall", "density", "coverage", *CLASS_METRICS)
PIXEL_METRICS = ("sharpness", "nearest-l2")
TWO_SAMPLE_METRICS = ("c2st", "c2st-auc")
TWO_SAMPLE_IN_PIXELS = ("c2st[pixels]", "c2st-auc[pixels]")


def features_of(subject: Subject, pixels: np.ndarray) -> dict[Extractor, Features]:
    """What the subject's extractors make of flattened uint8 images (n, D).

    Raises:
        ValueError: a feature is NaN or infinite.
    """
    images, cuda = pixels.reshape(-1, *subject.dataset.shape), subject.device.type == "cuda"
    features = {extractor: extract(extractor, images, cuda) for extractor in subject.extractors}
    for extractor, own in features.items():
        if not np.isfinite(own.values).all():
            raise ValueError(f"features of {extractor.name} are not finite")
    return features


def test_features(subject: Subject) -> dict[Extractor, Features]:
    """What the extractors make of the test images."""
    return features_of(subject, subject.dataset.test)


def feature_facts(samples: Features, reference: Features) -> dict[str, Any]:
    """What the metrics of features need."""
    return {
        "sample_features": samples.values,
        "reference_features": reference.values,
        "sample_classes": samples.probabilities,
        "reference_classes": reference.probabilities,
        "manifold": manifold(samples.values, reference.values, reference_radii=reference.radii),
    }


def as_pixels(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1] as uint8 0–255; what lies outside the interval is clipped."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def pixels_in_unit(pixels: np.ndarray) -> np.ndarray:
    """uint8 pixels as float32 in [0, 1]."""
    return pixels / np.float32(255)


def image_values(
    subject: Subject,
    pixels: np.ndarray,
    training: np.ndarray,
    reference: np.ndarray,
    reference_features: Mapping[Extractor, Features],
) -> tuple[Values, Arrays]:
    """All metrics of images that stand for samples, and some of them to show.

    Args:
        subject: gives extractors and shape.
        pixels: uint8, (n, D).
        training: what a copy would be of, uint8, (N, D).
        reference: what they are held against, uint8, (M, D).
        reference_features: of the reference.
    """
    data = subject.dataset
    images = pixels.reshape(-1, *data.shape)
    values: Values = {}
    for extractor, features in features_of(subject, pixels).items():
        facts = feature_facts(features, reference_features[extractor])
        values |= compute(named(FEATURE_METRICS, extractor), facts)
    facts = {
        "image_samples": images,
        "image_reference": reference.reshape(-1, *data.shape),
        "few": pixels_in_unit(pixels[: FEW["images"]]),
        "training": pixels_in_unit(training),
    }
    return values | compute(PIXEL_METRICS, facts), {"images": images[:SHOWN_IMAGES]}


def samples(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against held-out images."""
    pixels, reference = as_pixels(sampled(subject, index)), subject.dataset.test
    return image_values(subject, pixels, subject.training, reference, subject.once(test_features))


def split_anew(subject: Subject, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All images split at random: n that stand for samples, the rest for a training set, and of that the reference.

    Training and test images are pooled and, with every seed, split anew. (The data set's own split is stratified: its two
    parts are more alike than two samples.)
    """
    data, seed = subject.dataset, subject.seeds[index]
    pool = np.concatenate([data.train, data.test])
    order = np.random.default_rng(derived_seed(seed, "floor")).permutation(len(pool))
    n = subject.options["n"]
    return pool[order[:n]], pool[order[n:]], pool[order[n : n + len(data.test)]]


def floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same metrics on real images: what a model would get that drew from the data's distribution."""
    pixels, rest, reference = split_anew(subject, index)
    return image_values(subject, pixels, rest, reference, features_of(subject, reference))


def _two_sample(
    subject: Subject,
    index: int,
    pixels: np.ndarray,
    reference: np.ndarray,
    reference_features: Mapping[Extractor, Features],
) -> tuple[Values, Arrays]:
    few, seed = pixels[: FEW["images"]], derived_seed(subject.seeds[index], "two-sample") % 2**32
    values: Values = {}
    for extractor, features in features_of(subject, few).items():
        judged = held_out(features.values, reference_features[extractor].values, seed)
        values |= compute(named(TWO_SAMPLE_METRICS, extractor), {"few_held_out": judged})
    return values | compute(TWO_SAMPLE_IN_PIXELS, {"few_held_out": held_out(few, reference, seed)}), {}


def two_sample(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells samples from held-out images, by pixels and by features."""
    pixels = as_pixels(sampled(subject, index))
    return _two_sample(subject, index, pixels, subject.dataset.test, subject.once(test_features))


def two_sample_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells real images from real images."""
    pixels, _, reference = split_anew(subject, index)
    return _two_sample(subject, index, pixels, reference, features_of(subject, reference))


MEASURES: dict[str, Measure] = {
    "image-samples": Measure(
        samples, lambda dataset: PIXEL_METRICS, "samples against held-out images", FEATURE_METRICS
    ),
    "image-floor": Measure(floor, lambda dataset: PIXEL_METRICS, "the same for real images", FEATURE_METRICS),
    "image-two-sample": Measure(
        two_sample,
        lambda dataset: TWO_SAMPLE_IN_PIXELS,
        "whether a classifier tells samples from held-out images",
        TWO_SAMPLE_METRICS,
    ),
    "image-two-sample-floor": Measure(
        two_sample_floor, lambda dataset: TWO_SAMPLE_IN_PIXELS, "the same for real images", TWO_SAMPLE_METRICS
    ),
}
