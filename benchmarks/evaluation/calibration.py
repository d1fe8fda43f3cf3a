"""Estimators of divergences on pairs of densities whose divergence is known by quadrature."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import VARIATIONS, lattice
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.mixtures import (
    HISTOGRAM_DIVERGENCES,
    KERNEL_DIVERGENCES,
    NEIGHBOUR_DIVERGENCES,
    histogram_facts,
    kernel_facts,
    neighbour_facts,
)
from benchmarks.training.randomness import derived_seed

TRUE_DIVERGENCES = ("jsd-quadrature", "kl-data-model-quadrature", "kl-model-data-quadrature")


def variation(subject: Subject) -> GaussianMixture:
    """The known variation of the density that the options name as ``pair``."""
    assert subject.dataset.density is not None
    return VARIATIONS[subject.options["pair"]](subject.dataset.density)


def true_divergences(subject: Subject) -> Values:
    """Divergences between the density and its variation, by quadrature."""
    density, other = subject.dataset.density, subject.once(variation)
    assert density is not None
    points, cell = lattice(density, other)
    facts = {"lattice_log_p": density.log_density(points), "lattice_log_q": other.log_density(points), "cell": cell}
    return compute(TRUE_DIVERGENCES, facts)


def calibration_draws(subject: Subject, index: int) -> tuple[GaussianMixture, np.ndarray, np.ndarray]:
    """The data's density P, n draws from its variation Q (in the place of a model) and n fresh ones from P, for one seed.

    The random numbers are the same on every pair.
    """
    density, seed, n = subject.dataset.density, subject.seeds[index], subject.options["n"]
    assert density is not None
    generator = np.random.default_rng(derived_seed(seed, "calibration"))
    return density, subject.once(variation).sample(n, generator), density.sample(n, generator)


def histogram_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by histogram between two known densities, and the true ones."""
    density, samples, _ = calibration_draws(subject, index)
    return {**compute(HISTOGRAM_DIVERGENCES, histogram_facts(density, samples)), **subject.once(true_divergences)}, {}


def neighbour_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by nearest neighbours between two known densities, and the true ones."""
    density, samples, fresh = calibration_draws(subject, index)
    exact = {"fresh_log_density": density.log_density(fresh), "few_log_density": density.log_density(samples)}
    values = compute(NEIGHBOUR_DIVERGENCES, {**exact, **neighbour_facts(samples, fresh)})
    return {**values, **subject.once(true_divergences)}, {}


def kernel_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by kernel density between two known densities, and the true ones."""
    facts = kernel_facts(*calibration_draws(subject, index))
    return {**compute(KERNEL_DIVERGENCES, facts), **subject.once(true_divergences)}, {}


MEASURES: dict[str, Measure] = {
    "calibration-hist": Measure(
        histogram_calibration,
        lambda dataset: (*HISTOGRAM_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by histogram, and the true ones",
    ),
    "calibration-knn": Measure(
        neighbour_calibration,
        lambda dataset: (*NEIGHBOUR_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by nearest neighbours, and the true ones",
    ),
    "calibration-kde": Measure(
        kernel_calibration,
        lambda dataset: (*KERNEL_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by kernel density, and the true ones",
    ),
}
