"""Another program's samples in the comparison's table: beside real images, and beside the arms of a results directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.analysis.summary import t_interval
from benchmarks.report.results import Results
from benchmarks.report.style import number
from benchmarks.report.table import Cell, Page, table
from benchmarks.report.tables import ARROWS, FLAG, arm_label, cell, in_order, lines_of
from benchmarks.specs import InputError

MEASURE = "image-samples"
LEGEND = (
    "Models: mean over seeds ± half-width of the 95 % t interval, failed seeds left out. ↓ lower is better, ↑ higher is better, "
    "= best at the value of real data, · no order. †: at or below the value of real data."
)


def measured_with(results: Results, dataset: str) -> int:
    """How many samples every model of the results was measured with.

    Raises:
        InputError: the results do not compare models on the data set.
    """
    rows = results.rows
    counts = rows.loc[(rows["dataset"] == dataset) & (rows["measure"] == MEASURE), "n"].dropna()
    if counts.empty:
        raise InputError(
            f"results {results.root} do not compare models on {dataset}; give those of --experiment images --dataset {dataset}, or "
            "leave --reference out"
        )
    return int(counts.max())


def page(
    name: str,
    dataset: str,
    counts: tuple[int, int],
    values: Mapping[str, float],
    real: Sequence[Mapping[str, Any]],
    facts: Mapping[str, Mapping[str, str]],
    results: Results | None,
    notes: Sequence[str] = (),
) -> Page:
    """One line for the samples, one for real images, and one for every arm of the results.

    Args:
        name: of the samples.
        dataset: that they are samples of.
        counts: how many of them were measured, and how many there are.
        values: of the samples, by metric.
        real: rows of real images in their place, of several splits.
        facts: title, direction, unit and summary of every metric.
        results: a results directory that has the data set; None for none.
        notes: what else is to be said.
    """
    metrics = in_order(pd.DataFrame({"metric": list(values), "base": [one.partition("[")[0] for one in values]}))
    header = ["model", "sampled from", "seeds"]
    for metric, base in metrics.itertuples(index=False):
        flag = FLAG if results is not None and (dataset, metric) in results.flags else ""
        header.append(f"{facts[base]['title']}{metric[len(base) :]} {ARROWS[facts[base]['direction']]}{flag}")
    body: list[list[str | Cell]] = [
        [Cell(name, "strong"), "as given", "", *(number(values[m]) for m in metrics["metric"])]
    ]
    body.append(
        ["real data", "floor", str(len({row["seed"] for row in real})), *(_mean(real, m) for m in metrics["metric"])]
    )
    if results is not None:
        lines = lines_of(results, dataset)
        chosen = lines[lines["measure"] == MEASURE]
        for _, group in chosen.groupby(["arm", "sampler", "observation"], sort=False):
            arm, sampled = arm_label(group.iloc[0], lines, results.other_priors)
            # the results' own best and ties are not those of a table with another line in it
            by_metric = {str(line["metric"]): replace(cell(line, results), mark="") for _, line in group.iterrows()}
            body.append([arm, sampled, str(group["n"].max()), *(by_metric.get(m, Cell("")) for m in metrics["metric"])])
    n, every = counts
    of = f" of {every:,}, taken at random" if every > n else ""
    said = (
        f"{name}: {n:,} samples{of}; one set, which says nothing of how another would do. Real data: as many real images in their "
        f"place, several times. {LEGEND}"
    )
    return Page(f"{name} beside {dataset}", (table(header, body),), "", (said, *notes))


def csv(made: Page) -> str:
    """The table as CSV, its cells as they are shown."""
    (only,) = made.tables
    lines = pd.DataFrame([[" ".join(filter(None, (one.text, one.note))) for one in row] for row in only.rows])
    return lines.to_csv(index=False, header=list(only.header))


def _mean(rows: Sequence[Mapping[str, Any]], metric: str) -> str:
    values = np.array([row["value"] for row in rows if row["metric"] == metric and row["status"] == "ok"])
    if not len(values):
        return "–"
    low, high = t_interval(values)
    return number(values.mean(), (high - low) / 2 if np.isfinite(high - low) else None)
