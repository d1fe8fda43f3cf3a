"""The committed reference results come out again, bit by bit, on the setup that made them. Slow."""

from __future__ import annotations

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.options import make_options
from benchmarks.outputs import hardware
from benchmarks.planning import make_plan
from benchmarks.store import VERSIONED, Store, versions

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "results" / "reference"
OF_A_MEASUREMENT = ("measure", "network", "dataset", "model", "sampler", "weights", "setting", "step")
SAME = (*OF_A_MEASUREMENT, "seed", "status", "metric", "value", "n")


def rows_of(root: Path, model: str, dataset: str) -> set[tuple[str, ...]]:
    plain = root / "rows.csv"
    with plain.open(newline="") if plain.exists() else gzip.open(root / "rows.csv.gz", "rt", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["model"] == model and row["dataset"] == dataset]
    return {tuple(row[name] for name in SAME) for row in rows}


@pytest.mark.slow
@pytest.mark.skipif(not REFERENCE.exists(), reason="no committed reference results in this checkout")
@pytest.mark.parametrize(
    ("experiment", "dataset", "model"), [("mixtures", "unequal-pair", "gan"), ("images", "digits", "vae")]
)
def test_reference_rows_come_out_again(tmp_path: Path, experiment: str, dataset: str, model: str) -> None:
    provenance = json.loads((REFERENCE / "provenance.json").read_text(encoding="utf-8"))
    known = {name.replace("_", "-"): version for name, version in provenance["versions"].items()}
    now = {name: known[name] for name in ("python", *VERSIONED)}
    if versions() != now:
        pytest.skip(f"reference made with {now}, here {versions()}: equal only in distribution")
    plan = make_plan(make_options({"profile": "smoke", "device": "cpu"}), Store(tmp_path))
    here = hardware(plan)
    for fact in ("processor", "instructions"):
        if here[fact] != provenance["hardware"][fact]:
            pytest.skip(
                f"reference made on {provenance['hardware'][fact]}, here {here[fact]}: equal only in distribution"
            )
    words = ["--experiment", experiment, "--dataset", dataset, "--model", model, "--device", "cpu"]
    subprocess.run(
        [sys.executable, str(ROOT / "run_bench.py"), *words, "--results-dir", str(tmp_path)],
        cwd=ROOT, check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    again = rows_of(tmp_path, model, dataset)
    assert again
    # other experiments, and claims, have further measures and settings of the same model
    asked = {row[: len(OF_A_MEASUREMENT)] for row in again}
    assert again == {row for row in rows_of(REFERENCE, model, dataset) if row[: len(OF_A_MEASUREMENT)] in asked}
