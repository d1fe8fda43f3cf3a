"""Who ranks a real image before a corrupted one that is nearer in pixels? Made pairs, and the judges that rank them.

To each test image x belong the nearest other test image y of its class, which is real, and a corrupted copy c of x, as badly
spoilt as it can be while 0.5 ‖y − x‖ ≤ ‖c − x‖ ≤ 0.9 ‖y − x‖. So which of the two is the better image is known by how they were
made, and pixel by pixel c is nearer to x without exception. A judge is given x and ranks y and c; some judges need no x. No judge
was trained on either.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from benchmarks.datasets.corruptions import ALL_FAMILIES, CORRUPTIONS, FAMILIES
from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.images import as_pixels, features_of, pixels_in_unit
from benchmarks.evaluation.robustness import labels_of
from benchmarks.evaluation.scores import scores_of, scoring_model
from benchmarks.training.randomness import derived_seed
from metrics.neighbours import nearest_examples
from metrics.similarity import ssim_map

PAIR_METRICS = ("real-first",)
COUNT_METRICS = ("pairs",)
NEARER = 0.9
LEAST = 0.5
"""A corrupted copy is at most, and at least, these shares of the real neighbour's distance away: nearer, and visibly spoilt."""
SHOWN = 16

Pairs = dict[str, np.ndarray]
"""``clean``, ``real`` and ``corrupted`` images, uint8, each of shape (n, D)."""


def real_neighbours(subject: Subject) -> np.ndarray:
    """For each test image the nearest other test image of its class, uint8, (m, D)."""
    data = subject.dataset
    _, labels = labels_of(subject)
    found = np.empty_like(data.test)
    for label in np.unique(labels):
        own = data.test[labels == label]
        _, which = nearest_examples(pixels_in_unit(own), pixels_in_unit(own), 2)
        itself = which == np.arange(len(own))[:, None]
        # of images that occur twice the first found may be the other one
        found[labels == label] = own[np.where(itself[:, 0], which[:, 1], which[:, 0])]
    return found


def worst_copies(images: np.ndarray, reach: np.ndarray, family: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Of each image the worst copy of a family at a distance of ``LEAST`` to ``NEARER`` of its reach, and which images have any.

    Args:
        images: in [0, 1], shape (n, H, W) or (n, C, H, W).
        reach: distance of the real neighbour, shape (n,).
        family: a key of ``FAMILIES``.
        seed: for what is drawn, the same for every degree.

    Returns:
        uint8 images of the same shape, and a mask of shape (n,).
    """
    worst, any_copy = as_pixels(images), np.zeros(len(images), dtype=bool)
    for degree in FAMILIES[family]:
        spoilt = as_pixels(CORRUPTIONS[family](images, degree, np.random.default_rng(seed)))
        moved = np.linalg.norm((pixels_in_unit(spoilt) - images).reshape(len(images), -1), axis=1)
        fits = (moved <= NEARER * reach) & (moved >= LEAST * reach)
        worst[fits] = spoilt[fits]
        any_copy |= fits
    return worst, any_copy


def made_pairs(subject: Subject, index: int) -> Pairs:
    """The pairs of the option ``family``; an image without a copy at the right distance has none.

    Raises:
        ValueError: there are no pairs.
    """
    data, family = subject.dataset, subject.options["family"]
    n = subject.options["n"]
    clean, real = data.test[:n], subject.once(real_neighbours)[:n]
    reach = np.linalg.norm(pixels_in_unit(real) - pixels_in_unit(clean), axis=1)
    grid = pixels_in_unit(clean).reshape(-1, *data.shape)
    parts: list[Pairs] = []
    for name in FAMILIES if family == ALL_FAMILIES else (family,):
        corrupted, has = worst_copies(grid, reach, name, derived_seed(subject.seeds[index], f"pairs/{name}"))
        parts.append({"clean": clean[has], "real": real[has], "corrupted": corrupted.reshape(len(corrupted), -1)[has]})
    pairs = {name: np.concatenate([part[name] for part in parts]) for name in ("clean", "real", "corrupted")}
    if not len(pairs["clean"]):
        raise ValueError(f"no copy of the family {family!r} is at the right distance")
    return pairs


def shown(subject: Subject, pairs: Pairs) -> Arrays:
    """Some pairs, evenly over all of them: ``clean``, ``real`` and ``corrupted`` images."""
    which = np.linspace(0, len(pairs["clean"]) - 1, SHOWN).astype(int)
    shape = subject.dataset.shape
    return {name: images[which].reshape(-1, *shape) for name, images in pairs.items()}


def ranked(subject: Subject, pairs: Pairs, badness: Callable[[np.ndarray], np.ndarray]) -> tuple[Values, Arrays]:
    """The metric for a judge that gives images (n, D), uint8, a badness each."""
    facts = {"real_badness": badness(pairs["real"]), "corrupted_badness": badness(pairs["corrupted"])}
    return {**compute(PAIR_METRICS, facts), **counted(pairs)}, shown(subject, pairs)


def counted(pairs: Pairs) -> Values:
    """How many pairs there are."""
    return compute(COUNT_METRICS, {"made_pairs": pairs["clean"]})


def by_pixels(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Judged by pixel L2 to the clean image: by construction the corrupted copy is always first."""
    pairs = made_pairs(subject, index)
    clean = pixels_in_unit(pairs["clean"])
    return ranked(subject, pairs, lambda images: np.linalg.norm(pixels_in_unit(images) - clean, axis=1))


def by_structure(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Judged by structural similarity to the clean image."""
    pairs, shape = made_pairs(subject, index), subject.dataset.shape
    clean = (pairs["clean"] / 255.0).reshape(-1, *shape)

    def badness(images: np.ndarray) -> np.ndarray:
        similarity = ssim_map(clean, (images / 255.0).reshape(-1, *shape))
        return -similarity.reshape(len(similarity), -1).mean(1)

    return ranked(subject, pairs, badness)


def by_features(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Judged by distance to the clean image in a classifier's features."""
    pairs = made_pairs(subject, index)
    features = {name: features_of(subject, pixels) for name, pixels in pairs.items()}
    values = counted(pairs)
    for extractor in subject.extractors:
        clean, real, corrupted = (features[name][extractor].values for name in ("clean", "real", "corrupted"))
        facts = {
            "real_badness": np.linalg.norm(real - clean, axis=1),
            "corrupted_badness": np.linalg.norm(corrupted - clean, axis=1),
        }
        values |= compute(named(PAIR_METRICS, extractor), facts)
    return values, shown(subject, pairs)


def by_score(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Judged by a model's own discriminator, which does not see the clean image."""
    model, pairs = scoring_model(subject, index), made_pairs(subject, index)
    return ranked(subject, pairs, lambda images: -scores_of(subject, model, images))


@torch.no_grad()
def by_residual(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Judged by how badly an autoencoder reconstructs an image; it does not see the clean one."""
    model, pairs = subject.model(index), made_pairs(subject, index)

    def badness(images: np.ndarray) -> np.ndarray:
        decoded = finite(model.decode(model.encode(subject.tensor(images), {}), {}), "reconstructions")
        return np.linalg.norm(decoded - pixels_in_unit(images), axis=1)

    return ranked(subject, pairs, badness)


MEASURES: dict[str, Measure] = {
    "pairs-by-pixels": Measure(
        by_pixels, lambda dataset: PAIR_METRICS + COUNT_METRICS, "real or corrupted: judged by pixel L2"
    ),
    "pairs-by-structure": Measure(
        by_structure, lambda dataset: PAIR_METRICS + COUNT_METRICS, "real or corrupted: judged by SSIM"
    ),
    "pairs-by-features": Measure(
        by_features, lambda dataset: COUNT_METRICS, "real or corrupted: judged by a classifier's features", PAIR_METRICS
    ),
    "pairs-by-score": Measure(
        by_score, lambda dataset: PAIR_METRICS + COUNT_METRICS, "real or corrupted: judged by a discriminator"
    ),
    "pairs-by-residual": Measure(
        by_residual, lambda dataset: PAIR_METRICS + COUNT_METRICS, "real or corrupted: judged by an autoencoder's error"
    ),
}
