"""Samples that another program made, by the metrics of the suite's own: one set of them, and real images in their place."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.datasets import Dataset
from benchmarks.evaluation.base import Measured, Subject, Values, evaluate
from benchmarks.evaluation.images import MEASURES, image_values, test_features
from benchmarks.specs import InputError
from metrics.features import Extractor

FLOOR_SEEDS = tuple(range(3000, 3004))
"""Of the random splits of real images that stand beside."""


LEAST = 65
"""Fewer samples tell nothing: an in-domain extractor has 64 features, and a Fréchet distance needs more images than these."""


def chosen(every: np.ndarray, n: int, dataset: str, strict: bool) -> np.ndarray:
    """n of the samples, always the same, at random: a file may be sorted by class. All, where they are no more.

    Args:
        every: uint8, (N, D).
        n: how many.
        dataset: that they are samples of.
        strict: fewer are refused.

    Raises:
        InputError: too few.
    """
    least = n if strict else LEAST
    if len(every) < least:
        why = "as many as the results were measured with" if strict else "more than the extractor has features"
        raise InputError(f"{len(every)} samples of {dataset} are too few: give at least {least}, {why}")
    order = np.random.default_rng(0).permutation(len(every))
    return every[np.sort(order[:n])]


def values_of(samples: np.ndarray, data: Dataset, extractors: tuple[Extractor, ...], device: str) -> Values:
    """All metrics of samples.

    Args:
        samples: uint8, (n, D).
        data: what they are samples of.
        extractors: look at them.
        device: where.
    """
    subject = Subject(data, {"n": len(samples)}, (0,), torch.device(device), extractors=extractors)
    return image_values(subject, samples, data.train, data.test, subject.once(test_features))[0]


def floors_of(n: int, data: Dataset, extractors: tuple[Extractor, ...], device: str) -> Measured:
    """The same metrics of n real images, for several random splits."""
    subject = Subject(data, {"n": n}, FLOOR_SEEDS, torch.device(device), extractors=extractors)
    return evaluate(MEASURES["image-floor"], subject)
