"""Runs a plan: its units by an executor's workers. Knows no gradients.

Workers write finished units to the store themselves. One that dies, runs out of memory or takes too long ends with its unit alone;
the unit is tried again, a bounded number of times, when all others are through. What then is not there is recorded with its reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any

from tqdm import tqdm

from benchmarks import execution, plugins
from benchmarks.executors.base import Executor, WorkerEndedError
from benchmarks.executors.local import LocalExecutor
from benchmarks.planning import Plan, own_data
from benchmarks.signals import undisturbed
from benchmarks.specs import FailureStatus
from benchmarks.worker import Failure, Outcome, Work, tidy

PATIENCE = 2.0
"""Seconds to wait for another process that is at a unit, before asking again."""
AGAIN: frozenset[FailureStatus] = frozenset({"crashed", "timeout", "oom"})
"""What may go well another time; an exception would only come again."""


def executor_for(plan: Plan) -> Executor:
    """What the plan's options ask for, with no more workers than units.

    Raises:
        InputError: a cluster that cannot be reached, or has no place for a unit.
    """
    options = plan.options
    if options.executor == "ray":
        from benchmarks.executors.ray_cluster import RayExecutor

        return RayExecutor(
            options.address, options.jobs, options.gpus_per_cell, plan.environment.facts(), options.timeout
        )
    return LocalExecutor(min(plan.jobs, len(plan.todo)), options.timeout)


def run(plan: Plan, origin: Mapping[str, Any], progress_bar: bool) -> list[Outcome]:
    """Run what the plan is missing.

    Args:
        origin: commit of the code, stored with every unit.
        progress_bar: show one bar with the expected time left (never if standard error is not a terminal).

    Returns:
        an outcome for each unit of ``plan.todo``, in its order.

    Raises:
        InputError: see :func:`executor_for`; nothing has begun then.
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
    executor = executor_for(plan)
    total = sum(unit.seconds for unit in plan.todo) + min(plan.jobs, len(plan.todo)) * execution.START_SECONDS
    bar = tqdm(
        total=total,
        disable=None if progress_bar else True,
        bar_format="{l_bar}{bar}| {elapsed} elapsed, about {remaining} left{postfix}",
    )
    with bar:
        outcomes = Crew(plan, work, executor, bar).run()
        bar.update(max(0.0, total - bar.n))
    return outcomes


class Crew:
    """The workers of one run.

    Args:
        plan: what is to be done.
        work: what every worker is told.
        executor: has the workers.
        bar: shows how far they are.
    """

    def __init__(self, plan: Plan, work: Work, executor: Executor, bar: tqdm[Any]) -> None:
        self.units = plan.todo
        self.work = work
        self.executor = executor
        self.bar = bar
        self.outcomes = [Outcome() for _ in self.units]
        self.tries: Counter[int] = Counter()

    def run(self) -> list[Outcome]:
        """All units together; then those whose worker ended; at last those that another process was at."""
        try:
            again, busy = self.through(range(len(self.units)))
            while again or busy:
                if again:
                    now, later = (again[:1], again[1:]) if self.executor.apart else (again, [])
                    more, others = self.through(now)
                    again, busy = later + more, busy + others
                else:
                    again, busy = self.through(busy, PATIENCE)
            self.executor.close()
        except BaseException:
            self.executor.stop()
            for unit in self.units:
                tidy(unit, self.work)
            raise
        return self.outcomes

    def through(self, indices: Iterable[int], patience: float = 0.0) -> tuple[list[int], list[int]]:
        """Give these units to the workers and wait for all of them.

        Returns:
            units to be tried again, and units that another process is at.
        """
        again, busy = [], []
        with undisturbed():  # a worker whose start is cut short complains of what it was not told
            futures: dict[Future[Outcome], int] = {
                self.executor.submit(self.units[i], self.work, patience): i for i in indices
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
                tried_enough = self.tries[index] > self.executor.retries
                if not tried_enough and any(failure.status in AGAIN for failure in outcome.failures.values()):
                    again.append(index)
            self.show()
        return sorted(again), sorted(busy)

    def outcome_of(self, index: int, future: Future[Outcome]) -> Outcome:
        """What a worker says of a unit, or what is to be said of a worker that cannot."""
        try:
            return self.executor.result(future)
        except WorkerEndedError as error:
            failure = Failure(error.status, error.message)
            return Outcome(failures={planned.key: failure for planned in self.units[index].missing})

    def show(self) -> None:
        """Move the bar by what workers have reported."""
        for seconds in self.executor.progress():
            self.bar.update(min(seconds, max(0.0, (self.bar.total or 0.0) - self.bar.n)))
