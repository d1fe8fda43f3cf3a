"""Workers on a Ray cluster: as many machines as it has, all of which see the same results and data directories.

A unit is a task with one processor core and, on GPUs, a share of one. Retries are the runner's, as on one machine: Ray itself tries
nothing again, so that every death is counted. A task whose machine is not as the plan's keys say (another GPU, instruction set or
version) is refused, not run under a wrong key.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import signal
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import execution, worker
from benchmarks.executors.base import WorkerEndedError, drained
from benchmarks.executors.local import THREAD_VARIABLES
from benchmarks.planning import Unit, environment_for
from benchmarks.specs import InputError
from benchmarks.worker import Outcome, Work, run_unit

REACH_SECONDS = 10.0
"""How long a cluster's address may take to answer."""
FRAME_HEADER, SETTINGS_FRAME = 9, 4
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, SETTINGS_FRAME, 0, 0, 0, 0, 0])
"""What a client says first, with an empty SETTINGS frame; the length of a frame's header; the frame's type in it."""
WAIT_SECONDS = 0.2
"""How often the driver looks at its tasks."""
MOST_AT_RAY = 1_000
"""Tasks that Ray is given at once, more than run at a time: those that wait there start without the driver."""
VARIABLES = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}
"""Ray reports its use to nobody; where it is started here its workers do not stand back behind all other processes."""
REPOSITORY = Path(__file__).resolve().parents[2]


@contextlib.contextmanager
def own_handler() -> Iterator[None]:
    """Ray puts a handler of its own in the place of the command line's for SIGTERM, which says how to go on; not so within."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGTERM)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


class Reports:
    """An actor on the driver's machine: workers tell it when they begin a unit, and what they have done of it."""

    def __init__(self) -> None:
        self.told: list[tuple[int, float]] = []

    def tell(self, task: int, seconds: float) -> None:
        self.told.append((task, seconds))

    def read(self) -> list[tuple[int, float]]:
        told, self.told = self.told, []
        return told


class Telling:
    """What a worker's reports go to, in the place of a queue: progress is not worth dying for."""

    def __init__(self, reports: Any, task: int) -> None:
        self.reports, self.task = reports, task

    def put(self, seconds: float) -> None:
        with contextlib.suppress(Exception):
            self.reports.tell.remote(self.task, seconds)


def do(unit: Unit, work: Work, patience: float, facts: Mapping[str, Any], reports: Any, task: int) -> Outcome:
    """The task: a unit, on whatever machine Ray has chosen.

    Raises:
        OSError: the machine cannot see the results directory.
        InputError: it is another kind of machine than that of the keys.
    """
    import torch

    torch.set_num_threads(execution.THREADS)
    own = environment_for(work.environment.device).facts()
    other = [f"{name} {own[name]!r} instead of {facts[name]!r}" for name in facts if own[name] != facts[name]]
    if other:
        raise InputError(f"the machine {socket.gethostname()} has {', '.join(other)}: it cannot run this plan")
    if not work.results_dir.is_dir():
        raise OSError(
            f"the machine {socket.gethostname()} does not see {work.results_dir}; share it between all machines"
        )
    telling = Telling(reports, task)
    telling.put(0.0)
    worker.report_to(telling)
    return run_unit(unit, work, patience)


@dataclass
class Task:
    """A unit at Ray: what is asked for, since when it runs (None: it waits for a place)."""

    number: int
    unit: Unit
    work: Work
    patience: float
    future: Future[Outcome]
    reference: Any = None
    began: float | None = None
    overdue: bool = False


class RayExecutor:
    """Tasks on a cluster, or on a Ray of its own on this machine.

    Args:
        address: ``host:port`` of the head node, or ``auto``; None: start Ray here.
        limit: most tasks at once; None: as many as there is room for, up to ``MOST_AT_RAY``.
        gpus: share of a GPU that a unit takes; None: a whole one for a plan on GPUs, none otherwise.
        facts: the environment that the plan's keys were made for.
        timeout: seconds that a worker may be at a unit; None: any time.

    Raises:
        InputError: the cluster does not answer, no machine of it has room for a unit, or units on GPUs have no share of one.
    """

    retries = 5
    apart = False

    def __init__(
        self,
        address: str | None,
        limit: int | None,
        gpus: float | None,
        facts: Mapping[str, Any],
        timeout: float | None,
    ) -> None:
        on_gpu = facts["hardware"] != "cpu"
        if on_gpu and gpus == 0:
            raise InputError(
                "--gpus-per-cell 0 leaves a unit without its GPU; give a share such as 0.25, or --device cpu"
            )
        os.environ.update(VARIABLES)
        import ray

        self.ray = ray
        self.timeout = timeout
        self.facts = dict(facts)
        self.gpus = gpus if gpus is not None else float(on_gpu)
        variables = {**dict.fromkeys(THREAD_VARIABLES, str(execution.THREADS)), "PYTHONPATH": str(REPOSITORY)}
        reachable(address)
        try:
            with own_handler():
                ray.init(
                    address=address or "local",
                    num_cpus=None if address else (limit or execution.available_cores()),
                    include_dashboard=None if address else False,
                    runtime_env={"env_vars": variables},
                    log_to_driver=True,
                    logging_level=logging.WARNING,
                )
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(
                f"--address {address}: no Ray cluster there ({' '.join(str(error).split()):.200})"
            ) from None
        try:
            self.check_room()
        except BaseException:
            ray.shutdown()
            raise
        here = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(
            ray.get_runtime_context().get_node_id(), soft=True
        )
        self.reports: Any = ray.remote(Reports).options(num_cpus=0, scheduling_strategy=here).remote()
        self.task = ray.remote(do).options(num_cpus=1, num_gpus=self.gpus, max_retries=0)
        self.limit = limit or MOST_AT_RAY
        self.lock = threading.Lock()
        self.waiting: deque[Task] = deque()
        self.running: dict[Any, Task] = {}
        self.count = 0
        self.lost = ""
        self.done_seconds: queue.SimpleQueue[float] = queue.SimpleQueue()
        self.ending = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()

    def check_room(self) -> None:
        """Whether some machine has what a unit needs.

        Raises:
            InputError: none has.
        """
        have = [node["Resources"] for node in self.ray.nodes() if node["Alive"]]
        if any(one.get("CPU", 0) >= 1 and one.get("GPU", 0) >= self.gpus for one in have):
            return
        most = ", ".join(f"{max((one.get(kind, 0) for one in have), default=0):g} {kind}" for kind in ("CPU", "GPU"))
        raise InputError(
            f"no machine of the Ray cluster has 1 CPU and {self.gpus:g} GPU for a unit; the most that one has: {most}; "
            "give --gpus-per-cell a share that there is, or --device cpu"
        )

    def submit(self, unit: Unit, work: Work, patience: float) -> Future[Outcome]:
        """See :class:`~benchmarks.executors.base.Executor`, as the rest."""
        with self.lock:
            self.count += 1
            task = Task(self.count, unit, work, patience, Future())
            task.future.set_running_or_notify_cancel()
            if self.lost:
                task.future.set_exception(WorkerEndedError("crashed", self.lost))
            else:
                self.waiting.append(task)
        return task.future

    def result(self, future: Future[Outcome]) -> Outcome:
        return future.result()

    def progress(self) -> Iterator[float]:
        return drained(self.done_seconds)

    def close(self) -> None:
        self.stop()

    def stop(self) -> None:
        self.ending.set()
        self.watcher.join()
        for reference in self.running:
            with contextlib.suppress(Exception):
                self.ray.cancel(reference, force=True)
        self.ray.shutdown()

    # the watcher's thread ---------------------------------------------------------------------------------------------

    def _watch(self) -> None:
        try:
            while not self.ending.wait(WAIT_SECONDS):
                self._start()
                self._listen()
                self._stop_overdue()
                self._finish()
        except Exception as error:  # the head node is gone, say: nobody must wait for what will not come
            self._give_up(f"the Ray cluster does not answer any more ({type(error).__name__}: {first_line(error)})")

    def _give_up(self, reason: str) -> None:
        with self.lock:
            self.lost = reason
            tasks = [*self.running.values(), *self.waiting]
            self.waiting.clear()
        for task in tasks:
            if not task.future.done():
                task.future.set_exception(WorkerEndedError("crashed", reason))

    def _start(self) -> None:
        with self.lock:
            while self.waiting and len(self.running) < self.limit:
                task = self.waiting.popleft()
                try:
                    task.reference = self.task.remote(
                        task.unit, task.work, task.patience, self.facts, self.reports, task.number
                    )
                except Exception as error:  # what Ray says of what is asked for
                    task.future.set_exception(WorkerEndedError("failed", first_line(error)))
                    continue
                self.running[task.reference] = task

    def _listen(self) -> None:
        try:
            told = self.ray.get(self.reports.read.remote(), timeout=5)
        except self.ray.exceptions.RayError:
            return
        by_number = {task.number: task for task in self.running.values()}
        for number, seconds in told:
            task = by_number.get(number)
            if task is not None and task.began is None:
                task.began = time.monotonic()
            if seconds > 0:
                self.done_seconds.put(seconds)

    def _stop_overdue(self) -> None:
        for reference, task in self.running.items():
            since = None if task.began is None else time.monotonic() - task.began
            if self.timeout is not None and since is not None and since > self.timeout and not task.overdue:
                task.overdue = True
                self.ray.cancel(reference, force=True)

    def _finish(self) -> None:
        if not self.running:
            return
        ended, _ = self.ray.wait(list(self.running), num_returns=len(self.running), timeout=0)
        for reference in ended:
            task = self.running.pop(reference)
            try:
                task.future.set_result(self.ray.get(reference))
            except Exception as error:
                task.future.set_exception(self._ended(task, error))

    def _ended(self, task: Task, error: Exception) -> Exception:
        """Why there is no result: how a worker ended, or what a machine could not do."""
        known = self.ray.exceptions
        if task.overdue:
            return WorkerEndedError("timeout", f"not finished after {self.timeout:g} seconds (--timeout)")
        if isinstance(error, known.OutOfMemoryError):
            return WorkerEndedError("oom", f"Ray ended the worker for want of memory ({first_line(error)})")
        if isinstance(error, known.RayTaskError):  # it could not even begin
            return WorkerEndedError("failed", first_line(error.cause if error.cause is not None else error))
        return WorkerEndedError(
            "crashed", f"the worker or its machine ended ({type(error).__name__}: {first_line(error)})"
        )


def first_line(error: BaseException) -> str:
    """The first line of what an error says."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)[:300]


def reachable(address: str | None) -> None:
    """Check that a service of Ray's kind listens where a cluster is said to be; Ray itself would try for minutes.

    Ray speaks gRPC, so HTTP/2: whoever does answers the client's preface with a SETTINGS frame (RFC 9113, section 3.4).

    Raises:
        InputError: nobody answers, or somebody who speaks otherwise.
    """
    if address is None or address == "auto":
        return
    host, _, port = address.removeprefix("ray://").rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=REACH_SECONDS) as connection:
            if os.environ.get("RAY_USE_TLS") == "1":  # what is said there cannot be understood from here
                return
            connection.settimeout(REACH_SECONDS)
            connection.sendall(HTTP2_PREFACE)
            answer = connection.recv(FRAME_HEADER, socket.MSG_WAITALL)
    except OSError as error:
        raise InputError(
            f"--address {address}: no Ray cluster answers there ({error.strerror or error}); start one (ray start --head)"
        ) from None
    if len(answer) < FRAME_HEADER or answer[3] != SETTINGS_FRAME:
        raise InputError(
            f"--address {address}: what answers there is no Ray cluster; give the address of its head node"
        )
