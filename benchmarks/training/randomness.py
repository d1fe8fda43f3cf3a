"""Random numbers that belong to one (seed, purpose) each: what a seed draws does not depend on its company.

A stream can say where it stands, and go on from there, bit for bit.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from models.base import GenerativeModel, Noise, NoiseKind

Stack = dict[str, Tensor]
"""Tensors by name."""

DRAWN_AT_ONCE = 32
"""Steps whose noise and batch indices are drawn in one call (part of what a seed means: do not change lightly)."""


def derived_seed(seed: int, purpose: str) -> int:
    """A seed for one purpose, in [0, 2⁶³): the first bytes of SHA-256 of ``seed/purpose``."""
    return int.from_bytes(hashlib.sha256(f"{seed}/{purpose}".encode()).digest()[:8], "big") >> 1


def generator_for(seed: int, purpose: str, device: torch.device | str = "cpu") -> torch.Generator:
    """A generator on ``device`` for one (seed, purpose)."""
    return torch.Generator(device).manual_seed(derived_seed(seed, purpose))


def initialise(build: Callable[[], GenerativeModel], seed: int) -> GenerativeModel:
    """A freshly initialised model on the CPU, the same for the same seed whatever was drawn before."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derived_seed(seed, "initialisation"))
        return build()


DRAWS: dict[NoiseKind, Callable[..., Tensor]] = {
    "normal": torch.randn,
    "uniform": torch.rand,
    "standardised-uniform": lambda *size, **how: (torch.rand(*size, **how) - 0.5) * math.sqrt(12),
}


def draw(noise: Noise, rows: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Noise of shape (\\*rows, \\*noise.shape), float32, on the generator's device."""
    return DRAWS[noise.kind]((*rows, *noise.shape), generator=generator, device=generator.device)


class NoiseStream:
    """Noise of one name for S seeds, step by step, each seed from its own generator."""

    def __init__(
        self,
        noise: Noise,
        batch: int,
        seeds: tuple[int, ...],
        purpose: str,
        device: torch.device,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self.noise = noise
        self.batch = batch
        self.dtype = dtype
        self.generators = [generator_for(seed, f"noise/{purpose}", device) for seed in seeds]
        self.position = DRAWN_AT_ONCE

    def next(self) -> Tensor:
        """Noise of one step, shape (S, B, \\*shape)."""
        if self.position == DRAWN_AT_ONCE:
            self._draw()
            self.position = 0
        self.position += 1
        return self.drawn[self.position - 1]

    def _draw(self) -> None:
        self.before = states_of(self.generators)
        rows = (DRAWN_AT_ONCE, self.batch)
        self.drawn = torch.stack([draw(self.noise, rows, g) for g in self.generators], dim=1).to(self.dtype)

    def state(self) -> Stack:
        """Where the stream stands: the generators as they were before what is drawn and not used up, and how much of it is used."""
        fresh = self.position == DRAWN_AT_ONCE
        before = states_of(self.generators) if fresh else self.before
        return {"generators": before, "position": torch.tensor(self.position)}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from where a stream of the same noise and seeds stood."""
        set_states(self.generators, state["generators"])
        self.position = int(state["position"])
        if self.position < DRAWN_AT_ONCE:
            self._draw()


class BatchStream:
    """Batches of data for S seeds: each seed goes through its own random order, epoch after epoch, none left out.

    Args:
        data: shape (N, D), or (S, N, D) where every seed has its own; on the device; uint8 pixels (mapped to [0, 1]) or float32
            coordinates.
        batch: B examples per batch, which may cross the border between two epochs.
    """

    def __init__(self, data: Tensor, batch: int, seeds: tuple[int, ...]) -> None:
        self.data = data
        self.own = (torch.arange(len(seeds), device=data.device)[:, None],) if data.dim() == 3 else ()
        """What goes before an index into the data."""
        self.batch = batch
        self.generators = [generator_for(seed, "data order", data.device) for seed in seeds]
        self.order = torch.empty((len(seeds), 0), dtype=torch.long, device=data.device)

    def next(self) -> Tensor:
        """The next batch of every seed, shape (S, B, D), float32."""
        while self.order.shape[1] < self.batch:
            examples, device = self.data.shape[-2], self.data.device
            epoch = [torch.randperm(examples, generator=g, device=device) for g in self.generators]
            self.order = torch.cat([self.order, torch.stack(epoch)], dim=1)
        index, self.order = self.order[:, : self.batch], self.order[:, self.batch :]
        return as_float(self.data[(*self.own, index)])

    def state(self) -> Stack:
        """Where the stream stands: the generators, and what is left of the orders that they gave."""
        return {"generators": states_of(self.generators), "order": self.order.cpu()}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from where a stream of the same data and seeds stood."""
        set_states(self.generators, state["generators"])
        self.order = state["order"].to(self.data.device)


def states_of(generators: Sequence[torch.Generator]) -> Tensor:
    """The generators' states, one row each."""
    return torch.stack([generator.get_state() for generator in generators])


def set_states(generators: Sequence[torch.Generator], states: Tensor) -> None:
    """Put the generators into these states."""
    for generator, state in zip(generators, states, strict=True):
        generator.set_state(state.clone())  # it reads the memory as aligned, which a file's need not be


def as_float(data: Tensor) -> Tensor:
    """uint8 pixels 0–255 as float32 in [0, 1]; floating-point data as they are."""
    return data.float().div_(255) if data.dtype == torch.uint8 else data
