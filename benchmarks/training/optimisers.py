"""What moves the weights over the seed axis: one optimiser for each player, its step size, and an average of the weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from benchmarks.training.randomness import Stack
from benchmarks.training.seed_axis import SeedAxis
from models.base import Averaging, Optimiser, Phase


def make_optimiser(
    how: Optimiser, parameters: Sequence[Tensor], fused: bool, recorded: bool = False
) -> torch.optim.Optimizer:
    """PyTorch's optimiser of one player; if its steps are to be recorded, its step size lies on the parameters' device."""
    if how.kind == "sgd":
        return torch.optim.SGD(parameters, lr=how.learning_rate)
    if not recorded:
        return torch.optim.Adam(parameters, lr=how.learning_rate, betas=how.betas, fused=fused)
    device = parameters[0].device
    rate = torch.tensor(how.learning_rate, device=device)
    on_gpu = device.type == "cuda"  # elsewhere there is nothing to capture
    return torch.optim.Adam(parameters, lr=rate, betas=how.betas, fused=fused, capturable=on_gpu)


def laid_out(tensor: Tensor, parameter: Tensor) -> Tensor:
    """The same numbers, in memory as a parameter's: fused Adam on the CPU reads memory without regard to strides."""
    if tensor.stride() == parameter.stride():
        return tensor
    return torch.empty_like(parameter).copy_(tensor)


class PlayerOptimiser:
    """The optimiser of one player over the seed axis.

    Args:
        how: kind, step size and betas.
        parameters: the player's stacks, each with leading axis S.
        apart: one optimiser for each seed, on its slices of the stacks, in the place of one for all.
        fused: PyTorch's fused Adam instead of its plain one.
        recorded: its steps are to be recorded.
    """

    def __init__(
        self, how: Optimiser, parameters: list[Tensor], apart: bool, fused: bool, recorded: bool = False
    ) -> None:
        self.parameters = parameters
        self.how = how
        self.apart = apart
        self.slices = [parameters]
        if apart:
            self.slices = [[stack.detach()[seed] for stack in parameters] for seed in range(len(parameters[0]))]
        self.optimisers = [make_optimiser(how, part, fused, recorded) for part in self.slices]
        self.factor = 1.0

    def scale(self, factor: float) -> None:
        """Set the step size to ``factor`` times its own."""
        if factor == self.factor:
            return
        self.factor = factor
        for optimiser in self.optimisers:
            group = optimiser.param_groups[0]
            if isinstance(group["lr"], Tensor):
                group["lr"].fill_(self.how.learning_rate * factor)
            else:
                group["lr"] = self.how.learning_rate * factor

    def step(self, gradients: Sequence[Tensor], moving: Sequence[bool] | None = None) -> None:
        """Update the seeds that move; all of them, where the optimiser is one for all.

        Args:
            gradients: one for each stack.
            moving: for each seed whether it moves; None: all do.
        """
        for seed, (part, optimiser) in enumerate(zip(self.slices, self.optimisers, strict=True)):
            if moving is None or moving[seed] or not self.apart:
                for parameter, gradient in zip(part, gradients, strict=True):
                    parameter.grad = laid_out(gradient[seed] if self.apart else gradient, parameter)
                optimiser.step()

    def state(self) -> Stack:
        """What the optimisers remember of earlier steps, by number of optimiser, of parameter, and name."""
        return {
            f"{number}/{index}/{name}": value.cpu()
            for number, optimiser in enumerate(self.optimisers)
            for index, remembered in optimiser.state_dict()["state"].items()
            for name, value in remembered.items()
        }

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Remember what other optimisers of the same parameters did."""
        remembered: list[dict[int, dict[str, Tensor]]] = [{} for _ in self.optimisers]
        for path, value in state.items():
            number, index, name = path.split("/")
            parameter = self.slices[int(number)][int(index)]
            # all but the count of steps lie as the parameters do
            remembered[int(number)].setdefault(int(index), {})[name] = (
                laid_out(value, parameter) if value.dim() else value
            )
        for optimiser, own in zip(self.optimisers, remembered, strict=True):
            optimiser.load_state_dict({"state": own, "param_groups": optimiser.state_dict()["param_groups"]})


def learning_rate_factor(done: float, constant: float) -> float:
    """1 up to the share ``constant`` of the updates, then linearly down to 0 at ``done`` = 1."""
    return 1.0 if done <= constant else (1.0 - done) / (1.0 - constant)


class MovingAverage:
    """Exponential moving average of some of a stack's weights, one step per cycle of the phases that train them.

    The first steps use the decay (1 + n) / (10 + n) if it is smaller, so that the initialisation is soon forgotten.
    """

    def __init__(self, wanted: Averaging | None, axis: SeedAxis) -> None:
        self.decay = wanted.decay if wanted else 0.0
        prefixes = tuple(f"{name}." for name in wanted.modules) if wanted else ()
        self.current = {
            name: tensor
            for name, tensor in (*axis.parameters.items(), *axis.buffers.items())
            if tensor.is_floating_point() and name.startswith(prefixes) and prefixes
        }
        self.averages = {name: tensor.detach().clone() for name, tensor in self.current.items()}
        self.players = {player for player, names in axis.owned().items() if self.current.keys() & set(names)}
        self.steps = 0

    @torch.no_grad()
    def update(self, phase: Phase) -> None:
        """Take the current weights in, if the phase trains them."""
        if self.players.isdisjoint(step.player for step in phase.cycle):
            return
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, average in self.averages.items():
            average.lerp_(self.current[name], 1 - decay)

    def state(self) -> Stack:
        """The averages, on the CPU."""
        return {name: average.cpu().contiguous() for name, average in self.averages.items()}

    def restore(self, state: Mapping[str, Tensor], steps: int) -> None:
        """Go on from averages of so many steps."""
        for name, average in self.averages.items():
            average.copy_(state[name])
        self.steps = steps
