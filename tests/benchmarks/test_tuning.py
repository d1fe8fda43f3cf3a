"""The search for settings: equal effort for all, the score, the edges, and what recipes make of it."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import recipes, tuning
from benchmarks.experiments import published_mixtures
from benchmarks.experiments.base import Request, block
from benchmarks.recipes import ARMS, NOT_COMPARED, RECIPES, TUNED_AS, TUNED_FILE, tuned_settings
from benchmarks.specs import FIRST_SEED, InputError
from benchmarks.tuning import CONFIGURATIONS, GRIDS, STAGES, Grid, choose, configurations, score, trials
from models import MODELS

COMMITTED = json.loads(TUNED_FILE.read_text(encoding="utf-8"))["datasets"]


@pytest.mark.parametrize("grids", GRIDS.values(), ids=GRIDS.keys())
def test_every_family_tries_equally_many_configurations(grids: dict[str, Grid]) -> None:
    assert {family for stage in STAGES for family in stage} == set(grids) == set(MODELS) - {"pca", *NOT_COMPARED}
    for grid in grids.values():
        tried = configurations(grid)
        assert len(tried) == CONFIGURATIONS
        assert len({json.dumps(one) for one in tried}) == CONFIGURATIONS


@pytest.mark.parametrize("dataset", sorted(set(TUNED_AS.values())))
def test_trials_are_on_tuning_seeds_and_the_validation_split(dataset: str) -> None:
    request = Request(dataset, "standard", ((0, 1, 2, 3),), 100, "validation")
    for family in GRIDS[dataset]:
        tried = trials(request, family, {})
        arms = sum(model == family for model, _ in ARMS)
        assert len(tried) == CONFIGURATIONS * arms
        for configuration, trial in tried:
            assert trial.split == "validation"
            assert not trial.training.snapshots
            assert max(trial.seeds) < FIRST_SEED["pilot"]
            assert {name: trial.settings[name] for name in configuration} == configuration


def test_score_is_the_mean_over_arms_of_the_median_over_seeds() -> None:
    assert score({"a": [1.0, 2.0, 9.0], "b": [4.0, 4.0, 5.0]}) == (0, 3.0)
    assert score({"a": [1.0, 3.0, None, 2.0]}) == (0, 2.5)  # one failed seed of four is a large value
    assert score({"a": [None, None, 1.0, 2.0], "b": [1.0] * 4}) == (1, 1.0)
    assert score({"a": [None]}) == (1, math.inf)


def test_failing_arms_lose_to_bad_ones() -> None:
    entries = [
        {"settings": {"x": 1.0}, "arms": {"a": [0.1], "b": [None]}},
        {"settings": {"x": 2.0}, "arms": {"a": [0.6], "b": [0.7]}},
        {"settings": {"x": 3.0}, "arms": {"a": [0.6], "b": [0.6]}},
        {"settings": {"x": 4.0}, "arms": {"a": [0.9], "b": [0.6]}},
    ]
    assert choose(entries, {"x": (1.0, 2.0, 3.0, 4.0)}) == {"settings": {"x": 3.0}, "edges": []}


def test_nothing_is_chosen_where_nothing_was_scored() -> None:
    with pytest.raises(InputError, match="nothing to choose from"):
        choose([{"settings": {"x": 1.0}, "arms": {"a": [None, None]}}], {"x": (1.0, 2.0)})


def test_a_data_set_without_the_score_is_refused_before_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("benchmarks.extractor_choice.in_domain_extractors", lambda name: [])
    words = ["--dataset", "digits", "--profile", "smoke", "--quiet", "--results-dir", str(tmp_path)]
    assert tuning.main(words) == 2
    assert "digits cannot be scored by kid" in capsys.readouterr().err
    assert not list(tmp_path.glob("blocks/*"))


def test_an_optimum_at_an_end_of_an_axis_is_flagged() -> None:
    grid = {"x": (1.0, 2.0, 3.0), "y": (1.0, 2.0)}
    entries = [{"settings": one, "arms": {"a": [one["x"] + abs(one["y"] - 2)]}} for one in configurations(grid)]
    assert choose(entries, grid) == {"settings": {"x": 1.0, "y": 2.0}, "edges": ["x", "y"]}


def test_a_search_is_resumed_and_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A search of two families with two configurations each; the second time nothing is trained; recipes read its choice."""
    small = {"ring": {"ae": {"learning_rate": (1e-4, 1e-2)}, "latent-gan": {"generator_learning_rate": (1e-3, 2e-3)}}}
    monkeypatch.setattr(tuning, "GRIDS", small)
    monkeypatch.setattr(tuning, "STAGES", (("ae",), ("latent-gan",)))
    target = tmp_path / "tuned.json"
    target.write_text('{"datasets": {"digits": {"families": {}}}}')
    for module in (tuning, recipes):
        monkeypatch.setattr(module, "TUNED_FILE", target)
    tuned_settings.cache_clear()
    arguments = ["--dataset", "ring", "--seeds", "2", "--profile", "smoke", "--device", "cpu", "--quiet", "--adopt"]
    arguments += ["--results-dir", str(tmp_path / "search"), "--jobs", "1"]
    try:
        assert tuning.main(arguments) == 0
        first = json.loads(target.read_text())
        assert set(first["datasets"]) == {"digits", "ring"}
        found = first["datasets"]["ring"]
        assert found["seeds"] == [0, 1]
        assert found["metric"] == "jsd-hist"
        rate = found["families"]["ae"]["chosen"]["learning_rate"]
        assert found["families"]["latent-gan"]["chosen"]["learning_rate"] == rate
        assert found["families"]["ae"]["edges"] == ["learning_rate"]
        blocks = sorted((tmp_path / "search" / "blocks").iterdir())
        assert len(blocks) == 4
        stamps = [path.stat().st_mtime_ns for path in blocks]
        tuned_settings.cache_clear()
        assert block("ring", "ae", {}, "standard", (1000,)).settings["learning_rate"] == rate
        assert tuning.main(arguments) == 0
        assert [path.stat().st_mtime_ns for path in blocks] == stamps
        assert json.loads(target.read_text())["datasets"]["ring"]["families"] == found["families"]
        assert "at the grid's edge: learning_rate" in capsys.readouterr().out
    finally:
        tuned_settings.cache_clear()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--dataset", "rong"], "did you mean 'ring'"),
        (["--dataset", "comb-1d"], "comb-1d is trained with the settings of ring; search there"),
        (["--seeds", "101"], "there are only 100"),
        (["--seeds", "0"], "option seeds = 0"),
        (["--profile", "fast"], "smoke, standard or full"),
        (["--sedes", "1"], "unrecognized arguments"),
        (["--results-dir", __file__], "is a file; give a directory"),
    ],
)
def test_bad_input_is_one_line(
    arguments: list[str], message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert tuning.main(["--results-dir", str(tmp_path), *arguments]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("dataset", COMMITTED)
def test_committed_choices_are_the_best_of_committed_scores(dataset: str) -> None:
    """What recipes use is what the search found, on its whole grid, and nothing else."""
    search = COMMITTED[dataset]
    assert max(search["seeds"]) < FIRST_SEED["pilot"]
    assert set(search["families"]) == set(MODELS) - {"pca", *NOT_COMPARED}
    for family, result in search["families"].items():
        grid = {name: tuple(values) for name, values in result["grid"].items()}
        assert grid == GRIDS[dataset][family]
        assert [c["settings"] for c in result["configurations"]] == configurations(grid)
        for configuration in result["configurations"]:
            assert all(len(values) == len(search["seeds"]) for values in configuration["arms"].values())
        choice = choose(result["configurations"], grid)
        assert {name: result["chosen"][name] for name in grid} == choice["settings"]
        assert result["edges"] == choice["edges"]
        assert MODELS[family].Settings.model_fields.keys() >= result["chosen"].keys()
    autoencoder = search["families"]["ae"]["chosen"]["learning_rate"]
    assert search["families"]["latent-gan"]["chosen"]["learning_rate"] == autoencoder
    users = [name for name, source in TUNED_AS.items() if source == dataset]
    for name in users:
        for family, result in search["families"].items():
            assert dict(tuned_settings(name)[family]) == result["chosen"]


def test_every_recipe_says_whose_search_it_uses_and_that_is_committed() -> None:
    assert set(TUNED_AS) == set(RECIPES) - set(published_mixtures.DATASETS)  # a published protocol brings its own
    assert set(TUNED_AS.values()) == set(COMMITTED) == set(GRIDS)
