"""Whole runs of ``run_bench.py``, each into an empty directory: wall and processor time by phase, and memory, as they grow.

A run's own provenance says how long planning, work and report took, and how many seconds of its workers went into training and
measuring; the rest of what they could have worked is what the suite costs beside. Memory is that of the whole process tree, pages
that processes share counted once (Linux's proportional set size), looked at every half second.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

from benchmarks.datasets import load
from benchmarks.options import DEFAULT_DATA_DIR
from models import MODELS

RUN = Path(__file__).parents[2] / "run_bench.py"
LOOK_SECONDS = 0.5
SEEDS = (2, 4, 8, 16)
COMPARED = ("vae", "gan", "ae", "dae", "fgan")
"""Models in the order in which they join."""
SIDES = (8, 16, 32)
"""Of images, in pixels."""
GIB = 2**30


@dataclass(frozen=True)
class Run:
    """One command.

    Attributes:
        label: what it is called in the table.
        words: its arguments, without the results directory.
    """

    label: str
    words: tuple[str, ...]


def runs(profile: str, device: str, folder: Path) -> Iterator[Run]:
    """Everything; then one experiment on small images by seeds, by models, and by the images' size, the last in ``smoke``.

    Args:
        profile: of the runs.
        device: as ``--device``.
        folder: an empty folder, for made image files.
    """
    always = ("--device", device, "--offline", "--quiet")
    digits = ("--experiment", "images", "--dataset", "digits", "--profile", profile, *always)
    yield Run(f"everything, {profile}", ("--all", "--profile", profile, *always))
    for seeds in SEEDS:
        yield Run(f"images, digits, {profile}, {seeds} seeds", (*digits, "--seeds", str(seeds)))
    for number in range(1, len(COMPARED) + 1):
        names = COMPARED[:number]
        label = f"images, digits, {profile}, {', '.join(MODELS[name].title for name in names)}"
        yield Run(label, (*digits, "--model", *names))
    data = load("digits", DEFAULT_DATA_DIR, offline=True)
    images = np.concatenate([data.train, data.test]).reshape(-1, *data.shape)
    file = folder / "digits.npz"
    np.savez(file, images=images)
    for side in SIDES:
        words = (
            "--experiment",
            "images",
            "--dataset",
            "own",
            "--own-data",
            str(file),
            "--image-size",
            str(side),
            "--profile",
            "smoke",
        )
        yield Run(f"images, {side} × {side}, smoke", (*words, *always))


def measure(run: Run) -> dict[str, Any]:
    """A row of the table.

    Raises:
        subprocess.CalledProcessError: the command failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        before, start = used(), time.perf_counter()
        words = [sys.executable, str(RUN), *run.words, "--results-dir", folder]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
            peak = 0
            while process.poll() is None:
                peak = max(peak, memory(process.pid))
                time.sleep(LOOK_SECONDS)
        wall = time.perf_counter() - start
        if process.returncode:
            raise subprocess.CalledProcessError(process.returncode, words)
        facts = json.loads((Path(folder) / "provenance.json").read_text(encoding="utf-8"))
    units = facts["unit_seconds"]
    return {
        "label": run.label,
        "wall": wall,
        "cpu": used() - before,
        "jobs": facts["jobs"],
        **{name: facts["wall_seconds"][name] for name in ("plan", "run", "report")},
        "training": units["training"],
        "measuring": units["measuring"],
        "outside": 1 - (units["training"] + units["measuring"]) / (facts["jobs"] * wall),
        "peak_gib": peak / GIB,
        "failed": len(facts["failures"]),
    }


def used() -> float:
    """Processor seconds of all processes that were started from here and have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def memory(pid: int) -> int:
    """Bytes that a process and its descendants hold now; those that have just ended count nothing."""
    total = 0
    try:
        tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return total
    for process in tree:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total
