"""How fast training is, side by side in one process: ``python -m benchmarks.speed [--dataset ring digits mnist]``.

For each data set and model, seed-updates per second of a stack of W seeds (by the model's stacked form, and by ``vmap``), as a
ratio to a plain one-seed PyTorch loop with resident data and fused Adam. The contenders take turns, so that a machine's
drift hits all alike; the ratio is the median over turns, with the smallest and largest beside it. ``benchmarks/execution.py``
says which of the committed widths rest on such tables.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.blocks import model_builder
from benchmarks.datasets import DATASETS, Dataset, load
from benchmarks.evaluation.cost import training_cost
from benchmarks.experiments.base import block
from benchmarks.options import DEFAULT_DATA_DIR, make_options
from benchmarks.planning import environment_for
from benchmarks.specs import Block, InputError, lookup
from benchmarks.training.loop import train
from benchmarks.training.optimisers import make_optimiser
from benchmarks.training.randomness import as_float, draw, generator_for, initialise
from models import MODELS

SETTINGS: dict[str, dict[str, Any]] = {"fgan": {"divergence": "kl", "generator_objective": "exact"}}


def plain_loop(spec: Block, data: Dataset, device: str) -> None:
    """A well-written loop for one seed: data on the device, fused Adam, no bookkeeping."""
    model = initialise(model_builder(spec, MODELS[spec.model], data), spec.seeds[0]).to(device).train()
    train_set = torch.from_numpy(data.train).to(device)
    generator = generator_for(spec.seeds[0], "speed", device)
    optimisers = {}
    for player in model.players():
        owned = list(model.parameters_of(player).values())
        optimisers[player] = make_optimiser(model.optimiser(player), owned, fused=True)
    batch = spec.training.batch
    for phase in model.schedule():
        for _ in range(phase.cycles(spec.training.updates)):
            for step in phase.cycle:
                for _ in range(step.repeats):
                    index = torch.randint(len(train_set), (batch,), generator=generator, device=device)
                    noise = {name: draw(n, (batch,), generator) for name, n in model.noise_spec(step.player).items()}
                    x = as_float(train_set[index]) if model.uses_data(step.player) else None
                    loss, _ = model(step.player, x, noise)
                    optimisers[step.player].zero_grad()
                    loss.backward()
                    optimisers[step.player].step()


def seconds(function: Callable[[], object], device: str) -> float:
    """Wall time of a call, with the device's queue empty before and after."""
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def compare(
    name: str, data: Dataset, widths: list[int], updates: int, repeats: int, device: str
) -> list[dict[str, object]]:
    """Rows of the table for one model on one data set."""
    spec = block(data.name, name, SETTINGS.get(name, {}), "standard", (0,))
    spec = spec.model_copy(update={"training": spec.training.model_copy(update={"updates": updates})})
    build = model_builder(spec, MODELS[spec.model], data)
    train_set = torch.from_numpy(data.train).to(device)
    contenders: dict[tuple[str, int], Callable[[], object]] = {("plain", 1): lambda: plain_loop(spec, data, device)}
    for width in widths:
        for form, fast in (("stacked", True), ("vmap", False)):
            seeds = tuple(range(width))
            contenders[form, width] = lambda seeds=seeds, fast=fast: train(  # type: ignore[misc]
                build, train_set, spec.training, seeds, fast=fast
            )
    for run in contenders.values():
        run()  # warm up
    turns = [{who: seconds(run, device) for who, run in contenders.items()} for _ in range(repeats)]
    flops = sum(training_cost(build(), spec.training.batch).values())
    rows: list[dict[str, object]] = []
    for (form, width), _ in contenders.items():
        rate = np.array([width * updates / turn[form, width] for turn in turns])
        ratio = rate * np.array([turn["plain", 1] for turn in turns]) / updates
        rows.append(
            {
                "dataset": data.name, "model": name, "form": form, "width": width,
                "ratio": round(float(np.median(ratio)), 3),
                "ratio_min": round(float(ratio.min()), 3), "ratio_max": round(float(ratio.max()), 3),
                "seed_updates_per_second": round(float(np.median(rate)), 1),
                "gflops": round(float(np.median(rate)) * flops / 1e9, 2),
            }
        )  # fmt: skip
    return rows


def positive(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of at least 1")
    return value


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--dataset", nargs="+", default=["ring", "digits"])
    parser.add_argument("--model", nargs="+", default=["ae", "vae", "gan"])
    parser.add_argument("--width", nargs="+", type=positive, default=[1, 2, 4, 8])
    parser.add_argument("--updates", type=positive, default=100)
    parser.add_argument("--repeats", type=positive, default=5)
    parser.add_argument("--device", default="auto")
    parser.add_argument("--threads", type=positive, default=1)
    parser.add_argument("--data-dir", type=Path, default=DEFAULT_DATA_DIR)
    parser.add_argument("--output", type=Path, help="write the table as JSON, with versions and hardware")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    try:
        environment = environment_for(make_options({"device": arguments.device}).device)
        for name in arguments.model:
            lookup(MODELS, "model", name)
        for name in arguments.dataset:
            lookup(DATASETS, "data set", name)
        if arguments.output and not arguments.output.resolve().parent.is_dir():
            raise InputError(f"output {arguments.output}: its folder does not exist; give a file in one that does")
        datasets = [load(name, arguments.data_dir, offline=True) for name in arguments.dataset]
    except InputError as error:
        print(f"speed: {error}", file=sys.stderr)
        return 2
    rows = []
    print(
        f"{'data set':<13}{'model':<6}{'form':<9}{'width':>5}{'ratio':>8}  {'(min–max)':<16}{'per second':>11}{'GFLOP/s':>9}"
    )
    for data in datasets:
        for name in arguments.model:
            for row in compare(name, data, arguments.width, arguments.updates, arguments.repeats, environment.device):
                rows.append(row)
                spread = f"({row['ratio_min']}–{row['ratio_max']})"
                print(
                    f"{row['dataset']:<13}{row['model']:<6}{row['form']:<9}{row['width']:>5}{row['ratio']:>8}  {spread:<16}"
                    f"{row['seed_updates_per_second']:>11}{row['gflops']:>9}",
                    flush=True,
                )
    if arguments.output:
        facts = {**environment.facts(), "threads": arguments.threads, "updates": arguments.updates, "rows": rows}
        arguments.output.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
