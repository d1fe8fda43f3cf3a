"""One model for many seeds at once: stacked parameters, and an objective evaluated on all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap

from benchmarks.training.randomness import Stack, initialise
from models.base import GenerativeModel, Objective, Player, Scalars


class ModelContractError(TypeError):
    """A model does not meet the interface of ``models.base``; the message says how."""


class SeedAxis:
    """S copies of one model as stacked tensors, and the evaluation of an objective on all of them at once.

    Args:
        models: one initialised model per seed, alike but for their parameters.
        device: where the stacks live.
        fast: use the model's own stacked form if it has one, and no mapping at all for S = 1, on a CPU with channels last in
            the memory of convolutions' weights; False maps always.
    """

    def __init__(self, models: list[GenerativeModel], device: torch.device | str, fast: bool = True) -> None:
        parameters, buffers = stack_module_state(models)
        self.template = models[0].to(device)
        self.parameters: Stack = {
            name: p.detach().to(device).contiguous().requires_grad_(p.requires_grad) for name, p in parameters.items()
        }
        self.buffers: Stack = {name: b.detach().to(device).contiguous() for name, b in buffers.items()}
        self.size = len(models)
        self.stacked = fast and self.template.takes_stacks
        if self.stacked:
            self._install()
        self.mapped = not self.stacked and not (fast and self.size == 1)
        if not self.stacked and not self.mapped and torch.device(device).type == "cpu":
            self.parameters = {
                name: channels_last(p).requires_grad_(p.requires_grad) for name, p in self.parameters.items()
            }

    def _install(self) -> None:
        """Put the stacks into the template itself: calling it then costs no swapping of parameters at every step."""
        for name, stack in self.parameters.items():
            owner, _, leaf = name.rpartition(".")
            parameter = nn.Parameter(stack.detach(), stack.requires_grad)
            self.template.get_submodule(owner).register_parameter(leaf, parameter)
            self.parameters[name] = parameter
        for name, stack in self.buffers.items():
            owner, _, leaf = name.rpartition(".")
            self.template.get_submodule(owner).register_buffer(leaf, stack)

    def losses(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        """Losses of shape (S,) and scalars of shape (S,) each; x and noise have leading axes (S, B)."""
        if self.stacked:
            return self.template(objective, x, noise)
        if self.mapped:
            return self._map(self.parameters, self.buffers, objective, x, noise)
        # squeezed, not indexed: a gradient is then a view, with the strides that it came with
        only = {name: tensor.squeeze(0) for name, tensor in (*self.parameters.items(), *self.buffers.items())}
        x0 = None if x is None else x[0]
        loss, scalars = functional_call(
            self.template, only, (objective, x0, {name: tensor[0] for name, tensor in noise.items()})
        )
        return loss[None], {name: value[None] for name, value in scalars.items()}

    def _map(
        self, parameters: Stack, buffers: Stack, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]
    ) -> tuple[Tensor, Scalars]:
        def one(p: Stack, b: Stack, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
            return functional_call(self.template, (p, b), (objective, x, noise))

        in_dims = (0, 0, None if x is None else 0, 0 if noise else None)
        return vmap(one, in_dims=in_dims, randomness="error")(parameters, buffers, x, noise)

    def check(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> None:
        """Evaluate ``objective`` once under ``vmap``, which every model must allow, without any effect.

        Raises:
            ModelContractError: the model draws random numbers itself, or its loss is not one number per seed.
        """
        name = type(self.template).__name__
        buffers = {key: buffer.clone() for key, buffer in self.buffers.items()}
        try:
            with torch.no_grad():
                losses, _ = self._map(self.parameters, buffers, objective, x, noise)
        except RuntimeError as error:
            if "random" not in str(error):
                raise
            raise ModelContractError(
                f"{name} draws its own noise in objective {objective!r}; it must declare it in noise_spec(), "
                "so that the loop draws it from each seed's own generator"
            ) from error
        if losses.shape != (self.size,):
            raise ModelContractError(
                f"{name}'s loss for {objective!r} has shape {tuple(losses.shape[1:])} for one seed; it must be ()"
            )

    def owned(self) -> dict[Player, list[str]]:
        """Parameter names of each player.

        Raises:
            ModelContractError: a parameter that no player owns, or two do.
        """
        owned = {player: list(self.template.parameters_of(player)) for player in self.template.players()}
        for name in (name for name, p in self.parameters.items() if p.requires_grad):
            owners = [player for player, names in owned.items() if name in names]
            if len(owners) != 1:
                raise ModelContractError(
                    f"{type(self.template).__name__}: parameter {name!r} is owned by {owners or 'no player'}; "
                    "players() must give every parameter exactly one owner"
                )
        return owned

    def state(self) -> Stack:
        """All parameters and buffers, detached, on the CPU."""
        return {
            name: tensor.detach().cpu().contiguous()
            for name, tensor in (*self.parameters.items(), *self.buffers.items())
        }

    @torch.no_grad()
    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Take these values of parameters and buffers over, in place."""
        for name, tensor in (*self.parameters.items(), *self.buffers.items()):
            tensor.copy_(state[name])


def channels_last(stack: Tensor) -> Tensor:
    """The same numbers, in memory with channels last if they are weights of one seed's 2-D convolutions, shape (1, O, I, H, W)."""
    if stack.dim() != 5:
        return stack
    weights = stack.detach()[0]
    # not by contiguous(): where I = 1 that gives strides which convolutions take for channels first, and go on with
    return torch.empty_like(weights, memory_format=torch.channels_last).copy_(weights)[None]


def model_of(build: Callable[[], GenerativeModel], weights: Mapping[str, Tensor], index: int) -> GenerativeModel:
    """The model of one seed, the index-th, in evaluation mode, from stacked weights."""
    model = initialise(build, 0)
    model.load_state_dict({name: tensor[index] for name, tensor in weights.items()})
    return model.eval()
