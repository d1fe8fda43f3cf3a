"""Which extractors look at a data set's images, and what the user is told."""

from __future__ import annotations

import csv
import dataclasses
import json
import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

from benchmarks import datasets, recipes
from benchmarks.command_line import main
from benchmarks.datasets import DATASETS, Dataset, load
from benchmarks.extractor_choice import choose, images_compared, inception_weights
from benchmarks.options import RunOptions, make_options
from benchmarks.outputs import provenance, write_json, write_outputs
from benchmarks.planning import Plan, make_plan
from benchmarks.report.results import Results
from benchmarks.report.terminal import summary_lines
from benchmarks.report.write import write_report
from benchmarks.specs import InputError
from benchmarks.store import Store
from benchmarks.worker import Work, run_unit
from metrics import features
from metrics.features import in_domain_extractor, sha256_of
from metrics.inception import InceptionWeights

INCEPTION = InceptionWeights(Path("w.pth"), "0123456789abcdef" * 4)


@pytest.fixture
def digits() -> Dataset:
    return load("digits", Path(), offline=True)


def names(data: Dataset, n: int, inception: InceptionWeights | None = None) -> list[str]:
    return [extractor.name.rpartition("-")[0] for extractor in choose(data, n, inception)[0]]


def test_own_extractor_first_then_inception(digits: Dataset) -> None:
    assert names(digits, 899) == ["digits-cnn"]
    assert names(digits, 899, INCEPTION) == ["digits-cnn", "inception-v3-768"]
    assert choose(digits, 899, INCEPTION)[1] == ()


def test_the_smallest_set_decides(digits: Dataset) -> None:
    """Samples and floor stand in one column, so both must allow the layer: 898 images are left beside the floor's 899."""
    assert images_compared(digits, 899) == 898
    assert images_compared(digits, 100) == 100
    assert images_compared(digits, 1700) == 97
    assert names(digits, 193, INCEPTION) == ["digits-cnn", "inception-v3-192"]


def test_too_few_images_leave_the_extractor_out_and_say_so(digits: Dataset) -> None:
    extractors, notes = choose(digits, 64, INCEPTION)
    assert extractors == ()
    assert [note.startswith("digits: 64 images are too few for") for note in notes] == [True, True]


def test_without_an_extractor_a_note_says_how_to_get_one(digits: Dataset) -> None:
    own = dataclasses.replace(digits, name="mine")
    (note,) = choose(own, 899, None)[1]
    assert note.startswith("mine has no feature extractor, so FID, KID")
    assert note.endswith("python -m benchmarks.extractors mine, or --inception-weights FILE")
    assert choose(dataclasses.replace(own, train_labels=None), 899, None)[1] == (note,)
    assert names(own, 899, INCEPTION) == ["inception-v3-768"]
    assert choose(own, 899, INCEPTION)[1] == ()


def test_damaged_weights_are_bad_input(digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    (tmp_path / "digits-cnn.safetensors").write_bytes(b"x")
    with pytest.raises(InputError, match=r"digits-cnn.safetensors \(SHA-256 [0-9a-f]{64}\) is damaged"):
        choose(digits, 899, None)


@pytest.mark.parametrize(
    ("given", "message"), [({"offline": True}, "--offline forbids"), ({"dry_run": True}, "downloads nothing")]
)
def test_download_where_it_is_forbidden(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: dict[str, object], message: str
) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda *a, **k: pytest.fail("it tried"))
    with pytest.raises(InputError, match=message):
        inception_weights(make_options({"inception_weights": "download", **given}))


def test_what_was_downloaded_is_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", lambda url, path, progress: Path(path).write_bytes(b"no"))
    with pytest.raises(InputError, match=f"have SHA-256 {sha256_of(b'no')}; expected a file with SHA-256 6726825d"):
        inception_weights(make_options({"inception_weights": "download"}))


def test_a_wrong_file_ends_the_run_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inception_file: Path
) -> None:
    words = [
        "--all",
        "--device",
        "cpu",
        "--results-dir",
        str(tmp_path / "r"),
        "--inception-weights",
        str(inception_file),
    ]
    assert main(words) == 2
    error = capsys.readouterr().err
    assert len(error.strip().splitlines()) == 1
    for part in (str(inception_file), sha256_of(inception_file.read_bytes()), "6726825d"):
        assert part in error
    assert not (tmp_path / "r").exists()


# from end to end, on a data set so small that Inception-v3's first layer will do -----------------------------------------


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch, digits: Dataset) -> Dataset:
    """70 training and 66 test digits in the place of ``digits``, and a twentieth of Inception-v3's work."""
    data = dataclasses.replace(
        digits,
        train=digits.train[:70],
        test=digits.test[:66],
        train_labels=digits.train_labels[:70] if digits.train_labels is not None else None,
        test_labels=digits.test_labels[:66] if digits.test_labels is not None else None,
    )
    entry = dataclasses.replace(DATASETS["digits"], load=lambda source: data)
    monkeypatch.setitem(datasets.DATASETS, "digits", entry)
    recipe = dataclasses.replace(recipes.RECIPES["digits"], samples=66)
    monkeypatch.setitem(recipes.RECIPES, "digits", recipe)
    monkeypatch.setattr(FeatureExtractorInceptionV3, "INPUT_IMAGE_SIZE", 59)
    monkeypatch.setattr("benchmarks.worker._loaded", {})
    return data


def run_here(options: RunOptions) -> tuple[Plan, dict[str, str]]:
    """What the command line does, without worker processes; what a worker gets is pickled on the way."""
    store = Store(options.output_dir)
    plan = make_plan(options, store)
    work = Work(options.output_dir, Path("data"), plan.environment, {"commit": None, "dirty": None})
    outcomes = [run_unit(pickle.loads(pickle.dumps(unit)), work) for unit in plan.todo]
    failures = write_outputs(plan, store, outcomes)
    write_json(options.output_dir / "provenance.json", provenance(plan, store, work.origin, failures, {}))
    write_report(Results(options.output_dir))
    return plan, failures


def options_for(root: Path, **more: object) -> RunOptions:
    given = {"experiment": "images", "model": ["gan"], "profile": "smoke", "seeds": 1, "device": "cpu"}
    return make_options({**given, "results_dir": str(root), **more})


def test_inception_stands_beside_the_own_extractor(tmp_path: Path, tiny: Dataset, inception_file: Path) -> None:
    digest = sha256_of(inception_file.read_bytes())
    with_inception = options_for(tmp_path, inception_weights=str(inception_file), inception_sha256=digest[:12])
    plan, failures = run_here(with_inception)
    assert failures == {}
    assert plan.notes == ()
    own = in_domain_extractor("digits")
    assert own is not None
    deep = f"inception-v3-64-{digest[:8]}"
    with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["measure"].startswith("image-")]
    assert {row["status"] for row in rows} == {"ok"}
    bases = ("fid", "kid", "precision", "recall", "density", "coverage")
    for name, has_classes in ((own.name, True), (deep, False)):
        wanted = {
            f"{base}[{name}]" for base in (*bases, *(("classes-covered", "label-entropy") if has_classes else ()))
        }
        assert {row["metric"] for row in rows if name in row["metric"]} == wanted
    used = json.loads((tmp_path / "provenance.json").read_text())["extractors"]
    assert used == {"digits": {own.name: own.sha256, deep: digest}}
    text = (tmp_path / "tables" / "digits.md").read_text(encoding="utf-8")
    assert text.index(f"FID[{own.name}]") < text.index(f"FID[{deep}]") < text.index(f"KID[{own.name}]")
    assert (tmp_path / "figures" / "digits-intervals.png").exists()
    # stored under the weights' hash: found again with them, and something else without them
    assert make_plan(with_inception, Store(tmp_path)).todo == ()
    without = make_plan(options_for(tmp_path), Store(tmp_path))
    assert sum(m.seconds for m in plan.measurements) > sum(
        m.seconds for m in without.measurements
    )  # the plan's estimate knows that Inception-v3 costs
    assert {m.measurement.measure for unit in without.todo for m in unit.missing} == {"image-samples", "image-floor"}
    assert not any(unit.must_train for unit in without.todo)


def test_without_any_extractor_pixel_metrics_and_the_report_stay(
    tmp_path: Path, tiny: Dataset, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path / "none")
    options = options_for(tmp_path / "results")
    assert main(["--experiment", "images", "--model", "gan", "--profile", "smoke", "--dry-run", "--device", "cpu"]) == 0
    assert "note: digits has no feature extractor" in capsys.readouterr().out
    plan, failures = run_here(options)
    assert failures == {}
    assert len(plan.notes) == 1
    results = Results(options.output_dir)
    assert results.run["notes"] == list(plan.notes)
    of_images = results.rows[results.rows["measure"].isin(["image-samples", "image-floor"])]
    assert set(of_images["metric"]) == {"sharpness", "nearest-l2"}
    assert set(of_images["status"]) == {"ok"}
    assert np.isfinite(of_images["value"]).all()
    assert "digits: no FID, for want of a feature extractor" in "\n".join(summary_lines(results, 1, 0, 0.0))


def test_an_extractor_made_on_other_data_is_left_out(
    tmp_path: Path, digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    from benchmarks.extractors import train_extractor, write_extractor

    shutil.copytree(features.FOLDER, tmp_path / "extractors")
    monkeypatch.setattr(features, "FOLDER", tmp_path / "extractors")
    path = write_extractor(digits, train_extractor(digits, epochs=1)[0])
    assert names(digits, 899) == ["digits-cnn"]
    other = dataclasses.replace(digits, train=255 - digits.train)
    extractors, notes = choose(other, 899, None)
    assert extractors == ()
    assert [note.partition(" and is left out")[0].partition(" was ")[2] for note in notes] == ["trained on other data"]
    assert path.parent == tmp_path / "extractors"
