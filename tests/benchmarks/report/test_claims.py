"""Each telling picture shows every run, and what the claim is measured against; where its arrays are missing there is none.

Results are made up: three runs of a claim of the registry, with values and arrays of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from benchmarks.claims import CLAIMS
from benchmarks.datasets import DATASETS
from benchmarks.report.claims import PICTURES
from benchmarks.report.claims.evidence import alike, tried
from benchmarks.report.claims.regions import level
from benchmarks.report.results import Results
from benchmarks.report.verdicts import claim_figures
from benchmarks.store import ROW_FIELDS, Store, array_bytes, rows_to_csv
from metrics import METRICS

SEEDS = (100, 101, 102)

Runs = Mapping[tuple[str, str], tuple[Mapping[str, list[float]], Mapping[str, np.ndarray]]]
"""(Setting, group) → values of every run by metric, and arrays with a leading seed axis."""
Make = Callable[[str, Runs], Results]


def facts(dataset: str) -> dict[str, Any]:
    """What ``run.json`` says of a data set."""
    density = DATASETS[dataset].density
    if density is None:
        return {"kind": "images", "shape": [8, 8]}
    known = density()
    parts = {name: getattr(known, name).tolist() for name in ("weights", "means", "scales")}
    return {"kind": "mixture", "density": {**parts, "window": known.window, "modes": known.modes}}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """``make(claim, runs)``: results of a run that tried these settings of a claim of the registry."""

    def made(name: str, runs: Runs) -> Results:
        claim = CLAIMS[name]
        settings = {setting.label: setting for setting in claim.settings + claim.controls}
        rows: list[dict[str, Any]] = []
        entries: list[dict[str, Any]] = []
        evidence: dict[str, dict[str, list[str]]] = {}
        for index, ((label, group), (values, arrays)) in enumerate(runs.items()):
            asked, key = settings[label].groups[group], f"{index:032x}"
            common: dict[str, Any] = {
                **dict.fromkeys(ROW_FIELDS),
                "block": f"block-{index}",
                "measure": asked.measure,
                "dataset": settings[label].dataset,
                "model": asked.model,
                "setting": json.dumps({**asked.settings, **asked.training, "group": index}),
            }
            for metric, column in values.items():
                status = ["failed" if np.isnan(value) else "ok" for value in column]
                rows += [
                    {**common, "seed": seed, "status": ok, "metric": metric, "value": value}
                    for seed, ok, value in zip(SEEDS, status, column, strict=True)
                ]
            entries.append(
                {
                    **{
                        column: common[column]
                        for column in common
                        if column in ("block", "measure", "dataset", "model")
                    },
                    **{column: common[column] for column in ("network", "sampler", "weights", "setting")},
                    "key": key,
                    "arm": asked.model,
                    "observation": None,
                    "seeds": list(SEEDS),
                    "experiments": [],
                    "failure": None,
                }
            )
            evidence.setdefault(label, {})[group] = [key]
            Store(tmp_path).write("measurements", key, {"arrays.npz": array_bytes(dict(arrays))})
        (tmp_path / "rows.csv").write_text(rows_to_csv(rows))
        run = {
            "experiments": {},
            "datasets": {entry["dataset"]: facts(entry["dataset"]) for entry in entries},
            "metrics": {
                metric: {"title": m.title, "unit": m.unit, "direction": m.direction} for metric, m in METRICS.items()
            },
            "measurements": entries,
        }
        (tmp_path / "run.json").write_text(json.dumps(run))
        trial = {
            "families": {"primary": 20, "secondary": 20},
            "claims": {name: claim.model_dump(mode="json")},
            "evidence": {name: evidence},
        }
        (tmp_path / "claims.json").write_text(json.dumps(trial))
        return Results(tmp_path)

    return made


@pytest.fixture(autouse=True)
def _no_figure_stays_open() -> Iterator[None]:
    yield
    plt.close("all")


N = len(SEEDS)
RISING = np.linspace(0.05, 0.95, 10)


def stacked(*arrays: np.ndarray) -> np.ndarray:
    return np.stack(arrays)


def x_of(line: Line2D) -> np.ndarray:
    return np.asarray(line.get_xdata(), float)


def y_of(line: Line2D) -> np.ndarray:
    return np.asarray(line.get_ydata(), float)


def labelled(axes: Axes, part: str) -> list[Line2D]:
    return [line for line in axes.get_lines() if part in str(line.get_label())]


def has_diagonal(axes: Axes) -> bool:
    return any(np.array_equal(x_of(line), y_of(line)) and len(x_of(line)) == 2 for line in axes.get_lines())


def points_of(axes: Axes) -> np.ndarray:
    """All marks of an axes, shape (n, 2)."""
    lines = [line for line in axes.get_lines() if line.get_marker() not in ("None", None, "")]
    return np.concatenate([np.stack([x_of(line), y_of(line)], axis=1) for line in lines])


def test_pictures_are_of_claims_that_exist() -> None:
    assert set(PICTURES) <= set(CLAIMS)


def d_runs(on_line: bool) -> tuple[dict[str, list[float]], dict[str, np.ndarray]]:
    binned = {"mass": np.full((N, 10), 0.1), "mean": stacked(*[RISING] * N), "deviation": np.zeros((N, 10))}
    at = np.linspace(-3, 6, 50)
    line = {"positions": np.tile(at, (N, 1)), "probability": np.full((N, 50), 0.4), "optimum": np.full((N, 50), 0.5)}
    return {"optimum-error": [0.01, 0.02, 0.03]}, {**binned, **(line if on_line else {})}


def test_d_of_every_run_over_the_line_and_on_the_diagonal(make: Make) -> None:
    runs: Runs = {("pair-1d, shifted-1", "trained D"): d_runs(True), ("ring, shifted-1", "trained D"): d_runs(False)}
    figure = PICTURES["optimal-discriminator"](make("optimal-discriminator", runs))
    assert figure is not None
    over_line, plane = figure.axes
    drawn = [line for line in over_line.get_lines() if np.allclose(y_of(line), 0.4)]
    assert len(drawn) == N
    (formula,) = labelled(over_line, "p / (p + q)")
    assert np.allclose(y_of(formula), 0.5)
    assert has_diagonal(plane)
    on_diagonal = [line for line in plane.get_lines() if len(x_of(line)) == 10]
    assert len(on_diagonal) == N
    assert all(np.allclose(x_of(line), RISING) for line in on_diagonal)  # bins' centres


def test_no_picture_of_d_without_its_arrays(make: Make) -> None:
    runs: Runs = {("pair-1d, shifted-1", "trained D"): ({"optimum-error": [0.01, 0.02, 0.03]}, {})}
    results = make("optimal-discriminator", runs)
    assert PICTURES["optimal-discriminator"](results) is None
    assert list(claim_figures(results, "optimal-discriminator")) == [""]  # the settings stand in


def test_value_of_every_run_on_the_diagonal(make: Make) -> None:
    values = {
        "bound-value": [-1.21, -1.22, np.nan],
        "bound-optimum": [-1.2, -1.2, np.nan],
        "bound-gap": [0.01, 0.02, np.nan],
    }
    results = make("value-is-jsd", {("ring, shifted-1", "trained D"): (values, {})})
    figures = claim_figures(results, "value-is-jsd")
    assert list(figures) == ["", "-settings"]
    (axes,) = figures[""].axes
    assert has_diagonal(axes)
    marks = points_of(axes)
    assert {tuple(mark) for mark in marks[np.isfinite(marks).all(1)]} == {(-1.2, -1.21), (-1.2, -1.22)}
    low, high = axes.get_xlim()
    assert low < -np.log(4) < 0 < high


def test_both_gradients_over_the_course_of_every_run(make: Make) -> None:
    output = np.tile([0.5, 0.1, 1e-4], (N, 1))
    arrays = {
        "discriminator-output": output,
        "discriminator-accuracy": np.tile([0.5, 0.9, 1.0], (N, 1)),
        "gradient-saturating": 2 * output,
        "gradient-non-saturating": np.full((N, 3), 7.0),
    }
    values = {"gradient-saturating-relative": [2e-4] * N}
    figure = PICTURES["saturation"](make("saturation", {("ring, saturating", "perfect D"): (values, arrays)}))
    assert figure is not None
    (axes,) = figure.axes
    courses = [line for line in axes.get_lines() if len(x_of(line)) == 3]
    assert len(courses) == 2 * N
    ends = {round(float(y_of(line)[-1]), 9) for line in courses}
    assert ends == {2e-4, 1.0}  # in norms at the start
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")


def test_maps_of_every_run_over_u_falling_ones_turned(make: Make) -> None:
    u = RISING
    arrays = {"u": stacked(u, u, u), "quantile": stacked(u, u, u), "map": stacked(u + 1, 1 - u, u + 2)}
    runs: Runs = {("pair-1d, samples of a generator", "GAN"): ({"ks": [0.1] * N}, arrays)}
    figure = PICTURES["inverse-cdf"](make("inverse-cdf", runs))
    assert figure is not None
    (axes,) = figure.axes
    assert len(axes.get_lines()) == N + 1
    assert all(y_of(line)[-1] > y_of(line)[0] for line in axes.get_lines())


def points(modes: list[float]) -> tuple[dict[str, list[float]], dict[str, np.ndarray]]:
    drawn = np.random.default_rng(0).normal(size=(N, 20, 2)).astype(np.float32)
    return {"modes-captured": modes}, {"points": drawn}


def test_the_first_runs_that_did_not_fail_with_their_own_values(make: Make) -> None:
    figure = PICTURES["no-mode-collapse"](
        make("no-mode-collapse", {("ring, vanilla", "GAN"): points([np.nan, 3.0, 8.0])})
    )
    assert figure is not None
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["GAN\none run: 3 of 8 modes", "GAN\none run: 8 of 8 modes"]
    assert figure.axes[0].get_ylabel() == "ring, vanilla"


def test_a_group_that_failed_altogether_keeps_its_place(make: Make) -> None:
    cloud = points([1.0] * N)[1]
    runs: Runs = {
        ("ring, ascent", "generator"): ({"jsd-hist": [np.nan] * N}, cloud),
        ("ring, ascent", "ascent"): ({"jsd-hist": [0.25, 0.5, 0.5]}, cloud),
    }
    figure = PICTURES["generator-replaces-search"](make("generator-replaces-search", runs))
    assert figure is not None
    assert [axes.get_title() for axes in figure.axes] == ["generator\nall runs failed", "ascent\none run: JSD 0.250"]


def test_images_stand_as_grids(make: Make) -> None:
    images = np.random.default_rng(0).integers(0, 255, (N, 64, 8, 8), dtype=np.uint8)
    runs: Runs = {
        ("digits, squared error", group): ({"sharpness": [0.5] * N}, {"images": images})
        for group in ("GAN", "regression")
    }
    figure = PICTURES["pixel-loss-blurs"](make("pixel-loss-blurs", runs))
    assert figure is not None
    assert [len(axes.images) for axes in figure.axes] == [1, 1]


def region() -> dict[str, np.ndarray]:
    side = np.linspace(-3, 3, 31)
    log_density = -(side[:, None] ** 2 + side[None, :] ** 2) / 2
    return {
        name: np.stack([array] * N)
        for name, array in (("positions", side), ("scores", log_density), ("log_density", log_density))
    }


@pytest.mark.parametrize(
    ("claim", "setting", "metric"),
    [("positives-only", "ring", "off-support-scored-real"), ("noise-negatives-coarse", "ring", "near-false-accepts")],
)
def test_a_panel_for_each_kind_of_negatives(make: Make, claim: str, setting: str, metric: str) -> None:
    groups = next(s for s in CLAIMS[claim].settings if s.label == setting).groups
    results = make(claim, {(setting, name): ({metric: [0.5] * N}, region()) for name in groups})
    figure = PICTURES[claim](results)
    assert figure is not None
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert titles == [f"{name}: 0.500" for name in groups]


def test_level_that_a_share_of_the_data_exceed() -> None:
    values = np.arange(100.0)
    assert level(values, np.zeros(100), 0.95) == pytest.approx(5, abs=1)
    heavy = np.where(values >= 50, 0.0, -np.inf)  # no data below 50
    assert level(values, heavy, 0.9) == pytest.approx(55, abs=1)


def test_only_the_stated_value_has_its_largest_inside(make: Make) -> None:
    d, ratios = np.linspace(0.01, 0.99, 99), np.array([0.25, 1.0, 4.0])
    p, q = (ratios / (1 + ratios))[:, None], (1 / (1 + ratios))[:, None]
    arrays = {
        "d": d,
        "ratios": ratios,
        "stated": p * np.log(d) + q * np.log(1 - d),
        "printed": p * np.log(d) + q * (1 - np.log(d)),
    }
    runs: Runs = {
        ("ring, shifted-1", "printed"): (
            {"printed-interior-share": [0.0] * N},
            {k: np.stack([a] * N) for k, a in arrays.items()},
        )
    }
    figure = PICTURES["erratum-value"](make("erratum-value", runs))
    assert figure is not None
    stated, printed = figure.axes
    np.testing.assert_allclose(points_of(stated)[:, 0], [0.2, 0.5, 0.8], atol=0.01)
    ends = points_of(printed)[:, 0]
    assert len(ends) == 2  # that of p = q is flat
    assert (np.minimum(ends - 0.02, 0.98 - ends) < 0.011).all()


def test_every_run_by_k_and_by_schedule(make: Make) -> None:
    setting = "ring, equal generator updates"
    runs: Runs = {(setting, k): ({"jsd-hist": [0.1, 0.2, 0.3]}, {}) for k in ("k = 2", "k = 1/5", "k = 5")}
    figure = PICTURES["balance-k"](make("balance-k", runs))
    assert figure is not None
    (axes,) = figure.axes
    assert len(points_of(axes)) == 3 * N
    np.testing.assert_allclose(sorted({round(x, 6) for x in points_of(axes)[:, 0] / 0.96}), [0.2, 2, 5])
    assert axes.get_xscale() == "log"


def test_alternating_runs_are_a_band(make: Make) -> None:
    runs: Runs = {
        ("ring, one round", "one round"): ({"jsd-hist": [0.4, 0.5, 0.6]}, {}),
        ("ring, one round", "alternating"): ({"jsd-hist": [0.1, 0.2, 0.3]}, {}),
    }
    figure = PICTURES["schedules"](make("schedules", runs))
    assert figure is not None
    (axes,) = figure.axes
    (band,) = axes.patches
    extent = band.get_extents().transformed(axes.transData.inverted())
    assert (extent.x0, extent.x1) == pytest.approx((0.1, 0.3))
    np.testing.assert_allclose(np.sort(points_of(axes)[:, 0]), [0.4, 0.5, 0.6])


def test_schedules_without_the_runs_of_their_baseline_have_no_band(make: Make) -> None:
    """They crashed, say; the others are shown all the same."""
    runs: Runs = {("ring, one round", "one round"): ({"jsd-hist": [0.4, 0.5, 0.6]}, {})}
    figure = PICTURES["schedules"](make("schedules", runs))
    assert figure is not None
    (axes,) = figure.axes
    assert not axes.patches
    np.testing.assert_allclose(np.sort(points_of(axes)[:, 0]), [0.4, 0.5, 0.6])


def test_every_run_by_step_size_on_a_logarithmic_axis(make: Make) -> None:
    label = "ring, step size 0.001, learned scale"
    runs: Runs = {(label, name): ({"jsd-hist": [0.1, 0.2, np.nan]}, {}) for name in ("VAE", "GAN")}
    figure = PICTURES["vae-is-stabler"](make("vae-is-stabler", runs))
    assert figure is not None
    (axes,) = figure.axes
    marks = points_of(axes)
    assert np.isfinite(marks).all(1).sum() == 2 * 2
    assert axes.get_yscale() == "log"
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["0.001\nVAE (1 failed)\nGAN (1 failed)"]


def test_the_band_of_equivalence_is_as_wide_as_the_margin(make: Make) -> None:
    groups = next(s for s in CLAIMS["gans-differ-little"].settings if s.label == "ring").groups
    values = {name: [0.1, np.nan, np.nan] if name == "KL" else [0.09, 0.1, 0.11] for name in groups}
    runs: Runs = {("ring", name): ({"jsd-hist": values[name]}, {}) for name in groups}
    figure = PICTURES["gans-differ-little"](make("gans-differ-little", runs))
    assert figure is not None
    (axes,) = figure.axes
    (band,) = axes.patches
    extent = band.get_extents().transformed(axes.transData.inverted())
    margin = CLAIMS["gans-differ-little"].margin
    assert margin is not None
    assert (extent.x0, extent.x1) == pytest.approx((0.1 - margin.value / 2, 0.1 + margin.value / 2))
    assert np.isfinite(points_of(axes)).all(1).sum() == N * len(groups) - 2
    assert [tick.get_text() for tick in axes.get_yticklabels()] == [
        "KL (2 failed)" if name == "KL" else name for name in groups
    ]


def test_quality_against_kl_models_named_once(make: Make) -> None:
    setting = next(s for s in CLAIMS["kl-tracks-quality"].settings if s.decisive)
    evidence = next(iter(setting.groups.values()))
    assert evidence.against is not None
    values = {evidence.metric: [0.1, 1.0, 2.0], evidence.against: [8.0, 4.0, 1.0]}
    figure = PICTURES["kl-tracks-quality"](
        make("kl-tracks-quality", {(setting.label, name): (values, {}) for name in setting.groups})
    )
    assert figure is not None
    (axes,) = figure.axes
    assert len(points_of(axes)) == N * len(setting.groups)
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["GAN", "f-GAN", "VAE"]
    assert axes.get_title("left") == setting.label


def test_failed_runs_are_counted_where_no_mark_shows_them(make: Make) -> None:
    """In the title of a panel, at a schedule's name, in a line's."""
    setting = next(s for s in CLAIMS["kl-tracks-quality"].settings if s.decisive)
    evidence = next(iter(setting.groups.values()))
    values = {evidence.metric: [0.1, np.nan, 2.0], str(evidence.against): [8.0, np.nan, 1.0]}
    known: Runs = {(setting.label, name): (values, {}) for name in setting.groups}
    figure = PICTURES["kl-tracks-quality"](make("kl-tracks-quality", known))
    assert figure is not None
    assert figure.axes[0].get_title("left") == f"{setting.label} ({len(setting.groups)} failed)"
    for claim in ("schedules", "balance-k"):
        first = next(s for s in CLAIMS[claim].settings if s.decisive)
        known = {(first.label, name): ({"jsd-hist": [0.1, np.nan, 0.2]}, {}) for name in first.groups}
        figure = PICTURES[claim](make(claim, known))
        assert figure is not None
        axes = figure.axes[0]
        legend = axes.get_legend()
        assert legend is not None
        texts = [text.get_text() for text in legend.get_texts()] + [tick.get_text() for tick in axes.get_yticklabels()]
        assert any("failed)" in text for text in texts), claim


def test_no_classifier_against_distance_without_distances(make: Make) -> None:
    runs: Runs = {
        ("ring", "fresh classifier"): ({"c2st": [0.6] * N}, {}),
        ("ring", "game's D"): ({"game-accuracy": [0.6] * N}, {}),
    }
    assert PICTURES["two-sample-classifier"](make("two-sample-classifier", runs)) is None


def test_a_control_that_measures_something_else_is_left_out(make: Make) -> None:
    runs: Runs = {
        ("ring, shifted-1", "trained D"): ({"bound-gap": [0.1] * N}, {}),
        ("ring, half-lost", "trained D"): ({"bound-gap": [0.1] * N}, {}),
    }
    (first, groups), (second, others) = tried(make("value-is-jsd", runs), "value-is-jsd")
    other = replace(
        others["trained D"], evidence=others["trained D"].evidence.model_copy(update={"metric": "jsd-hist"})
    )
    assert alike([(first, groups), (second, others)]) == [(first, groups), (second, others)]
    assert alike([(first, groups), (second, {"trained D": other})]) == [(first, groups)]


def grey(*shape: int) -> np.ndarray:
    """Images (N, \\*shape, 8, 8), each of one level of grey that no other has."""
    count = int(np.prod(shape))
    levels = np.arange(N * count, dtype=np.uint8).reshape(N, *shape, 1, 1)
    return np.broadcast_to(levels, (N, *shape, 8, 8)).copy()


def shown_levels(axes: Axes) -> list[int]:
    """The grey levels of the images in a row, without the lines between them."""
    (picture,) = axes.get_images()
    row = np.asarray(picture.get_array())[0]
    return [int(level) for level in row[4::9]]


def test_midpoints_stand_under_the_images_that_they_are_between(make: Make) -> None:
    label = "digits, all training images"
    arrays = {"first": grey(5), "second": grey(5), "blends": grey(5), "images": grey(5)}
    runs: Runs = {
        (label, name): ({"midpoint-off-data": [0.1] * N}, {**arrays, "images": arrays["images"] + 40})
        for name in ("VAE", "AE")
    }
    figure = PICTURES["ae-decoder-off-codes"](make("ae-decoder-off-codes", runs))
    assert figure is not None
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert [text.split("\n")[0] for text in labels[:2]] == ["a", "b"]
    assert len(labels) == 5  # what the groups share stands once
    assert labels[3:] == [f"½ a + ½ b in codes\n{name}\nmidpoints off the data 0.100" for name in ("VAE", "AE")]
    assert shown_levels(figure.axes[0]) == [0, 1, 2, 3, 4]
    assert shown_levels(figure.axes[4]) == [40, 41, 42, 43, 44]


def test_what_is_measured_stands_beside_a_groups_own_row(make: Make) -> None:
    runs: Runs = {
        ("digits, 8 numbers", name): (
            {"reconstruction-mse": values},
            {"inputs": grey(4), "reconstructions": grey(4)},
        )
        for name, values in (("AE", [0.01, 0.02, 0.03]), ("PCA", [np.nan] * N))
    }
    figure = PICTURES["ae-beats-pca"](make("ae-beats-pca", runs))
    assert figure is not None
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert labels[1] == "AE\nreconstruction MSE 0.0200"
    assert len(labels) == 2  # of runs that failed there is nothing to show


def test_several_rows_of_a_group_have_its_label_once(make: Make) -> None:
    label = "digits, 16 numbers"
    runs: Runs = {
        (label, name): ({"path-length-ratio": [1.5] * N}, {"paths": grey(2, 9)})
        for name in ("an autoencoder's codes", "the codes permuted")
    }
    figure = PICTURES["codes-vary-smoothly"](make("codes-vary-smoothly", runs))
    assert figure is not None
    labels = [axes.get_ylabel() for axes in figure.axes]
    assert [bool(text) for text in labels] == [True, False, True, False]
    assert shown_levels(figure.axes[1]) == list(range(9, 18))


def test_no_strips_without_images(make: Make) -> None:
    runs: Runs = {("digits, 8 numbers", "AE"): ({"reconstruction-mse": [0.1] * N}, {})}
    assert PICTURES["ae-beats-pca"](make("ae-beats-pca", runs)) is None


def test_quality_of_every_run_over_the_games_cost(make: Make) -> None:
    """An autoencoder's training, in which the game costs nothing yet, is left out."""
    costs, kid = np.tile([1e10, 2e10, 3e10], (N, 1)), np.tile([1.0, 0.2, 0.05], (N, 1))
    before = np.zeros_like(costs)
    arrays = {
        "latent GAN": {"game_flops": np.concatenate([before, costs], 1), "kid": np.concatenate([3 * kid, kid], 1)},
        "GAN": {"game_flops": costs, "kid": kid},
    }
    runs: Runs = {
        ("digits, KID 0.1", name): ({"flops-to-target-of-game": [3e10] * N}, own) for name, own in arrays.items()
    }
    figure = PICTURES["codes-save-time"](make("codes-save-time", runs))
    assert figure is not None
    (axes,) = figure.axes
    curves = [line for line in axes.get_lines() if len(x_of(line)) == 3]
    assert len(curves) == 2 * N
    assert {text.get_text() for text in axes.get_legend().get_texts()} == {"latent GAN, every run", "GAN, every run"}  # type: ignore[union-attr]


def test_runs_that_reach_the_other_target_alone_are_drawn_and_the_rest_counted(make: Make) -> None:
    one = {"flops": np.arange(1.0, 4)[None] * 1e10, "kid": np.array([[0.3, 0.09, 0.05]])}
    curves = {name: np.repeat(array, N, axis=0) for name, array in {**one, "game_flops": one["flops"]}.items()}
    missed = {"flops-to-target-of-game": [3e10, *[np.nan] * (N - 1)]}
    reached = {"flops-to-target-of-game": [3e10] * (N - 1) + [np.nan]}
    runs: Runs = {
        (label, name): (values, curves)
        for label, values in (("digits, KID 0.042", missed), ("digits, KID 0.1", reached))
        for name in ("latent GAN", "GAN")
    }
    figure = PICTURES["codes-save-time"](make("codes-save-time", runs))
    assert figure is not None
    (axes,) = figure.axes
    assert len([line for line in axes.get_lines() if len(x_of(line)) == 3]) == 2 * (N - 1)
    texts = {text.get_text() for text in axes.get_legend().get_texts()}  # type: ignore[union-attr]
    assert texts == {"latent GAN, every run (1 failed)", "GAN, every run (1 failed)"}


def test_where_no_run_reached_its_quality_there_is_no_curve_and_no_error(make: Make) -> None:
    runs: Runs = {
        ("digits, KID 0.1", name): ({"flops-to-target-of-game": [np.nan] * N}, {}) for name in ("latent GAN", "GAN")
    }
    results = make("codes-save-time", runs)
    assert PICTURES["codes-save-time"](results) is None
    (settings,) = claim_figures(results, "codes-save-time").values()
    settings.canvas.draw()  # a logarithmic axis without values cannot be drawn


def test_settings_that_look_at_the_same_images_share_their_rows(make: Make) -> None:
    """One measurement gives distance and ratio: it is shown once, with both."""
    groups = CLAIMS["novelty-order"].settings[0].groups
    labels = [setting.label for setting in CLAIMS["novelty-order"].settings if setting.decisive]
    values = {"relative-distance": [0.3] * N, "many-neighbours": [0.2] * N}
    arrays = {"images": grey(4), "nearest": grey(4)}
    results = make("novelty-order", {(labels[0], name): (values, arrays) for name in groups})
    results.trial["evidence"]["novelty-order"][labels[1]] = results.trial["evidence"]["novelty-order"][labels[0]]
    figure = PICTURES["novelty-order"](results)
    assert figure is not None
    rows = [axes.get_ylabel() for axes in figure.axes]
    assert len(rows) == 2 * len(groups)
    assert rows[0] == "AE, reconstructions\nrelative distance 0.300\nbetween many 0.200"
    assert set(rows[1::2]) == {"nearest training images"}
