"""Digits and MNIST: shapes, the fixed split, and bad files named with what was expected."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.datasets import load
from benchmarks.datasets.images import MNIST_SHA256, check_mnist, digits, mnist
from benchmarks.specs import InputError


def test_digits_are_split_once_and_for_all() -> None:
    data = load("digits", Path(), offline=True)
    assert data.train.shape == (898, 64)
    assert data.test.shape == (899, 64)
    assert data.train.dtype == np.uint8
    assert (data.train.min(), data.train.max()) == (0, 255)
    assert data.digest == "dabbd4fa184089733de18382509c7b4056e0fa2aea87911626cc51e3718964cc"


def test_digits_split_is_stratified_and_disjoint_by_index() -> None:
    train, test, train_labels, test_labels = digits()
    difference = np.bincount(train_labels) - np.bincount(test_labels)
    assert np.abs(difference).max() <= 1
    assert len(np.unique(np.concatenate([train, test]), axis=0)) == 1797


def folder_with(tmp_path: Path, content: bytes) -> Path:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST_SHA256:
        (raw / name).write_bytes(content)
    return raw


@pytest.mark.parametrize("content", [b"", b"random bytes", b"\x00" * 5000])
def test_a_wrong_file_is_named_with_what_was_expected(tmp_path: Path, content: bytes) -> None:
    raw = folder_with(tmp_path, content)
    first, expected = next(iter(MNIST_SHA256.items()))
    with pytest.raises(InputError) as error:
        check_mnist(raw)
    message = str(error.value)
    assert str(raw / first) in message
    assert expected in message
    assert f"{len(content)} bytes" in message
    assert "\n" not in message


def test_a_missing_file_is_named_with_what_was_expected(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"train-images-idx3-ubyte is missing; expected .*SHA-256 ba891046"):
        mnist(tmp_path, offline=True)


def test_a_folder_in_a_files_place_is_named(tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    (raw / "train-images-idx3-ubyte").mkdir(parents=True)
    with pytest.raises(InputError, match="is not a file"):
        mnist(tmp_path, offline=True)


def test_real_mnist(mnist_dir: Path) -> None:
    data = load("mnist", mnist_dir, offline=True)
    assert data.train.shape == (60_000, 784)
    assert data.test.shape == (10_000, 784)
    assert data.train_labels is not None
    assert np.bincount(data.train_labels)[0] == 5923


def test_a_truncated_copy_of_real_mnist_is_found(mnist_dir: Path, tmp_path: Path) -> None:
    raw = tmp_path / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name in MNIST_SHA256:
        shutil.copyfile(mnist_dir / "MNIST" / "raw" / name, raw / name)
    check_mnist(raw)
    labels = raw / "t10k-labels-idx1-ubyte"
    labels.write_bytes(labels.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"t10k-labels-idx1-ubyte \(10007 bytes\) is damaged"):
        mnist(tmp_path, offline=True)


def test_only_the_checked_files_are_read(mnist_dir: Path, tmp_path: Path) -> None:
    """torchvision's class prefers an old ``processed`` folder to the raw files; its content is not checked."""
    (tmp_path / "MNIST" / "processed").mkdir(parents=True)
    (tmp_path / "MNIST" / "raw").symlink_to(mnist_dir / "MNIST" / "raw")
    for name in ("training", "test"):
        torch.save(
            (torch.zeros(3, 28, 28, dtype=torch.uint8), torch.zeros(3)), tmp_path / "MNIST" / "processed" / f"{name}.pt"
        )
    train, _, labels, _ = mnist(tmp_path, offline=True)
    assert train.max() == 255
    assert len(np.unique(labels)) == 10


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """Reading a pipe would never end."""
    first, expected = next(iter(MNIST_SHA256.items()))
    os.mkfifo(tmp_path / first)
    with pytest.raises(
        InputError, match=f"{first} is not a file; expected the unpacked raw file with SHA-256 {expected}"
    ):
        check_mnist(tmp_path)
