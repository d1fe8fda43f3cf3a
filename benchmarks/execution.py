"""How blocks are executed: seed-axis width and expected cost, as committed tables.

Widths are never timed at run time: the width is part of a block's key, and a key must not depend on how busy a machine was. On
a CPU, 8 for the mixtures and digits comes from ``python -m benchmarks.speed``; 1 for MNIST keeps memory low, and in a first look
8 gained only 1 to 15 %. The widths for CUDA have not been measured. Costs serve only the plan's estimate and the progress bar.
"""

from __future__ import annotations

import os

from benchmarks.specs import Block, Measurement

THREADS = 1
"""Threads per worker process on a CPU; more seeds and more workers pay better than more threads on small networks."""

WIDTH: dict[str, dict[str, int]] = {
    "cpu": {"ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8, "mnist": 1},
    "cuda": {"ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8, "mnist": 8},
}
"""Seeds of a block that are stacked, by kind of device and data set."""

MS_PER_UPDATE: dict[str, dict[str, float]] = {
    "ring": {"ae": 0.55, "dae": 0.6, "vae": 0.65, "gan": 0.9, "fgan": 0.9},
    "digits": {"ae": 1.1, "dae": 1.3, "vae": 1.3, "gan": 2.0, "fgan": 2.0},
    "mnist": {"ae": 17, "dae": 18, "vae": 18, "gan": 27, "fgan": 27},
}
"""Milliseconds per seed and update on one CPU core of the machine that the tables were made on."""
_AS_RING = dict.fromkeys(("grid", "unequal-pair", "pair-1d", "comb-1d", "spiral"), "ring")

SECONDS_PER_SEED: dict[str, float] = {
    "mixture-samples": 0.35,
    "mixture-floor": 0.35,
    "mixture-kde": 1.2,
    "mixture-kde-floor": 1.2,
    "calibration-hist": 0.05,
    "calibration-knn": 0.15,
    "calibration-kde": 1.0,
    "image-samples": 0.25,
    "image-floor": 0.25,
    "reconstruction": 0.02,
    "training": 0.05,
}
"""Seconds per seed of a measure on a small data set."""
SECONDS_PER_SEED_ON: dict[tuple[str, str], float] = {
    ("image-samples", "mnist"): 8.0,
    ("image-floor", "mnist"): 8.0,
    ("reconstruction", "mnist"): 0.6,
}
"""The same by (measure, data set) where it is another."""


def width_of(block: Block, device_kind: str) -> int:
    """Seeds stacked at once for a block on ``cpu`` or ``cuda``."""
    return min(len(block.seeds), WIDTH[device_kind][block.dataset])


def training_seconds(block: Block) -> float:
    """Expected core-seconds to train a block on a CPU."""
    table = MS_PER_UPDATE[_AS_RING.get(block.dataset, block.dataset)]
    return 1e-3 * table[block.model] * block.training.updates * len(block.seeds)


def measuring_seconds(measurement: Measurement) -> float:
    """Expected core-seconds of a measurement on a CPU."""
    name = measurement.measure
    per_seed = SECONDS_PER_SEED_ON.get((name, measurement.dataset), SECONDS_PER_SEED[name])
    return per_seed * len(measurement.seeds)


START_SECONDS = 5.0
"""Seconds until worker processes have imported PyTorch and begin."""


def available_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
