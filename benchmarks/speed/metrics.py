"""The metrics that cost most, beside other ways to the same values: feature extraction, the Fréchet distance, nearest neighbours.

Extraction is held against the network alone on a tensor that lies ready; the Fréchet distance against torch-fidelity's general
eigenvalues and SciPy's matrix root; precision, recall, density and coverage against torch-fidelity's precision and recall, which
hold all distances at once; densities of nearest neighbours against all pairs of distances.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from scipy.linalg import sqrtm
from scipy.special import digamma
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, prc_features_to_metric

from benchmarks.datasets import Dataset
from benchmarks.speed.timing import rates, take_turns
from metrics.divergence import NEIGHBOURS, log_knn_density
from metrics.features import Extractor, extract, in_domain_extractor, loaded
from metrics.frechet import fid
from metrics.manifold import PRECISION_NEIGHBOURS, manifold

OURS = "suite"
MATRIX_ROOT = "scipy's matrix root"
FIDELITY = "torch-fidelity"
IMAGES = 2_000
"""From which features are extracted."""
FRECHET = {64: 10_000, 2048: 4_096}
"""Dimensions, and points in each set."""
FEATURES = 64
POINTS = (1_000, 2_000, 5_000, 10_000)
"""Numbers of points that nearest neighbours are found among."""


@dataclass(frozen=True)
class Contest:
    """Ways to one value.

    Attributes:
        what: is computed.
        n: images or points.
        dimensions: of a point; for images, pixels.
        ways: by name, each gives the value.
        base: the one that others are held against.
        unit: things done in a call, whose number per second is shown.
    """

    what: str
    n: int
    dimensions: int
    ways: Mapping[str, Callable[[], float]]
    base: str
    unit: int = 1

    def rows(self, repeats: int, device: str) -> list[dict[str, Any]]:
        """Rows of the table."""
        values = {name: way() for name, way in self.ways.items()}
        times = take_turns(self.ways, repeats, device)
        return [
            {
                "what": self.what,
                "n": self.n,
                "dimensions": self.dimensions,
                "way": name,
                "base": self.base,
                "value": values[name],
                "difference": abs(values[name] - values[self.base]) / abs(values[self.base]),
                "seconds": float(np.median(times[name])),
                **own.facts,
            }
            for name, own in rates(times, dict.fromkeys(times, float(self.unit)), self.base).items()
        ]


def features(n: int, dimensions: int, seed: int) -> np.ndarray:
    """Made features, correlated and never negative as those behind a rectifier are; shape (n, dimensions)."""
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(dimensions, dimensions)) / dimensions**0.5
    return np.maximum(generator.normal(size=(n, dimensions)) @ mixing + 0.1 * seed, 0)


def extraction(extractor: Extractor, data: Dataset, device: str) -> Contest:
    """Features of images, as the suite takes them, and the network alone on what lies on the device already."""
    images = np.resize(data.test, (IMAGES, *data.test.shape[1:])).reshape(IMAGES, *data.shape)
    cuda = device != "cpu"
    network = loaded(extractor, cuda)
    pixels = torch.from_numpy(images).reshape(IMAGES, -1, *data.shape[-2:]).expand(-1, extractor.channels, -1, -1)
    batches = pixels.to(device).split(extractor.cuda_batch if cuda else extractor.batch)

    @torch.no_grad()
    def alone() -> float:
        return float(sum(network(batch)[0].sum() for batch in batches))

    ways = {"network alone": alone, OURS: lambda: float(extract(extractor, images, cuda).values.sum())}
    return Contest(f"features, {extractor.name}", IMAGES, int(np.prod(data.shape)), ways, "network alone", IMAGES)


def frechet(dimensions: int, n: int) -> Contest:
    """The Fréchet distance of two sets of made features."""
    sets = features(n, dimensions, 0), features(n, dimensions, 1)

    def by_fidelity() -> float:
        statistics = [fid_features_to_statistics(torch.from_numpy(one)) for one in sets]
        return float(fid_statistics_to_metric(*statistics, verbose=False)[KEY_METRIC_FID])

    def by_root() -> float:
        means = [one.mean(0) for one in sets]
        first, second = (np.cov(one, rowvar=False) for one in sets)
        root = sqrtm(first @ second).real
        return float(((means[0] - means[1]) ** 2).sum() + np.trace(first + second - 2 * root))

    ways = {MATRIX_ROOT: by_root, FIDELITY: by_fidelity, OURS: lambda: fid(*sets)}
    return Contest("Fréchet distance", n, dimensions, ways, MATRIX_ROOT)


def balls(n: int) -> Contest:
    """Precision of n made features; the suite finds recall, density and coverage in the same passes."""
    sets = features(n, FEATURES, 0), features(n, FEATURES, 1)

    def by_fidelity() -> float:
        tensors = [torch.from_numpy(one) for one in sets]
        found = prc_features_to_metric(*tensors, prc_neighborhood=PRECISION_NEIGHBOURS, prc_batch_size=n, verbose=False)
        return float(found[KEY_METRIC_PRECISION])

    ways = {FIDELITY: by_fidelity, OURS: lambda: manifold(*sets).precision}
    return Contest("precision and recall", n, FEATURES, ways, FIDELITY)


def neighbours(n: int) -> Contest:
    """Log-density at n points of the plane by nearest neighbours among n others."""
    points, samples = (np.random.default_rng(seed).normal(size=(n, 2)) for seed in (0, 1))

    def all_pairs() -> float:
        distances = torch.cdist(torch.from_numpy(points), torch.from_numpy(samples))
        nearest = distances.kthvalue(NEIGHBOURS, dim=1).values.numpy()
        return float((digamma(NEIGHBOURS) - digamma(n + 1) - np.log(np.pi * nearest**2)).mean())

    ways = {"all pairs": all_pairs, OURS: lambda: float(log_knn_density(points, samples, own=False).mean())}
    return Contest("density by neighbours", n, 2, ways, "all pairs")


def contests(datasets: Mapping[str, Dataset], device: str) -> Iterator[Callable[[], Contest]]:
    """What is compared, each made when it is called for; extraction for the data sets that have a classifier."""
    for name, data in datasets.items():
        extractor = in_domain_extractor(name)
        if extractor is not None:
            yield partial(extraction, extractor, data, device)
    for dimensions, n in FRECHET.items():
        yield partial(frechet, dimensions, n)
    for n in POINTS:
        yield partial(balls, n)
    for n in POINTS:
        yield partial(neighbours, n)
