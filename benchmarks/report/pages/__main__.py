"""Write the pages: ``python -m benchmarks.report.pages RESULTS [TITLE=RESULTS …] [--target docs]``.

The first results directory is the main one: its pictures are copied. Others stand beside under their titles.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PIL import Image

from benchmarks.report.pages.claims_page import claims_page
from benchmarks.report.pages.documents_page import documents_page
from benchmarks.report.results import Results
from benchmarks.specs import InputError

WIDEST = 1100
"""Pixels of a picture's width on the page."""
COLOURS = 128
"""Colours that a picture keeps, which makes it a third as large."""
MAIN = "verdict"


def copied(source: Path, target: Path) -> None:
    """A picture, no wider than the page and with fewer colours."""
    with Image.open(source) as picture:
        small = picture.convert("RGB")
        if small.width > WIDEST:
            small = small.resize((WIDEST, round(small.height * WIDEST / small.width)), Image.Resampling.LANCZOS)
        small.quantize(COLOURS, dither=Image.Dither.NONE).save(target, optimize=True)


def write_pages(runs: dict[str, Path], target: Path) -> None:
    """Write ``claims.md``, ``documents.md`` and the pictures of the first run into ``target``.

    Raises:
        InputError: a directory is none of results.
    """
    for path in runs.values():
        if not (path / "run.json").is_file():
            raise InputError(f"{path} is not a results directory: it has no run.json")
    results = {title: Results(path) for title, path in runs.items()}
    main = next(iter(results.values()))
    figures = target / "figures"
    figures.mkdir(parents=True, exist_ok=True)
    for old in figures.glob("claim-*.png"):
        old.unlink()
    pictures = {}
    for name in main.claims:
        source = main.root / "figures" / f"claim-{name}.png"
        if source.is_file():
            copied(source, figures / source.name)
            pictures[name] = f"figures/{source.name}"
    (target / "claims.md").write_text(claims_page(results, pictures), encoding="utf-8")
    (target / "documents.md").write_text(documents_page(results), encoding="utf-8")


def named(text: str) -> tuple[str, Path]:
    """``TITLE=PATH``; a path alone is the main run."""
    title, _, path = text.rpartition("=")
    return title or MAIN, Path(path)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report.pages", description=__doc__)
    parser.add_argument("runs", nargs="+", type=named, metavar="[TITLE=]RESULTS", help="results directories")
    parser.add_argument("--target", type=Path, default=Path("docs"), help="where the pages go (default: docs)")
    arguments = parser.parse_args()
    runs = dict(arguments.runs)
    try:
        if len(runs) < len(arguments.runs):
            raise InputError(
                "two results directories have the same title; give each its own, as in MNIST=results/mnist"
            )
        write_pages(runs, arguments.target)
    except (OSError, ValueError, KeyError) as error:
        print(f"pages: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(f"{arguments.target}/claims.md, {arguments.target}/documents.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
