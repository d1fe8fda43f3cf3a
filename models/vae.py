r"""Variational autoencoder (VAE).

Kingma and Welling, *Auto-Encoding Variational Bayes*, ICLR 2014. Prior p(z) = N(0, I), likelihood
p(x | z) = N(x; g(z), s² I), posterior q(z | x) = N(z; μ(x), diag σ²(x)). The loss is the negative evidence lower bound,

.. math:: -\mathrm{ELBO}(x) = -E_{q(z|x)} \log p(x \mid z) + \mathrm{KL}(q(z \mid x) \,\|\, p(z)),

in nats per example (their eq. 3), with one reparametrised draw z = μ + σ ε (their eq. 4), the Gaussian KL in closed form
(their appendix B), :math:`\tfrac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)`, and

.. math:: -\log p(x \mid z) = \frac{\lVert x - g(z) \rVert^2}{2 s^2} + \frac{D}{2} \log (2 \pi s^2).

The likelihood's scale s decides how the two terms weigh. It is either fixed, or one learned scalar for all dimensions
(σ-VAE; Rybkin, Daniilidis and Levine, ICML 2021, eq. 5).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks


class VAE(GenerativeModel):
    """VAE with Gaussian posterior and Gaussian likelihood."""

    class Settings(base.Settings):
        """Scale ``s`` of the likelihood: fixed at ``scale``, or learned from there; and Adam's settings.

        ``scale`` is in the data's unit (pixels: [0, 1]).
        """

        likelihood: Literal["gaussian-fixed", "gaussian-learned"] = "gaussian-learned"
        scale: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
        learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999

    title = "VAE"
    stacked = True
    has_codes = True
    observations = ("mean", "draw")

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.decoder = networks.decoder()
        self.encoder = networks.encoder(2 * networks.latent)
        log_scale = torch.full((1,), math.log(settings.scale))
        if settings.likelihood == "gaussian-learned":
            self.log_scale = nn.Parameter(log_scale)
        else:
            self.register_buffer("log_scale", log_scale)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        return {"gaussian-fixed": "VAE (fixed scale)", "gaussian-learned": "VAE (learned scale)"}[settings.likelihood]

    @property
    def generating_network(self) -> nn.Module:
        return self.decoder

    def players(self) -> dict[Player, tuple[str, ...]]:
        learned = self.settings.likelihood == "gaussian-learned"
        return {"vae": ("encoder", "decoder", "log_scale") if learned else ("encoder", "decoder")}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("vae"),)),)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {"posterior": Noise("normal", (self.latent,))}

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        mean, log_variance = self.posterior(x)
        code = mean + (0.5 * log_variance).exp() * noise["posterior"]
        squared_error = (x - self.decoder(code)).square().sum(-1)
        # log_scale has shape (1,), or (S, 1) with a seed axis: it broadcasts against the batch axis
        reconstruction = (
            0.5 * squared_error * (-2 * self.log_scale).exp()
            + self.data * (self.log_scale + 0.5 * math.log(2 * math.pi))
        ).mean(-1)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1).mean(-1)
        scalars = {
            "reconstruction_nats": reconstruction.detach(),
            "kl_nats": kl.detach(),
            "likelihood_scale": self.log_scale.detach().exp().squeeze(-1),
        }
        return reconstruction + kl, scalars

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z | x), each of shape (n, z), for x of shape (n, D)."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return mean, log_variance

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        mean = self.decoder(noise["latent"])
        if "observation" not in noise:
            return mean
        return mean + self.log_scale.exp() * noise["observation"]

    def sample_spec(self) -> dict[str, Noise]:
        return {**super().sample_spec(), "observation": Noise("normal", (self.data,))}

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        mean, log_variance = self.posterior(x)
        if "posterior" not in noise:
            return mean
        return mean + (0.5 * log_variance).exp() * noise["posterior"]
