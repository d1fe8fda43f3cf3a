"""Ranking and decisions by scores: hand-made cases and scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from metrics.discrimination import accuracy, auc, indecision_error, share_above

SCORES = st.lists(st.integers(-3, 3).map(float), min_size=1, max_size=30)


@given(real=SCORES, fake=SCORES, threshold=st.integers(-3, 3))
def test_against_scikit_learn(real: list[float], fake: list[float], threshold: int) -> None:
    """With many ties."""
    labels = np.repeat([1, 0], [len(real), len(fake)])
    scores = np.array(real + fake)
    assert auc(np.array(real), np.array(fake)) == pytest.approx(roc_auc_score(labels, scores))
    expected = balanced_accuracy_score(labels, scores > threshold)
    assert accuracy(np.array(real), np.array(fake), threshold) == pytest.approx(expected)


def test_auc_of_shifted_gaussians() -> None:
    """Φ(d / √2)."""
    generator = np.random.default_rng(0)
    real, fake = generator.normal(1, 1, 40_000), generator.normal(0, 1, 40_000)
    assert auc(real, fake) == pytest.approx(norm.cdf(1 / np.sqrt(2)), abs=0.01)
    assert auc(real + 100, fake) == 1
    assert auc(real - 100, fake) == 0


def test_indecision() -> None:
    assert indecision_error(np.full(3, 0.5), np.full(2, 0.5)) == 0
    assert indecision_error(np.ones(3), np.zeros(7)) == 0.5
    assert indecision_error(np.array([0.75, 0.25]), np.array([0.5])) == pytest.approx(0.125)


def test_share_above_the_level_and_not_at_it() -> None:
    assert share_above(np.array([0.0, 1, 2, 3]), 1) == 0.5
