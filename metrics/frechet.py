"""Fréchet and kernel distance between image sets in feature space, by torch-fidelity's own arithmetic.

FID (Heusel et al., NeurIPS 2017) is ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) between Gaussians fitted to features; it is biased
upwards by an amount that depends on the sample size. KID (Bińkowski et al., ICLR 2018) is the unbiased squared maximum mean
discrepancy with the kernel (x·y / F + 1)³; it may fall below 0.
"""

from __future__ import annotations

import numpy as np
import torch
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, kid_features_to_metric

KID_SUBSET = 1000


def fid(samples: np.ndarray, reference: np.ndarray) -> float:
    """Fréchet distance between the features of two image sets.

    Args:
        samples: features, shape (n, F), float64, n > F.
        reference: features of real images, shape (m, F), m > F.

    Raises:
        ValueError: no more images than features.
    """
    n, features = min(len(samples), len(reference)), samples.shape[1]
    if n <= features:
        raise ValueError(
            f"{n} images are too few for {features} features: the covariance would be singular; give more than {features}"
        )
    tensors = [torch.from_numpy(np.ascontiguousarray(values)) for values in (samples, reference)]
    statistics = [fid_features_to_statistics(tensor) for tensor in tensors]
    return float(fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID])


def kid(samples: np.ndarray, reference: np.ndarray) -> float:
    """Kernel distance between the features of two image sets.

    Up to 1,000 images it is the estimate from all of them; above, the mean over n // 1000 random subsets of 1,000.

    Args:
        samples: features, shape (n, F), float64.
        reference: features of real images, shape (m, F).
    """
    n = min(len(samples), len(reference))
    size = min(n, KID_SUBSET)
    values = kid_features_to_metric(
        *(torch.from_numpy(np.ascontiguousarray(values)) for values in (samples, reference)),
        kid_subset_size=size,
        kid_subsets=n // size,
        verbose=False,
    )
    return float(values[KEY_METRIC_KID_MEAN])
