"""Table and picture of how far off the divergence estimators are."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter

from benchmarks.analysis.calibration import GOAL
from benchmarks.report.results import Results
from benchmarks.report.style import (
    DATASET_MARKERS,
    ESTIMATOR_COLOURS,
    ESTIMATORS,
    OTHER_COLOUR,
    OTHER_MARKER,
    number,
)
from benchmarks.report.table import Page, Table, table

DIVERGENCES = {"jsd": "JSD(P, Q)", "kl-data-model": "KL(P ‖ Q)", "kl-model-data": "KL(Q ‖ P)"}
MISSED = " ✗"
LEGEND = (
    "Bias (mean of the estimates over draws − truth) ± spread (standard deviation of one estimate), in nats. "
    f"{MISSED.strip()}: |bias| of a JSD above the goal of {GOAL} nat. P is the data set's density, Q the variation of it that "
    "stands in a model's place; truth is by quadrature. Of d draws the bias is known to spread / √d. Where the pair hardly "
    "overlaps, a KL is decided by tails that no sample reaches: the histogram's is bounded by its smoothing, and no estimate from "
    "samples comes near the truth."
)


def shown(value: float) -> float:
    """A number of nats without what is rounding error beside 1; never -0."""
    return round(value, 6) + 0.0


def bias_cell(line: pd.Series) -> str:
    """A table's cell: bias ± spread, and a mark where a JSD misses the goal."""
    if np.isnan(line["bias"]):
        return "–"
    missed = line["divergence"] == "jsd" and abs(line["bias"]) > GOAL
    failed = f" ({line['failed']} failed)" if line["failed"] else ""
    return number(shown(line["bias"]), shown(line["spread"])) + (MISSED if missed else "") + failed


def calibration_page(results: Results) -> Page | None:
    """For each divergence one line per pair, one column per estimator and sample size; None where nothing was calibrated."""
    biases = results.calibration
    if biases.empty:
        return None
    draws = sorted(biases["draws"].unique())
    tables: list[Table] = []
    for divergence, title in DIVERGENCES.items():
        lines = biases[biases["divergence"] == divergence]
        columns = sorted(
            lines[["estimator", "n"]].drop_duplicates().itertuples(index=False, name=None),
            key=lambda column: (list(ESTIMATORS).index(column[0]), column[1]),
        )
        header = ["data set", "pair", "truth", *(f"{ESTIMATORS[name]}, n = {n:,.0f}" for name, n in columns)]
        body = []
        for (dataset, pair), group in lines.groupby(["dataset", "pair"], sort=False):
            cells = {(line["estimator"], line["n"]): bias_cell(line) for _, line in group.iterrows()}
            truth = group["truth"].iloc[0]
            body.append([str(dataset), str(pair), number(shown(truth)), *(cells.get(column, "") for column in columns)])
        tables.append(table(header, body, title))
    many = f"{draws[0]}" if len(draws) == 1 else f"{draws[0]}–{draws[-1]}"
    note = f"{LEGEND} Draws: {many}."
    return Page("Calibration of the divergence estimators", tuple(tables), goal_lines(biases), (note,))


def goal_lines(table: pd.DataFrame) -> str:
    """How many pairs meet the goal, for each estimator of the JSD at its largest n, and which do not."""
    lines = []
    for estimator, title in ESTIMATORS.items():
        jsd = table[(table["divergence"] == "jsd") & (table["estimator"] == estimator) & table["bias"].notna()]
        if jsd.empty:
            continue
        used = jsd[jsd["n"] == jsd["n"].max()]
        missed = used[used["bias"].abs() > GOAL]
        names = ", ".join(
            f"{d} {p} ({b:+.4f})" for d, p, b in missed[["dataset", "pair", "bias"]].itertuples(index=False)
        )
        lines.append(
            f"- {title}, n = {used['n'].iloc[0]:,.0f}: |bias| of the JSD ≤ {GOAL} nat on {len(used) - len(missed)} of {len(used)} "
            f"pairs, largest {used['bias'].abs().max():.4f}{'; missed on ' + names if names else ''}"
        )
    return "\n".join(lines)


def draw_biases(axes: Axes, lines: pd.DataFrame, sizes: list[float]) -> None:
    """Bias with spread against n, a line per data set and estimator, side by side so that bars do not hide each other."""
    groups = list(lines.groupby(["estimator", "dataset"], sort=False))
    for index, ((estimator, dataset), group) in enumerate(groups):
        group = group.sort_values("n")
        at = np.array([sizes.index(n) for n in group["n"]]) + 0.62 * ((index + 0.5) / len(groups) - 0.5)
        axes.errorbar(
            at, group["bias"], yerr=group["spread"].fillna(0), color=ESTIMATOR_COLOURS.get(str(estimator), OTHER_COLOUR),
            marker=DATASET_MARKERS.get(str(dataset), OTHER_MARKER), markersize=4, linewidth=0.8, elinewidth=1, alpha=0.9,
        )  # fmt: skip


def draw_course(axes: Axes, lines: pd.DataFrame, sizes: list[float]) -> None:
    """Bias over sample sizes: the median over data sets as a line for each estimator, all of them as a band."""
    for estimator, group in lines.dropna(subset="bias").groupby("estimator", sort=False):
        over = group.groupby("n")["bias"].agg(["min", "median", "max"])
        at = [sizes.index(n) for n in over.index]
        colour = ESTIMATOR_COLOURS.get(str(estimator), OTHER_COLOUR)
        axes.fill_between(at, over["min"], over["max"], color=colour, alpha=0.2, linewidth=0)
        axes.plot(at, over["median"], color=colour, marker="o", markersize=3.5, linewidth=1.4)


def calibration_figure(results: Results) -> Figure | None:
    """Bias against n: a row per divergence, a column per pair, the goal as a grey band; None where nothing was calibrated.

    Estimators at the one size at which they are used are shown with each data set's spread; over several sizes, as courses.
    """
    table = results.calibration
    if table.empty or table["bias"].isna().all():
        return None
    pairs, sizes = list(table["pair"].unique()), sorted(table["n"].unique())
    courses = bool((table.groupby("estimator")["n"].nunique() > 1).any())
    draw = draw_course if courses else draw_biases
    figure, grid = plt.subplots(
        len(DIVERGENCES), len(pairs), figsize=(1.0 + max(1.45, 0.36 * len(sizes)) * len(pairs), 6.6),
        sharex=True, sharey="row", squeeze=False,
    )  # fmt: skip
    for (divergence, title), row in zip(DIVERGENCES.items(), grid, strict=True):
        for pair, axes in zip(pairs, row, strict=True):
            lines = table[(table["divergence"] == divergence) & (table["pair"] == pair)]
            axes.axhspan(-GOAL, GOAL, color="#DDDDDD", zorder=0, linewidth=0)
            axes.axhline(0, color="#888888", linewidth=0.6, zorder=0)
            draw(axes, lines, sizes)
            low, high = shown(lines["truth"].min()), shown(lines["truth"].max())
            truth = number(low) if np.isclose(low, high, rtol=0.02) else f"{number(low)} … {number(high)}"
            axes.set_title(f"{pair}\ntruth {truth}" if axes in grid[0] else f"truth {truth}", fontsize=7.5)
            axes.set_yscale("symlog", linthresh=2 * GOAL, linscale=2)
        row[0].set_ylabel(f"bias of {title} (nat)")
        set_ticks(row[0], table.loc[table["divergence"] == divergence])
    for axes in grid[-1]:
        axes.set_xticks(range(len(sizes)), [f"{n / 1000:g}k" for n in sizes])
        axes.set(xlim=(-0.5, len(sizes) - 0.5), xlabel="samples n")
    estimators = [name for name in ESTIMATORS if (table["estimator"] == name).any()]
    handles = [
        Line2D([], [], color=ESTIMATOR_COLOURS[name], linewidth=2, label=ESTIMATORS[name]) for name in estimators
    ]
    datasets = list(table["dataset"].unique())
    if not courses:
        handles += [
            Line2D([], [], color=OTHER_COLOUR, marker=DATASET_MARKERS.get(name, OTHER_MARKER), linestyle="", label=name)
            for name in datasets
        ]
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    how = f"line: median over {', '.join(datasets)}, band: all of them" if courses else "bars: spread of one estimate"
    figure.suptitle(f"Bias of divergence estimators on pairs of known densities; {how}; grey: |bias| ≤ {GOAL} nat")
    return figure


def set_ticks(axes: Axes, lines: pd.DataFrame) -> None:
    """Ticks of a symmetric logarithmic axis: zero, the goal, and powers of ten on the sides that have values."""
    low, high = (lines["bias"] - lines["spread"].fillna(0)).min(), (lines["bias"] + lines["spread"].fillna(0)).max()
    powers = [10.0**k for k in range(-1, 5)]
    ticks = [*(-p for p in reversed(powers) if p < -low), -GOAL, 0.0, GOAL, *(p for p in powers if p < high)]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_minor_locator(FixedLocator([]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_ylim(min(low, -GOAL) * 1.3, max(high, GOAL) * 1.3)


def calibration_csv(results: Results) -> dict[str, str]:
    """CSV of all biases, by name; nothing where nothing was calibrated."""
    biases = results.calibration
    return {} if biases.empty else {"calibration": biases.to_csv(index=False, lineterminator="\n")}
