"""Processes of this machine. Every one has one thread (``execution.THREADS``); one that dies or hangs ends with its unit alone."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from multiprocessing.queues import Queue
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from benchmarks import execution
from benchmarks.executors.base import WorkerEndedError, drained
from benchmarks.planning import Unit
from benchmarks.signals import out_of_ctrl_cs_way
from benchmarks.specs import FailureStatus
from benchmarks.worker import Outcome, Work, run_unit, start_worker

THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Worker processes read these when they load their linear algebra."""


@contextmanager
def one_thread_per_worker() -> Iterator[None]:
    """Worker processes that are started within have so many threads."""
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


class LocalExecutor:
    """A pool of processes.

    Args:
        workers: their number.
        timeout: seconds that one may be at a unit; None: any time.
    """

    retries = 2
    apart = True

    def __init__(self, workers: int, timeout: float | None) -> None:
        self.timeout = timeout
        self.oom_kills = oom_kills()
        self.variables = ExitStack()
        self.variables.enter_context(one_thread_per_worker())  # for workers that are started later, too
        context = multiprocessing.get_context("spawn")
        self.reports: Queue[float] = context.Queue()
        self.pool = ProcessPool(workers, initializer=start_worker, initargs=(self.reports,), context=context)

    def submit(self, unit: Unit, work: Work, patience: float) -> Future[Outcome]:
        """See :class:`~benchmarks.executors.base.Executor`, as the rest."""
        with out_of_ctrl_cs_way():  # the first one starts the pool
            future: Future[Outcome] = self.pool.schedule(run_unit, (unit, work, patience), timeout=self.timeout)
        return future

    def result(self, future: Future[Outcome]) -> Outcome:
        try:
            return future.result()
        except ProcessExpired as error:
            before, self.oom_kills = self.oom_kills, oom_kills()
            out_of_memory = error.exitcode == -signal.SIGKILL and self.oom_kills > before
            status: FailureStatus = "oom" if out_of_memory else "crashed"
            raise WorkerEndedError(status, f"the worker process ended {how_it_ended(error.exitcode)}") from None
        except TimeoutError:
            message = f"not finished after {self.timeout:g} seconds (--timeout)"
            raise WorkerEndedError("timeout", message) from None

    def progress(self) -> Iterator[float]:
        return drained(self.reports)

    def close(self) -> None:
        self.pool.close()
        self._end()

    def stop(self) -> None:
        self.pool.stop()
        self._end()

    def _end(self) -> None:
        self.pool.join()
        self.reports.close()
        self.variables.close()


def how_it_ended(code: int) -> str:
    """An exit code in words; negative ones are signals."""
    return f"by signal {signal.Signals(-code).name}" if code < 0 else f"with exit status {code}"


OOM_COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))


def oom_kills() -> int:
    """How many processes this system, or container, has killed for want of memory so far; 0 where it does not say."""
    total = 0
    for path in OOM_COUNTERS:
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    return total
