"""The pages of the documentation: every claim and document, what the results say, nothing by hand."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.claims import CLAIMS
from benchmarks.claims.documents import DOCUMENTS
from benchmarks.report.conditions import condition
from benchmarks.report.pages.__main__ import LISTED, listed, main, write_pages
from benchmarks.report.pages.claims_page import claims_page
from benchmarks.report.pages.documents_page import documents_page
from benchmarks.report.pages.joined import Joined, Judged
from benchmarks.report.pages.side_by_side import side_by_side
from benchmarks.report.results import Results
from benchmarks.specs import InputError

REPOSITORY = Path(__file__).parents[3]
REFERENCE = REPOSITORY / "results" / "reference"


@pytest.fixture(scope="module")
def reference() -> Results:
    return Results(REFERENCE)


@pytest.fixture(scope="module")
def page(reference: Results) -> str:
    return claims_page({"here": reference}, {"quality-order": "figures/claim-quality-order.png"})


def test_every_claim_has_a_line_on_the_board_and_a_section(reference: Results, page: str) -> None:
    for result in reference.verdicts:
        claim = reference.claims[result.claim]
        line = next(line for line in page.splitlines() if line.startswith(f"| [{result.claim}](#{result.claim})"))
        assert line.endswith(f"| {result.verdict} |")
        section = page.partition(f"\n## {result.claim}\n")[2].partition("\n## ")[0]
        assert f"*{claim.statement}* (document {claim.document}" in section
        assert f"**Here: {result.verdict}**" in section
        assert result.reason in section
        assert "**What would change our mind.**" in section
        for setting in result.settings:
            label = setting.label.replace("|", "\\|")
            assert f"**{label}** |" in section if setting.decisive else f"| {label} |" in section


def test_a_picture_stands_only_where_there_is_one(page: str) -> None:
    assert re.findall(r"!\[[^]]*\]\(([^)]*)\)", page) == ["figures/claim-quality-order.png"]


def test_runs_stand_side_by_side(reference: Results) -> None:
    both = claims_page({"one": reference, "other": reference}, {})
    assert "| claim | document | one | other |" in both
    assert both.count("**What would change our mind.**") == len(reference.claims)
    assert "**One: mixed**" in both and "**Other: mixed**" in both


def with_claims(reference: Results, names: set[str], **trial: object) -> Results:
    """The results as if only these claims had been on trial."""
    part = Results(REFERENCE)
    verdicts = [one for one in reference.verdicts if one.claim in names]
    claims = {name: claim for name, claim in reference.claims.items() if name in names}
    part.__dict__.update(claims=claims, verdicts=verdicts, trial={**reference.trial, **trial})
    return part


def test_several_runs_stand_as_one(reference: Results, page: str) -> None:
    """Which together judged every claim once: the page is that of one run, but for the order of the claims."""
    names = list(reference.claims)
    parts = [with_claims(reference, set(names[:20])), with_claims(reference, set(names[20:]))]
    assert claims_page({"here": Joined(parts)}, {"quality-order": "figures/claim-quality-order.png"}) == page
    with pytest.raises(InputError, match=f"judged {names[0]}, which needs"):
        Joined([*parts, with_claims(reference, {names[0]})])
    with pytest.raises(InputError, match="when the registry had other claims"):
        Joined([parts[0], with_claims(reference, set(names[20:]), families={"primary": 1})])


def elsewhere(reference: Results, name: str, **words: str) -> Results:
    """The results as if a claim's settings had been tried on MNIST, with other words for some of them."""
    other, claim = Results(REFERENCE), reference.claims[name].tried_on(["mnist"])
    result = next(one for one in reference.verdicts if one.claim == name)
    own = {one.label: one for one in result.settings}
    there = tuple(
        replace(
            own["digits" + s.label.removeprefix("mnist")],
            label=s.label,
            words=words.get(s.label.split(", ")[1][:2], "refuted"),
        )
        for s in claim.settings
        if "digits" + s.label.removeprefix("mnist") in own
    )
    other.__dict__.update(claims={name: claim}, verdicts=[replace(result, settings=there)], trial=reference.trial)
    return other


def test_two_data_sets_are_held_against_each_other(reference: Results) -> None:
    """Contradictions first, then what one cannot tell; what came out alike is counted."""
    words = {one.label: one.words for one in next(v for v in reference.verdicts if v.claim == "ae-beats-pca").settings}
    assert [words[f"digits, {z} numbers"] for z in (2, 8, 32)] == ["supported", "supported", "refuted: reversed"]
    text = side_by_side({"digits": reference, "MNIST": elsewhere(reference, "ae-beats-pca", **{"2 ": "inconclusive"})})
    assert (
        "3 settings were tried in both, each on its own data: 1 came out alike, in 0 neither can tell, in 1 one cannot tell. "
        "In 1 the two contradict each other" in text
    )
    lines = [line for line in text.splitlines() if line.startswith("| [")]
    assert [line.split(" | ")[1] for line in lines] == ["**digits, 8 numbers**", "**digits, 2 numbers**"]
    assert lines[0].split(" | ")[2].startswith("supported: 1.98 times (1.96 to 2.01)")
    assert lines[1].split(" | ")[3].startswith("inconclusive: ")


def test_a_run_is_held_against_the_one_that_shares_most_settings_with_it(reference: Results) -> None:
    there = elsewhere(reference, "ae-beats-pca")
    few = with_claims(reference, {"quality-order"})
    assert side_by_side({"few": few, "all": reference, "MNIST": there}).startswith("## all and MNIST, setting by")
    assert side_by_side({"all": reference, "again": reference, "MNIST": there}).startswith(
        "## all and MNIST, setting by"
    )
    assert side_by_side({"few": few, "MNIST": there}) == ""


def test_runs_on_the_same_data_sets_are_not_held_against_each_other(reference: Results) -> None:
    assert side_by_side({"one": reference, "other": reference}) == ""


@pytest.mark.parametrize(
    "claim", [claim for claim in CLAIMS.values() if claim.kind != "descriptive"], ids=lambda c: c.id
)
def test_every_setting_says_what_must_hold_in_it(claim: object) -> None:
    from benchmarks.claims.spec import Claim

    assert isinstance(claim, Claim)
    for setting in claim.settings:
        words = condition(claim, setting)
        assert claim.quantity_in(setting) in words
        assert "  " not in words and "by more than -" not in words and "nan" not in words


def test_a_negative_margin_is_how_much_worse_it_may_be() -> None:
    claim = CLAIMS["schedules"]
    assert "is not higher than that of alternating by 0.0500 nat or more" in condition(claim, claim.settings[0])


def test_pictures_come_from_the_run_or_stay(tmp_path: Path) -> None:
    """A small copy has none: the pages are made anew around those that are there."""
    target, run = tmp_path / "docs", tmp_path / "run"
    figures = target / "figures"
    figures.mkdir(parents=True)
    (figures / "claim-gone.png").write_bytes(b"of a claim that is no more")
    (figures / "claim-saturation.png").write_bytes(b"as it was")
    link = "](figures/claim-saturation.png)"
    write_pages([("here", REFERENCE)], target)
    assert (figures / "claim-saturation.png").read_bytes() == b"as it was" and (figures / "claim-gone.png").exists()
    assert link in (target / "claims.md").read_text(encoding="utf-8")
    shutil.copytree(REFERENCE, run)
    (run / "figures").mkdir()
    shutil.copy(REFERENCE / "verdicts.png", run / "figures" / "claim-schedules.png")
    write_pages([("here", REFERENCE)], target, run)
    assert [path.name for path in figures.glob("*.png")] == ["claim-schedules.png"]
    assert link not in (target / "claims.md").read_text(encoding="utf-8")


def test_every_committed_run_of_claims_is_listed() -> None:
    committed = {path.parent for path in (REPOSITORY / "results").glob("reference*/**/claims.json")}
    assert committed == {place for _, place in listed(REPOSITORY / LISTED)}


@pytest.mark.parametrize("content", [None, "8 seeds", '"8 seeds" = 8'])
def test_a_list_that_cannot_be_read_is_one_line(
    tmp_path: Path, content: str | None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    if content is not None:
        (tmp_path / "results").mkdir()
        (tmp_path / LISTED).write_text(content)
    monkeypatch.setattr("sys.argv", ["pages"])
    assert main() == 2
    error = capsys.readouterr().err
    assert error.startswith(f"pages: {LISTED}: ") and error.count("\n") == 1 and not (tmp_path / "docs").exists()


def test_both_pages_are_written(tmp_path: Path) -> None:
    target = tmp_path / "docs"
    write_pages([("here", REFERENCE)], target)
    documents = (target / "documents.md").read_text(encoding="utf-8")
    for name, document in DOCUMENTS.items():
        section = documents.partition(f"## {name}: ")[2].partition("\n## ")[0]
        assert section
        for erratum in document.errata:
            assert erratum.place in section
    links = re.findall(r"\(claims\.md#([a-z0-9-]+)\)", documents)
    text = (target / "claims.md").read_text(encoding="utf-8")
    assert links and all(f"\n## {link}\n" in text for link in links)
    claimed = {(name, claim.id) for claim in Results(REFERENCE).claims.values() for name in claim.document.split(", ")}
    assert len(links) == len(claimed)


def test_what_errata_point_to_exists() -> None:
    for document in DOCUMENTS.values():
        for erratum in document.errata:
            for name in re.findall(r"[Ss]ee ([a-z0-9-]+)", erratum.right):
                assert name in CLAIMS


def test_no_results_and_a_claim_twice_under_one_title_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for words, message in (
        ([str(tmp_path)], "is not a results directory: it has no run.json"),
        ([str(REFERENCE), "--target", str(REFERENCE)], "holds the results of a run; give another folder"),
        ([str(REFERENCE), "--target", str(REFERENCE / "run.json")], "run.json is a file; give a directory"),
        (
            [f"a={REFERENCE}", f"a={REFERENCE}"],
            "two results directories of one title judged ae-beats-pca, which needs the evidence of one run",
        ),
    ):
        monkeypatch.setattr("sys.argv", ["pages", "--target", str(tmp_path / "docs"), *words])
        assert main() == 2
        error = capsys.readouterr().err
        assert error.startswith("pages: ") and message in error and error.count("\n") == 1
        assert not (tmp_path / "docs").exists()


def test_the_committed_pages_are_what_the_committed_results_say() -> None:
    """Changed words or rules need the pages made again: ``python -m benchmarks.report.pages``."""
    docs = REPOSITORY / "docs"
    titled: dict[str, list[Results]] = {}
    for title, place in listed(REPOSITORY / LISTED):
        titled.setdefault(title, []).append(Results(place))
    runs: dict[str, Judged] = {title: Joined(parts) if len(parts) > 1 else parts[0] for title, parts in titled.items()}
    pictures = {
        path.stem.removeprefix("claim-"): f"figures/{path.name}" for path in (docs / "figures").glob("claim-*.png")
    }
    assert set(pictures) == set(CLAIMS)
    assert (docs / "claims.md").read_text(encoding="utf-8") == claims_page(runs, pictures)
    assert (docs / "documents.md").read_text(encoding="utf-8") == documents_page(runs)
