"""Fixtures that every test may use."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

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
