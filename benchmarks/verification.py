"""Recomputes a sample of a results directory and holds it against what is there (``run_bench.py verify``).

On the setup that computed them (same code, data, versions, device, threads, seed-axis width: the same keys; and the same model of
processor) values must be equal to the last bit. Elsewhere values that rest on no training must agree within each metric's
tolerance. Trainings are chaotic: after some hundreds of updates a rounding error has become another run, so that of these the
distributions over seeds are compared.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from scipy import stats

from benchmarks import plugins
from benchmarks.datasets import load
from benchmarks.options import RunOptions
from benchmarks.outputs import git_state, processor
from benchmarks.planning import Plan, PlannedMeasurement, Unit, environment_for, units_of
from benchmarks.report.results import Results
from benchmarks.report.results import load as load_results
from benchmarks.rows import label_of
from benchmarks.runner import run
from benchmarks.specs import Block, InputError, Measurement
from benchmarks.store import Store
from metrics import METRICS, base_name

Agreement = Literal["bit-equal", "agrees", "differs", "not comparable"]
LEVEL = 0.001
"""Of the tests on distributions, over all of one verification (Bonferroni)."""


@dataclass(frozen=True)
class Comparison:
    """One metric of one measurement, there and here.

    Attributes:
        unit: what was trained, or the data alone.
        metric: name.
        there: values of the results directory, by seed.
        here: values recomputed.
        same_setup: both have the same key and were computed on the same model of processor.
        trained: they rest on a training.
    """

    unit: str
    metric: str
    there: np.ndarray
    here: np.ndarray
    same_setup: bool
    trained: bool

    def agreement(self, level: float) -> Agreement:
        """How far they agree; ``level`` is that of a test of the distributions."""
        if np.array_equal(self.there, self.here, equal_nan=True):
            return "bit-equal"
        if self.same_setup:
            return "differs"
        if not self.trained:
            metric = METRICS.get(base_name(self.metric))
            rtol, atol = (metric.rtol, metric.atol) if metric else (0.0, 0.0)
            close = np.isclose(self.here, self.there, rtol=rtol, atol=atol, equal_nan=True)
            return "agrees" if close.all() else "differs"
        a, b = self.there[np.isfinite(self.there)], self.here[np.isfinite(self.here)]
        if min(len(a), len(b)) < 2:
            return "not comparable"
        if np.ptp(a) == np.ptp(b) == 0:
            return "agrees" if np.isclose(a[0], b[0]) else "differs"
        return "differs" if stats.ttest_ind(a, b, equal_var=False).pvalue < level else "agrees"


@dataclass(frozen=True)
class Verification:
    """What came of it.

    Attributes:
        comparisons: all of them, each with how far it agrees.
        same_setup: every key was the same, and the processor.
        failed: messages of measurements that could not be recomputed.
    """

    comparisons: tuple[tuple[Comparison, Agreement], ...]
    same_setup: bool
    failed: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Something could be compared, nothing differs and nothing failed."""
        found = {agreement for _, agreement in self.comparisons}
        return not self.failed and "differs" not in found and bool(found - {"not comparable"})

    def lines(self) -> list[str]:
        """What to print: one line for each unit, then those that differ, then the sum."""
        by_unit: dict[str, list[tuple[Comparison, Agreement]]] = {}
        for one in self.comparisons:
            by_unit.setdefault(one[0].unit, []).append(one)
        lines = []
        for unit, ones in by_unit.items():
            counts = {
                kind: sum(agreement == kind for _, agreement in ones) for kind in dict.fromkeys(a for _, a in ones)
            }
            lines.append(f"{unit}: {', '.join(f'{count} metrics {kind}' for kind, count in counts.items())}")
        wrong = [comparison for comparison, agreement in self.comparisons if agreement == "differs"]
        lines += [f"differs: {w.unit}, {w.metric}: {in_short(w.there)} there, {in_short(w.here)} here" for w in wrong]
        lines += [f"failed: {message}" for message in self.failed]
        how = "bit-equal" if self.same_setup else "as far as another setup can tell"
        compared = any(agreement != "not comparable" for _, agreement in self.comparisons)
        lines.append(
            f"verified, {how}"
            if self.sound
            else "not verified"
            if compared
            else "not verified: nothing could be compared"
        )
        return lines

    def facts(self) -> dict[str, Any]:
        """The same for programs; NaN as null."""
        return {
            "verified": self.sound,
            "same_setup": self.same_setup,
            "failed": list(self.failed),
            "comparisons": [
                {
                    "unit": one.unit,
                    "metric": one.metric,
                    "there": plain(one.there),
                    "here": plain(one.here),
                    "agreement": agreement,
                }
                for one, agreement in self.comparisons
            ],
        }


def plain(values: np.ndarray) -> list[float | None]:
    """Values as JSON has them."""
    return [float(value) if np.isfinite(value) else None for value in values]


def in_short(values: np.ndarray) -> str:
    """The first values."""
    return ", ".join(f"{value:.6g}" for value in values[:3]) + (", …" if len(values) > 3 else "")


def asked(run_file: Mapping[str, Any], root: Path) -> dict[str, list[tuple[dict[str, Any], Measurement]]]:
    """The measurements of a run that did not fail, with their entries, by block or data alone.

    Raises:
        InputError: the run was made by a version that did not write down all of what it was asked.
    """
    groups: dict[str, list[tuple[dict[str, Any], Measurement]]] = {}
    for entry in run_file["measurements"]:
        if "asked" not in entry:
            raise InputError(
                f"{root} was made by a version of Fairtrial whose results cannot be verified; take the commit that its "
                "provenance.json names and make them again"
            )
        if entry["failure"] or entry["asked"]["dataset"] == "own":
            continue
        block = run_file["blocks"][entry["block"]] if entry["block"] else None
        fields = {**entry["asked"], "block": block}
        measurement = Measurement.model_validate_json(json.dumps(fields))
        groups.setdefault(entry["block"] or f"data alone: {measurement.label}", []).append((entry, measurement))
    if not groups:
        raise InputError(f"{root} holds no measurements that can be verified")
    return groups


def verify(root: Path, options: RunOptions, sample: int, sample_seed: int = 0) -> Verification:
    """Recompute some of the blocks of a results directory, with all their measurements, and compare.

    Args:
        root: a results directory, or a small copy of one.
        options: device, data directory, jobs; the rest does not matter.
        sample: how many blocks; data alone counts as one.
        sample_seed: which ones.

    Raises:
        InputError: no results directory, or none that can be verified; data missing.
    """
    plugins.join(options.plugin)
    results = load_results(root)
    groups = asked(results.run, root)
    chosen = random.Random(sample_seed).sample(sorted(groups), min(sample, len(groups)))
    entries = [one for name in sorted(chosen, key=list(groups).index) for one in groups[name]]
    environment = environment_for(options.device)
    same_processor = results.provenance.get("hardware", {}).get("processor") == processor()
    datasets = {
        measurement.label: load(measurement.dataset, options.data_dir, options.offline, measurement.split)
        for _, measurement in entries
    }
    with tempfile.TemporaryDirectory(prefix="fairtrial-verify-") as folder:
        own = options.model_copy(update={"results_dir": Path(folder)})
        store = Store(Path(folder))
        units, notes = units_of([(measurement, []) for _, measurement in entries], datasets, environment, store)
        plan = Plan(own, environment, units, datasets, notes=notes)
        outcomes = run(plan, git_state(), progress_bar=not options.quiet)
        failed = [failure.message for outcome in outcomes for failure in outcome.failures.values()]
        planned = {
            planned.measurement.model_dump_json(): (unit, planned) for unit in units for planned in unit.measurements
        }
        comparisons = [
            comparison
            for entry, measurement in entries
            for comparison in compared(results, entry, *planned[measurement.model_dump_json()], store, same_processor)
        ]
    level = LEVEL / max(1, len(comparisons))
    return Verification(
        tuple((one, one.agreement(level)) for one in comparisons),
        all(one.same_setup for one in comparisons),
        tuple(failed),
    )


def compared(
    results: Results,
    entry: Mapping[str, Any],
    unit: Unit,
    planned: PlannedMeasurement,
    store: Store,
    same_processor: bool,
) -> Iterator[Comparison]:
    """All metrics of one measurement, as far as both have them."""
    if not store.has("measurements", planned.key):
        return
    here: dict[str, dict[int | None, float]] = {}
    for row in store.read_rows(planned.key):
        value = float(row["value"]) if row["status"] == "ok" else np.nan  # as what is there is read
        here.setdefault(row["metric"], {})[int(row["seed"]) if row["seed"] else None] = value
    for metric, values in here.items():
        seeds: list[int | None] = list(planned.measurement.seeds)
        try:
            there = results.evidence.metric(entry["key"], metric).reindex(seeds).to_numpy(float)
        except ValueError:  # it has no such metric
            there = np.full(len(seeds), np.nan)
        yield Comparison(
            unit=unit_label(unit.block, unit.label),
            metric=metric,
            there=there,
            here=np.array([values[seed] for seed in seeds]),
            same_setup=same_processor and planned.key == entry["key"],
            trained=unit.block is not None,
        )


def unit_label(block: Block | None, dataset: str) -> str:
    """What a unit is called in what is printed."""
    if block is None:
        return f"{dataset}, data alone"
    seeds = f"{block.seeds[0]}–{block.seeds[-1]}" if len(block.seeds) > 1 else str(block.seeds[0])
    return f"{dataset}, {label_of(block)}, seeds {seeds}"
