"""Pairs of a real and a corrupted image, and who ranks the real one first; images whose parts are right and whose whole is not."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from benchmarks.datasets.corruptions import ALL_FAMILIES, FAMILIES
from benchmarks.evaluation import MEASURES, Subject, evaluate
from benchmarks.evaluation.images import pixels_in_unit
from benchmarks.evaluation.pairs import LEAST, NEARER, made_pairs, real_neighbours
from benchmarks.evaluation.relations import MOVED, corrupted, pixel_log_probabilities


def value_of(measure: str, subject: Subject) -> float:
    measured = evaluate(MEASURES[measure], subject)
    assert not measured.errors
    (value,) = (row["value"] for row in measured.rows if row["metric"] != "pairs")
    return float(value)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_corrupted_copy_is_always_nearer_in_pixels(digits_subject: Callable[..., Subject], family: str) -> None:
    subject = digits_subject(options={"family": family, "n": 899})
    pairs = made_pairs(subject, 0)
    clean, real, corrupted = (pixels_in_unit(pairs[name]) for name in ("clean", "real", "corrupted"))
    to_real, to_corrupted = (np.linalg.norm(other - clean, axis=1) for other in (real, corrupted))
    assert (to_corrupted <= NEARER * to_real + 1e-6).all()
    assert (to_corrupted >= LEAST * to_real - 1e-6).all()
    (counted,) = (
        row["value"] for row in evaluate(MEASURES["pairs-by-pixels"], subject).rows if row["metric"] == "pairs"
    )
    assert counted == len(clean) > 100
    assert value_of("pairs-by-pixels", subject) == 0.0


def test_the_real_image_is_another_held_out_image_of_the_class(digits_subject: Callable[..., Subject]) -> None:
    subject = digits_subject(options={"family": ALL_FAMILIES, "n": 899})
    data = subject.dataset
    assert data.test_labels is not None
    labels: dict[bytes, set[int]] = {}
    for image, label in zip(data.test, data.test_labels, strict=True):
        labels.setdefault(image.tobytes(), set()).add(int(label))
    for image, label, found in zip(data.test, data.test_labels, real_neighbours(subject), strict=True):
        assert int(label) in labels[found.tobytes()]
        assert not np.array_equal(image, found)


def test_all_families_are_in_the_pool_of_all(digits_subject: Callable[..., Subject]) -> None:
    counts = [
        len(made_pairs(digits_subject(options={"family": family, "n": 300}), 0)["clean"])
        for family in (*FAMILIES, ALL_FAMILIES)
    ]
    assert counts[-1] == sum(counts[:-1]) > 0


@pytest.mark.parametrize(
    ("measure", "model"),
    [("structure", None), ("features", None), ("score", "gan"), ("residual", "ae")],
)
def test_every_judge_gives_a_share(digits_subject: Callable[..., Subject], measure: str, model: str | None) -> None:
    value = value_of(f"pairs-by-{measure}", digits_subject(model, {"family": "broken stroke", "n": 300}, updates=100))
    assert 0 <= value <= 1


def test_a_trained_autoencoder_finds_stray_pixels(digits_subject: Callable[..., Subject]) -> None:
    assert value_of("pairs-by-residual", digits_subject("ae", {"family": "stray pixels", "n": 300}, updates=600)) > 0.9


def test_single_pixels_know_a_hand_made_likelihood(digits_subject: Callable[..., Subject]) -> None:
    subject = digits_subject(options={"corruption": "patch swap", "degree": 1.0})
    table = pixel_log_probabilities(subject)
    np.testing.assert_allclose(np.exp(table).sum(1), 1)
    black = (subject.dataset.train[:, 5] < 8).sum()  # nearer to level 0 of 17 than to level 1
    assert table[5, 0] == pytest.approx(np.log((black + 1) / (len(subject.dataset.train) + 17)))
    assert 0.6 < value_of("relations-by-pixels", subject) < 0.9


def test_images_that_are_hardly_moved_do_not_count(digits_subject: Callable[..., Subject]) -> None:
    """Some swaps are of two patches that are alike; of what moves no image nothing can be said."""
    subject = digits_subject(options={"corruption": "patch swap", "degree": 1.0})
    clean, spoilt = (pixels_in_unit(images) for images in corrupted(subject, 0))
    assert 600 < len(clean) < 899
    assert (np.linalg.norm(spoilt - clean, axis=1) >= MOVED).all()
    nothing = evaluate(
        MEASURES["relations-by-pixels"], digits_subject(options={"corruption": "patch swap", "degree": 0.0})
    )
    assert "moves no image" in nothing.errors[100]


def test_a_discriminator_learns_to_tell_broken_images(digits_subject: Callable[..., Subject]) -> None:
    worse = {"corruption": "patch swap", "degree": 4.0}
    assert value_of("relations-by-score", digits_subject("gan", worse, updates=300)) > 0.6


@pytest.mark.parametrize("search", ["ascent", "langevin"])
def test_a_search_on_images_spends_what_the_training_spent(digits_subject: Callable[..., Subject], search: str) -> None:
    subject = digits_subject("gan", {"n": 100, "share": 1.0, "search": search}, updates=20)
    measured = evaluate(MEASURES["search-images"], subject)
    assert not measured.errors
    assert subject.block is not None
    assert measured.arrays["steps"].tolist() == [round(20 * 3 * subject.block.training.batch / 100)]
    images = measured.arrays["images"]
    assert images.dtype == np.uint8 and images.shape[2:] == (8, 8)
    values = {row["metric"].partition("[")[0]: row["value"] for row in measured.rows}
    assert values["fid"] > 10  # untrained: far from digits
