"""Whole runs are measured as they are: phases from their provenance, memory of the process tree, and no run that failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from benchmarks.command_line.run import options_from
from benchmarks.planning import make_plan
from benchmarks.speed import whole
from benchmarks.speed.page import PARTS
from benchmarks.store import Store


def test_a_run_is_measured() -> None:
    words = ("--experiment", "images", "--dataset", "digits", "--model", "pca", "--profile", "smoke", "--quiet")
    row = whole.measure(whole.Run("small", (*words, "--device", "cpu")))
    phases = [row[name] for name in ("plan", "run", "report")]
    assert all(isinstance(value, float) and value > 0 for value in phases)
    assert sum(phases) <= row["wall"]
    assert 0 < row["cpu"] < 100 and 0 < row["training"] + row["measuring"] <= row["jobs"] * row["wall"]
    assert 0 < row["outside"] < 1
    assert 0.1 < row["peak_gib"] < 8  # Python with PyTorch, in several processes
    assert row["failed"] == 0
    assert PARTS["whole"].line(row)[:2] == ["small", f"{row['wall']:.1f}"]


def test_a_run_that_fails_is_no_measurement() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        whole.measure(whole.Run("wrong", ("--experiment", "nothing", "--quiet")))


def test_memory_is_of_the_whole_tree_and_of_nobody_who_is_gone() -> None:
    inner = "b = bytearray(b'x') * (200 * 2**20); print('ready', flush=True); import time; time.sleep(60)"
    outer = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    with subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        held = whole.memory(process.pid)
        for one in psutil.Process(process.pid).children():
            one.kill()
        process.wait()
    assert 200 * 2**20 < held < 400 * 2**20
    assert whole.memory(process.pid) == 0


def test_every_run_is_a_command_that_is_understood(tmp_path: Path) -> None:
    planned = list(whole.runs("smoke", "cpu", tmp_path))
    assert (
        len({run.label for run in planned})
        == len(planned)
        == 1 + len(whole.SEEDS) + len(whole.COMPARED) + len(whole.SIDES)
    )
    wanted = [options_from([*run.words, "--results-dir", str(tmp_path / "results")]) for run in planned]
    for options in (wanted[1], wanted[-1]):  # one of each kind; planning everything takes long
        assert make_plan(options, Store(options.output_dir, read_only=True)).measurements
