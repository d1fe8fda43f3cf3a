"""Maximum likelihood against the Kullback–Leibler divergence, over Gaussian models of a density on the line."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.line import gaussian_like, moments, require_line
from benchmarks.datasets.variations import lattice
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.training.randomness import derived_seed
from metrics.maximum_likelihood import expected_log_likelihood
from metrics.quadrature import entropy, kl_data_model

SHIFTS = np.linspace(-1.5, 1.5, 61)
"""Means of the models, in standard deviations of the density from its mean."""
FACTORS = np.geomspace(0.5, 2, 21)
"""Their standard deviations, in that of the density."""
FINE = np.linspace(-1.5, 1.5, 3001)
"""The same finely, for what comes in closed form."""
LIKELIHOOD_METRICS = ("likelihood-gap", "likelihood-argmax-distance", "likelihood-estimate-error")


def expected_values(subject: Subject) -> dict[str, np.ndarray]:
    """Models, their expected log-likelihoods in closed form and their KL(P ‖ Q) by quadrature, and the entropy by quadrature."""
    density = require_line(subject.dataset.density)
    mean, variance = moments(density)
    means, scales = mean + np.sqrt(variance) * SHIFTS, np.sqrt(variance) * FACTORS
    divergences = np.empty((len(means), len(scales)))
    for j, scale in enumerate(scales):
        widest = gaussian_like(density, means[-1], scale)
        points, cell = lattice(density, widest)
        log_p = density.log_density(points)
        for i, one in enumerate(means):
            log_q = gaussian_like(density, one, scale).log_density(points)
            divergences[i, j] = kl_data_model(log_p, log_q, cell)
    return {
        "likelihoods": expected_log_likelihood(mean, variance, means[:, None], scales[None, :]),
        "divergences": divergences,
        "entropy": np.array(entropy(log_p, cell)),
    }


def likelihood_identity(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Expected log-likelihood against KL divergence, and the mean log-likelihood of ``options["n"]`` fresh draws.

    Arrays over the models' means, at the scale of the density: expected and mean log-likelihood, divergence.
    """
    density = require_line(subject.dataset.density)
    known = subject.once(expected_values)
    mean, variance = moments(density)
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "likelihood"))
    draws = density.sample(subject.options["n"], generator).astype(np.float64)
    # at the density's own scale; the mean log-likelihood of draws is the expected one under their own distribution
    means, scale, middle = mean + np.sqrt(variance) * FINE, np.sqrt(variance), len(FACTORS) // 2
    expected = expected_log_likelihood(mean, variance, means, scale)
    of_draws = expected_log_likelihood(float(draws.mean()), float(draws.var()), means, scale)
    facts = {
        "likelihoods": known["likelihoods"],
        "divergences": known["divergences"],
        "entropy": float(known["entropy"]),
        "estimate": float(means[of_draws.argmax()]),
        "best": float(means[expected.argmax()]),
    }
    shown = slice(None, None, (len(FINE) - 1) // (len(SHIFTS) - 1))
    return compute(LIKELIHOOD_METRICS, facts), {
        "means": means[shown],
        "expected": expected[shown],
        "of_draws": of_draws[shown],
        "divergence": known["divergences"][:, middle],
        "entropy": known["entropy"],
    }


MEASURES: dict[str, Measure] = {
    "likelihood-identity": Measure(
        likelihood_identity,
        lambda dataset: LIKELIHOOD_METRICS,
        "expected and mean log-likelihood of Gaussians against their KL divergence",
    ),
}
