"""A training that is stopped and gone on with ends bit for bit where it would have ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields

import numpy as np
import pytest
import torch
from safetensors.torch import load as from_bytes
from safetensors.torch import save as to_bytes

from benchmarks.recipes import ARMS, FURTHER_ARMS
from benchmarks.specs import Training
from benchmarks.training.loop import Trained, train
from benchmarks.training.randomness import Stack
from models import MODELS
from models.base import GenerativeModel
from models.networks import MLP, Conv

SEEDS = (3, 4)
DATA = torch.rand((50, 16), generator=torch.Generator().manual_seed(0))  # 16 per batch: epochs end within batches
BUDGET = Training(updates=70, batch=16, snapshots=(0.01, 0.5))
TRAINED = [(name, settings) for name, settings in ARMS + FURTHER_ARMS if name != "pca"] + [
    ("discriminator", {"negatives": "langevin", "mining_steps": 3}),
    ("regression", {"error": "squared"}),
    ("gan", {"loss": "saturating", "schedule": "rounds", "rounds": 3}),
    ("gan", {"loss": "saturating", "schedule": "who-loses"}),
    ("gan", {"loss": "saturating", "schedule": "single-step", "optimiser": "sgd"}),
    ("gan", {"loss": "saturating", "head_start": 0.3, "prior": "uniform"}),
    ("latent-gan", {"loss": "non-saturating", "ema_decay": 0.9}),
]


class KilledError(Exception):
    """In the place of a process that is killed."""


class Memory:
    """Checkpoints in memory, through the bytes that would be on disk; the process is killed right after one of them.

    Args:
        saves: how many states are saved before it dies; None: it lives.
    """

    def __init__(self, saves: int | None = None) -> None:
        self.saves = saves
        self.content: bytes | None = None
        self.resumed_at = 0

    def latest(self) -> Stack | None:
        if self.content is None:
            return None
        state = from_bytes(self.content)
        self.resumed_at = int(state["counts/done"])
        return dict(sorted(state.items(), reverse=True))  # nothing may rest on their order

    def due(self) -> bool:
        return True

    def save(self, state: Stack) -> None:
        self.content = to_bytes(state)
        if self.saves is not None:
            self.saves -= 1
            if self.saves == 0:
                self.saves = None
                raise KilledError


def builder(name: str, settings: Mapping[str, object]) -> Callable[[], GenerativeModel]:
    networks = MLP((16,), 3, (8, 8), "batch", "sigmoid")
    resolved = MODELS[name].Settings(**settings)
    return lambda: MODELS[name](networks, resolved)  # type: ignore[call-arg]


def assert_identical(a: Trained, b: Trained) -> None:
    for one in fields(Trained):
        first, second = getattr(a, one.name), getattr(b, one.name)
        if isinstance(first, tuple):
            assert len(first) == len(second)
            pairs = list(zip(first, second, strict=True))
        else:
            pairs = [(first, second)]
        for x, y in pairs:
            if isinstance(x, dict):
                assert list(x) == list(y), one.name
                for name in x:
                    same(x[name], y[name], f"{one.name}/{name}")
            else:
                same(x, y, one.name)


def same(x: object, y: object, name: str) -> None:
    if isinstance(x, torch.Tensor):
        assert isinstance(y, torch.Tensor) and x.dtype == y.dtype, name
        assert x.numpy().tobytes() == y.numpy().tobytes(), name
    elif isinstance(x, np.ndarray):
        assert isinstance(y, np.ndarray) and x.dtype == y.dtype, name
        assert x.tobytes() == y.tobytes(), name
    else:
        assert x == y, name


@pytest.mark.parametrize(("name", "settings"), TRAINED, ids=lambda value: str(value))
def test_stopped_and_gone_on_with_ends_where_it_would_have_ended(name: str, settings: Mapping[str, object]) -> None:
    """Also when it is stopped again and again: after its first point, around draws of noise, at the end of phases, at its end."""
    build = builder(name, settings)
    whole = train(build, DATA, BUDGET, SEEDS)
    memory = Memory()
    reached = []
    for saves in (1, 1, 12, 18, 2, 30, 5, None):
        memory.saves = saves
        try:
            assert_identical(train(build, DATA, BUDGET, SEEDS, checkpoints=memory), whole)
            break
        except KilledError:
            reached.append(memory.resumed_at)
    assert len(reached) >= 5 and sorted(set(reached)) == reached and reached[1] > 0


@pytest.mark.parametrize("seeds", [(3,), (3, 4)])
def test_convolutions_go_on_too(seeds: tuple[int, ...]) -> None:
    """One seed without a mapping, two mapped."""
    networks = Conv((4, 4), 2, (4, 4), "batch", "sigmoid", "nearest")

    def build() -> GenerativeModel:
        return MODELS["gan"](networks, MODELS["gan"].Settings(loss="saturating"))  # type: ignore[call-arg]

    budget = BUDGET.model_copy(update={"updates": 12})
    memory = Memory(saves=5)
    with pytest.raises(KilledError):
        train(build, DATA, budget, seeds, checkpoints=memory)
    assert_identical(train(build, DATA, budget, seeds, checkpoints=memory), train(build, DATA, budget, seeds))
    assert memory.resumed_at == 5


def test_a_seed_that_diverged_stays_diverged_at_its_step() -> None:
    def poison(models: list[GenerativeModel]) -> None:
        with torch.no_grad():
            next(models[1].parameters()).fill_(torch.nan)

    build = builder("ae", {})
    whole = train(build, DATA, BUDGET, SEEDS, prepare=poison)
    memory = Memory(saves=9)
    with pytest.raises(KilledError):
        train(build, DATA, BUDGET, SEEDS, prepare=poison, checkpoints=memory)
    resumed = train(build, DATA, BUDGET, SEEDS, prepare=poison, checkpoints=memory)
    assert_identical(resumed, whole)
    assert resumed.diverged_at.tolist() == [-1, 0]


def test_nothing_is_saved_that_is_not_due_but_the_end() -> None:
    class Never(Memory):
        saved = 0

        def due(self) -> bool:
            return False

        def save(self, state: Stack) -> None:
            self.saved += 1
            super().save(state)

    memory = Never()
    first = train(builder("ae", {}), DATA, BUDGET, SEEDS, checkpoints=memory)
    assert memory.saved == 1
    assert_identical(train(builder("ae", {}), DATA, BUDGET, SEEDS, checkpoints=memory), first)
    assert memory.resumed_at == BUDGET.updates and memory.saved == 1
