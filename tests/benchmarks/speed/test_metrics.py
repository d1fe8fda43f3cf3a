"""Every way to a metric that the speed benchmark times gives the suite's value."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import load
from benchmarks.speed import metrics
from metrics.features import in_domain_extractor


def test_ways_to_a_value_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "IMAGES", 120)
    monkeypatch.setattr(metrics, "FRECHET", {64: 400, 96: 300})
    monkeypatch.setattr(metrics, "POINTS", (200, 300))
    datasets = {name: load(name, Path("nowhere"), offline=True) for name in ("ring", "digits")}
    contests = [make() for make in metrics.contests(datasets, "cpu")]
    extractor = in_domain_extractor("digits")
    assert extractor is not None
    assert [(contest.what, contest.n, contest.dimensions) for contest in contests] == [
        (f"features, {extractor.name}", 120, 64),
        ("Fréchet distance", 400, 64), ("Fréchet distance", 300, 96),
        ("precision and recall", 200, 64), ("precision and recall", 300, 64),
        ("density by neighbours", 200, 2), ("density by neighbours", 300, 2),
    ]  # fmt: skip
    for contest in contests:
        rows = contest.rows(2, "cpu")
        assert [row["way"] for row in rows] == list(contest.ways)
        assert next(row for row in rows if row["way"] == contest.base)["ratio"] == 1
        for row in rows:
            assert row["difference"] < 1e-6, row
            assert np.isfinite(row["value"]) and row["value"] != 0 and row["seconds"] > 0


def test_made_features_are_told_apart() -> None:
    """Precision of one set beside the other is neither 0 nor 1, and their Fréchet distance is not 0."""
    balls, frechet = metrics.balls(300), metrics.frechet(16, 300)
    assert 0.05 < balls.ways[metrics.OURS]() < 0.999
    assert frechet.ways[metrics.OURS]() > 0.01
