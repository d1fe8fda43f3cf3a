"""The stated and the printed value of the game on known pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import load
from benchmarks.datasets.variations import VARIATIONS
from benchmarks.evaluation import MEASURES, Measured, measure_data
from benchmarks.evaluation.printed_value import LEAST, RATIOS


def values_of(measured: Measured) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for row in measured.rows:
        values.setdefault(row["metric"], []).append(row["value"])
    return values


@pytest.mark.parametrize(
    ("dataset", "pair"), [*(("pair-1d", pair) for pair in VARIATIONS), ("unequal-pair", "shifted-1")]
)
def test_the_stated_value_is_as_stated_and_the_printed_one_is_not(dataset: str, pair: str) -> None:
    data = load(dataset, Path(), offline=True)
    measured = measure_data(MEASURES["printed-value"], {"pair": pair}, data, "cpu", (100, 101))
    values = values_of(measured)
    assert max(values["stated-optimum-error"]) < 1e-6
    assert max(values["stated-value-error"]) < 1e-6
    assert set(values["printed-interior-share"]) == {0.0}
    assert values["printed-growth"][0] == values["printed-growth"][1]
    assert {row["n"] for row in measured.rows} == {None}


def test_the_printed_value_grows_by_the_total_variation() -> None:
    """Unequal pair moved by one standard deviation: 2 Φ(½) − 1; nothing for identical densities, 1 for disjoint ones."""
    data = load("unequal-pair", Path(), offline=True)
    expected = {"identical": 0.0, "shifted-1": 0.382925, "disjoint": 1.0}
    for pair, growth in expected.items():
        measured = measure_data(MEASURES["printed-value"], {"pair": pair}, data, "cpu", (100,))
        assert values_of(measured)["printed-growth"][0] == pytest.approx(
            growth, abs=2e-3
        )  # kinks of |p − q| on the lattice


def test_arrays_show_both_curves() -> None:
    data = load("pair-1d", Path(), offline=True)
    arrays = measure_data(MEASURES["printed-value"], {"pair": "shifted-1"}, data, "cpu", (100,)).arrays
    d, stated, printed = arrays["d"][0], arrays["stated"][0], arrays["printed"][0]
    for ratio, of_stated, of_printed in zip(RATIOS, stated, printed, strict=True):
        assert d[of_stated.argmax()] == pytest.approx(ratio / (1 + ratio), abs=1e-3)
        assert ratio == 1 or d[of_printed.argmax()] == (d[0] if ratio < 1 else d[-1])
    assert arrays["suprema"].shape == (1, len(LEAST))
    assert (np.diff(arrays["suprema"][0]) > 0).all()
