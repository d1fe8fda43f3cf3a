"""Runs that are stopped, and readers that have had enough."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.options import make_options
from benchmarks.planning import make_plan
from benchmarks.store import Store

ROOT = Path(__file__).parents[3]


def descendants(pid: int) -> list[int]:
    """Processes that a process has started, and those that they have."""
    children = [int(word) for path in Path(f"/proc/{pid}/task").glob("*/children") for word in path.read_text().split()]
    return [one for child in children for one in (child, *descendants(child))]


STOPS = [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
WORDS = ("--experiment", "mixtures", "--profile", "smoke", "--device", "cpu", "--results-dir")


def heed_ctrl_c() -> None:
    """A shell's background jobs, and what they start, ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def start(root: Path) -> subprocess.Popen[str]:
    """A run in a session of its own."""
    return subprocess.Popen(
        [sys.executable, str(ROOT / "run_bench.py"), *WORDS, str(root)], stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True, preexec_fn=heed_ctrl_c,
    )  # fmt: skip


def stored(root: Path) -> int:
    """How many measurements are stored."""
    folder = root / "measurements"
    return len(list(folder.iterdir())) if folder.exists() else 0


def stop(process: subprocess.Popen[str], sent: signal.Signals, to_all: bool = False) -> str:
    """Send the signal; no process is left.

    Args:
        to_all: to its workers as well, as a terminal does with Ctrl-C.

    Returns:
        what the run said.
    """
    workers = descendants(process.pid)
    if to_all:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    _, errors = process.communicate(timeout=60)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert "Traceback" not in errors and "resource_tracker" not in errors
    return errors


@pytest.mark.parametrize(
    ("sent", "status", "word", "to_all"), [(*stop_, False) for stop_ in STOPS] + [(*STOPS[0], True)]
)
def test_a_stopped_run_keeps_what_it_had(
    tmp_path: Path, sent: signal.Signals, status: int, word: str, to_all: bool
) -> None:
    process = start(tmp_path)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and stored(tmp_path) < 3:
        time.sleep(0.1)
    errors = stop(process, sent, to_all)
    assert process.returncode == status, errors
    assert errors.splitlines()[-1].startswith(f"run_bench.py: {word}; what was finished is stored")
    assert not (tmp_path / "rows.csv").exists() and not list((tmp_path / "writing").iterdir())
    kept = stored(tmp_path)
    asked = {"experiment": ["mixtures"], "profile": "smoke", "device": "cpu", "results_dir": str(tmp_path)}
    plan = make_plan(make_options(asked), Store(tmp_path))
    assert 3 <= kept < len(plan.measurements)
    assert sum(m.stored for m in plan.measurements) == kept


def test_ctrl_c_while_workers_start_is_one_line(tmp_path: Path) -> None:
    """A terminal sends it to all of them; workers that import their modules must not say where they were."""
    process = start(tmp_path)
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and len(descendants(process.pid)) < 3:  # two workers and the tracker of resources
        time.sleep(0.02)
    time.sleep(0.5)
    errors = stop(process, signal.SIGINT, to_all=True)
    assert process.returncode == 130
    assert [line for line in errors.splitlines() if line][-1].startswith("run_bench.py: interrupted; what was finished")
    assert len([line for line in errors.splitlines() if line]) == 2, errors


@pytest.mark.slow
@pytest.mark.parametrize(("sent", "status", "word"), STOPS)
def test_runs_stopped_at_any_time(tmp_path: Path, sent: signal.Signals, status: int, word: str) -> None:
    """20 times, while modules are imported, while workers work, while tables are written; at last the same rows."""
    rng = random.Random(0)
    process = start(tmp_path / "plain")
    began = time.monotonic()
    process.communicate()
    longest = time.monotonic() - began
    plain = (tmp_path / "plain" / "rows.csv").read_bytes()
    stopped = said = 0
    while stopped < 20:
        root = tmp_path / str(stopped)
        process = start(root)
        try:
            process.wait(rng.uniform(0.1, longest))
        except subprocess.TimeoutExpired:
            errors = stop(process, sent, to_all=rng.random() < 0.5)
            if process.returncode == 0:  # it had just finished
                continue
            stopped += 1
            if (
                process.returncode == -sent
            ):  # before the command line listened, or when all was done and Python was ending
                assert not root.exists() or (root / ".report.json").exists()
            else:
                assert process.returncode == status, errors
                assert errors.splitlines()[-1].startswith(f"run_bench.py: {word}; what was finished is stored")
                said += 1
                assert not (root / "writing").exists() or not list((root / "writing").iterdir())
            process = start(root)
            process.communicate()
        assert process.returncode == 0
        assert (root / "rows.csv").read_bytes() == plain
        assert not list((root / "writing").iterdir())
    print(f"{stopped} times {word}, {said} with a line that says how to go on")
    assert said >= 15


@pytest.mark.parametrize(("sent", "status", "word"), STOPS)
def test_a_signal_within_a_callback_of_the_garbage_collector_is_not_lost(
    sent: signal.Signals, status: int, word: str
) -> None:
    """Python swallows exceptions there."""
    code = """
import gc, os, signal, sys, time, weakref
sys.path.insert(0, os.getcwd())
from benchmarks import command_line

class Thing:
    pass

def stopped(words):
    thing = Thing()
    reference = weakref.ref(thing, lambda gone: os.kill(os.getpid(), int(sys.argv[1])))
    del thing
    time.sleep(20)
    return 0

command_line.COMMANDS["verify"] = stopped
sys.exit(command_line.main(["verify", "x"]))
"""
    command = [sys.executable, "-c", code, str(int(sent))]
    finished = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60, preexec_fn=heed_ctrl_c
    )
    assert finished.returncode == status
    assert "Traceback" not in finished.stderr
    assert finished.stderr.splitlines()[-1] == f"run_bench.py: {word}"


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} run_bench.py --all --dry-run --json --device cpu --results-dir '{tmp_path}/r' | head -c 5"
    )
    finished = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr
