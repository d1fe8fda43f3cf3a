"""Summaries of made-up rows with known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.analysis.summary import floors, indistinguishable, mark_best, summarise, t_interval

METRICS = {
    "score": {"direction": "lower"},
    "gain": {"direction": "higher"},
    "match": {"direction": "reference"},
    "distance": {"direction": "none"},
}


def rows(
    arm: str, metric: str, values: list[float], statuses: list[str] | None = None, measure: str = "m"
) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "dataset": "d", "measure": measure, "model": arm, "arm": arm, "sampler": "prior", "observation": "",
            "metric": metric, "base": metric, "value": values, "status": statuses or ["ok"] * len(values),
        }
    )  # fmt: skip


def summary_of(*parts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    together = pd.concat(parts, ignore_index=True)
    return together, summarise(together)


def test_interval_is_students_t() -> None:
    values = np.array([1.0, 2.0, 4.0, 7.0])
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert t_interval(values) == pytest.approx((expected.low, expected.high))
    assert np.isnan(t_interval(np.array([1.0]))).all()
    assert np.isnan(t_interval(np.array([1.0, np.inf]))).all()


def test_interval_covers_at_its_level() -> None:
    rng = np.random.default_rng(0)
    covered = [low <= 0 <= high for low, high in (t_interval(rng.standard_normal(8)) for _ in range(4000))]
    assert np.mean(covered) == pytest.approx(0.95, abs=0.012)


def test_failed_and_diverged_seeds_are_counted_and_left_out() -> None:
    _, summary = summary_of(rows("a", "score", [1.0, 3.0, np.nan, np.nan], ["ok", "ok", "diverged", "failed"]))
    (line,) = summary.itertuples()
    assert (line.mean, line.n, line.failed) == (2.0, 2, 2)


def test_all_failed() -> None:
    _, summary = summary_of(rows("a", "score", [np.nan] * 3, ["diverged"] * 3))
    (line,) = summary.itertuples()
    assert summary["mean"].isna().all()
    assert (line.n, line.failed) == (0, 3)


def test_best_and_ties() -> None:
    table, summary = summary_of(
        rows("far", "score", [9.0, 9.1, 9.2, 9.3]),
        rows("near", "score", [1.0, 1.2, 1.1, 1.15]),
        rows("best", "score", [0.9, 1.2, 1.0, 1.05]),
        rows("wild", "score", [5.0, 6.0, 7.0, 1e6]),  # a single huge value must not hide that all are worse
        rows("lucky", "score", [0.1, 0.1, 0.1, np.nan], ["ok", "ok", "ok", "diverged"]),
        rows("dead", "score", [np.nan] * 4, ["diverged"] * 4),
    )
    assert mark_best(table, summary, METRICS).tolist() == ["", "tie", "best", "", "", ""]


def test_metrics_without_order_get_no_mark() -> None:
    table, summary = summary_of(rows("a", "distance", [1.0, 1.1]), rows("b", "distance", [2.0, 2.1]))
    assert mark_best(table, summary, METRICS).tolist() == ["", ""]


def test_direction_turns_the_order() -> None:
    table, summary = summary_of(rows("low", "gain", [1.0, 1.1, 1.2, 1.3]), rows("high", "gain", [5.0, 5.1, 5.2, 5.3]))
    assert mark_best(table, summary, METRICS).tolist() == ["", "best"]


def test_reference_metrics_are_best_at_the_floor() -> None:
    floor = rows("", "match", [1.0], measure="image-floor")
    table, summary = summary_of(
        floor, rows("below", "match", [0.2, 0.21, 0.2, 0.22]), rows("at", "match", [1.0, 1.01, 1.02, 1.0])
    )
    assert floors(summary) == {("d", "match"): 1.0}
    assert mark_best(table, summary, METRICS).tolist() == ["", "", "best"]


def test_infinite_values_are_never_best() -> None:
    table, summary = summary_of(
        rows("inf", "gain", [np.inf, 1.0]), rows("a", "gain", [1.0, 2.0]), rows("b", "gain", [0.0, 1.0])
    )
    assert mark_best(table, summary, METRICS).tolist()[0] == ""


def test_equal_constants_tie_and_unequal_ones_do_not() -> None:
    assert indistinguishable(np.full(8, 8.0), np.full(8, 8.0))
    assert not indistinguishable(np.full(8, 8.0), np.full(8, 7.0))
    assert indistinguishable(np.array([1.0]), np.array([1.1]))  # one seed tells nothing
