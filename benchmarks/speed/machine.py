"""How far training is from what the machine can do: its matrix products alone, and its optimiser alone, beside all of it.

The products of one cycle of updates (matrix multiplications and convolutions, forward and backward) are noted as they are
called, with shapes and strides, and called again, in their order, without anything in between. That is the floor that no loop of
the same arithmetic gets below. Adam reads a parameter, its gradient and two moments, and writes all but the gradient: 28 bytes a
parameter in float32, which a plain copy of memory gives a ceiling for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map

from benchmarks.blocks import model_builder
from benchmarks.evaluation.cost import training_cost
from benchmarks.speed.timing import rate, rates, take_turns
from benchmarks.speed.training import Case, data_of, loop_of
from benchmarks.training.loop import Loop
from models import MODELS
from models.base import Phase

aten = torch.ops.aten
PRODUCTS = frozenset({aten.mm, aten.addmm, aten.bmm, aten.baddbmm, aten.convolution, aten.convolution_backward})
ADAM_BYTES = 28
"""Moved for one float32 parameter: four numbers read, three written."""
COPIED = 2**26
"""Float32 numbers of the copy that measures the memory's bandwidth: more than caches hold."""
SQUARE = {"cpu": 1024, "cuda": 8192}
"""Side of the square matrices that measure the largest rate of products."""


class Products(TorchDispatchMode):
    """Notes every product that is called, to call it again on numbers of the same layout."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[Callable[[], object]] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.overloadpacket in PRODUCTS:
            again, options = tree_map(like, (args, kwargs or {}))
            self.calls.append(lambda: func(*again, **options))
        return func(*args, **(kwargs or {}))


def like(value: Any) -> Any:
    """Random numbers with a tensor's shape, strides, type and device; anything else as it is."""
    if not isinstance(value, Tensor):
        return value
    numbers = torch.randn(value.shape, dtype=value.dtype, device=value.device)
    return torch.empty_strided(value.shape, value.stride(), dtype=value.dtype, device=value.device).copy_(numbers)


def products_of(loop: Loop, phase: Phase) -> list[Callable[[], object]]:
    """Calls of the products of one cycle of a phase, in their order; the loop makes that cycle."""
    with Products() as products, torch.autograd.set_multithreading_enabled(False):
        loop.turn(phase)
    return products.calls


def floor(what: Case, width: int, repeats: int) -> dict[str, object]:
    """A row of the table: the last phase of a training by the side of its products and its optimisers.

    Args:
        what: is trained.
        width: of the seed axis.
        repeats: turns.
    """
    loop = loop_of(what, width)
    phase = loop.phases[-1]
    updates = what.spec.training.updates
    products = products_of(loop, phase)
    players = [step.player for step in phase.cycle for _ in range(step.repeats)]
    gradients = {player: tuple(map(torch.zeros_like, loop.optimisers[player].parameters)) for player in set(players)}
    apart = loop_of(what, width)  # whose parameters may be moved by zeros

    def train() -> None:
        for _ in range(updates):
            loop.turn(phase)

    def multiply() -> None:
        for _ in range(updates):
            for call in products:
                call()

    def optimise() -> None:
        for _ in range(updates):
            for player in players:
                apart.optimisers[player].step(gradients[player])

    kind = torch.device(what.device).type
    side = torch.randn(SQUARE[kind], SQUARE[kind], device=what.device)
    source, target = torch.randn(2, COPIED, device=what.device)
    calls: dict[str, Callable[[], object]] = {
        "training": train,
        "products": multiply,
        "optimiser": optimise,
        "square": lambda: side @ side,
        "copy": lambda: target.copy_(source),
    }
    times = take_turns(calls, repeats, what.device)
    share = rates(times, dict.fromkeys(times, float(updates)), "training")
    both = rate(updates / (times["products"] + times["optimiser"]), updates / times["training"])
    model = model_builder(what.spec, MODELS[what.spec.model], data_of(what.spec.dataset, what.data_dir))()
    cost = training_cost(model, what.spec.training.batch)
    flops = width * sum(cost[player] for player in players)
    parameters = sum(tensor.numel() for player in players for tensor in loop.optimisers[player].parameters)
    return {
        **what.facts,
        "width": width,
        # the share of a training's time that is its products, or these and its optimisers
        "products": 1 / share["products"].ratio,
        "products_low": 1 / share["products"].high,
        "products_high": 1 / share["products"].low,
        "with_optimiser": 1 / both.ratio,
        "with_optimiser_low": 1 / both.high,
        "with_optimiser_high": 1 / both.low,
        "training_gflops": flops * share["training"].per_second / 1e9,
        "product_gflops": flops * share["products"].per_second / 1e9,
        "square_gflops": 2 * SQUARE[kind] ** 3 * share["square"].per_second / updates / 1e9,
        "optimiser_gb_per_second": ADAM_BYTES * parameters * share["optimiser"].per_second / 1e9,
        "copy_gb_per_second": 8 * COPIED * share["copy"].per_second / updates / 1e9,
    }
