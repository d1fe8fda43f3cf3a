"""How every command ends: what is said and returned where it does not end well."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from benchmarks.specs import InputError

P = ParamSpec("P")

LONGEST_MESSAGE = 1000
"""Characters of what is said of bad input; in a longer one the middle is left out, since its end says what would be right."""
AGAIN = 0.05
"""Seconds after which a signal's exception is raised again where it was swallowed."""


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM)."""


def status_of(name: str, command: Callable[[], int], resume: str = "") -> int:
    """Do what a command line asks for; where that does not end well, say why in one line.

    Args:
        name: of the program, before what is said.
        command: returns its exit status.
        resume: what is kept when it is stopped halfway, for the end of the line.

    Returns:
        exit status: the command's own; 2 bad input, 1 output that cannot be written or read, 130 interrupted, 143 terminated.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that knows ASCII alone is no reason to fail
    try:
        if threading.current_thread() is threading.main_thread():
            _listen()
        status = command()
        sys.stdout.flush()  # a reader that is gone is noticed here, not when Python ends
        return status
    except InputError as error:
        print(f"{name}: {one_line(str(error))}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a disk that is full, say, while tables are written
        where = f" ({error.filename})" if error.filename else ""
        print(f"{name}: {error.strerror or error}{where}{resume}", file=sys.stderr)
        return 1
    except (KeyboardInterrupt, TerminatedError) as stopped:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        word, status = ("interrupted", 130) if isinstance(stopped, KeyboardInterrupt) else ("terminated", 143)
        print(f"\n{name}: {word}{resume}", file=sys.stderr)
        return status


def command(name: str, resume: str = "") -> Callable[[Callable[P, int]], Callable[P, int]]:
    """A function that does what a command line asks for becomes one that ends as :func:`status_of` says."""

    def ending(function: Callable[P, int]) -> Callable[P, int]:
        @wraps(function)
        def ended(*args: P.args, **kwargs: P.kwargs) -> int:
            return status_of(name, lambda: function(*args, **kwargs), resume)

        return ended

    return ending


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
