"""Samples of made images whose components must fit together: how many do not."""

from __future__ import annotations

import numpy as np

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.images import as_pixels, pixels_in_unit
from benchmarks.evaluation.sampling import sampled

STROKE_METRICS = ("broken-strokes",)
SHOWN = 36


def mean_column_ink(subject: Subject) -> float:
    """Mean ink of a column of the training images."""
    images = pixels_in_unit(subject.dataset.train).reshape(-1, *subject.dataset.shape)
    return float(images.sum(1).mean())


def strokes(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples whose stroke is broken."""
    pixels = as_pixels(sampled(subject, index)).reshape(-1, *subject.dataset.shape)
    facts: dict[str, np.ndarray | float] = {
        "strokes": pixels_in_unit(pixels),
        "column_ink": subject.once(mean_column_ink),
    }
    return compute(STROKE_METRICS, facts), {"images": pixels[:SHOWN]}


MEASURES: dict[str, Measure] = {
    "stroke-samples": Measure(strokes, lambda dataset: STROKE_METRICS, "samples of strokes that are broken"),
}
