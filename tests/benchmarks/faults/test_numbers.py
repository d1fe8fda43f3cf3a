"""Numbers that are none: in losses, data, features, and generators that make one thing; never a value with the status ok."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from benchmarks.blocks import model_builder
from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.base import Measure, is_value
from benchmarks.experiments.base import block
from benchmarks.specs import Training
from benchmarks.training.loop import Trained, train
from metrics.features import Features, extract, in_domain_extractor
from models import MODELS
from models.autoencoder import Autoencoder
from models.base import Objective, Scalars
from models.networks import MLP

UPDATES = 20
SEEDS = (3, 4)
DATA = torch.rand((40, 12), generator=torch.Generator().manual_seed(0))
NETWORKS = MLP((12,), 4, (16,), "none", "sigmoid")
WRONG = [math.nan, math.inf, -math.inf]


class Spoilt(Autoencoder):
    """Its loss is another at one update."""

    at = 0
    value = 0.0
    count: Tensor

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.register_buffer("count", torch.zeros(()))

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        loss, scalars = super().forward(objective, x, noise)
        wrong = torch.where(self.count == self.at, self.value, 0.0)
        self.count += 1
        return loss + wrong, scalars


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("at", [0, UPDATES // 2, UPDATES - 1])
def test_a_loss(at: int, value: float) -> None:
    class Here(Spoilt):
        pass

    Here.at, Here.value = at, value
    trained = train(lambda: Here(NETWORKS, Here.Settings()), DATA, Training(updates=UPDATES, batch=8), SEEDS)
    assert trained.diverged_at.tolist() == [at, at]


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("at", [0, 20, 39])
def test_data(at: int, value: float) -> None:
    """One number among the training data: every seed diverges when it meets it, in its first epoch."""
    data = DATA.clone()
    data[at, 5] = value
    trained = train(
        lambda: MODELS["ae"](NETWORKS, MODELS["ae"].Settings()),  # type: ignore[call-arg]
        data,
        Training(updates=UPDATES, batch=8),
        SEEDS,
    )
    assert all(0 <= step < 5 for step in trained.diverged_at)


def subject(name: str, model: str, settings: dict[str, Any], spoil: Any) -> Subject:
    """Two seeds after a few updates, the weights of the second spoilt."""
    data = load(name, Path(), offline=True)
    spec = block(name, model, settings, "smoke", SEEDS)
    build = model_builder(spec, MODELS[model], data)
    trained = train(build, torch.from_numpy(data.train), spec.training, SEEDS)
    weights = {key: tensor.clone() for key, tensor in trained.weights.items()}
    for key, tensor in weights.items():
        if tensor.is_floating_point() and "running" not in key:
            spoil(tensor[1])
    own: Trained = replace(trained, weights=weights)
    extractor = in_domain_extractor(name)
    options = {"n": 500, "weights": "last", "sampler": "prior", "observation": "mean"}
    return Subject(
        data, options, SEEDS, torch.device("cpu"), build, own, spec, (extractor,) if extractor is not None else ()
    )


SPOILS: dict[str, Callable[[Tensor], object]] = {
    "constant": lambda weights: weights.zero_(),
    "nan": lambda weights: weights.fill_(math.nan),
    "huge": lambda weights: weights.fill_(1e30),
}
OF_SAMPLES = [
    ("ring", name) for name in ("mixture-samples", "mode-samples", "mixture-two-sample", "mixture-kde")
] + [("digits", name) for name in ("image-samples", "image-two-sample")]  # fmt: skip


@pytest.mark.parametrize(("dataset", "measure"), OF_SAMPLES)
@pytest.mark.parametrize("spoil", SPOILS.values(), ids=SPOILS)
def test_a_generator_that_makes_one_thing_or_none(dataset: str, measure: str, spoil: Any) -> None:
    """The other seed's values stand; of this one no value is ok that is no number."""
    measured = evaluate(MEASURES[measure], subject(dataset, "gan", {"loss": "non-saturating"}, spoil))
    for row in measured.rows:
        assert is_value(row["metric"], row["value"]) == (row["status"] == "ok"), row
    assert all(row["status"] == "ok" for row in measured.rows if row["seed"] == SEEDS[0])


@pytest.mark.parametrize("value", WRONG)
def test_values_that_a_measure_gives(value: float) -> None:
    """Features, say, that are not finite: the metric that rests on them failed, the others stand."""
    made = subject("ring", "gan", {"loss": "non-saturating"}, lambda w: None)

    def function(one: Subject, index: int) -> tuple[dict[str, float], dict[str, np.ndarray]]:
        return {"jsd-hist": value if index else 0.1, "modes-captured": 3.0}, {}

    rows = evaluate(Measure(function, lambda name: ("jsd-hist", "modes-captured"), "made up"), made).rows
    assert [row["status"] for row in rows] == ["ok", "ok", "failed", "ok"]
    assert math.isnan(rows[2]["value"]) and rows[3]["value"] == 3.0


def test_a_divergence_can_be_infinite() -> None:
    """Samples that all lie on one point have an infinite KL from the data by nearest neighbours: that is its value."""
    made = subject("ring", "gan", {"loss": "non-saturating"}, SPOILS["constant"])
    rows = evaluate(MEASURES["mixture-samples"], made).rows
    (row,) = [row for row in rows if row["metric"] == "kl-model-data-knn" and row["seed"] == SEEDS[1]]
    assert row["status"] == "ok" and row["value"] == math.inf


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("at", [0, 250, 499])
def test_features(value: float, at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of one image of one seed: this seed has no metric of features, and the others stand."""
    made = subject("digits", "ae", {}, lambda w: None)
    original, calls = extract, 0

    def spoilt(*arguments: Any) -> Features:
        nonlocal calls
        calls += 1
        features = original(*arguments)
        if calls == 2:  # the first are those of the test images
            features.values[at, 3] = value
        return features

    monkeypatch.setattr("benchmarks.evaluation.images.extract", spoilt)
    rows = evaluate(MEASURES["image-samples"], made).rows
    for row in rows:
        assert is_value(row["metric"], row["value"]) == (row["status"] == "ok"), row
    assert {row["seed"] for row in rows if row["status"] != "ok"} == {SEEDS[0]}
