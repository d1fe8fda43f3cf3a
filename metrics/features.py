"""In-domain feature extractors: small classifiers, one per image data set, with committed weights.

FID and KID need features in which distances mean something. Inception-v3, trained on photographs, means little on 8 × 8
digits, so each data set has its own small convolutional classifier (how it was made: ``extractors/README.md``). A value is
comparable only with values from the same weights: an extractor's name carries the first digits of its file's SHA-256.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch_fidelity import FeatureExtractorBase, register_feature_extractor

FOLDER = Path(__file__).parent / "extractors"
FEATURES = 64


class Classifier(nn.Module):
    """Convolutional classifier of grey images into ten classes, with a 64-dimensional feature layer.

    Features are standardised by ``feature_mean`` and ``feature_std`` (of the training images), so that every dimension
    weighs the same in a Fréchet distance and KID's cubic kernel stays in range.

    Args:
        side: height and width in pixels.
    """

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self, side: int) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(32, 32, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(32 * ((side + 3) // 4) ** 2, FEATURES),
            nn.SiLU(),
        )
        self.head = nn.Linear(FEATURES, 10)
        self.register_buffer("feature_mean", torch.zeros(FEATURES))
        self.register_buffer("feature_std", torch.ones(FEATURES))

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, 10) of images (B, 1, side, side) in [0, 1]."""
        return self.head(self.trunk(images))

    def features(self, images: Tensor) -> Tensor:
        """Standardised features (B, 64) of images (B, 1, side, side) in [0, 1]."""
        return (self.trunk(images) - self.feature_mean) / self.feature_std


def _weights_file(dataset: str) -> Path:
    return FOLDER / f"{dataset}-cnn.safetensors"


@cache
def extractor_for(dataset: str) -> str:
    """Name of a data set's extractor, e.g. ``digits-cnn-1a2b3c4d``: its file's name and the start of its SHA-256.

    Raises:
        FileNotFoundError: the data set has no extractor.
    """
    path = _weights_file(dataset)
    return f"{path.stem}-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"


def extractor_names() -> list[str]:
    """Names of all extractors with committed weights."""
    return [extractor_for(path.stem.removesuffix("-cnn")) for path in sorted(FOLDER.glob("*-cnn.safetensors"))]


def load_extractor(name: str) -> Classifier:
    """The classifier behind an extractor's name, in evaluation mode, on the CPU.

    Raises:
        ValueError: the file's SHA-256 is not the one that the name promises.
    """
    stem, _, digest = name.rpartition("-")
    path = FOLDER / f"{stem}.safetensors"
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if not found.startswith(digest):
        raise ValueError(f"{path.name} has SHA-256 {found}, but the extractor's name {name} promises {digest}…")
    weights = load_file(path)
    pixels = weights["trunk.7.weight"].shape[1] // 32
    classifier = Classifier(side=4 * round(pixels**0.5))
    classifier.load_state_dict(weights)
    return classifier.eval().requires_grad_(False)


class FidelityExtractor(FeatureExtractorBase):
    """A :class:`Classifier` in the form that torch-fidelity calls: uint8 images (B, 1, H, W) → float64 features."""

    def __init__(self, name: str, features_list: list[str], **kwargs: Any) -> None:
        super().__init__(name, features_list)
        self.classifier = load_extractor(name)

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        return (str(FEATURES),)

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:
        return str(FEATURES)

    @staticmethod
    def can_be_compiled() -> bool:
        return False

    def forward(self, images: Tensor) -> tuple[Tensor]:
        # float64: KID sums a million cubed kernel values whose differences are small
        return (self.classifier.features(images.float() / 255).double(),)

    def convert_features_tuple_to_dict(self, features: tuple[Tensor]) -> dict[str, Tensor]:
        return {str(FEATURES): features[0]}


for _name in extractor_names():
    register_feature_extractor(_name, FidelityExtractor)
