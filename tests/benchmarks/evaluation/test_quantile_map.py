"""The map of a generator with one latent dimension, on models whose map is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import ndtri
from torch import Tensor

from benchmarks.blocks import model_builder
from benchmarks.datasets import Dataset, load
from benchmarks.datasets.line import cdf
from benchmarks.evaluation import MEASURES, Measured, measure_block
from benchmarks.evaluation.quantile_map import MAP_POINTS, generated_at
from benchmarks.evaluation.sampling_methods import quantiles
from benchmarks.experiments.base import block
from benchmarks.recipes import RECIPES
from benchmarks.specs import Block, Network
from benchmarks.training.loop import Trained, train
from models import MODELS
from models.base import GenerativeModel, Noise
from models.gan import GAN

DATA = load("pair-1d", Path(), offline=True)
assert DATA.density is not None
SEEDS = (100, 101)
DRAWS = 4000
OPTIONS = {"n": DRAWS, "weights": "last", "sampler": "prior", "observation": "mean"}


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


def trained(model: str, data: Dataset, network: Network | None = None) -> tuple[Block, Trained]:
    one = block(data.name, model, {}, "smoke", SEEDS, network)
    return one, train(model_builder(one, MODELS[model], data), torch.from_numpy(data.train), one.training, SEEDS)


def measured(model: str) -> Measured:
    one, weights = trained(model, DATA)
    return measure_block(MEASURES["quantile-map"], OPTIONS, DATA, "cpu", one, MODELS[model], weights)


@pytest.mark.parametrize("model", ["gan", "ae", "pca", "latent-gan"])
def test_every_model_with_one_latent_dimension_has_a_map(model: str) -> None:
    found = measured(model)
    assert {row["status"] for row in found.rows} == {"ok"}, found.errors
    values = values_of(found)
    assert all(0 <= value <= 1 for name in ("ks", "map-rank-correlation") for value in values[name])
    assert all(w <= error + 1e-9 for w, error in zip(values["wasserstein-1"], values["quantile-error"], strict=True))
    assert found.arrays["map"].shape == found.arrays["quantile"].shape == (2, MAP_POINTS // 10)


class Exact(GAN):
    """A generator that is the inverse distribution function itself, of a latent of any kind, up or down."""

    kind: str = "normal"
    direction: int = 1

    def sample_spec(self) -> dict[str, Noise]:
        return {"latent": Noise(self.kind, (1,))}  # type: ignore[arg-type]

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        z = noise["latent"].double()
        u = {"normal": torch.special.ndtr(z), "uniform": z, "standardised-uniform": z / 12**0.5 + 0.5}[self.kind]
        u = (u if self.direction == 1 else 1 - u).clamp(1e-9, 1 - 1e-9)
        assert DATA.density is not None
        return torch.from_numpy(quantiles(DATA.density, u.numpy()[:, 0])[:, None]).float()


@pytest.mark.parametrize("kind", ["normal", "uniform", "standardised-uniform"])
@pytest.mark.parametrize("direction", [1, -1])
def test_the_inverse_distribution_function_itself(kind: str, direction: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Exact, "kind", kind)
    monkeypatch.setattr(Exact, "direction", direction)
    one, weights = trained("gan", DATA)
    values = values_of(measure_block(MEASURES["quantile-map"], OPTIONS, DATA, "cpu", one, Exact, weights))
    assert values["map-rank-correlation"] == pytest.approx([1, 1], abs=1e-6)
    assert min(values["monotone-share"]) > 0.999
    assert max(values["quantile-error"]) < 1e-4
    assert max(values["ks"]) < 1.95 / np.sqrt(DRAWS)  # passed by one in a thousand


def test_an_affine_generator_of_a_normal_latent() -> None:
    """μ + σ z at CDF(z) = u is μ + σ Φ⁻¹(u)."""
    network = RECIPES["pair-1d"].network.model_copy(update={"kind": "affine"})
    one, weights = trained("gan", DATA, network)
    model: GenerativeModel = model_builder(one, GAN, DATA)().eval()
    model.load_state_dict({name: stack[0] for name, stack in weights.weights.items()})
    u = np.array([0.1, 0.5, 0.975])
    centre, slope = (model.get_parameter(f"generator.0.{name}").item() for name in ("bias", "weight"))
    np.testing.assert_allclose(generated_at(model, u, torch.device("cpu")), centre + slope * ndtri(u), atol=1e-6)
    assert DATA.density is not None
    assert cdf(DATA.density, np.array([0.0])).shape == (1,)


def test_more_latent_dimensions_have_no_map() -> None:
    network = RECIPES["pair-1d"].network.model_copy(update={"latent": 2})
    one, weights = trained("gan", DATA, network)
    found = measure_block(MEASURES["quantile-map"], OPTIONS, DATA, "cpu", one, GAN, weights)
    assert {row["status"] for row in found.rows} == {"failed"}
    assert "a map of quantiles needs one dimension" in found.errors[SEEDS[0]]
