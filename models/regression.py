r"""Regression of data from noise: the generator of a GAN, trained without a discriminator.

A decoder G is fed with noise z that has nothing to do with the datum x, and its output is compared with it element by element:

.. math:: L(G) = E_{x, z} \lVert x - G(z) \rVert_2^2 \qquad \text{or} \qquad E_{x, z} \lVert x - G(z) \rVert_1 .

Since x and z are independent, the best G is constant: the mean of the data under the squared error, under the absolute error the
median of each element (the best constant predictors). That is what becomes of a generator whose samples are compared with training
examples one by one; it stands beside models that know which code belongs to which datum, or judge samples by a discriminator.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from torch import Tensor, nn

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks

ErrorName = Literal["squared", "absolute"]
ERRORS: dict[ErrorName, Callable[[Tensor], Tensor]] = {"squared": Tensor.square, "absolute": Tensor.abs}


class Regression(GenerativeModel):
    """A decoder that regresses data on independent noise."""

    class Settings(base.Settings):
        """The error, and Adam's step size and moment decay rates."""

        error: ErrorName = "squared"
        learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999

    title = "regression"
    stacked = True

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.decoder = networks.decoder()

    @classmethod
    def describe(cls, settings: Settings) -> str:
        return f"{cls.title} ({settings.error} error)"

    @property
    def generating_network(self) -> nn.Module:
        return self.decoder

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"decoder": ("decoder",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("decoder"),)),)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return self.sample_spec()

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        error = ERRORS[self.settings.error](x - self.decoder(noise["latent"]))
        loss = error.sum(-1).mean(-1)
        return loss, {f"{self.settings.error}_error": loss.detach()}

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decoder(noise["latent"])
