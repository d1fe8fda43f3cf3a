"""What pictures of models need: latent vectors along axes, lines and a plane, decoded; samples at several moments of a training."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite
from benchmarks.evaluation.images import as_pixels
from benchmarks.evaluation.latents import LATENTS, Latent
from benchmarks.evaluation.reconstruction import shown_test_images
from benchmarks.evaluation.sampling import FIT_POINTS, prior_noise, sample_noise
from benchmarks.training.randomness import derived_seed
from models.base import GenerativeModel

AXES = 6
"""Latent dimensions that are traversed: those along which the image changes most."""
AXIS_STEPS = 7
PAIRS = 4
"""Interpolations that are shown."""
LINE_STEPS = 9
PATHS = 64
"""Interpolations whose lengths are measured."""
PLANE_SIDE = 15
SNAPSHOT_POINTS = 400
PATH_METRICS = ("path-length-ratio", "largest-step-ratio")


def decoded(model: GenerativeModel, latent: Tensor, subject: Subject) -> np.ndarray:
    """Images of latent vectors (\\*rows, z), shape (\\*rows, D), float32.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    flat = latent.to(subject.device).flatten(0, -2)
    out = model.decode(flat, {}) if sampled_by_codes(model) else model.sample({"latent": flat})
    return finite(out, "decoded images").reshape(*latent.shape[:-1], -1)


def sampled_by_codes(model: GenerativeModel) -> bool:
    """Whether the latent vectors that make its samples are codes of data, or else draws of the prior."""
    return len(model.samplers) > 1


@torch.no_grad()
def latent_pictures(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Images along latent axes, along straight lines between two latent vectors, and over a two-dimensional latent space.

    Of models whose samples are decoded codes, the lines join the codes of test images (a blend of the images' pixels stands
    beside) and standard deviations are the codes'; of the others they join draws of the prior, and the blend is of their images.
    """
    model, data, seed = subject.model(index), subject.dataset, subject.seeds[index]
    if sampled_by_codes(model):
        codes = model.encode(subject.tensor(subject.training[:FIT_POINTS]), {}).cpu()
        centre, spread = codes.mean(0), codes.std(0)
        shown = shown_test_images(data)[: 2 * PAIRS]
        chosen = np.random.default_rng(derived_seed(seed, "paths")).choice(len(data.test), 2 * PATHS)
        ends = data.test[shown].astype(np.float32).reshape(PAIRS, 2, -1) / 255
        lines = model.encode(subject.tensor(data.test[shown]), {}).cpu().view(PAIRS, 2, -1)
        paths = model.encode(subject.tensor(data.test[chosen]), {}).cpu().view(PATHS, 2, -1)
    else:
        prior = latent_of(model)
        centre, spread = (torch.full((latent_size(model),), value) for value in (prior.mean, prior.spread))
        paths = prior_noise(model, seed, 2 * PATHS).view(PATHS, 2, -1)
        lines = paths[:PAIRS]
        ends = decoded(model, lines, subject)
    values = compute(PATH_METRICS, {"paths": decoded(model, between(paths, LINE_STEPS), subject)})
    pictures = {
        "traversal": decoded(model, axes(model, centre, spread, subject), subject),
        "interpolation": decoded(model, between(lines, LINE_STEPS), subject),
        "blend": between(torch.from_numpy(ends), LINE_STEPS).numpy(),
    }
    if latent_size(model) == 2:
        pictures["plane"] = decoded(model, plane(centre, spread, latent_of(model)), subject)
    arrays = {name: as_pixels(p).reshape(*p.shape[:-1], *data.shape) for name, p in pictures.items()}
    return values, {**arrays, "of_codes": np.array(sampled_by_codes(model))}


def between(ends: Tensor, steps: int) -> Tensor:
    """Points at equal steps from the first to the second of each pair, (m, 2, D) → (m, steps, D)."""
    share = torch.linspace(0, 1, steps)[None, :, None]
    return (1 - share) * ends[:, :1] + share * ends[:, 1:]


def axes(model: GenerativeModel, centre: Tensor, spread: Tensor, subject: Subject) -> Tensor:
    """Latent vectors along the axes on which the image changes most, that one first; (AXES, AXIS_STEPS, z), or fewer axes."""
    reach = latent_of(model).reach
    offsets = torch.diag(spread)[:, None, :] * torch.linspace(-reach, reach, AXIS_STEPS)[None, :, None]
    along = centre + offsets
    images = decoded(model, along[:, [0, -1]], subject)
    change = np.linalg.norm(images[:, 1] - images[:, 0], axis=-1)
    return along[np.argsort(-change, kind="stable")[:AXES].copy()]


def latent_of(model: GenerativeModel) -> Latent:
    """The distribution of the model's prior, by whose shape its codes are laid out too."""
    return LATENTS[model.sample_spec()["latent"].kind]


def latent_size(model: GenerativeModel) -> int:
    """Numbers in a latent vector: z, unless the model says otherwise."""
    return model.sample_spec()["latent"].shape[-1]


def plane(centre: Tensor, spread: Tensor, shape: Latent) -> Tensor:
    """A lattice over a two-dimensional latent space, equally spaced in probability under a distribution of this shape with this
    mean and standard deviation; shape (PLANE_SIDE, PLANE_SIDE, 2). So do Kingma and Welling (2014) in figure 4."""
    quantiles = torch.from_numpy(shape.standardised((np.arange(PLANE_SIDE) + 0.5) / PLANE_SIDE)).float()
    rows, columns = torch.meshgrid(-quantiles, quantiles, indexing="ij")
    return centre + spread * torch.stack([columns, rows], dim=-1)


@torch.no_grad()
def training_strip(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples from the prior at the training's snapshots: points of shape (n, K, d) for K snapshots.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    trained, seed = subject.trained, subject.seeds[index]
    assert trained is not None
    strip = []
    for weights in trained.snapshots:
        model = subject.model_with(weights, index)
        noise = sample_noise(model, seed, SNAPSHOT_POINTS, subject.options["observation"] == "draw")
        strip.append(model.sample({name: drawn.to(subject.device) for name, drawn in noise.items()}))
    return {}, {"strip": finite(torch.stack(strip, 1), "samples")}


MEASURES: dict[str, Measure] = {
    "latent-pictures": Measure(
        latent_pictures,
        lambda dataset: PATH_METRICS,
        "images along latent axes, along lines between codes, over the plane",
        at_most=PATHS,
    ),
    "training-strip": Measure(training_strip, lambda dataset: (), "samples at several moments of a training"),
}
