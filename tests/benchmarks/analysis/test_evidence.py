"""From made-up rows to the values of claims."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchmarks.analysis.evidence import IDENTITY, EvidenceRows, values_of
from benchmarks.claims.spec import Claim, Event, Evidence, Margin, Setting

NAN = np.nan


def entry(key: str, seeds: list[int], **more: str) -> dict[str, Any]:
    """A measurement as ``run.json`` has it."""
    return {**dict.fromkeys(IDENTITY), "measure": "m", "dataset": "d", "key": key, "seeds": seeds, **more}


def rows_of(entry: dict[str, Any], *values: tuple[int, str, float] | tuple[int, str, float, str]) -> pd.DataFrame:
    """Rows of a measurement from (seed, metric, value) and perhaps a status."""
    identity = {column: entry[column] for column in IDENTITY}
    return pd.DataFrame(
        [
            {**identity, "seed": float(seed), "metric": metric, "value": value, "status": (*status, "ok")[0]}
            for seed, metric, value, *status in values
        ]
    )


A, B = entry("a", [1000, 1001], block="x"), entry("b", [1002, 1003], block="y")
ROWS = EvidenceRows(
    pd.concat(
        [
            rows_of(B, (1003, "jsd", 4.0), (1003, "modes", 40.0), (1002, "jsd", 3.0), (1002, "modes", 30.0)),
            rows_of(
                A, (1001, "jsd", 2.0), (1000, "jsd", 1.0), (1000, "modes", 10.0), (1001, "modes", 20.0, "diverged")
            ),
        ]
    ),
    [A, B],
)


def test_values_stand_in_the_order_of_keys_and_seeds() -> None:
    evidence = Evidence(measure="m", metric="jsd")
    np.testing.assert_array_equal(ROWS.values(evidence, ["a", "b"]), [1, 2, 3, 4])
    np.testing.assert_array_equal(ROWS.values(evidence, ["b", "a"]), [3, 4, 1, 2])


def test_a_failed_run_has_no_value_whatever_its_row_says() -> None:
    evidence = Evidence(measure="m", metric="modes")
    np.testing.assert_array_equal(ROWS.values(evidence, ["a", "b"]), [10, NAN, 30, 40])


def test_a_second_metric_stands_beside_the_first() -> None:
    both = ROWS.values(Evidence(measure="m", metric="jsd", against="modes"), ["a", "b"])
    np.testing.assert_array_equal(both, [[1, 10], [2, NAN], [3, 30], [4, 40]])


@pytest.mark.parametrize(("side", "expected"), [("below", [1, NAN, 0, 0]), ("above", [0, NAN, 0, 1])])
def test_events_are_beyond_a_threshold_and_not_at_it(side: str, expected: list[float]) -> None:
    event = Event.model_validate({"side": side, "threshold": 30.0})
    happened = ROWS.values(Evidence(measure="m", metric="modes", event=event), ["a", "b"])
    np.testing.assert_array_equal(happened, expected)


def test_blocks_of_data_seeds_are_counted_once() -> None:
    """Measurements of data alone that differ only in their seeds have one name in the rows."""
    first, second = entry("a", [1000, 1001]), entry("b", [1002])
    rows = pd.concat([rows_of(first, (1000, "ks", 0.1), (1001, "ks", 0.2)), rows_of(second, (1002, "ks", 0.3))])
    values = EvidenceRows(rows, [first, second]).values(Evidence(measure="m", metric="ks"), ["a", "b"])
    np.testing.assert_array_equal(values, [0.1, 0.2, 0.3])


def test_the_name_is_without_extractor_and_of_two_the_first_counts() -> None:
    one = entry("a", [1000, 1001])
    given = [
        (seed, f"fid[{name}]", value + seed) for seed in (1000, 1001) for name, value in (("own", 1), ("other", 9))
    ]
    rows = EvidenceRows(rows_of(one, *given), [one])
    np.testing.assert_array_equal(rows.values(Evidence(measure="m", metric="fid"), ["a"]), [1001, 1002])


def test_what_the_rows_do_not_tell_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"m gives no metric 'fid'"):
        ROWS.metric("a", "fid")
    with pytest.raises(ValueError, match=r"m gives no metric 'js'"):  # a part of a name is no name
        ROWS.metric("a", "js")
    twice = rows_of(A, (1000, "jsd", 1.0), (1001, "jsd", 2.0), (1000, "jsd", 3.0))
    with pytest.raises(ValueError, match=r"m gives 'jsd' twice for one seed"):
        EvidenceRows(twice, [A]).metric("a", "jsd")
    with pytest.raises(KeyError):  # a seed without a row
        EvidenceRows(rows_of(A, (1000, "jsd", 1.0)), [A]).metric("a", "jsd")


def test_groups_that_were_not_run_are_left_out() -> None:
    groups = {name: Evidence(measure="m", metric="jsd") for name in ("first", "second")}
    claim = Claim(
        id="made-up",
        statement="made up",
        document="000",
        passage="none",
        kind="superiority",
        quantity="JSD",
        contrast="made up",
        direction="lower",
        margin=Margin(value=1.0, unit="nat", reason="made up"),
        family="primary",
        settings=(Setting(label="s", dataset="d", groups=groups),),
        controls=(Setting(label="beside", dataset="d", groups={"alone": groups["first"]}),),
    )
    found = values_of(claim, {"s": {"first": ["a"], "second": []}, "beside": {"alone": ["b"]}}, ROWS)
    assert {label: list(groups) for label, groups in found.items()} == {"s": ["first"], "beside": ["alone"]}
    np.testing.assert_array_equal(found["s"]["first"], [1, 2])
    np.testing.assert_array_equal(found["beside"]["alone"], [3, 4])


def test_a_metric_of_pixels_is_named_in_full_and_of_features_by_its_base() -> None:
    entries = [entry("c", [1])]
    rows = EvidenceRows(rows_of(entries[0], (1, "c2st[cnn]", 0.7), (1, "c2st[pixels]", 0.9)), entries)
    assert rows.values(Evidence(measure="m", metric="c2st"), ["c"]).tolist() == [0.7]
    assert rows.values(Evidence(measure="m", metric="c2st[pixels]"), ["c"]).tolist() == [0.9]
