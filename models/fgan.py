r"""f-GAN: a GAN for any f-divergence.

Nowozin, Cseke and Tomioka, *f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization*,
NeurIPS 2016. With the critic T = g_f(V) (``models.divergences``) the game is

.. math:: \min_G \max_T F(G, T) = E_{x \sim P}\, g_f(V(x)) - E_{z}\, f^*(g_f(V(G(z))))

(their eq. 7). The discriminator descends on −F. The generator's objective is a setting without a default:

* ``exact``: descend on F, that is on −E f*(g_f(V(G(z))));
* ``heuristic``: descend on −E g_f(V(G(z))), the counterpart of the non-saturating loss (their section 3.2).

Discriminator and generator alternate as in the GAN (``models.gan``), each on fresh noise; with ``single-step`` both move at once,
as in the paper's algorithm 1 (which takes one batch of noise for both, and plain gradient steps).

With Jensen–Shannon, ``exact`` is the saturating GAN and ``heuristic`` the non-saturating one up to a constant (D = sigmoid V,
value shifted by log 4): the same training run under another name, to be counted once. So is the row "gan".
"""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator
from torch import Tensor

from models.divergences import divergence_named
from models.gan import AdversarialModel
from models.networks import Networks

DivergenceName = Literal[
    "total-variation", "kl", "reverse-kl", "pearson", "neyman", "squared-hellinger", "jeffrey", "jensen-shannon",
    "weighted-jensen-shannon", "gan", "alpha",
]  # fmt: skip


class FGAN(AdversarialModel):
    """f-GAN with any row of the divergence table."""

    class Settings(AdversarialModel.Settings):
        """As for every adversarial model, the divergence and the generator's objective (both must be named).

        ``parameter`` is π of the weighted Jensen–Shannon divergence or α of the α-divergence; the others have none.
        """

        divergence: DivergenceName
        generator_objective: Literal["exact", "heuristic"]
        parameter: float | None = None

        @model_validator(mode="after")
        def _check_parameter(self) -> FGAN.Settings:
            divergence_named(self.divergence, self.parameter)
            return self

    title = "f-GAN"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)
        self.divergence = divergence_named(settings.divergence, settings.parameter)

    @classmethod
    def describe(cls, settings: Settings) -> str:
        suffix = "" if settings.generator_objective == "exact" else ", heuristic"
        short = divergence_named(settings.divergence, settings.parameter).short
        return f"f-GAN ({short}{suffix}{settings.additions()})"

    @property
    def threshold(self) -> float:
        return self.divergence.score_threshold

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.divergence.composed(fake).mean(-1) - self.divergence.activation(real).mean(-1)

    def generator_loss(self, fake: Tensor) -> Tensor:
        if self.settings.generator_objective == "exact":
            return -self.divergence.composed(fake).mean(-1)
        return -self.divergence.activation(fake).mean(-1)
