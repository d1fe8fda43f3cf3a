"""Plans: what experiments are told of the data, and the validation split's way through keys, units and rows."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest

from benchmarks.datasets import Dataset
from benchmarks.experiments import EXPERIMENTS
from benchmarks.options import RunOptions, make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import Plan, make_plan
from benchmarks.recipes import RECIPES
from benchmarks.report.results import Results
from benchmarks.rows import identity
from benchmarks.store import Store
from benchmarks.worker import Work, run_unit

ORIGIN = {"commit": None, "dirty": None}


def options(root: Path, **more: object) -> RunOptions:
    return make_options({"model": ["ae"], "profile": "smoke", "device": "cpu", "results_dir": str(root), **more})


@pytest.fixture
def tuning(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside each experiment, the same on the validation split."""
    for name, experiment in list(EXPERIMENTS.items()):
        tuned = dataclasses.replace(experiment, name=f"tune-{name}", split="validation")
        monkeypatch.setitem(EXPERIMENTS, f"tune-{name}", tuned)


def samples_asked(plan: Plan) -> set[int]:
    return {m.measurement.options["n"] for m in plan.measurements if "n" in m.measurement.options}


def test_no_more_samples_than_test_images(tmp_path: Path, tuning: None) -> None:
    on_test = make_plan(options(tmp_path, experiment="images"), Store(tmp_path))
    assert samples_asked(on_test) == {RECIPES["digits"].samples} == {899}
    on_validation = make_plan(options(tmp_path, experiment="tune-images"), Store(tmp_path))
    assert samples_asked(on_validation) == {len(on_validation.datasets["digits-validation"].test)} == {299}


def test_the_splits_share_nothing_but_the_name(tmp_path: Path, tuning: None) -> None:
    asked = [name for name, experiment in EXPERIMENTS.items() if experiment.datasets["smoke"]]
    plan = make_plan(options(tmp_path, experiment=asked), Store(tmp_path))
    names = {"ring", "digits", "pair-1d", "narrow-ring"}
    assert set(plan.datasets) == names | {f"{name}-validation" for name in names}
    keys = [m.key for m in plan.measurements] + [unit.key for unit in plan.units if unit.key]
    assert len(set(keys)) == len(keys)
    for unit in plan.units:
        assert unit.data == plan.datasets[unit.label].digest
        assert {m.measurement.split for m in unit.measurements} == {unit.split}
        for planned in unit.measurements:
            setting = json.loads(identity(planned, unit.key)["setting"])
            assert setting.get("split", "test") == unit.split
            assert identity(planned, unit.key)["dataset"] == unit.label


def test_a_run_on_both_splits_keeps_them_apart(tmp_path: Path, tuning: None) -> None:
    asked = options(tmp_path, experiment=["images", "tune-images"], seeds=1)
    plan = make_plan(asked, Store(tmp_path))
    work = Work(tmp_path, Path("data"), plan.environment, ORIGIN)
    outcomes = [run_unit(unit, work) for unit in plan.todo]
    assert write_outputs(plan, Store(tmp_path), outcomes) == {}
    results = Results(tmp_path)
    reconstructed = results.rows[results.rows["metric"] == "reconstruction-l2"].set_index("dataset")
    assert list(reconstructed.index) == ["digits", "digits-validation"]
    assert list(reconstructed["n"]) == [899, 299]
    assert reconstructed["value"].nunique() == 2
    facts = results.datasets["digits-validation"]
    assert (facts["train"], facts["test"]) == (599, 299)
    assert "validation split" in facts["summary"]


def test_data_that_changed_since_the_plan_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = make_plan(options(tmp_path, experiment="images"), Store(tmp_path))
    changed = Dataset("digits", "images", (8, 8), np.zeros((300, 64), np.uint8), np.zeros((300, 64), np.uint8))
    monkeypatch.setattr("benchmarks.worker.load", lambda *rest, **named: changed)
    outcome = run_unit(plan.todo[0], Work(tmp_path, Path("data"), plan.environment, ORIGIN))
    assert set(outcome.failures) == {m.key for m in plan.todo[0].missing}
    assert "the files of data set digits changed since the run began" in next(iter(outcome.failures.values())).message
    assert not (tmp_path / "blocks").exists()
