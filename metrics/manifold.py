"""Fidelity and diversity apart: precision and recall, density and coverage, by nearest neighbours in feature space.

Each set of features is replaced by balls around its points that reach to their k-th nearest neighbour within the set.

* Precision is the share of samples inside some ball of the reference, recall the share of the reference inside some ball of
  the samples (Kynkäänniemi et al., NeurIPS 2019; k = 3), computed by torch-fidelity.
* Density counts how many balls of the reference hold a sample, over k; coverage is the share of the reference's balls that
  hold at least one sample (Naeem et al., ICML 2020; k = 5). They are less moved by outliers, whose balls are huge.

None is read alone: precision near 1 with recall near 0 is collapse. For samples from the data's own distribution density is 1
on average and coverage is 1 − 2⁻ᵏ for many points, but precision and recall depend on dimension and size. A model that draws
only where the data are dense exceeds the precision and density of real data, and one that scatters wild points with huge
balls their recall; so all four are best at the value of real data, which stands beside them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from sklearn.neighbors import NearestNeighbors
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

PRECISION_NEIGHBOURS = 3
DENSITY_NEIGHBOURS = 5
ROWS_AT_ONCE = 1000
"""Distances are computed for so many points at a time, so that 10,000 images need no 800 MB."""


class PrecisionRecall(NamedTuple):
    """Both come out of the same distances."""

    precision: float
    recall: float


class DensityCoverage(NamedTuple):
    """Both come out of the same distances."""

    density: float
    coverage: float


def check_enough(samples: np.ndarray, reference: np.ndarray, k: int) -> None:
    """Refuse sets without k neighbours.

    Raises:
        ValueError: a set has no more than k points.
    """
    n = min(len(samples), len(reference))
    if n <= k:
        raise ValueError(f"{n} images are too few for {k} nearest neighbours; give more than {k}")


def precision_recall(samples: np.ndarray, reference: np.ndarray, k: int = PRECISION_NEIGHBOURS) -> PrecisionRecall:
    """Precision and recall of samples, both in [0, 1].

    Args:
        samples: features, shape (n, F), n > k.
        reference: features of real images, shape (m, F), m > k.
        k: a ball reaches to the k-th nearest neighbour.

    Raises:
        ValueError: a set has no more than k points.
    """
    check_enough(samples, reference, k)
    values = prc_features_to_metric(
        *(torch.from_numpy(np.ascontiguousarray(values)) for values in (samples, reference)),
        prc_neighborhood=k,
        prc_batch_size=ROWS_AT_ONCE,
        save_cpu_ram=True,
        verbose=False,
    )
    return PrecisionRecall(values[KEY_METRIC_PRECISION], values[KEY_METRIC_RECALL])


def density_coverage(samples: np.ndarray, reference: np.ndarray, k: int = DENSITY_NEIGHBOURS) -> DensityCoverage:
    """Density, at least 0, and coverage, in [0, 1]; arguments and errors as for :func:`precision_recall`.

    A sample on a ball's surface is outside, as in the authors' code.
    """
    check_enough(samples, reference, k)
    radius = torch.from_numpy(NearestNeighbors(n_neighbors=k).fit(reference).kneighbors()[0][:, -1])
    rows, points = (torch.from_numpy(np.ascontiguousarray(values)) for values in (samples, reference))
    held = 0
    covered = torch.zeros(len(reference), dtype=torch.bool)
    for batch in rows.split(ROWS_AT_ONCE):
        inside = torch.cdist(batch, points) < radius
        held += int(inside.sum())
        covered |= inside.any(0)
    return DensityCoverage(held / (k * len(samples)), float(covered.double().mean()))


def precision(both: PrecisionRecall) -> float:
    """Share of samples among the real images, in [0, 1]; see :func:`precision_recall`."""
    return both.precision


def recall(both: PrecisionRecall) -> float:
    """Share of real images among the samples, in [0, 1]; see :func:`precision_recall`."""
    return both.recall


def density(both: DensityCoverage) -> float:
    """How many real images have a sample near, over its expectation, at least 0; see :func:`density_coverage`."""
    return both.density


def coverage(both: DensityCoverage) -> float:
    """Share of real images that have a sample near, in [0, 1]; see :func:`density_coverage`."""
    return both.coverage
