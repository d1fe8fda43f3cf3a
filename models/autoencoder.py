r"""Autoencoder (AE).

An encoder f and a decoder g are trained to reproduce their input (Rumelhart, Hinton and Williams 1986; Hinton and
Salakhutdinov, Science 2006):

.. math:: L(f, g) = E_{x} \lVert x - g(f(x)) \rVert_2^2.

The loss is the squared error summed over the D dimensions and averaged over the batch, or, as a setting, the absolute error
:math:`\lVert x - g(f(x)) \rVert_1`. Nothing constrains the codes
f(x), so an AE defines no distribution to sample from: feeding N(0, I) to g is one answer, fitting a density to the
codes of the training data another (``models.latent_prior``); the suite always reports both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import Tensor, nn

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks
from models.regression import ERRORS, ErrorName

ERROR_TITLES: dict[ErrorName, str] = {"squared": "", "absolute": " (absolute error)"}


class Autoencoder(GenerativeModel):
    """Deterministic autoencoder with squared error."""

    class Settings(base.Settings):
        """The error, and Adam's step size and moment decay rates."""

        error: ErrorName = "squared"
        learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999

    title = "AE"
    settings: Settings
    stacked = True
    has_codes = True
    samplers = ("prior", "gaussian", "gmm")

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.decoder = networks.decoder()
        self.encoder = networks.encoder(networks.latent)

    @classmethod
    def describe(cls, settings: Any) -> str:
        return f"{cls.title}{ERROR_TITLES[settings.error]}"

    @property
    def generating_network(self) -> nn.Module:
        return self.decoder

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"autoencoder": ("encoder", "decoder")}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("autoencoder"),)),)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {}

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        error = ERRORS[self.settings.error](x - self.decoder(self.encoder(self.corrupt(x, noise))))
        loss = error.sum(-1).mean(-1)
        return loss, {f"{self.settings.error}_error": loss.detach()}

    def corrupt(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """What the encoder sees of x in training: x itself. Shape (B, D) → (B, D)."""
        return x

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decode(noise["latent"], noise)

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.encoder(x)

    def decode(self, codes: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decoder(codes)
