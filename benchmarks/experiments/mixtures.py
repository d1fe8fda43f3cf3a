"""How near do the models come to a density that is known exactly, and which modes do they lose?"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, compared_blocks, floor, measure, sampling_options
from benchmarks.specs import Measurement

DATASETS = ("ring", "grid", "unequal-pair")


def measurements(request: Request) -> list[Measurement]:
    thorough = request.profile == "full"  # a fresh classifier for every seed and sampler costs
    wanted = floor(request, "mixture-floor")
    if thorough:
        wanted += floor(request, "mixture-two-sample-floor")
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [
            measure(block, name, n=request.samples, **how)
            for name in ("mixture-samples", *(("mixture-two-sample",) if thorough else ()))
            for how in sampling_options(block, observations=True)
        ]
    return wanted


EXPERIMENT = Experiment(
    name="mixtures",
    question="How near do the models come to a density that is known exactly, and which modes do they lose?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS},
    supports=DATASETS,
    measurements=measurements,
)
