"""Known pairs: their divergences by quadrature against closed forms."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.mixtures import GaussianMixture, comb_1d, grid, pair_1d, ring, spiral, unequal_pair
from benchmarks.datasets.variations import VARIATIONS, lattice
from metrics import quadrature

SINGLE = {
    1: GaussianMixture(np.array([1.0]), np.array([[0.3]]), np.array([0.2]), 3.0, 60),
    2: GaussianMixture(np.array([1.0]), np.array([[0.3, -0.1]]), np.array([0.2]), 3.0, 60),
}


def divergences(p: GaussianMixture, name: str) -> tuple[float, float, float]:
    """KL(P‖Q), KL(Q‖P), JSD of a mixture and its variation."""
    q = VARIATIONS[name](p)
    points, cell = lattice(p, q)
    log_p, log_q = p.log_density(points), q.log_density(points)
    functions = (quadrature.kl_data_model, quadrature.kl_model_data, quadrature.jsd)
    values = [f(log_p, log_q, cell) for f in functions]
    return values[0], values[1], values[2]


@pytest.mark.parametrize("d", [1, 2])
@pytest.mark.parametrize("name", ["shifted-0.25", "shifted-0.5", "shifted-1", "shifted-2"])
def test_shifts_of_one_gaussian(d: int, name: str) -> None:
    by = float(name.partition("-")[2])
    forward, backward, _ = divergences(SINGLE[d], name)
    assert (forward, backward) == pytest.approx((by**2 / 2, by**2 / 2), abs=1e-10)


@pytest.mark.parametrize("d", [1, 2])
def test_widening_of_one_gaussian(d: int) -> None:
    forward, backward, _ = divergences(SINGLE[d], "widened")
    assert forward == pytest.approx(d * (0.5 / 1.5**2 - 0.5 + np.log(1.5)), abs=1e-10)
    assert backward == pytest.approx(d * (0.5 * 1.5**2 - 0.5 - np.log(1.5)), abs=1e-10)


@pytest.mark.parametrize("d", [1, 2])
def test_identical_and_disjoint(d: int) -> None:
    assert divergences(SINGLE[d], "identical") == pytest.approx((0, 0, 0), abs=1e-12)
    forward, backward, jsd = divergences(SINGLE[d], "disjoint")
    assert (forward, backward) == pytest.approx(((6 / 0.2) ** 2 / 2,) * 2, rel=1e-9)  # moved by the window's side
    assert jsd == pytest.approx(np.log(2), abs=1e-12)


def test_half_of_well_separated_equal_modes_lost() -> None:
    """Q has 4 of 8 modes, each with twice its weight: KL(Q‖P) = log 2, and the JSD of the modes' masses."""
    _, backward, jsd = divergences(ring(), "half-lost")
    assert backward == pytest.approx(np.log(2), abs=1e-6)
    # mass of M: kept modes (1 + ½) / 2 = ¾, lost ones ¼
    by_hand = 0.5 * (0.5 * np.log(0.5 / 0.75) + 0.5 * np.log(0.5 / 0.25)) + 0.5 * np.log(1 / 0.75)
    assert jsd == pytest.approx(by_hand, abs=1e-6)


@pytest.mark.parametrize("make", [ring, grid, unequal_pair, pair_1d, comb_1d, spiral], ids=lambda make: make.__name__)
def test_variations_are_densities_and_the_lattice_holds_them(make: object) -> None:
    assert callable(make)
    p = make()
    for name in ("shifted-2", "widened", "half-lost"):
        q = VARIATIONS[name](p)
        points, cell = lattice(p, q)
        assert points.shape[1] == p.dimensions
        assert q.weights.sum() == pytest.approx(1, abs=1e-12)
        assert cell * np.exp(p.log_density(points)).sum() == pytest.approx(1, abs=1e-12)
        assert cell * np.exp(q.log_density(points)).sum() == pytest.approx(1, abs=1e-12)


def test_variations_do_not_touch_the_density() -> None:
    p = unequal_pair()
    before = p.means.copy()
    for vary in VARIATIONS.values():
        vary(p)
    np.testing.assert_array_equal(p.means, before)


def test_half_lost_keeps_the_larger_half_and_its_proportions() -> None:
    q = VARIATIONS["half-lost"](grid())
    assert len(q.weights) == 13
    assert VARIATIONS["half-lost"](unequal_pair()).weights.tolist() == [1.0]
