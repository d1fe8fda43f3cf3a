"""How near do the models come to a density that is known exactly, and which modes do they lose?"""

from __future__ import annotations

from benchmarks.evaluation.mixtures import KERNEL_POINTS
from benchmarks.experiments.base import (
    Experiment,
    Request,
    compared_blocks,
    floor,
    likelihoods,
    measure,
    sampling_options,
)
from benchmarks.specs import Measurement
from models import MODELS

DATASETS = ("ring", "grid", "unequal-pair")
FURTHER_DATASETS = ("pair-1d", "comb-1d", "spiral")
FLOORS = {
    "mixture-samples": "mixture-floor",
    "mixture-two-sample": "mixture-two-sample-floor",
    "mixture-kde": "mixture-kde-floor",
}
"""The measure of data alone that stands beside each measure of samples."""


def measurements(request: Request) -> list[Measurement]:
    # (measure, samples); fresh classifiers and kernel densities cost a second or two a seed, so only full has them
    measures = [("mixture-samples", request.samples)]
    if request.profile == "full":
        measures += [("mixture-two-sample", request.samples), ("mixture-kde", KERNEL_POINTS)]
    wanted = [one for name, n in measures for one in floor(request, FLOORS[name], n)]
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, n=n, **how)
            for name, n in measures
            for how in sampling_options(block, observations=True)
        ]
        wanted += likelihoods(block)
        if block.training.snapshots and MODELS[block.model].trained:
            wanted.append(measure(block, "training-strip", observation=MODELS[block.model].observations[-1]))
    return wanted


EXPERIMENT = Experiment(
    name="mixtures",
    question="How near do the models come to a density that is known exactly, and which modes do they lose?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS + FURTHER_DATASETS},
    supports=DATASETS + FURTHER_DATASETS,
    measurements=measurements,
)
