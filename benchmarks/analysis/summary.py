"""Means over seeds with intervals, and which arms are best.

Intervals are Student's t intervals over seeds (95 %), of the seeds that did not fail; failed and diverged seeds are counted
beside them. They hold what training varies with the seed, and nothing else: data split, extractor and settings are shared.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

ARM = ["dataset", "measure", "model", "arm", "sampler", "observation", "metric"]
"""Columns that tell one line of a comparison from another."""
FLOORS = ("mixture-floor", "mixture-kde-floor", "image-floor")
TIE_LEVEL = 0.05


def with_arms(rows: pd.DataFrame, run: Mapping[str, Any]) -> pd.DataFrame:
    """Rows with the columns ``arm`` (the model's label), ``observation`` and ``base`` (metric without extractor)."""
    labels = {entry["block"]: entry["arm"] for entry in run["measurements"] if entry["block"]}
    rows = rows.copy()
    rows["arm"] = [labels.get(block, "") for block in rows["block"]]
    rows["observation"] = [json.loads(setting).get("observation", "") or "" for setting in rows["setting"]]
    rows[["model", "sampler"]] = rows[["model", "sampler"]].fillna("")
    rows["base"] = [name.partition("[")[0] for name in rows["metric"]]
    return rows


def t_interval(values: np.ndarray, level: float = 0.95) -> tuple[float, float]:
    """Student's t interval of the mean of n ≥ 2 finite values; NaN otherwise."""
    if len(values) < 2 or not np.isfinite(values).all():
        return np.nan, np.nan
    half = stats.t.ppf(0.5 + level / 2, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return float(values.mean() - half), float(values.mean() + half)


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """One line per arm, sampler, observation and metric.

    Args:
        rows: with the columns of :func:`with_arms`.

    Returns:
        columns ``ARM`` and base, mean, sd, ci_low, ci_high, n (seeds with a value), failed (seeds without), in the order of
        first appearance.
    """
    lines = []
    for names, group in rows.groupby(ARM, sort=False):
        values = group.loc[group["status"] == "ok", "value"].to_numpy(float)
        if group["measure"].iloc[0] == "training":  # its values are known even for a seed that diverged
            values = group["value"].dropna().to_numpy(float)
        low, high = t_interval(values)
        lines.append(
            {
                **dict(zip(ARM, names, strict=True)),
                "base": group["base"].iloc[0],
                "mean": values.mean() if len(values) else np.nan,
                "sd": values.std(ddof=1) if len(values) > 1 and np.isfinite(values).all() else np.nan,
                "ci_low": low,
                "ci_high": high,
                "n": len(values),
                "failed": len(group) - len(values),
            }
        )
    columns = [*ARM, "base", "mean", "sd", "ci_low", "ci_high", "n", "failed"]
    return pd.DataFrame(lines, columns=columns)


def floors(summary: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Value of real data by (data set, metric), from the measures of data alone."""
    lines = summary[summary["measure"].isin(FLOORS)]
    return {(line.dataset, line.metric): line.mean for line in lines.itertuples()}  # type: ignore[misc]


def loss(values: np.ndarray, direction: str, floor: float | None) -> np.ndarray:
    """Values turned so that smaller is better: as they are, negated, or their distance from the floor."""
    if direction == "reference":
        return np.abs(values - floor) if floor is not None else np.full_like(values, np.nan)
    return -values if direction == "higher" else values


def mark_best(rows: pd.DataFrame, summary: pd.DataFrame, metrics: Mapping[str, Mapping[str, str]]) -> pd.Series:
    """For each line of the summary ``best``, ``tie`` or nothing.

    Best is the smallest mean :func:`loss` among arms on the same data set and metric of which no seed failed; a tie is such
    an arm that a rank test does not tell from the best (Mann–Whitney, two-sided, 5 %, uncorrected: a reading aid, not a
    verdict). Ranks, because some arms have single seeds that are off by orders of magnitude. Lines of data alone, of the
    measure ``training``, and of metrics without an order get no mark.
    """
    marks = pd.Series("", index=summary.index)
    reference = floors(summary)
    usable = rows[rows["status"] == "ok"]
    by_arm = {names: group["value"].to_numpy(float) for names, group in usable.groupby(ARM, sort=False)}
    compared = summary[~summary["measure"].isin((*FLOORS, "training")) & (summary["n"] > 0) & (summary["failed"] == 0)]
    for (dataset, metric), group in compared.groupby(["dataset", "metric"], sort=False):
        direction = metrics[group["base"].iloc[0]]["direction"]
        if direction == "none":
            continue
        losses = {
            index: loss(by_arm[tuple(group.loc[index, ARM])], direction, reference.get((str(dataset), str(metric))))
            for index in group.index
        }
        means = {index: values.mean() for index, values in losses.items() if np.isfinite(values).all()}
        if len(means) < 2:
            continue
        best = min(means, key=lambda index: means[index])
        marks[best] = "best"
        for index in means:
            if index != best and indistinguishable(losses[index], losses[best]):
                marks[index] = "tie"
    return marks


def indistinguishable(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether a two-sided Mann–Whitney test at 5 % does not tell two groups of seeds apart (always so for n < 4)."""
    p = stats.mannwhitneyu(a, b, alternative="two-sided").pvalue
    return not p <= TIE_LEVEL  # newer SciPy gives NaN where all values are equal
