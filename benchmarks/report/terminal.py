"""The ten-line summary at the end of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.analysis.summary import FLOORS
from benchmarks.report.figures import HEADLINE, headline_metric
from benchmarks.report.results import Results
from benchmarks.report.style import number
from benchmarks.report.tables import arm_label, lines_of


def summary_lines(results: Results, computed: int, reused: int, seconds: float) -> list[str]:
    """At most ten lines: per data set the headline metric's best, worst and floor; what is matched; failures; where to look."""
    lines = [f"{results.run['profile']}: {computed} measurements computed, {reused} reused, {seconds:.0f} s"]
    lines += [dataset_line(results, dataset) for dataset in list(results.datasets)[:5]]
    lines += matched_lines(results)[:2]
    rows = results.all_rows  # of comparisons and of claims
    statuses = rows.loc[rows["seed"].notna(), ["block", "seed", "status"]].drop_duplicates()
    runs = statuses[statuses["block"] != ""]
    bad = runs[runs["status"] != "ok"].drop_duplicates(["block", "seed"])
    total = runs.drop_duplicates(["block", "seed"])
    kinds = ", ".join(f"{count} {status}" for status, count in bad["status"].value_counts().items())
    lines.append(f"{len(total)} runs (model × seed), {kinds or 'none failed'}")
    places = {"report": "report.html", "tables": "tables", "figures": "figures", "rows": "rows.csv"}
    lines.append("   ".join(f"{what}: {results.root / name}" for what, name in places.items()))
    return lines


def dataset_line(results: Results, dataset: str) -> str:
    """The headline metric of a data set: best, worst, and real data."""
    facts = results.datasets[dataset]
    base = HEADLINE[facts["kind"]]
    title = results.run["metrics"][base]["title"]
    every = lines_of(results, dataset)
    metric = headline_metric(results, dataset)
    if metric is None:
        return f"{dataset}: no {title}, for want of a feature extractor; see its table"
    table = every[(every["metric"] == metric) & ~every["measure"].isin(FLOORS)]
    finite = table[np.isfinite(table["mean"])].sort_values("mean")
    if table.empty and facts["kind"] == "images" and not facts.get("extractor"):
        return f"{dataset}: no {title}, because there is no extractor for it"
    if finite.empty:
        return f"{dataset}: no seed gave a value"
    shown = []
    for line in (finite.iloc[0], finite.iloc[-1]):
        half = (line["ci_high"] - line["ci_low"]) / 2
        label = ", ".join(arm_label(line, every, results.other_priors))
        shown.append(f"{label} {number(line['mean'], half if np.isfinite(half) else None)}")
    floor = results.floors.get((dataset, metric))
    real = "" if floor is None else f"; real data {number(floor)}"
    return f"{dataset}: {title} from {shown[0]} to {shown[1]}{real}"


def matched_lines(results: Results) -> list[str]:
    """Parameters, updates, examples and FLOPs of all arms, one line for all data sets on which they are the same."""
    training = results.summary[results.summary["measure"] == "training"]
    by_dataset: dict[str, list[str]] = {}
    for dataset, group in training.groupby("dataset", sort=False):
        fitted = set(group.loc[(group["metric"] == "updates") & (group["mean"] == 0), "arm"])
        trained = group[~group["arm"].isin(fitted)]
        means = {metric: lines["mean"].dropna() for metric, lines in trained.groupby("metric")}
        if not means or any(values.empty for values in means.values()):
            continue
        text = (
            f"decoder {span(means['decoder-parameters'])} of {span(means['parameters'])} parameters, "
            f"{span(means['updates'])} updates, {span(means['images-seen'])} examples, "
            f"{means['training-flops'].min():.1e}–{means['training-flops'].max():.1e} FLOPs"
        )
        by_dataset.setdefault(text, []).append(str(dataset))
    return [f"per seed on {', '.join(names)}: {text}" for text, names in by_dataset.items()]


def span(values: pd.Series) -> str:
    """Smallest and largest of whole numbers, or the one that they all are."""
    low, high = values.min(), values.max()
    return f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"
