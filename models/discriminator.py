r"""A discriminator alone: what a discriminator learns from given negatives, and what it makes without a generator.

The discriminator network of the GANs is trained by one player to tell data P from negatives Q. With a row of the table of
f-divergences (``models.divergences``) it ascends on the variational bound

.. math:: F(T) = E_{x \sim P}\, g_f(T(x)) - E_{x \sim Q}\, f^*(g_f(T(x))) \le D_f(P \| Q)

(Nguyen, Wainwright and Jordan 2010; Nowozin et al., NeurIPS 2016, eq. 7). For the row "gan" F is the value V of Goodfellow et al.
(2014), its optimum D* = p / (p + q) and max V = 2 JSD(P ‖ Q) − log 4 (their proposition 1 and theorem 1). Where negatives come from
is a setting:

* ``none``: there are none; the discriminator ascends on the first term alone;
* ``uniform``: uniform noise in the data's box (``models.search.box_of``);
* ``mixture``: a mixture of Gaussians Q with known density;
* ``ascent``: points that the discriminator itself likes best, found from uniform starts by gradient ascent on its present score:
  train, search for argmax T, take what is found as negatives, train again, here anew in every update;
* ``langevin``: the same with Langevin dynamics, as energy-based models draw their negatives (Du and Mordatch, NeurIPS 2019).

Samples are found by the same search on the final score, with more steps. Nothing bounds the score but its negatives: without any it
rises as long as it is trained. R1 (Mescheder, Geiger and Nowozin, ICML 2018) is a setting, off by default.

Against an exact argmax no score does better than a constant. With m = max T and the row "gan", E log σ(T) ≤ log σ(m), so that
F ≤ log σ(m) + log(1 − σ(m)) ≤ −log 4, which T = 0 on the data attains whatever it is elsewhere, as long as it is not above 0. What
boundary such a discriminator draws it owes to the search's being inexact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn

from models import base
from models.base import Noise, Objective, Optimiser, Phase, Player, Scalars, Step
from models.divergences import divergence_named
from models.fgan import DivergenceName
from models.networks import Networks
from models.scoring import ScoringModel
from models.search import ascend, box_of, langevin

Finite = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class KnownMixture(base.Settings):
    """Mixture of K isotropic Gaussians in D dimensions.

    Attributes:
        name: what it is called in tables.
        weights: K mixing weights, positive, sum 1.
        means: K lists of D coordinates.
        scales: K standard deviations, positive.
    """

    name: str
    weights: Annotated[list[Positive], Field(min_length=1)]
    means: list[Annotated[list[Finite], Field(min_length=1)]]
    scales: list[Positive]

    @model_validator(mode="after")
    def _check(self) -> KnownMixture:
        count = len(self.weights)
        if len(self.means) != count or len(self.scales) != count or len({len(mean) for mean in self.means}) > 1:
            raise ValueError(f"a mixture of {count} weights needs {count} means of one length and {count} scales")
        if abs(sum(self.weights) - 1) > 1e-6:
            raise ValueError(f"the weights of a mixture add up to 1, not to {sum(self.weights):g}")
        return self


class Discriminator(ScoringModel):
    """The GANs' discriminator network, trained alone.

    Raises:
        ValueError: the mixture of negatives has another number of dimensions than the data.
    """

    class Settings(base.Settings):
        """The bound, Adam's settings, where negatives come from, and how the score is searched.

        ``parameter`` belongs to the divergence (``models.fgan``), ``mixture`` to the negatives of that name. ``search`` says how
        samples are found; ``mining_steps`` and ``sampling_steps`` are K of the search for negatives and for samples,
        ``search_step`` is ε (``models.search``). With K = 20 and ε = 1 / 20 a search can cross half of the box. ``r1_weight`` is γ.
        """

        divergence: DivergenceName = "gan"
        parameter: float | None = None
        negatives: Literal["none", "uniform", "mixture", "ascent", "langevin"] = "uniform"
        mixture: KnownMixture | None = None
        learning_rate: base.LearningRate = 2e-3
        beta1: base.Beta = 0.9
        beta2: base.Beta = 0.999
        r1_weight: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
        search: Literal["ascent", "langevin"] = "ascent"
        mining_steps: Annotated[int, Field(ge=1, le=10_000)] = 20
        sampling_steps: Annotated[int, Field(ge=1, le=10_000)] = 50
        search_step: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)] = 0.05

        @model_validator(mode="after")
        def _check(self) -> Discriminator.Settings:
            divergence_named(self.divergence, self.parameter)
            if (self.negatives == "mixture") != (self.mixture is not None):
                raise ValueError("a mixture is given where negatives are 'mixture', and nowhere else")
            return self

    title = "discriminator"
    stacked = True
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.divergence = divergence_named(settings.divergence, settings.parameter)
        self.discriminator = networks.encoder(1)
        self.register_buffer("low", torch.zeros(self.data))
        self.register_buffer("high", torch.ones(self.data))
        if settings.mixture is not None:
            dimensions = len(settings.mixture.means[0])
            if dimensions != self.data:
                raise ValueError(f"a mixture in {dimensions} dimensions is no negative for data of {self.data}")
            upper = torch.tensor([*accumulate(settings.mixture.weights)])
            upper[-1] = 1  # whatever rounding made of the sum; a uniform number is below 1
            self.register_buffer("shares", upper)
            self.register_buffer("means", torch.tensor(settings.mixture.means))
            self.register_buffer("scales", torch.tensor(settings.mixture.scales)[:, None])

    low: Tensor
    high: Tensor
    shares: Tensor
    means: Tensor
    scales: Tensor

    @classmethod
    def describe(cls, settings: Settings) -> str:
        row = divergence_named(settings.divergence, settings.parameter).short
        negatives = settings.mixture.name if settings.mixture is not None else settings.negatives
        parts = [
            "" if settings.divergence == "gan" else row,
            f"negatives: {negatives}",
            f"R1 {settings.r1_weight:g}" if settings.r1_weight else "",
            "" if settings.search == "ascent" else f"samples by {settings.search}",
        ]
        return f"{cls.title} ({', '.join(part for part in parts if part)})"

    @property
    def generating_network(self) -> nn.Module:
        """The discriminator itself: it has no other, and its samples are what is found by searching it."""
        return self.discriminator

    @property
    def threshold(self) -> float:
        return self.divergence.score_threshold

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"discriminator": ("discriminator",)}

    def optimiser(self, player: Player) -> Optimiser:
        return Optimiser(self.settings.learning_rate, (self.settings.beta1, self.settings.beta2))

    def schedule(self) -> tuple[Phase, ...]:
        return (Phase((Step("discriminator"),)),)

    def fit(self, data: Tensor) -> None:
        low, high = box_of(data)
        self.low.copy_(low)
        self.high.copy_(high)

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return NEGATIVES[self.settings.negatives].noise(self, self.settings.mining_steps)

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        assert x is not None
        with torch.no_grad():
            negatives = NEGATIVES[self.settings.negatives].draw(self, noise, self.settings.mining_steps)
        if negatives is None:
            loss = -self.divergence.activation(self.score(x)).mean(-1)
        else:
            loss = self.discriminator_loss(*self.score(torch.cat([x, negatives], dim=-2)).chunk(2, dim=-1))
        scalars = {"discriminator_loss": loss.detach()}
        if self.settings.r1_weight:
            penalty = 0.5 * self.settings.r1_weight * self.squared_slope(x).mean(-1)
            scalars["r1_penalty"] = penalty.detach()
            loss = loss + penalty
        return loss, scalars

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.divergence.composed(fake).mean(-1) - self.divergence.activation(real).mean(-1)

    def sample_spec(self) -> dict[str, Noise]:
        """``start``, and for Langevin dynamics ``steps``."""
        return NEGATIVES[self.settings.search].noise(self, self.settings.sampling_steps)

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        """Points found by searching the score from uniform starts, shape (n, D).

        Args:
            noise: as :meth:`sample_spec` declares: ``start`` of shape (n, D), U[0, 1), and for Langevin dynamics ``steps`` of
                shape (n, K, D), N(0, 1).
        """
        found = NEGATIVES[self.settings.search].draw(self, noise, self.settings.sampling_steps)
        assert found is not None
        return found

    @property
    def box(self) -> tuple[Tensor, Tensor]:
        """Lower and upper corner, each of shape (1, D), or (S, 1, D) in a stack."""
        return self.low.unsqueeze(-2), self.high.unsqueeze(-2)


@dataclass(frozen=True)
class Negatives:
    """A source of negatives.

    Attributes:
        noise: what one negative draws, given the K of a search.
        draw: negatives of shape (\\*, B, D) from that noise, with K; None where there are none.
    """

    noise: Callable[[Discriminator, int], dict[str, Noise]]
    draw: Callable[[Discriminator, Mapping[str, Tensor], int], Tensor | None]


def _start(model: Discriminator, steps: int) -> dict[str, Noise]:
    return {"start": Noise("uniform", (model.data,))}


def _start_and_steps(model: Discriminator, steps: int) -> dict[str, Noise]:
    return {**_start(model, steps), "steps": Noise("normal", (steps, model.data))}


def _component_and_normal(model: Discriminator, steps: int) -> dict[str, Noise]:
    return {"component": Noise("uniform", (1,)), "normal": Noise("normal", (model.data,))}


def _uniform(model: Discriminator, noise: Mapping[str, Tensor], steps: int) -> Tensor:
    low, high = model.box
    return low + (high - low) * noise["start"]


def _from_mixture(model: Discriminator, noise: Mapping[str, Tensor], steps: int) -> Tensor:
    # a one-hot product and no indexing, which would differ between one seed and a stack of seeds
    below = (noise["component"] < model.shares.unsqueeze(-2)).to(model.means.dtype)
    chosen = torch.cat([below[..., :1], below.diff(dim=-1)], dim=-1)
    return chosen @ model.means + (chosen @ model.scales) * noise["normal"]


def _by_ascent(model: Discriminator, noise: Mapping[str, Tensor], steps: int) -> Tensor:
    return ascend(model.score, noise["start"], *model.box, steps, model.settings.search_step)


def _by_langevin(model: Discriminator, noise: Mapping[str, Tensor], steps: int) -> Tensor:
    return langevin(model.score, noise["start"], noise["steps"], *model.box, model.settings.search_step)


NEGATIVES: dict[str, Negatives] = {
    "none": Negatives(lambda model, steps: {}, lambda model, noise, steps: None),
    "uniform": Negatives(_start, _uniform),
    "mixture": Negatives(_component_and_normal, _from_mixture),
    "ascent": Negatives(_start, _by_ascent),
    "langevin": Negatives(_start_and_steps, _by_langevin),
}
"""Where negatives come from, by name; samples come from the last two."""
