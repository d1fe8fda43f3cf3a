"""A disk that is full, at every write: a failure is recorded, what is there is whole, and with room again the rest is done."""

from __future__ import annotations

import errno
import resource
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch

from benchmarks import store as store_module
from benchmarks.planning import Unit
from benchmarks.worker import Work, run_unit

if TYPE_CHECKING:
    from .conftest import Job

FULL, DONE = 7, 0
"""Exit statuses: failures were recorded; nothing of it was needed."""


def attempt(unit: Unit, work: Work) -> None:
    """The unit, in a process; its exit status says whether failures were recorded."""
    torch.set_num_threads(1)
    outcome = run_unit(unit, work)
    assert all(failure.message.startswith("OSError") for failure in outcome.failures.values())
    raise SystemExit(FULL if outcome.failures else DONE)


def with_limit(unit: Unit, work: Work, size: int) -> None:
    """No file may become larger than ``size`` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    attempt(unit, work)


def full_from(unit: Unit, work: Work, count: int) -> None:
    """From the count-th file on half of it can be written, and no more."""
    original = store_module.write_synced
    calls = 0

    def short(path: Path, content: bytes) -> None:
        nonlocal calls
        calls += 1
        if calls >= count:
            path.write_bytes(content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "No space left on device")
        original(path, content)

    store_module.write_synced = short
    attempt(unit, work)


def check(job: Job, root: Path, target: object, value: int) -> int:
    """What is left is whole, and with room again all is as it should be.

    Returns:
        the exit status of the process that had no room.
    """
    process = job.start(root, target, value)  # type: ignore[arg-type]
    process.join()
    assert process.exitcode in (FULL, DONE)
    for kind in ("blocks", "measurements"):
        (root / kind).mkdir(exist_ok=True)
    left = job.results(root)
    assert left.items() <= job.plain.items()
    assert not list((root / "writing").iterdir())
    again = job.start(root)
    again.join()
    assert again.exitcode == 0 and job.results(root) == job.plain
    return process.exitcode


@pytest.mark.parametrize("every", [9, pytest.param(1, marks=pytest.mark.slow)])
def test_full_from_the_nth_file_on(short_job: Job, tmp_path: Path, every: int) -> None:
    full = 0
    for count in range(1, 1000, every):
        if check(short_job, tmp_path / str(count), full_from, count) == DONE:
            break
        full += 1
    print(f"disk full at {full} write points")
    assert full >= 20 // every


def test_no_file_larger_than_so_many_bytes(short_job: Job, tmp_path: Path) -> None:
    statuses = [check(short_job, tmp_path / str(size), with_limit, size) for size in (0, 100, 1_000, 5_000, 20_000)]
    assert statuses[0] == FULL
