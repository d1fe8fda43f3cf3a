"""The command line: which command is meant."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from benchmarks.command_line.cite import print_citation
from benchmarks.command_line.completion import print_completion
from benchmarks.command_line.diff import compare_results
from benchmarks.command_line.evaluate import evaluate_samples
from benchmarks.command_line.listing import list_known
from benchmarks.command_line.report import rebuild
from benchmarks.command_line.run import run
from benchmarks.command_line.verify import verify_results
from benchmarks.endings import status_of
from benchmarks.specs import lookup

COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {
    "list": list_known,
    "report": rebuild,
    "cite": print_citation,
    "diff": compare_results,
    "verify": verify_results,
    "evaluate": evaluate_samples,
    "completion": print_completion,
}
"""By their first word; without one of these a run is meant."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        exit status: 0 done, 1 some runs crashed, 2 bad input, 130 interrupted, 143 terminated.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or words[0].startswith("-"):
        resume = "; what was finished is stored, the same command goes on from there"
        return status_of("run_bench.py", lambda: run(words), resume)
    return status_of("run_bench.py", lambda: lookup(COMMANDS, "command", words[0])(words[1:]))
