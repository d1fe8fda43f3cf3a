"""Bounds and optima by quadrature against closed forms."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import norm

from metrics import quadrature
from metrics.variational import bound, f_divergence, optimum_error
from models.divergences import DIVERGENCES, Divergence, divergence_named

POINTS = np.arange(-40.0, 40.0, 0.05)
CELL = 0.05
BORDER = np.isin(np.arange(len(POINTS)), [0, len(POINTS) - 1])


def gaussian(mean: float, scale: float = 1.0) -> np.ndarray:
    return -0.5 * ((POINTS - mean) / scale) ** 2 - 0.5 * np.log(2 * np.pi) - np.log(scale)


def generator(row: Divergence):  # type: ignore[no-untyped-def]
    return lambda u: row.f(torch.from_numpy(u)).numpy()


def divergence(name: str, log_p: np.ndarray, log_q: np.ndarray, parameter: float | None = None) -> float:
    return f_divergence(log_p, log_q, CELL, generator(divergence_named(name, parameter)), BORDER)


SHIFTED = {
    "kl": lambda d: d**2 / 2,
    "reverse-kl": lambda d: d**2 / 2,
    "jeffrey": lambda d: d**2,
    "pearson": lambda d: np.expm1(d**2),
    "neyman": lambda d: np.expm1(d**2),
    "squared-hellinger": lambda d: 2 - 2 * np.exp(-(d**2) / 8),
    "total-variation": lambda d: 2 * norm.cdf(d / 2) - 1,
}


@pytest.mark.parametrize("name", SHIFTED)
@pytest.mark.parametrize("shift", [0.0, 0.5, 2.0])
def test_divergences_of_shifted_gaussians(name: str, shift: float) -> None:
    # the kink of total variation costs accuracy
    accuracy = 1e-3 if name == "total-variation" else 1e-8
    assert divergence(name, gaussian(0), gaussian(shift)) == pytest.approx(
        SHIFTED[name](shift), rel=accuracy, abs=accuracy
    )


@given(shift=st.floats(0, 30), scale=st.floats(0.5, 2))
def test_gan_and_jensen_shannon_rows_against_the_jsd(shift: float, scale: float) -> None:
    """Also where densities hardly overlap."""
    log_p, log_q = gaussian(-10), gaussian(-10 + shift, scale)
    jsd = quadrature.jsd(log_p, log_q, CELL)
    assert divergence("jensen-shannon", log_p, log_q) == pytest.approx(2 * jsd, abs=1e-9)
    assert divergence("gan", log_p, log_q) == pytest.approx(2 * jsd - np.log(4), abs=1e-9)
    assert divergence("weighted-jensen-shannon", log_p, log_q, 0.5) == pytest.approx(jsd, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "p_scale", "q_scale"),
    [("pearson", 2.0, 1.0), ("pearson", 1.5, 1.0), ("neyman", 1.0, 2.0), ("neyman", 1.0, 1.5)],
)
def test_infinite_divergences_are_infinite(name: str, p_scale: float, q_scale: float) -> None:
    """∫ p² / q is infinite from σ_p = √2 σ_q on."""
    assert divergence(name, gaussian(0, p_scale), gaussian(0, q_scale)) == np.inf
    assert np.isfinite(divergence(name, gaussian(0, q_scale), gaussian(0, p_scale)))


def test_what_is_too_large_for_the_lattice_is_no_finite_number() -> None:
    assert divergence("kl", gaussian(-20, 0.5), gaussian(20, 0.5)) == np.inf  # 3200 nats
    assert divergence("squared-hellinger", gaussian(-20, 0.5), gaussian(20, 0.5)) == pytest.approx(2)


@pytest.mark.parametrize("name", [name for name in DIVERGENCES if name != "total-variation"])
def test_the_bound_at_its_optimum_is_the_divergence_and_below_it_elsewhere(name: str) -> None:
    row = DIVERGENCES[name]
    log_p, log_q = gaussian(0), gaussian(1.0)
    # farther out log(u / (1 + u)) rounds to 0, where its conjugate is infinite; no mass lies there
    best = row.derivative(torch.from_numpy(np.exp(np.clip(log_p - log_q, -12, 12))))
    true = divergence(name, log_p, log_q)

    def value(critic: torch.Tensor) -> float:
        return bound(critic.numpy(), row.conjugate(critic).numpy(), log_p, log_q, CELL)

    assert value(best) == pytest.approx(true, abs=1e-6)
    assert value(torch.full_like(best, row.threshold)) == pytest.approx(row.at_one, abs=1e-9)
    at_the_middle = 0.5 * (best + row.threshold)
    assert row.at_one < value(at_the_middle) < true


def test_a_critic_may_be_infinite_where_the_density_is_zero() -> None:
    log_p, log_q = gaussian(0), np.where(POINTS > 30, -np.inf, gaussian(0))
    fake = np.where(POINTS > 30, np.inf, 1.0)
    assert bound(np.ones_like(fake), fake, log_p, log_q, CELL) == pytest.approx(0, abs=1e-12)


def test_error_of_the_optimum_is_zero_and_of_a_constant_is_known() -> None:
    """|½ − p / (p + q)| under (p + q) / 2 is half the total variation; of D = 1 it is the mass of q, ½."""
    log_p, log_q = gaussian(0), gaussian(2.0)
    assert optimum_error(expit(log_p - log_q), log_p, log_q, CELL) == 0
    half = np.full_like(log_p, 0.5)
    assert optimum_error(half, log_p, log_q, CELL) == pytest.approx(0.5 * SHIFTED["total-variation"](2.0), abs=1e-3)
    assert optimum_error(half + 0.5, log_p, log_q, CELL) == pytest.approx(0.5)
    assert optimum_error(half, log_p, log_p, CELL) == 0
