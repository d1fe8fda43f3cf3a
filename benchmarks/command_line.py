"""The command line: parse, plan, run, report. PyTorch is imported only once there is something to plan."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.options import DEFAULT_DATA_DIR, RunOptions, make_options
from benchmarks.specs import PROFILES, InputError

if TYPE_CHECKING:
    from benchmarks.planning import Plan

LISTS = ("models", "datasets", "metrics", "experiments")
EPILOG = """\
run_bench.py list [models|datasets|metrics|experiments] [--json] prints what there is.
Finished work is stored in the results directory and never computed twice: a stopped run goes on when started again.
Exit status: 0 all done, 1 some runs crashed (the rest is reported), 2 bad input, 130 interrupted."""


class Parser(argparse.ArgumentParser):
    """Answers bad input with one line and exit status 2."""

    def error(self, message: str) -> Any:
        raise InputError(f"{message} (see {self.prog} --help)")


def run_parser() -> Parser:
    """Parser of a run."""
    parser = Parser(
        prog="run_bench.py",
        description="Train matched generative models over many seeds, measure them, and write tables and pictures.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    what = parser.add_argument_group("what to run (at least one)")
    what.add_argument("--all", action="store_true", help="every experiment")
    what.add_argument("--experiment", nargs="+", metavar="NAME", help="these experiments")
    what.add_argument("--model", nargs="+", metavar="NAME", help="only these models")
    what.add_argument("--dataset", nargs="+", metavar="NAME", help="on these data sets, instead of the profile's")
    what.add_argument("--config", type=Path, metavar="FILE.toml", help="options from a file; those given here win")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--seeds", type=int, metavar="N", help="number of seeds (default: smoke 2, standard 8, full 32 and 16)"
    )
    how.add_argument(
        "--seed-role", metavar="ROLE", help="verdict: seeds from 1000 (default); pilot: 100–199; tuning: 0–99"
    )
    how.add_argument("--profile", metavar="NAME", help=f"{', '.join(PROFILES)} (default: standard)")
    how.add_argument("--device", help="auto, cpu, cuda or cuda:n (default: auto)")
    how.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one per core; on a GPU 1)")
    how.add_argument("--data-dir", metavar="DIR", help=f"data, in torchvision's layout (default: {DEFAULT_DATA_DIR})")
    how.add_argument("--results-dir", metavar="DIR", help="where results go (default: results/PROFILE)")
    how.add_argument("--offline", action="store_true", help="never download data")
    how.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    how.add_argument("--quiet", action="store_true", help="print errors only")
    how.add_argument("--json", action="store_true", dest="json_output", help="print JSON")
    return parser


def list_parser() -> Parser:
    """Parser of ``list``."""
    parser = Parser(prog="run_bench.py list", description="Print what there is.", allow_abbrev=False)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(LISTS)} (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        exit status: 0 done, 1 some runs crashed, 2 bad input, 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["list"]:
            return list_known(list_parser().parse_args(words[1:]))
        return run(options_from(words))
    except InputError as error:
        print(f"run_bench.py: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\nrun_bench.py: interrupted; what was finished is stored, the same command goes on from there",
            file=sys.stderr,
        )
        return 130


def options_from(words: Sequence[str]) -> RunOptions:
    """Options of a run.

    Raises:
        InputError: bad arguments, or nothing said about what to run.
    """
    given = vars(run_parser().parse_args(words))
    if not given.keys() & {"all", "experiment", "model", "dataset", "config"}:
        raise InputError(
            "say what to run: --all, or --experiment, --model, --dataset with names (see run_bench.py list)"
        )
    if given.pop("all", False) and "experiment" in given:
        raise InputError("--all and --experiment contradict each other; give one")
    return make_options(given, given.pop("config", None))


def list_known(arguments: argparse.Namespace) -> int:
    """Print models, data sets, metrics and experiments."""
    from benchmarks.specs import lookup

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
    import inspect

    from benchmarks.datasets import DATASETS
    from benchmarks.experiments import EXPERIMENTS
    from metrics import METRICS
    from models import MODELS

    def first_line(model: type) -> str:
        module = inspect.getmodule(model)
        return ((module.__doc__ if module else None) or "").strip().splitlines()[0].rstrip(".")

    return {
        "models": {name: first_line(model) for name, model in MODELS.items()},
        "datasets": {name: entry.summary for name, entry in DATASETS.items()},
        "metrics": {name: metric.summary for name, metric in METRICS.items()},
        "experiments": {name: experiment.question for name, experiment in EXPERIMENTS.items()},
    }


def run(options: RunOptions) -> int:
    """Plan, run, report.

    Returns:
        exit status.
    """
    from benchmarks.planning import make_plan
    from benchmarks.store import Store

    started = time.perf_counter()
    store = Store(checked_output_dir(options))
    plan = make_plan(options, store)
    planned = time.perf_counter()
    if options.dry_run:
        if not options.quiet:
            print(json.dumps(plan_facts(plan), indent=1) if options.json_output else "\n".join(plan_lines(plan)))
        return 0
    from benchmarks.outputs import provenance, write_json, write_outputs
    from benchmarks.report.results import Results
    from benchmarks.report.terminal import summary_lines
    from benchmarks.runner import run as run_plan

    outcomes = run_plan(plan, progress_bar=not options.quiet)
    ran = time.perf_counter()
    failures = write_outputs(plan, store, outcomes)
    results = Results(options.output_dir)
    write_report(results)
    ended = time.perf_counter()
    wall = {"plan": planned - started, "run": ran - planned, "report": ended - ran, "total": ended - started}
    facts = provenance(plan, outcomes, failures, wall)
    write_json(options.output_dir / "provenance.json", facts)
    for detail in dict.fromkeys(d for outcome in outcomes for d in outcome.details):
        print(detail, file=sys.stderr)
    if options.json_output:
        print(
            json.dumps(
                {"results": str(options.output_dir), **facts["units"], "wall_seconds": facts["wall_seconds"]}, indent=1
            )
        )
    elif not options.quiet:
        missing = sum(len(unit.missing) for unit in plan.units)
        lines = summary_lines(results, missing - len(failures), len(plan.measurements) - missing, wall["total"])
        print("\n".join(lines))
    return 1 if failures else 0


def checked_output_dir(options: RunOptions) -> Path:
    """The results directory, if it can be one.

    Raises:
        InputError: the path is a file, or cannot be written to.
    """
    path = options.output_dir
    try:
        for existing in (path, *path.resolve().parents):
            if existing.exists():
                if not existing.is_dir():
                    raise InputError(f"results directory {path}: {existing} is a file; give a directory")
                break
        if not options.dry_run:
            path.mkdir(parents=True, exist_ok=True)
            probe = path / ".writable"
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise InputError(f"results directory {path} cannot be written to ({error.strerror}); give another") from None
    return path


def write_report(results: Any) -> None:
    """Write tables and pictures anew, so that none is left from an earlier run that asked for something else."""
    from benchmarks.report.figures import write_figures
    from benchmarks.report.tables import write_tables

    for name, write in (("tables", write_tables), ("figures", write_figures)):
        aside = results.root / f".{name}"
        shutil.rmtree(aside, ignore_errors=True)
        write(results, aside)
        shutil.rmtree(results.root / name, ignore_errors=True)
        aside.rename(results.root / name)


def plan_facts(plan: Plan) -> dict[str, Any]:
    """The plan as plain data."""
    return {
        "results_dir": str(plan.options.output_dir),
        "profile": plan.options.profile,
        "device": plan.environment.device,
        "jobs": plan.jobs,
        "blocks": sum(unit.block is not None for unit in plan.units),
        "blocks_to_train": sum(unit.must_train for unit in plan.units),
        "measurements": len(plan.measurements),
        "measurements_to_take": sum(len(unit.missing) for unit in plan.units),
        "core_seconds": round(sum(unit.seconds for unit in plan.todo), 1),
        "wall_seconds": round(plan.wall_seconds, 1),
        "units": [
            {
                "dataset": unit.dataset,
                "model": unit.block.model if unit.block else None,
                "settings": unit.block.settings if unit.block else None,
                "seeds": unit.block.seeds if unit.block else None,
                "block": unit.key,
                "trained": unit.stored,
                "core_seconds": round(unit.seconds, 1),
                "measurements": [
                    {
                        "measure": m.measurement.measure,
                        "options": m.measurement.options,
                        "key": m.key,
                        "stored": m.stored,
                        "experiments": m.experiments,
                    }
                    for m in unit.measurements
                ],
            }
            for unit in plan.units
        ],
    }


def plan_lines(plan: Plan) -> list[str]:
    """The plan in words: one line per block, then totals."""
    from benchmarks.runner import label_of

    lines = []
    for unit in plan.units:
        name = label_of(unit.block) if unit.block else "data alone"
        seeds = f"seeds {unit.block.seeds[0]}–{unit.block.seeds[-1]}" if unit.block else ""
        state = (
            "stored" if unit.stored else "to train" if unit.must_train else "-" if unit.block is None else "not needed"
        )
        experiments = sorted({e for m in unit.measurements for e in m.experiments})
        shared = f"shared by {', '.join(experiments)}" if len(experiments) > 1 else experiments[0]
        lines.append(
            f"{unit.dataset:<13} {name:<22} {seeds:<16} {state:<10} "
            f"{len(unit.missing)} of {len(unit.measurements)} measurements to take  {unit.seconds:6.0f} core-s  {shared}"
        )
    facts = plan_facts(plan)
    lines.append(
        f"{facts['blocks_to_train']} of {facts['blocks']} blocks to train, {facts['measurements_to_take']} of "
        f"{facts['measurements']} measurements to take: about {facts['core_seconds']:.0f} core-seconds, "
        f"{facts['wall_seconds'] / 60:.1f} minutes with {facts['jobs']} jobs on {facts['device']}; "
        f"results in {facts['results_dir']}"
    )
    return lines
