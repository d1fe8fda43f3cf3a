"""Workers that die, hang or run out of memory: their unit alone is affected, tried again, and recorded if that does not help."""

from __future__ import annotations

import csv
import multiprocessing
import os
import signal
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch

from benchmarks import runner, worker
from benchmarks.blocks import train_block
from benchmarks.executors import local
from benchmarks.executors.local import LocalExecutor
from benchmarks.options import make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import Plan, make_plan
from benchmarks.specs import Block
from benchmarks.store import Store
from benchmarks.training.loop import Trained
from benchmarks.worker import Outcome

ORIGIN = {"commit": None, "dirty": None}


@pytest.fixture(autouse=True)
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are copies of this process, with what a test has put in the place of training."""
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: FORK)


FORK = multiprocessing.get_context("fork")


def plan_of(root: Path, **more: Any) -> Plan:
    asked = {"experiment": ["mixtures"], "dataset": ["ring"], "model": ["ae", "dae", "vae"], "profile": "smoke"}
    options = make_options({**asked, "device": "cpu", "jobs": 2, "results_dir": str(root), **more})
    return make_plan(options, Store(root))


def run(plan: Plan) -> tuple[list[Outcome], dict[str, set[str]]]:
    """Outcomes, and the statuses of the rows by model."""
    outcomes = runner.run(plan, ORIGIN, progress_bar=False)
    write_outputs(plan, Store(plan.options.output_dir), outcomes)
    statuses: dict[str, set[str]] = {}
    with (plan.options.output_dir / "rows.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["model"]:
                statuses.setdefault(row["model"], set()).add(row["status"])
    return outcomes, statuses


def misbehaving(monkeypatch: pytest.MonkeyPatch, folder: Path, model: str, how: Any, times: int = 1_000) -> None:
    """Training of a model does ``how`` instead, so many times."""
    folder.mkdir()

    def instead(block: Block, *rest: Any) -> Trained:
        if block.model == model and len(list(folder.iterdir())) < times:
            (folder / f"{time.monotonic_ns()}").touch()
            how()
        return train_block(block, *rest)

    monkeypatch.setattr(worker, "train_block", instead)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def leave() -> None:
    os._exit(3)


def hang() -> None:
    time.sleep(1_000)


def eat() -> None:
    torch.empty(10**15)


@pytest.mark.parametrize(
    ("how", "status", "words"),
    [
        (die, "crashed", "the worker process ended by signal SIGKILL"),
        (leave, "crashed", "the worker process ended with exit status 3"),
        (hang, "timeout", "not finished after 4 seconds (--timeout)"),
        (eat, "oom", "can't allocate memory"),
    ],
)
def test_what_does_not_get_well_is_recorded_and_the_others_finish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Any, status: str, words: str
) -> None:
    misbehaving(monkeypatch, tmp_path / "calls", "dae", how)
    plan = plan_of(tmp_path / "results", timeout=4.0 if how is hang else None)
    outcomes, statuses = run(plan)
    assert statuses.pop("dae") == {status}
    assert set(map(tuple, statuses.values())) == {("ok",)}
    failures = [failure for outcome in outcomes for failure in outcome.failures.values()]
    assert failures and {failure.status for failure in failures} == {status}
    assert all(words in failure.message for failure in failures)
    blocks = Counter(unit.block.model for unit in plan.todo if unit.block)
    assert len(list((tmp_path / "calls").iterdir())) == (1 + LocalExecutor.retries) * blocks["dae"]
    again = plan_of(tmp_path / "results")
    assert {unit.block.model for unit in again.todo if unit.block} == {"dae"}


@pytest.mark.parametrize("how", [die, leave, eat])
def test_what_gets_well_is_as_if_nothing_had_been(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: Any) -> None:
    plain = plan_of(tmp_path / "plain")
    run(plain)
    misbehaving(monkeypatch, tmp_path / "calls", "vae", how, times=2)
    outcomes, statuses = run(plan_of(tmp_path / "results"))
    assert set(map(tuple, statuses.values())) == {("ok",)}
    assert not any(outcome.failures for outcome in outcomes)
    rows = [(tmp_path / name / "rows.csv").read_bytes() for name in ("plain", "results")]
    assert rows[0] == rows[1]


def test_an_exception_is_not_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong() -> None:
        raise ValueError("made up")

    misbehaving(monkeypatch, tmp_path / "calls", "ae", wrong)
    plan = plan_of(tmp_path / "results", model=["ae", "vae"])
    outcomes, statuses = run(plan)
    assert statuses == {"ae": {"failed"}, "vae": {"ok"}}
    assert len(list((tmp_path / "calls").iterdir())) == sum(u.block.model == "ae" for u in plan.todo if u.block)
    details = [detail for outcome in outcomes for detail in outcome.details]
    assert details and all("ValueError: made up" in detail for detail in details)


def test_a_worker_that_the_system_kills_for_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SIGKILL while the system's count of such kills rises; without that it is one like any other."""
    counts = iter([3, *range(4, 100)])
    monkeypatch.setattr(local, "oom_kills", lambda: next(counts))
    misbehaving(monkeypatch, tmp_path / "calls", "dae", die)
    _, statuses = run(plan_of(tmp_path / "results"))
    assert statuses["dae"] == {"oom"}
    earlier = [7] * 100
    monkeypatch.setattr(local, "oom_kills", earlier.pop)
    misbehaving(monkeypatch, tmp_path / "more calls", "dae", die)
    _, statuses = run(plan_of(tmp_path / "others"))
    assert statuses["dae"] == {"crashed"}


def test_a_lock_that_cannot_be_had_costs_its_unit_alone(tmp_path: Path) -> None:
    """A directory in its place, say."""
    plan = plan_of(tmp_path / "results")
    unit = next(unit for unit in plan.todo if unit.block and unit.block.model == "dae")
    (tmp_path / "results" / "locks" / f"{unit.name}.lock").mkdir(parents=True)
    outcomes, statuses = run(plan)
    failed = [one for one, outcome in zip(plan.todo, outcomes, strict=True) if outcome.failures]
    assert failed == [unit]
    assert set().union(*(found for model, found in statuses.items() if model != "dae")) == {"ok"}


def test_a_failure_to_compute_anew_is_recorded_beside_what_there_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With ``--overwrite always`` the store still holds the earlier values: they are not passed off as new ones."""
    assert set(map(tuple, run(plan_of(tmp_path / "results"))[1].values())) == {("ok",)}
    misbehaving(monkeypatch, tmp_path / "calls", "dae", leave)
    _, statuses = run(plan_of(tmp_path / "results", overwrite="always"))
    assert statuses.pop("dae") == {"crashed"}
    assert set(map(tuple, statuses.values())) == {("ok",)}
    assert set(map(tuple, run(plan_of(tmp_path / "results"))[1].values())) == {("ok",)}
