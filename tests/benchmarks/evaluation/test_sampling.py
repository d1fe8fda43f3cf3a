"""Where samples come from: the prior as it is, and with batch normalisation's statistics taken anew from it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from benchmarks.evaluation import Subject
from benchmarks.evaluation.sampling import prior_noise, recalibrate, sampled
from benchmarks.experiments.base import block, samplers_of
from benchmarks.specs import RECALIBRATED

SAMPLING = {"n": 2_000, "weights": "last", "observation": "mean"}


@pytest.fixture
def subject(digits_subject: Callable[..., Subject]) -> Subject:
    return digits_subject("ae", {**SAMPLING, "sampler": RECALIBRATED}, updates=40)


def test_recalibrated_activations_of_the_prior_are_standardised(subject: Subject) -> None:
    """Before, they are as much off as codes differ from N(0, I)."""
    model = subject.model(0)
    seen: list[Tensor] = []
    layers = [part for part in model.generating_network.children() if isinstance(part, nn.BatchNorm1d)]
    latent = prior_noise(model, 7, 4_000)

    def spreads() -> list[float]:
        seen.clear()
        hooks = [
            layer.register_forward_hook(lambda layer, given, out: seen.append((out - layer.bias) / layer.weight))
            for layer in layers
        ]
        with torch.no_grad():
            model.decode(latent, {})
        for hook in hooks:
            hook.remove()
        return [float(out.var(0).mean()) for out in seen]

    before = spreads()
    weights = {name: value.clone() for name, value in model.named_parameters()}
    recalibrate(model, 3)
    assert spreads() == pytest.approx([1.0] * len(layers), abs=0.05)
    assert all(abs(spread - 1) > 0.1 for spread in before)
    assert not any(part.training for part in model.modules())
    assert all(torch.equal(value, weights[name]) for name, value in model.named_parameters())


def test_samples_are_recalibrated_and_the_trained_model_is_not(
    subject: Subject, digits_subject: Callable[..., Subject]
) -> None:
    plain = digits_subject("ae", {**SAMPLING, "sampler": "prior"}, updates=40)
    before, recalibrated, after = sampled(plain, 0), sampled(subject, 0), sampled(plain, 0)
    assert np.array_equal(before, after)
    assert np.abs(before - recalibrated).mean() > 0.005
    assert np.array_equal(recalibrated, sampled(subject, 0))


@pytest.mark.parametrize(
    ("dataset", "model", "expected"),
    [
        ("digits", "ae", True), ("digits", "dae", True), ("digits", "vae", True), ("digits", "gan", False),
        ("digits", "latent-gan", False), ("digits", "pca", False), ("ring", "ae", False),
    ],
)  # fmt: skip
def test_decoders_with_batch_normalisation_that_are_trained_on_codes_can_be_recalibrated(
    dataset: str, model: str, expected: bool
) -> None:
    assert (RECALIBRATED in samplers_of(block(dataset, model, {}, "smoke", (100,)))) is expected


def test_averaged_weights_that_were_not_kept_are_refused(digits_subject: Callable[..., Subject]) -> None:
    with pytest.raises(LookupError, match="kept no average"):
        digits_subject("gan", {"weights": "ema"}).model(0)
