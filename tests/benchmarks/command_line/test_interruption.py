"""Runs that are stopped, and readers that have had enough."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.options import make_options
from benchmarks.planning import make_plan
from benchmarks.store import Store

ROOT = Path(__file__).parents[3]


def test_a_stopped_run_keeps_what_it_had(tmp_path: Path) -> None:
    words = ["--all", "--profile", "smoke", "--device", "cpu", "--results-dir", str(tmp_path)]
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
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    # Python's own resource tracker may speak after it, of semaphores of workers that were stopped
    own = [line for line in errors.splitlines() if line.startswith("run_bench.py: ")]
    assert own[-1].startswith("run_bench.py: interrupted; what was finished is stored")
    after = errors.partition(own[-1])[2].strip()
    assert not after or "resource_tracker" in after
    assert "Traceback" not in errors
    kept = len(list(done.iterdir()))
    plan = make_plan(make_options({"profile": "smoke", "device": "cpu", "results_dir": str(tmp_path)}), Store(tmp_path))
    assert 3 <= kept < len(plan.measurements)
    assert sum(m.stored for m in plan.measurements) == kept


def test_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    command = (
        f"{sys.executable} run_bench.py --all --dry-run --json --device cpu --results-dir '{tmp_path}/r' | head -c 5"
    )
    finished = subprocess.run(["sh", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "Traceback" not in finished.stderr
