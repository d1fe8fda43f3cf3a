"""``docs/gallery.md``: the pictures of a run that are no claim's."""

from __future__ import annotations

from collections.abc import Iterator

from benchmarks.report.captions import OF_DATA, OF_RUN, OVERVIEW, Caption
from benchmarks.report.results import Results

INTRODUCTION = """# Gallery

Made by `python -m benchmarks.report.pages` from the results that stand in [claims.md](claims.md); the pictures of claims are there.
Every run has these in its `figures/`, as PNG, SVG and PDF, and on one page in its `report.html`.
"""


def pictures(results: Results) -> Iterator[tuple[str, str, Caption]]:
    """Heading, name of the file and words for it, of all pictures that there can be."""
    yield "The whole run", "overview", OVERVIEW
    for dataset in results.datasets:
        for name, about in OF_DATA.items():
            yield dataset, f"{dataset}-{name}", about
    for shown in OF_RUN.values():
        for name, about in shown.items():
            yield "How sure?", name, about


def gallery_page(results: Results, there: dict[str, str]) -> str:
    """The whole page.

    Args:
        results: the run.
        there: name of a picture → its path, relative to the page, of those that were copied.
    """
    parts, last = [INTRODUCTION.strip()], ""
    for heading, name, about in pictures(results):
        if name in there:
            parts += [f"## {heading}"] if heading != last else []
            parts.append(f"{about.text}.\n\n![{about.alt}]({there[name]})")
            last = heading
    return "\n\n".join(parts) + "\n"
