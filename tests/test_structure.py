"""The rooms of the house: who may import whom, and what must do without torch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("models", "metrics", "benchmarks")
FILES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]

# Floors of benchmarks, lowest first: a module imports only from its own floor or from below.
FLOORS = [
    {"specs", "signals", "endings"},
    {"arguments", "datasets", "options", "recipes", "claims", "analysis", "store", "execution"},
    {"training", "extractors", "extractor_choice", "plugins"},
    {"blocks", "checkpoints", "curve_log"},
    {"evaluation"},
    {"experiments"},
    {"planning"},
    {"rows", "worker"},
    {"executors"},
    {"runner"},
    {"outputs", "dry_run"},
    {"report"},
    {"verification"},
    {"command_line", "contract", "reference", "speed", "tuning"},
]
TORCH_FREE = ("benchmarks.specs", "benchmarks.options", "benchmarks.store", "benchmarks.claims",
              "benchmarks.analysis.summary", "benchmarks.analysis.evidence", "benchmarks.analysis.verdicts",
              "benchmarks.analysis.simulate", "benchmarks.report.tables", "benchmarks.report.figures",
              "benchmarks.report.terminal", "benchmarks.report.write")  # fmt: skip


def imported(path: Path) -> set[str]:
    """Modules of the project that a file imports, at any depth of its code."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            whole = node.module in PACKAGES  # "from benchmarks import store" names a module
            names |= {f"{node.module}.{alias.name}" for alias in node.names} if whole else {node.module}
    return {name for name in names if name.partition(".")[0] in PACKAGES}


def floor(module: str) -> int:
    room = module.split(".")[1]
    return next(index for index, rooms in enumerate(FLOORS) if room in rooms)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_imports_upward(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    others = imported(path)
    if package != "benchmarks":
        assert {name.partition(".")[0] for name in others} <= {package}
        return
    if path.name == "__init__.py" and path.parent.name == "benchmarks":
        assert not others
        return
    own = "benchmarks." + ".".join(path.relative_to(ROOT / "benchmarks").with_suffix("").parts)
    for name in others:
        if name.startswith("benchmarks"):
            assert floor(name) <= floor(own), f"{own} imports {name} from a higher floor"


def test_every_package_is_installed() -> None:
    """An installation that is not editable copies those that pyproject.toml names, and no other."""
    named = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    there = {".".join(path.parent.relative_to(ROOT).parts) for path in FILES if path.name == "__init__.py"}
    assert set(named) == there


def test_report_reads_only_rows_and_arrays() -> None:
    allowed = {"arguments", "endings", "specs", "signals", "claims", "store", "analysis", "report"}
    for path in (ROOT / "benchmarks" / "report").rglob("*.py"):
        rooms = {name.split(".")[1] for name in imported(path) if name.startswith("benchmarks.")}
        assert rooms <= allowed, path
        assert not any(name.startswith(("models", "metrics")) for name in imported(path)), path


def test_runs_without_torch() -> None:
    """Imported one after the other in one process, which names the first that brings torch with it."""
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]:\n    importlib.import_module(name)\n    assert 'torch' not in sys.modules, name"
    )
    command = [sys.executable, "-c", code, *TORCH_FREE]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr


PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), ROOT / "results" / "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8")):
        if link.startswith(("http://", "https://")):
            continue
        name, _, place = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        if place:
            headings = re.findall(r"^#+ (.+)$", target.read_text(encoding="utf-8"), flags=re.MULTILINE)
            assert place in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, link
