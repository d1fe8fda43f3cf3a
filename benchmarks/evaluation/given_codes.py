"""What a decoder learns from given codes: an autoencoder's, the same dealt out to the wrong images, PCA's, random ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from sklearn.decomposition import PCA

from benchmarks.blocks import networks_of
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute, finite
from benchmarks.evaluation.images import as_pixels, pixels_in_unit
from benchmarks.evaluation.pictures import LINE_STEPS, PATH_METRICS, PATHS, between
from benchmarks.training.loop import train
from benchmarks.training.randomness import derived_seed
from benchmarks.training.seed_axis import model_of
from models.code_regression import CodeRegression

GIVEN_METRICS = ("unexplained-share", *PATH_METRICS)
SHOWN = 16
SHOWN_PATHS = 2

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


def given_codes(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """A fresh decoder, of the block's network and with its training, on the codes that the option ``codes`` names.

    Its error is that on the images that it was trained on: whether it can learn them at all. Paths run straight between the
    codes of pairs of these images.

    Arrays: ``inputs`` and ``images``, training images and what is decoded from their codes; ``paths``, decoded lines of codes.
    """
    block, data, seed = subject.block, subject.dataset, subject.seeds[index]
    assert block is not None
    images = pixels_in_unit(subject.training)
    generator = np.random.default_rng(derived_seed(seed, "given codes"))
    with torch.no_grad():
        own = finite(subject.model(index).encode(subject.tensor(subject.training), {}), "codes")
    codes = standardised(CODES[subject.options["codes"]](own, images, generator))
    networks = networks_of(block, data)
    settings = CodeRegression.Settings(learning_rate=block.settings["learning_rate"])
    pairs = torch.from_numpy(np.concatenate([codes, images], axis=1)).to(subject.device)
    # the images are a part of the data already: the first so many are not to be taken once more
    training = block.training.model_copy(update={"snapshots": (), "examples": None})
    # a seed of its own: the autoencoder's would start the decoder from the very weights that its codes were learnt with
    trained = train(lambda: CodeRegression(networks, settings), pairs, training, (derived_seed(seed, "decoder"),))
    if trained.diverged_at[0] >= 0:
        raise NonFiniteError("the decoder's training diverged")
    decoder = model_of(lambda: CodeRegression(networks, settings), trained.weights, 0).to(subject.device)

    def decoded(latents: torch.Tensor) -> np.ndarray:
        with torch.no_grad():
            flat = decoder.sample({"latent": latents.to(subject.device).flatten(0, -2)})
        return finite(flat, "decoded images").reshape(*latents.shape[:-1], -1)

    reached = decoded(torch.from_numpy(codes))
    chosen = np.random.default_rng(derived_seed(seed, "paths")).choice(len(codes), (PATHS, 2))
    ends = torch.from_numpy(codes[chosen])
    paths = decoded(between(ends, LINE_STEPS))
    values = compute(GIVEN_METRICS, {"images": images, "reconstructions": reached, "paths": paths})
    shape = data.shape
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
