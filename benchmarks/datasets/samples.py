"""Samples that another program made, to be measured: images in an ``.npz`` file or a folder, of a data set's own shape."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from benchmarks.datasets.base import Dataset
from benchmarks.datasets.own import DAMAGE, Sides, check_scale, flattened, npz_part, read_folder, shown_name
from benchmarks.specs import InputError

NAMES = ("images", "samples", "arr_0")
"""Arrays of images in an ``.npz`` file; one that is alone may have any name."""


def read_samples(path: Path, data: Dataset) -> np.ndarray:
    """Samples as rows of pixels, uint8, shape (n, D).

    Args:
        path: an ``.npz`` file with one array of uint8 images (N, H, W), (N, H, W, 1) or (N, H, W, 3), or a folder of pictures.
        data: the data set that they are to be samples of.

    Raises:
        InputError: says what is at fault and what would be right.
    """
    height, width = data.shape[-2:]
    colour = len(data.shape) == 3
    try:
        if path.is_dir():
            images = read_folder(path, None, (height, width))[0]
        elif path.is_file():
            images = read_array(path, (height, width))
        else:
            raise InputError(f"{path}: there is no such file or folder; give an .npz file or a folder of images")
        check_scale(str(path), images)
    except OSError as error:
        raise InputError(f"samples {error.filename or path} cannot be read ({error.strerror or error})") from None
    except InputError as error:
        raise InputError("samples " + str(error).removeprefix("own data").lstrip(": ")) from None
    if (images.ndim == 4) != colour:
        found, right = ("colour", "grey") if images.ndim == 4 else ("grey", "colour")
        raise InputError(f"samples {shown_name(path)} are {found}; those of {data.name} must be {right}")
    return flattened(images)


def read_array(path: Path, sides: Sides) -> np.ndarray:
    """The one array of images in an ``.npz`` file, of these sides.

    Raises:
        InputError: none, several, or one that holds no images.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.removesuffix(".npy") for name in archive.namelist() if name.endswith(".npy")]
            given = [name for name in NAMES if name in names] or (names if len(names) == 1 else [])
            if len(given) != 1:
                raise InputError(
                    f"{path} has the arrays {', '.join(names[:12]) or '(none)'}; expected one of images, named 'images'"
                )
            return npz_part(archive, path, given[0], False, None, sides)[0]
    except DAMAGE as error:
        if isinstance(error, InputError):
            raise
        raise InputError(
            f"{path} is damaged or no .npz file ({error}); expected one as numpy.savez writes it"
        ) from None
