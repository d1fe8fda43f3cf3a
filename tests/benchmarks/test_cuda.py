"""Training and measuring on a GPU; skipped where there is none."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, measure_block, measure_data
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request, block
from benchmarks.recipes import ARMS, RECIPES
from benchmarks.specs import Training, canonical_json
from benchmarks.training.loop import train
from metrics.features import in_domain_extractor
from models import MODELS

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="PyTorch sees no CUDA device")
EVERY_ARM = pytest.mark.parametrize(("name", "settings"), ARMS, ids=lambda value: str(value))
SEEDS = (100, 101, 102)


@EVERY_ARM
def test_stack_equals_solo_and_twice_is_equal(name: str, settings: Mapping[str, object]) -> None:
    data = torch.rand((200, 64), generator=torch.Generator().manual_seed(0)).double().cuda()
    spec = block("digits", name, settings, "smoke", SEEDS)
    build = model_builder(spec, MODELS[name], load("digits", Path(), offline=True))
    training = Training(updates=30, batch=16)
    stack, again = (train(build, data, training, SEEDS) for _ in range(2))
    solo = train(build, data, training, SEEDS[1:2])
    for weight in stack.weights:
        torch.testing.assert_close(stack.weights[weight][1:2], solo.weights[weight], rtol=1e-6, atol=1e-8)
        assert torch.equal(stack.weights[weight], again.weights[weight])


@EVERY_ARM
def test_recorded_cycles_equal_called_ones(name: str, settings: Mapping[str, object]) -> None:
    """A CUDA graph played again moves the weights as its kernels do when they are launched one by one."""
    data = torch.rand((200, 64), generator=torch.Generator().manual_seed(0)).double().cuda()
    build = model_builder(
        block("digits", name, settings, "smoke", SEEDS), MODELS[name], load("digits", Path(), offline=True)
    )
    training = Training(updates=100, batch=16)
    played = train(build, data, training, SEEDS)
    called = train(build, data, training, SEEDS, record=lambda device: None)
    for weight in played.weights:
        # the recording's step size is a float32 on the device
        torch.testing.assert_close(played.weights[weight], called.weights[weight], rtol=1e-5, atol=1e-6)
    assert {player: list(moves) for player, moves in played.moves.items()} == {
        player: list(moves) for player, moves in called.moves.items()
    }
    for curve in played.curves:
        np.testing.assert_allclose(played.curves[curve], called.curves[curve], rtol=1e-4, atol=1e-5)


def test_a_seed_of_many_equals_itself_alone() -> None:
    data = torch.rand((200, 64), generator=torch.Generator().manual_seed(0)).double().cuda()
    seeds = tuple(range(256))
    spec = block("digits", "gan", {}, "smoke", seeds)
    build = model_builder(spec, MODELS["gan"], load("digits", Path(), offline=True))
    training = Training(updates=100, batch=16)
    wide, solo = (train(build, data, training, some) for some in (seeds, seeds[-1:]))
    for weight in wide.weights:
        torch.testing.assert_close(wide.weights[weight][-1:], solo.weights[weight], rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("dataset", ["ring", "digits"])
def test_every_measure_runs(dataset: str) -> None:
    """Those of all experiments that the profile ``smoke`` asks for; the measures that only ``full`` takes are not among them."""
    data = load(dataset, Path(), offline=True)
    own = in_domain_extractor(dataset)
    extractors = () if own is None else (own,)
    request = Request(dataset, "smoke", (SEEDS,), RECIPES[dataset].samples)
    asked = [m for e in EXPERIMENTS.values() if dataset in e.supports for m in e.measurements(request)]
    seen = {canonical_json([m.measure, m.options, m.block.model if m.block else None]): m for m in asked}
    for wanted in seen.values():
        measure, block_ = MEASURES[wanted.measure], wanted.block
        if block_ is None:
            measured = measure_data(measure, wanted.options, data, "cuda", wanted.data_seeds, extractors)
        else:
            model = MODELS[block_.model]
            trained = train_block(block_, model, data, "cuda", len(SEEDS))
            measured = measure_block(measure, wanted.options, data, "cuda", block_, model, trained, extractors)
        assert all(row["status"] == "ok" and np.isfinite(row["value"]) for row in measured.rows), wanted
        assert not measured.errors, wanted
