"""``docs/documents.md``: each source document with its claims, their verdicts, and its errata."""

from __future__ import annotations

from benchmarks.claims.documents import DOCUMENTS, Document
from benchmarks.report.pages.claims_page import Runs
from benchmarks.report.table import markdown_table

INTRODUCTION = """# The source documents

Five lecture notes on GANs. What they claim, with its verdict (made by `python -m benchmarks.report.pages`; details in
[claims.md](claims.md)), and what in them is wrong by the literature. The notes themselves are not part of this project.
"""


def origin(document: Document) -> str:
    """What a document says of where it comes from."""
    told = [
        f"by {' '.join(reversed(document.author.strip('{}').split(', ')))}" if document.author else "",
        f"of {document.year}" if document.year else "",
        f"<{document.url}>" if document.url else "",
    ]
    return f"It is {', '.join(filter(None, told))}." if any(told) else "It names neither author nor date nor address."


def documents_page(runs: Runs) -> str:
    """The whole page, for at least one run."""
    parts = [INTRODUCTION]
    verdicts = {title: {one.claim: one.verdict for one in results.verdicts} for title, results in runs.items()}
    claims = {name: claim for results in runs.values() for name, claim in results.claims.items()}
    for document, facts in DOCUMENTS.items():
        body = [
            [
                f"[{name}](claims.md#{name}): {claim.statement}",
                claim.passage,
                *(own.get(name, "") for own in verdicts.values()),
            ]
            for name, claim in claims.items()
            if document in claim.document.split(", ")
        ]
        parts += [
            f"## {document}: {facts.title}",
            f"{facts.about} {origin(facts)}",
            markdown_table(["claim", "passage", *runs], body),
        ]
        errata = [[erratum.place, erratum.says, erratum.right] for erratum in facts.errata]
        parts += ["Errata:", markdown_table(["place", "what it says", "what is right"], errata)]
    return "\n\n".join(part.strip() for part in parts) + "\n"
