"""Do models of images get the FID that the literature says, under the literature's own protocols?

Two papers, whose numbers are in ``benchmarks.analysis.published``:

* Lucic et al., *Are GANs Created Equal? A Large-Scale Study*, NeurIPS 2018: InfoGAN's networks, 20 passes over the data (CIFAR-10:
  100), batches of 64, Adam. Theirs is the best of a search among 100 settings; ours are the study's default settings, which its
  published code names, not searched. Their noise is uniform, and so is ours, standardised.
* Ghosh et al., *From Variational to Deterministic Autoencoders*, ICLR 2020: reconstructions, codes from N(0, I) or a Gaussian
  fitted to them, from a mixture of ten, midpoints of codes. Their networks and budget (100 passes over all but the last 10,000
  training images, batches of 100, Adam at 5e-4) on a GPU; on a CPU, where one run would take days, the suite's own networks and
  budget, which the table says. Not as theirs are: step sizes are constant, where they halve them when the validation loss stands
  still, and the last weights count, not those of the best loss; the VAE's scale is learned, where theirs weighs the KL term by
  0.312 (CIFAR-10: 0.024) beside a summed squared error, and trains at 1e-4; densities are fitted to 5,000 codes, of a VAE draws
  from its posteriors, where theirs are fitted to the means of all; a VAE's reconstructions are decoded means, theirs draws.
"""

from __future__ import annotations

from benchmarks.analysis.published import STUDY_UPDATES
from benchmarks.evaluation.published_images import INTERPOLATION, RECONSTRUCTION
from benchmarks.experiments.base import Experiment, Request, block, first_seeds, measure
from benchmarks.recipes import RECIPES, SMOKE_UPDATES, Arm, training_for
from benchmarks.specs import Block, Measurement, Network, Training

DATASETS = ("mnist", "fashion-mnist", "cifar10")
TRIALS = 10
"""Runs of each arm; Lucic et al. have 50, Ghosh et al. one."""
SHARE = {"cpu": 0.1, "cuda": 1.0}
"""Share of the study's length, by kind of device: on a CPU the whole takes half a day for each run."""

STUDY_NETWORK = Network(kind="infogan", latent=64, hidden=(1024, 128, 64), norm="batch")
STUDY_TRAINING = {
    dataset: Training(updates=updates, batch=64, constant=1.0) for dataset, updates in STUDY_UPDATES.items()
}
_GAN = {"beta1": 0.0, "generator_learning_rate": 5e-5, "discriminator_learning_rate": 5e-5, "prior": "uniform",
        "discriminator_norm": "batch"}  # fmt: skip
_LEAST_SQUARES = {**_GAN, "beta1": 0.5, "generator_learning_rate": 2e-4, "discriminator_learning_rate": 2e-4}
STUDY_ARMS: tuple[Arm, ...] = (
    ("gan", {**_GAN, "loss": "saturating"}),
    ("gan", {**_GAN, "loss": "non-saturating"}),
    ("gan", {**_LEAST_SQUARES, "loss": "least-squares"}),
    ("vae", {"likelihood": "bernoulli", "kl_weight": 1.0, "learning_rate": 5e-5, "beta1": 0.5}),
)

RAE_DATASETS = ("mnist", "cifar10")
RAE_NETWORK = {
    name: Network(kind="rae", latent=latent, hidden=(1024, 512, 256, 128), norm="batch")
    for name, latent in (("mnist", 16), ("cifar10", 128))
}
RAE_TRAINING = {
    "mnist": Training(updates=50_000, batch=100, constant=1.0, examples=50_000),
    "cifar10": Training(updates=40_000, batch=100, constant=1.0, examples=40_000),
}
_RAE_ADAM = {"learning_rate": 5e-4, "beta1": 0.9}
RAE_ARMS: tuple[Arm, ...] = (("ae", {}), ("vae", {"likelihood": "gaussian-learned", "kl_weight": 1.0}))
CODES_FROM = (RECONSTRUCTION, "prior", "gaussian", "gmm", INTERPOLATION)
"""Their columns. An autoencoder has no prior: theirs is a Gaussian fitted to its codes, a VAE's is N(0, I)."""


def cut(training: Training, request: Request, share: float = 1.0) -> Training:
    """A protocol's training, of the length that profile and share allow."""
    updates = SMOKE_UPDATES if request.profile == "smoke" else round(share * training.updates)
    return training.model_copy(update={"updates": updates})


def study_blocks(request: Request, seeds: tuple[int, ...]) -> list[Block]:
    """Lucic et al.'s models."""
    training = cut(STUDY_TRAINING[request.dataset], request, SHARE[request.device])
    return [
        block(request.dataset, model, settings, request.profile, seeds, STUDY_NETWORK, training=training)
        for model, settings in STUDY_ARMS
    ]


def rae_blocks(request: Request, seeds: tuple[int, ...]) -> list[Block]:
    """Ghosh et al.'s models that are among the suite's."""
    name = request.dataset
    if name not in RAE_DATASETS:
        return []
    if request.device == "cpu":
        return [
            block(name, model, settings, request.profile, seeds, training=training_for(RECIPES[name], request.profile))
            for model, settings in RAE_ARMS
        ]
    training = cut(RAE_TRAINING[name], request)
    return [
        block(name, model, {**settings, **_RAE_ADAM}, request.profile, seeds, RAE_NETWORK[name], training=training)
        for model, settings in RAE_ARMS
    ]


def measurements(request: Request) -> list[Measurement]:
    wanted = []
    for seeds in first_seeds(request, TRIALS):
        wanted.append(
            Measurement(
                measure="published-images-floor",
                dataset=request.dataset,
                options={"n": request.samples},
                data_seeds=seeds,
            )
        )
        ways: list[tuple[Block, tuple[str, ...]]] = [(of, ("prior",)) for of in study_blocks(request, seeds)]
        ways += [(of, CODES_FROM) for of in rae_blocks(request, seeds)]
        wanted += [
            measure(of, "published-images", n=request.samples, weights="last", sampler=sampler, observation="mean")
            for of, samplers in ways
            for sampler in samplers
        ]
    return wanted


EXPERIMENT = Experiment(
    name="published-images",
    question="Do models of images get the FID that the literature says, under the literature's own protocols?",
    datasets={"smoke": (), "standard": (), "full": ("mnist",)},
    supports=DATASETS,
    measurements=measurements,
)
