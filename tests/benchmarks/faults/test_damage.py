"""Files that are damaged on disk: every truncation and every flipped bit is found, and only what it hit is done again."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.store import Kind, Store

if TYPE_CHECKING:
    from .conftest import Job

FILES: list[tuple[Kind, str]] = [
    ("blocks", "block.json"),
    ("blocks", "weights.safetensors"),
    ("blocks", "arrays.npz"),
    ("blocks", "manifest.json"),
    ("measurements", "measurement.json"),
    ("measurements", "rows.csv"),
    ("measurements", "arrays.npz"),
    ("measurements", "manifest.json"),
    ("checkpoints", "state.safetensors"),
    ("checkpoints", "manifest.json"),
]
TRUNCATIONS, FLIPS = 100, 500


@pytest.fixture(scope="module")
def results(short_job: Job, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A results directory with all kinds of units."""
    root = tmp_path_factory.mktemp("results")
    process = short_job.start(root)
    process.join()
    (block,) = (root / "blocks").iterdir()
    state = (block / "weights.safetensors").read_bytes()
    Store(root).write("checkpoints", "of-another-block-3000-7", {"state.safetensors": state})
    return root


@pytest.mark.parametrize(("kind", "name"), FILES)
def test_every_damage_is_found(results: Path, kind: Kind, name: str) -> None:
    store = Store(results, read_only=True)
    unit = next(path for path in sorted((results / kind).iterdir()) if (path / name).exists())
    path = unit / name
    content = path.read_bytes()
    rng = random.Random(name)
    damaged = [content[:length] for length in rng.sample(range(len(content)), min(TRUNCATIONS, len(content)))]
    for bit in rng.sample(range(8 * len(content)), min(FLIPS, 8 * len(content))):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        damaged.append(bytes(flipped))
    assert store.has(kind, unit.name)
    found = 0
    try:
        for wrong in damaged:
            path.write_bytes(wrong)
            found += not store.has(kind, unit.name)
    finally:
        path.write_bytes(content)
    print(f"{kind}/{name}: {found} of {len(damaged)} found")
    assert found == len(damaged)
    assert store.has(kind, unit.name)


@pytest.mark.parametrize(("kind", "name"), FILES[:8])
def test_what_is_damaged_is_put_aside_and_done_again_and_nothing_else(
    short_job: Job, results: Path, tmp_path: Path, kind: Kind, name: str
) -> None:
    """A block is done again where a measurement of it is asked for that is not there."""
    root = tmp_path / "results"
    shutil.copytree(results, root)
    unit = next(path for path in sorted((root / kind).iterdir()) if (path / name).exists())
    (unit / name).write_bytes((unit / name).read_bytes()[:-1])
    gone = {unit}
    if kind == "blocks":
        gone.add(sorted((root / "measurements").iterdir())[0])
        shutil.rmtree(max(gone, key=lambda path: path.parent.name))
    stood = {path.parent: path.stat().st_mtime_ns for path in root.glob("*/*/manifest.json") if path.parent not in gone}
    process = short_job.start(root)
    process.join()
    assert process.exitcode == 0
    assert short_job.results(root) == short_job.plain
    assert [path.name.partition("-")[0] for path in (root / "damaged").iterdir()] == [unit.name]
    now = {path.parent: path.stat().st_mtime_ns for path in root.glob("*/*/manifest.json")}
    assert all(now[path] == time for path, time in stood.items() if path.parent.name != "checkpoints")
