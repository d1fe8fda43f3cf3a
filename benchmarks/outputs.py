"""What a run leaves beside its store: ``rows.csv``, ``run.json`` (what was asked for and how to read it), ``provenance.json``.

These show exactly what the run was asked for; the store below keeps everything that was ever computed.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import torch

from benchmarks import execution, plugins
from benchmarks.claims import CLAIMS, FAMILY_SIZES
from benchmarks.datasets import DATASETS, Dataset
from benchmarks.experiments import EXPERIMENTS
from benchmarks.experiments.claims import claim_evidence
from benchmarks.planning import Plan
from benchmarks.recipes import TUNED_AS, TUNED_FILE
from benchmarks.rows import failed_rows, identity, label_of
from benchmarks.specs import SCHEMA_VERSION, canonical_json
from benchmarks.store import ROW_FIELDS, Kind, Store, rows_to_csv, sealed, sha256, write_file
from benchmarks.worker import Outcome
from metrics import METRICS

ASKED = {"measure", "dataset", "options", "data_seeds", "split"}
"""A measurement's fields beside its block, which ``run.json`` holds once."""
REPOSITORY = Path(__file__).resolve().parents[1]


def json_bytes(value: Any) -> bytes:
    """Indented JSON."""
    return (json.dumps(value, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def write_json(path: Path, value: Any) -> None:
    """Write indented JSON."""
    write_file(path, json_bytes(value))


def write_outputs(plan: Plan, store: Store, outcomes: list[Outcome]) -> dict[str, str]:
    """Write ``rows.csv`` and ``run.json``.

    Returns:
        the failures: measurement key → status and message, in one line.
    """
    failures = {
        key: failure
        for outcome in outcomes
        for key, failure in outcome.failures.items()
        # of what is computed anew the store may still hold an older one
        if plan.options.overwrite == "always" or not store.has("measurements", key)
    }
    said = {key: f"{failure.status}: {failure.message}" for key, failure in failures.items()}
    rows: list[Mapping[str, Any]] = []
    entries = []
    for unit in plan.units:
        for planned in unit.measurements:
            measurement = planned.measurement
            if planned.key in failures:
                rows += failed_rows(planned, unit.key, failures[planned.key].status)
            else:
                common = identity(planned, unit.key)
                rows += [{**common, **row} for row in store.read_rows(planned.key)]
            entries.append(
                {
                    **{k: v for k, v in identity(planned, unit.key).items() if k != "schema_version"},
                    "key": planned.key,
                    "arm": label_of(measurement.block) if measurement.block else None,
                    "observation": measurement.options.get("observation"),
                    "seeds": measurement.seeds,
                    "experiments": planned.experiments,
                    "asked": measurement.model_dump(mode="json", include=ASKED),
                    "failure": said.get(planned.key),
                }
            )
    root = plan.options.output_dir
    contents = {
        "rows.csv": rows_to_csv({name: row[name] for name in ROW_FIELDS} for row in rows).encode(),
        "tuning.json": json_bytes(searches(plan)),
        "claims.json": json_bytes(claims_on_trial(plan)),
    }
    for name, content in contents.items():
        write_file(root / name, content)
    run = {
        "schema_version": SCHEMA_VERSION,
        "profile": plan.options.profile,
        "experiments": {name: e.question for name, e in EXPERIMENTS.items()},
        "notes": plan.notes,
        "datasets": {name: dataset_facts(dataset) for name, dataset in plan.datasets.items()},
        "metrics": metric_facts(),
        "measurements": entries,
        "blocks": {unit.key: unit.block.model_dump(mode="json") for unit in plan.units if unit.block and unit.key},
        "sha256": {name: sha256(content) for name, content in contents.items()},
    }
    write_json(root / "run.json", sealed(json.loads(json_bytes(run))))  # at last: it says which files belong together
    return said


def metric_facts() -> dict[str, dict[str, str]]:
    """What a reader must know of every metric."""
    return {
        name: {"title": m.title, "direction": m.direction, "unit": m.unit, "summary": m.summary}
        for name, m in METRICS.items()
    }


def claims_on_trial(plan: Plan) -> dict[str, Any]:
    """The claims that the plan judges, as the registry has them now on the plan's data sets, with the keys of their evidence.

    Returns:
        ``families``: number of claims in the whole registry by family; ``claims``: their fields; ``evidence``: claim → setting →
        group → keys of measurements.
    """
    keys = {canonical_json(planned.measurement): planned.key for planned in plan.measurements}
    evidence: dict[str, dict[str, dict[str, list[str]]]] = {}
    asked: dict[str, list[str]] = {}
    for experiment, request in plan.requests:
        if experiment.name in CLAIMS:
            asked.setdefault(experiment.name, []).append(request.dataset)
            for setting, groups in claim_evidence(CLAIMS[experiment.name], request).items():
                evidence.setdefault(experiment.name, {})[setting] = {
                    group: [keys[text] for text in map(canonical_json, wanted) if text in keys]
                    for group, wanted in groups.items()
                }
    return {
        "families": FAMILY_SIZES,
        "claims": {name: CLAIMS[name].tried_on(asked[name]).model_dump(mode="json") for name in evidence},
        "evidence": evidence,
    }


def searches(plan: Plan) -> dict[str, Any]:
    """The searches that chose the settings of the plan's data sets (``benchmarks.tuning``)."""
    known = json.loads(TUNED_FILE.read_text(encoding="utf-8"))["datasets"]
    names = dict.fromkeys(TUNED_AS.get(dataset.name, "") for dataset in plan.datasets.values())
    return {name: known[name] for name in names if name in known}


def dataset_facts(dataset: Dataset) -> dict[str, Any]:
    """What a reader of results must know of a data set."""
    facts: dict[str, Any] = {
        "kind": dataset.kind,
        "summary": dataset.summary,
        "licence": DATASETS[dataset.name].licence,
        "checked": dataset.checked,
        "shape": dataset.shape,
        "train": len(dataset.train),
        "test": len(dataset.test),
        "sha256": dataset.digest,
    }
    if dataset.density is not None:
        density = dataset.density
        facts["density"] = {
            "weights": density.weights.tolist(),
            "means": density.means.tolist(),
            "scales": density.scales.tolist(),
            "window": density.window,
            "modes": density.modes,
        }
    return facts


def plugins_used(plan: Plan) -> dict[str, dict[str, str]]:
    """Where every model that is not the suite's own came from, and the SHA-256 of its file."""
    names = {planned.measurement.block.model for planned in plan.measurements if planned.measurement.block}
    return {
        name: {"origin": one.origin, "sha256": one.sha256}
        for name, one in sorted(plugins.JOINED.items())
        if name in names
    }


def extractors_used(plan: Plan) -> dict[str, dict[str, str]]:
    """SHA-256 of the weights of every feature extractor, by data set and name."""
    used: dict[str, dict[str, str]] = {}
    for planned in plan.measurements:
        for extractor in planned.extractors:
            used.setdefault(planned.measurement.dataset, {})[extractor.name] = extractor.sha256
    return used


def provenance(
    plan: Plan, store: Store, git: Mapping[str, Any], failures: Mapping[str, str], wall: Mapping[str, float]
) -> dict[str, Any]:
    """How the numbers came about: versions, commit, hardware, threads, seeds, data, wall time per phase in seconds.

    ``units`` and ``unit_seconds`` count all units behind the rows, those of earlier runs too, by the commit that computed them.
    """
    origins: Counter[str] = Counter()
    seconds = {"training": 0.0, "measuring": 0.0}
    stored: list[tuple[str, Kind, str, set[str]]] = [
        ("training", "blocks", "block.json", {unit.key for unit in plan.units if unit.key}),
        ("measuring", "measurements", "measurement.json", {m.key for m in plan.measurements}),
    ]
    for phase, kind, name, keys in stored:
        for key in sorted(keys):
            if store.path(kind, key).is_dir():
                facts = json.loads(store.read(kind, key, name))
                origins[f"{facts['origin']['commit']}{' with changes' if facts['origin']['dirty'] else ''}"] += 1
                seconds[phase] += facts["seconds"]
    return {
        "schema_version": SCHEMA_VERSION,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": [Path(sys.argv[0]).name, *sys.argv[1:]],
        "profile": plan.options.profile,
        "seeds": sorted({seed for m in plan.measurements for seed in m.measurement.seeds}),
        "git": dict(git),
        "versions": {
            "python": platform.python_version(),
            **{
                d.name.lower().replace("_", "-"): d.version
                for d in sorted(importlib.metadata.distributions(), key=lambda d: d.name.lower())
            },
        },
        "hardware": hardware(plan),
        "threads_per_worker": execution.THREADS,
        "jobs": plan.jobs,
        "data_sha256": {name: dataset.digest for name, dataset in plan.datasets.items()},
        "extractors": extractors_used(plan),
        "plugins": plugins_used(plan),
        "notes": plan.notes,
        "computed_now": sum(len(unit.missing) for unit in plan.units) - len(failures),
        "failures": dict(failures),
        "units": dict(origins),
        "unit_seconds": {name: round(value, 2) for name, value in seconds.items()},
        "wall_seconds": {name: round(value, 2) for name, value in wall.items()},
    }


def git_state() -> dict[str, Any]:
    """Commit of the suite and whether tracked files differ from it; nulls outside a git checkout."""

    def git(*arguments: str) -> str | None:
        try:
            result = subprocess.run(
                ["git", *arguments], cwd=REPOSITORY, capture_output=True, text=True, timeout=20, check=True
            )
        except (OSError, subprocess.SubprocessError):
            return None
        return result.stdout.strip()

    changes = git("status", "--porcelain", "--untracked-files=no")
    return {"commit": git("rev-parse", "HEAD"), "dirty": None if changes is None else bool(changes)}


def hardware(plan: Plan) -> dict[str, Any]:
    """Processor, cores, memory, system and the device that trained."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None
    return {
        "processor": processor(),
        "cores": execution.available_cores(),
        "instructions": torch.backends.cpu.get_cpu_capability(),
        "memory_gib": None if memory is None else round(memory / 2**30, 1),
        "system": platform.platform(),
        "device": plan.environment.hardware,
    }


def processor() -> str:
    """The processor's model, as the system names it."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
