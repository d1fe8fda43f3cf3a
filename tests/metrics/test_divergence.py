"""Divergence estimators against quadrature and known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate, stats
from scipy.special import rel_entr

from benchmarks.datasets.mixtures import GaussianMixture, grid, ring, unequal_pair
from metrics import divergence

MIXTURES = [ring, grid, unequal_pair]
N = 30_000


def shifted(mixture: GaussianMixture, by: float) -> GaussianMixture:
    """The mixture moved by ``by`` standard deviations along x."""
    return replace(mixture, means=mixture.means + np.array([by * mixture.scales[0], 0.0]))


def neighbours(data: np.ndarray, samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Neighbour estimates of the samples' log-density at the data and at the samples."""
    on_data = divergence.log_knn_density(data, samples, own=False)
    return on_data, divergence.log_knn_density(samples, samples, own=True)


def quadrature(p: GaussianMixture, q: GaussianMixture) -> tuple[float, float, float]:
    """KL(P‖Q), KL(Q‖P), JSD by Simpson's rule on a fine lattice."""
    axis = np.linspace(-3.6, 3.6, 721)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    log_p, log_q = (m.log_density(points).reshape(721, 721) for m in (p, q))
    log_m = np.logaddexp(log_p, log_q) - np.log(2)

    def kl(log_a: np.ndarray, log_b: np.ndarray) -> float:
        inner = integrate.simpson(np.exp(log_a) * (log_a - log_b), x=axis)
        return float(integrate.simpson(inner, x=axis))

    return kl(log_p, log_q), kl(log_q, log_p), 0.5 * kl(log_p, log_m) + 0.5 * kl(log_q, log_m)


@pytest.mark.parametrize("make", MIXTURES, ids=lambda make: make.__name__)
@pytest.mark.parametrize("shift", [0.0, 0.5, 1.5])
def test_estimators_against_quadrature(make: object, shift: float) -> None:
    """At the n that is used: JSD within 0.01 nat by either route; KL by histogram within 0.07 nat or 10 %, by neighbours
    within 0.07 nat or 25 % (from data to model it is too low where the tails of the model have few samples)."""
    assert callable(make)
    p = make()
    q = shifted(p, shift)
    kl_pq, kl_qp, jsd = quadrature(p, q)
    if shift == 0:
        assert (kl_pq, kl_qp, jsd) == pytest.approx((0, 0, 0), abs=1e-12)
    else:
        # a small shift within well-separated modes: KL is that of two Gaussians, shift² / 2
        assert kl_pq == pytest.approx(shift**2 / 2, rel=0.02)
    samples, data = q.sample(N, np.random.default_rng(1)), p.sample(10_000, np.random.default_rng(2))
    few = samples[:10_000]
    counts, mass = divergence.histogram(samples, p.edges), p.bin_mass()
    assert divergence.jsd_histogram(counts, mass) == pytest.approx(jsd, abs=0.01)
    assert divergence.kl_model_data_histogram(counts, mass) == pytest.approx(kl_qp, abs=0.07, rel=0.1)
    assert divergence.kl_data_model_histogram(counts, mass) == pytest.approx(kl_pq, abs=0.07, rel=0.1)
    on_data, on_samples = p.log_density(data), p.log_density(few)
    knn_data, knn_samples = neighbours(data, few)
    assert divergence.jsd_knn(on_data, on_samples, knn_data, knn_samples) == pytest.approx(jsd, abs=0.01)
    assert divergence.kl_model_data_knn(on_samples, knn_samples) == pytest.approx(kl_qp, abs=0.07, rel=0.25)
    assert divergence.kl_data_model_knn(on_data, knn_data) == pytest.approx(kl_pq, abs=0.07, rel=0.25)


def test_identical_and_disjoint_histograms() -> None:
    mass = np.array([0.25, 0.75, 0.0])
    same, apart = np.array([250.0, 750.0, 0.0]), np.array([0.0, 0.0, 1000.0])
    # what is taken away where counts are as expected: the bias to first order, (bins − 1) / n times 1/8 and 1/2
    assert divergence.jsd_histogram(same, mass) == pytest.approx(-1 / 8000, rel=0.01)
    assert divergence.kl_model_data_histogram(same, mass) == pytest.approx(-1 / 2000, rel=0.01)
    assert divergence.kl_data_model_histogram(same, mass) == pytest.approx(-1 / 2000 / 1.01**2, rel=0.01)
    assert divergence.jsd_histogram(apart, mass) == pytest.approx(np.log(2))
    alpha = divergence.PSEUDO_COUNT
    assert divergence.kl_data_model_histogram(apart, mass) == pytest.approx(np.log((1 + alpha) / alpha))


def test_histogram_counts_what_falls_outside() -> None:
    edges = np.linspace(-1, 1, 5)
    counts = divergence.histogram(np.array([[0.1, 0.1], [0.1, 0.2], [5.0, 0.0], [0.0, -9.0]]), edges)
    assert counts.sum() == 4
    assert counts[-1] == 2
    assert counts.reshape(-1)[:-1].max() == 2


def test_bin_order_is_that_of_the_exact_mass() -> None:
    """A mixture that is not symmetric in its coordinates: a transposed histogram would be far off."""
    mixture = GaussianMixture(np.array([1.0]), np.array([[1.0, -0.5]]), np.array([0.3]), 3.0, 60)
    counts = divergence.histogram(mixture.sample(N, np.random.default_rng(0)), mixture.edges)
    assert divergence.jsd_histogram(counts, mixture.bin_mass()) < 0.01


def test_order_of_samples_does_not_matter() -> None:
    mixture = ring()
    samples, data = mixture.sample(2000, np.random.default_rng(0)), mixture.sample(2000, np.random.default_rng(1))
    mixed = samples[np.random.default_rng(2).permutation(2000)]
    assert (divergence.histogram(samples, mixture.edges) == divergence.histogram(mixed, mixture.edges)).all()
    straight, shuffled = neighbours(data, samples), neighbours(data, mixed)
    np.testing.assert_allclose(straight[0], shuffled[0])
    np.testing.assert_allclose(np.sort(straight[1]), np.sort(shuffled[1]))


def test_a_constant_model() -> None:
    """One point repeated: KL(model‖data) is infinite, JSD stays at its bound, nothing is NaN."""
    mixture = ring()
    data = mixture.sample(2000, np.random.default_rng(1))
    samples = np.tile(mixture.means[:1], (2000, 1)).astype(np.float32)
    on_data, on_samples = mixture.log_density(data), mixture.log_density(samples)
    knn_data, knn_samples = neighbours(data, samples)
    assert divergence.kl_model_data_knn(on_samples, knn_samples) == np.inf
    assert divergence.jsd_knn(on_data, on_samples, knn_data, knn_samples) == pytest.approx(np.log(2), abs=0.02)
    counts = divergence.histogram(samples, mixture.edges)
    assert 0.6 < divergence.jsd_histogram(counts, mixture.bin_mass()) <= np.log(2)


def test_neighbour_density_is_unbiased_at_small_n() -> None:
    """log of the ball's mass has expectation ψ(k) − ψ(n + 1): for uniform data the entropy comes out exactly on average."""
    rng = np.random.default_rng(0)
    # the distances to the k-th of n uniform points within a disc around a fixed centre, of area 1
    n, k, repeats = 20, 5, 4000
    errors = []
    for _ in range(repeats):
        radius = np.sqrt(rng.random(n) / np.pi)
        angle = rng.uniform(0, 2 * np.pi, n)
        points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        errors.append(divergence.log_knn_density(np.zeros((1, 2)), points, own=False, k=k)[0])
    assert np.mean(errors) == pytest.approx(0, abs=4 * np.std(errors) / np.sqrt(repeats))


def on_line(values: np.ndarray) -> np.ndarray:
    return np.asarray(values, dtype=float)[:, None]


def test_jackknife_is_the_mean_over_histograms_with_one_sample_left_out() -> None:
    """The closed form over bins against its definition, sample by sample."""
    mass, counts = np.array([0.3, 0.45, 0.2, 0.05]), np.array([4.0, 7.0, 0.0, 1.0])

    def plain(counts: np.ndarray) -> float:
        q = counts / counts.sum()
        middle = (q + mass) / 2
        return float(rel_entr(mass, middle).sum() + rel_entr(q, middle).sum()) / 2

    n = int(counts.sum())
    left_out = [plain(counts - np.eye(4)[k]) for k in range(4) for _ in range(int(counts[k]))]
    expected = n * plain(counts) - (n - 1) * np.mean(left_out)
    assert divergence.jsd_histogram(counts, mass) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("make", MIXTURES, ids=lambda make: make.__name__)
def test_jackknife_takes_away_most_of_the_bias_of_random_counts(make: object) -> None:
    """Counts of the density itself: plain JSD is too high by (occupied bins) / (8 n), the jackknifed by a fifth of that."""
    assert callable(make)
    mass = make().bin_mass()
    counts = np.random.default_rng(0).multinomial(N, mass / mass.sum(), size=5).astype(float)
    middle = (counts / N + mass) / 2
    plain = (rel_entr(mass, middle).sum(1) + rel_entr(counts / N, middle).sum(1)) / 2
    jackknifed = [divergence.jsd_histogram(row, mass) for row in counts]
    assert plain.mean() > 0.0015
    assert abs(np.mean(jackknifed)) < plain.mean() / 5
    assert abs(np.mean([divergence.kl_model_data_histogram(row, mass) for row in counts])) < 0.015


def test_histogram_on_the_line() -> None:
    counts = divergence.histogram(on_line(np.array([-0.9, 0.1, 0.2, 7.0])), np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_array_equal(counts, [1, 2, 1])


@pytest.mark.parametrize("d", [1, 2, 3])
def test_neighbour_entropy_of_a_gaussian(d: int) -> None:
    """The volume of the ball in d dimensions: −E log q̂ is the entropy of a standard Gaussian, d/2 log(2πe)."""
    points = np.random.default_rng(d).standard_normal((20_000, d))
    entropy = -divergence.log_knn_density(points, points, own=True).mean()
    assert entropy == pytest.approx(0.5 * d * np.log(2 * np.pi * np.e), abs=0.03)


def test_kernel_density_against_scipy() -> None:
    rng = np.random.default_rng(0)
    samples, points = rng.standard_normal((700, 2)), rng.standard_normal((600, 2))
    kernels = [stats.multivariate_normal(s, 0.3**2 * np.eye(2)).pdf(points) for s in samples]
    estimate = divergence.log_kernel_density(points, samples, own=False, bandwidth=0.3)
    np.testing.assert_allclose(estimate, np.log(np.mean(kernels, axis=0)), rtol=1e-9)


def test_kernel_density_leaves_each_sample_out_at_itself() -> None:
    samples = np.random.default_rng(0).standard_normal((600, 1))
    own = divergence.log_kernel_density(samples, samples, own=True, bandwidth=0.2)
    for i in (0, 499, 500, 599):
        others = np.delete(samples, i, axis=0)
        alone = divergence.log_kernel_density(samples[i : i + 1], others, own=False, bandwidth=0.2)
        assert own[i] == pytest.approx(alone[0], rel=1e-12)


def test_kernel_density_is_finite_far_from_all_samples() -> None:
    far = divergence.log_kernel_density(on_line(np.array([100.0])), on_line(np.array([0.0, 1.0])), False, 0.1)
    assert far[0] == pytest.approx(-0.5 * (99 / 0.1) ** 2 - np.log(2 * 0.1 * np.sqrt(2 * np.pi)), rel=1e-12)


def test_bandwidth_fits_one_gaussian_as_scott_does_and_modes_better() -> None:
    """For one Gaussian the optimum is near Scott's bandwidth; for the ring's modes Scott's is that of the whole ring."""
    rng = np.random.default_rng(0)
    gaussian = rng.standard_normal((3000, 1))
    scott = gaussian.std() * 3000 ** (-1 / 5)
    assert scott / 2 <= divergence.kernel_bandwidth(gaussian) <= scott
    mixture = ring()
    modes = mixture.sample(3000, rng)
    assert divergence.kernel_bandwidth(modes) < 0.7 * mixture.scales[0] < 0.5 * modes.std() * 3000 ** (-1 / 6)


def test_kernel_estimates_of_a_wider_gaussian() -> None:
    """KL in closed form, JSD by quadrature. (Were Q narrower or elsewhere, the tail of KL(P ‖ Q) would be the kernel's.)"""
    p = GaussianMixture(np.array([1.0]), np.array([[0.0]]), np.array([1.0]), 10.0, 60)
    q = replace(p, scales=1.5 * p.scales)
    rng = np.random.default_rng(0)
    samples, data = q.sample(4000, rng), p.sample(4000, rng)
    h = divergence.kernel_bandwidth(samples)
    kernel_data = divergence.log_kernel_density(data, samples, own=False, bandwidth=h)
    kernel_samples = divergence.log_kernel_density(samples, samples, own=True, bandwidth=h)
    on_data, on_samples = p.log_density(data), p.log_density(samples)
    forward, backward = 0.5 / 1.5**2 - 0.5 + np.log(1.5), 0.5 * 1.5**2 - 0.5 - np.log(1.5)
    assert divergence.kl_data_model_kernel(on_data, kernel_data) == pytest.approx(forward, abs=0.02)
    assert divergence.kl_model_data_kernel(on_samples, kernel_samples) == pytest.approx(backward, abs=0.04)
    x = np.linspace(-14, 14, 2001)[:, None]
    log_p, log_q = p.log_density(x), q.log_density(x)
    log_m = np.logaddexp(log_p, log_q) - np.log(2)
    halves = np.exp(log_p) * (log_p - log_m) + np.exp(log_q) * (log_q - log_m)
    jsd = 0.5 * integrate.simpson(halves, x=x[:, 0])
    assert divergence.jsd_kernel(on_data, on_samples, kernel_data, kernel_samples) == pytest.approx(jsd, abs=0.01)


def test_kernel_estimates_of_a_constant_model_are_finite() -> None:
    mixture = ring()
    data = mixture.sample(600, np.random.default_rng(1))
    samples = np.tile(mixture.means[:1], (600, 1)).astype(np.float32)
    h = divergence.kernel_bandwidth(samples)
    kernel_data = divergence.log_kernel_density(data, samples, own=False, bandwidth=h)
    kernel_samples = divergence.log_kernel_density(samples, samples, own=True, bandwidth=h)
    on_data, on_samples = mixture.log_density(data), mixture.log_density(samples)
    assert divergence.jsd_kernel(on_data, on_samples, kernel_data, kernel_samples) == pytest.approx(np.log(2), abs=1e-6)
    assert 20 < divergence.kl_model_data_kernel(on_samples, kernel_samples) < np.inf
    assert 1e3 < divergence.kl_data_model_kernel(on_data, kernel_data) < np.inf
