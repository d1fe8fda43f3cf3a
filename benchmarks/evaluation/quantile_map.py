"""Whether a generator with one latent dimension has learnt the inverse distribution function of data on the line."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.datasets.line import cdf, require_line
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.evaluation.latents import LATENTS
from benchmarks.evaluation.sampling import sampled
from benchmarks.evaluation.sampling_methods import quantiles
from models.base import GenerativeModel

MAP_POINTS = 2000
"""The map is looked at in the middle of so many equal intervals of u."""
SHOWN = 10
"""Every so many of these points are kept for pictures."""
MAP_METRICS = ("ks", "map-rank-correlation", "monotone-share", "quantile-error", "wasserstein-1")


def midpoints() -> np.ndarray:
    """Where the map is looked at, shape (MAP_POINTS,), in (0, 1)."""
    return (np.arange(MAP_POINTS) + 0.5) / MAP_POINTS


def exact_quantiles(subject: Subject) -> np.ndarray:
    """The data's quantiles at the points of the map, shape (MAP_POINTS,)."""
    return quantiles(require_line(subject.dataset.density), midpoints())


@torch.no_grad()
def generated_at(model: GenerativeModel, u: np.ndarray, device: torch.device) -> np.ndarray:
    """The model's sample for the latent number whose distribution function is u (m,); shape (m,), float64.

    Raises:
        ValueError: the model has more than one latent dimension.
        NonFiniteError: some are NaN or infinite.
    """
    spec = model.sample_spec()["latent"]
    if spec.shape != (1,):
        raise ValueError(f"the model has a latent space of shape {spec.shape}; a map of quantiles needs one dimension")
    latent = torch.from_numpy(LATENTS[spec.kind].quantile(u)[:, None]).float()
    generated = model.sample({"latent": latent.to(device)}).cpu().numpy()[:, 0].astype(np.float64)
    if not np.isfinite(generated).all():
        raise NonFiniteError("samples are not finite")
    return generated


def quantile_map(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The map from u = CDF(z) of the latent z to the sample, against the data's inverse distribution function; KS of samples.

    Of a model that draws observations, ``map`` is the mean of the likelihood.
    """
    density = require_line(subject.dataset.density)
    u = midpoints()
    generated = generated_at(subject.model(index), u, subject.device)
    exact = subject.once(exact_quantiles)
    samples = sampled(subject, index)[:, 0].astype(np.float64)
    facts = {"uniforms": cdf(density, samples), "generated": generated, "quantiles": exact}
    shown = slice(SHOWN // 2, None, SHOWN)
    arrays = {"u": u[shown], "map": generated[shown], "quantile": exact[shown]}
    return compute(MAP_METRICS, facts), arrays


MEASURES: dict[str, Measure] = {
    "quantile-map": Measure(
        quantile_map, lambda dataset: MAP_METRICS, "a generator on the line against the inverse distribution function"
    ),
}
