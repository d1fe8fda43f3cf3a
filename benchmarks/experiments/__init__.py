"""Experiments by name, one short file each."""

from benchmarks.experiments import calibration, images, latent_space, mixtures
from benchmarks.experiments.base import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    e.name: e for e in (mixtures.EXPERIMENT, images.EXPERIMENT, latent_space.EXPERIMENT, calibration.EXPERIMENT)
}

__all__ = ["EXPERIMENTS", "Experiment"]
