"""Published numbers beside ours: the f-GAN paper's Gaussians, a GAN's modes under PacGAN's protocol, FIDs of images."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.analysis.published import (
    CROSS,
    PUBLISHED_FITS,
    PUBLISHED_MODES,
    RAE,
    RAE_COLUMNS,
    STUDY,
    STUDY_NETWORK,
    STUDY_UPDATES,
    distinguished,
    failures,
    fits,
    values,
)
from benchmarks.analysis.summary import t_interval
from benchmarks.report.results import Results
from benchmarks.report.style import number
from benchmarks.report.table import Page, Table, table

TITLES = {
    "kl": "KL",
    "reverse-kl": "reverse KL",
    "jensen-shannon": "JS",
    "jeffrey": "Jeffrey",
    "pearson": "Pearson",
}
FITS_NOTE = (
    "A Gaussian generator μ + σz fitted to a mixture of two (Nowozin, Cseke and Tomioka, *f-GAN*, NeurIPS 2016). Starred: "
    "the minimiser of the true divergence, ours by quadrature. Hatted: what training reached, theirs of one run, ours the "
    "mean over seeds ± half-width of the 95 % t interval. The paper does not print its mixture: ours is a reconstruction "
    "from its starred rows, so that these agree checks the arithmetic and is no evidence of its own. JS is 2 JSD, Pearson "
    "is ∫ (p − q)²/q."
)
CROSS_NOTE = (
    "Each line: Gaussians trained under one divergence, measured under all (by quadrature; mean over seeds). Below it, in "
    "brackets, the minimiser of that divergence. The smallest of a column should stand on the diagonal."
)
MODES_NOTE = (
    "The GAN of Lin et al. (*PacGAN*, NeurIPS 2018), table 1: networks, optimiser and data as there. Theirs with ± as "
    "printed; ours the mean over trials ± half-width of the 95 % t interval. Reverse KL is over modes, in nats."
)
STUDY_NOTE = (
    "The models of Lucic et al. (*Are GANs Created Equal?*, NeurIPS 2018): their networks, batches and optimisers. Theirs: mean ± "
    "standard deviation over 50 runs of the best of 100 settings, as Dai and Wipf (ICLR 2019, table 1) repeat them. "
    "Ours: mean ± half-width of the 95 % t interval under the default settings of their published code, "
    "not searched, after the share of their updates that is named."
)
RAE_NOTE = (
    "After Ghosh et al. (*From Variational to Deterministic Autoencoders*, ICLR 2020), table 1: held-out images reproduced, "
    "codes from N(0, I) (autoencoders: from a Gaussian fitted to the codes), codes from a mixture of ten Gaussians, midpoints "
    "between codes of held-out images. Theirs of one run; ours mean ± half-width of the 95 % t interval; the networks are named. "
    "Ours keep step sizes constant, take the last weights, fit densities to 5,000 codes, and learn the VAE's scale; theirs halve "
    "step sizes, take the best weights by a validation loss, fit to all codes, and weigh the VAE's KL term by 0.312 (CIFAR-10: "
    "0.024)."
)
FID_NOTE = (
    "Published values are of Inception-v3 with 2,048 features and compare with no other extractor's: where that was not run "
    "(`--inception-weights`), they stand alone."
)
COMPARABLE = "fid[inception-v3-2048-"
"""How the name of the one metric begins that compares with published FIDs."""


def spread(found: pd.Series) -> str:
    """Mean ± half-width of the interval; only the mean where there is no interval."""
    if found.empty:
        return "–"
    with np.errstate(over="ignore", invalid="ignore"):  # a divergence may be beyond any number's square
        low, high = t_interval(found.to_numpy(float))
    return number(found.mean(), (high - low) / 2 if np.isfinite(low) else None)


def of_arm(rows: pd.DataFrame, measure: str, divergence: str) -> pd.DataFrame:
    """Rows of one measure under one divergence."""
    return rows[(rows["measure"] == measure) & (rows["divergence"] == divergence)]


def fits_page(results: Results) -> Page | None:
    """The f-GAN paper's table with ours below each of its rows, and the cross table; None where nothing was fitted."""
    rows = fits(results.published)
    if rows.empty:
        return None
    trained_too = (rows["measure"] == "gaussian-generator").any()
    best = {name: of_arm(rows, "gaussian-fit", name) for name in PUBLISHED_FITS}
    trained = {name: of_arm(rows, "gaussian-generator", name) for name in PUBLISHED_FITS}

    def ours(arms: dict[str, pd.DataFrame], metric: str | None) -> list[str]:
        cells = []
        for name, arm in arms.items():
            found = values(arm, metric or CROSS[name])
            cells.append(f"{found.iloc[0]:.4f}" if len(found) == 1 else spread(found))
        return cells

    lines = (
        ("D_f(P‖Q θ*)", "divergence", best, None),
        ("F(ω̂, θ̂)", "bound", trained, "trained-bound"),
        ("μ*", "best_mean", best, "gaussian-mean"),
        ("μ̂", "trained_mean", trained, "gaussian-mean"),
        ("σ*", "best_scale", best, "gaussian-scale"),
        ("σ̂", "trained_scale", trained, "gaussian-scale"),
    )
    body = []
    for title, field, arms, metric in lines:
        body.append([title, "paper", *(f"{getattr(column, field):.4f}" for column in PUBLISHED_FITS.values())])
        if arms is best or trained_too:
            body.append(["", "ours", *ours(arms, metric)])
    if trained_too:
        counts = {name: (arm["seed"].nunique(), failures(arm)) for name, arm in trained.items()}
        body.append(["failed", "ours", *(f"{failed} of {n}" for n, failed in counts.values())])
    tables, notes = [table(["", "", *TITLES.values()], body)], [FITS_NOTE]
    if trained_too:
        tables.append(cross_table(best, trained))
        notes.append(f"{tables[-1].heading}: {CROSS_NOTE}")
    return Page("Gaussians fitted under f-divergences", tuple(tables), notes=tuple(notes))


def cross_table(best: dict[str, pd.DataFrame], trained: dict[str, pd.DataFrame]) -> Table:
    """Divergence trained under × divergence measured."""
    body = []
    for name in PUBLISHED_FITS:
        body.append([TITLES[name], *(spread(values(trained[name], metric)) for metric in CROSS.values())])
        body.append(["", *(f"({number(values(best[name], metric).mean())})" for metric in CROSS.values())])
    header = ["trained under", *(f"{title} ↓" for title in TITLES.values())]
    return table(header, body, "Trained under one divergence, measured under all")


def modes_page(results: Results) -> Page | None:
    """PacGAN's numbers of the GAN and ours; None where its protocol was not run."""
    rows = results.published
    rows = rows[rows["measure"] == "mode-samples"]
    if rows.empty:
        return None
    body = []
    for dataset, paper in PUBLISHED_MODES.items():
        own = rows[rows["dataset"] == dataset]
        if own.empty:
            continue
        share = own["step"].max() / paper.updates
        body.append(
            [dataset, "paper", "whole", "10", f"{paper.hit[0]} ± {paper.hit[1]} of {paper.modes}",
             f"{100 * paper.quality:.1f} %", f"{paper.divergence[0]} ± {paper.divergence[1]}"]
        )  # fmt: skip
        failed = failures(own)
        body.append(
            ["", "ours", "whole" if share == 1 else f"{100 * share:.3g} %",
             f"{own['seed'].nunique()}" + (f", {failed} failed" if failed else ""),
             f"{spread(values(own, 'modes-hit'))} of {paper.modes}",
             f"{spread(100 * values(own, 'high-quality-share'))} %",
             spread(values(own, "mode-kl"))]
        )  # fmt: skip
    header = ["data set", "", "length of training", "trials", "modes hit ↑", "high quality ↑", "reverse KL ↓"]
    return Page("Modes under PacGAN's protocol", (table(header, body),), notes=(MODES_NOTE,))


def fids_page(results: Results) -> Page | None:
    """FIDs that papers print of images and ours, each extractor's in tables of its own; None where no such protocol was run."""
    rows = results.published
    own = rows[rows["measure"] == "published-images"]
    if own.empty:
        return None
    own = own.assign(arm=[distinguished(row) for _, row in own.iterrows()])
    floor = rows[rows["measure"] == "published-images-floor"]
    tables = []
    for dataset in own["dataset"].unique():
        of_data, real = own[own["dataset"] == dataset], floor[floor["dataset"] == dataset]
        study = of_data["network"].str.startswith(STUDY_NETWORK)
        metrics = list(of_data["metric"].unique())
        for metric in [*metrics, *([] if any(name.startswith(COMPARABLE) for name in metrics) else [None])]:
            tables.append(study_table(of_data[study], real, dataset, metric))
            if (~study).any():
                tables.append(rae_table(of_data[~study], real, dataset, metric))
    return Page("FIDs under published protocols", tuple(tables), notes=(STUDY_NOTE, RAE_NOTE, FID_NOTE))


def fid_heading(dataset: str, metric: str | None, whose: str) -> str:
    return f"{dataset}, {whose}: {'published alone' if metric is None else metric.replace('fid', 'FID', 1)}"


def counted(own: pd.DataFrame) -> str:
    """How many runs stand behind a cell, and how many failed."""
    failed = failures(own)
    return f"{own['seed'].nunique()}" + (f", {failed} failed" if failed else "")


def study_table(own: pd.DataFrame, real: pd.DataFrame, dataset: str, metric: str | None) -> Table:
    """Lucic et al.'s models in one extractor's FID, ours beside theirs where theirs is of the same; None: theirs alone."""
    theirs = metric is None or metric.startswith(COMPARABLE)
    paper = {line.title: "{} ± {}".format(*line.fids[dataset]) if line.fids else "–" for line in STUDY}
    if metric is None:
        return table(
            ["model", "paper ↓"], [[title, text] for title, text in paper.items()], fid_heading(dataset, None, "GANs")
        )
    body = [["real data", *(["–"] if theirs else []), spread(values(real, metric)), "", f"{real['seed'].nunique()}"]]
    for line in STUDY:
        arm = own if line.arm is None else own[(own["model"] == line.arm[0]) & (own["arm"] == line.arm[1])]
        if line.arm is None or arm.empty:
            if theirs:
                body.append([line.title, paper[line.title], "", "", ""])
            continue
        share = arm["step"].max() / STUDY_UPDATES[dataset]
        length = "whole" if share == 1 else f"{100 * share:.3g} %"
        body.append(
            [line.title, *([paper[line.title]] if theirs else []), spread(values(arm, metric)), length, counted(arm)]
        )
    header = ["model", *(["paper ↓"] if theirs else []), "ours ↓", "length of training", "runs"]
    return table(header, body, fid_heading(dataset, metric, "GANs"))


def rae_table(own: pd.DataFrame, real: pd.DataFrame, dataset: str, metric: str | None) -> Table:
    """Ghosh et al.'s columns in one extractor's FID, as :func:`study_table`."""
    columns = list(RAE_COLUMNS["ae"])
    theirs = metric is None or metric.startswith(COMPARABLE)
    body: list[list[str]] = []
    if metric is not None:
        body.append(
            ["real data", "ours", "", *[spread(values(real, metric))] * len(columns), f"{real['seed'].nunique()}"]
        )
    for line in RAE:
        if theirs:
            body.append(
                [line.title, "paper", "", *("–" if fid is None else f"{fid:.2f}" for fid in line.fids[dataset]), "1"]
            )
        arm = own[own["model"] == line.model]
        if metric is None or arm.empty:
            continue
        for network, part in arm.groupby("network"):
            cells = [
                spread(values(part[part["sampler"] == sampler], metric))
                for sampler in RAE_COLUMNS[line.model or ""].values()
            ]
            body.append(["" if theirs else line.title, "ours", str(network), *cells, counted(part)])
    header = ["model", "", "networks", *(f"{column} ↓" for column in columns), "runs"]
    return table(header, body, fid_heading(dataset, metric, "autoencoders"))


def fits_figure(results: Results) -> Figure | None:
    """The mixture, its best Gaussian and the trained ones, one panel a divergence; None where none was trained."""
    entries = [entry for entry in results.run["measurements"] if entry["measure"] == "gaussian-generator"]
    if not entries:
        return None
    rows = fits(results.published)
    figure, grid = plt.subplots(1, len(PUBLISHED_FITS), figsize=(13.0, 2.9), sharey=True)
    for axes, name in zip(grid, PUBLISHED_FITS, strict=True):
        blocks = of_arm(rows, "gaussian-generator", name)["block"].unique()
        best = of_arm(rows, "gaussian-fit", name)
        drawn = [results.arrays(entry) for entry in entries if entry["block"] in blocks and not entry["failure"]]
        shown = [arrays for arrays in drawn if arrays]
        if not shown:
            continue
        x = np.nanmax(shown[0]["x"], axis=0)
        axes.fill_between(x, np.nanmax(shown[0]["density"], axis=0), color="#DDDDDD", label="data")
        for index, curve in enumerate(curve for arrays in shown for curve in arrays["model"]):
            axes.plot(x, curve, color="#0072B2", linewidth=0.7, alpha=0.6, label=None if index else "trained, by seed")
        found = [values(best, metric) for metric in ("gaussian-mean", "gaussian-scale")]
        if not any(one.empty for one in found):  # its fit did not fail
            mean, scale = (float(one.iloc[0]) for one in found)
            best_curve = np.exp(-0.5 * ((x - mean) / scale) ** 2) / (scale * np.sqrt(2 * np.pi))
            axes.plot(x, best_curve, color="black", linestyle="--", linewidth=1.4, label="best Gaussian")
        axes.set(title=TITLES[name], xlim=(-5, 8), xlabel="x")
        axes.set_ylim(bottom=0)
    grid[0].set_ylabel("density")
    grid[-1].legend(frameon=False, fontsize=7.5)
    figure.suptitle("A Gaussian trained under each f-divergence ends near the one that minimises it")
    return figure
