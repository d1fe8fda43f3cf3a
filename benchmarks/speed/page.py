"""What the benchmark leaves: its numbers as JSON, as a page of tables, and as a picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt

from benchmarks.report.style import MODEL_MARKERS, OTHER_MARKER, RC, model_colour
from benchmarks.report.table import markdown_table

Row = Mapping[str, Any]
Rows = Sequence[Row]


def interval(row: Row, name: str, digits: str = ".2f") -> str:
    """A number with its interval; without one, if there was a single turn."""
    value, low, high = (row[key] for key in (name, f"{name}_low", f"{name}_high"))
    return f"{value:{digits}}" if low != low else f"{value:{digits}} ({low:{digits}} to {high:{digits}})"


def of_case(row: Row) -> list[str]:
    """The first columns of every table."""
    return [row["dataset"], row["model"], row["network"]]


@dataclass(frozen=True)
class Part:
    """One part of the benchmark on the page.

    Attributes:
        title: its heading.
        about: what it compares.
        header: columns.
        line: a row's cells.
    """

    title: str
    about: str
    header: tuple[str, ...]
    line: Callable[[Row], list[str]]


CASE = ("data set", "model", "network")
PARTS: dict[str, Part] = {
    "training": Part(
        "Training",
        "Updates per second, of all seeds together, and their ratio to a plain, well-written loop for one seed in one process.",
        (*CASE, "form", "seeds at once", "workers", "ratio", "updates per second", "GFLOP/s"),
        lambda row: [
            *of_case(row), row["form"], str(row["width"]), str(row["workers"]), interval(row, "ratio"),
            f"{row['per_second']:.0f}", f"{row['gflops']:.1f}",
        ],
    ),
    "peers": Part(
        "Beside pythae",
        "The plain loop and the suite's own, as ratios to pythae's trainer on the same network, batch and data.",
        (*CASE, "form", "seeds at once", "ratio", "updates per second"),
        lambda row: [*of_case(row), row["form"], str(row["width"]), interval(row, "ratio"), f"{row['per_second']:.0f}"],
    ),
    "machine": Part(
        "Beside the machine",
        "Which share of the training's time its matrix products take when nothing else is done, and these with the optimiser: at 1 "
        "there is nothing beside them. Products are timed at the training's own shapes, and as one large square matrix; the "
        "optimiser moves 28 bytes a parameter, a copy as many as memory lets it.",
        (
            *CASE, "seeds at once", "products", "with optimiser", "training, GFLOP/s", "products, GFLOP/s", "square, GFLOP/s",
            "optimiser, GB/s", "copy, GB/s",
        ),
        lambda row: [
            *of_case(row), str(row["width"]), interval(row, "products"), interval(row, "with_optimiser"),
            *(f"{row[key]:.1f}" for key in ("training_gflops", "product_gflops", "square_gflops")),
            *(f"{row[key]:.1f}" for key in ("optimiser_gb_per_second", "copy_gb_per_second")),
        ],
    ),
    "metrics": Part(
        "Metrics",
        "Ratios of speed to the first way of each group; its value is the one that the others' differ from, as a share of it.",
        ("value", "images or points", "dimensions", "way", "ratio", "seconds", "difference"),
        lambda row: [
            row["what"], f"{row['n']:,}", f"{row['dimensions']:,}", row["way"], interval(row, "ratio"),
            f"{row['seconds']:.3g}", f"{row['difference']:.0e}" if row["way"] != row["base"] else "",
        ],
    ),
    "whole": Part(
        "Whole runs",
        "Each once, into an empty directory. Training and measuring are seconds of all workers together; outside is the share of "
        "what the workers could have worked that went into neither: planning, starting, reporting, and waiting for the last one.",
        (
            "run", "wall, s", "processor, s", "plan, s", "work, s", "report, s", "training, s", "measuring, s", "outside",
            "peak memory, GiB", "workers", "failed",
        ),
        lambda row: [
            row["label"], *(f"{row[key]:.1f}" for key in ("wall", "cpu", "plan", "run", "report", "training", "measuring")),
            f"{row['outside']:.0%}", f"{row['peak_gib']:.2f}", str(row["jobs"]), str(row["failed"]),
        ],
    ),
}  # fmt: skip


def page(facts: Mapping[str, Any], rows: Mapping[str, Rows]) -> str:
    """The tables, as Markdown, under what they were measured on."""
    measured = ", ".join(f"{name} {value}" for name, value in facts.items())
    parts = [f"# Speed\n\nMade by `python -m benchmarks.speed`. {measured}. Ratios over turns, with 95 % intervals."]
    for name, part in PARTS.items():
        if rows.get(name):
            table = markdown_table(list(part.header), [part.line(row) for row in rows[name]])
            parts.append(f"## {part.title}\n\n{part.about}\n\n{table.strip()}")
    return "\n\n".join(parts) + "\n"


def picture(rows: Rows, path: Path) -> None:
    """Ratio to the plain loop over the seeds that are trained at once; a panel for each data set and network."""
    panels = list(dict.fromkeys((row["dataset"], row["network"]) for row in rows))
    with plt.rc_context(RC):
        width = max(4.8, 3.4 * len(panels))  # two columns of the legend
        figure, axes = plt.subplots(1, len(panels), figsize=(width, 3.6), squeeze=False, sharey=True)
        for (dataset, network), axis in zip(panels, axes[0], strict=True):
            own = [row for row in rows if (row["dataset"], row["network"]) == (dataset, network)]
            _panel(axis, own)
            axis.set_title(f"{dataset}\n{network}")
            axis.set_xlabel("seeds at once")
        axes[0][0].set_ylabel("updates per second,\nplain loop for one seed = 1")
        handles = {
            label: handle for axis in axes[0] for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)
        }
        figure.legend(handles.values(), handles, loc="outside lower center", ncols=int(width // 2.1), frameon=False)
        figure.savefig(path)
        plt.close(figure)


def _panel(axis: Any, rows: Rows) -> None:
    axis.axhline(1, color="#333333", linewidth=0.8)
    for model in dict.fromkeys(row["model"] for row in rows):
        own = [row for row in rows if row["model"] == model]
        style: dict[str, Any] = {
            "color": model_colour(model),
            "marker": MODEL_MARKERS.get(model, OTHER_MARKER),
            "markersize": 4,
        }
        for workers in dict.fromkeys(row["workers"] for row in own):
            best: dict[int, Row] = {}
            for row in own:
                if row["form"] in ("stacked", "vmap") and row["workers"] == workers:
                    known = best.get(row["width"])
                    best[row["width"]] = row if known is None or row["ratio"] > known["ratio"] else known
            values = [best[width]["ratio"] for width in sorted(best)]
            processes = "1 process" if workers == 1 else f"{workers} processes"
            axis.plot(sorted(best), values, "-" if workers == 1 else "--", label=f"{model}, {processes}", **style)
        for row in own:
            if row["form"] == "habitual":
                axis.plot(
                    [1], [row["ratio"]], linestyle="none", label=f"{model}, habitual loop", **style, fillstyle="none"
                )
    widths = sorted({row["width"] for row in rows})
    axis.set_xscale("log", base=2)
    axis.set_yscale("log")
    axis.set_xticks(widths, [str(width) for width in widths])
    axis.set_yticks([0.1, 0.2, 0.5, 1, 2, 5, 10], ["0.1", "0.2", "0.5", "1", "2", "5", "10"])
    axis.minorticks_off()


def write(facts: Mapping[str, Any], rows: Mapping[str, Rows], target: Path) -> None:
    """Write ``speed.json``, ``speed.md`` and, where training was measured, ``speed.png``."""
    target.mkdir(parents=True, exist_ok=True)
    (target / "speed.json").write_text(json.dumps({**facts, **rows}, indent=1) + "\n", encoding="utf-8")
    (target / "speed.md").write_text(page(facts, rows), encoding="utf-8")
    if rows.get("training"):
        picture(rows["training"], target / "speed.png")
