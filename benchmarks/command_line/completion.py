"""``completion``: what a shell must know to complete the command line's words."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from typing import get_args

from benchmarks.arguments import Parser
from benchmarks.command_line.cite import cite_parser
from benchmarks.command_line.diff import diff_parser
from benchmarks.command_line.evaluate import evaluate_parser
from benchmarks.command_line.listing import LISTS, catalogue, list_parser
from benchmarks.command_line.report import report_parser
from benchmarks.command_line.run import run_parser
from benchmarks.command_line.verify import verify_parser
from benchmarks.options import ExecutorName, Overwrite
from benchmarks.specs import PROFILES, SeedRole, lookup

SHELLS = ("bash", "zsh", "fish")
FOLDERS = ("DIR", "RESULTS", "A", "B")
FILES = ("FILE", "FILE.py", "FILE.toml", "PATH", "SAMPLES")
"""What arguments are called that are completed by the names of folders, and of files and folders."""


def completion_parser() -> Parser:
    """Parser of ``completion``."""
    parser = Parser(
        prog="run_bench.py completion",
        description="Print what a shell needs to complete words after ./run_bench.py; in bash: "
        'eval "$(./run_bench.py completion bash)".',
        allow_abbrev=False,
    )
    parser.add_argument("shell", metavar="SHELL", help=", ".join(SHELLS))
    return parser


PARSERS: dict[str, Callable[[], Parser]] = {
    "list": list_parser,
    "report": report_parser,
    "cite": cite_parser,
    "diff": diff_parser,
    "verify": verify_parser,
    "evaluate": evaluate_parser,
    "completion": completion_parser,
}


def print_completion(words: Sequence[str]) -> int:
    """Print a shell's script.

    Raises:
        InputError: no such shell.
    """
    shell = completion_parser().parse_args(words).shell
    import shtab

    print(shtab.complete(everything(), lookup(dict.fromkeys(SHELLS, shell), "shell", shell)))
    return 0


def everything() -> argparse.ArgumentParser:
    """One parser of all commands, whose arguments say what completes them. It is not what words are parsed with."""
    import shtab

    from benchmarks.report.citing import FORMATS

    known = {name: tuple(entries) for name, entries in catalogue().items()}
    choices: dict[str, tuple[str, ...]] = {
        "--model": known["models"], "--dataset": known["datasets"],
        "--experiment": known["experiments"], "--claim": known["claims"],
        "--profile": PROFILES, "--overwrite": get_args(Overwrite), "--executor": get_args(ExecutorName),
        "--seed-role": get_args(SeedRole),
        "--device": ("auto", "cpu", "cuda"), "--format": FORMATS, "shell": SHELLS, "what": LISTS,
        "name": (*known["claims"], *known["datasets"], "verdicts"),
    }  # fmt: skip
    parser = run_parser()
    commands = parser.add_subparsers()
    parsers = [parser]
    for name, make in PARSERS.items():
        own = make()
        parsers.append(
            commands.add_parser(name, parents=[own], add_help=False, conflict_handler="resolve", help=own.description)
        )
    for one in parsers:
        for action in one._actions:
            name = action.option_strings[-1] if action.option_strings else action.dest
            if name in choices:
                action.choices = choices[name]
            elif action.metavar in FOLDERS:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif action.metavar in FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser
