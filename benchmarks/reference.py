"""Make a small copy of a results directory that can be committed: ``python -m benchmarks.reference FROM TO``.

It holds rows, run and provenance in full, the tables, one overview picture, and of the arrays what pictures need, thinned:
fewer points and images per seed, points as 16-bit floats. Weights stay behind.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from pathlib import Path

import numpy as np

from benchmarks.store import Store, array_bytes

COPIED = ("rows.csv", "run.json", "provenance.json", "tables", "figures/overview.png")
KEPT = {"points": 250, "images": 36}
"""How many of a seed's points and images stay."""
LIMIT = 5_000_000


def thinned(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Arrays with leading seed axis, the second axis cut to ``KEPT``; points rounded to 16-bit floats."""
    small = {name: array[:, : KEPT[name]] if name in KEPT else array for name, array in arrays.items()}
    return {name: array.astype(np.float16) if name == "points" else array for name, array in small.items()}


def make_reference(source: Path, target: Path) -> int:
    """Write the small copy; an earlier one is replaced.

    Returns:
        its size in bytes.
    """
    run = json.loads((source / "run.json").read_text(encoding="utf-8"))
    aside = target.with_name(f".{target.name}")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    for name in COPIED:
        if (source / name).is_dir():
            shutil.copytree(source / name, aside / name)
        else:
            shutil.copyfile(source / name, aside / Path(name).name)
    full, small = Store(source), Store(aside)
    for entry in run["measurements"]:
        if not entry["failure"]:
            arrays = thinned(full.read_arrays("measurements", entry["key"]))
            small.write("measurements", entry["key"], {"arrays.npz": array_bytes(arrays)})
    shutil.rmtree(aside / "writing", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return sum(path.stat().st_size for path in target.rglob("*") if path.is_file())


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("source", type=Path, help="a results directory")
    parser.add_argument("target", type=Path, help="the small copy, for instance results/reference")
    arguments = parser.parse_args()
    if not (arguments.source / "run.json").is_file():
        print(f"{arguments.source} is not a results directory: it has no run.json", file=sys.stderr)
        return 2
    size = make_reference(arguments.source, arguments.target)
    print(f"{arguments.target}: {size / 1e6:.2f} MB")
    return 0 if size <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
