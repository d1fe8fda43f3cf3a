"""Inception-v3 from a file: checked before it is unpickled, and computed as torch-fidelity computes it."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
import torch_fidelity
from torch import Tensor
from torch.utils.data import Dataset
from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3, FeatureExtractorInceptionV3

from metrics import inception
from metrics.features import extract, sha256_of
from metrics.frechet import fid, kid
from metrics.inception import InceptionWeights, checked_weights


@pytest.fixture
def small_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Images are enlarged to 59 instead of 299 pixels: a twentieth of the work up to the first feature layer."""
    monkeypatch.setattr(FeatureExtractorInceptionV3, "INPUT_IMAGE_SIZE", 59)


def images(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


class Pictures(Dataset[Tensor]):
    """Colour images as the data object that torch-fidelity reads."""

    def __init__(self, pictures: np.ndarray) -> None:
        self.pictures = torch.from_numpy(pictures)

    def __len__(self) -> int:
        return len(self.pictures)

    def __getitem__(self, index: int) -> Tensor:
        return self.pictures[index]


def test_values_are_those_of_torch_fidelity_from_end_to_end(inception_file: Path, small_inputs: None) -> None:
    a, b = images(0, 70, 8, 8), images(1, 66, 8, 8) // 2
    digest = sha256_of(inception_file.read_bytes())
    extractor = checked_weights(inception_file, digest[:8].upper()).extractor(66)
    assert extractor is not None
    assert extractor.name == f"inception-v3-64-{digest[:8]}"
    x, y = (extract(extractor, pictures).values for pictures in (a, b))
    assert x.shape == (70, 64)
    np.testing.assert_array_equal(x, extract(extractor, np.repeat(a[:, None], 3, axis=1)).values)
    expected = torch_fidelity.calculate_metrics(
        input1=Pictures(np.repeat(a[:, None], 3, axis=1)),
        input2=Pictures(np.repeat(b[:, None], 3, axis=1)),
        fid=True,
        kid=True,
        feature_extractor="inception-v3-compat",
        feature_extractor_weights_path=str(inception_file),
        feature_layer_fid="64",
        feature_layer_kid="64",
        kid_subset_size=66,
        kid_subsets=1,
        cuda=False,
        cache=False,
        save_cpu_ram=True,
        verbose=False,
    )
    # random weights give tiny features, which torch-fidelity takes in single precision
    assert fid(x, y) == pytest.approx(expected["frechet_inception_distance"], rel=1e-4)
    assert kid(x, y) == pytest.approx(expected["kernel_inception_distance_mean"], rel=1e-2, abs=1e-6)


@pytest.mark.parametrize(
    ("images", "layer"),
    [(65, 64), (192, 64), (193, 192), (768, 192), (769, 768), (899, 768), (2048, 768), (2049, 2048), (10_000, 2048)],
)
def test_the_deepest_layer_with_fewer_features_than_images(images: int, layer: int) -> None:
    extractor = InceptionWeights(Path("w.pth"), "0123456789abcdef" * 4).extractor(images)
    assert extractor is not None
    assert (extractor.dimensions, extractor.name) == (layer, f"inception-v3-{layer}-01234567")


def test_64_images_are_too_few() -> None:
    assert InceptionWeights(Path("w.pth"), "0" * 64).extractor(64) is None


class Exploding:
    """Unpickling it has an effect that a test can see."""

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (Path("unpickled"),))


def test_another_file_is_never_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "weights.pth"
    torch.save({"a": Exploding()}, path)
    found = sha256_of(path.read_bytes())
    with pytest.raises(ValueError, match=f"have SHA-256 {found}; expected a file with SHA-256 6726825d"):
        checked_weights(path)
    assert not (tmp_path / "unpickled").exists()
    # that the trap works: under its own hash the file is read, and is no Inception-v3
    with pytest.raises(ValueError, match="no state dict of torch-fidelity's Inception-v3"):
        checked_weights(path, found)
    assert (tmp_path / "unpickled").exists()


def test_a_truncated_file_is_refused(inception_file: Path, tmp_path: Path) -> None:
    content = inception_file.read_bytes()
    path = tmp_path / "weights.pth"
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(
        ValueError, match=rf"\({len(content) // 2} bytes\) have SHA-256 .*; expected a file with SHA-256"
    ):
        checked_weights(path, sha256_of(content))


@pytest.mark.parametrize("content", [b"", b"no pickle", pickle.dumps([1, 2]), b"PK\x03\x04"])
def test_a_file_of_the_right_hash_that_holds_no_weights_is_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="as expected, but are no state dict") as error:
        checked_weights(path, sha256_of(content))
    assert "\n" not in str(error.value)


def test_a_file_changed_after_the_check_is_refused(inception_file: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(inception_file.read_bytes())
    extractor = checked_weights(path, sha256_of(path.read_bytes())).extractor(70)
    assert extractor is not None
    path.write_bytes(b"other")
    with pytest.raises(ValueError, match=f"but {extractor.name} expects {extractor.sha256}"):
        extract(extractor, images(0, 3, 8, 8))


def test_download_goes_into_torch_hubs_cache_and_only_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path / "hub"))
    calls = []

    def fetch(url: str, path: str, progress: bool) -> None:
        calls.append(url)
        Path(path).write_bytes(b"what came")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fetch)
    path = inception.download()
    assert path == inception.download() == tmp_path / "hub/checkpoints/weights-inception-2015-12-05-6726825d.pth"
    assert calls == [URL_INCEPTION_V3]
    with pytest.raises(ValueError, match=f"{sha256_of(b'what came')}; expected a file with SHA-256 6726825d"):
        checked_weights(path)


def test_a_failed_download_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError("no route\nto host")

    monkeypatch.setattr(torch.hub, "get_dir", lambda: str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    with pytest.raises(ValueError, match=r"could not be downloaded from https://.* \(no route to host\)"):
        inception.download()
