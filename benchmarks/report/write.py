"""Write tables and pictures of a results directory."""

from __future__ import annotations

import shutil

from benchmarks.report.figures import write_figures
from benchmarks.report.results import Results
from benchmarks.report.tables import write_tables


def write_report(results: Results) -> None:
    """Write tables and pictures anew, so that none is left from an earlier run that asked for something else."""
    for name, write in (("tables", write_tables), ("figures", write_figures)):
        aside = results.root / f".{name}"
        shutil.rmtree(aside, ignore_errors=True)
        write(results, aside)
        shutil.rmtree(results.root / name, ignore_errors=True)
        aside.rename(results.root / name)
