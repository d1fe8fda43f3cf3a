"""Layers' gradients and the cost of quality over the course of a training."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.cost import training_cost
from benchmarks.evaluation.effort import cycles_done, flops_of_game, flops_until
from benchmarks.training.randomness import initialise


def test_layers_of_both_networks_over_the_course(digits_subject: Callable[..., Subject]) -> None:
    subject = digits_subject("gan", updates=20, snapshots=(0.5,))
    measured = evaluate(MEASURES["layer-gradients"], subject)
    assert not measured.errors
    assert measured.arrays["generator"].shape == measured.arrays["discriminator"].shape == (1, 3, 3)
    assert measured.rows[0]["value"] >= 1


def test_layers_without_normalisation_are_counted_alike(digits_subject: Callable[..., Subject]) -> None:
    """The weights of normalisation are no layers."""
    subject = digits_subject("gan", updates=20, settings={"generator_norm": "none", "discriminator_norm": "group"})
    arrays = evaluate(MEASURES["layer-gradients"], subject).arrays
    assert arrays["generator"].shape == arrays["discriminator"].shape == (1, 2, 3)


@pytest.mark.parametrize("model", ["gan", "latent-gan"])
def test_operations_add_up_to_those_of_the_whole_training(digits_subject: Callable[..., Subject], model: str) -> None:
    subject = digits_subject(model, updates=20, snapshots=(0.25, 1.0))
    assert subject.block is not None and subject.build is not None
    fresh, training = initialise(subject.build, 0), subject.block.training
    whole = {row["metric"]: row["value"] for row in evaluate(MEASURES["training"], subject).rows}["training-flops"]
    moments = cycles_done(fresh, training)
    cost = training_cost(fresh, training.batch)
    assert flops_until(fresh, training, cost, moments[-1]) == whole
    if model == "gan":
        assert moments == [5, 20]
        assert flops_until(fresh, training, cost, 5) == 5 * sum(cost.values())
    else:
        assert moments == [10, 40]
        assert flops_until(fresh, training, cost, 10) == 10 * cost["autoencoder"]
        parts = dict(fresh.named_parameters())
        encoder = 2 * sum(
            own.numel() for name, own in parts.items() if "autoencoder.encoder" in name and "weight" in name
        )
        spared = 20 * (cost["autoencoder"] + training.batch * encoder)
        assert flops_of_game(fresh, training, cost, [20, 40], 899).tolist() == [0, whole - spared + 899 * encoder]


def test_a_target_is_reached_or_the_run_has_failed(digits_subject: Callable[..., Subject]) -> None:
    shares = (0.25, 0.5, 1.0)
    easy, hard = (
        evaluate(MEASURES["effort"], digits_subject("gan", {"target": target, "n": 899}, updates=40, snapshots=shares))
        for target in (100.0, 1e-6)
    )
    assert {row["status"] for row in easy.rows} == {"ok"}
    assert {row["value"] for row in easy.rows} == {easy.arrays["flops"][0, 0]}
    assert (np.diff(easy.arrays["flops"][0]) > 0).all()
    assert {row["status"] for row in hard.rows} == {"failed"}
    assert "no moment of the training reached" in hard.errors[100]
