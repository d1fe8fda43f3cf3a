"""Fréchet and kernel distance between image sets in feature space; both give torch-fidelity's values.

FID (Heusel et al., NeurIPS 2017) is ‖μ₁ − μ₂‖² + tr(Σ₁ + Σ₂ − 2 (Σ₁ Σ₂)^½) between Gaussians fitted to features; it is biased
upwards by an amount that depends on the sample size. The product's root is no symmetric matrix, but its trace is that of
(Σ₁^½ Σ₂ Σ₁^½)^½, which is (Dowson & Landau, Journal of Multivariate Analysis 1982): symmetric eigenvalues give it in a fraction
of the time of a general root or general eigenvalues (``python -m benchmarks.speed metrics``).

KID (Bińkowski et al., ICLR 2018) is the unbiased squared maximum mean discrepancy with the kernel (x·y / F + 1)³; it may fall
below 0. The arithmetic is torch-fidelity's own.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.linalg import eigh, eigvalsh
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
    means = [values.mean(0) for values in (samples, reference)]
    covariances = [np.cov(values, rowvar=False) for values in (samples, reference)]
    return float(
        ((means[0] - means[1]) ** 2).sum()
        + np.trace(covariances[0] + covariances[1])
        - 2 * _trace_of_root(*covariances)
    )


def _trace_of_root(first: np.ndarray, second: np.ndarray) -> float:
    """tr(Σ₁ Σ₂)^½ of two covariances, each of shape (F, F): Σ₁ = R Rᵀ, and the eigenvalues of Σ₁ Σ₂ are those of Rᵀ Σ₂ R."""
    values, vectors = eigh(first)
    root = vectors * np.sqrt(values.clip(0))
    return float(np.sqrt(eigvalsh(root.T @ second @ root).clip(0)).sum())


def kid(samples: np.ndarray, reference: np.ndarray) -> float:
    """Kernel distance between the features of two image sets.

    With n images in the smaller set it is the estimate from n of each up to n = 1,000; above, the mean over n // 1000 random
    subsets of 1,000.

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
