"""Fidelity and diversity apart: precision and recall, density and coverage, by nearest neighbours in feature space.

Each set of features is replaced by balls around its points that reach to their k-th nearest neighbour within the set.

* Precision is the share of samples inside some ball of the reference, recall the share of the reference inside some ball of
  the samples (Kynkäänniemi et al., NeurIPS 2019; k = 3).
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
from torch import Tensor

PRECISION_NEIGHBOURS = 3
DENSITY_NEIGHBOURS = 5
ROWS_AT_ONCE = 200
"""Distances are computed for so many points at a time: they stay near the processor, and 10,000 images need no 800 MB."""


class Manifold(NamedTuple):
    """All four come out of the same distances."""

    precision: float
    recall: float
    density: float
    coverage: float


def radii(points: np.ndarray, ks: tuple[int, ...] = (PRECISION_NEIGHBOURS, DENSITY_NEIGHBOURS)) -> list[Tensor]:
    """How far the balls around points reach: for each k, the distance of every point to its k-th nearest neighbour.

    Args:
        points: features, shape (n, F), n > k.
        ks: numbers of neighbours.

    Returns:
        for each k a tensor of shape (n,), float64.

    Raises:
        ValueError: no more than k points.
    """
    if len(points) <= max(ks):
        raise ValueError(f"{len(points)} images are too few for {max(ks)} nearest neighbours; give more than {max(ks)}")
    own = torch.from_numpy(np.ascontiguousarray(points))
    # the nearest of all is the point itself
    nearest = [torch.cdist(some, own).topk(max(ks) + 1, largest=False).values for some in own.split(ROWS_AT_ONCE)]
    distances = torch.cat(nearest)
    return [distances[:, k] for k in ks]


def manifold(
    samples: np.ndarray,
    reference: np.ndarray,
    ks: tuple[int, int] = (PRECISION_NEIGHBOURS, DENSITY_NEIGHBOURS),
    reference_radii: list[Tensor] | None = None,
) -> Manifold:
    """Precision, recall and coverage, in [0, 1], and density, at least 0, of samples.

    A point on a ball's surface is inside for precision and recall, outside for density and coverage, as in the authors' codes.

    Args:
        samples: features, shape (n, F), float64, n > k.
        reference: features of real images, shape (m, F), float64, m > k.
        ks: a ball reaches to the k-th nearest neighbour: k of precision and recall, and of density and coverage.
        reference_radii: ``radii(reference, ks)``, where that is known.

    Raises:
        ValueError: a set has no more than k points.
    """
    (around_samples,) = radii(samples, ks[:1])
    wide, wider = radii(reference, ks) if reference_radii is None else reference_radii
    points = torch.from_numpy(np.ascontiguousarray(reference))
    rows = torch.from_numpy(np.ascontiguousarray(samples))
    precise, held = [], 0
    recalled, covered = torch.zeros(2, len(points), dtype=torch.bool)
    for some, around in zip(rows.split(ROWS_AT_ONCE), around_samples.split(ROWS_AT_ONCE), strict=True):
        distances = torch.cdist(some, points)
        precise.append((distances <= wide).any(1))
        recalled |= (distances <= around[:, None]).any(0)
        inside = distances < wider
        held += int(inside.count_nonzero())
        covered |= inside.any(0)
    return Manifold(
        precision=torch.cat(precise).float().mean().item(),  # float32, as torch-fidelity has these two
        recall=recalled.float().mean().item(),
        density=held / (ks[1] * len(samples)),
        coverage=covered.double().mean().item(),
    )


def precision(all_four: Manifold) -> float:
    """Share of samples among the real images, in [0, 1]; see :func:`manifold`."""
    return all_four.precision


def recall(all_four: Manifold) -> float:
    """Share of real images among the samples, in [0, 1]; see :func:`manifold`."""
    return all_four.recall


def density(all_four: Manifold) -> float:
    """How many real images have a sample near, over its expectation, at least 0; see :func:`manifold`."""
    return all_four.density


def coverage(all_four: Manifold) -> float:
    """Share of real images that have a sample near, in [0, 1]; see :func:`manifold`."""
    return all_four.coverage
