"""Data from outside of the repository: MNIST, and the user's own images."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from benchmarks.command_line import main

Rows = Callable[[Path], list[dict[str, str]]]


def test_mnist_experiment_runs_through_data_dir(
    mnist_dir: Path, tmp_path: Path, run_bench: Callable[..., subprocess.CompletedProcess[str]], rows_of: Rows
) -> None:
    # of a model with an encoder and a game: one way of sampling, so that 10,000 images are measured once beside the floor
    words = [
        "--experiment",
        "images",
        "--dataset",
        "mnist",
        "--model",
        "latent-gan",
        "--profile",
        "smoke",
        "--seeds",
        "1",
    ]
    finished = run_bench(
        *words, "--data-dir", str(mnist_dir), "--offline", "--device", "cpu", "--results-dir", str(tmp_path)
    )
    assert finished.returncode == 0, finished.stderr
    assert {row["dataset"] for row in rows_of(tmp_path)} == {"mnist"}
    assert (tmp_path / "figures" / "mnist-samples.png").exists()


@pytest.fixture
def own_images(tmp_path: Path) -> dict[str, Path]:
    """The same 200 pictures as an archive (grey, labels), and as a folder (colour, some of another size)."""
    pixels = np.random.default_rng(0).integers(0, 256, (200, 8, 8), dtype=np.uint8)
    folder = tmp_path / "my pictures"
    folder.mkdir()
    for number, image in enumerate(pixels):
        Image.fromarray(image).convert("RGB").resize((8 + number % 2, 8)).save(folder / f"{number:03d}.png")
    np.savez(tmp_path / "mine.npz", images=pixels, labels=np.arange(200) % 2)
    return {"archive": tmp_path / "mine.npz", "folder": folder}


@pytest.mark.parametrize(
    ("kind", "more", "shape"), [("archive", [], [8, 8]), ("folder", ["--image-size", "6"], [3, 6, 6])]
)
def test_own_images_run_from_end_to_end(
    own_images: dict[str, Path], kind: str, more: list[str], shape: list[int], tmp_path: Path,
    capsys: pytest.CaptureFixture[str], dry_run: Callable[..., dict[str, Any]], rows_of: Rows,
) -> None:  # fmt: skip
    root = tmp_path / "results"
    words = [
        "--dataset",
        "own",
        "--own-data",
        str(own_images[kind]),
        *more,
        "--model",
        "ae",
        "gan",
        "--profile",
        "smoke",
    ]
    words += ["--seeds", "1", "--jobs", "1", "--device", "cpu", "--results-dir", str(root)]
    assert main(words) == 0
    assert len(capsys.readouterr().out.splitlines()) <= 10
    rows = rows_of(root)
    assert {row["status"] for row in rows} == {"ok"}
    assert {row["n"] for row in rows if row["measure"] == "image-samples"} == {"40"}
    facts = json.loads((root / "run.json").read_text(encoding="utf-8"))["datasets"]["own"]
    assert (facts["shape"], facts["train"], facts["test"]) == (shape, 160, 40)
    assert facts["summary"].startswith(f"own data {own_images[kind].name}: ")
    assert str(tmp_path) not in (root / "run.json").read_text(encoding="utf-8")
    assert facts["licence"] == "the user's own"
    assert (root / "figures" / "own-samples.png").exists() and (root / "figures" / "own-reconstructions.png").exists()
    assert dry_run(*words)["measurements_to_take"] == 0
