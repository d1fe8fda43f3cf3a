"""Image data sets: scikit-learn's digits (embedded, no file needed) and MNIST through torchvision.

All images are uint8, 0 black to 255 white, flattened row by row.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from benchmarks.specs import InputError

Arrays = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]

MNIST_SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def digits() -> Arrays:
    """The test part of Optical Recognition of Handwritten Digits (UCI; Alpaydin and Kaynak 1998), 8 × 8, 17 grey levels.

    Returns:
        train images (898, 64), test images (899, 64), train labels, test labels; a fixed split, stratified by label.
    """
    images, labels = load_digits(return_X_y=True)
    pixels = np.rint(images * (255 / 16)).astype(np.uint8)
    parts = train_test_split(pixels, labels.astype(np.int64), test_size=899, stratify=labels, random_state=0)
    train, test, train_labels, test_labels = parts
    return train, test, train_labels, test_labels


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, as hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_mnist(folder: Path) -> None:
    """Check the four raw files of MNIST in ``folder`` by SHA-256.

    Raises:
        InputError: names the file that is missing, unreadable, or not the one expected, and what was expected.
    """
    for name, expected in MNIST_SHA256.items():
        path = folder / name
        if path.exists() and not path.is_file():
            raise InputError(f"MNIST file {path} is not a file; expected the unpacked raw file with SHA-256 {expected}")
        try:
            found = sha256_of(path)
        except FileNotFoundError:
            raise InputError(
                f"MNIST file {path} is missing; expected the unpacked raw file with SHA-256 {expected} "
                "(--data-dir DIR is looked up as DIR/MNIST/raw; a run without --offline downloads it, a dry run does not)"
            ) from None
        except OSError as error:
            raise InputError(f"MNIST file {path} cannot be read ({error.strerror}); expected a readable file") from None
        if found != expected:
            raise InputError(
                f"MNIST file {path} ({path.stat().st_size} bytes) is damaged or another file: "
                f"SHA-256 is {found}, expected {expected}"
            )


def mnist(data_dir: Path, offline: bool) -> Arrays:
    """MNIST (LeCun, Cortes and Burges 1998), 28 × 28, through torchvision.

    Args:
        data_dir: torchvision's root; the raw files are in ``data_dir/MNIST/raw``.
        offline: do not download what is missing.

    Returns:
        train images (60000, 784), test images (10000, 784), train labels, test labels, in the files' order.

    Raises:
        InputError: files missing and not to be downloaded, the download failed, or a file is not the one expected.
    """
    from torchvision.datasets.mnist import MNIST, read_image_file, read_label_file

    raw = data_dir / "MNIST" / "raw"
    if not offline and any(not (raw / name).exists() for name in MNIST_SHA256):
        try:
            MNIST(data_dir, train=True, download=True)
        except (RuntimeError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise InputError(f"MNIST is not in {raw} and could not be downloaded ({reason}); put it there") from None
    check_mnist(raw)
    # the checked files themselves: the class MNIST would prefer an old "processed" folder beside them
    train, test = (read_image_file(str(raw / f"{part}-images-idx3-ubyte")).numpy() for part in ("train", "t10k"))
    labels, test_labels = (
        read_label_file(str(raw / f"{part}-labels-idx1-ubyte")).numpy() for part in ("train", "t10k")
    )
    return train.reshape(60_000, 784), test.reshape(10_000, 784), labels, test_labels
