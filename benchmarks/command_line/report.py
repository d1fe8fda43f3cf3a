"""``report``: tables, pictures and the web report anew, from stored rows and arrays; without PyTorch."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

from benchmarks.arguments import Parser, holds_a_run, path
from benchmarks.command_line.output_dir import check_output_dir, writing_alone
from benchmarks.specs import InputError


def report_parser() -> Parser:
    """Parser of ``report``."""
    parser = Parser(
        prog="run_bench.py report",
        description="Write tables, pictures and report.html anew from stored rows and arrays.",
        allow_abbrev=False,
    )
    parser.add_argument("results", type=path, metavar="RESULTS", help="a results directory, or a small copy of one")
    parser.add_argument("--to", type=path, metavar="DIR", help="write them there (default: into RESULTS)")
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
    if arguments.jobs < 1:
        raise InputError(f"option jobs = {arguments.jobs}: give at least 1")
    root, target = arguments.results, arguments.to or arguments.results
    if holds_a_run(target) and target.resolve() != root.resolve():
        raise InputError(f"{target} holds the results of another run; give another place by --to DIR")
    from benchmarks.report.results import load
    from benchmarks.report.write import REPORT, write_report

    started = time.perf_counter()
    results = load(root)
    check_output_dir(target)
    try:
        with writing_alone(target):
            write_report(results, arguments.jobs, target)
    except (PermissionError, FileNotFoundError) as error:
        raise InputError(
            f"the report cannot be written to {target} ({error.strerror}); give another place by --to DIR"
        ) from None
    if not arguments.quiet:
        size = (target / REPORT).stat().st_size
        print(f"{target / REPORT}: {size / 1e6:.1f} MB, made in {time.perf_counter() - started:.0f} s", file=sys.stdout)
    return 0
