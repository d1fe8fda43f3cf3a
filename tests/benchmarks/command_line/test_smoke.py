"""Everything in the smallest profile, run once from end to end: what it says, what it leaves, and every claim's verdict."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from benchmarks.analysis.verdicts import tables
from benchmarks.claims import CLAIMS
from benchmarks.claims.spec import Margin
from benchmarks.command_line import main
from benchmarks.evaluation import MEASURES
from benchmarks.experiments.latent_space import ON_THE_PLANE
from benchmarks.recipes import ARMS, NOT_COMPARED
from benchmarks.report.results import Results
from benchmarks.specs import RECALIBRATED, Measurement
from benchmarks.store import ROW_FIELDS
from metrics.features import in_domain_extractor
from models import MODELS

Finished = subprocess.CompletedProcess[str]
Rows = Callable[[Path], list[dict[str, str]]]

COMPARED_BLOCKS = 2 * len(ARMS) + len(ON_THE_PLANE)
"""What experiments compare: ``smoke`` has the ring and the digits."""


WATCH = """
import os, sys

def note(event, arguments):
    if event == "socket.__new__" and arguments[1] in (2, 10):  # AF_INET, AF_INET6
        with open(os.environ["SOCKETS"], "a") as file:
            file.write(f"{arguments[1:]}\\n")

sys.addaudithook(note)
open(os.environ["SOCKETS"], "a").write("watched\\n")
"""
"""For every Python process of a run: notes each socket of the internet."""


@pytest.fixture(scope="session")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose ``sitecustomize.py`` watches, and where it notes what it sees."""
    folder = tmp_path_factory.mktemp("watched")
    (folder / "sitecustomize.py").write_text(WATCH, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def smoke(
    tmp_path_factory: pytest.TempPathFactory, run_bench: Callable[..., Finished], watched: Path
) -> tuple[Path, Finished]:
    """One run of everything in the profile ``smoke``, watched, and with a home in which nothing can be written."""
    root = tmp_path_factory.mktemp("results with spaces ü")
    variables = {"PYTHONPATH": str(watched), "SOCKETS": str(watched / "sockets"), "HOME": "/proc/nowhere"}
    words = ("--all", "--profile", "smoke", "--offline", "--device", "cpu", "--results-dir", str(root))
    return root, run_bench(*words, **variables)


def test_no_process_of_a_run_opens_a_socket_of_the_internet(smoke: tuple[Path, Finished], watched: Path) -> None:
    noted = (watched / "sockets").read_text(encoding="utf-8").splitlines()
    assert len(noted) > 2  # the main process and its workers were watched
    assert set(noted) == {"watched"}


@pytest.mark.slow
def test_nor_does_a_standard_run(tmp_path: Path, run_bench: Callable[..., Finished], watched: Path) -> None:
    """Everything in the default profile, to its end: half an hour on two cores, which others may share."""
    variables = {"PYTHONPATH": str(watched), "SOCKETS": str(tmp_path / "sockets"), "HOME": "/proc/nowhere"}
    results = tmp_path / "results"
    words = ("--all", "--device", "cpu", "--results-dir", str(results))
    finished = run_bench(*words, timeout=3 * 3600, **variables)
    assert finished.returncode == 0, finished.stderr
    assert "report: " in finished.stdout and (results / "report.html").stat().st_size < 8_000_000
    noted = (tmp_path / "sockets").read_text(encoding="utf-8").splitlines()
    assert len(noted) > 2 and set(noted) == {"watched"}


def claims_in(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "tables" / "claims.csv", keep_default_na=False, dtype=str).set_index("claim")


def settings_in(root: Path) -> pd.DataFrame:
    return pd.read_csv(root / "tables" / "claims_settings.csv", keep_default_na=False, dtype=str)


def test_smoke_succeeds_and_says_so_in_ten_lines_and_one_for_each_claim(
    smoke: tuple[Path, Finished], rows_of: Rows
) -> None:
    root, finished = smoke
    assert finished.returncode == 0, finished.stderr
    lines = finished.stdout.splitlines()
    summary, verdicts = lines[: -len(CLAIMS)], lines[-len(CLAIMS) :]
    assert 3 <= len(summary) <= 10
    runs = {(row["block"], row["seed"]) for row in rows_of(root) if row["block"]}
    assert len(runs) > 2 * COMPARED_BLOCKS  # those that only claims ask for are counted too
    assert any(line.startswith(f"{len(runs)} runs") for line in summary)
    assert (
        "per seed on digits: decoder 52,032 of 101,697–180,321 parameters, 20 updates, 1,280–2,560 examples"
        in finished.stdout
    )
    assert [line.split()[0] for line in verdicts] == list(CLAIMS)
    assert "elapsed" not in finished.stderr  # no progress bar where there is no terminal


def test_rows_are_complete_and_tidy(smoke: tuple[Path, Finished], rows_of: Rows) -> None:
    root, _ = smoke
    rows = rows_of(root)
    assert tuple(rows[0]) == ROW_FIELDS
    assert {row["model"] for row in rows if row["model"]} == set(MODELS)
    assert {row["seed"] for row in rows if row["block"]} == {"3000", "3001"}
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    own = in_domain_extractor("digits")
    assert own is not None
    planned = sum(
        len(MEASURES[e["measure"]].names(e["dataset"], (own,))) * len(e["seeds"]) for e in run["measurements"]
    )
    assert len(rows) == planned
    identity = Counter(tuple(row[name] for name in ROW_FIELDS if name != "value") for row in rows)
    assert max(identity.values()) == 1
    for row in rows:
        assert json.loads(row["setting"]) is not None
        assert (row["status"] == "ok") == (row["value"] != "nan"), row


def test_ex_post_densities_stand_beside_the_prior(smoke: tuple[Path, Finished], rows_of: Rows) -> None:
    root, _ = smoke
    rows = rows_of(root)
    for dataset in ("ring", "digits"):
        for model in set(MODELS) - set(NOT_COMPARED):
            own = (row["sampler"] for row in rows if row["dataset"] == dataset and row["model"] == model)
            recalibrated = {RECALIBRATED} if dataset == "digits" and model in ("ae", "dae", "vae") else set()
            assert set(filter(None, own)) == {*MODELS[model].samplers, *recalibrated}


def test_outputs_are_there(smoke: tuple[Path, Finished]) -> None:
    root, _ = smoke
    pages = {
        "ring", "digits", "matched", "calibration", "tuning", "verdicts", "published_fits", "published_modes", "sanity",
        "attributes",
    }  # fmt: skip
    data = {"ring", "digits", "matched", "calibration", "claims", "claims_settings"}
    tables = {path.name for path in (root / "tables").iterdir()}
    assert tables == {f"{name}{suffix}" for name in pages for suffix in (".md", ".tex")} | {f"{n}.csv" for n in data}
    assert {"report.html", "ro-crate-metadata.json"} <= {path.name for path in root.iterdir()}
    figures = {path.name for path in (root / "figures").glob("*.png")}
    assert figures >= {
        "ring-samples.png", "ring-training.png", "ring-strip.png", "ring-intervals.png", "digits-samples.png",
        "digits-training.png", "digits-intervals.png", "digits-reconstructions.png", "digits-interpolation.png",
        "digits-traversal.png", "digits-plane.png", "overview.png", "calibration.png", "tuning.png", "verdicts.png",
        "sanity.png", "attributes.png",
    }  # fmt: skip
    drawn = {name for name in figures if name.startswith("claim-")}
    assert drawn >= {f"claim-{name}.png" for name in CLAIMS}
    assert drawn <= {f"claim-{name}{suffix}.png" for name in CLAIMS for suffix in ("", "-settings")}
    assert {f"claim-{name}-settings.png" for name in ("optimal-discriminator", "quality-order", "balance-k")} <= drawn
    starts = {".png": b"\x89PNG", ".svg": b"<?xml", ".pdf": b"%PDF"}
    for path in (root / "figures").iterdir():
        assert path.read_bytes().startswith(starts[path.suffix])
        assert {path.with_suffix(suffix).exists() for suffix in starts} == {True}


def test_provenance_says_how_the_numbers_came_about(smoke: tuple[Path, Finished]) -> None:
    root, _ = smoke
    provenance = json.loads((root / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["seeds"] == [3000, 3001]
    assert provenance["versions"]["torch"]
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    blocks = {entry["block"] for entry in run["measurements"] if entry["block"]}
    assert sum(provenance["units"].values()) == len(blocks) + len(run["measurements"])
    assert provenance["unit_seconds"]["training"] > 0
    assert set(provenance["wall_seconds"]) == {"plan", "run", "report", "total"}
    decisive = {s.dataset for claim in CLAIMS.values() for s in claim.settings + claim.controls if s.decisive}
    assert set(provenance["data_sha256"]) == decisive | {"ring", "digits", "narrow-ring"}
    own = in_domain_extractor("digits")
    assert own is not None
    assert provenance["extractors"] == {"digits": {own.name: own.sha256}}
    assert provenance["notes"] == []
    assert len(provenance["git"]["commit"] or "0" * 40) == 40
    assert set(provenance["hardware"]) >= {"processor", "cores", "memory_gib", "device"}


def test_a_run_says_in_full_what_it_asked_for(smoke: tuple[Path, Finished]) -> None:
    root, _ = smoke
    run = json.loads((root / "run.json").read_text(encoding="utf-8"))
    for entry in run["measurements"]:
        block = run["blocks"][entry["block"]] if entry["block"] else None
        asked = Measurement.model_validate_json(json.dumps({**entry["asked"], "block": block}))
        assert (asked.measure, asked.dataset, list(asked.seeds)) == (entry["measure"], entry["dataset"], entry["seeds"])


def test_tables_name_the_extractor_and_the_floor(smoke: tuple[Path, Finished]) -> None:
    root, _ = smoke
    text = (root / "tables" / "digits.md").read_text(encoding="utf-8")
    assert "FID[digits-cnn-" in text
    assert "| real data | floor |" in text
    assert "**best**" in text


def test_a_second_run_computes_nothing_and_writes_the_same(
    smoke: tuple[Path, Finished], capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = smoke
    written = [*sorted(root.glob("tables/*")), root / "rows.csv", root / "claims.json"]
    before = {path: path.read_bytes() for path in written}
    assert main(["--all", "--profile", "smoke", "--json", "--device", "cpu", "--results-dir", str(root)]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["computed_now"], summary["failures"]) == (0, {})
    assert summary["verdicts"] == claims_in(root)["verdict"].to_dict()
    assert {path: path.read_bytes() for path in before} == before


def test_every_claim_has_its_evidence(smoke: tuple[Path, Finished]) -> None:
    """No claim of the registry lacks a run: each group of each setting has one for every seed."""
    root, _ = smoke
    claims = claims_in(root)
    assert list(claims.index) == list(CLAIMS)
    assert "cannot be judged" not in set(claims["verdict"])
    assert set(claims["n_seeds"]) == {"2"}
    settings = settings_in(root)
    expected = [(name, s.label) for name, claim in CLAIMS.items() for s in claim.settings if s.decisive]
    assert list(settings[["claim", "setting"]].itertuples(index=False, name=None)) == expected
    assert set(settings["missing"]) == {""}
    values = Results(root).claim_values
    for name, claim in CLAIMS.items():
        for setting in (s for s in claim.settings + claim.controls if s.decisive):
            runs = {group: len(of_group) for group, of_group in values[name][setting.label].items()}
            assert runs == dict.fromkeys(setting.groups, 2), (name, setting.label)


def test_the_snapshot_is_judged_and_not_todays_registry(
    smoke: tuple[Path, Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Margins that change after a run do not change its verdicts."""
    root, _ = smoke
    before = tables(Results(root).verdicts)
    for name, claim in CLAIMS.items():
        if claim.margin is not None:
            monkeypatch.setitem(
                CLAIMS, name, claim.model_copy(update={"margin": Margin(value=1e9, unit="x", reason="moved")})
            )
    for frame, again in zip(before, tables(Results(root).verdicts), strict=True):
        pd.testing.assert_frame_equal(frame, again)


@pytest.mark.parametrize("name", ["mle-is-kl", "positives-only", "equilibrium-half"])
def test_a_claim_alone_gets_the_same_values_and_verdict(
    smoke: tuple[Path, Finished], tmp_path: Path, name: str, rows_of: Rows
) -> None:
    """One worker or two, alone or among others: the same rows, to the last bit. Only the adjustment over the family, in which
    claims that are not judged count as p = 1, may be stricter."""
    root, _ = smoke
    words = ["--claim", name, "--profile", "smoke", "--device", "cpu", "--jobs", "1", "--quiet"]
    assert main([*words, "--results-dir", str(tmp_path)]) == 0
    alone = {tuple(row.values()) for row in rows_of(tmp_path)}
    assert alone
    assert alone <= {tuple(row.values()) for row in rows_of(root)}
    (claim,), among = claims_in(tmp_path).to_dict("records"), claims_in(root).loc[name].to_dict()
    assert (claim["p_adjusted"] == among["p_adjusted"] == "") or float(claim["p_adjusted"]) >= float(
        among["p_adjusted"]
    )
    weighed = ("p_adjusted", "reason")  # in the reason, settings are counted at the level that the adjustment left
    assert {k: v for k, v in claim.items() if k not in weighed} == {k: v for k, v in among.items() if k not in weighed}
    measured = ["setting", "effect", "ci_low", "ci_high", "margin", "p_support", "p_refute", "n", "failed"]
    settings = settings_in(root)
    pd.testing.assert_frame_equal(
        settings_in(tmp_path)[measured], settings.loc[settings["claim"] == name, measured].reset_index(drop=True)
    )
