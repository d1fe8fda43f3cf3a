"""The user's own images: an ``.npz`` file (MedMNIST's files are of this kind), or a folder of pictures.

Pixels must be bytes: nothing is rescaled silently. What is read is bounded before it is read, by what headers promise: archives
and pictures can be made that are small on disk and fill any memory.
"""

from __future__ import annotations

import lzma
import math
import os
import struct
import warnings
import zipfile
import zlib
from pathlib import Path
from tokenize import TokenError
from typing import Any

import numpy as np
from PIL import Image, UnidentifiedImageError

from benchmarks.datasets.base import Dataset, OwnData
from benchmarks.datasets.splits import held_out
from benchmarks.specs import InputError

Sides = tuple[int, int]
"""Height and width in pixels."""
Part = tuple[np.ndarray, np.ndarray | None]
"""uint8 images, (N, H, W) grey or (N, H, W, 3) colour, and labels (N,) or None."""

SMALLEST_SIDE, LARGEST_SIDE = 4, 256
LEAST_TRAINING, LEAST_TEST = 160, 40
LARGEST_BYTES = 2**30
TEST_SHARE = 5
"""One image in so many is held out where no test part is given."""

ARRAYS = {"train_images": "train_labels", "test_images": "test_labels", "images": "labels"}
"""Arrays of images in an ``.npz`` file, and those of their labels."""
HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
LONGEST_HEADER = 10_000
DAMAGE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, RuntimeError, TypeError, SyntaxError, TokenError,
    MemoryError,
)  # fmt: skip
"""What reading a damaged archive, or the Python literal in an array's header, may raise."""

EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".webp")
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
GREY_MODES = frozenset({"1", "L", "LA"})
BYTE_MODES = GREY_MODES | {"P", "PA", "RGB", "RGBA", "CMYK", "YCbCr"}
"""Pillow's modes with at most 8 bits per channel."""


def shuffled(images: np.ndarray, labels: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Images and labels in a fixed random order: files are often sorted by class, and some measures look at the first ones."""
    order = np.random.default_rng(0).permutation(len(images))
    return images[order], None if labels is None else labels[order]


def own_images(data: OwnData) -> Dataset:
    """The user's images as a data set. Labels, where there are any, are numbered from 0 in sorted order.

    Raises:
        InputError: says which file is at fault and what would be right.
    """
    path, size = data.path, data.image_size
    try:
        if path.is_dir():
            parts = [read_folder(path, size)]
        elif path.is_file():
            parts = read_npz(path, size)
        else:
            raise InputError(
                f"own data {path}: there is no such file or folder; give an .npz file or a folder of images"
            )
    except OSError as error:
        raise InputError(f"own data {error.filename or path} cannot be read ({error.strerror or error})") from None
    if len(parts) == 1:
        parts, how = split(*parts[0]), "a fifth held out for test"
    else:
        how = "test part as given"
    (train, train_labels), (test, test_labels) = (shuffled(*part) for part in parts)
    if len(train) < LEAST_TRAINING or len(test) < LEAST_TEST:
        raise InputError(
            f"own data {path} has {len(train)} training and {len(test)} test images ({how}); at least {LEAST_TRAINING} and "
            f"{LEAST_TEST} are needed, or {LEAST_TRAINING + LEAST_TEST} without a test part"
        )
    if train_labels is not None and test_labels is not None:
        classes, numbers = np.unique(np.concatenate([train_labels, test_labels]), return_inverse=True)
        labelled = len(classes) > 1
    else:
        labelled = False
    check_contents(f"own data {path}", train, test)
    height, width = train.shape[1:3]
    colour = train.ndim == 4
    facts = f"{height} × {width} {'colour' if colour else 'grey'} images, {len(train)} train / {len(test)} test ({how})"
    cropped = ", centre-cropped and resized" if size is not None else ""
    return Dataset(
        "own",
        "images",
        (3, height, width) if colour else (height, width),
        flattened(train),
        flattened(test),
        numbers[: len(train)].astype(np.int64) if labelled else None,
        numbers[len(train) :].astype(np.int64) if labelled else None,
        summary=f"own data {shown_name(path)}: {facts}{cropped}",
        checked="format and size",
    )


def split(images: np.ndarray, labels: np.ndarray | None) -> list[Part]:
    """Images in a training and a test part, which is a fifth: always the same, stratified by label."""
    held = held_out(len(images), len(images) // TEST_SHARE, labels, seed=0)
    return [(images[part], None if labels is None else labels[part]) for part in (~held, held)]


def flattened(images: np.ndarray) -> np.ndarray:
    """Images (N, H, W) or (N, H, W, 3) as rows of pixels (N, D), colour channels first."""
    first = np.moveaxis(images, -1, 1) if images.ndim == 4 else images
    return np.ascontiguousarray(first).reshape(len(images), -1)


def shown_name(path: Path) -> str:
    """Name of a file or folder, without where it is, as one line of text."""
    return " ".join(os.fsencode(path.resolve().name).decode(errors="replace").split())


def check_scale(where: str, images: np.ndarray) -> None:
    """Refuse bytes that are 0 and 1 alone: pixels in [0, 1] that were turned into whole numbers.

    Raises:
        InputError: they are.
    """
    if images.max() == 1:
        raise InputError(
            f"{where}: all pixels are 0 or 1; expected 0 to 255 (pixels in [0, 1] become such by (255 * x).round().astype('uint8'))"
        )


def check_contents(where: str, train: np.ndarray, test: np.ndarray) -> None:
    """Refuse images that no metric says anything of: all flat, or all the same.

    Args:
        where: they are from.
        train: uint8, (N, H, W) or (N, H, W, 3).
        test: likewise.

    Raises:
        InputError: they are.
    """
    for images in (train, test):
        check_scale(where, images)
        if (images.max(axis=(1, 2)) == images.min(axis=(1, 2))).all():
            raise InputError(f"{where}: every image is of one colour throughout; give images with something on them")
        if (images == images[:1]).all():
            raise InputError(f"{where}: all images are the same one; give different ones")


def check_sides(where: str, height: int, width: int, sides: Sides | None = None) -> None:
    """Refuse images of other than the wanted sides, or where none are wanted too small for the networks, or too large.

    Raises:
        InputError: names the image.
    """
    if sides is not None:
        if (height, width) != sides:
            raise InputError(f"{where}: {height} × {width} pixels; must be {sides[0]} × {sides[1]}")
    elif not all(SMALLEST_SIDE <= side <= LARGEST_SIDE for side in (height, width)):
        raise InputError(
            f"{where}: {height} × {width} pixels; images must be from {SMALLEST_SIDE} × {SMALLEST_SIDE} to "
            f"{LARGEST_SIDE} × {LARGEST_SIDE} (--image-size S crops to the square and resizes)"
        )


def resized(image: Image.Image, size: int) -> Image.Image:
    """The image's central square, resized to (size, size) by Pillow's bicubic filter, which does not alias."""
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side)).resize((size, size), Image.Resampling.BICUBIC)


# .npz ---------------------------------------------------------------------------------------------------------------


def read_npz(path: Path, size: int | None) -> list[Part]:
    """The parts of an ``.npz`` file: training and test, or one. Arrays of other names are not read.

    Args:
        path: a file with ``train_images`` (and ``test_images``) or ``images``, uint8, of shape (N, H, W), (N, H, W, 1) or
            (N, H, W, 3), and for all of them or none labels, whole numbers of shape (N,) or (N, 1).
        size: crop and resize to this side; None: leave as they are.

    Raises:
        InputError: another kind of file, or arrays of another type, shape or size.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            given = [name for name in ARRAYS if name in names]
            if given not in (["train_images"], ["train_images", "test_images"], ["images"]):
                raise InputError(
                    f"own data {path} has the arrays {', '.join(names[:12]) or '(none)'}; expected train_images and perhaps "
                    "test_images, or images alone, and perhaps labels of the same kind (train_labels, test_labels; labels)"
                )
            missing = [ARRAYS[name] for name in given if ARRAYS[name] not in names]
            if 0 < len(missing) < len(given):
                raise InputError(f"own data {path} lacks {', '.join(missing)}; give labels for both parts or for none")
            return _checked_alike(path, [npz_part(archive, path, name, not missing, size) for name in given])
    except DAMAGE as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"own data {path} is damaged or no .npz file ({error}); expected one as numpy.savez writes it"
        ) from None


def _checked_alike(path: Path, parts: list[Part]) -> list[Part]:
    shapes = {images.shape[1:] for images, _ in parts}
    if len(shapes) > 1:
        raise InputError(
            f"own data {path}: images of shape {' in train_images, '.join(str(i.shape[1:]) for i, _ in parts)} in test_images; "
            "both must have the same"
        )
    return parts


def npz_part(
    archive: zipfile.ZipFile, path: Path, name: str, labelled: bool, size: int | None, sides: Sides | None = None
) -> Part:
    """One array of images with its labels.

    Args:
        archive: the file, open.
        path: its name.
        name: of the array.
        labelled: whether there are labels.
        size: crop and resize to this side; None: leave as they are.
        sides: that the images must have; None: any that the networks can take.

    Raises:
        InputError: see :func:`read_npz`.
    """
    where = f"own data {path}: {name}"
    shape, dtype = _npz_header(archive, name, where)
    if dtype != np.uint8:
        raise InputError(
            f"{where} is {dtype}; expected uint8, pixels 0 to 255 (nothing is rescaled silently: pixels in [0, 1] become such by "
            "(255 * x).round().astype('uint8'))"
        )
    if len(shape) not in (3, 4) or (len(shape) == 4 and shape[3] not in (1, 3)):
        raise InputError(f"{where} has the shape {shape}; expected (N, H, W), (N, H, W, 1) or (N, H, W, 3)")
    if min(shape) < 1:
        raise InputError(f"{where} has the shape {shape}: it is empty; expected images")
    if size is None:
        check_sides(where, shape[1], shape[2], sides)
    labels = None
    if labelled:
        labels = _npz_labels(archive, ARRAYS[name], f"own data {path}: {ARRAYS[name]}", shape[0])
    if size is not None:
        resulting = math.prod((shape[0], size, size, *shape[3:]))
        if resulting > LARGEST_BYTES:
            raise InputError(
                f"{where} has {resulting / 2**20:.0f} MiB of pixels at --image-size {size}; the most that is read is "
                f"{LARGEST_BYTES // 2**20} MiB: give fewer images or a smaller --image-size"
            )
    images = _npz_array(archive, name)
    if shape[3:] == (1,):
        images = images[..., 0]
    if size is not None:
        small = np.empty((len(images), size, size, *images.shape[3:]), np.uint8)
        for index, image in enumerate(images):
            small[index] = resized(Image.fromarray(image), size)
        images = small
    return images, labels


def _npz_labels(archive: zipfile.ZipFile, name: str, where: str, n: int) -> np.ndarray:
    shape, dtype = _npz_header(archive, name, where)
    if dtype.kind not in "iu":
        raise InputError(f"{where} is {dtype}; expected whole numbers")
    if shape not in ((n,), (n, 1)):
        raise InputError(f"{where} has the shape {shape}; expected ({n},) or ({n}, 1), one label for each image")
    return _npz_array(archive, name).reshape(n)


def _npz_header(archive: zipfile.ZipFile, name: str, where: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """Shape and type of an array, found to fit in what may be read and in what the archive holds."""
    info = archive.getinfo(f"{name}.npy")
    largest = f"the largest that is read is {LARGEST_BYTES // 2**20} MiB"
    if info.file_size > LARGEST_BYTES + LONGEST_HEADER:
        raise InputError(f"{where} unpacks to {info.file_size / 2**20:.0f} MiB; {largest}")
    with archive.open(info) as file:
        version = np.lib.format.read_magic(file)
        if version not in HEADERS:
            raise InputError(
                f"{where} is in version {version} of NumPy's format; expected plain numbers as numpy.savez writes"
            )
        shape, _, dtype = HEADERS[version](file)
    promised = math.prod(shape) * dtype.itemsize
    if promised > LARGEST_BYTES:
        raise InputError(f"{where} promises {promised / 2**20:.0f} MiB; {largest}")
    if promised > info.file_size and not dtype.hasobject:
        raise InputError(f"{where} is damaged: it promises {promised} bytes and has {info.file_size}")
    return shape, dtype


def _npz_array(archive: zipfile.ZipFile, name: str) -> np.ndarray:
    with archive.open(f"{name}.npy") as file:
        return np.lib.format.read_array(file, allow_pickle=False)


# folder -------------------------------------------------------------------------------------------------------------


def read_folder(folder: Path, size: int | None, sides: Sides | None = None) -> Part:
    """The pictures in a folder, in the order of their names: grey if all of them are, else in colour. Transparency is dropped.

    Args:
        folder: has pictures (``EXTENSIONS``), or subfolders with pictures, which are their classes. Other files do not count.
        size: crop and resize to this side; None: leave as they are.
        sides: that all must have; None: any that the networks can take, all the same.

    Raises:
        InputError: no pictures, a file that is none, sizes that differ, or more than may be read.
    """
    files, labels = list_pictures(folder)
    images: list[np.ndarray] = []
    total = 0
    for file in files:
        image = read_picture(file, size, sides)
        if images and image.shape[:2] != images[0].shape[:2]:
            first = "{} × {}".format(*images[0].shape[:2])
            raise InputError(
                f"own data: sizes differ: {files[0]} has {first} pixels, {file} {image.shape[0]} × {image.shape[1]}; "
                "give --image-size S to crop and resize all to S × S"
            )
        images.append(image)
        total += image.nbytes
        if total > LARGEST_BYTES:
            raise InputError(
                f"own data {folder} has more than {LARGEST_BYTES // 2**20} MiB of pixels, the most that is read; "
                f"give fewer{' images' if sides else ' or smaller images (--image-size S)'}"
            )
    if any(image.ndim == 3 for image in images):
        images = [image if image.ndim == 3 else np.repeat(image[..., None], 3, axis=2) for image in images]
    return np.stack(images), labels


def list_pictures(folder: Path) -> tuple[list[str], np.ndarray | None]:
    """Paths of the pictures in a folder, sorted, and their classes by subfolder, or None where there are no subfolders.

    Raises:
        InputError: no pictures, pictures both beside and in subfolders, or subfolders that look like a split.
    """
    from torchvision.datasets import ImageFolder

    def is_picture(name: str) -> bool:
        return name.lower().endswith(EXTENSIONS)

    with os.scandir(folder) as entries:
        content = sorted((entry.path, entry.is_dir()) for entry in entries)
    check_links(folder)
    beside = [path for path, is_folder in content if not is_folder and is_picture(path)]
    subfolders = [path for path, is_folder in content if is_folder]
    inside = ImageFolder(folder, is_valid_file=is_picture, allow_empty=True).samples if subfolders else []
    if not beside and not inside:
        raise InputError(f"own data {folder} has no images; expected files {', '.join('*' + e for e in EXTENSIONS)}")
    if beside and inside:
        raise InputError(
            f"own data {folder} has images beside subfolders with images, such as {beside[0]} and {inside[0][0]}; subfolders are "
            "classes: put all images in subfolders, or none"
        )
    names = {Path(path).name.lower() for path in subfolders}
    if inside and {"train", "test"} <= names:
        raise InputError(
            f"own data {folder} has subfolders train and test, but subfolders are taken for classes; give one folder of images, "
            "or for --own-data an .npz file with train_images and test_images"
        )
    if not inside:
        return beside, None
    return [path for path, _ in inside], np.array([number for _, number in inside])


def check_links(folder: Path) -> None:
    """Refuse folders in which a link leads back to a folder that it lies in, or two ways lead to one folder: images would count
    several times.

    Raises:
        InputError: says which.
    """
    known: dict[str, str] = {}
    for path, _, _ in os.walk(folder, followlinks=True):
        place = os.path.realpath(path)
        if place in known:
            raise InputError(
                f"own data {path} is the folder {known[place]} by another way; give every folder once, without such links"
            )
        known[place] = path


def read_picture(path: str, size: int | None, sides: Sides | None = None) -> np.ndarray:
    """One picture, uint8, (H, W) if it is grey, else (H, W, 3).

    Raises:
        InputError: no picture, a damaged one, one of more than 8 bits, or too large.
    """
    where = f"own data {path}"
    if not os.path.isfile(path):
        raise InputError(f"{where} is not a file; expected an image")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what Pillow says of palettes and metadata does not concern pixels
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=FORMATS) as image:
                if size is None:
                    check_sides(where, image.height, image.width, sides)
                if image.mode not in BYTE_MODES:
                    raise InputError(
                        f"{where} has pixels of Pillow's mode {image.mode}; expected 8 bits per channel (nothing is rescaled "
                        "silently)"
                    )
                plain = image.convert("L" if image.mode in GREY_MODES else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise InputError(
            f"{where} has more than {Image.MAX_IMAGE_PIXELS} pixels, the most that Pillow opens safely"
        ) from None
    except UnidentifiedImageError:
        raise InputError(f"{where} is no image that can be read; expected {', '.join(FORMATS)}") from None
    except (OSError, SyntaxError, ValueError, EOFError, struct.error) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where} is damaged ({error}); expected a whole image") from None
    return np.asarray(resized(plain, size) if size is not None else plain)
