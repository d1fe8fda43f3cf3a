"""Table, note and picture of the estimators' calibration, from made-up rows."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from benchmarks.report.calibration import calibration_csv, calibration_figure, calibration_page
from benchmarks.report.results import Results
from benchmarks.report.tables import calibration_note
from benchmarks.report.write import write_report
from benchmarks.store import ROW_FIELDS, rows_to_csv


def results_with(root: Path, bias: float, floor: bool = True, sizes: tuple[int, ...] = (30_000,)) -> Results:
    """Rows of one pair of the ring: a JSD of 0.1 nat with the given bias, and KL that are exact; and a line of real data."""
    rows = []
    for n, (metric, value) in product(sizes, (("jsd", 0.1), ("kl-data-model", 1.0), ("kl-model-data", 2.0))):
        for seed in (1000, 1001):
            common = {
                **dict.fromkeys(ROW_FIELDS),
                "measure": "calibration-hist",
                "dataset": "ring",
                "setting": '{"pair":"shifted-1"}',
                "status": "ok",
                "seed": seed,
                "n": n,
            }
            offset = (bias if metric == "jsd" else 0) + 0.001 * (seed - 1000.5)
            rows.append({**common, "metric": f"{metric}-hist", "value": value + offset})
            rows.append({**common, "metric": f"{metric}-quadrature", "value": value})
    if floor:
        data = {"measure": "mixture-floor", "dataset": "ring", "setting": "{}", "status": "ok", "n": 30_000}
        rows += [
            {**dict.fromkeys(ROW_FIELDS), **data, "metric": "jsd-hist", "value": 0.004, "seed": seed}
            for seed in (1000, 1001)
        ]
    (root / "rows.csv").write_text(rows_to_csv(rows))
    facts = {"kind": "mixture", "summary": "eight modes"}
    metrics = {"jsd-hist": {"title": "JSD", "direction": "lower", "unit": "nat"}}
    entry = {**dict.fromkeys(ROW_FIELDS), "measure": "mixture-floor", "dataset": "ring", "setting": "{}"}
    entry |= {"arm": None, "observation": None, "seeds": [1000, 1001], "experiments": ["e"], "failure": None}
    measurements = [entry] if floor else []
    run: dict[str, object] = {"profile": "smoke", "experiments": {"e": "?"}, "datasets": {"ring": facts}}
    run |= {"metrics": metrics, "measurements": measurements, "notes": []}
    (root / "run.json").write_text(json.dumps(run))
    return Results(root)


@pytest.mark.parametrize(("bias", "count", "mark"), [(0.002, "1 of 1", False), (-0.02, "0 of 1", True)])
def test_table_says_bias_spread_and_who_misses_the_goal(tmp_path: Path, bias: float, count: str, mark: bool) -> None:
    page = calibration_page(results_with(tmp_path, bias))
    assert page is not None
    text = page.markdown()
    assert f"on {count} pairs" in text
    assert ("missed on ring shifted-1" in text) == mark
    (line,) = [line for line in text.splitlines() if line.startswith("| ring | shifted-1 | 0.100 |")]
    assert f"{bias:.5f} ± 0.00071" in line
    assert ("✗" in line) == mark


def test_calibration_is_no_line_of_the_comparison(tmp_path: Path) -> None:
    results = results_with(tmp_path, 0.002)
    assert results.summary["measure"].tolist() == ["mixture-floor"]
    assert results.floors == {("ring", "jsd-hist"): pytest.approx(0.004)}
    (note,) = calibration_note(results, "ring")
    assert "histogram (n = 30,000) 0.0020 and 0.0007 nat" in note


def test_no_note_where_the_size_was_not_calibrated(tmp_path: Path) -> None:
    results = results_with(tmp_path, 0.002)
    results.all_rows.loc[results.all_rows["measure"] == "mixture-floor", "n"] = 899
    assert calibration_note(results, "ring") == []


def test_files_are_written_with_calibration_alone_and_not_without(tmp_path: Path) -> None:
    results = results_with(tmp_path, 0.002, floor=False)
    write_report(results)
    assert {path.name for path in (tmp_path / "tables").iterdir()} == {
        "calibration.csv", "calibration.md", "calibration.tex",
    }  # fmt: skip
    figures = sorted(path.name for path in (tmp_path / "figures").iterdir())
    assert figures == ["calibration.pdf", "calibration.png", "calibration.svg"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "rows.csv").write_text(rows_to_csv([]))
    (other / "run.json").write_text((tmp_path / "run.json").read_text())
    empty = Results(other)
    assert calibration_page(empty) is None and not calibration_csv(empty) and calibration_figure(empty) is None


def test_several_sizes_are_drawn_as_a_course(tmp_path: Path) -> None:
    figure = calibration_figure(results_with(tmp_path, 0.02, sizes=(1_000, 30_000)))
    assert figure is not None
    axes = figure.axes[0]
    (course,) = (line for line in axes.get_lines() if line.get_marker() == "o")
    assert np.asarray(course.get_ydata()) == pytest.approx([0.02, 0.02])
    assert [text.get_text() for text in figure.axes[-1].get_xticklabels()] == ["1k", "30k"]
    assert "median" in figure.get_suptitle()
