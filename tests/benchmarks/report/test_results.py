"""Reading a results directory."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.analysis.summary import arm_of
from benchmarks.report.results import BLOCK_COLUMNS, Results, load
from benchmarks.report.terminal import summary_lines
from benchmarks.specs import InputError
from benchmarks.store import ROW_FIELDS, Store, array_bytes, rows_to_csv

VALUES = [0.1 + 0.2, 5e-324, math.inf, math.nan, 1e300 / 3]


def results_with(tmp_path: Path, statuses: list[str]) -> Results:
    common = {
        **dict.fromkeys(ROW_FIELDS),
        "measure": "m",
        "dataset": "d",
        "model": "ae",
        "block": "b",
        "sampler": "prior",
        "weights": "last",
    }
    common |= {"setting": '{"observation":"mean"}', "metric": "fid[x-1]"}
    rows = [{**common, "seed": 1000 + i, "status": status, "value": VALUES[i]} for i, status in enumerate(statuses)]
    (tmp_path / "rows.csv").write_text(rows_to_csv(rows))
    seeds = [row["seed"] for row in rows]
    entry: dict[str, object] = {
        "key": "k",
        "block": "b",
        "measure": "m",
        "dataset": "d",
        "model": "ae",
        "network": None,
        "arm": "AE",
        "sampler": "prior",
        "weights": "last",
        "experiments": ["e"],
    }
    entry |= {"observation": "mean", "setting": common["setting"], "seeds": seeds, "failure": None}
    run = {"experiments": {"e": "?"}, "datasets": {}, "metrics": {}, "measurements": [entry]}
    (tmp_path / "run.json").write_text(json.dumps(run))
    arrays = {"images": np.arange(len(seeds))[:, None]}
    Store(tmp_path).write("measurements", "k", {"arrays.npz": array_bytes(arrays)})
    return Results(tmp_path)


def test_values_read_back_exactly(tmp_path: Path) -> None:
    values = results_with(tmp_path, ["ok"] * len(VALUES)).rows["value"]
    assert all(a == b or (math.isnan(a) and math.isnan(b)) for a, b in zip(values, VALUES, strict=True))


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """Manifests that an earlier version wrote, as in committed results, stay as they are."""
    results = results_with(tmp_path, ["ok"])
    path = tmp_path / "measurements" / "k" / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["self"]
    path.write_text(json.dumps({**manifest, "schema_version": 1}), encoding="utf-8")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert list(results.arrays(results.compared[0])) == ["images"]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_rows_get_arm_observation_and_base(tmp_path: Path) -> None:
    row = results_with(tmp_path, ["ok"]).rows.iloc[0]
    assert (row["arm"], row["observation"], row["base"]) == ("AE", "mean", "fid")


def test_the_example_is_of_the_first_seed_that_did_not_fail(tmp_path: Path) -> None:
    results = results_with(tmp_path, ["diverged", "failed", "ok"])
    assert results.example(results.entries("d", "m"))["images"] == 2


def test_no_example_where_all_failed(tmp_path: Path) -> None:
    results = results_with(tmp_path, ["diverged", "failed"])
    assert results.example(results.entries("d", "m")) == {}


def test_averaged_weights_make_an_arm_of_their_own() -> None:
    assert arm_of({"arm": "GAN", "weights": "ema"}) == "GAN · averaged"
    assert arm_of({"arm": "GAN", "weights": "last"}) == "GAN"
    assert arm_of({"arm": None, "weights": None}) == ""


def test_runs_that_only_a_claim_asked_for_are_counted_too(tmp_path: Path) -> None:
    results_with(tmp_path, ["ok", "diverged", "ok"])
    run = json.loads((tmp_path / "run.json").read_text())
    (tmp_path / "run.json").write_text(json.dumps({**run, "profile": "standard", "experiments": {}}))
    results = Results(tmp_path)
    assert results.rows.empty
    assert "3 runs (model × seed), 1 diverged" in summary_lines(results, 0, 0, 0.0)


def test_loaded_results_are_tables(tmp_path: Path) -> None:
    """The documented way in: rows, verdicts, settings, blocks."""
    results_with(tmp_path, ["ok", "ok"])
    run = json.loads((tmp_path / "run.json").read_text())
    block = {
        "dataset": "ring", "model": "gan", "settings": {"loss": "hinge"}, "training": {"updates": 20, "batch": 64},
        "seeds": [3000, 3001], "split": "test",
    }  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps({**run, "schema_version": 1, "blocks": {"b": block}}))
    results = load(str(tmp_path))
    assert len(results.all_rows) == 2
    assert results.verdict_table.empty and results.setting_table.empty
    assert list(results.block_table.columns) == BLOCK_COLUMNS
    assert results.block_table.loc[0, "seeds"] == (3000, 3001) and results.block_table.loc[0, "updates"] == 20


def test_what_is_no_results_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"is not a results directory: it has no run.json"):
        load(tmp_path)
    (tmp_path / "run.json").write_text('{"schema_version": 99}')
    with pytest.raises(InputError, match="written by a newer version of Fairtrial"):
        load(tmp_path)
