"""What a training had cost when its samples were good enough: floating-point operations until a KID is reached."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.cost import decoder_player, training_cost
from benchmarks.evaluation.images import as_pixels, features_of, test_features
from benchmarks.evaluation.sampling import sample_noise
from benchmarks.specs import Training
from benchmarks.training.randomness import initialise
from metrics.frechet import kid
from models.base import GenerativeModel, Player

AUTOENCODER: Player = "autoencoder"
"""The player that is trained before the others, in models of codes."""
EFFORT_METRICS = ("flops-to-target", "flops-to-target-of-game")


def cycles_done(model: GenerativeModel, training: Training) -> list[int]:
    """Cycles, over all phases, after which the training's snapshots were taken (as ``benchmarks.training`` takes them)."""
    total = sum(phase.cycles(training.updates) for phase in model.schedule())
    return sorted({max(1, round(share * total)) for share in training.snapshots})


def flops_until(model: GenerativeModel, training: Training, cost: Mapping[Player, int], done: int) -> float:
    """Floating-point operations of the first ``done`` cycles at a cost by player."""
    spent = 0.0
    for phase in model.schedule():
        cycles = min(done, phase.cycles(training.updates))
        spent += cycles * sum(step.repeats * cost[step.player] for step in phase.cycle)
        done -= cycles
    return spent


def encoding_cost(model: GenerativeModel) -> int:
    """Floating-point operations of encoding one example."""
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        model.encode(torch.full((1, model.data), 0.5), {})
    return counter.get_total_flops()


def flops_of_game(
    model: GenerativeModel, training: Training, cost: Mapping[Player, int], moments: list[int], examples: int
) -> np.ndarray:
    """Operations of the game on codes, if the autoencoder is there already: it encodes the training set once, and no batch anew.

    Args:
        model: whose autoencoder is trained before.
        training: its training.
        cost: of one step of each player, as it is done: with the batch's encoding where a player looks at data.
        moments: K numbers of cycles of all phases.
        examples: in the training set.

    Returns:
        after each of the moments, shape (K,); 0 before the game begins.
    """
    each = encoding_cost(model)
    game = {player: own - (training.batch * each if model.uses_data(player) else 0) for player, own in cost.items()}
    spent = np.array([flops_until(model, training, {**game, AUTOENCODER: 0}, done) for done in moments])
    return np.where(spent > 0, spent + examples * each, 0.0)


@torch.no_grad()
def effort(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Operations until the samples' KID first is at most the option ``target``, by the training's snapshots.

    The target is one for the data set's own features; with other extractors nothing is said. ``flops-to-target-of-game`` takes an
    autoencoder that was trained before the game, and its codes of the training set, as given, but for the codes' making.

    Arrays: ``flops``, ``game_flops`` and ``kid`` at the snapshots; before there is a generator the KID is that of its untrained
    weights.

    Raises:
        ValueError: the target is never reached.
    """
    trained, seed, block = subject.trained, subject.seeds[index], subject.block
    assert trained is not None and subject.build is not None and block is not None
    fresh = initialise(subject.build, 0)
    moments = cycles_done(fresh, block.training)
    assert AUTOENCODER not in fresh.players() or decoder_player(fresh) == AUTOENCODER
    own = subject.extractors[0]
    with torch.enable_grad():
        cost = training_cost(fresh, block.training.batch)
    spent = np.array([flops_until(fresh, block.training, cost, done) for done in moments])
    of_game = spent
    if AUTOENCODER in fresh.players():
        of_game = flops_of_game(fresh, block.training, cost, moments, len(subject.training))
    reference = subject.once(test_features)
    distances = []
    for weights in trained.snapshots:
        model = subject.model_with(weights, index)
        noise = sample_noise(model, seed, subject.options["n"], observation=False)
        samples = model.sample({name: drawn.to(subject.device) for name, drawn in noise.items()})
        features = features_of(subject, as_pixels(finite(samples, "samples")))[own]
        distances.append(kid(features.values, reference[own].values))
    facts = {
        "snapshot_flops": spent,
        "snapshot_game_flops": of_game,
        "snapshot_distances": np.array(distances),
        "target": subject.options["target"],
    }
    arrays = {"flops": spent, "game_flops": of_game, "kid": np.array(distances)}
    return compute(named(EFFORT_METRICS, own), facts), arrays


MEASURES: dict[str, Measure] = {
    "effort": Measure(effort, lambda dataset: (), "floating-point operations until samples have a KID", EFFORT_METRICS),
}
