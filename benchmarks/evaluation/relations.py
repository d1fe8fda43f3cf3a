"""Who tells images whose parts are right and whose whole is wrong from real ones: a discriminator, or a judge of single pixels."""

from __future__ import annotations

import numpy as np

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.images import as_pixels, pixels_in_unit
from benchmarks.evaluation.robustness import corrupted_test
from benchmarks.evaluation.scores import scores_of, scoring_model

RELATION_METRICS = ("corrupted-auc",)
LEVELS = 17
"""Grey levels that the judge of single pixels tells apart (the digits have as many)."""
SHOWN = 16
MOVED = 0.5
"""Distance ‖x − x̃‖₂ that a corruption must move an image, pixels in [0, 1]: two patches that are alike are swapped unnoticed."""


def corrupted(subject: Subject, index: int) -> tuple[np.ndarray, np.ndarray]:
    """The test images that the corruption of the options moves, as they were and as they are then, uint8, each (k, D).

    Raises:
        ValueError: it moves none.
    """
    clean, spoilt = subject.dataset.test, as_pixels(corrupted_test(subject, index))
    moved = np.linalg.norm(pixels_in_unit(spoilt) - pixels_in_unit(clean), axis=1) >= MOVED
    if not moved.any():
        raise ValueError(
            f"{subject.options['corruption']} of degree {subject.options['degree']:g} moves no image by {MOVED}"
        )
    return clean[moved], spoilt[moved]


def shown(subject: Subject, clean: np.ndarray, spoilt: np.ndarray) -> Arrays:
    """Some of the images before and after."""
    shape = subject.dataset.shape
    return {"inputs": clean[:SHOWN].reshape(-1, *shape), "images": spoilt[:SHOWN].reshape(-1, *shape)}


def by_score(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """A model's own discriminator on test images before and after they were corrupted."""
    model, (clean, spoilt) = scoring_model(subject, index), corrupted(subject, index)
    real, fake = (scores_of(subject, model, images) for images in (clean, spoilt))
    return compute(RELATION_METRICS, {"real_scores": real, "corrupted_scores": fake}), shown(subject, clean, spoilt)


def levels(images: np.ndarray) -> np.ndarray:
    """Grey levels of uint8 pixels, 0 to LEVELS − 1."""
    return np.rint(images / 255.0 * (LEVELS - 1)).astype(int)


def pixel_log_probabilities(subject: Subject) -> np.ndarray:
    """log p of each grey level at each pixel in the training images, one more added to each count; shape (D, LEVELS)."""
    found = levels(subject.dataset.train)
    counts = 1 + np.stack([(found == level).sum(0) for level in range(LEVELS)], axis=1)
    return np.log(counts / counts.sum(1, keepdims=True))


def by_single_pixels(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The log-likelihood of images under independent pixels, which knows every component and no relation."""
    table, (clean, spoilt) = subject.once(pixel_log_probabilities), corrupted(subject, index)
    place = np.arange(len(table))
    real, fake = (table[place, levels(images)].sum(1) for images in (clean, spoilt))
    return compute(RELATION_METRICS, {"real_scores": real, "corrupted_scores": fake}), shown(subject, clean, spoilt)


MEASURES: dict[str, Measure] = {
    "relations-by-score": Measure(
        by_score, lambda dataset: RELATION_METRICS, "a discriminator's scores of real and of corrupted images"
    ),
    "relations-by-pixels": Measure(
        by_single_pixels, lambda dataset: RELATION_METRICS, "the same for a likelihood of independent pixels"
    ),
}
