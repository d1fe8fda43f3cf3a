"""How near to an image the images are that draws from its posterior decode to."""

from __future__ import annotations

import numpy as np
import torch

from benchmarks.evaluation.base import FEW, Arrays, Measure, Subject, Values, compute, finite, named
from benchmarks.evaluation.images import as_pixels, features_of, pixels_in_unit
from benchmarks.evaluation.neighbours import feature_pools, held_out_distances
from benchmarks.evaluation.reconstruction import shown_test_images
from benchmarks.training.randomness import generator_for
from metrics.neighbours import nearest_distances

IN_PIXELS = ("nearer-in-pixels", "spread-in-pixels")
IN_FEATURES = ("nearer-in-features", "spread-in-features")
VARIANTS = 4
"""Posterior draws for every image."""


@torch.no_grad()
def variants(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Test images encoded to draws from their posteriors and decoded (the likelihood's mean), by pixels and by features."""
    model, data, seed = subject.model(index), subject.dataset, subject.seeds[index]
    n = min(subject.options["n"], FEW["images"], len(data.test))
    x = subject.tensor(data.test[:n]).repeat_interleave(VARIANTS, 0)
    drawn = torch.randn((len(x), model.latent), generator=generator_for(seed, "posterior")).to(subject.device)
    decoded = as_pixels(finite(model.decode(model.encode(x, {"posterior": drawn}), {}), "decoded images"))
    values = compute(
        IN_PIXELS,
        variant_facts(pixels_in_unit(data.test[:n]), pixels_in_unit(decoded), subject.once(held_out_distances)[:n, 0]),
    )
    pools = subject.once(feature_pools)
    own, of_variants = features_of(subject, data.test[:n]), features_of(subject, decoded)
    for extractor, pool in pools.items():
        distances = nearest_distances(own[extractor].values, pool.features)[:, 0]
        facts = variant_facts(own[extractor].values, of_variants[extractor].values, distances)
        values |= compute(named(IN_FEATURES, extractor), facts)
    shown = shown_test_images(data)
    shown = shown[shown < n]
    return values, {
        "inputs": data.test[shown].reshape(-1, *data.shape),
        "images": decoded.reshape(n, VARIANTS, -1)[shown].swapaxes(0, 1).reshape(VARIANTS, -1, *data.shape),
    }


def variant_facts(images: np.ndarray, decoded: np.ndarray, neighbour_distances: np.ndarray) -> dict[str, np.ndarray]:
    """What metrics of variants need; images (n, F), their variants (n K, F), distances (n,)."""
    by_image = decoded.reshape(len(images), VARIANTS, -1).astype(np.float64)
    return {
        "draw_distances": np.linalg.norm(by_image - images[:, None], axis=-1),
        "draw_spreads": np.linalg.norm(by_image[:, 0] - by_image[:, 1], axis=-1),
        "neighbour_distances": neighbour_distances,
    }


MEASURES: dict[str, Measure] = {
    "posterior-variants": Measure(
        variants,
        lambda dataset: IN_PIXELS,
        "how near to its image a decoded posterior draw is",
        IN_FEATURES,
        at_most=FEW["images"],
    ),
}
