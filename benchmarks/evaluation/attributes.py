"""What the attributes of images report of real images that were transformed by known amounts."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.transformations import TRANSFORMATIONS, padded
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.images import as_pixels

SHOWN = 4
ATTRIBUTE_METRICS = ("mean-ink", "mean-slant", "mean-width", "mean-height")


def transformed(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Mean attributes of the test images after the options' transformation by the options' amount, on a black rim."""
    data, known = subject.dataset, TRANSFORMATIONS[subject.options["transformation"]]
    images = padded((data.test / 255.0).reshape(-1, *data.shape))
    moved = known.function(images, subject.options["amount"])
    return compute(ATTRIBUTE_METRICS, {"single_images": moved}), {"images": as_pixels(np.asarray(moved[:SHOWN]))}


MEASURES: dict[str, Measure] = {
    "transformed-images": Measure(
        transformed, lambda dataset: ATTRIBUTE_METRICS, "attributes of real images transformed by known amounts"
    ),
}
