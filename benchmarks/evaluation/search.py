"""Samples found by searching a discriminator's score: over a training's course, and in the place of a generator."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from benchmarks.evaluation.base import Arrays, Measure, Subject, Values, compute, finite
from benchmarks.evaluation.images import FEATURE_METRICS, PIXEL_METRICS, as_pixels, image_values, test_features
from benchmarks.evaluation.mixtures import SHOWN_POINTS, data_facts, histogram_facts, sample_metrics, sample_values
from benchmarks.evaluation.sampling import sample_noise
from benchmarks.evaluation.scores import over_window, score_lattice, scores_of, scoring_model
from benchmarks.training.randomness import draw, generator_for
from metrics.discrimination import share_above
from models.base import Noise
from models.discriminator import Discriminator
from models.gan import AdversarialModel
from models.search import ascend, box_of, langevin

STEP = 0.05
"""First step of a search on a GAN's discriminator, as a share of the box; that of ``models.discriminator``."""
COURSE_METRICS = ("jsd-hist", "modes-captured", "modes-hit")


def course_metrics(dataset: str) -> tuple[str, ...]:
    """Metrics of what is found at a snapshot; those on modes only where the components are modes."""
    return tuple(name for name in COURSE_METRICS if name in sample_metrics(dataset))


@torch.no_grad()
def score_course(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """A discriminator alone at the training's snapshots: what a search on its score finds, and the score itself.

    The values are those at the last snapshot. Arrays, for K snapshots: of ``options["n"]`` samples ``jsd-hist`` and, where the data
    have modes, ``modes-captured`` and ``modes-hit``; the share ``scored-real`` of points off the data's support; some of the
    samples, ``points`` (K, ·, d); over a lattice of the window ``positions`` (m,), ``log_density`` and ``scores``, of shape
    (m,) and (K, m), or in the plane (m, m) and (K, m, m).

    Raises:
        ValueError: the training kept no snapshots.
    """
    trained, density, seed = subject.trained, subject.dataset.density, subject.seeds[index]
    assert trained is not None and density is not None
    if not trained.snapshots:
        raise ValueError("the training kept no snapshots; there is no course to look at")
    names = course_metrics(subject.dataset.name)
    away = over_window(subject, seed)
    positions, points = score_lattice(density)
    shape = (len(positions),) * density.dimensions
    course: dict[str, list[np.ndarray]] = {}
    for weights in trained.snapshots:
        model = subject.model_with(weights, index)
        assert isinstance(model, Discriminator)
        noise = sample_noise(model, seed, subject.options["n"], observation=False)
        found = model.sample({name: drawn.to(subject.device) for name, drawn in noise.items()})
        samples = finite(found, "samples")
        facts = {**subject.once(data_facts), **histogram_facts(density, samples), "samples": samples}
        shown = {name: np.array(value) for name, value in compute(names, facts).items()}
        shown |= {
            "scored-real": np.array(share_above(scores_of(subject, model, away), model.threshold)),
            "points": samples[:SHOWN_POINTS],
        }
        shown["scores"] = scores_of(subject, model, points).reshape(shape)
        for name, value in shown.items():
            course.setdefault(name, []).append(value)
    arrays = {name: np.stack(values) for name, values in course.items()}
    arrays |= {"positions": positions, "log_density": density.log_density(points).reshape(shape)}
    return {name: float(arrays[name][-1]) for name in names}, arrays


def training_box(subject: Subject) -> tuple[Tensor, Tensor]:
    """The box of the training data, on the device."""
    low, high = box_of(torch.from_numpy(subject.training))
    return low.to(subject.device), high.to(subject.device)


def discriminator_evaluations(subject: Subject) -> int:
    """At how many points one seed's training of a GAN has evaluated the discriminator, real and fake, in steps of both players."""
    assert subject.trained is not None and subject.block is not None
    evaluations = subject.trained.evaluations
    return subject.block.training.batch * (2 * evaluations["discriminator"] + evaluations["generator"])


@torch.no_grad()
def searched(subject: Subject, index: int) -> tuple[np.ndarray, int]:
    """Samples found by search on a GAN's own discriminator from uniform starts, shape (n, D), float32, and the number of steps K.

    A search of K steps evaluates the discriminator, with its slope, at n K points; K is such that this is ``options["share"]`` of
    what the training evaluated. ``options["search"]`` is ``ascent``, for argmax D, or ``langevin``.
    """
    model, options, seed = scoring_model(subject, index), subject.options, subject.seeds[index]
    assert isinstance(model, AdversarialModel)
    n, dimensions = options["n"], model.data
    steps = max(1, round(options["share"] * discriminator_evaluations(subject) / n))
    low, high = subject.once(training_box)
    start = draw(Noise("uniform", (dimensions,)), (n,), generator_for(seed, "samples/start")).to(subject.device)
    if options["search"] == "ascent":
        found = ascend(model.score, start, low, high, steps, STEP)
    else:
        noise = draw(Noise("normal", (steps, dimensions)), (n,), generator_for(seed, "samples/steps")).to(
            subject.device
        )
        found = langevin(model.score, start, noise, low, high, STEP)
    return finite(found, "samples"), steps


def search_samples(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples of a mixture found by search in the place of the generator's. Arrays: those of samples, and ``steps``, K."""
    found, steps = searched(subject, index)
    values, arrays = sample_values(subject, found)
    return values, {**arrays, "steps": np.array(steps)}


def search_images(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same for images, whose box is [0, 1] in every pixel."""
    found, steps = searched(subject, index)
    pixels, reference = as_pixels(found), subject.dataset.test
    values, arrays = image_values(subject, pixels, subject.training, reference, subject.once(test_features))
    return values, {**arrays, "steps": np.array(steps)}


MEASURES: dict[str, Measure] = {
    "score-course": Measure(score_course, course_metrics, "a discriminator's score and what is found by it, by round"),
    "search-images": Measure(
        search_images,
        lambda dataset: PIXEL_METRICS,
        "images found on a GAN's discriminator in the place of its generator's",
        FEATURE_METRICS,
    ),
    "search-samples": Measure(
        search_samples, sample_metrics, "samples found on a GAN's discriminator in the place of its generator's"
    ),
}
