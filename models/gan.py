r"""Generative adversarial network (GAN).

Goodfellow et al., *Generative Adversarial Nets*, NeurIPS 2014. Generator G and discriminator D = sigmoid(T), T its score, play

.. math:: \min_G \max_D V(D, G) = E_x \log D(x) + E_z \log (1 - D(G(z)))

(their eq. 1). At the optimal D the value is 2 JSD(data ‖ model) − log 4 nats (their theorem 1). Four losses, T real and T' fake:

* ``saturating``: the game as stated. D descends on −V, G on E log(1 − D(G(z))); log D = −softplus(−T), log(1 − D) = −softplus(T);
* ``non-saturating``: the same D; G descends on −E log D(G(z)) (their section 3);
* ``least-squares``: D descends on ½ E (T − 1)² + ½ E T'², G on ½ E (T' − 1)² (LSGAN; Mao et al., ICCV 2017, eq. 9);
* ``hinge``: D descends on E max(0, 1 − T) + E max(0, 1 + T'), G on −E T' (Lim and Ye, *Geometric GAN*, 2017).

A cycle is k discriminator updates and one generator update (Goodfellow et al., algorithm 1); both draw fresh noise.

Stabilisers are settings of every adversarial model, all off by default:

* R1, the penalty γ/2 E ‖∇_x T(x)‖² on data (Mescheder, Geiger and Nowozin, ICML 2018, eq. 9);
* a moving average of the generator's weights (Yazıcı et al., ICLR 2019), kept beside the last iterate;
* batch or group normalisation in the generator other than the matched networks' own, and in the discriminator;
* Adam's betas.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from models import base
from models.base import Averaging, GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks, Norm


class AdversarialModel(GenerativeModel):
    """What adversarial models share: two players, k discriminator updates for one of the generator, samples G(z).

    A subclass writes the two losses as functions of the discriminator's scores.
    """

    class Settings(base.Settings):
        """k, Adam's settings of both players, and the stabilisers.

        ``r1_weight`` is γ; ``ema_decay`` the decay of the average, None for none; ``generator_norm`` None for the matched
        networks' own.
        """

        discriminator_steps: Annotated[int, Field(ge=1, le=1000)] = 1
        generator_learning_rate: base.LearningRate = 1e-3
        discriminator_learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.5
        beta2: base.Beta = 0.999
        r1_weight: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
        ema_decay: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
        generator_norm: Norm | None = None
        discriminator_norm: Norm = "none"

        @model_validator(mode="after")
        def _check_penalty(self) -> AdversarialModel.Settings:
            if self.r1_weight and self.discriminator_norm == "batch":
                raise ValueError(
                    "r1_weight needs a score of each example alone; discriminator_norm 'batch' mixes the batch"
                )
            return self

        def additions(self) -> str:
            """What differs from the vanilla model, as a suffix for its name."""
            betas = {name: type(self).model_fields[name].default for name in ("beta1", "beta2")}
            parts = [
                f"k = {self.discriminator_steps}" if self.discriminator_steps != 1 else "",
                *(f"{name} {getattr(self, name):g}" for name, usual in betas.items() if getattr(self, name) != usual),
                f"R1 {self.r1_weight:g}" if self.r1_weight else "",
                f"average {self.ema_decay:g}" if self.ema_decay is not None else "",
                f"G {self.generator_norm} norm" if self.generator_norm is not None else "",
                f"D {self.discriminator_norm} norm" if self.discriminator_norm != "none" else "",
            ]
            return "".join(f", {part}" for part in parts if part)

    stacked = True
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.generator = networks.decoder(settings.generator_norm)
        self.discriminator = networks.encoder(1, settings.discriminator_norm)

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

    def averaging(self) -> Averaging | None:
        decay = self.settings.ema_decay
        return None if decay is None else Averaging(decay, ("generator",))

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
        if self.settings.discriminator_norm == "batch":
            # statistics of real and of fake batches apart, as the generator's step has fakes alone
            real_score, fake_score = self.score(x), self.score(fake)
        else:
            # rows are scored independently of each other, so real and fake can go through in one pass, which is faster
            real_score, fake_score = self.score(torch.cat([x, fake], dim=-2)).chunk(2, dim=-1)
        loss = self.discriminator_loss(real_score, fake_score)
        scalars = {"discriminator_loss": loss.detach()}
        if self.settings.r1_weight:
            penalty = 0.5 * self.settings.r1_weight * self.squared_slope(x).mean(-1)
            scalars["r1_penalty"] = penalty.detach()
            loss = loss + penalty
        return loss, scalars

    def score(self, x: Tensor) -> Tensor:
        """The discriminator's score before its output activation, (B, D) → (B,); larger means more like data."""
        return self.discriminator(x).squeeze(-1)

    def squared_slope(self, x: Tensor) -> Tensor:
        """‖∇_x T(x)‖² at each example, (B, D) → (B,)."""
        # torch.func.grad, since autograd.grad cannot be mapped over seeds
        slope = torch.func.grad(lambda points: self.score(points).sum())(x)
        return slope.square().sum(-1)

    @abstractmethod
    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Loss of the discriminator in nats, from scores of shape (B,) each; shape ()."""

    @abstractmethod
    def generator_loss(self, fake: Tensor) -> Tensor:
        """Loss of the generator in nats, from scores of shape (B,); shape ()."""

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.generator(noise["latent"])


@dataclass(frozen=True)
class Loss:
    """A GAN's loss: element-wise terms of the scores, whose means are added.

    Attributes:
        title: its name in tables.
        real: the discriminator's term for data.
        fake: the discriminator's term for samples.
        generator: the generator's term.
    """

    title: str
    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]


LossName = Literal["saturating", "non-saturating", "least-squares", "hinge"]
LOSSES: dict[LossName, Loss] = {
    "saturating": Loss("saturating", lambda t: F.softplus(-t), F.softplus, lambda t: -F.softplus(t)),
    "non-saturating": Loss("non-saturating", lambda t: F.softplus(-t), F.softplus, lambda t: F.softplus(-t)),
    "least-squares": Loss(
        "least squares", lambda t: 0.5 * (t - 1).square(), lambda t: 0.5 * t.square(), lambda t: 0.5 * (t - 1).square()
    ),
    "hinge": Loss("hinge", lambda t: F.relu(1 - t), lambda t: F.relu(1 + t), lambda t: -t),
}


class GAN(AdversarialModel):
    """The GAN of 2014 with either of its generator losses, and its least-squares and hinge successors."""

    class Settings(AdversarialModel.Settings):
        """As for every adversarial model, and the loss."""

        loss: LossName = "non-saturating"

    title = "GAN"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)
        self.loss = LOSSES[settings.loss]

    @classmethod
    def describe(cls, settings: Settings) -> str:
        return f"{cls.title} ({LOSSES[settings.loss].title}{settings.additions()})"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.loss.real(real).mean(-1) + self.loss.fake(fake).mean(-1)

    def generator_loss(self, fake: Tensor) -> Tensor:
        return self.loss.generator(fake).mean(-1)
