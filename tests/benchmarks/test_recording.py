"""Cycles that are recorded and played again, with a recorder that behaves as a CUDA graph does, but on any machine.

What the imitation has of a graph: it reads only the memory that it was recorded with, gives the same tensors every time, with new
numbers in them, and computes nothing while it records. Real graphs are tested in ``test_cuda.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.specs import Training
from benchmarks.training.loop import Loop, Trained, train
from benchmarks.training.randomness import initialise
from benchmarks.training.recording import WARM_UP, Given, Recorded, recorder_for
from models import MODELS, GenerativeModel
from models.base import Scalars
from models.networks import MLP

DATA = torch.rand((200, 12), generator=torch.Generator().manual_seed(0)).double()
SEEDS = (3, 4, 5)
SHORT = Training(updates=40, batch=16)
ARMS = [
    ("ae", {}),
    ("dae", {}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"loss": "non-saturating"}),
    ("gan", {"r1_weight": 1.0, "ema_decay": 0.9, "discriminator_steps": 2}),
    ("gan", {"generator_norm": "batch", "discriminator_norm": "batch"}),
    ("fgan", {"divergence": "kl", "generator_objective": "exact"}),
    ("latent-gan", {}),
    ("discriminator", {"negatives": "langevin", "mining_steps": 3}),
]
EVERY = pytest.mark.parametrize(("name", "settings"), ARMS, ids=lambda value: str(value))


class Imitation:
    """A recorder, and how often what it recorded was played."""

    def __init__(self) -> None:
        self.played = 0

    def __call__(self, call: Callable[[], Scalars]) -> Callable[[], Scalars]:
        places: dict[str, Tensor] = {}

        def play() -> Scalars:
            self.played += 1
            for name, value in call().items():
                places.setdefault(name, value.detach().clone()).copy_(value)
            return places

        return play


def builder(name: str, settings: Mapping[str, object]) -> Callable[[], GenerativeModel]:
    networks = MLP((12,), 4, (16, 24), "batch", "sigmoid")
    resolved = MODELS[name].Settings(**settings)
    return lambda: MODELS[name](networks, resolved)  # type: ignore[call-arg]


def assert_close(played: Trained, called: Trained) -> None:
    # the recording's step size is a float32
    close = partial(torch.testing.assert_close, rtol=1e-5, atol=1e-6, equal_nan=True)
    for name in called.weights:
        close(played.weights[name], called.weights[name], msg=name)
    for name in called.averaged:
        close(played.averaged[name], called.averaged[name], msg=name)
    assert played.curves.keys() == called.curves.keys()
    for name in called.curves:
        np.testing.assert_allclose(played.curves[name], called.curves[name], rtol=1e-4, atol=1e-5, err_msg=name)
    assert (played.images, played.evaluations) == (called.images, called.evaluations)
    assert {player: list(moves) for player, moves in played.moves.items()} == {
        player: list(moves) for player, moves in called.moves.items()
    }
    np.testing.assert_array_equal(played.diverged_at, called.diverged_at)


@EVERY
def test_playing_equals_calling(name: str, settings: Mapping[str, object]) -> None:
    imitation = Imitation()
    build = builder(name, settings)
    played = train(build, DATA, SHORT, SEEDS, record=lambda device: imitation)
    cycles = [phase.cycles(SHORT.updates) for phase in build().schedule()]
    assert imitation.played == sum(count - WARM_UP for count in cycles) > 0
    assert_close(played, train(build, DATA, SHORT, SEEDS))


def test_a_seed_that_turns_nan_is_noticed_while_playing() -> None:
    def poison(models: list[GenerativeModel]) -> None:
        next(models[1].parameters()).data.fill_(torch.nan)

    build = builder("gan", {})
    played = train(build, DATA, SHORT, SEEDS, record=lambda device: Imitation(), prepare=poison)
    assert_close(played, train(build, DATA, SHORT, SEEDS, prepare=poison))
    assert list(played.diverged_at < 0) == [True, False, True]


@pytest.mark.parametrize("stop", [2, WARM_UP, 20])
def test_a_stopped_training_goes_on_the_same(stop: int) -> None:
    def loop() -> Loop:
        models = [initialise(builder("gan", {"ema_decay": 0.9}), seed).double() for seed in SEEDS]
        return Loop(models, DATA, SHORT, SEEDS, True, True, Imitation())

    whole, first, second = loop(), loop(), loop()
    list(whole.run())
    for done in first.run():
        if done == stop:
            break
    second.restore(first.state())
    list(second.run())
    a, b = whole.outcome(), second.outcome()
    for name in a.weights:
        assert torch.equal(a.weights[name], b.weights[name]), name
    for name in a.curves:
        np.testing.assert_array_equal(a.curves[name], b.curves[name])


@pytest.mark.parametrize(
    "settings",
    [{"schedule": "who-loses"}, {"optimiser": "sgd"}],
    ids=["each seed chooses", "plain gradient descent"],
)
def test_what_the_host_must_know_is_called(settings: Mapping[str, object]) -> None:
    imitation = Imitation()
    train(builder("gan", settings), DATA, SHORT, SEEDS, record=lambda device: imitation)
    assert imitation.played == 0


def test_a_recording_reads_its_own_memory_only() -> None:
    def cycle(given: Given) -> Scalars:
        x, noise = given[0]
        assert x is not None
        return {"sum": x.sum() + noise["z"].sum()}

    example: Given = [(torch.ones(3), {"z": torch.ones(2)})]
    recorded = Recorded(cycle, example, Imitation())
    first = recorded([(torch.zeros(3), {"z": torch.full((2,), 5.0)})])
    assert first["sum"] == 10
    second = recorded([(torch.ones(3), {"z": torch.zeros(2)})])
    assert second["sum"] == 3 and second["sum"] is first["sum"]
    assert torch.equal(example[0][0], torch.ones(3))  # type: ignore[arg-type]


def test_only_a_gpu_records() -> None:
    assert recorder_for(torch.device("cpu")) is None
