"""What a measure is, what it looks at, and how it is run over the seeds of a block.

A measure is a function of one seed's model; :func:`evaluate` runs it over all seeds and gives rows and arrays with a leading
seed axis. It says in advance which metrics it will give, so that a run that failed still leaves a row for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from benchmarks.blocks import model_builder
from benchmarks.datasets import Dataset
from benchmarks.specs import Block
from benchmarks.training.loop import Trained
from benchmarks.training.randomness import as_float
from benchmarks.training.seed_axis import model_of
from metrics import METRICS, base_name
from metrics.features import Extractor
from models.base import GenerativeModel

Arrays = dict[str, np.ndarray]
Values = dict[str, float]
T = TypeVar("T")

FEW = {"mixture": 10_000, "images": 2_000}
"""Nearest-neighbour estimates on mixtures (with as many fresh draws from the data), distances to the nearest training
image, and two-sample tests use at most this many of the n samples: more would cost much and tell little."""
CLASS_METRICS = ("classes-covered", "label-entropy")
"""Metrics of the classes that an extractor predicts: only where these are the data set's own."""


class NonFiniteError(ArithmeticError):
    """A model's output has NaN or infinite values."""


SEED_FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError)
"""What one seed's numbers may bring about, such as a density that cannot be fitted to its codes. Anything else (no memory, a
bug) fails the measurement."""


@dataclass(frozen=True)
class Subject:
    """What a measure looks at.

    Attributes:
        dataset: the data.
        options: the measurement's options.
        seeds: seeds of the block, or those that a measure of data alone draws with.
        device: where models are evaluated.
        build: makes the block's model; None for a measure of data alone.
        trained: the block's outcome; None for a measure of data alone.
        block: the block; None for a measure of data alone.
        extractors: the feature extractors that images are looked at with.
        known: what :meth:`once` has computed.
    """

    dataset: Dataset
    options: Mapping[str, Any]
    seeds: tuple[int, ...]
    device: torch.device
    build: Callable[[], GenerativeModel] | None = None
    trained: Trained | None = None
    block: Block | None = None
    extractors: tuple[Extractor, ...] = ()
    known: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def model(self, index: int) -> GenerativeModel:
        """The trained model of one seed, in evaluation mode, on the device; with the weights that the options name.

        Raises:
            LookupError: averaged weights of a training that kept none.
        """
        assert self.trained is not None
        if self.options.get("weights") != "ema":
            return self.model_with(self.trained.weights, index)
        if not self.trained.averaged:
            raise LookupError("the training kept no average of its weights; measure the last, or set ema_decay")
        return self.model_with({**self.trained.weights, **self.trained.averaged}, index)

    def model_with(self, weights: Mapping[str, Tensor], index: int) -> GenerativeModel:
        """The model of one seed with these stacked weights."""
        assert self.build is not None
        return model_of(self.build, weights, index).to(self.device)

    @property
    def training(self) -> np.ndarray:
        """What the block was trained on, shape (N, D); of a measure of data alone all training examples."""
        return self.dataset.trained_on(self.block.training.examples if self.block is not None else None)

    def tensor(self, data: np.ndarray) -> Tensor:
        """Data on the device as float32, pixels in [0, 1]."""
        return as_float(torch.from_numpy(data).to(self.device))

    def once(self, function: Callable[[Subject], T]) -> T:
        """``function(self)``, computed once for all seeds."""
        if function not in self.known:
            self.known[function] = function(self)
        return self.known[function]


@dataclass(frozen=True)
class Measure:
    """A measure: ``function(subject, index)`` gives values and arrays of the index-th seed.

    Attributes:
        function: see above.
        metrics: names of its values on a data set.
        summary: what it measures, in a few words.
        feature_metrics: names of values that are taken once for every feature extractor.
        at_most: it looks at no more than so many test examples.
        of_training: it tells of the training itself: also of a seed that diverged, and of no number of examples.
        exact: its values rest on no number of examples either: they come in closed form or by quadrature.
    """

    function: Callable[[Subject, int], tuple[Values, Arrays]]
    metrics: Callable[[str], tuple[str, ...]]
    summary: str
    feature_metrics: tuple[str, ...] = ()
    at_most: int | None = None
    of_training: bool = False
    exact: bool = False

    def names(self, dataset: str, extractors: tuple[Extractor, ...]) -> tuple[str, ...]:
        """Names of all values on a data set whose images these extractors look at."""
        of_features = [name for extractor in extractors for name in named(self.feature_metrics, extractor)]
        return (*of_features, *self.metrics(dataset))


@dataclass(frozen=True)
class Measured:
    """Rows (seed, status, metric, value, step, n), arrays with a leading seed axis, and error messages by seed."""

    rows: list[dict[str, Any]]
    arrays: Arrays
    errors: dict[int, str]


def named(bases: tuple[str, ...], extractor: Extractor) -> tuple[str, ...]:
    """Names of metrics of an extractor's features, without those that it cannot give."""
    given = [base for base in bases if extractor.classifies or base not in CLASS_METRICS]
    return tuple(f"{base}[{extractor.name}]" for base in given)


def compute(metrics: tuple[str, ...], facts: Mapping[str, Any]) -> Values:
    """The named metrics, each from the facts that it needs."""
    values = {}
    for name in metrics:
        metric = METRICS[base_name(name)]
        values[name] = metric.function(*(facts[need] for need in metric.needs))
    return values


def finite(values: Tensor, what: str) -> np.ndarray:
    """A tensor as an array.

    Args:
        values: any shape.
        what: they are, in the plural, for the error.

    Raises:
        NonFiniteError: some values are NaN or infinite.
    """
    array = values.detach().cpu().numpy()
    if not np.isfinite(array).all():
        raise NonFiniteError(f"{what} are not finite")
    return array


def evaluate(measure: Measure, subject: Subject) -> Measured:
    """Run a measure over all seeds of a subject.

    A seed whose training diverged, or whose output is not finite, gets NaN and the status ``diverged``; one that a measure
    cannot cope with gets NaN and ``failed``; what is known of it all the same (measure ``training``) is kept. NaN never has the
    status ``ok``, ∞ only where the metric can be infinite.
    """
    names = measure.names(subject.dataset.name, subject.extractors)
    rows: list[dict[str, Any]] = []
    collected: list[Arrays] = []
    errors: dict[int, str] = {}
    step = None if subject.trained is None else int(subject.trained.steps.max(initial=0))
    for index, seed in enumerate(subject.seeds):
        status = "diverged" if subject.trained is not None and subject.trained.diverged_at[index] >= 0 else "ok"
        values: Values = {}
        arrays: Arrays = {}
        if status == "ok" or measure.of_training:
            try:
                values, arrays = measure.function(subject, index)
            except NonFiniteError as error:
                status, errors[seed] = "diverged", str(error)
            except SEED_FAILURES as error:
                status, errors[seed] = "failed", f"{type(error).__name__}: {' '.join(str(error).split())}"
        for name in names:
            value = float(values.get(name, math.nan))
            lost = status == "ok" and not is_value(name, value)
            if lost:
                errors.setdefault(seed, f"{name} is {value}")
            rows.append(
                {
                    "seed": seed,
                    "status": "failed" if lost else status,
                    "metric": name,
                    "value": math.nan if lost else value,
                    "step": step,
                    "n": None if measure.of_training or measure.exact else examples(measure, subject, name),
                }
            )
        collected.append(arrays)
    return Measured(rows, stack_arrays(collected), errors)


def is_value(metric: str, value: float) -> bool:
    """Whether a metric can have this value: a finite one, or +∞ if it is one of those that can be infinite."""
    return math.isfinite(value) or (value == math.inf and METRICS[base_name(metric)].infinite)


def examples(measure: Measure, subject: Subject, metric: str) -> int:
    """How many samples, or test images, a metric's value rests on."""
    n = int(subject.options.get("n", len(subject.dataset.test)))
    n = min(n, measure.at_most or n)
    uses_few = any(need.startswith("few") for need in METRICS[base_name(metric)].needs)
    return min(n, FEW[subject.dataset.kind]) if uses_few else n


def stack_arrays(collected: list[Arrays]) -> Arrays:
    """Arrays of all seeds with a leading seed axis; a seed without them gets NaN (0 for integers)."""
    example = next((arrays for arrays in collected if arrays), {})

    def filler(array: np.ndarray) -> np.ndarray:
        return np.full_like(array, np.nan if array.dtype.kind == "f" else 0)

    return {
        name: np.stack([arrays.get(name, filler(array)) for arrays in collected]) for name, array in example.items()
    }


def measure_block(
    measure: Measure,
    options: dict[str, Any],
    dataset: Dataset,
    device: str,
    block: Block,
    model: type[GenerativeModel],
    trained: Trained,
    extractors: tuple[Extractor, ...] = (),
) -> Measured:
    """Take a measurement of a trained block, its images looked at with these extractors."""
    build = model_builder(block, model, dataset)
    subject = Subject(dataset, options, block.seeds, torch.device(device), build, trained, block, extractors)
    return evaluate(measure, subject)


def measure_data(
    measure: Measure,
    options: dict[str, Any],
    dataset: Dataset,
    device: str,
    seeds: tuple[int, ...],
    extractors: tuple[Extractor, ...] = (),
) -> Measured:
    """Take a measurement of data alone, once for each seed that it draws with."""
    return evaluate(measure, Subject(dataset, options, seeds, torch.device(device), extractors=extractors))
