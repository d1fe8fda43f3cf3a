"""``completion``: what a shell must know to complete the command line's words."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from benchmarks.command_line.cite import cite_parser
from benchmarks.command_line.diff import diff_parser
from benchmarks.command_line.evaluate import evaluate_parser
from benchmarks.command_line.listing import LISTS, catalogue, list_parser
from benchmarks.command_line.parser import Parser
from benchmarks.command_line.report import report_parser
from benchmarks.command_line.run import run_parser
from benchmarks.command_line.verify import verify_parser
from benchmarks.specs import PROFILES, lookup

SHELLS = ("bash", "zsh", "fish")
FILES = ("--config", "--plugin", "--inception-weights")
FOLDERS = ("--data-dir", "--results-dir", "--to", "--reference")
FILES_OR_FOLDERS = ("--own-data", "samples")
RESULTS = ("results", "before", "after")


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

    known = {name: tuple(entries) for name, entries in catalogue().items()}
    choices: dict[str, tuple[str, ...]] = {
        "--model": known["models"], "--dataset": known["datasets"],
        "--experiment": known["experiments"], "--claim": known["claims"],
        "--profile": PROFILES, "--overwrite": ("only-missing", "always", "never"), "--seed-role": ("verdict", "pilot", "tuning"),
        "--device": ("auto", "cpu", "cuda"), "--format": ("text", "bibtex", "latex"), "shell": SHELLS, "what": LISTS,
        "name": (*known["claims"], *known["datasets"], "verdicts"),
    }  # fmt: skip
    parser = run_parser()
    commands = parser.add_subparsers()
    makers = {
        "list": list_parser, "report": report_parser, "cite": cite_parser, "diff": diff_parser, "verify": verify_parser,
        "evaluate": evaluate_parser, "completion": completion_parser,
    }  # fmt: skip
    parsers = [parser]
    for name, make in makers.items():
        own = make()
        parsers.append(
            commands.add_parser(name, parents=[own], add_help=False, conflict_handler="resolve", help=own.description)
        )
    for one in parsers:
        for action in one._actions:
            name = action.option_strings[-1] if action.option_strings else action.dest
            if name in choices:
                action.choices = choices[name]
            elif name in FOLDERS or name in RESULTS:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif name in FILES or name in FILES_OR_FOLDERS:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return parser
