"""FIDs as published protocols take them: samples, reconstructions, midpoints of codes, real images."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import torch

from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.published_images import INTERPOLATION, RECONSTRUCTION, decoded
from benchmarks.experiments.published_images import CODES_FROM

Maker = Callable[..., Subject]
N = 400


def with_options(subject: Subject, **options: object) -> Subject:
    return dataclasses.replace(subject, options={**subject.options, **options}, known={})


def fid_of(subject: Subject, measure: str = "published-images") -> float:
    (row,) = evaluate(MEASURES[measure], subject).rows
    assert row["status"] == "ok" and row["metric"].startswith("fid[digits-cnn-") and row["n"] == N
    return float(row["value"])


def test_reconstructions_are_nearer_than_samples_and_real_images_nearest(digits_subject: Maker) -> None:
    options = {"n": N, "weights": "last", "observation": "mean", "sampler": "prior"}
    subject = digits_subject("ae", options, updates=400)
    fids = {sampler: fid_of(with_options(subject, sampler=sampler)) for sampler in CODES_FROM}
    floor = fid_of(digits_subject(None, {"n": N}), "published-images-floor")
    assert floor < min(fids.values()), (floor, fids)
    assert fids[RECONSTRUCTION] < fids["gaussian"] < fids["prior"], fids
    assert fids[RECONSTRUCTION] < fids[INTERPOLATION]


def test_what_is_decoded(digits_subject: Maker) -> None:
    """The first n test images' codes; the means of pairs of codes, the same for the same seed."""
    subject = digits_subject("vae", {"n": 5, "weights": "last", "sampler": RECONSTRUCTION})
    few = dataclasses.replace(subject.dataset, test=subject.dataset.test[:20], test_labels=None)
    subject = dataclasses.replace(subject, dataset=few, known={})
    model = subject.model(0)
    with torch.no_grad():
        codes = model.encode(subject.tensor(few.test), {})
        whole = model.decode(codes, {}).numpy()
        pairs = torch.combinations(torch.arange(20), 2)
        middle = model.decode(codes[pairs].mean(1), {}).numpy()
    np.testing.assert_allclose(decoded(subject, 0), whole[:5], atol=1e-5)
    between = with_options(subject, sampler=INTERPOLATION)
    found = decoded(between, 0)
    np.testing.assert_array_equal(found, decoded(between, 0))
    assert found.shape == (5, 64)
    for image in found:
        assert np.abs(middle - image).max(1).min() < 1e-5
        assert np.abs(whole - image).max(1).min() > 1e-3


def test_codes_that_are_not_finite_are_a_diverged_run(digits_subject: Maker) -> None:
    subject = digits_subject("ae", {"n": N, "weights": "last", "observation": "mean", "sampler": RECONSTRUCTION})
    assert subject.trained is not None
    broken = {
        name: torch.full_like(w, torch.nan) if "encoder" in name else w for name, w in subject.trained.weights.items()
    }
    lost = dataclasses.replace(subject, trained=dataclasses.replace(subject.trained, weights=broken), known={})
    (row,) = evaluate(MEASURES["published-images"], lost).rows
    assert row["status"] == "diverged" and np.isnan(row["value"])


def test_a_gan_has_samples(digits_subject: Maker) -> None:
    subject = digits_subject("gan", {"n": N, "weights": "last", "observation": "mean", "sampler": "prior"})
    assert fid_of(subject) > 0
