"""Several runs on one results directory: every unit is done once, none is lost, and all see the same results."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import signal
import time
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import torch

from benchmarks import runner
from benchmarks import store as store_module
from benchmarks.options import make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import make_plan
from benchmarks.report.results import load
from benchmarks.specs import InputError
from benchmarks.store import Store

FORK = multiprocessing.get_context("fork")
ORIGIN = {"commit": None, "dirty": None}


@pytest.fixture(autouse=True)
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are copies of this process: starting them takes no time."""
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: FORK)


def whole_run(root: Path, counts: Path, models: Sequence[str] = ("pca", "ae", "vae")) -> None:
    """A run as the command line makes it, in a process of its own; notes how much it computed."""
    torch.set_num_threads(1)
    asked = {"experiment": ["mixtures"], "dataset": ["ring"], "model": list(models), "profile": "smoke"}
    plan = make_plan(make_options({**asked, "device": "cpu", "jobs": 1, "results_dir": str(root)}), Store(root))
    outcomes = runner.run(plan, ORIGIN, progress_bar=False)
    assert not write_outputs(plan, Store(root), outcomes)
    counts.mkdir(exist_ok=True)
    (counts / str(os.getpid())).write_text(f"{sum(outcome.computed for outcome in outcomes)} {len(plan.measurements)}")


def start(root: Path, counts: Path) -> BaseProcess:
    process = FORK.Process(target=whole_run, args=(root, counts))
    process.start()
    return process


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The rows of a run alone."""
    root = tmp_path_factory.mktemp("plain")
    process = FORK.Process(target=whole_run, args=(root, root / "counts"))
    process.start()
    process.join()
    return (root / "rows.csv").read_bytes()


TIMES = [pytest.param(2, 2), pytest.param(2, 20, marks=pytest.mark.slow), pytest.param(8, 20, marks=pytest.mark.slow)]


@pytest.mark.parametrize(("company", "times"), TIMES)
def test_side_by_side_nothing_is_done_twice_or_lost(tmp_path: Path, plain: bytes, company: int, times: int) -> None:
    for round_ in range(times):
        root, counts = tmp_path / f"results-{round_}", tmp_path / f"counts-{round_}"
        processes = [start(root, counts) for _ in range(company)]
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * company
        computed, wanted = zip(*(map(int, path.read_text().split()) for path in counts.iterdir()), strict=True)
        assert sum(computed) == wanted[0]
        assert (root / "rows.csv").read_bytes() == plain
        assert not (root / "damaged").exists()


@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_one_that_is_killed_blocks_no_other(tmp_path: Path, plain: bytes, times: int) -> None:
    """Its workers end with it, its locks with them, and another that was waiting takes over."""
    for round_ in range(times):
        root, counts = tmp_path / f"results-{round_}", tmp_path / f"counts-{round_}"
        doomed, other = start(root, counts), start(root, counts)
        time.sleep(0.3 + 0.1 * round_)
        assert doomed.pid is not None
        os.kill(doomed.pid, signal.SIGKILL)
        other.join()
        doomed.join()
        assert other.exitcode == 0
        assert (root / "rows.csv").read_bytes() == plain


@pytest.mark.parametrize("times", [3, pytest.param(20, marks=pytest.mark.slow)])
def test_a_run_that_is_killed_again_and_again(tmp_path: Path, plain: bytes, times: int) -> None:
    """The whole of it, workers and all: each goes on from where the one before was, and the rows are the same."""
    rng = random.Random(0)
    root, counts = tmp_path / "results", tmp_path / "counts"
    for _ in range(times):
        process = start(root, counts)
        process.join(rng.uniform(0.1, 1.5))
        process.kill()
        process.join()
    process = start(root, counts)
    process.join()
    assert process.exitcode == 0
    assert (root / "rows.csv").read_bytes() == plain
    assert not list((root / "writing").iterdir()) and not (root / "damaged").exists()


def die_writing(root: Path, name: str, count: int, after: bool) -> None:
    """A run of all three models that kills itself before or after the count-th call of what writes files; its workers do not."""
    owner = {"write_synced": store_module}.get(name, os)
    original = getattr(owner, name)
    main_process, calls = os.getpid(), 0

    def deadly(*arguments, **named):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += os.getpid() == main_process
        if calls == count and not after:
            os.kill(main_process, signal.SIGKILL)
        result = original(*arguments, **named)
        if calls == count:
            os.kill(main_process, signal.SIGKILL)
        return result

    setattr(owner, name, deadly)
    whole_run(root, root / "counts")


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("name", ["write_synced", "fsync", "replace"])
@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_killed_while_rows_are_written(tmp_path: Path, plain: bytes, name: str, after: bool, every: int) -> None:
    """Over the results of an earlier command: what is there is that one's, or this one's, or refused; never half of each."""
    stored = tmp_path / "stored"
    for chosen in (["pca", "ae", "vae"], ["pca"]):  # all units are stored; the rows are those of one model
        process = FORK.Process(target=whole_run, args=(stored, stored / "counts", chosen))
        process.start()
        process.join()
    earlier = (stored / "rows.csv").read_bytes()
    assert earlier != plain
    died = refused = 0
    for count in range(1, 100, every):
        root = tmp_path / str(count)
        shutil.copytree(stored, root)
        doomed = FORK.Process(target=die_writing, args=(root, name, count, after))
        doomed.start()
        doomed.join()
        if doomed.exitcode == 0:
            break
        assert doomed.exitcode == -signal.SIGKILL
        died += 1
        content = (root / "rows.csv").read_bytes()
        assert content in (earlier, plain)
        try:
            entries = load(root).run["measurements"]
        except InputError as error:
            refused, message = refused + 1, str(error)
        else:
            message = ""
            models = {entry["model"] for entry in entries} - {None}
            assert models == ({"pca"} if content == earlier else {"pca", "ae", "vae"})
        assert not message or "is not the file that was written with run.json" in message
        again = start(root, root / "counts")
        again.join()
        assert again.exitcode == 0
        assert (root / "rows.csv").read_bytes() == plain
        assert len(load(root).run["measurements"]) > len(load(stored).run["measurements"])
        shutil.rmtree(root)
    print(
        f"{died} kills {'after' if after else 'before'} {name}, {refused} times refused until the command was given again"
    )
    assert died >= 4 // every
