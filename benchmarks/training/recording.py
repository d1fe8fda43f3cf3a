"""A cycle of updates, recorded once and played again: on a GPU one launch in the place of hundreds.

Small networks leave a GPU idle between kernels that Python launches one by one. A CUDA graph holds all kernels of a cycle, forward,
backward and optimiser, with the addresses that they read and write: what goes in is copied to where the recording reads it, and
what comes out lies where the recording writes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Generic, TypeVar

import torch
from torch import Tensor

Given = list[tuple[Tensor | None, Mapping[str, Tensor]]]
"""For each turn of a cycle its batch, if it has one, and its noise by name."""
T = TypeVar("T")
Recorder = Callable[[Callable[[], T]], Callable[[], T]]
"""Makes of a call one that does the same on the same memory, and gives the same tensors every time."""

WARM_UP = 3
"""Cycles that are called before one is recorded: libraries set themselves up, and optimisers make their moments."""


def cuda_graph(call: Callable[[], T]) -> Callable[[], T]:
    """A recorder: a CUDA graph of a call. Recording calls it, but computes nothing."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outcome = call()

    def play() -> T:
        graph.replay()
        return outcome

    return play


def recorder_for(device: torch.device) -> Recorder[T] | None:
    """What records on a device: CUDA graphs on a GPU, nothing elsewhere."""
    return cuda_graph if device.type == "cuda" else None


class Recorded(Generic[T]):
    """A cycle as a function of what its turns are given, recorded.

    Args:
        cycle: reads nothing of the host's that changes, and changes tensors in place only.
        given: an example.
        record: see :data:`Recorder`.
    """

    def __init__(self, cycle: Callable[[Given], T], given: Given, record: Recorder[T]) -> None:
        self.given: Given = [
            (None if x is None else x.clone(), {name: tensor.clone() for name, tensor in noise.items()})
            for x, noise in given
        ]
        self.play = record(lambda: cycle(self.given))

    def __call__(self, given: Given) -> T:
        """Play the cycle on this; what comes out is overwritten the next time."""
        for (place, places), (x, noise) in zip(self.given, given, strict=True):
            if place is not None and x is not None:
                place.copy_(x)
            for name, tensor in noise.items():
                places[name].copy_(tensor)
        return self.play()
