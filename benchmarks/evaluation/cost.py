"""What a training took: parameters, updates, examples, floating-point operations, and its curves."""

from __future__ import annotations

from contextlib import nullcontext

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values
from benchmarks.training.randomness import initialise
from models.base import GenerativeModel
from models.networks import count_parameters

TRAINING_METRICS = ("parameters", "decoder-parameters", "updates", "images-seen", "training-flops", "diverged")


class _NoModules(nullcontext[None]):
    """In the place of the counter's tracking of modules, which fails where a loss takes gradients itself (R1)."""

    parents = frozenset({"Global"})


def training_cost(model: GenerativeModel, batch: int) -> dict[str, int]:
    """Floating-point operations of one optimiser step of each player: forward, backward, matrix products only."""
    cost = {}
    for player in model.players():
        x = torch.full((batch, model.data), 0.5) if model.uses_data(player) else None
        noise = {name: torch.zeros((batch, *spec.shape)) for name, spec in model.noise_spec(player).items()}
        counter = FlopCounterMode(display=False)
        counter.mod_tracker = _NoModules()  # type: ignore[assignment]
        with counter:
            loss, _ = model(player, x, noise)
            torch.autograd.grad(loss, list(model.parameters_of(player).values()))
        cost[player] = counter.get_total_flops()
    return cost


def decoder_player(model: GenerativeModel) -> str:
    """The player that trains the generating network; empty where none does."""
    generating = {id(parameter) for parameter in model.generating_network.parameters()}
    owners = (p for p in model.players() if generating <= {id(q) for q in model.parameters_of(p).values()})
    return next(owners, "")


def training(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """What the training of one seed took, whether it diverged, and its curves.

    Updates are those of the generating network. Operations and examples are those of all evaluations of objectives: where each seed
    chooses whose turn it is, also of the objective that was not followed.
    """
    trained = subject.trained
    assert trained is not None and subject.build is not None and subject.block is not None
    model = initialise(subject.build, 0)
    cost = training_cost(model, subject.block.training.batch)
    values = {
        "parameters": float(count_parameters(model)),
        "decoder-parameters": float(count_parameters(model.generating_network)),
        "updates": float(trained.moves[player][index]) if (player := decoder_player(model)) else 0.0,
        "images-seen": float(trained.images),
        "training-flops": float(sum(cost[player] * times for player, times in trained.evaluations.items())),
        "diverged": float(trained.diverged_at[index] >= 0),
    }
    curves = {f"curve/{name}": curve[index] for name, curve in trained.curves.items()}
    return values, {**curves, "steps": trained.steps}


MEASURES: dict[str, Measure] = {
    "training": Measure(
        training, lambda dataset: TRAINING_METRICS, "parameters, updates, images seen, FLOPs, curves", of_training=True
    ),
}
