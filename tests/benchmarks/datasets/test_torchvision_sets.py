"""Fashion-MNIST, KMNIST, CIFAR-10 on small made files: what is checked, and bad files named with what was expected."""

from __future__ import annotations

import gzip
import hashlib
import pickle
import struct
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torchvision.datasets import CIFAR10, KMNIST, FashionMNIST

from benchmarks.datasets import Dataset, load, torchvision_sets
from benchmarks.specs import InputError

COUNTS = {"train": 30, "t10k": 20}
CLASSES = {"fashion-mnist": FashionMNIST, "kmnist": KMNIST}
EITHER = pytest.mark.parametrize("name", CLASSES)


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def idx(array: np.ndarray) -> bytes:
    """An array of bytes in IDX format: two zeros, type 8, number of dimensions, the sizes, the bytes."""
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}i", *array.shape) + array.tobytes()


@pytest.fixture
def arrays(monkeypatch: pytest.MonkeyPatch) -> dict[str, np.ndarray]:
    """The content of small files; torchvision's table of MD5s is made to be that of their archives."""
    generator = np.random.default_rng(0)
    made = {}
    for part, n in COUNTS.items():
        made[f"{part}-images-idx3-ubyte"] = generator.integers(0, 256, (n, 28, 28), dtype=np.uint8)
        made[f"{part}-labels-idx1-ubyte"] = generator.integers(0, 10, n, dtype=np.uint8)
    monkeypatch.setattr(torchvision_sets, "COUNTS", COUNTS)
    for cls in CLASSES.values():
        archives = [(f"{name}.gz", md5(gzip.compress(idx(array), mtime=0))) for name, array in made.items()]
        monkeypatch.setattr(cls, "resources", archives)
    return made


def write(root: Path, name: str, arrays: dict[str, np.ndarray], packed: bool) -> Path:
    raw = root / CLASSES[name].__name__ / "raw"
    raw.mkdir(parents=True)
    for file, array in arrays.items():
        if packed:
            (raw / f"{file}.gz").write_bytes(gzip.compress(idx(array), mtime=0))
        else:
            (raw / file).write_bytes(idx(array))
    return raw


def check_content(data: Dataset, arrays: dict[str, np.ndarray]) -> None:
    assert data.shape == (28, 28)
    np.testing.assert_array_equal(data.train.reshape(-1, 28, 28), arrays["train-images-idx3-ubyte"])
    np.testing.assert_array_equal(data.test.reshape(-1, 28, 28), arrays["t10k-images-idx3-ubyte"])
    assert data.train_labels is not None and data.test_labels is not None
    np.testing.assert_array_equal(data.train_labels, arrays["train-labels-idx1-ubyte"])
    np.testing.assert_array_equal(data.test_labels, arrays["t10k-labels-idx1-ubyte"])


@EITHER
def test_archives_are_checked_by_md5(tmp_path: Path, name: str, arrays: dict[str, np.ndarray]) -> None:
    raw = write(tmp_path, name, arrays, packed=True)
    before = sorted(raw.iterdir())
    data = load(name, tmp_path, offline=True)
    check_content(data, arrays)
    assert data.checked == "MD5s of torchvision"
    assert sorted(raw.iterdir()) == before  # a data directory may be read-only


@EITHER
def test_unpacked_files_are_checked_by_format(tmp_path: Path, name: str, arrays: dict[str, np.ndarray]) -> None:
    write(tmp_path, name, arrays, packed=False)
    data = load(name, tmp_path, offline=True)
    check_content(data, arrays)
    assert data.checked.startswith("no archive to check, only format and size: train-images-idx3-ubyte")


def test_the_checked_archive_is_read_not_the_file_beside_it(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    raw = write(tmp_path, "kmnist", arrays, packed=True)
    (raw / "train-images-idx3-ubyte").write_bytes(idx(np.zeros((30, 28, 28), np.uint8)))
    check_content(load("kmnist", tmp_path, offline=True), arrays)


def test_what_was_checked_how_is_said_of_each_file(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    raw = write(tmp_path, "kmnist", arrays, packed=True)
    (raw / "train-labels-idx1-ubyte.gz").unlink()
    (raw / "train-labels-idx1-ubyte").write_bytes(idx(arrays["train-labels-idx1-ubyte"]))
    checked = load("kmnist", tmp_path, offline=True).checked
    assert checked == "MD5s of torchvision; no archive to check, only format and size: train-labels-idx1-ubyte"


FILE = "train-images-idx3-ubyte"
IMAGES = idx(np.zeros((30, 28, 28), np.uint8))
BAD_UNPACKED = {
    "empty": (FILE, b"", r"\(0 bytes\) is damaged or another file; expected 23536 bytes"),
    "truncated": (FILE, IMAGES[:-1], r"\(23535 bytes\) is damaged or another file; expected 23536 bytes"),
    "random": (FILE, bytes(range(256)) * 91 + bytes(240), "begins 00010203"),
    "other shape": (FILE, idx(np.zeros((28, 30, 28), np.uint8)), r"expected 23536 bytes: .* shape \(30, 28, 28\)"),
    "labels of another set": (
        "t10k-labels-idx1-ubyte",
        idx(np.full(20, 46, np.uint8)),
        "it has the label 46; expected 0",
    ),
}


@pytest.mark.parametrize(("file", "content", "message"), BAD_UNPACKED.values(), ids=BAD_UNPACKED.keys())
def test_a_bad_unpacked_file_is_named(
    tmp_path: Path, arrays: dict[str, np.ndarray], file: str, content: bytes, message: str
) -> None:
    raw = write(tmp_path, "fashion-mnist", arrays, packed=False)
    (raw / file).write_bytes(content)
    refused("fashion-mnist", tmp_path, raw / file, message)


@pytest.mark.parametrize("content", [b"", b"random bytes", gzip.compress(IMAGES, mtime=0)[:-3]])
def test_a_bad_archive_is_named(tmp_path: Path, arrays: dict[str, np.ndarray], content: bytes) -> None:
    raw = write(tmp_path, "fashion-mnist", arrays, packed=True)
    (raw / f"{FILE}.gz").write_bytes(content)
    refused(
        "fashion-mnist",
        tmp_path,
        raw / f"{FILE}.gz",
        rf"MD5 is {md5(content)}, expected {FashionMNIST.resources[0][1]}",
    )


@pytest.mark.parametrize("packed", [True, False])
def test_a_missing_file_and_a_folder_in_its_place_are_named(
    tmp_path: Path, arrays: dict[str, np.ndarray], packed: bool
) -> None:
    raw = write(tmp_path, "kmnist", arrays, packed)
    path = raw / (f"{FILE}.gz" if packed else FILE)
    path.unlink()
    refused(
        "kmnist", tmp_path, raw / f"{FILE}.gz", rf"is missing; expected the archive with MD5 {KMNIST.resources[0][1]}"
    )
    path.mkdir()
    refused("kmnist", tmp_path, path, "is not a file; expected")


def refused(name: str, root: Path, path: Path, message: str) -> None:
    with pytest.raises(InputError, match=message) as error:
        load(name, root, offline=True)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)


def test_a_failed_download_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*rest: object, **named: object) -> None:
        raise RuntimeError("Error downloading x:\nTried a\nTried b")

    monkeypatch.setattr(FashionMNIST, "download", unreachable)
    monkeypatch.setattr(CIFAR10, "download", unreachable)
    for name in ("fashion-mnist", "cifar10"):
        with pytest.raises(InputError, match=r"could not be downloaded \(Error downloading x:\); put it there"):
            load(name, tmp_path, offline=False)


def test_a_download_is_read(tmp_path: Path, arrays: dict[str, np.ndarray], monkeypatch: pytest.MonkeyPatch) -> None:
    def download(self: FashionMNIST) -> None:
        raw = write(tmp_path, "fashion-mnist", arrays, packed=True)
        for file, array in arrays.items():  # torchvision leaves archive and file
            (raw / file).write_bytes(idx(array))

    monkeypatch.setattr(FashionMNIST, "download", download)
    check_content(load("fashion-mnist", tmp_path, offline=False), arrays)


# CIFAR-10 -----------------------------------------------------------------------------------------------------------

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 4, 3072), dtype=np.uint8)


@pytest.fixture
def batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Six batches of four images in place of ten thousand, with their MD5s in torchvision's tables."""
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    names = [name for name, _ in (*CIFAR10.train_list, *CIFAR10.test_list)]
    contents: dict[str, Any] = {name: {"data": PIXELS[i], "labels": [i, 1, 2, 3]} for i, name in enumerate(names)}
    contents["batches.meta"] = {"label_names": list("abcdefghij")}
    hashes = {}
    for name, content in contents.items():
        written = pickle.dumps(content, protocol=2)  # as the files are
        (folder / name).write_bytes(written)
        hashes[name] = md5(written)
    for table in ("train_list", "test_list"):
        monkeypatch.setattr(CIFAR10, table, [[name, hashes[name]] for name, _ in getattr(CIFAR10, table)])
    monkeypatch.setattr(CIFAR10, "meta", {**CIFAR10.meta, "md5": hashes["batches.meta"]})
    return folder


def check_cifar(data: Dataset) -> None:
    assert data.shape == (3, 32, 32)
    np.testing.assert_array_equal(data.train, PIXELS[:5].reshape(20, 3072))  # the files have channels first too
    np.testing.assert_array_equal(data.test, PIXELS[5])
    assert data.test_labels is not None
    assert list(data.test_labels) == [5, 1, 2, 3]
    assert data.checked == "MD5s of torchvision"


def test_cifar10_is_read_channels_first(tmp_path: Path, batches: Path) -> None:
    check_cifar(load("cifar10", tmp_path, offline=True))


def test_cifar10_is_read_from_its_archive(tmp_path: Path, batches: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tmp_path / "packed" / CIFAR10.filename
    archive.parent.mkdir()
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(batches, batches.name)
    with pytest.raises(InputError, match=rf"{CIFAR10.filename} .* expected c58f30108f718f92721af3b95e74349a"):
        load("cifar10", archive.parent, offline=True)
    monkeypatch.setattr(CIFAR10, "tgz_md5", md5(archive.read_bytes()))
    check_cifar(load("cifar10", archive.parent, offline=True))
    assert list(archive.parent.iterdir()) == [archive]


class Trap:
    """Unpickled, it leaves a file behind."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


@pytest.mark.parametrize("name", ["data_batch_1", "test_batch", "batches.meta"])
def test_a_wrong_pickle_is_not_unpickled(tmp_path: Path, batches: Path, name: str) -> None:
    trap = tmp_path / "sprung"
    (batches / name).write_bytes(pickle.dumps(Trap(trap)))
    refused("cifar10", tmp_path, batches / name, "is damaged or another file: MD5 is .* expected")
    assert not trap.exists()
    pickle.loads((batches / name).read_bytes())
    assert trap.exists()  # it would have


def test_even_a_pickle_with_the_right_hash_runs_no_code(
    tmp_path: Path, batches: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "sprung"
    path = batches / "test_batch"
    path.write_bytes(pickle.dumps({"data": Trap(trap), "labels": []}))
    monkeypatch.setattr(CIFAR10, "test_list", [["test_batch", md5(path.read_bytes())]])
    refused("cifar10", tmp_path, path, "it wants ")
    assert not trap.exists()


def test_bad_cifar10_files_are_named(tmp_path: Path, batches: Path) -> None:
    path = batches / "data_batch_3"
    path.write_bytes(path.read_bytes()[:-1])
    refused("cifar10", tmp_path, path, rf"\({path.stat().st_size} bytes\) is damaged")
    path.unlink()
    refused("cifar10", tmp_path, path, "is missing .*; expected the file with MD5")
    path.mkdir()
    refused("cifar10", tmp_path, path, "is not a file; expected")


def test_nothing_there_names_the_first_file(tmp_path: Path) -> None:
    refused("cifar10", tmp_path, tmp_path / "cifar-10-batches-py" / "data_batch_1", "is missing")
    refused("kmnist", tmp_path, tmp_path / "KMNIST" / "raw" / f"{FILE}.gz", "is missing")
