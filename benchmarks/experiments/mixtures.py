"""How near do the models come to a density that is known exactly, and which modes do they lose?"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, compared_blocks, floor, measure, sampling_options
from benchmarks.specs import Measurement

DATASETS = ("ring", "grid", "unequal-pair")


def measurements(request: Request) -> list[Measurement]:
    n = request.samples
    wanted = floor(request, "mixture-floor")
    for block in compared_blocks(request):
        wanted.append(measure(block, "training"))
        wanted += [measure(block, "mixture-samples", n=n, **how) for how in sampling_options(block, observations=True)]
    return wanted


EXPERIMENT = Experiment(
    name="mixtures",
    question="How near do the models come to a density that is known exactly, and which modes do they lose?",
    datasets={"smoke": ("ring",), "standard": DATASETS, "full": DATASETS},
    supports=DATASETS,
    measurements=measurements,
)
