"""Paths with known lengths."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.interpolation import largest_step_ratio, path_length_ratio


def test_a_blend_of_its_ends_is_straight_and_even() -> None:
    ends = np.random.default_rng(0).random((5, 2, 7))
    share = np.linspace(0, 1, 11)[None, :, None]
    blend = ends[:, :1] * (1 - share) + ends[:, 1:] * share
    assert path_length_ratio(blend) == pytest.approx(1)
    assert largest_step_ratio(blend) == pytest.approx(1)


def test_one_jump_takes_all_steps_into_one() -> None:
    jump = np.zeros((3, 9, 4))
    jump[:, 5:] = 1.0
    assert path_length_ratio(jump) == pytest.approx(1)
    assert largest_step_ratio(jump) == pytest.approx(8)


def test_half_a_circle_is_half_pi_times_its_diameter() -> None:
    angle = np.linspace(0, np.pi, 2001)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1)[None]
    assert path_length_ratio(circle) == pytest.approx(np.pi / 2, rel=1e-6)
    assert largest_step_ratio(circle) == pytest.approx(1)


def test_paths_that_do_not_move_are_left_out() -> None:
    still, moving = np.ones((1, 4, 2)), np.arange(8.0).reshape(1, 4, 2)
    assert path_length_ratio(np.concatenate([still, moving])) == pytest.approx(1)
    assert largest_step_ratio(np.concatenate([still, moving])) == pytest.approx(1)
    for ratio in (path_length_ratio, largest_step_ratio):
        with pytest.raises(ValueError, match=r"coincide|moves"):
            ratio(still)
