"""Which Gaussian is nearest to a mixture under which f-divergence, and which one does an f-GAN find?

The experiment of Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016), section 2.5: a generator μ + σ z and a critic with two
tanh layers of 64, batches of 1,024, plain gradient steps of 0.01 for both at once (their algorithm 1). The number of updates is
not published. ``benchmarks.analysis.published`` has their table.
"""

from __future__ import annotations

from benchmarks.evaluation.gaussian_fit import DIVERGENCES
from benchmarks.experiments.base import Experiment, Request, block, measure
from benchmarks.recipes import SMOKE_UPDATES
from benchmarks.specs import Measurement, Network, Training

DATASETS = ("pair-1d",)
NETWORK = Network(kind="affine", latent=1, hidden=(64, 64), norm="none")
UPDATES = 5000
SETTINGS = {
    "generator_objective": "exact",
    "schedule": "single-step",
    "optimiser": "sgd",
    "generator_learning_rate": 0.01,
    "discriminator_learning_rate": 0.01,
    # the usual ones, in the place of tuned ones: plain gradient descent has none
    "beta1": 0.5,
    "beta2": 0.999,
}


def measurements(request: Request) -> list[Measurement]:
    """The best Gaussians; but for ``standard``, whose time it would take, also the trained ones."""
    updates = SMOKE_UPDATES if request.profile == "smoke" else UPDATES
    training = Training(updates=updates, batch=1024, constant=1.0)
    best = [
        Measurement(
            measure="gaussian-fit",
            dataset=request.dataset,
            options={"divergence": name},
            data_seeds=request.seeds[0][:1],
        )
        for name in DIVERGENCES
    ]
    trained = [
        measure(
            block(request.dataset, "fgan", {**SETTINGS, "divergence": name}, request.profile, seeds, NETWORK,
                  training=training),
            "gaussian-generator",
        )
        for name in DIVERGENCES
        for seeds in request.seeds
    ]  # fmt: skip
    return best if request.profile == "standard" else best + trained


EXPERIMENT = Experiment(
    name="gaussian-fit",
    question="Which Gaussian is nearest to a mixture under which f-divergence, and which one does an f-GAN find?",
    datasets={"smoke": DATASETS, "standard": DATASETS, "full": DATASETS},
    supports=DATASETS,
    measurements=measurements,
)
