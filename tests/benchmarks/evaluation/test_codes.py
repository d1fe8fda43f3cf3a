"""What codes are good for: search, robustness, control of attributes, and what decoders learn from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate
from benchmarks.evaluation.control import latents_of
from benchmarks.evaluation.given_codes import CODES, standardised
from benchmarks.evaluation.sampling import ex_post_codes
from metrics import base_name


def values_of(measured: Measured) -> dict[str, float]:
    assert not measured.errors
    return {base_name(row["metric"]): row["value"] for row in measured.rows}


def test_search_by_trained_codes_beats_chance(digits_subject: Callable[..., Subject]) -> None:
    clean = {"corruption": None, "degree": 0.0}
    trained = values_of(evaluate(MEASURES["retrieval"], digits_subject("ae", clean, updates=600)))
    pixels = values_of(evaluate(MEASURES["pixel-retrieval"], digits_subject(options=clean)))
    assert 0 < pixels["retrieval-error"] < 0.1
    assert trained["retrieval-error"] < 0.3  # chance is 0.9


def test_corruption_costs_and_is_held_against_the_clean_image(digits_subject: Callable[..., Subject]) -> None:
    spoilt, clean = (
        evaluate(MEASURES["denoising"], digits_subject("ae", options, updates=600))
        for options in ({"corruption": "salt and pepper", "degree": 0.25}, {"corruption": None, "degree": 0.0})
    )
    assert values_of(spoilt)["reconstruction-mse"] > 2 * values_of(clean)["reconstruction-mse"]
    plain = values_of(evaluate(MEASURES["reconstruction"], digits_subject("ae", updates=600)))
    assert values_of(clean)["reconstruction-mse"] == pytest.approx(plain["reconstruction-mse"], rel=1e-6)
    assert (spoilt.arrays["inputs"] != clean.arrays["inputs"]).any()


@pytest.mark.parametrize(("model", "sampler"), [("ae", "gmm"), ("vae", "prior"), ("gan", "prior")])
def test_control_of_attributes_is_a_correlation(
    digits_subject: Callable[..., Subject], model: str, sampler: str
) -> None:
    measured = evaluate(MEASURES["attribute-control"], digits_subject(model, {"sampler": sampler}, updates=100))
    values = values_of(measured)
    assert 0 <= values["element-control"] <= 1
    assert 0 <= values["linear-control"] <= 1
    assert measured.arrays["correlations"].shape == (1, 16, 4)
    assert measured.arrays["images"].shape == (1, 7, 8, 8)


def test_given_codes_are_the_ones_that_are_named() -> None:
    rng = np.random.default_rng(0)
    codes, images = rng.standard_normal((300, 3)) * (1, 10, 0.1), rng.random((300, 64))
    given = {name: make(codes, images, np.random.default_rng(1)) for name, make in CODES.items()}
    np.testing.assert_array_equal(given["own"], codes)
    assert not np.array_equal(given["permuted"], codes)
    np.testing.assert_array_equal(np.sort(given["permuted"], axis=0), np.sort(codes, axis=0))
    assert {array.shape for array in given.values()} == {(300, 3)}
    for array in given.values():
        scaled = standardised(array)
        np.testing.assert_allclose(scaled.mean(0), 0, atol=1e-5)
        np.testing.assert_allclose(scaled.std(0), 1, atol=1e-5)


def test_a_dead_dimension_stays_where_it_is() -> None:
    assert standardised(np.ones((5, 2))).tolist() == [[0.0, 0.0]] * 5


def test_a_decoder_learns_from_its_autoencoders_codes_and_less_from_dealt_out_ones(
    digits_subject: Callable[..., Subject],
) -> None:
    own, permuted = (
        values_of(evaluate(MEASURES["given-codes"], digits_subject("ae", {"codes": codes}, updates=400)))
        for codes in ("own", "permuted")
    )
    assert own["unexplained-share"] < 0.5 * permuted["unexplained-share"]
    assert permuted["unexplained-share"] < 1.1


def test_decoders_of_several_seeds_learn_together_what_each_would_alone(digits_subject: Callable[..., Subject]) -> None:
    """One whose autoencoder diverged, or has codes that are not finite, is left out, and costs the others nothing."""
    options, seeds = {"codes": "permuted"}, (100, 101, 102, 103)
    several = digits_subject("ae", options, updates=20, seeds=seeds)
    assert several.trained is not None
    broken = {name: weight.clone() for name, weight in several.trained.weights.items()}
    broken["encoder.0.weight"][2] = float("nan")
    trained = replace(several.trained, weights=broken, diverged_at=np.array([-1, 3, -1, -1]))
    rows = evaluate(MEASURES["given-codes"], replace(several, trained=trained, known={})).rows
    assert {row["seed"]: row["status"] for row in rows} == dict(
        zip(seeds, ("ok", *["diverged"] * 2, "ok"), strict=True)
    )
    for seed in (100, 103):
        alone = evaluate(MEASURES["given-codes"], digits_subject("ae", options, updates=20, seeds=(seed,))).rows
        assert [row["value"] for row in rows if row["seed"] == seed] == pytest.approx(
            [row["value"] for row in alone], rel=1e-3
        )


def test_a_decoder_is_given_the_images_that_the_autoencoder_saw(digits_subject: Callable[..., Subject]) -> None:
    """Few images with random codes are learnt by heart, all of them are not, in as many updates."""
    few, every = (
        values_of(
            evaluate(MEASURES["given-codes"], digits_subject("ae", {"codes": "normal"}, updates=400, examples=examples))
        )["unexplained-share"]
        for examples in (40, None)
    )
    assert few < 0.1 < every


def test_reconstructions_are_cut_to_the_range_of_pixels(digits_subject: Callable[..., Subject]) -> None:
    """PCA leaves it, and pays nothing for that."""
    subject = digits_subject("pca")
    model, x = subject.model(0), subject.tensor(subject.dataset.test)
    decoded = model.decode(model.encode(x, {}), {}).numpy()
    clean = x.numpy()
    cut, uncut = (float(np.square(clean - images).mean()) for images in (decoded.clip(0, 1), decoded))
    assert cut < 0.99 * uncut
    assert values_of(evaluate(MEASURES["reconstruction"], subject))["reconstruction-mse"] == pytest.approx(
        cut, rel=1e-5
    )


def test_elements_of_codes_are_drawn_independently(digits_subject: Callable[..., Subject]) -> None:
    """Each keeps its distribution, and no two go together as those of codes do."""
    subject = digits_subject("ae", {"sampler": "gmm"}, updates=100)
    drawn = latents_of(subject, subject.model(0), 100).numpy()
    codes = ex_post_codes(subject, subject.model(0), 100, len(drawn)).detach().numpy()
    np.testing.assert_array_equal(np.sort(drawn, axis=0), np.sort(codes, axis=0))
    together, apart = (np.abs(np.corrcoef(part.T) - np.eye(16)).max() for part in (codes, drawn))
    assert apart < 0.15 < together
