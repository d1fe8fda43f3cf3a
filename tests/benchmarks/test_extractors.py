"""Training in-domain extractors: any labelled image data set, grey or colour."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import extractors
from benchmarks.datasets import Dataset, load
from benchmarks.extractors import EPOCHS, epochs_for, main, train_extractor, write_extractor
from benchmarks.specs import InputError
from metrics import features
from metrics.features import extract, in_domain_extractor


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
    ("words", "message"), [(["rings"], "unknown data set 'rings'; did you mean 'ring'?"), (["ring"], "holds points")]
)
def test_bad_names_are_one_line(
    words: list[str], message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["extractors", *words])
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
