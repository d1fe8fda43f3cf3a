"""The measures by name: what is computed from a trained block, or from data alone."""

from benchmarks.evaluation import calibration, cost, images, likelihood, mixtures, pictures, reconstruction
from benchmarks.evaluation.base import Measure, Measured, Subject, evaluate, measure_block, measure_data

MEASURES: dict[str, Measure] = {
    **cost.MEASURES,
    **mixtures.MEASURES,
    **calibration.MEASURES,
    **images.MEASURES,
    **reconstruction.MEASURES,
    **likelihood.MEASURES,
    **pictures.MEASURES,
}

__all__ = ["MEASURES", "Measure", "Measured", "Subject", "evaluate", "measure_block", "measure_data"]
