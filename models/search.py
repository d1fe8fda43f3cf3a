r"""Search for points that a score likes, inside a box, from uniform starts: gradient ascent and Langevin dynamics.

The box is [low, high] in every coordinate; positions in it are u in [0, 1]^D, so that steps mean the same for coordinates and
for pixels. Step k of K has size ε_k = ε (1 − k / K), a share of the box's side: long steps first, to get anywhere, short ones
at the end, to settle.

* ascent: u ← u + ε_k √D g / ‖g‖ with g = ∇_u T. The step's length does not depend on the score's scale, which grows without bound
  where data and negatives are well apart; each coordinate moves by ε_k in root mean square.
* Langevin: u ← u + c(½ ε_k² g) + ε_k ξ with ξ ~ N(0, I), c cutting the drift's length to ε_k √D (the truncated drift of Roberts
  and Tweedie 1996). With small steps its stationary density is proportional to exp T (with decreasing steps: Welling and Teh, ICML
  2011): a discriminator read as an energy-based model.

A step that leaves the box ends at its border. Rows are independent of each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor

Score = Callable[[Tensor], Tensor]
MARGIN = 0.1
"""A box of coordinates reaches this share of the data's range beyond it on either side."""


def box_of(data: Tensor) -> tuple[Tensor, Tensor]:
    """The box of a training set (N, D): [0, 1] for uint8 pixels, else the data's range and a margin; two corners of shape (D,)."""
    if data.dtype == torch.uint8:
        return torch.zeros(data.shape[1], device=data.device), torch.ones(data.shape[1], device=data.device)
    low, high = data.amin(0), data.amax(0)
    margin = MARGIN * (high - low)
    return low - margin, high + margin


def step_sizes(first: float, steps: int) -> list[float]:
    """ε_k = ε (1 − k / K) for k = 0, …, K − 1."""
    return [first * (1 - k / steps) for k in range(steps)]


def _slope(score: Score, u: Tensor, low: Tensor, side: Tensor) -> Tensor:
    """∇_u T(low + side · u), the shape of u."""
    # torch.func.grad, since autograd.grad cannot be mapped over seeds; it differentiates under no_grad too
    return torch.func.grad(lambda points: score(low + side * points).sum())(u)


def _length(vectors: Tensor) -> Tensor:
    """Euclidean length over the last axis, which is kept; positive also for zero vectors."""
    return vectors.square().sum(-1, keepdim=True).sqrt().clamp_min(torch.finfo(vectors.dtype).tiny)


def ascend(score: Score, start: Tensor, low: Tensor, high: Tensor, steps: int, step_size: float) -> Tensor:
    """Points where gradient ascent on the score ends.

    Args:
        score: (\\*, B, D) → (\\*, B).
        start: positions in the box, U[0, 1), shape (\\*, B, D).
        low: the box's lower corner, broadcasts against ``start``.
        high: its upper corner.
        steps: K ≥ 1.
        step_size: ε, the first step as a share of the box's side.

    Returns:
        shape of ``start``, in data coordinates.
    """
    u, side, root = start, high - low, math.sqrt(start.shape[-1])
    for size in step_sizes(step_size, steps):
        slope = _slope(score, u, low, side)
        u = (u + size * root * slope / _length(slope)).clamp(0, 1)
    return low + side * u


def langevin(score: Score, start: Tensor, noise: Tensor, low: Tensor, high: Tensor, step_size: float) -> Tensor:
    """Points where Langevin dynamics on the score end; arguments as for :func:`ascend`.

    Args:
        noise: N(0, 1) for each of K steps, shape (\\*, B, K, D).
    """
    u, side, root = start, high - low, math.sqrt(start.shape[-1])
    steps = noise.shape[-2]
    for k, size in enumerate(step_sizes(step_size, steps)):
        drift = 0.5 * size**2 * _slope(score, u, low, side)
        drift = drift * (size * root / _length(drift)).clamp_max(1)
        u = (u + drift + size * noise[..., k, :]).clamp(0, 1)
    return low + side * u
