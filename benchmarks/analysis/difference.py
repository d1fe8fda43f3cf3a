"""Two runs side by side: which values moved beyond what seeds vary, and which verdicts."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.analysis.statistics import benjamini_hochberg
from benchmarks.analysis.summary import ARM
from benchmarks.analysis.verdicts import ClaimResult

IDENTITY = [*ARM, "network", "setting"]
"""Columns that tell one line of both runs from another."""
LEVEL = 0.05
"""False discovery rate among the lines that are called moved."""
COLUMNS = [*IDENTITY, "mean_before", "mean_after", "failed_before", "failed_after", "p", "p_adjusted", "kind"]


def moved_metrics(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """One line for each arm and metric that both runs have.

    Where the values are not the same to the last bit, Welch's two-sided test compares the seeds of one with those of the other,
    also where their numbers agree: a training done again on another machine is another draw. Where neither varies, the difference
    itself decides. Failed seeds are compared by Fisher's exact test; of the two p-values the smaller one, doubled, counts. Over
    all lines the false discovery rate is held at 5 % (Benjamini and Hochberg 1995).

    Args:
        before: rows with the columns of ``with_arms``.
        after: likewise.

    Returns:
        ``COLUMNS``, moved ones first; ``kind`` is ``same`` (bit-equal), ``noise``, ``moved`` or ``unknown`` (too few seeds).
    """
    ours, theirs = by_line(before), by_line(after)
    lines = []
    for names in [name for name in ours if name in theirs]:
        a, b = ours[names], theirs[names]
        fine_a, fine_b = a[np.isfinite(a)], b[np.isfinite(b)]
        lines.append(
            {
                **dict(zip(IDENTITY, names, strict=True)),
                "mean_before": fine_a.mean() if len(fine_a) else np.nan,
                "mean_after": fine_b.mean() if len(fine_b) else np.nan,
                "failed_before": len(a) - len(fine_a),
                "failed_after": len(b) - len(fine_b),
                "p": np.nan if np.array_equal(a, b, equal_nan=True) else p_of(a, b),
                "same": np.array_equal(a, b, equal_nan=True),
            }
        )
    table = pd.DataFrame(lines, columns=[*IDENTITY, *COLUMNS[len(IDENTITY) : -2], "same"])
    same = table["same"].to_numpy(bool)
    known = ~same & table["p"].notna().to_numpy()
    table["p_adjusted"] = np.nan
    table.loc[known, "p_adjusted"] = benjamini_hochberg(table.loc[known, "p"].to_numpy(float), int(known.sum()))
    kinds = np.where(
        same, "same", np.where(~known, "unknown", np.where(table["p_adjusted"] <= LEVEL, "moved", "noise"))
    )
    table["kind"] = kinds
    order = table["p_adjusted"].fillna(2.0).argsort(kind="stable")
    return table.iloc[order][COLUMNS].reset_index(drop=True)


def by_line(rows: pd.DataFrame) -> dict[tuple[str, ...], np.ndarray]:
    """Values by line, NaN for failed seeds, in the order of seeds."""
    filled = rows.assign(network=rows["network"].fillna(""), value=rows["value"].where(rows["status"] == "ok"))
    ordered = filled.sort_values("seed", kind="stable")
    return {names: group["value"].to_numpy(float) for names, group in ordered.groupby(IDENTITY, sort=False)}  # type: ignore[misc]


def p_of(a: np.ndarray, b: np.ndarray) -> float:
    """p-value of "the two are draws of one distribution"; NaN where there are too few to tell."""
    fine_a, fine_b = a[np.isfinite(a)], b[np.isfinite(b)]
    failed_a, failed_b = len(a) - len(fine_a), len(b) - len(fine_b)
    found = []
    if failed_a or failed_b:
        found.append(float(stats.fisher_exact([[failed_a, len(fine_a)], [failed_b, len(fine_b)]]).pvalue))
    if min(len(fine_a), len(fine_b)) >= 2:
        if np.ptp(fine_a) == np.ptp(fine_b) == 0:
            found.append(float(np.isclose(fine_a[0], fine_b[0])))
        else:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", RuntimeWarning)  # of values that are equal but for their last digits
                found.append(float(stats.ttest_ind(fine_a, fine_b, equal_var=False).pvalue))
    return min(1.0, len(found) * min(found)) if found else np.nan


def moved_verdicts(
    before: Iterable[ClaimResult], after: Iterable[ClaimResult]
) -> list[tuple[ClaimResult, ClaimResult]]:
    """Claims that both judged, and whose verdicts differ."""
    later = {result.claim: result for result in after}
    pairs = [(result, later[result.claim]) for result in before if result.claim in later]
    return [(one, other) for one, other in pairs if one.verdict != other.verdict]
