"""What a data set is once it is in memory, and where data may come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal

import numpy as np

from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.specs import Split, dataset_label

Kind = Literal["mixture", "images"]


@dataclass(frozen=True)
class OwnData:
    """The user's own images.

    Attributes:
        path: an ``.npz`` file or a folder of images.
        image_size: every image is cropped to its central square and resized to this side, in pixels; None leaves them as
            they are.
    """

    path: Path
    image_size: int | None = None


@dataclass(frozen=True)
class Source:
    """Where data may come from.

    Attributes:
        data_dir: torchvision's root.
        offline: do not download what is missing.
        own: the user's own images, if there are any.
    """

    data_dir: Path
    offline: bool
    own: OwnData | None = None


@dataclass(frozen=True)
class Dataset:
    """A data set in memory.

    Attributes:
        name: its name in ``DATASETS``.
        kind: ``mixture`` (float32 coordinates, known density) or ``images`` (uint8 pixels).
        shape: shape of one datum: (1,), (2,), (height, width) for grey images, (3, height, width) for colour.
        train: shape (N, D).
        test: shape (M, D), never trained on.
        train_labels: class labels, shape (N,), or None.
        test_labels: shape (M,), or None.
        density: the exact density, for mixtures.
        summary: one line for readers of results.
        checked: how the files were found to be the right ones; empty for data that the suite makes.
        split: ``test``: the data set's own test part; ``validation``: a part of what was given for training.
        whole: on the validation split the digest of the data set that it is a part of.
    """

    name: str
    kind: Kind
    shape: tuple[int, ...]
    train: np.ndarray
    test: np.ndarray
    train_labels: np.ndarray | None = None
    test_labels: np.ndarray | None = None
    density: GaussianMixture | None = None
    summary: str = ""
    checked: str = ""
    split: Split = "test"
    whole: str = ""

    @property
    def label(self) -> str:
        """The data set's name in rows and reports: on the validation split, another one."""
        return dataset_label(self.name, self.split)

    def trained_on(self, examples: int | None) -> np.ndarray:
        """The first so many training examples, or all of them for None; shape (N, D).

        Raises:
            ValueError: there are not so many.
        """
        if examples is not None and examples > len(self.train):
            raise ValueError(f"{self.label} has {len(self.train)} training examples, not {examples}")
        return self.train[:examples]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over shapes, types and bytes of the arrays, and over the shape of own images, which no name tells."""
        sha = hashlib.sha256()
        if self.name == "own":
            sha.update(str(self.shape).encode())
        for array in (self.train, self.test, self.train_labels, self.test_labels):
            if array is not None:
                sha.update(f"{array.dtype.str}{array.shape}".encode())
                sha.update(np.ascontiguousarray(array).tobytes())
        return sha.hexdigest()
