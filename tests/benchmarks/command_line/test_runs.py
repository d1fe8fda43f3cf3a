"""Runs of a few models: what is stored is not computed again, what fails is recorded, what is the user's own stays."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from benchmarks.blocks import train_block
from benchmarks.command_line import main
from benchmarks.options import make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import make_plan
from benchmarks.report.results import Results
from benchmarks.report.write import write_report
from benchmarks.store import Store
from benchmarks.worker import Outcome, Work, run_unit

Rows = Callable[[Path], list[dict[str, str]]]
AE = ("--model", "ae", "--profile", "smoke", "--device", "cpu")
BOTH = ("--experiment", "mixtures", "images", *AE)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The autoencoder on ring and digits, with one worker."""
    root = tmp_path_factory.mktemp("finished")
    assert main([*BOTH, "--jobs", "1", "--quiet", "--results-dir", str(root)]) == 0
    return root


@pytest.fixture
def results(finished: Path, tmp_path: Path) -> Path:
    """A copy of it, to work on."""
    return shutil.copytree(finished, tmp_path / "results")


def test_a_damaged_unit_alone_is_computed_again(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (results / "rows.csv").read_bytes()
    run = json.loads((results / "run.json").read_text(encoding="utf-8"))
    entry = next(e for e in run["measurements"] if e["measure"] == "reconstruction")
    arrays = results / "measurements" / entry["key"] / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:-10])
    assert main([*BOTH, "--results-dir", str(results)]) == 0
    printed = capsys.readouterr()
    assert f"1 measurements computed, {len(run['measurements']) - 1} reused" in printed.out
    assert "1 damaged units moved" in printed.err
    assert (results / "rows.csv").read_bytes() == before


def test_the_number_of_workers_does_not_change_the_rows(
    finished: Path, tmp_path: Path, run_bench: Callable[..., subprocess.CompletedProcess[str]]
) -> None:
    assert run_bench(*BOTH, "--jobs", "2", "--results-dir", str(tmp_path)).returncode == 0
    assert (tmp_path / "rows.csv").read_bytes() == (finished / "rows.csv").read_bytes()


def test_the_users_own_files_in_a_results_directory_stay(results: Path) -> None:
    """A report removes what an earlier report wrote and nothing else."""
    own = [results / "figures" / "thesis.png", results / "tables" / "notes.md"]
    for path in own:
        path.write_text("mine")
    assert (results / "tables" / "digits.md").exists()
    assert main(["--experiment", "mixtures", *AE, "--results-dir", str(results)]) == 0
    assert all(path.read_text() == "mine" for path in own)
    assert not (results / "tables" / "digits.md").exists()
    assert main([*BOTH, "--results-dir", str(results)]) == 0
    assert (results / "tables" / "digits.md").exists()
    assert all(path.read_text() == "mine" for path in own)


def test_quiet_prints_nothing(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--experiment", "mixtures", *AE, "--quiet", "--results-dir", str(results)]) == 0
    assert capsys.readouterr().out == ""


def test_adding_seeds_adds_blocks(results: Path, dry_run: Callable[..., dict[str, Any]]) -> None:
    words = ["--experiment", "mixtures", *AE, "--results-dir", str(results)]
    assert main([*words, "--seeds", "8", "--jobs", "1", "--quiet"]) == 0
    more = dry_run(*words, "--seeds", "16")
    assert (more["blocks"], more["blocks_to_train"]) == (2, 1)
    assert dry_run(*words, "--seeds", "8")["measurements_to_take"] == 0


def test_calibration_alone_is_reported(tmp_path: Path) -> None:
    """It has no line in a comparison."""
    words = ["--experiment", "calibration", "--dataset", "pair-1d", "--profile", "smoke", "--seeds", "1", "--jobs", "1"]
    assert main([*words, "--device", "cpu", "--quiet", "--results-dir", str(tmp_path)]) == 0
    assert {path.name for path in (tmp_path / "tables").iterdir()} >= {"calibration.csv", "calibration.md"}


def test_a_claim_without_its_arms_gets_no_verdict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--claim", "quality-order", "--model", "gan", "--dataset", "ring", "--profile", "smoke", "--jobs", "1"]
    assert main([*words, "--device", "cpu", "--results-dir", str(tmp_path)]) == 0
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("quality-order"))
    assert "cannot be judged: no runs of AE and VAE in ring, N(0, I); no runs of AE, VAE and GAN in digits" in line
    (result,) = Results(tmp_path).verdicts
    assert result.verdict == "cannot be judged"
    assert result.p != result.p and result.p_adjusted != result.p_adjusted and result.effect != result.effect
    assert {setting.words for setting in result.settings} == {"cannot be judged"}


def test_a_crash_is_recorded_as_failed_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rows_of: Rows
) -> None:
    options = make_options(
        {
            "experiment": ["mixtures"],
            "model": ["ae", "gan"],
            "profile": "smoke",
            "device": "cpu",
            "results_dir": str(tmp_path),
        }
    )
    store = Store(tmp_path)
    plan = make_plan(options, store)
    work = Work(tmp_path, Path("data"), plan.environment, {"commit": None, "dirty": None})

    def failing(block, *rest):  # type: ignore[no-untyped-def]
        if block.model == "gan":
            raise MemoryError("no memory\nleft")
        return train_block(block, *rest)

    monkeypatch.setattr("benchmarks.worker.train_block", failing)
    outcomes: list[Outcome] = [run_unit(unit, work) for unit in plan.todo]
    failures = write_outputs(plan, store, outcomes)
    assert set(failures.values()) == {"oom: MemoryError: no memory left"}
    rows = rows_of(tmp_path)
    statuses = {model: {row["status"] for row in rows if row["model"] == model} for model in ("ae", "gan")}
    assert statuses == {"ae": {"ok"}, "gan": {"oom"}}
    failed = [row for row in rows if row["model"] == "gan"]
    assert all(row["value"] == "nan" for row in failed)
    assert {row["metric"] for row in failed} >= {"jsd-hist", "parameters"}
    write_report(Results(tmp_path))  # a report with failed runs is still a report
    assert "failed" in (tmp_path / "tables" / "ring.md").read_text(encoding="utf-8")
    # nothing of the failure is in the store: the next run tries again
    again = make_plan(options, store)
    assert {unit.block.model for unit in again.todo if unit.block} == {"gan"}


def test_commands_side_by_side_both_end_well(tmp_path: Path, run_bench: Callable[..., Any]) -> None:
    """With all that they write at the end: rows, tables, pictures, report."""
    words = [
        "--claim",
        "mle-is-kl",
        "--profile",
        "smoke",
        "--seeds",
        "1",
        "--device",
        "cpu",
        "--results-dir",
        str(tmp_path),
    ]
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda _: run_bench(*words, "--quiet"), range(2)))
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 2
    assert (tmp_path / "report.html").is_file() and not list(tmp_path.glob(".figures"))
