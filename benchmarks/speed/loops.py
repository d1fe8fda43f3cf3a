"""The loops that the suite's own is held against: a plain one as an expert writes it, and the habitual one of tutorials."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.utils.data import DataLoader
from torch.utils.data import Dataset as TorchDataset
from torchvision import transforms

from benchmarks.blocks import model_builder
from benchmarks.datasets import Dataset
from benchmarks.specs import Block
from benchmarks.training.optimisers import make_optimiser
from benchmarks.training.randomness import as_float, draw, generator_for, initialise
from models import MODELS
from models.base import GenerativeModel

Batches = Callable[[], Tensor]


def plain_loop(spec: Block, data: Dataset, device: str, layout: torch.memory_format = torch.preserve_format) -> None:
    """A well-written loop for one seed: data on the device, indexed there, fused Adam, no bookkeeping.

    Args:
        spec: what is trained; its first seed.
        data: its data set.
        device: where.
        layout: in which the weights of convolutions lie in memory; by default as they come.
    """
    train_set = torch.from_numpy(data.train).to(device)
    generator = generator_for(spec.seeds[0], "speed", device)

    def batches() -> Tensor:
        index = torch.randint(len(train_set), (spec.training.batch,), generator=generator, device=device)
        return as_float(train_set[index])

    _train(spec, data, device, batches, fused=True, logged=False, layout=layout)


def habitual_loop(spec: Block, data: Dataset, device: str) -> None:
    """The loop of tutorials: images one by one through torchvision's transforms, a DataLoader, Adam as it comes, the loss of
    every batch as a Python number."""
    loader = DataLoader(Examples(data), spec.training.batch, shuffle=True, drop_last=True)

    def forever() -> Iterator[Tensor]:
        while True:
            yield from loader

    given = forever()
    _train(spec, data, device, lambda: next(given).to(device), fused=False, logged=True)


class Examples(TorchDataset[Tensor]):
    """A training set as tutorials have it: an image becomes a tensor when it is asked for."""

    def __init__(self, data: Dataset) -> None:
        self.data = data
        self.transform = transforms.Compose([transforms.ToTensor(), transforms.Lambda(torch.flatten)])

    def __len__(self) -> int:
        return len(self.data.train)

    def __getitem__(self, index: int) -> Tensor:
        example = self.data.train[index]
        if self.data.kind != "images":
            return torch.from_numpy(example)
        pixels = example.reshape(self.data.shape)
        return self.transform(Image.fromarray(pixels if pixels.ndim == 2 else np.moveaxis(pixels, 0, -1)))


def _train(
    spec: Block,
    data: Dataset,
    device: str,
    batches: Batches,
    fused: bool,
    logged: bool,
    layout: torch.memory_format = torch.preserve_format,
) -> None:
    model: GenerativeModel = initialise(model_builder(spec, MODELS[spec.model], data), spec.seeds[0])
    model.to(device).to(memory_format=layout).train()
    generator = generator_for(spec.seeds[0], "speed", device)
    optimisers = {}
    for player in model.players():
        owned = list(model.parameters_of(player).values())
        optimisers[player] = make_optimiser(model.optimiser(player), owned, fused=fused)
    log = []
    for phase in model.schedule():
        for _ in range(phase.cycles(spec.training.updates)):
            for player in (step.player for step in phase.cycle for _ in range(step.repeats)):
                noise = {
                    name: draw(n, (spec.training.batch,), generator) for name, n in model.noise_spec(player).items()
                }
                x = batches() if model.uses_data(player) else None
                loss, _ = model(player, x, noise)
                optimisers[player].zero_grad()
                loss.backward()
                optimisers[player].step()
                if logged:
                    log.append(loss.item())
