"""What an experiment is: a question, the data sets it is asked on, and the measurements that answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.recipes import ARMS, FURTHER_ARMS, RECIPES, Settings, training_for
from benchmarks.specs import Block, Measurement, Profile, Split
from models import MODELS


@dataclass(frozen=True)
class Request:
    """What an experiment is asked for.

    Attributes:
        dataset: a data set's name.
        profile: budget and settings.
        seeds: blocks of seeds.
        samples: n, how many samples are drawn from each model: the recipe's number, or that of the test examples if it is less.
        split: what is measured on.
    """

    dataset: str
    profile: Profile
    seeds: tuple[tuple[int, ...], ...]
    samples: int
    split: Split = "test"


@dataclass(frozen=True)
class Experiment:
    """One experiment.

    Attributes:
        name: its name on the command line.
        question: what it answers, in one sentence.
        datasets: data sets by profile, when none is asked for by name.
        supports: every data set that can be asked for.
        measurements: the measurements for one request.
        split: what the experiment is measured on; ``validation`` for one that chooses settings.
    """

    name: str
    question: str
    datasets: Mapping[Profile, tuple[str, ...]]
    supports: tuple[str, ...]
    measurements: Callable[[Request], list[Measurement]]
    split: Split = "test"


def block(
    dataset: str, model: str, settings: Settings, profile: Profile, seeds: tuple[int, ...], split: Split = "test"
) -> Block:
    """The block that trains ``model`` on ``dataset`` as the recipe says, ``settings`` on top, all of them resolved."""
    recipe = RECIPES[dataset]
    resolved = MODELS[model].Settings(**{**recipe.settings[model], **settings})
    return Block(
        dataset=dataset,
        model=model,
        network=recipe.network,
        settings=resolved.model_dump(mode="json"),
        training=training_for(recipe, profile),
        seeds=seeds,
        split=split,
    )


def compared_blocks(request: Request) -> list[Block]:
    """One block for every arm and every block of seeds."""
    arms = ARMS + FURTHER_ARMS if request.profile == "full" else ARMS
    return [
        block(request.dataset, model, settings, request.profile, seeds, request.split)
        for model, settings in arms
        for seeds in request.seeds
    ]


def floor(request: Request, name: str) -> list[Measurement]:
    """The measurement ``name`` of data alone, as large as those of the models, for every block of seeds."""
    return [
        Measurement(
            measure=name, dataset=request.dataset, options={"n": request.samples}, data_seeds=seeds, split=request.split
        )
        for seeds in request.seeds
    ]


def measure(of: Block, name: str, **options: object) -> Measurement:
    """The measurement ``name`` of a block."""
    return Measurement(measure=name, dataset=of.dataset, options=options, block=of, split=of.split)


def samplers(of: Block) -> tuple[str, ...]:
    """Where latent vectors may come from: the prior, and for models with codes the ex-post densities too."""
    return ("prior", "gaussian", "gmm") if MODELS[of.model].has_codes else ("prior",)
