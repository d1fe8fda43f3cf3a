"""The same rows, byte by byte: with one worker or two, in any order, alone or among others, whole or gone on with."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import Any

import pytest

from benchmarks import command_line, runner
from benchmarks.options import make_options
from benchmarks.outputs import write_outputs
from benchmarks.planning import make_plan
from benchmarks.store import Store

FORK = multiprocessing.get_context("fork")
ORIGIN = {"commit": None, "dirty": None}


@pytest.fixture(autouse=True)
def forked_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that are copies of this process: starting them takes no time."""
    monkeypatch.setattr(multiprocessing, "get_context", lambda method: FORK)


def rows(root: Path, backwards: bool = False, **more: Any) -> list[bytes]:
    """The rows of a run, without the header."""
    asked = {"experiment": ["mixtures"], "dataset": ["ring"], "model": ["ae", "vae", "pca"], "profile": "smoke"}
    plan = make_plan(make_options({**asked, "device": "cpu", "results_dir": str(root), **more}), Store(root))
    if backwards:
        plan.__dict__["todo"] = plan.todo[::-1]
    assert not write_outputs(plan, Store(root), runner.run(plan, ORIGIN, progress_bar=False))
    return (root / "rows.csv").read_bytes().splitlines()[1:]


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(multiprocessing, "get_context", lambda method: FORK)
        return rows(tmp_path_factory.mktemp("plain"), jobs=1)


@pytest.mark.parametrize("how", [{"jobs": 2}, {"jobs": 1, "backwards": True}, {"jobs": 2, "backwards": True}])
def test_workers_and_order_do_not_matter(tmp_path: Path, plain: list[bytes], how: dict[str, Any]) -> None:
    assert rows(tmp_path, **how) == plain


@pytest.mark.parametrize("model", ["ae", "vae"])
def test_company_does_not_matter(tmp_path: Path, plain: list[bytes], model: str) -> None:
    alone = rows(tmp_path, model=[model])
    assert set(alone) <= set(plain)
    assert [row for row in alone if f",{model},".encode() in row] == [
        row for row in plain if f",{model},".encode() in row
    ]


def test_a_second_time_nothing_is_computed_and_the_rows_are_the_same(tmp_path: Path, plain: list[bytes]) -> None:
    assert rows(tmp_path) == plain
    stood = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/*")}
    assert rows(tmp_path) == plain
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/*")} == stood
    assert rows(tmp_path, overwrite="always") == plain
    again = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*/*")}
    assert again.keys() == stood.keys() and all(again[path] != time for path, time in stood.items())


@pytest.mark.parametrize("left", ["rows.csv", "blocks/a unit"])
def test_results_that_are_there_are_refused_where_they_are_not_to_be_touched(
    tmp_path: Path, left: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Those of a run that was stopped too."""
    (tmp_path / left).parent.mkdir(exist_ok=True)
    (tmp_path / left).write_text("there")
    words = ["--experiment", "mixtures", "--overwrite", "never", "--results-dir", str(tmp_path)]
    assert command_line.main(words) == 2
    assert "holds results, which --overwrite never leaves as they are" in capsys.readouterr().err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / left]


def test_a_disk_that_is_full_when_tables_are_written_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*arguments: object, **named: object) -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "tables"))

    monkeypatch.setattr("benchmarks.report.write.write_report", full)
    words = ["--experiment", "mixtures", "--model", "pca", "--profile", "smoke", "--device", "cpu"]
    assert command_line.main([*words, "--results-dir", str(tmp_path)]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(
        f"run_bench.py: No space left on device ({tmp_path / 'tables'}); what was finished is stored"
    )
