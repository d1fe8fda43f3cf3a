"""Fashion-MNIST, KMNIST and CIFAR-10 through torchvision's own classes, checked by torchvision's own MD5s.

For the two that come as four files each, torchvision's MD5s are those of the ``.gz`` archives. An archive that is there is
checked and unpacked anew at every reading, so that what is used is what was checked. For unpacked files alone no hash is
published: of these header, size and labels are checked, and ``Dataset.checked`` says so.
"""

from __future__ import annotations

import pickle
import struct
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets.base import Dataset, Source
from benchmarks.specs import InputError

COUNTS = {"train": 60_000, "t10k": 10_000}
SIDE = 28
CLASSES = 10
HEADERS = {1: 0x801, 3: 0x803}
"""First word of a file of unsigned bytes, by number of dimensions (LeCun's IDX format)."""
BY_MD5 = "MD5s of torchvision"


def fashion_mnist(source: Source) -> Dataset:
    """Fashion-MNIST (Xiao, Rasul and Vollgraf 2017), 28 × 28, from ``data_dir/FashionMNIST/raw``.

    Raises:
        InputError: files missing and not to be downloaded, the download failed, or a file is not the one expected.
    """
    from torchvision.datasets import FashionMNIST

    return _four_files("fashion-mnist", FashionMNIST, source)


def kmnist(source: Source) -> Dataset:
    """Kuzushiji-MNIST (Clanuwat et al. 2018), 28 × 28, from ``data_dir/KMNIST/raw``.

    Raises:
        InputError: files missing and not to be downloaded, the download failed, or a file is not the one expected.
    """
    from torchvision.datasets import KMNIST

    return _four_files("kmnist", KMNIST, source)


def _four_files(name: str, torchvision_class: Any, source: Source) -> Dataset:
    folder = torchvision_class.__name__
    raw = source.data_dir / folder / "raw"
    archives = {file.removesuffix(".gz"): (raw / file, md5) for file, md5 in torchvision_class.resources}
    missing = [file for file, (archive, _) in archives.items() if not archive.exists() and not (raw / file).exists()]
    if missing and not source.offline:
        _download(folder, raw, lambda: torchvision_class(source.data_dir, download=True))
    by_format = [file for file, (archive, _) in archives.items() if not archive.exists()]
    arrays = {}
    for file, (archive, md5) in archives.items():
        if archive.exists():
            with tempfile.TemporaryDirectory() as unpacked:
                _unpack(archive, md5, unpacked)
                arrays[file] = _read_idx(Path(unpacked) / file)
        elif (raw / file).exists():
            arrays[file] = _read_idx(raw / file)
        else:
            raise InputError(
                f"{folder} file {archive} is missing; expected the archive with MD5 {md5}, or the unpacked {file} beside it "
                f"(--data-dir DIR is looked up as DIR/{folder}/raw; a run without --offline downloads it, a dry run does not)"
            )
    checked = BY_MD5 if len(by_format) < len(archives) else ""
    if by_format:
        only = f"no archive to check, only format and size: {', '.join(by_format)}"
        checked = f"{checked}; {only}" if checked else only
    return Dataset(
        name,
        "images",
        (SIDE, SIDE),
        arrays["train-images-idx3-ubyte"],
        arrays["t10k-images-idx3-ubyte"],
        arrays["train-labels-idx1-ubyte"],
        arrays["t10k-labels-idx1-ubyte"],
        checked=checked,
    )


def _read_idx(path: Path) -> np.ndarray:
    """Images (N, 784), uint8, or labels (N,), int64, of a file whose name says which of the two it holds."""
    part, content, _, _ = path.name.split("-")
    shape = (COUNTS[part], SIDE, SIDE) if content == "images" else (COUNTS[part],)
    header = struct.pack(f">{1 + len(shape)}i", HEADERS[len(shape)], *shape)
    size = len(header) + int(np.prod(shape))
    expected = f"expected {size} bytes: unsigned bytes of shape {shape} in IDX format"
    if not path.is_file():
        raise InputError(f"{path} is not a file; {expected}")
    try:
        found = path.stat().st_size
        raw_bytes = path.read_bytes() if found == size else b""
    except OSError as error:
        raise InputError(f"file {path} cannot be read ({error.strerror}); {expected}") from None
    if found != size:
        raise InputError(f"file {path} ({found} bytes) is damaged or another file; {expected}")
    if not raw_bytes.startswith(header):
        raise InputError(f"file {path} is damaged or another file (it begins {raw_bytes[:4].hex()}); {expected}")
    data = np.frombuffer(raw_bytes, dtype=np.uint8, offset=len(header)).reshape(shape)
    if content == "images":
        return data.reshape(len(data), -1).copy()
    if data.max() >= CLASSES:
        raise InputError(f"file {path} is damaged: it has the label {data.max()}; expected 0 to {CLASSES - 1}")
    return data.astype(np.int64)


def cifar10(source: Source) -> Dataset:
    """CIFAR-10 (Krizhevsky 2009), 32 × 32 in colour, from ``data_dir/cifar-10-batches-py`` or the archive beside it.

    Its files are pickles, which can run code when they are read: each is checked by MD5 before, and may make arrays alone.

    Returns:
        pixels channels first, red, green, blue, each row by row: 3,072 per image.

    Raises:
        InputError: files missing and not to be downloaded, the download failed, or a file is not the one expected.
    """
    from torchvision.datasets import CIFAR10

    folder, archive = source.data_dir / CIFAR10.base_folder, source.data_dir / CIFAR10.filename
    if not folder.exists() and not archive.exists() and not source.offline:
        _download("CIFAR-10", folder, lambda: CIFAR10(source.data_dir, download=True))
    if folder.exists() or not archive.exists():
        return _read_cifar10(source.data_dir)
    with tempfile.TemporaryDirectory() as unpacked:
        _unpack(archive, CIFAR10.tgz_md5, unpacked)
        return _read_cifar10(Path(unpacked))


def _read_cifar10(root: Path) -> Dataset:
    from torchvision.datasets import CIFAR10

    meta = CIFAR10.meta["filename"], CIFAR10.meta["md5"]
    for file, md5 in (*CIFAR10.train_list, *CIFAR10.test_list, meta):
        _check_md5(root / CIFAR10.base_folder / file, md5)
    train, test = (
        _batches([root / CIFAR10.base_folder / file for file, _ in files])
        for files in (CIFAR10.train_list, CIFAR10.test_list)
    )
    return Dataset("cifar10", "images", (3, 32, 32), train[0], test[0], train[1], test[1], checked=BY_MD5)


def _batches(paths: list[Path]) -> tuple[np.ndarray, np.ndarray]:
    """Pixels (N, 3 · H · W), channels first as the files have them, and labels."""
    contents = []
    for path in paths:
        try:
            with path.open("rb") as file:
                contents.append(_ArraysAlone(file, encoding="latin1").load())
        except (OSError, pickle.UnpicklingError) as error:
            raise InputError(f"{path} changed while it was read ({error})") from None
    pixels = np.concatenate([content["data"] for content in contents]).astype(np.uint8, copy=False)
    return np.ascontiguousarray(pixels), np.concatenate([np.array(content["labels"], np.int64) for content in contents])


class _ArraysAlone(pickle.Unpickler):
    """Reads pickles of dictionaries, lists, numbers, text and NumPy's arrays, and nothing that runs code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module.replace("numpy._core", "numpy.core"), name) not in ARRAYS:
            raise pickle.UnpicklingError(f"it wants {module}.{name}, which arrays do not need")
        return super().find_class(module, name)


ARRAYS = {
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("_codecs", "encode"),
}
"""What a pickle of an array names."""


def _download(name: str, folder: Path, download: Callable[[], object]) -> None:
    try:
        download()
    except (RuntimeError, OSError, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise InputError(f"{name} is not in {folder} and could not be downloaded ({reason}); put it there") from None


def _check_md5(path: Path, expected: str) -> None:
    from torchvision.datasets.utils import calculate_md5

    if not path.is_file():
        state = (
            "is not a file"
            if path.exists()
            else "is missing (a run without --offline downloads it, a dry run does not)"
        )
        raise InputError(f"{path} {state}; expected the file with MD5 {expected}")
    try:
        found = calculate_md5(path)
    except OSError as error:
        raise InputError(
            f"file {path} cannot be read ({error.strerror}); expected the file with MD5 {expected}"
        ) from None
    if found != expected:
        raise InputError(
            f"file {path} ({path.stat().st_size} bytes) is damaged or another file: MD5 is {found}, expected {expected}"
        )


def _unpack(archive: Path, md5: str, target: str) -> None:
    from torchvision.datasets.utils import extract_archive

    _check_md5(archive, md5)
    try:
        extract_archive(archive, target)
    except OSError as error:
        raise InputError(f"archive {archive} cannot be unpacked in {target} ({error.strerror or error})") from None
