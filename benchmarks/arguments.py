"""What the parsers of all commands have in common: bad input gets one line, and a path must lead somewhere."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from benchmarks.options import resolvable
from benchmarks.specs import InputError


class Parser(argparse.ArgumentParser):
    """Answers bad input with one line and exit status 2."""

    def error(self, message: str) -> Any:
        raise InputError(f"{message} (see {self.prog} --help)")


def path(text: str) -> Path:
    """The type of an argument that is a path.

    Raises:
        ArgumentTypeError: it is empty or leads nowhere.
    """
    if not text or "\0" in text:
        raise argparse.ArgumentTypeError(f"{text!r} is no path; give one")
    try:
        return resolvable(Path(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r:.80} is {error}; give another") from None


def add_executor(parser: argparse._ActionsContainer) -> None:
    """Give a parser, or a group of one, the options that say where units run."""
    parser.add_argument(
        "--executor", metavar="WHERE", help="local: processes of this machine (default); ray: a Ray cluster"
    )
    parser.add_argument(
        "--address",
        metavar="HOST:PORT",
        help="the Ray cluster's head node, or auto (default: start Ray on this machine)",
    )
    parser.add_argument(
        "--gpus-per-cell", type=float, metavar="SHARE", help="part of a GPU for each unit on the cluster, such as 0.25"
    )


def check_directory(place: Path, what: str) -> None:
    """Check, before anything is computed or created, that a directory is there or can be made.

    Args:
        place: of the directory.
        what: it is, for the error.

    Raises:
        InputError: it is a file or below one, or its path leads nowhere.
    """
    try:
        for existing in (place, *place.resolve().parents):
            if existing.exists():
                if not existing.is_dir():
                    raise InputError(f"{what} {place}: {existing} is a file; give a directory")
                return
    except (OSError, RuntimeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{what} {place}: {' '.join(str(error).split())}; give a directory") from None


def make_directory(place: Path, what: str) -> None:
    """Make a directory, and those above it, and try to write there.

    Raises:
        InputError: see :func:`check_directory`; or it cannot be written to.
    """
    check_directory(place, what)
    try:
        place.mkdir(parents=True, exist_ok=True)
        probe = place / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"{what} {place} cannot be written to ({error.strerror}); give another") from None


def holds_a_run(place: Path) -> bool:
    """Whether a run's results, or a small copy of them, are there."""
    return (place / "run.json").exists()
