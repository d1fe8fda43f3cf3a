"""Inception-v3 as torch-fidelity has it: the extractor of the literature's FID, from a weights file that the user gives.

The weights are a pickle, which torch-fidelity unpickles as it is, so their SHA-256 is checked before. Values compare with the
literature's only for its layer of 2,048 features and its number of images. A Fréchet distance needs more images than
features: with fewer images the deepest layer is used that has fewer features than there are images, and the name says which.
Grey images are repeated to three channels.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import torch
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3
from torch_fidelity.utils import create_feature_extractor

from metrics.features import Extractor, sha256_of

REGISTERED = "inception-v3-compat"
OFFICIAL_SHA256 = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""Of the file that torch-fidelity downloads."""
LAYERS = (64, 192, 768, 2048)
"""torch-fidelity's feature layers, by their number of features."""


@dataclass(frozen=True)
class InceptionWeights:
    """A weights file whose SHA-256 was checked."""

    path: Path
    sha256: str

    def extractor(self, images: int) -> Extractor | None:
        """Inception-v3 up to the deepest layer with fewer features than images; None for 64 images and fewer."""
        layer = max((layer for layer in LAYERS if layer < images), default=None)
        if layer is None:
            return None
        return Extractor(
            name=f"inception-v3-{layer}-{self.sha256[:8]}",
            registered=REGISTERED,
            layer=str(layer),
            dimensions=layer,
            channels=3,
            classifies=False,
            batch=32,
            cuda_batch=64,
            path=self.path,
            sha256=self.sha256,
        )


def checked_weights(path: Path, expected: str = OFFICIAL_SHA256) -> InceptionWeights:
    """Check a weights file: first its SHA-256, and only then that it holds weights of torch-fidelity's Inception-v3.

    Args:
        path: the file.
        expected: its SHA-256 as hex, or at least the first eight digits.

    Raises:
        ValueError: names the file, what was found and what was expected.
    """
    expected = expected.lower()
    wanted = f"expected a file with SHA-256 {expected}{'' if len(expected) == 64 else '…'}"
    if not path.is_file():
        raise ValueError(f"Inception weights {path}: {'not a file' if path.exists() else 'no such file'}; {wanted}")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"Inception weights {path} cannot be read ({error.strerror}); {wanted}") from None
    found = sha256_of(content)
    if not found.startswith(expected):
        raise ValueError(f"Inception weights {path} ({len(content)} bytes) have SHA-256 {found}; {wanted}")
    try:
        create_feature_extractor(
            REGISTERED, ["64"], cuda=False, verbose=False, feature_extractor_weights_path=io.BytesIO(content)
        )
    except Exception as error:  # whatever unpickling may raise
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}"[:200]
        raise ValueError(
            f"Inception weights {path} have SHA-256 {found} as expected, but are no state dict of torch-fidelity's "
            f"Inception-v3 ({reason})"
        ) from None
    return InceptionWeights(path.resolve(), found)


def downloaded_file() -> Path:
    """Where torch-fidelity's own download puts the weights: the cache of ``torch.hub``."""
    return Path(torch.hub.get_dir()) / "checkpoints" / URL_INCEPTION_V3.rpartition("/")[2]


def download() -> Path:
    """Download the weights from torch-fidelity's address into torch.hub's cache, unless they lie there; not yet checked.

    (torch-fidelity itself would unpickle them unchecked.)

    Raises:
        ValueError: the download failed.
    """
    path = downloaded_file()
    if path.exists():
        return path
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(URL_INCEPTION_V3, str(path), progress=False)
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ValueError(
            f"Inception weights could not be downloaded from {URL_INCEPTION_V3} to {path} ({reason})"
        ) from None
    return path
