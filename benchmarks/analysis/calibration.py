"""Bias and spread of divergence estimators, from the rows of the calibration measures alone."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

CALIBRATION = ("calibration-hist", "calibration-knn", "calibration-kde")
"""Measures of known pairs; their rows are about estimators, not about models or data, and stay out of all comparisons."""
TRUTH = "quadrature"
GOAL = 0.01
"""``|bias|`` that the estimates of JSD should not exceed, in nats."""
LINE = ["dataset", "pair", "divergence", "estimator", "n"]
"""Columns that tell one line of the table from another."""


def calibrate(rows: pd.DataFrame) -> pd.DataFrame:
    """Bias and spread of every estimator on every pair.

    Args:
        rows: those of the measures ``CALIBRATION``, with the columns dataset, measure, setting, n, seed, status, metric, value. A
            metric is named ``<divergence>-<estimator>``; the true value is that of the estimator ``quadrature``.

    Returns:
        columns ``LINE`` and draws (seeds with a value), failed (seeds without), truth, mean, bias = mean − truth, spread (standard
        deviation over draws), in the order of first appearance. NaN where there is no such number: no bias where truth or mean
        is infinite, no spread of fewer than two draws.
    """
    rows = rows.copy()
    rows["pair"] = [json.loads(setting)["pair"] for setting in rows["setting"]]
    rows["divergence"] = [name.rpartition("-")[0] for name in rows["metric"]]
    rows["estimator"] = [name.rpartition("-")[2] for name in rows["metric"]]
    pair = ["dataset", "measure", "pair", "divergence", "n"]
    # truth is deterministic: any seed that did not fail has it
    truths = rows[(rows["estimator"] == TRUTH) & (rows["status"] == "ok")].groupby(pair)["value"].first()
    lines = []
    for names, group in rows[rows["estimator"] != TRUTH].groupby([*pair, "estimator"], sort=False, dropna=False):
        dataset, _, name, divergence, n, estimator = names
        values = group.loc[group["status"] == "ok", "value"].to_numpy(float)
        truth = float(truths.get(names[:-1], np.nan))
        mean = float(values.mean()) if len(values) else np.nan
        finite = np.isfinite(values).all()
        lines.append(
            {
                **dict(zip(LINE, (dataset, name, divergence, estimator, n), strict=True)),
                "draws": len(values),
                "failed": len(group) - len(values),
                "truth": truth,
                "mean": mean,
                "bias": mean - truth if np.isfinite([mean, truth]).all() else np.nan,
                "spread": float(values.std(ddof=1)) if len(values) > 1 and finite else np.nan,
            }
        )
    return pd.DataFrame(lines, columns=[*LINE, "draws", "failed", "truth", "mean", "bias", "spread"])


def largest(table: pd.DataFrame, dataset: str, metric: str, n: float) -> tuple[float, float] | None:
    """Largest ``|bias|`` and largest spread of an estimator over a data set's pairs; None where it was not calibrated at this n.

    Args:
        table: from :func:`calibrate`.
        dataset: a data set's name.
        metric: ``<divergence>-<estimator>``.
        n: sample size.
    """
    divergence, _, estimator = metric.rpartition("-")
    same = (table["dataset"] == dataset) & (table["divergence"] == divergence) & (table["estimator"] == estimator)
    chosen = table[same & (table["n"] == n)]
    if chosen["bias"].isna().all():
        return None
    return float(chosen["bias"].abs().max()), float(chosen["spread"].max())
