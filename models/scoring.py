r"""Models with a discriminator on data: what its score means.

A discriminator gives each x one real number, its score; the larger, the more like data. What it is trained on are two
element-wise terms, a(v) for data and b(v) for negatives, whose means over P and Q are added. At a point the loss is least where

.. math:: p\, a'(v) + q\, b'(v) = 0, \qquad\text{so a score v says}\qquad D = \frac{p}{p + q} = \frac{b'(v)}{b'(v) - a'(v)} .

For the GAN's own loss that is the sigmoid, D = 1 / (1 + e⁻ᵛ), and the statement is Goodfellow et al. (2014), proposition 1; for
least squares D is the score itself, for an f-divergence D = u / (1 + u) with u = (f')⁻¹(g_f(v)). Total variation has a = −b
everywhere: its score says which of p and q is larger and not by how much.
"""

from __future__ import annotations

from abc import abstractmethod

import torch
from torch import Tensor, nn

from models.base import GenerativeModel


class ScoringModel(GenerativeModel):
    """A model whose submodule ``discriminator`` scores data, (B, D) → (B, 1)."""

    discriminator: nn.Module

    @property
    @abstractmethod
    def threshold(self) -> float:
        """The score at which data and negatives are judged equally likely."""

    @abstractmethod
    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        """Loss of the discriminator in nats, from scores of shape (B,) each; shape ()."""

    def score(self, x: Tensor) -> Tensor:
        """The discriminator's score before its output activation, (B, D) → (B,); larger means more like data."""
        return self.discriminator(x).squeeze(-1)

    def taken_for_data(self, score: Tensor) -> Tensor:
        """Whether an example with this score is taken for data rather than for a negative; element-wise."""
        return score > self.threshold

    def squared_slope(self, x: Tensor) -> Tensor:
        """‖∇_x T(x)‖² at each example, (B, D) → (B,)."""
        # torch.func.grad, since autograd.grad cannot be mapped over seeds
        slope = torch.func.grad(lambda points: self.score(points).sum())(x)
        return slope.square().sum(-1)

    def probability(self, scores: Tensor) -> Tensor:
        """D = p / (p + q), in [0, 1], for which scores of shape (n,) would be optimal; best in float64.

        Raises:
            ValueError: the loss does not say (total variation).
        """
        slopes = torch.func.grad(self.discriminator_loss, argnums=(0, 1))
        some = torch.linspace(-3, 3, 7, dtype=torch.float64)
        real, fake = slopes(some, some)
        if torch.equal(real, -fake):
            raise ValueError(
                "this loss says which of data and negatives is likelier, not by how much: no D = p / (p + q)"
            )
        real, fake = slopes(scores, scores)
        # a slope of the wrong sign belongs to a score beyond what is optimal for any p and q
        return 1 / (1 + (-real).clamp_min(0) / fake.clamp_min(0))
