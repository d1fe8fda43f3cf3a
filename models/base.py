"""The one interface that every generative model of the suite meets.

A model is an ordinary :class:`torch.nn.Module` for **one** seed. It holds no random generator, no optimiser, no device
and no file: noise comes in as an argument, the training loop (``benchmarks.training``) owns the rest. That is what lets
the loop map one model over a seed axis and train many seeds at once.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field
from torch import Tensor, nn

from models.networks import Networks

Player = str
Objective = str
Scalars = dict[str, Tensor]
LearningRate = Annotated[float, Field(gt=0, lt=10, allow_inf_nan=False)]
Beta = Annotated[float, Field(ge=0, lt=1, allow_inf_nan=False)]
NoiseKind = Literal["normal", "uniform", "standardised-uniform"]


class Settings(BaseModel):
    """Settings of a model: frozen, strictly typed, unknown names refused."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


@dataclass(frozen=True)
class Noise:
    """One named noise that a step needs.

    Attributes:
        kind: ``normal`` is N(0, 1), ``uniform`` is U[0, 1), ``standardised-uniform`` is U(−√3, √3), whose mean is 0 and
            whose variance is 1; independent in every element.
        shape: shape for **one** example; the loop draws it with leading axes (S, B).
    """

    kind: NoiseKind
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """``repeats`` optimiser updates of one player in a row. Its objective has the player's name."""

    player: Player
    repeats: int = 1


@dataclass(frozen=True)
class Phase:
    """A stretch of training: one cycle of steps, repeated.

    Attributes:
        cycle: the steps of one cycle, in order. The last one is the player that the budget counts (the generator of a
            GAN), so that "2,000 updates" means 2,000 of its updates whatever the others do.
        share: updates of the last step's player, in those of the budget: above 0, and above 1 where a player moves more
            often than the one that the budget counts.
        simultaneous: if true, every gradient of a cycle is taken at the parameters that the cycle began with (the
            single-step method, Nowozin et al. 2016, Algorithm 1); if false the players alternate.
        part: (i, n): of the ``share``, divided evenly into n parts, this phase is the i-th, from 0. Learning rates go
            on where the part before left them.
        choice: a name for a phase of two steps of which each seed takes one in every cycle. The name is that of a scalar
            that ``forward`` records: where it is positive the first step is taken, elsewhere the second. Both gradients
            are taken at the parameters that the cycle began with.

    Raises:
        ValueError: a choice between other than two single steps.
    """

    cycle: tuple[Step, ...]
    share: float = 1.0
    simultaneous: bool = False
    part: tuple[int, int] = (0, 1)
    choice: str | None = None

    def __post_init__(self) -> None:
        if self.choice is not None and [step.repeats for step in self.cycle] != [1, 1]:
            raise ValueError(f"a choice is between two single steps; the cycle has {self.cycle}")

    def whole(self, updates: int) -> int:
        """Number of cycles of all parts in a budget of ``updates`` updates (rounded up)."""
        return math.ceil(round(self.share * updates, 6) / self.cycle[-1].repeats)

    def span(self, updates: int) -> range:
        """Which cycles of the whole are this phase's; parts that follow each other leave none out."""
        index, parts = self.part
        whole = self.whole(updates)
        return range(index * whole // parts, (index + 1) * whole // parts)

    def cycles(self, updates: int) -> int:
        """Number of cycles of this phase in a budget of ``updates`` updates."""
        return len(self.span(updates))


@dataclass(frozen=True)
class Optimiser:
    """How one player is optimised.

    Attributes:
        learning_rate: step size.
        betas: decay rates of Adam's two moments.
        kind: ``adam`` (Kingma and Ba 2015) or ``sgd``: plain gradient descent without momentum, which has no betas.
    """

    learning_rate: float
    betas: tuple[float, float]
    kind: Literal["adam", "sgd"] = "adam"


@dataclass(frozen=True)
class Averaging:
    """An exponential moving average of weights over training, kept beside the last iterate.

    Attributes:
        decay: weight of the past at every step, in (0, 1).
        modules: names of the submodules whose parameters and statistics are averaged.
    """

    decay: float
    modules: tuple[str, ...]


class GenerativeModel(nn.Module, ABC):
    """Base class of all models. Data are flat vectors x of shape (B, D): pixels in [0, 1] or coordinates.

    ``forward`` may be called in two ways with the same meaning:

    * mapped over seeds by ``torch.func.vmap``: the contract that every model meets;
    * directly on parameters, data and noise that all carry a leading seed axis S, if ``stacked`` is true and the networks'
      layers allow it. Then every reduction in it must be over trailing axes, so that losses come out with shape (S,).


    Class attributes say what else a model can do:

    * ``trained``: it is trained by gradients, not only fitted;
    * ``has_codes``: it encodes and decodes; ``has_posterior``: it bounds the likelihood of data (``models.vae``);
    * ``samplers``: where codes to be decoded may come from, ``prior`` or an ex-post density (``models.latent_prior``);
    * ``observations``: whether a sample is the mean of the likelihood or a draw from it.
    """

    Settings: ClassVar[type[Settings]]
    title: ClassVar[str]
    stacked: ClassVar[bool] = False
    trained: ClassVar[bool] = True
    has_codes: ClassVar[bool] = False
    has_posterior: ClassVar[bool] = False
    samplers: ClassVar[tuple[str, ...]] = ("prior",)
    observations: ClassVar[tuple[str, ...]] = ("mean",)

    def __init__(self, networks: Networks) -> None:
        super().__init__()
        self.latent = networks.latent
        self.data = networks.data
        self.takes_stacks = type(self).stacked and networks.stacked

    @classmethod
    def describe(cls, settings: Any) -> str:
        """Short name of the model under ``settings``, for tables and pictures."""
        return cls.title

    @property
    @abstractmethod
    def generating_network(self) -> nn.Module:
        """The network that turns latent vectors into data: the decoder or generator that is matched across models."""

    @abstractmethod
    def players(self) -> dict[Player, tuple[str, ...]]:
        """Names of the submodules and parameters that each player owns; every trained parameter has exactly one owner."""

    def parameters_of(self, player: Player) -> dict[str, nn.Parameter]:
        """The parameters that ``player`` owns, by name."""
        prefixes = tuple(f"{name}." for name in self.players()[player])
        return {name: p for name, p in self.named_parameters() if f"{name}.".startswith(prefixes)}

    @abstractmethod
    def optimiser(self, player: Player) -> Optimiser:
        """How ``player`` is optimised."""

    @abstractmethod
    def schedule(self) -> tuple[Phase, ...]:
        """The phases of training, in order."""

    @abstractmethod
    def noise_spec(self, objective: Objective) -> dict[str, Noise]:
        """What one evaluation of ``objective`` draws, by name."""

    def averaging(self) -> Averaging | None:
        """The moving average of weights to be kept, if any."""
        return None

    def fit(self, data: Tensor) -> None:
        """Set what is fitted in closed form and not trained by gradients; called once, before training.

        Args:
            data: the training set, shape (N, D), uint8 pixels 0–255 or coordinates.
        """

    def uses_data(self, objective: Objective) -> bool:
        """Whether ``objective`` reads a batch of data. Only then does the loop advance the data stream."""
        return True

    @abstractmethod
    def forward(self, objective: Objective, x: Tensor | None, noise: Mapping[str, Tensor]) -> tuple[Tensor, Scalars]:
        """The loss of ``objective`` and named scalars to be recorded.

        Args:
            objective: a player's name.
            x: a batch of data, shape (B, D), or None where ``uses_data`` says so.
            noise: as declared by ``noise_spec``, each of shape (B, \\*shape).

        Returns:
            the loss, shape (), to be minimised over the player's parameters, and detached scalars of shape ().
        """

    def sample_spec(self) -> dict[str, Noise]:
        """What ``sample`` takes: ``latent`` from the prior, N(0, I) unless a model says otherwise, and more where one says so."""
        return {"latent": Noise("normal", (self.latent,))}

    @abstractmethod
    def sample(self, noise: Mapping[str, Tensor]) -> Tensor:
        """Samples, row by row independent of each other.

        Args:
            noise: ``latent`` of shape (n, z): draws from the prior; and what else :meth:`decode` takes.

        Returns:
            shape (n, D), pixels in [0, 1] (a drawn observation may leave the interval) or coordinates.
        """

    def encode(self, x: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """Codes of data, shape (n, z), for models with ``has_codes``.

        Args:
            x: shape (n, D).
            noise: for models with a posterior, optionally ``posterior`` of shape (n, z): N(0, 1) noise with which a
                draw from the posterior is made; without it the posterior's mean is returned.

        Raises:
            TypeError: the model has no encoder.
        """
        raise TypeError(f"{self.title} has no encoder, so it gives no codes; models with has_codes = True do")

    def decode(self, codes: Tensor, noise: Mapping[str, Tensor]) -> Tensor:
        """Data of codes, shape (n, D), for models with ``has_codes``.

        Args:
            codes: shape (n, z), from :meth:`encode` or from a density on codes.
            noise: for models with ``draw`` among their ``observations``, optionally ``observation`` of shape (n, D): noise
                with which an observation is drawn; without it the mean of the likelihood is returned.

        Raises:
            TypeError: the model has no codes.
        """
        raise TypeError(f"{self.title} has no codes to decode; models with has_codes = True do")
