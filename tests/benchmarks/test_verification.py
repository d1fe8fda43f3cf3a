"""Results that are recomputed and compared: bit by bit where nothing is different, with tolerance elsewhere, refused where old."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks import verification
from benchmarks.command_line import main
from benchmarks.reference import make_reference
from benchmarks.store import sealed, sha256
from benchmarks.verification import Comparison, Verification

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("verified") / "results"
    words = ["--experiment", "mixtures", "--model", "ae", "--profile", "smoke", "--device", "cpu", "--quiet"]
    assert main([*words, "--results-dir", str(root)]) == 0
    return root


def verify(root: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    capsys.readouterr()
    status = main(["verify", str(root), "--device", "cpu", "--quiet", *more])
    return status, capsys.readouterr().out


def replace_rows(root: Path, text: str, **changes: object) -> None:
    """Other rows, and other entries in ``run.json``, with hashes that fit, as a forger would."""
    (root / "rows.csv").write_text(text, encoding="utf-8")
    run = json.loads((root / "run.json").read_text(encoding="utf-8")) | changes
    run["sha256"]["rows.csv"] = sha256(text.encode())
    run.pop("self")
    (root / "run.json").write_text(json.dumps(sealed(run)), encoding="utf-8")


def test_where_nothing_can_be_compared_nothing_is_verified(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seeds that were never asked for, or another processor and too few seeds for a test."""
    forged = Path(shutil.copytree(results, tmp_path / "forged"))
    run = json.loads((forged / "run.json").read_text(encoding="utf-8"))
    for entry in run["measurements"]:
        entry["seeds"] = [7]
    replace_rows(forged, (forged / "rows.csv").read_text(encoding="utf-8"), measurements=run["measurements"])
    status, text = verify(forged, capsys, "--sample", "99")
    assert status == 1 and text.splitlines()[-1].startswith("not verified")
    one = Comparison("u", "jsd-hist", np.array([1e-6]), np.array([0.5]), same_setup=False, trained=True)
    nothing = Verification(((one, one.agreement(0.001)),), same_setup=False, failed=())
    assert not nothing.sound and nothing.lines()[-1] == "not verified: nothing could be compared"
    assert not Verification((), same_setup=True, failed=()).sound


def test_what_this_setup_computed_is_bit_equal(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, text = verify(results, capsys, "--sample", "99")
    assert status == 0
    assert text.splitlines()[-1] == "verified, bit-equal"
    assert "ring, AE, seeds 3000–3001: " in text and "data alone: " in text and "differs" not in text


def test_values_of_a_seed_that_diverged_count_on_neither_side() -> None:
    """How many updates it had is kept, with its status; among the values that are compared it is none."""
    seeds = (1, 2)
    rows = [
        {"metric": "updates", "seed": str(seed), "value": "2000.0", "status": status}
        for seed, status in zip(seeds, ("ok", "diverged"), strict=True)
    ]
    store: Any = SimpleNamespace(has=lambda *given: True, read_rows=lambda key: rows)
    evidence = SimpleNamespace(metric=lambda key, metric: pd.Series([2000.0, np.nan], index=seeds))
    planned: Any = SimpleNamespace(key="k", measurement=SimpleNamespace(seeds=seeds))
    results: Any = SimpleNamespace(evidence=evidence)
    unit: Any = SimpleNamespace(block=None, label="ring")
    (one,) = verification.compared(results, {"key": "k"}, unit, planned, store, same_processor=True)
    assert one.agreement(0.001) == "bit-equal"


def test_a_small_copy_can_be_verified_and_a_changed_number_is_found(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By one unit in its last digit."""
    copy = tmp_path / "copy"
    make_reference(results, copy, rows_only=True)
    status, text = verify(copy, capsys, "--sample", "99", "--json")
    facts = json.loads(text)
    assert status == 0 and facts["verified"] and facts["same_setup"]
    (copy / "rows.csv.gz").unlink()
    lines = (results / "rows.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    at = next(i for i, line in enumerate(lines) if ",jsd-hist," in line and ",ae," in line)
    before, name, after = lines[at].partition(",jsd-hist,")
    value, comma, rest = after.partition(",")
    lines[at] = f"{before}{name}{float(np.nextafter(float(value), 1))!r}{comma}{rest}"
    replace_rows(copy, "".join(lines))
    status, text = verify(copy, capsys, "--sample", "99")
    assert status == 1
    assert "differs: ring, AE, seeds 3000–3001, jsd-hist: " in text and text.splitlines()[-1] == "not verified"


def test_another_processor_need_not_give_the_same_bits(
    results: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The key holds the instruction set but not the model of the processor, and libraries choose by that too."""
    copy = tmp_path / "copy"
    make_reference(results, copy, rows_only=True)
    provenance = json.loads((copy / "provenance.json").read_text(encoding="utf-8"))
    provenance["hardware"]["processor"] = "another"
    (copy / "provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    status, text = verify(copy, capsys, "--sample", "1")
    assert status == 0 and text.splitlines()[-1] == "verified, as far as another setup can tell"


def test_what_cannot_be_verified_is_refused(tmp_path: Path, results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(results, newer, ignore=shutil.ignore_patterns("blocks", "measurements"))
    run = json.loads((newer / "run.json").read_text(encoding="utf-8"))
    (newer / "run.json").write_text(json.dumps({**run, "schema_version": 99}), encoding="utf-8")
    older = tmp_path / "older"
    shutil.copytree(results, older, ignore=shutil.ignore_patterns("blocks", "measurements"))
    for entry in run["measurements"]:
        del entry["asked"]
    replace_rows(older, (older / "rows.csv").read_text(encoding="utf-8"), measurements=run["measurements"])
    for root, message in (
        (tmp_path, "is not a results directory: it has no run.json"),
        (newer, "was written by a newer version of Fairtrial (schema 99"),
        (older, "was made by a version of Fairtrial whose results cannot be verified"),
    ):
        assert main(["verify", str(root)]) == 2
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1
    assert main(["verify", str(results), "--sample", "0"]) == 2


def compared(
    there: list[float], here: list[float], trained: bool, same_setup: bool = False, metric: str = "jsd-hist"
) -> str:
    return Comparison("unit", metric, np.array(there), np.array(here), same_setup, trained).agreement(1e-3)


def test_how_two_setups_are_compared() -> None:
    nan = float("nan")
    assert compared([0.1, nan], [0.1, nan], True) == "bit-equal"
    assert compared([0.1], [0.1 + 1e-12], True, same_setup=True) == "differs"
    # no training: each value within the metric's tolerance
    assert compared([0.1, 0.2], [0.1 + 1e-7, 0.2], False) == "agrees"
    assert compared([0.1, 0.2], [0.1 + 1e-5, 0.2], False) == "differs"
    assert compared([0.924], [0.925], False, metric="precision[cnn]") == "agrees"  # one image of a thousand
    assert compared([7.481e-7], [7.449e-7], False, metric="kid[cnn]") == "agrees"  # of real images it is nearly 0
    assert compared([7.481e-3], [7.449e-3], False, metric="kid[cnn]") == "differs"
    # a training: another run of the same distribution, or of another one
    rng = np.random.default_rng(0)
    first, second = rng.normal(1, 0.1, 8), rng.normal(1, 0.1, 8)
    assert compared(list(first), list(second), True) == "agrees"
    assert compared(list(first), list(second + 1), True) == "differs"
    assert compared([0.1], [0.2], True) == "not comparable"
    assert compared([2000.0] * 4, [2000.0] * 4 + [], True, metric="updates") == "bit-equal"
    assert compared([2000.0] * 4, [1000.0] * 4, True, metric="updates") == "differs"
