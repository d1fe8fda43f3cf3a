"""Gaussians fitted under f-divergences: the paper's table, and generators whose Gaussian is known."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks.analysis.published import PUBLISHED_FITS as PUBLISHED
from benchmarks.blocks import model_builder
from benchmarks.datasets import load
from benchmarks.datasets.line import moments, require_line
from benchmarks.evaluation import MEASURES, Measured, measure_block, measure_data
from benchmarks.evaluation.gaussian_fit import CROSS, DIVERGENCES, divergence_to
from benchmarks.experiments.base import block
from benchmarks.recipes import RECIPES
from benchmarks.specs import Block
from benchmarks.training.loop import Trained, train
from models.base import GenerativeModel
from models.divergences import DIVERGENCES as TABLE
from models.fgan import FGAN

DATA = load("pair-1d", Path(), offline=True)
DENSITY = require_line(DATA.density)
SEEDS = (100, 101)
EVERY = pytest.mark.parametrize("name", PUBLISHED)


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


@cache
def fitted(name: str) -> dict[str, list[float]]:
    return values_of(measure_data(MEASURES["gaussian-fit"], {"divergence": name}, DATA, "cpu", SEEDS))


@EVERY
def test_the_papers_optima_come_out(name: str) -> None:
    values, published = fitted(name), PUBLISHED[name]
    own = CROSS[list(PUBLISHED).index(name)]
    assert values[own] == pytest.approx([published.divergence] * 2, abs=1e-3)
    assert values["gaussian-mean"] == pytest.approx([published.best_mean] * 2, abs=1e-3)
    assert values["gaussian-scale"] == pytest.approx([published.best_scale] * 2, abs=1e-3)


@EVERY
def test_each_divergence_is_smallest_at_its_own_gaussian(name: str) -> None:
    column = CROSS[list(PUBLISHED).index(name)]
    assert min(PUBLISHED, key=lambda other: fitted(other)[column][0]) == name


def test_kl_is_smallest_at_the_moments() -> None:
    mean, variance = moments(DENSITY)
    values = fitted("kl")
    assert values["gaussian-mean"][0] == pytest.approx(mean, abs=1e-5)
    assert values["gaussian-scale"][0] == pytest.approx(np.sqrt(variance), abs=1e-5)
    assert values["local-minima"] == [1.0, 1.0]


def test_reverse_kl_has_a_local_minimum_at_the_narrow_mode() -> None:
    measured = measure_data(MEASURES["gaussian-fit"], {"divergence": "reverse-kl"}, DATA, "cpu", (100,))
    assert values_of(measured)["local-minima"] == [2.0]
    mean, scale, divergence = measured.arrays["minima"][0, -1]
    assert mean == pytest.approx(-1, abs=0.1)
    assert scale == pytest.approx(0.3, abs=0.05)
    assert 0.9 < divergence < -np.log(0.33)  # that of the narrow component itself


def test_an_unknown_divergence_is_refused() -> None:
    refused = measure_data(MEASURES["gaussian-fit"], {"divergence": "reverse"}, DATA, "cpu", (100,))
    assert {row["status"] for row in refused.rows} == {"failed"}
    assert "unknown divergence 'reverse'; did you mean 'reverse-kl'" in refused.errors[100]


@EVERY
def test_the_papers_divergences_are_those_of_the_table(name: str) -> None:
    """∫ q f(p / q) with f from ``models.divergences``."""
    x = np.linspace(-12, 16, 5001)
    p, q = np.exp(DENSITY.log_density(x[:, None])), np.exp(-0.5 * ((x - 1) / 2) ** 2) / (2 * np.sqrt(2 * np.pi))
    integrand = q * TABLE[name].f(torch.from_numpy(p / q)).numpy()
    assert divergence_to(DENSITY, name, 1.0, 2.0) == pytest.approx(float(np.trapezoid(integrand, x)), abs=1e-6)


def test_the_table_and_the_measure_name_the_same_divergences() -> None:
    assert list(PUBLISHED) == list(DIVERGENCES)


AFFINE = RECIPES["pair-1d"].network.model_copy(update={"kind": "affine"})


def trained(divergence: str = "kl", network: str = "affine") -> tuple[Block, Trained]:
    settings = {"divergence": divergence, "generator_objective": "exact", "schedule": "single-step"}
    one = block("pair-1d", "fgan", settings, "smoke", SEEDS, AFFINE.model_copy(update={"kind": network}))
    return one, train(model_builder(one, FGAN, DATA), torch.from_numpy(DATA.train), one.training, SEEDS)


def measured(one: Block, weights: Trained, model: type[GenerativeModel] = FGAN) -> Measured:
    return measure_block(MEASURES["gaussian-generator"], {}, DATA, "cpu", one, model, weights)


@EVERY
def test_mean_and_scale_are_the_generators_own_and_the_bound_is_below_the_divergence(name: str) -> None:
    one, weights = trained(name)
    found = measured(one, weights)
    values = values_of(found)
    assert values["gaussian-mean"] == pytest.approx(weights.weights["generator.0.bias"].flatten().tolist(), abs=1e-6)
    slopes = weights.weights["generator.0.weight"].abs().flatten().tolist()
    assert values["gaussian-scale"] == pytest.approx(slopes, abs=1e-6)
    assert min(values["bound-slack"]) >= 0
    own = CROSS[list(PUBLISHED).index(name)]
    for index in range(len(SEEDS)):
        at = (values["gaussian-mean"][index], values["gaussian-scale"][index])
        assert values[own][index] == pytest.approx(divergence_to(DENSITY, name, *at), rel=1e-9)
    assert found.arrays["critic"].shape == found.arrays["x"].shape


def test_a_constant_critics_bound_of_kl() -> None:
    """T = v everywhere: v − exp(v − 1), 0 at v = 1."""
    one, weights = trained()
    for name, stack in weights.weights.items():
        if name.startswith("discriminator"):
            stack.zero_()
    weights.weights["discriminator.4.bias"][:] = torch.tensor([[1.0], [2.0]])
    bounds = values_of(measured(one, weights))["trained-bound"]
    assert bounds == pytest.approx([0.0, 2 - np.e], abs=1e-6)


def test_what_has_no_gaussian_fails() -> None:
    """A generator with hidden layers, one that has collapsed, and a model without a divergence."""
    errors = measured(*trained(network="mlp")).errors
    assert "not of the form μ + σ z" in errors[SEEDS[0]]
    one, weights = trained()
    weights.weights["generator.0.weight"].zero_()
    assert "collapsed to a point" in measured(one, weights).errors[SEEDS[0]]
    weights.weights["generator.0.bias"][0] = torch.nan
    assert {row["status"] for row in measured(one, weights).rows if row["seed"] == SEEDS[0]} == {"diverged"}
