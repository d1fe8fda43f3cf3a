"""What the speed benchmark compares is what it says: the same work, timed as stated."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.blocks import model_builder
from benchmarks.evaluation.cost import training_cost
from benchmarks.specs import Block
from benchmarks.speed import loops, peers, training
from benchmarks.speed.machine import products_of
from benchmarks.speed.timing import rate, rates, take_turns
from models import MODELS
from models.networks import count_parameters

NOWHERE = Path("nowhere")


def a_case(model: str = "ae", network: str = "mlp", dataset: str = "digits") -> training.Case:
    return training.case(dataset, model, network, 2, NOWHERE, "cpu")


def test_ratios_are_taken_within_turns() -> None:
    """A machine that gets ten times slower from turn to turn changes no ratio."""
    drift = np.array([1.0, 10.0, 100.0])
    found = rates({"base": 2 * drift, "twice": drift}, {"base": 6.0, "twice": 6.0}, "base")
    assert found["twice"].ratio == pytest.approx(2)
    assert found["twice"].low == pytest.approx(2) and found["twice"].high == pytest.approx(2)
    assert found["base"].per_second == pytest.approx(0.3)


def test_interval_is_students_on_the_log_scale() -> None:
    found = rate(np.exp([0.0, 1.0, 2.0]), np.ones(3))
    half = 4.302652729749464 / np.sqrt(3)  # t quantile at 0.975 with two degrees of freedom, standard deviation 1
    assert (found.ratio, found.low, found.high) == pytest.approx(tuple(np.exp([1, 1 - half, 1 + half])))
    assert np.isnan(rate(np.ones(1), np.ones(1)).low)


def test_contenders_take_turns_after_a_warm_up() -> None:
    calls: list[str] = []
    times = take_turns({name: partial(calls.append, name) for name in "ab"}, 3)
    assert calls == list("abababab")
    assert all(values.shape == (3,) for values in times.values())


@pytest.mark.parametrize(
    ("model", "network", "width"), [("ae", "mlp", 2), ("vae", "mlp", 2), ("gan", "mlp", 2), ("gan", "conv", 1)]
)
def test_products_are_all_of_an_updates(model: str, network: str, width: int) -> None:
    """Their operations are those that are counted for the model, times the seeds (PyTorch miscounts grouped convolutions)."""
    what = a_case(model, network)
    loop = training.loop_of(what, width)
    calls = products_of(loop, loop.phases[-1])
    counter = FlopCounterMode(display=False)
    with counter:
        for call in calls:
            call()
    build = model_builder(what.spec, MODELS[model], training.data_of("digits", NOWHERE))
    assert counter.get_total_flops() == width * sum(training_cost(build(), what.spec.training.batch).values())


@pytest.mark.parametrize("dataset", ["digits", "ring"])
def test_loops_train_on_the_data(dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both give the model batches of the training set, as pixels in [0, 1] or coordinates."""
    what = a_case("ae", dataset=dataset)
    seen: list[torch.Tensor] = []
    model = MODELS["ae"]
    forward = model.forward

    def watched(self: object, player: str, x: torch.Tensor, noise: dict[str, torch.Tensor]) -> object:
        seen.append(x)
        return forward(self, player, x, noise)  # type: ignore[arg-type]

    monkeypatch.setattr(model, "forward", watched)
    loops.plain_loop(what.spec, training.data_of(dataset, NOWHERE), "cpu")
    loops.habitual_loop(what.spec, training.data_of(dataset, NOWHERE), "cpu")
    data = training.data_of(dataset, NOWHERE)
    known = {row.tobytes() for row in (data.train / np.float32(255) if data.kind == "images" else data.train)}
    assert len(seen) == 4
    for batch in seen:
        assert batch.shape == (what.spec.training.batch, data.train.shape[1])
        assert all(row.tobytes() in known for row in batch.numpy())


def test_forms_that_are_asked_for_are_compared_where_there_is_one() -> None:
    """Convolutions are mapped over the seeds and never stacked; their layout is that of a plain loop."""
    forms: tuple[training.Form, ...] = ("stacked", "vmap", "compiled", "channels-last")

    def named(network: str) -> list[tuple[str, int]]:
        found = training.contenders_for(a_case("gan", network), [1, 2], [1], forms)
        return [(contender.form, contender.width) for contender in found]

    own = [("stacked", 1), ("vmap", 1), ("compiled", 1)]
    assert named("conv") == [("plain", 1), ("habitual", 1), ("channels-last", 1), *own, ("vmap", 2)]
    assert named("mlp") == [("plain", 1), ("habitual", 1), *own, ("stacked", 2), ("vmap", 2), ("compiled", 2)]


def test_channels_last_changes_the_layout_of_convolutions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    what, layouts = a_case("ae", "conv"), []
    forward = MODELS["ae"].forward

    def watched(self: torch.nn.Module, *given: object) -> object:
        weights = [weight for weight in self.parameters() if weight.dim() == 4 and weight.shape[1] > 1]
        layouts.append({weight.is_contiguous(memory_format=torch.channels_last) for weight in weights})
        return forward(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(MODELS["ae"], "forward", watched)
    for form in ("plain", "channels-last"):
        training.run(training.Contender(form), what)
    assert layouts == [{False}] * 2 + [{True}] * 2


def test_denormals_are_computed_with_in_that_form_alone() -> None:
    small = torch.tensor([torch.finfo(torch.float32).tiny])
    forms: tuple[training.Form, ...] = ("stacked", "vmap", "denormals")
    for form in forms:
        with training.loop_of(a_case(), 2, form).within():
            assert bool(small.div(2).any()) is (form == "denormals")
        assert small.div(2).any()


@pytest.mark.slow  # compiling takes up to a minute
@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a compiler (g++)")
def test_the_compiled_form_trains_the_same() -> None:
    what = a_case("gan", dataset="ring")
    ends = {}
    for form in ("stacked", "compiled"):
        loop = training.loop_of(what, 2, form)
        assert list(loop.run())
        ends[form] = loop.outcome().weights
    assert torch._dynamo.utils.counters["stats"]["unique_graphs"] >= 2  # a graph for each player
    torch.testing.assert_close(ends["compiled"], ends["stacked"], rtol=1e-4, atol=1e-6)


def test_the_habitual_loop_runs_a_shorter_training_of_the_same_updates() -> None:
    what = training.case("ring", "gan", "mlp", 100, NOWHERE, "cpu")
    assert what.updates(training.Contender("habitual")) == 20
    assert what.updates(training.PLAIN) == 100


@pytest.mark.skipif(not peers.there(), reason=peers.ABSENT)
@pytest.mark.parametrize("model", peers.TRAINS)
def test_the_peer_trains_the_same_network(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    what = a_case(model)
    peer = peers.peer_model(what)
    spec: Block = what.spec
    own = model_builder(spec, MODELS[model], training.data_of("digits", NOWHERE))()
    networks = count_parameters(own.encoder) + count_parameters(own.decoder)  # type: ignore[arg-type]
    assert sum(parameter.numel() for parameter in peer.parameters()) == networks
    step, batches = torch.optim.Adam.step, []

    def counted(self: torch.optim.Adam, closure: None = None) -> None:
        batches.append(len(self.param_groups[0]["params"]))
        step(self, closure)

    monkeypatch.setattr(torch.optim.Adam, "step", counted)
    peers.peer_loop(what)
    assert batches == [len(list(peer.parameters()))] * spec.training.updates
