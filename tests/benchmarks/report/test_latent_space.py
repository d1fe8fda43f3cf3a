"""Pictures of latent spaces: which arms are in them, and that images lie where they belong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest

from benchmarks.report.figures import LINE_GREY
from benchmarks.report.latent_space import interpolation_figure, plane_figure, sheet, traversal_figure
from benchmarks.report.results import Results
from benchmarks.store import ROW_FIELDS, Store, array_bytes, rows_to_csv


@pytest.mark.parametrize("colour", [False, True])
def test_a_sheet_holds_rows_and_columns(colour: bool) -> None:
    images = np.arange(2 * 3 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 3, 4, 5)
    images = images if colour else images[:, :, 0]
    canvas = sheet(images)
    assert canvas.shape[:2] == (2 * 5 - 1, 3 * 6 - 1)
    for row in range(2):
        for column in range(3):
            image = images[row, column]
            part = canvas[5 * row : 5 * row + 4, 6 * column : 6 * column + 5]
            np.testing.assert_array_equal(part, np.moveaxis(image, 0, -1) if colour else image)
    assert (canvas[4] == LINE_GREY).all()
    assert (canvas[:, 5] == LINE_GREY).all()


def results_with(tmp_path: Path, arms: dict[str, tuple[str, tuple[str, ...]]]) -> Results:
    """One seed of latent pictures for arms: label → (model, names of its pictures); models other than GANs have codes."""
    rows, entries = [], []
    for index, (arm, (model, names)) in enumerate(arms.items()):
        identity = {"block": f"b{index}", "dataset": "d", "model": model, "weights": "last", "setting": "{}"}
        common = {**dict.fromkeys(ROW_FIELDS), **identity, "seed": 1000, "status": "ok", "value": 1.0}
        rows.append({**common, "measure": "latent-pictures", "metric": "path-length-ratio"})
        entry: dict[str, Any] = {**identity, "network": None, "arm": arm, "sampler": None, "observation": None}
        entry["experiments"] = ["e"]
        entries.append({**entry, "measure": "latent-pictures", "key": f"k{index}", "seeds": [1000], "failure": None})
        shapes = {"traversal": (6, 7), "interpolation": (4, 9), "blend": (4, 9), "plane": (15, 15)}
        arrays = {name: np.full((1, *shapes[name], 8, 8), index, np.uint8) for name in names}
        arrays["of_codes"] = np.array([model != "gan"])
        Store(tmp_path).write("measurements", f"k{index}", {"arrays.npz": array_bytes(arrays)})
    (tmp_path / "rows.csv").write_text(rows_to_csv(rows))
    facts = {"experiments": {"e": "?"}, "datasets": {"d": {"kind": "images"}}, "metrics": {}, "measurements": entries}
    (tmp_path / "run.json").write_text(json.dumps(facts))
    return Results(tmp_path)


LINES = ("traversal", "interpolation", "blend")
ARMS = {
    "AE": ("ae", LINES),
    "GAN (a)": ("gan", LINES),
    "GAN (b)": ("gan", LINES),
    "AE, z = 2": ("ae", (*LINES, "plane")),
}


def test_which_arms_are_in_which_picture(tmp_path: Path) -> None:
    results = results_with(tmp_path, ARMS)
    lines = interpolation_figure(results, "d")
    assert lines is not None
    labels = [axes.get_ylabel() for axes in lines.axes if axes.get_ylabel()]
    assert labels == ["test images:\npixel blend", "AE", "GAN (b)", "its pixel blend"]
    traversal = traversal_figure(results, "d")
    assert traversal is not None
    assert [axes.get_title() for axes in traversal.axes if axes.get_visible()] == ["AE", "GAN (b)"]
    plane = plane_figure(results, "d")
    assert plane is not None
    assert [axes.get_title() for axes in plane.axes] == ["AE, z = 2"]
    plt.close("all")


def test_no_picture_without_its_arrays(tmp_path: Path) -> None:
    results = results_with(tmp_path, {"GAN": ("gan", ("interpolation", "blend"))})
    assert plane_figure(results, "d") is None
    assert traversal_figure(results, "d") is None
    assert interpolation_figure(results, "other") is None
