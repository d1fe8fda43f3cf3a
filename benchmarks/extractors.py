"""Train in-domain feature extractors and write their weights: ``python -m benchmarks.extractors digits mnist``.

Any image data set with labels will do. The committed weights in ``metrics/extractors`` were made by this script. Training them
anew gives other features and so other FIDs: the hash in a metric's name changes with the weights.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from benchmarks.datasets import Dataset, OwnData, load
from benchmarks.specs import InputError
from metrics.features import DATA_DIGEST, Classifier, in_domain_extractor, weights_file

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
        InputError: not images, no labels, fewer than two classes, or gaps between the labels.
    """
    if data.kind != "images":
        raise InputError(f"{data.name} holds points, not images: it needs no feature extractor")
    if data.train_labels is None or data.test_labels is None:
        raise InputError(f"{data.name} has no labels to train a classifier on; use --inception-weights FILE instead")
    found = np.unique(data.train_labels)
    if len(found) < 2 or not np.array_equal(found, np.arange(len(found))) or not np.isin(data.test_labels, found).all():
        raise InputError(
            f"{data.name}: labels must be 0, 1, …, C − 1, each among the training images, for at least two classes; "
            f"found {found[:20].tolist()}"
        )
    return len(found)


def train_extractor(data: Dataset, epochs: int, seed: int = 0) -> tuple[Classifier, float]:
    """Train a classifier on a data set's training part.

    Args:
        data: images with labels 0 … C − 1, of shape (height, width) or (3, height, width).
        epochs: passes over the training part.
        seed: seeds initialisation and order.

    Returns:
        the classifier with standardised features, and its accuracy on the test part in [0, 1].

    Raises:
        InputError: not labelled images.
    """
    classes = check_labelled(data)
    assert data.train_labels is not None
    assert data.test_labels is not None
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    shape = data.shape if len(data.shape) == 3 else (1, *data.shape)

    def images(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).float().div(255).view(-1, *shape)

    train, labels = images(data.train), torch.from_numpy(data.train_labels).long()
    channels, height, width = shape
    model = Classifier(height, width, channels, classes)
    steps = epochs * -(-len(train) // BATCH)
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    for _ in range(epochs):
        for index in torch.randperm(len(train), generator=generator).split(BATCH):
            loss = F.cross_entropy(model(train[index]), labels[index], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    model.eval().requires_grad_(False)
    features = torch.cat([model.trunk(batch) for batch in train.split(1000)])
    model.feature_mean = features.mean(0)
    model.feature_std = features.std(0).clamp_min(1e-3)
    predicted = torch.cat([model(batch).argmax(1) for batch in images(data.test).split(1000)])
    return model, float((predicted == torch.from_numpy(data.test_labels)).float().mean())


def write_extractor(data: Dataset, model: Classifier) -> Path:
    """Write a data set's classifier where ``metrics.features`` looks for it; the file says on which data it was trained."""
    path = weights_file(data.name)
    weights = {key: value.contiguous() for key, value in model.state_dict().items()}
    save_file(weights, path, metadata={DATA_DIGEST: data.digest})
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("datasets", nargs="+", metavar="NAME", help="image data sets with labels")
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    parser.add_argument("--own-data", type=Path, metavar="PATH", help="for the data set own: an .npz file or a folder")
    parser.add_argument("--image-size", type=int, metavar="S", help="for the data set own, as in run_bench.py")
    parser.add_argument("--offline", action="store_true", help="never download data")
    arguments = parser.parse_args()
    try:
        for name in arguments.datasets:
            own = None
            if name == "own" and arguments.own_data is not None:
                own = OwnData(arguments.own_data, arguments.image_size)
            data = load(name, arguments.data_dir, arguments.offline, own=own)
            model, accuracy = train_extractor(data, epochs_for(name, len(data.train)))
            path = write_extractor(data, model)
            extractor = in_domain_extractor(name)
            assert extractor is not None
            print(f"{path}: {extractor.name}, {path.stat().st_size} bytes, test accuracy {accuracy:.4f}")
    except InputError as error:
        print(f"extractors: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
