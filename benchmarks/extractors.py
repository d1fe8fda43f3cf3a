"""Train the in-domain feature extractors and write their weights: ``python -m benchmarks.extractors digits mnist``.

The committed weights in ``metrics/extractors`` were made by this script. Training them anew gives other features and so
other FIDs: the hash in a metric's name changes with the weights.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional as F

from benchmarks.datasets import Dataset, load
from metrics.features import FOLDER, Classifier

EPOCHS = {"digits": 100, "mnist": 4}
BATCH = 64


def train_extractor(data: Dataset, epochs: int, seed: int = 0) -> tuple[Classifier, float]:
    """Train a classifier on a data set's training part.

    Args:
        data: grey square images with labels.
        epochs: passes over the training part.
        seed: seeds initialisation and order.

    Returns:
        the classifier with standardised features, and its accuracy on the test part in [0, 1].
    """
    assert data.train_labels is not None
    assert data.test_labels is not None
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)

    def images(array: np.ndarray) -> Tensor:
        return torch.from_numpy(array).float().div(255).view(-1, 1, *data.shape)

    train, labels = images(data.train), torch.from_numpy(data.train_labels)
    model = Classifier(data.shape[0])
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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("datasets", nargs="+", choices=sorted(EPOCHS))
    parser.add_argument("--data-dir", type=Path, default=Path("data"))
    arguments = parser.parse_args()
    for name in arguments.datasets:
        model, accuracy = train_extractor(load(name, arguments.data_dir, offline=False), EPOCHS[name])
        path = FOLDER / f"{name}-cnn.safetensors"
        save_file({key: value.contiguous() for key, value in model.state_dict().items()}, path)
        print(f"{path.name}: {path.stat().st_size} bytes, test accuracy {accuracy:.4f}")


if __name__ == "__main__":
    main()
