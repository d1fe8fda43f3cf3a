"""Numbers as a reader sees them."""

from __future__ import annotations

import math

import pytest

from benchmarks.report.style import has_normal_prior, number, sampler_label


@pytest.mark.parametrize(
    ("value", "half", "text"),
    [
        (12.3456, 0.123, "12.35 ± 0.12"),
        (0.004163, 0.00021, "0.00416 ± 0.00021"),
        (83.2, 13.4, "83 ± 13"),
        (8.0, 0.0, "8 ± 0"),
        (0.5, None, "0.500"),
        (0.0, None, "0.00"),
        (-0.0086, None, "-0.00860"),
        (123456.0, None, "1.23e+05"),
        (math.nan, None, "–"),
        (math.inf, math.nan, "∞"),
        (2.5, math.nan, "2.50"),
    ],
)
def test_number(value: float, half: float | None, text: str) -> None:
    assert number(value, half) == text


@pytest.mark.parametrize(
    ("model", "settings", "normal"),
    [
        ("vae", {}, True),
        ("gan", {"prior": "normal"}, True),
        ("gan", {"prior": "uniform"}, False),
        ("discriminator", {"search": "langevin"}, False),
    ],
)
def test_only_a_normal_prior_is_called_one(model: str, settings: dict[str, str], normal: bool) -> None:
    assert has_normal_prior(model, settings) == normal
    assert sampler_label("prior", "mean", False, normal) == ("N(0, I)" if normal else "prior")
    assert sampler_label("gmm", "mean", False, normal) == "GMM on codes"
