#!/usr/bin/env python
"""Fairtrial's command line: ``python run_bench.py --all`` (see ``--help``)."""

import signal
import sys

if __name__ == "__main__":
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the command line listens, Ctrl-C just ends the process
    from benchmarks.command_line import main

    sys.exit(main())
