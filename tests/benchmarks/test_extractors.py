"""Training in-domain extractors: any image data set, grey or colour, with labels or without."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from benchmarks import extractors
from benchmarks.datasets import Dataset, load
from benchmarks.extractor_choice import choose
from benchmarks.extractors import (
    EPOCHS,
    check_rotations_were_learnt,
    epochs_for,
    main,
    rotated,
    train_extractor,
    turns_of,
    write_extractor,
)
from benchmarks.specs import InputError
from metrics import features
from metrics.features import KINDS, Extractor, extract, extractor_of, in_domain_extractor
from metrics.frechet import fid


def stripes(shape: tuple[int, ...], classes: int, n: int = 120) -> Dataset:
    """Class c has a bright row c, over noise."""
    generator = np.random.default_rng(0)
    labels = np.arange(n) % classes
    images = generator.integers(0, 60, (n, *shape), dtype=np.uint8)
    images[np.arange(n), ..., labels, :] += 190
    flat = images.reshape(n, -1)
    half = n // 2
    return Dataset("stripes", "images", shape, flat[:half], flat[half:], labels[:half], labels[half:])


@pytest.mark.parametrize(("shape", "classes"), [((8, 8), 3), ((3, 9, 6), 5)])
def test_any_number_of_classes_grey_or_colour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], classes: int
) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    data = stripes(shape, classes)
    model, accuracy = train_extractor(data, epochs=60)
    assert accuracy > 0.9
    write_extractor(data, model)
    extractor = in_domain_extractor("stripes")
    assert extractor is not None
    assert features.trained_on(extractor) == data.digest
    found = extract(extractor, data.test.reshape(-1, *shape))
    assert found.probabilities is not None
    assert found.probabilities.shape == (60, classes)
    assert (found.probabilities.argmax(1) == data.test_labels).mean() == pytest.approx(accuracy)
    trained = extract(extractor, data.train.reshape(-1, *shape)).values
    np.testing.assert_allclose(trained.mean(0), 0, atol=1e-2)


def without_labels(data: Dataset) -> Dataset:
    return Dataset(data.name, data.kind, data.shape, data.train, data.test)


def made(data: Dataset, kind: str, epochs: int) -> tuple[Extractor, float]:
    model, accuracy = train_extractor(data, epochs, kind)
    write_extractor(data, model, kind)
    return extractor_of(data.name, kind), accuracy


def test_images_are_rotated_by_their_own_number_of_quarter_turns() -> None:
    images = torch.arange(5 * 4.0).view(5, 1, 2, 2)
    turned = rotated(images, torch.tensor([0, 1, 2, 3, 1]))
    for image, original, quarter in zip(turned, images, [0, 1, 2, 3, 1], strict=True):
        np.testing.assert_array_equal(image[0], np.rot90(original[0], quarter))


@pytest.mark.parametrize(("shape", "turns"), [((8, 8), 4), ((3, 9, 6), 2)])
def test_without_labels_a_network_learns_rotations_that_keep_the_shape(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, shape: tuple[int, ...], turns: int
) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    data = without_labels(stripes(shape, 3))  # all rows that are bright lie in the upper half
    assert len(turns_of(data)) == turns
    extractor, accuracy = made(data, "rotations", 60)
    assert accuracy > 0.9
    check_rotations_were_learnt(data, accuracy)
    assert extractor.name.startswith("stripes-rotations-") and not extractor.classifies
    found = extract(extractor, data.train.reshape(-1, *shape))
    assert found.values.shape == (60, 64) and found.probabilities is None
    np.testing.assert_allclose(found.values.mean(0), 0, atol=1e-2)
    assert choose(data, 60, None)[0] == ()  # no more images than features
    assert in_domain_extractor("stripes") == extractor


def test_images_that_look_alike_from_all_sides_teach_nothing() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (400, 64), dtype=np.uint8)
    data = Dataset("noise", "images", (8, 8), noise[:200], noise[200:])
    _, accuracy = train_extractor(data, 5, "rotations")
    with pytest.raises(InputError, match=r"noise: the network tells 0\.2\d of the rotations .* Use --kind random"):
        check_rotations_were_learnt(data, accuracy)


def test_every_kind_orders_corruptions_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On digits each kind's Fréchet distance grows with the noise; the best kind that fits the data is taken."""
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    data = load("digits", Path(), offline=True)
    generator = np.random.default_rng(0)
    noise = generator.normal(size=(5, *data.test.shape))
    samples = [np.clip(data.test + 255 * 0.1 * i * noise[i], 0, 255).astype(np.uint8) for i in range(5)]
    for kind in reversed(KINDS):  # best last
        extractor, _ = made(data, kind, 5)
        assert [one.name for one in choose(data, 899, None)[0]] == [extractor.name]
        real, *spoilt = (extract(extractor, x.reshape(-1, *data.shape)).values for x in (data.train[:899], *samples))
        distances = [fid(values, real) for values in spoilt]
        assert distances == sorted(distances), kind
    features.weights_file("digits").write_bytes(
        features.weights_file("digits").read_bytes().replace(data.digest.encode(), b"0" * 64)
    )  # those of the classes are of other data now
    assert [one.name for one in choose(data, 899, None)[0]] == [extractor_of("digits", "rotations").name]


def test_default_epochs_take_about_the_same_number_of_steps() -> None:
    assert [epochs_for(name, 1) for name in EPOCHS] == list(EPOCHS.values())
    for images in (60, 5_000, 60_000):
        assert epochs_for("other", images) * images / extractors.BATCH == pytest.approx(
            extractors.DEFAULT_STEPS, rel=0.25
        )
    assert epochs_for("other", 10_000_000) == 1


BAD_LABELS = {
    "has no labels": None,
    "labels must be 0, 1": np.arange(60) % 3 + 1,
    "for at least two classes": np.zeros(60, int),
}


@pytest.mark.parametrize(("message", "labels"), BAD_LABELS.items())
def test_labels_that_will_not_do(message: str, labels: np.ndarray | None) -> None:
    data = stripes((8, 8), 3)
    with pytest.raises(InputError, match=message):
        train_extractor(Dataset("stripes", "images", (8, 8), data.train, data.test, labels, data.test_labels), 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rings"], "unknown data set 'rings'; did you mean 'ring'?"),
        (["ring"], "holds points"),
        (["digits", "ring"], "holds points"),
        (["digits", "nope"], "unknown data set 'nope'"),
        (["digits", "--own-data", "x.npz"], "--own-data is given without --dataset own"),
        (["digits", "--image-size", "8"], "--image-size is for the images of --own-data"),
        (["own", "--own-data", "x.npz", "--image-size", "0"], "option image_size = 0"),
        (["own", "--own-data", ""], "'' is no path"),
        (["own"], "needs --own-data PATH"),
        (["digits", "--data-dir", "x" * 300], "File name too long"),
    ],
)
def test_bad_names_are_one_line(
    words: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["extractors", *words])
    monkeypatch.setattr(extractors, "train_extractor", None)  # not one is trained
    assert main() == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.splitlines()) == 1


def test_command_writes_weights_that_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(features, "FOLDER", tmp_path)
    monkeypatch.setitem(EPOCHS, "digits", 2)
    monkeypatch.setattr("sys.argv", ["extractors", "digits", "--offline"])
    assert main() == 0
    extractor = in_domain_extractor("digits")
    assert extractor is not None
    assert extractor.name in capsys.readouterr().out
    assert features.trained_on(extractor) == load("digits", Path(), offline=True).digest
    monkeypatch.setattr("sys.argv", ["extractors", "digits", "--offline", "--kind", "random"])
    assert main() == 0
    written, before = capsys.readouterr().out.splitlines()
    assert "digits-random-" in written and written.endswith("untrained")
    assert before.endswith("digits-cnn.safetensors goes before it; delete that file to have this one used")
