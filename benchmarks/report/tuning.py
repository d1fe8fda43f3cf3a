"""Table and picture of the search for settings behind a run (``benchmarks.tuning``)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, NullLocator

from benchmarks.report.results import Results
from benchmarks.report.style import for_words, model_colour, number
from benchmarks.report.table import Cell, Page, Table, table

Family = Mapping[str, Any]
EDGE = " ⚠"


def setting_label(name: str) -> str:
    """A setting's name in words."""
    return name.replace("_", " ").replace("learning rate", "step size")


def tuning_page(results: Results) -> Page | None:
    """What was chosen for each data set and family, of what, and every configuration's score; None where nothing was searched."""
    if not results.tuning:
        return None
    tables = []
    for dataset, search in results.tuning.items():
        title = results.run["metrics"][search["metric"]]["title"]
        header = ["family", "chosen", f"{title} on the validation split", "best and worst of the grid", "at an edge"]
        body = []
        for family, result in search["families"].items():
            scores = [c["score"] for c in result["configurations"] if c["score"] is not None and not c["failed_arms"]]
            best = chosen_configuration(result)
            own = {name: value for name, value in result["chosen"].items() if name in result["grid"]}
            body.append(
                [
                    family,
                    ", ".join(f"{setting_label(name)} {value:g}" for name, value in own.items()),
                    number(best["score"]) if best["score"] is not None else "–",
                    f"{number(min(scores))} … {number(max(scores))}" if scores else "–",
                    ", ".join(map(setting_label, result["edges"])) + EDGE if result["edges"] else "",
                ]
            )
        tables += [table(header, body, dataset), configurations_table(search, title)]
    note = (
        "Every family chooses among the same number of configurations (where a first optimum lay at an end, the grid was moved and "
        "others were tried before), trained with tuning seeds on the training part without its validation "
        "split. A score is the mean over the family's arms of the median over seeds (lower is better); a seed that diverged counts "
        "as infinite, "
        f"and an arm whose median is infinite is counted beside the score.{EDGE}: the optimum may lie beyond the grid."
    )
    return Page("Search for settings", tuple(tables), notes=(note,))


def chosen_configuration(result: Family) -> Mapping[str, Any]:
    """The configuration that was chosen."""
    chosen = result["chosen"]
    return next(
        c for c in result["configurations"] if all(chosen[name] == value for name, value in c["settings"].items())
    )


def configurations_table(search: Mapping[str, Any], title: str) -> Table:
    """All configurations of one data set, with each arm's median."""
    body = []
    for family, result in search["families"].items():
        best = chosen_configuration(result)
        for configuration in result["configurations"]:
            medians = {arm: median_of(values) for arm, values in configuration["arms"].items()}
            text = "; ".join(f"{arm} {number(value)}" for arm, value in medians.items())
            score = "–" if configuration["score"] is None else number(configuration["score"])
            failed = f" ({configuration['failed_arms']} arms failed)" if configuration["failed_arms"] else ""
            settings = ", ".join(f"{setting_label(n)} {v:g}" for n, v in configuration["settings"].items())
            body.append([family, settings, Cell(f"{score}{failed}", "strong" if configuration is best else ""), text])
    return table(["family", "configuration", f"{title} (bold: chosen)", "median of each arm"], body)


def median_of(values: list[float | None]) -> float:
    """Median over seeds, failed ones infinite."""
    return float(np.median([math.inf if value is None else value for value in values]))


def tuning_figure(results: Results) -> Figure | None:
    """Scores over the grid: one panel per data set and family, one line per value of the grid's second axis."""
    searches = results.tuning
    if not searches:
        return None
    families = list(dict.fromkeys(family for search in searches.values() for family in search["families"]))
    figure, grid = plt.subplots(
        len(searches), len(families), figsize=(2.15 * len(families), 2.0 * len(searches) + 0.5), squeeze=False
    )
    for index, ((dataset, search), row) in enumerate(zip(searches.items(), grid, strict=True)):
        title = results.run["metrics"][search["metric"]]["title"]
        for axes, family in zip(row, families, strict=True):
            if family in search["families"]:
                draw_family(axes, search["families"][family], model_colour(family))
            else:
                axes.set_visible(False)
            if index == 0:
                axes.set_title(family, color=for_words(model_colour(family)), fontweight="bold")
        row[0].set_ylabel(f"{dataset}\n{title}")
    figure.suptitle(
        "Search for settings: score on the validation split (lower is better); circle: chosen; thin: single arms"
    )
    return figure


def draw_family(axes: Axes, result: Family, colour: str) -> None:
    """One family's scores against the first axis of its grid, a shade for each value of the second."""
    first, *rest = result["grid"]
    others: list[Any] = result["grid"][rest[0]] if rest else [None]
    for index, other in enumerate(others):
        chosen = [c for c in result["configurations"] if not rest or c["settings"][rest[0]] == other]
        at = [c["settings"][first] for c in chosen]
        alpha = 0.35 + 0.65 * (index + 1) / len(others)
        for arm in chosen[0]["arms"] if len(chosen[0]["arms"]) > 1 else ():
            medians = [median_of(c["arms"][arm]) for c in chosen]
            axes.plot(
                at, np.where(np.isfinite(medians), medians, np.nan), color=colour, alpha=0.2 * alpha, linewidth=0.6
            )
        scores = [np.nan if c["score"] is None or c["failed_arms"] else c["score"] for c in chosen]
        label = f"{setting_label(rest[0]).removesuffix(' step size')} {other:g}" if rest else None
        axes.plot(at, scores, color=colour, alpha=alpha, marker="o", markersize=3, linewidth=1.2, label=label)
    best = chosen_configuration(result)
    if best["score"] is not None:
        axes.plot(best["settings"][first], best["score"], "o", markersize=9, markerfacecolor="none", color="black")
    axes.set_xscale("log")
    shown = result["grid"][first][:: 1 if rest else 4]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{1000 * value:g}"))
    if all_positive(result):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0), numticks=6))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    edge = " (edge)" if first in result["edges"] else ""
    axes.set_xlabel(f"{setting_label(first)} · 1000{edge}", fontsize=7.5)
    axes.tick_params(labelsize=7)
    if rest:
        axes.legend(fontsize=5.5, frameon=False, handlelength=1)


def all_positive(result: Family) -> bool:
    """Whether all scores are above 0."""
    return all(c["score"] is None or c["score"] > 0 for c in result["configurations"])
