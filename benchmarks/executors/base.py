"""What an executor is to the runner: it takes units, one after the other, and says what became of them."""

from __future__ import annotations

import queue
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from typing import Protocol

from benchmarks.planning import Unit
from benchmarks.specs import FailureStatus
from benchmarks.worker import Outcome, Work


class WorkerEndedError(Exception):
    """A worker ended before it could say what became of its unit.

    Args:
        status: how: ``crashed``, ``timeout`` or ``oom``.
        message: the same in words.
    """

    def __init__(self, status: FailureStatus, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


class Pieces(Protocol):
    """A queue of seconds."""

    def get_nowait(self) -> float: ...


def drained(pieces: Pieces) -> Iterator[float]:
    """What is in a queue now."""
    while True:
        try:
            yield pieces.get_nowait()
        except queue.Empty:
            return


class Executor(Protocol):
    """Runs units.

    Attributes:
        retries: how often a unit is tried again whose worker ended.
        apart: it is then tried by itself, when all others are through: what it lacked may have been memory.
    """

    retries: int
    apart: bool

    def submit(self, unit: Unit, work: Work, patience: float) -> Future[Outcome]:
        """Take a unit on (``worker.run_unit``)."""
        ...

    def result(self, future: Future[Outcome]) -> Outcome:
        """What became of a unit that is through.

        Raises:
            WorkerEndedError: its worker ended.
        """
        ...

    def progress(self) -> Iterable[float]:
        """Expected seconds of what workers have done since the last call, in pieces."""
        ...

    def close(self) -> None:
        """End when all is done: no worker is left."""
        ...

    def stop(self) -> None:
        """End at once: no worker is left."""
        ...
