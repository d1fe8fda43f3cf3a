r"""Variational autoencoder (VAE).

Kingma and Welling, *Auto-Encoding Variational Bayes*, ICLR 2014. Prior p(z) = N(0, I), posterior
q(z | x) = N(z; μ(x), diag σ²(x)). The loss is the negative evidence lower bound,

.. math:: -\mathrm{ELBO}(x) = -E_{q(z|x)} \log p(x \mid z) + \beta\, \mathrm{KL}(q(z \mid x) \,\|\, p(z)),

in nats per example (their eq. 3; the weight β other than 1 is the β-VAE of Higgins et al., ICLR 2017, eq. 4, and no longer a
bound), with one reparametrised draw z = μ + σ ε (their eq. 4) and the Gaussian KL in closed form (their appendix B),
:math:`\tfrac12 \sum_j (\mu_j^2 + \sigma_j^2 - 1 - \log \sigma_j^2)`. The likelihood is one of three:

* ``gaussian-fixed``: p(x | z) = N(x; g(z), s² I) with fixed s;
* ``gaussian-learned``: the same, s one learned scalar for all dimensions (σ-VAE; Rybkin et al., ICML 2021, eq. 5);
* ``bernoulli``: log p(x | z) = Σ x log g(z) + (1 − x) log (1 − g(z)) (their appendix C.1), for pixels in [0, 1]. On grey values
  it is not normalised (Loaiza-Ganem and Cunningham, *The Continuous Bernoulli*, NeurIPS 2019): its bound is not one on a density.

For the Gaussians :math:`-\log p(x \mid z) = \lVert x - g(z) \rVert^2 / (2 s^2) + \tfrac{D}{2} \log (2 \pi s^2)`: s, like β, decides
how the two terms weigh.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, Literal

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional as F

from models import base
from models.base import GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks

LOG_2PI = math.log(2 * math.pi)


class VAE(GenerativeModel):
    """VAE with Gaussian posterior.

    Raises:
        ValueError: a Bernoulli likelihood for data that are not pixels.
    """

    class Settings(base.Settings):
        """The likelihood, the KL term's weight β, and Adam's settings.

        ``scale`` is the Gaussian likelihood's s, in the data's unit (pixels: [0, 1]): fixed, or where learning begins.
        """

        likelihood: Literal["gaussian-fixed", "gaussian-learned", "bernoulli"] = "gaussian-learned"
        scale: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 1.0
        kl_weight: Annotated[float, Field(ge=0, le=1000, allow_inf_nan=False)] = 1.0
        learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999

    title = "VAE"
    stacked = True
    has_codes = True
    has_posterior = True
    samplers = ("prior", "gaussian", "gmm")
    observations = ("mean", "draw")

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        if settings.likelihood == "bernoulli" and networks.output != "sigmoid":
            raise ValueError("likelihood 'bernoulli' needs pixels in [0, 1]; on coordinates use a Gaussian one")
        self.decoder = networks.decoder()
        self.encoder = networks.encoder(2 * networks.latent)
        log_scale = torch.full((1,), math.log(settings.scale))
        if settings.likelihood == "gaussian-learned":
            self.log_scale = nn.Parameter(log_scale)
        else:
            self.register_buffer("log_scale", log_scale)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        likelihood = {"gaussian-fixed": "fixed scale", "gaussian-learned": "learned scale", "bernoulli": "Bernoulli"}
        weight = f", β = {settings.kl_weight:g}" if settings.kl_weight != 1 else ""
        return f"VAE ({likelihood[settings.likelihood]}{weight})"

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
        reconstruction = -self.log_likelihood(x, code).mean(-1)
        kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(-1).mean(-1)
        scalars = {"reconstruction_nats": reconstruction.detach(), "kl_nats": kl.detach()}
        if self.settings.likelihood != "bernoulli":
            scalars["likelihood_scale"] = self.log_scale.detach().exp().squeeze(-1)
        return reconstruction + self.settings.kl_weight * kl, scalars

    def log_likelihood(self, x: Tensor, code: Tensor) -> Tensor:
        """log p(x | z) in nats, shape (n,), for x of shape (n, D) and codes of shape (n, z)."""
        mean = self.decoder(code)
        if self.settings.likelihood == "bernoulli":
            # PyTorch bounds either logarithm by −100, so a saturated pixel stays finite; it refuses NaN, which must come out as NaN
            terms = F.binary_cross_entropy(mean.nan_to_num(0.5), x, reduction="none")
            return -torch.where(mean.isnan(), mean, terms).sum(-1)
        # log_scale has shape (1,), or (S, 1) with a seed axis: it broadcasts against the batch axis
        squared_error = (x - mean).square().sum(-1)
        return -0.5 * squared_error * (-2 * self.log_scale).exp() - self.data * (self.log_scale + 0.5 * LOG_2PI)

    def posterior(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance of q(z | x), each of shape (n, z), for x of shape (n, D)."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return mean, log_variance

    def log_weight(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """log p(x, z) − log q(z | x) at one posterior draw per example, in nats, shape (n,).

        Its expectation is the ELBO (with β = 1 whatever the training's weight); the log of the mean of the weights over k draws has
        the importance-weighted bound as its expectation (Burda, Grosse and Salakhutdinov, ICLR 2016, eq. 8).

        Args:
            x: shape (n, D).
            noise: ``posterior``: N(0, 1), shape (n, z).
        """
        mean, log_variance = self.posterior(x)
        drawn = noise["posterior"]
        code = mean + (0.5 * log_variance).exp() * drawn
        log_prior = -0.5 * (code.square() + LOG_2PI).sum(-1)
        log_posterior = -0.5 * (drawn.square() + log_variance + LOG_2PI).sum(-1)
        return self.log_likelihood(x, code) + log_prior - log_posterior

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.decode(noise["latent"], noise)

    def sample_spec(self) -> dict[str, Noise]:
        kind: Literal["normal", "uniform"] = "uniform" if self.settings.likelihood == "bernoulli" else "normal"
        return {**super().sample_spec(), "observation": Noise(kind, (self.data,))}

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        mean, log_variance = self.posterior(x)
        if "posterior" not in noise:
            return mean
        return mean + (0.5 * log_variance).exp() * noise["posterior"]

    def decode(self, codes: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        mean = self.decoder(codes)
        if "observation" not in noise:
            return mean
        if self.settings.likelihood == "bernoulli":
            return (noise["observation"] < mean).to(mean.dtype)
        return mean + self.log_scale.exp() * noise["observation"]
