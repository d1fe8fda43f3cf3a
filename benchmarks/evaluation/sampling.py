"""Samples of a trained model: noise, or codes from a density on codes, and what the model makes of them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from benchmarks.evaluation.base import Subject, finite
from benchmarks.training.randomness import derived_seed, draw, generator_for
from models.base import GenerativeModel
from models.latent_prior import LATENT_PRIORS

FIT_POINTS = 5_000
"""Ex-post densities are fitted to the codes of at most this many training points."""


def prior_noise(model: GenerativeModel, seed: int, n: int) -> Tensor:
    """n latent vectors from the model's prior, shape (n, z), the same for every model of the same prior and latent size."""
    return draw(model.sample_spec()["latent"], (n,), generator_for(seed, "samples/latent"))


def sample_noise(model: GenerativeModel, seed: int, n: int, observation: bool) -> dict[str, Tensor]:
    """Everything that the model's samples are made of, n times, by name; noise of an observation only if one is to be drawn.

    Every name has a stream of its own, ``latent`` that of :func:`prior_noise`.
    """
    return {
        name: draw(spec, (n,), generator_for(seed, f"samples/{name}"))
        for name, spec in model.sample_spec().items()
        if observation or name != "observation"
    }


def ex_post_codes(subject: Subject, model: GenerativeModel, seed: int, n: int) -> Tensor:
    """n codes from the density that the option ``sampler`` names, fitted to codes of training data; shape (n, z).

    Raises:
        NonFiniteError: some codes of training data are NaN or infinite.
    """
    sampler = subject.options["sampler"]
    x = subject.tensor(subject.training[:FIT_POINTS])
    posterior = torch.randn((len(x), model.latent), generator=generator_for(seed, "samples/posterior"))
    codes = finite(model.encode(x, {"posterior": posterior.to(subject.device)}), "codes of training data")
    density = LATENT_PRIORS[sampler]()
    density.fit(codes, derived_seed(seed, f"samples/{sampler}/fit") % 2**32)
    return torch.from_numpy(density.sample(n, derived_seed(seed, f"samples/{sampler}/draw") % 2**32))


@torch.no_grad()
def sampled(subject: Subject, index: int) -> np.ndarray:
    """``options["n"]`` samples of one seed's model, shape (n, D), float32.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    seed, n = subject.seeds[index], subject.options["n"]
    model = subject.model(index)
    noise = sample_noise(model, seed, n, subject.options["observation"] == "draw")
    prior = subject.options["sampler"] == "prior"
    if not prior:
        noise["latent"] = ex_post_codes(subject, model, seed, n)
    batches = []
    for start in range(0, n, 10_000):
        part = {name: tensor[start : start + 10_000].to(subject.device) for name, tensor in noise.items()}
        batches.append((model.sample(part) if prior else model.decode(part["latent"], part)).cpu())
    return finite(torch.cat(batches), "samples")
