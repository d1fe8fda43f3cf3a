"""Does a model keep the interface's contract? ``python -m benchmarks.contract FILE.py``, or the name of one of the suite's models.

Every arm is built on the matched networks of a mixture and of digits, and checked: players, losses, purity, the seed axis, going on
after a stop, samples, codes. The report ends with what the comparison matches, and how far the model is from it. Exit status 1
where something is broken.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch
from torch import Tensor

from benchmarks import plugins
from benchmarks.arguments import Parser
from benchmarks.blocks import model_builder, networks_of
from benchmarks.datasets import Dataset, load
from benchmarks.endings import command
from benchmarks.evaluation.cost import decoder_player, training_cost
from benchmarks.experiments.base import block
from benchmarks.options import DEFAULT_DATA_DIR, make_options
from benchmarks.recipes import ARMS
from benchmarks.specs import Block, InputError, Training, lookup
from benchmarks.training.loop import Loop, Trained, train
from benchmarks.training.randomness import as_float, draw, generator_for, initialise
from benchmarks.training.seed_axis import SeedAxis
from models import MODELS, GenerativeModel
from models.networks import count_parameters
from models.plugin import Plugin

TRIED_ON = {"mixture": "ring", "images": "digits"}
SEEDS = (0, 1, 2)
BATCH = 16
SHORT = Training(updates=6, batch=BATCH)
ROWS = 32
"""Samples that are drawn."""


class BrokenError(AssertionError):
    """A part of the contract that is broken: what is so, and what should be."""


@dataclass(frozen=True)
class Subject:
    """One arm of a model on one data set."""

    spec: Block
    data: Dataset

    @property
    def model(self) -> type[GenerativeModel]:
        """The class."""
        return MODELS[self.spec.model]

    @cached_property
    def build(self) -> Callable[[], GenerativeModel]:
        """Makes a model for one seed."""
        return model_builder(self.spec, self.model, self.data)

    @cached_property
    def examples(self) -> Tensor:
        """Training data as the loop gets them, float64."""
        return as_float(torch.from_numpy(self.data.train[:200])).double()

    @property
    def fresh(self) -> GenerativeModel:
        """A model, initialised, fitted, float64."""
        made = initialise(self.build, 0).double()
        made.fit(self.examples)
        return made

    def given(self, model: GenerativeModel, objective: str) -> tuple[Tensor | None, dict[str, Tensor]]:
        """A batch, if the objective reads data, and its noise."""
        x = self.examples[:BATCH] if model.uses_data(objective) else None
        return x, noise_of(model.noise_spec(objective), BATCH)

    def trained(self, seeds: tuple[int, ...], fast: bool = True) -> Trained:
        """A short training."""
        return train(self.build, self.examples, SHORT, seeds, fast=fast)


def noise_of(spec: Mapping[str, Any], rows: int) -> dict[str, Tensor]:
    """Noise by name, float64."""
    return {name: draw(noise, (rows,), generator_for(0, f"contract/{name}")).double() for name, noise in spec.items()}


def demand(holds: bool, what: str) -> None:
    """Raise unless it holds."""
    if not holds:
        raise BrokenError(what)


# checks ---------------------------------------------------------------------------------------------------------------


def owned(subject: Subject) -> None:
    """every trained parameter has one player, and every player is trained"""
    model = subject.fresh
    players = SeedAxis([model], "cpu").owned()
    moved = {step.player for phase in model.schedule() for step in phase.cycle}
    demand(
        moved == set(players),
        f"schedule() moves {sorted(moved)}, players() has {sorted(players)}; both must name the same",
    )


def budget(subject: Subject) -> None:
    """the budget counts the updates of the generating network"""
    model = subject.fresh
    if not model.trained:
        return
    player = decoder_player(model)
    demand(bool(player), "no player owns all parameters of generating_network")
    steps = [(phase.cycles(100), step) for phase in model.schedule() for step in phase.cycle if step.player == player]
    updates = sum(cycles * step.repeats for cycles, step in steps)
    demand(updates == 100, f"a budget of 100 makes {updates} updates of {player!r}, which trains generating_network")


def losses(subject: Subject) -> None:
    """losses are single finite numbers that depend on their player's parameters; scalars are detached numbers"""
    model = subject.fresh.train()
    for objective in model.players():
        x, noise = subject.given(model, objective)
        loss, scalars = model(objective, x, noise)
        demand(loss.shape == (), f"the loss of {objective!r} has shape {tuple(loss.shape)}, not ()")
        loss_now = float(loss.detach())
        demand(math.isfinite(loss_now), f"the loss of {objective!r} is {loss_now} before any training")
        for name, value in scalars.items():
            sound = isinstance(value, Tensor) and value.shape == () and not value.requires_grad
            demand(sound, f"scalar {name!r} of {objective!r} must be a detached tensor of shape ()")
        parameters = model.parameters_of(objective)
        found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
        unused = [name for name, gradient in zip(parameters, found, strict=True) if gradient is None]
        demand(not unused, f"the loss of {objective!r} does not depend on {', '.join(unused)}, which its player owns")


def purity(subject: Subject) -> None:
    """the same input gives the same loss: no random numbers of its own, no input or parameter changed"""
    model = subject.fresh.train()
    for objective in model.players():
        x, noise = subject.given(model, objective)
        before = [tensor.clone() for tensor in (*model.parameters(), *noise.values(), *([] if x is None else [x]))]
        state = torch.get_rng_state()
        first, again = (model(objective, x, noise)[0].detach() for _ in range(2))
        after = [*model.parameters(), *noise.values(), *([] if x is None else [x])]
        demand(
            torch.equal(state, torch.get_rng_state()),
            f"{objective!r} draws random numbers; declare them in noise_spec()",
        )
        same = all(torch.equal(a, b) for a, b in zip(before, after, strict=True))
        demand(same, f"{objective!r} changes its input or its parameters in place")
        demand(
            torch.equal(first, again), f"{objective!r} gives {float(first)} and then {float(again)} on the same input"
        )


def seed_axis(subject: Subject) -> None:
    """seeds trained together end where each ends alone, by stacked layers as by vmap"""
    if subject.fresh.takes_stacks:
        axis = SeedAxis([subject.fresh.train() for _ in SEEDS], "cpu")
        for objective in axis.template.players():
            x, noise = subject.given(axis.template, objective)
            stacks = {name: torch.stack([tensor] * len(SEEDS)) for name, tensor in noise.items()}
            loss, scalars = axis.losses(objective, None if x is None else torch.stack([x] * len(SEEDS)), stacks)
            for name, value in {"the loss": loss, **scalars}.items():
                demand(
                    value.shape == (len(SEEDS),),
                    f"{name} of {objective!r} has shape {tuple(value.shape)} with a seed axis of {len(SEEDS)}, not "
                    f"({len(SEEDS)},): reduce over trailing axes only, or leave stacked = False",
                )
    together = subject.trained(SEEDS)
    others = {"trained alone": (subject.trained(SEEDS[1:2]), slice(1, 2))}
    if subject.fresh.takes_stacks:
        others["mapped by vmap, not stacked"] = (subject.trained(SEEDS, fast=False), slice(None))
    for how, (other, rows) in others.items():
        for name, weights in together.weights.items():
            difference = float((weights[rows].double() - other.weights[name].double()).abs().max())
            demand(difference < 1e-6, f"{name} differs by {difference:.2g} when {how}")


def going_on(subject: Subject) -> None:
    """a training that was stopped goes on to the same end"""

    def loop() -> Loop:
        models = [initialise(subject.build, seed).double() for seed in SEEDS]
        for one in models:
            one.fit(subject.examples)
        return Loop(models, subject.examples, SHORT, SEEDS, fast=True, fused=True)

    whole, first, second = loop(), loop(), loop()
    list(whole.run())
    for done in first.run():
        if done >= SHORT.updates // 2:
            break
    second.restore(first.state())
    list(second.run())
    for name, weights in whole.outcome().weights.items():
        demand(
            torch.equal(weights, second.outcome().weights[name]),
            f"{name} is another one after a stop; what state is not a parameter or buffer?",
        )


def samples(subject: Subject) -> None:
    """samples have the data's shape, are finite, row by row independent, and pixels lie in [0, 1]"""
    model = subject.fresh.eval()
    demand(
        "latent" in model.sample_spec(),
        "sample_spec() has no 'latent'; a sample is made of one latent vector and what else there is",
    )
    noise = noise_of({name: spec for name, spec in model.sample_spec().items() if name != "observation"}, ROWS)
    buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
    state = torch.get_rng_state()
    with torch.no_grad():
        drawn = model.sample(noise)
        part = model.sample({name: tensor[3:5] for name, tensor in noise.items()})
    demand(
        drawn.shape == (ROWS, model.data), f"{ROWS} samples have shape {tuple(drawn.shape)}, not ({ROWS}, {model.data})"
    )
    demand(bool(drawn.isfinite().all()), "samples of an untrained model are not finite")
    demand(torch.allclose(drawn[3:5], part, atol=1e-8), "a sample depends on those that are drawn with it")
    demand(torch.equal(state, torch.get_rng_state()), "sample() draws random numbers; declare them in sample_spec()")
    same = all(torch.equal(buffers[name], buffer) for name, buffer in model.named_buffers())
    demand(same, "sample() changes the model's buffers")
    if subject.data.kind == "images":
        low, high = float(drawn.min()), float(drawn.max())
        demand(low >= 0 and high <= 1, f"pixels of samples go from {low:.3g} to {high:.3g}, beyond [0, 1]")


def codes(subject: Subject) -> None:
    """codes have z numbers, and decode to data; other models refuse"""
    model = subject.fresh.eval()
    x = subject.examples[:BATCH]
    if not model.has_codes:
        demand(model.samplers == ("prior",), f"samplers {model.samplers} need codes; a model without has ('prior',)")
        return
    with torch.no_grad():
        encoded = model.encode(x, {})
        demand(
            encoded.shape == (BATCH, model.latent),
            f"codes have shape {tuple(encoded.shape)}, not ({BATCH}, {model.latent})",
        )
        decoded = model.decode(encoded, {})
    demand(decoded.shape == x.shape, f"decoded codes have shape {tuple(decoded.shape)}, not {tuple(x.shape)}")
    if model.has_posterior:
        weights = model.log_weight(
            x, noise_of({"posterior": model.noise_spec(next(iter(model.players())))["posterior"]}, BATCH)
        )  # type: ignore[operator]
        demand(weights.shape == (BATCH,), f"log_weight() has shape {tuple(weights.shape)}, not ({BATCH},)")


CHECKS: tuple[Callable[[Subject], None], ...] = (owned, budget, losses, purity, seed_axis, going_on, samples, codes)


def check_plugins(models: Iterable[str], kinds: Iterable[str]) -> None:
    """Refuse plugins that break the contract: what they give would fail, or mean something else than is said.

    Args:
        models: to be run; those of the suite are tested.
        kinds: of the data that they are to be run on.

    Raises:
        InputError: says what the first of them breaks.
    """
    for name, joined in plugins.JOINED.items():
        if name not in models:
            continue
        plugin = joined.plugin
        for subject in subjects_of(name, tuple(kind for kind in plugin.kinds if kind in kinds), plugin.arms):
            for check in CHECKS:
                said = broken(check, subject)
                if said is not None:
                    raise InputError(
                        f"plugin {joined.path or joined.origin} breaks the contract on {subject.data.name}: {said}; "
                        "python -m benchmarks.contract tells all of it"
                    )


# report ---------------------------------------------------------------------------------------------------------------


def broken(check: Callable[[Subject], None], subject: Subject) -> str | None:
    """What a check finds broken, in one line; None for nothing."""
    try:
        check(subject)
    except Exception as error:  # whatever the model's code may raise
        said = " ".join(str(error).split())
        return said if isinstance(error, BrokenError) else f"{type(error).__name__}: {said}"[:400]
    return None


def parity(subject: Subject) -> list[str]:
    """What the comparison matches, for this model and as it should be."""
    model = subject.fresh
    matched = count_parameters(networks_of(subject.spec, subject.data).decoder())
    own = count_parameters(model.generating_network)
    lines = [
        f"generating network: {own:,} parameters; the matched decoder has {matched:,}"
        + ("" if own == matched else f" (× {own / matched:.2f})")
    ]
    lines.append(f"all networks: {count_parameters(model):,} parameters")
    if model.trained:
        phase = model.schedule()[-1]
        cost = training_cost(initialise(subject.build, 0), subject.spec.training.batch)
        flops = sum(cost[step.player] * step.repeats for step in phase.cycle) / phase.cycle[-1].repeats
        reads = sum(step.repeats * model.uses_data(step.player) for step in phase.cycle)
        lines.append(
            f"an update of {phase.cycle[-1].player!r} with all before it: {flops:.3g} FLOPs, {reads} batches of data"
        )
    return lines


def subjects_of(name: str, kinds: tuple[str, ...], arms: tuple[Mapping[str, Any], ...]) -> Iterator[Subject]:
    """Every arm on every kind of data."""
    for kind in kinds:
        data = load(TRIED_ON[kind], DEFAULT_DATA_DIR, offline=True)
        for arm in arms:
            yield Subject(block(data.name, name, arm, "smoke", SEEDS), data)


def report(subject: Subject) -> bool:
    """Print what holds and what does not.

    Returns:
        whether all holds.
    """
    settings = subject.model.Settings(**subject.spec.settings)
    print(f"{subject.model.describe(settings)} on {subject.data.name} ({subject.spec.network.label})")
    sound = True
    for check in CHECKS:
        said = broken(check, subject)
        sound &= said is None
        print(
            f"  {'ok    ' if said is None else 'BROKEN'}  {(check.__doc__ or '').strip()}"
            + (f": {said}" if said else "")
        )
    if sound:
        print("\n".join(f"  parity  {line}" for line in parity(subject)))
    return sound


@command("contract")
def main() -> int:
    """Check one model.

    Returns:
        exit status: 0 sound, 1 broken, 2 bad arguments.
    """
    parser = Parser(
        prog="python -m benchmarks.contract", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", help="a plugin's file, or the name of a model")
    torch.set_num_threads(1)
    named = parser.parse_args().model
    if named.endswith(".py"):
        file = make_options({"plugin": [named]}).plugin[0]
        plugins.join([file])
        plugin = next(one.plugin for one in plugins.JOINED.values() if one.path == file.resolve())
    else:
        plugins.join(())
        model = lookup(MODELS, "model", named)
        own = tuple(settings for name, settings in ARMS if name == named) or ({},)
        plugin = plugins.JOINED[named].plugin if named in plugins.JOINED else Plugin(named, model, own)
    reports = [report(subject) for subject in subjects_of(plugin.name, plugin.kinds, plugin.arms)]  # all of them
    return 0 if all(reports) else 1


if __name__ == "__main__":
    sys.exit(main())
