"""Classes covered and label entropy by hand."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.classes import classes_covered, label_entropy, label_shares


def predicted(*counts: int) -> np.ndarray:
    """Probabilities of images of which so many look like class 0, 1, …"""
    return 0.9 * np.repeat(np.eye(len(counts)), counts, axis=0) + 0.1 / len(counts)


def test_shares_are_of_the_most_probable_class() -> None:
    np.testing.assert_array_equal(label_shares(predicted(3, 0, 1)), [0.75, 0, 0.25])


def test_a_class_needs_a_quarter_of_its_fair_share() -> None:
    reference = predicted(50, 30, 20, 0)
    assert classes_covered(reference, reference) == 3  # the fourth is not there to be covered
    # quarters: 0.125, 0.075, 0.05
    assert classes_covered(predicted(875, 75, 50, 0), reference) == 3
    assert classes_covered(predicted(876, 75, 49, 0), reference) == 2
    assert classes_covered(predicted(0, 0, 0, 1000), reference) == 0


def test_entropy_of_one_class_and_of_all_alike() -> None:
    assert label_entropy(predicted(7, 0, 0)) == 0
    assert label_entropy(predicted(*[4] * 10)) == pytest.approx(np.log(10))
    assert label_entropy(predicted(1, 3)) == pytest.approx(-0.25 * np.log(0.25) - 0.75 * np.log(0.75))
