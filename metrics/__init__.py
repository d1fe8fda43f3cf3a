"""Metrics as pure functions. ``METRICS`` maps a name to the function and what a reader must know to use its value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from metrics import (
    classes,
    coverage,
    divergence,
    frechet,
    interpolation,
    likelihood,
    manifold,
    pixel,
    quadrature,
    similarity,
    spectrum,
    two_sample,
)

Direction = Literal["lower", "higher", "reference", "none"]


@dataclass(frozen=True)
class Metric:
    """One metric.

    Attributes:
        function: computes the value from the arguments named in ``needs``, in that order.
        needs: names of what it reads: samples, mass, sample_features, reference_features, …
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
        divergence.jsd_knn, ("fresh_log_density", "few_log_density", "few_fresh_log_knn", "few_log_knn"),
        "lower", "nat", "JSD (kNN)",
        "Jensen–Shannon divergence by nearest neighbours and the exact log-density",
    ),
    "kl-data-model-knn": Metric(
        divergence.kl_data_model_knn, ("fresh_log_density", "few_fresh_log_knn"), "lower", "nat", "KL(data‖model) (kNN)",
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
        frechet.fid, ("sample_features", "reference_features"), "lower", "", "FID",
        "Fréchet distance between features, in the extractor that is named (Heusel et al. 2017)",
    ),
    "kid": Metric(
        frechet.kid, ("sample_features", "reference_features"), "lower", "", "KID",
        "squared kernel distance between features (Bińkowski et al. 2018)",
    ),
    "precision": Metric(
        manifold.precision, ("precision_recall",), "reference", "share", "precision",
        "share of samples within the real images' neighbourhoods in feature space, k = 3 (Kynkäänniemi et al. 2019)",
    ),
    "recall": Metric(
        manifold.recall, ("precision_recall",), "reference", "share", "recall",
        "share of real images within the samples' neighbourhoods in feature space, k = 3 (Kynkäänniemi et al. 2019)",
    ),
    "density": Metric(
        manifold.density, ("density_coverage",), "reference", "", "density",
        "neighbourhoods of real images that hold a sample, over k = 5: about 1 for real data (Naeem et al. 2020)",
    ),
    "coverage": Metric(
        manifold.coverage, ("density_coverage",), "reference", "share", "coverage",
        "share of real images with a sample in their neighbourhood, k = 5 (Naeem et al. 2020)",
    ),
    "classes-covered": Metric(
        classes.classes_covered, ("sample_classes", "reference_classes"), "higher", "classes", "classes covered",
        "classes, as the extractor predicts them, with at least a quarter of their share in real data",
    ),
    "label-entropy": Metric(
        classes.label_entropy, ("sample_classes",), "reference", "nat", "label entropy",
        "entropy of the classes that the extractor predicts for the samples",
    ),
    "sharpness": Metric(
        spectrum.sharpness, ("image_samples", "image_reference"), "reference", "", "sharpness",
        "power above 0.25 cycles per pixel relative to real images; artefacts count as sharp, so read it beside FID",
    ),
    "c2st": Metric(
        two_sample.c2st, ("few", "few_reference", "seed"), "reference", "share", "C2ST accuracy",
        "held-out accuracy of a fresh classifier telling samples from data, 0.5 at chance (Lopez-Paz and Oquab 2017)",
    ),
    "nearest-l2": Metric(
        pixel.nearest_l2, ("few", "training"), "none", "pixels", "L2 to nearest training image",
        "mean pixel distance of samples to the nearest training image",
    ),
    "reconstruction-l2": Metric(
        pixel.reconstruction_l2, ("images", "reconstructions"), "lower", "pixels", "reconstruction L2",
        "mean pixel distance of test images to their reconstructions",
    ),
    "ssim": Metric(
        similarity.ssim, ("image_grid", "reconstruction_grid"), "higher", "", "SSIM",
        "structural similarity of test images and reconstructions, 7 × 7 window (Wang et al. 2004)",
    ),
    "path-length-ratio": Metric(
        interpolation.path_length_ratio, ("paths",), "none", "", "path length",
        "length of decoded paths between two latent vectors, relative to the distance of their ends",
    ),
    "largest-step-ratio": Metric(
        interpolation.largest_step_ratio, ("paths",), "none", "", "largest step",
        "largest of eight steps of a decoded path relative to the mean one: 1 for even change",
    ),
    "elbo": Metric(
        likelihood.elbo, ("log_weights",), "none", "nat", "ELBO",
        "evidence lower bound on held-out data, per example (Kingma and Welling 2014)",
    ),
    "iw-elbo": Metric(
        likelihood.importance_weighted_elbo, ("log_weights",), "none", "nat", "IW-ELBO (64)",
        "importance-weighted bound of 64 draws on held-out data (Burda et al. 2016)",
    ),
    "posterior-kl": Metric(
        likelihood.posterior_kl, ("posterior_mean", "posterior_log_variance"), "none", "nat", "KL(posterior‖prior)",
        "mean KL from posterior to prior: what a code says about its example",
    ),
    "active-units": Metric(
        likelihood.active_units, ("posterior_mean",), "none", "dimensions", "active units",
        "latent dimensions whose posterior mean varies over the data (Burda et al. 2016)",
    ),
    "posterior-collapsed": Metric(
        likelihood.posterior_collapsed, ("posterior_mean",), "none", "", "collapsed",
        "1 if no latent dimension is active: posterior collapse",
    ),
}  # fmt: skip


def base_name(metric: str) -> str:
    """A metric's name in ``METRICS``, without the extractor: ``fid[digits-cnn-1a2b3c4d]`` → ``fid``."""
    return metric.partition("[")[0]
