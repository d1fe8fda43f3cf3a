"""Signals that ask a run to end, where they must not reach everybody, or not now."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from typing import Any

from pebble import ProcessPool


@contextmanager
def undisturbed() -> Iterator[None]:
    """SIGINT and SIGTERM that come meanwhile count afterwards."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = {number: signal.signal(number, lambda n, _: came.append(n)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if came:
            signal.raise_signal(came[0])


@contextmanager
def out_of_ctrl_cs_way() -> Iterator[None]:
    """Processes and threads that are started within, and the processes that these start, do not get SIGINT.

    A terminal sends it to all processes of a command; the main process stops the others, which would complain of being cut short.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # it would let the signal through again for whoever starts it
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def processes(
    jobs: int, initializer: Callable[..., None] | None = None, initargs: tuple[Any, ...] = ()
) -> Iterator[ProcessPool]:
    """New processes that are asked to end through this one alone: when the block is left by an exception they end at once.

    Args:
        jobs: how many.
        initializer: what each does first.
        initargs: its arguments.
    """
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(jobs, initializer=initializer, initargs=initargs, context=context)
    try:
        with out_of_ctrl_cs_way():
            _ = pool.active  # to ask is to start it
        yield pool
        pool.close()
    except BaseException:
        pool.stop()
        raise
    finally:
        pool.join()
