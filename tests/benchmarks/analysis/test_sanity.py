"""Whether a metric gets worse with the degree of a corruption, from made-up rows."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from benchmarks.analysis.sanity import WORSE, flags, sanity
from metrics import METRICS

WOBBLE = 0.1 * np.array([-1.0, 0.5, 1.0, -0.5])


def rows_of(metric: str, corruption: str, means: list[float], noise: float = 0.0) -> pd.DataFrame:
    """Four seeds; their values differ by the same amounts at all degrees, and by ``noise`` besides."""
    drawn = np.random.default_rng(0).normal(size=(4, len(means)))
    return pd.DataFrame(
        {
            "dataset": "digits",
            "metric": metric,
            "setting": json.dumps({"corruption": corruption, "degree": degree, "n": 9}),
            "seed": seed,
            "status": "ok",
            "value": mean + WOBBLE[seed] + noise * drawn[seed, degree],
        }
        for degree, mean in enumerate(means)
        for seed in range(4)
    )


def line_of(metric: str, corruption: str, means: list[float], noise: float = 0.0) -> pd.Series:
    (line,) = (line for _, line in sanity(rows_of(metric, corruption, means, noise)).iterrows())
    return line


@pytest.mark.parametrize(
    ("metric", "corruption", "means", "wrong", "notices"),
    [
        ("fid[own]", "blur", [1, 2, 3], (), True),
        ("fid[own]", "blur", [1, 2, 1.5], ((1, 2),), False),
        ("fid[own]", "blur", [3, 2, 1], ((0, 1), (1, 2)), False),
        ("fid[own]", "blur", [1, 1, 1], (), False),  # it hardly moves
        ("ssim", "noise", [1, 0.5, 0.2], (), True),
        ("precision[own]", "blur", [0.5, 0.8, 0.2], ((0, 1),), False),
        ("recall[own]", "blur", [0.5, 0.8, 0.2], (), None),  # recall says nothing of single images
        ("nearest-l2", "noise", [1, 2, 3], (), None),
    ],
)
def test_what_is_noticed(
    metric: str, corruption: str, means: list[float], wrong: tuple[tuple[float, float], ...], notices: bool | None
) -> None:
    line = line_of(metric, corruption, means)
    assert line["wrong"] == wrong and line["notices"] is notices
    assert line["means"] == pytest.approx(tuple(means)) and line["draws"] == 4


def test_a_step_within_its_error_is_not_wrong() -> None:
    assert line_of("fid[own]", "blur", [1, 2, 1.99, 3], noise=0.1)["notices"] is True
    assert line_of("fid[own]", "blur", [1, 2, 1.99, 3])["notices"] is False  # without noise it is one


def test_failed_draws_are_left_out_whole() -> None:
    rows = rows_of("fid[own]", "blur", [1, 2, 3])
    rows.loc[0, "status"] = "failed"
    (line,) = (line for _, line in sanity(rows).iterrows())
    assert line["draws"] == 3


def test_flags_name_metric_and_corruptions() -> None:
    rows = pd.concat(
        [
            rows_of("precision[own]", "blur", [0.5, 0.8, 0.2]),
            rows_of("precision[own]", "noise", [0.5, 0.8, 0.2]),
            rows_of("fid[own]", "blur", [1, 2, 3]),
        ]
    )
    assert flags(sanity(rows)) == {("digits", "precision[own]"): ("blur", "noise")}
    assert flags(sanity(rows.iloc[:0])) == {}


def test_expectations_are_of_metrics_that_exist_and_in_their_direction() -> None:
    signs = {"lower": 1, "higher": -1}
    for name, (sign, corruptions) in WORSE.items():
        assert corruptions
        assert signs.get(METRICS[name].direction, sign) == sign
