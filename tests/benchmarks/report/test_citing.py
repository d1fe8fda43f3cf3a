"""Citations: sentences with numbers, references that exist, in three formats."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from cffconvert import Citation
from pybtex.database import Entry, parse_string

from benchmarks.claims.documents import DOCUMENTS
from benchmarks.command_line import main
from benchmarks.report.citing import (
    FORMATS,
    OF_DATA,
    OF_MODELS,
    OF_VERDICTS,
    SUITE,
    cite,
    cited,
    document_entry,
    in_text,
    library,
)
from benchmarks.report.results import Results
from metrics import METRICS
from models import MODELS

ROOT = Path(__file__).parents[3]
REFERENCE = ROOT / "results" / "reference"
CITED = re.compile(r"\(((?:[A-Z][\w-]+ )+(?:et al\. |and [A-Z][\w-]+ )?\d{4})")

pytestmark = pytest.mark.skipif(not REFERENCE.exists(), reason="no committed reference results in this checkout")


@pytest.fixture(scope="module")
def results() -> Results:
    return Results(REFERENCE)


def test_every_source_that_a_metric_names_is_in_the_library() -> None:
    missing = {
        name: found for name, metric in METRICS.items() for found in CITED.findall(metric.summary) if not cited(found)
    }
    assert not missing
    assert cited("Fréchet distance (Heusel et al. 2017)") == ["heusel2017fid"]
    assert cited("effective (Geyer 1992; Vehtari et al. 2021)") == ["geyer1992mcmc", "vehtari2021rhat"]


def test_tables_of_entries_name_what_there_is() -> None:
    keys = {*OF_DATA.values(), *OF_VERDICTS, SUITE, *(key for found in OF_MODELS.values() for key in found)}
    assert keys <= set(library().entries)
    assert set(OF_MODELS) <= set(MODELS)
    names = [in_text(entry) for entry in library().entries.values()]
    assert len(set(names)) == len(names)


def test_the_librarys_version_is_the_projects() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert library().entries[SUITE].fields["version"] == project["version"]
    assert f"version: {project['version']}" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_the_projects_own_citation_is_valid() -> None:
    citation = Citation((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    citation.validate()
    assert "Fairtrial" in citation.as_bibtex()


def test_a_claim_is_cited_with_its_numbers(results: Results) -> None:
    text = cite(results, "quality-order")
    sentence, _, references = text.partition("\n\n")
    verdict = next(one for one in results.verdicts if one.claim == "quality-order")
    assert results.claims["quality-order"].statement in sentence and verdict.verdict in sentence
    assert "95 % interval" in sentence and "seeds each" in sentence
    assert "Fairtrial " in sentence and results.digest[:16] in sentence and "standard run of 20" in sentence
    lines = references.splitlines()
    assert [line.split("]")[0] for line in lines] == [f"[{index}" for index in range(1, len(lines) + 1)]
    for name in ("The Fairtrial authors", "Alpaydin", "Heusel", "Goodfellow", DOCUMENTS["000"].title[6:20]):
        assert any(name in line for line in lines), name


def test_every_claim_and_table_can_be_cited_in_every_format(results: Results) -> None:
    for name in [*results.claims, *results.datasets, "verdicts"]:
        text, bibtex, latex = (cite(results, name, form) for form in FORMATS)
        entries = parse_string(bibtex, "bibtex").entries
        keys = re.findall(r"\\cite\{([^}]*)\}", latex)[0].split(",")
        assert keys == list(entries) and keys[0] == f"{SUITE}-{name}"
        assert len(entries) - 1 == sum(line.startswith("[") for line in text.splitlines())
        assert latex.isascii()


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cite", "digits", "--results", str(REFERENCE)]) == 0
    assert capsys.readouterr().out.startswith("digits: FID from ")
    for words, message in (
        (["quality-ordr"], "unknown claim or table 'quality-ordr'; did you mean 'quality-order'?"),
        (["digits", "--format", "bib"], "unknown format 'bib'; did you mean 'bibtex'? Known: text, bibtex, latex"),
        (["digits", "--results", "nowhere"], "nowhere is not a results directory: it has no run.json"),
    ):
        assert main(["cite", "--results", str(REFERENCE), *words]) == 2
        error = capsys.readouterr().err
        assert message in error and error.count("\n") == 1


def test_every_source_that_the_comparison_names_is_in_the_library() -> None:
    """In its tables: models, data sets, metrics."""
    known = {
        name: {entry.fields["year"] for entry in library().entries.values() if name in first_authors(entry)}
        for name in authors()
    }
    text = (ROOT / "docs" / "comparison.md").read_text(encoding="utf-8")
    tables = "\n".join(
        line for line in text.splitlines() if line.startswith("| ") and re.search(r"\b(19|20)\d\d\b", line)
    )
    named = re.findall(
        r"([A-Z][\w-]+)(?:,? [A-Z][\w-]+)*(?: et al\.,?| and [A-Z][\w-]+,?)?(?: [A-Z]+)? ((?:19|20)\d\d)", tables
    )
    assert len(named) > 20
    missing = {(name, year) for name, year in named if name in known and year not in known[name]}
    assert not missing
    for name in ("Higgins", "Ghosh", "Hotelling", "Duin", "Metz", "Durall", "Creswell", "Lim", "Rybkin"):
        assert name in known, name


def first_authors(entry: Entry) -> list[str]:
    return [" ".join(person.last_names) for person in entry.persons["author"]]


def authors() -> set[str]:
    return {name for entry in library().entries.values() for name in first_authors(entry)}


def test_densities_on_codes_are_cited(results: Results) -> None:
    assert "From variational to deterministic autoencoders" in cite(results, "quality-order")
    assert "Robust tests for the equality of variances" in cite(results, "vae-is-stabler")


def test_all_verdicts_are_cited_by_their_numbers(results: Results) -> None:
    text = cite(results, "verdicts")
    assert f"Of {len(results.claims)} claims" in text and "inconclusive" in text and results.digest[:16] in text


def test_a_document_is_cited_with_what_it_says_of_its_author_and_address() -> None:
    key, entry = document_entry("001")
    assert key == "fairtrial-document-001"
    assert [str(person) for person in entry.persons["author"]] == ["YE, Jian"]
    assert entry.fields["url"].startswith("https://") and "year" not in entry.fields
    assert document_entry("003")[1].fields["year"] == "2019" and not document_entry("003")[1].persons
    (pen_name,) = document_entry("002")[1].persons["author"]
    assert len(pen_name.last_names) == 1 and not pen_name.first_names
