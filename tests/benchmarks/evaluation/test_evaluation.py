"""The measures: what they promise is what they give, also for seeds that diverged."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import Dataset, load
from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate, measure_block, measure_data
from benchmarks.evaluation.images import as_pixels
from benchmarks.evaluation.mixtures import KERNEL_POINTS
from benchmarks.evaluation.reconstruction import shown_test_images
from benchmarks.evaluation.sampling import prior_noise
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
from benchmarks.recipes import RECIPES
from benchmarks.specs import Block, Measurement, Profile
from metrics import base_name, features
from metrics.features import Extractor, Features, in_domain_extractor
from models import MODELS
from models.base import GenerativeModel
from models.latent_prior import ExPostMixture

OWN = in_domain_extractor("digits")
assert OWN is not None
EXTRACTORS = {"digits": (OWN,)}

SEEDS = (100, 101)


def measurements(experiment: str, dataset: str, profile: Profile = "smoke") -> list[Measurement]:
    return EXPERIMENTS[experiment].measurements(Request(dataset, profile, (SEEDS,), RECIPES[dataset].samples))


def few_updates(wanted: Measurement) -> Measurement:
    """The same measurement of a hardly trained block, and of fewer points."""
    if wanted.dataset != "digits" and "n" in wanted.options:
        wanted = wanted.model_copy(update={"options": {**wanted.options, "n": 2000}})
    if wanted.block is None:
        return wanted
    training = wanted.block.training.model_copy(update={"updates": 20})
    return wanted.model_copy(update={"block": wanted.block.model_copy(update={"training": training})})


CASES = [("mixtures", "unequal-pair"), ("images", "digits")]
EVERY = pytest.mark.parametrize(("experiment", "dataset"), CASES)


def taken(wanted: Measurement, data: Dataset) -> Measured:
    measure, block = MEASURES[wanted.measure], wanted.block
    extractors = EXTRACTORS.get(data.name, ())
    if block is None:
        return measure_data(measure, wanted.options, data, "cpu", wanted.data_seeds, extractors)
    model = MODELS[block.model]
    trained = train_block(block, model, data, "cpu", len(block.seeds))
    return measure_block(measure, wanted.options, data, "cpu", block, model, trained, extractors)


@EVERY
def test_every_measure_gives_what_it_promises(experiment: str, dataset: str) -> None:
    """One row per planned metric and seed; arrays with a leading seed axis; the same twice."""
    data = load(dataset, Path(), offline=True)
    seen: dict[str, Measurement] = {}
    for wanted in map(few_updates, measurements(experiment, dataset, "full")):
        how = "" if "two-sample" in wanted.measure else wanted.options.get("sampler")
        seen.setdefault(f"{wanted.measure}/{how}/{wanted.options.get('observation')}", wanted)
    assert len({wanted.measure for wanted in seen.values()}) >= 5
    for wanted in seen.values():
        first, second = (taken(wanted, data) for _ in range(2))
        metrics = MEASURES[wanted.measure].names(dataset, EXTRACTORS.get(dataset, ()))
        assert [(r["seed"], r["metric"]) for r in first.rows] == [(s, m) for s in wanted.seeds for m in metrics]
        assert all(row["status"] == "ok" and not math.isnan(row["value"]) for row in first.rows)
        assert first.rows == second.rows
        for name, array in first.arrays.items():
            assert len(array) == len(wanted.seeds), name
            np.testing.assert_array_equal(array, second.arrays[name])


def trained_samples(experiment: str, dataset: str) -> Measurement:
    """Samples of the autoencoder, the first model that is trained."""
    every = measurements(experiment, dataset)
    return next(m for m in every if m.measure.endswith("-samples") and m.block and m.block.model == "ae")


def subject_with(data: Dataset, block: Block, poisoned: bool, options: dict[str, object]) -> Subject:
    def prepare(models: list[GenerativeModel]) -> None:
        with torch.no_grad():
            next(models[0].parameters()).fill_(torch.nan)

    from benchmarks.training.loop import train

    build = model_builder(block, MODELS[block.model], data)
    tensor = torch.from_numpy(data.train)
    trained = train(build, tensor, block.training, SEEDS, prepare=prepare if poisoned else None)
    extractors = EXTRACTORS.get(data.name, ())
    return Subject(data, options, SEEDS, torch.device("cpu"), build, trained, block, extractors)


@EVERY
def test_a_diverged_seed_keeps_its_rows(experiment: str, dataset: str) -> None:
    data = load(dataset, Path(), offline=True)
    wanted = trained_samples(experiment, dataset)
    assert wanted.block is not None
    poisoned = subject_with(data, wanted.block, True, wanted.options)
    measured = evaluate(MEASURES[wanted.measure], poisoned)
    healthy = evaluate(MEASURES[wanted.measure], subject_with(data, wanted.block, False, wanted.options))
    metrics = MEASURES[wanted.measure].names(dataset, EXTRACTORS.get(dataset, ()))
    assert len(measured.rows) == 2 * len(metrics)
    assert all(row["status"] == "diverged" and math.isnan(row["value"]) for row in measured.rows[: len(metrics)])
    assert measured.rows[len(metrics) :] == healthy.rows[len(metrics) :]
    training = values_of(evaluate(MEASURES["training"], poisoned))
    assert training["diverged"] == [1.0, 0.0]


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


def test_outputs_that_are_not_finite_count_as_diverged() -> None:
    """Weights may be finite and samples still overflow."""
    wanted = trained_samples("mixtures", "ring")
    assert wanted.block is not None
    ring = load("ring", Path(), offline=True)
    subject = subject_with(ring, wanted.block, False, wanted.options)
    assert subject.trained is not None
    subject.trained.weights["decoder.4.weight"][0] = 1e38
    measured = evaluate(MEASURES["mixture-samples"], subject)
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[0]} == {"diverged"}
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[1]} == {"ok"}


def test_codes_that_no_density_fits_fail_that_seed_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load("unequal-pair", Path(), offline=True)
    wanted = next(m for m in measurements("mixtures", "unequal-pair") if m.options.get("sampler") == "gmm")
    assert wanted.block is not None
    subject = subject_with(data, wanted.block, False, wanted.options)
    fit = ExPostMixture.fit
    calls = []

    def failing(self: ExPostMixture, codes: np.ndarray, seed: int) -> None:
        calls.append(seed)
        if len(calls) == 1:
            raise ValueError("ill-defined empirical\ncovariance")
        fit(self, codes, seed)

    monkeypatch.setattr(ExPostMixture, "fit", failing)
    measured = evaluate(MEASURES["mixture-samples"], subject)
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[0]} == {"failed"}
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[1]} == {"ok"}
    assert measured.errors == {SEEDS[0]: "ValueError: ill-defined empirical covariance"}


def test_image_floor_splits_all_images_anew_with_every_seed() -> None:
    """Not the data set's own stratified split, whose parts are more alike than two samples; n as stated."""
    data = load("digits", Path(), offline=True)
    measured = measure_data(MEASURES["image-floor"], {"n": 899}, data, "cpu", tuple(range(12)), EXTRACTORS["digits"])
    values = values_of(measured)
    assert {base_name(name): np.mean(value) for name, value in values.items()} == {
        "fid": pytest.approx(0.8, abs=0.3),
        "kid": pytest.approx(0, abs=0.01),
        "precision": pytest.approx(0.9, abs=0.1),
        "recall": pytest.approx(0.9, abs=0.1),
        "density": pytest.approx(1, abs=0.1),  # its expectation
        "coverage": pytest.approx(1 - 2**-5, abs=0.02),  # its expectation for many images
        "classes-covered": 10,
        "label-entropy": pytest.approx(np.log(10), abs=0.01),
        "sharpness": pytest.approx(1, abs=0.05),
        "nearest-l2": pytest.approx(1.1, abs=0.1),
    }
    fid = next(numbers for name, numbers in values.items() if name.startswith("fid"))
    kid = next(numbers for name, numbers in values.items() if name.startswith("kid"))
    assert len(set(fid)) == 12
    assert 0.6 < np.mean(fid) < 1.1
    assert abs(np.mean(kid)) < 3 * np.std(kid) / np.sqrt(12) + 1e-3  # unbiased: 0 between samples of one distribution
    assert {row["n"] for row in measured.rows} == {899}


def test_classifiers_do_not_tell_real_images_from_real_images() -> None:
    data = load("digits", Path(), offline=True)
    measured = measure_data(
        MEASURES["image-two-sample-floor"], {"n": 899}, data, "cpu", (0, 1, 2), EXTRACTORS["digits"]
    )
    looked_at = (EXTRACTORS["digits"][0].name, "pixels")
    assert set(values_of(measured)) == {f"{name}[{how}]" for name in ("c2st", "c2st-auc") for how in looked_at}
    for values in values_of(measured).values():
        assert np.mean(values) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(3 * 899))


def test_features_of_the_test_images_are_extracted_once_for_all_seeds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load("digits", Path(), offline=True)
    wanted = next(m for m in measurements("images", "digits") if m.measure == "image-samples")
    assert wanted.block is not None
    subject = subject_with(data, wanted.block, False, wanted.options)
    sizes = []

    def counted(extractor: Extractor, images: np.ndarray, cuda: bool) -> Features:
        sizes.append(len(images))
        return features.extract(extractor, images, cuda)

    monkeypatch.setattr("benchmarks.evaluation.images.extract", counted)
    evaluate(MEASURES["image-samples"], subject)
    assert sizes == [899] * (len(SEEDS) + 1)


def colour(data: Dataset) -> Dataset:
    """The digits as colour images, channels first, each channel the same."""
    train, test = (np.tile(part, 3) for part in (data.train, data.test))
    return dataclasses.replace(data, name="colour", shape=(3, 8, 8), train=train, test=test)


def test_colour_without_an_extractor_gets_the_pixel_metrics_of_grey() -> None:
    grey = load("digits", Path(), offline=True)
    taken_of = [measure_data(MEASURES["image-floor"], {"n": 899}, data, "cpu", (0,)) for data in (grey, colour(grey))]
    of_grey, of_colour = (values_of(measured) for measured in taken_of)
    assert of_colour["sharpness"] == pytest.approx(of_grey["sharpness"])
    assert of_colour["nearest-l2"] == pytest.approx(np.sqrt(3) * np.array(of_grey["nearest-l2"]), rel=1e-3)
    assert taken_of[1].arrays["images"].shape == (1, 64, 3, 8, 8)


def test_samples_of_a_seed_use_the_same_latents_for_every_model() -> None:
    """Matched metric samples: the draws depend on the seed alone."""
    ring = load("ring", Path(), offline=True)
    drawn = []
    for wanted in measurements("mixtures", "ring"):
        if wanted.measure == "training":
            assert wanted.block is not None
            build = model_builder(wanted.block, MODELS[wanted.block.model], ring)
            drawn.append(prior_noise(build(), SEEDS[0], 7))
    assert len(drawn) > 5
    assert all(torch.equal(codes, drawn[0]) for codes in drawn)


def test_as_pixels_rounds_and_clips() -> None:
    np.testing.assert_array_equal(as_pixels(np.array([-0.1, 0.0, 0.5, 1.0, 1.2])), [0, 0, 128, 255, 255])


def test_shown_test_images_take_the_classes_in_turn() -> None:
    data = load("digits", Path(), offline=True)
    assert data.test_labels is not None
    assert data.test_labels[shown_test_images(data)].tolist() == [*range(10), *range(6)]


@pytest.mark.parametrize("dataset", ["pair-1d", "spiral"])
def test_samples_on_the_line_and_along_a_curve_are_measured_too(dataset: str) -> None:
    """All metrics of the mixture, and those on modes only where there are modes."""
    data = load(dataset, Path(), offline=True)
    wanted = next(m for m in measurements("mixtures", dataset) if m.options.get("sampler") == "gmm")
    measured = taken(wanted, data)
    assert all(row["status"] == "ok" and not math.isnan(row["value"]) for row in measured.rows)
    metrics = {row["metric"] for row in measured.rows}
    assert metrics >= {"jsd-hist", "kl-model-data-knn", "off-support-share"}
    assert ("modes-captured" in metrics) == ("high-quality-share" in metrics) == (dataset == "pair-1d")
    assert measured.arrays["points"].shape == (2, 2000, *data.shape)


def test_kernel_densities_of_samples_and_of_data() -> None:
    data = load("comb-1d", Path(), offline=True)
    full = EXPERIMENTS["mixtures"].measurements(Request("comb-1d", "full", (SEEDS[:1],), 30_000))
    floor = taken(next(m for m in full if m.measure == "mixture-kde-floor"), data)
    assert {row["n"] for row in floor.rows} == {KERNEL_POINTS}
    assert all(abs(values[0]) < 0.03 for values in values_of(floor).values())
    asked = next(m for m in measurements("mixtures", "comb-1d") if m.measure == "mixture-samples")
    assert asked.block is not None
    wanted = Measurement(
        measure="mixture-kde", dataset="comb-1d", options={**asked.options, "n": 500}, block=asked.block
    )
    measured = taken(wanted, data)
    assert {row["n"] for row in measured.rows} == {500}
    assert all(row["status"] == "ok" for row in measured.rows)
    assert 0.05 < values_of(measured)["jsd-kde"][0] <= math.log(2)  # hardly trained


@pytest.mark.parametrize("estimator", ["hist", "knn", "kde"])
def test_calibration_gives_estimates_and_the_truth(estimator: str) -> None:
    """Shifted by one standard deviation within well-separated modes: KL is ½ both ways; truth is the same for every seed."""
    data = load("unequal-pair", Path(), offline=True)
    options = {"pair": "shifted-1", "n": 2000}
    measured = measure_data(MEASURES[f"calibration-{estimator}"], options, data, "cpu", SEEDS)
    assert {row["n"] for row in measured.rows} == {2000}
    values = values_of(measured)
    for name in ("kl-data-model", "kl-model-data"):
        assert values[f"{name}-quadrature"] == pytest.approx([0.5, 0.5], abs=1e-6)
        assert values[f"{name}-{estimator}"] == pytest.approx([0.5, 0.5], abs=0.15)
    assert values["jsd-quadrature"][0] == values["jsd-quadrature"][1]
    assert values[f"jsd-{estimator}"] == pytest.approx(values["jsd-quadrature"], abs=0.03)
    assert values[f"jsd-{estimator}"][0] != values[f"jsd-{estimator}"][1]
