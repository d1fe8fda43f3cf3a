"""Quadrature of divergences against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics import quadrature


def gaussian(points: np.ndarray, mean: float, scale: float) -> np.ndarray:
    """Log-density of an isotropic Gaussian centred at (mean, 0, …)."""
    d = points.shape[1]
    centre = np.eye(d)[0] * mean
    return -0.5 * ((points - centre) ** 2).sum(1) / scale**2 - 0.5 * d * np.log(2 * np.pi * scale**2)


def lattice(d: int, reach: float, spacing: float) -> tuple[np.ndarray, float]:
    axis = np.arange(-reach, reach, spacing)
    points = np.stack(np.meshgrid(*[axis] * d, indexing="ij"), -1).reshape(-1, d)
    return points, spacing**d


def kl(d: int, mean_a: float, scale_a: float, mean_b: float, scale_b: float) -> float:
    """KL of isotropic Gaussians, Σ over coordinates."""
    ratio = scale_a / scale_b
    return d * (0.5 * ratio**2 - 0.5 - np.log(ratio)) + (mean_a - mean_b) ** 2 / (2 * scale_b**2)


@given(
    d=st.sampled_from([1, 2]),
    shift=st.floats(-4, 4),
    scale=st.floats(0.7, 1.5),
)
def test_kl_of_gaussians(d: int, shift: float, scale: float) -> None:
    points, cell = lattice(d, 16.0, 0.25)
    log_p, log_q = gaussian(points, 0, 1), gaussian(points, shift, scale)
    assert quadrature.kl_data_model(log_p, log_q, cell) == pytest.approx(kl(d, 0, 1, shift, scale), abs=1e-9)
    assert quadrature.kl_model_data(log_p, log_q, cell) == pytest.approx(kl(d, shift, scale, 0, 1), abs=1e-9)


def test_jsd_of_the_same_and_of_disjoint_densities() -> None:
    points, cell = lattice(1, 60.0, 0.25)
    log_p = gaussian(points, -25, 1)
    assert quadrature.jsd(log_p, log_p, cell) == pytest.approx(0, abs=1e-15)
    assert quadrature.jsd(log_p, gaussian(points, 25, 1), cell) == pytest.approx(np.log(2), abs=1e-12)


@given(shift=st.floats(0, 4), scale=st.floats(0.7, 1.5))
def test_jsd_does_not_depend_on_the_spacing(shift: float, scale: float) -> None:
    values = []
    for spacing in (0.25, 0.03):
        points, cell = lattice(1, 16.0, spacing)
        values.append(quadrature.jsd(gaussian(points, 0, 1), gaussian(points, shift, scale), cell))
    assert values[0] == pytest.approx(values[1], abs=1e-8)
    assert -1e-12 <= values[0] <= np.log(2)


def test_a_density_that_vanishes_where_the_other_does_not() -> None:
    """Uniform on [0, 1) and on [0, 2): KL log 2 one way, infinite the other; JSD in closed form."""
    log_p, log_q = np.array([0.0, -np.inf]), np.full(2, np.log(0.5))
    assert quadrature.kl_data_model(log_p, log_q, 1.0) == pytest.approx(np.log(2))
    assert quadrature.kl_model_data(log_p, log_q, 1.0) == np.inf
    jsd = 0.5 * np.log(1 / 0.75) + 0.5 * (0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25))
    assert quadrature.jsd(log_p, log_q, 1.0) == pytest.approx(jsd)


@given(shift=st.floats(-2, 2), scale=st.floats(0.8, 1.5))
def test_pearson_of_gaussians(shift: float, scale: float) -> None:
    """χ²(N(0, 1) ‖ N(m, s²)) = s² / √(2 s² − 1) · exp(m² / (2 s² − 1)) − 1, finite for s² > ½."""
    points, cell = lattice(1, 25.0, 0.1)
    log_p, log_q = gaussian(points, 0, 1), gaussian(points, shift, scale)
    spread = 2 * scale**2 - 1
    expected = scale**2 / np.sqrt(spread) * np.exp(shift**2 / spread) - 1
    assert quadrature.pearson(log_p, log_q, cell) == pytest.approx(expected, rel=1e-7, abs=1e-10)


@given(shift=st.floats(-4, 4), scale=st.floats(0.7, 1.5))
def test_sums_of_the_others(shift: float, scale: float) -> None:
    """Jeffrey is KL both ways; the f-GAN paper's Jensen–Shannon is twice the usual one."""
    points, cell = lattice(1, 16.0, 0.25)
    log_p, log_q = gaussian(points, 0, 1), gaussian(points, shift, scale)
    both = kl(1, 0, 1, shift, scale) + kl(1, shift, scale, 0, 1)
    assert quadrature.jeffrey(log_p, log_q, cell) == pytest.approx(both, abs=1e-9)
    assert quadrature.jensen_shannon(log_p, log_q, cell) == 2 * quadrature.jsd(log_p, log_q, cell)


@given(scale=st.floats(0.5, 2))
def test_entropy_of_gaussians(scale: float) -> None:
    points, cell = lattice(1, 24.0, 0.1)
    expected = 0.5 * np.log(2 * np.pi * np.e * scale**2)
    assert quadrature.entropy(gaussian(points, 0, scale), cell) == pytest.approx(expected, abs=1e-9)


@given(shift=st.floats(-2, 2), off=st.floats(-1, 1))
def test_bound_of_kl(shift: float, off: float) -> None:
    """f*(t) = exp(t − 1): tight at T = 1 + log p / q, and lower by exp(c) − 1 − c at T + c."""
    points, cell = lattice(1, 16.0, 0.25)
    log_p, log_q = gaussian(points, 0, 1), gaussian(points, shift, 1)
    t = 1 + log_p - log_q + off
    found = quadrature.bound(log_p, log_q, t, np.exp(t - 1), cell)
    assert found == pytest.approx(shift**2 / 2 - (np.exp(off) - 1 - off), abs=1e-9)
