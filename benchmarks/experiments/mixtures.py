"""How near do the models come to a density that is known exactly, and which modes do they lose?"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, compared_blocks, measure, samplers
from benchmarks.recipes import RECIPES
from benchmarks.specs import Measurement
from models import MODELS

DATASETS = ("ring", "grid", "unequal-pair")


def measurements(request: Request) -> list[Measurement]:
    n = RECIPES[request.dataset].samples
    wanted = [
        Measurement(measure="mixture-floor", dataset=request.dataset, options={"n": n}, data_seeds=seeds)
        for seeds in request.seeds
    ]
    thorough = request.profile == "full"  # a fresh classifier for every seed and sampler costs
    if thorough:
        wanted += [
            Measurement(measure="mixture-two-sample-floor", dataset=request.dataset, options={"n": n}, data_seeds=seeds)
            for seeds in request.seeds
        ]
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, sampler=sampler, observation=observation, n=n)
            for name in ("mixture-samples", *(("mixture-two-sample",) if thorough else ()))
            for sampler in samplers(block)
            for observation in MODELS[block.model].observations
        ]
    return wanted


EXPERIMENT = Experiment(
    name="mixtures",
    question="How near do the models come to a density that is known exactly, and which modes do they lose?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS},
    supports=DATASETS,
    measurements=measurements,
)
