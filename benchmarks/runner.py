"""Runs a plan: its units in worker processes. Knows no gradients.

Every worker has one thread (``execution.THREADS``) and writes finished units to the store itself. A worker that dies, runs out of
memory or takes too long ends with its unit alone; the unit is tried again, a bounded number of times, when all others are through,
by itself. What then is not there is recorded with its reason.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool
from tqdm import tqdm

from benchmarks import execution, plugins
from benchmarks.planning import Plan, own_data
from benchmarks.specs import FailureStatus
from benchmarks.worker import Failure, Outcome, Work, run_unit, start_worker, tidy

RETRIES = 2
"""How often a unit is tried again whose worker died, ran out of memory or took too long."""
PATIENCE = 2.0
"""Seconds to wait for another process that is at a unit, before asking again."""
AGAIN: frozenset[FailureStatus] = frozenset({"crashed", "timeout", "oom"})
"""What may go well another time; an exception would only come again."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")


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


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGINT and SIGTERM that come meanwhile count afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _: came.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


def run(plan: Plan, origin: Mapping[str, Any], progress_bar: bool) -> list[Outcome]:
    """Run what the plan is missing.

    Args:
        origin: commit of the code, stored with every unit.
        progress_bar: show one bar with the expected time left (never if standard error is not a terminal).

    Returns:
        an outcome for each unit of ``plan.todo``, in its order.
    """
    if not plan.todo:
        return []
    options = plan.options
    work = Work(
        options.output_dir.resolve(),
        options.data_dir.resolve(),
        plan.environment,
        origin,
        own_data(options),
        options.checkpoint_seconds,
        options.overwrite == "always",
        plugins.files(),
        options.tensorboard.resolve() if options.tensorboard is not None else None,
    )
    workers = min(plan.jobs, len(plan.todo))
    total = sum(unit.seconds for unit in plan.todo) + workers * execution.START_SECONDS
    bar = tqdm(
        total=total,
        disable=None if progress_bar else True,
        bar_format="{l_bar}{bar}| {elapsed} elapsed, about {remaining} left{postfix}",
    )
    with one_thread_per_worker(), bar:
        outcomes = Crew(plan, work, workers, bar).run()
        bar.update(max(0.0, total - bar.n))
    return outcomes


class Crew:
    """The workers of one run.

    Args:
        plan: what is to be done.
        work: what every worker is told.
        workers: their number.
        bar: shows how far they are.
    """

    def __init__(self, plan: Plan, work: Work, workers: int, bar: tqdm[Any]) -> None:
        self.units = plan.todo
        self.work = work
        self.timeout = plan.options.timeout
        self.bar = bar
        self.outcomes = [Outcome() for _ in self.units]
        self.tries: Counter[int] = Counter()
        self.oom_kills = oom_kills()
        context = multiprocessing.get_context("spawn")
        self.reports: Queue[float] = context.Queue()
        self.pool = ProcessPool(workers, initializer=start_worker, initargs=(self.reports,), context=context)

    def run(self) -> list[Outcome]:
        """All units together; then one by one those whose worker ended; at last those that another process was at."""
        try:
            again, busy = self.through(range(len(self.units)))
            while again:
                index = again.pop(0)
                more, others = self.through([index])
                again, busy = again + more, busy + others
            while busy:
                more, busy = self.through(busy, PATIENCE)
                for index in more:
                    self.through([index])
            self.pool.close()
        except BaseException:
            self.pool.stop()
            self.pool.join()
            for unit in self.units:
                tidy(unit, self.work)
            raise
        finally:
            self.pool.join()
            self.reports.close()
        return self.outcomes

    def through(self, indices: Iterable[int], patience: float = 0.0) -> tuple[list[int], list[int]]:
        """Give these units to the workers and wait for all of them.

        Returns:
            units to be tried again, and units that another process is at.
        """
        again, busy = [], []
        with undisturbed():  # a worker whose start is cut short complains of what it was not told
            futures: dict[Future[Outcome], int] = {
                self.pool.schedule(run_unit, (self.units[i], self.work, patience), timeout=self.timeout): i
                for i in indices
            }
        waiting = set(futures)
        while waiting:
            done, waiting = wait(waiting, timeout=0.3, return_when=FIRST_COMPLETED)
            for future in done:
                index = futures[future]
                self.tries[index] += 1
                outcome = self.outcome_of(index, future)
                if outcome.busy:
                    self.tries[index] -= 1
                    busy.append(index)
                    continue
                self.outcomes[index] = outcome
                tried_enough = self.tries[index] > RETRIES
                if not tried_enough and any(failure.status in AGAIN for failure in outcome.failures.values()):
                    again.append(index)
            self.show()
        return sorted(again), sorted(busy)

    def outcome_of(self, index: int, future: Future[Outcome]) -> Outcome:
        """What a worker says of a unit, or what is to be said of a worker that cannot."""
        try:
            return future.result()
        except ProcessExpired as error:
            before, self.oom_kills = self.oom_kills, oom_kills()
            out_of_memory = error.exitcode == -signal.SIGKILL and self.oom_kills > before
            status: FailureStatus = "oom" if out_of_memory else "crashed"
            message = f"the worker process ended {how_it_ended(error.exitcode)}"
        except TimeoutError:
            status, message = "timeout", f"not finished after {self.timeout:g} seconds (--timeout)"
        outcome = Outcome()
        for planned in self.units[index].missing:
            outcome.failures[planned.key] = Failure(status, message)
        return outcome

    def show(self) -> None:
        """Move the bar by what workers have reported."""
        while True:
            try:
                seconds = self.reports.get_nowait()
            except queue.Empty:
                return
            self.bar.update(min(seconds, max(0.0, (self.bar.total or 0.0) - self.bar.n)))


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
