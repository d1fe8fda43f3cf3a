"""Runs a plan: units in worker processes, each trained if need be, measured and stored. Knows no gradients.

Every worker has one thread (``execution.THREADS``) and writes finished units to the store itself, so that whatever stops a run
leaves what was finished. An exception in a unit is recorded as its failure; the other units go on.
"""

from __future__ import annotations

import json
import math
import multiprocessing
import os
import queue
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from benchmarks import execution
from benchmarks.datasets import Dataset, load
from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate
from benchmarks.planning import Environment, Plan, PlannedMeasurement, Unit, builder
from benchmarks.specs import SCHEMA_VERSION, Block, Measurement, canonical_json
from benchmarks.store import Store
from benchmarks.training import Progress, Trained, train
from models import MODELS

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
    """What a worker needs besides its unit."""

    results_dir: Path
    data_dir: Path
    offline: bool
    environment: Environment


# rows ---------------------------------------------------------------------------------------------------------------


def identity(planned: PlannedMeasurement, block_key: str | None) -> dict[str, Any]:
    """The columns of a measurement's rows that say what was measured."""
    measurement, block = planned.measurement, planned.measurement.block
    own = {name: value for name, value in measurement.options.items() if name not in ("sampler", "n", "seeds")}
    training = block.training.model_dump(mode="json") if block else {}
    return {
        "schema_version": SCHEMA_VERSION,
        "block": block_key,
        "measure": measurement.measure,
        "dataset": measurement.dataset,
        "model": block.model if block else None,
        "network": block.network.label if block else None,
        "sampler": measurement.options.get("sampler"),
        "weights": "last" if block else None,
        "setting": canonical_json({**(block.settings if block else {}), **training, **own}),
    }


def seeds_of(measurement: Measurement) -> tuple[int | None, ...]:
    """Seeds of a measurement's rows: the block's, or those that a measure of data alone draws with, or (None,)."""
    if measurement.block is not None:
        return measurement.block.seeds
    return tuple(measurement.options.get("seeds", [None]))


def failed_rows(planned: PlannedMeasurement, block_key: str | None) -> list[dict[str, Any]]:
    """One NaN row with status ``failed`` for every metric and seed that was planned."""
    measurement = planned.measurement
    common = identity(planned, block_key)
    return [
        {**common, "seed": seed, "status": "failed", "metric": metric, "value": math.nan, "step": None, "n": None}
        for seed in seeds_of(measurement)
        for metric in MEASURES[measurement.measure].metrics(measurement.dataset)
    ]


# in a worker --------------------------------------------------------------------------------------------------------

_reports: Queue[float] | None = None
_loaded: dict[str, Dataset] = {}


def _start_worker(reports: Queue[float]) -> None:
    global _reports
    _reports = reports
    torch.set_num_threads(execution.THREADS)
    torch.set_num_interop_threads(1)


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
        if unit.dataset not in _loaded:
            _loaded.clear()  # one data set at a time: workers must stay small
            _loaded[unit.dataset] = load(unit.dataset, work.data_dir, work.offline)
        dataset = _loaded[unit.dataset]
        trained = None
        if unit.block is not None:
            started = time.perf_counter()
            trained = trained_block(unit, unit.block, dataset, store, work.environment)
            outcome.training_seconds = time.perf_counter() - started
    except Exception as error:  # any failure of one unit is recorded, and the others go on
        for planned in unit.missing:
            outcome.fail(planned, error)
        return outcome
    for planned in unit.missing:
        started = time.perf_counter()
        try:
            measured = measure(planned.measurement, dataset, trained, work.environment)
            common = identity(planned, unit.key)
            facts = {"measurement": planned.measurement.model_dump(mode="json"), "block": unit.key}
            store.write_measurement(planned.key, facts, [{**common, **row} for row in measured.rows], measured.arrays)
        except Exception as error:
            outcome.fail(planned, error)
        outcome.measuring_seconds += time.perf_counter() - started
        _report(execution.measuring_seconds(planned.measurement))
    return outcome


def trained_block(unit: Unit, block: Block, dataset: Dataset, store: Store, environment: Environment) -> Trained:
    """The block from the store, or trained now and stored."""
    assert unit.key is not None
    if store.has("blocks", unit.key):
        return stored_block(store, unit.key)
    cost = execution.training_seconds(block)
    trained = train_block(block, dataset, environment, lambda share: _report(share * cost))
    arrays = {f"curve/{name}": curve for name, curve in trained.curves.items()}
    arrays |= {"steps": trained.steps, "diverged_at": trained.diverged_at}
    facts = {
        "block": block.model_dump(mode="json"),
        "images": trained.images,
        "evaluations": trained.evaluations,
        "environment": environment.facts(),
        "width": execution.width_of(block, environment.kind),
    }
    weights = {name: tensor.numpy() for name, tensor in trained.weights.items()}
    store.write_block(unit.key, facts, weights, arrays)
    return trained


def stored_block(store: Store, key: str) -> Trained:
    """A block read back from the store."""
    facts = json.loads(store.read("blocks", key, "block.json"))
    arrays = store.read_arrays("blocks", key)
    return Trained(
        weights={name: torch.from_numpy(array.copy()) for name, array in store.read_weights(key).items()},
        curves={name.removeprefix("curve/"): a for name, a in arrays.items() if name.startswith("curve/")},
        steps=arrays["steps"],
        diverged_at=arrays["diverged_at"],
        images=facts["images"],
        evaluations=facts["evaluations"],
    )


def train_block(
    block: Block, dataset: Dataset, environment: Environment, report: Callable[[float], None] = lambda share: None
) -> Trained:
    """Train a block in stacks of the committed width, one stack after the other.

    Args:
        report: called with the share of the block's training that was done since the last call.
    """
    width = execution.width_of(block, environment.kind)
    data = torch.from_numpy(dataset.train).to(environment.device)
    build = builder(block, dataset.shape, dataset.kind)
    parts = []
    for start in range(0, len(block.seeds), width):
        seeds = block.seeds[start : start + width]
        progress = _share_reporter(len(seeds) / len(block.seeds), report)
        parts.append(train(build, data, block.training, seeds, progress=progress))
    return joined(parts)


def _share_reporter(part: float, report: Callable[[float], None]) -> Progress:
    last = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal last
        report(part * (done / total - last))
        last = done / total

    return progress


def joined(parts: list[Trained]) -> Trained:
    """Stacks of seeds trained one after the other, as one."""
    first = parts[0]
    return Trained(
        weights={name: torch.cat([part.weights[name] for part in parts]) for name in first.weights},
        curves={name: np.concatenate([part.curves[name] for part in parts]) for name in first.curves},
        steps=first.steps,
        diverged_at=np.concatenate([part.diverged_at for part in parts]),
        images=first.images,
        evaluations=first.evaluations,
    )


def measure(measurement: Measurement, dataset: Dataset, trained: Trained | None, environment: Environment) -> Measured:
    """Take one measurement."""
    block = measurement.block
    subject = Subject(
        dataset=dataset,
        options=measurement.options,
        seeds=seeds_of(measurement),
        device=torch.device(environment.device),
        build=builder(block, dataset.shape, dataset.kind) if block else None,
        trained=trained,
        batch=block.training.batch if block else 0,
    )
    return evaluate(MEASURES[measurement.measure], subject)


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


def run(plan: Plan, progress_bar: bool) -> list[Outcome]:
    """Run what the plan is missing.

    Args:
        progress_bar: show one bar with the expected time left (never if standard error is not a terminal).

    Returns:
        an outcome for each unit of ``plan.todo``, in its order.
    """
    options = plan.options
    work = Work(options.output_dir.resolve(), options.data_dir.resolve(), True, plan.environment)
    outcomes = [Outcome() for _ in plan.todo]
    if not plan.todo:
        return outcomes
    context = multiprocessing.get_context("spawn")
    reports: Queue[float] = context.Queue()
    total = sum(unit.seconds for unit in plan.todo)
    bar = tqdm(
        total=total,
        disable=None if progress_bar else True,
        bar_format="{l_bar}{bar}| {elapsed} elapsed, about {remaining} left{postfix}",
    )
    with one_thread_per_worker(), bar:
        pool = ProcessPoolExecutor(
            min(plan.jobs, len(plan.todo)), mp_context=context, initializer=_start_worker, initargs=(reports,)
        )
        try:
            futures = {pool.submit(run_unit, unit, work): index for index, unit in enumerate(plan.todo)}
            _collect(futures, plan.todo, outcomes, reports, bar)
        except BaseException:
            for process in (getattr(pool, "_processes", None) or {}).values():
                process.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        bar.update(max(0.0, total - bar.n))
    return outcomes


def _collect(
    futures: dict[Future[Outcome], int],
    units: tuple[Unit, ...],
    outcomes: list[Outcome],
    reports: Queue[float],
    bar: tqdm[Any],
) -> None:
    waiting = set(futures)
    while waiting:
        done, waiting = wait(waiting, timeout=0.3, return_when=FIRST_COMPLETED)
        for future in done:
            index = futures[future]
            try:
                outcomes[index] = future.result()
            except Exception as error:  # the worker process died
                for planned in units[index].missing:
                    outcomes[index].fail(planned, error)
        while True:
            try:
                seconds = reports.get_nowait()
            except queue.Empty:
                break
            bar.update(min(seconds, max(0.0, (bar.total or 0.0) - bar.n)))


def label_of(block: Block) -> str:
    """Name of a block's arm for tables and pictures."""
    model = MODELS[block.model]
    return model.describe(model.Settings(**block.settings))
