"""Measures on discriminators: discriminators built by hand, whose values are known, and hardly trained ones."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from torch import Tensor, nn

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import Dataset, load
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import VARIATIONS, parameters
from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate
from benchmarks.evaluation.optimum import BINS, divergence_of, on_lattice
from benchmarks.evaluation.sampling import prior_noise, sample_noise, sampled
from benchmarks.evaluation.scores import LATTICE_SIDE, NEAR_SCALES, near_data, over_window
from benchmarks.evaluation.search import discriminator_evaluations
from benchmarks.experiments.base import block
from benchmarks.training.randomness import draw, generator_for
from metrics import METRICS, quadrature
from models import MODELS
from models.divergences import DIVERGENCES, divergence_named
from models.networks import MLP
from models.vae import VAE

SEEDS = (100, 101)
SAMPLED = {"n": 500, "weights": "last", "sampler": "prior", "observation": "mean"}
Scores = Callable[[Tensor], Tensor]


class ByHand(nn.Module):
    """A discriminator that is a given function."""

    def __init__(self, scores: Scores) -> None:
        super().__init__()
        self.scores = scores

    def forward(self, x: Tensor) -> Tensor:
        return self.scores(x)[..., None]


@dataclasses.dataclass(frozen=True)
class HandMade(Subject):
    """A subject whose models' discriminators are replaced by a given function."""

    scores: Scores | None = None

    def model(self, index: int) -> Any:
        model = super().model(index)
        model.discriminator = ByHand(self.scores) if self.scores is not None else model.discriminator
        return model


def subject_of(
    dataset: str,
    model: str,
    settings: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    scores: Scores | None = None,
    updates: int = 3,
    snapshots: tuple[float, ...] = (),
) -> HandMade:
    data = load(dataset, Path(), offline=True)
    spec = block(dataset, model, settings, "smoke", SEEDS)
    training = spec.training.model_copy(update={"updates": updates, "snapshots": snapshots})
    spec = spec.model_copy(update={"training": training})
    trained = train_block(spec, MODELS[model], data, "cpu", len(SEEDS))
    build = model_builder(spec, MODELS[model], data)
    return HandMade(data, options or {}, SEEDS, torch.device("cpu"), build, trained, spec, scores=scores)


def values_of(measured: Measured) -> dict[str, list[float]]:
    assert all(row["status"] == "ok" for row in measured.rows), measured.errors
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


def density_of(data: Dataset) -> GaussianMixture:
    assert data.density is not None
    return data.density


def against(pair: str, dataset: str, **settings: object) -> dict[str, Any]:
    """Settings of a discriminator whose negatives are a known variation of the data."""
    q = VARIATIONS[pair](density_of(load(dataset, Path(), offline=True)))
    return {"negatives": "mixture", "mixture": parameters(pair, q), **settings}


def log_ratio(pair: str, dataset: str) -> Scores:
    p = density_of(load(dataset, Path(), offline=True))
    q = VARIATIONS[pair](p)
    return lambda x: torch.from_numpy(p.log_density(x.numpy()) - q.log_density(x.numpy()))


@pytest.mark.parametrize(("dataset", "pair"), [("comb-1d", "shifted-1"), ("unequal-pair", "widened")])
def test_the_exact_log_ratio_has_no_error_and_attains_the_optimum(dataset: str, pair: str) -> None:
    settings, scores = against(pair, dataset), log_ratio(pair, dataset)
    subject = subject_of(dataset, "discriminator", settings, scores=scores)
    fit, found = (evaluate(MEASURES[name], subject) for name in ("discriminator-fit", "variational-bound"))
    assert values_of(fit)["optimum-error"] == pytest.approx([0, 0], abs=1e-5)  # points are rounded to float32
    values = values_of(found)
    p = density_of(subject.dataset)
    lattice = on_lattice(p, VARIATIONS[pair](p))
    jsd = quadrature.jsd(lattice.log_p, lattice.log_q, lattice.cell)
    assert values["bound-optimum"] == pytest.approx([2 * jsd - math.log(4)] * 2, abs=1e-9)
    assert values["bound-value"] == pytest.approx(values["bound-optimum"], abs=1e-6)
    assert values["bound-gap"] == pytest.approx([0, 0], abs=1e-6)
    there = fit.arrays["mass"][0] > 1e-6
    centres = (np.arange(BINS) + 0.5) / BINS
    np.testing.assert_allclose(fit.arrays["mean"][0][there], centres[there], atol=0.5 / BINS + 1e-6)
    assert fit.arrays["mass"][0].sum() == pytest.approx(1)
    if dataset == "comb-1d":
        np.testing.assert_allclose(fit.arrays["probability"], fit.arrays["optimum"], atol=1e-4)
        assert fit.arrays["positions"].shape == fit.arrays["optimum"].shape


@pytest.mark.parametrize("pair", ["identical", "disjoint"])
def test_an_undecided_discriminator_has_a_known_error_and_value(pair: str) -> None:
    subject = subject_of("comb-1d", "discriminator", against(pair, "comb-1d"), scores=lambda x: 0 * x[..., 0])
    assert values_of(evaluate(MEASURES["discriminator-fit"], subject))["optimum-error"] == pytest.approx(
        [{"identical": 0.0, "disjoint": 0.5}[pair]] * 2, abs=1e-9
    )
    values = values_of(evaluate(MEASURES["variational-bound"], subject))
    assert values["bound-value"] == pytest.approx([-math.log(4)] * 2)
    assert values["bound-gap"] == pytest.approx([{"identical": 0.0, "disjoint": math.log(4)}[pair]] * 2, abs=1e-9)


@pytest.mark.parametrize("row", [*DIVERGENCES, "weighted-jensen-shannon"])
def test_every_rows_bound_is_below_its_divergence(row: str) -> None:
    """Of hardly trained discriminators, between densities half a standard deviation apart."""
    parameter = 0.3 if row.startswith("weighted") else None
    settings = against("shifted-0.5", "unequal-pair", divergence=row, parameter=parameter)
    values = values_of(evaluate(MEASURES["variational-bound"], subject_of("unequal-pair", "discriminator", settings)))
    assert all(gap > -1e-9 for gap in values["bound-gap"])
    at_one = divergence_named(row, parameter).at_one
    assert all(value > at_one for value in values["bound-optimum"])


def test_an_infinite_divergence_fails_with_a_reason_and_can_be_screened() -> None:
    subject = subject_of("unequal-pair", "discriminator", against("widened", "unequal-pair", divergence="neyman"))
    measured = evaluate(MEASURES["variational-bound"], subject)
    assert {row["status"] for row in measured.rows} == {"failed"}
    assert "Neyman χ² divergence of this pair is infinite" in measured.errors[SEEDS[0]]
    p = density_of(subject.dataset)
    wide = on_lattice(p, VARIATIONS["widened"](p))
    assert divergence_of(DIVERGENCES["neyman"], wide) == math.inf
    assert math.isfinite(divergence_of(DIVERGENCES["pearson"], wide))


def test_negatives_without_a_density_have_no_optimum() -> None:
    measured = evaluate(MEASURES["discriminator-fit"], subject_of("unequal-pair", "discriminator", {}))
    assert "have no known density" in measured.errors[SEEDS[0]]


def test_game_of_a_gan_at_equilibrium_and_of_a_perfect_discriminator() -> None:
    half = subject_of("unequal-pair", "gan", {}, SAMPLED, scores=lambda x: 0 * x[..., 0])
    assert {name: v[0] for name, v in values_of(evaluate(MEASURES["game-discriminator"], half)).items()} == {
        "game-value": pytest.approx(-math.log(4)),
        "indecision-error": 0,
        "game-accuracy": 0.5,
        "fooled-share": 0,  # at D = 1/2 a sample is not taken for data
        "game-auc": 0.5,
    }
    data = load("unequal-pair", Path(), offline=True)
    # hardly trained, the generator makes points around 0, where no data are
    far = subject_of("unequal-pair", "gan", {}, SAMPLED, scores=lambda x: 40 * (x[..., 0].abs() - 0.5))
    samples = sampled(far, 0)
    assert np.abs(samples[:, 0]).max() < 0.5 < np.abs(data.test[:500, 0]).min()
    assert {name: v[0] for name, v in values_of(evaluate(MEASURES["game-discriminator"], far)).items()} == {
        "game-value": pytest.approx(0, abs=0.01),
        "indecision-error": pytest.approx(0.5, abs=0.01),
        "game-accuracy": 1,
        "fooled-share": 0,
        "game-auc": 1,
    }


def test_game_of_a_trained_gan_on_images_against_scikit_learn() -> None:
    subject = subject_of("digits", "gan", {"loss": "least-squares"}, {**SAMPLED, "n": 200}, updates=20)
    values = values_of(evaluate(MEASURES["game-discriminator"], subject))
    for index in range(2):
        model = subject.model(index)
        with torch.no_grad():
            real = model.score(torch.from_numpy(subject.dataset.test[:200]).float() / 255).double().numpy()
            fake = model.score(torch.from_numpy(sampled(subject, index))).double().numpy()
        labels, scores = np.repeat([1, 0], 200), np.concatenate([real, fake])
        assert values["game-auc"][index] == pytest.approx(roc_auc_score(labels, scores))
        assert values["game-accuracy"][index] == pytest.approx((labels == (scores > 0.5)).mean())
        assert values["indecision-error"][index] == pytest.approx(np.abs(np.clip(scores, 0, 1) - 0.5).mean())


def test_boundary_of_hand_made_scores() -> None:
    """One that likes everything, the density itself, and a distance to the data's two modes."""
    p = density_of(load("unequal-pair", Path(), offline=True))
    exact = subject_of(
        "unequal-pair",
        "discriminator",
        {},
        scores=lambda x: torch.from_numpy(p.log_density(x.numpy()) - p.support_level()),
    )
    everything = dataclasses.replace(exact, scores=lambda x: 1 + 1e-6 * x[..., 0])
    coarse = dataclasses.replace(exact, scores=lambda x: 1.0 - x[..., 1].abs())
    measured = evaluate(MEASURES["boundary"], exact)
    assert values_of(measured) == {
        "off-support-scored-real": [0, 0],
        "far-false-accepts": [0, 0],
        "near-false-accepts": [0, 0],
    }
    assert measured.arrays["scores"].shape == (2, *[LATTICE_SIDE[2]] * 2)
    np.testing.assert_allclose(measured.arrays["scores"], measured.arrays["log_density"] - p.support_level(), atol=1e-3)
    values = values_of(evaluate(MEASURES["boundary"], everything))
    assert values["off-support-scored-real"] == [1, 1]
    measured = evaluate(MEASURES["boundary"], coarse)
    values = values_of(measured)
    # the strip |y| < 1 is a third of the window; 95 % of the data lie in |y| < 1.96 · 0.2
    away = over_window(exact, SEEDS[0])
    assert values["off-support-scored-real"][0] == pytest.approx((np.abs(away[:, 1]) < 1).mean())
    assert values["far-false-accepts"][0] == pytest.approx((np.abs(away[:, 1]) < 1.96 * 0.2).mean(), abs=0.01)
    shares = [(np.abs(points[:, 1]) < 1.96 * 0.2).mean() for points in near_data(exact, SEEDS[0])]
    assert measured.arrays["near"][0] == pytest.approx(shares, abs=0.02)
    assert values["near-false-accepts"][0] == pytest.approx(np.mean(shares), abs=0.02)
    assert {row["n"] for row in measured.rows} == {10_000}


def test_points_off_the_support_are_off_it_and_near_ones_are_near() -> None:
    subject = subject_of("ring", "discriminator", {})
    p = density_of(subject.dataset)
    for points in (over_window(subject, 1), *near_data(subject, 1)):
        assert (p.log_density(points) < p.support_level()).all()
    distances = [
        np.median(np.linalg.norm(points[:, None] - p.means, axis=-1).min(1)) for points in near_data(subject, 1)
    ]
    assert distances == sorted(distances)
    assert len(distances) == len(NEAR_SCALES)
    assert distances[0] < 5 * p.scales.min()


@pytest.mark.parametrize("dataset", ["pair-1d", "comb-1d", "grid"])
def test_boundaries_on_every_kind_of_mixture(dataset: str) -> None:
    measured = evaluate(MEASURES["boundary"], subject_of(dataset, "discriminator", {"negatives": "none"}))
    assert set(values_of(measured)) == {"off-support-scored-real", "far-false-accepts", "near-false-accepts"}
    shape = (LATTICE_SIDE[1],) if dataset.endswith("1d") else (LATTICE_SIDE[2],) * 2
    assert measured.arrays["scores"].shape == (2, *shape)


@pytest.mark.parametrize("dataset", ["comb-1d", "ring"])
def test_course_has_a_round_for_every_snapshot(dataset: str) -> None:
    settings = {"negatives": "ascent", "mining_steps": 2, "sampling_steps": 5}
    subject = subject_of(dataset, "discriminator", settings, {"n": 300}, updates=8, snapshots=(0.25, 0.5, 1.0))
    measured = evaluate(MEASURES["score-course"], subject)
    assert not measured.errors
    arrays = measured.arrays
    last = {name: arrays[name][:, -1].tolist() for name in ("jsd-hist", "modes-captured", "modes-hit")}
    assert values_of(measured) == last
    assert arrays["points"].shape == (2, 3, 300, subject.dataset.shape[0])
    for name in ("jsd-hist", "modes-captured", "modes-hit", "scored-real"):
        assert arrays[name].shape == (2, 3)
    d = subject.dataset.shape[0]
    shape = (LATTICE_SIDE[d],) * d
    assert arrays["scores"].shape == (2, 3, *shape)
    assert arrays["positions"].shape == (2, LATTICE_SIDE[d])
    assert arrays["log_density"].shape == (2, *shape)
    side = torch.from_numpy(arrays["positions"][1])
    points = torch.stack(torch.meshgrid(*[side] * d, indexing="ij"), -1).float()
    with torch.no_grad():
        scores = subject.model(1).score(points.reshape(-1, d)).reshape(shape)
    np.testing.assert_allclose(arrays["scores"][1, -1], scores.numpy(), atol=1e-5)


def test_no_course_without_snapshots() -> None:
    subject = subject_of("comb-1d", "discriminator", {"negatives": "uniform"}, {"n": 50}, updates=2)
    measured = evaluate(MEASURES["score-course"], subject)
    assert {row["status"] for row in measured.rows} == {"failed"}
    assert "kept no snapshots" in measured.errors[subject.seeds[0]]


def test_search_on_a_gan_takes_the_trainings_evaluations_and_finds_what_its_discriminator_likes() -> None:
    """Batches of 128: two scores of each in a discriminator's step, one in a generator's; 4 updates at k = 2."""
    options = {"n": 64, "share": 0.5, "search": "ascent"}
    p = density_of(load("unequal-pair", Path(), offline=True))

    def scores(x: Tensor) -> Tensor:
        means = torch.from_numpy(p.means).to(x.dtype)
        return -(x[..., None, :] - means).square().sum(-1).amin(-1)

    subject = subject_of("unequal-pair", "gan", {"discriminator_steps": 2}, options, scores=scores, updates=4)
    assert discriminator_evaluations(subject) == 128 * (2 * 8 + 4)
    measured = evaluate(MEASURES["search-samples"], subject)
    assert measured.arrays["steps"].tolist() == [20, 20]  # ½ · 2560 / 64
    values = values_of(measured)
    assert values["high-quality-share"] == [1, 1]
    assert values["modes-hit"] == [2, 2]
    assert len(set(values["jsd-hist"])) == 2
    langevin = dataclasses.replace(subject, options={**options, "search": "langevin"})
    assert values_of(evaluate(MEASURES["search-samples"], langevin))["jsd-hist"] != values["jsd-hist"]


@pytest.mark.parametrize("settings", [{}, {"search": "langevin", "sampling_steps": 7}])
def test_a_discriminators_samples_are_measured_as_every_models(settings: dict[str, object]) -> None:
    subject = subject_of("unequal-pair", "discriminator", settings, {**SAMPLED, "n": 2000})
    assert set(values_of(evaluate(MEASURES["mixture-samples"], subject))) >= {"jsd-hist", "modes-captured"}
    images = subject_of("digits", "discriminator", settings, {**SAMPLED, "n": 50})
    assert set(values_of(evaluate(MEASURES["image-samples"], images))) == {"sharpness", "nearest-l2"}


def test_noise_of_samples_has_the_streams_that_it_had() -> None:
    """Latent vectors and observations as before; every name its own stream."""
    vae = VAE(MLP((2,), 3, (4,), "none", "identity"), VAE.Settings())
    noise = sample_noise(vae, 7, 5, observation=True)
    assert list(noise) == ["latent", "observation"]
    assert torch.equal(noise["latent"], prior_noise(vae, 7, 5))
    assert torch.equal(
        noise["observation"], draw(vae.sample_spec()["observation"], (5,), generator_for(7, "samples/observation"))
    )
    assert list(sample_noise(vae, 7, 5, observation=False)) == ["latent"]


def test_parameters_of_a_mixture_are_plain_lists_that_settings_take() -> None:
    p = density_of(load("ring", Path(), offline=True))
    settings = MODELS["discriminator"].Settings.model_validate({"negatives": "mixture", "mixture": parameters("p", p)})
    dumped = settings.model_dump(mode="json")
    assert MODELS["discriminator"].Settings(**dumped) == settings
    assert np.array_equal(dumped["mixture"]["means"], p.means)


def test_what_the_new_measures_give_is_registered() -> None:
    for name in ("discriminator-fit", "variational-bound", "game-discriminator", "boundary"):
        assert set(MEASURES[name].metrics("ring")) <= set(METRICS)
