"""The contract over all metrics."""

from __future__ import annotations

import inspect

import pytest

from benchmarks.evaluation import MEASURES
from benchmarks.evaluation.cost import TRAINING_METRICS
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
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


def test_every_metric_is_measured_somewhere_and_every_measured_one_is_known() -> None:
    extractor = in_domain_extractor("digits")
    assert extractor is not None
    measured = {
        base_name(name)
        for experiment in EXPERIMENTS.values()
        for dataset in experiment.supports
        for wanted in experiment.measurements(Request(dataset, "full", ((1000,),), 899))
        for name in MEASURES[wanted.measure].names(dataset, (extractor,))
    }
    assert measured - set(TRAINING_METRICS) == set(METRICS)


def test_base_name() -> None:
    assert base_name("fid[digits-cnn-1a2b3c4d]") == "fid"
    assert base_name("jsd-hist") == "jsd-hist"
