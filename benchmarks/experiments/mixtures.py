"""How near do the models come to a density that is known exactly, and which modes do they lose?"""

from __future__ import annotations

from benchmarks.evaluation import KERNEL_POINTS
from benchmarks.experiments.base import Experiment, Request, compared_blocks, measure, samplers
from benchmarks.recipes import RECIPES
from benchmarks.specs import Measurement
from models import MODELS

DATASETS = ("ring", "grid", "unequal-pair")
FURTHER_DATASETS = ("pair-1d", "comb-1d", "spiral")


def measurements(request: Request) -> list[Measurement]:
    # (measure of samples, measure of real data, samples): kernel densities cost a second or two a seed, so only full has them
    measures = [("mixture-samples", "mixture-floor", RECIPES[request.dataset].samples)]
    if request.profile == "full":
        measures.append(("mixture-kde", "mixture-kde-floor", KERNEL_POINTS))
    wanted = [
        Measurement(measure=floor, dataset=request.dataset, options={"n": n}, data_seeds=seeds)
        for _, floor, n in measures
        for seeds in request.seeds
    ]
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, sampler=sampler, observation=observation, n=n)
            for name, _, n in measures
            for sampler in samplers(block)
            for observation in MODELS[block.model].observations
        ]
    return wanted


EXPERIMENT = Experiment(
    name="mixtures",
    question="How near do the models come to a density that is known exactly, and which modes do they lose?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS + FURTHER_DATASETS},
    supports=DATASETS + FURTHER_DATASETS,
    measurements=measurements,
)
