"""What attributes report of known transformations: responses, the judgement on them, table and picture, from made-up rows."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from matplotlib import pyplot as plt

from benchmarks.analysis.attributes import CHANGES, TOLERANCE, responses, validated
from benchmarks.datasets.transformations import TRANSFORMATIONS
from benchmarks.report.attributes import attributes_figure, attributes_page
from benchmarks.report.results import Results
from benchmarks.store import ROW_FIELDS, rows_to_csv

MEANS = {"ink": 0.2, "slant": 0.05, "width": 4.0, "height": 6.0}


def results_with(root: Path, error: float = 0.0) -> Results:
    """Attributes that report what was done, the width with an error in its factor."""
    rows = []
    for name, known in TRANSFORMATIONS.items():
        for amount in known.amounts:
            setting = json.dumps({"transformation": name, "amount": amount})
            common = {**dict.fromkeys(ROW_FIELDS), "dataset": "digits", "measure": "transformed-images", "seed": 0}
            for attribute, mean in MEANS.items():
                value = mean
                if attribute == known.attribute:
                    factor = amount + error * (attribute == "width" and amount != 1)
                    value = mean + amount if known.adds else mean * factor
                rows.append(
                    {**common, "setting": setting, "status": "ok", "metric": f"mean-{attribute}", "value": value}
                )
    (root / "rows.csv").write_text(rows_to_csv(rows))
    run = {"experiments": {"e": "?"}, "datasets": {}, "metrics": {}, "measurements": []}
    (root / "run.json").write_text(json.dumps(run))
    return Results(root)


def test_transformations_are_those_that_the_analysis_knows() -> None:
    assert {name: (known.attribute, known.adds) for name, known in TRANSFORMATIONS.items()} == CHANGES


def test_responses_are_differences_of_the_slant_and_factors_of_the_rest(tmp_path: Path) -> None:
    table = results_with(tmp_path).attributes
    own = table[[CHANGES[n][0] == a for n, a in zip(table["transformation"], table["attribute"], strict=True)]]
    assert own["response"].tolist() == pytest.approx(own["expected"].tolist())
    other = table[(table["transformation"] == "shear") & (table["attribute"] == "width")]
    assert other["response"].tolist() == pytest.approx([1] * 5) and set(other["expected"]) == {1.0}


@pytest.mark.parametrize(("error", "valid"), [(0.0, True), (TOLERANCE / 2, True), (2 * TOLERANCE, False)])
def test_an_attribute_that_is_off_is_found_out(tmp_path: Path, error: float, valid: bool) -> None:
    results = results_with(tmp_path, error)
    judged = validated(results.attributes).set_index("attribute")
    assert judged["valid"].to_dict() == {"ink": True, "slant": True, "width": valid, "height": True}
    assert judged.loc["width", "largest"] == pytest.approx(error, abs=1e-12)
    page = attributes_page(results)
    assert page is not None
    text = page.markdown()
    (line,) = [line for line in text.splitlines() if line.startswith("| widen")]
    assert ("✓" in line) == valid and ("✗" in line) == (not valid)


def test_failed_rows_and_no_rows(tmp_path: Path) -> None:
    results = results_with(tmp_path)
    rows = results.all_rows.copy()
    rows["status"] = "failed"
    assert responses(rows).empty
    (tmp_path / "rows.csv").write_text(rows_to_csv([]))
    empty = Results(tmp_path)
    assert attributes_figure(empty) is None
    assert attributes_page(empty) is None


def test_picture_has_a_panel_for_each_transformation(tmp_path: Path) -> None:
    figure = attributes_figure(results_with(tmp_path))
    assert figure is not None
    panels = [axes for axes in figure.axes if axes.lines]
    assert len(panels) == len(TRANSFORMATIONS)
    for axes, known in zip(panels, TRANSFORMATIONS.values(), strict=True):
        (own,) = [line for line in axes.lines if line.get_label() == known.attribute]
        assert np.asarray(own.get_xdata()) == pytest.approx(
            np.asarray(own.get_ydata())
        )  # what was done is what is reported
    plt.close(figure)
