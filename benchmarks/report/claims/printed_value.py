"""The GAN's value as it is and as one source prints it, over D at one point."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import tried
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results

FORMULAS = {
    "stated": ("as it is: p log D + q log(1 − D)", "largest at D = p / (p + q)"),
    "printed": ("as printed: p log D + q (1 − log D)", "largest at an end, and for p = q the same everywhere"),
}
"""Each value, and where it is largest."""
SHOWN_D = (0.02, 0.98)
"""Both values leave every picture near the ends; the curves keep away from them."""
FLAT = 1e-9
"""A curve that varies less than this is the same for every D."""


def stated_against_printed(results: Results) -> Figure | None:
    """Both values over D for some ratios p / q, their largest marked; None where no curves were kept."""
    settings = tried(results, "erratum-value")
    curves = next((g.example for _, groups in settings for g in groups.values() if "printed" in g.example), None)
    if curves is None:
        return None
    figure, grid = plt.subplots(1, 2, figsize=(9.5, 4.4))
    colours = plt.get_cmap("viridis")(np.linspace(0, 0.85, len(curves["ratios"])))
    shown = (curves["d"] >= SHOWN_D[0]) & (curves["d"] <= SHOWN_D[1])
    d = curves["d"][shown]
    for axes, (name, (formula, where)) in zip(grid, FORMULAS.items(), strict=True):
        for ratio, values, colour in zip(curves["ratios"], curves[name][:, shown], colours, strict=True):
            axes.plot(d, values, color=colour, linewidth=1.4, label=f"{ratio:g}")
            if np.ptp(values) > FLAT:
                best = int(values.argmax())
                axes.plot(d[best], values[best], "o", color=colour, markersize=8)
        axes.set(xlabel="D", ylabel="value at a point (p + q = 1)", xlim=(0, 1))
        axes.set_title(f"{formula}\n{where} (dots)", loc="left")
    grid[0].legend(frameon=False, fontsize=8, title="p / q", loc="lower center", ncols=3)
    put_heading(figure, results, "erratum-value")
    return figure
