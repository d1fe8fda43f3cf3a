"""``evaluate``: samples from elsewhere, measured as the suite's own are, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.command_line import main
from benchmarks.datasets import load
from benchmarks.evaluation.given_samples import chosen
from benchmarks.specs import InputError

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "results" / "reference"
DIGITS = load("digits", Path("nowhere"), offline=True)
IMAGES = DIGITS.train.reshape(-1, 8, 8)
FID = "fid[digits-cnn-a03db770]"


def saved(folder: Path, name: str = "samples", **arrays: np.ndarray) -> Path:
    path = folder / f"{name}.npz"
    np.savez(path, **arrays)  # type: ignore[arg-type]
    return path


def measured(capsys: pytest.CaptureFixture[str], path: Path, *words: str) -> dict[str, Any]:
    capsys.readouterr()
    assert main(["evaluate", str(path), "--dataset", "digits", "--json", "--offline", "--device", "cpu", *words]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert isinstance(facts, dict)
    return facts


def test_real_images_are_as_good_as_real_images(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, IMAGES.shape, dtype=np.uint8)
    real, other = (measured(capsys, saved(tmp_path, images=images)) for images in (IMAGES, noise))
    floor = np.mean([row["value"] for row in real["real"] if row["metric"] == FID])
    assert real["samples"][FID] < 2 * floor < 20 < other["samples"][FID]
    precision = "precision[digits-cnn-a03db770]"
    assert real["samples"][precision] > 0.8 > 0.6 > other["samples"][precision]
    assert real["n"] == real["given"] == len(IMAGES)
    assert real["real"] == other["real"]


def test_a_folder_gives_what_an_array_gives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    few = IMAGES[:80]
    for index, image in enumerate(few):
        Image.fromarray(image).save(folder / f"{index:03}.png")
    by_name = {
        name: measured(capsys, saved(tmp_path, name, **{name: few}))["samples"]
        for name in ("images", "samples", "whatever")
    }
    assert by_name["images"] == by_name["samples"] == by_name["whatever"] == measured(capsys, folder)["samples"]


def test_they_stand_beside_the_models_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As many as these were measured with, and the arms' values as their own table has them."""
    path = saved(tmp_path, images=np.concatenate([IMAGES, IMAGES // 2]))
    words = ["--reference", str(REFERENCE), "--name", "my | model", "--to", str(tmp_path / "table")]
    assert main(["evaluate", str(path), "--dataset", "digits", "--offline", "--device", "cpu", *words]) == 0
    said = capsys.readouterr().out
    assert said == (tmp_path / "table" / "samples.md").read_text(encoding="utf-8")
    lines = pd.read_csv(tmp_path / "table" / "samples.csv")
    assert list(lines["model"][:2]) == ["my | model", "real data"] and len(lines) > 20
    assert "899 samples of 1,796, taken at random" in said and "best**" not in said
    theirs = (REFERENCE / "tables" / "digits.md").read_text(encoding="utf-8")
    column = next(name for name in lines.columns if name.startswith("FID"))
    gan = lines[lines["model"] == "GAN (non-saturating)"].iloc[0]
    assert f"| GAN (non-saturating) | N(0, I) | 8 | {gan[column]} |" in theirs
    assert (tmp_path / "table" / "samples.tex").read_text(encoding="utf-8").count(r"\begin{table}") == 1


def test_a_sorted_file_is_not_cut_off() -> None:
    every = np.arange(1000, dtype=np.uint8)[:, None]
    some = chosen(every, 100, "digits", strict=True)
    assert len(some) == 100 and np.array_equal(some, chosen(every, 100, "digits", strict=True))
    assert len(chosen(every, 5000, "digits", strict=False)) == 1000
    index = chosen(np.arange(1000)[:, None], 100, "digits", strict=True)[:, 0]
    assert 400 < index.mean() < 600 and (np.diff(index) > 0).all()
    for strict, message in ((True, "at least 5000, as many as the results"), (False, "at least 65, more than")):
        with pytest.raises(InputError, match=message):
            chosen(every[:64], 5000, "digits", strict)


GREY = np.zeros((100, 8, 8), np.uint8)
ARRAYS: dict[str, tuple[dict[str, np.ndarray], str]] = {
    "size": ({"images": np.zeros((100, 9, 8), np.uint8)}, "9 × 8 pixels; must be 8 × 8"),
    "colour": ({"images": np.zeros((100, 8, 8, 3), np.uint8)}, "are colour; those of digits must be grey"),
    "scale": ({"images": np.tile(np.eye(8, dtype=np.uint8), (100, 1, 1))}, "all pixels are 0 or 1; expected 0 to 255"),
    "floats": ({"images": np.zeros((100, 8, 8))}, "is float64; expected uint8"),
    "two": ({"a": GREY, "b": GREY}, "has the arrays a, b; expected one of images"),
    "ambiguous": ({"images": GREY, "samples": GREY}, "has the arrays"),
    "none": ({}, "has the arrays (none)"),
    "flat": ({"images": np.zeros((100, 64), np.uint8)}, "expected (N, H, W)"),
    "few": ({"images": GREY[:64]}, "64 samples of digits are too few"),
    "empty": ({"images": GREY[:0]}, "it is empty"),
}


@pytest.mark.parametrize("what", ARRAYS)
def test_wrong_samples_are_one_line(what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arrays, message = ARRAYS[what]
    assert main(["evaluate", str(saved(tmp_path, "samples", **arrays)), "--dataset", "digits", "--offline"]) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1 and "own data" not in said


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("nowhere.npz --dataset digits", "there is no such file or folder"),
        ("pyproject.toml --dataset digits", "is damaged or no .npz file"),
        ("tests --dataset digits", "has no images"),
        ("nowhere.npz --dataset ring", "'ring' is not one whose samples can be measured so; those are digits"),
        ("nowhere.npz --dataset own", "'own' is not one whose samples can be measured so; those are digits"),
        ("results/reference --dataset digits", "must be 8 × 8"),
        ("nowhere.npz --dataset digit", "did you mean 'digits'?"),
        ("nowhere.npz", "--dataset"),
        ("nowhere.npz --dataset digits --reference nowhere", "is not a results directory"),
        ("nowhere.npz --dataset digits --reference results/published", "do not compare models on digits"),
        ("nowhere.npz --dataset mnist --reference results/reference-mnist", "do not compare models on mnist"),
        ("nowhere.npz --dataset digits --to pyproject.toml", "is a file; give a directory"),
        ("nowhere.npz --dataset digits --to pyproject.toml/x", "is a file; give a directory"),
        ("nowhere.npz --dataset digits --device tpu", "auto, cpu, cuda"),
    ],
)
def test_wrong_words_are_one_line(
    words: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["evaluate", *words.split(), "--offline"]) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1


def test_where_and_under_which_name_is_checked_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    samples = str(saved(tmp_path, "samples", images=GREY))
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "taken" / "samples.csv").mkdir(parents=True)
    for words, message in (
        (["--to", str(tmp_path / "loop")], "no path that leads anywhere"),
        (["--to", str(tmp_path / "taken")], "samples.csv is a directory"),
        (["--to", ""], "'' is no path"),
        (["--reference", ""], "'' is no path"),
        (["--name", "a\nb"], "is not one line of text"),
        (["--name", "caf\udce9"], "is not one line of text"),
    ):
        assert main(["evaluate", samples, "--dataset", "digits", "--offline", *words]) == 2
        said = capsys.readouterr().err
        assert message in said and len(said.splitlines()) == 1


def test_a_folder_of_samples_is_not_told_to_resize(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for side in (8, 9):
        Image.fromarray(np.zeros((side, side), np.uint8)).save(tmp_path / f"{side}.png")
    assert main(["evaluate", str(tmp_path), "--dataset", "digits", "--offline"]) == 2
    said = capsys.readouterr().err
    assert "9.png: 9 × 9 pixels; must be 8 × 8" in said and "--image-size" not in said
