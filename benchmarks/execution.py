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
    "cpu": {
        "ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8,
        "mnist": 1, "fashion-mnist": 1, "kmnist": 1, "cifar10": 1, "own": 1,
    },
    "cuda": {
        "ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8,
        "mnist": 8, "fashion-mnist": 8, "kmnist": 8, "cifar10": 8, "own": 8,
    },
}  # fmt: skip
"""Seeds of a block that are stacked, by kind of device and data set."""

MS_PER_UPDATE: dict[str, dict[str, float]] = {
    "ring": {"pca": 0.001, "ae": 0.55, "dae": 0.6, "vae": 0.65, "gan": 0.9, "fgan": 0.9, "latent-gan": 1.5},
    "digits": {"pca": 0.001, "ae": 1.1, "dae": 1.3, "vae": 1.3, "gan": 2.0, "fgan": 2.0, "latent-gan": 2.8},
    "mnist": {"pca": 1, "ae": 17, "dae": 18, "vae": 18, "gan": 27, "fgan": 27, "latent-gan": 22},
}
"""Milliseconds per seed and update on one CPU core of the machine that the tables were made on."""
_LIKE = {
    **dict.fromkeys(("grid", "unequal-pair", "pair-1d", "comb-1d", "spiral"), "ring"),
    **dict.fromkeys(("fashion-mnist", "kmnist", "cifar10", "own"), "mnist"),
}
"""Data sets that are trained on as another one is."""
CONVOLUTION = 13
"""Cost of the convolutional networks of ``full``, in those of the fully connected ones (digits; one measurement)."""
MNIST_PIXELS = 784
MNIST_SAMPLES = 10_000

SECONDS_PER_SEED: dict[str, float] = {
    "mixture-samples": 0.25,
    "mixture-floor": 0.2,
    "mixture-two-sample": 1.0,
    "mixture-two-sample-floor": 1.0,
    "mixture-kde": 1.2,
    "mixture-kde-floor": 1.2,
    "calibration-hist": 0.05,
    "calibration-knn": 0.15,
    "calibration-kde": 1.0,
    "image-samples": 0.25,
    "image-floor": 0.25,
    "image-two-sample": 1.0,
    "image-two-sample-floor": 1.0,
    "reconstruction": 0.02,
    "inversion": 0.25,
    "likelihood": 0.1,
    "latent-pictures": 0.05,
    "training-strip": 0.05,
    "training": 0.05,
}
"""Seconds per seed of a measure on a small data set."""
SECONDS_PER_SEED_ON: dict[tuple[str, str], float] = {
    ("image-samples", "mnist"): 25.0,
    ("image-floor", "mnist"): 25.0,
    ("image-two-sample", "mnist"): 6.0,
    ("image-two-sample-floor", "mnist"): 6.0,
    ("reconstruction", "mnist"): 3.0,
}
"""The same by (measure, data set) where it is another."""


def width_of(block: Block, device_kind: str) -> int:
    """Seeds stacked at once for a block on ``cpu`` or ``cuda``; convolutions on a CPU gain nothing by it."""
    if device_kind == "cpu" and block.network.kind == "conv":
        return 1
    return min(len(block.seeds), WIDTH[device_kind][block.dataset])


def size_factor(dataset: str, dimensions: int) -> float:
    """Cost of an update or of a sample of D dimensions, in those of the data set in the tables.

    In MNIST's decoder 16-256-512-D the products are 264 · 512 + 512 · D; the data sets like it differ by D.
    """
    return (264 + dimensions) / (264 + MNIST_PIXELS) if _LIKE.get(dataset, dataset) == "mnist" else 1.0


def training_seconds(block: Block, dimensions: int) -> float:
    """Expected core-seconds to train a block on a CPU; ``dimensions`` of a datum."""
    table = MS_PER_UPDATE[_LIKE.get(block.dataset, block.dataset)]
    per_update = table[block.model] * size_factor(block.dataset, dimensions)
    if block.network.kind == "conv":
        per_update *= CONVOLUTION
    return 1e-3 * per_update * block.training.updates * len(block.seeds)


def measuring_seconds(measurement: Measurement, dimensions: int) -> float:
    """Expected core-seconds of a measurement on a CPU; ``dimensions`` of a datum."""
    name, dataset = measurement.measure, measurement.dataset
    like = _LIKE.get(dataset, dataset)
    per_seed = SECONDS_PER_SEED_ON.get((name, like), SECONDS_PER_SEED[name])
    if like == "mnist":
        per_seed *= size_factor(dataset, dimensions) * measurement.options.get("n", MNIST_SAMPLES) / MNIST_SAMPLES
    return per_seed * len(measurement.seeds)


SECONDS_PER_IMAGE = {64: 0.07, 192: 0.15, 768: 0.4, 2048: 0.6}
"""Seconds per image of Inception-v3 up to the layer of so many features; in-domain classifiers cost next to nothing."""


def extraction_seconds(measurement: Measurement, features: int) -> float:
    """Expected core-seconds of Inception-v3 on a CPU: the samples of every seed, and as many reference images once."""
    return SECONDS_PER_IMAGE[features] * measurement.options["n"] * (len(measurement.seeds) + 1)


START_SECONDS = 5.0
"""Seconds until worker processes have imported PyTorch and begin."""


def available_cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
