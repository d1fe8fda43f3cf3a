"""The divergence table against a numeric supremum, against quadrature and against itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

from models.divergences import (
    DIVERGENCES,
    Divergence,
    alpha_divergence,
    divergence_named,
    log_lambert,
    weighted_jensen_shannon,
)

ROWS: dict[str, Divergence] = {
    **DIVERGENCES,
    **{f"weighted-jensen-shannon {weight}": weighted_jensen_shannon(weight) for weight in (0.2, 0.5, 0.9)},
    **{f"alpha {alpha}": alpha_divergence(alpha) for alpha in (-2.0, -0.5, 0.1, 0.5, 1.5, 2.0, 3.0)},
}
ALL = pytest.mark.parametrize("divergence", ROWS.values(), ids=ROWS.keys())
SCORES = st.floats(-6, 6)


def value(function: object, x: float) -> float:
    assert callable(function)
    return float(function(torch.tensor(x, dtype=torch.float64)))


@ALL
def test_value_at_one(divergence: Divergence) -> None:
    """f(1) = 0, but for the row named GAN, whose f(1) = −log 4."""
    assert divergence.at_one == pytest.approx(-math.log(4) if divergence is ROWS["gan"] else 0, abs=1e-12)


@ALL
@settings(max_examples=40)
@given(u=st.floats(1e-3, 1e3), v=st.floats(1e-3, 1e3), share=st.floats(0, 1))
def test_f_is_convex(divergence: Divergence, u: float, v: float, share: float) -> None:
    middle = value(divergence.f, share * u + (1 - share) * v)
    above = share * value(divergence.f, u) + (1 - share) * value(divergence.f, v)
    assert middle <= above + 1e-9 * (1 + abs(above))


@ALL
@settings(max_examples=40)
@given(u=st.floats(1e-3, 1e3).filter(lambda u: u != 1))
def test_derivative(divergence: Divergence, u: float) -> None:
    x = torch.tensor(u, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(divergence.f(x), x)
    assert value(divergence.derivative, u) == pytest.approx(float(slope), rel=1e-7, abs=1e-9)


@ALL
@settings(max_examples=40)
@given(u=st.floats(1e-3, 1e3))
def test_fenchels_equality_holds_at_the_derivative(divergence: Divergence, u: float) -> None:
    """f*(f'(u)) = u f'(u) − f(u)."""
    t = value(divergence.derivative, u)
    expected = u * t - value(divergence.f, u)
    assert value(divergence.conjugate, t) == pytest.approx(expected, rel=1e-6, abs=1e-6)


@ALL
@settings(max_examples=40)
@given(v=SCORES)
def test_conjugate_is_the_supremum(divergence: Divergence, v: float) -> None:
    """f*(t) = sup over u > 0 of u t − f(u), found numerically, for t over the domain."""
    t = value(divergence.activation, v)
    low, high = divergence.domain
    assert low <= t <= high
    if divergence is ROWS["pearson"] and t <= -2:
        return  # the paper's conjugate is the supremum over all real u; see the table's note

    # a concave function of u: lattices in log u, each ten times finer around the last one's best point
    start, width = 0.0, 40.0
    for _ in range(7):
        log_u = torch.linspace(start - width, start + width, 401, dtype=torch.float64)
        values = t * log_u.exp() - divergence.f(log_u.exp())
        start, width = float(log_u[values.nan_to_num(-math.inf).argmax()]), width / 10
    assert value(divergence.conjugate, t) == pytest.approx(float(values.max()), rel=1e-5, abs=1e-6)


@ALL
@settings(max_examples=40)
@given(v=SCORES)
def test_composed_is_conjugate_of_activation(divergence: Divergence, v: float) -> None:
    t = value(divergence.activation, v)
    assert value(divergence.composed, v) == pytest.approx(value(divergence.conjugate, t), rel=1e-6, abs=1e-9)


@ALL
@settings(max_examples=40)
@given(v=SCORES)
def test_gradient_of_the_composed_form(divergence: Divergence, v: float) -> None:
    """d f*(g(v)) / dv, which training follows, against a central difference."""
    x = torch.tensor(v, dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(divergence.composed(x), x)
    step = 1e-7
    difference = (value(divergence.composed, v + step) - value(divergence.composed, v - step)) / (2 * step)
    assert float(slope) == pytest.approx(difference, rel=1e-4, abs=1e-3)


@ALL
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_composed_does_not_overflow_before_its_value(divergence: Divergence, dtype: torch.dtype) -> None:
    """Values are finite, and gradients too, wherever the value itself fits into 32 bits."""
    scores = torch.linspace(-80, 80, 401, dtype=dtype, requires_grad=True)
    values = divergence.composed(scores)
    (slopes,) = torch.autograd.grad(values.sum(), scores)
    exact = divergence.composed(scores.detach().double())
    fits = exact.abs() < torch.finfo(torch.float32).max
    assert values[fits].isfinite().all()
    assert slopes[fits].isfinite().all()
    torch.testing.assert_close(values[fits].double(), exact[fits], rtol=2e-4, atol=1e-5)


@ALL
def test_composed_increases_far_out(divergence: Divergence) -> None:
    """As f* and g do; also where the two-step form would have lost all digits."""
    scores = torch.linspace(-60, 60, 241, dtype=torch.float64)
    values = divergence.composed(scores)
    rising = values.diff() >= -1e-12
    if divergence is ROWS["pearson"]:
        rising = rising[scores[:-1] > -2]  # the parabola's lower branch; see the table's note
    assert rising.all()


@ALL
@settings(max_examples=40)
@given(v=SCORES, w=SCORES)
def test_activation_increases(divergence: Divergence, v: float, w: float) -> None:
    if v + 1e-6 < w:
        assert value(divergence.activation, v) < value(divergence.activation, w)


def test_thresholds_of_the_paper() -> None:
    """Nowozin et al., supplement, table 6, last column; f'(1) of total variation is any of [−½, ½]."""
    table = {
        "total-variation": 0.0, "kl": 1.0, "reverse-kl": -1.0, "pearson": 0.0, "neyman": 0.0, "squared-hellinger": 0.0,
        "jeffrey": 0.0, "jensen-shannon": 0.0, "gan": -math.log(2), "weighted-jensen-shannon 0.2": 0.0, "alpha 0.5": 0.0,
    }  # fmt: skip
    assert {name: ROWS[name].threshold for name in table} == pytest.approx(table, abs=1e-12)


def gaussians(shift: float, scale: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A lattice with the densities of N(0, 1) and N(shift, scale²) on it."""
    x = np.linspace(-20, 20, 40_001)
    return x, stats.norm(0, 1).pdf(x), stats.norm(shift, scale).pdf(x)


@ALL
@settings(max_examples=25)
@given(shift=st.floats(-1.5, 1.5), scale=st.floats(0.9, 1.1))
def test_bound_is_tight_at_the_optimal_critic(divergence: Divergence, shift: float, scale: float) -> None:
    """E_P T − E_Q f*(T) at T = f'(p/q) equals ∫ q f(p/q), both by quadrature; any other critic stays below."""
    x, p, q = gaussians(shift, scale)
    # an α-divergence of α = 3 or −2 weighs the tails so heavily that the lattice must end where the densities still have digits
    near = np.abs(x) < 8
    x, p, q = x[near], p[near], q[near]
    ratio = torch.from_numpy(p / q)
    critic = divergence.derivative(ratio)
    direct = np.trapezoid(q * divergence.f(ratio).numpy(), x)

    def bound(t: torch.Tensor) -> float:
        return float(np.trapezoid(p * t.numpy() - q * divergence.conjugate(t).numpy(), x))

    assert bound(critic) == pytest.approx(direct, rel=1e-5, abs=1e-7)
    assert direct >= divergence.at_one * np.trapezoid(q, x) - 1e-6
    other = divergence.activation(torch.from_numpy(0.3 * x + 0.1))
    assert bound(other) <= direct + 1e-6


@given(alpha=st.floats(-3, 3).filter(lambda a: min(abs(a), abs(a - 1)) > 0.05), v=st.floats(-3, 3))
def test_alpha_over_its_three_ranges(alpha: float, v: float) -> None:
    """The conjugate by Fenchel's equality at the u with f'(u) = t, for any α below 0, between 0 and 1, and above 1."""
    row = alpha_divergence(alpha)
    t = value(row.activation, v)
    base = t * (alpha - 1) + 1
    if base <= 1e-6:
        assert value(row.conjugate, t) == pytest.approx(-1 / alpha, abs=1e-3)
        return
    u = base ** (1 / (alpha - 1))
    assert value(row.derivative, u) == pytest.approx(t, rel=1e-6, abs=1e-6)
    expected = u * t - value(row.f, u)
    assert value(row.conjugate, t) == pytest.approx(expected, rel=1e-5, abs=1e-6)


@given(weight=st.floats(0.05, 0.95), v=SCORES)
def test_weighted_jensen_shannon_over_its_weights(weight: float, v: float) -> None:
    row = weighted_jensen_shannon(weight)
    t = value(row.activation, v)
    ratio = math.exp(t / weight)
    u = (1 - weight) * ratio / (1 - weight * ratio)  # f'(u) = t
    assert value(row.derivative, u) == pytest.approx(t, rel=1e-6, abs=1e-8)
    assert value(row.composed, v) == pytest.approx(u * t - value(row.f, u), rel=1e-5, abs=1e-7)


@given(u=st.floats(0.05, 20))
def test_rows_that_are_multiples_of_each_other(u: float) -> None:
    """α = 2 is half of Pearson, −1 half of Neyman, ½ twice Hellinger; π = ½ half of Jensen–Shannon; GAN is Jensen–Shannon − log 4.

    Up to multiples of (u − 1), which change no divergence.
    """
    f = {name: value(row.f, u) for name, row in ROWS.items()}
    assert value(alpha_divergence(2).f, u) == pytest.approx(f["pearson"] / 2)
    assert value(alpha_divergence(-1).f, u) == pytest.approx(f["neyman"] / 2)
    assert value(alpha_divergence(0.5).f, u) == pytest.approx(2 * f["squared-hellinger"])
    assert value(weighted_jensen_shannon(0.5).f, u) == pytest.approx(f["jensen-shannon"] / 2, abs=1e-12)
    assert f["gan"] == pytest.approx(f["jensen-shannon"] - (u + 1) * math.log(2))
    assert f["jeffrey"] == pytest.approx(f["kl"] + f["reverse-kl"])
    assert value(alpha_divergence(1 + 1e-6).f, u) == pytest.approx(f["kl"] - (u - 1), abs=1e-4)
    assert value(alpha_divergence(1e-6).f, u) == pytest.approx(f["reverse-kl"] + (u - 1), abs=1e-4)


def test_lambert_against_scipy() -> None:
    s = torch.linspace(-30, 30, 601, dtype=torch.float64)
    expected = special.lambertw(np.exp(s.numpy())).real
    np.testing.assert_allclose(log_lambert(s).exp().numpy(), expected, rtol=1e-12)
    assert log_lambert(torch.tensor([1e6, -1e6])).isfinite().all()


@pytest.mark.parametrize("weight", [0.0, 1.0, -0.1, math.nan])
def test_weights_outside_their_range_are_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"weight in \(0, 1\)"):
        weighted_jensen_shannon(weight)


@pytest.mark.parametrize("alpha", [0.0, 1.0, math.inf, math.nan])
def test_alphas_outside_their_range_are_refused(alpha: float) -> None:
    with pytest.raises(ValueError, match="other than 0 and 1"):
        alpha_divergence(alpha)


def test_rows_by_name() -> None:
    assert divergence_named("kl") is DIVERGENCES["kl"]
    assert divergence_named("alpha", 0.5).short == "α = 0.5"
    with pytest.raises(ValueError, match="needs a parameter"):
        divergence_named("alpha")
    with pytest.raises(ValueError, match="has no parameter"):
        divergence_named("kl", 0.5)


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
