"""``cite``: what to write when citing a claim or a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.arguments import Parser, path

DEFAULT_RESULTS = Path("results/reference")


def cite_parser() -> Parser:
    """Parser of ``cite``."""
    parser = Parser(
        prog="run_bench.py cite",
        description="Print a sentence with verdict or numbers, interval, seeds, version, hash of the results, and references.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "name", metavar="CLAIM|TABLE", help="a claim (run_bench.py list claims), the data set of a table, or verdicts"
    )
    parser.add_argument("--format", default="text", metavar="FORMAT", help="text (default), bibtex or latex")
    parser.add_argument(
        "--results", type=path, default=DEFAULT_RESULTS, metavar="RESULTS",
        help=f"the results that are cited (default: {DEFAULT_RESULTS}, the published ones)",
    )  # fmt: skip
    return parser


def print_citation(words: Sequence[str]) -> int:
    """Print what to write.

    Raises:
        InputError: bad arguments, no results, or nothing of that name in them.
    """
    arguments = cite_parser().parse_args(words)
    from benchmarks.report.citing import cite
    from benchmarks.report.results import load

    print(cite(load(arguments.results), arguments.name, arguments.format))
    return 0
