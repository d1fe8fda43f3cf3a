"""Measure how fast the suite is: ``python -m benchmarks.speed [training] [peers] [machine] [metrics] [whole]``.

training: seed-updates per second by width of the seed axis, form and workers, against a plain and the habitual loop.
peers: the same against pythae's trainer, where it is installed (extra ``peers``).
machine: the training's matrix products and its optimiser alone, beside all of it.
metrics: feature extraction, the Fréchet distance and nearest neighbours beside other ways to the same values.
whole: wall and processor time and memory of whole runs, and how they grow with seeds, models and image size.

Contenders take turns in one process tree; ratios are of one turn, so that a machine's drift hits all alike.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import torch

from benchmarks.arguments import Parser, make_directory, path
from benchmarks.datasets import DATASETS, load
from benchmarks.endings import command
from benchmarks.options import DEFAULT_DATA_DIR, make_options
from benchmarks.outputs import processor
from benchmarks.planning import environment_for
from benchmarks.specs import InputError, lookup
from benchmarks.speed import machine, metrics, peers, training, whole
from benchmarks.speed.page import PARTS, Row, write
from models import MODELS


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return value


def parser() -> Parser:
    """Parser of the command."""
    made = Parser(
        prog="python -m benchmarks.speed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("part", nargs="*", help=f"what to measure: {', '.join(PARTS)} (default: all)")
    made.add_argument("--dataset", nargs="+", default=["ring", "digits"])
    made.add_argument("--model", nargs="+", default=["ae", "vae", "gan"])
    made.add_argument("--network", nargs="+", default=["mlp"], help="kinds of networks: mlp, conv")
    made.add_argument("--width", nargs="+", type=positive, default=[1, 2, 4, 8], help="seeds trained at once")
    made.add_argument("--workers", nargs="+", type=positive, default=[1, 2], help="processes that train at once")
    forms = "; ".join(f"{name}: {about}" for name, about in training.FORMS.items())
    made.add_argument(
        "--form",
        nargs="+",
        help=f"of the loops (default: all that the device has but {', '.join(training.TRIED)}). {forms}",
    )
    made.add_argument("--updates", type=positive, default=100)
    made.add_argument("--repeats", type=positive, default=5, help="turns")
    made.add_argument("--profile", default="standard", help="of whole runs")
    made.add_argument("--device", default="auto")
    made.add_argument("--threads", type=positive, default=1, help="of each process")
    made.add_argument("--data-dir", type=path, default=DEFAULT_DATA_DIR)
    made.add_argument("--output", type=path, help="a folder for speed.json, speed.md and speed.png")
    return made


def checked_cases(arguments: argparse.Namespace, device: str) -> list[training.Case]:
    """What is trained, checked before anything is measured.

    Raises:
        InputError: an unknown name, a form that the device has not, networks that a data set has not, data that are not there.
    """
    for name in arguments.model:
        if not lookup(MODELS, "model", name).Settings.model_fields or name == "pca":
            raise InputError(f"model {name!r} is not trained by updates; choose others")
    kind = torch.device(device).type
    there: dict[str, str] = {form: training.FORMS[form] for form in (*training.USUAL[kind], *training.TRIED)}
    for name in arguments.form or ():
        lookup(there, f"form on {kind}", name)
    for name in arguments.dataset:
        lookup(DATASETS, "data set", name)
        load(name, arguments.data_dir, offline=True)
    return [
        training.case(dataset, model, network, arguments.updates, arguments.data_dir, device)
        for dataset, network, model in product(arguments.dataset, arguments.network, arguments.model)
    ]


def measured(part: str, arguments: argparse.Namespace, cases: list[training.Case], device: str) -> Iterator[Row]:
    """Rows of one part, as they are measured."""
    repeats = arguments.repeats
    if part == "training":
        for what in cases:
            forms = arguments.form or training.USUAL[torch.device(device).type]
            yield from training.compare(what, arguments.width, arguments.workers, forms, repeats, arguments.threads)
    elif part == "machine":
        for what, width in product(cases, arguments.width):
            yield machine.floor(what, width, repeats)
    elif part == "metrics":
        datasets = {name: load(name, arguments.data_dir, offline=True) for name in arguments.dataset}
        for contest in metrics.contests(datasets, device):
            yield from contest().rows(repeats, device)
    elif part == "whole":
        with TemporaryDirectory() as folder:
            for run in whole.runs(arguments.profile, device, Path(folder)):
                yield whole.measure(run)
    elif peers.there():
        for what in cases:
            if what.spec.model in peers.TRAINS:
                yield from peers.compare(what, arguments.width, repeats)


@command("speed")
def main() -> int:
    """Measure and print.

    Returns:
        exit status: 0 done, 2 bad arguments.
    """
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    parts = [name for name in PARTS if not arguments.part or name in arguments.part]
    for name in arguments.part:
        lookup(PARTS, "part", name)
    options = make_options({"device": arguments.device, "profile": arguments.profile})
    environment = environment_for(options.device)
    if arguments.output:
        make_directory(arguments.output, "--output")
    cases = checked_cases(arguments, environment.device)
    if "peers" in arguments.part and not peers.there():
        raise InputError(peers.ABSENT)
    rows: dict[str, list[Row]] = {name: [] for name in parts}
    facts = {
        "processor": processor(), "hardware": environment.hardware, "torch": torch.__version__, "threads": arguments.threads,
        "updates": arguments.updates, "turns": arguments.repeats,
    }  # fmt: skip
    try:
        for name in parts:
            for row in measured(name, arguments, cases, environment.device):
                rows[name].append(row)
                print(f"{name:<10}{'  '.join(PARTS[name].line(row))}", flush=True)
    finally:  # what was measured is kept, however it ends
        if arguments.output and any(rows.values()):
            write(facts, rows, arguments.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
