"""Two runs side by side: what is the same, what is noise, what moved."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.analysis.difference import LEVEL, moved_metrics, p_of


def rows(**metrics: Any) -> pd.DataFrame:
    """Rows of one arm: metric → values by seed, NaN for failed ones."""
    common = dict.fromkeys(["measure", "model", "arm", "sampler", "observation", "network"], "x")
    return pd.DataFrame(
        [
            {**common, "dataset": "ring", "setting": "{}", "metric": name, "seed": float(seed), "value": value,
             "status": "failed" if np.isnan(value) else "ok"}
            for name, values in metrics.items()
            for seed, value in enumerate(values)
        ]
    )  # fmt: skip


def kinds(before: pd.DataFrame, after: pd.DataFrame) -> dict[str, str]:
    table = moved_metrics(before, after)
    return dict(zip(table["metric"], table["kind"], strict=True))


def test_the_same_noise_and_what_moved() -> None:
    rng = np.random.default_rng(0)
    values = rng.normal(size=8)
    before = rows(same=values, noise=values, moved=values, few=[1.0], constant=[2.0] * 4, only_before=values)
    after = rows(
        same=values, noise=1.01 * values[::-1], moved=values + 9, few=[2.0], constant=[3.0] * 4, only_after=values
    )
    assert kinds(before, after) == {
        "same": "same", "noise": "noise", "moved": "moved", "few": "unknown", "constant": "moved",
    }  # fmt: skip


def test_moved_lines_come_first_with_both_means() -> None:
    table = moved_metrics(rows(a=[1.0, 1.1, 0.9], b=[1.0, 1.1, 0.9]), rows(a=[1.0, 1.1, 0.9], b=[9.0, 9.1, 8.9]))
    assert list(table.loc[0, ["metric", "kind"]]) == ["b", "moved"]
    assert list(table.loc[0, ["mean_before", "mean_after"]]) == pytest.approx([1, 9])


def test_failed_seeds_are_compared_too() -> None:
    values, nan = list(np.linspace(0.9, 1.1, 8)), float("nan")
    table = moved_metrics(rows(a=values), rows(a=[nan] * 8))
    assert list(table.loc[0, ["kind", "failed_before", "failed_after"]]) == ["moved", 0, 8]
    assert kinds(rows(a=[*values, nan]), rows(a=[*values[::-1], nan])) == {"a": "noise"}


def test_seeds_in_another_order_are_the_same() -> None:
    before = rows(a=[1.0, 2.0, 3.0])
    assert kinds(before, before.iloc[::-1]) == {"a": "same"}


def test_false_discoveries_are_held() -> None:
    """Of 400 metrics that only vary with the seed about none is called moved; a twentieth would be by single tests."""
    rng = np.random.default_rng(1)
    before = rows(**{f"m{i}": rng.normal(size=8) for i in range(400)})
    after = rows(**{f"m{i}": rng.normal(size=8) for i in range(400)})
    table = moved_metrics(before, after)
    assert (table["p"] <= LEVEL).sum() > 8
    assert (table["kind"] == "moved").sum() <= 2


def test_values_that_are_equal_but_for_rounding_are_compared_without_a_word(recwarn: pytest.WarningsRecorder) -> None:
    a = np.array([1.0, 1.0, 1.0, 1.0 + 2e-16])
    assert 0 <= p_of(a, a + 1e-15) <= 1
    assert not recwarn.list
