"""The contract over all metrics."""

from __future__ import annotations

import inspect

import pytest

from benchmarks.evaluation import MEASURES
from benchmarks.evaluation.cost import TRAINING_METRICS
from benchmarks.evaluation.gradients import GRADIENT_METRICS
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
from benchmarks.experiments.claims import TRIALS
from benchmarks.recipes import RECIPES
from benchmarks.specs import PROFILES
from metrics import METRICS, Metric, base_name
from metrics.features import in_domain_extractor


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS.keys())
def test_entry(metric: Metric) -> None:
    parameters = [p for p in inspect.signature(metric.function).parameters.values() if p.default is p.empty]
    required, named = len(parameters), len(metric.needs)
    assert required <= named <= len(inspect.signature(metric.function).parameters)
    assert metric.direction in ("lower", "higher", "reference", "none")
    assert metric.title
    assert metric.summary
    assert metric.function.__doc__


def test_every_metric_is_asked_for_and_every_measured_one_is_known() -> None:
    """By an experiment or a claim, in some profile."""
    extractor = in_domain_extractor("digits")
    assert extractor is not None
    asked = {
        (measurement.measure, dataset)
        for experiment in (*EXPERIMENTS.values(), *TRIALS.values())
        for profile in PROFILES
        for dataset in experiment.supports
        for measurement in experiment.measurements(Request(dataset, profile, ((1000, 1001),), RECIPES[dataset].samples))
    }
    measured = {
        base_name(name) for measure, dataset in asked for name in MEASURES[measure].names(dataset, (extractor,))
    }
    assert measured - set(TRAINING_METRICS) - set(GRADIENT_METRICS) == set(METRICS)
    assert {measure for measure, _ in asked} == set(MEASURES)


def test_base_name() -> None:
    assert base_name("fid[digits-cnn-1a2b3c4d]") == "fid"
    assert base_name("jsd-hist") == "jsd-hist"
