"""A results directory as the report reads it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.analysis.calibration import CALIBRATION, calibrate
from benchmarks.analysis.summary import arm_of, floors, mark_best, summarise, with_arms
from benchmarks.store import Store


@dataclass(frozen=True)
class Results:
    """Rows, arrays and what the run said of itself.

    Args:
        root: a results directory.
    """

    root: Path

    @cached_property
    def run(self) -> dict[str, Any]:
        """``run.json``."""
        return json.loads((self.root / "run.json").read_text(encoding="utf-8"))

    @cached_property
    def all_rows(self) -> pd.DataFrame:
        """``rows.csv``, or in a small copy ``rows.csv.gz``; values read back exactly."""
        text = ("block", "measure", "dataset", "model", "network", "sampler", "weights", "setting", "status", "metric")
        plain = self.root / "rows.csv"
        return pd.read_csv(
            plain if plain.exists() else self.root / "rows.csv.gz",
            dtype=dict.fromkeys(text, "object"),
            converters={"value": float},  # exact, which the parser's own conversion need not be
            keep_default_na=False,
            na_values={name: [""] for name in ("seed", "step", "n")},
        )

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows on models and data, with the columns ``arm``, ``observation`` and ``base`` added."""
        return with_arms(self.all_rows[~self.all_rows["measure"].isin(CALIBRATION)], self.run)

    @cached_property
    def calibration(self) -> pd.DataFrame:
        """Bias and spread of divergence estimators (``benchmarks.analysis.calibration``); empty where none was calibrated."""
        return calibrate(self.all_rows[self.all_rows["measure"].isin(CALIBRATION)])

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One line per arm and metric, with intervals and marks (``benchmarks.analysis.summary``)."""
        summary = summarise(self.rows)
        summary["mark"] = mark_best(self.rows, summary, self.run["metrics"])
        return summary

    @cached_property
    def floors(self) -> dict[tuple[str, str], float]:
        """Value of real data by (data set, metric)."""
        return floors(self.summary)

    @cached_property
    def tuning(self) -> dict[str, Any]:
        """The searches that chose the run's settings, by data set (``tuning.json``); empty where there were none."""
        path = self.root / "tuning.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Facts of the data sets that rows are about, by name."""
        present = set(self.rows["dataset"])
        return {name: facts for name, facts in self.run["datasets"].items() if name in present}

    def entries(self, dataset: str, measure: str) -> list[dict[str, Any]]:
        """The measurements of one measure on one data set, in the order of the plan, without failed ones."""
        return [
            e
            for e in self.run["measurements"]
            if e["dataset"] == dataset and e["measure"] == measure and not e["failure"]
        ]

    def arms(self, dataset: str, measure: str) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
        """The same, grouped by (arm, sampler, observation): one entry per block of seeds."""
        groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for entry in self.entries(dataset, measure):
            name = (arm_of(entry), entry["sampler"] or "", entry["observation"] or "")
            groups.setdefault(name, []).append(entry)
        return groups

    def arrays(self, entry: dict[str, Any]) -> dict[str, np.ndarray]:
        """Arrays of one measurement, each with a leading seed axis; empty where no seed gave any."""
        return Store(self.root).read_arrays("measurements", entry["key"])

    def example(self, entries: list[dict[str, Any]]) -> dict[str, np.ndarray]:
        """Arrays of the first seed that did not fail, without the seed axis; empty where all failed."""
        for entry in entries:
            index = self.first_ok(entry)
            if index is not None:
                return {name: array[index] for name, array in self.arrays(entry).items()}
        return {}

    def first_ok(self, entry: dict[str, Any]) -> int | None:
        """Index of the first seed of a measurement that did not fail; None where all failed."""
        return next((index for index, ok in enumerate(self._ok(entry)) if ok), None)

    def _ok(self, entry: dict[str, Any]) -> list[bool]:
        same = pd.Series(True, index=self.rows.index)
        for column in ("block", "measure", "dataset", "sampler", "weights", "setting"):
            same &= self.rows[column] == (entry[column] or "")
        if not same.any():  # a measure without metrics has no rows: its block's others tell
            same = self.rows["block"] == (entry["block"] or "")
        status = self.rows[same].groupby("seed", dropna=False)["status"].min()  # "ok" comes after the others
        return [(status.get(np.nan if seed is None else float(seed)) == "ok") for seed in entry["seeds"]]
