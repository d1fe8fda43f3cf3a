"""The one training loop, for all models, over the seed axis.

S freshly initialised modules are stacked (``torch.func.stack_module_state``); the loss is mapped over the seed axis and
summed; every player's optimiser steps on the stacks. It is element-wise and every loss reads one seed's slice alone, so seeds
do not influence each other. Batches and noise come from generators that belong to one (seed, purpose) each: what a seed
draws does not depend on its company, nor on the model beyond what the model asks for.

Where each seed chooses whose turn it is (``Phase.choice``), every objective is evaluated for all seeds, and every seed has
optimisers of its own on its slices of the stacks: a player whose turn it is not keeps parameters, moments and step count.

Learning rates are constant and then fall linearly, over each phase anew (an autoencoder, then a GAN on its codes), but over
parts of one phase together (``Phase.part``): the i-th update of a player has the same rate however its updates are grouped.

The loop knows no model by name and no file.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from benchmarks.specs import Training
from models.base import Averaging, GenerativeModel, Noise, NoiseKind, Objective, Optimiser, Phase, Player, Scalars

DRAWN_AT_ONCE = 32
"""Steps whose noise and batch indices are drawn in one call (part of what a seed means: do not change lightly)."""
CURVE_POINTS = 100
"""Scalars are recorded at about this many evenly spaced updates."""

Progress = Callable[[int, int], None]
Stack = dict[str, Tensor]


class ModelContractError(TypeError):
    """A model does not meet the interface of ``models.base``; the message says how."""


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
            rows = (DRAWN_AT_ONCE, self.batch)
            self.drawn = torch.stack([draw(self.noise, rows, g) for g in self.generators], dim=1).to(self.dtype)
            self.position = 0
        self.position += 1
        return self.drawn[self.position - 1]


class BatchStream:
    """Batches of data for S seeds: each seed goes through its own random order, epoch after epoch, none left out.

    Args:
        data: shape (N, D), on the device; uint8 pixels (mapped to [0, 1]) or float32 coordinates.
        batch: B examples per batch, which may cross the border between two epochs.
    """

    def __init__(self, data: Tensor, batch: int, seeds: tuple[int, ...]) -> None:
        self.data = data
        self.batch = batch
        self.generators = [generator_for(seed, "data order", data.device) for seed in seeds]
        self.order = torch.empty((len(seeds), 0), dtype=torch.long, device=data.device)

    def next(self) -> Tensor:
        """The next batch of every seed, shape (S, B, D), float32."""
        while self.order.shape[1] < self.batch:
            epoch = [torch.randperm(len(self.data), generator=g, device=self.data.device) for g in self.generators]
            self.order = torch.cat([self.order, torch.stack(epoch)], dim=1)
        index, self.order = self.order[:, : self.batch], self.order[:, self.batch :]
        return as_float(self.data[index])


def as_float(data: Tensor) -> Tensor:
    """uint8 pixels 0–255 as float32 in [0, 1]; floating-point data as they are."""
    return data.float().div_(255) if data.dtype == torch.uint8 else data


class SeedAxis:
    """S copies of one model as stacked tensors, and the evaluation of an objective on all of them at once.

    Args:
        models: one initialised model per seed, alike but for their parameters.
        device: where the stacks live.
        fast: use the model's own stacked form if it has one, and no mapping at all for S = 1; False maps always.
    """

    def __init__(self, models: list[GenerativeModel], device: torch.device | str, fast: bool = True) -> None:
        parameters, buffers = stack_module_state(models)
        self.template = models[0].to(device)
        self.parameters: Stack = {
            name: p.detach().to(device).contiguous().requires_grad_(p.requires_grad) for name, p in parameters.items()
        }
        self.buffers: Stack = {name: b.detach().to(device).contiguous() for name, b in buffers.items()}
        self.size = len(models)
        self.stacked = fast and self.template.takes_stacks
        if self.stacked:
            self._install()
        self.mapped = not self.stacked and not (fast and self.size == 1)

    def _install(self) -> None:
        """Put the stacks into the template itself: calling it then costs no swapping of parameters at every step."""
        for name, stack in self.parameters.items():
            owner, _, leaf = name.rpartition(".")
            parameter = nn.Parameter(stack.detach(), stack.requires_grad)
            self.template.get_submodule(owner).register_parameter(leaf, parameter)
            self.parameters[name] = parameter
        for name, stack in self.buffers.items():
            owner, _, leaf = name.rpartition(".")
            self.template.get_submodule(owner).register_buffer(leaf, stack)

    def losses(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        """Losses of shape (S,) and scalars of shape (S,) each; x and noise have leading axes (S, B)."""
        if self.stacked:
            return self.template(objective, x, noise)
        if self.mapped:
            return self._map(self.parameters, self.buffers, objective, x, noise)
        only = {name: tensor[0] for name, tensor in (*self.parameters.items(), *self.buffers.items())}
        x0 = None if x is None else x[0]
        loss, scalars = functional_call(
            self.template, only, (objective, x0, {name: tensor[0] for name, tensor in noise.items()})
        )
        return loss[None], {name: value[None] for name, value in scalars.items()}

    def _map(
        self, parameters: Stack, buffers: Stack, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]
    ) -> tuple[Tensor, Scalars]:
        def one(p: Stack, b: Stack, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
            return functional_call(self.template, (p, b), (objective, x, noise))

        in_dims = (0, 0, None if x is None else 0, 0 if noise else None)
        return vmap(one, in_dims=in_dims, randomness="error")(parameters, buffers, x, noise)

    def check(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> None:
        """Evaluate ``objective`` once under ``vmap``, which every model must allow, without any effect.

        Raises:
            ModelContractError: the model draws random numbers itself, or its loss is not one number per seed.
        """
        name = type(self.template).__name__
        buffers = {key: buffer.clone() for key, buffer in self.buffers.items()}
        try:
            with torch.no_grad():
                losses, _ = self._map(self.parameters, buffers, objective, x, noise)
        except RuntimeError as error:
            if "random" not in str(error):
                raise
            raise ModelContractError(
                f"{name} draws its own noise in objective {objective!r}; it must declare it in noise_spec(), "
                "so that the loop draws it from each seed's own generator"
            ) from error
        if losses.shape != (self.size,):
            raise ModelContractError(
                f"{name}'s loss for {objective!r} has shape {tuple(losses.shape[1:])} for one seed; it must be ()"
            )

    def owned(self) -> dict[Player, list[str]]:
        """Parameter names of each player.

        Raises:
            ModelContractError: a parameter that no player owns, or two do.
        """
        owned = {player: list(self.template.parameters_of(player)) for player in self.template.players()}
        for name in (name for name, p in self.parameters.items() if p.requires_grad):
            owners = [player for player, names in owned.items() if name in names]
            if len(owners) != 1:
                raise ModelContractError(
                    f"{type(self.template).__name__}: parameter {name!r} is owned by {owners or 'no player'}; "
                    "players() must give every parameter exactly one owner"
                )
        return owned

    def state(self) -> Stack:
        """All parameters and buffers, detached, on the CPU."""
        return {
            name: tensor.detach().cpu().contiguous()
            for name, tensor in (*self.parameters.items(), *self.buffers.items())
        }


def make_optimiser(how: Optimiser, parameters: Sequence[Tensor], fused: bool) -> torch.optim.Optimizer:
    """PyTorch's optimiser of one player."""
    if how.kind == "sgd":
        return torch.optim.SGD(parameters, lr=how.learning_rate)
    return torch.optim.Adam(parameters, lr=how.learning_rate, betas=how.betas, fused=fused)


class PlayerOptimiser:
    """The optimiser of one player over the seed axis.

    Args:
        how: kind, step size and betas.
        parameters: the player's stacks, each with leading axis S.
        apart: one optimiser for each seed, on its slices of the stacks, in the place of one for all.
        fused: PyTorch's fused Adam instead of its plain one.
    """

    def __init__(self, how: Optimiser, parameters: list[Tensor], apart: bool, fused: bool) -> None:
        self.parameters = parameters
        self.how = how
        self.apart = apart
        self.slices = [parameters]
        if apart:
            self.slices = [[stack.detach()[seed] for stack in parameters] for seed in range(len(parameters[0]))]
        self.optimisers = [make_optimiser(how, part, fused) for part in self.slices]

    def scale(self, factor: float) -> None:
        """Set the step size to ``factor`` times its own."""
        for optimiser in self.optimisers:
            optimiser.param_groups[0]["lr"] = self.how.learning_rate * factor

    def step(self, gradients: Sequence[Tensor], moving: Sequence[bool]) -> None:
        """Update the seeds that move; all of them, where the optimiser is one for all.

        Args:
            gradients: one for each stack.
            moving: for each seed whether it moves.
        """
        for seed, (part, optimiser) in enumerate(zip(self.slices, self.optimisers, strict=True)):
            if not self.apart or moving[seed]:
                for parameter, gradient in zip(part, gradients, strict=True):
                    # fused Adam on the CPU reads a gradient's memory without regard to its strides
                    parameter.grad = (gradient[seed] if self.apart else gradient).contiguous()
                optimiser.step()


def learning_rate_factor(done: float, constant: float) -> float:
    """1 up to the share ``constant`` of the updates, then linearly down to 0 at ``done`` = 1."""
    return 1.0 if done <= constant else (1.0 - done) / (1.0 - constant)


def train(
    build: Callable[[], GenerativeModel],
    data: Tensor,
    training: Training,
    seeds: tuple[int, ...],
    *,
    fast: bool = True,
    fused: bool = True,
    progress: Progress | None = None,
    prepare: Callable[[list[GenerativeModel]], None] | None = None,
) -> Trained:
    """Train one model on all ``seeds`` at once, on the device where ``data`` lives.

    Args:
        build: makes a model; called once per seed under that seed's initialisation.
        data: training set, shape (N, D), uint8 pixels or floating-point coordinates; float64 data train in float64.
        training: budget, batch size and learning-rate schedule.
        seeds: S seeds.
        fast: allow the model's stacked form; False maps over seeds with ``vmap``.
        fused: PyTorch's fused Adam instead of its plain one.
        progress: called now and then with (updates done, updates in all).
        prepare: called once with the S initialised models, before they are stacked.

    Raises:
        ModelContractError: the model does not meet the interface.
    """
    device = data.device
    dtype = data.dtype if data.is_floating_point() else torch.float32
    models = [initialise(build, seed).to(dtype) for seed in seeds]
    for one in models:
        one.fit(data)
    if prepare is not None:
        prepare(models)
    axis = SeedAxis(models, device, fast)
    axis.template.train()
    model = axis.template
    owned = axis.owned()
    phases = model.schedule()
    apart = any(phase.choice is not None for phase in phases)
    optimisers = {
        player: PlayerOptimiser(model.optimiser(player), [axis.parameters[name] for name in names], apart, fused)
        for player, names in owned.items()
    }

    batches = BatchStream(data, training.batch, seeds)
    streams = {
        player: {
            name: NoiseStream(noise, training.batch, seeds, f"{player}/{name}", device, dtype)
            for name, noise in model.noise_spec(player).items()
        }
        for player in owned
    }
    for player in owned:
        x = batches.data[:1].expand(len(seeds), training.batch, -1) if model.uses_data(player) else None
        zeros = {
            name: torch.zeros((len(seeds), training.batch, *stream.noise.shape), device=device, dtype=dtype)
            for name, stream in streams[player].items()
        }
        axis.check(player, None if x is None else as_float(x), zeros)

    evaluations = dict.fromkeys(owned, 0)
    moves = {player: np.zeros(len(seeds), dtype=int) for player in owned}
    images = 0
    step = torch.zeros((), dtype=torch.long, device=device)
    diverged_at = torch.full((len(seeds),), -1, dtype=torch.long, device=device)
    latest: Scalars = {}

    def gradients(player: Player) -> tuple[Tensor, ...]:
        nonlocal images, step, diverged_at
        x = None
        if model.uses_data(player):
            x = batches.next()
            images += training.batch
        noise = {name: stream.next() for name, stream in streams[player].items()}
        losses, scalars = axis.losses(player, x, noise)
        latest.update(scalars)
        failed_now = ~losses.detach().isfinite() & (diverged_at < 0)
        diverged_at = torch.where(failed_now, step, diverged_at)
        step = step + 1
        evaluations[player] += 1
        return torch.autograd.grad(losses.sum(), optimisers[player].parameters)

    def update(player: Player, grads: tuple[Tensor, ...], moving: Sequence[bool]) -> None:
        optimisers[player].step(grads, moving)
        moves[player] += np.array(moving)

    def positive(scalar: str) -> list[bool]:
        if scalar not in latest:
            raise ModelContractError(
                f"{type(model).__name__}: a phase goes by the scalar {scalar!r}, which forward() does not record"
            )
        return (latest[scalar] > 0).tolist()

    total = sum(phase.cycles(training.updates) for phase in phases)
    every = max(1, total // CURVE_POINTS)
    done = 0
    points: list[tuple[int, Scalars]] = []
    average = MovingAverage(model.averaging(), axis)
    kept_at = {max(1, round(share * total)) for share in training.snapshots}
    snapshots: list[Stack] = []
    for phase in phases:
        if phase.part[0] == 0:
            latest.clear()  # what an earlier phase recorded is over
        cycles = phase.whole(training.updates)
        for cycle in phase.span(training.updates):
            factor = learning_rate_factor(cycle / cycles, training.constant)
            for optimiser in optimisers.values():
                optimiser.scale(factor)
            run_cycle(phase, len(seeds), gradients, update, positive)
            done += 1
            average.update(phase)
            if done in kept_at:
                snapshots.append({name: tensor.clone() for name, tensor in axis.state().items()})
            if done % every == 0 or done == total:
                points.append((done, dict(latest)))
                if progress is not None:
                    progress(done, total)

    weights = axis.state()
    finite = torch.stack([w.reshape(len(seeds), -1).isfinite().all(1) for w in weights.values()]).all(0)
    diverged = diverged_at.cpu()
    diverged = torch.where(~finite & (diverged < 0), step.cpu() - 1, diverged)
    return Trained(
        weights=weights,
        curves=stack_curves(points),
        steps=np.array([at for at, _ in points], dtype=int),
        diverged_at=diverged.numpy(),
        images=images,
        evaluations=evaluations,
        moves=moves,
        averaged=average.state(),
        snapshots=tuple(snapshots),
    )


class MovingAverage:
    """Exponential moving average of some of a stack's weights, one step per cycle of the phases that train them.

    The first steps use the decay (1 + n) / (10 + n) if it is smaller, so that the initialisation is soon forgotten.
    """

    def __init__(self, wanted: Averaging | None, axis: SeedAxis) -> None:
        self.decay = wanted.decay if wanted else 0.0
        prefixes = tuple(f"{name}." for name in wanted.modules) if wanted else ()
        self.current = {
            name: tensor
            for name, tensor in (*axis.parameters.items(), *axis.buffers.items())
            if tensor.is_floating_point() and name.startswith(prefixes) and prefixes
        }
        self.averages = {name: tensor.detach().clone() for name, tensor in self.current.items()}
        self.players = {player for player, names in axis.owned().items() if self.current.keys() & set(names)}
        self.steps = 0

    @torch.no_grad()
    def update(self, phase: Phase) -> None:
        """Take the current weights in, if the phase trains them."""
        if self.players.isdisjoint(step.player for step in phase.cycle):
            return
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, average in self.averages.items():
            average.lerp_(self.current[name], 1 - decay)

    def state(self) -> Stack:
        """The averages, on the CPU."""
        return {name: average.cpu() for name, average in self.averages.items()}


def run_cycle(
    phase: Phase,
    seeds: int,
    gradients: Callable[[Player], tuple[Tensor, ...]],
    update: Callable[[Player, tuple[Tensor, ...], Sequence[bool]], None],
    positive: Callable[[str], list[bool]],
) -> None:
    """One cycle of a phase: alternating updates; or all gradients first, and then all updates (single-step method) or, for each
    seed, the one that it chooses."""
    turns = [step.player for step in phase.cycle for _ in range(step.repeats)]
    everyone = [True] * seeds
    if phase.choice is not None:
        first, second = [(player, gradients(player)) for player in turns]
        chosen = positive(phase.choice)
        update(*first, chosen)
        update(*second, [not one for one in chosen])
    elif phase.simultaneous:
        for player, grads in [(player, gradients(player)) for player in turns]:
            update(player, grads, everyone)
    else:
        for player in turns:
            update(player, gradients(player), everyone)


def stack_curves(points: list[tuple[int, Scalars]]) -> dict[str, np.ndarray]:
    """Recorded scalars as arrays of shape (S, T); NaN where a scalar had not yet been seen."""
    names = dict.fromkeys(name for _, scalars in points for name in scalars)
    if not names:
        return {}
    empty = torch.full_like(next(iter(points[-1][1].values())), torch.nan)
    return {
        name: torch.stack([scalars.get(name, empty) for _, scalars in points], dim=1).cpu().numpy() for name in names
    }


def model_of(build: Callable[[], GenerativeModel], weights: Mapping[str, Tensor], index: int) -> GenerativeModel:
    """The model of one seed, the index-th, in evaluation mode, from stacked weights."""
    model = initialise(build, 0)
    model.load_state_dict({name: tensor[index] for name, tensor in weights.items()})
    return model.eval()
