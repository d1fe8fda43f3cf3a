"""Divergence estimators against quadrature and known answers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import integrate

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
    axis = np.linspace(-3.6, 3.6, 1441)
    points = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    log_p, log_q = (m.log_density(points).reshape(1441, 1441) for m in (p, q))
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
    assert divergence.jsd_histogram(same, mass) == 0
    assert divergence.kl_model_data_histogram(same, mass) == 0
    assert divergence.kl_data_model_histogram(same, mass) == pytest.approx(0, abs=1e-15)
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
