"""Made-up runs with known truth: values of every shape, and claims of every kind whose θ lies at, or near, a margin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import stats

from benchmarks.claims.spec import Claim, ClaimKind, Direction, Evidence, Family, Margin, Quantifier, Scale, Setting

Falsehood = Literal["support", "refute", "reversed", "negligible"]
"""What may be said falsely: a p-value's side, or the manner in which a claim fails to hold."""
SPREADS = (1.0, 3.0)
"""Standard deviation of all other groups, in those of the first."""
DELTA = 3.0
"""Margin of means, in standard deviations of the first group."""
FACTOR = 2.0
RHO = 0.5
SHARE = 0.5
BETWEEN = 2.0
"""Distance of a bound beyond which a claim is refuted from that above which it is supported."""
MANY = 7
"""Groups of an equivalence of many."""


# values ---------------------------------------------------------------------------------------------------------------


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=shape)


def _log_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return (np.exp(rng.normal(size=shape)) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e)


def _t3(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.standard_t(3, size=shape) / np.sqrt(3)


def _ceiling(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return np.where(rng.random(shape) < 0.1, -3.0, 1 / 3)


DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": _normal,
    "log-normal": _log_normal,
    "t3": _t3,
    "ceiling": _ceiling,
}
"""Values with mean 0 and standard deviation 1: symmetric, skewed (skewness 6.2), heavy-tailed (infinite kurtosis), and nine of ten
equal at a ceiling, so that many samples are constant."""


# claims ---------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """How the runs of one case are made up.

    Attributes:
        kind: of the claim.
        margin: of the claim.
        groups: names of its groups.
        samples: standardised samples that it takes.
        build: from samples, (samples, ..., n), the distance beyond the margin, and the spread of the groups after the first, to
            the values of each group. Positive distances hold.
        far: a distance at which 8 runs decide nearly always at the plain level (of a proportion 32; ratios of spreads never do at
            much smaller ones).
        distance: what the distance is, in words.
        distributions: of the values that are tried; ranks and events have none of their own.
        spreads: the spreads to try.
        edges: distances at which something is just false, with what.
        direction: of the claim.
        scale: of the claim.
        refuted_beyond: of its margin.
    """

    kind: ClaimKind
    margin: float
    groups: tuple[str, ...]
    samples: int
    build: Callable[[np.ndarray, float, float], list[np.ndarray]]
    far: float
    distance: str
    distributions: tuple[str, ...] = tuple(DISTRIBUTIONS)
    spreads: tuple[float, ...] = SPREADS
    edges: tuple[tuple[float, tuple[Falsehood, ...]], ...] = ((0.0, ("support", "refute")),)
    direction: Direction = "higher"
    scale: Scale = "difference"
    refuted_beyond: float | None = None


def _correlated(x: np.ndarray, e: np.ndarray, beyond: float) -> np.ndarray:
    """Normal pairs whose Spearman correlation lies ``beyond`` that of the margin on Fisher's z scale."""
    rho = np.tanh(np.arctanh(RHO) + beyond)
    r = 2 * np.sin(np.pi * rho / 6)
    return np.stack([x, r * x + np.sqrt(1 - r**2) * e], axis=-1)


def _collapsing(z: np.ndarray) -> np.ndarray:
    """From normal values ones of mean 0 and standard deviation 1, of which one in twenty lies far below all others."""
    rare = z > stats.norm.isf(0.05)
    values = 0.3 * z - 10.0 * rare
    # E z [z > c] is the density at c
    density = stats.norm.pdf(stats.norm.isf(0.05))
    variance = 0.3**2 + 10.0**2 * 0.05 * 0.95 - 2 * 0.3 * 10.0 * density
    return (values + 10.0 * 0.05) / np.sqrt(variance)


def _events(z: np.ndarray, beyond: float) -> np.ndarray:
    share = np.clip(SHARE - beyond, 0.001, 0.999)
    return (z < stats.norm.ppf(share)).astype(float)


MEANS = "difference beyond the margin, in SD"
INSIDE = "difference inside the margin, in SD"
BOTH: tuple[Falsehood, ...] = ("support", "refute")
MADE: dict[str, Made] = {
    "superiority": Made(
        "superiority", DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] + DELTA + d, s * z[1]], 8.0, MEANS,
        edges=((0.0, (*BOTH, "negligible")), (-2 * DELTA, ("reversed", "negligible"))),
    ),
    "optimum": Made(
        "optimum", DELTA, ("a", "b", "c"), 3, lambda z, d, s: [z[0] + DELTA + d, s * z[1], s * z[2]], 8.0, MEANS
    ),
    "ordering": Made(
        "ordering", DELTA, ("a", "b", "c"), 3,
        lambda z, d, s: [z[0], s * z[1] + DELTA + d, s * z[2] + 2 * (DELTA + d)], 8.0, MEANS,
    ),
    "equivalence": Made(
        "equivalence", DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] + DELTA - d, s * z[1]], DELTA, INSIDE,
        edges=((0.0, BOTH), (2 * DELTA, BOTH)),
    ),
    "bound": Made("bound", DELTA, ("a",), 1, lambda z, d, s: [z[0] + DELTA + d], 8.0, MEANS, spreads=(1.0,)),
    "variance": Made(
        "variance", FACTOR, ("a", "b"), 2, lambda z, d, s: [z[0], FACTOR * np.exp(d) * z[1]], 6.0,
        "log ratio beyond the margin", spreads=(1.0,),
        edges=((0.0, (*BOTH, "negligible")), (-2 * np.log(FACTOR), ("reversed", "negligible"))),
    ),
    "association": Made(
        "association", RHO, ("a", "b"), 4, lambda z, d, s: [_correlated(z[0], z[1], d), _correlated(z[2], z[3], d)],
        2.0, "Fisher's z beyond the bound", ("normal",), (1.0,),
    ),
    "proportion": Made(
        "proportion", SHARE, ("a",), 1, lambda z, d, s: [_events(z[0], d)], 0.499, "share below the bound", ("normal",),
        (1.0,), direction="lower",
    ),
}  # fmt: skip
"""How the runs of each tested kind are made up."""
FURTHER: dict[str, Made] = {
    "superiority, margin below 0": Made(
        "superiority", -DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] - DELTA + d, s * z[1]], 8.0, MEANS,
        ("normal", "log-normal"),
    ),
    "superiority, the other seldom collapses": Made(
        "superiority", DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] + DELTA + d, s * _collapsing(z[1])], 8.0, MEANS, ("normal",)
    ),
    "superiority of ratios": Made(
        "superiority", FACTOR, ("a", "b"), 2, lambda z, d, s: [np.exp(-z[0] - d) / FACTOR, np.exp(s * z[1])], 8.0,
        "log ratio beyond the margin, in SD", ("normal",), direction="lower", scale="ratio",
    ),
    "bound of geometric means": Made(
        "bound", 0.05, ("a",), 1, lambda z, d, s: [0.05 * np.exp(z[0] - d)], 8.0, "log ratio below the bound, in SD",
        ("normal", "log-normal"), (1.0,), direction="lower", scale="ratio",
    ),
    "bound with two thresholds": Made(
        "bound", DELTA, ("a",), 1, lambda z, d, s: [z[0] + DELTA + d], 8.0, MEANS, ("normal", "log-normal"), (1.0,),
        edges=((0.0, ("support",)), (-BETWEEN, ("refute",))), refuted_beyond=DELTA - BETWEEN,
    ),
    f"equivalence of {MANY}": Made(
        "equivalence", DELTA, tuple("abcdefg"), MANY, lambda z, d, s: [z[0] + DELTA - d, *z[1:]], DELTA, INSIDE,
        ("normal",), (1.0,),
    ),
}  # fmt: skip
"""What some claims of the registry do besides."""
CASES = MADE | FURTHER


def made_claim(case: str, name: str, settings: int, quantifier: Quantifier, family: Family) -> Claim:
    """A claim of a case, in so many settings, all decisive."""
    made = CASES[case]
    groups = {group: Evidence(measure="made-up", metric="value") for group in made.groups}
    return Claim(
        id=name,
        statement="made up",
        document="000",
        passage="none",
        kind=made.kind,
        quantity="value",
        contrast="made up",
        direction=made.direction,
        scale=made.scale,
        margin=Margin(value=made.margin, unit="", reason="made up", refuted_beyond=made.refuted_beyond),
        quantifier=quantifier,
        family=family,
        settings=tuple(Setting(label=f"setting {i}", dataset="none", groups=groups) for i in range(settings)),
    )


def made_groups(
    case: str, samples: np.ndarray, beyond: float, spread: float, failed: np.ndarray
) -> dict[str, np.ndarray]:
    """Values of the groups of a made-up claim.

    Args:
        case: of the claim.
        samples: standardised, (samples, ..., n).
        beyond: distance from the margin.
        spread: of the groups after the first.
        failed: which runs fail, (groups, ..., n). In a proportion only events fail, so that the share stays what it is.
    """
    made = CASES[case]
    groups = dict(zip(made.groups, made.build(samples, beyond, spread), strict=True))
    for (name, values), lost in zip(groups.items(), failed, strict=True):
        events_only = lost & (values == 1) if made.kind == "proportion" else lost
        mask = lost[..., None] if made.kind == "association" else events_only
        groups[name] = np.where(mask, np.nan, values)
    return groups
