"""A description of a results directory that archives take in: an RO-Crate of the profile Process Run Crate.

RO-Crate 1.1 (Soiland-Reyes et al., *Packaging research artefacts with RO-Crate*, Data Science 2022); Process Run Crate 0.5 (Leo
et al., *Recording provenance of workflow runs with RO-Crate*, PLOS ONE 2024): one action, whose instrument is this suite.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.report.results import Results
from benchmarks.store import sha256

METADATA = "ro-crate-metadata.json"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
LICENCE = "https://spdx.org/licenses/MIT"
FILES = {
    "rows.csv": ("one row per block, seed and metric", "text/csv"),
    "rows.csv.gz": ("one row per block, seed and metric", "application/gzip"),
    "run.json": ("what the run asked for", "application/json"),
    "claims.json": ("the claims as they were judged, with margins and evidence", "application/json"),
    "tuning.json": ("the search behind the run's settings", "application/json"),
    "provenance.json": ("versions, commit, hardware, hashes, wall time", "application/json"),
    "overview.png": ("samples of all models on all data sets", "image/png"),
    "verdicts.png": ("all claims with their verdicts", "image/png"),
    "calibration.png": ("bias of the divergence estimators", "image/png"),
    "sanity.png": ("what the metrics of images notice", "image/png"),
    "published_fits.png": ("Gaussians trained under each f-divergence", "image/png"),
    "report.html": ("the report, one page without a network", "text/html"),
}
"""Files of a results directory: what they hold, and their media type."""
FOLDERS = {
    "tables": "comparison tables and verdicts: CSV, Markdown, LaTeX",
    "figures": "pictures: PNG, SVG, PDF",
    "blocks": "trained weights and curves by content key",
    "measurements": "measured rows and arrays by content key",
}
"""Folders of a results directory: what they hold."""

Entity = dict[str, Any]


def crate(results: Results, root: Path) -> dict[str, Any]:
    """The metadata as JSON-LD.

    Args:
        results: rows and provenance.
        root: the directory that is described.
    """
    facts = results.provenance
    ended = datetime.fromisoformat(facts["finished"])
    began = ended - timedelta(seconds=facts["wall_seconds"].get("total", facts["wall_seconds"].get("run", 0.0)))
    files = [file_entity(root / name, *about) for name, about in FILES.items() if (root / name).is_file()]
    folders = [
        {"@id": f"{name}/", "@type": "Dataset", "name": about}
        for name, about in FOLDERS.items()
        if (root / name).is_dir()
    ]
    data = [data_entity(name, entry) for name, entry in results.run["datasets"].items()]
    parts = [{"@id": part["@id"]} for part in (*files, *folders)]
    software = software_entity(facts)
    title = f"Fairtrial, {results.run['profile']} run of {ended.date()}"
    entities: list[Entity] = [
        {
            "@id": METADATA,
            "@type": "CreativeWork",
            "about": {"@id": "./"},
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "name": title,
            "description": "Matched generative models over many seeds: rows, verdicts on claims, tables, pictures, provenance.",
            "datePublished": facts["finished"],
            "license": {"@id": LICENCE},
            "conformsTo": {"@id": PROFILE},
            "hasPart": parts,
            "mentions": {"@id": "#run"},
        },
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {"@id": LICENCE, "@type": "CreativeWork", "name": "MIT License"},
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": " ".join(facts["command"]),
            "startTime": began.isoformat(timespec="seconds"),
            "endTime": facts["finished"],
            "instrument": {"@id": software["@id"]},
            "object": [{"@id": entity["@id"]} for entity in data],
            "result": parts,
            "actionStatus": {"@id": f"http://schema.org/{'Failed' if facts['failures'] else 'Completed'}ActionStatus"},
        },
        software,
        *data,
        *files,
        *folders,
    ]
    return {"@context": "https://w3id.org/ro/crate/1.1/context", "@graph": entities}


def software_entity(facts: dict[str, Any]) -> Entity:
    """The suite, in its version and at its commit."""
    version = facts["versions"].get("fairtrial", "")
    commit = facts["git"]["commit"]
    return {
        "@id": "#fairtrial",
        "@type": "SoftwareApplication",
        "name": "Fairtrial",
        "softwareVersion": f"{version} ({commit})" if commit else version,
        "softwareRequirements": ", ".join(f"{name} {number}" for name, number in sorted(facts["versions"].items())),
    }


def data_entity(name: str, entry: dict[str, Any]) -> Entity:
    """A data set that the run read or made."""
    return {
        "@id": f"#data-{name}",
        "@type": "Dataset",
        "name": name,
        "description": entry["summary"],
        "license": entry["licence"],
        "identifier": f"sha256:{entry['sha256']}",
    }


def file_entity(path: Path, about: str, media_type: str) -> Entity:
    """A file with its size and hash."""
    content = path.read_bytes()
    return {
        "@id": path.name,
        "@type": "File",
        "name": about,
        "encodingFormat": media_type,
        "contentSize": str(len(content)),
        "sha256": sha256(content),
    }


def crate_bytes(results: Results, root: Path) -> bytes:
    """The file ``ro-crate-metadata.json``."""
    return (json.dumps(crate(results, root), indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
