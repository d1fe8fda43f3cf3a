"""Updates per second and seed of the suite's loop, by width of the seed axis and number of workers, against other loops."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal

import torch

from benchmarks.blocks import model_builder
from benchmarks.datasets import Dataset, load
from benchmarks.evaluation.cost import training_cost
from benchmarks.execution import CONVOLUTIONAL
from benchmarks.experiments.base import block
from benchmarks.recipes import RECIPES
from benchmarks.specs import Block, InputError, Network
from benchmarks.speed.loops import habitual_loop, plain_loop
from benchmarks.speed.timing import rates, take_turns
from benchmarks.training.loop import Loop, begin
from benchmarks.training.recording import recorder_for
from models import MODELS

Form = Literal["plain", "habitual", "channels-last", "stacked", "vmap", "compiled", "denormals", "called", "tf32"]
SETTINGS: dict[str, dict[str, Any]] = {"fgan": {"divergence": "kl", "generator_objective": "exact"}}
FORMS: dict[str, str] = {
    "stacked": "the suite's loop as it is: layers that take stacked parameters, on a GPU cycles recorded",
    "vmap": "mapped over the seeds by torch.func.vmap",
    "compiled": "as it is, the objective compiled by torch.compile",
    "denormals": "as it is, but numbers too small to be normal are not zero; on a CPU, seen after some 1,000 updates",
    "called": "as it is, but every cycle called; on a CPU they always are",
    "tf32": "as it is, with products in TF32; on a GPU",
    "channels-last": "the plain loop, weights of convolutions with their channels last in memory",
}
"""Forms of the suite's own loop, and one of the plain loop, that can be asked for."""
USUAL: dict[str, tuple[Form, ...]] = {"cpu": ("stacked", "vmap"), "cuda": ("stacked", "vmap", "called", "tf32")}
"""Those that are measured if none is asked for, by kind of device."""
TRIED: tuple[Form, ...] = ("compiled", "denormals", "channels-last")
"""Those that are measured only if they are asked for, on any device."""
HABITUAL_SHARE = 0.2
"""The habitual loop runs so much shorter a training: it is slow, and its updates all cost the same."""


@dataclass(frozen=True)
class Contender:
    """One way to train: ``workers`` processes at once, each with ``width`` seeds."""

    form: Form
    width: int = 1
    workers: int = 1


PLAIN = Contender("plain")


@dataclass(frozen=True)
class Case:
    """What is trained: a block, whose budget is the benchmark's own."""

    spec: Block
    data_dir: Path
    device: str

    @property
    def facts(self) -> dict[str, object]:
        """What a row of a table says of it."""
        return {"dataset": self.spec.dataset, "model": self.spec.model, "network": self.spec.network.label}

    def updates(self, contender: Contender) -> int:
        """Updates of one run of a contender."""
        whole = self.spec.training.updates
        return max(1, round(HABITUAL_SHARE * whole)) if contender.form == "habitual" else whole


def network_for(dataset: str, kind: str) -> Network:
    """A data set's network of a kind: the recipe's own, or the first of its further ones.

    Raises:
        InputError: it has none.
    """
    recipe = RECIPES[dataset]
    of_kind = [network for network in (recipe.network, *recipe.further_networks) if network.kind == kind]
    if not of_kind:
        kinds = ", ".join(dict.fromkeys(network.kind for network in (recipe.network, *recipe.further_networks)))
        raise InputError(f"data set {dataset!r} has no {kind} networks; it has {kinds}")
    return of_kind[0]


def case(dataset: str, model: str, network: str, updates: int, data_dir: Path, device: str) -> Case:
    """A model on a data set's network of a kind, with so many updates."""
    spec = block(dataset, model, SETTINGS.get(model, {}), "standard", (0,), network_for(dataset, network))
    training = spec.training.model_copy(update={"updates": updates, "snapshots": ()})
    return Case(spec.model_copy(update={"training": training}), data_dir, device)


@cache
def data_of(dataset: str, data_dir: Path) -> Dataset:
    """A data set, loaded once in a process."""
    return load(dataset, data_dir, offline=True)


def run(contender: Contender, what: Case) -> None:
    """Train once, in this process."""
    data = data_of(what.spec.dataset, what.data_dir)
    training = what.spec.training.model_copy(update={"updates": what.updates(contender)})
    spec = what.spec.model_copy(update={"training": training})
    if contender.form == "habitual":
        habitual_loop(spec, data, what.device)
        return
    if contender.form in ("plain", "channels-last"):
        layout = torch.channels_last if contender.form == "channels-last" else torch.preserve_format
        plain_loop(spec, data, what.device, layout)
        return
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if contender.form == "tf32" else precision)
    try:
        loop = loop_of(what, contender.width, contender.form)
        for _ in loop.run():
            pass
        loop.outcome()
    finally:
        torch.set_float32_matmul_precision(precision)


def loop_of(what: Case, width: int, form: Form = "stacked") -> Loop:
    """The suite's loop in one of its forms, before its first update."""
    data = data_of(what.spec.dataset, what.data_dir)
    build = model_builder(what.spec, MODELS[what.spec.model], data)
    train_set = torch.from_numpy(data.train).to(what.device)
    record = no_recorder if form == "called" else recorder_for
    loop = begin(build, train_set, what.spec.training, tuple(range(width)), fast=form != "vmap", record=record)
    if form == "compiled":
        # only now: the loop has mapped the model, to see that it can, and what is compiled cannot be
        loop.axis.template.compile(dynamic=False)
    if form == "denormals":
        loop.within = nullcontext
    return loop


def no_recorder(device: torch.device) -> None:
    """What records on no device."""


@contextmanager
def crew(workers: int, threads: int) -> Iterator[ProcessPoolExecutor | None]:
    """So many processes, each with its threads; None for one: that is this process."""
    if workers == 1:
        yield None
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, context, torch.set_num_threads, (threads,)) as pool:
        yield pool


def runner(contender: Contender, what: Case, pool: ProcessPoolExecutor | None) -> Callable[[], object]:
    """A call that has the contender's workers train at once, and waits for all."""
    if pool is None:
        return partial(run, contender, what)

    def together() -> None:
        done, _ = wait([pool.submit(run, contender, what) for _ in range(contender.workers)])
        for one in done:
            one.result()

    return together


def contenders_for(what: Case, widths: list[int], workers: list[int], forms: Sequence[Form]) -> list[Contender]:
    """The other loops, and the suite's own in every form, width and number of workers."""
    data = data_of(what.spec.dataset, what.data_dir)
    stacks = model_builder(what.spec, MODELS[what.spec.model], data)().takes_stacks
    own = [
        Contender(form, width, number)
        for number in workers
        for width in widths
        for form in forms
        if form == "vmap" or (form != "channels-last" and (stacks or width == 1))  # else it would be mapped
    ]
    others: list[Form] = ["plain", "habitual"]
    if "channels-last" in forms and what.spec.network.kind in CONVOLUTIONAL:
        others.append("channels-last")
    return [*(Contender(form) for form in others), *own]


def compare(
    what: Case, widths: list[int], workers: list[int], forms: Sequence[Form], repeats: int, threads: int
) -> list[dict[str, object]]:
    """Rows of the table for one model on one network and data set."""
    contenders = contenders_for(what, widths, workers, forms)
    with ExitStack() as stack:
        counts = sorted({contender.workers for contender in contenders})
        pools = {count: stack.enter_context(crew(count, threads)) for count in counts}
        calls = {contender: runner(contender, what, pools[contender.workers]) for contender in contenders}
        times = take_turns(calls, repeats, what.device)
    work = {c: float(c.workers * c.width * what.updates(c)) for c in contenders}
    build = model_builder(what.spec, MODELS[what.spec.model], data_of(what.spec.dataset, what.data_dir))
    flops = sum(training_cost(build(), what.spec.training.batch).values())
    return [
        {
            **what.facts,
            "form": contender.form,
            "width": contender.width,
            "workers": contender.workers,
            **own.facts,
            "gflops": own.per_second * flops / 1e9,
        }
        for contender, own in rates(times, work, PLAIN).items()
    ]
