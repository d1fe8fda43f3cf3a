"""Processes that are killed (SIGKILL), at any time and at every write: what is there is whole, and the end is the same."""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks import store as store_module
from benchmarks.checkpoints import StoredCheckpoints
from benchmarks.planning import Unit
from benchmarks.training.randomness import Stack
from benchmarks.worker import Work

if TYPE_CHECKING:
    from .conftest import Job

LONGEST = 1.0
"""Seconds after which a process is killed at the latest."""


def noting(unit: Unit, work: Work, job: Job, note: Path) -> None:
    """The unit, in a process that notes the step from which its training went on, whole or not at all: it may be killed."""
    latest = StoredCheckpoints.latest

    def noted(checkpoints: StoredCheckpoints) -> Stack | None:
        state = latest(checkpoints)
        if state is not None:
            half = note.with_suffix(".half")
            half.write_text(str(int(state["counts/step"])))
            half.replace(note)
        return state

    setattr(StoredCheckpoints, "latest", noted)  # noqa: B010
    job.do(unit, work)


def kill_until_done(job: Job, root: Path, rng: random.Random) -> tuple[int, int]:
    """Start the unit and kill it at random times until it is done; where a state was left, it goes on from the last one.

    Returns:
        kills while it was at work, and trainings that went on from a step above 0.
    """
    kills = resumed = 0
    note = root.with_suffix(".step")
    while True:
        left = max(job.steps_saved(root), default=0)
        note.unlink(missing_ok=True)
        process = job.start(root, noting, job, note)
        process.join(rng.uniform(0.05, LONGEST))
        ended = process.exitcode is not None
        process.kill()
        process.join()
        kills += not ended
        if note.exists():
            assert int(note.read_text()) == left
            resumed += left > 0
        if ended:
            assert process.exitcode == 0
            return kills, resumed


@pytest.mark.parametrize("wanted", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_at_random_times(job: Job, tmp_path: Path, wanted: int) -> None:
    rng = random.Random(0)
    kills = resumed = 0
    while kills < wanted:
        root = tmp_path / str(kills)
        more, again = kill_until_done(job, root, rng)
        kills, resumed = kills + more, resumed + again
        assert job.results(root) == job.plain
        assert not job.steps_saved(root) and not list((root / "writing").iterdir())
        shutil.rmtree(root)
    print(f"{kills} kills, {resumed} times gone on from a step above 0")
    assert resumed >= (0.9 if wanted >= 100 else 0.5) * kills


BOUNDARIES = ("write_synced", "fsync", "rename", "rmtree")
"""Functions that change files; what the store writes goes through these."""


def die_at(unit: Unit, work: Work, job: Job, name: str, count: int, after: bool) -> None:
    """The unit, in a process that kills itself before or after the count-th call of a function that changes files."""
    owner = {"write_synced": store_module, "rmtree": shutil}.get(name, os)
    original = getattr(owner, name)
    calls = 0

    def deadly(*arguments, **named):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == count and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*arguments, **named)
        if calls == count:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    job.do(unit, work)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", BOUNDARIES)
@pytest.mark.parametrize("every", [29, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_at_a_boundary(short_job: Job, tmp_path: Path, name: str, after: bool, every: int) -> None:
    """At each call of a function that changes files, while checkpoints, the block and measurements are written."""
    died = 0
    for count in range(1, 1000, every):
        root = tmp_path / str(count)
        process = short_job.start(root, die_at, short_job, name, count, after)
        process.join()
        if process.exitcode == 0:
            break
        assert process.exitcode == -signal.SIGKILL
        died += 1
        process = short_job.start(root)
        process.join()
        assert process.exitcode == 0
        assert short_job.results(root) == short_job.plain
        assert not short_job.steps_saved(root) and not list((root / "writing").iterdir())
        shutil.rmtree(root)
    print(f"{died} kills {'after' if after else 'before'} {name}")
    assert died >= 20 // every
