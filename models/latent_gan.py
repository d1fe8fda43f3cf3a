"""Latent GAN: a GAN in the code space of an autoencoder.

The generator has three parts: encoder, latent-space generator and decoder, the latent-space generator a fully connected
network on noise whose outputs are codes that the decoder turns into data. An autoencoder (``models.autoencoder``) is trained first,
with the whole budget of updates; then, with as many generator updates again, a GAN (``models.gan``) whose data are the codes of
the training data. Its decoder is therefore the one that the autoencoder alone would have got: the two differ in where codes
come from.

Codes have whatever scale the autoencoder gave them. Discriminator and generator work on standardised codes (Rombach et al.,
*Latent Diffusion*, CVPR 2022, appendix G, rescale theirs for the same reason); mean and variance are those of a batch
normalisation without parameters, the running ones serve when codes are generated.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from models import base
from models.autoencoder import Autoencoder
from models.base import Averaging, GenerativeModel, Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.gan import GAN, LOSSES
from models.networks import BatchNorm, Networks


class LatentGAN(GenerativeModel):
    """An autoencoder, then a GAN on its codes."""

    class Settings(GAN.Settings):
        """As the GAN's; and the step size of the autoencoder, whose betas are Adam's defaults."""

        learning_rate: base.LearningRate = 1e-3

    title = "latent GAN"
    stacked = True
    has_codes = True

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.autoencoder = Autoencoder(networks, Autoencoder.Settings(learning_rate=settings.learning_rate))
        gan_settings = {name: getattr(settings, name) for name in GAN.Settings.model_fields}
        self.gan = GAN(networks.on_codes(), GAN.Settings(**gan_settings))
        self.standardise = BatchNorm(networks.latent, affine=False)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        usual = settings.loss == cls.Settings.model_fields["loss"].default
        how = ("" if usual else f", {LOSSES[settings.loss].title}") + settings.additions()
        return f"{cls.title} ({how.removeprefix(', ')})" if how else cls.title

    @property
    def generating_network(self) -> nn.Module:
        return self.autoencoder.decoder

    def players(self) -> dict[Player, tuple[str, ...]]:
        own: dict[Player, tuple[str, ...]] = {player: (f"gan.{player}",) for player in self.gan.players()}
        return {"autoencoder": ("autoencoder",), **own}

    def optimiser(self, player: Player) -> Optimiser:
        return (self.autoencoder if player == "autoencoder" else self.gan).optimiser(player)

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("autoencoder"),)), *self.gan.schedule())

    def averaging(self) -> Averaging | None:
        own = self.gan.averaging()
        return None if own is None else Averaging(own.decay, tuple(f"gan.{name}" for name in own.modules))

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {} if objective == "autoencoder" else self.gan.noise_spec(objective)

    def sample_spec(self) -> dict[str, Noise]:
        return self.gan.sample_spec()

    def uses_data(self, objective: Objective) -> bool:
        return objective == "autoencoder" or self.gan.uses_data(objective)

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        if objective == "autoencoder":
            return self.autoencoder(objective, x, noise)
        if x is None:
            return self.gan(objective, None, noise)
        with torch.no_grad():
            codes = self.standardise(self.autoencoder.encoder(x))
        return self.gan(objective, codes, noise)

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        mean, variance = self.standardise.running_mean, self.standardise.running_var
        assert mean is not None and variance is not None
        codes = self.gan.sample(noise) * (variance + self.standardise.eps).sqrt() + mean
        return self.decode(codes, noise)

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.autoencoder.encode(x, noise)

    def decode(self, codes: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return self.autoencoder.decode(codes, noise)
