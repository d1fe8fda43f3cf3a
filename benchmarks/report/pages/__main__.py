"""Write the pages: ``python -m benchmarks.report.pages RESULTS [TITLE=RESULTS …] [--target docs]``.

The first results directory is the main one: its pictures are copied, if it has any. Others stand beside under their titles; several
of one title, each with other claims, stand as one.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks.arguments import Parser, holds_a_run, make_directory, path
from benchmarks.endings import command
from benchmarks.report.pages.claims_page import claims_page
from benchmarks.report.pages.documents_page import documents_page
from benchmarks.report.pages.gallery_page import gallery_page, pictures
from benchmarks.report.pages.joined import Joined, Judged
from benchmarks.report.results import Results, load
from benchmarks.report.web.pictures import shrunk
from benchmarks.specs import InputError

WIDEST = 1100
"""Pixels of a picture's width on the page."""
MAIN = "verdict"


def pictures_for(run: Path, target: Path, names: Iterable[str]) -> dict[str, str]:
    """Copy a run's pictures, no wider than the page and with fewer colours, in the place of those that are there.

    A small copy of results has no pictures: then those that are there stay.

    Returns:
        name → path of the picture, relative to the page beside ``target``, of those that there are.
    """
    sources = {path.name: path for path in (run / "figures").glob("*.png")}
    if sources:
        for old in target.glob("*.png"):
            old.unlink()
    for file in (f"{name}.png" for name in names):
        if file in sources:
            (target / file).write_bytes(shrunk(sources[file], WIDEST))
    return {name: f"{target.name}/{name}.png" for name in names if (target / f"{name}.png").is_file()}


def write_pages(runs: Iterable[tuple[str, Path]], target: Path) -> None:
    """Write ``claims.md``, ``documents.md``, ``gallery.md`` and the pictures of the first run into ``target``.

    Args:
        runs: titles and results directories, at least one; a title may come again.
        target: folder of the pages.

    Raises:
        InputError: a directory is none of results, or two of one title judged the same claim; the target is one
            of results, or cannot be written to.
    """
    titled: dict[str, list[Results]] = {}
    for title, root in runs:
        titled.setdefault(title, []).append(load(root))
    results: dict[str, Judged] = {
        title: parts[0] if len(parts) == 1 else Joined(parts) for title, parts in titled.items()
    }
    main = next(iter(titled.values()))[0]
    if holds_a_run(target):
        raise InputError(f"{target} holds the results of a run; give another folder for the pages")
    figures = target / "figures"
    make_directory(figures, "the folder of pictures")
    of_claims = {name: f"claim-{name}" for name in main.claims}
    found = pictures_for(main.root, figures, [*of_claims.values(), *(name for _, name, _ in pictures(main))])
    by_claim = {name: found[picture] for name, picture in of_claims.items() if picture in found}
    (target / "claims.md").write_text(claims_page(results, by_claim), encoding="utf-8")
    (target / "documents.md").write_text(documents_page(results), encoding="utf-8")
    (target / "gallery.md").write_text(gallery_page(main, found), encoding="utf-8")


def named(text: str) -> tuple[str, Path]:
    """``TITLE=PATH``; a path alone is the main run."""
    title, _, place = text.rpartition("=")
    return title or MAIN, path(place)


@command("pages")
def main() -> int:
    parser = Parser(prog="python -m benchmarks.report.pages", description=__doc__)
    parser.add_argument("runs", nargs="+", type=named, metavar="[TITLE=]RESULTS", help="results directories")
    parser.add_argument("--target", type=path, default=Path("docs"), help="where the pages go (default: docs)")
    arguments = parser.parse_args()
    write_pages(arguments.runs, arguments.target)
    print(f"{arguments.target}/claims.md, {arguments.target}/documents.md, {arguments.target}/gallery.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
