"""``list``: prints what there is."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence

from benchmarks.arguments import Parser
from benchmarks.options import make_options
from benchmarks.specs import lookup

LISTS = ("models", "datasets", "metrics", "experiments", "claims")


def list_parser() -> Parser:
    """Parser of ``list``."""
    parser = Parser(prog="run_bench.py list", description="Print what there is.", allow_abbrev=False)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(LISTS)} (default: all)")
    parser.add_argument(
        "--plugin", nargs="+", default=[], metavar="FILE.py", help="models of your own, to be listed too"
    )
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def list_known(words: Sequence[str]) -> int:
    """Print models, data sets, metrics, experiments and claims.

    Raises:
        InputError: bad arguments.
    """
    arguments = list_parser().parse_args(words)
    options = make_options({"plugin": arguments.plugin})
    from benchmarks import plugins

    plugins.join(options.plugin)
    known = catalogue()
    chosen = {name: lookup(known, "list", name) for name in arguments.what or LISTS}
    if arguments.json:
        print(json.dumps(chosen, indent=1, ensure_ascii=False))
        return 0
    for name, entries in chosen.items():
        print(f"{name}:")
        width = max(map(len, entries))
        for entry, summary in entries.items():
            print(f"  {entry:<{width}}  {summary}")
    return 0


def catalogue() -> dict[str, dict[str, str]]:
    """What there is, with one line each."""
    from benchmarks.claims import CLAIMS
    from benchmarks.datasets import DATASETS
    from benchmarks.experiments import EXPERIMENTS
    from metrics import METRICS
    from models import MODELS

    def first_line(model: type) -> str:
        module = inspect.getmodule(model)
        text = ((module.__doc__ if module else None) or model.__doc__ or model.__name__).strip()
        return text.partition("\n")[0].rstrip(".")

    return {
        "models": {name: first_line(model) for name, model in MODELS.items()},
        "datasets": {name: f"{entry.summary} (licence: {entry.licence})" for name, entry in DATASETS.items()},
        "metrics": {name: metric.summary for name, metric in METRICS.items()},
        "experiments": {name: experiment.question for name, experiment in EXPERIMENTS.items()},
        "claims": {name: f"{claim.statement} ({claim.document})" for name, claim in CLAIMS.items()},
    }
