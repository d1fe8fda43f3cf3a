"""Whether attributes of images report what was done to them, from the rows of transformed real images alone."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

TRANSFORMED = "transformed-images"
"""The measure of transformed real images; its rows are about attributes, and stay out of all comparisons."""
CHANGES: dict[str, tuple[str, bool]] = {
    "fade": ("ink", False),
    "shear": ("slant", True),
    "widen": ("width", False),
    "heighten": ("height", False),
}
"""The attribute that a transformation changes, and whether it adds its amount; otherwise that is a factor."""
TOLERANCE = 0.1
"""How far a factor, or a shear, may be off on average."""
COLUMNS = ["dataset", "transformation", "attribute", "amount", "response", "expected"]


def responses(rows: pd.DataFrame) -> pd.DataFrame:
    """What every attribute reports of every transformation.

    Args:
        rows: those of the measure ``TRANSFORMED``, with the columns dataset, setting, seed, status, metric, value; a metric is
            named ``mean-<attribute>``. The images are the same for all seeds.

    Returns:
        columns ``COLUMNS``: the response is the change of the mean since the amount that changes nothing, a difference for the
        slant and a factor for the others; expected is what was done to it, no change for the attributes that it leaves alone
        (which a box around the ink need not be: a shear widens it).
    """
    rows = rows[rows["status"] == "ok"].copy()
    settings = [json.loads(setting) for setting in rows["setting"]]
    rows["transformation"] = [setting["transformation"] for setting in settings]
    rows["amount"] = [float(setting["amount"]) for setting in settings]
    lines = []
    for (dataset, name, metric), group in rows.groupby(["dataset", "transformation", "metric"], sort=False):
        attribute = str(metric).removeprefix("mean-")
        changed, adds = CHANGES[str(name)]
        means = group.groupby("amount")["value"].mean()
        before = means.get(0.0 if adds else 1.0, np.nan)
        for amount, mean in means.items():
            is_slant = attribute == "slant"
            nothing = 0.0 if is_slant else 1.0
            lines.append(
                {
                    "dataset": dataset,
                    "transformation": name,
                    "attribute": attribute,
                    "amount": amount,
                    "response": mean - before if is_slant else mean / before,
                    "expected": amount if attribute == changed else nothing,
                }
            )
    return pd.DataFrame(lines, columns=COLUMNS)


def validated(table: pd.DataFrame) -> pd.DataFrame:
    """For each attribute the largest distance of its response from what was done to it.

    Args:
        table: from :func:`responses`.

    Returns:
        columns dataset, transformation, attribute, largest, valid: whether that is within ``TOLERANCE``.
    """
    own = table[
        [
            CHANGES[name][0] == attribute
            for name, attribute in zip(table["transformation"], table["attribute"], strict=True)
        ]
    ]
    lines = []
    for (dataset, name, attribute), group in own.groupby(["dataset", "transformation", "attribute"], sort=False):
        largest = float((group["response"] - group["expected"]).abs().max())
        lines.append(
            {
                "dataset": dataset,
                "transformation": name,
                "attribute": attribute,
                "largest": largest,
                "valid": largest <= TOLERANCE,
            }
        )
    return pd.DataFrame(lines, columns=["dataset", "transformation", "attribute", "largest", "valid"])
