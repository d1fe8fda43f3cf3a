"""The command line: parse, plan, run, report. PyTorch is imported only once there is something to plan."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.options import DEFAULT_DATA_DIR, RunOptions, make_options
from benchmarks.specs import PROFILES, InputError

if TYPE_CHECKING:
    from benchmarks.planning import Plan
    from benchmarks.store import Store

LONGEST_MESSAGE = 1000
RESULT_FOLDERS = (
    "blocks", "measurements", "checkpoints", "writing", "locks", "damaged", "tables", "figures", ".tables", ".figures",
)  # fmt: skip
RESULT_FILES = ("rows.csv", "run.json", "tuning.json", "claims.json", "provenance.json", ".report.json")
WRITTEN_TO = ("blocks", "measurements", "checkpoints", "writing", "locks", "tables", "figures")
LISTS = ("models", "datasets", "metrics", "experiments", "claims")
EPILOG = """\
run_bench.py list [models|datasets|metrics|experiments|claims] [--json] prints what there is.
run_bench.py verify RESULTS recomputes a sample of a results directory and compares.
Finished work is stored in the results directory and never computed twice: a stopped run goes on when started again.
Exit status: 0 all done, 1 some runs crashed (the rest is reported), 2 bad input, 130 interrupted, 143 terminated."""


AGAIN = 0.05
"""Seconds after which a signal's exception is raised again where it was swallowed."""


class TerminatedError(BaseException):
    """The process was asked to end (SIGTERM)."""


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
    what.add_argument("--all", action="store_true", help="every experiment and claim")
    what.add_argument("--experiment", nargs="+", action="extend", metavar="NAME", help="these experiments")
    what.add_argument(
        "--claim", nargs="+", action="extend", metavar="ID", help="what these claims need, and their verdicts"
    )
    what.add_argument("--model", nargs="+", action="extend", metavar="NAME", help="only these models")
    what.add_argument(
        "--dataset", nargs="+", action="extend", metavar="NAME", help="on these data sets, instead of the profile's"
    )
    what.add_argument("--config", type=Path, metavar="FILE.toml", help="options from a file; those given here win")
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


def list_parser() -> Parser:
    """Parser of ``list``."""
    parser = Parser(prog="run_bench.py list", description="Print what there is.", allow_abbrev=False)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"{', '.join(LISTS)} (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def verify_parser() -> Parser:
    """Parser of ``verify``."""
    parser = Parser(
        prog="run_bench.py verify",
        description="Recompute a sample of a results directory and compare: bit-equal on the setup that made it, elsewhere within "
        "tolerances, trained models by their distributions over seeds. Exit status 1 where anything differs.",
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("results", type=Path, metavar="RESULTS", help="a results directory, or a small copy of one")
    parser.add_argument("--sample", type=int, default=3, metavar="N", help="how many blocks (default: 3)")
    parser.add_argument("--sample-seed", type=int, default=0, metavar="S", help="which ones (default: 0)")
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Returns:
        exit status: 0 done, 1 some runs crashed, 2 bad input, 130 interrupted, 143 terminated.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if threading.current_thread() is threading.main_thread():
            _listen()
        if words[:1] == ["list"]:
            return list_known(list_parser().parse_args(words[1:]))
        if words[:1] == ["verify"]:
            return verify_results(words[1:])
        return run(options_from(words))
    except InputError as error:
        message = " ".join(str(error).split())
        print(f"run_bench.py: {message[:LONGEST_MESSAGE]}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read our output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:  # a disk that is full, say, while tables are written
        where = f" ({error.filename})" if error.filename else ""
        print(
            f"run_bench.py: {error.strerror or error}{where}; what was finished is stored, the same command goes on from there",
            file=sys.stderr,
        )
        return 1
    except (KeyboardInterrupt, TerminatedError) as stopped:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # once is enough
            signal.signal(signal.SIGALRM, signal.SIG_IGN)
        word, status = ("interrupted", 130) if isinstance(stopped, KeyboardInterrupt) else ("terminated", 143)
        print(
            f"\nrun_bench.py: {word}; what was finished is stored, the same command goes on from there", file=sys.stderr
        )
        return status


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


def options_from(words: Sequence[str]) -> RunOptions:
    """Options of a run.

    Raises:
        InputError: bad arguments, or nothing said about what to run.
    """
    given = vars(run_parser().parse_args(words))
    if not given.keys() & {"all", "experiment", "claim", "model", "dataset", "config"}:
        raise InputError(
            "say what to run: --all, or --experiment, --claim, --model, --dataset with names (see run_bench.py list)"
        )
    if given.pop("all", False):
        for name in ("experiment", "claim"):
            if name in given:
                raise InputError(f"--all and --{name} contradict each other; give one")
            given[name] = ()  # also over a configuration file
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

    from benchmarks.claims import CLAIMS
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
        "claims": {name: f"{claim.statement} ({claim.document})" for name, claim in CLAIMS.items()},
    }


def run(options: RunOptions) -> int:
    """Plan, run, report.

    Returns:
        exit status.
    """
    from benchmarks.dry_run import plan_facts, plan_lines
    from benchmarks.planning import make_plan
    from benchmarks.store import Store

    started = time.perf_counter()
    check_output_dir(options.output_dir)
    if options.overwrite == "never" and any((options.output_dir / name).exists() for name in ("run.json", "rows.csv")):
        raise InputError(
            f"results directory {options.output_dir} holds results, which --overwrite never leaves as they are; give another "
            "--results-dir"
        )
    store = Store(options.output_dir, read_only=options.dry_run)
    plan = make_plan(options, store)
    planned = time.perf_counter()
    if options.dry_run:
        if not options.quiet or options.json_output:
            print(json.dumps(plan_facts(plan), indent=1) if options.json_output else "\n".join(plan_lines(plan)))
        return 0
    make_output_dir(options.output_dir)
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
    failures = write_outputs(plan, store, outcomes)
    wall = {"plan": planned - started, "run": ran - planned}
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


def check_output_dir(path: Path) -> None:
    """Check, before anything is computed or created, that results can be written below ``path``.

    Raises:
        InputError: the path is a file or below one, or holds something else under a name that results need.
    """
    try:
        for existing in (path, *path.resolve().parents):
            if existing.exists():
                if not existing.is_dir():
                    raise InputError(f"results directory {path}: {existing} is a file; give a directory")
                break
        for name in RESULT_FOLDERS:
            if os.path.lexists(path / name) and not (path / name).is_dir():
                raise InputError(
                    f"results directory {path}: {name} is not a directory; move it or give another directory"
                )
        for name in RESULT_FILES:
            if os.path.lexists(path / name) and not (path / name).is_file():
                raise InputError(f"results directory {path}: {name} is not a file; move it or give another directory")
    except (OSError, ValueError) as error:
        raise error if isinstance(error, InputError) else InputError(f"results directory {path}: {error}") from None


def make_output_dir(path: Path) -> None:
    """Make the results directory and its folders, and try to write in each.

    Raises:
        InputError: it cannot be written to.
    """
    try:
        for folder in (path, *(path / name for name in WRITTEN_TO)):
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".writable-{os.getpid()}"
            probe.touch()
            probe.unlink()
    except OSError as error:
        raise InputError(f"results directory {path} cannot be written to ({error.strerror}); give another") from None
