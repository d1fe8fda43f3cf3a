"""The classifier two-sample test on distributions that are equal, apart, and apart by a known amount."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

from metrics.two_sample import EPOCHS, c2st, c2st_auc, held_out


def gaussian(seed: int, n: int, dimensions: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, dimensions))


def test_equal_distributions_are_at_chance() -> None:
    """Mean of independent repetitions within three standard errors of ½: √(¼ / n) each."""
    n, repeats = 200, 8
    judged = [held_out(gaussian(2 * i, n), gaussian(2 * i + 1, n), seed=i) for i in range(repeats)]
    assert np.mean([c2st(one) for one in judged]) == pytest.approx(0.5, abs=3 * 0.5 / np.sqrt(n * repeats))
    # the standard error of an AUC at chance is √((n + m + 1) / 12 n m), here n = m = 100
    assert np.mean([c2st_auc(one) for one in judged]) == pytest.approx(0.5, abs=3 * 0.041 / np.sqrt(repeats))


def test_disjoint_distributions_are_told_apart() -> None:
    judged = held_out(gaussian(0, 200) + 20, gaussian(1, 200), seed=0)
    assert c2st(judged) == c2st_auc(judged) == 1


def test_a_shift_is_told_apart_as_well_as_can_be() -> None:
    """Two Gaussians d apart: no classifier is right more often than Φ(d / 2), nor has a larger AUC than Φ(d / √2)."""
    shift = np.array([2.0, 0, 0, 0])
    judged = held_out(gaussian(0, 2000) + shift, gaussian(1, 2000), seed=0)
    assert c2st(judged) == pytest.approx(norm.cdf(1), abs=0.035)
    assert c2st_auc(judged) == pytest.approx(norm.cdf(2 / np.sqrt(2)), abs=0.035)
    assert c2st_auc(judged) == pytest.approx(roc_auc_score(judged.real, judged.probability))


def test_all_epochs_are_trained_however_little_is_gained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of equal distributions the loss hardly falls; scikit-learn would stop after some twenty epochs."""
    trained: list[int] = []
    fit = MLPClassifier.fit

    def watched(self: MLPClassifier, x: np.ndarray, y: np.ndarray) -> MLPClassifier:
        fit(self, x, y)
        trained.append(self.n_iter_)
        return self

    monkeypatch.setattr(MLPClassifier, "fit", watched)
    held_out(gaussian(0, 2000, 2), gaussian(1, 2000, 2), seed=0)
    assert trained == [EPOCHS]


def test_equal_numbers_of_both_are_taken() -> None:
    """With nine times as many samples a classifier that always says "sample" would be right in 90 %."""
    assert c2st(held_out(gaussian(0, 1800), gaussian(1, 200), seed=0)) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(200))


def test_same_seed_same_value_and_scale_does_not_matter() -> None:
    a, b = gaussian(0, 200), gaussian(1, 200) * 1.5
    value = c2st(held_out(a, b, seed=3))
    assert c2st(held_out(a, b, seed=3)) == value
    assert c2st(held_out(1024 * a, 1024 * b, seed=3)) == value  # standardised; a power of two is exact


def test_a_constant_coordinate_does_no_harm() -> None:
    a, b = gaussian(0, 100), gaussian(1, 100)
    a[:, 0] = b[:, 0] = 7
    assert 0.3 < c2st(held_out(a, b, seed=0)) < 0.7


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="19 points are too few"):
        held_out(gaussian(0, 19), gaussian(1, 200), seed=0)
