"""Experiments by name, one short file each."""

from benchmarks.experiments import (
    calibration,
    gaussian_fit,
    image_sanity,
    images,
    latent_space,
    mixtures,
    published_images,
    published_mixtures,
)
from benchmarks.experiments.base import Experiment

EXPERIMENTS: dict[str, Experiment] = {
    module.EXPERIMENT.name: module.EXPERIMENT
    for module in (
        mixtures,
        images,
        latent_space,
        gaussian_fit,
        published_mixtures,
        published_images,
        calibration,
        image_sanity,
    )
}

__all__ = ["EXPERIMENTS", "Experiment"]
