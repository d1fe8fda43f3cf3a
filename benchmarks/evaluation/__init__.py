"""The measures by name: what is computed from a trained block, or from data alone."""

from benchmarks.evaluation import (
    attributes,
    axioms,
    calibration,
    cost,
    gaussian_fit,
    gradients,
    images,
    likelihood,
    maximum_likelihood,
    mixtures,
    optimum,
    pictures,
    printed_value,
    quantile_map,
    reconstruction,
    reproduction,
    sampling_methods,
    sanity,
    scores,
    search,
)
from benchmarks.evaluation.base import Measure, Measured, Subject, evaluate, measure_block, measure_data

MEASURES: dict[str, Measure] = {
    **cost.MEASURES,
    **mixtures.MEASURES,
    **calibration.MEASURES,
    **images.MEASURES,
    **reconstruction.MEASURES,
    **sanity.MEASURES,
    **attributes.MEASURES,
    **likelihood.MEASURES,
    **pictures.MEASURES,
    **gradients.MEASURES,
    **axioms.MEASURES,
    **maximum_likelihood.MEASURES,
    **printed_value.MEASURES,
    **sampling_methods.MEASURES,
    **quantile_map.MEASURES,
    **reproduction.MEASURES,
    **gaussian_fit.MEASURES,
    **optimum.MEASURES,
    **scores.MEASURES,
    **search.MEASURES,
}

__all__ = ["MEASURES", "Measure", "Measured", "Subject", "evaluate", "measure_block", "measure_data"]
