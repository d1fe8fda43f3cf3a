"""Numbers as a reader sees them."""

from __future__ import annotations

import math

import pytest

from benchmarks.report.style import (
    MODEL_COLOURS,
    OTHER_COLOUR,
    PLUGIN_COLOURS,
    READABLE,
    contrast_to_white,
    for_words,
    has_normal_prior,
    model_colour,
    number,
    sampler_label,
)


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


@pytest.mark.parametrize("colour", [*MODEL_COLOURS.values(), *PLUGIN_COLOURS, "#FFFFFF", "#000000", "#FFFF00"])
def test_words_in_any_colour_can_be_read_on_white(colour: str) -> None:
    shown = for_words(colour)
    assert contrast_to_white(shown) >= READABLE
    if contrast_to_white(colour) >= READABLE:
        assert shown == colour


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast_to_white("#000000") == pytest.approx(21)
    assert contrast_to_white("#FFFFFF") == pytest.approx(1)
    assert contrast_to_white("#767676") == pytest.approx(4.54, abs=0.005)  # the lightest grey that passes


def test_a_model_from_outside_has_a_colour_of_its_own() -> None:
    assert model_colour("vae") == MODEL_COLOURS["vae"]
    assert model_colour("wgan-gp") in PLUGIN_COLOURS
    assert model_colour("wgan-gp") == model_colour("wgan-gp") and model_colour(None, "#123456") == "#123456"
    assert model_colour("") == model_colour(None) == OTHER_COLOUR  # data alone, as rows and as groups have it
