"""What do the latent spaces hold: along one axis, on the line between two codes, over a plane of two dimensions?"""

from __future__ import annotations

from benchmarks.experiments.base import Experiment, Request, block, compared_blocks, measure
from benchmarks.recipes import RECIPES, Arm
from benchmarks.specs import Block, Measurement

ON_THE_PLANE: tuple[Arm, ...] = (
    ("ae", {}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"loss": "non-saturating"}),
)
"""Arms trained with two latent dimensions as well, so that the whole latent space can be looked at."""
FURTHER_ON_THE_PLANE: tuple[Arm, ...] = (("pca", {}), ("dae", {}))
"""The same in ``full`` only."""


def two_dimensional_blocks(request: Request) -> list[Block]:
    """Blocks with two latent dimensions."""
    network = RECIPES[request.dataset].network.model_copy(update={"latent": 2})
    arms = ON_THE_PLANE + (FURTHER_ON_THE_PLANE if request.profile == "full" else ())
    return [
        block(request.dataset, model, settings, request.profile, seeds, network, request.split)
        for model, settings in arms
        for seeds in request.seeds
    ]


def measurements(request: Request) -> list[Measurement]:
    blocks = [*compared_blocks(request), *two_dimensional_blocks(request)]
    return [measure(one, "latent-pictures") for one in blocks]


EXPERIMENT = Experiment(
    name="latent-space",
    question="What do latent spaces hold: along an axis, on the line between two codes, over a plane of two dimensions?",
    datasets={"smoke": ("digits",), "standard": ("digits",), "full": ("digits", "mnist")},
    supports=("digits", "mnist", "fashion-mnist", "kmnist", "cifar10", "own"),
    measurements=measurements,
)
