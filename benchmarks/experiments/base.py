"""What an experiment is: a question, the data sets it is asked on, and the measurements that answer it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import plugins
from benchmarks.datasets import DATASETS
from benchmarks.recipes import (
    ARMS,
    FURTHER_ARMS,
    FURTHER_IMAGE_ARMS,
    LEFT_OUT,
    ON_FURTHER_NETWORKS,
    RECIPES,
    Arm,
    Settings,
    training_for,
    tuned_settings,
)
from benchmarks.specs import RECALIBRATED, Block, Measurement, Network, Profile, Split, Training
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
        device: kind of device, ``cpu`` or ``cuda``.
    """

    dataset: str
    profile: Profile
    seeds: tuple[tuple[int, ...], ...]
    samples: int
    split: Split = "test"
    device: str = "cpu"


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


def first_seeds(request: Request, count: int) -> tuple[tuple[int, ...], ...]:
    """The first ``count`` seeds, in the blocks that they come in: a published protocol's number of runs."""
    seeds = [seed for one in request.seeds for seed in one][:count]
    blocks = (tuple(seed for seed in one if seed in seeds) for one in request.seeds)
    return tuple(one for one in blocks if one)


def block(
    dataset: str,
    model: str,
    settings: Settings,
    profile: Profile,
    seeds: tuple[int, ...],
    network: Network | None = None,
    split: Split = "test",
    training: Training | None = None,
) -> Block:
    """The block that trains ``model`` on ``dataset`` with the tuned settings, and ``settings`` on top, all resolved.

    ``network`` and ``training`` replace the recipe's own.
    """
    recipe = RECIPES[dataset]
    resolved = MODELS[model].Settings(**{**tuned_settings(dataset).get(model, {}), **settings})
    return Block(
        dataset=dataset,
        model=model,
        network=network or recipe.network,
        settings=resolved.model_dump(mode="json"),
        training=training or training_for(recipe, profile),
        seeds=seeds,
        split=split,
    )


def arms_for(dataset: str, profile: Profile) -> tuple[Arm, ...]:
    """The arms that a profile compares on a data set, those of plugins last."""
    if profile == "full":
        own = ARMS + FURTHER_ARMS + (FURTHER_IMAGE_ARMS if DATASETS[dataset].kind == "images" else ())
    else:
        own = tuple(arm for arm in ARMS if arm not in LEFT_OUT.get(dataset, ()))
    return own + plugins.arms(dataset)


def compared_blocks(request: Request) -> list[Block]:
    """One block for every arm and every block of seeds; in ``full`` some on the recipe's further networks too."""
    recipe = RECIPES[request.dataset]
    arms = [(arm, recipe.network) for arm in arms_for(request.dataset, request.profile)]
    if request.profile == "full":
        arms += [(arm, network) for network in recipe.further_networks for arm in ON_FURTHER_NETWORKS]
    return [
        block(request.dataset, model, settings, request.profile, seeds, network, request.split)
        for (model, settings), network in arms
        for seeds in request.seeds
    ]


def floor(request: Request, name: str, n: int) -> list[Measurement]:
    """The measurement ``name`` of n real examples in the place of samples, for every block of seeds."""
    return [
        Measurement(measure=name, dataset=request.dataset, options={"n": n}, data_seeds=seeds, split=request.split)
        for seeds in request.seeds
    ]


def measure(of: Block, name: str, **options: object) -> Measurement:
    """The measurement ``name`` of a block."""
    return Measurement(measure=name, dataset=of.dataset, options=options, block=of, split=of.split)


def likelihoods(of: Block) -> list[Measurement]:
    """Bounds on the likelihood of held-out data, from models that give them."""
    return [measure(of, "likelihood")] if MODELS[of.model].has_posterior else []


def samplers_of(of: Block) -> tuple[str, ...]:
    """Where the latent vectors of a block's samples may come from: the model's samplers; for decoders with batch normalisation that
    are trained on codes also the prior with statistics of its own."""
    model = MODELS[of.model]
    on_codes = len(model.samplers) > 1 and model.trained
    first, *others = model.samplers
    return (first, *((RECALIBRATED,) if on_codes and of.network.norm == "batch" else ()), *others)


def sampling_options(of: Block, observations: bool) -> list[dict[str, object]]:
    """The ways in which a block's model is sampled: weights (the last, and their average if one was kept), where codes come from,
    and, if ``observations``, whether the likelihood's mean is taken or a draw."""
    model = MODELS[of.model]
    weights = ("last", "ema") if of.settings.get("ema_decay") is not None else ("last",)
    return [
        {"weights": kind, "sampler": sampler, "observation": observation}
        for kind in weights
        for sampler in samplers_of(of)
        for observation in (model.observations if observations else ("mean",))
    ]
