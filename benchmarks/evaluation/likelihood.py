"""How well a model with a posterior explains held-out data, and how many of its latent dimensions it uses."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.training.randomness import generator_for
from models.vae import VAE

IMPORTANCE_SAMPLES = 64
"""k of the importance-weighted bound."""
EXAMPLES = 500
"""At most this many held-out examples are bounded."""
LIKELIHOOD_METRICS = ("elbo", "iw-elbo", "posterior-kl", "active-units", "posterior-collapsed")


@torch.no_grad()
def likelihood(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Bounds on the log-likelihood of test data, and what of the latent space the posterior uses.

    The KL term counts with weight 1 whatever its weight in training.
    """
    model = subject.model(index)
    assert isinstance(model, VAE)
    x = subject.tensor(subject.dataset.test[:EXAMPLES])
    generator = generator_for(subject.seeds[index], "likelihood/posterior")
    draws = torch.randn((IMPORTANCE_SAMPLES, len(x), model.latent), generator=generator).to(subject.device)
    log_weights = torch.stack([model.log_weight(x, {"posterior": drawn}) for drawn in draws]).double().cpu().numpy()
    mean, log_variance = (part.double().cpu().numpy() for part in model.posterior(x))
    if not (np.isfinite(log_weights).all() and np.isfinite(mean).all()):
        raise NonFiniteError("bounds on the likelihood are not finite")
    facts = {"log_weights": log_weights, "posterior_mean": mean, "posterior_log_variance": log_variance}
    return compute(LIKELIHOOD_METRICS, facts), {}


MEASURES: dict[str, Measure] = {
    "likelihood": Measure(
        likelihood,
        lambda dataset: LIKELIHOOD_METRICS,
        "bounds on the likelihood of test data, and the use of the latent space",
        at_most=EXAMPLES,
    ),
}
