"""Known transformations of images: what an attribute must report, by the amount of the transformation.

Every transformation takes images in [0, 1], shape (n, H, W) or (n, C, H, W), and an amount, and gives images of the same shape. Ink
that would leave the image is lost: amounts are small, and images have a rim.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.ndimage import affine_transform

Transformation = Callable[[np.ndarray, float], np.ndarray]


def padded(images: np.ndarray) -> np.ndarray:
    """The images with a black rim half as wide as themselves, in which transformed ink has room."""
    y, x = images.shape[-2] // 2, images.shape[-1] // 2
    return np.pad(images, [(0, 0)] * (images.ndim - 2) + [(y, y), (x, x)])


def linear(images: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Images whose pixel at p from the middle is that of the input at ``matrix`` p (rows first), by linear interpolation."""
    middle = (np.array(images.shape[-2:]) - 1) / 2
    flat = images.reshape(-1, *images.shape[-2:])
    moved = [affine_transform(image, matrix, middle - matrix @ middle, order=1) for image in flat]
    return np.stack(moved).reshape(images.shape)


def sheared(images: np.ndarray, amount: float) -> np.ndarray:
    """Each row moved to the right by ``amount`` pixels for every row that it lies above the middle."""
    return linear(images, np.array([[1.0, 0.0], [amount, 1.0]]))


def stretched(images: np.ndarray, amount: float, axis: int) -> np.ndarray:
    """Stretched by the factor ``amount`` about the middle, along the rows' axis 0 (higher) or the columns' axis 1 (wider)."""
    scale = np.ones(2)
    scale[axis] = 1 / amount
    return linear(images, np.diag(scale))


def faded(images: np.ndarray, amount: float) -> np.ndarray:
    """All pixels times ``amount``, at most 1."""
    return np.clip(amount * images, 0, 1)


@dataclass(frozen=True)
class Known:
    """A transformation whose effect on an attribute is known.

    Attributes:
        function: see the module.
        attribute: the attribute that it changes.
        amounts: small ones, in order; the one that changes nothing among them.
        adds: the amount is added to the attribute; otherwise it is a factor on it.
    """

    function: Transformation
    attribute: str
    amounts: tuple[float, ...]
    adds: bool = False

    @property
    def nothing(self) -> float:
        """The amount that changes nothing."""
        return 0.0 if self.adds else 1.0


TRANSFORMATIONS: dict[str, Known] = {
    "fade": Known(faded, "ink", (0.4, 0.6, 0.8, 1.0)),
    "shear": Known(sheared, "slant", (-0.4, -0.2, 0.0, 0.2, 0.4), adds=True),
    "widen": Known(partial(stretched, axis=1), "width", (0.7, 0.85, 1.0, 1.15, 1.3)),
    "heighten": Known(partial(stretched, axis=0), "height", (0.7, 0.85, 1.0, 1.15, 1.3)),
}
"""By name, one for each attribute (``metrics.attributes``)."""
