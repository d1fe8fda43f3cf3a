"""Whether a training with the same seed ends with the same weights."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.blocks import train_block
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.recipes import RECIPES
from benchmarks.specs import Block, lookup
from models import MODELS

REPRODUCTION_METRICS = ("same-seed-difference", "other-seed-difference", "stack-difference")


def reproduction(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """A seed trained twice, another seed, and the seed beside that other one in a stack of two: largest differences of the weights.

    Always on the CPU, with the recipe's network and batch. Options: ``model``, its ``settings`` on top of the defaults, and
    ``updates``.
    """
    seed, data = subject.seeds[index], subject.dataset
    recipe = RECIPES[data.name]
    model = lookup(MODELS, "model", subject.options["model"])
    settings = model.Settings(**subject.options["settings"]).model_dump(mode="json")
    training = recipe.training.model_copy(update={"updates": subject.options["updates"], "snapshots": ()})

    def weights(*seeds: int) -> np.ndarray:
        """All weights of the first of some seeds that are trained in one stack, as one vector."""
        block = Block(
            dataset=data.name,
            model=subject.options["model"],
            network=recipe.network,
            settings=settings,
            training=training,
            seeds=seeds,
            split=data.split,
        )
        trained = train_block(block, model, data, "cpu", len(seeds))
        return torch.cat([tensor[0].flatten().double() for tensor in trained.weights.values()]).numpy()

    first = weights(seed)
    facts = {
        "weights": first,
        "weights_again": weights(seed),
        "weights_of_other_seed": weights(seed + 1),
        "weights_in_stack": weights(seed, seed + 1),
    }
    return compute(REPRODUCTION_METRICS, facts), {}


MEASURES: dict[str, Measure] = {
    "reproduction": Measure(
        reproduction, lambda dataset: REPRODUCTION_METRICS, "a training with the same seed again", exact=True
    ),
}
