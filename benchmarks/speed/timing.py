"""Contenders that take turns, and what their times say: ratios, with intervals over the turns.

Machines are shared and noisy, and their clocks drift; in a turn every contender runs once, so that a drift hits all alike. A
ratio is taken within a turn; over the turns it is averaged on the log scale, with Student's interval.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from scipy import stats

CONFIDENCE = 0.95
Who = TypeVar("Who", bound=Hashable)


@dataclass(frozen=True)
class Rate:
    """How fast a contender is.

    Attributes:
        per_second: units of work per second, median over the turns.
        ratio: to the contender that others are held against, geometric mean over the turns.
        low: lower end of the ratio's 95 % interval; NaN with a single turn.
        high: its upper end.
    """

    per_second: float
    ratio: float
    low: float
    high: float

    @property
    def facts(self) -> dict[str, object]:
        """What a row of a table says of it."""
        return {"ratio": self.ratio, "ratio_low": self.low, "ratio_high": self.high, "per_second": self.per_second}


def seconds(function: Callable[[], object], device: str = "cpu") -> float:
    """Wall time of a call, with the device's queue empty before and after."""
    if device != "cpu":
        torch.cuda.synchronize()
    start = time.perf_counter()
    function()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - start


def take_turns(
    contenders: Mapping[Who, Callable[[], object]], repeats: int, device: str = "cpu"
) -> dict[Who, np.ndarray]:
    """Wall seconds of every contender in every turn, after one turn that warms up; arrays of shape (repeats,)."""
    for run in contenders.values():
        run()
    turns = [{who: seconds(run, device) for who, run in contenders.items()} for _ in range(repeats)]
    return {who: np.array([turn[who] for turn in turns]) for who in contenders}


def rates(times: Mapping[Who, np.ndarray], work: Mapping[Who, float], base: Who) -> dict[Who, Rate]:
    """Rates from seconds by turn.

    Args:
        times: see :func:`take_turns`.
        work: what each contender does in a turn, in the same unit for all.
        base: the contender that others are held against.
    """
    return {who: rate(work[who] / times[who], work[base] / times[base]) for who in times}


def rate(own: np.ndarray, base: np.ndarray) -> Rate:
    """A rate from units per second by turn, its own and those of what it is held against."""
    logs = np.log(own / base)
    half = np.nan
    if len(logs) > 1:
        half = stats.t.ppf((1 + CONFIDENCE) / 2, len(logs) - 1) * logs.std(ddof=1) / np.sqrt(len(logs))
    low, middle, high = (float(np.exp(logs.mean() + shift)) for shift in (-half, 0.0, half))
    return Rate(float(np.median(own)), middle, low, high)
