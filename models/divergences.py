r"""The table of f-divergences.

For a convex f with f(1) = 0 (Csiszár 1963; Ali and Silvey 1966)

.. math:: D_f(P \| Q) = \int q(x)\, f\!\left(\frac{p(x)}{q(x)}\right) dx .

Its Fenchel conjugate :math:`f^*(t) = \sup_{u > 0} \{ u t - f(u) \}` gives the variational bound (Nguyen, Wainwright and
Jordan 2010; Nowozin, Cseke and Tomioka, *f-GAN*, NeurIPS 2016, eq. 4)

.. math:: D_f(P \| Q) \ge \sup_T \; E_{x \sim P} T(x) - E_{x \sim Q} f^*(T(x)),

tight at T = f'(p / q). T must stay in the domain of f*: T = g_f(v) with an output activation g_f of the network's free
score v. The entries follow Nowozin et al., tables 1 and 2 and their supplement (arXiv 1606.00709), P the data and Q the
model; every g_f increases in v, so a large score always means "like data". The fake term f*(g_f(v)) is kept in composed form
because the two-step form overflows.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
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
        domain: open interval (low, high) on which the conjugate is finite.
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
    def threshold(self) -> float:
        """f'(1): the value of T at which data and model are judged equally likely."""
        return float(self.derivative(torch.ones((), dtype=torch.float64)))


DIVERGENCES: dict[str, Divergence] = {
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
}
