"""Held-out parts: as large as asked, in proportion to the classes, and of training data only."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.datasets import Dataset, load
from benchmarks.datasets.splits import LARGEST_VALIDATION, held_out, on_validation


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60), st.floats(0, 1), st.integers(0, 100))
def test_every_class_is_held_out_in_proportion(labels: list[int], share: float, seed: int) -> None:
    classes = np.array(labels)
    n, size = len(classes), int(share * len(classes))
    held = held_out(n, size, classes, seed)
    assert held.sum() == size
    expected = np.bincount(classes) * size / n
    assert (np.abs(np.bincount(classes[held], minlength=len(expected)) - expected) < 1).all()
    np.testing.assert_array_equal(held, held_out(n, size, classes, seed))


@pytest.mark.parametrize("labels", [None, np.array([0, 0, 0, 0, 0, 1, 2])])
def test_every_example_is_as_likely_to_be_held_out(labels: np.ndarray | None) -> None:
    held = np.mean([held_out(7, 3, labels, seed) for seed in range(4000)], axis=0)
    np.testing.assert_allclose(held, 3 / 7, atol=0.035)  # 4.5 standard errors


def images(n: int, labelled: bool = True) -> Dataset:
    """Images whose first pixels spell their index, so that it is seen which are where."""
    train = np.stack([np.arange(n) // 256, np.arange(n) % 256], axis=1).astype(np.uint8)
    labels = np.arange(n) % 10 if labelled else None
    test = np.full((5, 2), 255, np.uint8)
    return Dataset("x", "images", (1, 2), train, test, labels, np.zeros(5, int) if labelled else None)


@pytest.mark.parametrize("labelled", [True, False])
@pytest.mark.parametrize(("n", "size"), [(899, 299), (12_000, 4_000), (60_000, LARGEST_VALIDATION)])
def test_validation_is_a_third_of_the_training_part_at_most_10000(n: int, size: int, labelled: bool) -> None:
    whole = images(n, labelled)
    data = on_validation(whole)
    assert (len(data.train), len(data.test)) == (n - size, size)
    assert data.split == "validation"
    index = [part[:, 0].astype(int) * 256 + part[:, 1] for part in (data.train, data.test)]
    assert sorted(np.concatenate(index)) == list(range(n))  # all of the training part, and nothing else
    if labelled:
        assert data.train_labels is not None and data.test_labels is not None
        np.testing.assert_array_equal(data.train_labels, index[0] % 10)
        np.testing.assert_array_equal(data.test_labels, index[1] % 10)
        assert np.ptp(np.bincount(data.test_labels)) <= 1


def test_validation_does_not_touch_the_test_part() -> None:
    """Whatever the test part is, the validation split is the same."""
    whole = images(300)
    other = Dataset("x", "images", (1, 2), whole.train, np.zeros((9, 2), np.uint8), whole.train_labels)
    assert on_validation(whole).digest == on_validation(other).digest


def test_a_mixture_is_validated_on_fresh_points() -> None:
    test, validation = (load("ring", Path(), offline=True, split=split) for split in ("test", "validation"))
    np.testing.assert_array_equal(test.train, validation.train)
    assert test.test.shape == validation.test.shape
    assert not set(map(bytes, validation.test)) & (set(map(bytes, test.test)) | set(map(bytes, test.train)))
    assert test.digest != validation.digest
    assert (test.label, validation.label) == ("ring", "ring-validation")


def test_digits_are_validated_on_their_training_part() -> None:
    data = load("digits", Path(), offline=True, split="validation")
    assert (len(data.train), len(data.test)) == (599, 299)
    assert "599" in data.summary and "299" in data.summary


def test_the_first_examples_or_all_of_them() -> None:
    data = load("digits", Path(), offline=True)
    np.testing.assert_array_equal(data.trained_on(30), data.train[:30])
    assert data.trained_on(None) is data.train or np.array_equal(data.trained_on(None), data.train)
    with pytest.raises(ValueError, match="digits has 898 training examples, not 899"):
        data.trained_on(899)
