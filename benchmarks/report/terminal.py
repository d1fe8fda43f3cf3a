"""The ten-line summary at the end of a run."""

from __future__ import annotations

import numpy as np

from benchmarks.analysis.summary import FLOORS
from benchmarks.report.figures import HEADLINE
from benchmarks.report.results import Results
from benchmarks.report.style import number
from benchmarks.report.tables import arm_label, lines_of


def summary_lines(results: Results, computed: int, reused: int, seconds: float) -> list[str]:
    """At most ten lines: per data set the headline metric's best, worst and floor; failures; where to look."""
    lines = [f"{results.run['profile']}: {computed} measurements computed, {reused} reused, {seconds:.0f} s"]
    for dataset, facts in list(results.datasets.items())[:6]:
        base = HEADLINE[facts["kind"]]
        every = lines_of(results, dataset)
        table = every[(every["base"] == base) & ~every["measure"].isin(FLOORS)]
        finite = table[np.isfinite(table["mean"])].sort_values("mean")
        if finite.empty:
            lines.append(f"{dataset}: no seed gave a value")
            continue
        shown = []
        for line in (finite.iloc[0], finite.iloc[-1]):
            half = (line["ci_high"] - line["ci_low"]) / 2
            shown.append(
                f"{', '.join(arm_label(line, every))} {number(line['mean'], half if np.isfinite(half) else None)}"
            )
        floor = results.floors.get((dataset, table["metric"].iloc[0]))
        real = "" if floor is None else f"; real data {number(floor)}"
        title = results.run["metrics"][base]["title"]
        lines.append(f"{dataset}: {title} from {shown[0]} to {shown[1]}{real}")
    statuses = results.rows.loc[results.rows["seed"].notna(), ["block", "seed", "status"]].drop_duplicates()
    runs = statuses[statuses["block"] != ""]
    bad = runs[runs["status"] != "ok"].drop_duplicates(["block", "seed"])
    total = runs.drop_duplicates(["block", "seed"])
    kinds = ", ".join(f"{count} {status}" for status, count in bad["status"].value_counts().items())
    lines.append(f"{len(total)} runs (model × seed), {kinds or 'none failed'}")
    lines.append(
        f"tables: {results.root / 'tables'}   figures: {results.root / 'figures'}   rows: {results.root / 'rows.csv'}"
    )
    return lines
