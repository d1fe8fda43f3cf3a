"""Wasserstein GAN with gradient penalty (Gulrajani et al., *Improved Training of Wasserstein GANs*, NeurIPS 2017, Algorithm 1).

The critic's loss is the mean score of samples minus that of data, plus λ times the mean of (‖∇ critic‖ − 1)² at points on the lines
between pairs of one example and one sample; the generator's is minus the mean score of samples. The settings are the
paper's: λ = 10, five critic updates for one of the generator, Adam with β = (0, 0.9) and a step size of 1e-4 (it trains for a
hundred times as many updates as this suite's budget has; the second arm has the suite's own step size, 1e-3).

Run it beside the suite's models: ``python run_bench.py --all --plugin examples/wgan_gp.py``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import torch
from pydantic import Field
from torch import Tensor, nn

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks
from models.plugin import Plugin


class WGANGP(GenerativeModel):
    """Critic and generator are the suite's matched encoder and decoder; the critic has no normalisation, as the paper asks."""

    class Settings(base.Settings):
        """Weight λ of the penalty, critic updates for one of the generator, and Adam's settings."""

        penalty: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] = 10.0
        critic_steps: Annotated[int, Field(ge=1, le=1000)] = 5
        learning_rate: base.LearningRate = 1e-4
        beta1: base.Beta = 0.0
        beta2: base.Beta = 0.9

    title = "WGAN-GP"
    stacked = True

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.generator = networks.decoder()
        self.critic = networks.encoder(1)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        return f"{cls.title} (step {settings.learning_rate:g})"

    @property
    def generating_network(self) -> nn.Module:
        return self.generator

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"critic": ("critic",), "generator": ("generator",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("critic", self.settings.critic_steps), Step("generator"))),)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        mixing = {"mixing": Noise("uniform", (1,))} if objective == "critic" else {}
        return {**self.sample_spec(), **mixing}

    def uses_data(self, objective: Objective) -> bool:
        return objective == "critic"

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        if objective == "generator":
            loss = -self.score(self.generator(noise["latent"])).mean(-1)
            return loss, {"generator_loss": loss.detach()}
        assert x is not None
        with torch.no_grad():
            fake = self.generator(noise["latent"])
        between = fake + noise["mixing"] * (x - fake)
        distance = self.score(x).mean(-1) - self.score(fake).mean(-1)
        penalty = (self.slope(between) - 1).square().mean(-1)
        loss = self.settings.penalty * penalty - distance
        return loss, {"wasserstein_estimate": distance.detach(), "gradient_penalty": penalty.detach()}

    def score(self, x: Tensor) -> Tensor:
        """The critic's scores of examples, shape (n,)."""
        return self.critic(x).squeeze(-1)

    def slope(self, x: Tensor) -> Tensor:
        """Norm of the score's gradient at each example, shape (n,)."""
        # torch.func.grad, since autograd.grad cannot be mapped over seeds
        gradient = torch.func.grad(lambda points: self.score(points).sum())(x)
        return (gradient.square().sum(-1) + 1e-12).sqrt()

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.generator(noise["latent"])


PLUGIN = Plugin(name="wgan-gp", model=WGANGP, arms=({}, {"learning_rate": 1e-3}))
