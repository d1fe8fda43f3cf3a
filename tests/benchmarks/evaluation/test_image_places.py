"""Where images lie beside the training set: known images, reconstructions, midpoints, variants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.evaluation import MEASURES, Measured, Subject, evaluate
from metrics import base_name


def values_of(measured: Measured) -> dict[str, float]:
    assert not measured.errors
    return {base_name(row["metric"]): row["value"] for row in measured.rows}


Maker = Callable[..., Subject]


def known(subjects: Maker, what: str, source: str) -> Measured:
    return evaluate(MEASURES[f"image-{what}-known"], subjects(options={"source": source, "n": 899}))


@pytest.mark.parametrize(
    ("source", "distance", "share"), [("training", (0, 0.01), (0, 0.01)), ("held-out", (0.9, 1.1), (0.4, 0.6))]
)
def test_known_images_have_the_place_they_must_have(
    digits_subject: Maker, source: str, distance: tuple[float, float], share: tuple[float, float]
) -> None:
    """The positive control, copies, and the negative one, new images of the same kind."""
    values = values_of(known(digits_subject, "novelty", source))
    assert distance[0] <= values["relative-distance"] <= distance[1]
    assert share[0] <= values["novelty"] <= share[1]
    assert values_of(known(digits_subject, "support", source))["off-data-share"] < 0.045


def test_spoilt_images_leave_the_support_and_of_the_few_left_nothing_is_said(digits_subject: Maker) -> None:
    off = {
        source: values_of(known(digits_subject, "support", source))["off-data-share"]
        for source in ("held-out", "blur", "noise")
    }
    assert off["held-out"] < 0.045 < 0.4 < off["blur"] < 0.9 < off["noise"]
    assert values_of(known(digits_subject, "novelty", "blur"))["novelty-of-all"] > 0.9
    failed = known(digits_subject, "novelty", "noise")
    assert {row["status"] for row in failed.rows} == {"failed"}
    assert "images are on the data's support" in failed.errors[100]


def test_an_untrained_autoencoder_is_off_the_data_and_a_trained_one_copies(digits_subject: Maker) -> None:
    """Grey is off the data, though a classifier takes it for a digit."""
    options = {"source": "reconstructions", "n": 899}
    fresh, trained = (
        values_of(evaluate(MEASURES["image-support"], digits_subject("ae", options, updates=updates)))
        for updates in (1, 600)
    )
    assert fresh["off-data-share"] > 0.9
    assert trained["off-data-share"] < 0.05
    copies = values_of(evaluate(MEASURES["image-novelty"], digits_subject("ae", options, updates=600)))
    assert copies["relative-distance"] < 0.7
    assert copies["many-neighbours"] < 0.1


def test_posterior_draws_differ_from_the_mean(digits_subject: Maker) -> None:
    drawn, mean = (
        values_of(
            evaluate(
                MEASURES["image-novelty"],
                digits_subject("vae", {"source": source, "n": 300}, updates=600, settings={"scale": 0.3}),
            )
        )["relative-distance"]
        for source in ("posterior", "reconstructions")
    )
    assert drawn != mean


def test_shown_images_stand_beside_their_nearest_training_images(digits_subject: Maker) -> None:
    arrays = known(digits_subject, "support", "training").arrays
    assert arrays["images"].shape == arrays["nearest"].shape == (1, 16, 8, 8)
    np.testing.assert_array_equal(arrays["images"], arrays["nearest"])


def test_a_block_on_few_images_knows_only_these(digits_subject: Maker) -> None:
    subject = digits_subject("ae", {"n": 899}, updates=3, examples=50)
    np.testing.assert_array_equal(subject.training, subject.dataset.train[:50])
    arrays = evaluate(MEASURES["midpoints"], subject).arrays
    known = {image.tobytes() for image in subject.training}
    assert all(image.tobytes() in known for image in arrays["first"][0])


def test_blends_of_pixels_are_blends(digits_subject: Maker) -> None:
    measured = evaluate(MEASURES["midpoints"], digits_subject("ae", {"n": 899}, updates=600))
    arrays, values = measured.arrays, values_of(measured)
    np.testing.assert_allclose(
        arrays["blends"][0], (arrays["first"][0].astype(float) + arrays["second"][0]) / 2, atol=1
    )
    assert values["ends-off-data"] < 0.05
    assert 0 <= values["midpoint-off-data"] <= 1


def test_variants_of_a_posterior_without_spread_are_the_reconstruction(digits_subject: Maker) -> None:
    """With a tiny fixed scale the posterior is narrow; variants of it hardly differ from each other."""
    narrow, wide = (
        values_of(
            evaluate(
                MEASURES["posterior-variants"],
                digits_subject(
                    "vae", {"n": 200}, updates=300, settings={"likelihood": "gaussian-fixed", "scale": scale}
                ),
            )
        )
        for scale in (0.02, 1.0)
    )
    for space in ("pixels", "features"):
        assert narrow[f"spread-in-{space}"] < wide[f"spread-in-{space}"]
    assert narrow["nearer-in-pixels"] > wide["nearer-in-pixels"]
