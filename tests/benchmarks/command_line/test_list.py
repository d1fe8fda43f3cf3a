"""What ``list`` and ``--help`` print."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.claims import CLAIMS
from benchmarks.command_line import main

ROOT = Path(__file__).parents[3]


def test_list_prints_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    text = capsys.readouterr().out
    for word in (
        "models:",
        "fgan",
        "datasets:",
        "unequal-pair",
        "metrics:",
        "jsd-hist",
        "experiments:",
        "mixtures",
        "claims:",
    ):
        assert word in text
    for word in ("fashion-mnist", "kmnist", "cifar10", "own images, by --own-data", "(licence: CC BY-SA"):
        assert word in text
    assert main(["list", "models", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == ["models"]


def test_list_tells_every_claim_with_its_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "claims"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert header == "claims:"
    for line, claim in zip(lines, CLAIMS.values(), strict=True):
        assert line.split() == [claim.id, *f"{claim.statement} ({claim.document})".split()]


def test_help_does_without_torch() -> None:
    code = (
        "import sys; from benchmarks.command_line import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    sys.exit('torch' in sys.modules)"
    )
    finished = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0
    assert "--results-dir" in finished.stdout


def test_the_command_line_starts_without_what_only_a_run_needs() -> None:
    """Help and refusals come at once."""
    code = "import sys, benchmarks.command_line; print([n for n in ('torch', 'numpy', 'pandas', 'filelock') if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
