"""A run: plan, train and measure, report. PyTorch is imported only once there is something to plan."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.arguments import Parser, add_executor, check_directory, make_directory, path
from benchmarks.command_line.output_dir import (
    check_earlier_run,
    check_output_dir,
    holds_results,
    make_output_dir,
    writing_alone,
)
from benchmarks.options import DEFAULT_DATA_DIR, RunOptions, make_options
from benchmarks.specs import PROFILES, InputError

if TYPE_CHECKING:
    from benchmarks.planning import Plan
    from benchmarks.store import Store

EPILOG = """\
run_bench.py list [models|datasets|metrics|experiments|claims] [--json] prints what there is.
run_bench.py verify RESULTS recomputes a sample of a results directory and compares.
Finished work is stored in the results directory and never computed twice: a stopped run goes on when started again.
Exit status: 0 all done, 1 some runs crashed (the rest is reported), 2 bad input, 130 interrupted, 143 terminated."""


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
    what.add_argument("--all", action="store_true", help="every experiment and claim")
    what.add_argument("--experiment", nargs="+", action="extend", metavar="NAME", help="these experiments")
    what.add_argument(
        "--claim", nargs="+", action="extend", metavar="ID", help="what these claims need, and their verdicts"
    )
    what.add_argument("--model", nargs="+", action="extend", metavar="NAME", help="only these models")
    what.add_argument(
        "--dataset", nargs="+", action="extend", metavar="NAME", help="on these data sets, instead of the profile's"
    )
    what.add_argument(
        "--plugin",
        nargs="+",
        action="extend",
        metavar="FILE.py",
        help="models of your own, which join every comparison",
    )
    what.add_argument("--config", type=path, metavar="FILE.toml", help="options from a file; those given here win")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--seeds",
        type=int,
        metavar="N",
        help="number of seeds (default: smoke 2, standard 8, full 32 and 16); trained in eights",
    )
    how.add_argument(
        "--seed-role", metavar="ROLE", help="verdict: seeds from 3000 (default); pilot: 100–199; tuning: 0–99"
    )
    how.add_argument("--profile", metavar="NAME", help=f"{', '.join(PROFILES)} (default: standard)")
    how.add_argument("--device", help="auto, cpu, cuda or cuda:n (default: auto)")
    how.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one per core; on a GPU 1)")
    add_executor(how)
    how.add_argument("--data-dir", metavar="DIR", help=f"data, in torchvision's layout (default: {DEFAULT_DATA_DIR})")
    how.add_argument(
        "--own-data",
        metavar="PATH",
        help="your own images, for --dataset own: an .npz file (uint8) or a folder of images",
    )
    how.add_argument(
        "--image-size", type=int, metavar="S", help="crop own images to a square and resize them to S × S (4 to 256)"
    )
    how.add_argument("--results-dir", metavar="DIR", help="where results go (default: results/PROFILE)")
    how.add_argument(
        "--overwrite",
        metavar="WHEN",
        help="only-missing: compute what is not stored (default); always: everything anew; never: refuse results that are there",
    )
    how.add_argument(
        "--timeout",
        type=float,
        metavar="SECONDS",
        help="stop a worker that is longer at one block and its measurements",
    )
    how.add_argument(
        "--checkpoint-seconds",
        type=float,
        metavar="SECONDS",
        help="time between two states of a training from which a stopped run goes on (default: 60)",
    )
    how.add_argument(
        "--tensorboard", metavar="DIR", help="also write the loss curves of what is trained, for TensorBoard"
    )
    how.add_argument("--offline", action="store_true", help="never download anything")
    how.add_argument(
        "--inception-weights",
        metavar="FILE",
        help="also measure images in Inception-v3's features: torch-fidelity's weights file, or 'download'",
    )
    how.add_argument(
        "--inception-sha256",
        metavar="HEX",
        help="SHA-256 of that file or its first digits, at least 8 (default: the official file's); "
        "it is checked before the file, a pickle, is read",
    )
    how.add_argument("--dry-run", action="store_true", help="print the plan and stop")
    how.add_argument("--quiet", action="store_true", help="print errors only")
    how.add_argument("--json", action="store_true", dest="json_output", help="print JSON")
    return parser


def options_from(words: Sequence[str]) -> RunOptions:
    """Options of a run.

    Raises:
        InputError: bad arguments, or nothing said about what to run.
    """
    given = vars(run_parser().parse_args(words))
    everything = given.pop("all", False)
    if everything:
        for name in ("experiment", "claim"):
            if name in given:
                raise InputError(f"--all and --{name} contradict each other; give one")
            given[name] = ()  # also over a configuration file
    options = make_options(given, given.pop("config", None))
    if not (everything or options.experiment or options.claim or options.model or options.dataset):
        raise InputError(
            "say what to run: --all, or --experiment, --claim, --model, --dataset with names (see run_bench.py list)"
        )
    return options


def run(words: Sequence[str]) -> int:
    """Plan, run, report.

    Returns:
        exit status.

    Raises:
        InputError: bad arguments, data or directories; nothing has been written then.
    """
    options = options_from(words)
    from benchmarks.contract import check_plugins
    from benchmarks.datasets import DATASETS
    from benchmarks.dry_run import plan_facts, plan_lines
    from benchmarks.planning import make_plan
    from benchmarks.store import Store

    started = time.perf_counter()
    check_output_dir(options.output_dir)
    if options.tensorboard is not None:
        check_directory(options.tensorboard, "directory for TensorBoard")
    check_earlier_run(options.output_dir)
    if options.overwrite == "never" and holds_results(options.output_dir):
        raise InputError(
            f"results directory {options.output_dir} holds results, which --overwrite never leaves as they are; give another "
            "--results-dir"
        )
    store = Store(options.output_dir, read_only=options.dry_run)
    plan = make_plan(options, store)
    planned = time.perf_counter()
    asked = {one.measurement.block.model for one in plan.measurements if one.measurement.block is not None}
    only_experiments = bool(options.experiment) and not options.claim  # claims may be of data alone
    if not plan.measurements or (options.model and only_experiments and not asked):
        raise InputError(
            "nothing is left to measure: no experiment or claim that was named asks for these models on these data sets"
        )
    check_plugins(asked, {DATASETS[one.measurement.dataset].kind for one in plan.measurements})
    if options.dry_run:
        if not options.quiet or options.json_output:
            print(json.dumps(plan_facts(plan), indent=1) if options.json_output else "\n".join(plan_lines(plan)))
        return 0
    make_output_dir(options.output_dir)
    if options.tensorboard is not None:
        make_directory(options.tensorboard, "directory for TensorBoard")
    if not options.quiet:
        for note in plan.notes:
            print(f"run_bench.py: note: {note}", file=sys.stderr)
    if store.put_aside:
        print(
            f"run_bench.py: {len(store.put_aside)} damaged units moved to {store.put_aside[0].parent}; computing them again",
            file=sys.stderr,
        )
    if not options.quiet:
        print(f"run_bench.py: {reuse_line(plan, store)}", file=sys.stderr)
    from benchmarks.outputs import git_state, provenance, write_json, write_outputs
    from benchmarks.report.results import Results
    from benchmarks.report.terminal import summary_lines
    from benchmarks.report.verdicts import verdict_lines
    from benchmarks.report.write import write_report
    from benchmarks.runner import run as run_plan

    git = git_state()  # now, not after the run: the code that runs is the code as it stands now
    outcomes = run_plan(plan, git, progress_bar=not options.quiet)
    ran = time.perf_counter()
    wall = {"plan": planned - started, "run": ran - planned}
    with writing_alone(options.output_dir):
        failures = write_outputs(plan, store, outcomes)
        write_json(options.output_dir / "provenance.json", provenance(plan, store, git, failures, wall))
        results = Results(options.output_dir)
        write_report(results, plan.jobs if len(plan.datasets) > 2 else 1)  # processes take a while to start
        ended = time.perf_counter()
        wall |= {"report": ended - ran, "total": ended - started}
        facts = provenance(plan, store, git, failures, wall)
        write_json(options.output_dir / "provenance.json", facts)
    for detail in dict.fromkeys(d for outcome in outcomes for d in outcome.details):
        print(detail, file=sys.stderr)
    if options.json_output:
        print(
            json.dumps(
                {
                    "results": str(options.output_dir),
                    **{name: facts[name] for name in ("computed_now", "failures", "wall_seconds")},
                    "verdicts": {result.claim: result.verdict for result in results.verdicts},
                },
                indent=1,
            )
        )
    elif not options.quiet:
        computed = sum(outcome.computed for outcome in outcomes)
        lines = summary_lines(results, computed, len(plan.measurements) - computed - len(failures), wall["total"])
        print("\n".join([*lines, *verdict_lines(results.verdicts)]))
    return 1 if failures else 0


def reuse_line(plan: Plan, store: Store) -> str:
    """What of the plan is taken over from earlier runs, and what stays aside."""
    wanted = {planned.key for planned in plan.measurements}
    reused = sum(planned.stored for planned in plan.measurements)
    others = sum(path.name not in wanted for path in (store.root / "measurements").iterdir())
    line = f"{reused} of {len(wanted)} measurements are stored and reused"
    if plan.options.overwrite == "always":
        line = f"all {len(wanted)} measurements are computed anew (--overwrite always)"
    if others:
        line += f"; {others} more there are of other commands, code, data or versions, and are left as they are"
    return line
