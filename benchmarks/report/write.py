"""Write tables, pictures and the web report of a results directory."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.figure import Figure

from benchmarks.report.attributes import attributes_figure, attributes_page
from benchmarks.report.calibration import calibration_csv, calibration_figure, calibration_page
from benchmarks.report.course import curves_figure, strip_figure
from benchmarks.report.crate import METADATA, crate_bytes
from benchmarks.report.figures import intervals_figure, overview_figure, reconstructions_figure, samples_figure
from benchmarks.report.latent_space import interpolation_figure, plane_figure, traversal_figure
from benchmarks.report.published import fids_page, fits_figure, fits_page, modes_page
from benchmarks.report.results import Results
from benchmarks.report.sanity import sanity_figure, sanity_page
from benchmarks.report.style import RC
from benchmarks.report.table import Page
from benchmarks.report.tables import comparison_csv, comparison_page, matchedness_page
from benchmarks.report.tuning import tuning_figure, tuning_page
from benchmarks.report.verdicts import board_figure, claim_figures, claims_csv, verdicts_page
from benchmarks.report.web.page import report_html
from benchmarks.signals import processes
from benchmarks.store import write_file

FIGURES: dict[str, Callable[[Results, str], Figure | None]] = {
    "samples": samples_figure,
    "reconstructions": reconstructions_figure,
    "interpolation": interpolation_figure,
    "traversal": traversal_figure,
    "plane": plane_figure,
    "training": curves_figure,
    "strip": strip_figure,
    "intervals": intervals_figure,
}
"""Pictures of one data set."""
RUN_FIGURES: dict[str, Callable[[Results], Figure | None]] = {
    "overview": overview_figure,
    "calibration": calibration_figure,
    "sanity": sanity_figure,
    "attributes": attributes_figure,
    "tuning": tuning_figure,
    "published_fits": fits_figure,
    "verdicts": board_figure,
}
"""Pictures of a whole run."""
CLAIM = "claim"
"""What stands for the pictures of one claim (``claim_figures``)."""


def write_figures(results: Results, folder: Path, jobs: int) -> None:
    """Write all pictures of a results directory, in ``jobs`` processes."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted: list[tuple[str, str | None]] = [(name, dataset) for dataset in results.datasets for name in FIGURES]
    wanted += [(CLAIM, claim) for claim in results.claims]
    wanted += [(name, None) for name in RUN_FIGURES]
    if jobs == 1:
        for name, subject in wanted:
            write_figure(results, folder, name, subject)
        return
    with processes(jobs, _adopt, (results,)) as pool:
        drawn = [pool.schedule(_write_adopted, (folder, name, subject)) for name, subject in wanted]
        for one in drawn:
            one.result()


def write_figure(results: Results, folder: Path, name: str, subject: str | None) -> None:
    """Write a picture, of a data set or (None) of the whole run, or the pictures of a claim, if there is anything to show."""
    with sns.axes_style("ticks"), plt.rc_context(RC):
        if subject is None:
            save(RUN_FIGURES[name](results), folder / name)
        elif name == CLAIM:
            for suffix, figure in claim_figures(results, subject).items():
                save(figure, folder / f"{CLAIM}-{subject}{suffix}")
        else:
            save(FIGURES[name](results, subject), folder / f"{subject}-{name}")


_adopted: Results | None = None


def _adopt(results: Results) -> None:
    """What a drawing process does first: it takes over what has been read and judged already."""
    global _adopted
    _adopted = results


def _write_adopted(folder: Path, name: str, subject: str | None) -> None:
    assert _adopted is not None
    write_figure(_adopted, folder, name, subject)


FORMATS: dict[str, dict[str, Any]] = {"png": {"Software": ""}, "svg": {"Date": None}, "pdf": {"CreationDate": None}}
"""Formats of every picture, with what keeps time and version out of the file: equal rows give equal bytes."""


def save(figure: Figure | None, path: Path) -> None:
    """Write a figure in every format, if there is one, and close it.

    Args:
        figure: None for nothing.
        path: of the files, without their suffix.
    """
    if figure is None:
        return
    if engine := figure.get_layout_engine():
        engine.execute(figure)  # once, not once for each format
    with plt.rc_context({"figure.constrained_layout.use": False}):
        figure.set_layout_engine(None)
        for suffix, metadata in FORMATS.items():
            figure.savefig(path.with_name(f"{path.name}.{suffix}"), metadata=metadata)
    plt.close(figure)


PAGES: dict[str, Callable[[Results], Page | None]] = {
    "verdicts": verdicts_page,
    "matched": matchedness_page,
    "published_fits": fits_page,
    "published_modes": modes_page,
    "published_fids": fids_page,
    "calibration": calibration_page,
    "sanity": sanity_page,
    "attributes": attributes_page,
    "tuning": tuning_page,
}
"""Tables of a whole run, by the name of their file."""


def pages_of(results: Results) -> dict[str, Page]:
    """All tables of a results directory, by the name of their file: one page for each data set, then those of the whole run."""
    found = {dataset: comparison_page(results, dataset) for dataset in results.datasets}
    return found | {name: page for name, make in PAGES.items() if (page := make(results)) is not None}


def write_tables(results: Results, pages: Mapping[str, Page], folder: Path) -> None:
    """Write all tables: Markdown and LaTeX to be read, CSV to be computed with."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, page in pages.items():
        (folder / f"{name}.md").write_text(page.markdown(), encoding="utf-8")
        (folder / f"{name}.tex").write_text(page.latex(name), encoding="utf-8")
    for name, text in (comparison_csv(results) | calibration_csv(results) | claims_csv(results)).items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")


FOLDERS = ("tables", "figures")
REPORT = "report.html"
RECORD = ".report.json"
"""Names of the files that the last report wrote, so that the next one removes those, and no file of the user's."""


def write_report(results: Results, jobs: int = 1, target: Path | None = None) -> None:
    """Write tables, pictures and the web report anew; what an earlier report wrote and this one does not is removed.

    Args:
        results: whose rows and arrays are shown.
        jobs: processes that draw.
        target: directory in which ``tables``, ``figures`` and ``report.html`` are written; the results' own if None.
    """
    root = target or results.root
    root.mkdir(parents=True, exist_ok=True)
    pages = pages_of(results)
    written = []
    for name in FOLDERS:
        aside, folder = root / f".{name}", root / name
        shutil.rmtree(aside, ignore_errors=True)
        try:
            if name == "tables":
                write_tables(results, pages, aside)
            else:
                write_figures(results, aside, jobs)
            folder.mkdir(exist_ok=True)
            for path in sorted(aside.iterdir()):
                os.replace(path, folder / path.name)
                written.append(f"{name}/{path.name}")
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    for stale in earlier_files(root) - set(written):
        (root / stale).unlink(missing_ok=True)
    write_file(root / REPORT, report_html(results, pages, root / "figures").encode())
    if results.provenance:
        write_file(root / METADATA, crate_bytes(results, root))
    write_file(root / RECORD, json.dumps(written).encode())


def earlier_files(root: Path) -> set[str]:
    """What the last report wrote, by its record; nothing where that is missing or unreadable."""
    try:
        names = json.loads((root / RECORD).read_text(encoding="utf-8"))
        return {name for name in names if Path(name).parts[:1][0] in FOLDERS and len(Path(name).parts) == 2}
    except (OSError, ValueError, TypeError, IndexError):
        return set()
