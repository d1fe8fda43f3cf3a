"""Choose settings by search: ``python -m benchmarks.tuning [--dataset ring digits …] [--adopt]``.

Every model family has a grid of the same size, ``CONFIGURATIONS``. A configuration is trained on the data set's training part
without its validation split, with tuning seeds (0–99), for each of the family's arms, and scored on the validation split: images by
KID, mixtures by the JSD to the known density. (The feature extractor of an image data set has seen the validation images in its own
training; that is the same for all.) Its score is the mean over arms of the median over seeds; a seed that diverged counts
as infinitely bad. All arms of a family share the choice, so that they differ in what they are called after and in nothing else;
every arm's own values are kept beside it. A choice at the end of one of its grid's axes is flagged: the optimum may lie beyond.

Everything is stored as in a run: a search that was stopped goes on where it was. ``--adopt`` writes grid, scores and choices to
``benchmarks/tuned.json``, from which ``benchmarks.recipes`` takes the settings.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.arguments import Parser, add_executor, make_directory
from benchmarks.datasets import DATASETS, Kind
from benchmarks.endings import command
from benchmarks.experiments.base import Experiment, Request, block, measure
from benchmarks.options import DEFAULT_DATA_DIR, RunOptions, make_options
from benchmarks.outputs import git_state, write_json
from benchmarks.planning import make_plan
from benchmarks.recipes import ARMS, TUNED_AS, TUNED_FILE
from benchmarks.rows import label_of
from benchmarks.runner import run as run_plan
from benchmarks.specs import Block, InputError, Measurement, canonical_json, lookup
from benchmarks.store import Store, versions
from metrics import base_name

Grid = Mapping[str, tuple[float, ...]]
Configuration = dict[str, float]

CONFIGURATIONS = 12
"""Configurations that every family tries."""
SEEDS = 4

_STEP_SIZES = (5e-4, 1e-3, 2e-3, 4e-3)
_LARGE_STEP_SIZES = (1e-3, 2e-3, 4e-3, 8e-3)
_FINE_STEP_SIZES = (2.5e-4, 3.5e-4, 5e-4, 7e-4, 1e-3, 1.4e-3, 2e-3, 2.8e-3, 4e-3, 5.7e-3, 8e-3, 1.1e-2)


def _players(generator: tuple[float, ...], discriminator: tuple[float, ...]) -> Grid:
    return {"generator_learning_rate": generator, "discriminator_learning_rate": discriminator}


_SMALL_STEP_SIZES = (2.5e-4, 5e-4, 1e-3, 2e-3)
_VERY_LARGE_STEP_SIZES = (8e-3, 1.6e-2, 3.2e-2, 6.4e-2)

GRIDS: dict[str, dict[str, Grid]] = {
    "ring": {
        "ae": {"learning_rate": _FINE_STEP_SIZES},
        "dae": {"learning_rate": _LARGE_STEP_SIZES, "noise_scale": (0.0125, 0.025, 0.05)},
        "vae": {"learning_rate": _VERY_LARGE_STEP_SIZES, "scale": (0.1, 0.2, 0.4)},
        "gan": _players(_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
        "fgan": _players(_STEP_SIZES, (2e-3, 4e-3, 8e-3)),
        "latent-gan": _players(_SMALL_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
    },
    "grid": {
        "ae": {"learning_rate": (*_FINE_STEP_SIZES[2:], 1.6e-2, 2.2e-2)},
        "dae": {"learning_rate": _STEP_SIZES, "noise_scale": (0.025, 0.05, 0.1)},
        "vae": {"learning_rate": (4e-3, 8e-3, 1.6e-2, 3.2e-2), "scale": (0.05, 0.1, 0.2)},
        "gan": _players(_SMALL_STEP_SIZES, (4e-3, 8e-3, 1.6e-2)),
        "fgan": _players(_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
        "latent-gan": _players(_SMALL_STEP_SIZES, (2e-3, 4e-3, 8e-3)),
    },
    "unequal-pair": {
        "ae": {"learning_rate": _FINE_STEP_SIZES},
        "dae": {"learning_rate": _STEP_SIZES, "noise_scale": (0.0125, 0.025, 0.05)},
        "vae": {"learning_rate": _VERY_LARGE_STEP_SIZES, "scale": (0.1, 0.2, 0.4)},
        "gan": _players(_SMALL_STEP_SIZES, (2e-3, 4e-3, 8e-3)),
        "fgan": _players(_SMALL_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
        "latent-gan": _players((1.25e-4, 2.5e-4, 5e-4, 1e-3), (2e-3, 4e-3, 8e-3)),
    },
    "digits": {
        "ae": {"learning_rate": _FINE_STEP_SIZES},
        "dae": {"learning_rate": _LARGE_STEP_SIZES, "noise_scale": (0.15, 0.3, 0.6)},
        "vae": {"learning_rate": _LARGE_STEP_SIZES, "scale": (0.2, 0.4, 0.8)},
        "gan": _players(_LARGE_STEP_SIZES, (5e-4, 1e-3, 2e-3)),
        "fgan": _players(_LARGE_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
        "latent-gan": _players(_LARGE_STEP_SIZES, (1e-3, 2e-3, 4e-3)),
    },
}
"""What each family tries, by data set that is searched on. PCA has nothing to choose; regression on noise, whose
optimum is a constant, keeps its defaults. The latent GAN's autoencoder is the AE's own.
Where the optimum of a round lay at an end of an axis, the axis was moved by a step or two and the search run again, so that such a
family tried more than twelve configurations in all, though it chose among the twelve that stand here. The
denoising noise of ring and unequal pair was not searched below 0.0125, a small part of a mode's standard deviation: the less the
better there, down to the autoencoder, which has none."""

STAGES = (("ae", "dae", "vae", "gan", "fgan"), ("latent-gan",))
"""Families searched together; a later stage may use what an earlier one chose."""
SCORES: dict[Kind, tuple[str, str]] = {"mixture": ("mixture-samples", "jsd-hist"), "images": ("image-samples", "kid")}
"""Measure and metric (lower is better) that score a configuration."""


def configurations(grid: Grid) -> list[Configuration]:
    """All combinations of a grid's values."""
    return [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]


def how_sampled(model: str, kind: Kind) -> dict[str, str]:
    """How a model is sampled for its score: as the distribution that it defines.

    An autoencoder defines none: it is scored with the Gaussian mixture on its codes. A VAE's is that of drawn observations; on
    images its likelihood's mean is what is shown.
    """
    sampler = "gmm" if model in ("ae", "dae") else "prior"
    return {
        "weights": "last",
        "sampler": sampler,
        "observation": "draw" if model == "vae" and kind == "mixture" else "mean",
    }


def trials(request: Request, family: str, given: Mapping[str, Any]) -> list[tuple[Configuration, Block]]:
    """Every configuration of a family's grid with the block of each of its arms; ``given`` settings are not searched.

    The weights at their end are enough for a score: no snapshots are kept.
    """

    def trial(model: str, settings: Mapping[str, Any], seeds: tuple[int, ...]) -> Block:
        one = block(request.dataset, model, settings, request.profile, seeds, split="validation")
        return one.model_copy(update={"training": one.training.model_copy(update={"snapshots": ()})})

    grid = GRIDS[request.dataset][family]
    return [
        (configuration, trial(model, {**given, **settings, **configuration}, seeds))
        for configuration in configurations(grid)
        for model, settings in ARMS
        if model == family
        for seeds in request.seeds
    ]


def score_measurement(of: Block, n: int) -> Measurement:
    """The measurement that scores a block."""
    kind = DATASETS[of.dataset].kind
    return measure(of, SCORES[kind][0], n=n, **how_sampled(of.model, kind))


def search(dataset: str, families: Sequence[str], given: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
    """Train and score all configurations of some families on one data set.

    Returns:
        by family the list of configurations: ``settings``, and ``arms``: label → the scores of its seeds (None for a failed one).

    Raises:
        InputError: the data set has no such score.
    """
    wanted: dict[str, tuple[str, Configuration, Block]] = {}

    def measurements(request: Request) -> list[Measurement]:
        asked = []
        for family in families:
            for configuration, trial in trials(request, family, given if family == "latent-gan" else {}):
                one = score_measurement(trial, request.samples)
                wanted[canonical_json(one)] = (family, configuration, trial)
                asked.append(one)
        return asked

    experiment = Experiment("tuning", "Which settings?", {}, (dataset,), measurements, "validation")
    store = Store(options.output_dir)
    plan = make_plan(options, store, [(experiment, dataset)])
    metric = SCORES[DATASETS[dataset].kind][1]
    if any(metric not in map(base_name, planned.metrics) for planned in plan.measurements):
        raise InputError(f"{dataset} cannot be scored by {metric}: {'; '.join(plan.notes)}")
    run_plan(plan, git_state(), progress_bar=not options.quiet)
    found: dict[str, dict[str, dict[str, Any]]] = {family: {} for family in families}
    for planned in plan.measurements:
        family, configuration, trial = wanted[canonical_json(planned.measurement)]
        values: list[float | None] = [None] * len(planned.measurement.seeds)
        if store.has("measurements", planned.key):
            rows = [row for row in store.read_rows(planned.key) if base_name(row["metric"]) == metric]
            values = [float(row["value"]) if row["status"] == "ok" else None for row in rows]
        entry = found[family].setdefault(canonical_json(configuration), {"settings": configuration, "arms": {}})
        entry["arms"].setdefault(label_of(trial), []).extend(values)
    return {family: list(entries.values()) for family, entries in found.items()}


def score(arms: Mapping[str, Sequence[float | None]]) -> tuple[int, float]:
    """A configuration's score, the lower the better: how many arms have no finite median, and the mean of the others' medians.

    Args:
        arms: for each arm the values of its seeds; None counts as infinite.
    """
    medians = [np.median([math.inf if value is None else value for value in values]) for values in arms.values()]
    finite = [median for median in medians if np.isfinite(median)]
    return len(medians) - len(finite), float(np.mean(finite)) if finite else math.inf


def choose(entries: Sequence[Mapping[str, Any]], grid: Grid) -> dict[str, Any]:
    """The best configuration, and which of its values lie at an end of the grid.

    Raises:
        InputError: none has a score.
    """
    best = min(entries, key=lambda entry: score(entry["arms"]))["settings"]
    if all(math.isinf(score(entry["arms"])[1]) for entry in entries):
        raise InputError(f"no configuration of {', '.join(grid)} trained without failing; nothing to choose from")
    return {
        "settings": dict(best),
        "edges": [name for name, values in grid.items() if best[name] in (min(values), max(values))],
    }


def tuned(dataset: str, options: RunOptions) -> dict[str, Any]:
    """Search on one data set, stage by stage.

    Returns:
        by family: ``grid``, ``configurations`` with their scores, ``chosen`` and ``edges``.
    """
    result: dict[str, Any] = {}
    for families in STAGES:
        given = {"learning_rate": result["ae"]["chosen"]["learning_rate"]} if result else {}
        for family, entries in search(dataset, families, given, options).items():
            grid = GRIDS[dataset][family]
            choice = choose(entries, grid)
            result[family] = {
                "grid": {name: list(values) for name, values in grid.items()},
                "configurations": [
                    {**entry, "failed_arms": failed, "score": value if math.isfinite(value) else None}
                    for entry in entries
                    for failed, value in [score(entry["arms"])]
                ],
                "chosen": {**given, **choice["settings"]},
                "edges": choice["edges"],
            }
    return result


@command("tuning", "; what was finished is stored, the same command goes on from there")
def main(arguments: Sequence[str] | None = None) -> int:
    parser = Parser(
        prog="python -m benchmarks.tuning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    own = sorted(set(TUNED_AS.values()))
    parser.add_argument("--dataset", nargs="+", default=own, metavar="NAME", help=f"default: {' '.join(own)}")
    parser.add_argument("--seeds", type=int, default=SEEDS, metavar="N", help=f"tuning seeds (default {SEEDS})")
    parser.add_argument("--jobs", type=int, metavar="N", help="worker processes")
    add_executor(parser)
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda or cuda:n")
    parser.add_argument("--data-dir", default=str(DEFAULT_DATA_DIR), metavar="DIR")
    parser.add_argument("--results-dir", default="results/tuning", metavar="DIR", help="where the search is kept")
    parser.add_argument("--profile", default="standard", help="budget of a training (default: standard)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    parser.add_argument(
        "--adopt", action="store_true", help=f"write the outcome to {TUNED_FILE.name}, which recipes read"
    )
    given = parser.parse_args(arguments)
    target = TUNED_FILE if given.adopt else Path(given.results_dir) / TUNED_FILE.name
    for name in given.dataset:
        if lookup(TUNED_AS, "data set", name) != name:
            raise InputError(
                f"{name} is trained with the settings of {TUNED_AS[name]}; search there (one of {', '.join(own)})"
            )
    of_the_run = {name: value for name, value in vars(given).items() if name not in ("dataset", "adopt")}
    options = make_options({"seed_role": "tuning", **{k: v for k, v in of_the_run.items() if v is not None}})
    make_directory(options.output_dir, "results directory")
    outcome = json.loads(TUNED_FILE.read_text(encoding="utf-8"))
    for name in dict.fromkeys(given.dataset):
        found = tuned(name, options)
        facts = {"seeds": list(range(given.seeds)), "git": git_state(), "versions": versions()}
        outcome["datasets"][name] = {**facts, "metric": SCORES[DATASETS[name].kind][1], "families": found}
        write_json(target, outcome)
        for family, result in found.items():
            flag = f"  at the grid's edge: {', '.join(result['edges'])}" if result["edges"] else ""
            print(f"{name:<14}{family:<12}{json.dumps(result['chosen'])}{flag}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
