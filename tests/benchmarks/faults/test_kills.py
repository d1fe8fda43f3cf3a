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
from benchmarks.planning import Unit
from benchmarks.worker import Work

if TYPE_CHECKING:
    from .conftest import Job

LONGEST = 1.0
"""Seconds after which a process is killed at the latest."""


def kill_until_done(job: Job, root: Path, rng: random.Random) -> tuple[int, int]:
    """Start the unit and kill it at random times until it is done.

    Returns:
        kills while it was at work, and those of them that left a training to go on with.
    """
    kills = resumable = 0
    while True:
        process = job.start(root)
        process.join(rng.uniform(0.05, LONGEST))
        if process.exitcode is not None:
            assert process.exitcode == 0
            return kills, resumable
        process.kill()
        process.join()
        kills += 1
        resumable += max(job.steps_saved(root), default=0) > 0


@pytest.mark.parametrize("wanted", [5, pytest.param(100, marks=pytest.mark.slow)])
def test_killed_at_random_times(job: Job, tmp_path: Path, wanted: int) -> None:
    rng = random.Random(0)
    kills = resumable = 0
    while kills < wanted:
        root = tmp_path / str(kills)
        more, resumed = kill_until_done(job, root, rng)
        kills, resumable = kills + more, resumable + resumed
        assert job.results(root) == job.plain
        assert not job.steps_saved(root) and not list((root / "writing").iterdir())
        shutil.rmtree(root)
    print(f"{kills} kills, {resumable} of them with a step above 0 to go on from")
    assert resumable >= 0.9 * kills or wanted < 100


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
