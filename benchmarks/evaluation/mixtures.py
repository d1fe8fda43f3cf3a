"""Samples from a mixture whose density is known: divergences, modes, and whether a classifier tells them from the data."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.datasets import DATASETS
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.evaluation.base import FEW, Arrays, Measure, Subject, Values, compute
from benchmarks.evaluation.sampling import sampled
from benchmarks.training.randomness import derived_seed
from metrics.divergence import histogram, kernel_bandwidth, log_kernel_density, log_knn_density
from metrics.two_sample import held_out

SHOWN_POINTS = 2000
KERNEL_POINTS = 4_000
"""Kernel densities on mixtures rest on this many samples: their cost grows with its square, here to one or two seconds a seed."""

HISTOGRAM_DIVERGENCES = ("jsd-hist", "kl-data-model-hist", "kl-model-data-hist")
NEIGHBOUR_DIVERGENCES = ("jsd-knn", "kl-data-model-knn", "kl-model-data-knn")
KERNEL_DIVERGENCES = ("jsd-kde", "kl-data-model-kde", "kl-model-data-kde")
TWO_SAMPLE_METRICS = ("c2st", "c2st-auc")
MODE_SHARE_METRICS = ("modes-hit", "high-quality-share", "mode-kl")
MODE_METRICS = ("modes-captured", "modes-hit", "high-quality-share")


def sample_metrics(dataset: str) -> tuple[str, ...]:
    """Metrics of samples from a mixture; those on modes only where the components are modes."""
    density = DATASETS[dataset].density
    modes = MODE_METRICS if density is not None and density().modes else ()
    return (*HISTOGRAM_DIVERGENCES, *NEIGHBOUR_DIVERGENCES, *modes, "off-support-share")


def histogram_facts(density: GaussianMixture, samples: np.ndarray) -> dict[str, Any]:
    """What divergences by histogram need."""
    return {"mass": density.bin_mass(), "counts": histogram(samples, density.edges)}


def neighbour_facts(few: np.ndarray, fresh: np.ndarray) -> dict[str, Any]:
    """What divergences by nearest neighbours need beside the exact log-density: ``few`` samples, ``fresh`` draws of the data."""
    return {
        "few_fresh_log_knn": log_knn_density(fresh, few, own=False),
        "few_log_knn": log_knn_density(few, few, own=True),
    }


def kernel_facts(density: GaussianMixture, samples: np.ndarray, fresh: np.ndarray) -> dict[str, Any]:
    """What divergences by kernel density need; ``fresh`` are draws of the data."""
    bandwidth = kernel_bandwidth(samples)
    return {
        "fresh_log_density": density.log_density(fresh),
        "sample_log_density": density.log_density(samples),
        "fresh_log_kernel": log_kernel_density(fresh, samples, own=False, bandwidth=bandwidth),
        "sample_log_kernel": log_kernel_density(samples, samples, own=True, bandwidth=bandwidth),
    }


def data_facts(subject: Subject) -> dict[str, Any]:
    """What the metrics on mixtures need beside samples."""
    density = subject.dataset.density
    assert density is not None
    return {
        "fresh_log_density": density.log_density(subject.dataset.test[: FEW["mixture"]]),
        "means": density.means,
        "weights": density.weights,
        "scales": density.scales,
        "support_level": density.support_level(),
    }


def sample_values(subject: Subject, samples: np.ndarray) -> tuple[Values, Arrays]:
    """The metrics of samples (n, d), and the points that are shown."""
    density = subject.dataset.density
    assert density is not None
    log_density = density.log_density(samples)
    few, fresh = samples[: FEW["mixture"]], subject.dataset.test[: FEW["mixture"]]
    facts = {
        **subject.once(data_facts),
        **histogram_facts(density, samples),
        **neighbour_facts(few, fresh),
        "samples": samples,
        "log_density": log_density,
        "few_log_density": log_density[: FEW["mixture"]],
    }
    return compute(sample_metrics(subject.dataset.name), facts), {"points": samples[:SHOWN_POINTS]}


def floor_draws(subject: Subject, index: int) -> np.ndarray:
    """``options["n"]`` draws from the density itself: what a perfect model would give."""
    assert subject.dataset.density is not None
    generator = np.random.default_rng(derived_seed(subject.seeds[index], "floor"))
    return subject.dataset.density.sample(subject.options["n"], generator)


def samples(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against the exact density."""
    return sample_values(subject, sampled(subject, index))


def floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same metrics on draws from the density itself: what a perfect model would get."""
    return sample_values(subject, floor_draws(subject, index))


def modes(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples by mode, as PacGAN counts them (Lin et al. 2018)."""
    taken = sampled(subject, index)
    return compute(MODE_SHARE_METRICS, {**subject.once(data_facts), "samples": taken}), {"points": taken[:SHOWN_POINTS]}


def kernel(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against the exact density by kernel density, with as many fresh draws from the data."""
    density, samples = subject.dataset.density, sampled(subject, index)
    assert density is not None
    return compute(KERNEL_DIVERGENCES, kernel_facts(density, samples, subject.dataset.test[: len(samples)])), {}


def kernel_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same on draws from the density itself."""
    density, samples = subject.dataset.density, floor_draws(subject, index)
    assert density is not None
    return compute(KERNEL_DIVERGENCES, kernel_facts(density, samples, subject.dataset.test[: len(samples)])), {}


def _two_sample(subject: Subject, index: int, samples: np.ndarray) -> tuple[Values, Arrays]:
    few, reference = samples[: FEW["mixture"]], subject.dataset.test[: FEW["mixture"]]
    seed = derived_seed(subject.seeds[index], "two-sample") % 2**32
    return compute(TWO_SAMPLE_METRICS, {"few_held_out": held_out(few, reference, seed)}), {}


def two_sample(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells samples from fresh draws, by coordinates."""
    return _two_sample(subject, index, sampled(subject, index))


def two_sample_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells draws from the density from other draws."""
    return _two_sample(subject, index, floor_draws(subject, index))


MEASURES: dict[str, Measure] = {
    "mixture-samples": Measure(samples, sample_metrics, "samples against the exact density"),
    "mixture-floor": Measure(floor, sample_metrics, "the same for draws from the density itself"),
    "mode-samples": Measure(modes, lambda dataset: MODE_SHARE_METRICS, "samples by mode, as PacGAN counts them"),
    "mixture-kde": Measure(
        kernel, lambda dataset: KERNEL_DIVERGENCES, "samples against the exact density, by kernel density"
    ),
    "mixture-kde-floor": Measure(
        kernel_floor, lambda dataset: KERNEL_DIVERGENCES, "the same for draws from the density itself"
    ),
    "mixture-two-sample": Measure(
        two_sample, lambda dataset: TWO_SAMPLE_METRICS, "whether a classifier tells samples from fresh draws"
    ),
    "mixture-two-sample-floor": Measure(
        two_sample_floor, lambda dataset: TWO_SAMPLE_METRICS, "the same for draws from the density itself"
    ),
}
