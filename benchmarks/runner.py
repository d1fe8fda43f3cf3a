"""Runs a plan: units in worker processes, each trained if need be, measured and stored. Knows no gradients.

Every worker has one thread (``execution.THREADS``) and writes finished units to the store itself, so that whatever stops a run
leaves what was finished. An exception in a unit is recorded as its failure; the other units go on, also when a worker dies.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import queue
import time
import traceback
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import torch
from tqdm import tqdm

from benchmarks import execution
from benchmarks.blocks import train_block
from benchmarks.datasets import Dataset, OwnData, load
from benchmarks.evaluation import MEASURES, Measured, measure_block, measure_data
from benchmarks.planning import Environment, Plan, PlannedMeasurement, Unit, own_data
from benchmarks.recipes import RECIPES
from benchmarks.specs import SCHEMA_VERSION, Block, InputError, canonical_json
from benchmarks.store import Store
from benchmarks.training.loop import Trained
from benchmarks.training.randomness import Stack
from models import MODELS

POOLS = 3
"""How often units are given to new workers after a worker died."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


@dataclass
class Outcome:
    """What became of one unit.

    Attributes:
        training_seconds: time spent training (0 if the block was stored).
        measuring_seconds: time spent on measurements.
        failures: for each measurement key that failed, the error in one line.
        details: tracebacks, for the log.
    """

    training_seconds: float = 0.0
    measuring_seconds: float = 0.0
    failures: dict[str, str] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)

    def fail(self, planned: PlannedMeasurement, error: BaseException) -> None:
        """Record the failure of a measurement."""
        message = " ".join(str(error).split())
        self.failures[planned.key] = f"{type(error).__name__}: {message}"[:500]
        self.details.append("".join(traceback.format_exception(error)))


@dataclass(frozen=True)
class Work:
    """What a worker needs besides its unit.

    Attributes:
        results_dir: where the store is.
        data_dir: where the data are; the plan has checked and if need be downloaded them.
        environment: device and versions.
        origin: commit of the code, stored with every unit that it computes.
        own: the user's own data.
    """

    results_dir: Path
    data_dir: Path
    environment: Environment
    origin: Mapping[str, Any]
    own: OwnData | None = None


# rows ---------------------------------------------------------------------------------------------------------------


def identity(planned: PlannedMeasurement, block_key: str | None) -> dict[str, Any]:
    """The columns of a measurement's rows that say what was measured."""
    measurement, block = planned.measurement, planned.measurement.block
    own = {name: value for name, value in measurement.options.items() if name not in ("sampler", "weights", "n")}
    training = block.training.model_dump(mode="json") if block else {}
    if measurement.split != "test":
        own["split"] = measurement.split
    return {
        "schema_version": SCHEMA_VERSION,
        "block": block_key,
        "measure": measurement.measure,
        "dataset": measurement.label,
        "model": block.model if block else None,
        "network": block.network.label if block else None,
        "sampler": measurement.options.get("sampler"),
        "weights": measurement.options.get("weights", "last") if block else None,
        "setting": canonical_json({**(block.settings if block else {}), **training, **own}),
    }


def failed_rows(planned: PlannedMeasurement, block_key: str | None) -> list[dict[str, Any]]:
    """One NaN row with status ``failed`` for every metric and seed that was planned."""
    measurement = planned.measurement
    common = identity(planned, block_key)
    return [
        {**common, "seed": seed, "status": "failed", "metric": metric, "value": math.nan, "step": None, "n": None}
        for seed in measurement.seeds
        for metric in planned.metrics
    ]


# in a worker --------------------------------------------------------------------------------------------------------

_reports: Queue[float] | None = None
_loaded: dict[str, Dataset] = {}


def _start_worker(reports: Queue[float]) -> None:
    global _reports
    _reports = reports
    torch.set_num_threads(execution.THREADS)
    torch.set_num_interop_threads(1)
    _report(execution.START_SECONDS)


def _report(seconds: float) -> None:
    if _reports is not None and seconds > 0:
        _reports.put(seconds)


def run_unit(unit: Unit, work: Work) -> Outcome:
    """Train the unit's block, unless it is stored, and take the missing measurements; store each as it is done."""
    outcome = Outcome()
    store = Store(work.results_dir)
    if work.environment.kind == "cuda":
        torch.cuda.set_device(work.environment.device)
    try:
        if unit.data not in _loaded:
            _loaded.clear()  # one data set at a time: workers must stay small
            loaded = load(unit.dataset, work.data_dir, offline=True, split=unit.split, own=work.own)
            if loaded.digest != unit.data:
                raise InputError(f"the files of data set {unit.label} changed since the run began; start it again")
            _loaded[unit.data] = loaded
        dataset = _loaded[unit.data]
        trained = None
        if unit.block is not None:
            started = time.perf_counter()
            trained = trained_block(unit.key or "", unit.block, dataset, store, work)
            outcome.training_seconds = time.perf_counter() - started
    except Exception as error:  # any failure of one unit is recorded, and the others go on
        for planned in unit.missing:
            outcome.fail(planned, error)
        return outcome
    for planned in unit.missing:
        started = time.perf_counter()
        try:
            measured = take(planned, dataset, trained, work.environment)
            seconds = time.perf_counter() - started
            facts = {
                "measurement": planned.measurement.model_dump(mode="json"),
                "block": unit.key,
                "errors": measured.errors,
                "origin": work.origin,
                "seconds": seconds,
            }
            store.write_measurement(planned.key, facts, measured.rows, measured.arrays)
        except Exception as error:
            outcome.fail(planned, error)
        outcome.measuring_seconds += time.perf_counter() - started
        _report(planned.seconds)
    return outcome


def take(planned: PlannedMeasurement, dataset: Dataset, trained: Trained | None, environment: Environment) -> Measured:
    """Take one measurement."""
    wanted = planned.measurement
    measure, device = MEASURES[wanted.measure], environment.device
    if wanted.block is None:
        return measure_data(measure, wanted.options, dataset, device, wanted.data_seeds, planned.extractors)
    assert trained is not None
    model = MODELS[wanted.block.model]
    return measure_block(measure, wanted.options, dataset, device, wanted.block, model, trained, planned.extractors)


def trained_block(key: str, block: Block, dataset: Dataset, store: Store, work: Work) -> Trained:
    """The block from the store, or trained now and stored."""
    if store.has("blocks", key):
        return stored_block(store, key)
    started = time.perf_counter()
    width = execution.width_of(block, work.environment.kind)
    cost = execution.training_seconds(block, dataset.train.shape[1])
    model = MODELS[block.model]
    trained = train_block(block, model, dataset, work.environment.device, width, lambda share: _report(share * cost))
    arrays = {f"curve/{name}": curve for name, curve in trained.curves.items()}
    arrays |= {f"moves/{player}": moves for player, moves in trained.moves.items()}
    arrays |= {"steps": trained.steps, "diverged_at": trained.diverged_at}
    facts = {
        "block": block.model_dump(mode="json"),
        "images": trained.images,
        "evaluations": trained.evaluations,
        "snapshots": len(trained.snapshots),
        "environment": work.environment.facts(),
        "width": width,
        "origin": work.origin,
        "seconds": time.perf_counter() - started,
    }
    stacks = {"last": trained.weights, "ema": trained.averaged}
    stacks |= {f"snapshot-{index}": stack for index, stack in enumerate(trained.snapshots)}
    weights = {f"{kind}/{name}": tensor.numpy() for kind, stack in stacks.items() for name, tensor in stack.items()}
    store.write_block(key, facts, weights, arrays)
    return trained


def stored_block(store: Store, key: str) -> Trained:
    """A block read back from the store."""
    facts = json.loads(store.read("blocks", key, "block.json"))
    arrays = store.read_arrays("blocks", key)
    weights = store.read_weights(key)

    def stack(kind: str) -> Stack:
        prefix = f"{kind}/"
        return {n.removeprefix(prefix): torch.from_numpy(w.copy()) for n, w in weights.items() if n.startswith(prefix)}

    return Trained(
        weights=stack("last"),
        curves={name.removeprefix("curve/"): a for name, a in arrays.items() if name.startswith("curve/")},
        steps=arrays["steps"],
        diverged_at=arrays["diverged_at"],
        images=facts["images"],
        evaluations=facts["evaluations"],
        moves={name.removeprefix("moves/"): a for name, a in arrays.items() if name.startswith("moves/")},
        averaged=stack("ema"),
        snapshots=tuple(stack(f"snapshot-{index}") for index in range(facts["snapshots"])),
    )


# in the main process ------------------------------------------------------------------------------------------------


@contextmanager
def one_thread_per_worker() -> Iterator[None]:
    """Worker processes started within read these variables when they load their linear algebra."""
    before = {name: os.environ.get(name) for name in THREAD_VARIABLES}
    os.environ.update(dict.fromkeys(THREAD_VARIABLES, str(execution.THREADS)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def run(plan: Plan, origin: Mapping[str, Any], progress_bar: bool) -> list[Outcome]:
    """Run what the plan is missing.

    If a worker process dies, the units that were not finished go on in new ones, ``POOLS`` times in all.

    Args:
        origin: commit of the code, stored with every unit.
        progress_bar: show one bar with the expected time left (never if standard error is not a terminal).

    Returns:
        an outcome for each unit of ``plan.todo``, in its order.
    """
    options = plan.options
    work = Work(options.output_dir.resolve(), options.data_dir.resolve(), plan.environment, origin, own_data(options))
    outcomes = [Outcome() for _ in plan.todo]
    if not plan.todo:
        return outcomes
    context = multiprocessing.get_context("spawn")
    reports: Queue[float] = context.Queue()
    workers = min(plan.jobs, len(plan.todo))
    total = sum(unit.seconds for unit in plan.todo) + workers * execution.START_SECONDS
    bar = tqdm(
        total=total,
        disable=None if progress_bar else True,
        bar_format="{l_bar}{bar}| {elapsed} elapsed, about {remaining} left{postfix}",
    )
    waiting = list(range(len(plan.todo)))
    with one_thread_per_worker(), bar:
        for attempt in range(1, POOLS + 1):
            pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker, initargs=(reports,))
            try:
                futures = {pool.submit(run_unit, plan.todo[index], work): index for index in waiting}
                waiting = _collect(futures, plan.todo, outcomes, reports, bar, last=attempt == POOLS)
            except BaseException:
                for process in (getattr(pool, "_processes", None) or {}).values():
                    process.terminate()
                raise
            finally:
                pool.shutdown(cancel_futures=True)
            if not waiting:
                break
        bar.update(max(0.0, total - bar.n))
    return outcomes


def _collect(
    futures: dict[Future[Outcome], int],
    units: tuple[Unit, ...],
    outcomes: list[Outcome],
    reports: Queue[float],
    bar: tqdm[Any],
    last: bool,
) -> list[int]:
    """Wait for all futures and fill in their outcomes.

    Returns:
        indices of the units to be run again, because a worker process died; with ``last`` these are recorded as failed.
    """
    again = []
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=0.3, return_when=FIRST_COMPLETED)
        for future in done:
            index = futures[future]
            try:
                outcomes[index] = future.result()
            except BrokenProcessPool as error:
                if last:
                    for planned in units[index].missing:
                        outcomes[index].fail(planned, error)
                else:
                    again.append(index)
        while True:
            try:
                seconds = reports.get_nowait()
            except queue.Empty:
                break
            bar.update(min(seconds, max(0.0, (bar.total or 0.0) - bar.n)))
    return sorted(again)


def label_of(block: Block) -> str:
    """Name of a block's arm for tables and pictures: the model under its settings, and what its network has that the recipe's has
    not."""
    model = MODELS[block.model]
    usual = RECIPES[block.dataset].network
    parts = [
        f"{block.network.kind} {block.network.upsampling or ''}".strip() if block.network.kind != usual.kind else "",
        f"z = {block.network.latent}" if block.network.latent != usual.latent else "",
    ]
    return ", ".join([model.describe(model.Settings(**block.settings)), *(part for part in parts if part)])
