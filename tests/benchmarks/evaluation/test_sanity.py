"""Metrics of images on corrupted real images: the same images at every degree, and what the metrics must find on the digits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Measured, measure_data
from benchmarks.evaluation.sanity import DROPPED, split_of_classes
from metrics.features import in_domain_extractor

DIGITS = load("digits", Path(), offline=True)


def taken(corruption: str, degree: float, n: int = 500, seeds: tuple[int, ...] = (100,)) -> Measured:
    options = {"corruption": corruption, "degree": degree, "n": n}
    own = in_domain_extractor("digits")
    assert own is not None
    return measure_data(MEASURES["corrupted-images"], options, DIGITS, "cpu", seeds, (own,))


def values_of(measured: Measured) -> dict[str, float]:
    return {row["metric"].partition("[")[0]: row["value"] for row in measured.rows}


def test_samples_reference_and_rest_share_no_image() -> None:
    labels = np.repeat(np.arange(10), 30)
    samples, reference, rest = split_of_classes(labels, 100, 3, np.random.default_rng(0))
    assert (len(samples), len(reference)) == (100, 100)
    assert sorted([*samples, *reference, *rest]) == list(range(300))
    assert len(np.unique(labels[samples])) == 7 and len(np.unique(labels[reference])) == 10


def test_the_reference_is_the_same_however_many_classes_are_dropped() -> None:
    labels = np.repeat(np.arange(10), 30)
    parts = [split_of_classes(labels, 80, dropped, np.random.default_rng(0)) for dropped in (0, 2, 5)]
    for _, reference, _ in parts[1:]:
        np.testing.assert_array_equal(reference, parts[0][1])
    with pytest.raises(ValueError, match="images are left of 2 classes, 80 are needed"):
        split_of_classes(labels, 80, 8, np.random.default_rng(0))


def test_real_images_are_corrupted_by_degrees() -> None:
    clean, blurred = taken("blur", 0), taken("blur", 1)
    assert clean.arrays["images"].shape == (1, 8, 8, 8)
    at_0, at_1 = values_of(clean), values_of(blurred)
    assert (at_0["reconstruction-l2"], at_0["ssim"]) == (pytest.approx(0, abs=1e-6), pytest.approx(1))
    assert at_1["fid"] > 10 * at_0["fid"] and at_1["sharpness"] < 0.1 and at_1["ssim"] < 0.8
    swapped = taken("patch swap", 0)
    np.testing.assert_array_equal(clean.arrays["images"], swapped.arrays["images"])


def test_dropped_classes_cost_diversity_and_leave_images_alone() -> None:
    whole, half = values_of(taken(DROPPED, 0)), values_of(taken(DROPPED, 5))
    assert (whole["classes-covered"], half["classes-covered"]) == (10, 5)
    assert half["recall"] < whole["recall"] - 0.2 and half["precision"] == pytest.approx(whole["precision"], abs=0.05)
    assert half["ssim"] == 1


def test_too_few_images_fail_that_seed_and_say_why() -> None:
    measured = taken(DROPPED, 5, n=800)
    assert {row["status"] for row in measured.rows} == {"failed"}
    assert "800 are needed" in measured.errors[100]
