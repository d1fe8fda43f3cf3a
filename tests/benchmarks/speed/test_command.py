"""The speed benchmark runs, and refuses bad arguments. What it measures is not tested: machines are noisy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from benchmarks.specs import InputError
from benchmarks.speed import __main__ as speed
from benchmarks.speed.__main__ import main
from benchmarks.speed.page import PARTS


def test_every_contender_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    words = [
        "speed",
        "training",
        "machine",
        "--dataset",
        "ring",
        "--model",
        "gan",
        "--width",
        "1",
        "2",
        "--workers",
        "1",
        "2",
    ]
    words += ["--updates", "2", "--repeats", "2", "--device", "cpu", "--output", str(tmp_path)]
    monkeypatch.setattr("sys.argv", words)
    assert main() == 0
    measured = json.loads((tmp_path / "speed.json").read_text())
    rows = measured["training"]
    assert [(row["form"], row["width"], row["workers"]) for row in rows] == [
        ("plain", 1, 1), ("habitual", 1, 1),
        ("stacked", 1, 1), ("vmap", 1, 1), ("stacked", 2, 1), ("vmap", 2, 1),
        ("stacked", 1, 2), ("vmap", 1, 2), ("stacked", 2, 2), ("vmap", 2, 2),
    ]  # fmt: skip
    assert rows[0]["ratio"] == rows[0]["ratio_low"] == rows[0]["ratio_high"] == 1
    assert all(row["per_second"] > 0 and row["gflops"] > 0 for row in rows)
    assert all(row["ratio_low"] <= row["ratio"] <= row["ratio_high"] for row in rows)
    assert [row["width"] for row in measured["machine"]] == [1, 2]
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert PARTS["training"].title in text and PARTS["machine"].title in text and PARTS["peers"].title not in text
    assert text.count("| ring | gan | mlp-64-64-z2 |") == len(rows) + 2
    with Image.open(tmp_path / "speed.png") as picture:
        assert picture.width > 300


def test_what_was_measured_is_kept_when_it_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    row = dict.fromkeys(("wall", "cpu", "plan", "run", "report", "training", "measuring", "outside", "peak_gib"), 1.0)

    def one_and_no_more(*given: object) -> Iterator[dict[str, object]]:
        yield {**row, "label": "everything", "jobs": 2, "failed": 0}
        raise InputError("no more")

    monkeypatch.setattr(speed, "measured", one_and_no_more)
    monkeypatch.setattr("sys.argv", ["speed", "whole", "--device", "cpu", "--output", str(tmp_path)])
    assert main() == 2
    assert json.loads((tmp_path / "speed.json").read_text())["whole"][0]["label"] == "everything"
    assert "| everything | 1.0 |" in (tmp_path / "speed.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "words",
    [
        "--updates 0", "--repeats -1", "--width 0", "--threads 0", "--model van", "--dataset rong", "--device cuda:x",
        "--workers none", "trainin", "--network conf", "--network conv --dataset ring", "--model pca", "--output pyproject.toml",
        "--output pyproject.toml/x", "--form stackd", "--form tf32 --device cpu",
    ],
)  # fmt: skip
def test_bad_arguments_end_with_status_two(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(Path(__file__).parents[3])
    monkeypatch.setattr("sys.argv", ["speed", *words.split()])
    assert main() == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
