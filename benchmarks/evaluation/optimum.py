"""A discriminator trained on known negatives against what is best between the two densities, by quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch

from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import lattice
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.evaluation.scores import scores_of
from metrics.variational import f_divergence
from models.discriminator import Discriminator
from models.divergences import Divergence

OPTIMUM_METRICS = ("optimum-error",)
BOUND_METRICS = ("bound-value", "bound-optimum", "bound-gap")
BINS = 20
"""Intervals of p / (p + q) in which the discriminator's D is averaged for the picture."""


@dataclass(frozen=True)
class Pair:
    """Data P and negatives Q on a lattice that holds both.

    Attributes:
        points: shape (m, d).
        cell: volume that each point stands for.
        log_p: log-density of the data, shape (m,), nats.
        log_q: log-density of the negatives, shape (m,).
    """

    points: np.ndarray
    cell: float
    log_p: np.ndarray
    log_q: np.ndarray

    @property
    def facts(self) -> dict[str, np.ndarray | float]:
        """What the metrics need."""
        return {"lattice_log_p": self.log_p, "lattice_log_q": self.log_q, "cell": self.cell}


def on_lattice(p: GaussianMixture, q: GaussianMixture) -> Pair:
    """Two mixtures on the points of their lattice."""
    points, cell = lattice(p, q)
    return Pair(points, cell, p.log_density(points), q.log_density(points))


def divergence_of(row: Divergence, pair: Pair) -> float:
    """D_f of a pair, by quadrature; +∞ where it is infinite or too large for the lattice (``metrics.variational``).

    Neyman's and Pearson's are infinite for many pairs: an experiment asks only for those whose divergence is finite here.
    """

    def f(ratio: np.ndarray) -> np.ndarray:
        return row.f(torch.from_numpy(ratio)).numpy()

    border = ((pair.points == pair.points.min(0)) | (pair.points == pair.points.max(0))).any(1)
    return f_divergence(pair.log_p, pair.log_q, pair.cell, f, border)


def discriminator(subject: Subject, index: int) -> Discriminator:
    """The block's discriminator.

    Raises:
        ValueError: its negatives have no known density.
    """
    model = subject.model(index)
    assert isinstance(model, Discriminator)
    if model.settings.mixture is None:
        raise ValueError(f"negatives {model.settings.negatives!r} have no known density; 'mixture' has")
    return model


def trained_pair(subject: Subject) -> Pair:
    """Data and negatives of the subject's block."""
    density, q = subject.dataset.density, discriminator(subject, 0).settings.mixture
    assert density is not None and q is not None
    weights, means, scales = (np.array(part) for part in (q.weights, q.means, q.scales))
    return on_lattice(density, GaussianMixture(weights, means, scales, density.window, density.bins))


def true_divergence(subject: Subject) -> float:
    """D_f between the subject's data and negatives.

    Raises:
        ValueError: it is infinite, or too large for the lattice.
    """
    model = discriminator(subject, 0)
    value = divergence_of(model.divergence, subject.once(trained_pair))
    if math.isinf(value):
        raise ValueError(
            f"the {model.divergence.title} divergence of this pair is infinite or too large for quadrature; ask for a nearer pair"
        )
    return value


def optimum_error(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """D against p / (p + q).

    Arrays: over ``BINS`` intervals of p / (p + q) the ``mass`` under (p + q) / 2, ``mean`` and ``deviation`` of D (NaN where no
    mass is); on the line also ``positions``, ``probability`` and ``optimum`` along it.
    """
    pair, model = subject.once(trained_pair), discriminator(subject, index)
    scores = torch.from_numpy(scores_of(subject, model, pair.points))
    probability = model.probability(scores).numpy()
    if not np.isfinite(probability).all():
        raise NonFiniteError("probabilities are not finite")
    best = np.exp(pair.log_p - np.logaddexp(pair.log_p, pair.log_q))
    weight = 0.5 * pair.cell * (np.exp(pair.log_p) + np.exp(pair.log_q))
    arrays = binned(best, probability, weight)
    if pair.points.shape[1] == 1:
        arrays |= {"positions": pair.points[:, 0], "probability": probability, "optimum": best}
    return compute(OPTIMUM_METRICS, {**pair.facts, "probability": probability}), arrays


def binned(best: np.ndarray, probability: np.ndarray, weight: np.ndarray) -> Arrays:
    """Mass, weighted mean and weighted standard deviation of D in intervals of D*."""
    which = np.minimum((best * BINS).astype(int), BINS - 1)
    mass, first, second = (
        np.bincount(which, weight * values, minlength=BINS) for values in (1.0, probability, probability**2)
    )
    empty = np.full(BINS, np.nan)
    mean = np.divide(first, mass, out=empty.copy(), where=mass > 0)
    square = np.divide(second, mass, out=empty.copy(), where=mass > 0)
    return {"mass": mass, "mean": mean, "deviation": np.sqrt(np.maximum(square - mean**2, 0))}


def variational_bound(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The bound that the discriminator attains, and the divergence that it bounds."""
    divergence, pair, model = subject.once(true_divergence), subject.once(trained_pair), discriminator(subject, index)
    scores = torch.from_numpy(scores_of(subject, model, pair.points))
    terms = {
        "real_term": model.divergence.activation(scores).numpy(),
        "fake_term": model.divergence.composed(scores).numpy(),
    }
    values = compute(BOUND_METRICS, {**pair.facts, **terms, "true_divergence": divergence})
    if not all(map(math.isfinite, values.values())):
        raise NonFiniteError("the bound is not finite")
    return values, {}


MEASURES: dict[str, Measure] = {
    "discriminator-fit": Measure(
        optimum_error, lambda dataset: OPTIMUM_METRICS, "D against p / (p + q), between known densities"
    ),
    "variational-bound": Measure(
        variational_bound, lambda dataset: BOUND_METRICS, "the bound that a discriminator attains, and its optimum"
    ),
}
