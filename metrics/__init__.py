"""Metrics as pure functions. ``METRICS`` maps a name to the function and what a reader must know to use its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from metrics import coverage, divergence, frechet, pixel, quadrature

Direction = Literal["lower", "higher", "reference", "none"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        function: computes the value from the arguments named in ``needs``, in that order.
        needs: names of what it reads: samples, reference, extractor, mass, …
        direction: ``lower`` or ``higher`` is better, best at the ``reference`` value of real data, or ``none``: no order.
        unit: nats, share, modes, pixels (Euclidean distance with pixels in [0, 1]), or "" for none.
        title: short name for tables.
        summary: one line on what it measures, with its source.
    """

    function: Callable[..., float]
    needs: tuple[str, ...]
    direction: Direction
    unit: str
    title: str
    summary: str


METRICS: dict[str, Metric] = {
    "jsd-hist": Metric(
        divergence.jsd_histogram, ("counts", "mass"), "lower", "nat", "JSD",
        "Jensen–Shannon divergence to the exact density, by histogram (Lin 1991)",
    ),
    "kl-data-model-hist": Metric(
        divergence.kl_data_model_histogram, ("counts", "mass"), "lower", "nat", "KL(data‖model)",
        "KL from data to model, by smoothed histogram: punishes missed modes",
    ),
    "kl-model-data-hist": Metric(
        divergence.kl_model_data_histogram, ("counts", "mass"), "lower", "nat", "KL(model‖data)",
        "KL from model to data, by histogram: punishes samples off the data",
    ),
    "jsd-knn": Metric(
        divergence.jsd_knn, ("fresh_log_density", "few_log_density", "fresh_log_knn", "few_log_knn"), "lower", "nat", "JSD (kNN)",
        "Jensen–Shannon divergence by nearest neighbours and the exact log-density",
    ),
    "kl-data-model-knn": Metric(
        divergence.kl_data_model_knn, ("fresh_log_density", "fresh_log_knn"), "lower", "nat", "KL(data‖model) (kNN)",
        "KL from data to model by nearest neighbours (Wang et al. 2009)",
    ),
    "kl-model-data-knn": Metric(
        divergence.kl_model_data_knn, ("few_log_density", "few_log_knn"), "lower", "nat", "KL(model‖data) (kNN)",
        "KL from model to data: nearest-neighbour entropy and the exact log-density",
    ),
    "jsd-kde": Metric(
        divergence.jsd_kernel, ("fresh_log_density", "sample_log_density", "fresh_log_kernel", "sample_log_kernel"), "lower",
        "nat", "JSD (KDE)",
        "Jensen–Shannon divergence by kernel density and the exact log-density",
    ),
    "kl-data-model-kde": Metric(
        divergence.kl_data_model_kernel, ("fresh_log_density", "fresh_log_kernel"), "lower", "nat", "KL(data‖model) (KDE)",
        "KL from data to model by kernel density; arbitrary where the model has no samples",
    ),
    "kl-model-data-kde": Metric(
        divergence.kl_model_data_kernel, ("sample_log_density", "sample_log_kernel"), "lower", "nat", "KL(model‖data) (KDE)",
        "KL from model to data: leave-one-out kernel entropy and the exact log-density",
    ),
    "jsd-quadrature": Metric(
        quadrature.jsd, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true JSD",
        "Jensen–Shannon divergence of two known densities",
    ),
    "kl-data-model-quadrature": Metric(
        quadrature.kl_data_model, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true KL(P‖Q)",
        "KL of two known densities, from the data's to its variation",
    ),
    "kl-model-data-quadrature": Metric(
        quadrature.kl_model_data, ("lattice_log_p", "lattice_log_q", "cell"), "none", "nat", "true KL(Q‖P)",
        "KL of two known densities, to the data's from its variation",
    ),
    "modes-captured": Metric(
        coverage.modes_captured, ("samples", "means", "weights", "scales"), "higher", "modes", "modes captured",
        "modes with at least a quarter of their fair share within 3 standard deviations",
    ),
    "modes-hit": Metric(
        coverage.modes_hit, ("samples", "means", "scales"), "higher", "modes", "modes hit",
        "modes with at least one sample within 3 standard deviations (VEEGAN 2017)",
    ),
    "high-quality-share": Metric(
        coverage.high_quality_share, ("samples", "means", "scales"), "reference", "share", "high quality",
        "share of samples within 3 standard deviations of a mode (VEEGAN 2017)",
    ),
    "off-support-share": Metric(
        coverage.off_support_share, ("log_density", "support_level"), "reference", "share", "off support",
        "share of samples where the density is below the level that 99.9 % of the data exceed",
    ),
    "fid": Metric(
        frechet.fid, ("image_samples", "image_reference", "extractor", "cuda"), "lower", "", "FID",
        "Fréchet distance in the features of an in-domain classifier (Heusel et al. 2017)",
    ),
    "kid": Metric(
        frechet.kid, ("image_samples", "image_reference", "extractor", "cuda"), "lower", "", "KID",
        "squared kernel distance in the same features (Bińkowski et al. 2018)",
    ),
    "nearest-l2": Metric(
        pixel.nearest_l2, ("few", "training"), "none", "pixels", "L2 to nearest training image",
        "mean pixel distance of samples to the nearest training image",
    ),
    "reconstruction-l2": Metric(
        pixel.reconstruction_l2, ("images", "reconstructions"), "lower", "pixels", "reconstruction L2",
        "mean pixel distance of test images to their reconstructions",
    ),
}  # fmt: skip


def base_name(metric: str) -> str:
    """A metric's name in ``METRICS``, without the extractor: ``fid[digits-cnn-1a2b3c4d]`` → ``fid``."""
    return metric.partition("[")[0]
