"""The value of the game as it is and as printed, at points where both are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.printed_value import (
    growth,
    interior_share,
    maximiser,
    optimum_error,
    printed_value,
    stated_value,
    value_error,
)

DENSITY = st.floats(0.01, 10)


@given(p=DENSITY, q=DENSITY)
def test_the_stated_value_is_largest_at_p_over_p_plus_q(p: float, q: float) -> None:
    found = maximiser(lambda d: stated_value(np.array([p]), np.array([q]), d), 1e-12, 1 - 1e-12, (1,))
    assert optimum_error(found, np.array([p]), np.array([q])) < 1e-6


@given(p=DENSITY, q=DENSITY, d=st.floats(1e-9, 1))
def test_the_printed_value_is_linear_in_log_d(p: float, q: float, d: float) -> None:
    found = printed_value(np.array(p), np.array(q), np.array(d))
    assert found == pytest.approx((p - q) * np.log(d) + q, abs=1e-9)


def test_printed_optima_are_at_an_end_and_stated_ones_inside() -> None:
    p, d = np.array([0.2, 0.5, 0.7])[:, None], np.linspace(0.001, 0.999, 999)
    assert interior_share(printed_value(p, 1 - p, d)) == 0
    assert interior_share(stated_value(p, 1 - p, d)) == 1


def test_growth() -> None:
    """Where q > p the printed supremum on [ε, 1] is (q − p) log 1/ε + q; the stated value is bounded."""
    smallest = np.array([1e-2, 1e-4, 1e-8])
    printed = np.array([printed_value(np.array(0.2), np.array(0.8), np.array(e)) for e in smallest])
    assert growth(printed, smallest) == pytest.approx(0.6)
    assert growth(np.full(3, stated_value(np.array(0.2), np.array(0.8), np.array(0.2))), smallest) == 0


def test_value_of_equal_and_of_disjoint_densities() -> None:
    assert value_error(-np.log(4), 0.0) == 0
    assert value_error(0.1, np.log(2)) == pytest.approx(0.1)
