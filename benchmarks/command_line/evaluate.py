"""``evaluate``: samples of any other program, by the suite's metrics, beside its own models."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Sequence

from benchmarks.arguments import Parser, check_directory, make_directory, path
from benchmarks.options import make_options
from benchmarks.specs import InputError, lookup

WRITTEN = ("csv", "md", "tex")
"""What is written of the table, by suffix."""


def evaluate_parser() -> Parser:
    """Parser of ``evaluate``."""
    parser = Parser(
        prog="run_bench.py evaluate",
        description="Measure samples that another program made: images (.npz, uint8, or a folder) of the data set's shape. "
        "Real images stand beside them, and with --reference the models of a results directory. As many samples are taken as "
        "those results were measured with, at random: metrics depend on their number.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("samples", type=path, metavar="SAMPLES", help="an .npz file or a folder of images")
    parser.add_argument("--dataset", required=True, metavar="NAME", help="what they are samples of")
    parser.add_argument("--reference", type=path, metavar="RESULTS", help="a results directory, or a small copy of one")
    parser.add_argument(
        "--name", type=line, metavar="TEXT", help="what they are called in the table (default: the file's name)"
    )
    parser.add_argument("--to", type=path, metavar="DIR", help="write samples.csv, samples.md and samples.tex there")
    parser.add_argument("--device", help="auto, cpu, cuda or cuda:n (default: auto)")
    parser.add_argument("--data-dir", metavar="DIR", help="data, in torchvision's layout")
    parser.add_argument("--offline", action="store_true", help="never download anything")
    parser.add_argument(
        "--inception-weights",
        metavar="FILE",
        help="also measure in Inception-v3's features: its weights file, or 'download'",
    )
    parser.add_argument("--inception-sha256", metavar="HEX", help="SHA-256 of that file (default: the official file's)")
    parser.add_argument("--json", action="store_true", dest="json_output", help="print JSON")
    return parser


def line(text: str) -> str:
    """The type of an argument that is one line of text.

    Raises:
        ArgumentTypeError: it is more, or none.
    """
    if not text.strip() or not text.isprintable():
        raise argparse.ArgumentTypeError(f"{text!a:.80} is not one line of text; give a name")
    return text


def evaluate_samples(words: Sequence[str]) -> int:
    """Measure, and print the table.

    Raises:
        InputError: bad arguments, samples or results; data missing.
    """
    given = vars(evaluate_parser().parse_args(words))
    own = {name: given.pop(name, None) for name in ("samples", "reference", "name", "to")}
    from benchmarks.datasets import DATASETS, load
    from benchmarks.datasets.own import shown_name
    from benchmarks.datasets.samples import read_samples
    from benchmarks.evaluation.given_samples import chosen, floors_of, values_of
    from benchmarks.extractor_choice import choose, inception_weights
    from benchmarks.outputs import metric_facts
    from benchmarks.planning import environment_for
    from benchmarks.recipes import RECIPES
    from benchmarks.report.given_samples import csv, measured_with, page
    from benchmarks.report.results import load as load_results

    dataset = given["dataset"]
    if lookup(DATASETS, "data set", dataset).kind != "images" or dataset == "own":
        names = ", ".join(name for name, entry in DATASETS.items() if entry.kind == "images" and name != "own")
        raise InputError(f"data set {dataset!r} is not one whose samples can be measured so; those are {names}")
    options = make_options({**given, "dataset": [dataset]})
    if own["to"] is not None:
        check_directory(own["to"], "--to")
        for name in (f"samples.{suffix}" for suffix in WRITTEN):
            if (own["to"] / name).is_dir():
                raise InputError(f"--to {own['to']}: {name} is a directory; move it or give another place")
    environment, inception = environment_for(options.device), inception_weights(options)
    results = load_results(own["reference"]) if own["reference"] is not None else None
    n = measured_with(results, dataset) if results is not None else RECIPES[dataset].samples
    data = load(dataset, options.data_dir, options.offline)
    every = read_samples(own["samples"], data)
    samples = chosen(every, min(n, len(data.test)), dataset, strict=results is not None)
    if own["to"] is not None:
        make_directory(own["to"], "--to")
    extractors, notes = choose(data, len(samples), inception)
    values = values_of(samples, data, extractors, environment.device)
    real = floors_of(len(samples), data, extractors, environment.device).rows
    name = own["name"] or shown_name(own["samples"])
    made = page(name, dataset, (len(samples), len(every)), values, real, metric_facts(), results, notes)
    if own["to"] is not None:
        for suffix, text in zip(WRITTEN, (csv(made), made.markdown(), made.latex(f"samples {dataset}")), strict=True):
            (own["to"] / f"samples.{suffix}").write_text(text, encoding="utf-8")
    if options.json_output:
        real = [{**row, "value": None if math.isnan(row["value"]) else row["value"]} for row in real]  # NaN is no JSON
        facts = {"dataset": dataset, "n": len(samples), "given": len(every), "samples": values, "real": real}
        print(json.dumps(facts, indent=1, ensure_ascii=False))
    else:
        print(made.markdown(), end="")
    return 0
