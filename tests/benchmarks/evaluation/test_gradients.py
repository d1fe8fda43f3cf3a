"""The generator's gradient under both losses: against derivatives by hand, and along a training."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.gradients import GRADIENT_METRICS, at_weights
from benchmarks.experiments.base import block
from models import MODELS
from models.gan import GAN
from models.networks import MLP

SEEDS = (100, 101)


def linear_gan(slope: tuple[float, float], offset: float) -> GAN:
    """G(z) = z W + b of one latent dimension and two of data; T(x) = slope · x + offset."""
    gan = GAN(MLP((2,), 1, (4,), "none", "identity"), GAN.Settings())
    generator, discriminator = nn.Linear(1, 2), nn.Linear(2, 1)
    with torch.no_grad():
        generator.weight.copy_(torch.tensor([[0.5], [-0.25]]))
        generator.bias.copy_(torch.tensor([0.5, 1.0]))
        discriminator.weight.copy_(torch.tensor([slope]))
        discriminator.bias.fill_(offset)
    gan.generator, gan.discriminator = nn.Sequential(generator), nn.Sequential(discriminator)
    return gan


@pytest.mark.parametrize("offset", [0.0, 2.0, -3.0])
def test_norms_against_derivatives_by_hand(offset: float) -> None:
    """∂/∂b E log(1 − σ(T)) = −E[σ(T)] w and ∂/∂W = −E[σ(T) z] w; −log σ(T) has 1 − σ(T) in the place of σ(T)."""
    slope = np.array([0.75, -0.5])
    z = np.array([-1.0, 0.25, 2.0])
    x = z[:, None] * np.array([0.5, -0.25]) + np.array([0.5, 1.0])
    d = 1 / (1 + np.exp(-(x @ slope + offset)))
    data = torch.tensor([[4.0, 0.0], [-40.0, 0.0]])
    values = at_weights(linear_gan((0.75, -0.5), offset), torch.tensor(z)[:, None].float(), data)
    for name, factor in (("gradient-saturating", d), ("gradient-non-saturating", 1 - d)):
        by_hand = np.linalg.norm(slope) * np.hypot(factor.mean(), (factor * z).mean())
        assert values[name] == pytest.approx(by_hand, rel=1e-12)
    assert values["discriminator-output"] == pytest.approx(d.mean(), rel=1e-12)
    real = np.mean([3.0 + offset > 0, -30.0 + offset > 0])
    assert values["discriminator-accuracy"] == pytest.approx((real + np.mean(d <= 0.5)) / 2)


def test_a_perfect_discriminator_stops_the_saturating_gradient_alone() -> None:
    """At T ≈ c ≪ 0 the saturating gradient is e^c of the other, also where single precision would have lost it."""
    for offset in (-10.0, -120.0):
        values = at_weights(linear_gan((1e-3, 1e-3), offset), torch.linspace(-1, 1, 7)[:, None], torch.zeros(2, 2))
        ratio = values["gradient-saturating"] / values["gradient-non-saturating"]
        assert math.log(ratio) == pytest.approx(offset, abs=0.01)
        assert values["gradient-non-saturating"] > 1e-4


def subject(updates: int, snapshots: tuple[float, ...] = (0.1, 1.0), **settings: object) -> Subject:
    data = load("ring", Path(), offline=True)
    spec = block("ring", "gan", settings, "smoke", SEEDS)
    training = spec.training.model_copy(update={"updates": updates, "snapshots": snapshots})
    spec = spec.model_copy(update={"training": training})
    trained = train_block(spec, MODELS["gan"], data, "cpu", len(SEEDS))
    return Subject(
        data, {"n": 1000}, SEEDS, torch.device("cpu"), model_builder(spec, MODELS["gan"], data), trained, spec
    )


def test_the_course_of_a_discriminator_that_trains_alone() -> None:
    """From the untrained weights over the snapshots to the end; the better the discriminator, the less is left of the saturating
    gradient beside the other."""
    asked = subject(150, head_start=1.0)
    measured = evaluate(MEASURES["generator-gradients"], asked)
    values = {name: [row["value"] for row in measured.rows if row["metric"] == name] for name in GRADIENT_METRICS}
    assert [row["metric"] for row in measured.rows] == [*GRADIENT_METRICS] * 2
    assert {row["status"] for row in measured.rows} == {"ok"}
    for name, array in measured.arrays.items():
        assert array.shape == (2, 4)
        np.testing.assert_array_equal(array[:, 2], array[:, 3])  # the snapshot at the end is the end
        assert values[name] == array[:, -1].tolist()
    for name in ("gradient-saturating", "gradient-non-saturating"):
        array = measured.arrays[name]
        np.testing.assert_allclose(values[f"{name}-relative"], array[:, -1] / array[:, 0])
    saturating, other = (measured.arrays[f"gradient-{name}"] for name in ("saturating", "non-saturating"))
    assert (np.abs(measured.arrays["discriminator-output"][:, 0] - 0.5) < 0.1).all()  # untrained: at chance
    assert (measured.arrays["discriminator-output"][:, -1] < 0.3).all()
    assert (measured.arrays["discriminator-accuracy"][:, -1] > 0.9).all()
    assert (saturating[:, -1] / other[:, -1] < 0.5 * saturating[:, 0] / other[:, 0]).all()


def test_the_same_noise_and_weights_give_the_same_whatever_was_measured_before() -> None:
    asked = subject(10, snapshots=())
    first, second = (evaluate(MEASURES["generator-gradients"], asked) for _ in range(2))
    assert first.rows == second.rows
    assert first.arrays["gradient-saturating"].shape == (2, 2)


def test_a_seed_whose_weights_are_not_finite_has_diverged() -> None:
    asked = subject(10)
    assert asked.trained is not None
    asked.trained.weights["discriminator.0.weight"][0] = torch.nan
    rows = evaluate(MEASURES["generator-gradients"], asked).rows
    assert {row["status"] for row in rows if row["seed"] == SEEDS[0]} == {"diverged"}
    assert all(math.isnan(row["value"]) for row in rows if row["seed"] == SEEDS[0])
    assert {row["status"] for row in rows if row["seed"] == SEEDS[1]} == {"ok"}
