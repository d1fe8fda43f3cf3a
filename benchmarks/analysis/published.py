"""Numbers of published papers that the suite computes anew, as printed, and ours from a run's rows.

Nowozin, Cseke and Tomioka (*f-GAN*, NeurIPS 2016) fit N(μ, σ²) to a mixture of two Gaussians under five divergences. The mixture is
not printed; ``benchmarks.datasets.mixtures.pair_1d`` is a reconstruction by numerical inversion of this table's optima, which it
gives back to 8e-4. So the optima check the arithmetic; that they agree is no evidence of its own. Two conventions: the column JS is
2 JSD, and Pearson is ∫ (p − q)² / q.

Lin et al. (*PacGAN*, NeurIPS 2018) train a GAN ten times on each of two mixtures.

Lucic et al. (*Are GANs Created Equal?*, NeurIPS 2018) and Ghosh et al. (*From Variational to Deterministic Autoencoders*, ICLR
2020) print FIDs of images, all with Inception-v3 on 10,000 images: only an FID with its 2,048 features compares with them. The
former's are taken from Dai and Wipf (*Diagnosing and Enhancing VAE Models*, ICLR 2019, table 1), who repeat those of GANs alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

MEASURES = ("gaussian-fit", "gaussian-generator", "mode-samples", "published-images", "published-images-floor")
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


@dataclass(frozen=True)
class StudyLine:
    """A line of Lucic et al.'s table of FIDs, mean and ± over 50 runs of the best of 100 settings.

    Attributes:
        title: the model, as they call it.
        arm: the suite's model and the setting that makes it theirs, or None where the suite has no such model.
        fids: by data set; empty where our source does not repeat them.
    """

    title: str
    arm: tuple[str, str] | None
    fids: dict[str, tuple[float, float]]


def _study(title: str, arm: tuple[str, str] | None, *fids: tuple[float, float]) -> StudyLine:
    return StudyLine(title, arm, dict(zip(("mnist", "fashion-mnist", "cifar10"), fids, strict=True)))


STUDY: tuple[StudyLine, ...] = (
    _study("MM GAN", ("gan", "saturating"), (9.8, 0.9), (29.6, 1.6), (72.7, 3.6)),
    _study("NS GAN", ("gan", "non-saturating"), (6.8, 0.5), (26.5, 1.6), (58.5, 1.9)),
    _study("LSGAN", ("gan", "least-squares"), (7.8, 0.6), (30.7, 2.2), (87.1, 47.5)),
    _study("WGAN", None, (6.7, 0.4), (21.5, 1.6), (55.2, 2.3)),
    _study("WGAN GP", None, (20.3, 5.0), (24.5, 2.1), (55.8, 0.9)),
    _study("DRAGAN", None, (7.6, 0.4), (27.7, 1.2), (69.8, 2.0)),
    _study("BEGAN", None, (13.1, 1.0), (22.9, 0.9), (71.4, 1.6)),
    StudyLine("VAE", ("vae", "bernoulli"), {}),
)

STUDY_UPDATES = {"mnist": 18_750, "fashion-mnist": 18_750, "cifar10": 78_125}
"""Updates of each player in the study: 20 passes over 60,000 images, 100 over 50,000, in batches of 64."""


@dataclass(frozen=True)
class RaeLine:
    """A line of Ghosh et al.'s table 1, FIDs of one run.

    Attributes:
        title: the model, as they call it.
        model: the suite's, or None where it has no such model.
        fids: by data set, of reconstructions, codes from the prior, codes from a mixture, midpoints; None where they have none.
    """

    title: str
    model: str | None
    fids: dict[str, tuple[float | None, float | None, float | None, float | None]]


RAE: tuple[RaeLine, ...] = (
    RaeLine("VAE", "vae", {"mnist": (18.26, 19.21, 17.66, 18.21), "cifar10": (57.94, 106.37, 103.78, 88.62)}),
    RaeLine("CV-VAE", None, {"mnist": (15.15, 33.79, 17.87, 25.12), "cifar10": (37.74, 94.75, 86.64, 69.71)}),
    RaeLine("WAE", None, {"mnist": (10.03, 20.42, 9.39, 14.34), "cifar10": (35.97, 117.44, 93.53, 76.89)}),
    RaeLine("2sVAE", None, {"mnist": (20.31, 18.81, None, 18.35), "cifar10": (62.54, 109.77, None, 89.06)}),
    RaeLine("RAE-GP", None, {"mnist": (14.04, 22.21, 11.54, 15.32), "cifar10": (32.17, 83.05, 76.33, 64.08)}),
    RaeLine("RAE-L2", None, {"mnist": (10.53, 22.22, 8.69, 14.54), "cifar10": (32.24, 80.80, 74.16, 62.54)}),
    RaeLine("RAE-SN", None, {"mnist": (15.65, 19.67, 11.74, 15.15), "cifar10": (27.61, 84.25, 75.30, 63.62)}),
    RaeLine("RAE", None, {"mnist": (11.67, 23.92, 9.81, 14.67), "cifar10": (29.05, 83.87, 76.28, 63.27)}),
    RaeLine("AE", "ae", {"mnist": (12.95, 58.73, 10.66, 17.12), "cifar10": (30.52, 84.74, 76.47, 61.57)}),
)
RAE_COLUMNS: dict[str, dict[str, str]] = {
    "vae": {"reconstruction": "reconstruction", "N": "prior", "GMM": "gmm", "interpolation": "interpolation"},
    "ae": {"reconstruction": "reconstruction", "N": "gaussian", "GMM": "gmm", "interpolation": "interpolation"},
}
"""Which sampler each of their columns is, by model: an autoencoder's N is the Gaussian fitted to its codes."""
STUDY_NETWORK = "infogan"
"""Kind of the networks of Lucic et al.; all others among the rows are beside Ghosh et al.'s."""


def distinguished(row: pd.Series) -> str:
    """The setting that tells arms of one model apart: a GAN's loss, a VAE's likelihood."""
    setting = json.loads(row["setting"])
    return setting.get("loss") or setting.get("likelihood") or ""


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
