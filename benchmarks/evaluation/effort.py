"""What a training had cost when its samples were good enough: floating-point operations until a KID is reached."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.cost import decoder_player, training_cost
from benchmarks.evaluation.images import as_pixels, features_of, test_features
from benchmarks.evaluation.sampling import sample_noise
from benchmarks.specs import Training
from benchmarks.training.randomness import initialise
from metrics.frechet import kid
from models.base import GenerativeModel, Player

EFFORT_METRICS = ("flops-to-target", "flops-to-target-of-game")


def cycles_done(model: GenerativeModel, training: Training) -> list[int]:
    """Cycles, over all phases, after which the training's snapshots were taken (as ``benchmarks.training`` takes them)."""
    total = sum(phase.cycles(training.updates) for phase in model.schedule())
    return sorted({max(1, round(share * total)) for share in training.snapshots})


def flops_until(
    model: GenerativeModel, training: Training, cost: Mapping[Player, int], done: int, without: Player = ""
) -> float:
    """Floating-point operations of the first ``done`` cycles at a cost by player, those of the player ``without`` left out."""
    spent = 0.0
    for phase in model.schedule():
        cycles = min(done, phase.cycles(training.updates))
        spent += cycles * sum(step.repeats * cost[step.player] for step in phase.cycle if step.player != without)
        done -= cycles
    return spent


@torch.no_grad()
def effort(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Operations until the samples' KID first is at most the option ``target``, at the training's snapshots.

    The target is one for the data set's own features; with other extractors nothing is said. ``flops-to-target-of-game`` leaves
    out the operations of an autoencoder that was trained before the game.

    Arrays: ``flops``, ``game_flops`` and ``kid`` at the snapshots; before there is a generator the KID is that of its untrained
    weights.

    Raises:
        ValueError: the target is never reached.
    """
    trained, seed, block = subject.trained, subject.seeds[index], subject.block
    assert trained is not None and subject.build is not None and block is not None
    fresh = initialise(subject.build, 0)
    moments = cycles_done(fresh, block.training)
    before = "autoencoder" if "autoencoder" in fresh.players() else ""
    assert before == "" or decoder_player(fresh) == before
    own = subject.extractors[0]
    with torch.enable_grad():
        cost = training_cost(fresh, block.training.batch)
    spent = [
        np.array([flops_until(fresh, block.training, cost, done, left) for done in moments]) for left in ("", before)
    ]
    reference = subject.once(test_features)
    distances = []
    for weights in trained.snapshots:
        model = subject.model_with(weights, index)
        noise = sample_noise(model, seed, subject.options["n"], observation=False)
        samples = model.sample({name: drawn.to(subject.device) for name, drawn in noise.items()})
        features = features_of(subject, as_pixels(finite(samples, "samples")))[own]
        distances.append(kid(features.values, reference[own].values))
    facts = {
        "snapshot_flops": spent[0],
        "snapshot_game_flops": spent[1],
        "snapshot_distances": np.array(distances),
        "target": subject.options["target"],
    }
    arrays = {"flops": spent[0], "game_flops": spent[1], "kid": np.array(distances)}
    return compute(named(EFFORT_METRICS, own), facts), arrays


MEASURES: dict[str, Measure] = {
    "effort": Measure(effort, lambda dataset: (), "floating-point operations until samples have a KID", EFFORT_METRICS),
}
