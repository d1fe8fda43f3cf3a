"""Whether metrics of images get worse as images do, from the rows of corrupted real images alone."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

SANITY = "corrupted-images"
"""The measure of corrupted real images; its rows are about metrics, and stay out of all comparisons."""
IMAGES_SPOILT = ("blur", "noise", "patch swap")
"""Corruptions of every image."""
SET_SPOILT = ("dropped classes",)
"""Corruptions of the set as a whole."""
EVERYTHING = IMAGES_SPOILT + SET_SPOILT
WORSE: dict[str, tuple[int, tuple[str, ...]]] = {
    "fid": (1, EVERYTHING),
    "kid": (1, EVERYTHING),
    "precision": (-1, IMAGES_SPOILT),
    "density": (-1, IMAGES_SPOILT),
    "recall": (-1, SET_SPOILT),
    "coverage": (-1, EVERYTHING),
    "classes-covered": (-1, SET_SPOILT),
    "label-entropy": (-1, SET_SPOILT),
    "sharpness": (-1, ("blur",)),
    "reconstruction-l2": (1, IMAGES_SPOILT),
    "ssim": (-1, IMAGES_SPOILT),
}
"""Which way a metric is to move (1 up, −1 down), and by which corruptions: those of what it is said to measure. Of fidelity
(precision, density, sharpness, likeness of pairs) these are the corruptions of images, of diversity (recall, classes) that of the
set, of distances to the data all."""
ERRORS = 2.0
"""A step the wrong way counts where it is larger than so many of its standard errors."""
COLUMNS = [
    "dataset",
    "metric",
    "base",
    "corruption",
    "degrees",
    "means",
    "errors",
    "draws",
    "expected",
    "wrong",
    "notices",
]


def sanity(rows: pd.DataFrame) -> pd.DataFrame:
    """How every metric goes with the degree of every corruption.

    Args:
        rows: those of the measure ``SANITY``, with the columns dataset, setting, seed, status, metric, value.

    Returns:
        columns ``COLUMNS``: degrees, their means over seeds and the means' standard errors, as tuples; draws, the seeds that gave
        all degrees; expected, which way the metric is to move (0: no way); wrong, the steps (from, to) that go the other way;
        notices, whether it is expected to move, does so, and never goes the other way (None where nothing is expected).
    """
    rows = rows.copy()
    settings = [json.loads(setting) for setting in rows["setting"]]
    rows["corruption"] = [setting["corruption"] for setting in settings]
    rows["degree"] = [float(setting["degree"]) for setting in settings]
    rows["value"] = rows["value"].where(rows["status"] == "ok")
    lines = []
    for (dataset, metric, corruption), group in rows.groupby(["dataset", "metric", "corruption"], sort=False):
        base = str(metric).partition("[")[0]
        values = group.pivot_table(index="seed", columns="degree", values="value", sort=True).dropna()
        sign, corruptions = WORSE.get(base, (0, ()))
        expected = sign if corruption in corruptions else 0
        degrees, draws = tuple(map(float, values.columns)), values.to_numpy(float)
        wrong = tuple(
            (degrees[i], degrees[i + 1]) for i in range(len(degrees) - 1) if moves(draws[:, [i, i + 1]], -expected)
        )
        lines.append(
            {
                "dataset": dataset,
                "metric": metric,
                "base": base,
                "corruption": corruption,
                "degrees": degrees,
                "means": tuple(draws.mean(axis=0)) if len(draws) else (),
                "errors": tuple(standard_error(draws)),
                "draws": len(draws),
                "expected": expected,
                "wrong": wrong,
                "notices": None if not expected else not wrong and moves(draws, expected),
            }
        )
    return pd.DataFrame(lines, columns=COLUMNS)


def standard_error(draws: np.ndarray) -> np.ndarray:
    """Of the mean over the first axis; 0 of a single draw, which tells nothing of it."""
    return draws.std(axis=0, ddof=1) / np.sqrt(len(draws)) if len(draws) > 1 else np.zeros(draws.shape[1])


def moves(draws: np.ndarray, way: int) -> bool:
    """Whether values go a way from the first degree to the last, by more than ``ERRORS`` standard errors of the difference.

    Args:
        draws: a row per seed, a column per degree; the same images in all columns, so that differences are taken by seed.
        way: 1 up, −1 down, 0 no way: then they do not.
    """
    if draws.shape[1] < 2 or not len(draws):
        return False
    change = way * (draws[:, [-1]] - draws[:, [0]])
    error = standard_error(change)[0]
    return bool(change.mean() > 0 and change.mean() > ERRORS * error)


def flags(table: pd.DataFrame) -> dict[tuple[str, str], tuple[str, ...]]:
    """Corruptions that a metric does not notice as it should, by (data set, metric); metrics without such are left out.

    Args:
        table: from :func:`sanity`.
    """
    missed = table[table["notices"].eq(False)]
    return {
        (str(dataset), str(metric)): tuple(group["corruption"])
        for (dataset, metric), group in missed.groupby(["dataset", "metric"], sort=False)
    }
