"""Do the metrics of images notice what is known to be wrong? Real images, corrupted by degrees, in the place of samples."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.corruptions import CORRUPTIONS
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values
from benchmarks.evaluation.images import FEATURE_METRICS, PIXEL_METRICS, as_pixels, features_of, image_values
from benchmarks.evaluation.reconstruction import RECONSTRUCTION_METRICS, compared
from benchmarks.training.randomness import derived_seed

DROPPED = "dropped classes"
"""The corruption that takes whole classes out of the set, and leaves every image as it is."""
SHOWN = 8


def split_of_classes(
    labels: np.ndarray, n: int, dropped: int, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Indices of n images that stand for samples, of n that are the reference, and of all that are neither.

    The samples are of all classes but ``dropped`` ones, which the generator chooses; without such they are a random part.

    Raises:
        ValueError: the classes that are left have fewer images than asked for.
    """
    order = generator.permutation(len(labels))
    reference, rest = order[:n], order[n:]
    out = generator.permutation(np.unique(labels))[:dropped]
    kept = rest[~np.isin(labels[rest], out)]
    if len(kept) < n:
        raise ValueError(f"{len(kept)} images are left of {len(np.unique(labels)) - dropped} classes, {n} are needed")
    samples = kept[:n]
    return samples, reference, np.setdiff1d(rest, samples)


def sanity(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The metrics of samples, and of reconstructions, for real images that were corrupted by the options' degree.

    Training and test images are pooled and split anew with every seed; the split and the random numbers are the same for all
    corruptions and degrees. Reconstructions are the corrupted images held against themselves as they were.
    """
    data, options, seed = subject.dataset, subject.options, subject.seeds[index]
    assert data.train_labels is not None and data.test_labels is not None
    pool, labels = (np.concatenate(parts) for parts in ((data.train, data.test), (data.train_labels, data.test_labels)))
    corruption, degree = options["corruption"], options["degree"]
    dropped = int(degree) if corruption == DROPPED else 0
    generator = np.random.default_rng(derived_seed(seed, "sanity"))
    samples, reference, rest = split_of_classes(labels, options["n"], dropped, generator)
    whole = (pool[samples] / 255.0).reshape(-1, *data.shape)
    spoilt = whole if corruption == DROPPED else CORRUPTIONS[corruption](whole, degree, generator)
    pixels = as_pixels(spoilt.reshape(len(spoilt), -1))
    values, _ = image_values(subject, pixels, pool[rest], pool[reference], features_of(subject, pool[reference]))
    flat = whole.reshape(len(whole), -1)
    paired = compared(subject, flat, pixels / 255.0)
    return values | paired, {"images": pixels[:SHOWN].reshape(-1, *data.shape)}


MEASURES: dict[str, Measure] = {
    "corrupted-images": Measure(
        sanity,
        lambda dataset: PIXEL_METRICS + RECONSTRUCTION_METRICS,
        "the metrics of images for real ones that were corrupted by degrees",
        FEATURE_METRICS,
    ),
}
