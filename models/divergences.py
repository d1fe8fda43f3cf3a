r"""The table of f-divergences.

For a convex f with f(1) = 0 (Csiszár 1963; Ali and Silvey 1966)

.. math:: D_f(P \| Q) = \int q(x)\, f\!\left(\frac{p(x)}{q(x)}\right) dx .

Its Fenchel conjugate :math:`f^*(t) = \sup_{u > 0} \{ u t - f(u) \}` gives the variational bound (Nguyen, Wainwright and
Jordan 2010; Nowozin, Cseke and Tomioka, *f-GAN*, NeurIPS 2016, eq. 4)

.. math:: D_f(P \| Q) \ge \sup_T \; E_{x \sim P} T(x) - E_{x \sim Q} f^*(T(x)),

tight at T = f'(p / q). T must stay in the domain of f*: T = g_f(v) with an output activation g_f of the network's free
score v. The entries follow Nowozin et al., tables 4, 5 and 6 of the supplement (arXiv 1606.00709), in their row order, P the data
and Q the model; every g_f increases in v, so a large score always means "like data". The fake term f*(g_f(v)) is kept in
composed form because the two-step form overflows.

Two rows are families: the weighted Jensen–Shannon divergence with weight π, and the α-divergence. ``divergence_named`` gives
a row by name, with the parameter where one is needed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import torch
from scipy.optimize import brentq
from torch import Tensor
from torch.nn import functional as F

Function = Callable[[Tensor], Tensor]
LOG2 = math.log(2.0)


@dataclass(frozen=True)
class Divergence:
    """One row of the table; all functions are element-wise on tensors of any shape.

    Attributes:
        title: the divergence's name.
        short: the same, short enough for a figure.
        f: generator f(u) for u > 0; nats for those with logarithms.
        derivative: f'(u).
        conjugate: f*(t) on ``domain``.
        domain: interval (low, high) on which the conjugate is finite; its ends may or may not belong to it.
        activation: g_f(v), any real v → ``domain``, increasing.
        composed: f*(g_f(v)), simplified so that it does not overflow where the result does not.
    """

    title: str
    short: str
    f: Function
    derivative: Function
    conjugate: Function
    domain: tuple[float, float]
    activation: Function
    composed: Function

    @property
    def at_one(self) -> float:
        """f(1), the value for P = Q: 0 for a divergence, −log 4 for the GAN row."""
        return float(self.f(torch.ones((), dtype=torch.float64)))

    @property
    def threshold(self) -> float:
        """f'(1): the value of T at which data and model are judged equally likely."""
        return float(self.derivative(torch.ones((), dtype=torch.float64)))

    @cached_property
    def score_threshold(self) -> float:
        """The score v at which T = g_f(v) is at the threshold: the root of g_f(v) = f'(1)."""

        def above(v: float) -> float:
            return float(self.activation(torch.tensor(v, dtype=torch.float64))) - self.threshold

        return float(brentq(above, -50.0, 50.0))


def log_softplus(x: Tensor) -> Tensor:
    """log log(1 + eˣ) without underflow: below −30 it equals x to machine precision."""
    return torch.where(x < -30, x, F.softplus(x.clamp_min(-30)).log())


def log_lambert(s: Tensor) -> Tensor:
    """log W(eˢ): the root y of eʸ + y = s, with W Lambert's function; no overflow for any s.

    Newton's method on a convex increasing function, from the right of the root. The last step is taken from a detached
    iterate, which makes its derivative 1 / (eʸ + 1) exact.
    """
    with torch.no_grad():
        y = torch.where(s > 1, s.clamp_min(1).log(), s)
        for _ in range(8):
            y = y - (y.exp() + y - s) / (y.exp() + 1)
    return y - (y.exp() + y - s) / (y.exp() + 1)


def jeffrey_conjugate(t: Tensor) -> Tensor:
    """f*(t) = W + 1/W + t − 2 with W = W(e^{1−t}); with y = log W, so that eʸ + y = 1 − t, it is e^{−y} − y − 1."""
    y = log_lambert(1 - t)
    return (-y).exp() - y - 1


DIVERGENCES: dict[str, Divergence] = {
    "total-variation": Divergence(
        title="total variation",
        short="TV",
        f=lambda u: 0.5 * (u - 1).abs(),
        derivative=lambda u: 0.5 * (u - 1).sign(),
        conjugate=lambda t: t,
        domain=(-0.5, 0.5),
        activation=lambda v: 0.5 * v.tanh(),
        composed=lambda v: 0.5 * v.tanh(),
    ),
    "kl": Divergence(
        title="Kullback–Leibler",
        short="KL",
        f=lambda u: u * u.log(),
        derivative=lambda u: 1 + u.log(),
        conjugate=lambda t: (t - 1).exp(),
        domain=(-math.inf, math.inf),
        activation=lambda v: v,
        composed=lambda v: (v - 1).exp(),
    ),
    "reverse-kl": Divergence(
        title="reverse Kullback–Leibler",
        short="reverse KL",
        f=lambda u: -u.log(),
        derivative=lambda u: -1 / u,
        conjugate=lambda t: -1 - (-t).log(),
        domain=(-math.inf, 0.0),
        activation=lambda v: -(-v).exp(),
        composed=lambda v: v - 1,
    ),
    "pearson": Divergence(
        title="Pearson χ²",
        short="Pearson",
        f=lambda u: (u - 1).square(),
        derivative=lambda u: 2 * (u - 1),
        # sup over all real u, as in the paper's table; over u > 0 alone f* is −1 for t ≤ −2
        conjugate=lambda t: 0.25 * t.square() + t,
        domain=(-math.inf, math.inf),
        activation=lambda v: v,
        composed=lambda v: 0.25 * v.square() + v,
    ),
    "neyman": Divergence(
        title="Neyman χ²",
        short="Neyman",
        f=lambda u: (1 - u).square() / u,
        derivative=lambda u: 1 - u.pow(-2),
        conjugate=lambda t: 2 - 2 * (1 - t).sqrt(),
        domain=(-math.inf, 1.0),
        activation=lambda v: 1 - (-v).exp(),
        composed=lambda v: 2 - 2 * (-0.5 * v).exp(),
    ),
    "squared-hellinger": Divergence(
        title="squared Hellinger",
        short="Hellinger",
        f=lambda u: (u.sqrt() - 1).square(),
        derivative=lambda u: 1 - u.rsqrt(),
        conjugate=lambda t: t / (1 - t),
        domain=(-math.inf, 1.0),
        activation=lambda v: 1 - (-v).exp(),
        composed=lambda v: v.exp() - 1,
    ),
    "jeffrey": Divergence(
        title="Jeffrey",
        short="Jeffrey",
        f=lambda u: (u - 1) * u.log(),
        derivative=lambda u: u.log() + 1 - 1 / u,
        conjugate=jeffrey_conjugate,
        domain=(-math.inf, math.inf),
        activation=lambda v: v,
        composed=jeffrey_conjugate,
    ),
    # f as in the paper: D_f is 2 JSD, twice the Jensen–Shannon divergence in [0, log 2]
    "jensen-shannon": Divergence(
        title="Jensen–Shannon",
        short="JS",
        f=lambda u: u * u.log() - (u + 1) * ((1 + u) / 2).log(),
        derivative=lambda u: (2 * u / (1 + u)).log(),
        conjugate=lambda t: -(2 - t.exp()).log(),
        domain=(-math.inf, LOG2),
        activation=lambda v: LOG2 - F.softplus(-v),
        composed=lambda v: F.softplus(v) - LOG2,
    ),
    # f(1) = −log 4: D_f is the value of the GAN's game at the optimal discriminator, 2 JSD − log 4
    "gan": Divergence(
        title="GAN",
        short="GAN",
        f=lambda u: u * u.log() - (u + 1) * (u + 1).log(),
        derivative=lambda u: (u / (u + 1)).log(),
        conjugate=lambda t: -(-t.expm1()).log(),
        domain=(-math.inf, 0.0),
        activation=lambda v: -F.softplus(-v),
        composed=F.softplus,
    ),
}


def weighted_jensen_shannon(weight: float) -> Divergence:
    """Jensen–Shannon divergence π KL(P ‖ M) + (1 − π) KL(Q ‖ M) with M = π P + (1 − π) Q.

    Args:
        weight: π in (0, 1). At ½ it is JSD itself, half of the unweighted row.

    Raises:
        ValueError: the weight is outside (0, 1).
    """
    if not 0 < weight < 1:
        raise ValueError(f"weight = {weight}: the weighted Jensen–Shannon divergence needs a weight in (0, 1)")
    w, rest = weight, 1 - weight

    def composed(v: Tensor) -> Tensor:
        # 1 − π e^{t/π} = 1 − σ(v)^{1/π}; for large v that is softplus(−v) / π, which must not underflow
        exact = (-torch.expm1(-F.softplus(-v.clamp_max(30)) / w)).log()
        return rest * (math.log(rest) - torch.where(v > 30, log_softplus(-v) - math.log(w), exact))

    return Divergence(
        title=f"weighted Jensen–Shannon (π = {weight:g})",
        short=f"JS {weight:g}",
        f=lambda u: w * u * u.log() - (rest + w * u) * (rest + w * u).log(),
        derivative=lambda u: w * (u / (rest + w * u)).log(),
        conjugate=lambda t: rest * (rest / (1 - w * (t / w).exp())).log(),
        domain=(-math.inf, -w * math.log(w)),
        activation=lambda v: -w * math.log(w) - F.softplus(-v),
        composed=composed,
    )


def alpha_divergence(alpha: float) -> Divergence:
    """α-divergence, f(u) = (u^α − 1 − α (u − 1)) / (α (α − 1)) (Amari 1985).

    Its limits at α → 1 and α → 0 are KL and reverse KL; α = 2 is half of Pearson's χ², α = −1 half of Neyman's, α = ½ twice the
    squared Hellinger distance. The table has two activations: one for α < 1, where the domain of f* is bounded above, one for
    α > 1. There f* is the constant −1/α below t = 1/(1 − α), the supremum over u > 0 being at u = 0.

    Args:
        alpha: any finite number but 0 and 1.

    Raises:
        ValueError: alpha is 0, 1 or not finite.
    """
    if not math.isfinite(alpha) or alpha in (0, 1):
        raise ValueError(f"alpha = {alpha}: the α-divergence needs a finite α other than 0 and 1 (KL is α → 1)")
    a, power = alpha, alpha / (alpha - 1)

    def conjugate(t: Tensor) -> Tensor:
        return ((t * (a - 1) + 1).clamp_min(0).pow(power) - 1) / a

    def composed_below_one(v: Tensor) -> Tensor:
        # t (α − 1) + 1 = (1 − α) softplus(−v)
        return torch.expm1(power * (math.log(1 - a) + log_softplus(-v))) / a

    below = alpha < 1
    return Divergence(
        title=f"α-divergence (α = {alpha:g})",
        short=f"α = {alpha:g}",
        f=lambda u: (u.pow(a) - 1 - a * (u - 1)) / (a * (a - 1)),
        derivative=lambda u: (u.pow(a - 1) - 1) / (a - 1),
        conjugate=conjugate,
        domain=(-math.inf, 1 / (1 - a)) if below else (-math.inf, math.inf),
        activation=(lambda v: 1 / (1 - a) - F.softplus(-v)) if below else (lambda v: v),
        composed=composed_below_one if below else conjugate,
    )


FAMILIES: dict[str, Callable[[float], Divergence]] = {
    "weighted-jensen-shannon": weighted_jensen_shannon,
    "alpha": alpha_divergence,
}
"""Rows with a parameter."""


def divergence_named(name: str, parameter: float | None = None) -> Divergence:
    """The row ``name`` of the table, or the member of a family with its ``parameter`` (π or α).

    Raises:
        ValueError: a family without a parameter, a parameter where none belongs, or one outside its range.
        KeyError: an unknown name.
    """
    if name in FAMILIES:
        if parameter is None:
            raise ValueError(f"divergence {name!r} needs a parameter")
        return FAMILIES[name](parameter)
    if parameter is not None:
        raise ValueError(f"divergence {name!r} has no parameter; leave it out")
    return DIVERGENCES[name]
