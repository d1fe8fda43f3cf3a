"""How often units are tried, and in which order: with an executor that does nothing but say what became of them."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from types import SimpleNamespace
from typing import Any

import pytest
from tqdm import tqdm

from benchmarks.runner import Crew
from benchmarks.worker import Failure, Outcome

CRASHED = Outcome(failures={"key": Failure("crashed", "it died")})
BUSY = Outcome(busy=True)
DONE = Outcome(computed=1)


class Scripted:
    """An executor whose units come to what a script says, try by try."""

    retries = 2

    def __init__(self, script: dict[str, list[Outcome]], apart: bool) -> None:
        self.script = {name: list(outcomes) for name, outcomes in script.items()}
        self.apart = apart
        self.tried: list[str] = []

    def submit(self, unit: Any, work: Any, patience: float) -> Future[Outcome]:
        self.tried.append(unit)
        future: Future[Outcome] = Future()
        future.set_result(self.script[unit].pop(0))
        return future

    def result(self, future: Future[Outcome]) -> Outcome:
        return future.result()

    def progress(self) -> Iterable[float]:
        return ()

    def close(self) -> None:
        pass

    stop = close


def run(script: dict[str, list[Outcome]], apart: bool = True) -> tuple[list[Outcome], list[str]]:
    executor = Scripted(script, apart)
    plan: Any = SimpleNamespace(todo=list(script))
    work: Any = None
    with tqdm(disable=True) as bar:
        return Crew(plan, work, executor, bar).run(), executor.tried


@pytest.mark.parametrize("apart", [True, False])
def test_a_unit_is_tried_again_as_often_as_retries_say(apart: bool) -> None:
    outcomes, tried = run({"a": [DONE], "b": [CRASHED] * 3, "c": [CRASHED, DONE]}, apart)
    assert outcomes == [DONE, CRASHED, DONE]
    assert sorted(tried) == ["a", "b", "b", "b", "c", "c"]


@pytest.mark.parametrize("apart", [True, False])
def test_so_is_one_that_another_process_was_at(apart: bool) -> None:
    """It was busy, crashed here, was busy again, crashed, and is done at last; being busy is no try."""
    outcomes, tried = run({"a": [BUSY, CRASHED, BUSY, CRASHED, DONE], "b": [DONE]}, apart)
    assert outcomes == [DONE, DONE]
    assert tried.count("a") == 5


def test_units_wait_until_no_other_process_is_at_them() -> None:
    outcomes, tried = run({"a": [BUSY] * 4 + [DONE]})
    assert outcomes == [DONE] and len(tried) == 5
