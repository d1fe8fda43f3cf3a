"""The command line: which command is meant, and what is said and returned where one does not end well."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence

from benchmarks.command_line.cite import print_citation
from benchmarks.command_line.completion import print_completion
from benchmarks.command_line.diff import compare_results
from benchmarks.command_line.evaluate import evaluate_samples
from benchmarks.command_line.listing import list_known
from benchmarks.command_line.report import rebuild
from benchmarks.command_line.run import run
from benchmarks.command_line.verify import verify_results
from benchmarks.specs import InputError, lookup

LONGEST_MESSAGE = 1000
"""Characters of what is said of bad input; in a longer one the middle is left out, since its end says what would be right."""
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
AGAIN = 0.05
"""Seconds after which a signal's exception is raised again where it was swallowed."""


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        exit status: 0 done, 1 some runs crashed, 2 bad input, 130 interrupted, 143 terminated.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    runs = not words or words[0].startswith("-")
    resume = "; what was finished is stored, the same command goes on from there" if runs else ""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone is no reason to fail
    try:
        if threading.current_thread() is threading.main_thread():
            _listen()
        if runs:
            return run(words)
        return lookup(COMMANDS, "command", words[0])(words[1:])
    except InputError as error:
        print(f"run_bench.py: {one_line(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a disk that is full, say, while tables are written
        where = f" ({error.filename})" if error.filename else ""
        print(f"run_bench.py: {error.strerror or error}{where}{resume}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, TerminatedError) as stopped:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        word, status = ("interrupted", 130) if isinstance(stopped, KeyboardInterrupt) else ("terminated", 143)
        print(f"\nrun_bench.py: {word}{resume}", file=sys.stderr)
        return status


def one_line(message: str) -> str:
    """A message on one line of at most ``LONGEST_MESSAGE`` characters."""
    line, half = " ".join(message.split()), LONGEST_MESSAGE // 2
    return line if len(line) <= LONGEST_MESSAGE else f"{line[: half - 3]} … {line[-half:]}"


def _listen() -> None:
    """SIGTERM and Ctrl-C from now on end in one line (unless our caller wants Ctrl-C to be ignored).

    Either raises an exception wherever the program is. Within a callback of the garbage collector Python swallows it; it is then
    raised again a moment later.
    """
    signal.signal(signal.SIGTERM, _terminate)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.unraisablehook = _swallowed


def _terminate(number: int, frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: what follows must not be cut short
    raise TerminatedError


def _swallowed(unraisable: sys.UnraisableHookArgs) -> None:
    stopped = unraisable.exc_value
    if not isinstance(stopped, (KeyboardInterrupt, TerminatedError)):
        sys.__unraisablehook__(unraisable)
        return

    def again(number: int, frame: object) -> None:
        raise type(stopped)

    signal.signal(signal.SIGALRM, again)
    signal.setitimer(signal.ITIMER_REAL, AGAIN)
