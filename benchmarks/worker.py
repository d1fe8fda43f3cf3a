"""What one worker process does: train a unit's block if need be, take its measurements, and store each as it is done.

Whatever stops a worker leaves what was finished, and of a training its last checkpoint.
"""

from __future__ import annotations

import json
import multiprocessing
import multiprocessing.connection
import os
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any, Protocol

import torch
from filelock import FileLock, Timeout

from benchmarks import execution, plugins
from benchmarks.blocks import train_block
from benchmarks.checkpoints import StoredCheckpoints
from benchmarks.curve_log import log_curves
from benchmarks.datasets import Dataset, OwnData, load
from benchmarks.evaluation import MEASURES, Measured, measure_block, measure_data
from benchmarks.planning import Environment, PlannedMeasurement, Unit
from benchmarks.rows import label_of
from benchmarks.specs import Block, FailureStatus, InputError
from benchmarks.store import Store
from benchmarks.training.loop import Trained
from benchmarks.training.randomness import Stack
from models import MODELS

LONGEST_MESSAGE = 500
NO_MEMORY = ("can't allocate memory", "cannot allocate memory", "bad_alloc", "out of memory")
"""What libraries say that have no exception of their own for it."""


@dataclass(frozen=True)
class Failure:
    """Why a measurement was not taken: ``failed`` by an exception, and otherwise how its worker ended; and in one line."""

    status: FailureStatus
    message: str


@dataclass
class Outcome:
    """What became of one unit.

    Attributes:
        training_seconds: time spent training (0 if the block was stored).
        measuring_seconds: time spent on measurements.
        failures: for each measurement key that failed, why.
        details: tracebacks, for the log.
        busy: another process is at it; nothing was done.
        computed: measurements that were taken.
    """

    training_seconds: float = 0.0
    measuring_seconds: float = 0.0
    failures: dict[str, Failure] = field(default_factory=dict)
    details: list[str] = field(default_factory=list)
    busy: bool = False
    computed: int = 0

    def fail(self, planned: PlannedMeasurement, error: BaseException, status: FailureStatus | None = None) -> None:
        """Record the failure of a measurement; without a status it is told from the error."""
        message = f"{type(error).__name__}: {' '.join(str(error).split())}"[:LONGEST_MESSAGE]
        self.failures[planned.key] = Failure(status or status_of(error), message)
        self.details.append("".join(traceback.format_exception(error)))


def status_of(error: BaseException) -> FailureStatus:
    """``oom`` where memory ran out, else ``failed``."""
    text = str(error).lower()
    without = isinstance(error, MemoryError | torch.OutOfMemoryError) or any(words in text for words in NO_MEMORY)
    return "oom" if without else "failed"


@dataclass(frozen=True)
class Work:
    """What a worker needs besides its unit.

    Attributes:
        results_dir: where the store is.
        data_dir: where the data are; the plan has checked and if need be downloaded them.
        environment: device and versions.
        origin: commit of the code, stored with every unit that it computes.
        own: the user's own data.
        checkpoint_seconds: time between two states of a training.
        anew: compute also what is stored, and put it in the place of that.
        plugins: files with models, each with the SHA-256 that it had when the run began.
        tensorboard: where the curves of what is trained are written for TensorBoard, too.
    """

    results_dir: Path
    data_dir: Path
    environment: Environment
    origin: Mapping[str, Any]
    own: OwnData | None = None
    checkpoint_seconds: float = 60.0
    anew: bool = False
    plugins: tuple[tuple[Path, str], ...] = ()
    tensorboard: Path | None = None


class Listener(Protocol):
    """Hears of the expected seconds of what a worker has done."""

    def put(self, seconds: float) -> None: ...


_reports: Listener | None = None
_loaded: dict[str, Dataset] = {}


def report_to(listener: Listener) -> None:
    """From now on this process reports there."""
    global _reports
    _reports = listener


def start_worker(reports: Queue[float]) -> None:
    """What a worker process of this machine does first."""
    report_to(reports)
    reports.cancel_join_thread()  # a progress bar is not worth waiting for
    torch.set_num_threads(execution.THREADS)
    torch.set_num_interop_threads(1)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _report(execution.START_SECONDS)


def _end_with_parent() -> None:
    """A worker whose main process is gone, killed for instance, ends too."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _report(seconds: float) -> None:
    if _reports is not None and seconds > 0:
        _reports.put(seconds)


def alone_at(unit: Unit, work: Work, patience: float = 0.0) -> FileLock:
    """The lock of a unit, which the system releases when the process that holds it ends, however it ends.

    Entering it waits so many seconds for another process that is at the unit, and then raises ``filelock.Timeout``.
    """
    locks = work.results_dir / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    return FileLock(locks / f"{unit.name}.lock", timeout=patience)


def tidy(unit: Unit, work: Work) -> None:
    """Remove what a worker that was stopped left of a unit which it was writing, unless another process is at that unit."""
    with suppress(OSError), alone_at(unit, work):  # a timeout is one
        _tidy(unit, Store(work.results_dir))


def _tidy(unit: Unit, store: Store) -> None:
    for key in filter(None, (unit.key, *(planned.key for planned in unit.missing))):
        store.tidy(key)


def run_unit(unit: Unit, work: Work, patience: float = 0.0) -> Outcome:
    """Train the unit's block, unless it is stored, and take the measurements that are missing.

    Of several processes on one results directory one alone is at a unit: it holds its lock.

    Args:
        patience: seconds to wait for another process that is at it.
    """
    try:
        with alone_at(unit, work, patience):
            return _run_alone(unit, work, Store(work.results_dir))
    except Timeout:
        return Outcome(busy=True)
    except OSError as error:  # what stands in the place of the lock, say: the other units are none the worse
        outcome = Outcome()
        for planned in unit.missing:
            outcome.fail(planned, error)
        return outcome


def _run_alone(unit: Unit, work: Work, store: Store) -> Outcome:
    outcome = Outcome()
    if work.environment.kind == "cuda":
        torch.cuda.set_device(work.environment.device)
    _tidy(unit, store)
    missing = [planned for planned in unit.missing if work.anew or not store.has("measurements", planned.key)]
    if not missing:  # another process was faster
        return outcome
    try:
        plugins.join(())
        for path, sha256 in work.plugins:
            plugins.join_file(path, sha256)
        dataset = _dataset(unit, work)
        trained = None
        if unit.block is not None:
            started = time.perf_counter()
            trained = trained_block(unit.key or "", unit.block, dataset, store, work)
            outcome.training_seconds = time.perf_counter() - started
    except Exception as error:  # any failure of one unit is recorded, and the others go on
        for planned in missing:
            outcome.fail(planned, error)
        return outcome
    for planned in missing:
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
            store.write_measurement(planned.key, facts, measured.rows, measured.arrays, replace=work.anew)
            outcome.computed += 1
        except Exception as error:
            outcome.fail(planned, error)
        outcome.measuring_seconds += time.perf_counter() - started
        _report(planned.seconds)
    return outcome


def _dataset(unit: Unit, work: Work) -> Dataset:
    if unit.data not in _loaded:
        _loaded.clear()  # one data set at a time: workers must stay small
        loaded = load(unit.dataset, work.data_dir, offline=True, split=unit.split, own=work.own)
        if loaded.digest != unit.data:
            raise InputError(f"the files of data set {unit.label} changed since the run began; start it again")
        _loaded[unit.data] = loaded
    return _loaded[unit.data]


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

    def checkpoints(first: int) -> StoredCheckpoints:
        return StoredCheckpoints(store, key, first, work.checkpoint_seconds)

    stored = not work.anew and store.has("blocks", key)
    if (
        stored or work.anew
    ):  # left by a process that was killed just after it had stored the block, or by an earlier run
        for first in block.seeds:
            checkpoints(first).clear()
    if stored:
        return stored_block(store, key)
    started = time.perf_counter()
    width = execution.width_of(block, work.environment.kind)
    cost = execution.training_seconds(block, dataset.train.shape[1])
    model = MODELS[block.model]
    trained = train_block(
        block, model, dataset, work.environment.device, width, lambda share: _report(share * cost), checkpoints
    )
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
    store.write_block(key, facts, weights, arrays, replace=work.anew)
    if work.tensorboard is not None:
        with suppress(OSError):  # a full disk, say: the results are worth more than their curves
            log_curves(work.tensorboard, key, label_of(block), block, trained)
    for first in block.seeds:
        checkpoints(first).clear()
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
