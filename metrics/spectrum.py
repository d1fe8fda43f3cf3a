"""Sharpness: the high-frequency power of samples beside that of real images.

The power spectrum is that of the type-II discrete cosine transform, whose even continuation has no jumps at the borders that
would look like detail. Sharpness is not quality: noise, checkerboards and other artefacts are high-frequency power too. Read
it beside a distance such as FID, never alone.
"""

from __future__ import annotations

import numpy as np
from scipy.fft import dctn

LOWEST_FREQUENCY = 0.25
"""Cycles per pixel from which on a frequency counts as high: half of the highest that pixels hold along an axis (0.5)."""


def high_frequency_power(images: np.ndarray) -> float:
    """Mean power per pixel at radial frequencies of at least 0.25 cycles per pixel; pixel values in [0, 1].

    Args:
        images: uint8, grey (n, H, W) or colour (n, 3, H, W); channels are averaged.
    """
    height, width = images.shape[-2:]
    # the k-th of N cosines has frequency k / (2 N)
    radial = np.hypot(np.arange(height)[:, None] / (2 * height), np.arange(width) / (2 * width))
    high = radial >= LOWEST_FREQUENCY
    batches = np.array_split(images, -(-len(images) // 1000))
    power = sum(float((dctn(batch / 255.0, axes=(-2, -1), norm="ortho")[..., high] ** 2).sum()) for batch in batches)
    return power / images.size


def sharpness(samples: np.ndarray, reference: np.ndarray) -> float:
    """Ratio of the samples' high-frequency power to that of real images: below 1 blurred, 1 as sharp as data, above 1 noisy.

    Args:
        samples: uint8, shape (n, H, W) or (n, 3, H, W).
        reference: real images, of the same shape but for n.

    Raises:
        ValueError: the reference has no high-frequency power: all its images are constant, or too smooth.
    """
    real = high_frequency_power(reference)
    if real == 0:
        raise ValueError(f"the real images have no power above {LOWEST_FREQUENCY} cycles per pixel")
    return high_frequency_power(samples) / real
