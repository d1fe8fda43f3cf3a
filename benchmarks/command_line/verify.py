"""``verify``: recomputes a sample of results and compares."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

from benchmarks.arguments import Parser, path
from benchmarks.options import make_options
from benchmarks.specs import InputError


def verify_parser() -> Parser:
    """Parser of ``verify``."""
    parser = Parser(
        prog="run_bench.py verify",
        description="Recompute a sample of a results directory and compare: bit-equal on the setup that made it, elsewhere within "
        "tolerances, trained models by their distributions over seeds. Exit status 1 where anything differs.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("results", type=path, metavar="RESULTS", help="a results directory, or a small copy of one")
    parser.add_argument("--sample", type=int, default=3, metavar="N", help="how many blocks (default: 3)")
    parser.add_argument("--sample-seed", type=int, default=0, metavar="S", help="which ones (default: 0)")
    parser.add_argument(
        "--plugin", nargs="+", action="extend", metavar="FILE.py", help="models of your own that the results hold"
    )
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:n (default: auto)")
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes")
    parser.add_argument("--data-dir", metavar="DIR", help="data, in torchvision's layout")
    parser.add_argument("--offline", action="store_true", help="never download anything")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument("--json", action="store_true", dest="json_output", help="print JSON")
    return parser


def verify_results(words: Sequence[str]) -> int:
    """Recompute a sample, compare, print.

    Returns:
        0 if nothing differs, else 1.

    Raises:
        InputError: bad arguments.
    """
    given = vars(verify_parser().parse_args(words))
    root, sample, seed = given.pop("results"), given.pop("sample"), given.pop("sample_seed")
    if sample < 1:
        raise InputError(f"option sample = {sample}: give at least 1")
    options = make_options(given)
    from benchmarks.verification import verify

    verification = verify(root, options, sample, seed)
    if options.json_output:
        print(json.dumps(verification.facts(), indent=1, ensure_ascii=False))
    else:
        print("\n".join(verification.lines()))
    return 0 if verification.sound else 1
