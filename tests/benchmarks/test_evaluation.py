"""The measures: what they promise is what they give, also for seeds that diverged."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.datasets import Dataset, load
from benchmarks.evaluation import MEASURES, Measured, Subject, as_pixels, evaluate, shown_test_images
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
from benchmarks.planning import Environment, builder
from benchmarks.runner import measure, train_block
from benchmarks.specs import Block, Measurement
from models.base import GenerativeModel

CPU = Environment("cpu", "cpu")
SEEDS = (100, 101)


def measurements(experiment: str, dataset: str) -> list[Measurement]:
    return EXPERIMENTS[experiment].measurements(Request(dataset, "smoke", (SEEDS,)))


CASES = [("mixtures", "unequal-pair"), ("images", "digits")]
EVERY = pytest.mark.parametrize(("experiment", "dataset"), CASES)


@EVERY
def test_every_measure_gives_what_it_promises(experiment: str, dataset: str) -> None:
    """One row per planned metric and seed; arrays with a leading seed axis; the same twice."""
    data = load(dataset, Path(), offline=True)
    seen: dict[str, Measurement] = {}
    for wanted in measurements(experiment, dataset):
        label = f"{wanted.measure}/{wanted.options.get('sampler')}/{wanted.options.get('observation')}"
        seen.setdefault(label, wanted)
    for wanted in seen.values():
        trained = train_block(wanted.block, data, CPU) if wanted.block else None
        first, second = (measure(wanted, data, trained, CPU) for _ in range(2))
        metrics = MEASURES[wanted.measure].metrics(dataset)
        seeds = wanted.block.seeds if wanted.block else wanted.options.get("seeds", [None])
        assert [(r["seed"], r["metric"]) for r in first.rows] == [(s, m) for s in seeds for m in metrics]
        assert all(row["status"] == "ok" and not math.isnan(row["value"]) for row in first.rows)
        assert first.rows == second.rows
        for name, array in first.arrays.items():
            assert len(array) == len(list(seeds)), name
            np.testing.assert_array_equal(array, second.arrays[name])


def subject_with(data: Dataset, block: Block, poisoned: bool, options: dict[str, object]) -> Subject:
    def prepare(models: list[GenerativeModel]) -> None:
        with torch.no_grad():
            next(models[0].parameters()).fill_(torch.nan)

    from benchmarks.training import train

    build = builder(block, data.shape, data.kind)
    tensor = torch.from_numpy(data.train)
    trained = train(build, tensor, block.training, SEEDS, prepare=prepare if poisoned else None)
    return Subject(data, options, SEEDS, torch.device("cpu"), build, trained, block.training.batch)


@EVERY
def test_a_diverged_seed_keeps_its_rows(experiment: str, dataset: str) -> None:
    data = load(dataset, Path(), offline=True)
    wanted = next(m for m in measurements(experiment, dataset) if m.measure.endswith("-samples"))
    assert wanted.block is not None
    poisoned = subject_with(data, wanted.block, True, wanted.options)
    measured = evaluate(MEASURES[wanted.measure], poisoned)
    healthy = evaluate(MEASURES[wanted.measure], subject_with(data, wanted.block, False, wanted.options))
    metrics = MEASURES[wanted.measure].metrics(dataset)
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
    wanted = next(m for m in measurements("mixtures", "ring") if m.measure == "mixture-samples")
    assert wanted.block is not None
    ring = load("ring", Path(), offline=True)
    subject = subject_with(ring, wanted.block, False, wanted.options)
    assert subject.trained is not None
    subject.trained.weights["decoder.4.weight"][0] = 1e38
    measured = evaluate(MEASURES["mixture-samples"], subject)
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[0]} == {"diverged"}
    assert {row["status"] for row in measured.rows if row["seed"] == SEEDS[1]} == {"ok"}


def test_samples_of_a_seed_use_the_same_latents_for_every_model() -> None:
    """Matched metric samples: the draws depend on the seed alone."""
    from benchmarks.evaluation import latent_codes

    ring = load("ring", Path(), offline=True)
    options = {"sampler": "prior", "observation": "mean", "n": 7}
    drawn = []
    for wanted in measurements("mixtures", "ring"):
        if wanted.measure == "training":
            assert wanted.block is not None
            build = builder(wanted.block, ring.shape, ring.kind)
            subject = Subject(ring, options, SEEDS, torch.device("cpu"), build)
            drawn.append(latent_codes(subject, build(), SEEDS[0], 7))
    assert len(drawn) > 5
    assert all(torch.equal(codes, drawn[0]) for codes in drawn)


def test_as_pixels_rounds_and_clips() -> None:
    np.testing.assert_array_equal(as_pixels(np.array([-0.1, 0.0, 0.5, 1.0, 1.2])), [0, 0, 128, 255, 255])


def test_shown_test_images_take_the_classes_in_turn() -> None:
    data = load("digits", Path(), offline=True)
    assert data.test_labels is not None
    assert data.test_labels[shown_test_images(data)].tolist() == [*range(10), *range(6)]
