"""How do the models compare on real images: as generators, and where they have an encoder, as reproducers?"""

from __future__ import annotations

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


def measurements(request: Request) -> list[Measurement]:
    thorough = request.profile == "full"  # a fresh classifier for every seed and sampler costs
    wanted = floor(request, "image-floor", request.samples)
    if thorough:
        wanted += floor(request, "image-two-sample-floor", request.samples)
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, n=request.samples, **how)
            for name in ("image-samples", *(("image-two-sample",) if thorough else ()))
            for how in sampling_options(block, observations=False)
        ]
        wanted.append(measure(block, "reconstruction" if MODELS[block.model].has_codes else "inversion"))
        wanted += likelihoods(block)
    return wanted


EXPERIMENT = Experiment(
    name="images",
    question="How do the models compare on real images, as generators and, with an encoder, as reproducers?",
    datasets={"smoke": ("digits",), "standard": ("digits",), "full": ("digits", "mnist")},
    supports=("digits", "mnist", "fashion-mnist", "kmnist", "cifar10", "own"),
    measurements=measurements,
)
