"""Does a GAN lose as many modes as the literature says, under the literature's own protocol?

Lin et al. (*PacGAN*, NeurIPS 2018) publish what a GAN gets on two mixtures; ``benchmarks.analysis.published`` has their numbers.
Networks and budget are those of the recipe; both players step at once, with Adam's constant step size 1e-4 and β1 = 0.8.
"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, block, first_seeds, measure
from benchmarks.recipes import RECIPES, SMOKE_UPDATES
from benchmarks.specs import Measurement, Training

DATASETS = ("narrow-ring", "wide-grid")
TRIALS = 10
"""The paper's number of runs."""
SHARE = {"cpu": 0.1, "cuda": 1.0}
"""Share of the published length, by kind of device: on a CPU the whole takes a day for each data set."""
SETTINGS = {
    "loss": "non-saturating",
    "schedule": "single-step",
    "generator_learning_rate": 1e-4,
    "discriminator_learning_rate": 1e-4,
    "beta1": 0.8,
}


def training(request: Request) -> Training:
    """The protocol's training, of the length that the device allows."""
    whole = RECIPES[request.dataset].training
    updates = SMOKE_UPDATES if request.profile == "smoke" else round(SHARE[request.device] * whole.updates)
    return whole.model_copy(update={"updates": updates})


def measurements(request: Request) -> list[Measurement]:
    return [
        measure(
            block(request.dataset, "gan", SETTINGS, request.profile, seeds, training=training(request)),
            "mode-samples",
            n=request.samples,
            weights="last",
            sampler="prior",
            observation="mean",
        )
        for seeds in first_seeds(request, TRIALS)
    ]


EXPERIMENT = Experiment(
    name="published-mixtures",
    question="Does a GAN lose as many modes as the literature says, under the literature's own protocol?",
    datasets={"smoke": DATASETS[:1], "standard": (), "full": DATASETS},
    supports=DATASETS,
    measurements=measurements,
)
