"""From options to a plan: which blocks and measurements, under which keys, what is stored already, what it will cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import torch

from benchmarks import execution
from benchmarks.datasets import DATASETS, Dataset, load
from benchmarks.evaluation import MEASURES
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.base import Request
from benchmarks.extractor_choice import choose, inception_weights
from benchmarks.options import RunOptions
from benchmarks.recipes import SEEDS
from benchmarks.specs import SCHEMA_VERSION, Block, InputError, Measurement, canonical_json, lookup, seed_blocks
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
        threads = execution.THREADS if self.kind == "cpu" else None
        return {"hardware": self.hardware, "threads": threads, "versions": versions()}


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
    """A measurement with its key, whether it is stored, the experiments that want it, and its feature extractors."""

    measurement: Measurement
    key: str
    stored: bool
    experiments: tuple[str, ...]
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
        return execution.measuring_seconds(self.measurement) + extraction


@dataclass(frozen=True)
class Unit:
    """What one worker does in one go: train a block, unless stored, and take the measurements that are missing.

    ``block`` and ``key`` are None for measurements of data alone.
    """

    dataset: str
    block: Block | None
    key: str | None
    stored: bool
    measurements: tuple[PlannedMeasurement, ...]

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
        training = execution.training_seconds(self.block) if self.block is not None and self.must_train else 0.0
        return training + sum(m.seconds for m in self.missing)


@dataclass(frozen=True)
class Plan:
    """All units of a run, the environment, the data sets (loaded and checked), and what the user should know."""

    options: RunOptions
    environment: Environment
    units: tuple[Unit, ...]
    datasets: Mapping[str, Dataset]
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


def block_key(block: Block, data: str, environment: Environment) -> str:
    """Key of a block: its specification, the sources of training and model, data, environment, seed-axis width."""
    return digest(
        {
            "schema_version": SCHEMA_VERSION,
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
    names = MEASURES[measurement.measure].names(measurement.dataset, extractors)
    return digest(
        {
            "schema_version": SCHEMA_VERSION,
            "measure": measurement.measure,
            "options": measurement.options,
            "data_seeds": measurement.data_seeds,
            "dataset": measurement.dataset,
            "block": key,
            "sources": source_digest("benchmarks.blocks"),
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
    return [name, function.__qualname__, metric.needs, source_digest(function.__module__)]


def wanted_measurements(options: RunOptions) -> dict[str, tuple[Measurement, list[str]]]:
    """Every measurement that the options ask for, once, with the experiments that want it; by canonical JSON.

    Raises:
        InputError: an unknown name, or options that leave nothing to run.
    """
    for name in options.model:
        lookup(MODELS, "model", name)
    for name in options.dataset:
        lookup(DATASETS, "data set", name)
    experiments = [lookup(EXPERIMENTS, "experiment", name) for name in options.experiment or EXPERIMENTS]
    supported = {name for experiment in experiments for name in experiment.supports}
    for name in options.dataset:
        if name not in supported:
            choices = "; ".join(f"{e.name}: {', '.join(e.supports)}" for e in experiments)
            raise InputError(f"no chosen experiment supports the data set {name!r} ({choices})")
    wanted: dict[str, tuple[Measurement, list[str]]] = {}
    for experiment in experiments:
        asked = [name for name in options.dataset if name in experiment.supports]
        for dataset in dict.fromkeys(asked if options.dataset else experiment.datasets[options.profile]):
            count = options.seeds or SEEDS[options.profile][DATASETS[dataset].kind]
            seeds = tuple(seed_blocks(count, options.seed_role))
            for measurement in experiment.measurements(Request(dataset, options.profile, seeds)):
                if options.model and measurement.block and measurement.block.model not in options.model:
                    continue
                _, names = wanted.setdefault(canonical_json(measurement), (measurement, []))
                names.append(experiment.name)
    return wanted


def make_plan(options: RunOptions, store: Store) -> Plan:
    """The plan for a run: loads and checks the data, computes keys, looks up what is stored.

    Raises:
        InputError: unknown names, no such device, data or weights missing or damaged.
    """
    environment = environment_for(options.device)
    wanted = wanted_measurements(options)
    inception = inception_weights(options)
    names = dict.fromkeys(measurement.dataset for measurement, _ in wanted.values())
    offline = options.offline or options.dry_run
    datasets = {name: load(name, options.data_dir, offline) for name in names}
    groups: dict[str, list[tuple[Measurement, list[str]]]] = {}
    for measurement, experiments in wanted.values():
        lookup(MEASURES, "measure", measurement.measure)
        group = canonical_json(measurement.block) if measurement.block else f"data alone: {measurement.dataset}"
        groups.setdefault(group, []).append((measurement, experiments))
    units = []
    notes: dict[str, None] = {}
    for members in groups.values():
        dataset, block = members[0][0].dataset, members[0][0].block
        data = datasets[dataset].digest
        key = block_key(block, data, environment) if block else None
        planned = []
        for measurement, experiments in members:
            extractors: tuple[Extractor, ...] = ()
            if MEASURES[measurement.measure].feature_metrics:
                extractors, said = choose(datasets[dataset], measurement.options["n"], inception)
                notes |= dict.fromkeys(said)
            own = measurement_key(measurement, key, data, environment, extractors)
            has = store.has("measurements", own)
            planned.append(PlannedMeasurement(measurement, own, has, tuple(experiments), extractors))
        stored = key is not None and store.has("blocks", key)
        units.append(Unit(dataset, block, key, stored, tuple(planned)))
    return Plan(options, environment, tuple(units), datasets, inception, tuple(notes))
