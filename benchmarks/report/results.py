"""A results directory as the report reads it, and as you can: rows, verdicts and blocks as pandas tables (:func:`load`)."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.analysis.attributes import TRANSFORMED, responses
from benchmarks.analysis.calibration import CALIBRATION, calibrate
from benchmarks.analysis.evidence import IDENTITY, EvidenceRows, Values, identity_of, values_of
from benchmarks.analysis.published import MEASURES as PUBLISHED
from benchmarks.analysis.sanity import SANITY, flags, sanity
from benchmarks.analysis.summary import arm_of, floors, mark_best, summarise, with_arms
from benchmarks.analysis.verdicts import ClaimResult, judge, tables
from benchmarks.claims.spec import Claim
from benchmarks.report.style import has_normal_prior
from benchmarks.specs import InputError, canonical_json, check_version
from benchmarks.store import Store, is_sealed, sha256

KEPT_RUNS = "kept"
"""Beside a small copy's arrays: for each seed whether all of them are there."""
BLOCK_COLUMNS = ["block", "dataset", "model", "settings", "updates", "batch", "seeds", "split"]


def load(root: str | Path) -> Results:
    """The results in a directory, checked as a whole; PyTorch is not needed.

    Args:
        root: a results directory, or a small copy of one, such as ``results/reference``.

    Raises:
        InputError: it is none, it is damaged, its files are not of one run, or a newer version of the suite wrote it.
    """
    path = Path(root)
    if not (path / "run.json").is_file():
        raise InputError(f"{path} is not a results directory: it has no run.json")
    results = Results(path)
    try:
        check(results)
    except InputError:
        raise
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"results in {path} are damaged ({reason:.200}); copy them anew, or {AGAIN}") from None
    return results


AGAIN = "give the command that made them again"
"""What helps where results are not whole."""


def check(results: Results) -> None:
    """Check that a results directory is whole: what its run wrote together is together, and can be read.

    Raises:
        InputError: a file is not the one that the run wrote, or a newer version of the suite wrote it.
    """
    run = results.run
    version = run["schema_version"]
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"run.json has the schema version {version!r}")
    check_version(version, results.root)
    if "self" in run and not is_sealed(run):
        raise InputError(f"{results.root / 'run.json'} is damaged: its own SHA-256 is not that of its content; {AGAIN}")
    for name, expected in run.get("sha256", {}).items():
        if sha256(results.content(name)) != expected:
            raise InputError(f"{results.root / name} is not the file that was written with run.json; {AGAIN}")
    if (results.root / "provenance.json").exists():
        for name, kind in (("finished", str), ("command", list), ("versions", dict), ("hardware", dict), ("git", dict)):
            if not isinstance(results.provenance[name], kind):
                raise TypeError(f"provenance.json has {name} = {results.provenance[name]!r:.60}")
    identities = {identity_of(entry) for entry in run["measurements"]}
    rows = results.all_rows[IDENTITY].fillna("")
    unknown = set(rows.itertuples(index=False, name=None)) - identities
    if unknown:
        raise ValueError(f"rows.csv has rows of a measurement that run.json does not have: {min(unknown)[1]}")
    if results.claims:
        _ = [results.trial["evidence"][name] for name in results.claims]


@dataclass(frozen=True)
class Results:
    """Rows, arrays and what the run said of itself.

    Args:
        root: a results directory.
    """

    root: Path

    @cached_property
    def run(self) -> dict[str, Any]:
        """``run.json``."""
        return json.loads((self.root / "run.json").read_text(encoding="utf-8"))

    @cached_property
    def provenance(self) -> dict[str, Any]:
        """``provenance.json``; empty where there is none."""
        path = self.root / "provenance.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    def content(self, name: str) -> bytes:
        """Bytes of a file, which a small copy may have compressed."""
        plain = self.root / name
        return plain.read_bytes() if plain.exists() else gzip.decompress((self.root / f"{name}.gz").read_bytes())

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the rows, as hex: the same of a run and of a small copy."""
        return sha256(self.content("rows.csv"))

    @cached_property
    def all_rows(self) -> pd.DataFrame:
        """``rows.csv``, or in a small copy ``rows.csv.gz``; values read back exactly."""
        text = ("block", "measure", "dataset", "model", "network", "sampler", "weights", "setting", "status", "metric")
        plain = self.root / "rows.csv"
        return pd.read_csv(
            plain if plain.exists() else self.root / "rows.csv.gz",
            dtype=dict.fromkeys(text, "object"),
            converters={"value": float},  # exact, which the parser's own conversion need not be
            keep_default_na=False,
            na_values={name: [""] for name in ("seed", "step", "n")},
        )

    @cached_property
    def rows(self) -> pd.DataFrame:
        """Rows of the comparisons, with the columns ``arm``, ``observation`` and ``base`` added.

        What only claims asked for, is about estimators or stands beside published numbers, is no line of a comparison.
        """
        rows = self.all_rows[~self.all_rows["measure"].isin((*CALIBRATION, *PUBLISHED, SANITY, TRANSFORMED))]
        compared = {identity_of(entry) for entry in self.compared}
        names = rows[IDENTITY].fillna("").itertuples(index=False, name=None)
        return with_arms(rows[np.array([name in compared for name in names], bool)], self.run)

    @cached_property
    def compared(self) -> list[dict[str, Any]]:
        """The measurements that an experiment asked for, in the order of the plan; not those of claims alone."""
        experiments = self.run["experiments"]
        return [
            entry for entry in self.run["measurements"] if any(name in experiments for name in entry["experiments"])
        ]

    @cached_property
    def calibration(self) -> pd.DataFrame:
        """Bias and spread of divergence estimators (``benchmarks.analysis.calibration``); empty where none was calibrated."""
        return calibrate(self.all_rows[self.all_rows["measure"].isin(CALIBRATION)])

    @cached_property
    def sanity(self) -> pd.DataFrame:
        """What metrics of images notice (``benchmarks.analysis.sanity``); empty where they were not tried."""
        return sanity(self.all_rows[self.all_rows["measure"] == SANITY])

    @cached_property
    def flags(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Corruptions that a metric does not notice as it should, by (data set, metric)."""
        return flags(self.sanity)

    @cached_property
    def attributes(self) -> pd.DataFrame:
        """What attributes of images report (``benchmarks.analysis.attributes``); empty where they were not tried."""
        return responses(self.all_rows[self.all_rows["measure"] == TRANSFORMED])

    @cached_property
    def published(self) -> pd.DataFrame:
        """Rows that stand beside published numbers (``benchmarks.analysis.published``)."""
        return self.all_rows[self.all_rows["measure"].isin(PUBLISHED)]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One line per arm and metric, with intervals and marks (``benchmarks.analysis.summary``)."""
        summary = summarise(self.rows)
        summary["mark"] = mark_best(self.rows, summary, self.run["metrics"])
        return summary

    @cached_property
    def other_priors(self) -> frozenset[str]:
        """Names of the arms that are not sampled from N(0, I) where they are sampled from their prior."""
        return frozenset(
            arm_of(entry)
            for entry in self.compared
            if entry["arm"] and not has_normal_prior(entry["model"], json.loads(entry["setting"]))
        )

    @cached_property
    def floors(self) -> dict[tuple[str, str], float]:
        """Value of real data by (data set, metric)."""
        return floors(self.summary)

    @cached_property
    def tuning(self) -> dict[str, Any]:
        """The searches that chose the run's settings, by data set (``tuning.json``); empty where there were none."""
        path = self.root / "tuning.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}

    @cached_property
    def trial(self) -> dict[str, Any]:
        """``claims.json``: the claims that were on trial, as the registry had them, and the keys of their evidence."""
        path = self.root / "claims.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"claims": {}, "evidence": {}}

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """The claims that were on trial, with the margins that they are judged by."""
        return {name: Claim.model_validate_json(json.dumps(entry)) for name, entry in self.trial["claims"].items()}

    @cached_property
    def evidence(self) -> EvidenceRows:
        """All rows by the key of their measurement."""
        return EvidenceRows(self.all_rows, self.run["measurements"])

    @cached_property
    def claim_values(self) -> dict[str, Values]:
        """Claim → setting → group → values of the runs."""
        keys = self.trial["evidence"]
        return {name: values_of(claim, keys[name], self.evidence) for name, claim in self.claims.items()}

    @cached_property
    def verdicts(self) -> list[ClaimResult]:
        """Verdicts of all claims that were on trial, in the registry's order."""
        if not self.claims:
            return []
        return judge([self._tried(claim) for claim in self.claims.values()], self.claim_values, self.trial["families"])

    @cached_property
    def verdict_table(self) -> pd.DataFrame:
        """A row per claim: verdict, effect, interval, margin, p, reason (``CLAIM_COLUMNS``)."""
        return tables(self.verdicts)[0]

    @cached_property
    def setting_table(self) -> pd.DataFrame:
        """A row per claim and setting (``SETTING_COLUMNS``)."""
        return tables(self.verdicts)[1]

    @cached_property
    def block_table(self) -> pd.DataFrame:
        """A row per training block: key, dataset, model, settings (JSON), updates, batch, seeds (a tuple), split."""
        lines = [
            {
                "block": key,
                "dataset": block["dataset"],
                "model": block["model"],
                "settings": canonical_json(block["settings"]),
                "updates": block["training"]["updates"],
                "batch": block["training"]["batch"],
                "seeds": tuple(block["seeds"]),
                "split": block["split"],
            }
            for key, block in self.run["blocks"].items()
        ]
        return pd.DataFrame(lines, columns=BLOCK_COLUMNS)

    def _tried(self, claim: Claim) -> Claim:
        """The claim without the settings beside the decisive ones that this run did not try."""
        tried = self.trial["evidence"][claim.id]
        return claim.model_copy(update={"settings": tuple(s for s in claim.settings if s.decisive or s.label in tried)})

    @property
    def datasets(self) -> dict[str, dict[str, Any]]:
        """Facts of the data sets that rows are about, by name."""
        present = set(self.rows["dataset"])
        return {name: facts for name, facts in self.run["datasets"].items() if name in present}

    def entries(self, dataset: str, measure: str) -> list[dict[str, Any]]:
        """The measurements of one measure on one data set, in the order of the plan, without failed ones."""
        return [e for e in self.compared if e["dataset"] == dataset and e["measure"] == measure and not e["failure"]]

    def arms(self, dataset: str, measure: str) -> dict[tuple[str, str, str], list[dict[str, Any]]]:
        """The same, grouped by (arm, sampler, observation): one entry per block of seeds."""
        groups: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
        for entry in self.entries(dataset, measure):
            name = (arm_of(entry), entry["sampler"] or "", entry["observation"] or "")
            groups.setdefault(name, []).append(entry)
        return groups

    def arrays(self, entry: dict[str, Any]) -> dict[str, np.ndarray]:
        """Arrays of one measurement, each with a leading seed axis; empty where no seed gave any.

        A small copy has some of them for a few seeds alone, and zeros for the others.
        """
        return {name: array for name, array in self._stored(entry).items() if name != KEPT_RUNS}

    def _stored(self, entry: dict[str, Any]) -> dict[str, np.ndarray]:
        return Store(self.root, read_only=True).read_arrays("measurements", entry["key"])

    def runs(self, entry: dict[str, Any]) -> dict[int, dict[str, np.ndarray]]:
        """Arrays of each seed of a measurement that did not fail, without the seed axis, by the seed's index.

        Of a small copy those seeds whose arrays are there.
        """
        stored = self._stored(entry)
        kept = stored.pop(KEPT_RUNS, np.ones(len(entry["seeds"]), bool))
        return {
            index: {name: array[index] for name, array in stored.items()} for index in self.ok(entry) if kept[index]
        }

    def example(self, entries: list[dict[str, Any]]) -> dict[str, np.ndarray]:
        """Arrays of the first seed that did not fail, without the seed axis; empty where all failed."""
        for entry in entries:
            index = self.first_ok(entry)
            if index is not None:
                return {name: array[index] for name, array in self.arrays(entry).items()}
        return {}

    def first_ok(self, entry: dict[str, Any]) -> int | None:
        """Index of the first seed of a measurement that did not fail; None where all failed."""
        return next(iter(self.ok(entry)), None)

    def ok(self, entry: dict[str, Any]) -> list[int]:
        """Indices of the seeds of a measurement that did not fail."""
        return [index for index, ok in enumerate(self._ok(entry)) if ok]

    def _ok(self, entry: dict[str, Any]) -> list[bool]:
        rows = self.evidence.groups.get(identity_of(entry))
        if rows is None:  # a measure without metrics has no rows: its block's others tell
            rows = self.all_rows[self.all_rows["block"] == (entry["block"] or "")]
        ok = (rows["status"] == "ok").groupby(rows["seed"], dropna=False).all()
        return [bool(ok.get(np.nan if seed is None else float(seed), False)) for seed in entry["seeds"]]
