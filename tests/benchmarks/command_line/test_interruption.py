"""Runs that are stopped, and readers that have had enough."""

from __future__ import annotations

import os
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


@pytest.mark.parametrize(
    ("sent", "status", "word"), [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "terminated")]
)
def test_a_stopped_run_keeps_what_it_had(tmp_path: Path, sent: signal.Signals, status: int, word: str) -> None:
    words = ["--experiment", "mixtures", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run_bench.py"), *words], stderr=subprocess.PIPE, text=True, cwd=ROOT,
        start_new_session=True,
        # a shell's background jobs, and what they start, ignore the signal
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    done = tmp_path / "measurements"
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and (not done.exists() or len(list(done.iterdir())) < 3):
        time.sleep(0.1)
    workers = descendants(process.pid)
    os.kill(process.pid, sent)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert errors.splitlines()[-1].startswith(f"run_bench.py: {word}; what was finished is stored")
    assert "Traceback" not in errors and "resource_tracker" not in errors
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(Path(f"/proc/{pid}").exists() for pid in workers):
        time.sleep(0.1)
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert not (tmp_path / "rows.csv").exists()
    kept = len(list(done.iterdir()))
    asked = {"experiment": ["mixtures"], "profile": "smoke", "device": "cpu", "results_dir": str(tmp_path)}
    plan = make_plan(make_options(asked), Store(tmp_path))
    assert 3 <= kept < len(plan.measurements)
    assert sum(m.stored for m in plan.measurements) == kept


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} run_bench.py --all --dry-run --json --device cpu --results-dir '{tmp_path}/r' | head -c 5"
    )
    finished = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr
