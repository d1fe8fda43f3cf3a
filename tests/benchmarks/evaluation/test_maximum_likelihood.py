"""Likelihood and KL divergence on the registered mixtures of the line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import load
from benchmarks.evaluation import MEASURES, Measured, measure_data

SEEDS = tuple(range(100, 112))


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


@pytest.mark.parametrize("dataset", ["pair-1d", "comb-1d"])
def test_the_identity_holds_and_more_draws_come_nearer(dataset: str) -> None:
    """The estimate is the mean of n draws: its error is about √(2 / π) standard deviations over √n."""
    data = load(dataset, Path(), offline=True)
    assert data.density is not None
    errors = []
    for n in (100, 10_000):
        measured = measure_data(MEASURES["likelihood-identity"], {"n": n}, data, "cpu", SEEDS)
        values = values_of(measured)
        assert max(values["likelihood-gap"]) < 1e-6
        assert set(values["likelihood-argmax-distance"]) == {0.0}
        assert {row["n"] for row in measured.rows} == {n}
        errors.append(np.mean(values["likelihood-estimate-error"]))
    assert errors[0] == pytest.approx(np.sqrt(2 / np.pi) * data.train.std() / 10, rel=0.6)
    assert errors[1] < errors[0] / 4


def test_the_curves_are_each_other_upside_down() -> None:
    data = load("pair-1d", Path(), offline=True)
    arrays = measure_data(MEASURES["likelihood-identity"], {"n": 50}, data, "cpu", SEEDS[:1]).arrays
    assert arrays["means"].shape == arrays["divergence"].shape == (1, 61)
    np.testing.assert_allclose(arrays["expected"], -arrays["entropy"][:, None] - arrays["divergence"], atol=1e-9)
    assert arrays["means"][0, arrays["expected"][0].argmax()] == pytest.approx(1.01)
    assert not np.allclose(arrays["of_draws"], arrays["expected"])


def test_the_plane_has_no_such_measure() -> None:
    measured = measure_data(MEASURES["likelihood-identity"], {"n": 50}, load("ring", Path(), True), "cpu", SEEDS[:1])
    assert {row["status"] for row in measured.rows} == {"failed"}
    assert "only for mixtures on the line" in measured.errors[SEEDS[0]]
