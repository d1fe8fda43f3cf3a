"""Make in-domain feature extractors and write their weights: ``python -m benchmarks.extractors digits mnist``.

Any image data set will do: with labels a network learns to tell its classes, without them to tell by how many quarter turns an
image was rotated; ``--kind`` chooses otherwise. The committed weights in ``metrics/extractors`` were made by this script.
Training them anew gives other features and so other FIDs: the hash in a metric's name changes with the weights.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from benchmarks.arguments import Parser, path
from benchmarks.datasets import Dataset, OwnData, load
from benchmarks.endings import command
from benchmarks.options import DEFAULT_DATA_DIR, make_options
from benchmarks.specs import InputError
from metrics.features import (
    DATA_DIGEST,
    KINDS,
    Classifier,
    extractor_of,
    in_domain_extractors,
    trained_on,
    weights_file,
)

EPOCHS = {"digits": 100, "mnist": 4}
BATCH = 64
DEFAULT_STEPS = 4000
"""Optimiser steps where no epochs are listed: about those of MNIST's four epochs."""


def epochs_for(dataset: str, images: int) -> int:
    """Passes over so many training images: as listed, or enough for ``DEFAULT_STEPS``."""
    return EPOCHS.get(dataset) or max(1, round(DEFAULT_STEPS * BATCH / images))


def check_labelled(data: Dataset) -> int:
    """The number of classes of an image data set, whose labels must be 0, 1, …, C − 1.

    Raises:
        InputError: no labels, fewer than two classes, or gaps between the labels.
    """
    if data.train_labels is None or data.test_labels is None:
        raise InputError(f"{data.name} has no labels to train a classifier on; use --kind rotations, which needs none")
    found = np.unique(data.train_labels)
    if len(found) < 2 or not np.array_equal(found, np.arange(len(found))) or not np.isin(data.test_labels, found).all():
        raise InputError(
            f"{data.name}: labels must be 0, 1, …, C − 1, each among the training images, for at least two classes; "
            f"found {found[:20].tolist()}"
        )
    return len(found)


def turns_of(data: Dataset) -> list[int]:
    """The quarter turns that leave the images' shape as it is: all four of a square, of other shapes none and the half turn."""
    return [0, 1, 2, 3] if data.shape[-2] == data.shape[-1] else [0, 2]


def rotated(images: Tensor, turns: Tensor) -> Tensor:
    """Images (B, channels, height, width), each rotated by so many quarter turns (B,)."""
    result = torch.empty_like(images)
    for quarter in turns.unique().tolist():
        result[turns == quarter] = images[turns == quarter].rot90(quarter, (2, 3))
    return result


def check_images(data: Dataset) -> None:
    """Refuse what holds no images.

    Raises:
        InputError: it does not.
    """
    if data.kind != "images":
        raise InputError(f"{data.name} holds points, not images: it needs no feature extractor")


def train_extractor(data: Dataset, epochs: int, kind: str = "classes", seed: int = 0) -> tuple[Classifier, float]:
    """Train a network on a data set's training part.

    Args:
        data: images of shape (height, width) or (3, height, width); for ``classes`` with labels 0 … C − 1.
        epochs: passes over the training part.
        kind: what it learns to tell, among ``metrics.features.KINDS``.
        seed: seeds initialisation, order and rotations.

    Returns:
        the network with standardised features, and the share of the test part that it tells right, in [0, 1]; NaN for
        ``random``, which tells nothing.

    Raises:
        InputError: not images; or for ``classes`` no such labels.
    """
    check_images(data)
    turns = torch.tensor(turns_of(data))
    outputs = check_labelled(data) if kind == "classes" else len(turns)
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    shape = data.shape if len(data.shape) == 3 else (1, *data.shape)

    def images(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).float().div(255).view(-1, *shape)

    train, test = images(data.train), images(data.test)
    channels, height, width = shape
    model = Classifier(height, width, channels, outputs)
    tried: Iterable[tuple[Tensor, Tensor]] = ()
    if kind == "classes":
        assert data.train_labels is not None and data.test_labels is not None
        labels = torch.from_numpy(data.train_labels).long()
        fit(model, len(train), epochs, generator, lambda index: (train[index], labels[index]))
        tried = [(test, torch.from_numpy(data.test_labels))]
    elif kind == "rotations":

        def turned(index: Tensor) -> tuple[Tensor, Tensor]:
            labels = torch.randint(len(turns), (len(index),), generator=generator)
            return rotated(train[index], turns[labels]), labels

        fit(model, len(train), epochs, generator, turned)
        tried = (
            (test.rot90(int(quarter), (2, 3)), torch.full((len(test),), label)) for label, quarter in enumerate(turns)
        )
    model.eval().requires_grad_(False)
    features = torch.cat([model.trunk(batch) for batch in train.split(1000)])
    model.feature_mean = features.mean(0)
    model.feature_std = features.std(0).clamp_min(1e-3)
    right = [
        model(some).argmax(1) == expected
        for inputs, truth in tried
        for some, expected in zip(inputs.split(1000), truth.split(1000), strict=True)
    ]
    return model, float(torch.cat(right).float().mean()) if right else math.nan


def fit(
    model: Classifier,
    images: int,
    epochs: int,
    generator: torch.Generator,
    examples: Callable[[Tensor], tuple[Tensor, Tensor]],
) -> None:
    """Train a network to tell labels: ``examples`` gives images (B, channels, height, width) and labels (B,) for indices (B,)."""
    steps = epochs * -(-images // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(epochs):
        for index in torch.randperm(images, generator=generator).split(BATCH):
            inputs, labels = examples(index)
            loss = F.cross_entropy(model(inputs), labels, label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def check_rotations_were_learnt(data: Dataset, accuracy: float) -> None:
    """Refuse features of rotations that cannot be told: of grain or stars, say, that look alike from all sides.

    Raises:
        InputError: rotations of test images are not told better than by guessing, by three standard errors.
    """
    guessing = 1 / len(turns_of(data))
    if accuracy < guessing + 3 * math.sqrt(guessing * (1 - guessing) / len(data.test)):
        raise InputError(
            f"{data.name}: the network tells {accuracy:.2f} of the rotations of test images, guessing {guessing:.2f}; features "
            "that were learnt so say nothing. Use --kind random, or labels"
        )


def write_extractor(data: Dataset, model: Classifier, kind: str = "classes") -> Path:
    """Write a data set's network where ``metrics.features`` looks for it; the file says on which data it was trained."""
    path = weights_file(data.name, kind)
    weights = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(weights, path, metadata={DATA_DIGEST: data.digest})
    return path


@command("extractors")
def main() -> int:
    parser = Parser(
        prog="python -m benchmarks.extractors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("datasets", nargs="+", metavar="NAME", help="image data sets")
    parser.add_argument(
        "--kind",
        choices=list(KINDS),
        help="what the network learns to tell; default: classes, rotations without labels",
    )
    parser.add_argument("--data-dir", type=path, default=DEFAULT_DATA_DIR)
    parser.add_argument("--own-data", type=path, metavar="PATH", help="for the data set own: an .npz file or a folder")
    parser.add_argument("--image-size", type=int, metavar="S", help="for the data set own, as in run_bench.py")
    parser.add_argument("--offline", action="store_true", help="never download data")
    arguments = parser.parse_args()
    given = {name: vars(arguments)[name] for name in ("own_data", "image_size", "data_dir", "offline")}
    options = make_options(
        {"dataset": arguments.datasets, **{name: value for name, value in given.items() if value is not None}}
    )
    own = OwnData(options.own_data.resolve(), options.image_size) if options.own_data is not None else None
    # all of them, before anything is trained
    loaded = [load(name, options.data_dir, options.offline, own=own) for name in dict.fromkeys(options.dataset)]
    for data in loaded:
        check_images(data)
    for data in loaded:
        name = data.name
        kind = arguments.kind or ("classes" if data.train_labels is not None else "rotations")
        model, accuracy = train_extractor(data, epochs_for(name, len(data.train)), kind)
        if kind == "rotations":
            check_rotations_were_learnt(data, accuracy)
        written = write_extractor(data, model, kind)
        told = "untrained" if kind == "random" else f"test accuracy {accuracy:.4f} ({kind})"
        print(f"{written}: {extractor_of(name, kind).name}, {written.stat().st_size} bytes, {told}")
        if (used := in_domain_extractors(name)[0]).path != written and trained_on(used) in (None, data.digest):
            print(f"{used.path} goes before it; delete that file to have this one used")
    return 0


if __name__ == "__main__":
    sys.exit(main())
