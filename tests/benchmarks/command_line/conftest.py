"""What tests of the command line share: running it, in a process of its own or as a dry run, and reading its rows."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from benchmarks.command_line import main

ROOT = Path(__file__).parents[3]
Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def run_bench() -> Callable[..., subprocess.CompletedProcess[str]]:
    """``run_bench.py`` with these words, in a process of its own, with these variables in its environment."""

    def run(*words: str, timeout: int = 900, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, str(ROOT / "run_bench.py"), *words],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=ROOT,
            env={**os.environ, **variables},
        )

    return run


@pytest.fixture
def dry_run(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, Any]]:
    """The plan for these words, as ``--dry-run --json`` prints it."""

    def plan(*words: str) -> dict[str, Any]:
        capsys.readouterr()
        assert main([*words, "--dry-run", "--json", "--device", "cpu"]) == 0
        facts = json.loads(capsys.readouterr().out)
        assert isinstance(facts, dict)
        return facts

    return plan


@pytest.fixture(scope="session")
def rows_of() -> Callable[[Path], Rows]:
    """The rows of a results directory, as text."""

    def rows(root: Path) -> Rows:
        with (root / "rows.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows
