"""From a run's rows to the values that a claim is judged by: one per seed and group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.claims.spec import Claim, Evidence

IDENTITY = ["block", "measure", "dataset", "model", "network", "sampler", "weights", "setting"]
"""Columns that a measurement's rows and its entry in ``run.json`` share."""


def identity_of(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What a measurement's entry in ``run.json`` and its rows are known by."""
    return tuple(entry[column] or "" for column in IDENTITY)


Values = dict[str, dict[str, np.ndarray]]
"""Setting → group → values."""


class EvidenceRows:
    """Rows of a run by the key of their measurement.

    Args:
        rows: the run's rows.
        entries: the measurements of ``run.json``.
    """

    def __init__(self, rows: pd.DataFrame, entries: Sequence[Mapping[str, Any]]) -> None:
        self.groups = dict(list(rows.fillna(dict.fromkeys(IDENTITY, "")).groupby(IDENTITY, sort=False, dropna=False)))
        self.names = {entry["key"]: identity_of(entry) for entry in entries}
        self.seeds = {entry["key"]: entry["seeds"] for entry in entries}

    def metric(self, key: str, metric: str) -> pd.Series:
        """Values of one metric of a measurement by seed, in the measurement's order, NaN where a run failed.

        Measurements of data alone that differ only in their seeds share an identity: each has the rows of its own seeds.

        Args:
            key: key of the measurement.
            metric: name. Without an extractor: where several gave it, it is the first one's, the data set's own.

        Raises:
            ValueError: a seed has two such values, or the measurement has no such metric.
        """
        rows = self.groups[self.names[key]]
        names = rows["metric"] if "[" in metric else rows["metric"].str.partition("[")[0]
        rows = rows[rows["seed"].isin(self.seeds[key]) & (names == metric)]
        if rows.empty:
            raise ValueError(f"{self.names[key][1]} gives no metric {metric!r}")
        rows = rows[rows["metric"] == rows["metric"].iloc[0]]
        if rows["seed"].duplicated().any():
            raise ValueError(f"{self.names[key][1]} gives {metric!r} twice for one seed")
        values = rows.set_index("seed")["value"].where((rows["status"] == "ok").to_numpy())
        return values.loc[self.seeds[key]]

    def values(self, evidence: Evidence, keys: Sequence[str]) -> np.ndarray:
        """One value per seed, NaN where a run failed; shape (n,), or (n, 2) for evidence with a second metric."""
        value = self._joined(keys, evidence.metric)
        if evidence.against is not None:
            return np.stack([value, self._joined(keys, evidence.against)], axis=1)
        if evidence.event is None:
            return value
        happened = (
            value < evidence.event.threshold if evidence.event.side == "below" else value > evidence.event.threshold
        )
        return np.where(np.isnan(value), np.nan, happened.astype(float))

    def _joined(self, keys: Sequence[str], metric: str) -> np.ndarray:
        return np.concatenate([self.metric(key, metric).to_numpy(float) for key in keys])


def values_of(claim: Claim, keys: Mapping[str, Mapping[str, Sequence[str]]], rows: EvidenceRows) -> Values:
    """The values behind every group of every setting of a claim; a group whose runs were not asked for is left out.

    Args:
        claim: the claim.
        keys: setting → group → keys of measurements (``claims.json``).
        rows: the run's rows.
    """
    settings = {setting.label: setting for setting in claim.settings + claim.controls}
    return {
        label: {name: rows.values(settings[label].groups[name], own) for name, own in groups.items() if own}
        for label, groups in keys.items()
    }
