r"""Generative adversarial network (GAN).

Goodfellow et al., *Generative Adversarial Nets*, NeurIPS 2014. Generator G and discriminator D = sigmoid(score) play

.. math:: \min_G \max_D V(D, G) = E_x \log D(x) + E_z \log (1 - D(G(z)))

(their eq. 1). At the optimal D the value is 2 JSD(data ‖ model) − log 4 nats (their theorem 1). The discriminator descends
on −V. The generator descends either on the second term, E log(1 − D(G(z))) (``saturating``, the game as stated), or on
−E log D(G(z)) (``non-saturating``, their section 3). With scores t: log D = −softplus(−t), log(1 − D) = −softplus(t).

A cycle is k discriminator updates and one generator update (their algorithm 1); both draw fresh noise.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks


class AdversarialModel(GenerativeModel):
    """What adversarial models share: two players, k discriminator updates for one of the generator, samples G(z).

    A subclass writes the two losses as functions of the discriminator's scores.
    """

    class Settings(base.Settings):
        """k, and Adam's settings of both players."""

        discriminator_steps: Annotated[int, Field(ge=1, le=1000)] = 1
        generator_learning_rate: base.LearningRate = 1e-3
        discriminator_learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.5
        beta2: base.Beta = 0.999

    stacked = True
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.generator = networks.decoder()
        self.discriminator = networks.encoder(1)

    @property
    def generating_network(self) -> nn.Module:
        return self.generator

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"discriminator": ("discriminator",), "generator": ("generator",)}

    def optimiser(self, player: Player) -> Optimiser:
        rates = {
            "generator": self.settings.generator_learning_rate,
            "discriminator": self.settings.discriminator_learning_rate,
        }
        return Optimiser(rates[player], (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("discriminator", self.settings.discriminator_steps), Step("generator"))),)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {"latent": Noise("normal", (self.latent,))}

    def uses_data(self, objective: Objective) -> bool:
        return objective == "discriminator"

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        if objective == "generator":
            loss = self.generator_loss(self.score(self.generator(noise["latent"])))
            return loss, {"generator_loss": loss.detach()}
        assert x is not None
        with torch.no_grad():
            fake = self.generator(noise["latent"])
        # rows are scored independently of each other, so real and fake can go through in one pass, which is faster
        real_score, fake_score = self.score(torch.cat([x, fake], dim=-2)).chunk(2, dim=-1)
        loss = self.discriminator_loss(real_score, fake_score)
        return loss, {"discriminator_loss": loss.detach()}

    def score(self, x: Tensor) -> Tensor:
        """The discriminator's score before its output activation, (B, D) → (B,); larger means more like data."""
        return self.discriminator(x).squeeze(-1)

    @abstractmethod
    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Loss of the discriminator in nats, from scores of shape (B,) each; shape ()."""

    @abstractmethod
    def generator_loss(self, fake: Tensor) -> Tensor:
        """Loss of the generator in nats, from scores of shape (B,); shape ()."""

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.generator(noise["latent"])


class GAN(AdversarialModel):
    """The GAN of 2014 with either of its generator losses."""

    class Settings(AdversarialModel.Settings):
        """As for every adversarial model, and the generator's loss."""

        generator_loss: Literal["saturating", "non-saturating"] = "non-saturating"

    title = "GAN"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        steps = f", k = {settings.discriminator_steps}" if settings.discriminator_steps != 1 else ""
        return f"GAN ({settings.generator_loss}{steps})"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return F.softplus(-real).mean(-1) + F.softplus(fake).mean(-1)

    def generator_loss(self, fake: Tensor) -> Tensor:
        if self.settings.generator_loss == "saturating":
            return -F.softplus(fake).mean(-1)
        return F.softplus(-fake).mean(-1)
