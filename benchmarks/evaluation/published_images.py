"""Images as published protocols make them, by their Fréchet distance to held-out ones.

Lucic et al. (*Are GANs Created Equal?*, NeurIPS 2018) draw from the prior. Ghosh et al. (*From Variational to Deterministic
Autoencoders*, ICLR 2020, table 1) also reproduce held-out images, draw from densities fitted to codes, and decode the midpoints of
pairs of codes. ``benchmarks.analysis.published`` has their numbers.
"""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.images import as_pixels, features_of, split_anew, test_features
from benchmarks.evaluation.sampling import sampled
from benchmarks.training.randomness import derived_seed
from metrics.features import Extractor, Features

RECONSTRUCTION, INTERPOLATION = "reconstruction", "interpolation"
"""Where codes come from beside the samplers of the models: held-out images, and the midpoints of pairs of them."""


@torch.no_grad()
def decoded(subject: Subject, index: int) -> np.ndarray:
    """``options["n"]`` images of codes of held-out ones (for a VAE the posterior's mean), shape (n, D).

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    model, data, n = subject.model(index), subject.dataset, subject.options["n"]
    codes = torch.cat(
        [model.encode(subject.tensor(part), {}) for part in np.array_split(data.test, -(-len(data.test) // 1000))]
    )
    if subject.options["sampler"] == INTERPOLATION:
        generator = np.random.default_rng(derived_seed(subject.seeds[index], "interpolation"))
        pairs = np.stack([generator.choice(len(codes), 2, replace=False) for _ in range(n)])
        codes = codes[torch.from_numpy(pairs).to(codes.device)].mean(1)
    return finite(torch.cat([model.decode(part, {}).cpu() for part in codes[:n].split(1000)]), "decoded images")


def distances(subject: Subject, pixels: np.ndarray, reference: dict[Extractor, Features]) -> Values:
    """The Fréchet distance of images (n, D), uint8, to the reference, for every extractor."""
    values: Values = {}
    for extractor, features in features_of(subject, pixels).items():
        facts = {"sample_features": features.values, "reference_features": reference[extractor].values}
        values |= compute(named(("fid",), extractor), facts)
    return values


def published_images(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples, reconstructions or midpoints, as the option ``sampler`` says, against the test images."""
    of_test = subject.options["sampler"] in (RECONSTRUCTION, INTERPOLATION)
    images = decoded(subject, index) if of_test else sampled(subject, index)
    return distances(subject, as_pixels(images), subject.once(test_features)), {}


def floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Real images against other real images, all of them split anew with every seed."""
    pixels, _, reference = split_anew(subject, index)
    return distances(subject, pixels, features_of(subject, reference)), {}


MEASURES: dict[str, Measure] = {
    "published-images": Measure(
        published_images, lambda dataset: (), "samples as published protocols draw them, by FID alone", ("fid",)
    ),
    "published-images-floor": Measure(floor, lambda dataset: (), "the same for real images", ("fid",)),
}
