"""Tables of published numbers beside ours, and the picture of fitted Gaussians."""

from __future__ import annotations

import json
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from benchmarks.analysis.published import CROSS, PUBLISHED_FITS
from benchmarks.report.published import fids_page, fits_figure, fits_page, modes_page
from benchmarks.report.results import Results

COLUMNS = ["block", "measure", "dataset", "model", "network", "sampler", "weights", "setting", "seed", "status",
           "metric", "value", "step", "n"]  # fmt: skip


def row(
    measure: str, dataset: str, setting: dict[str, str], seed: int, metric: str, value: float, **other: object
) -> dict:
    given = {"block": "", "model": "", "network": "", "sampler": "", "weights": "", "status": "ok", "step": 5, "n": 1}
    return {
        **given, "measure": measure, "dataset": dataset, "setting": json.dumps(setting), "seed": seed, "metric": metric,
        "value": value, **other,
    }  # fmt: skip


def fitted() -> list[dict]:
    """The best Gaussians at the paper's values."""
    rows = []
    for name, column in PUBLISHED_FITS.items():
        found = {"gaussian-mean": column.best_mean, "gaussian-scale": column.best_scale}
        found |= {metric: column.divergence + (metric != CROSS[name]) for metric in CROSS.values()}
        rows += [row("gaussian-fit", "pair-1d", {"divergence": name}, 1000, *each) for each in found.items()]
    return rows


def trained() -> list[dict]:
    """Two seeds and one that failed, for every divergence."""
    rows = []
    for name in PUBLISHED_FITS:
        for seed, value, status in ((1000, 1.0, "ok"), (1001, 2.0, "ok"), (1002, np.nan, "diverged")):
            for metric in ("gaussian-mean", "gaussian-scale", "trained-bound", *CROSS.values()):
                rows.append(
                    row(
                        "gaussian-generator",
                        "pair-1d",
                        {"divergence": name},
                        seed,
                        metric,
                        value,
                        status=status,
                        block=name,
                    )
                )
    return rows


def results_with(root: Path, rows: list[dict], entries: list[dict] | None = None) -> Results:
    pd.DataFrame(rows, columns=COLUMNS).to_csv(root / "rows.csv", index=False, na_rep="nan")
    (root / "run.json").write_text(json.dumps({"measurements": entries or [], "metrics": {}, "experiments": {}}))
    return Results(root)


def cells(table: str, *start: str) -> list[list[str]]:
    lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in table.splitlines()]
    return [line for line in lines if line[: len(start)] == list(start)]


def test_nothing_without_its_rows(tmp_path: Path) -> None:
    results = results_with(tmp_path, [])
    assert fits_page(results) is None
    assert modes_page(results) is None
    assert fids_page(results) is None
    assert fits_figure(results) is None


def test_ours_stand_below_the_papers(tmp_path: Path) -> None:
    page = fits_page(results_with(tmp_path, fitted() + trained()))
    assert page is not None
    table = page.markdown()
    lines = table.splitlines()
    paper = next(index for index, line in enumerate(lines) if line.startswith("| μ* | paper"))
    assert "| 1.0100 | 1.5782 | 1.3070 | 1.3218 | 0.5737 |" in lines[paper]
    assert lines[paper + 1] == lines[paper].replace("| μ* | paper |", "|  | ours |")
    hatted = next(index for index, line in enumerate(lines) if line.startswith("| μ̂ | paper"))
    assert lines[hatted + 1].count("1.5 ± 6.4") == 5  # the mean of 1 and 2, half-width 12.7 · 0.707 / √2
    assert "| failed | ours |" + " 1 of 3 |" * 5 in table


def test_cross_table_has_every_pair(tmp_path: Path) -> None:
    page = fits_page(results_with(tmp_path, fitted() + trained()))
    assert page is not None
    table = page.markdown()
    cross = table.partition("measured under all")[2]
    assert cross.count("1.5 ± 6.4") == 25
    assert "(0.283)" in cross


def test_without_trained_ones_only_the_best_stand_there(tmp_path: Path) -> None:
    page = fits_page(results_with(tmp_path, fitted()))
    assert page is not None
    table = page.markdown()
    assert table.count("| ours |") == 3
    assert "measured under all" not in table


@pytest.mark.parametrize(("updates", "length"), [(40_000, "10 %"), (400_000, "whole")])
def test_modes_beside_the_papers_and_the_length_of_training(tmp_path: Path, updates: int, length: str) -> None:
    rows = [
        row("mode-samples", "narrow-ring", {}, 1000 + seed, metric, value, step=updates)
        for metric, values in (("modes-hit", (6, 8)), ("high-quality-share", (0.9, 0.9)), ("mode-kl", (0.2, 0.4)))
        for seed, value in enumerate(values)
    ]
    page = modes_page(results_with(tmp_path, rows))
    assert page is not None
    table = page.markdown()
    assert "| narrow-ring | paper | whole | 10 | 6.3 ± 0.5 of 8 | 98.2 % | 0.45 ± 0.09 |" in table
    assert f"|  | ours | {length} | 2 | 7 ± 13 of 8 |" in table
    assert "wide-grid" not in table


INCEPTION = "fid[inception-v3-2048-6726825d]"
OWN = "fid[mnist-cnn-12345678]"


def image_rows(*metrics: str) -> list[dict]:
    """A GAN of the study after a tenth of its updates, an autoencoder of the suite with three of the other paper's columns."""
    gan, ae = {"loss": "non-saturating"}, {"error": "squared"}
    study = {"model": "gan", "network": "infogan-1024-128-64-bn-z64", "sampler": "prior", "step": 1875}
    other = {"model": "ae", "network": "mlp-256-512-bn-z16", "step": 2000}
    rows = []
    for metric in metrics:
        for seed, status in enumerate(("ok", "ok", "diverged")):
            value = 1.0 + seed if status == "ok" else np.nan
            rows.append(row("published-images", "mnist", gan, seed, metric, value, status=status, **study))
        for sampler, value in (("reconstruction", 3.0), ("gaussian", 4.0), ("prior", 99.0), ("interpolation", 5.0)):
            rows.append(row("published-images", "mnist", ae, 0, metric, value, sampler=sampler, **other))
        rows.append(row("published-images-floor", "mnist", {}, 0, metric, 0.5))
    return rows


def test_fids_stand_beside_the_papers_where_the_extractor_is_theirs(tmp_path: Path) -> None:
    page = fids_page(results_with(tmp_path, image_rows(INCEPTION, OWN)))
    assert page is not None
    theirs, _, own_study, own_rae = page.tables
    assert [table.heading for table in (theirs, own_study)] == [
        "mnist, GANs: FID[inception-v3-2048-6726825d]", "mnist, GANs: FID[mnist-cnn-12345678]"
    ]  # fmt: skip
    text = page.markdown()
    assert "| NS GAN | 6.8 ± 0.5 | 1.5 ± 6.4 | 10 % | 3, 1 failed |" in text
    assert "| WGAN | 6.7 ± 0.4 |" in text
    assert len(own_study.rows) == 2 and len(own_rae.rows) == 2  # real data and our own: no number of another extractor
    assert "| NS GAN | 1.5 ± 6.4 | 10 % | 3, 1 failed |" in text
    assert "| AE | paper |  | 12.95 | 58.73 | 10.66 | 17.12 | 1 |" in text
    assert (
        "|  | ours | mlp-256-512-bn-z16 | 3.00 | 4.00 | – | 5.00 | 1 |" in text
    )  # N of an autoencoder: the fitted Gaussian
    assert "| real data | ours |  | 0.500 | 0.500 | 0.500 | 0.500 | 1 |" in text


def test_published_fids_stand_alone_without_their_extractor(tmp_path: Path) -> None:
    page = fids_page(results_with(tmp_path, image_rows(OWN)))
    assert page is not None
    assert [table.heading for table in page.tables] == [
        "mnist, GANs: FID[mnist-cnn-12345678]", "mnist, autoencoders: FID[mnist-cnn-12345678]",
        "mnist, GANs: published alone", "mnist, autoencoders: published alone",
    ]  # fmt: skip
    for table in page.tables:
        cells = {cell.text for one in table.rows for cell in one}
        assert ("6.8 ± 0.5" in cells or "58.73" in cells) == table.heading.endswith("alone")
        assert ("1.5 ± 6.4" in cells or "3.00" in cells) != table.heading.endswith("alone")


def test_published_rows_are_no_lines_of_a_comparison(tmp_path: Path) -> None:
    results = results_with(tmp_path, [*fitted(), row("mixture-samples", "ring", {}, 1000, "jsd-hist", 0.1)])
    assert results.all_rows["measure"].nunique() == 2
    assert "gaussian-fit" not in set(results.rows["measure"])
    assert len(results.published) == len(fitted())


def test_the_picture_has_a_panel_for_every_divergence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        {"measure": "gaussian-generator", "block": name, "failure": None, "key": name} for name in PUBLISHED_FITS
    ]
    results = results_with(tmp_path, fitted() + trained(), entries)
    x = np.linspace(-3, 3, 11)
    arrays = {
        "x": np.stack([x, x]),
        "density": np.ones((2, 11)),
        "model": np.full((2, 11), 0.5),
        "critic": np.ones((2, 11)),
    }
    monkeypatch.setattr(Results, "arrays", lambda self, entry: arrays)
    figure = fits_figure(results)
    assert figure is not None
    assert [axes.get_title() for axes in figure.axes] == ["KL", "reverse KL", "JS", "Jeffrey", "Pearson"]
    assert all(len(axes.lines) == 3 for axes in figure.axes)  # two seeds and the best
    plt.close(figure)
