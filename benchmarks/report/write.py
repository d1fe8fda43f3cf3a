"""Write tables and pictures of a results directory."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from benchmarks.report.calibration import write_calibration_figure, write_calibration_table
from benchmarks.report.figures import write_figures
from benchmarks.report.results import Results
from benchmarks.report.tables import write_tables

FOLDERS = {"tables": (write_tables, write_calibration_table), "figures": (write_figures, write_calibration_figure)}
RECORD = ".report.json"
"""Names of the files that the last report wrote, so that the next one removes those, and no file of the user's."""


def write_report(results: Results) -> None:
    """Write tables and pictures anew; what an earlier report wrote and this one does not is removed."""
    written = []
    for name, writers in FOLDERS.items():
        aside, folder = results.root / f".{name}", results.root / name
        shutil.rmtree(aside, ignore_errors=True)
        for write in writers:
            write(results, aside)
        folder.mkdir(exist_ok=True)
        for path in sorted(aside.iterdir()):
            os.replace(path, folder / path.name)
            written.append(f"{name}/{path.name}")
        aside.rmdir()
    for stale in earlier_files(results.root) - set(written):
        (results.root / stale).unlink(missing_ok=True)
    (results.root / RECORD).write_text(json.dumps(written), encoding="utf-8")


def earlier_files(root: Path) -> set[str]:
    """What the last report wrote, by its record; nothing where that is missing or unreadable."""
    try:
        names = json.loads((root / RECORD).read_text(encoding="utf-8"))
        return {name for name in names if Path(name).parts[:1][0] in FOLDERS and len(Path(name).parts) == 2}
    except (OSError, ValueError, TypeError, IndexError):
        return set()
