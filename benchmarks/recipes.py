"""How each data set is trained on: architecture, budget and learning rates, and the arms that are compared.

One recipe per data set, networks and budget, is shared by all models. What a model adds, its step sizes and scales, was chosen by a
search with equal effort for every model family (``benchmarks.tuning``) on tuning seeds; networks and budgets were set by hand.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.datasets import Kind
from benchmarks.specs import Network, Profile, Training

Settings = Mapping[str, Any]
Arm = tuple[str, Settings]
"""A model's name, and those of its settings that make the arm."""


@dataclass(frozen=True)
class Recipe:
    """How a data set is trained on and measured.

    Attributes:
        network: architecture of every model.
        training: budget of every model.
        samples: n, how many samples are drawn from each model for its metrics; fewer if fewer test examples are there.
        further_networks: architectures that ``full`` tries beside.
    """

    network: Network
    training: Training
    samples: int
    further_networks: tuple[Network, ...] = ()


def _convolutional(latent: int, hidden: tuple[int, ...]) -> tuple[Network, ...]:
    """Convolutional networks with both ways up."""
    return (
        Network(kind="conv", latent=latent, hidden=hidden, norm="batch", upsampling="nearest"),
        Network(kind="conv", latent=latent, hidden=hidden, norm="batch", upsampling="transposed"),
    )


TUNED_FILE = Path(__file__).with_name("tuned.json")
"""Grids, scores and choices of the search for settings (``benchmarks.tuning``), which alone writes it."""

TUNED_AS: dict[str, str] = {
    **dict.fromkeys(("ring", "pair-1d", "comb-1d", "spiral"), "ring"),
    "grid": "grid",
    "unequal-pair": "unequal-pair",
    **dict.fromkeys(("digits", "strokes", "mnist", "fashion-mnist", "kmnist", "cifar10", "own"), "digits"),
}
"""The data set whose search chose the settings that a data set is trained with; a published protocol's are published."""


@cache
def tuned_settings(dataset: str) -> Mapping[str, Settings]:
    """The settings that the search chose for a data set, by model; a model that has none to choose gets its defaults."""
    datasets = json.loads(TUNED_FILE.read_text(encoding="utf-8"))["datasets"]
    families = datasets.get(TUNED_AS.get(dataset, ""), {"families": {}})["families"]
    return {family: result["chosen"] for family, result in families.items()}


_PLANE = Recipe(
    network=Network(latent=2, hidden=(64, 64), norm="none"),
    training=Training(updates=2000, batch=128),
    samples=30_000,
)
_LINE = replace(_PLANE, network=Network(latent=1, hidden=(64, 64), norm="none"))
_MNIST = Recipe(
    network=Network(latent=16, hidden=(256, 512), norm="batch"),
    training=Training(updates=2000, batch=128),
    samples=10_000,
    further_networks=_convolutional(16, (64, 32)),
)

_PACGAN = Recipe(
    network=Network(kind="maxout", latent=2, hidden=(400, 400, 400, 400), norm="batch"),
    training=Training(updates=400_000, batch=100, constant=1.0),
    samples=2_500,
)
"""The protocol of Lin et al. (*PacGAN*, NeurIPS 2018): 400 passes over 100,000 points."""

SNAPSHOTS = (0.005, 0.01, 0.02, 0.035, 0.05, 0.075, 0.1, 0.15, 0.25, 0.35, 0.5, 0.75, 1.0)
"""Shares of the training after which the ring's weights are kept, for the picture of its course."""

RECIPES: dict[str, Recipe] = {
    "ring": replace(_PLANE, training=_PLANE.training.model_copy(update={"snapshots": SNAPSHOTS})),
    "grid": _PLANE,
    "unequal-pair": _PLANE,
    "pair-1d": _LINE,
    "comb-1d": _LINE,
    "spiral": _PLANE,
    "narrow-ring": _PACGAN,
    "wide-grid": _PACGAN,
    "digits": Recipe(
        network=Network(latent=16, hidden=(128, 256), norm="batch"),
        training=Training(updates=2000, batch=64),
        samples=899,
        further_networks=_convolutional(16, (64, 32)),
    ),
    "strokes": Recipe(
        network=Network(latent=4, hidden=(64, 64), norm="batch"),
        training=Training(updates=2000, batch=64),
        samples=1_000,
    ),
    "mnist": _MNIST,
    "fashion-mnist": _MNIST,
    "kmnist": _MNIST,
    "cifar10": _MNIST,
    "own": replace(_MNIST, further_networks=()),  # whose sides need not be divisible
}

SMOKE_UPDATES = 20
SEEDS: dict[Profile, dict[Kind, int]] = {
    "smoke": {"mixture": 2, "images": 2},
    "standard": {"mixture": 8, "images": 8},
    "full": {"mixture": 32, "images": 16},
}


def _fgans(objective: str) -> tuple[Arm, ...]:
    names = ("kl", "reverse-kl", "pearson", "squared-hellinger")
    return tuple(("fgan", {"divergence": name, "generator_objective": objective}) for name in names)


F_GANS = _fgans("exact")
LEAST_SQUARES: Arm = ("gan", {"loss": "least-squares"})
LATENT: Arm = ("latent-gan", {"loss": "non-saturating"})

ARMS: tuple[Arm, ...] = (
    ("pca", {}),
    ("ae", {}),
    ("dae", {}),
    ("vae", {"likelihood": "gaussian-fixed"}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"loss": "saturating"}),
    ("gan", {"loss": "non-saturating"}),
    LEAST_SQUARES,
    *F_GANS,
    LATENT,
)
"""What the comparison compares. The Jensen–Shannon f-GAN is the saturating GAN (``models.fgan``) and stands here once."""

NOT_COMPARED = ("regression", "discriminator")
"""Models outside of the comparison: neither is made to generate the data's distribution. Their settings are not searched."""

ON_FURTHER_NETWORKS: tuple[Arm, ...] = (
    ("ae", {}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"loss": "non-saturating"}),
)
"""What ``full`` trains on a recipe's further networks too."""

LEFT_OUT: dict[str, tuple[Arm, ...]] = {
    "grid": (LEAST_SQUARES, LATENT, *F_GANS),
    "unequal-pair": (LEAST_SQUARES, LATENT),
}
"""What ``standard`` does not train on a data set, for its time's sake; ring and digits have all arms."""

FURTHER_ARMS: tuple[Arm, ...] = (
    ("dae", {"corruption": "masking"}),
    ("vae", {"likelihood": "gaussian-learned", "kl_weight": 4.0}),
    ("gan", {"loss": "hinge"}),
    ("gan", {"loss": "non-saturating", "discriminator_steps": 5}),
    ("gan", {"loss": "non-saturating", "r1_weight": 1.0}),
    ("gan", {"loss": "non-saturating", "ema_decay": 0.999}),
    ("gan", {"loss": "non-saturating", "beta1": 0.0}),
    ("gan", {"loss": "non-saturating", "beta1": 0.9}),
    ("gan", {"loss": "non-saturating", "generator_norm": "none"}),
    ("gan", {"loss": "non-saturating", "generator_norm": "batch", "discriminator_norm": "batch"}),
    ("gan", {"loss": "non-saturating", "generator_norm": "group", "discriminator_norm": "group"}),
    ("gan", {"loss": "non-saturating", "r1_weight": 1.0, "ema_decay": 0.999}),
    *_fgans("heuristic"),
    *(
        ("fgan", {"divergence": name, "generator_objective": "exact"})
        for name in ("total-variation", "neyman", "jeffrey")
    ),
    ("fgan", {"divergence": "weighted-jensen-shannon", "generator_objective": "exact", "parameter": 0.25}),
    *(
        ("fgan", {"divergence": "alpha", "generator_objective": "exact", "parameter": alpha})
        for alpha in (-0.5, 0.5, 1.5)
    ),
)
"""Settings that only ``full`` tries."""

FURTHER_IMAGE_ARMS: tuple[Arm, ...] = (
    ("dae", {"corruption": "salt-and-pepper"}),
    ("vae", {"likelihood": "bernoulli"}),
)
"""The same, where data are pixels."""


def training_for(recipe: Recipe, profile: Profile) -> Training:
    """The recipe's training; ``smoke`` cuts it short.

    ``full`` has the budget of ``standard``: the same experiment on more seeds and in more settings, whose blocks it shares.
    Other budgets are settings of claims.
    """
    if profile == "smoke":
        return recipe.training.model_copy(update={"updates": SMOKE_UPDATES})
    return recipe.training
