"""Feature extractors: what turns images into the features in which FID, KID, precision and the like are computed.

Distances between pixels mean little, so images are compared in the features of a trained network. Each image data set may have
its own small convolutional one (how it is made: ``extractors/README.md``), trained on its classes or, where it has no labels,
on its images alone: Inception-v3, trained on photographs, means little on 8 × 8 digits. Inception-v3 itself is in
``metrics.inception``. Both are loaded by
torch-fidelity through its registry. A value is comparable only with values from the same weights, so an extractor's name
ends in the first eight digits of its weights' SHA-256.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load as load_safetensors
from torch import Tensor, nn
from torch_fidelity import FeatureExtractorBase, register_feature_extractor
from torch_fidelity.utils import create_feature_extractor

from metrics.manifold import radii

FOLDER = Path(__file__).parent / "extractors"
FEATURES = 64
CLASSIFIER = "in-domain-classifier"
"""Name under which torch-fidelity's registry knows :class:`ClassifierExtractor`."""
DATA_DIGEST = "data"
"""Key in a weights file's metadata: the digest of the data set that the network was trained on."""
KINDS = {"classes": "cnn", "rotations": "rotations", "random": "random"}
"""What an in-domain network was trained to tell, best first, and how its weights file's name ends. ``classes``: those of the data
set; ``rotations``: by how many quarter turns an image was rotated, which needs no labels (Gidaris, Singh and Komodakis, ICLR
2018); ``random``: nothing, its weights are those it began with."""


@dataclass(frozen=True)
class Extractor:
    """A feature extractor, described: small enough to be sent to a worker process, which loads the weights itself.

    Attributes:
        name: what stands in the brackets of a metric's name, e.g. ``digits-cnn-a03db770``.
        registered: its name in torch-fidelity's registry.
        layer: torch-fidelity's name of the feature layer.
        dimensions: F, the number of features.
        channels: channels of the images that it takes; grey images are repeated to as many.
        classifies: it also predicts the data set's own classes.
        batch: images that it takes at once on a CPU: so few that what is between its layers stays near the processor.
        cuda_batch: images that it takes at once on a GPU.
        path: the weights file.
        sha256: of that file, as hex.
    """

    name: str
    registered: str
    layer: str
    dimensions: int
    channels: int
    classifies: bool
    batch: int
    cuda_batch: int
    path: Path
    sha256: str


@dataclass(frozen=True)
class Features:
    """What an extractor makes of n images.

    Attributes:
        values: shape (n, F), float64.
        probabilities: of the data set's classes, shape (n, C), float64, rows sum to 1; None if the extractor is no classifier.
    """

    values: np.ndarray
    probabilities: np.ndarray | None = None

    @cached_property
    def radii(self) -> list[Tensor]:
        """Of the balls around the features (``metrics.manifold``); found once, however many samples are held against them."""
        return radii(self.values)


def sha256_of(content: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()


@cache
def loaded(extractor: Extractor, cuda: bool) -> FeatureExtractorBase:
    """The network behind a description, in evaluation mode; loaded once per process.

    The file's SHA-256 is checked before anything in it is read as weights, and the bytes that were checked are those that
    are read.

    Raises:
        ValueError: the file is not the one that was described.
        OSError: it cannot be read.
    """
    content = extractor.path.read_bytes()
    found = sha256_of(content)
    if found != extractor.sha256:
        raise ValueError(
            f"weights {extractor.path} have SHA-256 {found}, but {extractor.name} expects {extractor.sha256}"
        )
    layers = [extractor.layer, *([ClassifierExtractor.PROBABILITIES] if extractor.classifies else [])]
    return create_feature_extractor(
        extractor.registered, layers, cuda=cuda, verbose=False, feature_extractor_weights_path=io.BytesIO(content)
    )


def check_images(images: np.ndarray) -> None:
    """Refuse other than grey or colour images of 8 bits.

    Raises:
        ValueError: not uint8 of shape (n, H, W) or (n, 3, H, W).
    """
    if images.dtype != np.uint8 or not (images.ndim == 3 or (images.ndim == 4 and images.shape[1] == 3)):
        raise ValueError(f"images must be uint8 of shape (n, H, W) or (n, 3, H, W), not {images.dtype} {images.shape}")


@torch.no_grad()
def extract(extractor: Extractor, images: np.ndarray, cuda: bool = False) -> Features:
    """Features of images.

    Args:
        extractor: which one.
        images: uint8, grey (n, H, W) or colour (n, 3, H, W).
        cuda: compute on the GPU.

    Raises:
        ValueError: other images, colour images for an extractor of grey ones, or weights that are not the expected ones.
    """
    check_images(images)
    network = loaded(extractor, cuda)
    pixels = torch.from_numpy(np.ascontiguousarray(images))
    pixels = pixels[:, None] if images.ndim == 3 else pixels
    if pixels.shape[1] > extractor.channels:
        raise ValueError(f"{extractor.name} takes images of {extractor.channels} channel, not of {pixels.shape[1]}")
    pixels = pixels.expand(-1, extractor.channels, -1, -1)
    at_once = extractor.cuda_batch if cuda else extractor.batch
    batches = [network(batch.cuda() if cuda else batch) for batch in pixels.split(at_once)]
    parts = [torch.cat([part.cpu() for part in layer]).double().numpy() for layer in zip(*batches, strict=True)]
    return Features(*parts)


# in-domain extractors -----------------------------------------------------------------------------------------------


class Classifier(nn.Module):
    """Convolutional classifier with a 64-dimensional feature layer.

    Features are standardised by ``feature_mean`` and ``feature_std`` (of the training images), so that every dimension
    weighs the same in a Fréchet distance and KID's cubic kernel stays in range.

    Args:
        height: in pixels.
        width: in pixels.
        channels: 1 grey, 3 colour.
        classes: number of classes C.
    """

    feature_mean: Tensor
    feature_std: Tensor

    def __init__(self, height: int, width: int, channels: int = 1, classes: int = 10) -> None:
        super().__init__()
        positions = -(-height // 4) * -(-width // 4)
        self.trunk = nn.Sequential(
            nn.Conv2d(channels, 16, 3, padding=1),
            nn.SiLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Conv2d(32, 32, 3, stride=2, padding=1),
            nn.SiLU(),
            nn.Flatten(),
            nn.Linear(32 * positions, FEATURES),
            nn.SiLU(),
        )
        self.head = nn.Linear(FEATURES, classes)
        self.register_buffer("feature_mean", torch.zeros(FEATURES))
        self.register_buffer("feature_std", torch.ones(FEATURES))

    @classmethod
    def from_weights(cls, weights: dict[str, Tensor]) -> Classifier:
        """The classifier that has these weights, in evaluation mode, on the CPU."""
        positions = weights["trunk.7.weight"].shape[1] // 32
        # weights tell how many positions the last convolution leaves, not their rows and columns: one row will do
        classifier = cls(4, 4 * positions, weights["trunk.0.weight"].shape[1], weights["head.weight"].shape[0])
        classifier.load_state_dict(weights)
        return classifier.eval().requires_grad_(False)

    def forward(self, images: Tensor) -> Tensor:
        """Logits (B, C) of images (B, channels, height, width) in [0, 1]."""
        return self.head(self.trunk(images))

    def features_and_logits(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Standardised features (B, 64) and logits (B, C) of images (B, channels, height, width) in [0, 1]."""
        hidden = self.trunk(images)
        return (hidden - self.feature_mean) / self.feature_std, self.head(hidden)


class ClassifierExtractor(FeatureExtractorBase):
    """A :class:`Classifier` as torch-fidelity calls it: uint8 images (B, channels, H, W) → float64 features, probabilities."""

    PROBABILITIES = "probabilities"

    def __init__(
        self,
        name: str,
        features_list: Sequence[str],
        feature_extractor_weights_path: io.BytesIO | Path | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name, features_list)
        if feature_extractor_weights_path is None:
            raise ValueError(f"{name} needs feature_extractor_weights_path")
        weights = feature_extractor_weights_path
        content = weights.read_bytes() if isinstance(weights, Path) else weights.getvalue()
        self.classifier = Classifier.from_weights(load_safetensors(content))

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        return (str(FEATURES), ClassifierExtractor.PROBABILITIES)

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:
        return str(FEATURES)

    @staticmethod
    def can_be_compiled() -> bool:
        return False

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        features, logits = self.classifier.features_and_logits(images.float() / 255)
        # float64: KID sums a million cubed kernel values whose differences are small
        layers = {str(FEATURES): features.double(), self.PROBABILITIES: logits.double().softmax(1)}
        return tuple(layers[name] for name in self.features_list)


register_feature_extractor(CLASSIFIER, ClassifierExtractor)


def weights_file(dataset: str, kind: str = "classes") -> Path:
    """Where a data set's own network of a kind among ``KINDS`` is, or would be."""
    return FOLDER / f"{dataset}-{KINDS[kind]}.safetensors"


def in_domain_extractors(dataset: str) -> list[Extractor]:
    """A data set's own extractors, best kind first: those whose weights lie in ``metrics/extractors``.

    Raises:
        ValueError: weights that are not those of a :class:`Classifier`.
    """
    return [extractor_of(dataset, kind) for kind in KINDS if weights_file(dataset, kind).is_file()]


def in_domain_extractor(dataset: str) -> Extractor | None:
    """The best of a data set's own extractors, or None where it has none.

    Raises:
        ValueError: weights that are not those of a :class:`Classifier`.
    """
    return next(iter(in_domain_extractors(dataset)), None)


def extractor_of(dataset: str, kind: str) -> Extractor:
    """The extractor that a data set's weights of a kind among ``KINDS`` make.

    Raises:
        ValueError: they are not those of a :class:`Classifier`.
    """
    path = weights_file(dataset, kind)
    content = path.read_bytes()
    digest = sha256_of(content)
    try:
        channels = load_safetensors(content)["trunk.0.weight"].shape[1]
    except (SafetensorError, KeyError, IndexError) as error:
        raise ValueError(f"{path} (SHA-256 {digest}) is damaged or no network of this suite: {error}") from None
    return Extractor(
        name=f"{path.stem}-{digest[:8]}",
        registered=CLASSIFIER,
        layer=str(FEATURES),
        dimensions=FEATURES,
        channels=channels,
        classifies=kind == "classes",
        batch=50,
        cuda_batch=2000,
        path=path,
        sha256=digest,
    )


def trained_on(extractor: Extractor) -> str | None:
    """Digest of the data set that a network was trained on; None where its file does not say."""
    with safe_open(extractor.path, framework="pt") as file:
        return (file.metadata() or {}).get(DATA_DIGEST)


def extractor_names() -> list[str]:
    """Names of all in-domain extractors with weights in ``metrics/extractors``."""
    found = [(path, kind) for kind, end in KINDS.items() for path in sorted(FOLDER.glob(f"*-{end}.safetensors"))]
    return [extractor_of(path.stem.rpartition("-")[0], kind).name for path, kind in found]
