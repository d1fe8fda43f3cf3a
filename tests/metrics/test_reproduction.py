"""Differences of weights."""

from __future__ import annotations

import numpy as np
import pytest

from metrics.reproduction import largest_difference


def test_largest_difference() -> None:
    first = np.array([0.0, 1.0, -2.0], dtype=np.float32)
    assert largest_difference(first, first.copy()) == 0
    second = np.nextafter(first, np.float32(np.inf))
    assert 0 < largest_difference(first, second) < 1e-6  # one bit is seen
    assert largest_difference(first, -first) == pytest.approx(4)
