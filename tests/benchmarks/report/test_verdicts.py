"""Tables and pictures of made-up verdicts: every kind of claim, every verdict, failed runs, no runs."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import get_args

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from benchmarks.analysis.evidence import IDENTITY
from benchmarks.analysis.verdicts import CLAIM_COLUMNS, SETTING_COLUMNS, Verdict, judge
from benchmarks.claims.spec import Claim, ClaimKind, Event, Evidence, Margin, Setting
from benchmarks.report.heading import effect_cells, effect_in_short, effect_line
from benchmarks.report.results import Results
from benchmarks.report.style import VERDICT_COLOURS
from benchmarks.report.verdicts import (
    board_figure,
    claim_figure,
    claims_csv,
    draw_shares,
    verdict_lines,
    verdicts_page,
)
from benchmarks.store import ROW_FIELDS, rows_to_csv

SPREAD = np.array([-1.4, -0.9, -0.5, -0.1, 0.1, 0.5, 0.9, 1.4])
WIDE = np.tile(SPREAD, 4)
NAN = np.nan
Groups = dict[str, np.ndarray]


def claim_of(name: str, kind: ClaimKind, groups: Groups, settings: int = 1, **more: object) -> Claim:
    """A claim with decisive settings s0, s1, … of one kind, with a control beside."""
    event = Event(side="above", threshold=0.5) if kind == "proportion" else None
    against = "other" if kind == "association" else None
    tested = kind not in ("exact", "descriptive")
    one = {group: Evidence(measure="m", metric="jsd", event=event, against=against) for group in groups}
    alone = {"control": Evidence(measure="m", metric="jsd")}
    fields: dict[str, object] = {
        "margin": None if kind == "descriptive" else Margin(value=1.0, unit="nat", reason="made up for a test"),
        **more,
    }
    return Claim.model_validate(
        {
            "id": name, "statement": f"statement of {name}", "document": "003", "passage": "line 1", "kind": kind,
            "quantity": "JSD", "contrast": "made up", "direction": "higher", "family": "primary" if tested else None,
            "settings": tuple(Setting(label=f"s{i}", dataset="d", groups=one) for i in range(settings)),
            "controls": (Setting(label="beside", dataset="d", groups=alone),),
            **fields,
        }
    )  # fmt: skip


BOUND = Margin(value=0.5, unit="share", reason="made up for a test")
TWICE = Margin(value=2.0, unit="times", reason="made up for a test")
GOOD: Groups = {"a": SPREAD + 10, "b": SPREAD}
BAD: Groups = {"a": SPREAD - 10, "b": SPREAD}
PAIRS: Groups = {"a": np.stack([WIDE, WIDE], 1)}
CASES: list[tuple[Claim, list[Groups], Verdict]] = [
    (claim_of("better", "superiority", GOOD), [GOOD], "supported"),
    (claim_of("worse", "superiority", GOOD), [BAD], "refuted"),
    (claim_of("same", "superiority", GOOD), [{"a": SPREAD / 99, "b": SPREAD / 99}], "refuted"),
    (claim_of("both", "superiority", GOOD, settings=2), [GOOD, BAD], "mixed"),
    (claim_of("open", "superiority", GOOD), [{"a": SPREAD + 1, "b": SPREAD}], "inconclusive"),
    (claim_of("no-spread", "variance", GOOD, scale="ratio", margin=TWICE), [{"a": np.ones(8), "b": np.ones(8)}],
     "inconclusive"),
    (claim_of("absent", "superiority", GOOD, settings=2), [GOOD, {}], "cannot be judged"),
    (claim_of("single", "superiority", GOOD), [{"a": SPREAD, "b": SPREAD[:1]}], "cannot be judged"),
    (claim_of("failing", "superiority", GOOD), [{"a": np.full(8, NAN), "b": SPREAD}], "refuted"),
    (claim_of("half-failed", "superiority", GOOD), [{**GOOD, "a": np.where(SPREAD < 0.4, 9, NAN)}], "inconclusive"),
    (claim_of("ratio", "ordering", GOOD, scale="ratio", margin=TWICE),
     [{"a": np.exp(SPREAD), "b": np.exp(SPREAD + 9)}], "supported"),
    (claim_of("middle", "optimum", GOOD), [GOOD], "supported"),
    (claim_of("equal", "equivalence", GOOD), [{"a": SPREAD / 99, "b": SPREAD / 99}], "supported"),
    (claim_of("large", "bound", {"a": SPREAD}), [{"a": SPREAD + 9}], "supported"),
    (claim_of("often", "proportion", {"a": SPREAD}, margin=BOUND), [{"a": np.ones(32)}], "supported"),
    (claim_of("together", "association", PAIRS, margin=BOUND), [PAIRS], "supported"),
    (claim_of("steadier", "variance", GOOD, scale="ratio", margin=TWICE),
     [{"a": np.exp(np.tile(SPREAD / 40, 3)), "b": np.exp(np.tile(SPREAD, 3))}], "supported"),
    (claim_of("identical", "exact", {"a": SPREAD}), [{"a": np.zeros(8)}], "supported"),
    (claim_of("told", "descriptive", GOOD), [GOOD], "descriptive"),
    (claim_of("untold", "descriptive", GOOD), [{}], "cannot be judged"),
]  # fmt: skip
EVERY = pytest.mark.parametrize(("claim", "runs", "verdict"), CASES, ids=[claim.id for claim, _, _ in CASES])


def results_with(root: Path, cases: list[tuple[Claim, list[Groups], Verdict]]) -> Results:
    """A results directory with these values as rows; groups without values were not asked for."""
    entries: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    keys: dict[str, dict[str, dict[str, list[str]]]] = {}
    for claim, runs, _ in cases:
        labels = [setting.label for setting in claim.settings]
        for label, groups in [*zip(labels, runs, strict=True), ("beside", {"control": np.exp(SPREAD)})]:
            for group in next(s for s in claim.settings + claim.controls if s.label == label).groups:
                values = groups.get(group, SPREAD[:0])
                key = f"{claim.id}/{label}/{group}"
                keys.setdefault(claim.id, {}).setdefault(label, {})[group] = [key] if len(values) else []
                identity = {**dict.fromkeys(IDENTITY), "block": key, "measure": "m", "dataset": "d", "setting": "{}"}
                seeds = list(range(1000, 1000 + len(values)))
                entries.append({**identity, "key": key, "seeds": seeds, "experiments": [claim.id], "failure": None})
                for seed, value in zip(seeds, values, strict=True):
                    for metric, number in zip(("jsd", "other"), np.atleast_1d(value), strict=False):
                        status = "failed" if np.isnan(number) else "ok"
                        row = {**dict.fromkeys(ROW_FIELDS), **identity, "seed": seed, "status": status}
                        rows.append({**row, "metric": metric, "value": float(number)})
    trial = {
        "families": {"primary": len(cases), "secondary": 0},
        "claims": {claim.id: claim.model_dump(mode="json") for claim, _, _ in cases},
        "evidence": keys,
    }
    run = {"experiments": {}, "datasets": {}, "metrics": {"jsd": {"title": "JSD"}}, "measurements": entries}
    (root / "rows.csv").write_text(rows_to_csv(rows))
    (root / "run.json").write_text(json.dumps(run))
    (root / "claims.json").write_text(json.dumps(trial))
    return Results(root)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    return results_with(tmp_path_factory.mktemp("verdicts"), CASES)


def test_every_kind_and_every_verdict_is_among_the_cases() -> None:
    assert {claim.kind for claim, _, _ in CASES} == set(get_args(ClaimKind))
    assert {verdict for _, _, verdict in CASES} == set(get_args(Verdict)) == set(VERDICT_COLOURS)


def test_verdicts_come_from_the_rows_in_the_order_of_the_registry(results: Results) -> None:
    assert [(r.claim, r.verdict) for r in results.verdicts] == [(claim.id, verdict) for claim, _, verdict in CASES]


def test_tables_hold_a_row_for_every_claim_and_setting(results: Results) -> None:
    written = claims_csv(results)
    assert list(written) == ["claims", "claims_settings"]
    claims = pd.read_csv(StringIO(written["claims"]), dtype={"document": str}).set_index("claim", drop=False)
    assert {
        "claim", "verdict", "effect", "unit", "ci_low", "ci_high", "margin", "p", "p_adjusted", "n_seeds", "n_settings",
        "reason", "document",
    } <= set(claims.columns) == set(CLAIM_COLUMNS)  # fmt: skip
    assert list(claims["claim"]) == [claim.id for claim, _, _ in CASES]
    better = claims.loc["better"]
    assert (better["effect"], better["margin"], better["unit"]) == (pytest.approx(10), 1, "nat")
    assert better["ci_low"] < 10 < better["ci_high"] and better["p"] <= better["p_adjusted"] <= 0.05
    assert (better["n_seeds"], better["n_settings"], better["document"]) == (8, 1, "003")
    assert claims.loc["absent", ["effect", "p", "p_adjusted"]].isna().all()
    assert claims.loc["ratio", "effect"] == pytest.approx(np.exp(9))
    settings = pd.read_csv(StringIO(written["claims_settings"]))
    assert set(settings.columns) == {"claim", "setting", *SETTING_COLUMNS} - {"label"}
    rows = {(row["claim"], row["setting"]): row for row in settings.to_dict("records")}
    assert list(rows) == [(claim.id, s.label) for claim, _, _ in CASES for s in claim.settings]
    half, absent = rows["half-failed", "s0"], rows["absent", "s1"]
    assert (half["n"], half["failed"]) == ("a: 8, b: 8", "a: 3, b: 0")
    assert (absent["words"], absent["missing"]) == ("cannot be judged", "no runs of a and b in s1")


def test_the_markdown_table_tells_every_claim_in_words(results: Results) -> None:
    page = verdicts_page(results)
    assert page is not None
    text = page.markdown()
    assert "nan" not in text.lower()
    lines = [line for line in text.splitlines() if line.startswith("|")]
    header, body = lines[0], lines[2:]
    assert {line.count("|") for line in lines} == {header.count("|")}
    assert len(body) == len(CASES)
    marks = {"exact": "x", "descriptive": "d"}
    for line, (claim, _, verdict), result in zip(body, CASES, results.verdicts, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert cells[:3] == [claim.id, marks.get(claim.kind, "P"), f"**{verdict}**"]
        assert cells[-3:] == [claim.statement, result.reason, "003, line 1"]
        assert (cells[6] == "") == (claim.family is None or verdict == "cannot be judged")


def test_a_line_for_a_terminal(results: Results) -> None:
    lines = verdict_lines(results.verdicts)
    for line, (claim, _, verdict) in zip(lines, CASES, strict=True):
        assert line.startswith(claim.id) and f" {verdict} " in line and "\n" not in line


def test_the_board_shows_every_verdict_in_its_colour(results: Results) -> None:
    figure = board_figure(results)
    assert figure is not None
    shown = [text for text in figure.axes[0].texts if text.get_bbox_patch() is not None]
    assert [text.get_text() for text in shown] == [verdict for _, _, verdict in CASES]
    figure.canvas.draw()
    plt.close(figure)


@EVERY
def test_a_claims_picture_shows_its_settings(
    results: Results, claim: Claim, runs: list[Groups], verdict: Verdict
) -> None:
    """Failed runs are counted, settings without runs are said to be, controls are shown and not judged."""
    figure = claim_figure(results, claim.id)
    figure.canvas.draw()
    assert figure.get_suptitle().startswith(f"{claim.id}: {verdict}\n")
    left, right = figure.axes[0::2], figure.axes[1::2]
    assert [axes.get_title("left") for axes in left] == [*(s.label for s in claim.settings), "beside"]
    (result,) = (one for one in results.verdicts if one.claim == claim.id)
    words = [setting.words for setting in result.settings]
    assert [axes.get_title("left") for axes in right] == [*words, "beside, not judged"]
    for axes, groups in zip(left, runs, strict=False):
        counted = [text.get_text() for text in axes.texts]
        failed = [int(np.isnan(values).sum()) for values in groups.values()]
        if claim.kind == "proportion":
            events = [int((values == 1).sum()) for values in groups.values()]
            assert counted == [f"{count} of {len(v)}" for count, v in zip(events, groups.values(), strict=True)]
        else:
            assert counted == [f"{count} failed" for count in failed if count]
    plt.close(figure)


def test_a_failed_run_is_none_of_the_events() -> None:
    figure, axes = plt.subplots()
    draw_shares(axes, {"a": np.array([1.0, 1, 0, NAN]), "b": np.array([0.0, 0, 0, 0])}, "s0")
    assert [text.get_text() for text in axes.texts] == ["2 of 4, 1 failed", "0 of 4"]
    assert [bar.get_width() for bar in axes.patches if isinstance(bar, Rectangle)] == [0.5, 0]
    plt.close(figure)


def test_without_claims_there_is_no_table_and_no_picture(tmp_path: Path) -> None:
    results = results_with(tmp_path, [])
    assert verdicts_page(results) is None and not claims_csv(results)
    assert board_figure(results) is None
    (tmp_path / "claims.json").unlink()
    assert Results(tmp_path).verdicts == []


def test_a_factor_below_one_is_written_as_one_the_other_way_round() -> None:
    claim, values = claim_of("worse", "superiority", GOOD, scale="ratio", margin=TWICE), np.exp(SPREAD)
    (result,) = judge([claim], {"worse": {"s0": {"a": values, "b": 4 * values}}}, {"primary": 1})
    assert effect_cells(replace(result, effect=0.25, ci_low=0.125, ci_high=2.0), claim) == (
        "1/4.00 times",
        "1/8.00 to 2.00",
    )
    above = replace(result, effect=4.0, ci_low=0.5, ci_high=8.0)
    assert effect_cells(above, claim) == ("4.00 times", "1/2.00 to 8.00")
    (setting,) = result.settings
    assert effect_in_short(setting, claim) == effect_in_short(result, claim)  # everywhere in one notation
    effect, interval = effect_cells(result, claim)
    assert effect.startswith("1/")
    assert effect_line(result, claim).startswith(f"effect {effect}, 95 % interval {interval}, margin ")


def test_of_several_groups_it_is_said_which_two_have_the_effect() -> None:
    values: Groups = {"a": SPREAD, "b": SPREAD + 10, "c": SPREAD}
    claim = claim_of("alike", "equivalence", values)
    (result,) = judge([claim], {"alike": {"s0": values}}, {"primary": 1})
    (setting,) = result.settings
    assert "b" in setting.between
    assert effect_cells(setting, claim)[0].endswith(f" nat, {setting.between[0]} against {setting.between[1]}")
    of_two = claim_of("better", "superiority", GOOD)
    (one,) = judge([of_two], {"better": {"s0": GOOD}}, {"primary": 1})[0].settings
    assert effect_cells(one, of_two)[0].endswith(" nat")  # no other two are there
