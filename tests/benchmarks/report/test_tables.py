"""Columns of the comparison tables: their order, and when a table is split."""

from __future__ import annotations

import pandas as pd

from benchmarks.report.tables import ORDER, WIDEST, in_order, split
from metrics import METRICS


def frame(*metrics: str) -> pd.DataFrame:
    return pd.DataFrame({"metric": metrics, "base": [metric.partition("[")[0] for metric in metrics]})


def columns(metrics: pd.DataFrame) -> list[str]:
    return list(metrics["metric"])


def test_order_knows_only_metrics_that_exist() -> None:
    assert set(ORDER) <= set(METRICS)


def test_images_in_order_and_extractors_side_by_side() -> None:
    measured = frame(
        "fid[a]", "kid[a]", "recall[a]", "fid[b]", "kid[b]", "recall[b]", "sharpness", "nearest-l2", "c2st[a]"
    )
    assert columns(in_order(measured)) == [
        "fid[a]", "fid[b]", "kid[a]", "kid[b]", "recall[a]", "recall[b]", "sharpness", "c2st[a]", "nearest-l2",
    ]  # fmt: skip


def test_other_metrics_stay_as_they_were_measured() -> None:
    measured = frame("off-support-share", "jsd-hist", "modes-hit", "kl-data-model-hist")
    assert columns(in_order(measured)) == columns(measured)


def test_a_wide_table_of_both_kinds_is_split_and_loses_no_column() -> None:
    measured = in_order(frame(*[f"{base}[{name}]" for name in "ab" for base in ORDER]))
    (_, distance), (_, spread) = split("Samples", measured)
    assert sorted([*columns(distance), *columns(spread)]) == sorted(columns(measured))
    assert {base.partition("[")[0] for base in columns(distance)} == {
        "fid",
        "kid",
        "sharpness",
        "c2st",
        "c2st-auc",
        "nearest-l2",
    }


def test_narrow_tables_and_tables_of_one_kind_are_not_split() -> None:
    narrow = frame("fid[a]", "recall[a]", "nearest-l2")
    assert [heading for heading, _ in split("Samples", narrow)] == ["Samples"]
    wide = frame(*[f"fid[{index}]" for index in range(WIDEST + 3)])
    assert [heading for heading, _ in split("Samples", wide)] == ["Samples"]
