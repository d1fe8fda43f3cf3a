"""The small copy that is committed, and the committed one itself."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from benchmarks.reference import LIMIT, main, make_reference, thinned
from benchmarks.report.claims.evidence import decisive, tried
from benchmarks.report.crate import METADATA
from benchmarks.report.results import Results
from benchmarks.report.write import pages_of
from benchmarks.specs import seed_blocks
from benchmarks.store import ROW_FIELDS, Store, array_bytes, rows_to_csv
from metrics.features import extractor_names

COMMITTED = Path(__file__).parents[2] / "results" / "reference"
PROVENANCE = {
    "finished": "2026-01-02T03:04:05+00:00", "wall_seconds": {"total": 60.0}, "command": ["run_bench.py", "--all"], "failures": {},
    "versions": {"fairtrial": "0.1"}, "git": {"commit": "abc"}, "hardware": {},
}  # fmt: skip
RUN = {"schema_version": 1, "profile": "smoke", "datasets": {}}


def test_thinning_keeps_all_lines_and_of_other_arrays_the_first_runs() -> None:
    arrays: dict[str, np.ndarray] = {
        "points": np.ones((8, 2000, 2), np.float32),
        "images": np.ones((8, 64, 8, 8), np.uint8),
        "plane": np.ones((8, 3, 3), np.uint8),
        "curve/loss": np.ones((8, 5)),
        "map": np.ones((8, 5)),
    }
    small = thinned(arrays, ok=[2, 3, 5, 6, 7])
    assert {name: array.shape for name, array in small.items()} == {
        "kept": (8,),
        "points": (8, 1000, 2),
        "images": (8, 36, 8, 8),
        "plane": (8, 3, 3),
        "curve/loss": (8, 5),
        "map": (8, 5),
    }
    assert small["points"].dtype == np.float16
    for name in ("points", "images", "plane"):
        assert [bool(seed.any()) for seed in small[name]] == small["kept"].tolist() == [i == 2 for i in range(8)]
        assert small[name][2].all()
    assert small["curve/loss"].all() and small["map"].all()
    assert not thinned(arrays, ok=[])["plane"].any()


def test_thinning_keeps_as_many_runs_as_pictures_show() -> None:
    """Four where a measurement has nothing but points, all where it has nothing but lines."""
    small = thinned({"points": np.ones((8, 20, 2)), "steps": np.ones((8, 5))}, ok=[0, 2, 3, 5, 6])
    assert (
        small["kept"].tolist()
        == [index in (0, 2, 3, 5) for index in range(8)]
        == [bool(s.any()) for s in small["points"]]
    )
    small = thinned({"map": np.ones((3, 5))}, ok=[0, 2])
    assert small["kept"].tolist() == [True, False, True]
    assert thinned({}, ok=[0]) == {}


def many_coloured(path: Path) -> None:
    """A picture of 4,096 colours."""
    y, x = np.mgrid[:64, :64].astype(np.uint8)
    Image.fromarray(np.stack([4 * x, 4 * y, x + y], axis=-1)).save(path)


def test_copy_reads_like_the_original(tmp_path: Path) -> None:
    source = tmp_path / "full"
    (source / "tables").mkdir(parents=True)
    (source / "figures").mkdir()
    for name in ("tuning.json", "tables/a.md", "figures/other.png"):
        (source / name).write_text(name)
    (source / "claims.json").write_text('{"claims": {}}')
    (source / "provenance.json").write_text(json.dumps(PROVENANCE))
    many_coloured(source / "figures" / "overview.png")
    identity = {"block": "b", "measure": "m", "dataset": "d", "sampler": "prior", "weights": "last", "setting": "{}"}
    identity |= {"model": "ae", "network": "mlp"}
    row = {**dict.fromkeys(ROW_FIELDS), **identity, "seed": 1000, "status": "ok", "metric": "fid", "value": 1.0}
    (source / "rows.csv").write_text(rows_to_csv([row]))
    asked = {"seeds": [1000], "experiments": ["e"]}
    entries = [
        {**identity, **asked, "arm": "AE", "key": "k", "failure": None},
        {**identity, **asked, "arm": "AE", "key": "f", "failure": "x"},
        {**identity, **asked, "measure": "calibration-knn", "arm": None, "key": "c", "failure": None},
    ]
    (source / "run.json").write_text(json.dumps({**RUN, "experiments": {"e": "?"}, "measurements": entries}))
    Store(source).write("measurements", "k", {"arrays.npz": array_bytes({"points": np.zeros((1, 3000, 2))})})
    size = make_reference(source, tmp_path / "small")
    files = {str(p.relative_to(tmp_path / "small")) for p in (tmp_path / "small").rglob("*") if p.is_file()}
    assert files == {
        "rows.csv.gz", "run.json", "tuning.json", "claims.json", "provenance.json", "tables/a.md", "overview.png",
        "measurements/k/arrays.npz", "measurements/k/manifest.json", METADATA,
    }  # fmt: skip
    assert size < 10_000 + (tmp_path / "small" / "overview.png").stat().st_size
    with Image.open(tmp_path / "small" / "overview.png") as small, Image.open(source / "figures/overview.png") as whole:
        assert (
            small.size == whole.size and len(np.unique(np.asarray(small.convert("RGB")).reshape(-1, 3), axis=0)) == 256
        )
    pd.testing.assert_frame_equal(Results(tmp_path / "small").all_rows, Results(source).all_rows)
    assert Results(tmp_path / "small").arrays(entries[0])["points"].shape == (1, 1000, 2)
    make_reference(source, tmp_path / "rows", rows_only=True)
    without = {str(p.relative_to(tmp_path / "rows")) for p in (tmp_path / "rows").rglob("*") if p.is_file()}
    assert without == {name for name in files if not name.startswith("measurements/")}
    pd.testing.assert_frame_equal(Results(tmp_path / "rows").all_rows, Results(source).all_rows)


def results_at(path: Path) -> Path:
    (path / "tables").mkdir(parents=True)
    (path / "figures").mkdir()
    (path / "blocks").mkdir()
    for name in ("tuning.json", "blocks/weights"):
        (path / name).write_text(name)
    (path / "claims.json").write_text('{"claims": {}}')
    (path / "rows.csv").write_text(rows_to_csv([]))
    (path / "provenance.json").write_text(json.dumps(PROVENANCE))
    many_coloured(path / "figures" / "overview.png")
    (path / "run.json").write_text(json.dumps({**RUN, "measurements": []}))
    return path


@pytest.mark.parametrize("target", ["results", "results/inside", ".", "thesis", "thesis/a.txt", "thesis/a.txt/below"])
def test_nothing_but_an_earlier_copy_is_replaced(
    tmp_path: Path, target: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = results_at(tmp_path / "results")
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "a.txt").write_text("years of work")
    before = sorted(path for path in tmp_path.rglob("*"))
    monkeypatch.setattr("sys.argv", ["reference", str(source), str(tmp_path / target)])
    assert main() == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_copy_of_a_copy_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = results_at(tmp_path / "results")
    (source / "rows.csv").rename(source / "rows.csv.gz")
    monkeypatch.setattr("sys.argv", ["reference", str(source), str(tmp_path / "copy")])
    assert main() == 2
    assert "is a small copy already" in capsys.readouterr().err and not (tmp_path / "copy").exists()


def test_of_damaged_results_no_copy_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source = results_at(tmp_path / "results")
    (source / "run.json").write_text("{")
    monkeypatch.setattr("sys.argv", ["reference", str(source), str(tmp_path / "copy")])
    assert main() == 2
    error = capsys.readouterr().err
    assert "are damaged" in error and error.count("\n") == 1 and not (tmp_path / "copy").exists()


def test_an_earlier_copy_is_replaced(tmp_path: Path) -> None:
    source = results_at(tmp_path / "results")
    make_reference(source, tmp_path / "copy")
    assert (tmp_path / "copy" / "overview.png").exists()
    newer = rows_to_csv([]).replace("value", '"value"')
    (source / "rows.csv").write_text(newer)
    (source / "figures" / "overview.png").rename(source / "figures" / "calibration.png")
    make_reference(source, tmp_path / "copy")
    pictures = [path.name for path in (tmp_path / "copy").glob("*.png")]
    assert pictures == ["calibration.png"]  # a run copies the pictures that it has
    assert gzip.decompress((tmp_path / "copy" / "rows.csv.gz").read_bytes()) == newer.encode()


def test_a_copys_pictures_show_the_runs_that_it_has() -> None:
    """And no zeros in the place of others; what a line is of is said."""
    results = Results(COMMITTED)
    groups = [group for _, own in decisive(results, "inverse-cdf") for group in own.values()]
    group = next(group for group in groups if "map" in group.example)
    assert all(run["map"].any() for run in group.runs)
    shown, there = len(group.runs), sum(len(results.ok(entry)) for entry in group.entries)
    assert group.which == ("every run" if shown == there else f"{shown} of {there} runs")
    pairs = [group for _, own in tried(results, "no-mode-collapse") for group in own.values()]
    assert all(run["points"].any() for group in pairs for run in group.runs if "points" in run)


@pytest.mark.skipif(not COMMITTED.exists(), reason="no committed reference results in this checkout")
def test_committed_reference_is_small_whole_and_current() -> None:
    assert sum(path.stat().st_size for path in COMMITTED.rglob("*") if path.is_file()) <= LIMIT
    results = Results(COMMITTED)
    assert results.run["profile"] == "standard"
    provenance = json.loads((COMMITTED / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["seeds"] == list(seed_blocks(8)[0])
    assert provenance["git"]["dirty"] is False
    assert not provenance["failures"]
    assert not any("with changes" in origin for origin in provenance["units"])
    named = set(results.rows["metric"].str.extract(r"\[(.*-cnn-.*)\]")[0].dropna())
    assert named
    assert named <= set(extractor_names())
    for entry in results.run["measurements"]:
        if entry["measure"] in ("mixture-samples", "image-samples", "latent-pictures", "training-strip"):
            shown = results.first_ok(entry)
            pictures = [array for array in results.arrays(entry).values() if array.dtype != bool]
            assert shown is None or all(array[shown].any() for array in pictures)
    # the committed tables are those that the committed rows give
    for name, page in pages_of(results).items():
        assert (COMMITTED / "tables" / f"{name}.md").read_text(encoding="utf-8") == page.markdown()
