"""The measures: what is computed from a trained block, or from data alone.

A measure is a function of one seed's model; :func:`evaluate` runs it over the seeds of a block and gives rows and arrays with
a leading seed axis. It says in advance which metrics it will give, so that a run that failed still leaves a row for each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.datasets import DATASETS, Dataset
from benchmarks.datasets.mixtures import GaussianMixture
from benchmarks.datasets.variations import VARIATIONS, lattice
from benchmarks.training import Trained, as_float, derived_seed, draw, generator_for, initialise, model_of
from metrics import METRICS, base_name
from metrics.divergence import histogram, kernel_bandwidth, log_kernel_density, log_knn_density
from metrics.features import Extractor, Features, extract
from metrics.manifold import density_coverage, precision_recall
from models.base import GenerativeModel
from models.latent_prior import LATENT_PRIORS
from models.networks import count_parameters

Arrays = dict[str, np.ndarray]
Values = dict[str, float]

SHOWN_POINTS = 2000
SHOWN_IMAGES = 64
SHOWN_RECONSTRUCTIONS = 16
FIT_POINTS = 5_000
"""Ex-post densities are fitted to the codes of at most this many training points."""
FEW = {"mixture": 10_000, "images": 2_000}
"""Nearest-neighbour estimates on mixtures (with as many fresh draws from the data), distances to the nearest training
image, and two-sample tests use at most this many of the n samples: more would cost much and tell little."""
KERNEL_POINTS = 4_000
"""Kernel densities on mixtures rest on this many samples: their cost grows with its square, here to one or two seconds a seed."""

TRAINING_METRICS = ("parameters", "decoder-parameters", "updates", "images-seen", "training-flops", "diverged")


class NonFiniteError(ArithmeticError):
    """A model's output has NaN or infinite values."""


SEED_FAILURES = (ValueError, ArithmeticError, np.linalg.LinAlgError)
"""What one seed's numbers may bring about, such as a density that cannot be fitted to its codes. Anything else (no memory, a
bug) fails the measurement."""


@dataclass(frozen=True)
class Subject:
    """What a measure looks at.

    Attributes:
        dataset: the data.
        options: the measurement's options.
        seeds: seeds of the block, or those that a measure of data alone draws with.
        device: where models are evaluated.
        build: makes the block's model; None for a measure of data alone.
        trained: the block's outcome; None for a measure of data alone.
        batch: examples per update in the block's training.
        extractors: the feature extractors that images are looked at with.
    """

    dataset: Dataset
    options: Mapping[str, Any]
    seeds: tuple[int, ...]
    device: torch.device
    build: Callable[[], GenerativeModel] | None = None
    trained: Trained | None = None
    batch: int = 0
    extractors: tuple[Extractor, ...] = ()

    def model(self, index: int) -> GenerativeModel:
        """The trained model of one seed, in evaluation mode, on the device; with the weights that the options name."""
        assert self.trained is not None
        averaged = self.trained.averaged if self.options.get("weights") == "ema" else {}
        return self.model_with({**self.trained.weights, **averaged}, index)

    def model_with(self, weights: Mapping[str, Tensor], index: int) -> GenerativeModel:
        """The model of one seed with these stacked weights."""
        assert self.build is not None
        return model_of(self.build, weights, index).to(self.device)

    def tensor(self, data: np.ndarray) -> Tensor:
        """Data on the device as float32, pixels in [0, 1]."""
        return as_float(torch.from_numpy(data).to(self.device))

    @cached_property
    def mixture_facts(self) -> dict[str, Any]:
        """What the metrics on mixtures need beside samples."""
        density = self.dataset.density
        assert density is not None
        return {
            "fresh_log_density": density.log_density(self.dataset.test[: FEW["mixture"]]),
            "means": density.means,
            "weights": density.weights,
            "scales": density.scales,
            "support_level": density.support_level(),
        }

    def features(self, pixels: np.ndarray) -> dict[Extractor, Features]:
        """What the extractors make of flattened uint8 images (n, D)."""
        images = pixels.reshape(-1, *self.dataset.shape)
        return {extractor: extract(extractor, images, self.device.type == "cuda") for extractor in self.extractors}

    @cached_property
    def test_features(self) -> dict[Extractor, Features]:
        """What the extractors make of the test images, once for all seeds."""
        return self.features(self.dataset.test)

    @cached_property
    def variation(self) -> GaussianMixture:
        """The known variation of the density that the options name as ``pair``."""
        assert self.dataset.density is not None
        return VARIATIONS[self.options["pair"]](self.dataset.density)

    @cached_property
    def true_divergences(self) -> Values:
        """Divergences between the density and its variation, by quadrature."""
        assert self.dataset.density is not None
        points, cell = lattice(self.dataset.density, self.variation)
        facts = {
            "lattice_log_p": self.dataset.density.log_density(points),
            "lattice_log_q": self.variation.log_density(points),
            "cell": cell,
        }
        return compute(TRUE_DIVERGENCES, facts)


@dataclass(frozen=True)
class Measure:
    """A measure: ``function(subject, index)`` gives values and arrays of the index-th seed.

    ``metrics(dataset)`` are the names of its values; ``feature_metrics`` are taken once more for every feature extractor.
    """

    function: Callable[[Subject, int], tuple[Values, Arrays]]
    metrics: Callable[[str], tuple[str, ...]]
    summary: str
    feature_metrics: tuple[str, ...] = ()

    def names(self, dataset: str, extractors: tuple[Extractor, ...]) -> tuple[str, ...]:
        """Names of all values on a data set whose images these extractors look at."""
        of_features = [name for extractor in extractors for name in named(self.feature_metrics, extractor)]
        return (*of_features, *self.metrics(dataset))


@dataclass(frozen=True)
class Measured:
    """Rows (seed, status, metric, value, step, n), arrays with a leading seed axis, and error messages by seed."""

    rows: list[dict[str, Any]]
    arrays: Arrays
    errors: dict[int, str]


def prior_noise(model: GenerativeModel, seed: int, n: int) -> Tensor:
    """n latent vectors from N(0, I), shape (n, z), the same for every model of the same latent size."""
    return draw(model.sample_spec()["latent"], (n,), generator_for(seed, "samples/latent"))


def ex_post_codes(subject: Subject, model: GenerativeModel, seed: int, n: int) -> Tensor:
    """n codes from the density that the option ``sampler`` names, fitted to codes of training data; shape (n, z).

    Raises:
        NonFiniteError: some codes of training data are NaN or infinite.
    """
    sampler = subject.options["sampler"]
    x = subject.tensor(subject.dataset.train[:FIT_POINTS])
    posterior = torch.randn((len(x), model.latent), generator=generator_for(seed, "samples/posterior"))
    codes = model.encode(x, {"posterior": posterior.to(subject.device)}).cpu().numpy()
    if not np.isfinite(codes).all():
        raise NonFiniteError("codes of training data are not finite")
    density = LATENT_PRIORS[sampler]()
    density.fit(codes, derived_seed(seed, f"samples/{sampler}/fit") % 2**32)
    return torch.from_numpy(density.sample(n, derived_seed(seed, f"samples/{sampler}/draw") % 2**32))


@torch.no_grad()
def sampled(subject: Subject, index: int) -> np.ndarray:
    """``options["n"]`` samples of one seed's model, shape (n, D), float32.

    Raises:
        NonFiniteError: some are NaN or infinite.
    """
    seed, n = subject.seeds[index], subject.options["n"]
    model = subject.model(index)
    noise = {}
    if subject.options["observation"] == "draw":
        noise["observation"] = draw(
            model.sample_spec()["observation"], (n,), generator_for(seed, "samples/observation")
        )
    prior = subject.options["sampler"] == "prior"
    noise["latent"] = prior_noise(model, seed, n) if prior else ex_post_codes(subject, model, seed, n)
    batches = []
    for start in range(0, n, 10_000):
        part = {name: tensor[start : start + 10_000].to(subject.device) for name, tensor in noise.items()}
        batches.append((model.sample(part) if prior else model.decode(part["latent"], part)).cpu())
    samples = torch.cat(batches).numpy()
    if not np.isfinite(samples).all():
        raise NonFiniteError("samples are not finite")
    return samples


def compute(metrics: tuple[str, ...], facts: Mapping[str, Any]) -> Values:
    """The named metrics, each from the facts that it needs."""
    values = {}
    for name in metrics:
        metric = METRICS[base_name(name)]
        values[name] = metric.function(*(facts[need] for need in metric.needs))
    return values


HISTOGRAM_DIVERGENCES = ("jsd-hist", "kl-data-model-hist", "kl-model-data-hist")
NEIGHBOUR_DIVERGENCES = ("jsd-knn", "kl-data-model-knn", "kl-model-data-knn")
KERNEL_DIVERGENCES = ("jsd-kde", "kl-data-model-kde", "kl-model-data-kde")
TRUE_DIVERGENCES = ("jsd-quadrature", "kl-data-model-quadrature", "kl-model-data-quadrature")
MODE_METRICS = ("modes-captured", "modes-hit", "high-quality-share")


def mixture_metrics(dataset: str) -> tuple[str, ...]:
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
        "fresh_log_knn": log_knn_density(fresh, few, own=False),
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


def _mixture_values(subject: Subject, samples: np.ndarray) -> tuple[Values, Arrays]:
    density = subject.dataset.density
    assert density is not None
    log_density = density.log_density(samples)
    few, fresh = samples[: FEW["mixture"]], subject.dataset.test[: FEW["mixture"]]
    facts = {
        **subject.mixture_facts,
        **histogram_facts(density, samples),
        **neighbour_facts(few, fresh),
        "samples": samples,
        "log_density": log_density,
        "few_log_density": log_density[: FEW["mixture"]],
    }
    return compute(mixture_metrics(subject.dataset.name), facts), {"points": samples[:SHOWN_POINTS]}


def mixture_samples(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against the exact density."""
    return _mixture_values(subject, sampled(subject, index))


def mixture_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same metrics on draws from the density itself: what a perfect model would get."""
    density, seed = subject.dataset.density, subject.seeds[index]
    assert density is not None
    generator = np.random.default_rng(derived_seed(seed, "floor"))
    return _mixture_values(subject, density.sample(subject.options["n"], generator))


def mixture_kernel(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against the exact density by kernel density, with as many fresh draws from the data."""
    density, samples = subject.dataset.density, sampled(subject, index)
    assert density is not None
    return compute(KERNEL_DIVERGENCES, kernel_facts(density, samples, subject.dataset.test[: len(samples)])), {}


def mixture_kernel_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same on draws from the density itself."""
    density, seed = subject.dataset.density, subject.seeds[index]
    assert density is not None
    samples = density.sample(subject.options["n"], np.random.default_rng(derived_seed(seed, "floor")))
    return compute(KERNEL_DIVERGENCES, kernel_facts(density, samples, subject.dataset.test[: len(samples)])), {}


def calibration_draws(subject: Subject, index: int) -> tuple[GaussianMixture, np.ndarray, np.ndarray]:
    """The data's density P, n draws from its variation Q (in the place of a model) and n fresh ones from P, for one seed.

    The random numbers are the same on every pair.
    """
    density, seed, n = subject.dataset.density, subject.seeds[index], subject.options["n"]
    assert density is not None
    generator = np.random.default_rng(derived_seed(seed, "calibration"))
    return density, subject.variation.sample(n, generator), density.sample(n, generator)


def histogram_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by histogram between two known densities, and the true ones."""
    density, samples, _ = calibration_draws(subject, index)
    return {**compute(HISTOGRAM_DIVERGENCES, histogram_facts(density, samples)), **subject.true_divergences}, {}


def neighbour_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by nearest neighbours between two known densities, and the true ones."""
    density, samples, fresh = calibration_draws(subject, index)
    exact = {"fresh_log_density": density.log_density(fresh), "few_log_density": density.log_density(samples)}
    values = compute(NEIGHBOUR_DIVERGENCES, {**exact, **neighbour_facts(samples, fresh)})
    return {**values, **subject.true_divergences}, {}


def kernel_calibration(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Divergences by kernel density between two known densities, and the true ones."""
    facts = kernel_facts(*calibration_draws(subject, index))
    return {**compute(KERNEL_DIVERGENCES, facts), **subject.true_divergences}, {}


CLASS_METRICS = ("classes-covered", "label-entropy")
"""Metrics of the classes that an extractor predicts: only where these are the data set's own."""
FEATURE_METRICS = ("fid", "kid", "precision", "recall", "density", "coverage", *CLASS_METRICS)
PIXEL_METRICS = ("sharpness", "nearest-l2")


def named(bases: tuple[str, ...], extractor: Extractor) -> tuple[str, ...]:
    """Names of metrics of an extractor's features, without those that it cannot give."""
    given = [base for base in bases if extractor.classifies or base not in CLASS_METRICS]
    return tuple(f"{base}[{extractor.name}]" for base in given)


def feature_facts(samples: Features, reference: Features) -> dict[str, Any]:
    """What the metrics of features need."""
    return {
        "sample_features": samples.values,
        "reference_features": reference.values,
        "sample_classes": samples.probabilities,
        "reference_classes": reference.probabilities,
        "precision_recall": precision_recall(samples.values, reference.values),
        "density_coverage": density_coverage(samples.values, reference.values),
    }


def as_pixels(images: np.ndarray) -> np.ndarray:
    """Images in [0, 1] as uint8 0–255; what lies outside the interval is clipped."""
    return np.rint(np.clip(images, 0, 1) * 255).astype(np.uint8)


def _image_values(
    subject: Subject,
    pixels: np.ndarray,
    training: np.ndarray,
    reference: np.ndarray,
    reference_features: Mapping[Extractor, Features],
) -> tuple[Values, Arrays]:
    data = subject.dataset
    images = pixels.reshape(-1, *data.shape)
    values: Values = {}
    for extractor, features in subject.features(pixels).items():
        facts = feature_facts(features, reference_features[extractor])
        values |= compute(named(FEATURE_METRICS, extractor), facts)
    facts = {
        "image_samples": images,
        "image_reference": reference.reshape(-1, *data.shape),
        "few": pixels[: FEW["images"]] / np.float32(255),
        "training": training / np.float32(255),
    }
    return values | compute(PIXEL_METRICS, facts), {"images": images[:SHOWN_IMAGES]}


def image_samples(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Samples against held-out images."""
    data = subject.dataset
    return _image_values(subject, as_pixels(sampled(subject, index)), data.train, data.test, subject.test_features)


def split_anew(subject: Subject, index: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """All images split at random: n that stand for samples, the rest for a training set, and of that the reference.

    Training and test images are pooled and, with every seed, split anew. (The data set's own split is stratified: its two
    parts are more alike than two samples.)
    """
    data, seed = subject.dataset, subject.seeds[index]
    pool = np.concatenate([data.train, data.test])
    order = np.random.default_rng(derived_seed(seed, "floor")).permutation(len(pool))
    n = subject.options["n"]
    return pool[order[:n]], pool[order[n:]], pool[order[n : n + len(data.test)]]


def image_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """The same metrics on real images: what a model would get that drew from the data's distribution."""
    pixels, rest, reference = split_anew(subject, index)
    return _image_values(subject, pixels, rest, reference, subject.features(reference))


def _two_sample_seed(subject: Subject, index: int) -> int:
    return derived_seed(subject.seeds[index], "two-sample") % 2**32


def _image_two_sample(
    subject: Subject,
    index: int,
    pixels: np.ndarray,
    reference: np.ndarray,
    reference_features: Mapping[Extractor, Features],
) -> tuple[Values, Arrays]:
    few, seed = pixels[: FEW["images"]], _two_sample_seed(subject, index)
    values: Values = {}
    for extractor, features in subject.features(few).items():
        facts = {"few": features.values, "few_reference": reference_features[extractor].values, "seed": seed}
        values |= compute(named(("c2st",), extractor), facts)
    return values | compute(("c2st[pixels]",), {"few": few, "few_reference": reference, "seed": seed}), {}


def image_two_sample(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells samples from held-out images, by pixels and by features."""
    pixels = as_pixels(sampled(subject, index))
    return _image_two_sample(subject, index, pixels, subject.dataset.test, subject.test_features)


def image_two_sample_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells real images from real images."""
    pixels, _, reference = split_anew(subject, index)
    return _image_two_sample(subject, index, pixels, reference, subject.features(reference))


def _mixture_two_sample(subject: Subject, index: int, samples: np.ndarray) -> tuple[Values, Arrays]:
    few, reference = samples[: FEW["mixture"]], subject.dataset.test[: FEW["mixture"]]
    facts = {"few": few, "few_reference": reference, "seed": _two_sample_seed(subject, index)}
    return compute(("c2st",), facts), {}


def mixture_two_sample(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells samples from fresh draws, by coordinates."""
    return _mixture_two_sample(subject, index, sampled(subject, index))


def mixture_two_sample_floor(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Whether a classifier tells draws from the density from other draws."""
    density, seed = subject.dataset.density, subject.seeds[index]
    assert density is not None
    generator = np.random.default_rng(derived_seed(seed, "floor"))
    return _mixture_two_sample(subject, index, density.sample(subject.options["n"], generator))


def shown_test_images(data: Dataset) -> np.ndarray:
    """Indices of the test images that are shown: the classes in turn, or where there are no labels the first ones."""
    if data.test_labels is None:
        return np.arange(min(SHOWN_RECONSTRUCTIONS, len(data.test)))
    rank = np.zeros(len(data.test_labels), dtype=int)
    for label in np.unique(data.test_labels):
        members = np.flatnonzero(data.test_labels == label)
        rank[members] = np.arange(len(members))
    return np.lexsort((data.test_labels, rank))[:SHOWN_RECONSTRUCTIONS]


RECONSTRUCTION_METRICS = ("reconstruction-l2", "ssim")


@torch.no_grad()
def reconstruction(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """Test images encoded (for a VAE: the posterior's mean) and decoded again."""
    model, data = subject.model(index), subject.dataset
    x = subject.tensor(data.test)
    decoded = model.decode(model.encode(x, {}), {}).cpu().numpy()
    if not np.isfinite(decoded).all():
        raise NonFiniteError("reconstructions are not finite")
    images = x.cpu().numpy()
    facts = {
        "images": images,
        "reconstructions": decoded,
        "image_grid": images.reshape(-1, *data.shape),
        "reconstruction_grid": decoded.reshape(-1, *data.shape),
    }
    values = compute(RECONSTRUCTION_METRICS, facts)
    shown = shown_test_images(data)
    return values, {
        "inputs": data.test[shown].reshape(-1, *data.shape),
        "reconstructions": as_pixels(decoded[shown]).reshape(-1, *data.shape),
    }


def training_cost(model: GenerativeModel, batch: int) -> dict[str, int]:
    """Floating-point operations of one optimiser step of each player: forward, backward, matrix products only."""
    cost = {}
    for player in model.players():
        x = torch.full((batch, model.data), 0.5) if model.uses_data(player) else None
        noise = {name: torch.zeros((batch, *spec.shape)) for name, spec in model.noise_spec(player).items()}
        with FlopCounterMode(display=False) as counter:
            loss, _ = model(player, x, noise)
            torch.autograd.grad(loss, list(model.parameters_of(player).values()))
        cost[player] = counter.get_total_flops()
    return cost


def decoder_player(model: GenerativeModel) -> str:
    """The player that trains the generating network; empty where none does."""
    generating = {id(parameter) for parameter in model.generating_network.parameters()}
    owners = (p for p in model.players() if generating <= {id(q) for q in model.parameters_of(p).values()})
    return next(owners, "")


def training(subject: Subject, index: int) -> tuple[Values, Arrays]:
    """What the training of one seed took, whether it diverged, and its curves."""
    trained = subject.trained
    assert trained is not None and subject.build is not None
    model = initialise(subject.build, 0)
    cost = training_cost(model, subject.batch)
    values = {
        "parameters": float(count_parameters(model)),
        "decoder-parameters": float(count_parameters(model.generating_network)),
        "updates": float(trained.evaluations.get(decoder_player(model), 0)),
        "images-seen": float(trained.images),
        "training-flops": float(sum(cost[player] * times for player, times in trained.evaluations.items())),
        "diverged": float(trained.diverged_at[index] >= 0),
    }
    curves = {f"curve/{name}": curve[index] for name, curve in trained.curves.items()}
    return values, {**curves, "steps": trained.steps}


MEASURES: dict[str, Measure] = {
    "training": Measure(training, lambda dataset: TRAINING_METRICS, "parameters, updates, images seen, FLOPs, curves"),
    "mixture-samples": Measure(mixture_samples, mixture_metrics, "samples against the exact density"),
    "mixture-floor": Measure(mixture_floor, mixture_metrics, "the same for draws from the density itself"),
    "mixture-kde": Measure(
        mixture_kernel, lambda dataset: KERNEL_DIVERGENCES, "samples against the exact density, by kernel density"
    ),
    "mixture-kde-floor": Measure(
        mixture_kernel_floor, lambda dataset: KERNEL_DIVERGENCES, "the same for draws from the density itself"
    ),
    "calibration-hist": Measure(
        histogram_calibration,
        lambda dataset: (*HISTOGRAM_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by histogram, and the true ones",
    ),
    "calibration-knn": Measure(
        neighbour_calibration,
        lambda dataset: (*NEIGHBOUR_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by nearest neighbours, and the true ones",
    ),
    "calibration-kde": Measure(
        kernel_calibration,
        lambda dataset: (*KERNEL_DIVERGENCES, *TRUE_DIVERGENCES),
        "divergences of known pairs by kernel density, and the true ones",
    ),
    "mixture-two-sample": Measure(
        mixture_two_sample, lambda dataset: ("c2st",), "whether a classifier tells samples from fresh draws"
    ),
    "mixture-two-sample-floor": Measure(
        mixture_two_sample_floor, lambda dataset: ("c2st",), "the same for draws from the density itself"
    ),
    "image-samples": Measure(
        image_samples, lambda dataset: PIXEL_METRICS, "samples against held-out images", FEATURE_METRICS
    ),
    "image-floor": Measure(image_floor, lambda dataset: PIXEL_METRICS, "the same for real images", FEATURE_METRICS),
    "image-two-sample": Measure(
        image_two_sample,
        lambda dataset: ("c2st[pixels]",),
        "whether a classifier tells samples from held-out images",
        ("c2st",),
    ),
    "image-two-sample-floor": Measure(
        image_two_sample_floor, lambda dataset: ("c2st[pixels]",), "the same for real images", ("c2st",)
    ),
    "reconstruction": Measure(
        reconstruction, lambda dataset: RECONSTRUCTION_METRICS, "test images encoded and decoded"
    ),
}


def evaluate(measure: Measure, subject: Subject) -> Measured:
    """Run a measure over all seeds of a subject.

    A seed whose training diverged, or whose output is not finite, gets NaN and the status ``diverged``; one that a measure
    cannot cope with gets NaN and ``failed``; what is known of it all the same (measure ``training``) is kept.
    """
    names = measure.names(subject.dataset.name, subject.extractors)
    rows: list[dict[str, Any]] = []
    collected: list[Arrays] = []
    errors: dict[int, str] = {}
    step = None if subject.trained is None else int(subject.trained.steps.max(initial=0))
    for index, seed in enumerate(subject.seeds):
        status = "diverged" if subject.trained is not None and subject.trained.diverged_at[index] >= 0 else "ok"
        values: Values = {}
        arrays: Arrays = {}
        if status == "ok" or measure.function is training:
            try:
                values, arrays = measure.function(subject, index)
            except NonFiniteError as error:
                status, errors[seed] = "diverged", str(error)
            except SEED_FAILURES as error:
                status, errors[seed] = "failed", f"{type(error).__name__}: {' '.join(str(error).split())}"
        rows += [
            {
                "seed": seed,
                "status": status,
                "metric": name,
                "value": float(values.get(name, math.nan)),
                "step": step,
                "n": examples(subject, name),
            }
            for name in names
        ]
        collected.append(arrays)
    return Measured(rows, stack_arrays(collected), errors)


def examples(subject: Subject, metric: str) -> int | None:
    """How many samples, or test images, a metric's value rests on; None for what is not measured on examples."""
    if metric in TRAINING_METRICS:
        return None
    n = int(subject.options.get("n", len(subject.dataset.test)))
    uses_few = any(need.startswith("few") for need in METRICS[base_name(metric)].needs)
    return min(n, FEW[subject.dataset.kind]) if uses_few else n


def stack_arrays(collected: list[Arrays]) -> Arrays:
    """Arrays of all seeds with a leading seed axis; a seed without them gets NaN (0 for integers)."""
    example = next((arrays for arrays in collected if arrays), {})

    def filler(array: np.ndarray) -> np.ndarray:
        return np.full_like(array, np.nan if array.dtype.kind == "f" else 0)

    return {
        name: np.stack([arrays.get(name, filler(array)) for arrays in collected]) for name, array in example.items()
    }
