"""How often the rules of the verdicts go wrong, and what they find: ``python -m benchmarks.analysis.simulate [--repetitions N]``.

Made-up runs go through the very functions that judge claims. Three parts:

- *single*: one setting whose θ lies exactly at the margin (for equivalence at either end of it), so that support and refutation are
  both false and each may be found in at most a share α of the repetitions; equal and unequal spreads, few and many runs,
  normal, skewed and heavy-tailed values, no failed runs and many;
- *family*: all claims of a registry's size at once, through :func:`~benchmarks.analysis.verdicts.judge`, with claims that
  share runs and so are dependent: the share of repetitions with any false verdict among the primary claims, and the mean
  share of false ones among the decided secondary claims;
- *power*: how often a claim that holds is supported, by effect and number of runs.

Writes ``simulation.csv`` (all rates), ``simulation.md`` and ``power.png``.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import matplotlib
import numpy as np
import pandas as pd
from scipy import stats

from benchmarks.analysis.comparisons import setting_p_values
from benchmarks.analysis.statistics import runs_needed
from benchmarks.analysis.verdicts import ALPHA, NEEDED, judge
from benchmarks.claims.spec import Claim, ClaimKind, Evidence, Family, Margin, Quantifier, Setting

REPETITIONS = 100_000
FAMILY_SHARE = 50
"""A repetition of the family for so many of a single test."""
POWER_SHARE = 10
"""A repetition of a point of a power curve for so many of a single test."""
CHUNK = 10_000
SEED = 20_240_101

RUNS = (4, 8, 16, 32)
SPREADS = (1.0, 3.0)
"""Standard deviation of all other groups, in those of the first."""
FAILURES = (0.0, 0.1, 0.3)
FAMILY_SIZES: dict[Family, int] = {"primary": 14, "secondary": 21}
"""Of the made-up registry, as many as there are claims to put to the test."""
LEVELS = (ALPHA, ALPHA / (2 * FAMILY_SIZES["primary"]))
"""The plain level, and that of a one-sided test of a primary claim that is judged alone."""
FAMILY_RUNS = 8

DELTA = 3.0
"""Margin of means, in standard deviations of the first group."""
FACTOR = 2.0
RHO = 0.5
SHARE = 0.5


# values ---------------------------------------------------------------------------------------------------------------


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=shape)


def _log_normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return (np.exp(rng.normal(size=shape)) - np.exp(0.5)) / np.sqrt((np.e - 1) * np.e)


def _t3(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.standard_t(3, size=shape) / np.sqrt(3)


DISTRIBUTIONS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": _normal,
    "log-normal": _log_normal,
    "t3": _t3,
}
"""Values with mean 0 and standard deviation 1: symmetric, skewed (skewness 6.2), heavy-tailed (infinite kurtosis)."""


@dataclass(frozen=True)
class Made:
    """How a kind's runs are made up.

    Attributes:
        margin: of the claim.
        groups: names of its groups.
        samples: standardised samples that it takes.
        build: from samples, (samples, ..., n), the distance beyond the margin, and the spread of the groups after the first, to
            the values of each group. Positive distances hold.
        far: a distance at which 8 runs decide nearly always.
        distance: what the distance is, in words.
        shaped: the values' distribution matters: neither ranks nor events.
        spreads: the spreads to try.
    """

    margin: float
    groups: tuple[str, ...]
    samples: int
    build: Callable[[np.ndarray, float, float], list[np.ndarray]]
    far: float
    distance: str
    shaped: bool = True
    spreads: tuple[float, ...] = SPREADS


def _correlated(x: np.ndarray, e: np.ndarray, beyond: float) -> np.ndarray:
    """Normal pairs whose Spearman correlation lies ``beyond`` that of the margin on Fisher's z scale."""
    rho = np.tanh(np.arctanh(RHO) + beyond)
    r = 2 * np.sin(np.pi * rho / 6)
    return np.stack([x, r * x + np.sqrt(1 - r**2) * e], axis=-1)


def _events(z: np.ndarray, beyond: float) -> np.ndarray:
    share = np.clip(SHARE - beyond, 0.001, 0.999)
    return (z < stats.norm.ppf(share)).astype(float)


MEANS = "difference beyond the margin, in SD"
MADE: dict[ClaimKind, Made] = {
    "superiority": Made(DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] + DELTA + d, s * z[1]], 8.0, MEANS),
    "optimum": Made(DELTA, ("a", "b", "c"), 3, lambda z, d, s: [z[0] + DELTA + d, s * z[1], s * z[2]], 8.0, MEANS),
    "ordering": Made(
        DELTA, ("a", "b", "c"), 3, lambda z, d, s: [z[0], s * z[1] + DELTA + d, s * z[2] + 2 * (DELTA + d)], 8.0, MEANS
    ),
    "equivalence": Made(
        DELTA, ("a", "b"), 2, lambda z, d, s: [z[0] + DELTA - d, s * z[1]], DELTA, "difference inside the margin, in SD"
    ),
    "bound": Made(DELTA, ("a",), 1, lambda z, d, s: [z[0] + DELTA + d], 8.0, "mean beyond the bound, in SD", True, (1.0,)),
    "variance": Made(
        FACTOR, ("a", "b"), 2, lambda z, d, s: [z[0], FACTOR * np.exp(d) * z[1]], 6.0, "log ratio beyond the margin", True, (1.0,)
    ),
    "association": Made(
        RHO, ("a", "b"), 4, lambda z, d, s: [_correlated(z[0], z[1], d), _correlated(z[2], z[3], d)], 2.0,
        "Fisher's z beyond the bound", False, (1.0,),
    ),
    "proportion": Made(
        SHARE, ("a",), 1, lambda z, d, s: [_events(z[0], d)], 0.499, "share below the bound", False, (1.0,)
    ),
}  # fmt: skip
"""How the runs of each tested kind are made up."""


def made_claim(kind: ClaimKind, name: str, settings: int, quantifier: Quantifier, family: Family) -> Claim:
    """A claim of a kind, in so many settings, all decisive."""
    made = MADE[kind]
    groups = {group: Evidence(measure="made-up", metric="value") for group in made.groups}
    return Claim(
        id=name,
        statement="made up",
        document="000",
        passage="none",
        kind=kind,
        quantity="value",
        contrast="made up",
        direction="lower" if kind == "proportion" else "higher",
        margin=Margin(value=made.margin, unit="", reason="made up"),
        quantifier=quantifier,
        family=family,
        settings=tuple(Setting(label=f"setting {i}", dataset="none", groups=groups) for i in range(settings)),
    )


def made_groups(
    kind: ClaimKind, samples: np.ndarray, beyond: float, spread: float, failed: np.ndarray
) -> dict[str, np.ndarray]:
    """Values of the groups of a made-up claim.

    Args:
        kind: of the claim.
        samples: standardised, (samples, ..., n).
        beyond: distance from the margin.
        spread: of the groups after the first.
        failed: which runs fail, (groups, ..., n). In a proportion only events fail, so that the share stays what it is.
    """
    made = MADE[kind]
    groups = dict(zip(made.groups, made.build(samples, beyond, spread), strict=True))
    for (name, values), lost in zip(groups.items(), failed, strict=True):
        mask = lost[..., None] if kind == "association" else lost & (values == 1) if kind == "proportion" else lost
        groups[name] = np.where(mask, np.nan, values)
    return groups


# single tests and power -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scenario:
    """One setting that is simulated; ``beyond`` is the distance from the margin, 0 where errors are counted."""

    part: str
    kind: ClaimKind
    n: int
    distribution: str = "normal"
    spread: float = 1.0
    failure: float = 0.0
    beyond: float = 0.0


def single_scenarios() -> Iterator[Scenario]:
    """Every kind at its margin; equivalence also at the other end, 2 δ further."""
    for kind, made in MADE.items():
        distributions = tuple(DISTRIBUTIONS) if made.shaped else ("normal",)
        edges = (0.0, 2 * DELTA) if kind == "equivalence" else (0.0,)
        for n, distribution, spread, failure, edge in product(RUNS, distributions, made.spreads, FAILURES, edges):
            yield Scenario("single", kind, n, distribution, spread, failure, edge)


POWER_DISTANCES: dict[ClaimKind, tuple[float, ...]] = {
    "superiority": (0.5, 1, 1.5, 2, 2.5, 3, 4, 5),
    "equivalence": (0.5, 1, 1.5, 2, 2.5, 3),
    "bound": (0.5, 1, 1.5, 2, 2.5, 3, 4, 5),
    "variance": (0.35, 0.7, 1.1, 1.4, 1.8, 2.2, 2.6, 3),
    "association": (0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.5),
    "proportion": (0.1, 0.2, 0.3, 0.35, 0.4, 0.45, 0.49),
}
"""Distances from the margin at which power is simulated."""


def power_scenarios() -> Iterator[Scenario]:
    """Claims that hold by a growing distance; normal values, equal spreads, no failures."""
    for kind, distances in POWER_DISTANCES.items():
        for n, beyond in product(RUNS, distances):
            yield Scenario("power", kind, n, beyond=beyond)


def rates(scenario: Scenario, repetitions: int, seed: Sequence[int]) -> list[dict[str, object]]:
    """Rates of support and refutation of one scenario at ``LEVELS``, a row each."""
    rng = np.random.default_rng(seed)
    made = MADE[scenario.kind]
    claim = made_claim(scenario.kind, "single", 1, "every", "primary")
    hits = {(side, level): 0 for side in ("support", "refute") for level in LEVELS}
    for start in range(0, repetitions, CHUNK):
        shape = (min(CHUNK, repetitions - start), scenario.n)
        samples = DISTRIBUTIONS[scenario.distribution](rng, (made.samples, *shape))
        failed = rng.random((len(made.groups), *shape)) < scenario.failure
        groups = made_groups(scenario.kind, samples, scenario.beyond, scenario.spread, failed)
        support, refute = setting_p_values(claim, claim.settings[0], groups)
        for level in LEVELS:
            hits["support", level] += int((support <= level).sum())
            hits["refute", level] += int((refute <= level).sum())
    return [
        {
            **vars(scenario),
            "verdict": side,
            "level": level,
            "rate": count / repetitions,
            "se": np.sqrt(count / repetitions * (1 - count / repetitions) / repetitions),
            "repetitions": repetitions,
        }
        for (side, level), count in hits.items()
    ]


# families -------------------------------------------------------------------------------------------------------------

QUANTIFIERS: tuple[Quantifier, ...] = ("every", "typical", "some")
PATTERNS: dict[str, tuple[tuple[int, ...], ...]] = {
    "all claims at the margin": ((0, 0, 0),),
    "some claims true, some false, some at the margin": (
        (0, 0, 0), (1, 1, 1), (0, 0, 0), (-1, -1, -1), (1, 0, 0), (1, 1, 0), (-1, 0, 0), (1, -1, 0), (-1, -1, 0),
    ),
}  # fmt: skip
"""Where the settings of a claim lie: at the margin (0), far on the side of support (1), or of refutation (−1)."""


@dataclass(frozen=True)
class Truth:
    """A made-up claim of a family: where its settings lie, and which groups of runs it takes from the common ones."""

    claim: Claim
    pattern: tuple[int, ...]
    first_sample: int

    @property
    def true_verdicts(self) -> set[str]:
        """Verdicts that say nothing false."""
        holds, fails = self.pattern.count(1), self.pattern.count(-1)
        needed = NEEDED[self.claim.quantifier](len(self.pattern))
        true = {
            "inconclusive": True,
            "supported": holds >= needed,
            "refuted": fails >= len(self.pattern) - needed + 1,
            "mixed": min(holds, fails) > 0,
        }
        return {verdict for verdict, is_true in true.items() if is_true}


def made_family(state: str) -> list[Truth]:
    """Claims of all kinds, quantifiers and one to three settings, in both families; neighbours share runs."""
    patterns = PATTERNS[state]
    truths = []
    for family, size in FAMILY_SIZES.items():
        for i in range(size):
            kind = tuple(MADE)[i % len(MADE)]
            quantifier = QUANTIFIERS[i // len(MADE) % len(QUANTIFIERS)]
            pattern = patterns[i % len(patterns)][: 3 - i % 3]
            claim = made_claim(kind, f"{family}-{i}", len(pattern), quantifier, family)
            truths.append(Truth(claim, pattern, first_sample=i % 4))
    return truths


def family_errors(state: str, failure: float, repetitions: int, seed: Sequence[int]) -> dict[str, list[float]]:
    """False verdicts of a family, by repetition: whether there is any, and the share of false ones among the decided."""
    rng = np.random.default_rng(seed)
    truths = made_family(state)
    true_verdicts = {truth.claim.id: truth.true_verdicts for truth in truths}
    errors: dict[str, list[float]] = {f"{family}, {rate}": [] for family in FAMILY_SIZES for rate in ("any", "share")}
    for _ in range(repetitions):
        # eight samples of runs in each setting, of which every claim takes some
        samples = rng.normal(size=(3, 8, FAMILY_RUNS))
        failed = rng.random((3, 8, FAMILY_RUNS)) < failure
        evidence: dict[str, Mapping[str, Mapping[str, np.ndarray]]] = {}
        for truth in truths:
            made = MADE[truth.claim.kind]
            own = slice(truth.first_sample, truth.first_sample + made.samples)
            lost = slice(truth.first_sample, truth.first_sample + len(made.groups))
            evidence[truth.claim.id] = {
                setting.label: made_groups(truth.claim.kind, samples[i, own], sign * made.far, 1.0, failed[i, lost])
                for i, (setting, sign) in enumerate(zip(truth.claim.settings, truth.pattern, strict=True))
            }
        results = judge([truth.claim for truth in truths], evidence, FAMILY_SIZES, permutations=False)
        for family in FAMILY_SIZES:
            members = [result for result, truth in zip(results, truths, strict=True) if truth.claim.family == family]
            decided = [result for result in members if result.verdict != "inconclusive"]
            false = sum(result.verdict not in true_verdicts[result.claim] for result in decided)
            errors[f"{family}, any"].append(float(false > 0))
            errors[f"{family}, share"].append(false / max(1, len(decided)))
    return errors


CONTROLLED: dict[Family, str] = {"primary": "any", "secondary": "share"}
"""What the family's procedure controls: any false verdict (Holm), or the share of false ones (Benjamini and Hochberg)."""


def family_rows(state: str, failure: float, errors: Mapping[str, Sequence[float]]) -> list[dict[str, object]]:
    """Error rates of both families, a row each."""
    rows: list[dict[str, object]] = []
    for family, rate in CONTROLLED.items():
        values = np.array(errors[f"{family}, {rate}"])
        rows.append(
            {
                "part": "family", "kind": family, "n": FAMILY_RUNS, "distribution": "normal", "spread": 1.0,
                "failure": failure, "beyond": np.nan, "verdict": f"{rate} false: {state}", "level": ALPHA,
                "rate": values.mean(), "se": values.std() / np.sqrt(len(values)), "repetitions": len(values),
            }
        )  # fmt: skip
    return rows


# the whole ------------------------------------------------------------------------------------------------------------


def simulate(repetitions: int, workers: int) -> pd.DataFrame:
    """All rates: columns of :class:`Scenario` and verdict, level, rate, se (Monte Carlo), repetitions.

    Args:
        repetitions: of a single test.
        workers: processes.
    """
    scenarios = [*single_scenarios(), *power_scenarios()]
    counts = [repetitions if s.part == "single" else max(1, repetitions // POWER_SHARE) for s in scenarios]
    states = list(product(PATTERNS, (0.0, 0.1)))
    pieces = 4 * workers  # a family takes long: its repetitions go to the workers in pieces
    share = max(1, repetitions // FAMILY_SHARE // pieces)
    with ProcessPoolExecutor(workers) as pool:
        families = {
            (state, failure): [
                pool.submit(family_errors, state, failure, share, [SEED, 1, i, piece]) for piece in range(pieces)
            ]
            for i, (state, failure) in enumerate(states)
        }
        singles = [
            pool.submit(rates, scenario, count, [SEED, 0, i])
            for i, (scenario, count) in enumerate(zip(scenarios, counts, strict=True))
        ]
        rows = [row for future in singles for row in future.result()]
        for (state, failure), futures in families.items():
            parts = [future.result() for future in futures]
            joined = {name: [value for part in parts for value in part[name]] for name in parts[0]}
            rows += family_rows(state, failure, joined)
    return pd.DataFrame(rows)


def markdown(table: pd.DataFrame) -> str:
    """A table in Markdown, its index as first columns."""
    flat = table.reset_index()
    header = [str(column) for column in flat.columns]
    body = [
        [f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row]
        for row in flat.itertuples(index=False)
    ]
    return "\n".join("| " + " | ".join(line) + " |" for line in [header, ["---"] * len(header), *body])


def largest_rates(rows: pd.DataFrame, level: float) -> pd.DataFrame:
    """Largest error rate over spreads, failures and ends of the margin, by kind, verdict and values, for each n."""
    single = rows[(rows["part"] == "single") & np.isclose(rows["level"], level)]
    table = single.pivot_table(
        index=["kind", "verdict", "distribution"], columns="n", values="rate", aggfunc="max", sort=False
    )
    return table.rename(columns=lambda n: f"n = {n}")


def above_level(rows: pd.DataFrame) -> pd.DataFrame:
    """Error rates that lie above their level by more than three Monte Carlo standard errors."""
    errors = rows[rows["part"] != "power"]
    nominal = np.sqrt(errors["level"] * (1 - errors["level"]) / errors["repetitions"])
    return errors[errors["rate"] > errors["level"] + 3 * np.maximum(errors["se"], nominal)]


def needed_runs() -> pd.DataFrame:
    """Runs per group that Welch's test needs for power 0.8, by effect and level (closed form, no simulation)."""
    effects = (0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0)
    table = {
        f"{effect:g} SD": [runs_needed(effect, (1.0, spread), level) for level in LEVELS for spread in SPREADS]
        for effect in effects
    }
    index = [f"one-sided {level:.2g}, spreads 1 : {spread:g}" for level in LEVELS for spread in SPREADS]
    return pd.DataFrame(table, index=pd.Index(index, name="level"))


def enough_runs(rows: pd.DataFrame) -> pd.DataFrame:
    """The fewest of ``RUNS`` with which a claim was supported in 80 % of the repetitions, by kind and distance."""
    power = rows[(rows["part"] == "power") & (rows["verdict"] == "support") & np.isclose(rows["level"], LEVELS[1])]
    lines = []
    for (kind, beyond), group in power.groupby(["kind", "beyond"], sort=False):
        enough = group.loc[group["rate"] >= 0.8, "n"]
        lines.append(
            {
                "kind": kind,
                "distance": f"{beyond:g}",
                "of": MADE[kind].distance,  # type: ignore[index]
                "runs": str(enough.min()) if len(enough) else f"more than {max(RUNS)}",
            }
        )
    return pd.DataFrame(lines).set_index("kind")


def write_report(rows: pd.DataFrame, path: Path) -> None:
    """The tables of ``simulation.md``."""
    families = rows[rows["part"] == "family"].rename(columns={"kind": "family", "verdict": "false verdicts"})
    families = families[["family", "false verdicts", "failure", "rate", "se", "repetitions"]].set_index("family")
    high = above_level(rows)
    columns = ["kind", "verdict", "distribution", "n", "spread", "failure", "level", "rate", "se"]
    single = rows.loc[rows["part"] == "single", "repetitions"].max()
    parts = [
        "# Simulation of the verdicts' rules",
        f"Made by `python -m benchmarks.analysis.simulate`: {single} repetitions of each single test.",
        "## False verdicts of single tests, θ at the margin",
        "Largest rate over equal and unequal spreads, failures of 0, 10 and 30 % of the runs, and both ends of a margin.",
    ]
    for level in LEVELS:
        error = np.sqrt(level * (1 - level) / single)
        parts += [f"Level {level:.4f} (Monte Carlo error {error:.2g}):", markdown(largest_rates(rows, level))]
    parts += [
        "## False verdicts of a family",
        f"{FAMILY_SIZES['primary']} primary claims (share of repetitions with any false verdict) and "
        f"{FAMILY_SIZES['secondary']} secondary ones (mean share of false verdicts among the decided), {FAMILY_RUNS} runs, "
        f"at {ALPHA}:",
        markdown(families),
        "## Rates above their level",
        f"{len(high)} of {len(rows[rows['part'] != 'power'])} rates lie above their level by more than three standard errors.",
        *([markdown(high[columns].set_index("kind"))] if len(high) else []),
        "## Runs that are needed",
        "Per group, for Welch's test and power 0.8; effects beyond the margin in standard deviations of the first group:",
        markdown(needed_runs()),
        f"Of {', '.join(map(str, RUNS))} runs the fewest that supported a true claim in 80 % of the repetitions, one-sided level "
        f"{LEVELS[1]:.4f} (a primary claim of one setting, judged alone), normal values:",
        markdown(enough_runs(rows)),
    ]
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def draw_power(rows: pd.DataFrame, path: Path) -> None:
    """Power by distance from the margin, a panel for each kind and a line for each number of runs."""
    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    power = rows[(rows["part"] == "power") & (rows["verdict"] == "support") & np.isclose(rows["level"], LEVELS[1])]
    figure, axes = plt.subplots(2, 3, figsize=(10, 6), sharey=True, layout="constrained")
    shades = plt.get_cmap("viridis")(np.linspace(0.85, 0.1, len(RUNS)))
    for axis, (kind, group) in zip(axes.flat, power.groupby("kind", sort=False), strict=True):
        for n, shade in zip(RUNS, shades, strict=True):
            line = group[group["n"] == n]
            axis.errorbar(
                line["beyond"], line["rate"], 2 * line["se"], color=shade, marker="o", ms=3, label=f"{n} runs"
            )
        axis.axhline(0.8, color="#888888", lw=0.8, ls=":")
        axis.set(title=kind, xlabel=MADE[kind].distance, ylim=(-0.02, 1.02))  # type: ignore[index]
    for axis in axes[:, 0]:
        axis.set_ylabel(f"supported (one-sided {LEVELS[1]:.4f})")
    axes.flat[0].legend(frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="False verdicts and power of the rules, on made-up runs.")
    parser.add_argument(
        "--repetitions", type=int, default=REPETITIONS,
        help=f"of each single test; a family has 1 in {FAMILY_SHARE} of them, a point of a power curve 1 in {POWER_SHARE}",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("results/simulation"), help="folder of the results")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args(arguments)
    if min(options.repetitions, options.workers) < 1:
        parser.error("repetitions and workers are at least 1")
    options.out.mkdir(parents=True, exist_ok=True)
    rows = simulate(options.repetitions, options.workers)
    rows.to_csv(options.out / "simulation.csv", index=False)
    write_report(rows, options.out / "simulation.md")
    draw_power(rows, options.out / "power.png")


if __name__ == "__main__":
    main()
