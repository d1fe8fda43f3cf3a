"""Control of attributes by latent elements, on latents whose role is known."""

from __future__ import annotations

import numpy as np
import pytest

from metrics import control

RNG = np.random.default_rng(0)
LATENTS = RNG.standard_normal((400, 6))


def test_an_element_that_is_an_attribute_has_full_control() -> None:
    attributes = np.column_stack([RNG.standard_normal(400), np.exp(-LATENTS[:, 4])])
    assert control.element_control(LATENTS, attributes) == pytest.approx(1.0)
    assert control.linear_control(LATENTS, attributes) > 0.8


def test_a_direction_may_control_where_no_element_does() -> None:
    attributes = LATENTS.sum(1, keepdims=True)
    assert control.element_control(LATENTS, attributes) < 0.6
    assert control.linear_control(LATENTS, attributes) == pytest.approx(1.0, abs=1e-6)


def test_luck_earns_nothing() -> None:
    """The best of many pairs is chosen on draws that do not count: without that its mean would be near 0.2."""
    rng = np.random.default_rng(1)
    found = [control.element_control(rng.standard_normal((200, 30)), rng.standard_normal((200, 4))) for _ in range(40)]
    assert np.mean(found) < 0.11


def test_images_without_attributes_are_left_out() -> None:
    attributes = np.column_stack([LATENTS[:, 0], LATENTS[:, 1]])
    attributes[::2] = np.nan
    assert control.element_control(LATENTS, attributes) == pytest.approx(1.0)
    attributes[: 400 - 30] = np.nan
    with pytest.raises(ValueError, match="only 15 images are known"):
        control.element_control(LATENTS, attributes)


def test_an_attribute_that_does_not_vary_is_refused() -> None:
    with pytest.raises(ValueError, match="the same for all images"):
        control.element_control(LATENTS, np.ones((400, 1)))


def test_a_dead_element_controls_nothing() -> None:
    dead = LATENTS.copy()
    dead[:, 2] = 1.0
    assert control.rank_correlations(dead, LATENTS)[2].tolist() == [0.0] * 6
