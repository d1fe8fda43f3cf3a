"""From options to a plan: which blocks and measurements, under which keys, what is stored already, what it will cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from benchmarks import execution, plugins
from benchmarks.datasets import DATASETS, Dataset, OwnData, load
from benchmarks.evaluation import MEASURES
from benchmarks.experiments import EXPERIMENTS, Experiment
from benchmarks.experiments.base import Request
from benchmarks.experiments.claims import TRIALS
from benchmarks.extractor_choice import choose, inception_weights
from benchmarks.options import RunOptions
from benchmarks.recipes import RECIPES, SEEDS
from benchmarks.specs import (
    Block,
    InputError,
    Measurement,
    Split,
    canonical_json,
    dataset_label,
    lookup,
    seed_blocks,
    unknown,
)
from benchmarks.store import Store, digest, source_digest, versions
from metrics import METRICS, base_name
from metrics.features import Extractor
from metrics.inception import REGISTERED, InceptionWeights
from models import MODELS


@dataclass(frozen=True)
class Environment:
    """What numbers depend on beside specification, sources and data.

    Attributes:
        device: PyTorch device, ``cpu`` or ``cuda:n``.
        hardware: ``cpu``, or the GPU's name.
    """

    device: str
    hardware: str

    @property
    def kind(self) -> str:
        """``cpu`` or ``cuda``."""
        return self.device.partition(":")[0]

    def facts(self) -> dict[str, Any]:
        """The environment's part of a key."""
        on_cpu = self.kind == "cpu"
        return {
            "hardware": self.hardware,
            "instructions": torch.backends.cpu.get_cpu_capability() if on_cpu else None,
            "threads": execution.THREADS if on_cpu else None,
            "versions": versions(),
        }


def environment_for(device: str) -> Environment:
    """The environment for a ``--device`` value.

    Raises:
        InputError: a GPU is asked for that is not there.
    """
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if device == "cpu" or (device == "auto" and count == 0):
        return Environment("cpu", "cpu")
    index = int(device.partition(":")[2] or 0) if device != "auto" else 0
    if index >= count:
        have = f"{count} CUDA device{'s' if count != 1 else ''}" if count else "no CUDA device"
        raise InputError(f"device {device!r} is not there: PyTorch sees {have}; use --device auto or cpu")
    return Environment(f"cuda:{index}", torch.cuda.get_device_name(index))


@dataclass(frozen=True)
class PlannedMeasurement:
    """A measurement with its key, whether it is stored, the experiments that want it, D of a datum, and its feature extractors."""

    measurement: Measurement
    key: str
    stored: bool
    experiments: tuple[str, ...]
    dimensions: int
    extractors: tuple[Extractor, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the values that it gives."""
        return MEASURES[self.measurement.measure].names(self.measurement.dataset, self.extractors)

    @property
    def seconds(self) -> float:
        """Expected core-seconds on a CPU."""
        deep = [extractor.dimensions for extractor in self.extractors if extractor.registered == REGISTERED]
        extraction = sum(execution.extraction_seconds(self.measurement, features) for features in deep)
        return execution.measuring_seconds(self.measurement, self.dimensions) + extraction


@dataclass(frozen=True)
class Unit:
    """What one worker does in one go: train a block, unless stored, and take the measurements that are missing.

    Attributes:
        dataset: name of the data set.
        split: what is measured on.
        data: the digest of the data that the keys were made for.
        dimensions: D of a datum.
        block: None for measurements of data alone.
        key: the block's key, or None.
        stored: whether the block is stored.
        measurements: all that is wanted of the block, stored or not.
    """

    dataset: str
    split: Split
    data: str
    dimensions: int
    block: Block | None
    key: str | None
    stored: bool
    measurements: tuple[PlannedMeasurement, ...]

    @property
    def label(self) -> str:
        """Name of the data in rows and reports."""
        return dataset_label(self.dataset, self.split)

    @property
    def name(self) -> str:
        """What the unit is called beside others: the block's key, or the data alone."""
        return self.key or f"data-alone-{self.data}"

    @property
    def missing(self) -> tuple[PlannedMeasurement, ...]:
        """Measurements that are not stored."""
        return tuple(m for m in self.measurements if not m.stored)

    @property
    def must_train(self) -> bool:
        """Whether the block is to be trained: it is not stored, and something is wanted of it that is not stored."""
        return self.block is not None and not self.stored and bool(self.missing)

    @property
    def seconds(self) -> float:
        """Expected core-seconds of what is missing."""
        training = 0.0
        if self.block is not None and self.must_train:
            training = execution.training_seconds(self.block, self.dimensions)
        return training + sum(m.seconds for m in self.missing)


@dataclass(frozen=True)
class Plan:
    """All units of a run, the environment, the data sets (loaded and checked) by their labels, what every experiment was asked for,
    and what the user should know."""

    options: RunOptions
    environment: Environment
    units: tuple[Unit, ...]
    datasets: Mapping[str, Dataset]
    requests: tuple[tuple[Experiment, Request], ...] = ()
    inception: InceptionWeights | None = None
    notes: tuple[str, ...] = ()

    @property
    def measurements(self) -> list[PlannedMeasurement]:
        """All measurements, in the order of the experiments."""
        return [m for unit in self.units for m in unit.measurements]

    @cached_property
    def todo(self) -> tuple[Unit, ...]:
        """Units with something missing, the costliest first, so that workers finish together."""
        return tuple(sorted((u for u in self.units if u.missing), key=lambda u: -u.seconds))

    @property
    def jobs(self) -> int:
        """Worker processes."""
        if self.options.jobs is not None:
            return self.options.jobs
        return 1 if self.environment.kind == "cuda" else execution.available_cores()

    @property
    def wall_seconds(self) -> float:
        """Expected wall time of what is missing, start of the workers included."""
        if not self.todo:
            return 0.0
        work = sum(unit.seconds for unit in self.todo)
        return execution.START_SECONDS + max(work / self.jobs, self.todo[0].seconds)


def known_model(name: str) -> None:
    """Check that a model is there.

    Raises:
        InputError: it is not.
    """
    if name not in MODELS:
        raise InputError(f"{unknown('model', name, MODELS)}; if it is one of your own, give its file by --plugin")


def block_key(block: Block, data: str, environment: Environment) -> str:
    """Key of a block: its specification, the sources of training and model, data, environment, seed-axis width."""
    return digest(
        {
            "block": block.model_dump(mode="json"),
            "sources": [source_digest("benchmarks.blocks"), source_digest(MODELS[block.model].__module__)],
            "data": data,
            "environment": environment.facts(),
            "width": execution.width_of(block, environment.kind),
        }
    )


def measurement_key(
    measurement: Measurement,
    key: str | None,
    data: str,
    environment: Environment,
    extractors: tuple[Extractor, ...] = (),
) -> str:
    """Key of a measurement: measure and options, the block's key, the sources of measures and metrics, data, extractors."""
    measure = MEASURES[measurement.measure]
    names = measure.names(measurement.dataset, extractors)
    return digest(
        {
            "measure": measurement.measure,
            "options": measurement.options,
            "data_seeds": measurement.data_seeds,
            "dataset": measurement.dataset,
            "block": key,
            "sources": [source_digest("benchmarks.evaluation.base"), source_digest(measure.function.__module__)],
            "metrics": [metric_facts(name) for name in names],
            "data": data,
            "extractors": [[extractor.name, extractor.sha256] for extractor in extractors],
            "environment": environment.facts(),
        }
    )


def metric_facts(name: str) -> list[Any]:
    """What a measured value's key holds of its metric: its function, what that reads, and the function's sources."""
    metric = METRICS.get(base_name(name))
    if metric is None:  # not of samples, but of the training itself
        return [name]
    function = metric.function
    return [name, function.__qualname__, metric.needs, metric.infinite, source_digest(function.__module__)]


def wanted_experiments(options: RunOptions) -> list[tuple[Experiment, str]]:
    """The experiments and claims that the options ask for, each with the data sets that it is to be asked on.

    Raises:
        InputError: an unknown name, or a data set that no chosen experiment supports.
    """
    for name in options.model:
        known_model(name)
    for name in options.dataset:
        lookup(DATASETS, "data set", name)
    everything = not options.experiment and not options.claim
    experiments = [
        *(lookup(EXPERIMENTS, "experiment", name) for name in (EXPERIMENTS if everything else options.experiment)),
        *(lookup(TRIALS, "claim", name) for name in (TRIALS if everything else options.claim)),
    ]
    supported = {name for experiment in experiments for name in experiment.supports}
    for name in options.dataset:
        if name not in supported:
            choices = "; ".join(f"{e.name}: {', '.join(e.supports)}" for e in experiments)
            raise InputError(f"no chosen experiment supports the data set {name!r} ({choices})")
    wanted = []
    for experiment in experiments:
        if not (everything or options.dataset or experiment.datasets[options.profile]):
            raise InputError(
                f"{experiment.name} is not part of the profile {options.profile}; ask for --profile full or name a --dataset "
                f"({', '.join(experiment.supports)})"
            )
        asked = [name for name in options.dataset if name in experiment.supports]
        names = asked if options.dataset else experiment.datasets[options.profile]
        wanted += [(experiment, name) for name in dict.fromkeys(names)]
    return wanted


def requests_for(
    options: RunOptions, experiments: list[tuple[Experiment, str]], datasets: Mapping[str, Dataset], device: str
) -> list[tuple[Experiment, Request]]:
    """What each experiment is asked for.

    Args:
        options: profile and seeds.
        experiments: with the data set to ask each on.
        datasets: by label.
        device: kind of device.

    Raises:
        InputError: more seeds than the role has.
    """
    requests = []
    for experiment, dataset in experiments:
        count = options.seeds or SEEDS[options.profile][DATASETS[dataset].kind]
        seeds = tuple(seed_blocks(count, options.seed_role))
        n = min(RECIPES[dataset].samples, len(datasets[dataset_label(dataset, experiment.split)].test))
        requests.append((experiment, Request(dataset, options.profile, seeds, n, experiment.split, device)))
    return requests


def wanted_measurements(
    requests: list[tuple[Experiment, Request]], models: tuple[str, ...]
) -> dict[str, tuple[Measurement, list[str]]]:
    """Every measurement that experiments ask for, once, with the experiments that want it; by canonical JSON.

    Args:
        requests: what each experiment is asked for.
        models: the models to keep; empty for all.
    """
    wanted: dict[str, tuple[Measurement, list[str]]] = {}
    for experiment, request in requests:
        for measurement in experiment.measurements(request):
            if models and measurement.block and measurement.block.model not in models:
                continue
            _, names = wanted.setdefault(canonical_json(measurement), (measurement, []))
            if experiment.name not in names:
                names.append(experiment.name)
    return wanted


def own_data(options: RunOptions) -> OwnData | None:
    """The user's own data that the options name."""
    return OwnData(options.own_data.resolve(), options.image_size) if options.own_data is not None else None


def make_plan(options: RunOptions, store: Store, experiments: list[tuple[Experiment, str]] | None = None) -> Plan:
    """The plan for a run: loads and checks the data, computes keys, looks up what is stored.

    Args:
        options: what is asked for.
        store: where results are.
        experiments: experiments, each with a data set, in the place of those that the options name.

    Raises:
        InputError: unknown names, no such device, data or weights missing or damaged.
    """
    plugins.join(options.plugin)
    environment = environment_for(options.device)
    inception = inception_weights(options)
    experiments = wanted_experiments(options) if experiments is None else experiments
    offline, own = options.offline or options.dry_run, own_data(options)
    datasets = {
        dataset_label(name, split): load(name, options.data_dir, offline, split, own)
        for name, split in dict.fromkeys((name, experiment.split) for experiment, name in experiments)
    }
    requests = requests_for(options, experiments, datasets, environment.kind)
    wanted = list(wanted_measurements(requests, options.model).values())
    units, notes = units_of(wanted, datasets, environment, store, inception, options.overwrite == "always")
    return Plan(options, environment, units, datasets, tuple(requests), inception, notes)


def units_of(
    wanted: Iterable[tuple[Measurement, list[str]]],
    datasets: Mapping[str, Dataset],
    environment: Environment,
    store: Store,
    inception: InceptionWeights | None = None,
    anew: bool = False,
) -> tuple[tuple[Unit, ...], tuple[str, ...]]:
    """The measurements by block, with their keys, and what the user should know.

    Args:
        wanted: each with the experiments that want it.
        datasets: by label.
        environment: of the keys.
        store: where results are.
        inception: weights of Inception-v3, if its features are asked for too.
        anew: as if nothing were stored.
    """
    groups: dict[str, list[tuple[Measurement, list[str]]]] = {}
    for measurement, names in wanted:
        lookup(MEASURES, "measure", measurement.measure)
        if measurement.block is not None:
            known_model(measurement.block.model)
        group = canonical_json(measurement.block) if measurement.block else f"data alone: {measurement.label}"
        groups.setdefault(group, []).append((measurement, names))
    units = []
    notes: dict[str, None] = {}
    for members in groups.values():
        first, block = members[0][0], members[0][0].block
        data = datasets[first.label]
        key = block_key(block, data.digest, environment) if block else None
        planned = []
        dimensions = data.train.shape[1]
        for measurement, names in members:
            extractors: tuple[Extractor, ...] = ()
            if MEASURES[measurement.measure].feature_metrics:
                extractors, said = choose(data, measurement.options["n"], inception)
                notes |= dict.fromkeys(said)
            own_key = measurement_key(measurement, key, data.digest, environment, extractors)
            has = not anew and store.has("measurements", own_key)
            planned.append(PlannedMeasurement(measurement, own_key, has, tuple(names), dimensions, extractors))
        stored = not anew and key is not None and store.has("blocks", key)
        units.append(Unit(first.dataset, first.split, data.digest, dimensions, block, key, stored, tuple(planned)))
    return tuple(units), tuple(notes)
