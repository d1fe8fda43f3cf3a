"""A Gaussian fitted to a density on the line under an f-divergence: the best one, and the one that an f-GAN trains.

The experiment of Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016); ``benchmarks.analysis.published`` has their numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.analysis.published import CROSS as CROSS_METRICS
from benchmarks.datasets.line import gaussian_like, moments, require_line
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import lattice
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.specs import lookup
from metrics import quadrature
from metrics.gaussian_fit import minima
from models.fgan import FGAN

DIVERGENCES: dict[str, Callable[[np.ndarray, np.ndarray, float], float]] = {
    "kl": quadrature.kl_data_model,
    "reverse-kl": quadrature.kl_model_data,
    "jensen-shannon": quadrature.jensen_shannon,
    "jeffrey": quadrature.jeffrey,
    "pearson": quadrature.pearson,
}
"""The paper's divergences in its order, by their names in ``models.divergences``."""
CROSS = tuple(CROSS_METRICS[name] for name in DIVERGENCES)
"""The metrics that give them, in the same order."""
LEAST_SCALE = 1e-3
"""A smaller σ is a point: no lattice resolves it."""
FIT_METRICS = ("gaussian-mean", "gaussian-scale", *CROSS, "local-minima")
GENERATOR_METRICS = ("gaussian-mean", "gaussian-scale", *CROSS, "trained-bound", "bound-slack")


def on_lattice(density: GaussianMixture, mean: float, scale: float) -> dict[str, Any]:
    """What divergences between the density and N(mean, scale²) need."""
    fitted = gaussian_like(density, mean, scale)
    points, cell = lattice(density, fitted)
    return {
        "lattice": points,
        "lattice_log_p": density.log_density(points),
        "lattice_log_q": fitted.log_density(points),
        "cell": cell,
    }


def divergence_to(density: GaussianMixture, name: str, mean: float, scale: float) -> float:
    """The divergence ``name`` from the density to N(mean, scale²), by quadrature; ∞ for a point."""
    if scale < LEAST_SCALE:
        return float("inf")
    known = on_lattice(density, mean, scale)
    return DIVERGENCES[name](known["lattice_log_p"], known["lattice_log_q"], known["cell"])


def starts(density: GaussianMixture) -> np.ndarray:
    """Where searches begin: means and standard deviations of the components and of the whole; shape (s, 2)."""
    mean, variance = moments(density)
    means = np.unique([*density.means[:, 0], mean])
    scales = np.unique([*density.scales, np.sqrt(variance)])
    return np.array([(m, s) for m in means for s in scales])


def gaussian_fit(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The Gaussian with the smallest divergence ``options["divergence"]``, and every divergence there; the same for every seed.

    Array ``minima``: μ, σ and the divergence where each search ended, the smallest first.
    """
    return subject.once(best_gaussian)


def best_gaussian(subject: Subject) -> tuple[Values, Arrays]:
    """See :func:`gaussian_fit`."""
    density, name = require_line(subject.dataset.density), subject.options["divergence"]
    lookup(DIVERGENCES, "divergence", name)
    found = minima(lambda mean, scale: divergence_to(density, name, mean, scale), starts(density))
    mean, scale, _ = found[0]
    facts = {**on_lattice(density, mean, scale), "fit": found[0, :2], "minima": found}
    return compute(FIT_METRICS, facts), {"minima": found}


@torch.no_grad()
def affine_map(model: FGAN, device: torch.device) -> tuple[float, float]:
    """μ and σ of a generator μ + σ z, read off exactly.

    Raises:
        ValueError: the generator is not affine, or not from the line to the line.
        NonFiniteError: μ or σ is NaN or infinite.
    """
    if (model.latent, model.data) != (1, 1):
        raise ValueError(f"a generator from {model.latent} to {model.data} dimensions; it must be from one to one")
    low, middle, high = model.generator(torch.tensor([[-1.0], [0.0], [1.0]], device=device)).double().flatten().tolist()
    if not np.isfinite([low, middle, high]).all():
        raise NonFiniteError("the generator's parameters are not finite")
    if abs(high - 2 * middle + low) > 1e-5 * max(1.0, abs(high), abs(low)):
        raise ValueError("the generator is not of the form μ + σ z; give it a network of kind affine")
    return middle, 0.5 * (high - low)


@torch.no_grad()
def gaussian_generator(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The Gaussian that an f-GAN with an affine generator has learnt, its critic's bound, and every true divergence, by quadrature.

    Arrays over a lattice on the density's window: both densities and T of the critic.

    Raises:
        ValueError: the model is no f-GAN, its generator is not affine, or has collapsed to a point.
        NonFiniteError: generator or critic is not finite.
    """
    model, density = subject.model(index), require_line(subject.dataset.density)
    if not isinstance(model, FGAN):
        raise ValueError("only an f-GAN has a divergence and its bound")
    mean, slope = affine_map(model, subject.device)
    if abs(slope) < LEAST_SCALE:
        raise ValueError(f"the generator has collapsed to a point: σ = {abs(slope):.1e}")
    known = on_lattice(density, mean, abs(slope))

    def critic(x: np.ndarray) -> torch.Tensor:
        return model.score(torch.from_numpy(x).float().to(subject.device)).cpu().double()

    scores = critic(known["lattice"])
    real = model.divergence.activation(scores).numpy()
    fake = model.divergence.composed(scores).numpy()
    if not np.isfinite(scores.numpy()).all():
        raise NonFiniteError("the critic's scores are not finite")
    log_p, log_q, cell = known["lattice_log_p"], known["lattice_log_q"], known["cell"]
    facts = {
        **known,
        "fit": np.array([mean, slope]),
        "real": real,
        "fake": fake,
        "own_divergence": own_divergence(model, log_p, log_q, cell),
        "trained_bound": quadrature.bound(log_p, log_q, real, fake, cell),
    }
    x = np.linspace(-density.window, density.window, density.bins + 1)[:, None]
    return compute(GENERATOR_METRICS, facts), {
        "x": x[:, 0],
        "density": np.exp(density.log_density(x)),
        "model": np.exp(gaussian_like(density, mean, abs(slope)).log_density(x)),
        "critic": model.divergence.activation(critic(x)).numpy(),
    }


def own_divergence(model: FGAN, log_p: np.ndarray, log_q: np.ndarray, cell: float) -> float:
    """The divergence that the model was trained under, by quadrature; NaN where it is none of the paper's."""
    function = DIVERGENCES.get(model.settings.divergence)
    return function(log_p, log_q, cell) if function is not None else float("nan")


MEASURES: dict[str, Measure] = {
    "gaussian-fit": Measure(
        gaussian_fit, lambda dataset: FIT_METRICS, "the best Gaussian under an f-divergence", exact=True
    ),
    "gaussian-generator": Measure(
        gaussian_generator, lambda dataset: GENERATOR_METRICS, "the Gaussian that an f-GAN has learnt", exact=True
    ),
}
