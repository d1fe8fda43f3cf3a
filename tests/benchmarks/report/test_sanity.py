"""Table, picture and flags of what the metrics of images notice, from made-up rows."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from matplotlib import pyplot as plt

from benchmarks.report.results import Results
from benchmarks.report.sanity import sanity_figure, sanity_page
from benchmarks.report.style import VERDICT_COLOURS
from benchmarks.report.tables import FLAG, comparison_page
from benchmarks.store import ROW_FIELDS, rows_to_csv

COURSES = {"fid[own]": (1.0, 2.0, 3.0), "precision[own]": (0.8, 0.9, 0.3), "recall[own]": (0.9, 0.8, 0.7)}


def results_with(root: Path, sanity: bool = True) -> Results:
    """Three metrics at three degrees of blur, and a line of real data with the same metrics."""
    rows = []
    identity = {"dataset": "digits", "status": "ok"}
    for metric, course in COURSES.items():
        floor = {**dict.fromkeys(ROW_FIELDS), **identity, "measure": "image-floor", "setting": "{}", "metric": metric}
        rows += [{**floor, "seed": seed, "value": course[0]} for seed in (0, 1)]
        for degree, value in enumerate(course):
            setting = json.dumps({"corruption": "blur", "degree": degree, "n": 500})
            tried = {**dict.fromkeys(ROW_FIELDS), **identity, "measure": "corrupted-images", "setting": setting}
            rows += [{**tried, "metric": metric, "seed": seed, "value": value} for seed in (0, 1) if sanity]
    (root / "rows.csv").write_text(rows_to_csv(rows))
    entry = {**dict.fromkeys(ROW_FIELDS), "measure": "image-floor", "dataset": "digits", "setting": "{}"}
    entry |= {"arm": None, "observation": None, "seeds": [0, 1], "experiments": ["e"], "failure": None}
    metrics = {
        name: {"title": name.upper(), "direction": direction, "unit": ""}
        for name, direction in (("fid", "lower"), ("precision", "reference"), ("recall", "reference"))
    }
    facts = {"kind": "images", "summary": "eight by eight"}
    run = {"experiments": {"e": "?"}, "datasets": {"digits": facts}, "metrics": metrics, "measurements": [entry]}
    (root / "run.json").write_text(json.dumps(run))
    return Results(root)


def test_table_tells_courses_and_flags(tmp_path: Path) -> None:
    page = sanity_page(results_with(tmp_path))
    assert page is not None
    text = page.markdown()
    assert "## digits, blur (2 draws)" in text
    assert "| FID[own] | 1.00 → 2.00 → 3.00 | yes |" in text
    assert "| PRECISION[own] | 0.800 → 0.900 → 0.300 | ⚑ better from degree 0 to 1 |" in text
    assert "| RECALL[own] | 0.900 → 0.800 → 0.700 | – |" in text


def test_flags_stand_beside_the_numbers(tmp_path: Path) -> None:
    text = comparison_page(results_with(tmp_path), "digits").markdown()
    assert f"PRECISION[own] ={FLAG}" in text and "FID[own] ↓ |" in text
    assert "⚑ Does not get worse, as it should, with the degree of a known corruption: PRECISION (blur)." in text


def test_nothing_where_it_was_not_tried(tmp_path: Path) -> None:
    results = results_with(tmp_path, sanity=False)
    assert sanity_figure(results) is None
    assert sanity_page(results) is None
    assert FLAG not in comparison_page(results, "digits").markdown()


def test_corrupted_images_are_no_line_of_the_comparison(tmp_path: Path) -> None:
    assert set(results_with(tmp_path).summary["measure"]) == {"image-floor"}


def test_picture_is_coloured_by_what_is_noticed(tmp_path: Path) -> None:
    figure = sanity_figure(results_with(tmp_path))
    assert figure is not None
    rows = [axes for axes in figure.axes if axes.lines]
    assert [axes.get_ylabel() for axes in rows] == ["FID", "PRECISION", "RECALL"]
    colours = [axes.lines[0].get_color() for axes in rows]
    assert colours[:2] == [VERDICT_COLOURS["supported"], VERDICT_COLOURS["refuted"]]
    assert list(pd.unique(pd.Series(colours))) == colours
    plt.close(figure)


@pytest.mark.parametrize("course", [(0.8, 0.8, 0.8)])
def test_a_metric_that_hardly_moves(tmp_path: Path, course: tuple[float, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(COURSES, "precision[own]", course)
    page = sanity_page(results_with(tmp_path))
    assert page is not None
    assert "| PRECISION[own] | 0.800 → 0.800 → 0.800 | ⚑ hardly moves |" in page.markdown()
