"""The user's own images: what is read is what was given, and bad files are named with what would be right."""

from __future__ import annotations

import io
import os
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from benchmarks.datasets import Dataset, OwnData, load
from benchmarks.datasets.own import LARGEST_BYTES
from benchmarks.specs import InputError

RANDOM = np.random.default_rng(0)
GREY = RANDOM.integers(0, 256, (250, 6, 5), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (250, 6, 5, 3), dtype=np.uint8)
LABELS = np.arange(250) % 7


def own(path: Path, size: int | None = None) -> Dataset:
    return load("own", Path(), offline=True, own=OwnData(path, size))


def npz(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez_compressed(folder / "mine.npz", allow_pickle=True, **arrays)
    return folder / "mine.npz"


def refused(path: Path, *messages: str, size: int | None = None) -> None:
    with pytest.raises(InputError) as error:
        own(path, size)
    for message in messages:
        assert message in str(error.value)
    assert "\n" not in str(error.value)


def rows(array: np.ndarray) -> list[bytes]:
    return sorted(row.tobytes() for row in array)


# .npz ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [(), (1,)])
def test_grey_images_with_a_test_part(tmp_path: Path, last: tuple[int, ...]) -> None:
    """As MedMNIST's files: labels of shape (N, 1), and a validation part that is not read."""
    arrays = {
        "train_images": GREY[:200].reshape(200, 6, 5, *last), "test_images": GREY[200:].reshape(50, 6, 5, *last),
        "val_images": GREY, "train_labels": LABELS[:200, None], "test_labels": LABELS[200:, None],
    }  # fmt: skip
    data = own(npz(tmp_path, **{name: np.asarray(array) for name, array in arrays.items()}))
    assert (data.shape, data.kind) == ((6, 5), "images")
    assert rows(data.train) == rows(GREY[:200].reshape(200, 30))
    assert rows(data.test) == rows(GREY[200:].reshape(50, 30))
    assert data.test_labels is not None
    for image, label in zip(data.test, data.test_labels, strict=True):
        assert label in LABELS[200:][(GREY[200:].reshape(50, 30) == image).all(1)]
    assert data.summary == "own data mine.npz: 6 × 5 grey images, 200 train / 50 test (test part as given)"


def test_colour_has_its_channels_first(tmp_path: Path) -> None:
    data = own(npz(tmp_path, train_images=COLOUR[:200], test_images=COLOUR[200:]))
    assert data.shape == (3, 6, 5)
    assert rows(data.train) == rows(np.moveaxis(COLOUR[:200], -1, 1).reshape(200, 90))
    assert data.train_labels is data.test_labels is None


def test_without_a_test_part_a_fifth_is_held_out(tmp_path: Path) -> None:
    path = npz(tmp_path, images=GREY, labels=np.array([3, 900, -7, 20, 21, 22, 23])[LABELS])
    data, again = own(path), own(path)
    assert (len(data.train), len(data.test)) == (200, 50)
    assert rows(np.concatenate([data.train, data.test])) == rows(GREY.reshape(250, 30))
    assert data.digest == again.digest
    assert data.train_labels is not None and data.test_labels is not None
    assert np.ptp(np.bincount(data.test_labels)) <= 1
    assert set(data.train_labels) == set(range(7))  # numbered in sorted order: -7, 3, 20, …
    first = int(np.flatnonzero((GREY.reshape(250, 30) == data.train[0]).all(1))[0])
    assert data.train_labels[0] == np.array([1, 6, 0, 2, 3, 4, 5])[LABELS[first]]


def test_image_size_crops_the_centre_and_resizes(tmp_path: Path) -> None:
    wide = np.zeros((200, 8, 16), np.uint8)
    wide[:, :, 4:12] = np.random.default_rng(0).choice([150, 200], (200, 8, 1))  # the central square
    assert own(npz(tmp_path, images=wide), 4).train.min() > 130
    stripes = np.zeros((200, 64, 64), np.uint8)
    stripes[::2, :, ::2] = stripes[1::2, :, 1::2] = 255  # what aliases becomes black or white; what does not, grey
    small = own(npz(tmp_path, images=stripes), 8).train.reshape(-1, 8, 8)
    assert np.abs(small[:, 1:-1, 1:-1].astype(int) - 127).max() < 10


def header(shape: str, dtype: str = "|u1", version: bytes = b"\x01\x00") -> bytes:
    text = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}}}"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text) + 1) + text.encode() + b"\n"


BAD_ARRAYS: dict[str, tuple[dict[str, Any], str]] = {
    "floats": ({"images": GREY / 255}, "images is float64; expected uint8"),
    "wide integers": ({"images": GREY.astype(np.int64)}, "images is int64; expected uint8"),
    "objects": ({"images": np.array([{}] * 250)}, "images is object; expected uint8"),
    "flat": ({"images": GREY.reshape(250, 30)}, "images has the shape (250, 30); expected (N, H, W)"),
    "channels first": ({"images": np.moveaxis(COLOUR, -1, 1)}, "has the shape (250, 3, 6, 5); expected (N, H, W)"),
    "empty": ({"images": GREY[:0]}, "has the shape (0, 6, 5): it is empty"),
    "no pixels": ({"images": GREY[:, :0]}, "it is empty"),
    "few": ({"images": GREY[:199]}, "has 160 training and 39 test images"),
    "few to train on": ({"train_images": GREY[:100], "test_images": GREY}, "has 100 training and 250 test images"),
    "few to test on": ({"train_images": GREY, "test_images": GREY[:39]}, "at least 160 and 40 are needed"),
    "small": ({"images": GREY[:, :3]}, "3 × 5 pixels; images must be from 4 × 4 to 256 × 256"),
    "large": ({"images": np.zeros((200, 4, 257), np.uint8)}, "4 × 257 pixels; images must be from"),
    "unlike": ({"train_images": GREY, "test_images": GREY[:, :5]}, "(6, 5) in train_images, (5, 5) in test_images"),
    "grey and colour": ({"train_images": GREY, "test_images": COLOUR}, "(6, 5) in train_images, (6, 5, 3) in test"),
    "other names": ({"x": GREY, "y": LABELS}, "has the arrays x, y; expected train_images"),
    "both kinds": ({"images": GREY, "train_images": GREY}, "has the arrays images, train_images; expected"),
    "only a test part": ({"test_images": GREY}, "has the arrays test_images; expected train_images"),
    "real labels": ({"images": GREY, "labels": LABELS / 2}, "labels is float64; expected whole numbers"),
    "text labels": ({"images": GREY, "labels": LABELS.astype(str)}, "expected whole numbers"),
    "0 and 1": ({"images": (GREY > 100).astype(np.uint8)}, "all pixels are 0 or 1; expected 0 to 255"),
    "black": ({"images": np.zeros_like(GREY)}, "every image is of one colour throughout"),
    "plain colours": ({"images": np.broadcast_to(COLOUR[:, :1, :1], COLOUR.shape)}, "every image is of one colour"),
    "the same": ({"images": np.broadcast_to(GREY[:1], GREY.shape)}, "all images are the same one"),
    "few labels": ({"images": GREY, "labels": LABELS[1:]}, "labels has the shape (249,); expected (250,) or (250, 1)"),
    "many labels": ({"images": GREY, "labels": np.eye(250, dtype=int)}, "has the shape (250, 250); expected (250,)"),
    "labels of one part": (
        {"train_images": GREY, "test_images": GREY, "train_labels": LABELS}, "lacks test_labels; give labels for both",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arrays", "message"), BAD_ARRAYS.values(), ids=BAD_ARRAYS.keys())
def test_bad_arrays_are_refused(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    refused(npz(tmp_path, **arrays), "mine.npz", message)


def zipped(folder: Path, content: bytes, name: str = "images.npy") -> Path:
    with zipfile.ZipFile(folder / "mine.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return folder / "mine.npz"


BAD_HEADERS = {
    "promises more than it has": (header("(9999, 6, 5)") + bytes(300), "it promises 299970 bytes and has"),
    "promises more than is read": (
        header("(999999, 250, 250)"),
        "images promises 59605 MiB; the largest that is read is 1024",
    ),
    "negative": (header("(-5, 6, 5)"), "it is empty"),
    "another version": (header("(5, 6, 5)", version=b"\x03\x00"), "version (3, 0)"),
    "no array": (b"not an array", "is damaged or no .npz file"),
    "code": (header("__import__('os').getcwd()"), "is damaged or no .npz file"),
    "nothing": (b"", "is damaged or no .npz file"),
}


@pytest.mark.parametrize(("content", "message"), BAD_HEADERS.values(), ids=BAD_HEADERS.keys())
def test_bad_headers_are_refused(tmp_path: Path, content: bytes, message: str) -> None:
    refused(zipped(tmp_path, content), "mine.npz", message)


def test_a_decompression_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the archive promises is looked at first: here with the limit at 1 MiB instead of 1024."""
    assert LARGEST_BYTES == 2**30
    monkeypatch.setattr("benchmarks.datasets.own.LARGEST_BYTES", 2**20)
    path = zipped(tmp_path, header("(16384, 16, 16)") + bytes(2**22))
    assert path.stat().st_size < 10_000
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    refused(path, "images unpacks to 4 MiB; the largest that is read is 1 MiB")


def test_images_that_would_become_too_large_are_not_resized(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """250 grey images of 64 × 64 pixels are 1 MiB, of 16 × 16 they are not."""
    monkeypatch.setattr("benchmarks.datasets.own.LARGEST_BYTES", 2**19)
    path = npz(tmp_path, images=GREY)
    assert own(path, 16).shape == (16, 16)
    refused(path, "has 1 MiB of pixels at --image-size 64", "give fewer images or a smaller --image-size", size=64)


@pytest.mark.parametrize("shape", [(20, 12), (12, 20)])
def test_turned_images_are_other_data(shape: tuple[int, int]) -> None:
    """Flattened they may be the same bytes: results of one must not be taken for those of the other."""
    flat = np.arange(2 * 240, dtype=np.uint8).reshape(2, 240)
    digest = Dataset("own", "images", shape, flat, flat).digest
    assert digest != Dataset("own", "images", shape[::-1], flat, flat).digest
    assert digest == Dataset("own", "images", shape, flat.copy(), flat).digest


@pytest.mark.parametrize("content", [b"", b"random bytes" * 99, b"PK\x03\x04" + bytes(50)])
def test_another_kind_of_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.npz").write_bytes(content)
    refused(tmp_path / "x.npz", "is damaged or no .npz file", "expected one as numpy.savez writes it")


@given(st.data())
def test_a_damaged_file_is_refused_or_read_whole(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Wherever a byte is changed or the file ends, the answer is one line, or the right pixels."""
    folder = tmp_path_factory.mktemp("damaged")
    whole = npz(folder, images=GREY[:200]).read_bytes()
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.integers(1, 255))
    bad = data.draw(
        st.sampled_from([whole[:place], whole[:place] + bytes([whole[place] ^ change]) + whole[place + 1 :]])
    )
    (folder / "mine.npz").write_bytes(bad)
    answer: Dataset | InputError
    try:
        answer = own(folder / "mine.npz")
    except InputError as error:
        answer = error
    if isinstance(answer, Dataset):
        assert rows(np.concatenate([answer.train, answer.test])) == rows(GREY[:200].reshape(200, 30))
    else:
        assert "\n" not in str(answer)


# folder -------------------------------------------------------------------------------------------------------------


def pictures(folder: Path, images: np.ndarray, suffix: str = "png", start: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number, image in enumerate(images, start):
        Image.fromarray(image).save(folder / f"{number:04d}.{suffix}", lossless=True)
    return folder


def test_a_flat_folder_has_no_labels(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "faces", GREY)
    (folder / "notes.txt").write_text("no image, and not meant to be one")
    data = own(folder)
    assert (data.shape, data.train_labels) == ((6, 5), None)
    assert rows(np.concatenate([data.train, data.test])) == rows(GREY.reshape(250, 30))
    assert data.summary == "own data faces: 6 × 5 grey images, 200 train / 50 test (a fifth held out for test)"
    same = own(npz(tmp_path, images=GREY))
    assert same.digest == data.digest  # the order is that of the names


def test_subfolders_are_classes(tmp_path: Path) -> None:
    for name, part in (("b", COLOUR[100:]), ("a", COLOUR[:100])):
        pictures(tmp_path / "mine" / name / "deeper", part)
    data = own(tmp_path / "mine")
    same = own(npz(tmp_path, images=COLOUR, labels=(np.arange(250) >= 100).astype(int)))
    assert data.shape == (3, 6, 5)
    assert data.digest == same.digest


@pytest.mark.parametrize("suffix", ["bmp", "webp", "PNG"])
def test_lossless_formats(tmp_path: Path, suffix: str) -> None:
    data = own(pictures(tmp_path / "mine", COLOUR, suffix))
    whole = np.concatenate([data.train, data.test])
    assert rows(whole) == rows(np.moveaxis(COLOUR, -1, 1).reshape(250, 90))


def test_one_colour_picture_makes_all_colour(tmp_path: Path) -> None:
    pictures(tmp_path / "mine", GREY[:249])
    pictures(tmp_path / "mine", COLOUR[249:], start=249)
    data = own(tmp_path / "mine")
    assert data.shape == (3, 6, 5)
    whole = np.concatenate([data.train, data.test]).reshape(250, 3, 30)
    assert (whole == whole[:, :1]).all(axis=(1, 2)).sum() == 249


def test_sizes_that_differ_need_image_size(tmp_path: Path) -> None:
    pictures(tmp_path / "mine", GREY[:200])
    pictures(tmp_path / "mine", GREY[200:, :5], start=200)
    refused(tmp_path / "mine", "0000.png has 6 × 5 pixels", "0200.png 5 × 5", "give --image-size S")
    assert own(tmp_path / "mine", 4).shape == (4, 4)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is no image that can be read"),
        (b"random bytes", "is no image that can be read; expected PNG, JPEG, BMP, WEBP"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 6 5\n", "is no image that can be read"),
        ("truncated", "is damaged"),
        ("bomb", "more than 89478485 pixels"),
        ("deep", "Pillow's mode I;16; expected 8 bits per channel"),
        ("tiny", "3 × 9 pixels; images must be from 4 × 4"),
    ],
    ids=str,
)
def test_a_bad_picture_is_named(tmp_path: Path, content: bytes | str, message: str) -> None:
    folder = pictures(tmp_path / "mine", GREY)
    (folder / "0100.png").write_bytes(content if isinstance(content, bytes) else bad_picture(content))
    refused(folder, "0100.png", message)


def bad_picture(kind: str) -> bytes:
    out = io.BytesIO()
    image = {
        "truncated": np.arange(4096, dtype=np.uint8).reshape(64, 64),
        "bomb": GREY[0],
        "deep": np.full((6, 5), 40_000, np.uint16),
        "tiny": np.zeros((3, 9), np.uint8),
    }[kind]
    Image.fromarray(image).save(out, "PNG")
    written = out.getvalue()
    if kind == "truncated":
        return written[: len(written) // 2]
    if kind == "bomb":  # a header that promises 100,000 × 1,000 pixels
        body = b"IHDR" + struct.pack(">2I", 100_000, 1000) + written[24:29]
        return written[:12] + body + struct.pack(">I", zlib.crc32(body)) + written[33:]
    return written


def test_folders_that_cannot_be_understood(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    refused(tmp_path / "empty", "has no images; expected files *.png, *.jpg")
    pictures(tmp_path / "mixed" / "a", GREY[:1])
    pictures(tmp_path / "mixed", GREY[:1])
    refused(tmp_path / "mixed", "has images beside subfolders with images", "0000.png")
    for part in ("train", "Test"):
        pictures(tmp_path / "split" / part / "a", GREY[:1])
    refused(tmp_path / "split", "has subfolders train and test, but subfolders are taken for classes")
    refused(tmp_path / "nowhere", "there is no such file or folder; give an .npz file or a folder of images")
    os.mkfifo(tmp_path / "pipe")
    refused(tmp_path / "pipe", "there is no such file or folder")
    (pictures(tmp_path / "few", GREY[:10]) / "0100.png").symlink_to("nothing")
    refused(tmp_path / "few", "0100.png is not a file; expected an image")


def test_links_that_show_images_again_are_refused(tmp_path: Path) -> None:
    """One back to a folder that it lies in would multiply the data, and mix classes, training and test."""
    pictures(tmp_path / "round" / "a", GREY[:5])
    (tmp_path / "round" / "a" / "loop").symlink_to("..")
    refused(tmp_path / "round", "by another way; give every folder once, without such links")
    pictures(tmp_path / "twice" / "a", GREY[:5])
    (tmp_path / "twice" / "b").symlink_to("a")
    refused(tmp_path / "twice", "by another way")


def test_own_data_must_be_given() -> None:
    with pytest.raises(InputError, match=r"--dataset own --own-data FILE\.npz or FOLDER"):
        load("own", Path(), offline=True)


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff\nb.npz"))
    npz(tmp_path, images=GREY).rename(path)
    summary = own(path).summary
    assert summary.encode().startswith("own data a� b.npz: ".encode())


def test_images_sorted_by_class_are_shuffled(tmp_path: Path) -> None:
    """Some measures look at the first images: of a folder by classes these would be of one class."""
    labels = np.sort(LABELS)
    data = own(npz(tmp_path, images=GREY, labels=labels))
    given = own(
        npz(
            tmp_path,
            train_images=GREY[:200],
            test_images=GREY[200:],
            train_labels=labels[:200],
            test_labels=labels[200:],
        )
    )
    for part in (data.train_labels, data.test_labels, given.train_labels):
        assert part is not None
        assert (np.diff(part) < 0).any()
        assert len(set(part[: len(part) // 2])) > len(set(labels)) // 2
