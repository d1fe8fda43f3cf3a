r"""Regression of data from given codes: a decoder alone, each datum with the code that belongs to it.

.. math:: L(g) = E_{(c, x)} \lVert x - g(c) \rVert_2^2 .

A row of its data is a code of z numbers and then the datum. So the question of which codes a decoder can learn from is put to one
and the same decoder: an encoder's codes, codes at random, the encoder's codes dealt out to the wrong data. It is no generative
model of the data and stands in no comparison of such.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor

from models.base import Noise, Objective, Scalars
from models.regression import ERRORS, Regression


class CodeRegression(Regression):
    """A decoder that regresses data on codes which come with them; x has shape (B, z + D)."""

    title = "decoder"

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return {}

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        error = ERRORS[self.settings.error](x[..., self.latent :] - self.decoder(x[..., : self.latent]))
        loss = error.sum(-1).mean(-1)
        return loss, {f"{self.settings.error}_error": loss.detach()}
