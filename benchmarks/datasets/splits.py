"""Parts held out from data: fixed, and stratified by label where there are labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.datasets.base import Dataset

LARGEST_VALIDATION = 10_000
VALIDATION_SEED = 1
"""Another than the 0 that data sets are made and split with."""


def held_out(n: int, size: int, labels: np.ndarray | None, seed: int) -> np.ndarray:
    """Which ``size`` of n examples are held out: systematic sampling from a random order, sorted by label.

    Each example is held out with probability size / n; of a class with c members, c · size / n are, rounded up or down, however
    rare the class (scikit-learn's stratified split refuses classes with one member).

    Args:
        n: number of examples, at least 1.
        size: 0 ≤ size ≤ n.
        labels: shape (n,), or None.
        seed: the same seed gives the same examples.

    Returns:
        boolean mask, shape (n,).
    """
    generator = np.random.default_rng(seed)
    order = generator.permutation(n)
    if labels is not None:
        order = order[np.argsort(labels[order], kind="stable")]
    mask = np.zeros(n, dtype=bool)
    # every (n / size)-th example from a random start, in whole numbers: no position comes twice, each equally often
    mask[order[(np.arange(size) * n + generator.integers(n)) // max(size, 1)]] = True
    return mask


def on_validation(data: Dataset) -> Dataset:
    """The data set as tuning sees it: its test part is left out, whatever is in it.

    Of images a third of the training part, at most 10,000, takes the test part's place. Of mixtures, whose density gives as
    many points as one likes, the training points stay, and fresh ones are drawn for the test.
    """
    if data.density is not None:
        fresh = data.density.sample(len(data.test), np.random.default_rng(VALIDATION_SEED))
        return replace(
            data,
            test=fresh,
            split="validation",
            whole=data.digest,
            summary=f"{data.summary}; validation split: fresh test points",
        )
    held = held_out(len(data.train), min(len(data.train) // 3, LARGEST_VALIDATION), data.train_labels, VALIDATION_SEED)
    labels = data.train_labels
    return replace(
        data,
        train=data.train[~held],
        test=data.train[held],
        train_labels=None if labels is None else labels[~held],
        test_labels=None if labels is None else labels[held],
        split="validation",
        whole=data.digest,
        summary=f"{data.summary}; validation split: {held.sum()} training images held out, {(~held).sum()} trained on",
    )
