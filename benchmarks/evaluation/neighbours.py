"""Where images lie beside the training set: on the data's support or off it, copies or new, near one image or among many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from benchmarks.datasets.corruptions import CORRUPTIONS
from benchmarks.evaluation.base import FEW, Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.images import as_pixels, features_of, pixels_in_unit
from benchmarks.evaluation.sampling import sampled
from benchmarks.training.randomness import derived_seed, generator_for
from metrics.features import Extractor
from metrics.neighbours import nearest_distances, nearest_examples, nearest_to_second, support_radius

SUPPORT_METRICS = ("off-data-share",)
ON_SUPPORT_METRICS = ("relative-distance", "novelty", "many-neighbours")
OF_ALL_METRICS = ("novelty-of-all",)
FEWEST = 20
"""Of fewer images on the support nothing is said."""
SHOWN = 16
MIDPOINT_METRICS = ("midpoint-off-data", "ends-off-data", "blend-off-data")
MIDPOINTS = 1_000
SPOILT = {"blur": 1.0, "noise": 0.4}
"""Corruptions, and their degrees, whose effect on the distances is shown beside the models'."""


@dataclass(frozen=True)
class Pool:
    """What an extractor makes of the data.

    Attributes:
        features: of all training images, shape (N, F).
        radius: distance to the nearest of them that 99 % of held-out images stay within.
        doubt: one minus the largest class probability, which 99 % of held-out images stay below; None without classes.
    """

    features: np.ndarray
    radius: float
    doubt: float | None


def feature_pools(subject: Subject) -> dict[Extractor, Pool]:
    """The pool of each extractor."""
    pools = {}
    training, held_out = (features_of(subject, part) for part in (subject.dataset.train, subject.dataset.test))
    for extractor, features in training.items():
        radius = support_radius(nearest_distances(held_out[extractor].values, features.values)[:, 0])
        probabilities = held_out[extractor].probabilities
        doubt = None if probabilities is None else support_radius(1 - probabilities.max(1))
        pools[extractor] = Pool(features.values, radius, doubt)
    return pools


def trained_on_all(subject: Subject) -> bool:
    """Whether what the model was trained on are all training images."""
    return len(subject.training) == len(subject.dataset.train)


def held_out_distances(subject: Subject) -> np.ndarray:
    """Pixel distances of held-out images to their two nearest images among those trained on, shape (m, 2)."""
    held_out = subject.dataset.test[: FEW["images"]]
    return nearest_distances(pixels_in_unit(held_out), pixels_in_unit(subject.training), 2)


def pixel_radius(subject: Subject) -> float:
    """The radius of the data's support around all training images, in pixels."""
    if trained_on_all(subject):
        return support_radius(subject.once(held_out_distances)[:, 0])
    held_out = subject.dataset.test[: FEW["images"]]
    return support_radius(nearest_distances(pixels_in_unit(held_out), pixels_in_unit(subject.dataset.train))[:, 0])


def excess_of(subject: Subject, pixels: np.ndarray, in_pixels: np.ndarray | None = None) -> dict[Extractor, np.ndarray]:
    """For each extractor how far images (n, D) are off the data's support; above 1 they are; shape (n,).

    It is the largest of three ratios to what 99 % of held-out images stay within: distance to the nearest training image in pixels
    and in features, and the classifier's doubt, which two images laid over each other raise though they are near to both. The
    support is that of all training images, also where a model was trained on some of them.

    Args:
        subject: gives data and extractors.
        pixels: the images, uint8.
        in_pixels: their distances in pixels to the nearest of all training images, shape (n,), where these are known already.
    """
    if in_pixels is None:
        in_pixels = nearest_distances(pixels_in_unit(pixels), pixels_in_unit(subject.dataset.train))[:, 0]
    found = features_of(subject, pixels)
    excess = {}
    for extractor, pool in subject.once(feature_pools).items():
        own = found[extractor]
        ratios = [
            in_pixels / subject.once(pixel_radius),
            nearest_distances(own.values, pool.features)[:, 0] / pool.radius,
        ]
        if pool.doubt is not None and own.probabilities is not None:
            ratios.append((1 - own.probabilities.max(1)) / pool.doubt)
        excess[extractor] = np.max(ratios, axis=0)
    return excess


def shown(subject: Subject, pixels: np.ndarray) -> Arrays:
    """Some images (n, D), uint8, with their nearest training images."""
    few, shape = pixels[:SHOWN], subject.dataset.shape
    _, which = nearest_examples(pixels_in_unit(few), pixels_in_unit(subject.training))
    return {"images": few.reshape(-1, *shape), "nearest": subject.training[which[:, 0]].reshape(-1, *shape)}


def support_of(subject: Subject, pixels: np.ndarray) -> tuple[Values, Arrays]:
    """How many of images (n, D), uint8, are off the data's support, and some of them."""
    values: Values = {}
    for extractor, excess in excess_of(subject, pixels).items():
        values |= compute(named(SUPPORT_METRICS, extractor), {"excess": excess})
    return values, shown(subject, pixels)


def novelty_of(subject: Subject, pixels: np.ndarray, held_out: np.ndarray) -> tuple[Values, Arrays]:
    """How far those of images (n, D), uint8, that are on the data's support lie from what was trained on, and some of all.

    Args:
        subject: gives data and extractors.
        pixels: the images.
        held_out: distances that theirs are held against, shape (m, 2).

    Raises:
        ValueError: fewer than ``FEWEST`` are on the support.
    """
    distances = nearest_distances(pixels_in_unit(pixels), pixels_in_unit(subject.training), 2)
    values: Values = compute(OF_ALL_METRICS, {"all_nearest": distances[:, 0], "held_out_nearest": held_out[:, 0]})
    known = distances[:, 0] if trained_on_all(subject) else None
    for extractor, excess in excess_of(subject, pixels, known).items():
        on = distances[excess <= 1]
        if len(on) < FEWEST:
            raise ValueError(
                f"{len(on)} of {len(pixels)} images are on the data's support; of fewer than {FEWEST} nothing is said"
            )
        facts: Mapping[str, Any] = {
            "supported_nearest": on[:, 0],
            "held_out_nearest": held_out[:, 0],
            "supported_ratio": nearest_to_second(on),
            "held_out_ratio": nearest_to_second(held_out),
        }
        values |= compute(named(ON_SUPPORT_METRICS, extractor), facts)
    return values, shown(subject, pixels)


@torch.no_grad()
def reproduced(subject: Subject, index: int) -> np.ndarray:
    """Training images encoded and decoded, uint8, (n, D): with the option ``source`` ``posterior`` by a draw, else by the mean.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    model, seed = subject.model(index), subject.seeds[index]
    x = subject.tensor(subject.training[: min(subject.options["n"], FEW["images"])])
    drawn = torch.randn((len(x), model.latent), generator=generator_for(seed, "posterior")).to(subject.device)
    noise = {"posterior": drawn} if subject.options["source"] == "posterior" else {}
    return as_pixels(finite(model.decode(model.encode(x, noise), {}), "reconstructions"))


def given(subject: Subject, index: int) -> np.ndarray:
    """What a model gives, uint8, (n, D): samples (``source`` ``samples``), or training images reconstructed or drawn from their
    posteriors."""
    if subject.options["source"] == "samples":
        return as_pixels(sampled(subject, index))[: FEW["images"]]
    return reproduced(subject, index)


def known(subject: Subject, index: int) -> tuple[np.ndarray, np.ndarray]:
    """Images whose place is known, uint8, (n, D), and the held-out distances that theirs are held against, (m, 2).

    ``source`` is ``training``, training images themselves; ``held-out``, one half of the test images held against the other; or
    one of ``SPOILT``, held-out images that are spoilt so.
    """
    data, source, seed = subject.dataset, subject.options["source"], subject.seeds[index]
    generator = np.random.default_rng(derived_seed(seed, "neighbours"))
    distances = subject.once(held_out_distances)
    if source == "training":
        return data.train[generator.permutation(len(data.train))[: FEW["images"]]], distances
    order = generator.permutation(len(distances))
    first, second = order[: len(order) // 2], order[len(order) // 2 :]
    pixels = data.test[first]
    if source in SPOILT:
        spoilt = CORRUPTIONS[source]((pixels / 255.0).reshape(-1, *data.shape), SPOILT[source], generator)
        pixels = as_pixels(spoilt.reshape(len(spoilt), -1))
    return pixels, distances[second]


def support(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """How much of what a model gives is off the data's support."""
    return support_of(subject, given(subject, index))


def known_support(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same of images whose place is known."""
    pixels, _ = known(subject, index)
    return support_of(subject, pixels)


def novelty(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """How far what a model gives lies from the training images, beside held-out images."""
    return novelty_of(subject, given(subject, index), subject.once(held_out_distances))


def known_novelty(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same of images whose place is known."""
    return novelty_of(subject, *known(subject, index))


@torch.no_grad()
def midpoints(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """½ a + ½ b of the codes of pairs of the images that the model was trained on, decoded; beside, the ends, and pixel blends."""
    model, seed, training = subject.model(index), subject.seeds[index], subject.training
    generator = np.random.default_rng(derived_seed(seed, "midpoints"))
    pairs = np.stack([generator.choice(len(training), 2, replace=False) for _ in range(MIDPOINTS)])
    codes = model.encode(subject.tensor(training), {})
    ends = codes[torch.from_numpy(pairs).to(codes.device)]
    decoded, first = (finite(model.decode(part, {}), "decoded images") for part in (ends.mean(1), ends[:, 0]))
    images = {
        "midpoint": as_pixels(decoded),
        "end": as_pixels(first),
        "blend": as_pixels((pixels_in_unit(training)[pairs]).mean(1)),
    }
    values: Values = {}
    places = {f"{name}_excess": excess_of(subject, pixels) for name, pixels in images.items()}
    for extractor in subject.extractors:
        facts = {name: excess[extractor] for name, excess in places.items()}
        values |= compute(named(MIDPOINT_METRICS, extractor), facts)
    shape = subject.dataset.shape
    kept = {
        "images": images["midpoint"],
        "blends": images["blend"],
        "first": training[pairs[:, 0]],
        "second": training[pairs[:, 1]],
    }
    return values, {name: pixels[:SHOWN].reshape(-1, *shape) for name, pixels in kept.items()}


MEASURES: dict[str, Measure] = {
    "image-support": Measure(
        support,
        lambda dataset: (),
        "samples or reconstructions off the data's support",
        SUPPORT_METRICS,
        at_most=FEW["images"],
    ),
    "image-support-known": Measure(
        known_support, lambda dataset: (), "the same of known images", SUPPORT_METRICS, at_most=FEW["images"]
    ),
    "image-novelty": Measure(
        novelty,
        lambda dataset: OF_ALL_METRICS,
        "how near to the training set samples or reconstructions lie",
        ON_SUPPORT_METRICS,
        at_most=FEW["images"],
    ),
    "image-novelty-known": Measure(
        known_novelty,
        lambda dataset: OF_ALL_METRICS,
        "the same of known images",
        ON_SUPPORT_METRICS,
        at_most=FEW["images"],
    ),
    "midpoints": Measure(
        midpoints,
        lambda dataset: (),
        "whether midpoints of two codes are decoded to images on the data's support",
        MIDPOINT_METRICS,
        at_most=MIDPOINTS,
    ),
}
