r"""Generative adversarial network (GAN).

Goodfellow et al., *Generative Adversarial Nets*, NeurIPS 2014. Generator G and discriminator D = sigmoid(T), T its score, play

.. math:: \min_G \max_D V(D, G) = E_x \log D(x) + E_z \log (1 - D(G(z)))

(their eq. 1). At the optimal D the value is 2 JSD(data ‖ model) − log 4 nats (their theorem 1). Losses, T real and T' fake:

* ``saturating``: the game as stated. D descends on −V, G on E log(1 − D(G(z))); log D = −softplus(−T), log(1 − D) = −softplus(T);
* ``non-saturating``: the same D; G descends on −E log D(G(z)) (their section 3);
* ``least-squares``: D descends on ½ E (T − 1)² + ½ E T'², G on ½ E (T' − 1)² (LSGAN; Mao et al., ICCV 2017, eq. 9);
* ``hinge``: D descends on E max(0, 1 − T) + E max(0, 1 + T'), G on −E T' (Lim and Ye, *Geometric GAN*, 2017);
* ``misprinted``: a negative control, no GAN. Some texts print 1 − log D(G(z)) for log(1 − D(G(z))): D ascends on
  E log D(x) + E[1 − log D(G(z))], G descends on E[1 − log D(G(z))]. With data density p and model density q the objective of D is
  ∫ (p − q) log D + 1: pointwise it grows without bound as D → 0 where q > p, and is largest at D = 1 where p > q. It has no
  maximum, measures no divergence, and its D knows p > q at best, never p / (p + q). (G's gradient is the non-saturating one.)

Discriminator and generator both draw fresh noise for every update. Schedules, with k = d / g:

* ``alternating``: cycles of d discriminator and then g generator updates (Goodfellow et al., algorithm 1, has g = 1);
* ``single-step``: the same cycles, every gradient taken at the parameters that the cycle began with, so that both players move at
  once (Nowozin et al., *f-GAN*, NeurIPS 2016, algorithm 1);
* ``rounds``: as many updates of both, in R rounds: the discriminator trains alone, then it is frozen and the generator trains
  alone. R = 1 trains a discriminator once and for all; as many rounds as cycles are the alternating schedule;
* ``who-loses``: twice the budget of updates, each of one player: of the discriminator if it is fooled by a batch of samples, that
  is, takes more than half of them for data, else of the generator. Every seed has its own turns.

Learning rates follow a player's own updates: in rounds the i-th update of a player has the rate that it has when they
alternate, and does not start anew with every round. Who-loses knows no number of a player's updates in advance: both rates
fall with the steps of the game. Before any schedule the discriminator may have a head start, a share of the budget in which it
trains alone against the untrained generator, with a course of learning rates of its own; 1 leaves the generator as it is.

Stabilisers are settings of every adversarial model, all off by default:

* R1, the penalty γ/2 E ‖∇_x T(x)‖² on data (Mescheder, Geiger and Nowozin, ICML 2018, eq. 9);
* a moving average of the generator's weights (Yazıcı et al., ICLR 2019), kept beside the last iterate;
* batch or group normalisation in the generator other than the matched networks' own, and in the discriminator;
* Adam's betas.

A regression term may be added to the generator's loss, λ E ‖x − G(z)‖² with x and z drawn apart (``models.regression``): what the
squared error of single pixels does to one and the same generator, alone and beside its discriminator.

So are plain gradient descent (``sgd``) in Adam's place, and uniform noise on a cube, U(−√3, √3) in every dimension, in the place of
N(0, I): mean 0 and variance 1 as well.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import torch
from pydantic import Field, model_validator
from torch import Tensor, nn
from torch.nn import functional as F

from models import base
from models.base import Averaging, Noise, NoiseKind, Objective, Optimiser, Phase, Player, Scalars, Step
from models.networks import Networks, Norm
from models.scoring import ScoringModel

ScheduleName = Literal["alternating", "single-step", "rounds", "who-loses"]
PriorName = Literal["normal", "uniform"]
PRIORS: dict[PriorName, NoiseKind] = {"normal": "normal", "uniform": "standardised-uniform"}
"""The noise that each prior is drawn as; both have mean 0 and variance 1 in every dimension."""


class AdversarialModel(ScoringModel):
    """What adversarial models share: two players, their schedules, samples G(z).

    A subclass writes the two losses as functions of the discriminator's scores.
    """

    class Settings(base.Settings):
        """Schedule, optimisers of both players, prior, and the stabilisers.

        ``discriminator_steps`` and ``generator_steps`` are d and g of k = d / g; ``rounds`` is R, None for the other schedules;
        ``head_start`` the share of the budget in which the discriminator trains alone first; ``r1_weight`` is γ; ``ema_decay`` the
        decay of the average, None for none; ``generator_norm`` None for the matched networks' own; ``regression_weight`` is λ.
        """

        discriminator_steps: Annotated[int, Field(ge=1, le=1000)] = 1
        generator_steps: Annotated[int, Field(ge=1, le=1000)] = 1
        schedule: ScheduleName = "alternating"
        rounds: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
        head_start: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.0
        optimiser: Literal["adam", "sgd"] = "adam"
        prior: PriorName = "normal"
        generator_learning_rate: base.LearningRate = 1e-3
        discriminator_learning_rate: base.LearningRate = 1e-3
        beta1: base.Beta = 0.5
        beta2: base.Beta = 0.999
        r1_weight: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0
        ema_decay: Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)] | None = None
        generator_norm: Norm | None = None
        discriminator_norm: Norm = "none"
        regression_weight: Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)] = 0.0

        @model_validator(mode="after")
        def _check_penalty(self) -> AdversarialModel.Settings:
            if self.r1_weight and self.discriminator_norm == "batch":
                raise ValueError(
                    "r1_weight needs a score of each example alone; discriminator_norm 'batch' mixes the batch"
                )
            return self

        @model_validator(mode="after")
        def _check_schedule(self) -> AdversarialModel.Settings:
            if (self.schedule == "rounds") != (self.rounds is not None):
                raise ValueError("rounds (their number) belongs to schedule 'rounds', and to no other")
            if self.schedule == "who-loses" and (self.discriminator_steps, self.generator_steps) != (1, 1):
                raise ValueError(
                    "schedule 'who-loses' moves one player at a time; leave discriminator_steps and generator_steps at 1"
                )
            return self

        @model_validator(mode="after")
        def _check_betas(self) -> AdversarialModel.Settings:
            if self.optimiser == "sgd" and any(
                getattr(self, name) != usual for name, usual in self.usual_betas().items()
            ):
                raise ValueError("beta1 and beta2 are Adam's; optimiser 'sgd' has none")
            return self

        @classmethod
        def usual_betas(cls) -> dict[str, float]:
            """The betas of the vanilla model, by the names of their settings."""
            return {name: cls.model_fields[name].default for name in ("beta1", "beta2")}

        def additions(self) -> str:
            """What differs from the vanilla model, as a suffix for its name."""
            below = f"/{self.generator_steps}" if self.generator_steps != 1 else ""
            stages = {
                "alternating": "",
                "single-step": "single step",
                "rounds": "1 round" if self.rounds == 1 else f"{self.rounds} rounds",
                "who-loses": "who loses moves",
            }
            parts = [
                f"k = {self.discriminator_steps}{below}" if below or self.discriminator_steps != 1 else "",
                stages[self.schedule],
                f"head start {self.head_start:g}" if self.head_start else "",
                "SGD" if self.optimiser == "sgd" else "",
                "uniform noise" if self.prior == "uniform" else "",
                *(
                    f"{name} {getattr(self, name):g}"
                    for name, usual in self.usual_betas().items()
                    if getattr(self, name) != usual
                ),
                f"R1 {self.r1_weight:g}" if self.r1_weight else "",
                f"average {self.ema_decay:g}" if self.ema_decay is not None else "",
                f"G {self.generator_norm} norm" if self.generator_norm is not None else "",
                f"D {self.discriminator_norm} norm" if self.discriminator_norm != "none" else "",
                f"L2 {self.regression_weight:g}" if self.regression_weight else "",
            ]
            return "".join(f", {part}" for part in parts if part)

    stacked = True
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks)
        self.settings = settings
        self.generator = networks.decoder(settings.generator_norm)
        self.discriminator = networks.encoder(1, settings.discriminator_norm)

    @property
    def generating_network(self) -> nn.Module:
        return self.generator

    def players(self) -> dict[Player, tuple[str, ...]]:
        return {"discriminator": ("discriminator",), "generator": ("generator",)}

    def optimiser(self, player: Player) -> Optimiser:
        rates = {
            "generator": self.settings.generator_learning_rate,
            "discriminator": self.settings.discriminator_learning_rate,
        }
        return Optimiser(rates[player], (self.settings.beta1, self.settings.beta2), self.settings.optimiser)

    def schedule(self) -> tuple[Phase, ...]:
        first, game = self.settings.head_start, SCHEDULES[self.settings.schedule]
        alone = (Phase((Step("discriminator"),), first),) if first > 0 else ()
        return alone + (game(self.settings, 1 - first) if first < 1 else ())

    def averaging(self) -> Averaging | None:
        decay = self.settings.ema_decay
        return None if decay is None else Averaging(decay, ("generator",))

    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        return self.sample_spec()

    def sample_spec(self) -> dict[str, Noise]:
        return {"latent": Noise(PRIORS[self.settings.prior], (self.latent,))}

    def uses_data(self, objective: Objective) -> bool:
        return objective == "discriminator" or self.settings.regression_weight > 0

    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        if objective == "generator":
            made = self.generator(noise["latent"])
            score = self.score(made)
            loss = self.generator_loss(score)
            scalars = {"generator_loss": loss.detach()}
            if self.settings.regression_weight:
                assert x is not None
                error = (x - made).square().sum(-1).mean(-1)
                scalars["squared_error"] = error.detach()
                loss = loss + self.settings.regression_weight * error
            if self.settings.schedule == "who-loses":
                scalars["fooled"] = (self.taken_for_data(score).to(loss.dtype).mean(-1) > 0.5).to(loss.dtype)
            return loss, scalars
        assert x is not None
        with torch.no_grad():
            fake = self.generator(noise["latent"])
        if self.settings.discriminator_norm == "batch":
            # statistics of real and of fake batches apart, as the generator's step has fakes alone
            real_score, fake_score = self.score(x), self.score(fake)
        else:
            # rows are scored independently of each other, so real and fake can go through in one pass, which is faster
            real_score, fake_score = self.score(torch.cat([x, fake], dim=-2)).chunk(2, dim=-1)
        loss = self.discriminator_loss(real_score, fake_score)
        scalars = {"discriminator_loss": loss.detach()}
        if self.settings.r1_weight:
            penalty = 0.5 * self.settings.r1_weight * self.squared_slope(x).mean(-1)
            scalars["r1_penalty"] = penalty.detach()
            loss = loss + penalty
        return loss, scalars

    @abstractmethod
    def generator_loss(self, fake: Tensor) -> Tensor:
        """Loss of the generator in nats, from scores of shape (B,); shape ()."""

    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        return self.generator(noise["latent"])


def alternating(settings: AdversarialModel.Settings, share: float) -> tuple[Phase, ...]:
    """d updates of the discriminator and g of the generator in turn, for a share of the budget."""
    steps = Step("discriminator", settings.discriminator_steps), Step("generator", settings.generator_steps)
    return (Phase(steps, share),)


def single_step(settings: AdversarialModel.Settings, share: float) -> tuple[Phase, ...]:
    """The alternating schedule's cycles, all gradients of one taken before its updates."""
    return tuple(replace(phase, simultaneous=True) for phase in alternating(settings, share))


def in_rounds(settings: AdversarialModel.Settings, share: float) -> tuple[Phase, ...]:
    """As many updates of both as alternating, in rounds of the discriminator alone and then of the generator alone."""
    assert settings.rounds is not None
    d, g = settings.discriminator_steps, settings.generator_steps
    return tuple(
        phase
        for part in ((index, settings.rounds) for index in range(settings.rounds))
        for phase in (
            Phase((Step("discriminator", d),), share * d / g, part=part),
            Phase((Step("generator", g),), share, part=part),
        )
    )


def who_loses(settings: AdversarialModel.Settings, share: float) -> tuple[Phase, ...]:
    """As many updates in all as alternating with k = 1, each of the discriminator if it is fooled, else of the generator."""
    return (Phase((Step("discriminator"), Step("generator")), 2 * share, choice="fooled"),)


SCHEDULES: dict[ScheduleName, Callable[[AdversarialModel.Settings, float], tuple[Phase, ...]]] = {
    "alternating": alternating,
    "single-step": single_step,
    "rounds": in_rounds,
    "who-loses": who_loses,
}


@dataclass(frozen=True)
class Loss:
    """A GAN's loss: element-wise terms of the scores, whose means are added.

    Attributes:
        title: its name in tables.
        real: the discriminator's term for data.
        fake: the discriminator's term for samples.
        generator: the generator's term.
        threshold: the score at which data and samples are judged equally likely.
    """

    title: str
    real: Callable[[Tensor], Tensor]
    fake: Callable[[Tensor], Tensor]
    generator: Callable[[Tensor], Tensor]
    threshold: float = 0.0


LossName = Literal["saturating", "non-saturating", "least-squares", "hinge", "misprinted"]
LOSSES: dict[LossName, Loss] = {
    "saturating": Loss("saturating", lambda t: F.softplus(-t), F.softplus, lambda t: -F.softplus(t)),
    "non-saturating": Loss("non-saturating", lambda t: F.softplus(-t), F.softplus, lambda t: F.softplus(-t)),
    "least-squares": Loss(
        "least squares",
        lambda t: 0.5 * (t - 1).square(),
        lambda t: 0.5 * t.square(),
        lambda t: 0.5 * (t - 1).square(),
        threshold=0.5,
    ),
    "hinge": Loss("hinge", lambda t: F.relu(1 - t), lambda t: F.relu(1 + t), lambda t: -t),
    "misprinted": Loss(
        "misprinted", lambda t: F.softplus(-t), lambda t: -1 - F.softplus(-t), lambda t: 1 + F.softplus(-t)
    ),
}


class GAN(AdversarialModel):
    """The GAN of 2014 with either of its generator losses, its least-squares and hinge successors, and a misprint of it."""

    class Settings(AdversarialModel.Settings):
        """As for every adversarial model, and the loss."""

        loss: LossName = "non-saturating"

    title = "GAN"
    settings: Settings

    def __init__(self, networks: Networks, settings: Settings) -> None:
        super().__init__(networks, settings)
        self.loss = LOSSES[settings.loss]

    @classmethod
    def describe(cls, settings: Settings) -> str:
        return f"{cls.title} ({LOSSES[settings.loss].title}{settings.additions()})"

    @property
    def threshold(self) -> float:
        return self.loss.threshold

    def discriminator_loss(self, real: Tensor, fake: Tensor) -> Tensor:
        return self.loss.real(real).mean(-1) + self.loss.fake(fake).mean(-1)

    def generator_loss(self, fake: Tensor) -> Tensor:
        return self.loss.generator(fake).mean(-1)
