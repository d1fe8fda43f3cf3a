"""Reconstructions by latent search, and bounds on the likelihood, of models as they come out of a training."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import torch

from benchmarks.blocks import model_builder, train_block
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate
from benchmarks.evaluation.images import as_pixels
from benchmarks.evaluation.reconstruction import INVERTED
from benchmarks.experiments.base import block
from models import MODELS


def values_of(measured: Measured) -> dict[str, float]:
    return {row["metric"]: row["value"] for row in measured.rows}


def subject_of(model: str, updates: int, settings: dict[str, object]) -> Subject:
    spec = block("digits", model, settings, "smoke", (100,))
    spec = spec.model_copy(update={"training": spec.training.model_copy(update={"updates": updates})})
    data = load("digits", Path(), offline=True)
    trained = train_block(spec, MODELS[model], data, "cpu", 1)
    return Subject(data, {}, spec.seeds, torch.device("cpu"), model_builder(spec, MODELS[model], data), trained, spec)


def test_search_finds_a_generators_own_images_and_not_others() -> None:
    subject = subject_of("gan", 100, {})
    latent = torch.randn((INVERTED, 16), generator=torch.Generator().manual_seed(0))
    own = as_pixels(subject.model(0).sample({"latent": latent}).detach().numpy())
    data = dataclasses.replace(subject.dataset, test=own, test_labels=None)
    found = values_of(evaluate(MEASURES["inversion"], dataclasses.replace(subject, dataset=data, known={})))
    other = values_of(evaluate(MEASURES["inversion"], subject))
    assert found["reconstruction-l2"] < 0.25 * other["reconstruction-l2"]
    assert found["ssim"] > 0.95 > other["ssim"]


def test_inversion_shows_what_it_measured() -> None:
    measured = evaluate(MEASURES["inversion"], subject_of("gan", 20, {}))
    assert measured.arrays["inputs"].shape == measured.arrays["reconstructions"].shape == (1, 16, 8, 8)
    assert {row["n"] for row in measured.rows} == {INVERTED}


def test_likelihood_of_a_trained_and_of_a_collapsed_vae() -> None:
    """Training raises the bound and uses codes; a huge weight on the KL term leaves no unit active."""
    trained = values_of(
        evaluate(MEASURES["likelihood"], subject_of("vae", 200, {"likelihood": "gaussian-fixed", "scale": 0.2}))
    )
    fresh = values_of(
        evaluate(MEASURES["likelihood"], subject_of("vae", 1, {"likelihood": "gaussian-fixed", "scale": 0.2}))
    )
    collapsed = values_of(
        evaluate(MEASURES["likelihood"], subject_of("vae", 200, {"likelihood": "gaussian-fixed", "kl_weight": 1000.0}))
    )
    assert trained["elbo"] > fresh["elbo"]
    assert trained["iw-elbo"] >= trained["elbo"]
    assert trained["active-units"] >= 3
    assert trained["posterior-collapsed"] == 0
    assert collapsed["active-units"] == 0
    assert collapsed["posterior-collapsed"] == 1
    assert collapsed["posterior-kl"] < 0.1
    assert np.isfinite(list(collapsed.values())).all()
