"""Comparison tables: CSV for machines, Markdown and LaTeX for people."""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.analysis.calibration import largest
from benchmarks.analysis.summary import FLOORS
from benchmarks.report.results import Results
from benchmarks.report.style import ESTIMATORS, number, sampler_label
from benchmarks.report.table import Cell, Mark, Page, Table, table
from benchmarks.specs import RECALIBRATED

FLAG = " ⚑"
"""Beside a metric that does not notice what it should."""
LEGEND = (
    "Mean over seeds ± half-width of the 95 % t interval. **best**: best mean; ≈: not told from the best by a rank test at 5 % "
    "(Mann–Whitney, uncorrected: a reading aid; arms with failed seeds are not marked). †: at or below the value of real data, "
    "where the estimator resolves nothing. "
    "↓ lower is better, ↑ higher is better, = best at the value of real data, · no order. "
    "Failed seeds (diverged or crashed) are counted, and "
    "left out of the mean."
)
ORDER = (
    "fid", "kid", "precision", "recall", "density", "coverage", "sharpness", "classes-covered", "label-entropy", "c2st",
    "c2st-auc", "nearest-l2",
)  # fmt: skip
"""Columns of image tables in this order; other metrics come before, as they were measured."""
FIDELITY_AND_DIVERSITY = frozenset({"precision", "recall", "density", "coverage", "classes-covered", "label-entropy"})
READ_WITH_CARE = {
    "sharpness": "Sharpness counts noise and artefacts as detail: read it beside FID.",
    "precision": "Precision or density as high as real data's with recall or coverage near 0 is collapse.",
    "elbo": "Bounds on a likelihood compare between arms with the same kind of likelihood only; KL(posterior‖prior) near 0 and no "
    "active units are posterior collapse.",
    "classes-covered": "A classifier puts garbage into some class too: classes and label entropy say what is missing, "
    "not what is good.",
}
"""What stands below a table that has such a column."""
OF_RECALIBRATED = (
    "Recalibrated: the running statistics of the decoder's batch normalisation, which are those of codes, are taken anew "
    "from N(0, I), as a GAN's are; no weight changes."
)
"""What stands below a table that has such lines."""
WIDEST = 9
"""A table with more columns of metrics is split: distances to the data, fidelity and diversity."""
ARROWS = {"lower": "↓", "higher": "↑", "reference": "=", "none": "·"}
JSD_ESTIMATES = {f"jsd-{name}": title for name, title in ESTIMATORS.items()}
SECTIONS: dict[str, tuple[tuple[str, ...], str]] = {
    "Samples": ((), "sampled from"),
    "Reconstructions of test images": (("reconstruction",), "by"),
    "Reconstructions by search, of the first 64 test images": (("inversion",), "by"),
    "Likelihood of test data": (("likelihood",), ""),
    "Straight lines in latent space": (("latent-pictures",), ""),
}
"""Parts of a data set's table: the measures in each (none: all that stand in no other), and what its second column is called."""
HOW = {"reconstruction": "encoding", "inversion": "latent search"}
"""How a reconstruction came about, by measure."""
COST = ("parameters", "decoder-parameters", "updates", "images-seen", "training-flops", "diverged")
COST_TITLES = {
    "parameters": "parameters", "decoder-parameters": "of these decoder / generator", "updates": "decoder updates",
    "images-seen": "examples seen", "training-flops": "training FLOPs", "diverged": "diverged seeds",
}  # fmt: skip


def title_of(results: Results, base: str, metric: str) -> str:
    """A metric's column title: name, extractor, direction, unit."""
    facts = results.run["metrics"][base]
    extractor = metric[len(base) :]
    unit = f" ({facts['unit']})" if facts["unit"] else ""
    return f"{facts['title']}{extractor} {ARROWS[facts['direction']]}{unit}"


def lines_of(results: Results, dataset: str) -> pd.DataFrame:
    """The summary's lines of one data set, those of the measure ``training`` apart."""
    summary = results.summary
    return summary[(summary["dataset"] == dataset) & (summary["measure"] != "training")]


def arm_label(line: pd.Series, summary: pd.DataFrame, other_priors: frozenset[str]) -> tuple[str, str]:
    """An arm's name and how it was sampled.

    Args:
        line: of the summary.
        summary: all its lines on the data set.
        other_priors: names of arms whose prior is not N(0, I).
    """
    if line["measure"] in FLOORS:
        return "real data", "floor"
    if not line["sampler"]:
        return line["arm"], HOW.get(line["measure"], "")
    observations = summary.loc[summary["arm"] == line["arm"], "observation"]
    several, normal = (observations == "draw").any(), line["arm"] not in other_priors
    return line["arm"], sampler_label(line["sampler"], line["observation"], several, normal)


def at_floor(line: pd.Series, results: Results) -> bool:
    """Whether a lower-is-better mean is not above real data's."""
    if line["measure"] in FLOORS or results.run["metrics"][line["base"]]["direction"] != "lower":
        return False
    floor = results.floors.get((line["dataset"], line["metric"]))
    return floor is not None and line["mean"] <= floor


def cell(line: pd.Series, results: Results) -> Cell:
    """A table's cell: mean ± half-width, mark, failed seeds."""
    failed = f"({line['failed']} failed)" if line["failed"] else ""
    if line["n"] == 0:
        return Cell("–", note=failed)
    half = (line["ci_high"] - line["ci_low"]) / 2
    text = number(line["mean"], half if np.isfinite(half) else None)
    mark: Mark = line["mark"] if line["mark"] in ("best", "tie") else ""
    return Cell(text + ("†" if at_floor(line, results) else ""), mark, failed)


def in_order(metrics: pd.DataFrame) -> pd.DataFrame:
    """Columns metric and base sorted as ``ORDER`` says; extractors of one metric stay beside each other, in their order."""
    rank = {base: index for index, base in enumerate(ORDER)}
    return metrics.sort_values("base", key=lambda bases: bases.map(lambda base: rank.get(base, -1)), kind="stable")


def split(heading: str, metrics: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """A table's headings and columns: one table, or two where it would be too wide and has metrics of both kinds."""
    spread = metrics["base"].isin(FIDELITY_AND_DIVERSITY)
    if len(metrics) <= WIDEST or not spread.any() or spread.all():
        return [(heading, metrics)]
    return [
        (f"{heading}: distance to the data", metrics[~spread]),
        (f"{heading}: fidelity and diversity", metrics[spread]),
    ]


def comparison_page(results: Results, dataset: str) -> Page:
    """One line per arm and way of sampling, one column per metric. Reconstructions and likelihoods stand apart."""
    lines = lines_of(results, dataset)
    tables: list[Table] = []
    named = {measure for measures, _ in SECTIONS.values() for measure in measures}
    for heading, (measures, column) in SECTIONS.items():
        chosen = lines[lines["measure"].isin(measures) if measures else ~lines["measure"].isin(named)]
        if chosen.empty:
            continue
        for title, metrics in split(heading, in_order(chosen[["metric", "base"]].drop_duplicates())):
            header = ["model", column, "seeds"]
            header += [
                title_of(results, base, metric) + (FLAG if (dataset, metric) in results.flags else "")
                for metric, base in metrics.itertuples(index=False)
            ]
            body: list[list[str | Cell]] = []
            for _, group in chosen.groupby(["arm", "sampler", "observation"], sort=False):
                arm, sampled = arm_label(group.iloc[0], lines, results.other_priors)
                by_metric = {str(line["metric"]): cell(line, results) for _, line in group.iterrows()}
                values = [by_metric.get(metric, Cell("")) for metric in metrics["metric"]]
                body.append([arm, sampled, str(group["n"].max()), *values])
            tables.append(table(header, body, title))
    cautions = [note for base, note in READ_WITH_CARE.items() if (lines["base"] == base).any()]
    cautions += [OF_RECALIBRATED] if (lines["sampler"] == RECALIBRATED).any() else []
    notes = [*calibration_note(results, dataset), *sanity_note(results, dataset, lines)]
    summary = f"{results.datasets[dataset]['summary']}."
    return Page(dataset, tuple(tables), summary, (" ".join([LEGEND, *cautions]), *notes))


def sanity_note(results: Results, dataset: str, lines: pd.DataFrame) -> list[str]:
    """Which of the table's metrics do not get worse with what they should notice; nothing where none is flagged."""
    shown = dict.fromkeys(lines["metric"])
    titles = results.run["metrics"]
    found = [
        f"{titles[metric.partition('[')[0]]['title']} ({', '.join(results.flags[dataset, metric])})"
        for metric in shown
        if (dataset, metric) in results.flags
    ]
    return (
        [f"{FLAG.strip()} Does not get worse, as it should, with the degree of a known corruption: {'; '.join(found)}."]
        if found
        else []
    )


def calibration_note(results: Results, dataset: str) -> list[str]:
    """How far off the estimates of the JSD are on known pairs, at the n of the table; nothing where that was not measured."""
    rows = results.rows[results.rows["dataset"] == dataset]
    found = []
    for metric, title in JSD_ESTIMATES.items():
        n = rows.loc[rows["metric"] == metric, "n"].max()
        worst = largest(results.calibration, dataset, metric, n)
        if worst is not None:
            spread = "–" if np.isnan(worst[1]) else f"{worst[1]:.4f} nat"
            found.append(f"{title} (n = {n:,.0f}) {worst[0]:.4f} and {spread}")
    if not found:
        return []
    head = "JSD on known pairs from identical to disjoint, largest |bias| and largest spread of one estimate: "
    return [f"{head}{'; '.join(found)}."]


def matchedness_page(results: Results) -> Page | None:
    """What each arm's training took, per seed; None where nothing was trained."""
    summary = results.summary[results.summary["measure"] == "training"]
    if summary.empty:
        return None
    header = ["data set", "model", *(COST_TITLES[name] for name in COST), "seeds"]
    body = []
    for (dataset, arm), group in summary.groupby(["dataset", "arm"], sort=False):
        values = {line["metric"]: line for _, line in group.iterrows()}
        cells = []
        for name in COST:
            line = values[name]
            value = line["mean"] * line["n"] if name == "diverged" else line["mean"]
            cells.append("–" if np.isnan(value) else f"{value:.3g}" if name == "training-flops" else f"{value:,.0f}")
        body.append([str(dataset), str(arm), *cells, str(group["n"].max())])
    note = (
        "Per seed. FLOPs are those of matrix products in forward and backward passes (multiply and add count as two). Two networks "
        "play against each other in a GAN, so at equal generator updates it costs more than an autoencoder: that cannot be matched."
    )
    return Page("What is matched, and what it took", (table(header, body),), notes=(note,))


def csv_table(results: Results, lines: pd.DataFrame) -> str:
    """CSV with one line per arm and metric, numbers in full, the floor beside each."""
    table = lines.copy()
    table["floor"] = [
        results.floors.get((d, m), np.nan) for d, m in zip(table["dataset"], table["metric"], strict=True)
    ]
    table["unit"] = [results.run["metrics"].get(base, {}).get("unit", "") for base in table["base"]]
    return table.drop(columns="base").to_csv(index=False, lineterminator="\n")


def comparison_csv(results: Results) -> dict[str, str]:
    """CSV of every data set, and of ``matched``, by name."""
    found = {dataset: csv_table(results, lines_of(results, dataset)) for dataset in results.datasets}
    training = results.summary[results.summary["measure"] == "training"]
    return found if training.empty else {**found, "matched": csv_table(results, training)}
