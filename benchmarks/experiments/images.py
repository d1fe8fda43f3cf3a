"""How do the models compare on real images: as generators, and where they have an encoder, as reproducers?"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, compared_blocks, measure, samplers
from benchmarks.recipes import RECIPES
from benchmarks.specs import Measurement
from models import MODELS


def measurements(request: Request) -> list[Measurement]:
    n = RECIPES[request.dataset].samples
    wanted = [
        Measurement(measure="image-floor", dataset=request.dataset, options={"n": n}, data_seeds=seeds)
        for seeds in request.seeds
    ]
    thorough = request.profile == "full"  # a fresh classifier for every seed and sampler costs
    if thorough:
        wanted += [
            Measurement(measure="image-two-sample-floor", dataset=request.dataset, options={"n": n}, data_seeds=seeds)
            for seeds in request.seeds
        ]
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, sampler=sampler, observation="mean", n=n)
            for name in ("image-samples", *(("image-two-sample",) if thorough else ()))
            for sampler in samplers(block)
        ]
        if MODELS[block.model].has_codes:
            wanted.append(measure(block, "reconstruction"))
    return wanted


EXPERIMENT = Experiment(
    name="images",
    question="How do the models compare on real images, as generators and, with an encoder, as reproducers?",
    datasets={"smoke": ("digits",), "standard": ("digits",), "full": ("digits", "mnist")},
    supports=("digits", "mnist"),
    measurements=measurements,
)
