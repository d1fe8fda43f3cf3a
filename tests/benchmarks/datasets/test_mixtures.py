"""Mixtures: density, bin mass and samples agree with each other and with SciPy."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy import integrate, stats

from benchmarks.datasets import DATASETS, load
from benchmarks.datasets.mixtures import GaussianMixture, narrow_ring, spiral, wide_grid

NAMES = [name for name, entry in DATASETS.items() if entry.kind == "mixture"]


@pytest.fixture(params=NAMES)
def mixture(request: pytest.FixtureRequest) -> GaussianMixture:
    density = load(request.param, Path(), offline=True).density
    assert density is not None
    return density


def test_log_density_against_scipy(mixture: GaussianMixture) -> None:
    points = np.random.default_rng(0).uniform(-3, 3, (50, mixture.dimensions))
    parts = [
        w * stats.multivariate_normal(m, s**2 * np.eye(mixture.dimensions)).pdf(points)
        for w, m, s in zip(mixture.weights, mixture.means, mixture.scales, strict=True)
    ]
    near = np.sum(parts, axis=0) > 1e-250
    np.testing.assert_allclose(mixture.log_density(points)[near], np.log(np.sum(parts, axis=0)[near]), rtol=1e-9)


def test_log_density_is_finite_far_away(mixture: GaussianMixture) -> None:
    assert np.isfinite(mixture.log_density(np.full((1, mixture.dimensions), 1e3))).all()


def test_bin_mass_sums_to_one_and_misses_little(mixture: GaussianMixture) -> None:
    mass = mixture.bin_mass()
    assert mass.shape == (mixture.bins**mixture.dimensions + 1,)
    assert mass.sum() == pytest.approx(1, abs=1e-12)
    assert (mass >= 0).all()
    assert mass[-1] < 1e-9


def test_bins_are_narrow_enough(mixture: GaussianMixture) -> None:
    """At most 0.75 of the smallest standard deviation; those registered keep to half, as their class says."""
    assert 2 * mixture.window / mixture.bins <= 0.5 * mixture.scales.min() + 1e-12


def test_bin_mass_is_the_integral_of_the_density(mixture: GaussianMixture) -> None:
    mass = mixture.bin_mass()[:-1].reshape((mixture.bins,) * mixture.dimensions)
    index = np.unravel_index(mass.argmax(), mass.shape)
    axes = [np.linspace(mixture.edges[k], mixture.edges[k + 1], 201) for k in index]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, mixture.dimensions)
    integral = np.exp(mixture.log_density(points)).reshape((201,) * mixture.dimensions)
    for axis in reversed(axes):
        integral = np.trapezoid(integral, axis)
    assert integral == pytest.approx(mass[index], rel=1e-4)


def test_samples_fill_the_bins_as_the_mass_says(mixture: GaussianMixture) -> None:
    n = 200_000
    samples = mixture.sample(n, np.random.default_rng(0))
    counts = np.histogramdd(samples, bins=[mixture.edges] * mixture.dimensions)[0].ravel()
    mass = mixture.bin_mass()[:-1]
    expected = n * mass
    usual = expected > 20
    chi2 = ((counts - expected)[usual] ** 2 / expected[usual]).sum()
    assert stats.chi2(usual.sum()).sf(chi2) > 1e-4


@pytest.mark.parametrize("name", NAMES)
def test_data_sets_are_fixed(name: str) -> None:
    first, second = (load(name, Path(), offline=True) for _ in range(2))
    assert first.digest == second.digest
    assert first.density is not None
    assert first.shape == (first.density.dimensions,)
    assert first.train.shape == (100_000, *first.shape)
    assert first.test.shape == (30_000, *first.shape)
    assert first.train.dtype == np.float32


def test_bin_mass_is_exact_in_the_tails_on_every_side() -> None:
    """Differences of CDFs near 1 cancel; on the upper side of a mode the mass must be as exact as on the lower."""
    for name in NAMES:
        density = load(name, Path(), offline=True).density
        assert density is not None
        mass = density.bin_mass()
        # PacGAN's modes are so narrow that the mass of far bins is below the smallest number: no histogram is taken there
        assert (mass > 0).all() or name in ("narrow-ring", "wide-grid"), name
        mirrored = replace(density, means=-density.means).bin_mass()
        np.testing.assert_allclose(mass[:-1], mirrored[-2::-1], rtol=1e-6)
        assert mass[-1] == pytest.approx(mirrored[-1], rel=1e-9)


def test_far_bin_and_outside_against_exact_logarithms() -> None:
    mixture = GaussianMixture(np.array([1.0]), np.array([[0.0, 0.0]]), np.array([0.2]), window=3.0, bins=40)
    mass = mixture.bin_mass()
    corner = np.exp(
        2 * (stats.norm.logsf(2.85 / 0.2) + np.log1p(-np.exp(stats.norm.logsf(15) - stats.norm.logsf(2.85 / 0.2))))
    )
    assert mass[-2] == pytest.approx(corner, rel=1e-9)
    assert mass[-1] == pytest.approx(4 * np.exp(stats.norm.logsf(15)), rel=1e-9)


def test_scales_per_component_on_the_line_against_quadrature() -> None:
    """A narrow Gaussian on a wide one: bin mass and density are each component's own."""
    mixture = GaussianMixture(
        np.array([0.3, 0.7]), np.array([[-1.0], [2.0]]), np.array([0.2, 1.5]), window=3.0, bins=60
    )
    mass = mixture.bin_mass()
    for k in (0, 20, 59):
        low, high = mixture.edges[k : k + 2]
        expected = integrate.quad(lambda x: float(np.exp(mixture.log_density(np.array([[x]])))[0]), low, high)[0]
        assert mass[k] == pytest.approx(expected, rel=1e-10)
    beyond = 0.7 * (stats.norm.cdf(-3, 2, 1.5) + stats.norm.sf(3, 2, 1.5)) + 0.3 * stats.norm.cdf(-3, -1, 0.2)
    assert mass[-1] == pytest.approx(beyond, rel=1e-9)
    wide = mixture.sample(100_000, np.random.default_rng(0))[:, 0]
    assert wide.std() == pytest.approx(np.sqrt(0.3 * 0.2**2 + 0.7 * 1.5**2 + 0.3 * 0.7 * 3**2), rel=0.01)


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match=r"scales \(2,\) and means \(2, 1\) or \(2, 2\)"):
        GaussianMixture(np.full(2, 0.5), np.zeros((2, 3)), np.ones(2), window=3.0, bins=60)
    with pytest.raises(ValueError, match="scales"):
        GaussianMixture(np.full(2, 0.5), np.zeros((2, 2)), np.ones(1), window=3.0, bins=60)


def test_spiral_is_evenly_spaced_and_smooth() -> None:
    """Half a standard deviation between neighbours in arc length, and no ripple in the density along the curve."""
    curve = spiral()
    chords = np.linalg.norm(np.diff(curve.means, axis=0), axis=1)
    assert not curve.modes
    assert 200 < len(curve.weights) < 500
    assert chords == pytest.approx(0.05, rel=0.01)  # a chord is hardly shorter than its arc
    radius = np.linalg.norm(curve.means, axis=1)
    turns = np.unwrap(np.arctan2(curve.means[:, 1], curve.means[:, 0])) / (2 * np.pi)
    np.testing.assert_allclose(radius, 0.4 + 0.9 * turns, rtol=1e-6)
    # on the outer turn, at and between the means, where the curve is nearly straight: that of a straight even line
    outer = curve.means[-100:-30]
    between = 0.5 * (outer[1:] + outer[:-1])
    density = np.exp(curve.log_density(np.concatenate([outer, between])))
    line = 1 / (len(curve.weights) * 0.05) / np.sqrt(2 * np.pi * 0.1**2)
    assert density == pytest.approx(line, rel=0.01)


def test_the_mixtures_of_pacgan() -> None:
    """Lin et al. 2018: eight modes on the unit circle, and 25 at -4, -2, …, 4 in both coordinates."""
    ring, grid = narrow_ring(), wide_grid()
    assert np.hypot(*ring.means.T) == pytest.approx(1.0)
    assert len(ring.means) == 8
    assert np.allclose(ring.scales, 0.01)
    assert {tuple(mean) for mean in grid.means} == {(x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)}
    assert np.allclose(grid.scales, 0.05)
