"""What theory says of every f-divergence, tried on random distributions: none is negative, no critic's bound exceeds one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import torch

from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import lattice
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.training.randomness import derived_seed
from metrics.f_divergence import f_divergence, random_distributions, total_variation, variational_bound
from models.divergences import DIVERGENCES, Divergence, alpha_divergence, weighted_jensen_shannon

ROWS: tuple[Divergence, ...] = (
    *DIVERGENCES.values(),
    *(weighted_jensen_shannon(weight) for weight in (0.1, 0.5, 0.9)),
    *(alpha_divergence(alpha) for alpha in (-0.5, 0.5, 1.5, 3.0)),
)
"""Every row of the table, and some members of its families. The row GAN, f(1) = −log 4, counts from there."""
POINTS = (2, 5, 20)
CONCENTRATIONS = (0.05, 1.0, 10.0)
PAIRS = 100
"""So many pairs of random distributions for each number of points and concentration, from nearly degenerate to nearly even."""
APART = 0.1
"""Pairs with at least this total variation are far from equal."""
PARTNERS = 2
"""Densities that the data's is paired with."""
CRITICS = 10
"""Random critics for each such pair and divergence."""
STRENGTHS = (0.1, 1.0, 5.0)
UNITS = 16

Function = Callable[[np.ndarray], np.ndarray]

AXIOM_METRICS = (
    "divergence-shortfall",
    "self-divergence",
    "smallest-apart",
    "vanishing-functions",
    "linear-counterexample",
    "flat-counterexample",
    "bound-excess",
    "tight-bound-gap",
)


def on_arrays(function: Callable[[torch.Tensor], torch.Tensor]) -> Function:
    """A function of tensors as one of arrays."""
    return lambda array: function(torch.from_numpy(array)).numpy()


def counted_from_zero(row: Divergence) -> Function:
    """f − f(1)."""
    return lambda u: on_arrays(row.f)(u) - row.at_one


def linear(u: np.ndarray) -> np.ndarray:
    """f(u) = 3 (u − 1): convex with f(1) = 0, and D_f = 0 for every pair."""
    return 3 * (u - 1)


def flat(u: np.ndarray) -> np.ndarray:
    """f(u) = ``max(|u − 1| − ½, 0)``: convex with f(1) = 0, and blind to pairs whose ratio stays within [½, 3/2]."""
    return np.maximum(np.abs(u - 1) - 0.5, 0)


def random_pairs(generator: np.random.Generator) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of random distributions on finitely many points, each of shape (PAIRS, points)."""
    return [
        (
            random_distributions(points, concentration, PAIRS, generator),
            random_distributions(points, concentration, PAIRS, generator),
        )
        for points in POINTS
        for concentration in CONCENTRATIONS
    ]


def partner(density: GaussianMixture, generator: np.random.Generator) -> GaussianMixture:
    """A density like the data's, its weights drawn anew and its means moved by about half a standard deviation.

    The scales stay, so that every divergence of the pair is finite.
    """
    moves = 0.5 * density.scales[:, None] * generator.standard_normal(density.means.shape)
    weights = generator.dirichlet(np.ones(len(density.weights)))
    return replace(density, weights=weights, means=density.means + moves)


def random_scores(points: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Scores of random critics at points (m, d), weak and strong ones; shape (CRITICS, m).

    A critic is a layer of tanh units whose transitions lie among the points.
    """
    slopes = generator.standard_normal((CRITICS, UNITS, points.shape[1])) / points.std(axis=0)
    centres = points[generator.integers(len(points), size=(CRITICS, UNITS))]
    heights = generator.standard_normal((CRITICS, UNITS)) * generator.choice(STRENGTHS, (CRITICS, 1))
    units = np.tanh(np.einsum("cud,md->cum", slopes, points) - np.einsum("cud,cud->cu", slopes, centres)[..., None])
    return np.einsum("cu,cum->cm", heights, units)


def bounds(density: GaussianMixture, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The density against a partner: divergences (ROWS,), bounds of random critics (ROWS, CRITICS) and of the best (ROWS,)."""
    other = partner(density, generator)
    points, cell = lattice(density, other)
    p, q = (cell * np.exp(one.log_density(points)) for one in (density, other))
    scores = random_scores(points, generator)
    true, random, best = [], [], []
    for row in ROWS:
        true.append(f_divergence(p, q, on_arrays(row.f)))
        random.append(variational_bound(p, q, on_arrays(row.activation)(scores), on_arrays(row.composed)(scores)))
        optimum = on_arrays(row.derivative)(p / q)
        best.append(variational_bound(p, q, optimum, on_arrays(row.conjugate)(optimum)))
    return np.array(true), np.array(random), np.array(best)


def divergence_axioms(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Every row of the table on random distributions, on densities, and under random critics.

    Arrays are over ``ROWS``: the smallest divergence of random pairs, of those that are far apart, and of densities; the largest
    bound less divergence.
    """
    density = subject.dataset.density
    assert density is not None
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "axioms"))
    pairs = random_pairs(generator)
    functions = [counted_from_zero(row) for row in ROWS]

    def over_pairs(f: Function) -> np.ndarray:
        return np.concatenate([f_divergence(p, q, f) for p, q in pairs])

    of_pairs = np.array([over_pairs(f) for f in functions])
    apart = np.concatenate([total_variation(p, q) for p, q in pairs]) >= APART
    true, random, best = (
        np.array(part) for part in zip(*(bounds(density, generator) for _ in range(PARTNERS)), strict=True)
    )
    of_densities = true - np.array([row.at_one for row in ROWS])
    of_linear = over_pairs(linear)
    of_flat = f_divergence(np.array([[0.7, 0.3]]), np.array([[0.5, 0.5]]), flat)
    facts = {
        "divergences": np.concatenate([of_pairs.ravel(), of_densities.ravel()]),
        "self_divergences": np.array([f_divergence(p, p, f) for f in functions for p, _ in pairs]),
        "divergences_apart": of_pairs[:, apart],
        "smallest_by_function": np.array(
            [*of_pairs[:, apart].min(axis=1), np.abs(of_linear[apart]).min(), of_flat.min()]
        ),
        "linear_divergences": of_linear,
        "flat_divergences": of_flat,
        "bound_excess": random - true[..., None],
        "tight_bound_gaps": best - true,
    }
    return compute(AXIOM_METRICS, facts), {
        "smallest_of_pairs": of_pairs.min(axis=1),
        "smallest_apart": of_pairs[:, apart].min(axis=1),
        "smallest_of_densities": of_densities.min(axis=0),
        "largest_excess": (random - true[..., None]).max(axis=(0, 2)),
    }


MEASURES: dict[str, Measure] = {
    "divergence-axioms": Measure(
        divergence_axioms,
        lambda dataset: AXIOM_METRICS,
        "every f-divergence on random distributions and under random critics",
        exact=True,
    ),
}
