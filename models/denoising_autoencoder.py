r"""Denoising autoencoder (DAE).

An autoencoder that sees a corrupted input and is compared with the clean one (Vincent et al., ICML 2008, eq. 5):

.. math:: L(f, g) = E_{x} E_{\tilde x \sim C(\tilde x \mid x)} \lVert x - g(f(\tilde x)) \rVert_2^2.

The corruption C is one of three (Vincent et al., *Stacked Denoising Autoencoders*, JMLR 2010, section 3.3):

* ``gaussian``: additive noise, :math:`\tilde x = x + \sigma \varepsilon`, not clipped;
* ``masking``: each element is set to 0 with probability ν;
* ``salt-and-pepper``: each pixel is set to 0 or to 1, with probability ν / 2 each.

Codes and reconstructions are taken from clean inputs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field
from torch import Tensor

from models.autoencoder import ERROR_TITLES, Autoencoder
from models.base import Noise, Objective
from models.networks import Networks


class DenoisingAutoencoder(Autoencoder):
    """Autoencoder trained on corrupted inputs.

    Raises:
        ValueError: salt-and-pepper noise on data that are not pixels.
    """

    class Settings(Autoencoder.Settings):
        """As the AE's, and the corruption.

        ``noise_scale`` is σ of Gaussian noise in the data's unit (pixels: [0, 1]); ``corrupted_share`` is ν of the other two.
        """

        corruption: Literal["gaussian", "masking", "salt-and-pepper"] = "gaussian"
        noise_scale: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] = 0.3
        corrupted_share: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] = 0.25

    title = "DAE"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)
        if settings.corruption == "salt-and-pepper" and networks.output != "sigmoid":
            raise ValueError(
                "corruption 'salt-and-pepper' needs pixels in [0, 1]; on coordinates use gaussian or masking"
            )

    @classmethod
    def describe(cls, settings: Any) -> str:
        kinds = {"gaussian": "DAE", "masking": "DAE (masking)", "salt-and-pepper": "DAE (salt and pepper)"}
        return f"{kinds[settings.corruption]}{ERROR_TITLES[settings.error]}"

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        kind: Literal["normal", "uniform"] = "normal" if self.settings.corruption == "gaussian" else "uniform"
        return {"corruption": Noise(kind, (self.data,))}

    def corrupt(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        drawn, share = noise["corruption"], self.settings.corrupted_share
        if self.settings.corruption == "gaussian":
            return x + self.settings.noise_scale * drawn
        if self.settings.corruption == "masking":
            return x * (drawn >= share)
        # of the corrupted pixels, those with the smaller draws become 1, the others 0
        return (x * (drawn >= share)).masked_fill(drawn < share / 2, 1.0)
