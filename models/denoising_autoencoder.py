r"""Denoising autoencoder (DAE).

An autoencoder that sees a corrupted input and is compared with the clean one (Vincent et al., ICML 2008, eq. 5):

.. math:: L(f, g) = E_{x} E_{\tilde x \sim C(\tilde x \mid x)} \lVert x - g(f(\tilde x)) \rVert_2^2.

Corruption here is additive Gaussian noise, :math:`\tilde x = x + \sigma \varepsilon`, not clipped. Codes and
reconstructions are taken from clean inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field
from torch import Tensor

from models.autoencoder import Autoencoder
from models.base import Noise, Objective
from models.networks import Networks


class DenoisingAutoencoder(Autoencoder):
    """Autoencoder trained on inputs with Gaussian noise."""

    class Settings(Autoencoder.Settings):
        """As the AE's, and the corruption's standard deviation σ in the data's unit (pixels: [0, 1])."""

        noise_scale: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 0.3

    title = "DAE"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {"corruption": Noise("normal", (self.data,))}

    def corrupt(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        return x + self.settings.noise_scale * noise["corruption"]
