"""Fréchet and kernel distance between image sets in feature space, computed by torch-fidelity.

FID (Heusel et al., NeurIPS 2017) is ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) between Gaussians fitted to features; it is biased
upwards by an amount that depends on the sample size. KID (Bińkowski et al., ICLR 2018) is the unbiased squared maximum mean
discrepancy with the kernel (x·y / d + 1)³; it may fall below 0.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import torch_fidelity
from torch import Tensor
from torch.utils.data import Dataset

from metrics.features import FEATURES

KID_SUBSET = 1000


class _Images(Dataset[Tensor]):
    """uint8 images (n, H, W) as the data object that torch-fidelity reads, one (1, H, W) tensor at a time."""

    def __init__(self, images: np.ndarray) -> None:
        if images.dtype != np.uint8 or images.ndim != 3:
            raise ValueError(f"images must be uint8 of shape (n, H, W), not {images.dtype} {images.shape}")
        self.images = torch.from_numpy(np.ascontiguousarray(images))[:, None]

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, index: int) -> Tensor:
        return self.images[index]


def _distance(samples: np.ndarray, reference: np.ndarray, extractor: str, cuda: bool, **metric: Any) -> float:
    n = min(len(samples), len(reference))
    if n <= FEATURES:
        raise ValueError(
            f"{n} images are too few for {FEATURES} features: the covariance would be singular; give more than {FEATURES}"
        )
    values = torch_fidelity.calculate_metrics(
        input1=_Images(samples),
        input2=_Images(reference),
        feature_extractor=extractor,
        batch_size=500,
        cuda=cuda,
        cache=False,  # its cache is keyed by name, not by data
        save_cpu_ram=True,
        verbose=False,
        **metric,
    )
    return float(next(iter(values.values())))


def fid(samples: np.ndarray, reference: np.ndarray, extractor: str, cuda: bool = False) -> float:
    """Fréchet distance between the features of two image sets.

    Args:
        samples: uint8, shape (n, H, W), n greater than the number of features.
        reference: uint8, shape (m, H, W), likewise.
        extractor: a registered extractor's name (``metrics.features``).
        cuda: extract features on the GPU.

    Raises:
        ValueError: too few images, or not uint8 of shape (n, H, W).
    """
    return _distance(samples, reference, extractor, cuda, fid=True)


def kid(samples: np.ndarray, reference: np.ndarray, extractor: str, cuda: bool = False) -> float:
    """Kernel distance between the features of two image sets; arguments and errors as for :func:`fid`.

    Up to 1,000 images it is the estimate from all of them; above, the mean over n // 1000 random subsets of 1,000.
    """
    n = min(len(samples), len(reference))
    size = min(n, KID_SUBSET)
    return _distance(samples, reference, extractor, cuda, kid=True, kid_subset_size=size, kid_subsets=n // size)
