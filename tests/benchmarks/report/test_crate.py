"""The description of a results directory for archives: read back by the package of those who define it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from rocrate.rocrate import ROCrate

from benchmarks.report.crate import METADATA, PROFILE, crate_bytes
from benchmarks.report.results import Results

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "results" / "reference"


@pytest.fixture
def described(tmp_path: Path) -> Path:
    """A copy of the committed results, described."""
    root = tmp_path / "results"
    shutil.copytree(REFERENCE, root, ignore=shutil.ignore_patterns("measurements", "*.png"))
    (root / METADATA).write_bytes(crate_bytes(Results(root), root))
    return root


@pytest.mark.skipif(not REFERENCE.exists(), reason="no committed reference results in this checkout")
def test_it_is_a_process_run_crate(described: Path) -> None:
    crate = ROCrate(described)
    assert crate.root_dataset["conformsTo"].id == PROFILE
    (action,) = crate.get_by_type("CreateAction")
    assert action["instrument"].type == "SoftwareApplication"
    assert action["startTime"] < action["endTime"]
    assert {data["name"] for data in action["object"]} >= {"ring", "digits"}
    assert all(data["identifier"].startswith("sha256:") and data["license"] for data in action["object"])
    results = {entity.id for entity in action["result"]}
    assert {"rows.csv.gz", "run.json", "provenance.json", "tables/"} <= results
    assert results == {part.id for part in crate.root_dataset["hasPart"]}


@pytest.mark.skipif(not REFERENCE.exists(), reason="no committed reference results in this checkout")
def test_files_are_described_by_size_and_hash(described: Path) -> None:
    graph = json.loads((described / METADATA).read_text(encoding="utf-8"))["@graph"]
    files = [entity for entity in graph if entity["@type"] == "File"]
    assert len(files) >= 5
    for entity in files:
        content = (described / entity["@id"]).read_bytes()
        assert entity["contentSize"] == str(len(content))
        assert entity["sha256"] == hashlib.sha256(content).hexdigest()
    identifiers = [entity["@id"] for entity in graph]
    assert len(set(identifiers)) == len(identifiers)
    folders = {entity["@id"].rstrip("/") for entity in graph if entity["@id"].endswith("/") and entity["@id"] != "./"}
    assert folders == {path.name for path in described.iterdir() if path.is_dir()}


COPIES = sorted(path.parent for path in (ROOT / "results").glob("**/rows.csv.gz"))


@pytest.mark.parametrize("copy", COPIES, ids=lambda path: str(path.relative_to(ROOT)))
def test_committed_results_are_described_as_they_are(copy: Path) -> None:
    assert (copy / METADATA).read_bytes() == crate_bytes(Results(copy), copy)
