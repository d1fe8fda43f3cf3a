"""The store: whole or not at all, checked, exact; keys that change with what matters and with nothing else."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import json
import math
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from benchmarks import store as store_module
from benchmarks.specs import SCHEMA_VERSION, InputError, canonical_json
from benchmarks.store import ROW_FIELDS, DamagedUnitError, Store, rows_to_csv, source_digest

WEIGHTS = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b.count": np.array([1, 2])}
ARRAYS = {"curve": np.array([[1.0, np.nan]]), "steps": np.array([1, 2])}


def stored(tmp_path: Path) -> Store:
    store = Store(tmp_path)
    store.write_block("k1", {"block": 1}, WEIGHTS, ARRAYS)
    return store


def test_round_trip(tmp_path: Path) -> None:
    store = stored(tmp_path)
    assert store.has("blocks", "k1")
    assert not store.has("blocks", "k2")
    for name, array in store.read_weights("k1").items():
        np.testing.assert_array_equal(array, WEIGHTS[name])
    for name, array in store.read_arrays("blocks", "k1").items():
        np.testing.assert_array_equal(array, ARRAYS[name])


@pytest.mark.parametrize("name", ["block.json", "weights.safetensors", "arrays.npz", "manifest.json"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "missing", "a directory"])
def test_damage_is_found_and_put_aside(tmp_path: Path, name: str, damage: str) -> None:
    store = stored(tmp_path)
    path = store.path("blocks", "k1") / name
    content = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "a directory":
        path.unlink()
        path.mkdir()
    elif damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    else:
        # a flipped bit in a hash of the manifest, or anywhere in another file
        at = content.index(b'"sha256"') + 30 if name == "manifest.json" else len(content) // 2
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    with pytest.raises(DamagedUnitError):
        store.read("blocks", "k1", "block.json")
    assert not store.has("blocks", "k1")
    assert len(list((tmp_path / "damaged").iterdir())) == len(store.put_aside) == 1
    store.write_block("k1", {"block": 1}, WEIGHTS, ARRAYS)
    assert store.has("blocks", "k1")


def rewrite_manifest(store: Store, **fields: object) -> Path:
    """A manifest as another version would have written it; None leaves a field out."""
    path = store.path("blocks", "k1") / "manifest.json"
    manifest = json.loads(path.read_bytes())
    del manifest["self"]
    manifest.update(fields)
    if manifest["schema_version"] > 1:
        manifest["self"] = hashlib.sha256(canonical_json(manifest).encode()).hexdigest()
    path.write_text(canonical_json(manifest), encoding="utf-8")
    return path


def test_what_an_older_version_wrote_is_checked_and_brought_up_to_date(tmp_path: Path) -> None:
    store = stored(tmp_path)
    now = (store.path("blocks", "k1") / "manifest.json").read_bytes()
    path = rewrite_manifest(store, schema_version=1)
    assert Store(tmp_path, read_only=True).has("blocks", "k1") and path.read_bytes() != now
    assert store.has("blocks", "k1")
    assert path.read_bytes() == now
    rewrite_manifest(store, schema_version=1, sha256={"block.json": "0" * 64})
    assert not store.has("blocks", "k1")


def test_what_a_newer_version_wrote_is_refused(tmp_path: Path) -> None:
    store = stored(tmp_path)
    path = rewrite_manifest(store, schema_version=SCHEMA_VERSION + 1)
    before = path.read_bytes()
    with pytest.raises(
        InputError, match=r"written by a newer version of Fairtrial \(schema 3, this one reads up to 2\)"
    ):
        store.has("blocks", "k1")
    assert path.read_bytes() == before


def test_a_unit_under_the_name_of_another_is_damaged(tmp_path: Path) -> None:
    store = stored(tmp_path)
    shutil.copytree(store.path("blocks", "k1"), store.path("blocks", "k2"))
    assert store.has("blocks", "k1") and not store.has("blocks", "k2")


def test_a_unit_is_removed_as_a_whole_or_replaced(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.write_block("k1", {"block": 2}, WEIGHTS, ARRAYS, replace=True)
    assert json.loads(store.read("blocks", "k1", "block.json")) == {"block": 2}
    store.remove("blocks", "k1")
    store.remove("blocks", "k1")
    assert not store.has("blocks", "k1") and not list((tmp_path / "writing").iterdir())


def test_a_write_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def failing(descriptor: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 3:
            raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", failing)
    store = Store(tmp_path)
    with pytest.raises(OSError, match="disk full"):
        store.write_block("k1", {}, WEIGHTS, ARRAYS)
    assert not store.has("blocks", "k1")
    assert list((tmp_path / "writing").iterdir()) == []


def test_writing_again_changes_nothing(tmp_path: Path) -> None:
    store = stored(tmp_path)
    store.write_block("k1", {"block": "other"}, WEIGHTS, ARRAYS)
    assert store.read("blocks", "k1", "block.json") == b'{"block":1}'


def test_no_pickle_is_written_or_read(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="allow_pickle"):
        store.write_block("k1", {}, WEIGHTS, {"object": np.array([object()])})


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-320, math.inf, -math.inf, math.nan, 1.0, math.pi * 1e300])
def test_values_read_back_exactly(value: float) -> None:
    row = {**dict.fromkeys(ROW_FIELDS), "value": value}
    (back,) = csv.DictReader(io.StringIO(rows_to_csv([row])))
    assert float(back["value"]) == value or (math.isnan(value) and math.isnan(float(back["value"])))


def fresh_digest(module: str) -> str:
    cached = (store_module._closure, store_module._imports, store_module._tree, store_module._tree_digest)
    for function in (source_digest, *cached):
        function.cache_clear()
    return source_digest(module)


def test_source_digest_sees_code_not_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the syntax tree of a module and of what it imports counts."""
    (tmp_path / "models").mkdir()
    module, helper = tmp_path / "models" / "fresh.py", tmp_path / "models" / "helper.py"
    (tmp_path / "models" / "__init__.py").write_text("")
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name: next(
            (
                importlib.util.spec_from_file_location(
                    name, path, submodule_search_locations=[] if path.name == "__init__.py" else None
                )
                for path in (
                    tmp_path / (name.replace(".", "/") + ".py"),
                    tmp_path / name.replace(".", "/") / "__init__.py",
                )
                if path.exists()
            ),
            None,
        ),
    )
    helper.write_text("X = 1\n")
    module.write_text("from models.helper import X\n\ndef f():\n    return X\n")
    before = fresh_digest("models.fresh")
    module.write_text('"""Docs."""\nfrom models.helper import X  # why\n\n\ndef f():\n    """More."""\n    return X\n')
    assert fresh_digest("models.fresh") == before
    helper.write_text("X = 2\n")
    changed = fresh_digest("models.fresh")
    assert changed != before
    module.write_text("from models import helper\n\ndef f():\n    return helper.X\n")
    with_submodule = fresh_digest("models.fresh")
    helper.write_text("X = 3\n")
    assert fresh_digest("models.fresh") != with_submodule
    monkeypatch.undo()
    fresh_digest("models.gan")


def test_a_models_key_does_not_hang_on_other_models() -> None:
    assert not any("vae" in name for name in store_module._closure("models.gan"))
    assert {"models.gan", "models.base", "models.networks"} <= store_module._closure("models.fgan")
    assert {"models.divergences"} <= store_module._closure("models.fgan")
    assert not any(name.startswith("models.gan") for name in store_module._closure("benchmarks.training"))


def test_a_unit_that_is_being_replaced_is_not_damaged(tmp_path: Path) -> None:
    """Another process computes it anew: it is there or not, never put aside."""
    files = {"a": b"1" * 50_000, "b": b"2" * 50_000}
    Store(tmp_path).write("blocks", "k", files)
    ended = threading.Event()

    def replace() -> None:
        for _ in range(150):
            Store(tmp_path).write("blocks", "k", files, replace=True)
        ended.set()

    writer = threading.Thread(target=replace)
    writer.start()
    reader = Store(tmp_path)
    while not ended.is_set():
        reader.has("blocks", "k")
    writer.join()
    assert reader.has("blocks", "k")
    assert not reader.put_aside and not (tmp_path / "damaged").exists()
