"""Write the pages: ``python -m benchmarks.report.pages [TITLE=RESULTS …] [--pictures RESULTS] [--target docs]``.

The first results directory is the main one, whose pictures are shown. Others stand beside under their titles; several of one title,
each with other claims, stand as one. Without any these are the runs that ``results/pages.toml`` lists.
"""

from __future__ import annotations

import sys
import tomllib
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
LISTED = Path("results/pages.toml")
"""The committed runs: title → directories beside the file."""


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


def write_pages(runs: Iterable[tuple[str, Path]], target: Path, drawn: Path | None = None) -> None:
    """Write ``claims.md``, ``documents.md``, ``gallery.md`` and the pictures of the first run into ``target``.

    Args:
        runs: titles and results directories, at least one; a title may come again.
        target: folder of the pages.
        drawn: results directory of the pictures; by default the first.

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
    whole = main if drawn is None else load(drawn)
    if holds_a_run(target):
        raise InputError(f"{target} holds the results of a run; give another folder for the pages")
    figures = target / "figures"
    make_directory(figures, "the folder of pictures")
    of_claims = {name: f"claim-{name}" for name in main.claims}
    found = pictures_for(whole.root, figures, [*of_claims.values(), *(name for _, name, _ in pictures(main))])
    by_claim = {name: found[picture] for name, picture in of_claims.items() if picture in found}
    (target / "claims.md").write_text(claims_page(results, by_claim), encoding="utf-8")
    (target / "documents.md").write_text(documents_page(results), encoding="utf-8")
    (target / "gallery.md").write_text(gallery_page(main, found), encoding="utf-8")


def listed(file: Path) -> list[tuple[str, Path]]:
    """Titles and results directories that a file lists.

    Raises:
        InputError: it cannot be read as such a list.
    """
    try:
        titled = tomllib.loads(file.read_text(encoding="utf-8"))
        return [(title, file.parent / name) for title, names in titled.items() for name in names]
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{file}: {error}; give [TITLE=]RESULTS, or run this in the repository") from None


def named(text: str) -> tuple[str, Path]:
    """``TITLE=PATH``; a path alone is the main run."""
    title, _, place = text.rpartition("=")
    return title or MAIN, path(place)


@command("pages")
def main() -> int:
    parser = Parser(prog="python -m benchmarks.report.pages", description=__doc__)
    parser.add_argument(
        "runs",
        nargs="*",
        type=named,
        metavar="[TITLE=]RESULTS",
        help=f"results directories (default: those of {LISTED})",
    )
    parser.add_argument(
        "--pictures", type=path, metavar="RESULTS", help="the whole run whose pictures are copied (default: the first)"
    )
    parser.add_argument("--target", type=path, default=Path("docs"), help="where the pages go (default: docs)")
    arguments = parser.parse_args()
    write_pages(arguments.runs or listed(LISTED), arguments.target, arguments.pictures)
    print(f"{arguments.target}/claims.md, {arguments.target}/documents.md, {arguments.target}/gallery.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
