"""What a decoder learns from given codes: an autoencoder's, the same dealt out to the wrong images, PCA's, random ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import numpy as np
import torch
from sklearn.decomposition import PCA

from benchmarks.blocks import networks_of
from benchmarks.evaluation.base import (
    SEED_FAILURES,
    Arrays,
    Measure,
    NonFiniteError,
    Subject,
    Values,
    compute,
    finite,
)
from benchmarks.evaluation.images import as_pixels, pixels_in_unit
from benchmarks.evaluation.pictures import LINE_STEPS, PATH_METRICS, PATHS, between
from benchmarks.training.loop import train
from benchmarks.training.randomness import derived_seed
from benchmarks.training.seed_axis import model_of
from models.base import GenerativeModel
from models.code_regression import CodeRegression

GIVEN_METRICS = ("unexplained-share", *PATH_METRICS)
SHOWN = 16
SHOWN_PATHS = 2
NUMBERS_AT_ONCE = 100_000_000
"""Decoders of so many seeds are trained at once that their data, of which each has its own, are no more numbers than this."""

Codes = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
"""From the autoencoder's codes (N, z) and the images (N, D) to the codes that are given, (N, z)."""


def pca_codes(codes: np.ndarray, images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """As many principal components of the images."""
    return PCA(codes.shape[1], svd_solver="covariance_eigh").fit_transform(images)


CODES: dict[str, Codes] = {
    "own": lambda codes, images, generator: codes,
    "permuted": lambda codes, images, generator: generator.permutation(codes),
    "pca": pca_codes,
    "normal": lambda codes, images, generator: generator.standard_normal(codes.shape),
}
"""The codes of an autoencoder; the same, dealt out at random to the images; PCA's; and draws from N(0, I), one for each image."""


def standardised(codes: np.ndarray) -> np.ndarray:
    """Codes with mean 0 and standard deviation 1 in every dimension, so that only which image has which code differs; float32."""
    spread = codes.std(0)
    return ((codes - codes.mean(0)) / np.where(spread > 0, spread, 1)).astype(np.float32)


def codes_given(subject: Subject, index: int) -> np.ndarray:
    """The codes of the training images that the option ``codes`` names, standardised, shape (N, z), float32.

    Raises:
        NonFiniteError: the autoencoder's own are not finite.
    """
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "given codes"))
    with torch.no_grad():
        own = finite(subject.model(index).encode(subject.tensor(subject.training), {}), "codes")
    return standardised(CODES[subject.options["codes"]](own, pixels_in_unit(subject.training), generator))


def decoders(subject: Subject) -> dict[int, GenerativeModel | None]:
    """A fresh decoder for each seed that has codes, by its index, many seeds at once; None where its training diverged."""
    block, images = subject.block, pixels_in_unit(subject.training)
    assert block is not None and subject.trained is not None
    networks = networks_of(block, subject.dataset)
    settings = CodeRegression.Settings(learning_rate=block.settings["learning_rate"])
    # the images are a part of the data already: the first so many are not to be taken once more
    training = block.training.model_copy(update={"snapshots": (), "examples": None})

    def build() -> CodeRegression:
        return CodeRegression(networks, settings)

    codes: dict[int, np.ndarray] = {}
    for index in np.flatnonzero(subject.trained.diverged_at < 0).tolist():
        with suppress(*SEED_FAILURES):  # that seed's own measurement says so
            codes[index] = codes_given(subject, index)
    learnt: dict[int, GenerativeModel | None] = {}
    width = max(1, NUMBERS_AT_ONCE // (len(images) * (networks.latent + images.shape[1]))) if networks.stacked else 1
    for start in range(0, len(codes), width):
        indices = list(codes)[start : start + width]
        pairs = np.stack([np.concatenate([codes[index], images], axis=1) for index in indices])
        data = torch.from_numpy(pairs).to(subject.device)
        # seeds of their own: an autoencoder's would start the decoder from the very weights that its codes were learnt with
        seeds = tuple(derived_seed(subject.seeds[index], "decoder") for index in indices)
        trained = train(build, data, training, seeds)
        for place, index in enumerate(indices):
            diverged = trained.diverged_at[place] >= 0
            learnt[index] = None if diverged else model_of(build, trained.weights, place).to(subject.device)
    return learnt


def given_codes(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """A fresh decoder, of the block's network and with its training, on the codes that the option ``codes`` names.

    Its error is that on the images that it was trained on: whether it can learn them at all. Paths run straight between the
    codes of pairs of these images.

    Arrays: ``inputs`` and ``images``, training images and what is decoded from their codes; ``paths``, decoded lines of codes.

    Raises:
        NonFiniteError: codes, the decoder's weights or what it decodes are not finite.
    """
    codes = codes_given(subject, index)
    decoder = subject.once(decoders)[index]
    if decoder is None:
        raise NonFiniteError("the decoder's training diverged")

    def decoded(latents: torch.Tensor) -> np.ndarray:
        with torch.no_grad():
            flat = decoder.sample({"latent": latents.to(subject.device).flatten(0, -2)})
        return finite(flat, "decoded images").reshape(*latents.shape[:-1], -1)

    reached = decoded(torch.from_numpy(codes))
    chosen = np.random.default_rng(derived_seed(subject.seeds[index], "paths")).choice(len(codes), (PATHS, 2))
    ends = torch.from_numpy(codes[chosen])
    paths = decoded(between(ends, LINE_STEPS))
    images = pixels_in_unit(subject.training)
    values = compute(GIVEN_METRICS, {"images": images, "reconstructions": reached, "paths": paths})
    shape = subject.dataset.shape
    return values, {
        "inputs": subject.training[:SHOWN].reshape(-1, *shape),
        "images": as_pixels(reached[:SHOWN]).reshape(-1, *shape),
        "paths": as_pixels(paths[:SHOWN_PATHS]).reshape(SHOWN_PATHS, LINE_STEPS, *shape),
    }


MEASURES: dict[str, Measure] = {
    "given-codes": Measure(
        given_codes,
        lambda dataset: GIVEN_METRICS,
        "what a fresh decoder learns from given codes of its training images",
    ),
}
