"""Bias and spread from made-up rows with known answers."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from benchmarks.analysis.calibration import LINE, calibrate, largest


def rows(
    metric: str, values: list[float], pair: str = "identical", n: int = 1000, statuses: list[str] | None = None,
    dataset: str = "ring", measure: str = "calibration-hist",
) -> pd.DataFrame:  # fmt: skip
    return pd.DataFrame(
        {
            "dataset": dataset, "measure": measure, "setting": f'{{"pair":"{pair}"}}', "metric": metric, "value": values,
            "n": float(n), "seed": range(len(values)), "status": statuses or ["ok"] * len(values),
        }
    )  # fmt: skip


def table_of(*parts: pd.DataFrame) -> pd.DataFrame:
    return calibrate(pd.concat(parts, ignore_index=True))


def test_bias_and_spread() -> None:
    table = table_of(rows("jsd-hist", [0.11, 0.13, 0.15]), rows("jsd-quadrature", [0.1] * 3))
    (line,) = table.itertuples()
    assert (line.dataset, line.pair, line.divergence, line.estimator, line.n) == (
        "ring",
        "identical",
        "jsd",
        "hist",
        1000,
    )
    assert (line.truth, line.mean, line.bias, line.spread) == pytest.approx((0.1, 0.13, 0.03, 0.02))
    assert (line.draws, line.failed) == (3, 0)


def test_pairs_sizes_data_sets_and_estimators_stay_apart() -> None:
    table = table_of(
        rows("kl-data-model-hist", [1.0, 1.0]), rows("kl-data-model-quadrature", [0.5, 0.5]),
        rows("kl-data-model-hist", [2.0, 2.0], n=3000), rows("kl-data-model-quadrature", [0.5, 0.5], n=3000),
        rows("kl-data-model-hist", [4.0, 4.0], pair="widened"), rows("kl-data-model-quadrature", [1.0, 1.0], pair="widened"),
        rows("kl-data-model-hist", [6.0, 6.0], dataset="grid"), rows("kl-data-model-quadrature", [2.0, 2.0], dataset="grid"),
        rows("kl-data-model-knn", [9.0, 9.0], measure="calibration-knn"),
        rows("kl-data-model-quadrature", [0.5, 0.5], measure="calibration-knn"),
    )  # fmt: skip
    assert not table.duplicated(LINE).any()
    assert table["bias"].tolist() == [0.5, 1.5, 3.0, 4.0, 8.5]
    assert set(table["divergence"]) == {"kl-data-model"}


def test_failed_draws_are_counted_and_left_out() -> None:
    statuses = ["failed", "ok", "ok"]
    table = table_of(
        rows("jsd-hist", [math.nan, 0.2, 0.4], statuses=statuses),
        rows("jsd-quadrature", [math.nan, 0.1, 0.1], statuses=statuses),
    )
    (line,) = table.itertuples()
    assert (line.draws, line.failed, line.bias) == (2, 1, pytest.approx(0.2))


def test_no_bias_where_a_number_is_not_finite() -> None:
    infinite_truth = table_of(rows("jsd-hist", [1.0, 2.0]), rows("jsd-quadrature", [math.inf] * 2))
    assert np.isnan(infinite_truth["bias"]).all()
    assert infinite_truth["spread"].notna().all()
    infinite_value = table_of(rows("jsd-hist", [1.0, math.inf]), rows("jsd-quadrature", [1.0] * 2))
    assert np.isnan(infinite_value["bias"]).all()
    assert np.isnan(infinite_value["spread"]).all()
    all_failed = table_of(
        rows("jsd-hist", [math.nan], statuses=["failed"]), rows("jsd-quadrature", [1.0], statuses=["failed"])
    )
    assert np.isnan(all_failed["bias"]).all()


def test_no_rows_give_an_empty_table() -> None:
    empty = calibrate(rows("jsd-hist", []))
    assert empty.empty
    assert largest(empty, "ring", "jsd-hist", 1000) is None


def test_largest_is_over_all_pairs_at_one_size() -> None:
    table = table_of(
        rows("jsd-hist", [0.2, 0.4]), rows("jsd-quadrature", [0.4] * 2),
        rows("jsd-hist", [0.6, 0.6], pair="widened"), rows("jsd-quadrature", [0.55] * 2, pair="widened"),
        rows("jsd-hist", [9.0, 1.0], n=10), rows("jsd-quadrature", [0.0] * 2, n=10),
    )  # fmt: skip
    assert largest(table, "ring", "jsd-hist", 1000) == pytest.approx((0.1, np.std([0.2, 0.4], ddof=1)))
    assert largest(table, "ring", "jsd-hist", 30_000) is None
    assert largest(table, "grid", "jsd-hist", 1000) is None
