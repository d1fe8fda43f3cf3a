"""The picture of what was measured."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure

from benchmarks.speed import page

MODELS = ("ae", "vae", "gan")


def measured(dataset: str) -> list[page.Row]:
    return [
        {
            "dataset": dataset, "network": "mlp", "model": model, "form": form, "width": 1, "workers": workers,
            "ratio": 1.0, "ratio_low": 1.0, "ratio_high": 1.0, "per_second": 1.0, "gflops": 1.0,
        }
        for model in MODELS for form, workers in (("plain", 1), ("habitual", 1), ("stacked", 1), ("stacked", 2))
    ]  # fmt: skip


@pytest.mark.parametrize("datasets", [["ring"], ["ring", "digits"]])
def test_the_whole_legend_is_in_the_picture(
    datasets: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Figure] = []
    close = plt.close
    monkeypatch.setattr(plt, "close", drawn.append)
    page.picture([row for dataset in datasets for row in measured(dataset)], tmp_path / "speed.png")
    (figure,) = drawn
    (legend,) = figure.legends
    assert len(legend.get_texts()) == 3 * len(MODELS)
    extent = legend.get_window_extent()
    assert extent.x0 >= 0 and extent.y0 >= 0 and extent.x1 <= figure.bbox.x1 and extent.y1 <= figure.bbox.y1
    close(figure)
