"""Schedules in the loop: counts, order, learning rates, turns of each seed's own; gradient descent; uniform noise."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.execution import training_seconds
from benchmarks.experiments.base import block
from benchmarks.planning import block_key, environment_for
from benchmarks.specs import Training
from benchmarks.store import Store
from benchmarks.training.loop import Trained, train
from benchmarks.training.optimisers import learning_rate_factor
from benchmarks.training.randomness import BatchStream, NoiseStream, draw, generator_for, initialise
from benchmarks.training.seed_axis import ModelContractError
from benchmarks.worker import Work, stored_block, trained_block
from models import MODELS, GenerativeModel
from models.base import Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.gan import GAN, SCHEDULES, ScheduleName
from models.networks import MLP

SEEDS = (2, 3, 11)
"""Seeds whose games are not one-sided from the start: an untrained discriminator may hold everything for data, or nothing."""
DATA = torch.rand((200, 12), generator=torch.Generator().manual_seed(0)).double()
SHORT = Training(updates=40, batch=16)
WHO_LOSES = {"schedule": "who-loses", "generator_learning_rate": 1e-2}
WHO_LOSES_SGD = {
    "schedule": "who-loses", "optimiser": "sgd", "generator_learning_rate": 0.5, "discriminator_learning_rate": 0.05,
}  # fmt: skip


def builder(name: str, settings: Mapping[str, object]) -> Callable[[], GenerativeModel]:
    networks = MLP((12,), 4, (16, 24), "batch", "sigmoid")
    resolved = MODELS[name].Settings(**settings)
    return lambda: MODELS[name](networks, resolved)  # type: ignore[call-arg]


def of(trained: Trained, player: str, seed: int = 0) -> Tensor:
    """A player's weights of one seed, in a row."""
    return torch.cat([stack[seed].flatten() for name, stack in trained.weights.items() if name.startswith(player)])


ARMS: list[tuple[str, dict[str, object]]] = [
    ("gan", {"generator_steps": 5}),
    ("gan", {"schedule": "rounds", "rounds": 3, "discriminator_steps": 2}),
    ("gan", WHO_LOSES),
    ("gan", {**WHO_LOSES_SGD, "ema_decay": 0.9}),
    ("gan", {**WHO_LOSES, "head_start": 0.25}),
    ("gan", {"head_start": 0.5, "prior": "uniform"}),
    ("gan", {"optimiser": "sgd", "generator_learning_rate": 0.1}),
    ("gan", {"loss": "misprinted"}),
    ("fgan", {"divergence": "kl", "generator_objective": "exact", **WHO_LOSES}),
    ("latent-gan", {**WHO_LOSES, "prior": "uniform"}),
    ("latent-gan", {"schedule": "rounds", "rounds": 2}),
    ("regression", {}),
    ("regression", {"error": "absolute"}),
]


@pytest.mark.parametrize(("name", "settings"), ARMS, ids=str)
def test_stack_equals_solo_and_vmap(name: str, settings: Mapping[str, object]) -> None:
    """Also where the seeds of a stack take different turns."""
    build = builder(name, settings)
    few = Training(updates=20, batch=16)
    stack = train(build, DATA, few, SEEDS)
    mapped = train(build, DATA, few, SEEDS, fast=False)
    solo = train(build, DATA, few, SEEDS[1:2])
    for weight, values in stack.weights.items():
        torch.testing.assert_close(values, mapped.weights[weight], rtol=1e-7, atol=1e-9, msg=weight)
        torch.testing.assert_close(values[1:2], solo.weights[weight], rtol=1e-7, atol=1e-9, msg=weight)
    for player, moves in stack.moves.items():
        assert moves[1:2].tolist() == solo.moves[player].tolist()


def test_moves_are_counted_by_seed_and_add_up_to_the_budget() -> None:
    """Twice the budget in all; the seeds of this stack take different turns, and every seed lets both players move."""
    trained = train(builder("gan", WHO_LOSES), DATA, SHORT, SEEDS)
    moves = trained.moves
    assert (moves["discriminator"] + moves["generator"]).tolist() == [80, 80, 80]
    assert len({*moves["generator"].tolist()}) == 3
    assert all((count > 0).all() for count in moves.values())
    assert trained.evaluations == {"discriminator": 80, "generator": 80}
    assert trained.images == 80 * 16


@pytest.mark.parametrize("settings", [WHO_LOSES, WHO_LOSES_SGD], ids=["adam", "sgd"])
def test_who_loses_is_the_game_written_out(settings: Mapping[str, object]) -> None:
    """Every seed of a stack against a plain loop that looks at the discriminator, then steps one of two optimisers of its own: what
    rests keeps its weights, and its moments and step count, which the next step would show."""
    build = builder("gan", settings)
    trained = train(build, DATA, SHORT, SEEDS)
    for index, seed in enumerate(SEEDS):
        gan = initialise(build, seed).double().train()
        assert isinstance(gan, GAN)
        players = {"discriminator": gan.discriminator, "generator": gan.generator}
        rates = {player: gan.optimiser(player).learning_rate for player in players}
        optimisers: dict[str, torch.optim.Optimizer] = {
            player: torch.optim.SGD(network.parameters())
            if "optimiser" in settings
            else torch.optim.Adam(network.parameters(), betas=(0.5, 0.999))
            for player, network in players.items()
        }
        batches = BatchStream(DATA, 16, (seed,))
        noises = {
            player: NoiseStream(
                Noise("normal", (4,)), 16, (seed,), f"{player}/latent", torch.device("cpu"), torch.float64
            )
            for player in players
        }
        turns = []
        for step in range(80):
            x, z = batches.next()[0], {player: stream.next()[0] for player, stream in noises.items()}
            losses = {
                player: gan(player, x if player == "discriminator" else None, {"latent": z[player]})[0]
                for player in players
            }
            with torch.no_grad():
                taken = (gan.discriminator(gan.generator(z["generator"])) > 0).sum()
            # the look above is one forward pass of batch normalisation too many: its running statistics are not compared
            mover = "discriminator" if 2 * int(taken) > 16 else "generator"
            turns.append(mover)
            optimisers[mover].param_groups[0]["lr"] = rates[mover] * learning_rate_factor(step / 80, 0.5)
            gradients = torch.autograd.grad(losses[mover], list(players[mover].parameters()))
            for parameter, gradient in zip(players[mover].parameters(), gradients, strict=True):
                parameter.grad = gradient
            optimisers[mover].step()
        for player in players:
            assert trained.moves[player][index] == turns.count(player) > 20
        for name, parameter in gan.named_parameters():
            torch.testing.assert_close(trained.weights[name][index], parameter.detach(), rtol=1e-7, atol=1e-9, msg=name)


def test_a_seed_turned_nan_leaves_its_neighbours_turns_alone() -> None:
    def poison(models: list[GenerativeModel]) -> None:
        with torch.no_grad():
            for parameter in models[1].parameters():
                parameter.fill_(torch.nan)

    build = builder("gan", WHO_LOSES)
    healthy, poisoned = (train(build, DATA, SHORT, SEEDS, prepare=prepare) for prepare in (None, poison))
    for name, values in healthy.weights.items():
        assert torch.equal(values[[0, 2]], poisoned.weights[name][[0, 2]]), name
    assert poisoned.diverged_at.tolist() == [-1, 0, -1]


def test_as_many_rounds_as_cycles_are_the_alternating_schedule() -> None:
    """Bit by bit, learning rates included."""
    alternating = train(builder("gan", {"discriminator_steps": 2}), DATA, SHORT, SEEDS)
    rounds = train(builder("gan", {"discriminator_steps": 2, "schedule": "rounds", "rounds": 40}), DATA, SHORT, SEEDS)
    for name, values in alternating.weights.items():
        assert torch.equal(values, rounds.weights[name]), name
    assert rounds.evaluations == alternating.evaluations == {"discriminator": 80, "generator": 40}
    assert rounds.images == alternating.images


def test_one_round_trains_the_discriminator_once_and_for_all() -> None:
    """At half of the course the generator is as it was made; at the end the discriminator is as it was at half."""
    training = Training(updates=40, batch=16, snapshots=(0.5,))
    build = builder("gan", {"schedule": "rounds", "rounds": 1})
    trained = train(build, DATA, training, SEEDS)
    (half,) = trained.snapshots
    made = initialise(build, SEEDS[0]).double()
    for name, parameter in made.named_parameters():
        trains_first = name.startswith("discriminator")
        assert torch.equal(half[name][0], parameter.detach()) != trains_first, name
        assert torch.equal(half[name], trained.weights[name]) == trains_first, name


def test_a_head_start_of_everything_is_the_first_half_of_one_round() -> None:
    """The discriminator alone, on the untrained generator."""
    alone = train(builder("gan", {"head_start": 1.0}), DATA, SHORT, SEEDS)
    training = Training(updates=40, batch=16, snapshots=(0.5,))
    once = train(builder("gan", {"schedule": "rounds", "rounds": 1}), DATA, training, SEEDS)
    assert alone.evaluations == {"discriminator": 40, "generator": 0}
    for name, values in alone.weights.items():
        assert torch.equal(values, once.snapshots[0][name]), name


@pytest.mark.parametrize(("d", "g"), [(1, 5), (2, 5), (5, 1)])
def test_k_in_the_loop(d: int, g: int) -> None:
    trained = train(builder("gan", {"discriminator_steps": d, "generator_steps": g}), DATA, SHORT, SEEDS)
    assert trained.evaluations == {"discriminator": 40 * d // g, "generator": 40}
    assert trained.moves["generator"].tolist() == [40, 40, 40]


class Pursuit(GenerativeModel):
    """Each player minimises half the squared distance to the other, by gradient descent; the slower one is the generator."""

    title = "toy"
    phases: tuple[Phase, ...] = ()
    rates: Mapping[Player, float] = {"discriminator": 0.3, "generator": 0.1}

    def __init__(self) -> None:
        super().__init__(MLP((1,), 1, (1,), "none", "identity"))
        self.discriminator = nn.Parameter(torch.tensor([1.0], dtype=torch.float64))
        self.generator = nn.Parameter(torch.tensor([-1.0], dtype=torch.float64))

    @property
    def generating_network(self) -> nn.Module:
        return self

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"discriminator": ("discriminator",), "generator": ("generator",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.rates[player], (0.0, 0.0), "sgd")

    def schedule(self) -> tuple[Phase, ...]:
        return self.phases

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {}

    def uses_data(self, objective: Objective) -> bool:
        return False

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        own = self.discriminator if objective == "discriminator" else self.generator
        other = self.generator if objective == "discriminator" else self.discriminator
        return 0.5 * (own - other.detach()).square().sum(-1), {"apart": (own - other).detach().squeeze(-1)}

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return noise["latent"]


@pytest.mark.parametrize("settings", [
    {"discriminator_steps": 2},
    {"generator_steps": 2},
    {"schedule": "rounds", "rounds": 3},
    {"schedule": "rounds", "rounds": 1, "discriminator_steps": 2},
    {"head_start": 0.5},
], ids=str)  # fmt: skip
def test_schedules_and_learning_rates_against_recursions(settings: dict[str, object]) -> None:
    """Gradient descent moves a player by its rate times the factor times the gap. The i-th of n updates of a player has the factor
    of its share of them, however they are grouped; a head start has a course of its own."""
    resolved = GAN.Settings(**settings)  # type: ignore[arg-type]

    class Toy(Pursuit):
        phases = GAN(MLP((1,), 1, (1,), "none", "identity"), resolved).schedule()

    updates = 8
    place = {"discriminator": 1.0, "generator": -1.0}
    order: list[tuple[str, float]] = []  # who moves, and how far in its course
    d, g = resolved.discriminator_steps, resolved.generator_steps
    alone = round(resolved.head_start * updates)
    order += [("discriminator", step / alone) for step in range(alone)]
    cycles = (updates - alone) // g
    grouped = [range(cycle, cycle + 1) for cycle in range(cycles)]
    if resolved.rounds is not None:
        bounds = [index * cycles // resolved.rounds for index in range(resolved.rounds + 1)]
        grouped = [range(*pair) for pair in pairwise(bounds)]
    for group in grouped:
        for player, steps in (("discriminator", d), ("generator", g)):
            order += [(player, cycle / cycles) for cycle in group for _ in range(steps)]
    for player, done in order:
        gap = place[player] - place["generator" if player == "discriminator" else "discriminator"]
        place[player] -= Pursuit.rates[player] * learning_rate_factor(done, 0.5) * gap
    trained = train(Toy, torch.zeros(4, 1).double(), Training(updates=updates, batch=2), (0, 1))
    for player, value in place.items():
        assert trained.weights[player][0].item() == pytest.approx(value, rel=1e-12)
        assert trained.moves[player].tolist() == [sum(who == player for who, _ in order)] * 2


def test_a_choice_without_its_scalar_is_refused() -> None:
    class Toy(Pursuit):
        phases = (Phase((Step("discriminator"), Step("generator")), choice="fooled"),)

    with pytest.raises(ModelContractError, match=r"Toy.*'fooled', which forward\(\) does not record"):
        train(Toy, torch.zeros(4, 1).double(), SHORT, (0, 1))


def test_curves_of_rounds_know_both_players() -> None:
    """Of rounds of one cycle every recorded point after the first round has both losses, though it falls on the same player."""
    trained = train(builder("gan", {"schedule": "rounds", "rounds": 100}), DATA, Training(updates=100, batch=4), SEEDS)
    assert {name: np.isfinite(curve[:, 1:]).all() for name, curve in trained.curves.items()} == {
        "discriminator_loss": True,
        "generator_loss": True,
    }


def test_uniform_noise_has_mean_0_and_variance_1_on_a_cube() -> None:
    drawn = draw(Noise("standardised-uniform", (2,)), (200_000,), generator_for(0, "cube")).double()
    assert drawn.shape == (200_000, 2)
    assert -math.sqrt(3) <= float(drawn.min()) < -1.73
    assert 1.73 < float(drawn.max()) <= math.sqrt(3)
    error = 4 / math.sqrt(len(drawn))
    torch.testing.assert_close(drawn.mean(0), torch.zeros(2).double(), atol=error, rtol=0)
    torch.testing.assert_close(
        drawn.square().mean(0), torch.ones(2).double(), atol=error, rtol=0
    )  # x² has variance 4/5
    torch.testing.assert_close((drawn**4).mean(0), torch.full((2,), 1.8).double(), atol=3 * error, rtol=0)


def test_a_block_of_turns_is_stored_joined_and_measured_by_seed(tmp_path: Path) -> None:
    """What is read back is what was trained, in one stack or in two; updates are the seed's own, operations of all evaluations."""
    spec = block("ring", "gan", {"schedule": "who-loses"}, "smoke", (100, 101))
    ring = load("ring", Path(), offline=True)
    environment = environment_for("cpu")
    store, key = Store(tmp_path), block_key(spec, ring.digest, environment)
    work = Work(tmp_path, Path("data"), environment, {"commit": None, "dirty": None})
    first = trained_block(key, spec, ring, store, work)
    again = stored_block(store, key)
    apart = train_block(spec, MODELS["gan"], ring, "cpu", 1)
    for player, moves in first.moves.items():
        np.testing.assert_array_equal(again.moves[player], moves)
        np.testing.assert_array_equal(apart.moves[player], moves)
    subject = Subject(ring, {}, spec.seeds, torch.device("cpu"), model_builder(spec, MODELS["gan"], ring), again, spec)
    rows = evaluate(MEASURES["training"], subject).rows
    updates = [row["value"] for row in rows if row["metric"] == "updates"]
    assert updates == first.moves["generator"].tolist()
    plain = replace(again, evaluations={"discriminator": 20, "generator": 20})
    flops = [
        next(row["value"] for row in evaluate(MEASURES["training"], replace(subject, trained=one)).rows
             if row["metric"] == "training-flops")
        for one in (again, plain)
    ]  # fmt: skip
    assert flops[0] == 2 * flops[1]
    assert training_seconds(spec, 2) > 0


def test_every_schedule_has_its_builder() -> None:
    assert set(SCHEDULES) == set(get_args(ScheduleName))
