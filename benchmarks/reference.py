"""Make a small copy of a results directory that can be committed: ``python -m benchmarks.reference FROM TO [--rows-only]``.

It holds the rows in full (``rows.csv.gz``), run and provenance, the tables, the pictures of the whole run, and of the arrays
what other pictures need: curves and other lines of all seeds, points of the first four that did not fail, images and the like of
the first, fewer of them, points as 16-bit floats. A mark says for which seeds the arrays are there. Weights stay behind;
with ``--rows-only`` all arrays do, for runs of very many measurements.
"""

from __future__ import annotations

import gzip
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.analysis.calibration import CALIBRATION
from benchmarks.arguments import Parser, check_directory, path
from benchmarks.endings import command
from benchmarks.report.crate import METADATA, crate_bytes
from benchmarks.report.results import KEPT_RUNS, Results, load
from benchmarks.report.web.pictures import shrunk
from benchmarks.specs import InputError
from benchmarks.store import Store, array_bytes

COPIED = ("run.json", "tuning.json", "claims.json", "provenance.json", "tables")
PICTURES = ("overview", "calibration", "sanity", "verdicts")
"""Pictures that are copied, where the run made them."""
KEPT = {"points": 1000, "images": 36, "strip": 400}
"""How many of a seed's points and images stay."""
SHOWN_RUNS = {"points": 4}
"""Of how many seeds an array stays that is no line: as many as pictures show side by side; of one, where none is named."""
LIMIT = 6_000_000


def thinned(arrays: dict[str, np.ndarray], ok: Sequence[int]) -> dict[str, np.ndarray]:
    """Arrays as pictures need them: the second axis cut to ``KEPT``, points rounded to 16-bit floats.

    Args:
        arrays: each with a leading seed axis, which stays. Lines, with one axis more, stay as they are.
        ok: indices of the seeds that did not fail. Of other arrays than lines the first of these stay, the rest becomes zeros.

    Returns:
        the arrays, and under ``KEPT_RUNS`` for which seeds they are all there.
    """
    lines = {name for name, array in arrays.items() if array.ndim == 2}
    runs = min((SHOWN_RUNS.get(name, 1) for name in arrays.keys() - lines), default=len(ok))
    seeds = len(next(iter(arrays.values()), ()))
    kept = np.isin(np.arange(seeds), ok[:runs])
    small: dict[str, np.ndarray] = {KEPT_RUNS: kept} if arrays else {}
    for name, array in arrays.items():
        part = array[:, : KEPT[name]] if name in KEPT else array
        if name not in lines:
            part = np.where(kept.reshape(-1, *[1] * (part.ndim - 1)), part, np.zeros_like(part))
        small[name] = part.astype(np.float16) if name in ("points", "strip") else part
    return small


def check_paths(source: Path, target: Path) -> None:
    """Refuse what is no results directory, and a target whose replacement would destroy something else.

    Raises:
        InputError: says which, and what would be right.
    """
    if not (source / "run.json").is_file():
        raise InputError(f"{source} is not a results directory: it has no run.json")
    if not (source / "rows.csv").is_file():
        raise InputError(f"{source} is a small copy already, or has lost its rows.csv; give a whole results directory")
    inside, outside = source.resolve(), target.resolve()
    if inside == outside or inside in outside.parents or outside in inside.parents:
        raise InputError(f"target {target} and source {source} lie in each other; give another target")
    check_directory(target.parent, "the directory of target")
    if target.exists():
        earlier = target.is_dir() and (target / "run.json").is_file() and not (target / "blocks").exists()
        if not earlier and not (target.is_dir() and not any(target.iterdir())):
            raise InputError(f"target {target} exists and is no earlier copy made by this command; give a new one")


def make_reference(source: Path, target: Path, rows_only: bool = False) -> int:
    """Write the small copy, without any arrays if ``rows_only``; an earlier one is replaced.

    Returns:
        its size in bytes.

    Raises:
        InputError: see :func:`check_paths`; or the results are damaged.
    """
    check_paths(source, target)
    results = load(source)
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name in COPIED:
            if (source / name).is_dir():
                shutil.copytree(source / name, aside / name)
            else:
                shutil.copyfile(source / name, aside / name)
        for name in PICTURES:
            if (source / "figures" / f"{name}.png").exists():
                small_picture = shrunk(source / "figures" / f"{name}.png")
                (aside / f"{name}.png").write_bytes(small_picture)
        # no time stamp: the same rows give the same bytes
        (aside / "rows.csv.gz").write_bytes(gzip.compress((source / "rows.csv").read_bytes(), mtime=0))
        full, small = Store(source, read_only=True), Store(aside)
        for entry in () if rows_only else results.run["measurements"]:
            if not entry["failure"] and entry["measure"] not in CALIBRATION:  # which gives rows alone
                arrays = thinned(full.read_arrays("measurements", entry["key"]), results.ok(entry))
                small.write("measurements", entry["key"], {"arrays.npz": array_bytes(arrays)})
        shutil.rmtree(aside / "writing", ignore_errors=True)
        (aside / METADATA).write_bytes(crate_bytes(Results(aside), aside))
        shutil.rmtree(target, ignore_errors=True)
        aside.chmod(0o755)
        aside.rename(target)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


@command("reference")
def main() -> int:
    parser = Parser(prog="python -m benchmarks.reference", description=__doc__)
    parser.add_argument("source", type=path, help="a results directory")
    parser.add_argument("target", type=path, help="the small copy, for instance results/reference")
    parser.add_argument("--rows-only", action="store_true", help="leave all arrays behind")
    arguments = parser.parse_args()
    size = make_reference(arguments.source, arguments.target, arguments.rows_only)
    print(f"{arguments.target}: {size / 1e6:.2f} MB")
    return 0 if size <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
