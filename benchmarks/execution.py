"""How blocks are executed: seed-axis width and expected cost, as committed tables.

Widths are never timed at run time: the width is part of a block's key, and a key must not depend on how busy a machine was. On
a CPU, 8 for the mixtures and digits comes from ``python -m benchmarks.speed``; so does 4 for networks of MNIST's size, where 8
gains no more and takes twice the memory. The widths for CUDA have not been measured. Costs serve only the plan's estimate and the
progress bar.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from benchmarks.specs import Block, Measurement

THREADS = 1
"""Threads per worker process on a CPU; more seeds and more workers pay better than more threads on small networks."""

WIDTH: dict[str, dict[str, int]] = {
    "cpu": {
        "ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8, "strokes": 8,
        "narrow-ring": 1, "wide-grid": 1, "mnist": 4, "fashion-mnist": 4, "kmnist": 4, "cifar10": 4, "own": 4,
    },
    "cuda": {
        "ring": 8, "grid": 8, "unequal-pair": 8, "pair-1d": 8, "comb-1d": 8, "spiral": 8, "digits": 8, "strokes": 8,
        "narrow-ring": 8, "wide-grid": 8, "mnist": 8, "fashion-mnist": 8, "kmnist": 8, "cifar10": 8, "own": 8,
    },
}  # fmt: skip
"""Seeds of a block that are stacked, by kind of device and data set."""

MS_PER_UPDATE: dict[str, dict[str, float]] = {
    "ring": {"pca": 0.001, "ae": 0.55, "dae": 0.6, "vae": 0.65, "gan": 0.9, "fgan": 0.9, "latent-gan": 1.5,
             "regression": 0.35, "discriminator": 0.45},
    "digits": {"pca": 0.001, "ae": 1.1, "dae": 1.3, "vae": 1.3, "gan": 2.0, "fgan": 2.0, "latent-gan": 2.8,
               "regression": 0.7, "discriminator": 1.4},
    "narrow-ring": {"gan": 21},
    "mnist": {"pca": 1, "ae": 17, "dae": 18, "vae": 18, "gan": 27, "fgan": 27, "latent-gan": 22,
              "regression": 10, "discriminator": 15},
}  # fmt: skip
"""Milliseconds per seed and update on one CPU core of the machine that the tables were made on; plugins count as a GAN."""
_LIKE = {
    **dict.fromkeys(("grid", "unequal-pair", "pair-1d", "comb-1d", "spiral"), "ring"),
    "strokes": "digits",
    "wide-grid": "narrow-ring",
    **dict.fromkeys(("fashion-mnist", "kmnist", "cifar10", "own"), "mnist"),
}
"""Data sets that are trained on as another one is."""
MINING_STEP = 0.5
"""Cost of a step of a discriminator's search for negatives, in updates without search."""
NETWORK_COST = {"conv": 9.0, "affine": 4.0, "infogan": 13.0, "rae": 1300.0}
"""Cost of other networks, in those of the fully connected ones: convolutional ones on digits; affine generators on the line with
their batches of 1,024 (one measurement each); those of published protocols with their batches on MNIST, by their products alone."""
MNIST_PIXELS = 784
MNIST_SAMPLES = 10_000

SECONDS_PER_SEED: dict[str, float] = {
    "mixture-samples": 0.25,
    "mixture-floor": 0.2,
    "mode-samples": 0.02,
    "mixture-two-sample": 1.0,
    "mixture-two-sample-floor": 1.0,
    "mixture-kde": 1.2,
    "mixture-kde-floor": 1.2,
    "image-support": 0.05,
    "image-support-known": 0.05,
    "image-novelty": 0.05,
    "image-novelty-known": 0.05,
    "midpoints": 0.05,
    "retrieval": 0.02,
    "pixel-retrieval": 0.02,
    "denoising": 0.02,
    "posterior-variants": 0.05,
    "attribute-control": 0.1,
    "given-codes": 1.5,
    "pairs-by-pixels": 0.05,
    "pairs-by-structure": 0.1,
    "pairs-by-features": 0.1,
    "pairs-by-score": 0.1,
    "pairs-by-residual": 0.1,
    "layer-gradients": 0.1,
    "effort": 0.5,
    "stroke-samples": 0.02,
    "relations-by-score": 0.02,
    "relations-by-pixels": 0.02,
    "calibration-hist": 0.05,
    "calibration-knn": 0.15,
    "calibration-kde": 1.0,
    "image-samples": 0.25,
    "image-floor": 0.25,
    "published-images": 0.05,
    "published-images-floor": 0.05,
    "corrupted-images": 0.05,
    "transformed-images": 0.2,
    "image-two-sample": 1.0,
    "image-two-sample-floor": 1.0,
    "reconstruction": 0.02,
    "inversion": 0.25,
    "likelihood": 0.1,
    "latent-pictures": 0.05,
    "training-strip": 0.05,
    "training": 0.05,
    "generator-gradients": 0.1,
    "divergence-axioms": 0.1,
    "likelihood-identity": 0.2,
    "printed-value": 0.02,
    "inverse-cdf": 0.2,
    "rejection": 0.1,
    "metropolis": 0.7,
    "quantile-map": 0.05,
    "reproduction": 1.0,
    "gaussian-fit": 0.2,
    "gaussian-generator": 0.02,
    "discriminator-fit": 0.1,
    "variational-bound": 0.1,
    "game-discriminator": 0.1,
    "boundary": 0.1,
    "score-course": 0.5,
    "search-samples": 0.6,
    "search-images": 1.0,
}
"""Seconds per seed of a measure on a small data set."""
SECONDS_PER_SEED_ON: dict[tuple[str, str], float] = {
    ("image-samples", "mnist"): 25.0,
    ("image-floor", "mnist"): 25.0,
    ("published-images", "mnist"): 8.0,
    ("published-images-floor", "mnist"): 8.0,
    ("corrupted-images", "mnist"): 25.0,
    ("transformed-images", "mnist"): 3.0,
    ("image-two-sample", "mnist"): 6.0,
    ("image-two-sample-floor", "mnist"): 6.0,
    ("reconstruction", "mnist"): 3.0,
    ("image-support", "mnist"): 10.0,
    ("image-support-known", "mnist"): 10.0,
    ("image-novelty", "mnist"): 12.0,
    ("image-novelty-known", "mnist"): 12.0,
    ("midpoints", "mnist"): 5.0,
    ("retrieval", "mnist"): 5.0,
    ("denoising", "mnist"): 4.0,
    ("posterior-variants", "mnist"): 10.0,
    ("given-codes", "mnist"): 25.0,
    ("pairs-by-features", "mnist"): 10.0,
    ("effort", "mnist"): 60.0,
    ("search-images", "mnist"): 60.0,
}
"""The same by (measure, data set) where it is another."""


CONVOLUTIONAL = ("conv", "infogan", "rae")
"""Kinds of networks that gain nothing on a CPU by stacked seeds."""


def width_of(block: Block, device_kind: str) -> int:
    """Seeds stacked at once for a block on ``cpu`` or ``cuda``."""
    if device_kind == "cpu" and block.network.kind in CONVOLUTIONAL:
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
    per_update = table.get(block.model, table["gan"]) * size_factor(block.dataset, dimensions)
    if block.settings.get("negatives") in ("ascent", "langevin"):
        per_update *= 1 + MINING_STEP * block.settings["mining_steps"]
    per_update *= NETWORK_COST.get(block.network.kind, 1.0) * schedule_cost(block.settings)
    return 1e-3 * per_update * block.training.updates * len(block.seeds)


def schedule_cost(settings: Mapping[str, Any]) -> float:
    """Cost of an adversarial model's training in that of alternating updates, half of which is the discriminator's; 1 of others."""
    if "discriminator_steps" not in settings:
        return 1.0
    game = 0.5 * (1 + settings["discriminator_steps"] / settings["generator_steps"])
    if settings["schedule"] == "who-loses":  # twice as many updates, and both players' gradients for each
        game *= 2
    return 0.5 * settings["head_start"] + game * (1 - settings["head_start"])


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
