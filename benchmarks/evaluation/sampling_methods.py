"""Draws from a density on the line by inverse transform, by rejection and by Metropolis–Hastings, against its exact CDF."""

from __future__ import annotations

import numpy as np

from benchmarks.datasets.line import QUANTILE_TOLERANCE, cdf, moments, quantile_bracket, require_line
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.training.randomness import derived_seed
from metrics.mixing import effective_samples
from metrics.sampling_methods import inverse_transform, log_normal, metropolis, rejection

CURVE_POINTS = 400
SHOWN_STATES = 1000
CHAINS = 10
BURN_IN = 0.25
"""States before the chains count, as a share of those that do."""
SCALING = 2.4
"""A proposal's standard deviation, in that of what is to be explored: best for a Gaussian (Gelman, Roberts and Gilks 1996)."""
ENVELOPE_POINTS = 100
"""Points per smallest scale on which the envelope is sought."""
ENVELOPE_MARGIN = 1e-4
"""log M is raised by this over the largest ratio found; between two points the ratio can rise by at most about half as much."""

INVERSE_METRICS = ("ks", "ks-p", "inversion-error")
REJECTION_METRICS = ("ks", "ks-p", "acceptance-rate", "acceptance-gap")
CHAIN_METRICS = ("ks", "ks-p", "acceptance-rate", "effective-samples", "r-hat", "modes-captured", "modes-per-chain")


def curves(density: GaussianMixture, draws: np.ndarray) -> Arrays:
    """Exact and empirical distribution function over the density's window."""
    x = np.linspace(-density.window, density.window, CURVE_POINTS)
    empirical = np.searchsorted(np.sort(draws), x, side="right") / len(draws)
    return {"x": x, "cdf": cdf(density, x), "empirical": empirical}


def on_line(density: GaussianMixture, x: np.ndarray) -> np.ndarray:
    """Log-density at x (n,)."""
    return density.log_density(x[:, None])


def quantiles(density: GaussianMixture, u: np.ndarray) -> np.ndarray:
    """CDF⁻¹ at u (n,) in (0, 1), to within ``QUANTILE_TOLERANCE``."""
    return inverse_transform(lambda x: cdf(density, x), u, *quantile_bracket(density, u), QUANTILE_TOLERANCE)


def by_inverse_cdf(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """``options["n"]`` draws by inverse transform."""
    density = require_line(subject.dataset.density)
    n = subject.options["n"]
    u = np.random.default_rng(derived_seed(subject.seeds[index], "inverse-cdf")).uniform(1e-16, 1, n)
    draws = quantiles(density, u)
    uniforms = cdf(density, draws)
    facts = {"uniforms": uniforms, "effective": n, "drawn": u}
    return compute(INVERSE_METRICS, facts), curves(density, draws)


def proposal(density: GaussianMixture) -> tuple[float, float]:
    """Mean and standard deviation of the Gaussian proposal: the density's own, but wider than its widest component."""
    mean, variance = moments(density)
    return mean, float(np.sqrt(max(variance, 2 * density.scales.max() ** 2)))


def log_envelope(density: GaussianMixture) -> float:
    """log M with density ≤ M · proposal, M as small as ``ENVELOPE_MARGIN`` allows."""
    centre, scale = proposal(density)
    spacing = density.scales.min() / ENVELOPE_POINTS
    x = np.arange(-density.window, density.window, spacing)
    ratio = on_line(density, x) - (log_normal((x - centre) / scale) - np.log(scale))
    return float(ratio.max()) + ENVELOPE_MARGIN


def by_rejection(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """``options["n"]`` draws by rejection from a Gaussian proposal."""
    density = require_line(subject.dataset.density)
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "rejection"))
    height = log_envelope(density)
    n = subject.options["n"]
    outcome = rejection(lambda x: on_line(density, x), *proposal(density), height, n, generator)
    facts = {
        "uniforms": cdf(density, outcome.draws),
        "effective": n,
        "accepted": outcome.accepted,
        "proposed": outcome.proposed,
        "log_envelope": height,
    }
    arrays = curves(density, outcome.draws)
    centre, scale = proposal(density)
    envelope = np.exp(height + log_normal((arrays["x"] - centre) / scale)) / scale
    return compute(REJECTION_METRICS, facts), {
        **arrays,
        "density": np.exp(on_line(density, arrays["x"])),
        "envelope": envelope,
    }


STEPS = {
    "whole": lambda density: SCALING * np.sqrt(moments(density)[1]),
    "mode": lambda density: SCALING * density.scales.min(),
}
"""Standard deviation of a proposed move, by the option ``step``: fit for the whole density, or for its narrowest component."""


def by_metropolis(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """``options["n"]`` states of ten random-walk chains, each after a burn-in, from draws of the rejection sampler's proposal.

    How many draws the states are worth is estimated on CDF(x), which is bounded and monotone in x.

    Raises:
        NonFiniteError: the chains never moved.
    """
    density = require_line(subject.dataset.density)
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "metropolis"))
    step, kept = STEPS[subject.options["step"]](density), subject.options["n"] // CHAINS
    centre, scale = proposal(density)
    start = centre + scale * generator.standard_normal(CHAINS)
    burn_in = int(BURN_IN * kept)
    states, accepted = metropolis(lambda x: on_line(density, x), start, step, burn_in + kept, generator)
    if accepted == 0:
        raise NonFiniteError("no proposal of the Metropolis chains was accepted")
    proposed, states = states.size, states[:, burn_in:]
    draws = states.ravel()
    uniforms = cdf(density, draws)
    chains = uniforms.reshape(states.shape)
    facts = {
        "uniforms": uniforms,
        "effective": effective_samples(chains),
        "chains": chains,
        "accepted": accepted,
        "proposed": proposed,
        "states": states,
        "samples": draws[:, None],
        "means": density.means,
        "weights": density.weights,
        "scales": density.scales,
    }
    return compute(CHAIN_METRICS, facts), {**curves(density, draws), "trace": states[:, :SHOWN_STATES]}


MEASURES: dict[str, Measure] = {
    "inverse-cdf": Measure(by_inverse_cdf, lambda dataset: INVERSE_METRICS, "draws by inverse transform"),
    "rejection": Measure(by_rejection, lambda dataset: REJECTION_METRICS, "draws by rejection"),
    "metropolis": Measure(by_metropolis, lambda dataset: CHAIN_METRICS, "draws by random-walk Metropolis–Hastings"),
}
