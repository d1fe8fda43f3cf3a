"""Fairtrial's command line: ``python run_bench.py --all`` (see ``--help``)."""

import sys

from benchmarks.command_line import main

if __name__ == "__main__":
    sys.exit(main())
