"""Loss curves for TensorBoard."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from benchmarks.curve_log import folder_name
from benchmarks.options import make_options
from benchmarks.planning import make_plan
from benchmarks.runner import run
from benchmarks.specs import InputError
from benchmarks.store import Store

ASKED = {
    "experiment": ["mixtures"],
    "dataset": ["ring"],
    "model": ["vae"],
    "profile": "smoke",
    "device": "cpu",
    "jobs": 1,
}


def test_what_is_trained_is_logged_once_with_the_values_that_are_stored(tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    results, log = tmp_path / "results", tmp_path / "log of curves"
    options = make_options({**ASKED, "results_dir": str(results), "tensorboard": str(log)})
    plan = make_plan(options, Store(results))
    outcomes = run(plan, {"commit": None, "dirty": None}, progress_bar=False)
    assert not any(outcome.failures for outcome in outcomes)
    blocks = {unit.key: unit.block for unit in plan.units if unit.block and unit.key}
    folders = sorted(path.parent for path in log.rglob("events.*"))
    assert len(folders) == len(set(folders)) == sum(len(block.seeds) for block in blocks.values())
    for key, block in blocks.items():
        arrays = Store(results).read_arrays("blocks", key)
        (arm,) = (log / "ring").glob(f"VAE*-{key[:8]}")
        for index, seed in enumerate(block.seeds):
            events = EventAccumulator(str(arm / f"seed-{seed}"))
            events.Reload()
            names = {name.removeprefix("curve/") for name in arrays if name.startswith("curve/")}
            assert set(events.Tags()["scalars"]) == {f"loss/{name}" for name in names} and names
            for name in names:
                found = events.Scalars(f"loss/{name}")
                assert [event.step for event in found] == arrays["steps"].tolist()
                np.testing.assert_allclose([event.value for event in found], arrays[f"curve/{name}"][index], rtol=1e-6)
    again = make_plan(options, Store(results))
    run(again, {"commit": None, "dirty": None}, progress_bar=False)
    assert sorted(path.parent for path in log.rglob("events.*")) == folders


def test_keys_do_not_depend_on_it(tmp_path: Path) -> None:
    plans = [
        make_plan(make_options({**ASKED, "results_dir": str(tmp_path), **more}), Store(tmp_path))
        for more in ({}, {"tensorboard": str(tmp_path / "log")})
    ]
    assert [unit.key for unit in plans[0].units] == [unit.key for unit in plans[1].units]


def test_without_tensorboard_one_line_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=r"pip install -e \"\.\[tensorboard\]\"") as caught:
        make_options({"tensorboard": "log"})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("label", "name"), [("VAE", "VAE"), ("GAN (k = 5)", "GAN-k-5"), ("../../x", "x"), ("ü/ö", "ü-ö")]
)
def test_labels_make_folders_of_one_level(label: str, name: str) -> None:
    assert folder_name(label) == name
