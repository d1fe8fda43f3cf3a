"""Every f-divergence on random distributions; and that a false divergence and a false conjugate are found out."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import load
from benchmarks.datasets.mixtures import pair_1d
from benchmarks.evaluation import MEASURES, Measured, axioms, measure_data
from benchmarks.evaluation.axioms import ROWS, flat, linear, partner, random_scores
from models.divergences import DIVERGENCES

DATA = load("pair-1d", Path(), offline=True)
SEEDS = (100, 101)


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


def taken() -> dict[str, list[float]]:
    return values_of(measure_data(MEASURES["divergence-axioms"], {}, DATA, "cpu", SEEDS))


def test_every_row_of_the_table_keeps_to_the_theory() -> None:
    measured = measure_data(MEASURES["divergence-axioms"], {}, DATA, "cpu", SEEDS)
    values = values_of(measured)
    for name in ("divergence-shortfall", "self-divergence", "linear-counterexample", "flat-counterexample"):
        assert max(values[name]) <= 1e-6, name
    assert max(values["bound-excess"]) <= 1e-6
    assert max(values["tight-bound-gap"]) <= 1e-6
    assert min(values["smallest-apart"]) > 1e-4
    assert set(values["vanishing-functions"]) == {2.0}  # the counterexamples, and no row of the table
    assert {row["n"] for row in measured.rows} == {None}
    for array in measured.arrays.values():
        assert array.shape == (len(SEEDS), len(ROWS))
    assert (measured.arrays["largest_excess"] < 0).all()


def test_the_counterexamples_are_convex_and_vanish_at_one() -> None:
    u = np.linspace(0.01, 5, 500)
    for f in (linear, flat):
        assert f(np.ones(1)) == 0
        assert (np.diff(f(u), 2) >= -1e-12).all()
    assert flat(np.array([0.2])) > 0


def test_a_function_that_is_not_convex_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    concave = dataclasses.replace(DIVERGENCES["kl"], f=lambda u: -u * u.log())
    monkeypatch.setattr(axioms, "ROWS", (concave,))
    assert min(taken()["divergence-shortfall"]) > 0.1


def test_a_wrong_conjugate_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """exp(v − 2) in the place of exp(v − 1): a critic can then exceed the divergence."""
    wrong = dataclasses.replace(DIVERGENCES["kl"], composed=lambda v: (v - 2).exp())
    monkeypatch.setattr(axioms, "ROWS", (wrong,))
    assert max(taken()["bound-excess"]) > 0.1


def test_partners_differ_and_keep_the_scales() -> None:
    other = partner(pair_1d(), np.random.default_rng(0))
    np.testing.assert_array_equal(other.scales, pair_1d().scales)
    assert not np.allclose(other.means, pair_1d().means)
    assert other.weights.sum() == pytest.approx(1)


def test_random_critics_are_weak_and_strong() -> None:
    points = np.linspace(-5, 5, 200)[:, None]
    scores = np.concatenate([random_scores(points, np.random.default_rng(seed)) for seed in range(5)])
    assert np.ptp(scores, axis=1).min() < 1 < 10 < np.ptp(scores, axis=1).max()
