"""The one training loop, for all models, over the seed axis.

S freshly initialised modules are stacked (``torch.func.stack_module_state``); the loss is mapped over the seed axis and
summed; every player's optimiser steps on the stacks. It is element-wise and every loss reads one seed's slice alone, so seeds
do not influence each other. Batches and noise come from generators that belong to one (seed, purpose) each: what a seed
draws does not depend on its company, nor on the model beyond what the model asks for.

Where each seed chooses whose turn it is (``Phase.choice``), every objective is evaluated for all seeds, and every seed has
optimisers of its own on its slices of the stacks: a player whose turn it is not keeps parameters, moments and step count.

Learning rates are constant and then fall linearly, over each phase anew (an autoencoder, then a GAN on its codes), but over
parts of one phase together (``Phase.part``): the i-th update of a player has the same rate however its updates are grouped.

A loop can be stopped and gone on with: :meth:`Loop.state` holds all that the rest of a training depends on, so that what comes
after is the same, bit for bit, as if it had never been stopped.

The loop knows no model by name and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from benchmarks.specs import Training
from benchmarks.training.optimisers import MovingAverage, PlayerOptimiser, learning_rate_factor
from benchmarks.training.randomness import BatchStream, NoiseStream, Stack, as_float, initialise
from benchmarks.training.recording import WARM_UP, Given, Recorded, Recorder, recorder_for
from benchmarks.training.seed_axis import ModelContractError, SeedAxis
from models.base import GenerativeModel, Objective, Phase, Player, Scalars

CURVE_POINTS = 100
"""Scalars are recorded at about this many evenly spaced updates."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Trained:
    """Outcome of a training over S seeds.

    Attributes:
        weights: parameters and buffers by name, each with leading axis S, on the CPU.
        curves: recorded scalars by name, each of shape (S, T).
        steps: the update after which each of the T points was recorded, shape (T,).
        diverged_at: for each seed the first optimiser step with a loss that was not finite, or -1; shape (S,).
        images: data examples that one seed has seen.
        evaluations: how often each objective was evaluated, the same for all seeds.
        moves: for each player how often it was updated, shape (S,): as often as its objective was evaluated, but for phases
            in which each seed chooses whose turn it is.
        averaged: moving averages of those weights that the model wants averaged, by name, like ``weights``; else empty.
        snapshots: all weights at each of the training's snapshots, in order; shares that fall on one update count once.
    """

    weights: Stack
    curves: dict[str, np.ndarray]
    steps: np.ndarray
    diverged_at: np.ndarray
    images: int
    evaluations: dict[Objective, int]
    moves: dict[Player, np.ndarray]
    averaged: Stack = field(default_factory=dict)
    snapshots: tuple[Stack, ...] = ()


class Checkpoints(Protocol):
    """Where a training leaves its state now and then; ``benchmarks.checkpoints`` has one on disk."""

    def latest(self) -> Stack | None:
        """The last state that was saved; None where there is none."""
        ...

    def due(self) -> bool:
        """Whether it is time to save."""
        ...

    def save(self, state: Stack) -> None:
        """Keep this state in the place of earlier ones."""
        ...


def train(
    build: Callable[[], GenerativeModel],
    data: Tensor,
    training: Training,
    seeds: tuple[int, ...],
    *,
    fast: bool = True,
    fused: bool = True,
    record: Callable[[torch.device], Recorder[Scalars] | None] = recorder_for,
    progress: Progress | None = None,
    prepare: Callable[[list[GenerativeModel]], None] | None = None,
    checkpoints: Checkpoints | None = None,
) -> Trained:
    """Train one model on all ``seeds`` at once, on the device where ``data`` lives.

    Args:
        build: makes a model; called once per seed under that seed's initialisation.
        data: training set, shape (N, D), or (S, N, D) where every seed has its own; uint8 pixels or floating-point
            coordinates; float64 data train in float64.
        training: budget, batch size and learning-rate schedule.
        seeds: S seeds.
        fast: allow the model's stacked form; False maps over seeds with ``vmap``.
        fused: PyTorch's fused Adam instead of its plain one.
        record: gives for a device what records a cycle, to be played again in place of being called (``recording``).
        progress: called now and then with (updates done, updates in all).
        prepare: called once with the S initialised models, before they are stacked.
        checkpoints: go on from the last state there, and save further ones when they are due and at the end.

    Raises:
        ModelContractError: the model does not meet the interface.
    """
    loop = begin(build, data, training, seeds, fast=fast, fused=fused, record=record, prepare=prepare)
    saved = checkpoints.latest() if checkpoints is not None else None
    if saved is not None:
        loop.restore(saved)
    for done in loop.run():
        if progress is not None:
            progress(done, loop.total)
        if checkpoints is not None and (checkpoints.due() or done == loop.total):
            checkpoints.save(loop.state())
    return loop.outcome()


def begin(
    build: Callable[[], GenerativeModel],
    data: Tensor,
    training: Training,
    seeds: tuple[int, ...],
    *,
    fast: bool = True,
    fused: bool = True,
    record: Callable[[torch.device], Recorder[Scalars] | None] = recorder_for,
    prepare: Callable[[list[GenerativeModel]], None] | None = None,
) -> Loop:
    """A training before its first update: models initialised, fitted, prepared and stacked; arguments as those of :func:`train`."""
    models = [initialise(build, seed).to(data.dtype if data.is_floating_point() else torch.float32) for seed in seeds]
    for index, one in enumerate(models):
        one.fit(data if data.dim() == 2 else data[index])
    if prepare is not None:
        prepare(models)
    return Loop(models, data, training, seeds, fast, fused, record(data.device))


class Loop:
    """The training of S models at once, as far as it has come.

    Args:
        models: initialised, one for each seed.
        data: see :func:`train`, as the rest.
        record: what makes a cycle one that is played again; None: every cycle is called.

    Attributes:
        within: gives the context that every cycle is done in.
    """

    def __init__(
        self,
        models: list[GenerativeModel],
        data: Tensor,
        training: Training,
        seeds: tuple[int, ...],
        fast: bool,
        fused: bool,
        record: Recorder[Scalars] | None = None,
    ) -> None:
        device = data.device
        self.training = training
        self.seeds = seeds
        self.axis = SeedAxis(models, device, fast)
        self.model = self.axis.template
        self.model.train()
        owned = self.axis.owned()
        self.phases = self.model.schedule()
        self.total = sum(phase.cycles(training.updates) for phase in self.phases)
        apart = any(phase.choice is not None for phase in self.phases)
        wanted = {player: self.model.optimiser(player) for player in owned}
        # the host must know which seeds move; plain gradient descent reads its step size there
        whole = not apart and all(how.kind == "adam" for how in wanted.values())
        self.record = record if whole else None
        self.called: dict[Phase, int] = {}
        self.recorded: dict[Phase, Recorded[Scalars]] = {}
        self.optimisers = {
            player: PlayerOptimiser(
                wanted[player], [self.axis.parameters[name] for name in names], apart, fused, self.record is not None
            )
            for player, names in owned.items()
        }
        self.batches = BatchStream(data, training.batch, seeds)
        dtype = data.dtype if data.is_floating_point() else torch.float32
        self.streams = {
            player: {
                name: NoiseStream(noise, training.batch, seeds, f"{player}/{name}", device, dtype)
                for name, noise in self.model.noise_spec(player).items()
            }
            for player in owned
        }
        for player in owned:
            x = data[..., :1, :].expand(len(seeds), training.batch, -1) if self.model.uses_data(player) else None
            zeros = {
                name: torch.zeros((len(seeds), training.batch, *stream.noise.shape), device=device, dtype=dtype)
                for name, stream in self.streams[player].items()
            }
            self.axis.check(player, None if x is None else as_float(x), zeros)

        self.within: Callable[[], AbstractContextManager[None]] = denormals_as_zero
        self.done = 0
        """Cycles, over all phases."""
        self.images = 0
        self.evaluations = dict.fromkeys(owned, 0)
        self.moves = {player: np.zeros(len(seeds), dtype=int) for player in owned}
        self.step = torch.zeros((), dtype=torch.long, device=device)
        """Evaluations of any objective."""
        self.diverged_at = torch.full((len(seeds),), -1, dtype=torch.long, device=device)
        self.latest: Scalars = {}
        self.points: list[tuple[int, Scalars]] = []
        self.average = MovingAverage(self.model.averaging(), self.axis)
        self.snapshots: list[Stack] = []

    def run(self) -> Iterator[int]:
        """Train to the end, from wherever it stands; gives the number of cycles done at every point of the curves."""
        every = max(1, self.total // CURVE_POINTS)
        kept_at = {max(1, round(share * self.total)) for share in self.training.snapshots}
        begins = 0
        for phase in self.phases:
            span, cycles = phase.span(self.training.updates), phase.whole(self.training.updates)
            if self.done == begins and phase.part[0] == 0:
                self.latest.clear()  # what an earlier phase recorded is over
            for cycle in span[max(0, self.done - begins) :]:
                factor = learning_rate_factor(cycle / cycles, self.training.constant)
                for optimiser in self.optimisers.values():
                    optimiser.scale(factor)
                with self.within():
                    self.turn(phase)
                self.done += 1
                self.average.update(phase)
                if self.done in kept_at:
                    self.snapshots.append({name: tensor.clone() for name, tensor in self.axis.state().items()})
                if self.done % every == 0 or self.done == self.total:
                    # what a recording gives is overwritten by its next play
                    self.points.append((self.done, {name: value.clone() for name, value in self.latest.items()}))
                    yield self.done
            begins += len(span)

    def turn(self, phase: Phase) -> None:
        """One cycle of a phase."""
        turns = [step.player for step in phase.cycle for _ in range(step.repeats)]
        given: Given = [self.draw(player) for player in turns]
        if phase.choice is not None:
            self.choose(phase.choice, turns, given)
            return
        self.latest.update(self.recording_of(phase, turns, given)(given))
        for player in turns:
            self.moves[player] += 1

    def draw(self, player: Player) -> tuple[Tensor | None, Stack]:
        """A player's next batch, if its objective reads data, and its next noise by name."""
        x = None
        if self.model.uses_data(player):
            x = self.batches.next()
            self.images += self.training.batch
        self.evaluations[player] += 1
        return x, {name: stream.next() for name, stream in self.streams[player].items()}

    def recording_of(self, phase: Phase, turns: list[Player], given: Given) -> Callable[[Given], Scalars]:
        """A phase's cycle as a function of what its turns are given: recorded, if it is to be and the loop is warm."""

        def cycle(given: Given) -> Scalars:
            return self.cycle(turns, given, phase.simultaneous)

        if self.record is None:
            return cycle
        self.called[phase] = self.called.get(phase, 0) + 1
        if self.called[phase] > WARM_UP and phase not in self.recorded:
            self.recorded[phase] = Recorded(cycle, given, self.record)
        return self.recorded.get(phase, cycle)

    def cycle(self, turns: Sequence[Player], given: Given, simultaneous: bool) -> Scalars:
        """Alternating updates; or all gradients first, and then all updates (single-step method). Gives the scalars.

        Works on tensors alone, and in place, so that it can be recorded.
        """
        latest: Scalars = {}
        held: list[tuple[Player, tuple[Tensor, ...]]] = []
        for player, (x, noise) in zip(turns, given, strict=True):
            held.append((player, self.gradients(player, x, noise, latest)))
            if not simultaneous:
                self.optimisers[player].step(held.pop()[1])
        for player, grads in held:
            self.optimisers[player].step(grads)
        return latest

    def choose(self, scalar: str, turns: list[Player], given: Given) -> None:
        """All gradients first, and then, for each seed, the update that it chooses."""
        first, second = [
            (player, self.gradients(player, x, noise, self.latest))
            for player, (x, noise) in zip(turns, given, strict=True)
        ]
        chosen = self.positive(scalar)
        for (player, grads), moving in ((first, chosen), (second, [not one for one in chosen])):
            self.optimisers[player].step(grads, moving)
            self.moves[player] += np.array(moving)

    def gradients(
        self, player: Player, x: Tensor | None, noise: Mapping[str, Tensor], latest: Scalars
    ) -> tuple[Tensor, ...]:
        """Gradients of a player's objective; notes its scalars in ``latest``, and seeds whose loss is not finite."""
        losses, scalars = self.axis.losses(player, x, noise)
        latest.update(scalars)
        failed_now = ~losses.detach().isfinite() & (self.diverged_at < 0)
        self.diverged_at.copy_(torch.where(failed_now, self.step, self.diverged_at))
        self.step.add_(1)
        return torch.autograd.grad(losses.sum(), self.optimisers[player].parameters)

    def positive(self, scalar: str) -> list[bool]:
        """For each seed whether a scalar was last positive."""
        if scalar not in self.latest:
            raise ModelContractError(
                f"{type(self.model).__name__}: a phase goes by the scalar {scalar!r}, which forward() does not record"
            )
        return (self.latest[scalar] > 0).tolist()

    def outcome(self) -> Trained:
        """What has come of it."""
        weights = self.axis.state()
        finite = torch.stack([w.reshape(len(self.seeds), -1).isfinite().all(1) for w in weights.values()]).all(0)
        diverged = self.diverged_at.cpu()
        diverged = torch.where(~finite & (diverged < 0), self.step.cpu() - 1, diverged)
        return Trained(
            weights=weights,
            curves=stack_curves(self.points),
            steps=np.array([at for at, _ in self.points], dtype=int),
            diverged_at=diverged.numpy(),
            images=self.images,
            evaluations=self.evaluations,
            moves=self.moves,
            averaged=self.average.state(),
            snapshots=tuple(self.snapshots),
        )

    def state(self) -> Stack:
        """Everything that the rest of the training depends on, and what it has recorded, as tensors by path."""
        parts = {
            "counts": {
                "done": torch.tensor(self.done),
                "images": torch.tensor(self.images),
                "averaged": torch.tensor(self.average.steps),
                "points": torch.tensor([at for at, _ in self.points]),
                "snapshots": torch.tensor(len(self.snapshots)),
                "step": self.step,
                "diverged_at": self.diverged_at,
            },
            "evaluations": {player: torch.tensor(count) for player, count in self.evaluations.items()},
            "moves": {player: torch.from_numpy(moves) for player, moves in self.moves.items()},
            "weights": self.axis.state(),
            "averages": self.average.state(),
            "batches": self.batches.state(),
            "latest": self.latest,
            **{f"optimiser/{player}": optimiser.state() for player, optimiser in self.optimisers.items()},
            **{
                f"noise/{player}/{name}": stream.state()
                for player, streams in self.streams.items()
                for name, stream in streams.items()
            },
            **{f"point/{at}": scalars for at, scalars in self.points},
            **{f"snapshot/{number}": weights for number, weights in enumerate(self.snapshots)},
        }
        return {
            f"{part}/{name}": tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
            for part, own in parts.items()
            for name, tensor in own.items()
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Stand where another loop of the same models, data, budget and seeds stood."""

        def part(path: str) -> Stack:
            prefix = f"{path}/"
            return {name.removeprefix(prefix): tensor for name, tensor in state.items() if name.startswith(prefix)}

        device, counts = self.step.device, part("counts")
        self.done, self.images = int(counts["done"]), int(counts["images"])
        self.step.copy_(counts["step"])
        self.diverged_at.copy_(counts["diverged_at"])
        evaluations, moves = part("evaluations"), part("moves")
        self.evaluations = {player: int(evaluations[player]) for player in self.evaluations}
        self.moves = {player: moves[player].numpy().copy() for player in self.moves}
        self.axis.restore(part("weights"))
        self.average.restore(part("averages"), int(counts["averaged"]))
        self.batches.restore(part("batches"))
        for player, optimiser in self.optimisers.items():
            optimiser.restore(part(f"optimiser/{player}"))
            for name, stream in self.streams[player].items():
                stream.restore(part(f"noise/{player}/{name}"))
        self.latest = {name: value.to(device) for name, value in part("latest").items()}
        self.points = [
            (at, {name: value.to(device) for name, value in part(f"point/{at}").items()})
            for at in counts["points"].tolist()
        ]
        names = self.axis.state()
        self.snapshots = [
            {name: snapshot[name] for name in names}
            for snapshot in (part(f"snapshot/{number}") for number in range(int(counts["snapshots"])))
        ]


@contextmanager
def denormals_as_zero() -> Iterator[None]:
    """On a CPU, numbers below the smallest normal one (1.2 · 10⁻³⁸ in float32) are zero, if the processor can take them for it.

    Adam's mean of gradients that have become zero, as those of a pixel that is black in all images, falls by a tenth with every
    update until it is such a number, and stays one. Processors take many times as long for these, and they move no weight.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def stack_curves(points: list[tuple[int, Scalars]]) -> dict[str, np.ndarray]:
    """Recorded scalars as arrays of shape (S, T); NaN where a scalar had not yet been seen."""
    names = sorted({name for _, scalars in points for name in scalars})
    if not names:
        return {}
    empty = torch.full_like(next(iter(points[-1][1].values())), torch.nan)
    return {
        name: torch.stack([scalars.get(name, empty) for _, scalars in points], dim=1).cpu().numpy() for name in names
    }
