"""The speed benchmark runs, and refuses bad arguments. What it measures is not tested: machines are noisy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.speed import main


def test_table_has_every_contender(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "speed.json"
    words = ["speed", "--dataset", "ring", "--model", "gan", "--width", "1", "2", "--updates", "2", "--repeats", "2"]
    words += ["--device", "cpu", "--output"]
    monkeypatch.setattr("sys.argv", [*words, str(output)])
    assert main() == 0
    rows = json.loads(output.read_text())["rows"]
    assert [(row["form"], row["width"]) for row in rows] == [
        ("plain", 1), ("stacked", 1), ("vmap", 1), ("stacked", 2), ("vmap", 2),
    ]  # fmt: skip
    assert rows[0]["ratio"] == 1
    assert all(row["seed_updates_per_second"] > 0 and row["gflops"] > 0 for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        "--updates 0", "--repeats -1", "--width 0", "--threads 0", "--model van", "--dataset rong", "--device cuda:x",
        "--output /nowhere/at/all.json",
    ],
)  # fmt: skip
def test_bad_arguments_end_with_status_two(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["speed", *words.split()])
    try:
        status = main()
    except SystemExit as stopped:  # argparse's own refusals
        status = int(stopped.code or 0)
    assert status == 2
