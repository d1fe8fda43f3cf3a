"""The simulation of the verdicts' rules: its made-up runs lie where they should, and its counts are right."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchmarks.analysis import simulate
from benchmarks.analysis.made_up import (
    BETWEEN,
    CASES,
    DELTA,
    DISTRIBUTIONS,
    FACTOR,
    MADE,
    RHO,
    SHARE,
    made_claim,
    made_groups,
)
from benchmarks.analysis.simulate import (
    LEVELS,
    PATTERNS,
    Scenario,
    Truth,
    above_level,
    family_errors,
    family_rows,
    made_family,
    markdown,
    power_scenarios,
    rates,
    single_scenarios,
    worst,
)
from benchmarks.claims import FAMILY_SIZES

MANY = 200_000


def made(case: str, beyond: float = 0.0) -> dict[str, np.ndarray]:
    samples = np.random.default_rng(0).normal(size=(CASES[case].samples, MANY))
    return made_groups(case, samples, beyond, 3.0, np.zeros((len(CASES[case].groups), MANY), bool))


def test_values_have_mean_0_and_spread_1() -> None:
    for draw in DISTRIBUTIONS.values():
        values = draw(np.random.default_rng(0), (MANY,))
        assert values.mean() == pytest.approx(0, abs=0.02)
        assert values.std() == pytest.approx(1, abs=0.1)


def test_made_up_runs_lie_at_the_margin() -> None:
    means = {
        kind: [values.mean() for values in made(kind).values()]
        for kind in ("superiority", "optimum", "ordering", "bound")
    }
    assert means["superiority"] == pytest.approx([DELTA, 0], abs=0.03)
    assert means["optimum"] == pytest.approx([DELTA, 0, 0], abs=0.03)
    assert means["ordering"] == pytest.approx([0, DELTA, 2 * DELTA], abs=0.03)
    assert means["bound"] == pytest.approx([DELTA], abs=0.03)
    first, other = made("equivalence", 2 * DELTA).values()
    assert first.mean() - other.mean() == pytest.approx(-DELTA, abs=0.03)
    steady, other = made("variance").values()
    assert other.std() / steady.std() == pytest.approx(FACTOR, abs=0.02)
    for pairs in made("association").values():
        assert stats.spearmanr(pairs[:, 0], pairs[:, 1]).statistic == pytest.approx(RHO, abs=0.01)
    assert made("proportion")["a"].mean() == pytest.approx(SHARE, abs=0.01)
    a, b = made("superiority, margin below 0").values()
    assert a.mean() - b.mean() == pytest.approx(-DELTA, abs=0.03)
    a, b = made("superiority of ratios").values()
    assert np.median(b) / np.median(a) == pytest.approx(FACTOR, abs=0.05)
    assert np.median(made("bound of geometric means")["a"]) == pytest.approx(0.05, abs=0.001)
    groups = list(made("equivalence of 7").values())
    assert [x.mean() for x in groups] == pytest.approx([DELTA, *[0] * 6], abs=0.02)
    steady, other = made("variance", -2 * np.log(FACTOR)).values()
    assert steady.std() / other.std() == pytest.approx(FACTOR, abs=0.02)


def test_failed_runs_leave_a_proportion_what_it_is() -> None:
    samples = np.random.default_rng(0).normal(size=(1, MANY))
    values = made_groups("proportion", samples, 0.0, 1.0, np.ones((1, MANY), bool))["a"]
    assert np.isnan(values).mean() == pytest.approx(SHARE, abs=0.01) and not np.nanmax(values)


AT_LEVEL = [
    "superiority", "equivalence", "bound", "association", "superiority, margin below 0", "superiority of ratios",
    "bound of geometric means",
]  # fmt: skip


@pytest.mark.parametrize("case", AT_LEVEL)
def test_error_rates_at_the_margin_are_the_level(case: str) -> None:
    repetitions = 4_000
    rows = pd.DataFrame(rates(Scenario("single", case, 16), repetitions, [0, 1]))
    assert list(rows["level"].unique()) == list(LEVELS)
    plain = rows[rows["level"] == LEVELS[0]].set_index("verdict")["rate"]
    error = np.sqrt(0.05 * 0.95 / repetitions)
    assert plain["support"] == pytest.approx(0.05, abs=4 * error + 0.005)
    # an equivalence is refuted on either side, of which only one is near
    assert plain["refute"] == pytest.approx(0.025 if case == "equivalence" else 0.05, abs=4 * error + 0.005)


@pytest.mark.parametrize("case", list(CASES))
def test_far_from_the_margin_all_is_decided(case: str) -> None:
    n = 32 if case == "proportion" else 8
    for sign, verdict in ((1, "support"), (-1, "refute")):
        rows = pd.DataFrame(rates(Scenario("power", case, n, beyond=sign * CASES[case].far), 200, [0, 2]))
        found = rows[rows["level"] == LEVELS[0]].set_index("verdict")["rate"]
        assert found[verdict] > 0.9
        assert found.drop(verdict).max() == 0


def test_words_are_counted_where_they_are_just_false() -> None:
    """Beyond −δ an order is reversed, between −δ and δ a difference is negligible: at −δ neither, or each at its level."""
    error = 4 * np.sqrt(0.05 * 0.95 / 4_000) + 0.005
    for case in ("superiority", "variance"):
        (_, at_margin), (edge, beyond) = CASES[case].edges
        rows = pd.DataFrame(rates(Scenario("single", case, 32, beyond=edge, said=beyond), 4_000, [0, 3]))
        rate = rows[rows["level"] == LEVELS[0]].set_index("verdict")["rate"]
        assert rate["reversed"] == pytest.approx(0.05, abs=error) and rate["negligible"] <= 0.05 + error
        far = rates(Scenario("single", case, 32, beyond=4 * edge, said=("reversed",)), 200, [0, 4])
        assert far[0]["rate"] == 1
        assert "negligible" in at_margin and "reversed" not in at_margin


def test_a_bound_with_two_thresholds_is_just_false_at_either() -> None:
    (_, supported), (edge, refuted) = CASES["bound with two thresholds"].edges
    assert (supported, edge, refuted) == (("support",), -BETWEEN, ("refute",))
    for beyond, said in ((0.0, "support"), (edge, "refute")):
        (plain, _) = rates(
            Scenario("single", "bound with two thresholds", 16, beyond=beyond, said=(said,)),  # type: ignore[arg-type]
            4_000, [0, 5],
        )  # fmt: skip
        assert plain["rate"] == pytest.approx(0.05, abs=0.02)


def test_failures_of_the_others_alone() -> None:
    """They are no ground to refute that the first is better; and its own failures withhold support."""
    alone = pd.DataFrame(rates(Scenario("single", "superiority", 8, failure=0.3, failing="others"), 4_000, [0, 6]))
    assert (alone["rate"] <= alone["level"] + 4 * np.sqrt(alone["level"] / 4_000)).all()


@pytest.mark.parametrize(
    ("pattern", "quantifier", "true"),
    [
        ((0, 0, 0), "every", {"inconclusive"}),
        ((1, 1, 1), "every", {"inconclusive", "supported"}),
        ((1, 1, 0), "every", {"inconclusive"}),
        ((1, 1, 0), "typical", {"inconclusive", "supported"}),
        ((1, -1, 0), "every", {"inconclusive", "refuted", "mixed"}),
        ((1, -1, 0), "some", {"inconclusive", "supported", "mixed"}),
        ((-1, -1, 0), "some", {"inconclusive"}),
    ],
)
def test_what_is_true_of_a_claim(pattern: tuple[int, ...], quantifier: str, true: set[str]) -> None:
    claim = made_claim("superiority", "x", len(pattern), quantifier, "primary")  # type: ignore[arg-type]
    assert Truth(claim, "superiority", pattern, 0).true_verdicts == true


def test_families_are_as_large_as_they_say() -> None:
    for state in PATTERNS:
        families = [truth.claim.family for truth in made_family(state)]
        assert {family: families.count(family) for family in FAMILY_SIZES} == FAMILY_SIZES


def test_false_verdicts_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    state = "some claims true, some false, some at the margin"
    monkeypatch.setattr(simulate, "FAMILY_SIZES", {"primary": 9, "secondary": 9})
    right = family_errors(state, 0.0, 2, [0])
    assert right["secondary, share"][0] < 0.5
    monkeypatch.setattr(
        Truth, "true_verdicts", {"inconclusive"}
    )  # as if all lay at the margin: what was found is false
    wrong = family_errors(state, 0.0, 2, [0])
    assert wrong["primary, any"] == [1, 1] and wrong["secondary, share"] == [1, 1]
    rows = family_rows(state, 0.0, wrong)
    assert [row["rate"] for row in rows] == [1, 1] and [row["case"] for row in rows] == ["primary", "secondary"]


def test_rates_above_their_level_are_named() -> None:
    rows = pd.DataFrame(
        {
            "part": ["single", "single", "power"],
            "level": 0.05,
            "rate": [0.055, 0.08, 0.9],
            "se": 0.003,
            "repetitions": 5000,
        }
    )
    assert list(above_level(rows)["rate"]) == [0.08]


def test_scenarios_are_those_that_are_asked_for() -> None:
    scenarios = list(single_scenarios())
    assert {s.n for s in scenarios} == {4, 8, 16, 32} and {s.failure for s in scenarios} == {0, 0.1, 0.3}
    assert {s.spread for s in scenarios} == {1, 3}
    assert {s.distribution for s in scenarios} == set(DISTRIBUTIONS)
    assert {s.case for s in scenarios} == set(CASES)
    assert {s.beyond for s in scenarios if s.case == "equivalence"} == {0, 2 * DELTA}
    assert {s.case for s in scenarios if s.failing == "others"} == {"superiority", "optimum", "variance"}
    assert {s.case for s in power_scenarios()} <= set(MADE)


def test_the_worst_of_each_case_is_listed() -> None:
    line = {
        "case": "bound",
        "verdict": "support",
        "distribution": "t3",
        "level": 0.05,
        "se": 0.0,
        "n": 8,
        "spread": 1.0,
    }
    line |= {"failure": 0.0, "failing": "all", "beyond": 0.0}
    rates_ = [{"rate": 0.1}, {"rate": 0.3, "n": 4}, {"rate": 0.2}, {"rate": 0.02, "level": 0.003}]
    listed = worst(pd.DataFrame([line | other for other in rates_]))
    assert list(zip(listed["level"], listed["rate"], strict=True)) == [(0.003, 0.02), (0.05, 0.2)]


def test_markdown() -> None:
    table = pd.DataFrame({"x": [0.12345, np.nan], "y": ["z", 2]}, index=pd.Index(["a", "b"], name="case"))
    assert markdown(table) == "| case | x | y |\n| --- | --- | --- |\n| a | 0.123 | z |\n| b | – | 2 |"


def test_all_files_are_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [scenario for scenario in single_scenarios() if scenario.n == 4 and scenario.failure == 0.1]
    points = [scenario for scenario in power_scenarios() if scenario.n in (4, 32)][::2]
    monkeypatch.setattr(simulate, "single_scenarios", lambda: few[::5])
    monkeypatch.setattr(simulate, "power_scenarios", lambda: points)
    monkeypatch.setattr(simulate, "PATTERNS", {"all claims at the margin": ((0,),)})
    simulate.main(["--repetitions", "20", "--out", str(tmp_path), "--workers", "1"])
    rows = pd.read_csv(tmp_path / "simulation.csv")
    assert set(rows["part"]) == {"single", "power", "family"}
    assert rows["rate"].between(0, 1).all()
    report = (tmp_path / "simulation.md").read_text(encoding="utf-8")
    assert f"{FAMILY_SIZES['primary']} primary claims" in report and "n = 4" in report
    assert (tmp_path / "power.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--repetitions", "0"], "at least 1"),
        (["--workers", "many"], "invalid int value: 'many'"),
        (["--out", __file__], "is a file; give a directory"),
        (["--out", f"{__file__}/x"], "is a file; give a directory"),
    ],
)
def test_bad_arguments_are_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulate.main(words) == 2
    said = capsys.readouterr().err
    assert message in said and len(said.splitlines()) == 1
