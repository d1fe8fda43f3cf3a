"""Test images reproduced: by encoding and decoding, or, without an encoder, by search over latent vectors."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.datasets import Dataset
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.evaluation.images import as_pixels
from benchmarks.training.randomness import draw, generator_for

SHOWN_RECONSTRUCTIONS = 16
RECONSTRUCTION_METRICS = ("reconstruction-l2", "reconstruction-mse", "ssim")

INVERTED = 64
"""Test images that are searched for."""
RESTARTS = 3
SEARCH_STEPS = 100
SEARCH_STEP_SIZE = 0.1


def shown_test_images(data: Dataset) -> np.ndarray:
    """Indices of the test images that are shown: the classes in turn, or where there are no labels the first ones."""
    if data.test_labels is None:
        return np.arange(min(SHOWN_RECONSTRUCTIONS, len(data.test)))
    rank = np.zeros(len(data.test_labels), dtype=int)
    for label in np.unique(data.test_labels):
        members = np.flatnonzero(data.test_labels == label)
        rank[members] = np.arange(len(members))
    return np.lexsort((data.test_labels, rank))[:SHOWN_RECONSTRUCTIONS]


def compared(subject: Subject, images: np.ndarray, decoded: np.ndarray) -> Values:
    """Metrics of reconstructions; images in [0, 1] and what was made of them, each (n, D), cut to the same interval.

    Raises:
        NonFiniteError: some reconstructions are NaN or infinite.
    """
    if not np.isfinite(decoded).all():
        raise NonFiniteError("reconstructions are not finite")
    decoded = decoded.clip(0, 1)  # a linear decoder leaves the interval, and is not to pay for it
    shape = subject.dataset.shape
    facts = {
        "images": images,
        "reconstructions": decoded,
        "image_grid": images.reshape(-1, *shape),
        "reconstruction_grid": decoded.reshape(-1, *shape),
    }
    return compute(RECONSTRUCTION_METRICS, facts)


@torch.no_grad()
def reconstruction(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Test images encoded (for a VAE: the posterior's mean) and decoded again."""
    model, data = subject.model(index), subject.dataset
    x = subject.tensor(data.test)
    decoded = model.decode(model.encode(x, {}), {}).cpu().numpy()
    shown = shown_test_images(data)
    return compared(subject, x.cpu().numpy(), decoded), {
        "inputs": data.test[shown].reshape(-1, *data.shape),
        "reconstructions": as_pixels(decoded[shown]).reshape(-1, *data.shape),
    }


def inversion(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Test images found again by search over latent vectors, for models without an encoder.

    min over z of ‖x − G(z)‖² by Adam, from several draws of the prior for each image, of which the best is kept (Creswell and
    Bharath, *Inverting the Generator of a Generative Adversarial Network*, IEEE TNNLS 2019). The search is unconstrained: z may
    leave the prior's bulk, or its support if that is a cube.
    """
    model, data, seed = subject.model(index).requires_grad_(False), subject.dataset, subject.seeds[index]
    shown = shown_test_images(data)
    chosen = np.concatenate([shown, np.setdiff1d(np.arange(len(data.test)), shown)])[:INVERTED]
    x = subject.tensor(data.test[chosen])
    starts = draw(model.sample_spec()["latent"], (RESTARTS * len(x),), generator_for(seed, "inversion/latent"))
    latent = starts.to(subject.device).requires_grad_()
    optimiser = torch.optim.Adam([latent], lr=SEARCH_STEP_SIZE)
    target = x.repeat(RESTARTS, 1)
    for _ in range(SEARCH_STEPS):
        optimiser.zero_grad()
        (model.sample({"latent": latent}) - target).square().sum().backward()
        optimiser.step()
    with torch.no_grad():
        found = model.sample({"latent": latent}).view(RESTARTS, len(x), -1)
    best = (found - x).square().sum(-1).nan_to_num(torch.inf).argmin(0)
    decoded = found[best, torch.arange(len(x), device=best.device)].cpu().numpy()
    return compared(subject, x.cpu().numpy(), decoded), {
        "inputs": data.test[shown].reshape(-1, *data.shape),
        "reconstructions": as_pixels(decoded[: len(shown)]).reshape(-1, *data.shape),
    }


MEASURES: dict[str, Measure] = {
    "reconstruction": Measure(
        reconstruction, lambda dataset: RECONSTRUCTION_METRICS, "test images encoded and decoded"
    ),
    "inversion": Measure(
        inversion,
        lambda dataset: RECONSTRUCTION_METRICS,
        "test images found again by search over latent vectors",
        at_most=INVERTED,
    ),
}
