"""What a generator with one latent dimension makes of it, beside the inverse distribution function."""

from __future__ import annotations

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from benchmarks.report.claims.evidence import Group, tried
from benchmarks.report.heading import put_heading
from benchmarks.report.results import Results
from benchmarks.report.style import model_colour


def maps_over_u(results: Results) -> Figure | None:
    """The exact quantile function and the map of every run over u, a panel for each data set; None where no map was taken.

    A falling map is as valid as a rising one: it is drawn over 1 − u.
    """
    groups: dict[str, Group] = {}
    for setting, own in tried(results, "inverse-cdf"):
        for group in own.values():
            if "map" in group.example:
                groups.setdefault(setting.dataset, group)  # both quantities are of the same maps
    if not groups:
        return None
    figure, grid = plt.subplots(1, len(groups), figsize=(1.4 + 4.8 * len(groups), 4.6), squeeze=False)
    for axes, (dataset, group) in zip(grid[0], groups.items(), strict=True):
        model = group.entries[0]["model"]
        for number, run in enumerate(group.runs):
            falls = run["map"][-1] < run["map"][0]
            drawn = run["map"][::-1] if falls else run["map"]  # u is symmetric about 1/2
            label = f"{(model or '').upper()}'s generator, {group.which}" if number == 0 else None
            axes.plot(run["u"], drawn, color=model_colour(model), linewidth=1, alpha=0.6, label=label)
        axes.plot(run["u"], run["quantile"], "k--", linewidth=1.4, label="CDF⁻¹, exact")
        axes.set(xlabel="u, or 1 − u where the map falls", ylabel="G(z) at CDF(z) = u", xlim=(0, 1))
        axes.set_title(dataset, loc="left")
    grid[0][0].legend(frameon=False, fontsize=8)
    put_heading(figure, results, "inverse-cdf")
    return figure
