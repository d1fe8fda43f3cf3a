"""Numbers of published papers that the suite computes anew, as printed, and ours from a run's rows.

Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016) fit N(μ, σ²) to a mixture of two Gaussians under five divergences. The mixture is
not printed; ``benchmarks.datasets.mixtures.pair_1d`` is a reconstruction by numerical inversion of this table's optima, which it
gives back to 8e-4. So the optima check the arithmetic; that they agree is no evidence of its own. Two conventions: the column JS is
2 JSD, and Pearson is ∫ (p − q)² / q.

Lin et al. (*PacGAN*, NeurIPS 2018) train a GAN ten times on each of two mixtures.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

MEASURES = ("gaussian-fit", "gaussian-generator", "mode-samples")
"""Measures that stand beside published numbers, and in no comparison of models."""


@dataclass(frozen=True)
class Column:
    """A column of the f-GAN paper's table, its fields in the order of the paper's rows.

    Attributes:
        divergence: D_f(P ‖ Q_θ*), the smallest.
        bound: F(ω̂, θ̂), the objective that training reached.
        best_mean: μ*, that of the best Gaussian.
        trained_mean: μ̂, that of the trained one.
        best_scale: σ*.
        trained_scale: σ̂.
    """

    divergence: float
    bound: float
    best_mean: float
    trained_mean: float
    best_scale: float
    trained_scale: float


PUBLISHED_FITS: dict[str, Column] = {
    "kl": Column(0.2831, 0.2801, 1.0100, 1.0335, 1.8308, 1.8236),
    "reverse-kl": Column(0.2480, 0.2415, 1.5782, 1.5624, 1.6319, 1.6403),
    "jensen-shannon": Column(0.1280, 0.1226, 1.3070, 1.2854, 1.7542, 1.7659),
    "jeffrey": Column(0.5705, 0.5151, 1.3218, 1.2295, 1.7034, 1.8087),
    "pearson": Column(0.6457, 0.6379, 0.5737, 0.6157, 1.9274, 1.9031),
}
"""By divergence, as ``models.divergences`` names it, in the paper's order."""
CROSS: dict[str, str] = {
    "kl": "kl-data-model-quadrature",
    "reverse-kl": "kl-model-data-quadrature",
    "jensen-shannon": "js-quadrature",
    "jeffrey": "jeffrey-quadrature",
    "pearson": "pearson-quadrature",
}
"""The metric that is each divergence, in the paper's convention."""


@dataclass(frozen=True)
class Modes:
    """What Lin et al. print of the GAN on one mixture; ± as printed.

    Attributes:
        modes: of how many.
        hit: modes with at least one sample within 3 standard deviations, and ±.
        quality: share of samples within 3 standard deviations of a mode.
        divergence: reverse KL over modes, nats, and ±.
        updates: of the generator.
    """

    modes: int
    hit: tuple[float, float]
    quality: float
    divergence: tuple[float, float]
    updates: int = 400_000


PUBLISHED_MODES: dict[str, Modes] = {
    "narrow-ring": Modes(8, (6.3, 0.5), 0.982, (0.45, 0.09)),
    "wide-grid": Modes(25, (17.3, 0.8), 0.948, (0.70, 0.07)),
}
"""By data set; networks and budget are those of its recipe."""


def fits(rows: pd.DataFrame) -> pd.DataFrame:
    """Our Gaussians: rows of the measures ``gaussian-fit`` and ``gaussian-generator`` with the column ``divergence`` added.

    Args:
        rows: a run's rows.
    """
    chosen = rows[rows["measure"].isin(("gaussian-fit", "gaussian-generator"))].copy()
    chosen["divergence"] = [json.loads(setting)["divergence"] for setting in chosen["setting"]]
    return chosen


def values(rows: pd.DataFrame, metric: str) -> pd.Series:
    """Values of one metric of runs that did not fail, by seed.

    Args:
        rows: of one arm.
        metric: its name.
    """
    kept = rows[(rows["metric"] == metric) & (rows["status"] == "ok")]
    return kept.set_index("seed")["value"]


def failures(rows: pd.DataFrame) -> int:
    """How many seeds failed; rows of one arm."""
    return int((rows.groupby("seed")["status"].first() != "ok").sum())
