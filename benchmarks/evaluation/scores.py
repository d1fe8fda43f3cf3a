"""What a discriminator makes of points: fresh data and samples, points off the data's support, a lattice over the window."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch

from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.evaluation.base import Arrays, Measure, NonFiniteError, Subject, Values, compute
from benchmarks.evaluation.sampling import sampled
from benchmarks.training.randomness import derived_seed
from models.scoring import ScoringModel

GAME_METRICS = ("game-value", "indecision-error", "game-accuracy", "fooled-share", "game-auc")
BOUNDARY_METRICS = ("off-support-scored-real", "far-false-accepts", "near-false-accepts")

POINTS = 10_000
"""Points of each kind: over the window, held-out data, data moved by noise of each scale."""
ACCEPTED = 0.95
"""Share of held-out data that is accepted where false accepts are compared."""
NEAR_SCALES = (1.0, 2.0, 4.0)
"""Standard deviations of the noise that moves data, in those of the mixture's narrowest component."""
LATTICE_SIDE = {1: 241, 2: 61}
"""Points per side of the lattice on which scores are shown, by number of dimensions."""


def scoring_model(subject: Subject, index: int) -> ScoringModel:
    """The block's model, which must have a discriminator on data."""
    model = subject.model(index)
    assert isinstance(model, ScoringModel)
    return model


@torch.no_grad()
def scores_of(subject: Subject, model: ScoringModel, x: np.ndarray) -> np.ndarray:
    """Scores of points or images (n, D), shape (n,), float64.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    parts = np.array_split(x, max(1, len(x) // 10_000))
    scores = torch.cat([model.score(subject.tensor(part).float()).double().cpu() for part in parts]).numpy()
    if not np.isfinite(scores).all():
        raise NonFiniteError("scores are not finite")
    return scores


def game_discriminator(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The discriminator that a model was trained with, on held-out data and as many samples."""
    model, samples = scoring_model(subject, index), sampled(subject, index)
    n = min(len(samples), len(subject.dataset.test))
    real, fake = (scores_of(subject, model, x[:n]) for x in (subject.dataset.test, samples))
    facts = {
        "discriminator_loss": float(model.discriminator_loss(torch.from_numpy(real), torch.from_numpy(fake))),
        "real_scores": real,
        "fake_scores": fake,
        "threshold": model.threshold,
        "real_probability": model.probability(torch.from_numpy(real)).numpy(),
        "fake_probability": model.probability(torch.from_numpy(fake)).numpy(),
    }
    return compute(GAME_METRICS, facts), {}


def off_support(density: GaussianMixture, points: np.ndarray, level: float) -> np.ndarray:
    """Those of points (n, d) where the log-density is below ``level``, the data's support level.

    Raises:
        ValueError: there are none.
    """
    kept = points[density.log_density(points) < level]
    if not len(kept):
        raise ValueError("no point lies off the data's support")
    return kept


def support_level(subject: Subject) -> float:
    """Log-density that 99.9 % of the data exceed."""
    assert subject.dataset.density is not None
    return subject.dataset.density.support_level()


def over_window(subject: Subject, seed: int) -> np.ndarray:
    """Points evenly drawn over the window and off the data's support, shape (n, d), float32."""
    density = subject.dataset.density
    assert density is not None
    drawn = np.random.default_rng(derived_seed(seed, "scores/window")).uniform(-1, 1, (POINTS, density.dimensions))
    return off_support(density, (density.window * drawn).astype(np.float32), subject.once(support_level))


def near_data(subject: Subject, seed: int) -> list[np.ndarray]:
    """Data moved off their support by Gaussian noise, one array for each of ``NEAR_SCALES``, shape (n_i, d), float32."""
    density = subject.dataset.density
    assert density is not None
    data = subject.dataset.test[POINTS : 2 * POINTS]
    noise = np.random.default_rng(derived_seed(seed, "scores/near")).standard_normal(data.shape)
    moved = [(data + scale * density.scales.min() * noise).astype(np.float32) for scale in NEAR_SCALES]
    return [off_support(density, points, subject.once(support_level)) for points in moved]


def score_lattice(density: GaussianMixture) -> tuple[np.ndarray, np.ndarray]:
    """Positions along the window's side, shape (m,), and points of a lattice, shape (m^d, d), the last coordinate running fast."""
    side = np.linspace(-density.window, density.window, LATTICE_SIDE[density.dimensions])
    points = np.stack(np.meshgrid(*[side] * density.dimensions, indexing="ij"), -1).reshape(-1, density.dimensions)
    return side, points.astype(np.float32)


def boundary(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Where a discriminator draws the line around the data.

    Two kinds of points off the support: evenly over the window, and near the data (``NEAR_SCALES``). They are judged at the loss's
    own threshold and at the score that 95 % of held-out data exceed, at which discriminators with different losses compare.

    Arrays: ``positions`` (m,), and over the lattice ``scores`` and ``log_density``, of shape (m,) or (m, m); ``near``, the false
    accepts near the data by scale of the noise.
    """
    model, density, seed = scoring_model(subject, index), subject.dataset.density, subject.seeds[index]
    assert density is not None
    held_out = scores_of(subject, model, subject.dataset.test[:POINTS])
    facts: dict[str, Any] = {
        "threshold": model.threshold,
        "accepting_level": float(np.quantile(held_out, 1 - ACCEPTED)),
        "off_support_scores": scores_of(subject, model, over_window(subject, seed)),
        "near_scores": [scores_of(subject, model, points) for points in near_data(subject, seed)],
    }
    positions, points = score_lattice(density)
    shape = (len(positions),) * density.dimensions
    arrays = {
        "positions": positions,
        "scores": scores_of(subject, model, points).reshape(shape),
        "log_density": density.log_density(points).reshape(shape),
        "near": np.array([(scores > facts["accepting_level"]).mean() for scores in facts["near_scores"]]),
    }
    return compute(BOUNDARY_METRICS, facts), arrays


MEASURES: dict[str, Measure] = {
    "game-discriminator": Measure(
        game_discriminator, lambda dataset: GAME_METRICS, "a model's own discriminator on fresh data and samples"
    ),
    "boundary": Measure(
        boundary,
        lambda dataset: BOUNDARY_METRICS,
        "what a discriminator takes for data off their support",
        at_most=POINTS,
    ),
}
