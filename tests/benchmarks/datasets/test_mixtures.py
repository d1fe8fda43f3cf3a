"""Mixtures: density, bin mass and samples agree with each other and with SciPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks.datasets import DATASETS, load
from benchmarks.datasets.mixtures import GaussianMixture

NAMES = [name for name, entry in DATASETS.items() if entry.kind == "mixture"]


@pytest.fixture(params=NAMES)
def mixture(request: pytest.FixtureRequest) -> GaussianMixture:
    density = load(request.param, Path(), offline=True).density
    assert density is not None
    return density


def test_log_density_against_scipy(mixture: GaussianMixture) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (50, 2))
    parts = [
        w * stats.multivariate_normal(m, mixture.scale**2 * np.eye(2)).pdf(points)
        for w, m in zip(mixture.weights, mixture.means, strict=True)
    ]
    near = np.sum(parts, axis=0) > 1e-250
    np.testing.assert_allclose(mixture.log_density(points)[near], np.log(np.sum(parts, axis=0)[near]), rtol=1e-9)


def test_log_density_is_finite_far_away(mixture: GaussianMixture) -> None:
    assert np.isfinite(mixture.log_density(np.array([[1e3, -1e3]]))).all()


def test_bin_mass_sums_to_one_and_misses_little(mixture: GaussianMixture) -> None:
    mass = mixture.bin_mass()
    assert mass.shape == (mixture.bins**2 + 1,)
    assert mass.sum() == pytest.approx(1, abs=1e-12)
    assert (mass >= 0).all()
    assert mass[-1] < 1e-9


def test_bins_are_narrow_enough(mixture: GaussianMixture) -> None:
    assert 2 * mixture.window / mixture.bins <= 0.75 * mixture.scale + 1e-12


def test_bin_mass_is_the_integral_of_the_density(mixture: GaussianMixture) -> None:
    mass = mixture.bin_mass()[:-1].reshape(mixture.bins, mixture.bins)
    i, j = np.unravel_index(mass.argmax(), mass.shape)
    x, y = (np.linspace(mixture.edges[k], mixture.edges[k + 1], 201) for k in (i, j))
    points = np.stack(np.meshgrid(x, y, indexing="ij"), -1).reshape(-1, 2)
    density = np.exp(mixture.log_density(points)).reshape(201, 201)
    assert np.trapezoid(np.trapezoid(density, y), x) == pytest.approx(mass[i, j], rel=1e-4)


def test_samples_fill_the_bins_as_the_mass_says(mixture: GaussianMixture) -> None:
    n = 200_000
    samples = mixture.sample(n, np.random.default_rng(0))
    counts = np.histogram2d(samples[:, 0], samples[:, 1], bins=[mixture.edges, mixture.edges])[0].ravel()
    mass = mixture.bin_mass()[:-1]
    expected = n * mass
    usual = expected > 20
    chi2 = ((counts - expected)[usual] ** 2 / expected[usual]).sum()
    assert stats.chi2(usual.sum()).sf(chi2) > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_data_sets_are_fixed(name: str) -> None:
    first, second = (load(name, Path(), offline=True) for _ in range(2))
    assert first.digest == second.digest
    assert first.train.shape == (100_000, 2)
    assert first.train.dtype == np.float32


def test_bin_mass_is_exact_in_the_tails_on_every_side() -> None:
    """Differences of CDFs near 1 cancel; on the upper side of a mode the mass must be as exact as on the lower."""
    for name in NAMES:
        density = load(name, Path(), offline=True).density
        assert density is not None
        mass = density.bin_mass()
        assert (mass > 0).all(), name
        square = mass[:-1].reshape(density.bins, density.bins)
        np.testing.assert_allclose(square, square[:, ::-1], rtol=1e-6)  # all are symmetric about the x axis


def test_far_bin_and_outside_against_exact_logarithms() -> None:
    mixture = GaussianMixture(np.array([1.0]), np.array([[0.0, 0.0]]), scale=0.2, window=3.0, bins=40)
    mass = mixture.bin_mass()
    corner = np.exp(
        2 * (stats.norm.logsf(2.85 / 0.2) + np.log1p(-np.exp(stats.norm.logsf(15) - stats.norm.logsf(2.85 / 0.2))))
    )
    assert mass[-2] == pytest.approx(corner, rel=1e-9)
    assert mass[-1] == pytest.approx(4 * np.exp(stats.norm.logsf(15)), rel=1e-9)
