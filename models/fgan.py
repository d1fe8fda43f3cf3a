r"""f-GAN: a GAN for any f-divergence.

Nowozin, Cseke and Tomioka, *f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization*,
NeurIPS 2016. With the critic T = g_f(V) (``models.divergences``) the game is

.. math:: \min_G \max_T F(G, T) = E_{x \sim P}\, g_f(V(x)) - E_{z}\, f^*(g_f(V(G(z))))

(their eq. 7). The discriminator descends on −F. The generator's objective is a setting without a default:

* ``exact``: descend on F, that is on −E f*(g_f(V(G(z))));
* ``heuristic``: descend on −E g_f(V(G(z))), the counterpart of the non-saturating loss (their section 3.2).

Discriminator and generator alternate as in the GAN (``models.gan``), each on fresh noise; the paper's single-step method, which
moves both at once, is a phase with ``simultaneous = True``.

With Jensen–Shannon, ``exact`` is the saturating GAN and ``heuristic`` the non-saturating one up to a constant (D = sigmoid V,
value shifted by log 4): the same training run under another name, to be counted once.
"""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from models.divergences import DIVERGENCES
from models.gan import AdversarialModel
from models.networks import Networks

DivergenceName = Literal["kl", "reverse-kl", "pearson", "squared-hellinger", "jensen-shannon"]


class FGAN(AdversarialModel):
    """f-GAN with any row of the divergence table."""

    class Settings(AdversarialModel.Settings):
        """As for every adversarial model, the divergence and the generator's objective (both must be named)."""

        divergence: DivergenceName
        generator_objective: Literal["exact", "heuristic"]

    title = "f-GAN"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)
        self.divergence = DIVERGENCES[settings.divergence]

    @classmethod
    def describe(cls, settings: Settings) -> str:
        suffix = "" if settings.generator_objective == "exact" else ", heuristic"
        return f"f-GAN ({DIVERGENCES[settings.divergence].short}{suffix})"

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.divergence.composed(fake).mean(-1) - self.divergence.activation(real).mean(-1)

    def generator_loss(self, fake: Tensor) -> Tensor:
        if self.settings.generator_objective == "exact":
            return -self.divergence.composed(fake).mean(-1)
        return -self.divergence.activation(fake).mean(-1)
