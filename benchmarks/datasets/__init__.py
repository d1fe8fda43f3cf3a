"""Data sets by name. ``load`` gives arrays; nothing here needs torch except torchvision's own loaders."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.datasets import images, mixtures, strokes
from benchmarks.datasets.base import Dataset, Kind, OwnData, Source
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.own import own_images
from benchmarks.datasets.splits import on_validation
from benchmarks.datasets.torchvision_sets import cifar10, fashion_mnist, kmnist
from benchmarks.specs import InputError, Split, lookup

__all__ = ["DATASETS", "Dataset", "Entry", "Kind", "OwnData", "Source", "load"]


@dataclass(frozen=True)
class Entry:
    """A line of ``DATASETS``: what a data set is and how it is made; ``embedded``: without any file.

    ``density`` makes the exact density of a mixture, without its data.
    """

    kind: Kind
    summary: str
    licence: str
    load: Callable[[Source], Dataset]
    embedded: bool = True
    density: Callable[[], GaussianMixture] | None = None


def _mixture(name: str, density: Callable[[], GaussianMixture], summary: str) -> Entry:
    def load(source: Source) -> Dataset:
        mixture = density()
        generator = np.random.default_rng(0)
        train = mixture.sample(mixtures.TRAIN_POINTS, generator)
        test = mixture.sample(mixtures.TEST_POINTS, generator)
        return Dataset(name, "mixture", (mixture.dimensions,), train, test, density=mixture)

    return Entry("mixture", summary, "made by the suite", load, density=density)


def _digits(source: Source) -> Dataset:
    train, test, train_labels, test_labels = images.digits()
    return Dataset("digits", "images", (8, 8), train, test, train_labels, test_labels)


def _mnist(source: Source) -> Dataset:
    train, test, train_labels, test_labels = images.mnist(source.data_dir, source.offline)
    return Dataset("mnist", "images", (28, 28), train, test, train_labels, test_labels, checked="SHA-256")


def _strokes(source: Source) -> Dataset:
    train, test = (
        strokes.strokes(n, np.random.default_rng(seed)) for seed, n in enumerate((strokes.TRAIN, strokes.TEST))
    )
    return Dataset("strokes", "images", (strokes.SIDE, strokes.SIDE), train, test)


def _own(source: Source) -> Dataset:
    if source.own is None:
        raise InputError(
            "data set 'own' is read from your files: run_bench.py --dataset own --own-data FILE.npz or FOLDER"
        )
    return own_images(source.own)


DATASETS: dict[str, Entry] = {
    "ring": _mixture("ring", mixtures.ring, "8 Gaussians on a circle, exact density"),
    "grid": _mixture("grid", mixtures.grid, "5 × 5 Gaussians, exact density"),
    "unequal-pair": _mixture("unequal-pair", mixtures.unequal_pair, "2 Gaussians, weights 0.9 and 0.1, exact density"),
    "pair-1d": _mixture(
        "pair-1d", mixtures.pair_1d, "a narrow and a wide Gaussian on the line (f-GAN paper), exact density"
    ),
    "comb-1d": _mixture("comb-1d", mixtures.comb_1d, "5 Gaussians on the line, exact density"),
    "spiral": _mixture("spiral", mixtures.spiral, "two turns of a spiral curve, exact density"),
    "narrow-ring": _mixture(
        "narrow-ring", mixtures.narrow_ring, "8 narrow Gaussians on a circle (PacGAN), exact density"
    ),
    "wide-grid": _mixture("wide-grid", mixtures.wide_grid, "5 × 5 narrow Gaussians far apart (PacGAN), exact density"),
    "digits": Entry(
        "images", "8 × 8 handwritten digits in scikit-learn, 898 train / 899 test", "CC BY 4.0 (UCI)", _digits
    ),
    "mnist": Entry("images", "28 × 28 handwritten digits, 60000 train / 10000 test", "CC BY-SA 3.0", _mnist, False),
    "fashion-mnist": Entry(
        "images", "28 × 28 articles of clothing, 60000 train / 10000 test", "MIT", fashion_mnist, False
    ),
    "kmnist": Entry(
        "images", "28 × 28 cursive Japanese characters, 60000 train / 10000 test", "CC BY-SA 4.0", kmnist, False
    ),
    "cifar10": Entry(
        "images", "32 × 32 colour photographs of ten classes, 50000 train / 10000 test", "none stated", cifar10, False
    ),
    "strokes": Entry(
        "images", "12 × 12 images of one straight stroke, 2000 train / 1000 test", "made by the suite", _strokes
    ),
    "own": Entry("images", "your own images, by --own-data FILE.npz or FOLDER", "the user's own", _own, False),
}


def load(name: str, data_dir: Path, offline: bool, split: Split = "test", own: OwnData | None = None) -> Dataset:
    """The data set ``name``.

    Args:
        name: a key of ``DATASETS``.
        data_dir: torchvision's root.
        offline: do not download what is missing.
        split: ``test``, or ``validation`` for tuning (:func:`benchmarks.datasets.splits.on_validation`).
        own: what the data set ``own`` is read from.

    Raises:
        InputError: an unknown name, or files that are missing or damaged.
    """
    entry = lookup(DATASETS, "data set", name)
    data = entry.load(Source(data_dir, offline, own))
    data = replace(data, summary=data.summary or entry.summary)
    return data if split == "test" else on_validation(data)
