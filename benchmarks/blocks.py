"""Training of one block: everything between its specification and its weights.

What stands here, and what it imports, is part of a block's key; measuring, planning and running are not.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from benchmarks.datasets.base import Dataset
from benchmarks.specs import Block
from benchmarks.training.loop import Checkpoints, Progress, Trained, train
from benchmarks.training.randomness import Stack
from models.base import GenerativeModel
from models.networks import MLP, Affine, Conv, Networks, Output, PatchMLP
from models.published_networks import InfoGAN, MaxoutMLP, RegularisedAE

PLAIN: dict[str, type[MLP | InfoGAN | RegularisedAE]] = {
    "mlp": MLP,
    "affine": Affine,
    "maxout": MaxoutMLP,
    "patches": PatchMLP,
    "infogan": InfoGAN,
    "rae": RegularisedAE,
}
"""Builders that take shape, latent dimensions, hidden layers, norm and output, by ``Network.kind``."""


def networks_of(block: Block, dataset: Dataset) -> Networks:
    """The builder of the block's networks; ``dataset`` gives the shape of a datum, and whether it is pixels or coordinates."""
    output: Output = "sigmoid" if dataset.kind == "images" else "identity"
    network, shape = block.network, dataset.shape
    if network.upsampling is not None:
        return Conv(shape, network.latent, network.hidden, network.norm, output, network.upsampling)
    return PLAIN[network.kind](shape, network.latent, network.hidden, network.norm, output)


def model_builder(block: Block, model: type[GenerativeModel], dataset: Dataset) -> Callable[[], GenerativeModel]:
    """A function that makes the block's model for one seed.

    Args:
        block: names network and settings.
        model: the class behind ``block.model``.
        dataset: see :func:`networks_of`.
    """
    networks = networks_of(block, dataset)
    settings = model.Settings(**block.settings)
    return lambda: model(networks, settings)  # type: ignore[call-arg]


def train_block(
    block: Block,
    model: type[GenerativeModel],
    dataset: Dataset,
    device: str,
    width: int,
    report: Callable[[float], None] = lambda share: None,
    checkpoints: Callable[[int], Checkpoints] | None = None,
) -> Trained:
    """Train a block in stacks of ``width`` seeds, one stack after the other.

    Args:
        report: called with the share of the block's training that was done since the last call.
        checkpoints: where the stack that begins with this seed leaves its state, and finds it.
    """
    data = torch.from_numpy(dataset.trained_on(block.training.examples)).to(device)
    build = model_builder(block, model, dataset)
    parts = []
    for start in range(0, len(block.seeds), width):
        seeds = block.seeds[start : start + width]
        progress = _share_reporter(len(seeds) / len(block.seeds), report)
        states = checkpoints(seeds[0]) if checkpoints is not None else None
        parts.append(train(build, data, block.training, seeds, progress=progress, checkpoints=states))
    return joined(parts)


def _share_reporter(part: float, report: Callable[[float], None]) -> Progress:
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        report(part * (done / total - last))
        last = done / total

    return progress


def joined(parts: list[Trained]) -> Trained:
    """Stacks of seeds trained one after the other, as one."""
    first = parts[0]
    return Trained(
        weights=joined_stacks([part.weights for part in parts]),
        curves={name: np.concatenate([part.curves[name] for part in parts]) for name in first.curves},
        steps=first.steps,
        diverged_at=np.concatenate([part.diverged_at for part in parts]),
        images=first.images,
        evaluations=first.evaluations,
        moves={player: np.concatenate([part.moves[player] for part in parts]) for player in first.moves},
        averaged=joined_stacks([part.averaged for part in parts]),
        snapshots=tuple(
            joined_stacks(list(stacks)) for stacks in zip(*(part.snapshots for part in parts), strict=True)
        ),
    )


def joined_stacks(parts: list[Stack]) -> Stack:
    """Stacks of tensors by name, joined along the seed axis."""
    return {name: torch.cat([part[name] for part in parts]) for name in parts[0]}
