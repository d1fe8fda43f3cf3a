"""Whether elements of latent vectors stand for attributes of the images that are decoded from them."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.images import as_pixels
from benchmarks.evaluation.pictures import decoded
from benchmarks.evaluation.sampling import ex_post_codes, prior_noise
from benchmarks.training.randomness import derived_seed
from metrics.attributes import ATTRIBUTES
from metrics.control import rank_correlations
from models.base import GenerativeModel

CONTROL_METRICS = ("element-control", "linear-control")
DRAWS = 2_000
"""Latent vectors whose images' attributes are measured."""
SHOWN_STEPS = 7
SHOWN_REACH = 2.0
"""The element that controls best is shown from this many standard deviations below its mean to as many above."""


def latents_of(subject: Subject, model: GenerativeModel, seed: int) -> torch.Tensor:
    """Latent vectors whose elements are independent, shape (DRAWS, z).

    From the prior, or, where the options' ``sampler`` is a density on codes, from the product of its margins: else an element would
    go with an attribute that its neighbours control.
    """
    if subject.options["sampler"] == "prior":
        return prior_noise(model, seed, DRAWS)
    codes = ex_post_codes(subject, model, seed, DRAWS).numpy()
    generator = np.random.default_rng(derived_seed(seed, "independent elements"))
    return torch.from_numpy(generator.permuted(codes, axis=0))


@torch.no_grad()
def attribute_control(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Attributes of decoded images against the elements of their latent vectors.

    Arrays: ``correlations``, the absolute value of Spearman's ρ of each element with each attribute over all draws, shape (z, A);
    ``images``, the mean latent vector with the element and the attribute that go best together moved, shape (steps, H, W).
    """
    model, data = subject.model(index), subject.dataset
    latents = latents_of(subject, model, subject.seeds[index])
    images = decoded(model, latents, subject).clip(0, 1).reshape(-1, *data.shape)
    attributes = np.stack([attribute(images) for attribute in ATTRIBUTES.values()], axis=1)
    drawn = latents.numpy()
    values = compute(CONTROL_METRICS, {"latents": drawn, "attributes": attributes})
    known = ~np.isnan(attributes).any(1)
    correlations = rank_correlations(drawn[known], attributes[known])
    element = int(correlations.max(1).argmax())
    moved = latents.mean(0).repeat(SHOWN_STEPS, 1)
    moved[:, element] += latents[:, element].std() * torch.linspace(-SHOWN_REACH, SHOWN_REACH, SHOWN_STEPS)
    shown = as_pixels(decoded(model, moved, subject))
    return values, {"correlations": correlations, "images": shown.reshape(-1, *data.shape)}


MEASURES: dict[str, Measure] = {
    "attribute-control": Measure(
        attribute_control,
        lambda dataset: CONTROL_METRICS,
        "whether an element of the latent vector stands for an attribute of the image",
        at_most=DRAWS,
    ),
}
