"""Maps on the line against the inverse distribution function."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import wasserstein_distance

from metrics.quantile_map import monotone_share, quantile_error, rank_correlation, wasserstein

U = (np.arange(1000) + 0.5) / 1000
EXACT = ndtri(U)


@pytest.mark.parametrize("direction", [1, -1])
def test_the_quantile_function_itself_and_its_mirror_image(direction: int) -> None:
    learnt = EXACT[::direction]
    assert rank_correlation(learnt) == pytest.approx(1)
    assert monotone_share(learnt) == 1
    assert quantile_error(learnt, EXACT) == wasserstein(learnt, EXACT) == 0


def test_the_right_distribution_by_another_map() -> None:
    """z → |z| folded about the median: halves interleaved. Same samples, no monotone map."""
    folded = np.concatenate([EXACT[1::2], EXACT[::2][::-1]])
    assert wasserstein(folded, EXACT) == 0
    assert quantile_error(folded, EXACT) > 0.5
    assert rank_correlation(folded) < 0.01
    assert monotone_share(folded) == pytest.approx(0.5, abs=1e-2)


def test_a_constant_map() -> None:
    """Mean |z| = √(2/π); no direction at all."""
    constant = np.zeros(1000)
    assert rank_correlation(constant) == monotone_share(constant) == 0
    assert quantile_error(constant, EXACT) == pytest.approx(np.sqrt(2 / np.pi), abs=1e-3)


@given(shift=st.floats(-3, 3), scale=st.floats(0.1, 3))
def test_shifted_and_stretched(shift: float, scale: float) -> None:
    """Monotone all the same; for a monotone map the error is the Wasserstein distance, which is scipy's."""
    learnt = shift + scale * EXACT
    assert rank_correlation(learnt) == pytest.approx(1)
    assert monotone_share(learnt) == 1
    assert wasserstein(learnt, EXACT) == pytest.approx(wasserstein_distance(learnt, EXACT), abs=1e-12)
    assert quantile_error(learnt, EXACT) == pytest.approx(wasserstein(learnt, EXACT), abs=1e-12)
