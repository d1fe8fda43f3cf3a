"""``report``: tables, pictures and the web report anew, from stored rows and arrays; without PyTorch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.command_line.parser import Parser
from benchmarks.specs import InputError


def report_parser() -> Parser:
    """Parser of ``report``."""
    parser = Parser(
        prog="run_bench.py report",
        description="Write tables, pictures and report.html anew from stored rows and arrays.",
        allow_abbrev=False,
    )
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a results directory, or a small copy of one")
    parser.add_argument("--to", type=Path, metavar="DIR", help="write them there (default: into RESULTS)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes that draw (default: one per core)"
    )
    parser.add_argument("--quiet", action="store_true", help="print errors only")
    return parser


def rebuild(words: Sequence[str]) -> int:
    """Write the report of a results directory anew.

    Raises:
        InputError: bad arguments, or no results.
    """
    arguments = report_parser().parse_args(words)
    root, target = arguments.results, arguments.to or arguments.results
    if arguments.jobs < 1:
        raise InputError(f"option jobs = {arguments.jobs}: give at least 1")
    from benchmarks.report.results import load
    from benchmarks.report.write import REPORT, write_report

    started = time.perf_counter()
    write_report(load(root), arguments.jobs, target)
    if not arguments.quiet:
        size = (target / REPORT).stat().st_size
        print(f"{target / REPORT}: {size / 1e6:.1f} MB, made in {time.perf_counter() - started:.0f} s", file=sys.stdout)
    return 0
