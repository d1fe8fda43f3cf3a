"""Table and picture of a search with known scores."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from benchmarks.report.results import Results
from benchmarks.report.tuning import tuning_figure, tuning_page

SEARCH = {
    "metric": "kid",
    "seeds": [0, 1],
    "families": {
        "gan": {
            "grid": {"generator_learning_rate": [0.1, 0.2], "discriminator_learning_rate": [0.3, 0.4]},
            "configurations": [
                {
                    "settings": {"generator_learning_rate": g, "discriminator_learning_rate": d},
                    "arms": {"GAN (a)": [value, value], "GAN (b)": [None if value > 3 else value, value]},
                    "failed_arms": int(value > 3),
                    "score": value,
                }
                for value, (g, d) in zip(
                    (4.0, 2.0, 1.0, 3.0), ((0.1, 0.3), (0.1, 0.4), (0.2, 0.3), (0.2, 0.4)), strict=True
                )
            ],
            "chosen": {"generator_learning_rate": 0.2, "discriminator_learning_rate": 0.3},
            "edges": ["generator_learning_rate"],
        }
    },
}


def results_with(tmp_path: Path, search: object) -> Results:
    (tmp_path / "tuning.json").write_text(json.dumps(search))
    (tmp_path / "run.json").write_text(json.dumps({"metrics": {"kid": {"title": "KID"}}, "datasets": {}}))
    return Results(tmp_path)


def test_table_names_choice_range_and_edge(tmp_path: Path) -> None:
    page = tuning_page(results_with(tmp_path, {"digits": SEARCH}))
    assert page is not None
    table = page.markdown()
    line = next(line for line in table.splitlines() if line.startswith("| gan | generator step size 0.2"))
    assert (
        "discriminator step size 0.3 | 1.00 | 1.00 … 3.00 | generator step size ⚠" in line
    )  # the failing one left out
    assert "| **1.00** | GAN (a) 1.00; GAN (b) 1.00 |" in table
    assert "4.00 (1 arms failed) | GAN (a) 4.00; GAN (b) ∞ |" in table


def test_figure_shows_the_choice(tmp_path: Path) -> None:
    figure = tuning_figure(results_with(tmp_path, {"digits": SEARCH}))
    assert figure is not None
    (axes,) = figure.axes
    rings = [line for line in axes.lines if line.get_markersize() == 9]
    assert [(float(np.asarray(r.get_xdata())[0]), float(np.asarray(r.get_ydata())[0])) for r in rings] == [(0.2, 1.0)]
    assert axes.get_xlabel() == "generator step size · 1000 (edge)"
    plt.close(figure)


def test_no_search_no_picture(tmp_path: Path) -> None:
    assert tuning_figure(results_with(tmp_path, {})) is None
