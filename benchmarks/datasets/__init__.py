"""Data sets by name. ``load`` gives arrays; nothing here needs torch except torchvision's own loaders."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.datasets import images, mixtures
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.specs import lookup

Kind = Literal["mixture", "images"]


@dataclass(frozen=True)
class Dataset:
    """A data set in memory.

    Attributes:
        name: its name in ``DATASETS``.
        kind: ``mixture`` (float32 coordinates, known density) or ``images`` (uint8 pixels).
        shape: shape of one datum: (1,), (2,) or (height, width).
        train: shape (N, D).
        test: shape (M, D), never trained on.
        train_labels: class labels, shape (N,), or None.
        test_labels: shape (M,), or None.
        density: the exact density, for mixtures.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None
    density: GaussianMixture | None = None

    @cached_property
    def digest(self) -> str:
        """SHA-256 over shapes, types and bytes of the arrays."""
        sha = hashlib.sha256()
        for array in (self.train, self.test, self.train_labels, self.test_labels):
            if array is not None:
                sha.update(f"{array.dtype.str}{array.shape}".encode())
                sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()


@dataclass(frozen=True)
class Entry:
    """A line of ``DATASETS``: what a data set is and how it is made. ``load`` takes (data_dir, offline).

    ``density`` makes the exact density of a mixture, without its data.
    """

    kind: Kind
    summary: str
    licence: str
    load: Callable[[Path, bool], Dataset]
    embedded: bool = True
    density: Callable[[], GaussianMixture] | None = None


def _mixture(name: str, density: Callable[[], GaussianMixture], summary: str) -> Entry:
    def load(data_dir: Path, offline: bool) -> Dataset:
        mixture = density()
        generator = np.random.default_rng(0)
        train = mixture.sample(mixtures.TRAIN_POINTS, generator)
        test = mixture.sample(mixtures.TEST_POINTS, generator)
        return Dataset(name, "mixture", (mixture.dimensions,), train, test, density=mixture)

    return Entry("mixture", summary, "made by the suite", load, density=density)


def _digits(data_dir: Path, offline: bool) -> Dataset:
    train, test, train_labels, test_labels = images.digits()
    return Dataset("digits", "images", (8, 8), train, test, train_labels, test_labels)


def _mnist(data_dir: Path, offline: bool) -> Dataset:
    train, test, train_labels, test_labels = images.mnist(data_dir, offline)
    return Dataset("mnist", "images", (28, 28), train, test, train_labels, test_labels)


DATASETS: dict[str, Entry] = {
    "ring": _mixture("ring", mixtures.ring, "8 Gaussians on a circle, exact density"),
    "grid": _mixture("grid", mixtures.grid, "5 × 5 Gaussians, exact density"),
    "unequal-pair": _mixture("unequal-pair", mixtures.unequal_pair, "2 Gaussians, weights 0.9 and 0.1, exact density"),
    "pair-1d": _mixture(
        "pair-1d", mixtures.pair_1d, "a narrow and a wide Gaussian on the line (f-GAN paper), exact density"
    ),
    "comb-1d": _mixture("comb-1d", mixtures.comb_1d, "5 Gaussians on the line, exact density"),
    "spiral": _mixture("spiral", mixtures.spiral, "two turns of a spiral curve, exact density"),
    "digits": Entry(
        "images", "8 × 8 handwritten digits in scikit-learn, 898 train / 899 test", "CC BY 4.0 (UCI)", _digits
    ),
    "mnist": Entry("images", "28 × 28 handwritten digits, 60000 train / 10000 test", "CC BY-SA 3.0", _mnist, False),
}


def load(name: str, data_dir: Path, offline: bool) -> Dataset:
    """The data set ``name``.

    Raises:
        InputError: an unknown name, or files that are missing or damaged.
    """
    return lookup(DATASETS, "data set", name).load(data_dir, offline)
