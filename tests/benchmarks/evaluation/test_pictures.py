"""Latent vectors along lines, axes and the plane; samples at a training's snapshots."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy.stats import norm, uniform
from torch import Tensor

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.latents import LATENTS
from benchmarks.evaluation.pictures import AXES, AXIS_STEPS, PLANE_SIDE, axes, between, plane
from benchmarks.evaluation.sampling import prior_noise, sampled
from benchmarks.experiments.base import Request, block
from benchmarks.experiments.latent_space import two_dimensional_blocks
from benchmarks.specs import Block
from models import MODELS
from models.autoencoder import Autoencoder
from models.base import GenerativeModel, NoiseKind
from models.networks import MLP

SEEDS = (100, 101)


def subject_of(spec: Block, options: dict[str, object]) -> Subject:
    data = load(spec.dataset, Path(), offline=True)
    model = MODELS[spec.model]
    trained = train_block(spec, model, data, "cpu", len(spec.seeds))
    return Subject(data, options, spec.seeds, torch.device("cpu"), model_builder(spec, model, data), trained)


def test_between_goes_in_equal_steps_from_one_end_to_the_other() -> None:
    ends = torch.randn(3, 2, 5)
    line = between(ends, 9)
    assert line.shape == (3, 9, 5)
    torch.testing.assert_close(line[:, 0], ends[:, 0])
    torch.testing.assert_close(line[:, -1], ends[:, 1])
    torch.testing.assert_close(line[:, 4], ends.mean(1))


def test_axes_are_those_that_change_the_image_most() -> None:
    """A linear decoder whose k-th column is k long: the last axes first, each through the centre."""

    class Ruler(Autoencoder):
        def decode(self, codes: Tensor, noise: object) -> Tensor:
            return codes * torch.arange(1.0, 11.0)

    model = Ruler(MLP((10,), 10, (4,), "none", "identity"), Autoencoder.Settings())
    data = load("ring", Path(), offline=True)
    subject = Subject(data, {}, SEEDS, torch.device("cpu"))
    centre, spread = torch.full((10,), 3.0), torch.ones(10)
    along = axes(model, centre, spread, subject)
    assert along.shape == (AXES, AXIS_STEPS, 10)
    changing = [int((line != centre).any(0).nonzero().item()) for line in along]
    assert changing == [9, 8, 7, 6, 5, 4]
    torch.testing.assert_close(along[0, [0, -1], 9], torch.tensor([1.0, 5.0]))
    assert (along[:, AXIS_STEPS // 2] == centre).all()


def flat(mean: float, deviation: float) -> Any:
    """The uniform distribution with this mean and standard deviation, in scipy's words."""
    return uniform(mean - math.sqrt(3) * deviation, math.sqrt(12) * deviation)


@pytest.mark.parametrize(("kind", "law"), [("normal", norm), ("uniform", flat), ("standardised-uniform", flat)])
def test_plane_is_equally_spaced_in_probability(kind: NoiseKind, law: Callable[[float, float], Any]) -> None:
    lattice = plane(torch.tensor([1.0, -2.0]), torch.tensor([2.0, 0.5]), LATENTS[kind])
    assert lattice.shape == (PLANE_SIDE, PLANE_SIDE, 2)
    across = law(1.0, 2.0).cdf(lattice[0, :, 0].numpy())
    upward = law(-2.0, 0.5).cdf(lattice[:, 0, 1].numpy())
    np.testing.assert_allclose(across, (np.arange(PLANE_SIDE) + 0.5) / PLANE_SIDE, atol=1e-5)
    np.testing.assert_allclose(upward, across[::-1], atol=1e-5)  # the first row is the highest, as in a picture


@pytest.mark.parametrize("model", ["vae", "gan"])
def test_lines_end_where_they_should(model: str) -> None:
    """Of a model with codes at reconstructions of test images, of a GAN at samples of its own; the blend has the same ends."""
    spec = block("digits", model, {}, "smoke", SEEDS)
    subject = subject_of(spec, {})
    measured = evaluate(MEASURES["latent-pictures"], subject)
    arrays = measured.arrays
    assert {row["status"] for row in measured.rows} == {"ok"}
    assert arrays["traversal"].shape == (2, AXES, AXIS_STEPS, 8, 8)
    if model == "gan":
        np.testing.assert_array_equal(arrays["interpolation"][:, :, [0, -1]], arrays["blend"][:, :, [0, -1]])
        noise = prior_noise(subject.model(0), SEEDS[0], 128)
        expected = subject.model(0).sample({"latent": noise})[0].detach().numpy()
        np.testing.assert_allclose(arrays["interpolation"][0, 0, 0].ravel() / 255, expected, atol=0.5 / 255 + 1e-6)
    else:
        assert (arrays["blend"][0, 0, 0].ravel() == subject.dataset.test).all(1).any()
    assert "plane" not in arrays


@pytest.mark.parametrize("model", ["gan", "latent-gan"])
def test_latent_vectors_of_a_model_on_a_cube_stay_in_it(model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Samples, lines, axes and the plane are of the prior that the model was trained with; axes end at the cube's faces."""
    spec = block("digits", model, {"prior": "uniform"}, "smoke", SEEDS[:1])
    spec = spec.model_copy(update={"network": spec.network.model_copy(update={"latent": 2})})
    subject = subject_of(spec, {"n": 500, "sampler": "prior", "observation": "mean"})
    seen: list[Tensor] = []
    sample = MODELS[model].sample

    def watched(self: GenerativeModel, noise: Mapping[str, Tensor]) -> Tensor:
        seen.append(noise["latent"])
        return sample(self, noise)

    monkeypatch.setattr(MODELS[model], "sample", watched)
    sampled(subject, 0)
    evaluate(MEASURES["latent-pictures"], subject)
    face = math.sqrt(3)
    assert len(seen[0]) == 500
    assert 0.98 * face < float(seen[0].abs().max()) <= face
    assert float(torch.cat(seen[1:]).abs().max()) == pytest.approx(face)


def test_two_dimensional_blocks_have_a_plane() -> None:
    (spec, *_) = two_dimensional_blocks(Request("digits", "smoke", (SEEDS,), 899))
    assert spec.network.latent == 2
    arrays = evaluate(MEASURES["latent-pictures"], subject_of(spec, {})).arrays
    assert arrays["plane"].shape == (2, PLANE_SIDE, PLANE_SIDE, 8, 8)


def test_the_last_of_a_strip_are_the_trained_models_samples() -> None:
    spec = block("ring", "gan", {}, "smoke", SEEDS)
    assert spec.training.snapshots[-1] == 1.0
    subject = subject_of(spec, {"observation": "mean", "sampler": "prior", "n": 400})
    measured = evaluate(MEASURES["training-strip"], subject)
    assert measured.rows == []
    strip = measured.arrays["strip"]
    assert strip.shape[::3] == (2, 2)
    for index in range(2):
        np.testing.assert_allclose(strip[index, :, -1], sampled(subject, index), rtol=1e-5, atol=1e-6)
        assert not np.allclose(strip[index, :, 0], strip[index, :, -1], atol=1e-3)
