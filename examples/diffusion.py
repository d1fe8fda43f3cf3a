"""A small denoising diffusion model (Ho, Jain and Abbeel, *Denoising Diffusion Probabilistic Models*, NeurIPS 2020).

Data x are mixed with noise ε to x_t = α_t x + σ_t ε with α_t² + σ_t² = 1, t in [0, 1], on the cosine schedule α_t = cos(π t / 2)
(Nichol and Dhariwal, ICML 2021). A network is trained to tell v = α_t ε − σ_t x from x_t and t by squared error (Salimans and Ho,
*Progressive Distillation*, ICLR 2022), from which x = α_t x_t − σ_t v and ε = σ_t x_t + α_t v. Samples are made from N(0, I) in a
number of deterministic steps (Song, Meng and Ermon, *Denoising Diffusion Implicit Models*, ICLR 2021).

Hidden layers begin as He et al. have it (*Delving Deep into Rectifiers*, ICCV 2015): from PyTorch's own beginning, a signal fades
from layer to layer where there is no normalisation, and 2,000 updates on a mixture teach it nothing.

Its latent space is as large as the data's, not the suite's z. Its network has the hidden layers of the matched encoder and then
those of the matched decoder, without a bottleneck between them.

Run it beside the suite's models: ``python run_bench.py --all --plugin examples/diffusion.py``.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Annotated, cast

import torch
from pydantic import Field
from torch import Tensor, nn

from models import base
from models.base import Averaging, GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import MLP, Linear, Networks
from models.plugin import Plugin

FREQUENCIES = 8
"""Of the sines and cosines as which the network reads the time."""


class Diffusion(GenerativeModel):
    """Needs fully connected networks."""

    class Settings(base.Settings):
        """Steps in which samples are made, and Adam's settings."""

        steps: Annotated[int, Field(ge=1, le=1000)] = 25
        learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999
        ema_decay: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = 0.999

    title = "diffusion"
    stacked = True
    mean: Tensor
    scale: Tensor
    frequencies: Tensor

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.pixels = networks.output == "sigmoid"
        hidden = cast(MLP, networks).hidden
        widths = (self.data + 2 * FREQUENCIES, *hidden[::-1], *hidden)
        layers: list[nn.Module] = []
        for inputs, outputs in itertools.pairwise(widths):
            linear = Linear(inputs, outputs)
            nn.init.normal_(linear.weight, std=math.sqrt(2 / inputs))
            layers += [linear, nn.SiLU()]
        self.denoiser = nn.Sequential(*layers, Linear(widths[-1], self.data))
        self.register_buffer("mean", torch.zeros(1))
        self.register_buffer("scale", torch.ones(1))
        self.register_buffer("frequencies", math.pi * torch.arange(1, FREQUENCIES + 1))

    @property
    def generating_network(self) -> nn.Module:
        return self.denoiser

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"denoiser": ("denoiser",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("denoiser"),)),)

    def averaging(self) -> Averaging | None:
        decay = self.settings.ema_decay
        return None if decay is None else Averaging(decay, ("denoiser",))

    def fit(self, data: Tensor) -> None:
        """One mean and one scale of all coordinates, so that what is mixed with noise is of its size."""
        values = data.double() / 255 if data.dtype == torch.uint8 else data.double()
        self.mean.fill_(float(values.mean()))
        self.scale.fill_(float(values.std()))

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {"time": Noise("uniform", (1,)), "mixed": Noise("normal", (self.data,))}

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        signal, size = self.mixture(noise["time"])
        # buffers have shape (1,), or (S, 1) with a seed axis: one more axis lets them broadcast against (S, B, D)
        clean = (x - self.mean.unsqueeze(-1)) / self.scale.unsqueeze(-1)
        mixed = signal * clean + size * noise["mixed"]
        wanted = signal * noise["mixed"] - size * clean
        loss = (self.velocity(mixed, noise["time"]) - wanted).square().mean((-1, -2))
        return loss, {"squared_error": loss.detach()}

    def mixture(self, time: Tensor) -> tuple[Tensor, Tensor]:
        """α and σ at times in [0, 1], of their shape."""
        return (0.5 * math.pi * time).cos(), (0.5 * math.pi * time).sin()

    def velocity(self, mixed: Tensor, time: Tensor) -> Tensor:
        """The network's estimate of v, shape (n, D), at times of shape (n, 1)."""
        angles = time * self.frequencies.unsqueeze(-2)
        return self.denoiser(torch.cat([mixed, angles.sin(), angles.cos()], dim=-1))

    def sample_spec(self) -> dict[str, Noise]:
        return {"latent": Noise("normal", (self.data,))}

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        mixed = noise["latent"]
        times = torch.linspace(1, 0, self.settings.steps + 1, device=mixed.device, dtype=mixed.dtype)
        for now, then in itertools.pairwise(times):
            time = now.expand(len(mixed), 1)
            v = self.velocity(mixed, time)
            signal, size = self.mixture(time)
            clean, noisy = signal * mixed - size * v, size * mixed + signal * v
            signal, size = self.mixture(then.expand(len(mixed), 1))
            mixed = signal * clean + size * noisy
        drawn = self.mean + self.scale * mixed
        return drawn.clamp(0, 1) if self.pixels else drawn


PLUGIN = Plugin(name="diffusion", model=Diffusion)
