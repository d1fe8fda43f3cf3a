"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings
from torch import Tensor
from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

torch.set_num_threads(1)
# Machines that run tests are noisy: no deadline, no complaint that the first draws are slow.
settings.register_profile("noisy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noisy")


@pytest.fixture(scope="session")
def mnist_dir() -> Path:
    """A data directory with MNIST in torchvision's layout: ``FAIRTRIAL_DATA_DIR``, or ``data`` in the repository."""
    root = Path(os.environ.get("FAIRTRIAL_DATA_DIR") or Path(__file__).parents[1] / "data")
    if not (root / "MNIST" / "raw" / "train-images-idx3-ubyte").exists():
        pytest.skip(f"MNIST is not in {root} (set FAIRTRIAL_DATA_DIR to a data directory that has it)")
    return root


@pytest.fixture(scope="session")
def inception_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights file as torch-fidelity's Inception-v3 reads it, with random weights (96 MB)."""
    path = tmp_path_factory.mktemp("inception") / "weights.pth"
    made: dict[str, Tensor] = {}

    def keep(network: FeatureExtractorInceptionV3, weights: object) -> None:
        made.update(network.state_dict())

    with pytest.MonkeyPatch.context() as patch, torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        patch.setattr(torch, "load", lambda *arguments, **options: None)
        patch.setattr(FeatureExtractorInceptionV3, "load_state_dict", keep)
        FeatureExtractorInceptionV3("inception-v3-compat", ["64"], feature_extractor_weights_path="none yet")
    torch.save(made, path)
    return path
