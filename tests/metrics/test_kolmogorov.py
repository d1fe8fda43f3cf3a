"""Kolmogorov–Smirnov against scipy, and the rate at which exact draws are refused."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from metrics.kolmogorov import ks_p_value, ks_statistic


@given(n=st.integers(1, 300), power=st.floats(0.5, 2), seed=st.integers(0, 2**32 - 1))
def test_as_scipys(n: int, power: float, seed: int) -> None:
    uniforms = np.random.default_rng(seed).random(n) ** power
    theirs = stats.kstest(uniforms, "uniform", method="exact")
    assert ks_statistic(uniforms) == pytest.approx(theirs.statistic, abs=1e-12)
    assert ks_p_value(uniforms, n) == pytest.approx(theirs.pvalue, rel=1e-6, abs=1e-12)


def test_exact_draws_are_refused_at_the_nominal_rate() -> None:
    generator = np.random.default_rng(0)
    p = np.array([ks_p_value(generator.random(500), 500) for _ in range(400)])
    for level in (0.05, 0.5):
        assert stats.binomtest(int((p < level).sum()), len(p), level).pvalue > 0.001


def test_the_same_distance_says_less_of_fewer_draws() -> None:
    uniforms = np.random.default_rng(0).random(1000) ** 1.3
    assert ks_p_value(uniforms, 1000) < 0.01 < 0.3 < ks_p_value(uniforms, 20)
    assert ks_p_value(uniforms, 0.2) == ks_p_value(uniforms, 1)
