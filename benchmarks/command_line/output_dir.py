"""Where results go: checked before anything is computed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.arguments import check_directory, make_directory
from benchmarks.specs import InputError, check_version

RESULT_FOLDERS = (
    "blocks", "measurements", "checkpoints", "writing", "locks", "damaged", "tables", "figures", ".tables", ".figures",
)  # fmt: skip
RESULT_FILES = (
    "rows.csv",
    "run.json",
    "tuning.json",
    "claims.json",
    "provenance.json",
    "report.html",
    "ro-crate-metadata.json",
    ".report.json",
)
WRITTEN_TO = ("blocks", "measurements", "checkpoints", "writing", "locks", "tables", "figures")


def check_output_dir(path: Path) -> None:
    """Check, before anything is computed or created, that results can be written below ``path``.

    Raises:
        InputError: the path is a file or below one, or holds something else under a name that results need.
    """
    check_directory(path, "results directory")
    try:
        for name in RESULT_FOLDERS:
            if os.path.lexists(path / name) and not (path / name).is_dir():
                raise InputError(
                    f"results directory {path}: {name} is not a directory; move it or give another directory"
                )
        for name in RESULT_FILES:
            if os.path.lexists(path / name) and not (path / name).is_file():
                raise InputError(f"results directory {path}: {name} is not a file; move it or give another directory")
    except (OSError, ValueError) as error:
        raise error if isinstance(error, InputError) else InputError(f"results directory {path}: {error}") from None


def make_output_dir(path: Path) -> None:
    """Make the results directory and its folders, and try to write in each.

    Raises:
        InputError: it cannot be written to.
    """
    for folder in (path, *(path / name for name in WRITTEN_TO)):
        make_directory(folder, "results directory")


def check_earlier_run(path: Path) -> None:
    """Check that what a run left in the directory, if there was one, is not of a newer version of the suite.

    Raises:
        InputError: it is.
    """
    try:
        version = json.loads((path / "run.json").read_bytes())["schema_version"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return  # none, or a damaged one, which is written anew
    if isinstance(version, int):
        check_version(version, path / "run.json")


def holds_results(path: Path) -> bool:
    """Whether a run has left anything there: what it writes at its end, or units alone, if it was stopped."""
    units = (path / kind for kind in ("blocks", "measurements"))
    return any((path / name).exists() for name in ("run.json", "rows.csv")) or any(
        kind.is_dir() and any(kind.iterdir()) for kind in units
    )


@contextmanager
def writing_alone(path: Path) -> Iterator[None]:
    """Rows, tables, pictures and report of a directory are written by one process at a time; others wait."""
    from filelock import FileLock

    locks = path / "locks"
    locks.mkdir(parents=True, exist_ok=True)
    with FileLock(locks / "outputs.lock"):
        yield
