"""Samples of a trained model: noise, or codes from a density on codes, and what the model makes of them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from benchmarks.evaluation.base import Subject, finite
from benchmarks.specs import RECALIBRATED
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


def recalibrate(model: GenerativeModel, seed: int) -> None:
    """Take the statistics of the generating network's batch normalisation anew from draws of the prior, in place.

    A GAN's generator is trained on the prior, and so its running statistics are those of what it is sampled from. A decoder is
    trained on codes; fed with the prior it is normalised as if these were codes. No weight changes (Li et al., *Revisiting
    Batch Normalization for Practical Domain Adaptation*, ICLR 2017 workshop, do so between domains).
    """
    layers = [part for part in model.generating_network.modules() if isinstance(part, _BatchNorm)]
    for layer in layers:
        layer.reset_running_stats()
        layer.momentum = None  # the mean over what it sees, here one batch
        layer.train()
    latent = draw(model.sample_spec()["latent"], (FIT_POINTS,), generator_for(seed, "samples/statistics"))
    model.decode(latent.to(next(model.parameters()).device), {})
    for layer in layers:
        layer.eval()


@torch.no_grad()
def sampled(subject: Subject, index: int) -> np.ndarray:
    """``options["n"]`` samples of one seed's model, shape (n, D), float32.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    seed, n = subject.seeds[index], subject.options["n"]
    model = subject.model(index)
    noise = sample_noise(model, seed, n, subject.options["observation"] == "draw")
    prior = subject.options["sampler"] in ("prior", RECALIBRATED)
    if subject.options["sampler"] == RECALIBRATED:
        recalibrate(model, seed)
    if not prior:
        noise["latent"] = ex_post_codes(subject, model, seed, n)
    batches = []
    for start in range(0, n, 10_000):
        part = {name: tensor[start : start + 10_000].to(subject.device) for name, tensor in noise.items()}
        batches.append((model.sample(part) if prior else model.decode(part["latent"], part)).cpu())
    return finite(torch.cat(batches), "samples")
