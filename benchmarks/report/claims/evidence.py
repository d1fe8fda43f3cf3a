"""What a claim's pictures look at: the runs behind each group of each setting, with their arrays and values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.claims.spec import Evidence, Setting
from benchmarks.report.results import Results

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Group:
    """The runs of one group.

    Attributes:
        results: the results directory.
        evidence: what the claim asked for.
        entries: the measurements of ``run.json``, one per block of seeds, without those that crashed.
    """

    results: Results
    evidence: Evidence
    entries: tuple[dict[str, Any], ...]

    @property
    def runs(self) -> list[Arrays]:
        """Arrays of every run that did not fail, without the seed axis."""
        return [run for entry in self.entries for run in self.results.runs(entry).values()]

    @property
    def which(self) -> str:
        """Which runs there are arrays of, in words: a small copy may have kept some alone."""
        there, all_of_them = len(self.runs), sum(len(self.results.ok(entry)) for entry in self.entries)
        return "every run" if there == all_of_them else f"{there} of {all_of_them} runs"

    @property
    def example(self) -> Arrays:
        """Arrays of the first run that did not fail; empty where all failed."""
        return next(iter(self.runs), {})

    def runs_with(self, metric: str) -> list[tuple[Arrays, float]]:
        """The same, each with its value of a metric."""
        return [
            (run, float(values[index]))
            for entry in self.entries
            for values in [self.results.evidence.metric(entry["key"], metric).to_numpy(float)]
            for index, run in self.results.runs(entry).items()
        ]

    @property
    def setting(self) -> Mapping[str, Any]:
        """Settings of the model and its training, and options of the measure."""
        return json.loads(self.entries[0]["setting"])

    def values(self, metric: str | None = None) -> np.ndarray:
        """A metric (None: the claim's) of every run, NaN where it failed; shape (n,)."""
        name = metric or self.evidence.metric
        parts = [self.results.evidence.metric(entry["key"], name).to_numpy(float) for entry in self.entries]
        return np.concatenate(parts)


def counted(name: str, *groups: Group) -> str:
    """A name, and how many runs of the groups that bear it failed, which no mark shows."""
    failed = sum(int(np.isnan(group.values()).sum()) for group in groups)
    return f"{name} ({failed} failed)" if failed else name


Tried = list[tuple[Setting, dict[str, Group]]]


def tried(results: Results, claim: str) -> Tried:
    """The settings of a claim that were run, controls last, each with those of its groups that have runs."""
    entries = {entry["key"]: entry for entry in results.run["measurements"] if not entry["failure"]}
    keys = results.trial["evidence"][claim]
    found: Tried = []
    for setting in results.claims[claim].settings + results.claims[claim].controls:
        own = {
            name: tuple(entries[key] for key in keys[setting.label].get(name, ()) if key in entries)
            for name in (setting.groups if setting.label in keys else ())
        }
        groups = {name: Group(results, setting.groups[name], runs) for name, runs in own.items() if runs}
        if groups:
            found.append((setting, groups))
    return found


def alike(settings: Tried) -> Tried:
    """Those that measure what the first one does: a control may measure something else."""
    metrics = {group.evidence.metric for _, groups in settings[:1] for group in groups.values()}
    return [
        (setting, groups)
        for setting, groups in settings
        if {group.evidence.metric for group in groups.values()} <= metrics
    ]


def decisive(results: Results, claim: str) -> Tried:
    """Those that count for the verdict."""
    controls = {setting.label for setting in results.claims[claim].controls}
    return [
        (setting, groups)
        for setting, groups in tried(results, claim)
        if setting.decisive and setting.label not in controls
    ]
