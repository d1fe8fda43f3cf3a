"""The store: one directory per block and per measurement, named by a key that hashes everything its content depends on.

A unit is written aside, synced to disk and renamed into place, so it is there whole or not at all. A manifest holds the SHA-256 of
its files and of itself; reading checks them, and what is damaged is put aside. Weights are safetensors, arrays npz without pickle,
rows CSV. Nothing is ever overwritten: other code, data, versions or settings mean another key.
"""

from __future__ import annotations

import ast
import copy
import csv
import hashlib
import importlib.metadata
import importlib.util
import io
import json
import os
import platform
import shutil
import uuid
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors.numpy import load as load_safetensors
from safetensors.numpy import save as save_safetensors

from benchmarks.specs import SCHEMA_VERSION, InputError, canonical_json, check_version

Kind = Literal["blocks", "measurements", "checkpoints"]
PACKAGES = ("models", "metrics", "benchmarks")
NOT_HASHED = frozenset({"benchmarks.specs", "metrics"})
"""Sources whose content reaches a key by value: specifications stand in it whole, and of the table of metrics the functions
that a measure uses."""
VERSIONED = ("numpy", "scikit-learn", "scipy", "torch", "torch-fidelity")

STORED_FIELDS = ("seed", "status", "metric", "value", "step", "n")
"""What a stored row holds; what was measured is known from the unit that it belongs to."""
ROW_FIELDS = (
    "schema_version", "block", "measure", "dataset", "model", "network", "sampler", "weights", "setting", "seed", "status",
    "metric", "value", "step", "n",
)  # fmt: skip


class DamagedUnitError(OSError):
    """A stored unit's files are not what its manifest says."""


# keys ---------------------------------------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """The first 128 bits of SHA-256 of a value's canonical JSON, as hex."""
    return hashlib.sha256(canonical_json(value).encode()).hexdigest()[:32]


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that numbers depend on."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in VERSIONED}}


@cache
def source_digest(module: str) -> str:
    """Hash of a module's source and of every module of the project that it imports, directly or not.

    Comments, layout and docstrings do not count: what is hashed is the syntax tree. A package's ``__init__`` counts
    only where it is imported by name.
    """
    return digest({name: _tree_digest(name) for name in sorted(_closure(module))})


@cache
def _closure(module: str) -> frozenset[str]:
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found and name not in NOT_HASHED:
            found.add(name)
            waiting += _imports(name)
    return frozenset(found)


@cache
def _tree(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None, module
    assert spec.origin is not None, module
    return ast.parse(Path(spec.origin).read_bytes())  # bytes: a source says itself how it is encoded


def _is_module(name: str) -> bool:
    return name.partition(".")[0] in PACKAGES and importlib.util.find_spec(name) is not None


@cache
def _imports(module: str) -> tuple[str, ...]:
    names: list[str] = []
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names if alias.name.partition(".")[0] in PACKAGES]
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.partition(".")[0] in PACKAGES:
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                package = importlib.util.find_spec(node.module)
                is_package = package is not None and package.submodule_search_locations is not None
                names.append(submodule if is_package and _is_module(submodule) else node.module)
    return tuple(names)


class _WithoutStrings(ast.NodeTransformer):
    """Drops strings that stand alone: docstrings of modules, classes, functions and constants."""

    def visit_Expr(self, node: ast.Expr) -> ast.Expr | None:
        alone = isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        return None if alone else node


@cache
def _tree_digest(module: str) -> str:
    tree = _WithoutStrings().visit(copy.deepcopy(_tree(module)))
    return hashlib.sha256(ast.dump(tree).encode()).hexdigest()


# files --------------------------------------------------------------------------------------------------------------

MANIFEST = "manifest.json"


def sha256(content: bytes) -> str:
    """SHA-256 as hex."""
    return hashlib.sha256(content).hexdigest()


def write_synced(path: Path, content: bytes) -> None:
    """Write a file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_directory(path: Path) -> None:
    """Wait until a directory's entries, as new or renamed files, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, content: bytes) -> None:
    """Write a file, or replace one: aside, synced to disk, then renamed. It is there whole or as it was."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}-{uuid.uuid4().hex[:8]}")
    try:
        write_synced(aside, content)
        os.replace(aside, path)
        sync_directory(path.parent)
    finally:
        aside.unlink(missing_ok=True)


def manifest_bytes(key: str, hashes: Mapping[str, str]) -> bytes:
    """A manifest: the unit's key, the SHA-256 of its files, and that of the manifest without this last field."""
    manifest = {"schema_version": SCHEMA_VERSION, "key": key, "sha256": dict(hashes)}
    return canonical_json(sealed(manifest)).encode()


def sealed(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts with a hash of their own, as the last one."""
    return {**facts, "self": sha256(canonical_json(dict(facts)).encode())}


def is_sealed(facts: Mapping[str, Any]) -> bool:
    """Whether facts are those that their own hash was taken of."""
    return facts == sealed({name: value for name, value in facts.items() if name != "self"})


def read_manifest(path: Path) -> dict[str, Any]:
    """The manifest of the unit in a directory.

    Raises:
        DamagedUnitError: it is not what was written, or another unit's.
        InputError: a newer version of the suite wrote it.
    """
    content = (path / MANIFEST).read_bytes()
    manifest = json.loads(content)
    if "self" in manifest:
        if canonical_json(manifest).encode() != content or not is_sealed(manifest):
            raise DamagedUnitError(f"{path / MANIFEST} is damaged: its own SHA-256 is not that of its content")
    elif manifest["schema_version"] != 1:  # as written before manifests had a hash of their own
        raise DamagedUnitError(f"{path / MANIFEST} is damaged: its own SHA-256 is missing")
    if manifest["key"] != path.name:
        raise DamagedUnitError(f"{path} is damaged: its manifest is that of {manifest['key']!r:.60}")
    check_version(manifest["schema_version"], path)
    return manifest


# units --------------------------------------------------------------------------------------------------------------


def rows_to_csv(rows: Iterable[Mapping[str, Any]], fields: tuple[str, ...] = ROW_FIELDS) -> str:
    """Rows as CSV. Floats are written by ``repr`` and read back exactly; None is an empty field."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fields, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def array_bytes(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Arrays as compressed npz; no pickle."""
    out = io.BytesIO()
    np.savez_compressed(out, allow_pickle=False, **dict(arrays))
    return out.getvalue()


def place_of(path: Path) -> tuple[int, int] | None:
    """What tells a directory from another one that is put in its place; None where there is none."""
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_ctime_ns


class Store:
    """Blocks and measurements below one directory.

    Args:
        root: a results directory; units are in ``root/blocks/<key>`` and ``root/measurements/<key>``.
        read_only: leave everything as it is: damaged units where they are, manifests of earlier versions as they were written.
    """

    def __init__(self, root: Path, read_only: bool = False) -> None:
        self.root = root
        self.read_only = read_only
        self.put_aside: list[Path] = []

    def path(self, kind: Kind, key: str) -> Path:
        """Where a unit is, or would be."""
        return self.root / kind / key

    def has(self, kind: Kind, key: str) -> bool:
        """Whether the unit is stored and undamaged. A damaged one is moved to ``root/damaged`` and counts as missing.

        One that another process puts in the place of this one meanwhile is not damaged: it is looked at again.
        """
        path = self.path(kind, key)
        while True:
            before = place_of(path)
            if before is None:
                return False
            try:
                self._check(path)
            except DamagedUnitError:
                if place_of(path) == before:
                    break
            else:
                return True
        if not self.read_only:
            aside = self.root / "damaged" / f"{key}-{uuid.uuid4().hex[:8]}"
            aside.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.replace(path, aside)
            except FileNotFoundError:  # another process was faster
                return False
            self.put_aside.append(aside)
        return False

    def _check(self, path: Path) -> None:
        try:
            manifest = read_manifest(path)
            for name, expected in manifest["sha256"].items():
                if sha256((path / name).read_bytes()) != expected:
                    raise DamagedUnitError(f"{path / name} is damaged: its SHA-256 is not the one in manifest.json")
        except (DamagedUnitError, InputError):
            raise
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise DamagedUnitError(f"{path} is damaged: {error}") from error
        if manifest["schema_version"] < SCHEMA_VERSION and not self.read_only:
            write_file(path / MANIFEST, manifest_bytes(path.name, manifest["sha256"]))

    def write(self, kind: Kind, key: str, files: Mapping[str, bytes], replace: bool = False) -> None:
        """Write a unit of several files: aside, synced to disk, then renamed. If it is already there, nothing happens.

        Args:
            replace: put it in the place of what is there, instead.
        """
        aside = self._aside(key)
        aside.mkdir(parents=True)
        hashes = {name: sha256(content) for name, content in files.items()}
        try:
            for name, content in {**files, MANIFEST: manifest_bytes(key, hashes)}.items():
                write_synced(aside / name, content)
            sync_directory(aside)
            final = self.path(kind, key)
            final.parent.mkdir(parents=True, exist_ok=True)
            if replace:
                self.remove(kind, key)
            try:
                os.rename(aside, final)
            except OSError:
                if not final.is_dir():  # otherwise another process was faster with the same content
                    raise
            sync_directory(final.parent)
        finally:
            shutil.rmtree(aside, ignore_errors=True)

    def remove(self, kind: Kind, key: str) -> None:
        """Remove a unit, if it is there: as a whole, and then its files."""
        aside = self._aside(key)
        aside.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.rename(self.path(kind, key), aside)
        except FileNotFoundError:
            return
        shutil.rmtree(aside, ignore_errors=True)

    def tidy(self, key: str) -> None:
        """Remove what killed processes left of a unit that was being written. Only for who holds the unit's lock."""
        folder = self.root / "writing"
        for left in folder.glob(f"{key}-*") if folder.is_dir() else ():
            shutil.rmtree(left, ignore_errors=True)

    def _aside(self, key: str) -> Path:
        return self.root / "writing" / f"{key}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def read(self, kind: Kind, key: str, name: str) -> bytes:
        """One file of a unit.

        Raises:
            DamagedUnitError: a file is missing or its hash is not the manifest's.
        """
        path = self.path(kind, key)
        self._check(path)
        return (path / name).read_bytes()

    def read_rows(self, key: str) -> list[dict[str, str]]:
        """A measurement's stored rows, as text."""
        return list(csv.DictReader(io.StringIO(self.read("measurements", key, "rows.csv").decode())))

    def read_arrays(self, kind: Kind, key: str) -> dict[str, np.ndarray]:
        """The unit's ``arrays.npz``."""
        with np.load(io.BytesIO(self.read(kind, key, "arrays.npz")), allow_pickle=False) as arrays:
            return {name: arrays[name] for name in arrays.files}

    def read_weights(self, key: str) -> dict[str, np.ndarray]:
        """A block's weights, each with leading seed axis."""
        return load_safetensors(self.read("blocks", key, "weights.safetensors"))

    def write_block(
        self,
        key: str,
        facts: Mapping[str, Any],
        weights: dict[str, np.ndarray],
        arrays: Mapping[str, np.ndarray],
        replace: bool = False,
    ) -> None:
        """Store a block: facts as JSON, weights, curves."""
        files = {
            "block.json": canonical_json(facts).encode(),
            "weights.safetensors": save_safetensors(weights),
            "arrays.npz": array_bytes(arrays),
        }
        self.write("blocks", key, files, replace)

    def write_measurement(
        self,
        key: str,
        facts: Mapping[str, Any],
        rows: Iterable[Mapping[str, Any]],
        arrays: Mapping[str, np.ndarray],
        replace: bool = False,
    ) -> None:
        """Store a measurement: facts as JSON, rows, arrays."""
        files = {
            "measurement.json": canonical_json(facts).encode(),
            "rows.csv": rows_to_csv(rows, STORED_FIELDS).encode(),
            "arrays.npz": array_bytes(arrays),
        }
        self.write("measurements", key, files, replace)
