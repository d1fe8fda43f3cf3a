"""The divergence table against a numeric supremum, against quadrature and against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from models.divergences import DIVERGENCES, Divergence

ALL = pytest.mark.parametrize("divergence", DIVERGENCES.values(), ids=DIVERGENCES.keys())
SCORES = st.floats(-6, 6)


def value(function: object, x: float) -> float:
    assert callable(function)
    return float(function(torch.tensor(x, dtype=torch.float64)))


@ALL
def test_f_vanishes_at_one(divergence: Divergence) -> None:
    assert value(divergence.f, 1.0) == pytest.approx(0, abs=1e-12)


@ALL
@given(u=st.floats(1e-3, 1e3))
def test_derivative(divergence: Divergence, u: float) -> None:
    x = torch.tensor(u, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(divergence.f(x), x)
    assert value(divergence.derivative, u) == pytest.approx(float(slope), rel=1e-8, abs=1e-10)


@ALL
@given(v=SCORES)
def test_conjugate_is_the_supremum(divergence: Divergence, v: float) -> None:
    t = value(divergence.activation, v)
    low, high = divergence.domain
    assert low < t < high
    if divergence is DIVERGENCES["pearson"] and t <= -2:
        return  # the paper's conjugate is the supremum over all real u; see the table's note
    result = optimize.minimize_scalar(
        lambda log_u: value(divergence.f, math.exp(log_u)) - t * math.exp(log_u), bounds=(-40, 40), method="bounded",
        options={"xatol": 1e-10},
    )  # fmt: skip
    assert value(divergence.conjugate, t) == pytest.approx(-result.fun, rel=1e-5, abs=1e-6)


@ALL
@given(v=SCORES)
def test_composed_is_conjugate_of_activation(divergence: Divergence, v: float) -> None:
    t = value(divergence.activation, v)
    assert value(divergence.composed, v) == pytest.approx(value(divergence.conjugate, t), rel=1e-6, abs=1e-9)


@ALL
def test_composed_does_not_overflow_before_its_value(divergence: Divergence) -> None:
    scores = torch.linspace(-80, 80, 401)
    assert divergence.composed(scores).isfinite().all()


@ALL
@given(v=SCORES, w=SCORES)
def test_activation_increases(divergence: Divergence, v: float, w: float) -> None:
    if v + 1e-6 < w:
        assert value(divergence.activation, v) < value(divergence.activation, w)


@ALL
def test_thresholds_of_the_paper(divergence: Divergence) -> None:
    # Nowozin et al., table 2, last column
    table = {"kl": 1.0, "reverse-kl": -1.0, "pearson": 0.0, "squared-hellinger": 0.0, "jensen-shannon": 0.0}
    name = next(key for key, row in DIVERGENCES.items() if row is divergence)
    assert divergence.threshold == pytest.approx(table[name], abs=1e-12)


@ALL
def test_bound_is_tight_at_the_optimal_critic(divergence: Divergence) -> None:
    """E_P T − E_Q f*(T) at T = f'(p/q) equals ∫ q f(p/q), both by quadrature, for two Gaussians."""
    p, q = stats.norm(0, 1), stats.norm(0.7, 1.2)

    def integral(function: object) -> float:
        assert callable(function)
        return integrate.quad(function, -12, 12, limit=200)[0]

    def ratio(x: float) -> float:
        return math.exp(p.logpdf(x) - q.logpdf(x))

    direct = integral(lambda x: q.pdf(x) * value(divergence.f, ratio(x)))
    bound = integral(
        lambda x: (
            p.pdf(x) * value(divergence.derivative, ratio(x))
            - q.pdf(x) * value(divergence.conjugate, value(divergence.derivative, ratio(x)))
        )
    )
    assert direct > 0
    assert bound == pytest.approx(direct, rel=1e-5)


def test_known_values_between_gaussians() -> None:
    """KL(N(0,1) ‖ N(m,s²)) in closed form, both ways; Hellinger between Gaussians in closed form."""
    m, s = 0.7, 1.2
    x = torch.linspace(-15, 15, 60_001, dtype=torch.float64)
    p = torch.from_numpy(stats.norm(0, 1).pdf(x.numpy()))
    q = torch.from_numpy(stats.norm(m, s).pdf(x.numpy()))

    def divergence(name: str) -> float:
        return float(torch.trapezoid(q * DIVERGENCES[name].f(p / q), x))

    assert divergence("kl") == pytest.approx(math.log(s) + (1 + m * m) / (2 * s * s) - 0.5, abs=1e-8)
    assert divergence("reverse-kl") == pytest.approx(-math.log(s) + (s * s + m * m) / 2 - 0.5, abs=1e-8)
    affinity = math.sqrt(2 * s / (1 + s * s)) * math.exp(-(m * m) / (4 * (1 + s * s)))
    assert divergence("squared-hellinger") == pytest.approx(2 - 2 * affinity, abs=1e-8)
    assert divergence("jensen-shannon") <= 2 * np.log(2)
