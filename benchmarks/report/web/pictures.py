"""Pictures as parts of a page: PNG in the page itself, as small as they can be read."""

from __future__ import annotations

import base64
import io
from pathlib import Path

import numpy as np
from PIL import Image

COLOURS = 256
"""Of a small picture."""


def shrunk(source: Path, widest: int | None = None) -> bytes:
    """A picture as PNG, with 256 colours and, if it is said, no wider than so many pixels.

    An octree chooses the colours: it keeps the few pixels of a model's colour beside very many grey ones; a median cut does not.
    """
    with Image.open(source) as picture:
        small = picture.convert("RGB")
        if widest is not None and small.width > widest:
            small = small.resize((widest, round(small.height * widest / small.width)), Image.Resampling.LANCZOS)
        return as_png(small.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE))


def as_png(image: Image.Image) -> bytes:
    """An image as PNG."""
    out = io.BytesIO()
    image.save(out, "png", optimize=True)
    return out.getvalue()


def data_uri(png: bytes) -> str:
    """A PNG as an address that holds it."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def sprites(images: np.ndarray) -> str:
    """Images without anything between them, as the address of one picture.

    Args:
        images: uint8, shape (rows, columns, H, W) or (rows, columns, 3, H, W).
    """
    rows, columns = images.shape[:2]
    shown = images if images.ndim == 4 else np.moveaxis(images, 2, -1)
    height, width = shown.shape[2:4]
    sheet = np.moveaxis(shown, 1, 2).reshape(rows * height, columns * width, *shown.shape[4:])
    return data_uri(as_png(Image.fromarray(np.ascontiguousarray(sheet))))


def size_of(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, from its header."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
