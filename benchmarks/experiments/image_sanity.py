"""Do the metrics of images notice what is known to be wrong, and attributes of images what is known to be done?"""

from __future__ import annotations

from benchmarks.datasets.transformations import TRANSFORMATIONS
from benchmarks.evaluation.sanity import DROPPED
from benchmarks.experiments.base import Experiment, Request
from benchmarks.specs import Measurement, Profile

DEGREES: dict[str, tuple[float, ...]] = {
    "blur": (0, 0.5, 0.75, 1, 1.5),
    "noise": (0, 0.05, 0.1, 0.2, 0.4),
    "patch swap": (0, 1, 2, 4, 8),
    DROPPED: (0, 1, 2, 3, 5),
}
"""From real images to badly spoilt ones (units: ``benchmarks.datasets.corruptions``; of classes their number)."""
SMOKE_DEGREES = 3
DRAWS: dict[Profile, int] = {"smoke": 2, "standard": 4, "full": 16}
"""The first so many of the run's seeds draw images."""
IMAGES = {"digits": 500}
"""n, where it is not ``MANY``: so many must be left beside the reference when half of the classes are dropped."""
MANY = 2_000


def measurements(request: Request) -> list[Measurement]:
    seeds = tuple(seed for block in request.seeds for seed in block)[: DRAWS[request.profile]]
    corrupted = [
        Measurement(
            measure="corrupted-images",
            dataset=request.dataset,
            options={"corruption": corruption, "degree": degree, "n": IMAGES.get(request.dataset, MANY)},
            data_seeds=seeds,
        )
        for corruption, degrees in DEGREES.items()
        for degree in (degrees[:SMOKE_DEGREES] if request.profile == "smoke" else degrees)
    ]
    transformed = [
        Measurement(
            measure="transformed-images",
            dataset=request.dataset,
            options={"transformation": name, "amount": amount},
            data_seeds=seeds[:1],  # all test images, and nothing is drawn
        )
        for name, known in TRANSFORMATIONS.items()
        for amount in known.amounts
    ]
    return corrupted + transformed


EXPERIMENT = Experiment(
    name="image-sanity",
    question="Do metrics of images notice what is known to be wrong with them, and attributes what is known to be done to them?",
    datasets={"smoke": ("digits",), "standard": ("digits",), "full": ("digits", "mnist")},
    supports=("digits", "mnist", "fashion-mnist", "kmnist", "cifar10"),
    measurements=measurements,
)
