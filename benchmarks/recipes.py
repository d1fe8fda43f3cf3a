"""How each data set is trained on: architecture, budget and learning rates, and the arms that are compared.

One recipe per data set is shared by all models; what a model adds is its step sizes and scales. The values were set
by hand, without a search, and looked at on pilot seeds (from 100) before any run on the seeds that are reported; for the GAN on
MNIST two lower learning rates were tried there too, and not taken.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
        settings: settings by model name, under those that an arm names.
        further_networks: architectures that ``full`` tries beside.
    """

    network: Network
    training: Training
    samples: int
    settings: Mapping[str, Settings]
    further_networks: tuple[Network, ...] = ()


def _convolutional(latent: int, hidden: tuple[int, ...]) -> tuple[Network, ...]:
    """Convolutional networks with both ways up."""
    return (
        Network(kind="conv", latent=latent, hidden=hidden, norm="batch", upsampling="nearest"),
        Network(kind="conv", latent=latent, hidden=hidden, norm="batch", upsampling="transposed"),
    )


_ADVERSARIAL_PLANE = {"generator_learning_rate": 1e-3, "discriminator_learning_rate": 2e-3}
_PLANE = Recipe(
    network=Network(latent=2, hidden=(64, 64), norm="none"),
    training=Training(updates=2000, batch=128),
    samples=30_000,
    settings={
        "pca": {},
        "ae": {"learning_rate": 2e-3},
        "dae": {"learning_rate": 2e-3, "noise_scale": 0.1},
        "vae": {"learning_rate": 2e-3, "scale": 0.1},
        "gan": _ADVERSARIAL_PLANE,
        "fgan": _ADVERSARIAL_PLANE,
        "latent-gan": {"learning_rate": 2e-3, **_ADVERSARIAL_PLANE},
    },
)
_LINE = replace(_PLANE, network=Network(latent=1, hidden=(64, 64), norm="none"))
_ADVERSARIAL_IMAGES = {"generator_learning_rate": 1e-3, "discriminator_learning_rate": 1e-3}
_IMAGES: Mapping[str, Settings] = {
    "pca": {},
    "ae": {"learning_rate": 2e-3},
    "dae": {"learning_rate": 2e-3, "noise_scale": 0.3},
    "vae": {"learning_rate": 2e-3, "scale": 0.2},
    "gan": _ADVERSARIAL_IMAGES,
    "fgan": _ADVERSARIAL_IMAGES,
    "latent-gan": {"learning_rate": 2e-3, **_ADVERSARIAL_IMAGES},
}

_MNIST = Recipe(
    network=Network(latent=16, hidden=(256, 512), norm="batch"),
    training=Training(updates=2000, batch=128),
    samples=10_000,
    settings=_IMAGES,
    further_networks=_convolutional(16, (64, 32)),
)

RECIPES: dict[str, Recipe] = {
    "ring": _PLANE,
    "grid": _PLANE,
    "unequal-pair": _PLANE,
    "pair-1d": _LINE,
    "comb-1d": _LINE,
    "spiral": _PLANE,
    "digits": Recipe(
        network=Network(latent=16, hidden=(128, 256), norm="batch"),
        training=Training(updates=2000, batch=64),
        samples=899,
        settings=_IMAGES,
        further_networks=_convolutional(16, (64, 32)),
    ),
    "mnist": _MNIST,
    "fashion-mnist": _MNIST,
    "kmnist": _MNIST,
    "cifar10": _MNIST,
    "own": replace(_MNIST, further_networks=()),  # whose sides need not be divisible
}

SMOKE_UPDATES = 20
FULL_BUDGET = 5
"""``full`` trains this many times as long as ``standard``."""

SEEDS: dict[Profile, dict[Kind, int]] = {
    "smoke": {"mixture": 2, "images": 2},
    "standard": {"mixture": 8, "images": 8},
    "full": {"mixture": 32, "images": 16},
}


def _fgans(objective: str) -> tuple[Arm, ...]:
    names = ("kl", "reverse-kl", "pearson", "squared-hellinger")
    return tuple(("fgan", {"divergence": name, "generator_objective": objective}) for name in names)


ARMS: tuple[Arm, ...] = (
    ("pca", {}),
    ("ae", {}),
    ("dae", {}),
    ("vae", {"likelihood": "gaussian-fixed"}),
    ("vae", {"likelihood": "gaussian-learned"}),
    ("gan", {"loss": "saturating"}),
    ("gan", {"loss": "non-saturating"}),
    ("gan", {"loss": "least-squares"}),
    *_fgans("exact"),
    ("latent-gan", {"loss": "non-saturating"}),
)
"""What the comparison compares. The Jensen–Shannon f-GAN is the saturating GAN (``models.fgan``) and stands here once."""

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
    """The recipe's training at a profile's budget."""
    updates = {
        "smoke": SMOKE_UPDATES,
        "standard": recipe.training.updates,
        "full": FULL_BUDGET * recipe.training.updates,
    }[profile]
    return recipe.training.model_copy(update={"updates": updates})
