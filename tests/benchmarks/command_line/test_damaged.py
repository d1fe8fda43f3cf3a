"""Commands that read results answer damaged ones in one line, with status 2, and nothing is written."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from pathlib import Path

import pytest

from benchmarks.command_line import COMMANDS, main
from benchmarks.store import sealed, sha256

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "results" / "published"

pytestmark = pytest.mark.skipif(not COMMITTED.exists(), reason="no committed results in this checkout")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(COMMITTED, tmp_path / "results"))


def answers(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What the commands say, each in one line."""
    there = sorted(path for path in root.rglob("*"))
    said = []
    for words in (
        ["cite", "any", "--results", str(root)],
        ["diff", str(root), str(COMMITTED)],
        ["report", str(root), "--to", str(root.parent / "report")],
        ["verify", str(root), "--device", "cpu", "--quiet"],
    ):
        capsys.readouterr()
        assert main(words) == 2, words
        error = capsys.readouterr().err
        assert error.startswith("run_bench.py: ") and error.count("\n") == 1, error
        assert str(root) in error and "goes on from there" not in error
        said.append(error)
    assert sorted(path for path in root.rglob("*")) == there
    assert not (root.parent / "report").exists()
    return said


BROKEN: dict[str, bytes] = {
    "empty": b"", "null": b"null", "a list": b"[]", "an object": b"{}", "half": b'{"schema_version": 2, "measu',
    "deep": b"[" * 100_000, "not UTF-8": b"\xff\xfe{}", "text for a version": b'{"schema_version": "x"}',
    "version 0": b'{"schema_version": 0}',
}  # fmt: skip


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
@pytest.mark.parametrize("name", ["run.json", "claims.json", "provenance.json"])
def test_files_that_hold_something_else(
    copy: Path, name: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / name).write_bytes(content)
    answers(copy, capsys)


def test_a_changed_number_is_found(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = gzip.decompress((copy / "rows.csv.gz").read_bytes())
    (copy / "rows.csv.gz").write_bytes(gzip.compress(rows.replace(b",ok,", b",ok, ", 1)))
    assert all("is not the file that was written with run.json" in line for line in answers(copy, capsys))


def test_files_of_two_runs_do_not_mix(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copy(ROOT / "results" / "calibration" / "rows.csv.gz", copy / "rows.csv.gz")
    answers(copy, capsys)


def test_a_changed_run_file_is_found(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    run["profile"] = "standard"
    (copy / "run.json").write_text(json.dumps(run), encoding="utf-8")
    assert all("its own SHA-256 is not that of its content" in line for line in answers(copy, capsys))


def test_rows_without_their_measurement(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As a version before hashes might have left them."""
    run = json.loads((copy / "run.json").read_text(encoding="utf-8"))
    old = {key: value for key, value in run.items() if key not in ("self", "sha256")}
    old["measurements"] = old["measurements"][1:]
    (copy / "run.json").write_text(json.dumps(old), encoding="utf-8")
    assert all("rows of a measurement that run.json does not have" in line for line in answers(copy, capsys))


@pytest.mark.parametrize("how", ["missing", "a directory", "no gzip"])
def test_rows_that_cannot_be_read(copy: Path, how: str, capsys: pytest.CaptureFixture[str]) -> None:
    (copy / "rows.csv.gz").unlink()
    if how == "a directory":
        (copy / "rows.csv.gz").mkdir()
    elif how == "no gzip":
        (copy / "rows.csv.gz").write_bytes(b"rows")
    answers(copy, capsys)


def test_what_was_written_together_is_sealed(copy: Path) -> None:
    """Every committed results directory has the hashes, and they are right."""
    for path in (ROOT / "results").glob("*/run.json"):
        run = json.loads(path.read_text(encoding="utf-8"))
        assert run == sealed({name: value for name, value in run.items() if name != "self"})
        compressed = path.with_name("rows.csv.gz").read_bytes()
        assert run["sha256"]["rows.csv"] == sha256(gzip.decompress(compressed))


@pytest.mark.parametrize("target", ["", "/etc/passwd", "/etc/passwd/x", "/proc/x", "x" * 5000])
def test_a_report_that_cannot_be_written(
    copy: Path, target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    there = sorted(tmp_path.rglob("*"))
    assert main(["report", str(copy), "--to", target]) == 2
    error = capsys.readouterr().err
    assert error.startswith("run_bench.py: ") and error.count("\n") == 1 and "goes on from there" not in error
    assert sorted(tmp_path.rglob("*")) == there


def test_only_a_run_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped(words: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setitem(COMMANDS, "list", stopped)
    assert main(["list"]) == 130
    assert capsys.readouterr().err == "\nrun_bench.py: interrupted\n"


def test_names_that_are_no_utf_8(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before any training, not when the results are written."""
    name = os.fsdecode(os.fsencode(tmp_path) + b"/\xff")
    assert main(["--claim", "value-is-jsd", "--profile", "smoke", "--device", "cpu", "--results-dir", name]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "no path that leads anywhere" in error
    assert not list(tmp_path.iterdir())
