"""Broken strokes among drawn ones."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.datasets.strokes import SIDE, strokes
from metrics.strokes import LEAST_INK, broken_share, broken_strokes

REAL = strokes(300, np.random.default_rng(0)).reshape(-1, SIDE, SIDE) / 255.0
INK = float(REAL.sum(1).mean())


def test_no_real_stroke_is_broken() -> None:
    assert broken_share(REAL, INK) == 0.0


def test_a_stroke_of_two_halves_that_do_not_meet_is_broken() -> None:
    """Each half is locally right: half of one stroke and half of another."""
    first, second = REAL[:150], REAL[150:]
    joined = np.concatenate([first[:, :, : SIDE // 2], second[:, :, SIDE // 2 :]], axis=2)
    rows = np.arange(SIDE)[:, None]
    centres = [(part * rows).sum(1) / part.sum(1) for part in (first, second)]
    jump = np.abs(centres[0][:, SIDE // 2] - centres[1][:, SIDE // 2])
    broken = broken_strokes(joined, INK)
    assert broken[jump > 2].all()
    assert broken.mean() > 0.6


@pytest.mark.parametrize(("left", "gap"), [(LEAST_INK - 0.05, True), (LEAST_INK + 0.15, False)])
def test_a_column_without_ink_is_a_gap(left: float, gap: bool) -> None:
    faded = REAL.copy()
    faded[:, :, 4] *= left
    assert broken_strokes(faded, INK).all() == gap


def test_an_empty_image_is_broken_and_no_error() -> None:
    assert broken_strokes(np.zeros((2, SIDE, SIDE)), INK).tolist() == [True, True]


def test_strokes_run_from_edge_to_edge_and_are_the_same_for_the_same_seed() -> None:
    again = strokes(300, np.random.default_rng(0)).reshape(-1, SIDE, SIDE) / 255.0
    np.testing.assert_array_equal(again, REAL)
    ink = REAL.sum(1)
    assert ink.min() > 0.95 * ink.max()
